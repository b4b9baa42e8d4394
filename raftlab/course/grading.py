"""Grading notebooks that were handed in: what they define is checked again, in a fresh kernel.

What a notebook printed, stored or says of itself does not count. But a notebook is code, and it
runs with the rights of whoever grades it; one that changes raftlab itself, in its kernel, can also
change its grade. Where that is to be feared, grade in a container, and read what was handed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from raftlab.course.catalogue import UnknownExercise, catalogue, exercise_named
from raftlab.course.fresh_kernel import CannotStart, FreshKernel, KernelStopped, fresh_kernel
from raftlab.course.grades import BEST_FIRST, Found, Graded, Row
from raftlab.course.outcome import Outcome
from raftlab.course.submission import Cell, NotANotebook, Submission, read

LONGEST = 200  # characters of a note
NOTHING_NAMED = "It names no exercise: no chapter's name begins its own, and no check is in it."


def grade(path: Path, seconds: float) -> Graded:
    """Run the notebook at `path` for at most so many seconds, and grade what it defines.

    The exercises that count are all those of the chapters that its checks belong to, and of the
    chapter that its own name begins with. Of several checks the best counts. Raises nothing for
    whatever the notebook may be or do.
    """
    began = monotonic()
    try:
        submission = read(path)
        named = _chapters(submission)
        if not named:
            return Graded(str(path), problem=NOTHING_NAMED)
        run = _Run()
        run.all_of(submission, seconds)
        rows = tuple(_rows(named, run.found))
        return Graded(str(path), rows, (*run.notes,), seconds=monotonic() - began)
    except (NotANotebook, CannotStart) as error:
        problem = str(error)
    except Exception as error:  # of the system, such as a full disk, or a fault of raftlab's own
        problem = _in_a_line(f"It could not be run: {type(error).__name__}: {error}.")
    return Graded(str(path), problem=problem, seconds=monotonic() - began)


@dataclass
class _Run:
    """One notebook being run, cell after cell: what was found so far, and what to say of it."""

    found: list[Found] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def all_of(self, submission: Submission, seconds: float) -> None:
        """Run every cell, as "Run All" does where errors are allowed."""
        with fresh_kernel(submission.path.name, submission.content, seconds) as kernel:
            for number, cell in enumerate(submission.cells, start=1):
                try:
                    self._one(kernel, cell, f"Code cell {number}")
                except KernelStopped as stopped:
                    self._note(f"{stopped} in code cell {number}. What was reached before counts.")
                    return

    def _one(self, kernel: FreshKernel, cell: Cell, called: str) -> None:
        if raised := kernel.run(cell.source):
            self._note(f"{called} raised {raised}")
            if not cell.checks:  # a check that is no Python has been tried, and is not right
                self._add(Found(name, 1, Outcome.RAISED, raised) for name in cell.names)
        self._ask(kernel, called, "given")
        for check in cell.checks:
            try:
                exercise_named(check.exercise)
            except UnknownExercise as error:
                if not raised:  # or else the real check has said so
                    self._note(f"{called}: {error}")
            else:
                self._ask(kernel, called, "regraded", check.exercise, check.arguments)

    def _ask(self, kernel: FreshKernel, called: str, *function_and_arguments: str) -> None:
        try:
            told = kernel.ask(*function_and_arguments)
            self._add([_understood(one) for one in told])
        except (LookupError, TypeError, ValueError) as error:
            self._note(f"{called}: the kernel gives no answer that makes sense ({error}).")

    def _add(self, found: Iterable[Found]) -> None:
        self.found += [one for one in found if one.exercise in catalogue()]

    def _note(self, text: str) -> None:
        self.notes.append(_in_a_line(text))


def _in_a_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 2]} …"


def _understood(told: dict[str, Any]) -> Found:
    return Found(told["exercise"], told["number"], Outcome(told["outcome"]), str(told["says"]))


def _chapters(submission: Submission) -> set[str]:
    """The chapters that a notebook is about, by its checks and by its name."""
    named = {name for cell in submission.cells for name in cell.names}
    return {
        exercise.chapter
        for exercise in catalogue().values()
        if exercise.name in named or submission.path.stem.startswith(exercise.chapter)
    }


def _rows(named: set[str], found: list[Found]) -> Iterator[Row]:
    """Every exercise that counts, in the order of the course."""
    chapters = named | {catalogue()[one.exercise].chapter for one in found}
    for exercise in catalogue().values():
        if exercise.chapter in chapters:
            numbers = range(1, exercise.parts + 1)
            yield Row(exercise, tuple(_best(exercise.name, number, found) for number in numbers))


def _best(name: str, number: int, found: list[Found]) -> Found:
    """The best that was found of one question; "not attempted" if nothing was."""
    mine = [one for one in found if (one.exercise, one.number) == (name, number)]
    nothing = Found(name, number, Outcome.NOT_ATTEMPTED)
    return min((*mine, nothing), key=lambda one: BEST_FIRST.index(one.outcome))
