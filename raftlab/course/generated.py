"""Questions without end, drawn from a seed and graded by exploration.

The number of a question is its seed. The first are easy; from the third on they are as hard as they
get. What is right is found by trying every schedule.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from raftlab.course.answers import as_number
from raftlab.course.exercise import Exercise
from raftlab.course.outcome import Checked, Outcome
from raftlab.course.questions import NoQuestion, Question
from raftlab.course.stub import is_stub
from raftlab.modelcheck.faults import say_value
from raftlab.raft import Cluster
from raftlab.sim.reigns import reigns

HARDEST = 3
MOST_NUMBERS = 1_000_000
MOST_SEEDS = 5_000  # for one question; a dozen or so are tried


@dataclass(frozen=True, kw_only=True)
class GeneratedExercise(Exercise):
    """An exercise of several questions; the first `asked` count, and there are more to practise."""

    asked: int = HARDEST

    @property
    def parts(self) -> int:
        """How many questions count."""
        return self.asked

    def question(self, number: int = 1) -> Question:
        """The question of that number. Raises NoQuestion if there is none."""
        which = as_number(number)
        if complaint := _why_none(which, number):
            raise NoQuestion(complaint)
        return self._drawn(which or 1)

    def grade(self, answer: object, number: int = 1) -> Checked:
        """Explore from where the question stands, and say what that shows of the answer."""
        which = as_number(number)
        if complaint := _why_none(which, number):
            return self._said(Outcome.WRONG, "There is no such question.", complaint, 1)
        asked = which or 1
        return self.not_attempted(asked) if is_stub(answer) else self._graded(answer, asked)

    def _drawn(self, number: int) -> Question:
        raise NotImplementedError

    def _graded(self, answer: object, number: int) -> Checked:
        raise NotImplementedError

    def _said(
        self, outcome: Outcome, headline: str, sentence: str, number: int, **more: Any
    ) -> Checked:
        return Checked(self, outcome, headline, sentence, number=number, **more)

    def _asked(self, number: int, **more: Any) -> Question:
        return replace(super().question(number), title=self._title(number), **more)

    def _title(self, number: int) -> str:
        return f"{self.title.rstrip('?')}, question {number}"


def _why_none(which: int | None, number: object) -> str:
    if which is not None and 1 <= which <= MOST_NUMBERS:
        return ""
    return f"Questions are numbered from 1 to {MOST_NUMBERS:,}; there is no {say_value(number)}."


def drawn(number: int, size: int, count: int, *, longest: int) -> Iterator[Cluster]:
    """What `count` reigns leave of a cluster, for a question of this number: always the same."""
    for attempt in range(MOST_SEEDS):
        yield reigns(number * MOST_SEEDS + attempt, size, count, longest=longest)
