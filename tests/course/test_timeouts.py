"""Timeouts that a learner chooses: whatever they are, there is a sentence for them."""

import numpy as np
import pytest

from raftlab.course.catalogue import exercise_named
from raftlab.course.outcome import Checked, Outcome


def graded(answer: object) -> Checked:
    return exercise_named("choose_timeouts").grade(answer)


@pytest.mark.parametrize(
    "answer",
    [3, "150", True, (100,), (1, 2, 3), (True, 300), (0, 300), (-1, 300), ("100", 300)],
    ids=repr,
)
def test_what_is_no_pair_of_times_is_told_so(answer: object) -> None:
    found = graded(answer)
    assert found.outcome is Outcome.WRONG
    assert found.headline == "That is no pair of times."
    assert found.sentence.endswith(f"it was {answer!r}.")


@pytest.mark.parametrize("high", [float("nan"), float("inf"), 10**400], ids=["nan", "inf", "huge"])
def test_a_time_without_an_end_is_none(high: float) -> None:
    assert graded((100, high)).headline == "That is no pair of times."


def test_one_time_that_is_still_open_is_not_attempted() -> None:
    found = graded((100, ...))
    assert found.outcome is Outcome.NOT_ATTEMPTED
    assert found.headline == "One of the times is still open."


def test_a_pair_may_be_a_list_and_numbers_of_another_kind() -> None:
    assert graded([np.int64(110), np.float64(400)]).passed


def test_a_timer_shorter_than_the_heartbeats_fails_even_where_chance_spares_it() -> None:
    found = graded((1, 10**9))
    assert found.headline == "A healthy leader is deposed."
    assert found.sentence == "A timer may run out after 1.00 ms, before the next heartbeat is sent."


def test_crashes_that_are_never_over_are_told_so() -> None:
    found = graded((100, 10**6))
    assert found.headline == "It takes too long until somebody leads."
    assert found.sentence.endswith("Half of the crashes were over within more than 10,000 ms.")


def test_what_was_measured_is_told_with_a_pass() -> None:
    found = graded((110, 400))
    assert found.sentence == (
        "A leader that was well was left alone for 10 s. Votes split in 2.5% of the first "
        "elections. Half of the crashes were over within 224 ms."
    )
    assert found.tried == "Measured by the clock, 400 trials of each kind with seed 0."
