"""Predictions: what is right is asked of the simulator, and of no one else."""

from dataclasses import replace

import numpy as np
import pytest

from raftlab.course.catalogue import catalogue, exercise_named
from raftlab.course.outcome import Outcome
from raftlab.course.predict import ChoiceExercise, FormExercise
from raftlab.raft import Role, Timeout
from raftlab.sim.acts import Arrival


def choice() -> ChoiceExercise:
    exercise = exercise_named("late_candidate")
    assert isinstance(exercise, ChoiceExercise)
    return exercise


def form() -> FormExercise:
    exercise = exercise_named("after_a_restart")
    assert isinstance(exercise, FormExercise)
    return exercise


RIGHT = {"role": "follower", "current_term": 1, "last_index": 2, "commit_index": 0}


def test_what_holds_is_asked_of_what_happens() -> None:
    """Were the answer stored, other events would not change it."""
    exercise = choice()
    longer = replace(exercise, acts=(*exercise.acts, Arrival("node1", "node3")))
    assert [exercise.reference()[0], longer.reference()[0]] == ["c", "c"]
    assert exercise.grade("d").headline == "d is not what happens."
    assert longer.grade("d").passed  # the vote has arrived
    assert replace(exercise, acts=(Timeout("node3"),)).grade("a").passed


def test_what_a_field_is_is_asked_of_what_happens() -> None:
    assert form().grade(RIGHT).passed
    found = replace(form(), acts=()).grade(RIGHT)
    assert found.headline == "2 of 4 are right."
    assert found.sentence == "Not so: `role` 'follower' and `commit_index` 0."


def test_a_right_letter_tells_what_happened() -> None:
    said = str(choice().grade("c")).splitlines()
    assert said[0] == "Passed. A timer runs out too soon: that is what happens."
    assert said[1].startswith("node1 steps down as leader and votes for node3 in term 2.")
    assert said[2:4] == [
        "   1  node3 times out",
        "   2  RequestVote, node3 → node1, term 2, log empty",
    ]


def test_a_wrong_letter_says_what_is_not_so_and_asks() -> None:
    said = str(choice().grade("b")).splitlines()
    assert said[:3] == [
        "Wrong. b is not what happens.",
        "The simulator took the 2 events, and this is not so: node1 refuses its vote, since it "
        "leads.",
        "A question. In which term does node1 lead, and in which one is it asked for a vote?",
    ]
    assert "c." not in "".join(said)


@pytest.mark.parametrize("letter", ["c", "C", " c ", "c.", "(c)"])
def test_a_letter_may_be_written_as_one_likes(letter: str) -> None:
    assert choice().grade(letter).passed


@pytest.mark.parametrize(
    "answer", ["e", "ab", "cc", "?", 3, True, ["c"], {"a": "c"}, b"c", Role.LEADER, max, 10**5000],
    ids=lambda one: type(one).__name__,
)  # fmt: skip
def test_what_is_no_letter_is_told_so(answer: object) -> None:
    found = choice().grade(answer)
    assert (found.outcome, found.headline) == (Outcome.WRONG, "That is none of the choices.")
    assert "one letter in quotes, from a to d; it was " in found.sentence


@pytest.mark.parametrize(
    "same",
    [
        {"role": "Follower "},
        {"role": Role.FOLLOWER},
        {"current_term": np.int64(1)},
        {"commit_index": np.uint8(0)},
    ],
)
def test_a_value_may_be_written_otherwise(same: dict[str, object]) -> None:
    assert form().grade({**RIGHT, **same}).passed


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("current_term", True, "True"),
        ("current_term", 1.0, "1.0"),
        ("current_term", "1", "'1'"),
        ("commit_index", False, "False"),
        ("commit_index", [0], "[0]"),
        ("role", "leader", "'leader'"),
        ("role", b"follower", "b'follower'"),
        pytest.param("last_index", 10**5000, "something of type int", id="huge"),
    ],
)
def test_what_is_only_like_it_is_wrong(name: str, value: object, said: str) -> None:
    found = form().grade({**RIGHT, name: value})
    assert found.headline == "3 of 4 are right."
    assert found.sentence == f"Not so: `{name}` {said}."


def test_of_several_wrong_fields_the_first_is_asked_about() -> None:
    found = form().grade({**RIGHT, "last_index": 0, "commit_index": 1})
    assert found.headline == "2 of 4 are right."
    assert found.sentence == "Not so: `last_index` 0 and `commit_index` 1."
    assert found.question == form().fields["last_index"].asks


def test_a_field_that_is_open_is_not_wrong() -> None:
    found = form().grade({**RIGHT, "role": ...})
    assert (found.outcome, found.headline) == (Outcome.NOT_ATTEMPTED, "role is still open.")
    found = form().grade({**RIGHT, "role": ..., "commit_index": None})
    assert found.headline == "role and commit_index are still open."


@pytest.mark.parametrize(
    "answer",
    [
        {"role": "follower"},
        {**RIGHT, "term": 1},
        {0: 1},
        ["follower", 1, 1, 0],
        "follower",
        3,
        max,
    ],
    ids=repr,
)
def test_what_is_no_form_is_told_so(answer: object) -> None:
    found = form().grade(answer)
    assert (found.outcome, found.headline) == (Outcome.WRONG, "The form is not filled in.")
    assert found.sentence.startswith(f"The answer is {form().form}, with a value for each; it was ")


def test_to_begin_one_would_have_to_see_the_answer() -> None:
    for exercise in catalogue().values():
        if isinstance(exercise, ChoiceExercise | FormExercise):
            assert exercise.begin() is None
            assert exercise.question().cluster == exercise.start().cluster
            assert len(exercise.happened()) == len(exercise.acts) + 1
