"""Whether the function that a check was given is older than the cell that defines it.

The kernel knows only cells that were run. That a cell was changed and not run again can be seen if
JupyterLab has saved the notebook since, which it does every two minutes.
"""

from __future__ import annotations

import ast
import json
import linecache
import os
import sys
from contextlib import suppress
from pathlib import Path
from time import time
from types import FunctionType
from typing import Any

MOST_BYTES = 50_000_000

_run_at: dict[str, float] = {}  # when each cell was last run, by its source


def watch_cells() -> None:
    """From now on, remember when each cell is run, where there is a notebook."""
    shell = _shell()
    if shell is not None and _note not in shell.events.callbacks["pre_run_cell"]:
        shell.events.register("pre_run_cell", _note)


def is_stale(answer: object) -> tuple[str, ...]:
    """A sentence if `answer` is a function that has been defined anew since, or changed."""
    shell = _shell()
    if shell is None or not isinstance(answer, FunctionType):
        return ()
    name = answer.__name__
    current = shell.user_ns.get(name)
    if isinstance(current, FunctionType) and current is not answer and _is_newer(current, answer):
        return (
            f"You have defined {name} again since: this check was given the older one. Run the "
            "cell with the check again.",
        )
    if _changed_on_disk(name, answer):
        return (
            f"The cell that defines {name} was changed since it was run: this check was given the "
            "function as it was before. Run that cell, then this one.",
        )
    return ()


def _is_newer(one: FunctionType, other: FunctionType) -> bool:
    return _ran(one) > _ran(other)


def _changed_on_disk(name: str, answer: FunctionType) -> bool:
    """Whether the saved notebook is newer than the run of the cell, and has it otherwise."""
    ran = _ran(answer)
    path = Path(os.environ.get("JPY_SESSION_NAME", ""))
    if not ran or path.suffix != ".ipynb":
        return False
    with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        stat = path.stat()
        if ran < stat.st_mtime and stat.st_size < MOST_BYTES:
            cells = json.loads(path.read_text("utf-8"))["cells"]
            sources = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
            defining = [source.strip() for source in sources if _defines(source, name)]
            return bool(defining) and _source(answer) not in defining
    return False


def _defines(source: str, name: str) -> bool:
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return False
    return any(isinstance(node, ast.FunctionDef) and node.name == name for node in body)


def _source(function: FunctionType) -> str:
    """The cell that a function was defined in."""
    return "".join(linecache.getlines(function.__code__.co_filename)).strip()


def _ran(function: FunctionType) -> float:
    """When its cell was last run; 0 if that is not known."""
    return _run_at.get(_source(function), 0.0)


def _note(info: Any) -> None:
    _run_at[info.raw_cell.strip()] = time()


def _shell() -> Any:
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return get_ipython() if get_ipython else None
