"""What hints, solutions and progress say, as values that show themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from raftlab.course.exercise import Exercise
from raftlab.course.outcome import Outcome, stars
from raftlab.course.record import Mark
from raftlab.sim.words import counted

NAMES = ("A nudge", "A hint", "A scaffold")


@dataclass(frozen=True)
class Hint:
    """One of the three hints; `closer` says what the last answer did, where it was wrong."""

    exercise: Exercise
    number: int
    closer: str = ""
    notes: tuple[str, ...] = ()

    @property
    def headline(self) -> str:
        """Which of the three it is."""
        return f"{NAMES[self.number - 1]} ({self.number} of 3)"

    @property
    def words(self) -> str:
        """The hint itself; a scaffold is code."""
        return self.exercise.hints[self.number - 1]

    def __str__(self) -> str:
        """All of it as text."""
        closer = f"Your last answer. {self.closer}" if self.closer else ""
        return "\n".join(filter(None, (*self.notes, f"{self.headline}.", closer, self.words)))

    __repr__ = __str__


@dataclass(frozen=True)
class Solution:
    """The explained answer, or how to get it."""

    exercise: Exercise
    shown: bool
    notes: tuple[str, ...] = ()

    @property
    def refusal(self) -> str:
        """What is said instead of the answer at a first request."""
        name = self.exercise.name
        return (
            f"{name} is not passed yet. `hint({name!r})` helps on. If you want the "
            "answer all the same, ask once more."
        )

    def __str__(self) -> str:
        """All of it as text."""
        if not self.shown:
            return "\n".join((*self.notes, self.refusal.replace("`", "")))
        title = self.exercise.title
        title += " " if title.endswith("?") else ". "
        return (
            "\n".join(
                (*self.notes, f"{title}({self.exercise.section})", self.exercise.explains, "")
            )
            + "\n"
            + self.exercise.reference().rstrip()
        )

    __repr__ = __str__


@dataclass(frozen=True)
class Row:
    """One exercise in the table of progress."""

    exercise: Exercise
    mark: Mark

    @property
    def outcome(self) -> str:
        """What became of it, in words."""
        outcome = Outcome(self.mark.outcome)
        return "begun" if self.mark.parts and outcome is not Outcome.PASSED else outcome.words

    @property
    def detail(self) -> str:
        """What else there is to say: questions answered, the best score, the hints taken."""
        said = []
        if self.exercise.parts > 1 and self.mark.parts:
            answered = sum(part <= self.exercise.parts for part in self.mark.parts)
            said.append(f"{answered} of {self.exercise.parts}")
        if self.mark.best is not None:
            said.append(f"best: {counted(self.mark.best, 'event')}")
        if self.mark.attempts:
            said.append(counted(self.mark.attempts, "check"))
        if self.mark.hints:
            said.append(counted(self.mark.hints, "hint"))
        return ", ".join(said)


@dataclass(frozen=True)
class Standing:
    """How far a learner is."""

    exercises: tuple[Exercise, ...]
    marks: Mapping[str, Mark]
    notes: tuple[str, ...] = ()

    @property
    def chapters(self) -> Iterator[tuple[str, tuple[Row, ...]]]:
        """The rows of each chapter, by the chapter's title."""
        for chapter, group in groupby(self.exercises, key=lambda one: one.chapter_title):
            yield chapter, tuple(Row(one, self.marks.get(one.name, Mark())) for one in group)

    @property
    def headline(self) -> str:
        """How many are passed, and how many stars that is."""
        passed = [
            one
            for one in self.exercises
            if self.marks.get(one.name, Mark()).outcome == Outcome.PASSED.value
        ]
        gained, all_of = sum(one.stars for one in passed), sum(one.stars for one in self.exercises)
        return (
            f"{len(passed)} of {len(self.exercises)} exercises passed, {gained} of {all_of} stars."
        )

    def __str__(self) -> str:
        """A table as text."""
        lines = [*self.notes, self.headline]
        width = max(len(one.name) for one in self.exercises)
        for chapter, rows in self.chapters:
            lines += ["", chapter]
            for row in rows:
                detail = f"  ({row.detail})" if row.detail else ""
                name = f"{row.exercise.name:{width}}"
                lines.append(f"  {stars(row.exercise.stars)}  {name}  {row.outcome}{detail}")
        return "\n".join(lines)

    __repr__ = __str__
