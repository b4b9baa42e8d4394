"""What a random search found, in words. A random search proves nothing, and each text says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from raftlab.modelcheck.at_random.trial import seed_of
from raftlab.modelcheck.result import Fault, Verdict
from raftlab.raft import Cluster, Event, Rules, Violation
from raftlab.sim.history import History
from raftlab.sim.words import counted, say_event


@dataclass(frozen=True, slots=True)
class RandomSearch:
    """What making random runs came to.

    `number` is that of the first run that failed, from 1, and `found_after` the events it took;
    `schedule` is what was left of them once those that do not matter were left out, and `history`
    the same, played; `departs` is the number of its first moment that Raft would not have come to.
    `violation` says which property broke and how, `fault` which rule did what no rule may.
    `stopped` says why not all runs were made, or is empty.
    """

    verdict: Verdict
    start: Cluster
    title: str
    rules: Rules
    runs: int  # those asked for
    events_each: int
    seed: int
    runs_done: int = 0
    events_done: int = 0
    number: int | None = None
    found_after: int = 0
    schedule: tuple[Event, ...] = ()
    violation: Violation | None = None
    fault: Fault | None = None
    departs: int | None = None
    stopped: str = ""
    history: History | None = field(default=None, compare=False)
    seconds: float = field(default=0.0, compare=False)

    @property
    def run_seed(self) -> int | None:
        """The seed from which `random_run` makes the run that failed; None if none did."""
        return None if self.number is None else seed_of(self.seed, self.number)

    @property
    def headline(self) -> str:
        """The outcome in one sentence."""
        runs = f"{counted(self.runs_done, 'random run')} of {counted(self.events_each, 'event')}"
        match self.verdict:
            case Verdict.BROKEN if self.violation and not self.schedule:
                return f"{self.violation.property.name} is broken from the start."
            case Verdict.BROKEN if self.violation:
                events = counted(len(self.schedule), "event")
                return f"{self.violation.property.name} broke after {events}."
            case Verdict.UNSOUND if self.fault:
                return f"{self.fault.rule} is not a rule yet."
            case Verdict.NOTHING_BROKE:
                return f"Nothing broke in {runs}."
            case _:
                return f"Undecided: nothing broke in {runs}."

    @property
    def sentence(self) -> str:
        """How the property broke, or what the rule did; empty if nothing broke."""
        found = self.violation or self.fault
        return found.sentence if found else ""

    @property
    def tried(self) -> str:
        """How much was tried, in a sentence or two."""
        runs, events = counted(self.runs_done, "random run"), counted(self.events_done, "event")
        how_far = "" if self.stopped else ": all of them"
        if self.number is not None:
            how_far = f": run {self.number} failed after {counted(self.found_after, 'event')}"
        left_out = self.found_after - len(self.schedule)
        if self.schedule and left_out:
            how_far += f", {left_out:,} of which do not matter"
        stopped = f" Then {self.stopped}." if self.stopped else ""
        return f"Tried {runs}, {events} in all, in {self.seconds:.1f} s{how_far}.{stopped}"

    @property
    def scope(self) -> str:
        """From where, by which seed; and that nothing is claimed."""
        where = f"From {self.title}. " if self.title else ""
        claim = "A random search proves nothing: what no run came upon can still happen."
        return f"{where}Seed {self.seed}. {claim}"

    def lines(self) -> Iterator[str]:
        """The events of the schedule, a line each."""
        yield from map(say_event, self.schedule)

    def __str__(self) -> str:
        """The whole outcome as text."""
        numbered = "\n".join(f"{n:>4}  {words}" for n, words in enumerate(self.lines(), start=1))
        parts = (self.headline, self.sentence, numbered, self.tried, self.scope)
        return "\n".join(part for part in parts if part)

    __repr__ = __str__
