"""The same measured in several set-ups, one below the other."""

from __future__ import annotations

from dataclasses import dataclass

from raftlab.sim.summary import DURATION_HEAD, Durations, notes
from raftlab.sim.tables import Row, aligned
from raftlab.sim.words import counted


@dataclass(frozen=True, slots=True)
class Comparison:
    """How long something took in several set-ups.

    Attributes:
        varied: what they differ in, in a word or two, or nothing.
        durations: what was measured in each, under its label.
        measured: what took that long.
    """

    varied: str
    durations: tuple[Durations, ...]
    measured: str = "Time without a leader"

    def __getitem__(self, label: str) -> Durations:
        """What was measured under this label. Raises KeyError if there is none."""
        for one in self.durations:
            if one.label == label:
                return one
        raise KeyError(label)

    @property
    def headline(self) -> str:
        """What was compared, and how often each was tried."""
        trials = sum(one.count for one in self.durations)
        by = f" by {self.varied}" if self.varied else ""
        return f"{self.measured}{by}: {counted(trials, 'trial')}"

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the numbers must know besides."""
        return notes(self.durations)

    def rows(self) -> tuple[Row, ...]:
        """The table, its head first."""
        head = (self.varied, *DURATION_HEAD[1:])
        return (head, *(one.row() for one in self.durations))

    def __str__(self) -> str:
        """The table as text."""
        return "\n".join((self.headline, aligned(self.rows(), "  "), *self.notes))

    __repr__ = __str__
