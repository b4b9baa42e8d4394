"""In how many of many trials something happened, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple, TypeAlias

from raftlab.sim.words import counted

CONFIDENCE = 0.95

# What a trial gives: what was measured, or None if it was given up.
Outcome: TypeAlias = float | None


class Interval(NamedTuple):
    """From where to where the true value lies, as far as the trials can tell."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Rate:
    """In how many of many trials something happened.

    Attributes:
        hits: in how many it did.
        count: how many trials there were that came to an end.
        given_up: how many more were given up: they say neither.
        stopped: why there are fewer trials than were asked for, or empty.
    """

    hits: int
    count: int
    given_up: int = 0
    stopped: str = ""

    @classmethod
    def of(cls, outcomes: Iterable[Outcome], stopped: str = "") -> Rate:
        """The rate of trials that gave true, of those that came to an end.

        Of any set-up: `Rate.of(set_up.outcome(0, number) for number in range(1, 501))`.
        """
        given = tuple(outcomes)
        ended = [bool(outcome) for outcome in given if outcome is not None]
        return cls(sum(ended), len(ended), len(given) - len(ended), stopped)

    @property
    def share(self) -> float:
        """The share of the trials that came to an end, from 0 to 1; 0 if none did."""
        return self.hits / self.count if self.count else 0.0

    def interval(self, confidence: float = CONFIDENCE) -> Interval:
        """Where the true share lies: the interval of Wilson (1927).

        It holds near 0 and 1 too, and never leaves them.
        """
        if self.count == 0:
            return Interval(0, 1)
        z, n, share = deviations(confidence), self.count, self.share
        middle = (share + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
        return Interval(
            0.0 if self.hits == 0 else max(0.0, middle - half),
            1.0 if self.hits == n else min(1.0, middle + half),
        )

    def __str__(self) -> str:
        """The rate and its interval as text: "16.3 % (95 %: 14.1 to 18.7), of 1,000 trials"."""
        low, high = self.interval()
        given_up = f", {self.given_up:,} more given up" if self.given_up else ""
        within = f"(95 %: {100 * low:.1f} to {100 * high:.1f})"
        said = f"{100 * self.share:.1f} % {within}, of {counted(self.count, 'trial')}{given_up}"
        return f"{said}. {self.stopped}" if self.stopped else said

    __repr__ = __str__


def deviations(confidence: float) -> float:
    """So many standard deviations to either side of the mean hold this share of a normal one.

    Raises ValueError for what is no share between 0 and 1.
    """
    from statistics import NormalDist  # late: it brings decimal and fractions with it

    if not 0 < confidence < 1:
        raise ValueError(f"A confidence is a share such as 0.95, not {confidence!r}.")
    return NormalDist().inv_cdf((1 + confidence) / 2)
