"""What learners hand in, as what was asked for: a number, a value, a list of events."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from enum import Enum
from itertools import islice

from raftlab.course.outcome import Outcome
from raftlab.course.own_code import Raised, watched
from raftlab.modelcheck.faults import say_value
from raftlab.modelcheck.watchdog import Overlong
from raftlab.sim.history import History

MOST_EVENTS = 300
SECONDS = 2.0  # for what makes a schedule: it may be a generator
UNORDERED = (str, bytes, Mapping, Set)


def as_number(answer: object) -> int | None:
    """A whole number as an int, numpy's too; None for what is none. True is no number here."""
    if isinstance(answer, bool):
        return None
    try:
        return operator.index(answer)  # type: ignore[arg-type]
    except Exception:  # whatever it is, it is not one
        return None


def is_value(answer: object, value: object) -> bool:
    """Whether an answer is this value, and not only equal to it, as True is to 1."""
    if isinstance(answer, Enum):
        answer = answer.value
    if isinstance(value, str):
        return isinstance(answer, str) and answer.strip().lower() == value
    if type(value) is int:
        return as_number(answer) == value
    return type(answer) is type(value) and answer == value


@dataclass(frozen=True)
class NoSchedule:
    """Why an answer is no list of events: a headline, and a sentence."""

    headline: str
    sentence: str
    outcome: Outcome = Outcome.WRONG


def acts_in(answer: object) -> list[object] | NoSchedule:
    """The lines of a schedule, whatever they are: of a run, or of what gives them in an order."""
    if isinstance(answer, History):
        lines: object = [moment.step.event for moment in answer.line() if moment.step]
    else:
        lines = answer
    if isinstance(lines, UNORDERED) or not isinstance(lines, Iterable):
        said = f"It is a list of events, or a run; it was {say_value(answer)}."
        return NoSchedule("That is no schedule.", said)
    given = watched(lambda: list(islice(lines, MOST_EVENTS + 1)), SECONDS)
    if isinstance(given, Raised):
        if given.kind != Overlong.__name__:
            headline = f"Your schedule raised {given.kind}."
            return NoSchedule(headline, given.sentence, Outcome.RAISED)
        said = f"What makes it was stopped after {SECONDS:g} s."
        return NoSchedule("Your schedule does not come to an end.", said)
    if len(given) > MOST_EVENTS:
        return NoSchedule("That is too long.", f"At most {MOST_EVENTS} events are played.")
    return given
