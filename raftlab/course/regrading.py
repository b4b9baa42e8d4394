"""What `raftlab grade` has done in the kernel of a notebook that was handed in.

It is imported before the first cell is run, so that no file or name of the notebook's can stand in
for raftlab. What an answer comes to is found by raftlab's own exercises, asked with what the
notebook's names mean; nothing that the notebook printed or stored is looked at.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from functools import wraps
from typing import Any

from IPython.core.getipython import get_ipython

import raftlab
from raftlab.course import learner
from raftlab.course.catalogue import exercise_named
from raftlab.course.outcome import Checked, Outcome

MIME = "application/vnd.raftlab.outcomes+json"

# Python's own rules say which argument is which, and what a missing one is.
BINDING = "(lambda name, answer=..., number=1: (name, answer, number))({})"

_given: list[Checked] = []


class Told:
    """What a kernel tells the grader: it is shown as JSON, under a type of its own."""

    def __init__(self, *outcomes: Mapping[str, object]) -> None:
        self._outcomes = outcomes

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        return {MIME: self._outcomes}


def begin() -> Told:
    """Watch the real `check`: what it is given in a loop or in a function counts as well."""
    real = learner.check

    @wraps(real)
    def check(name: str, answer: object = ..., number: int = 1) -> Checked:
        found = real(name, answer, number)
        _given.append(found)
        return found

    for module in (raftlab, learner):
        vars(module)["check"] = check
    return Told()


def given() -> Told:
    """What the real `check` has found since this was last asked."""
    found, _given[:] = [*_given], []
    return Told(*map(_said, found))


def regraded(exercise: str, arguments: str) -> Told:
    """What `check(arguments)` should find now, whatever the notebook's `check` may be."""
    shell: Any = get_ipython()
    try:
        # As in the kernel's own cells: this is the notebook's code, with the notebook's names.
        name, answer, number = eval(BINDING.format(arguments), shell.user_ns)
        return Told(_said(exercise_named(name).grade(answer, number)))
    except BaseException as error:  # SystemExit, too, is no more than a wrong answer
        words = traceback.format_exception_only(error)[-1].strip()
        return Told(_outcome(exercise, 1, Outcome.RAISED, words))


def _said(found: Checked) -> dict[str, object]:
    return _outcome(found.exercise.name, found.number, found.outcome, found.headline)


def _outcome(exercise: str, number: int, outcome: Outcome, says: str) -> dict[str, object]:
    # Half a character, which Python strings can hold, would stop the reply.
    says = says.encode("utf-8", "backslashreplace").decode()
    return {"exercise": exercise, "number": number, "outcome": outcome.value, "says": says}
