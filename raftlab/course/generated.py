"""Questions without end, drawn from a seed and graded by exploration.

The number of a question is its seed. The first are easy; from the third on they are as hard as they
get. What is right is found by trying every schedule, each time that an answer comes in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from raftlab.course.exercise import Exercise
from raftlab.course.outcome import Checked, Outcome
from raftlab.course.stub import is_stub
from raftlab.raft import Cluster
from raftlab.sim.reigns import reigns

HARDEST = 3
MOST_SEEDS = 5_000  # tried for one question; a hundred or so are enough


@dataclass(frozen=True, kw_only=True)
class GeneratedExercise(Exercise):
    """An exercise of several questions; the first `asked` count, and there are more to practise."""

    asked: int = HARDEST

    @property
    def parts(self) -> int:
        """How many questions count."""
        return self.asked

    def grade(self, answer: object, number: int = 1) -> Checked:
        """Explore from where the question stands, and say what that shows of the answer."""
        if type(number) is not int or number < 1:
            return self._said(
                Outcome.WRONG, f"There is no question {number!r}.", "They count from 1.", 1
            )
        return self.not_attempted(number) if is_stub(answer) else self._graded(answer, number)

    def _graded(self, answer: object, number: int) -> Checked:
        raise NotImplementedError

    def _said(
        self, outcome: Outcome, headline: str, sentence: str, number: int, **more: Any
    ) -> Checked:
        return Checked(self, outcome, headline, sentence, number=number, **more)

    def _title(self, number: int) -> str:
        return f"{self.title}, question {number}"


def drawn(number: int, size: int, count: int, *, longest: int) -> Iterator[Cluster]:
    """What `count` reigns leave of a cluster, for a question of this number: always the same."""
    for attempt in range(MOST_SEEDS):
        yield reigns(number * MOST_SEEDS + attempt, size, count, longest=longest)
