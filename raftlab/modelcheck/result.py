"""What an exploration found, in words.

"Not found within these bounds" is never "proved": each text says the bounds and claims no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from raftlab.modelcheck.bounds import Bounds
from raftlab.raft import Cluster, Property, Rules, Violation
from raftlab.sim.history import History
from raftlab.sim.words import counted, listed, say_event

FINGERPRINTS = 2.0**64  # clusters are told apart by one of these each
RARE = 1e-6


def say_seconds(seconds: float) -> str:
    """A time in two figures, or in whole seconds: "0.26 s", "130 s"."""
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.2g} s"


class Verdict(Enum):
    """What an exploration comes to."""

    BROKEN = "broken"  # a schedule breaks a property
    UNSOUND = "unsound"  # a rule does what no rule may
    UNAVAILABLE = "safe, and unavailable"  # nothing broke, and what Raft can do here cannot happen
    NOTHING_BROKE = "nothing broke"  # every schedule within the bounds was tried
    UNDECIDED = "undecided"  # nothing broke as far as it went, or the bounds say too little


@dataclass(frozen=True, slots=True)
class Level:
    """How many clusters were new at one depth, and how many events led on from them."""

    states: int
    transitions: int


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that does what no rule may: which, asked what, and what was seen, in a sentence."""

    rule: str
    arguments: tuple[object, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Attained:
    """A goal, and after how many events it was first attained; None if it never was."""

    goal: str
    depth: int | None


@dataclass(frozen=True, slots=True)
class Exploration:
    """What trying every schedule within bounds came to.

    `violation` says which property broke and how, and `history` is a shortest run that breaks it
    (or that leads to where a rule fails), so many `events` long; `departs` is the number of the
    moment in it at which Raft would first have done otherwise. `stopped` says why not all was
    tried, or is empty. What a `search` tried before, within narrower bounds, is in `earlier`.
    """

    verdict: Verdict
    start: Cluster
    title: str
    rules: Rules
    bounds: Bounds
    properties: tuple[Property, ...]
    levels: tuple[Level, ...]
    seconds: float
    turns: int = 0
    symmetry: bool = False
    goals: tuple[Attained, ...] = ()
    violation: Violation | None = None
    fault: Fault | None = None
    history: History | None = None
    events: int = 0
    departs: int | None = None
    stopped: str = ""
    earlier: tuple[Exploration, ...] = ()

    @property
    def states(self) -> int:
        """How many distinct clusters were reached; with symmetry, those but renamed count once."""
        return sum(level.states for level in self.levels)

    @property
    def transitions(self) -> int:
        """How many events were tried that change anything."""
        return sum(level.transitions for level in self.levels)

    @property
    def depth(self) -> int:
        """How many events the deepest cluster is from the start."""
        return len(self.levels) - 1

    @property
    def exhausted(self) -> bool:
        """Whether every schedule within the bounds was tried, and they are wide enough to count.

        They are if in them Raft attains the goals: elects a leader, say, and commits an entry.
        """
        return self.verdict in (Verdict.NOTHING_BROKE, Verdict.UNAVAILABLE)

    @property
    def headline(self) -> str:
        """The outcome in one sentence."""
        match self.verdict:
            case Verdict.BROKEN if self.violation:
                name, events = self.violation.property.name, counted(self.events, "event")
                return f"{name} broke after {events}."
            case Verdict.UNSOUND if self.fault:
                return f"{self.fault.rule} is not a rule yet."
            case Verdict.UNAVAILABLE:
                return "Safe, and unavailable."
            case Verdict.NOTHING_BROKE:
                return f"Nothing broke in {self.states:,} clusters."
            case _:
                return f"Undecided: nothing broke in {self.states:,} clusters."

    @property
    def sentence(self) -> str:
        """What was seen: how the property broke, what the rule did, what cannot happen."""
        if self.violation:
            return self.violation.sentence
        if self.fault:
            return self.fault.sentence
        missing = [goal.goal for goal in self.goals if goal.depth is None]
        if self.verdict is Verdict.UNAVAILABLE:
            return (
                f"Nothing bad happens; but from here, within the bounds, it never happens that "
                f"{missing[0]}. In Raft it can."
            )
        attained = [
            f"that {g.goal} after {counted(g.depth, 'event')}" for g in self.goals if g.depth
        ]
        said = f"It can happen {listed(attained)}." if attained else ""
        if missing and not self.stopped:
            narrow = f"Within these bounds it never happens that {missing[0]}, even in Raft."
            return f"{said} {narrow} They are too narrow to say more.".strip()
        return said

    @property
    def tried(self) -> str:
        """How much was tried, in a sentence or two."""
        renamed = ", those that differ in names only counted once," if self.symmetry else ""
        how_far = f"to a depth of {counted(self.depth, 'event')}"
        if self.exhausted:
            how_far = "every schedule within the bounds"
        stopped = f" Then {self.stopped}." if self.stopped else ""
        clusters, events = counted(self.states, "cluster"), counted(self.transitions, "event")
        chance = self.states**2 / FINGERPRINTS / 2
        unsure = (
            f" Two were taken for one with a chance of some {chance:.0e}." if chance > RARE else ""
        )
        took = say_seconds(self.seconds)
        return f"Tried {clusters}{renamed} by {events} in {took}: {how_far}.{stopped}{unsure}"

    @property
    def before(self) -> str:
        """What a search had tried before; empty if nothing."""
        if not self.earlier:
            return ""
        widest = max(self.earlier, key=lambda one: one.states)
        steps = counted(len(self.earlier), "step")
        return (
            f"Before that, in {steps} of narrower bounds, nothing broke; the largest of them: "
            f"{widest.bounds.said(self.start)} ({counted(widest.states, 'cluster')})."
        )

    @property
    def scope(self) -> str:
        """From where, and within which bounds; and that nothing is claimed beyond them."""
        where = f"From {self.title}. " if self.title else ""
        bounds = self.bounds.said(self.start)
        return (
            f"{where}{bounds[0].upper()}{bounds[1:]}. A message that is delayed, or cut off by a "
            "partition, is one that comes late or never: these schedules are among them. Beyond "
            "these bounds nothing is claimed."
        )

    def lines(self) -> Iterator[str]:
        """The events of the run, a line each."""
        if self.history:
            for moment in self.history.path(self.events):
                if moment.step:
                    yield say_event(moment.step.event)

    def __str__(self) -> str:
        """The whole verdict as text."""
        numbered = "\n".join(f"{n:>4}  {words}" for n, words in enumerate(self.lines(), start=1))
        parts = (self.headline, self.sentence, numbered, self.tried, self.before, self.scope)
        return "\n".join(part for part in parts if part)

    __repr__ = __str__
