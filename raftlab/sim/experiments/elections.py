"""Elections from fresh timers, in a network where every message takes the same time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from raftlab.raft import Rules
from raftlab.sim.experiments.failures import never_led
from raftlab.sim.experiments.formulas import running
from raftlab.sim.experiments.many import Making
from raftlab.sim.experiments.refusals import (
    is_number,
    is_whole,
    refuse_making,
    refuse_rules,
    refuse_servers,
)
from raftlab.sim.experiments.trial import CAP, Measure, SetUp
from raftlab.sim.timing import Timing

PATIENCE = 100  # timeouts, until an election is given up

Point = tuple[int, float]


@dataclass(frozen=True, slots=True)
class Elections:
    """Elections with so many servers up, and with such latencies, each with each."""

    latencies: float | Sequence[float]
    up: int | Sequence[int] | None
    servers: int
    election_timeout: tuple[float, float]
    rules: Rules

    def set_ups(self, measure: Measure) -> list[tuple[Point, SetUp]]:
        """A set-up for each number of running servers with each latency.

        Raises ValueError or TypeError for what are no such numbers.
        """
        refuse_rules(self.rules)
        refuse_servers(self.servers)
        low, high = self._range()
        return [
            (
                (up, latency),
                SetUp(
                    never_led(self.servers, up),
                    Timing(self.election_timeout, low / 2, latency * (high - low)),
                    measure,
                    rules=self.rules,
                    cap=max(CAP, PATIENCE * high),
                ),
            )
            for up in self._numbers_up()
            for latency in self._latencies()
        ]

    def _range(self) -> tuple[float, float]:
        match self.election_timeout:
            case (low, high) if is_number(low) and is_number(high) and 0 < low < high:
                return low, high
        raise ValueError(
            "election_timeout is a pair of milliseconds, the second one longer, such as "
            f"(150, 300), not {self.election_timeout!r}."
        )

    def _numbers_up(self) -> list[int]:
        """By default all that are a majority. Raises ValueError for other numbers, and for none."""
        numbers = []
        majorities = range(self.servers, self.servers // 2, -1)
        for number in _listed(majorities if self.up is None else self.up):
            if not is_whole(number):
                raise ValueError(f"up is how many servers run, such as 4, not {number!r}.")
            numbers.append(running(self.servers, number))
        return numbers

    def _latencies(self) -> list[float]:
        """Raises ValueError for what is no latency, or is one that the formulas do not cover."""
        low, high = self._range()
        most = low / (2 * (high - low))
        latencies = []
        for latency in _listed(self.latencies):
            if not is_number(latency) or not 0 <= latency < most:
                raise ValueError(
                    f"A latency is a fraction of the range of timeouts, here from 0 to below "
                    f"{most:g}, not {latency!r}: from there on timers run out again before the "
                    "votes are counted."
                )
            latencies.append(latency)
        return latencies


def _listed(values: object) -> list[object]:
    one = isinstance(values, str) or not isinstance(values, Iterable)
    listed = [values] if one else list(values)  # type: ignore[call-overload]
    if not listed:
        raise ValueError("There is nothing to try: no latency, or no number of servers that run.")
    return listed


def labelled(set_ups: Sequence[tuple[Point, SetUp]], making: Making) -> list[tuple[str, SetUp]]:
    """The set-ups with what a bar says of each. Raises as `refuse_making` does."""
    refuse_making(making)
    return [(f"{up} up, latency {latency:g}", set_up) for (up, latency), set_up in set_ups]
