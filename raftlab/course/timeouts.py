"""Exercises in which the learner chooses election timeouts, graded by experiments with a seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import inf, isfinite
from numbers import Real

from raftlab.course.exercise import Exercise
from raftlab.course.outcome import Checked, Outcome
from raftlab.course.stub import has_gaps, is_stub
from raftlab.modelcheck.faults import say_value
from raftlab.raft import Timeout
from raftlab.sim.experiments import (
    Happened,
    Rate,
    SetUp,
    first_vote_splits,
    led,
    never_led,
    replace_leader,
)
from raftlab.sim.tables import say_ms
from raftlab.sim.timing import Timing

SEED = 0
CALM = 10_000  # ms without a failure


@dataclass(frozen=True)
class WrongTimeouts:
    """Timeouts that do not do, and how the headline of their check begins."""

    answer: object
    ends: str


@dataclass(frozen=True)
class Measured:
    """One of the demands: what was measured, whether that will do, and what to say if not."""

    holds: bool
    says: str
    headline: str
    asks: str


@dataclass(frozen=True, kw_only=True)
class TimeoutsExercise(Exercise):
    """Between which two times are election timers to run out, in this network?

    Times are simulated milliseconds. `latency` is that of a message, one way. At most `most_split`
    of the first elections may split their votes, and half of the leader's crashes are to be over
    within `within`, each tried `trials` times. A leader that is well is to stay one for 10 s.
    `right` are timeouts that will do, the first of them for the solution.
    """

    servers: int
    latency: tuple[float, float]
    heartbeat_interval: float
    most_split: float
    within: float
    trials: int
    right: tuple[tuple[float, float], ...]
    wrong: tuple[WrongTimeouts, ...]

    def how_to_answer(self, number: int = 1) -> str:
        """A pair of times."""
        return f'check("{self.name}", (150, 155)), with your two times in milliseconds'

    def reference(self) -> str:
        """Timeouts that will do, and what is measured of them."""
        low, high = self.right[0]
        found = " ".join(one.says for one in self._measured(low, high))
        return f"({low:g}, {high:g}), for example. {found}"

    def grade(self, answer: object, number: int = 1) -> Checked:
        """Measure one thing after the other, as long as each is as demanded."""
        if is_stub(answer):
            return self.not_attempted()
        if has_gaps(answer):
            return replace(self.not_attempted(), headline="One of the times is still open.")
        match answer:
            case (first, second):
                low, high = _as_time(first), _as_time(second)
            case _:
                low = high = None
        if low is None or high is None:
            return self._wrong(
                "That is no pair of times.",
                "The answer is two numbers of milliseconds above 0, such as (150, 155); it was "
                f"{say_value(answer)}.",
            )
        if low > high:
            return self._wrong(
                "The shorter time comes first.",
                f"Timers run out between the two; it was {say_value(answer)}.",
            )
        return self._tried(low, high)

    def _tried(self, low: float, high: float) -> Checked:
        said: list[str] = []
        for one in self._measured(low, high):
            said.append(one.says)
            if not one.holds:
                return replace(self._wrong(one.headline, " ".join(said)), question=one.asks)
        return Checked(
            self,
            Outcome.PASSED,
            f"{low:g} to {high:g} ms will do.",
            " ".join(said),
            tried=f"Measured by the clock, {self.trials} trials of each kind with seed {SEED}.",
        )

    def _wrong(self, headline: str, sentence: str) -> Checked:
        return Checked(self, Outcome.WRONG, headline, sentence)

    def _measured(self, low: float, high: float) -> Iterator[Measured]:
        """What is demanded, the quickest to measure first."""
        timing = Timing((low, high), self.heartbeat_interval, self.latency)
        yield self._calm(timing, low)
        yield self._splits(timing)
        yield self._downtime(timing)

    def _calm(self, timing: Timing, low: float) -> Measured:
        at = SetUp(led(self.servers, 0), timing, _first_timeout, cap=CALM).outcome(SEED, 1)
        short = low <= self.heartbeat_interval
        if at is not None:
            says = f"The leader was well, and after {say_ms(at)} somebody stood for election."
        elif short:
            says = f"A timer may run out after {say_ms(low)}, before the next heartbeat is sent."
        else:
            says = "A leader that was well was left alone for 10 s."
        return Measured(
            at is None and not short,
            says,
            "A healthy leader is deposed.",
            "How long can it be, at most, from one heartbeat's arrival to the next one's? And when "
            "does the first timer run out?",
        )

    def _splits(self, timing: Timing) -> Measured:
        set_up = SetUp(never_led(self.servers), timing, first_vote_splits)
        trials = range(1, self.trials + 1)
        split = Rate.of(set_up.outcome(SEED, trial) for trial in trials).share
        return Measured(
            split <= self.most_split,
            f"Votes split in {split:.1%} of the first elections.",
            "Votes split too often.",
            "A request takes its time to arrive. How many others stand in the meantime, and what "
            "would make that fewer?",
        )

    def _downtime(self, timing: Timing) -> Measured:
        found = replace_leader(
            self.trials, timing, servers=self.servers, short_logs=0, seed=SEED, progress=False
        )
        half = say_ms(found.median) if isfinite(found.median) else f"more than {say_ms(found.cap)}"
        return Measured(
            found.median <= self.within,
            f"Half of the crashes were over within {half}.",
            "It takes too long until somebody leads.",
            "Most of that time the others wait. For what?",
        )


def _first_timeout(run: Iterator[Happened]) -> float | None:
    return next((at for at, taken in run if isinstance(taken.event, Timeout)), None)


def _as_time(value: object) -> float | None:
    """A number of milliseconds above 0, numpy's too; None for what is none."""
    if not isinstance(value, Real) or isinstance(value, bool):
        return None
    try:
        time = float(value)
    except OverflowError:
        return None
    return time if 0 < time < inf else None
