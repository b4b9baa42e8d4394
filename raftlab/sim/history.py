"""A history: do, back, forward, branch at any point without losing the other branch.

A history is a tree of moments, each with the cluster as it was. Going anywhere in it only chooses
another moment: no rule runs, so a learner's own rule is never asked twice about the past.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from raftlab.raft import (
    FIGURE_3,
    RAFT,
    Cluster,
    Event,
    NotPossible,
    Property,
    Rules,
    Step,
    Violation,
    broken_by,
    broken_in,
    step,
)
from raftlab.sim.habit import next_event
from raftlab.sim.schedule import Clock


@dataclass(frozen=True, slots=True)
class Moment:
    """One place in a history: the step that led here, the cluster it gave, what it breaks.

    `number` counts the moments in the order in which they were first reached, from 0 for the start,
    which alone has neither parent nor step. `note` is for a reader: what to see here, or nothing.
    `time` is in simulated milliseconds, None where no clock went; `clock` says what is due after.
    """

    number: int
    parent: int | None
    step: Step | None
    cluster: Cluster
    violations: tuple[Violation, ...] = ()
    note: str = ""
    time: float | None = None
    clock: Clock | None = None


class History:
    """What happened to a cluster, with every branch ever taken, and where in it we stand.

    `rules_changed` names the rules that were not the paper's. `read_only` is None, or the sentence
    saying why nothing new can be done here.
    """

    def __init__(
        self,
        start: Cluster,
        rules: Rules = RAFT,
        title: str = "",
        *,
        properties: tuple[Property, ...] = FIGURE_3,
        time: float | None = None,
    ) -> None:
        """A history that has only its start, at `time`, in simulated milliseconds, if it has one.

        `properties` are checked there and after each step.
        """
        self.rules = rules
        self.title = title
        self.properties = properties
        self.rules_changed = rules.changed
        self.read_only: str | None = None
        self._moments = [Moment(0, None, None, start, broken_in(start, properties), time=time)]
        self._children: list[list[int]] = [[]]
        # Where "forward" leads: from each moment that has children, the child last visited. Every
        # ancestor of the current moment leads to it.
        self._onward: dict[int, int] = {}
        self._now = 0
        # What `line` gave, until another line is shown: whoever shows a moment asks for it often.
        self._line: tuple[Moment, ...] | None = None

    @property
    def moments(self) -> tuple[Moment, ...]:
        """Every moment of every branch, by number."""
        return tuple(self._moments)

    @property
    def now(self) -> Moment:
        """The moment we stand at."""
        return self._moments[self._now]

    @property
    def cluster(self) -> Cluster:
        """The cluster as it is now."""
        return self.now.cluster

    def __len__(self) -> int:
        """How many moments there are, the start included."""
        return len(self._moments)

    def do(self, event: Event, note: str = "") -> Moment:
        """Let `event` happen now, and stand at what it gave.

        An event that was done here before leads to the moment recorded then. Raises NotPossible if
        it cannot happen, RuleError if a rule misbehaves; the history is then as it was.
        """
        for number in self._children[self._now]:
            if self._event_of(number) == event and self._keeps_the_same_time(number):
                return self.goto(number)
        if self.read_only is not None:
            raise NotPossible(self.read_only)
        taken = step(self.cluster, event, self.rules)
        return self.goto(self.attach(self._now, taken, note).number)

    def upcoming(self) -> Event | None:
        """What happens next by itself: what the clock has due, or, where none goes, by habit.

        None if nothing ever does.
        """
        if (clock := self.now.clock) is None:
            return next_event(self.cluster)
        coming = clock.coming(self.cluster)
        return coming.event if coming else None

    def set_going(self, clock: Clock) -> Moment:
        """Let `clock` say from now on when things happen. It begins with this moment's cluster.

        What is recorded after this moment was done without it: the clock goes in a new branch.
        """
        self._onward.pop(self._now, None)
        return self._replace_now(time=clock.now, clock=clock)

    def attach(self, parent: int, taken: Step, note: str = "", time: float | None = None) -> Moment:
        """Add a step taken elsewhere after the moment numbered `parent`, without going there.

        Where a clock goes, it says when that was; `time` says it where none does.
        Raises ValueError if the step does not begin with that moment's cluster.
        """
        if taken.before != self._moments[parent].cluster:
            raise ValueError(f"This step does not begin with the cluster of moment {parent}.")
        before = self._moments[parent]
        broken = broken_by(taken, self.properties, from_unbroken=not before.violations)
        clock = None if before.clock is None else before.clock.gone_on(taken)
        time = time if clock is None else clock.now
        moment = Moment(len(self._moments), parent, taken, taken.after, broken, note, time, clock)
        self._moments.append(moment)
        self._children.append([])
        self._children[parent].append(moment.number)
        if parent not in self._onward:
            self._leads_on(parent, moment.number)
        return moment

    def play(self, *events: Event) -> Moment:
        """Do one event after another. Those before one that raises stay done."""
        for event in events:
            self.do(event)
        return self.now

    def mark(self, note: str) -> Moment:
        """Leave a note at the current moment, in place of the one there."""
        return self._replace_now(note=note)

    def back(self) -> bool:
        """Go to the moment before. Says whether there was one."""
        if self.now.parent is None:
            return False
        self._now = self.now.parent
        return True

    def forward(self) -> bool:
        """Go to the next moment, on the branch last visited. Says whether there was one."""
        if self._now not in self._onward:
            return False
        self._now = self._onward[self._now]
        return True

    def goto(self, number: int) -> Moment:
        """Stand at the moment of that number. Raises IndexError if there is none."""
        moment = self.moment(number)
        for earlier in (moment,) if moment.parent == self._now else self.path(number):
            if earlier.parent is not None:
                self._leads_on(earlier.parent, earlier.number)
        self._now = number
        return moment

    def moment(self, number: int) -> Moment:
        """The moment of that number. Raises IndexError if there is none."""
        if not 0 <= number < len(self._moments):
            last = len(self._moments) - 1
            raise IndexError(f"There is no moment {number}; the last is {last}.")
        return self._moments[number]

    def path(self, number: int) -> tuple[Moment, ...]:
        """The moments from the start to that of this number. Raises IndexError if there is none."""
        return tuple(reversed(list(self._ancestry(self.moment(number)))))

    def line(self) -> tuple[Moment, ...]:
        """The moments from the start through now to the tip of the current branch."""
        if self._line is None:
            tip = self._now
            while tip in self._onward:
                tip = self._onward[tip]
            self._line = self.path(tip)
        return self._line

    def branches(self) -> tuple[Moment, ...]:
        """The tip of each branch, by number: the moments after which nothing is recorded."""
        return tuple(m for m in self._moments if not self._children[m.number])

    def children(self, number: int) -> tuple[Moment, ...]:
        """The moments that follow that of this number, in the order of their first visit."""
        return tuple(self._moments[child] for child in self._children[number])

    def _leads_on(self, parent: int, child: int) -> None:
        """From `parent`, "forward" leads to `child`."""
        if self._onward.get(parent) != child:
            self._onward[parent] = child
            self._line = None

    def _replace_now(self, **changes: object) -> Moment:
        self._moments[self._now] = replace(self.now, **changes)  # type: ignore[arg-type]
        self._line = None
        return self.now

    def _ancestry(self, moment: Moment) -> Iterator[Moment]:
        yield moment
        while moment.parent is not None:
            moment = self._moments[moment.parent]
            yield moment

    def _keeps_the_same_time(self, number: int) -> bool:
        ours, theirs = self.now.clock, self._moments[number].clock
        if ours is None or theirs is None:
            return ours is theirs
        return (ours.timing, ours.seed) == (theirs.timing, theirs.seed)

    def _event_of(self, number: int) -> Event | None:
        taken = self._moments[number].step
        return None if taken is None else taken.event

    def __repr__(self) -> str:
        """Say what it is, where we stand, and how much there is."""
        title = f" {self.title!r}" if self.title else ""
        branches = len(self.branches())
        many = f", {branches} branches" if branches > 1 else ""
        return f"<History{title}: moment {self._now} of {len(self) - 1}{many}>"
