"""One trial: a cluster by the clock, something that fails, and what is measured of it.

All that a trial depends on is a value, a set-up. With the seed and its number it is the same trial
in any process, whatever was tried before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import NamedTuple, TypeAlias

from raftlab.raft import RAFT, Cluster, Rules, Step, step
from raftlab.sim.rates import Outcome
from raftlab.sim.schedule import MOST_STEPS, Clock, Script
from raftlab.sim.timing import TimeoutModel, Timing

MOST_TRIALS = 1_000_000
NUMBERS = 1_000_000_000  # of trials that have a seed in common
MOST_EVENTS = 100_000
CAP = 10_000


class Happened(NamedTuple):
    """A step, and when it was taken, in simulated milliseconds since the trial began."""

    at: float
    taken: Step


# What fails, and when: drawn anew in each trial, and given to its clock as a script.
Failure: TypeAlias = Callable[[Random], Script]
# What is measured: it follows the run as far as it needs to, and gives a number, or true or false;
# None if the run ends before that.
Measure: TypeAlias = Callable[[Iterator[Happened]], Outcome]


def nothing_fails(random: Random) -> Script:
    """No failure."""
    return {}


@dataclass(frozen=True, slots=True)
class SetUp:
    """All that a trial depends on, but its seed and its number.

    Attributes:
        start: the cluster as it is at time 0: its logs, its leader, who is down.
        timing: how long things take. Its latency is the network of the experiment.
        measure: what is measured, from when to when: a function of the run that takes what happens,
            one `Happened` after the other, and returns a number as soon as it knows it. The trial
            ends there. None says that it never came to that.
        failure: what fails, and when: a function of a `random.Random` that gives a script, such as
            `{40: Crash("node1")}`.
        timers: how long each election timer has yet to run at time 0, as an election timeout is
            given; by default all start anew at that moment.
        rules: the rules.
        cap: a trial is given up so many simulated milliseconds after the last failure.
    """

    start: Cluster
    timing: Timing
    measure: Measure
    failure: Failure = nothing_fails
    timers: TimeoutModel | None = None
    rules: Rules = RAFT
    cap: float = CAP

    def outcome(self, seed: int, number: int) -> Outcome:
        """What the trial of that number gives; None if it is given up.

        Raises RuleError if a rule misbehaves, ValueError or TypeError for what no clock takes, and
        whatever `failure` and `measure` raise.
        """
        return self.measure(self.run(seed, number))

    def run(self, seed: int, number: int) -> Iterator[Happened]:
        """What happens in the trial of that number, at most 100,000 events."""
        seed = seed * NUMBERS + number
        # The clock draws from one number for each step; the last of them is left for this.
        script = self.failure(Random(seed * MOST_STEPS + MOST_STEPS - 1))
        clock = self._clock(seed, script)
        cluster, until = self.start, max(script, default=0) + self.cap
        for _ in range(MOST_EVENTS):
            coming = clock.coming(cluster)
            if coming is None or until < coming.at:
                return
            taken = step(cluster, coming.event, self.rules)
            yield Happened(coming.at, taken)
            clock, cluster = clock.after(taken, coming), taken.after

    def _clock(self, seed: int, script: Script) -> Clock:
        if self.timers is None:
            return Clock.set_going(self.start, self.timing, seed, script)
        at_first = replace(self.timing, election_timeout=self.timers)
        return replace(Clock.set_going(self.start, at_first, seed, script), timing=self.timing)
