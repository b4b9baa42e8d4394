"""The chapters keep the promises of their form: headings, links, small cells, answers, alt texts.

That each cell runs and still says what it said is nbval's to see.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from raftlab.raft.rules import RULE_NAMES
from tools import notebooks

HEADING = re.compile(r"^(#+) +(.+)$", flags=re.MULTILINE)
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
IMAGE = re.compile(r"<img\b[^>]*>", flags=re.DOTALL)
PREDICT = re.compile(r"^\*\*Predict\.\*\*", flags=re.MULTILINE)
SHORTEST_ALT = 40
LARGEST = 600_000
"""Bytes of a chapter with its pictures, so that a repository of chapters stays small."""


@dataclass(frozen=True)
class Chapter:
    """One notebook, read."""

    path: Path
    cells: tuple[NotebookNode, ...]

    def prose(self) -> tuple[str, ...]:
        return tuple(cell.source for cell in self.cells if cell.cell_type == "markdown")

    def code(self) -> tuple[NotebookNode, ...]:
        return tuple(cell for cell in self.cells if cell.cell_type == "code")

    def headings(self) -> tuple[tuple[int, str], ...]:
        return tuple(
            (len(marks), title) for marks, title in HEADING.findall("\n".join(self.prose()))
        )

    def anchors(self) -> set[str]:
        return {title.strip().replace(" ", "-") for _, title in self.headings()}


def read(path: Path) -> Chapter:
    return Chapter(path, tuple(nbformat.read(path, as_version=4).cells))


CHAPTERS = {path.name: read(path) for path in sorted(notebooks.NOTEBOOKS.glob("*.ipynb"))}
every_chapter = pytest.mark.parametrize("chapter", CHAPTERS.values(), ids=CHAPTERS)


def test_the_course_starts_and_has_a_first_chapter() -> None:
    assert list(CHAPTERS)[:2] == ["00_start_here.ipynb", "01_watching_raft.ipynb"]


@every_chapter
def test_one_title_and_no_heading_level_left_out(chapter: Chapter) -> None:
    levels = [level for level, _ in chapter.headings()]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))


@every_chapter
def test_no_two_headings_are_the_same(chapter: Chapter) -> None:
    assert len(chapter.anchors()) == len(chapter.headings())


@every_chapter
def test_every_link_leads_somewhere(chapter: Chapter) -> None:
    for target in LINK.findall("\n".join(chapter.prose())):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        there = CHAPTERS.get(name) if name else chapter
        assert there is not None, target
        assert not anchor or anchor in there.anchors(), target


@every_chapter
def test_the_way_on_stands_at_the_top_and_at_the_bottom(chapter: Chapter) -> None:
    for cell in (chapter.prose()[0], chapter.prose()[-1]):
        assert re.search(r"^Previous: .+ · Contents: .+ · Next: .+$", cell, flags=re.MULTILINE)


@every_chapter
def test_a_cell_is_small(chapter: Chapter) -> None:
    for cell in chapter.code():
        assert len(cell.source.splitlines()) <= notebooks.LONGEST_CELL, cell.id


@every_chapter
def test_a_function_is_a_rule_that_the_chapter_tries(chapter: Chapter) -> None:
    source = "\n".join(cell.source for cell in chapter.code())
    tree = ast.parse(source)
    tried = set(_tried_rules(tree))
    for node in ast.walk(tree):
        assert not isinstance(node, ast.ClassDef | ast.AsyncFunctionDef | ast.Lambda)
        if isinstance(node, ast.FunctionDef):
            assert node.name in tried, node.name


@every_chapter
def test_a_prediction_is_tried_and_answered(chapter: Chapter) -> None:
    asked = [place for place, cell in enumerate(chapter.cells) if _asks(cell)]
    for place, following in pairwise([*asked, len(chapter.cells)]):
        cell, step = chapter.cells[place : place + 2]
        assert step.cell_type == "code", cell.id
        answer = "".join(later.source for later in chapter.cells[place + 2 : following + 1])
        assert "<summary>Answer</summary>" in answer or "explain(" in step.source, cell.id


@every_chapter
def test_what_opens_closes(chapter: Chapter) -> None:
    for source in chapter.prose():
        assert source.count("<details>") == source.count("</details>")
        assert source.count("<summary>") == source.count("</summary>")


@every_chapter
def test_what_a_cell_shows_is_saved_with_it(chapter: Chapter) -> None:
    for cell in chapter.code():
        last = ast.parse(cell.source).body[-1]
        if isinstance(last, ast.Expr | ast.For) and not _only_acts(last):
            assert cell.outputs, cell.id


@every_chapter
def test_a_picture_says_in_words_what_it_shows(chapter: Chapter) -> None:
    for cell in chapter.cells:
        for shown in (cell.source, *_html(cell)):
            for image in IMAGE.findall(shown):
                alt = re.search(r'alt="([^"]*)"', image)
                assert alt, cell.id
                assert len(alt[1]) >= SHORTEST_ALT, cell.id


@every_chapter
def test_nothing_tells_where_the_chapter_was_made(chapter: Chapter) -> None:
    assert not re.search(
        r"/(home|root|tmp|Users|work)/|site-packages", chapter.path.read_text("utf-8")
    )


@every_chapter
def test_a_chapter_is_small(chapter: Chapter) -> None:
    assert chapter.path.stat().st_size < LARGEST


@every_chapter
def test_a_cell_says_the_same_when_run_again_and_in_another_order(chapter: Chapter) -> None:
    code = chapter.code()
    twice = [cell for cell in code for _ in range(2)]
    order = [*twice, *reversed(code)]
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(cell.source, id=f"run-{n}") for n, cell in enumerate(order)
        ]
    )
    run = notebooks.executed(nbformat.writes(notebook), chapter.path.parent)
    for cell, again in zip(order, nbformat.reads(run, as_version=4).cells, strict=True):
        assert _said(again) == _said(cell), cell.id


def test_chapter_1_shows_the_states_of_the_story() -> None:
    said = "".join(
        output.text
        for cell in CHAPTERS["01_watching_raft.ipynb"].code()
        for output in cell.outputs
        if output.output_type == "stream"
    )
    assert "node1: Candidate, Term: 1, Log: [], VotesReceived: 2 (self, node2)" in said
    assert "node1: Leader, Term: 1, Log: []" in said
    assert "node2: Follower, Term: 1, Log: [], VotedFor: node1" in said


def test_the_functions_that_take_a_rules_place_are_found() -> None:
    tree = ast.parse("RAFT.but(persist=mine)\nRAFT.but(leader_commit_index=other)")
    assert set(_tried_rules(tree)) == {"mine", "other"}


def _tried_rules(tree: ast.AST) -> Iterator[str]:
    """The names of the functions that take a rule's place in `RAFT.but(rule=function)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            for keyword in node.keywords if node.func.attr == "but" else ():
                assert keyword.arg in RULE_NAMES
                if isinstance(keyword.value, ast.Name):
                    yield keyword.value.id


def _asks(cell: NotebookNode) -> bool:
    return cell.cell_type == "markdown" and bool(PREDICT.search(cell.source))


def _only_acts(statement: ast.stmt) -> bool:
    """Whether a last line does something to a run and gives nothing to show."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in {"perform", "deliver_all"}
    )


def _said(cell: NotebookNode) -> list[str]:
    """What a cell shows, in words."""
    return [
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for output in cell.outputs
    ]


def _html(cell: NotebookNode) -> Iterator[str]:
    for output in cell.get("outputs", ()):
        yield output.get("data", {}).get("text/html", "")
