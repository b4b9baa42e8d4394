"""The chapters keep the promises of their form: headings, links, small cells, exercises, alt texts.

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

from raftlab.course.catalogue import exercise_named
from raftlab.course.outcome import stars
from raftlab.raft.rules import RULE_NAMES
from tools import notebooks

HEADING = re.compile(r"^(#+) +(.+)$", flags=re.MULTILINE)
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
IMAGE = re.compile(r"<img\b[^>]*>", flags=re.DOTALL)
PREDICT = re.compile(r"^\*\*Predict\.\*\*", flags=re.MULTILINE)
WAY_ON = re.compile(r"^Previous: (.+) · Contents: (.+) · Next: (.+)$", flags=re.MULTILINE)
STARRED = re.compile(r".+ [★☆]{3}")
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


NOTEBOOKS = {path.name: read(path) for path in sorted(notebooks.NOTEBOOKS.glob("*.ipynb"))}
# A chapter has a number, and its place in the course; free play has neither.
CHAPTERS = {name: notebook for name, notebook in NOTEBOOKS.items() if name[0].isdigit()}
every_notebook = pytest.mark.parametrize("chapter", NOTEBOOKS.values(), ids=NOTEBOOKS)
every_chapter = pytest.mark.parametrize("chapter", CHAPTERS.values(), ids=CHAPTERS)


def test_the_course_starts_and_has_a_first_chapter() -> None:
    assert list(CHAPTERS)[:2] == ["00_start_here.ipynb", "01_watching_raft.ipynb"]


@every_notebook
def test_one_title_and_no_heading_level_left_out(chapter: Chapter) -> None:
    levels = [level for level, _ in chapter.headings()]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))


@every_notebook
def test_no_two_headings_are_the_same(chapter: Chapter) -> None:
    assert len(chapter.anchors()) == len(chapter.headings())


@every_notebook
def test_every_link_leads_somewhere(chapter: Chapter) -> None:
    for target in LINK.findall("\n".join(chapter.prose())):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        there = NOTEBOOKS.get(name) if name else chapter
        assert there is not None, target
        assert not anchor or anchor in there.anchors(), target


@every_chapter
def test_the_way_on_stands_at_the_top_and_at_the_bottom(chapter: Chapter) -> None:
    assert chapter.cells[0].cell_type == chapter.cells[-1].cell_type == "markdown"
    at_the_top, at_the_bottom = WAY_ON.findall("\n".join(chapter.prose()))
    assert at_the_top == at_the_bottom
    assert chapter.prose()[-1].endswith(f"Next: {at_the_bottom[-1]}")


def test_the_way_on_leads_from_each_chapter_to_the_next_and_back() -> None:
    ways = {name: WAY_ON.findall(chapter.prose()[0])[0] for name, chapter in CHAPTERS.items()}
    for name, following in pairwise(CHAPTERS):
        assert LINK.findall(ways[name][2]) == [following]
        assert LINK.findall(ways[following][0]) == [name]
        assert LINK.findall(ways[following][1]) == ["00_start_here.ipynb#The-chapters"]


def test_the_first_page_lists_every_chapter_with_the_time_that_it_takes() -> None:
    start, *chapters = CHAPTERS.values()
    for chapter in chapters:
        (time,) = re.findall(r"\*\*Time:\*\* (\d+ min)utes", chapter.prose()[0])
        listed = rf"^\| \[[^\]]+\]\({chapter.path.name}\).* \| {time} \|$"
        assert len(re.findall(listed, "\n".join(start.prose()), flags=re.MULTILINE)) == 1


@every_notebook
def test_a_cell_is_small(chapter: Chapter) -> None:
    for cell in chapter.code():
        assert len(cell.source.splitlines()) <= notebooks.LONGEST_CELL, cell.id


@every_chapter
def test_a_function_is_a_rule_that_the_chapter_tries_or_checks(chapter: Chapter) -> None:
    source = "\n".join(cell.source for cell in chapter.code())
    tree = ast.parse(source)
    tried = {*_tried_rules(tree), *_checked_rules(tree)}
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
def test_an_exercise_stands_under_its_title_and_its_stars(chapter: Chapter) -> None:
    under: str = ""
    for cell in chapter.cells:
        if cell.cell_type == "markdown":
            under = next((title for _, title in reversed(HEADING.findall(cell.source))), under)
            continue
        for _, name, _ in _exercise_calls(ast.parse(cell.source)):
            exercise = exercise_named(name)
            assert under == f"{exercise.title} {stars(exercise.stars)}", cell.id
            assert exercise.chapter == chapter.path.stem, cell.id


@every_chapter
def test_stars_stand_over_exercises_alone(chapter: Chapter) -> None:
    starred = [title for _, title in chapter.headings() if STARRED.fullmatch(title)]
    calls = [call for cell in chapter.code() for call in _exercise_calls(ast.parse(cell.source))]
    assert len(starred) == len({name for _, name, _ in calls})


@every_chapter
def test_a_check_ends_its_cell_and_is_of_an_answer(chapter: Chapter) -> None:
    begun: set[str] = set()
    for cell in chapter.code():
        tree = ast.parse(cell.source)
        named = set(_names_given(tree))
        for function, name, call in _exercise_calls(tree):
            if function == "begin":
                begun |= named
            if function == "check":
                last = tree.body[-1]
                assert isinstance(last, ast.Expr)
                assert last.value is call, cell.id
                assert isinstance(call.args[1], ast.Name), cell.id
                # Any other answer is in the cell of its check: only a run is played elsewhere.
                assert call.args[1].id in (named or begun), cell.id
                assert call.args[1].id == name or not _functions(tree), cell.id


@every_chapter
def test_an_untouched_exercise_is_not_attempted(chapter: Chapter) -> None:
    for cell in chapter.code():
        for function, name, _ in _exercise_calls(ast.parse(cell.source)):
            if function == "check":
                (said,) = _said(cell)
                assert said.startswith("Not attempted. "), cell.id
                assert said.endswith(f"hint({name!r})"), cell.id


@every_chapter
def test_a_question_is_asked_before_it_is_checked(chapter: Chapter) -> None:
    asked: set[tuple[str, int]] = set()
    for cell in chapter.code():
        for function, name, call in _exercise_calls(ast.parse(cell.source)):
            exercise = exercise_named(name)
            place = {"question": 1, "check": 2}.get(function, 9)
            number = ast.literal_eval(call.args[place]) if place < len(call.args) else 1
            if function == "question":
                asked.add((name, number))
            elif function == "check" and exercise.question(number).cluster is not None:
                assert (name, number) in asked, cell.id
    for name, _ in asked:
        parts = {number for one, number in asked if one == name}
        assert parts == set(range(1, exercise_named(name).parts + 1)), name


@every_chapter
def test_an_exercise_says_where_help_is(chapter: Chapter) -> None:
    prose = "\n".join(chapter.prose())
    for cell in chapter.code():
        for _, name, _ in _exercise_calls(ast.parse(cell.source)):
            assert f'hint("{name}")' in prose, name


@every_notebook
def test_what_opens_closes(chapter: Chapter) -> None:
    for source in chapter.prose():
        assert source.count("<details>") == source.count("</details>")
        assert source.count("<summary>") == source.count("</summary>")


@every_notebook
def test_what_a_cell_shows_is_saved_with_it(chapter: Chapter) -> None:
    for cell in chapter.code():
        last = ast.parse(cell.source).body[-1]
        if isinstance(last, ast.Expr | ast.For) and not _only_acts(last):
            assert cell.outputs, cell.id


@every_notebook
def test_a_picture_says_in_words_what_it_shows(chapter: Chapter) -> None:
    for cell in chapter.cells:
        for shown in (cell.source, *_html(cell)):
            for image in IMAGE.findall(shown):
                alt = re.search(r'alt="([^"]*)"', image)
                assert alt, cell.id
                assert len(alt[1]) >= SHORTEST_ALT, cell.id


@every_notebook
def test_nothing_tells_where_the_chapter_was_made(chapter: Chapter) -> None:
    assert not re.search(
        r"/(home|root|tmp|Users|work)/|site-packages", chapter.path.read_text("utf-8")
    )


@every_notebook
def test_a_chapter_is_small(chapter: Chapter) -> None:
    assert chapter.path.stat().st_size < LARGEST


@every_notebook
def test_a_cell_says_the_same_when_run_again_and_in_another_order(
    chapter: Chapter, tmp_path: Path
) -> None:
    code = chapter.code()
    twice = [cell for cell in code for _ in range(2)]
    order = [*twice, *reversed(code)]
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(cell.source, id=f"run-{n}") for n, cell in enumerate(order)
        ]
    )
    # In an empty folder: the progress of whoever runs this is none of the chapter's.
    run = notebooks.executed(nbformat.writes(notebook), tmp_path)
    for cell, again in zip(order, nbformat.reads(run, as_version=4).cells, strict=True):
        assert _said(again) == _said(cell), cell.id
    assert not list(tmp_path.iterdir())


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


def test_the_functions_that_are_checked_are_found() -> None:
    tree = ast.parse('check("may_vote", may_vote)\ncheck("two_leaders", schedule)\nhint("x")')
    assert list(_checked_rules(tree)) == ["may_vote", "schedule"]


def _tried_rules(tree: ast.AST) -> Iterator[str]:
    """The names of the functions that take a rule's place in `RAFT.but(rule=function)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            for keyword in node.keywords if node.func.attr == "but" else ():
                assert keyword.arg in RULE_NAMES
                if isinstance(keyword.value, ast.Name):
                    yield keyword.value.id


def _checked_rules(tree: ast.AST) -> Iterator[str]:
    """The names of what is handed to `check(exercise, name)`."""
    for function, _, call in _exercise_calls(tree):
        if function == "check" and isinstance(call.args[1], ast.Name):
            yield call.args[1].id


def _exercise_calls(tree: ast.AST) -> Iterator[tuple[str, str, ast.Call]]:
    """Each call of `check`, `question` or `begin`: its name, the exercise's, the call itself."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Name(id="check" | "question" | "begin" as function),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield function, name, node


def _names_given(tree: ast.Module) -> Iterator[str]:
    """The names that a cell assigns to, or defines a function by."""
    yield from _functions(tree)
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            yield from (target.id for target in statement.targets if isinstance(target, ast.Name))


def _functions(tree: ast.Module) -> list[str]:
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]


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
