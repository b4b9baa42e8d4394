"""How long elections take, against what theory says of it. (Dissertation, chapter 9)"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from raftlab.raft import RAFT, Rules
from raftlab.sim.experiments.elections import Elections, labelled
from raftlab.sim.experiments.formulas import expected_election_time, split_vote_chance
from raftlab.sim.experiments.many import Making, Trials
from raftlab.sim.experiments.measures import time_to_leader
from raftlab.sim.experiments.votes import LATENCIES
from raftlab.sim.rates import CONFIDENCE, Interval
from raftlab.sim.summary import Durations
from raftlab.sim.tables import Row, aligned, say_ms, say_number
from raftlab.sim.words import counted


@dataclass(frozen=True, slots=True)
class TimePoint:
    """How long elections took with so many servers up and one latency, a fraction of the range."""

    up: int
    latency: float
    durations: Durations
    expected: float
    split: float  # the chance of a split vote

    @property
    def measured(self) -> float:
        """The mean time in milliseconds."""
        return self.durations.mean

    def interval(self, confidence: float = CONFIDENCE) -> Interval:
        """Where the true mean lies."""
        return self.durations.mean_interval(confidence)

    @property
    def too_long(self) -> float:
        """By what share of the measured mean the formula says too much; below 0, too little."""
        return self.expected / self.measured - 1


@dataclass(frozen=True, slots=True)
class ElectionTimes:
    """How long it took until a leader was elected, from the moment at which all timers start anew.

    Attributes:
        servers: how many servers there are, running or not.
        election_timeout: from when to when a timer runs out, in milliseconds.
        points: each number of running servers with each latency.
        stopped: why not all trials were made, or empty.
    """

    servers: int
    election_timeout: tuple[float, float]
    points: tuple[TimePoint, ...]
    stopped: str = ""

    def expected(self, up: int, latency: float) -> float:
        """What the formula says, in milliseconds."""
        return expected_election_time(latency, self.servers, up, self.election_timeout)

    @property
    def headline(self) -> str:
        """What was measured, and how often."""
        trials = sum(point.durations.count for point in self.points)
        low, high = self.election_timeout
        return (
            f"Time until a leader is elected, {self.servers} servers, "
            f"election timeout {low:g}–{high:g} ms: {counted(trials, 'trial')}"
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the numbers must know besides."""
        said = (
            "Latency is a fraction of the range of election timeouts.",
            "The formula is an approximation. Where more than one vote in ten splits it says too "
            "much: it lets all servers wait anew a latency after the first one stood, where that "
            "one has waited all along, and later votes split as often as the first.",
        )
        return (*said, self.stopped) if self.stopped else said

    def rows(self) -> tuple[Row, ...]:
        """The table, its head first."""
        head = ("servers up", "latency", "votes split", "trials", "mean", "95 %", "formula", "off")
        return (head, *map(_row, self.points))

    def __str__(self) -> str:
        """The table as text."""
        return "\n".join((self.headline, aligned(self.rows(), "  "), *self.notes))

    __repr__ = __str__


def _row(point: TimePoint) -> Row:
    low, high = point.interval()
    return (
        str(point.up),
        f"{point.latency:g}",
        f"{100 * point.split:.1f} %",
        f"{point.durations.count:,}",
        say_ms(point.measured),
        f"{say_number(low)} to {say_number(high)}",
        say_ms(point.expected),
        f"{100 * point.too_long:+.1f} %",
    )


def election_times(
    latencies: float | Sequence[float] = LATENCIES,
    up: int | Sequence[int] | None = None,
    *,
    servers: int = 5,
    trials: int = 500,
    election_timeout: tuple[float, float] = (150, 300),
    rules: Rules = RAFT,
    seed: int = 0,
    executor: Executor | None = None,
    progress: bool = True,
) -> ElectionTimes:
    """Hold elections from fresh timers until one has a winner, and measure how long that takes.

    The arguments, and what is raised, are those of `split_votes`.
    """
    elections = Elections(latencies, up, servers, election_timeout, rules)
    making = Making(trials, seed, executor, progress)
    set_ups = elections.set_ups(time_to_leader)
    made = Trials(labelled(set_ups, making), making, in_pairs=False)
    points = []
    for ((up_now, latency), set_up), given in zip(set_ups, made.make(), strict=False):
        expected = expected_election_time(latency, servers, up_now, election_timeout)
        split = split_vote_chance(latency, servers, up_now)
        durations = Durations.of(f"{up_now} up, latency {latency:g}", given, set_up.cap)
        points.append(TimePoint(up_now, latency, durations, expected, split))
    return ElectionTimes(servers, election_timeout, tuple(points), made.stopped)
