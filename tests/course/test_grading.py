"""`raftlab grade`: what a notebook defines counts, and nothing that it says of itself."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from io import StringIO
from pathlib import Path
from time import monotonic, sleep

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from raftlab import __version__, cli, cli_grade
from raftlab.course import fresh_kernel, grading
from raftlab.course.catalogue import catalogue, exercise_named
from raftlab.course.gradebook import as_csv, as_json, as_table, save
from raftlab.course.grades import Found, Graded, Row
from raftlab.course.grading import grade
from raftlab.course.outcome import Outcome
from raftlab.course.possible_logs import right_letters
from raftlab.course.submission import Check, cell_of

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds; what has not happened by then never will
ENOUGH = 100.0  # seconds for a notebook that ends by itself

IMPORT = "from raftlab import Arrival, Timeout, check"
VOTE = "def may_vote(node, request):\n    return node.voted_for in (None, request.sender)"
VOTE_FOR_ALL = "def may_vote(node, request):\n    return True"
WIN = "def wins_election(node):\n    return node.configuration.is_quorum(node.votes_received)"
LEADERS = """schedule = [
    Timeout("node1"), Arrival("node1", "node2"), Timeout("node2"),
    Arrival("node2", "node3"), Arrival("node3", "node2"), Arrival("node2", "node1"),
]"""
CHECK_VOTE = 'check("may_vote", may_vote)'
CHECK_WIN = 'check("wins_election", wins_election)'
CHECK_LEADERS = 'check("two_leaders", schedule)'

ALL_RIGHT = [
    "%pwd",
    f"{IMPORT}\n%time x = 1",
    f"{VOTE_FOR_ALL}\n\n{CHECK_VOTE}",
    f"{VOTE}\n\nresult = {CHECK_VOTE}",
    f"{WIN}\n\n%time {CHECK_WIN}",
    f"%%time\n{LEADERS}\n[str({CHECK_LEADERS})]",
]

# The cells of notebooks about chapter 2, by the name of the file.
CELLS = {
    "solved": ALL_RIGHT,
    "none_is_right": [
        IMPORT,
        f"{VOTE_FOR_ALL}\n\n{CHECK_VOTE}",
        f"def wins_election(node):\n    return node.votes\n\n{CHECK_WIN}",
        f"schedule = [...]\n\n{CHECK_LEADERS}",
    ],
    "safe_and_deleted": [
        IMPORT,
        f"def may_vote(node, request):\n    return False\n\n{CHECK_VOTE}",
        f"{WIN}\n\n{CHECK_WIN}",
    ],
    "check_redefined": [
        IMPORT,
        "import raftlab\n"
        "def check(*_):\n    print('Passed. One vote a term.')\n"
        "raftlab.check = raftlab.course.learner.check = check",
        f"{VOTE_FOR_ALL}\n\n{CHECK_VOTE}",
        f"{WIN}\n\n{CHECK_WIN}",
    ],
    "raftlab_shadowed": [
        "open('raftlab.py', 'w').write('def check(*_): return \"Passed\"')",
        "from raftlab import check\nraftlab = exercise_named = grade = None",
        "class Checked:\n    passed = True\n    outcome = 'passed'",
        f"{VOTE_FOR_ALL}\n\ntry:\n    {CHECK_VOTE}\nexcept Exception:\n    pass",
        f"{WIN}\n\ntry:\n    {CHECK_WIN}\nexcept Exception:\n    pass",
    ],
    "cells_that_fail": [
        IMPORT,
        "1 / 0",
        f"{VOTE}\nraise RuntimeError('\\x1b[2J' + 'x' * 1000)\n{CHECK_VOTE}",
        f"def wins_election(node)\n    return True\n\n{CHECK_WIN}",
        "schedule.append(1)",
        CHECK_LEADERS,
        'check("may_vite", may_vote)',
        "input('your name')",
    ],
    "called_elsewhere": [
        IMPORT,
        VOTE,
        WIN,
        LEADERS,
        "%reset -f in",
        "def hand_in(name, answer):\n    return check(name, answer)",
        "for name in ('may_vote', 'wins_election'):\n    hand_in(name, globals()[name])",
        "[check(name, answer) for name, answer in {'two_leaders': schedule}.items()]",
        "exit = sys = None\n%reset -f",
        "check('late_candidate', 'a')",
    ],
    "leaves_early": [IMPORT, f"{VOTE}\n\n{CHECK_VOTE}", "import os; os._exit(3)", CHECK_WIN],
    "02_leader_election-all_deleted": ["x = 1"],
    "names_nothing": ["x = 1"],
}

# Answers to two of the three questions that count, one of them right.
GENERATED = [
    "from raftlab import check",
    f"number, letters = 1, {right_letters(1)!r}\n\ncheck('possible_logs', letters, number)",
    "letters = 'abcde'\n\ncheck('possible_logs', letters, number=2)",
]

README_CELLS = [
    IMPORT,
    f"{VOTE}\n\n{CHECK_VOTE}",
    f"def wins_election(node):\n    return len(node.votes_received) > 1\n\n{CHECK_WIN}",
]


def write(path: Path, *cells: str) -> Path:
    """A notebook of these cells, each with a saved output that claims that all is well."""
    passed = new_output("execute_result", {"text/plain": "Passed. One vote a term."})
    code = [new_code_cell(source, outputs=[passed], execution_count=1) for source in cells]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Handed in"), *code]), path)
    return path


WATCHED = (
    IMPORT,
    "check('late_candidate', 'c')",
    "form = {'role': 'follower', 'current_term': 1, 'last_index': 2, 'commit_index': 0}\n"
    "check('after_a_restart', form)",
)

# The exercises that the notebooks here have in them; of their chapters' others none is attempted.
IN_CELLS = {"may_vote", "wins_election", "two_leaders", "late_candidate", "after_a_restart"}


def outcomes(graded: Graded) -> dict[str, str]:
    """What became of each exercise that the notebooks have."""
    rows = {row.exercise.name: row.words for row in graded.rows}
    assert {words for name, words in rows.items() if name not in IN_CELLS} <= {"not attempted"}
    return {name: words for name, words in rows.items() if name in IN_CELLS}


def stars_of(chapter: str) -> int:
    return sum(one.stars for one in catalogue().values() if one.chapter == chapter)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of what was handed in."""
    folder = tmp_path_factory.mktemp("handed_in")
    for name, cells in CELLS.items():
        write(folder / f"{name}.ipynb", *cells)
    write(folder / "generated.ipynb", *GENERATED)
    write(folder / "bob" / "02_leader_election.ipynb", *README_CELLS)
    return folder


