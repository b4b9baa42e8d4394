"""One random run, checked as it goes: it ends at the first step that breaks something.

A run is known by its number: whoever has the trial makes the same run of it, in any process.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from raftlab.modelcheck.faults import fails
from raftlab.modelcheck.result import Fault
from raftlab.raft import (
    Cluster,
    Event,
    Property,
    RuleError,
    Rules,
    Step,
    Violation,
    broken_by,
    step,
    stopped_short,
)
from raftlab.sim.chance import Chooser, Mix

MOST_RUNS = 1_000_000_000

ROUGH = Mix(
    deliver=400,
    replicate=100,
    heartbeat=20,
    command=40,
    timeout=150,
    duplicate=20,
    crash=50,
    crash_in_turn=50,
    restart=200,
    partition=0,
    cut=0,
    most_in_flight=48,
)
"""Elections that overlap and nodes that crash in them; `Mix()` has longer logs and partitions."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A step that breaks properties, or the part of one that came before a rule failed.

    Where both are so, the properties come first: the rule stumbled over what another had broken.
    """

    taken: Step
    broken: tuple[Violation, ...]
    fault: Fault | None = None

    @property
    def violation(self) -> Violation | None:
        """How the first property broke; None if a rule failed and none did."""
        return self.broken[0] if self.broken else None

    @property
    def names(self) -> tuple[str, ...]:
        """The properties that broke; if none did, the rule that failed."""
        broken = tuple(violation.property.name for violation in self.broken)
        return broken or ((self.fault.rule,) if self.fault else ())


@dataclass(frozen=True, slots=True)
class Trial:
    """All that a run of `events` events depends on but its number. Runs take `mixes` in turns."""

    start: Cluster
    rules: Rules
    properties: tuple[Property, ...]
    events: int
    seed: int
    mixes: tuple[Mix, ...]

    def run(self, number: int) -> Iterator[Step | Failure]:
        """The steps of the run of that number; a failure is the last."""
        mix = self.mixes[(number - 1) % len(self.mixes)]
        chooser = Chooser(seed_of(self.seed, number), mix)
        cluster = self.start
        for _ in range(self.events):
            taken = self.attempt(cluster, chooser.choose(cluster))
            yield taken
            if isinstance(taken, Failure):
                return
            cluster = taken.after

    def holds_up(self, number: int) -> bool:
        """Whether nothing fails in the run of that number. Raises nothing, wherever it is asked.

        If a property raises, the run does not hold up: who makes it again will see.
        """
        try:
            return not any(isinstance(taken, Failure) for taken in self.run(number))
        except Exception:
            return False

    def attempt(self, cluster: Cluster, event: Event) -> Step | Failure:
        """Let `event` happen in a cluster that breaks nothing. Raises NotPossible if it cannot."""
        fault = None
        try:
            taken = step(cluster, event, self.rules)
        except RuleError as error:
            taken, fault = stopped_short(cluster, event, error), fails(error)
        broken = broken_by(taken, self.properties, from_unbroken=True)
        return Failure(taken, broken, fault) if broken or fault else taken


def seed_of(seed: int, number: int) -> int:
    """The seed from which `random_run` makes the run of that number."""
    return seed * MOST_RUNS + number
