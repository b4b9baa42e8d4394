"""What a learner calls, and what is remembered of it."""

import sys
from pathlib import Path

import pytest

from raftlab import begin, check, hint, progress, question, solution
from raftlab.course.catalogue import UnknownExercise, catalogue
from raftlab.course.outcome import Outcome
from raftlab.course.record import FILE, Record
from raftlab.raft import RAFT
from raftlab.sim.history import History


@pytest.fixture(autouse=True)
def folder(learners_folder: Path) -> Path:
    return learners_folder


def for_everyone(node, request):
    return True


def test_what_is_not_begun_is_not_attempted_and_leaves_no_trace(folder: Path) -> None:
    found = check("may_vote", ...)
    assert found.outcome is Outcome.NOT_ATTEMPTED
    assert str(found).startswith("Not attempted. Nothing to check yet.")
    assert list(folder.iterdir()) == []


def test_a_check_is_remembered_and_a_pass_stays(folder: Path) -> None:
    assert check("may_vote", for_everyone).outcome is Outcome.WRONG
    assert Record(folder).mark("may_vote").outcome == "wrong"
    assert check("may_vote", RAFT.may_vote).passed
    assert check("may_vote", for_everyone).outcome is Outcome.WRONG
    mark = Record(folder).mark("may_vote")
    assert (mark.outcome, mark.attempts) == ("passed", 3)


def test_a_wrong_rule_reads_from_the_outcome_to_what_to_do_next() -> None:
    said = str(check("may_vote", for_everyone)).splitlines()
    assert said[:2] == [
        "Wrong. Election Safety broke after 6 events.",
        "node1 and node3 both led term 1.",
    ]
    assert said[2:8] == [
        "   1  node1 times out",
        "   2  RequestVote, node1 → node2, term 1, log empty",
        "   3  reply: vote granted, node2 → node1, term 1",
        "   4  node3 times out",
        "   5  RequestVote, node3 → node1, term 1, log empty",
        "   6  reply: vote granted, node1 → node3, term 1",
    ]
    assert said[8] == "A question. node1 voted twice in term 1. What must it remember?"
    assert said[-1].endswith("A hint that speaks of this answer: hint('may_vote')")


def test_a_pass_says_what_was_tried() -> None:
    said = str(check("may_vote", RAFT.may_vote))
    assert said.startswith("Passed. One vote a term: ")
    for words in (
        "5 cases",
        "3 starting points",
        "4,234 clusters in",
        "No term above 1",
        "claimed",
    ):
        assert words in said


def test_hints_come_one_after_the_other_and_the_third_comes_again() -> None:
    of = catalogue()["may_vote"]
    given = [hint("may_vote") for _ in range(4)]
    assert [one.number for one in given] == [1, 2, 3, 3]
    assert [one.words for one in given[:3]] == [of.nudge, of.hint, of.scaffold]
    assert "Your last answer" not in str(given[0])


def test_a_hint_speaks_of_this_wrong_run() -> None:
    check("may_vote", for_everyone)
    assert hint("may_vote").closer == (
        "At event 5 (RequestVote, node3 → node1, term 1, log empty), may_vote says yes: node1 has "
        "voted for itself in term 1."
    )
    check("may_vote", RAFT.may_vote)
    assert hint("may_vote").closer == ""


def test_a_solution_is_shown_at_the_second_request() -> None:
    first = solution("may_vote")
    assert not first.shown
    assert "def may_vote" not in str(first)
    assert "ask once more" in str(first)
    second = str(solution("may_vote"))
    assert "def may_vote" in second
    assert catalogue()["may_vote"].explains in second


def test_a_solution_is_shown_at_once_after_a_pass() -> None:
    check("may_vote", RAFT.may_vote)
    assert solution("may_vote").shown


def test_progress_is_a_table_with_stars() -> None:
    count, stars = len(catalogue()), sum(one.stars for one in catalogue().values())
    assert progress().headline == f"0 of {count} exercises passed, 0 of {stars} stars."
    check("may_vote", for_everyone)
    hint("may_vote")
    check("may_vote", RAFT.may_vote)
    said = str(progress())
    assert said.startswith(f"1 of {count} exercises passed, 1 of {stars} stars.")
    assert "★☆☆  may_vote" in said
    assert "passed  (2 checks, 1 hint)" in said
    assert "2. Leader election" in said


def test_an_exercise_of_several_questions_is_passed_with_the_last_of_them(folder: Path) -> None:
    from raftlab.course.safe_entries import logs_after_a_power_cut, safe_index

    right = [safe_index(logs_after_a_power_cut(number)) for number in (1, 2, 3)]
    check("safe_entries", right[1], 2)
    check("safe_entries", right[0], 1)
    assert "begun  (2 of 3, 2 checks)" in str(progress())
    assert Record(folder).mark("safe_entries").outcome == "not attempted"
    check("safe_entries", right[2], 3)
    assert Record(folder).mark("safe_entries").outcome == "passed"


def test_the_best_schedule_is_kept() -> None:
    shortest = catalogue()["two_leaders"].shortest.history
    longer = begin("two_leaders")
    for moment in shortest.line()[1:]:
        longer.do(moment.step.event)
    assert check("two_leaders", longer).events == 6
    assert "passed  (best: 6 events, 1 check)" in str(progress())


def test_a_run_is_begun_where_one_is_asked_for() -> None:
    run = begin("forgetful_logs")
    assert isinstance(run, History)
    assert run.rules_changed == {"persist"}
    with pytest.raises(ValueError, match="is no run: look at question"):
        begin("may_vote")


def test_a_question_shows_what_is_asked() -> None:
    said = str(question("late_candidate"))
    assert said.startswith("A timer runs out too soon ★☆☆")
    assert "  d. node3 leads term 2." in said


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("may_wote", "There is no exercise named 'may_wote'. Did you mean 'may_vote'?"),
        ("zzz", "There are: late_candidate, "),
        (for_everyone, 'The name comes first, in quotes: check("for_everyone", for_everyone).'),
    ],
)
def test_an_unknown_exercise_is_told_with_what_comes_close(name: object, says: str) -> None:
    for ask in (check, hint, solution, question, begin):
        with pytest.raises(UnknownExercise) as refused:
            ask(name)
        assert says in str(refused.value)


def test_trouble_with_saving_is_said_beside_the_outcome(folder: Path) -> None:
    (folder / FILE).write_text("{")
    found = check("may_vote", RAFT.may_vote)
    assert found.passed
    (note,) = found.notes
    assert "could not be understood and is now" in note
    assert str(found).startswith(note)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the folder it stands in")
def test_a_folder_that_is_gone_is_said_and_not_fatal(folder: Path) -> None:
    folder.rmdir()
    found = check("may_vote", RAFT.may_vote)
    assert found.passed
    (note,) = found.notes
    assert note.startswith("Your progress cannot be saved in this folder")
    assert solution("may_vote").shown
