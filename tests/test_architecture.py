"""Imports point one way, and `import raftlab` is light (CONTRIBUTING.md, "How it is built")."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "raftlab"

# What each part may import of the others. The parts below carry everything; cli uses everything.
ARROWS = {
    "raft": set(),
    "sim": {"raft"},
    "modelcheck": {"raft", "sim"},
    "views": {"raft", "sim", "modelcheck"},
    "course": {"raft", "sim", "modelcheck", "views"},
    "widgets": {"raft", "sim", "modelcheck", "views", "course"},
}

WIDGET_LIBRARIES = {"anywidget", "ipywidgets", "traitlets"}

# The standard library's ways to a clock, to chance and to the world outside.
IMPURE = {
    "asyncio", "datetime", "io", "logging", "multiprocessing", "os", "pathlib", "pickle", "queue",
    "random", "secrets", "shutil", "socket", "subprocess", "sys", "tempfile", "threading", "time",
    "uuid",
}  # fmt: skip

HEAVY = {
    "IPython", "anywidget", "cattrs", "cloudpickle", "distributed", "graphviz",
    "matplotlib", "ipywidgets",
    "jupyter_client", "jupyterlab", "numpy", "pygraphviz", "tqdm", "traitlets",
}  # fmt: skip


def imports(source: str, package: str) -> Iterator[str]:
    """The absolute names of the modules that `source`, a module in `package`, imports anywhere."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) + 1 - node.level]
            base = ".".join([*parents, node.module or ""] if node.level else [node.module or ""])
            # `from raftlab import sim` imports raftlab.sim as much as `import raftlab.sim` does.
            yield from (f"{base.rstrip('.')}.{alias.name}" for alias in node.names)


def complaints(source: str, part: str, where: str = "") -> list[str]:
    """What `source`, a module of `raftlab.<part>`, imports that it must not, a sentence each."""
    found = []
    for name in imports(source, f"raftlab.{part}{where}"):
        top, _, rest = name.partition(".")
        other = rest.partition(".")[0]
        if top == "raftlab" and other in ARROWS.keys() - {part} - ARROWS[part]:
            found.append(f"{part} imports {name}: that arrow points the wrong way.")
        if top in WIDGET_LIBRARIES and part != "widgets":
            found.append(f"{part} imports {name}: only widgets may.")
        if part == "raft" and top != "raftlab" and top not in sys.stdlib_module_names:
            found.append(f"raft imports {name}: only the standard library may be.")
        if part == "raft" and top in IMPURE:
            found.append(f"raft imports {name}: no clock, no randomness, no I/O.")
    return found


def modules() -> list[Path]:
    return sorted(path for part in ARROWS for path in (PACKAGE / part).rglob("*.py"))


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    part, *inner = path.relative_to(PACKAGE).parent.parts
    assert complaints(path.read_text("utf-8"), part, "".join(f".{name}" for name in inner)) == []


def test_every_part_is_known() -> None:
    parts = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert parts <= ARROWS.keys()


@pytest.mark.parametrize(
    ("part", "source", "complaint"),
    [
        ("raft", "from raftlab.sim.history import History", "raftlab.sim.history.History"),
        ("raft", "from raftlab import sim", "raftlab.sim"),
        ("raft", "from ..sim import history", "raftlab.sim.history"),
        ("raft", "def late():\n    import random", "random"),
        ("raft", "import os.path", "os.path"),
        ("raft", "import numpy as np", "numpy"),
        ("sim", "import raftlab.views.dot", "raftlab.views.dot"),
        ("modelcheck", "from raftlab.views import svg", "raftlab.views.svg"),
        ("views", "from ipywidgets import HTML", "ipywidgets.HTML"),
        ("course", "from raftlab import widgets", "raftlab.widgets"),
    ],
)
def test_a_wrong_import_is_found(part: str, source: str, complaint: str) -> None:
    (found, *_) = complaints(source, part)
    assert found.startswith(f"{part} imports {complaint}:")


@pytest.mark.parametrize(
    ("part", "source"),
    [
        ("raft", "from dataclasses import dataclass\nfrom raftlab.raft.log import Log"),
        ("raft", "from . import log\nfrom .log import Log"),
        ("sim", "import random, json\nfrom ..raft import cluster"),
        ("widgets", "import ipywidgets\nfrom raftlab.views import svg"),
    ],
)
def test_a_right_import_passes(part: str, source: str) -> None:
    assert complaints(source, part) == []


def test_importing_raftlab_imports_nothing_heavy() -> None:
    # raftlab.cli too: `raftlab --version` must not wait for JupyterLab.
    code = "import sys, raftlab, raftlab.cli; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert HEAVY & set(run.stdout.split()) == set()