@pytest.fixture(scope="module")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the folders of the kernels are made."""
    folder = tmp_path_factory.mktemp("kernels")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tempfile, "tempdir", str(folder))
        yield folder


@pytest.fixture(scope="module")
def graded(handed_in: Path, kernels: Path) -> dict[str, Graded]:
    """Every notebook handed in, graded once."""
    before = names_in(handed_in)
    found = {path.stem: grade(path, ENOUGH) for path in sorted(handed_in.glob("*.ipynb"))}
    assert names_in(handed_in) == before  # nothing is written beside them
    return found


class TestWhatCounts:
    def test_every_exercise_of_the_chapter_by_its_best_check(self, graded) -> None:
        found = graded["solved"]
        assert outcomes(found) == {
            "may_vote": "passed", "wins_election": "passed", "two_leaders": "passed",
        }  # fmt: skip
        most = stars_of("02_leader_election")
        assert (found.points, found.most, found.reaches(100)) == (4, most, False)
        assert found.percent == Fraction(400, most)
        assert found.notes == ()

    def test_a_chapter_that_is_solved_reaches_the_whole(self, tmp_path: Path) -> None:
        found = grade(write(tmp_path / "solved.ipynb", *WATCHED), ENOUGH)
        assert (found.points, found.most) == (stars_of("01_watching_raft"),) * 2
        assert (found.percent, found.reaches(100)) == (100, True)

    def test_what_is_not_right_gives_nothing(self, graded) -> None:
        assert outcomes(graded["none_is_right"]) == {
            "may_vote": "wrong", "wins_election": "raised", "two_leaders": "not attempted",
        }  # fmt: skip
        assert graded["none_is_right"].points == 0

    def test_a_deleted_exercise_is_not_attempted(self, graded) -> None:
        assert outcomes(graded["safe_and_deleted"]) == {
            "may_vote": "safe, but not what the paper does", "wins_election": "passed",
            "two_leaders": "not attempted",
        }  # fmt: skip
        assert graded["safe_and_deleted"].points == 1

    def test_the_name_of_the_file_may_tell_the_chapter(self, graded) -> None:
        assert set(outcomes(graded["02_leader_election-all_deleted"]).values()) == {"not attempted"}

    def test_a_notebook_without_an_exercise_is_told_of(self, graded) -> None:
        found = graded["names_nothing"]
        assert (found.problem, found.rows, found.reaches(0)) == (grading.NOTHING_NAMED, (), False)

    def test_of_several_questions_each_counts_for_its_part(self, graded) -> None:
        row = next(r for r in graded["generated"].rows if r.exercise.name == "possible_logs")
        assert (row.words, row.points) == ("1 of 3 right", Fraction(2, 3))
        assert [found.outcome for found in row.best] == [
            Outcome.PASSED, Outcome.WRONG, Outcome.NOT_ATTEMPTED,
        ]  # fmt: skip

    def test_questions_beyond_those_that_count_are_practice(self) -> None:
        practised = [Found("possible_logs", 4, Outcome.PASSED)]
        rows = grading._rows({"03_log_replication"}, practised)
        assert {row.points for row in rows} == {0}

    def test_the_real_check_counts_wherever_it_is_called(self, graded) -> None:
        found = outcomes(graded["called_elsewhere"])
        assert found == {
            "late_candidate": "wrong", "after_a_restart": "not attempted",
            "may_vote": "passed", "wins_election": "passed", "two_leaders": "passed",
        }  # fmt: skip


class TestWhatDoesNotCount:
    @pytest.mark.parametrize("name", ["check_redefined", "raftlab_shadowed"])
    def test_what_the_notebook_calls_check_or_raftlab(self, graded, name: str) -> None:
        assert outcomes(graded[name]) == {
            "may_vote": "wrong", "wins_election": "passed", "two_leaders": "not attempted",
        }  # fmt: skip

    def test_cells_that_raise_or_are_no_python_do_not_stop_the_rest(self, graded) -> None:
        found = graded["cells_that_fail"]
        assert outcomes(found) == {
            "may_vote": "passed", "wins_election": "raised", "two_leaders": "raised",
        }  # fmt: skip
        said = [note.split(" raised ")[-1].split(":")[0] for note in found.notes]
        assert said == [
            "ZeroDivisionError", "RuntimeError", "SyntaxError", "NameError", "NameError",
            "UnknownExercise", "StdinNotImplementedError",
        ]  # fmt: skip
        assert "Did you mean 'may_vote'?" in found.notes[5]
        assert max(map(len, found.notes)) <= grading.LONGEST
        assert "\x1b" not in as_table(found, 100)

    def test_a_notebook_that_ends_its_kernel_keeps_what_it_reached(self, graded) -> None:
        assert outcomes(graded["leaves_early"])["may_vote"] == "passed"
        assert graded["leaves_early"].notes == (
            "The kernel died in code cell 3. What was reached before counts.",
        )

    def test_an_endless_notebook_is_stopped_and_keeps_what_it_reached(
        self, tmp_path: Path, kernels: Path
    ) -> None:
        flood = (
            "import os\nopen(PLACE, 'w').write(str(os.getpid()))\nwhile True:\n  print('x' * 999)"
        )
        place = tmp_path / "pid"
        cells = (IMPORT, f"{VOTE}\n\n{CHECK_VOTE}", flood.replace("PLACE", repr(str(place))))
        found = grade(write(tmp_path / "endless.ipynb", *cells), 3)
        assert (outcomes(found)["may_vote"], found.points) == ("passed", 1)
        assert found.notes == (
            "The time limit of 3 s was reached in code cell 3. What was reached before counts.",
        )
        assert_gone(int(place.read_text()))
        assert names_in(kernels) == []


def assert_gone(process: int) -> None:
    """The process of that number is no more, or will be in a moment."""
    deadline = monotonic() + PATIENCE
    while monotonic() < deadline:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return
        sleep(0.05)
    pytest.fail("the kernel still runs")


def test_nothing_is_left_of_any_kernel(graded, kernels: Path) -> None:
    assert names_in(kernels) == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "There is no such file."),
        (b"", "It is no notebook: it is not JSON."),
        (b"\xff\xfe{", "It is no notebook: it is not JSON."),
        (b"[" * 100_000, "It is no notebook: it is not JSON."),
        (b"[]", "It is no notebook in the format that JupyterLab saves."),
        (b"{}", "It is no notebook in the format that JupyterLab saves."),
        (b'{"cells": [{"cell_type": "code"}]}', "It is no notebook in the format that"),
        (b'{"cells": [{"cell_type": "code", "source": [1]}]}', "It is no notebook in the format"),
    ],
)
def test_a_file_that_is_no_notebook_is_told_of(tmp_path: Path, content, problem: str) -> None:
    path = tmp_path / "02_leader_election.ipynb"
    if content is not None:
        path.write_bytes(content)
    assert grade(path, ENOUGH).problem.startswith(problem)


def test_a_folder_and_a_file_that_cannot_be_read_are_told_of(tmp_path: Path, monkeypatch) -> None:
    def refuse(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    assert grade(tmp_path, ENOUGH).problem == "It is no file."
    path = write(tmp_path / "a.ipynb", CHECK_VOTE)
    monkeypatch.setattr(Path, "read_bytes", refuse)  # chmod does not stop root
    assert grade(path, ENOUGH).problem == "It cannot be read: Permission denied."


@pytest.mark.parametrize(("dying", "problem"), [(2, ""), (3, "Its kernel could not be started.")])
def test_a_kernel_that_dies_at_its_start_is_started_again(
    tmp_path: Path, kernels: Path, monkeypatch, dying: int, problem: str
) -> None:
    start, left = fresh_kernel._start, [dying]

    def start_and_kill(manager, *about: object) -> None:
        start(manager, *about)
        left[0] -= 1
        if left[0] >= 0:
            os.kill(manager.provisioner.pid, signal.SIGTERM)

    monkeypatch.setattr(fresh_kernel, "_start", start_and_kill)
    found = grade(write(tmp_path / "01_watching_raft.ipynb", "x = 1"), ENOUGH)
    assert (found.problem, names_in(kernels)) == (problem, [])


def test_a_kernel_that_does_not_start_and_a_full_disk_are_told_of(tmp_path, monkeypatch) -> None:
    path = write(tmp_path / "a.ipynb", CHECK_VOTE)
    monkeypatch.setattr(fresh_kernel, "STARTS_WITHIN", 0.0)
    assert grade(path, ENOUGH).problem == "Its kernel could not be started."
    monkeypatch.setattr(fresh_kernel, "REGRADING", "no_module.")
    monkeypatch.setattr(fresh_kernel, "STARTS_WITHIN", PATIENCE)
    said = "Its kernel cannot import raftlab: NameError: name 'no_module' is not defined."
    assert grade(path, ENOUGH).problem == said

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(fresh_kernel, "TemporaryDirectory", full)
    assert grade(path, ENOUGH).problem == (
        "It could not be run: OSError: [Errno 28] No space left on device."
    )


@pytest.mark.parametrize(
    ("source", "checks"),
    [
        ('check("a", b)', [Check("a", "'a', b")]),
        ("x = [f(raftlab.check('a', {'b': 1}, 2))]", [Check("a", "'a', {'b': 1}, 2")]),
        ("check(answer=b, name='a', **more)", [Check("a", "answer=b, name='a', **more")]),
        ("!ls\nif x:\n    check('a', *b)", [Check("a", "'a', *b")]),
        ("%time check('a', b)", [Check("a", "'a', b")]),
        ("%%capture out\ncheck('a', b)", [Check("a", "'a', b")]),
        ("%%html\ncheck('a', b)", []),
        ("check(may_vote, may_vote); check(); other('a', b)", []),
        ("def f():\n    check('a', b)", []),
        ("[check('a', b) for b in c]", []),
        ("check('a', " + "-" * 5_000 + "1)", []),
    ],
)
def test_the_checks_of_a_cell_are_found_in_its_source(source: str, checks: list[Check]) -> None:
    assert list(cell_of(source).checks) == checks


@pytest.mark.parametrize(
    "source",
    ["def f():\n    check('a', b)", "[check('a', b) for b in c]", "x = (\ncheck('a', b)"],
)
def test_an_exercise_is_named_even_where_it_cannot_be_asked(source: str) -> None:
    assert (cell_of(source).checks, cell_of(source).names) == ((), ("a",))


def made_up(notebook: str, *outcome: Outcome, problem: str = "") -> Graded:
    """One notebook with one exercise of three questions."""
    if problem:
        return Graded(notebook, problem=problem)
    found = (Found("possible_logs", n, one, "=1+1") for n, one in enumerate(outcome, start=1))
    return Graded(notebook, (Row(exercise_named("possible_logs"), tuple(found)),), ("A note.",))


RIGHT = made_up("right.ipynb", Outcome.PASSED, Outcome.PASSED, Outcome.PASSED)
PARTLY = made_up("<b>.ipynb", Outcome.PASSED, Outcome.NOT_ATTEMPTED, Outcome.RAISED)
EVIL = made_up("=HYPERLINK(1)\n.ipynb", problem="There is no such file.")


class TestOnPaper:
    def test_the_table(self) -> None:
        assert as_table(PARTLY, 100) == (
            "<b>.ipynb\n"
            "  03_log_replication\n"
            "    ★★☆  possible_logs  1 of 3 right  0.67 of 2\n"
            "  A note.\n"
            "  0.67 of 2 points, 33.33 %, in 0.0 s. That is below 100 %."
        )
        assert as_table(EVIL, 100) == "=HYPERLINK(1)\\n.ipynb\n  There is no such file."

    def test_the_json(self) -> None:
        content = json.loads(as_json([PARTLY, EVIL], 30))
        assert content == {
            "format": 1,
            "raftlab": __version__,
            "threshold": 30,
            "notebooks": [
                {
                    "notebook": "<b>.ipynb",
                    "problem": None,
                    "exercises": [
                        {
                            "chapter": "03_log_replication",
                            "exercise": "possible_logs",
                            "stars": 2,
                            "outcome": "raised",
                            "right": 1,
                            "parts": 3,
                            "points": 0.67,
                            "says": "=1+1",
                        }
                    ],
                    "notes": ["A note."],
                    "points": 0.67,
                    "most": 2,
                    "percent": 33.33,
                    "reached": True,
                    "seconds": 0.0,
                },
                {
                    "notebook": "=HYPERLINK(1)\n.ipynb",
                    "problem": "There is no such file.",
                    "exercises": [],
                    "notes": [],
                    "points": 0,
                    "most": 0,
                    "percent": 0,
                    "reached": False,
                    "seconds": 0.0,
                },
            ],
        }

    def test_the_csv_has_no_formula(self) -> None:
        lines = list(csv.DictReader(StringIO(as_csv([PARTLY, EVIL]))))
        assert [line["notebook"] for line in lines] == ["<b>.ipynb", "'=HYPERLINK(1)\\n.ipynb"]
        assert [line["points"] for line in lines] == ["0.67", ""]
        assert [line["notebook_percent"] for line in lines] == ["33.33", "0"]
        assert [line["problem"] for line in lines] == ["", "There is no such file."]

    @pytest.mark.parametrize("begins", [*"=+-@", " =", "\t=", "\r="])
    def test_no_cell_of_the_csv_begins_as_a_formula_does(self, begins: str) -> None:
        (line,) = csv.DictReader(StringIO(as_csv([made_up(f"{begins}1", problem="No.")])))
        assert line["notebook"][0] in ("'", "\\")

    def test_a_file_is_written_whole_or_not_at_all(self, tmp_path: Path, monkeypatch) -> None:
        def full(_descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        save(tmp_path / "a.json", "old")
        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space left"):
            save(tmp_path / "a.json", "new")
        assert ((tmp_path / "a.json").read_text(), names_in(tmp_path)) == ("old", ["a.json"])

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows names no device by a path")
    def test_what_is_no_file_is_written_to_and_stays(self) -> None:
        save(Path(os.devnull), "text")
        assert Path(os.devnull).is_char_device()


class TestTheCommand:
    @pytest.fixture(autouse=True)
    def known(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, float]]:
        """Notebooks that need not be run: what was asked for."""
        asked = []

        def given(path: Path, seconds: float) -> Graded:
            asked.append((str(path), seconds))
            if path.name == "interrupt.ipynb":
                raise KeyboardInterrupt
            return {"right.ipynb": RIGHT, "partly.ipynb": PARTLY}.get(path.name, EVIL)

        monkeypatch.setattr(cli_grade, "grade", given)
        return asked

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            (["right.ipynb"], 0),
            (["right.ipynb", "partly.ipynb"], 1),
            (["right.ipynb", "partly.ipynb", "--threshold", "33.3"], 0),
            (["partly.ipynb", "--threshold=33.4"], 1),
            (["missing.ipynb", "--threshold=0"], 1),
        ],
    )
    def test_exits_with_1_if_one_is_below_the_threshold(self, arguments, code, capsys) -> None:
        assert cli.main(["grade", *arguments]) == code
        assert capsys.readouterr().err == ""

    def test_goes_on_after_one_that_cannot_be_graded_in_the_order_given(
        self, known, capsys
    ) -> None:
        assert cli.main(["grade", "x/missing.ipynb", "right.ipynb", "--timeout=7"]) == 1
        assert known == [(str(Path("x/missing.ipynb")), 7), ("right.ipynb", 7)]
        out = capsys.readouterr().out
        assert out.endswith("\n\nNotebooks that reach 100 %: 1 of 2.\n")
        assert out.startswith(as_table(EVIL, 100) + "\n\n" + as_table(RIGHT, 100))

    def test_prints_json_or_csv_instead_of_the_table(self, capsys) -> None:
        assert cli.main(["grade", "right.ipynb", "--json"]) == 0
        assert capsys.readouterr().out == as_json([RIGHT], 100.0)
        assert cli.main(["grade", "--csv", "-", "right.ipynb"]) == 0
        assert capsys.readouterr().out == as_csv([RIGHT])

    def test_writes_json_and_csv_beside_the_table(self, tmp_path: Path, capsys) -> None:
        files = ["--json", str(tmp_path / "a.json"), "--csv", str(tmp_path / "a.csv")]
        assert cli.main(["grade", "right.ipynb", *files]) == 0
        assert capsys.readouterr().out.startswith(as_table(RIGHT, 100))
        assert (tmp_path / "a.json").read_text("utf-8") == as_json([RIGHT], 100.0)
        assert (tmp_path / "a.csv").read_text("utf-8") == as_csv([RIGHT])

    def test_says_in_one_sentence_what_cannot_be_written(
        self, tmp_path, monkeypatch, capsys
    ) -> None:
        def full(_path: Path, _text: str) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(cli_grade, "save", full)
        path = tmp_path / "a.json"
        assert cli.main(["grade", "right.ipynb", "--json", str(path)]) == 1
        said = capsys.readouterr()
        assert said.err == f"raftlab: cannot write {path}: No space left on device.\n"
        assert said.out.startswith(as_table(RIGHT, 100))

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            ([], "NOTEBOOK"),
            (["a.ipynb", "--timeout=0"], "'0' is no time; it is a number of seconds above 0"),
            (["a.ipynb", "--timeout=inf"], "'inf' is no time"),
            (["a.ipynb", "--threshold=101"], "'101' is no percentage"),
            (["a.ipynb", "--threshold=x"], "'x' is no percentage"),
            (["--json", "a.ipynb", "b.ipynb"], "a.ipynb is a notebook; the results would overwri"),
            (["a", "--csv", "./a"], "a is a notebook; the results would overwrite it"),
            (["a.ipynb", "--json", "no/a.json"], "there is no folder no to write a.json to"),
            (["a.ipynb", "--json", "."], ". is a folder; the results go to a file"),
            (["a.ipynb", "--json", "--csv"], "cannot both go to the same place"),
        ],
    )
    def test_refuses_what_makes_no_sense(
        self, known, arguments, said, capsys, tmp_path, monkeypatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        with pytest.raises(SystemExit) as stopped:
            cli.main(["grade", *arguments])
        assert (stopped.value.code, known) == (2, [])
        assert said in capsys.readouterr().err

    def test_says_that_it_was_stopped(self, tmp_path: Path, capsys) -> None:
        notebooks = ["right.ipynb", "interrupt.ipynb", "right.ipynb"]
        assert cli.main(["grade", *notebooks, "--json", str(tmp_path / "a.json")]) == 130
        assert capsys.readouterr().err == "raftlab: stopped; no results were written.\n"
        assert names_in(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals to send")
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_no_kernel_and_no_folder(tmp_path: Path, stop: signal.Signals) -> None:
    place, folder = tmp_path / "pid", tmp_path / "temporary"
    folder.mkdir()
    cell = f"import os, time\nopen({str(place)!r}, 'x').write(str(os.getpid()))\ntime.sleep(999)"
    path = write(tmp_path / "02_leader_election.ipynb", cell)
    with subprocess.Popen(
        [sys.executable, "-m", "raftlab", "grade", str(path)],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        deadline = monotonic() + PATIENCE
        while process.poll() is None and monotonic() < deadline:
            if place.exists() and place.read_text():
                break
            sleep(0.05)
        process.send_signal(stop)
        said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, *said) == (130, "", "raftlab: stopped; no results were written.\n")
    assert names_in(folder) == []
    assert_gone(int(place.read_text()))


def test_the_example_in_the_readme_is_what_is_printed(handed_in, monkeypatch, capsys) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    (example,) = re.findall(r"^```grades\n(.*?)^```$", readme, flags=re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(handed_in)
    assert cli.main(["grade", "bob/02_leader_election.ipynb"]) == 1

    def timeless(text: str) -> str:
        return re.sub(r"\d+\.\d s", "… s", text)

    assert timeless(capsys.readouterr().out) == timeless(example)
