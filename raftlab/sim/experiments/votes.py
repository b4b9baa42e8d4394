"""How often votes split, against what theory says of it. (Dissertation, chapter 9)"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from raftlab.raft import RAFT, Rules
from raftlab.sim.experiments.elections import Elections, labelled
from raftlab.sim.experiments.formulas import split_vote_chance
from raftlab.sim.experiments.many import Making, Trials
from raftlab.sim.experiments.measures import first_vote_splits
from raftlab.sim.rates import CONFIDENCE, Interval, Rate
from raftlab.sim.tables import Row, aligned
from raftlab.sim.words import counted

LATENCIES = (0.05, 0.1, 0.2, 0.3)


@dataclass(frozen=True, slots=True)
class SplitPoint:
    """How often votes split with so many servers up and one latency, a fraction of the range."""

    up: int
    latency: float
    rate: Rate
    expected: float

    @property
    def measured(self) -> float:
        """The share of elections whose votes split."""
        return self.rate.share

    def interval(self, confidence: float = CONFIDENCE) -> Interval:
        """Where the true share lies."""
        return self.rate.interval(confidence)

    def agrees(self, confidence: float = CONFIDENCE) -> bool:
        """Whether the formula lies within the interval: by chance it misses one of twenty."""
        low, high = self.interval(confidence)
        return low <= self.expected <= high


@dataclass(frozen=True, slots=True)
class SplitVotes:
    """How often votes split in the first election, for some numbers of servers and latencies.

    Attributes:
        servers: how many servers there are, running or not.
        points: each number of running servers with each latency.
        stopped: why not all trials were made, or empty.
    """

    servers: int
    points: tuple[SplitPoint, ...]
    stopped: str = ""

    def expected(self, up: int, latency: float) -> float:
        """What the formula says."""
        return split_vote_chance(latency, self.servers, up)

    @property
    def headline(self) -> str:
        """What was measured, and how often."""
        trials = sum(point.rate.count + point.rate.given_up for point in self.points)
        servers = counted(self.servers, "server")
        return f"Split votes in the first election of {servers}: {counted(trials, 'election')}"

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the numbers must know besides."""
        within = sum(point.agrees() for point in self.points)
        said = (
            f"The formula lies within {within} of {len(self.points)} intervals. At 95 % it misses "
            "one of twenty by chance.",
            "Latency is a fraction of the range of election timeouts.",
        )
        return (*said, self.stopped) if self.stopped else said

    def rows(self) -> tuple[Row, ...]:
        """The table, its head first."""
        head = ("servers up", "latency", "elections", "split", "95 %", "formula", "")
        return (head, *map(_row, self.points))

    def __str__(self) -> str:
        """The table as text."""
        return "\n".join((self.headline, aligned(self.rows(), "  "), *self.notes))

    __repr__ = __str__


def _row(point: SplitPoint) -> Row:
    low, high = point.interval()
    return (
        str(point.up),
        f"{point.latency:g}",
        f"{point.rate.count:,}",
        f"{100 * point.measured:.1f} %",
        f"{100 * low:.1f} to {100 * high:.1f}",
        f"{100 * point.expected:.1f} %",
        "within" if point.agrees() else "outside",
    )


def split_votes(
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
) -> SplitVotes:
    """Hold elections from fresh timers, and count those whose votes split.

    Args:
        latencies: how long every message takes one way, as a fraction of the range of election
            timeouts: of 150 to 300 ms a latency of 0.1 is 15 ms.
        up: how many of the servers run; by default each number that is a majority.
        servers: how many there are, from 3 to 9.
        trials: how many elections for each number of servers with each latency.
        election_timeout: from when to when a timer runs out, in milliseconds.
        rules: the rules: `RAFT.but(…)` measures your own, and the formula stays Raft's.
        seed: the same seed gives the same elections, with any executor or none.
        executor: who makes the trials; by default this process.
        progress: whether a bar shows how many are done.

    Stops with what it has when interrupted, or when the executor fails. Raises ValueError or
    TypeError for other arguments that are not as above, RuleError if a rule misbehaves.
    """
    elections = Elections(latencies, up, servers, election_timeout, rules)
    making = Making(trials, seed, executor, progress)
    set_ups = elections.set_ups(first_vote_splits)
    made = Trials(labelled(set_ups, making), making, in_pairs=False)
    points = tuple(
        SplitPoint(*point, Rate.of(outcomes), split_vote_chance(point[1], servers, point[0]))
        for (point, _), outcomes in zip(set_ups, made.make(), strict=False)
    )
    return SplitVotes(servers, points, made.stopped)
