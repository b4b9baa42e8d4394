"""What a learner calls: `check`, `hint`, `solution`, `progress`, `question`, `begin`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from raftlab.course.catalogue import catalogue, exercise_named
from raftlab.course.outcome import Checked, Outcome
from raftlab.course.questions import Question
from raftlab.course.record import Mark, Record
from raftlab.course.stale import is_stale
from raftlab.course.standing import Hint, Solution, Standing
from raftlab.sim.history import History

# What each exercise was last found to be, in this kernel: hints speak of it.
_last: dict[str, Checked] = {}
_records: dict[str, Record] = {}


class NoRun(ValueError):
    """A run was asked for, to an exercise whose answer is none."""


def check(name: str, answer: object = ..., number: int = 1) -> Checked:
    """Check an answer, and remember what came of it.

    Args:
        name: the exercise.
        answer: what it asks for: the function itself, a letter, a form, a schedule.
        number: which question is answered, where an exercise has several.

    Raises UnknownExercise for a name that is none. Whatever is wrong with the answer is said.
    """
    exercise = exercise_named(name)
    found = exercise.grade(answer, number)
    _last[name] = found
    record = _record()
    if found.outcome is not Outcome.NOT_ATTEMPTED:
        record.change(name, lambda mark: _marked(mark, found))
    notes = (*is_stale(answer), *record.take_trouble())
    return replace(found, notes=notes)


def hint(name: str) -> Hint:
    """The next of three hints; after a wrong answer it speaks of what that answer did."""
    exercise = exercise_named(name)
    record = _record()
    taken = hints_taken(name)
    record.change(name, lambda mark: replace(mark, hints=min(3, mark.hints + 1)))
    last = _last.get(name)
    closer = last.closer or last.sentence if last and not last.passed else ""
    return Hint(exercise, taken + 1, closer, record.take_trouble())


def solution(name: str) -> Solution:
    """The explained answer: after a pass, or when it is asked for a second time."""
    exercise = exercise_named(name)
    record = _record()
    mark = record.change(
        name, lambda mark: replace(mark, asked_for_solution=mark.asked_for_solution + 1)
    )
    shown = mark.outcome == Outcome.PASSED.value or mark.asked_for_solution > 1
    return Solution(exercise, shown, record.take_trouble())


def progress() -> Standing:
    """How far you are: every exercise by chapter, with its stars and what became of it."""
    record = _record()
    return Standing(tuple(catalogue().values()), record.marks(), record.take_trouble())


def question(name: str, number: int = 1) -> Question:
    """What an exercise asks, with its picture; `number` says which of several questions.

    Raises UnknownExercise for a name that is none.
    """
    return exercise_named(name).question(number)


def begin(name: str) -> History:
    """The run that an exercise begins with: play it in the lab, and hand it in with `check`.

    Raises UnknownExercise for a name that is none, NoRun where the answer is no run.
    """
    run = exercise_named(name).begin()
    if run is None:
        raise NoRun(f"The answer to {name} is no run: look at question({name!r}).")
    return run


def hints_taken(name: str) -> int:
    """How many of the first two hints were taken; the third comes again."""
    return min(2, _record().mark(name).hints)


def _marked(mark: Mark, found: Checked) -> Mark:
    """What is remembered after a check. Of several questions all must be answered to pass."""
    if found.exercise.parts > 1 and found.passed:
        mark = replace(mark, parts=tuple(sorted({*mark.parts, found.number})))
        if not set(range(1, found.exercise.parts + 1)) <= set(mark.parts):
            return replace(mark, attempts=mark.attempts + 1)
    scores = [score for score in (mark.best, found.events if found.passed else None) if score]
    return replace(mark.after(found.outcome.value), best=min(scores, default=None))


def _record() -> Record:
    """The marks in the folder in which the notebook runs; a folder that is gone has none."""
    try:
        folder = str(Path.cwd())
    except OSError:
        folder = ""
    if folder not in _records:
        _records[folder] = Record()
    return _records[folder]
