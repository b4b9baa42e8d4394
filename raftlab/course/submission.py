"""A notebook that was handed in: its code cells, and the checks that are written in them.

Nothing is run here. Saved outputs are not even read.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

# What gives a name to an answer: a call of check in a cell that is no Python.
WRITTEN = re.compile(r"""\bcheck\(\s*["'](\w+)["']""")

# Magics whose argument is Python that runs where the names of the notebook are.
LINE_MAGICS = {"time", "timeit", "prun"}
CELL_MAGICS = {"time", "timeit", "prun", "capture"}

# In these, names may mean what they mean nowhere else.
SCOPES = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda,
    ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
)  # fmt: skip


class NotANotebook(ValueError):
    """The file cannot be read as a notebook; the message is a sentence that says why."""


@dataclass(frozen=True)
class Check:
    """A call of `check`: the exercise that it names, and its arguments as source."""

    exercise: str
    arguments: str


@dataclass(frozen=True)
class Cell:
    """A code cell. It may `name` exercises in more places than those that can be asked again."""

    source: str
    checks: tuple[Check, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Submission:
    """A notebook, read once: its path as it was given, every byte of it, and its code cells."""

    path: Path
    content: bytes
    cells: tuple[Cell, ...]


def read(path: Path) -> Submission:
    """The notebook at `path`. Raises NotANotebook, with a sentence, for what is none."""
    try:
        if not path.exists():
            raise NotANotebook("There is no such file.")
        if not path.is_file():
            raise NotANotebook("It is no file.")
        content = path.read_bytes()
    except OSError as error:
        raise NotANotebook(f"It cannot be read: {error.strerror or error}.") from error
    return Submission(path, content, tuple(map(cell_of, _sources(content))))


def cell_of(source: str) -> Cell:
    """The cell of that source, with every call of `check` outside functions and classes."""
    tree = _parsed(source)
    with suppress(RecursionError):
        if tree is not None:
            checks = tuple(_checks(tree))
            calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
            written = (name for call in calls if (name := _exercise(call)) is not None)
            return Cell(source, checks, (*(check.exercise for check in checks), *written))
    return Cell(source, (), tuple(WRITTEN.findall(source)))


def _sources(content: bytes) -> Iterator[str]:
    """What the code cells hold. Raises NotANotebook if these are not the bytes of a notebook."""
    try:
        notebook = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise NotANotebook("It is no notebook: it is not JSON.") from error
    try:
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        sources = ["".join(cell["source"]) for cell in cells]
    except (LookupError, TypeError) as error:
        raise NotANotebook("It is no notebook in the format that JupyterLab saves.") from error
    # JSON can hold half a character, which no kernel can be sent.
    return (source.encode("utf-8", "backslashreplace").decode() for source in sources)


def _parsed(source: str) -> ast.Module | None:
    """The cell as Python, magics and all; None if it is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a learner's "\d" is not for the teacher
            return ast.parse(TransformerManager().transform_cell(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _checks(node: ast.AST) -> Iterator[Check]:
    """Every call of `check` in `node` that names its exercise, in order."""
    if isinstance(node, SCOPES):
        return
    if isinstance(node, ast.Call):
        if (name := _exercise(node)) is not None:
            yield Check(name, _arguments(node))
            return
        if (inside := _under_a_magic(node)) is not None:
            yield from _checks(_parsed(inside) or ast.Module([], []))
            return
    for child in ast.iter_child_nodes(node):
        yield from _checks(child)


def _exercise(call: ast.Call) -> str | None:
    """The name in `check("name", …)`, `raftlab.check("name", …)`, `check(name="name", …)`."""
    if _last_name(call.func) != "check":
        return None
    named = [keyword.value for keyword in call.keywords if keyword.arg == "name"]
    first = next(iter([*call.args, *named]), None)
    return _text(first)


def _arguments(call: ast.Call) -> str:
    """The source between the brackets."""
    keywords = [ast.unparse(ast.Call(ast.Name("f"), [], [one]))[2:-1] for one in call.keywords]
    return ", ".join([*map(ast.unparse, call.args), *keywords])


def _under_a_magic(call: ast.Call) -> str | None:
    """The Python in `%time check(…)` and under `%%time`, as IPython writes these as calls."""
    magics = {"run_line_magic": LINE_MAGICS, "run_cell_magic": CELL_MAGICS}
    known = magics.get(_last_name(call.func), set())
    return _text(call.args[-1]) if call.args and _text(call.args[0]) in known else None


def _last_name(function: ast.expr) -> str:
    """`check` of both `check` and `raftlab.check`."""
    return str(getattr(function, "attr", getattr(function, "id", "")))


def _text(node: Any) -> str | None:
    """The string that a literal is; None for anything else."""
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str) else None
