"""How long something took in many trials: the middle, the tail, and how sure each of them is.

A trial that was given up took longer than the longest that was waited for. It is never left out: it
counts as longer than all others, so that a median or a worst may be "over" that time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, fsum, inf, isinf, sqrt

from raftlab.sim.rates import CONFIDENCE, Interval, Outcome, deviations
from raftlab.sim.tables import Row, aligned, say_ms, say_number
from raftlab.sim.words import counted


@dataclass(frozen=True, slots=True)
class Durations:
    """How long something took in each of many trials, in simulated milliseconds.

    Attributes:
        label: what the trials were, in a few words.
        values: the times, in ascending order, of the trials that came to an end.
        given_up: how many trials were given up.
        cap: after how many milliseconds they were.
        stopped: why there are fewer trials than were asked for, or empty.
    """

    label: str
    values: tuple[float, ...]
    given_up: int = 0
    cap: float = inf
    stopped: str = ""

    @classmethod
    def of(
        cls, label: str, outcomes: Iterable[Outcome], cap: float, stopped: str = ""
    ) -> Durations:
        """The summary of what trials gave. Raises ValueError if there is none."""
        given = tuple(outcomes)
        if not given:
            raise ValueError("There is nothing to sum up: no trial was made.")
        values = tuple(sorted(value for value in given if value is not None))
        return cls(label, values, len(given) - len(values), cap, stopped)

    @property
    def count(self) -> int:
        """How many trials there were, those that were given up with them."""
        return len(self.values) + self.given_up

    @property
    def median(self) -> float:
        """Half of the trials took no longer; infinite if that half is not among those measured."""
        return (self._ranked(ceil(self.count / 2)) + self._ranked(self.count // 2 + 1)) / 2

    @property
    def mean(self) -> float:
        """The mean; if trials were given up, a lower bound of it: each counts as the cap."""
        return fsum(self._at_least()) / self.count

    @property
    def worst(self) -> float:
        """The longest of all; infinite if a trial was given up."""
        return self._ranked(self.count)

    def percentile(self, percent: float) -> float:
        """The shortest time that so many percent of the trials took no longer than.

        That of 99.9 is the worst but one of 1,000 trials, and of fewer the worst. Raises ValueError
        for what is no percentage.
        """
        if not 0 <= percent <= 100:
            raise ValueError(f"A percentile is that of a number from 0 to 100, not {percent!r}.")
        # 99.9 / 100 * 1000 is a hair above 999.
        return self._ranked(max(1, ceil(round(percent / 100 * self.count, 9))))

    def mean_interval(self, confidence: float = CONFIDENCE) -> Interval:
        """Where the true mean lies, by the normal distribution: some dozens of trials make it hold.

        Without an upper end if trials were given up, or if there is a single one.
        """
        values, mean, count = self._at_least(), self.mean, self.count
        if count < 2:
            return Interval(0, inf)
        variance = fsum((value - mean) ** 2 for value in values) / (count - 1)
        half = deviations(confidence) * sqrt(variance / count)
        return Interval(max(0.0, mean - half), inf if self.given_up else mean + half)

    def median_interval(self, confidence: float = CONFIDENCE) -> Interval:
        """Where the true median lies, whatever the distribution: between two of the times measured.

        As many trials lie on either side of the median as coins on theirs. Of very few trials, from
        the shortest to the longest.
        """
        half = deviations(confidence) * sqrt(self.count) / 2
        low, high = floor(self.count / 2 - half), ceil(self.count / 2 + half) + 1
        return Interval(self._ranked(max(1, low)), self._ranked(min(self.count, high)))

    def row(self) -> Row:
        """The summary as a row of a table with `DURATION_HEAD`."""
        return (
            self.label,
            f"{self.count:,}",
            f"{self._say(self.median)} ({self._say_interval(self.median_interval())})",
            f"{self._say_mean()} ({self._say_interval(self.mean_interval())})",
            self._say(self.percentile(99.9)),
            self._say(self.worst),
            f"{self.given_up:,}",
        )

    def rows(self) -> tuple[Row, ...]:
        """The summary as a table of two columns, a row for each number."""
        names = ("median (95 %)", "mean (95 %)", "99.9 % within", "worst", "given up")
        _, _, *numbers = self.row()
        return tuple(zip(names, numbers, strict=True))

    @property
    def headline(self) -> str:
        """What was measured, and how often."""
        return f"{self.label}: {counted(self.count, 'trial')}"

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the numbers must know besides."""
        return notes((self,))

    def __str__(self) -> str:
        """The summary as text."""
        return "\n".join((self.headline, aligned(self.rows(), "  "), *self.notes))

    __repr__ = __str__

    def _ranked(self, rank: int) -> float:
        """The time of the trial at this rank, the shortest being at 1."""
        return self.values[rank - 1] if rank <= len(self.values) else inf

    def _at_least(self) -> list[float]:
        return [*self.values, *[self.cap] * self.given_up]

    def _say_mean(self) -> str:
        return f"at least {say_ms(self.mean)}" if self.given_up else say_ms(self.mean)

    def _say(self, time: float) -> str:
        return f"over {say_ms(self.cap)}" if isinf(time) else say_ms(time)

    def _say_interval(self, interval: Interval) -> str:
        low, high = interval
        if isinf(low):
            return "no trial got that far"
        if isinf(high):
            return f"{say_number(low)} or more"
        return f"{say_number(low)} to {say_number(high)}"


DURATION_HEAD = (
    "", "trials", "median (95 %)", "mean (95 %)", "99.9 % within", "worst", "given up",
)  # fmt: skip


def notes(durations: Sequence[Durations]) -> tuple[str, ...]:
    """What must be said below the numbers: what was given up, and what was not tried."""
    said = ["In brackets: between which two the true value lies, with 95 % confidence."]
    if any(one.given_up for one in durations):
        caps = {say_ms(one.cap) for one in durations if one.given_up}
        said.append(
            f"A trial is given up after {' or '.join(sorted(caps))}, and counts as longer than all "
            "others; in the mean it counts as that long."
        )
    said += dict.fromkeys(one.stopped for one in durations if one.stopped)
    return tuple(said)
