"""What notebooks that were handed in come to: what was found, and the points it gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from raftlab.course.exercise import Exercise
from raftlab.course.outcome import Outcome

BEST_FIRST = (
    Outcome.PASSED,
    Outcome.SAFE,
    Outcome.WRONG,
    Outcome.RAISED,
    Outcome.NOT_ATTEMPTED,
)


@dataclass(frozen=True)
class Found:
    """What one question of an exercise was once found to be; `says` is the check's headline."""

    exercise: str
    number: int
    outcome: Outcome
    says: str = ""


@dataclass(frozen=True)
class Row:
    """One exercise of a notebook, and the best that was found of each of its questions."""

    exercise: Exercise
    best: tuple[Found, ...]

    @property
    def right(self) -> int:
        """How many of its questions are answered right."""
        return sum(found.outcome is Outcome.PASSED for found in self.best)

    @property
    def outcome(self) -> Outcome:
        """Passed if every question is; otherwise the best of what is not."""
        rest = [found.outcome for found in self.best if found.outcome is not Outcome.PASSED]
        return min(rest, key=BEST_FIRST.index, default=Outcome.PASSED)

    @property
    def words(self) -> str:
        """What became of it, in words."""
        partly = 0 < self.right < len(self.best)
        return f"{self.right} of {len(self.best)} right" if partly else self.outcome.words

    @property
    def says(self) -> str:
        """The headline that goes with the outcome; "" if nothing was asked."""
        return next(found.says for found in self.best if found.outcome is self.outcome)

    @property
    def points(self) -> Fraction:
        """Its stars, or the part of them that the questions answered right make up."""
        return Fraction(self.exercise.stars * self.right, len(self.best))


@dataclass(frozen=True)
class Graded:
    """One notebook: the exercises that count, what else there is to say, how long it took.

    `problem` says why it could not be graded; there are no exercises then.
    """

    notebook: str
    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    problem: str = ""
    seconds: float = 0.0

    @property
    def chapters(self) -> Iterator[tuple[str, tuple[Row, ...]]]:
        """The rows of each chapter, by the chapter's name."""
        for chapter, group in groupby(self.rows, key=lambda row: row.exercise.chapter):
            yield chapter, tuple(group)

    @property
    def points(self) -> Fraction:
        """What was gained."""
        return sum((row.points for row in self.rows), Fraction())

    @property
    def most(self) -> int:
        """What there was to gain."""
        return sum(row.exercise.stars for row in self.rows)

    @property
    def percent(self) -> Fraction:
        """What was gained of what there was; nothing of nothing is nothing."""
        return 100 * self.points / max(1, self.most)

    def reaches(self, threshold: float) -> bool:
        """Whether it was graded, and is at so many percent or more."""
        return not self.problem and self.percent >= threshold
