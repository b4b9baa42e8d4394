"""Keep: the run as a file beside the notebook, and never over one that is there."""

import ast
from pathlib import Path

import pytest

from raftlab import ClientCommand, History, fresh, leader_elected, load, walkthrough
from raftlab.views import keep as keep_module
from raftlab.views.draw import NoEngine
from raftlab.widgets.keeping import (
    PNG,
    PYTHON,
    RUN,
    STRIP,
    STRIP_PNG,
    SUFFIXES,
    SVG,
    TEST,
    Keeping,
)


@pytest.fixture(autouse=True)
def beside_the_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def kept(history: History, what: str) -> Keeping:
    keeping = Keeping(history)
    keeping.what.value = what
    keeping.keep.click()
    return keeping


@pytest.mark.parametrize(
    ("what", "name"),
    [
        (RUN, "three_nodes.json"),
        (PYTHON, "three_nodes.py"),
        (TEST, "test_three_nodes.py"),
        (SVG, "three_nodes.svg"),
        (PNG, "three_nodes.png"),
        (STRIP, "three_nodes_strip.svg"),
        (STRIP_PNG, "three_nodes_strip.png"),
    ],
)
def test_each_kind_is_a_file_named_after_the_run(tmp_path: Path, what: str, name: str) -> None:
    history = fresh()
    history.title = "Three nodes"
    assert kept(history, what).said.value == f"Kept as {name}, beside the notebook."
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert what in SUFFIXES


def test_what_is_there_is_never_written_over(tmp_path: Path) -> None:
    history = fresh()
    history.title = "x"
    for name in ("x.json", "x_2.json", "x_3.json"):
        assert name in kept(history, RUN).said.value
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("title", ["", "../../etc/passwd", "<b>&", "a" * 500, "日本"])
def test_no_title_leads_elsewhere(tmp_path: Path, title: str) -> None:
    history = fresh()
    history.title = title
    kept(history, RUN)
    (path,) = tmp_path.iterdir()
    assert len(path.name) <= 70
    assert load(path).title == title


def test_python_and_a_test_are_shown_to_be_copied_as_text() -> None:
    history = leader_elected()
    history.do(ClientCommand("node1", "SET x <script>alert(1)</script>"))
    for what in (PYTHON, TEST):
        shown = kept(history, what).text.value
        assert "<script>" not in shown
        assert "&lt;script&gt;" in shown
    assert kept(history, RUN).text.value == ""


def test_the_test_is_python(tmp_path: Path) -> None:
    kept(walkthrough(), TEST)
    (path,) = tmp_path.iterdir()
    ast.parse(path.read_text())


def test_a_folder_that_cannot_be_written_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(keep_module, "save", fails)
    said = kept(fresh(), RUN).said.value
    assert said.endswith(".json could not be written: Read-only file system.")


def test_where_nothing_draws_it_says_so_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise NoEngine("There is no Graphviz to draw with.")

    monkeypatch.setattr(keep_module, "svg", fails)
    said = kept(fresh(), SVG).said.value
    assert said == "Nothing was written. There is no Graphviz to draw with."
    assert list(tmp_path.iterdir()) == []
