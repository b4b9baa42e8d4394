"""Which moments of a run a strip shows, and what it says of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from raftlab.sim.explain import explain
from raftlab.sim.history import History, Moment
from raftlab.views.key_moments import breaks_anew, key_moments

MOST_FRAMES = 60


@dataclass(frozen=True, slots=True)
class StripFrame:
    """A moment of a strip: how many events led there, and what is said of it.

    `sentence` is what its event did, `note` what a lesson says of it, `broken` what breaks in it.
    """

    event: int
    moment: Moment
    sentence: str
    note: str
    broken: tuple[str, ...]

    @property
    def label(self) -> str:
        """Its number in words."""
        return f"event {self.event}" if self.event else "the start"

    def __str__(self) -> str:
        """All that is said of it."""
        said = (self.sentence, self.note, *self.broken)
        return f"{self.label.capitalize()}: {' '.join(filter(None, said))}"


def strip_frames(history: History, moments: Iterable[int] | None = None) -> tuple[StripFrame, ...]:
    """The frames of a strip: the moments of these numbers, in this order.

    If None are given: those of the current line that carry a note, or, without any, the few in
    which the run turns. Raises IndexError for a number that no moment has, ValueError for none at
    all or more than 60.
    """
    numbers = _telling(history) if moments is None else tuple(moments)
    if not 0 < len(numbers) <= MOST_FRAMES:
        raise ValueError(
            f"A strip has 1 to {MOST_FRAMES} frames, not {len(numbers)}: choose the moments by "
            "their numbers, as in [0, 4, 9]."
        )
    return tuple(_frame(history, number) for number in numbers)


def _telling(history: History) -> tuple[int, ...]:
    line = history.line()
    marked = tuple(moment.number for moment in line if moment.note)
    return marked or tuple(key.moment.number for key in key_moments(line))


def _frame(history: History, number: int) -> StripFrame:
    path = history.path(number)
    event, moment = len(path) - 1, path[-1]
    begins = f"{history.title.rstrip('.')}." if history.title else "The run begins here."
    sentence = explain(moment.step).headline if moment.step else begins
    broken = tuple(f"{v.property.name} broken: {v.sentence}" for v in breaks_anew(path, event))
    return StripFrame(event, moment, sentence, moment.note, broken)
