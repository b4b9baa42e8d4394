"""Whether what clients saw is linearizable: asked without a verdict, and judged by a search."""

import pytest

from raftlab.course.card import show_question
from raftlab.course.catalogue import exercise_named
from raftlab.course.linearizable import Linearizable, judged, right_word
from raftlab.course.outcome import Outcome
from raftlab.course.what_clients_saw import TOLD, what_clients_saw

DRAWN = range(4, 64)


def exercise() -> Linearizable:
    found = exercise_named("linearizable")
    assert isinstance(found, Linearizable)
    return found


def test_each_that_counts_sets_a_trap_of_its_own() -> None:
    assert [right_word(number) for number in TOLD] == ["yes", "no", "yes"]
    assert [len(judged(number).culprits) for number in TOLD] == [0, 2, 0]


def test_those_drawn_differ_and_are_linearizable_about_as_often_as_not() -> None:
    assert len({what_clients_saw(number) for number in DRAWN}) == len(DRAWN)
    yes = [right_word(number) for number in DRAWN].count("yes")
    assert len(DRAWN) / 3 < yes < len(DRAWN) * 2 / 3


def test_who_writes_writes_a_value_of_its_own() -> None:
    for number in DRAWN:
        writes = [one.command for one in what_clients_saw(number) if "SET" in one.command]
        assert len(set(writes)) == len(writes)


def test_a_question_shows_every_operation_and_no_verdict() -> None:
    question = exercise().question(2)
    said, shown = str(question), show_question(question)["text/html"]
    for operation in what_clients_saw(2):
        assert str(operation) in said
        assert operation.when in shown
    for telling in ("ndecided", "contradict", "✕", "inearizable:"):
        assert telling not in said
        assert telling not in shown


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("answer", ["yes", "No.", True, False])
def test_a_word_is_judged(number: int, answer: str | bool) -> None:
    found = exercise().grade(answer, number)
    means = answer in ("yes", True)
    assert found.passed == (means == judged(number).linearizable)
    if not found.passed:
        assert found.headline == f"There is {'no' if means else 'an'} order."
        assert found.question
    assert found.sentence


@pytest.mark.parametrize("answer", ["maybe", 1, 0.5, ["yes"], {"yes"}, max])
def test_what_is_neither_yes_nor_no_is_told_so(answer: object) -> None:
    found = exercise().grade(answer)
    assert (found.outcome, found.headline) == (Outcome.WRONG, "That is neither yes nor no.")
    assert found.question == ""


def test_why_there_is_no_order_is_told() -> None:
    assert str(exercise().grade("yes", 2)).splitlines()[:2] == [
        "Wrong. There is no order.",
        "client3's GET x found no value after client2's GET x had found 1, and nothing that had "
        "begun by then can take the value of x away.",
    ]
