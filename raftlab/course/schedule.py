"""Exercises in which the learner writes a schedule: to bring a state about, or to break a cluster.

The explorer finds the shortest there is, and a schedule is scored against it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from raftlab.course.answers import NoSchedule, acts_in
from raftlab.course.exercise import Exercise
from raftlab.course.outcome import Checked, Outcome
from raftlab.course.questions import Question
from raftlab.course.stub import has_gaps, is_stub
from raftlab.modelcheck import Bounds, Exploration, explore
from raftlab.modelcheck.faults import say_value
from raftlab.raft import (
    RAFT,
    SAFETY,
    Cluster,
    Crash,
    Event,
    Heartbeat,
    NotPossible,
    Property,
    Replicate,
    Rules,
    broken_in,
)
from raftlab.sim.acts import Arrival, resolve
from raftlab.sim.history import History
from raftlab.sim.python import as_act
from raftlab.sim.source import spelled
from raftlab.sim.words import counted, say_event

Act = Event | Arrival


@dataclass(frozen=True)
class WrongRun:
    """A schedule that does not do it, and how the headline of its check begins."""

    acts: tuple[Act, ...]
    ends: str


@dataclass(frozen=True, kw_only=True)
class ScheduleExercise(Exercise):
    """Write events that lead from `start`, under `rules`, to a state, or to where something breaks.

    `goal` is broken by the state to be brought about; where it is None, one of the `properties` is
    to break. `missing` says of a cluster what it still lacks. `bounds` are those in which the
    shortest schedule is found. `wrong` are schedules that fall short.
    """

    start: Callable[[], History]
    goal: Property | None = None
    missing: Callable[[Cluster], str]
    bounds: Bounds
    wrong: tuple[WrongRun, ...]
    rules: Rules = RAFT
    properties: tuple[Property, ...] = SAFETY

    def begin(self) -> History:
        """A run at the start, under the rules of the exercise: play it, and hand it in."""
        history = self.start()
        title = f"{self.title}: {history.title}"
        return History(history.cluster, self.rules, title, properties=self.properties)

    def question(self, number: int = 1) -> Question:
        """The cluster to start from."""
        return replace(super().question(number), cluster=self.start().cluster)

    def how_to_answer(self, number: int = 1) -> str:
        """A list of events, or a run played in the lab."""
        return (
            f'check("{self.name}", [Timeout("node1"), Arrival("node1", "node2"), …]); or play '
            f'run = begin("{self.name}") in lab(run), and then check("{self.name}", run)'
        )

    @cached_property
    def shortest(self) -> Exploration:
        """The shortest schedule there is within the bounds, found by trying all of them."""
        looked_for = (self.goal,) if self.goal else self.properties
        return explore(self.start(), self.rules, self.bounds, looked_for)

    def grade(self, answer: object, number: int = 1) -> Checked:
        """Play the schedule, and say how far it came."""
        if is_stub(answer) or (isinstance(answer, History) and len(answer) == 1):
            return self.not_attempted()
        if isinstance(answer, History) and answer.moment(0).cluster != self.begin().cluster:
            return self._wrong(
                "This run begins elsewhere.", f'It is to begin at begin("{self.name}").'
            )
        acts = acts_in(answer)
        if isinstance(acts, NoSchedule):
            return replace(self._wrong(acts.headline, acts.sentence), outcome=acts.outcome)
        return self._played(acts)

    def _played(self, acts: list[object]) -> Checked:
        history, cost = self.begin(), 0
        for place, act in enumerate(acts, start=1):
            if has_gaps(act):
                return replace(self.not_attempted(), headline=f"Line {place} is still open.")
            try:
                event = resolve(act, history.cluster) if isinstance(act, Act) else None
                taken = history.do(event).step if event else None
            except (NotPossible, ValueError) as error:
                return self._wrong(f"Line {place} cannot happen.", str(error), history)
            except (AttributeError, TypeError):  # an event that is made of something else
                taken = None
            if taken is None:
                return self._wrong(
                    f"Line {place} is no event.",
                    f"It is {say_value(act)}. "
                    'An event is `Timeout("node1")`, for example; for a message to arrive, write '
                    '`Arrival("node1", "node2")`.',
                    history,
                )
            cost += price(taken.event, taken.before)
            if reached := self._reached(history):
                return self._passed(history, cost, reached)
        short = f"After {counted(len(acts), 'event')} it has not come to that."
        return self._wrong(short, self.missing(history.cluster), history)

    def _reached(self, history: History) -> str:
        """The sentence that says what has been reached; "" if nothing has."""
        broken = history.now.violations
        if self.goal:
            broken = broken_in(history.cluster, (self.goal,))
        return broken[0].sentence if broken else ""

    def _passed(self, history: History, cost: int, reached: str) -> Checked:
        par = self.shortest.events
        score = f"{counted(cost, 'event')}; the shortest is {par}."
        if cost == par:
            score = f"{counted(cost, 'event')}, and no schedule is shorter."
        elif cost < par:
            score = f"{counted(cost, 'event')}: fewer than the {par} that were found."
        return Checked(
            self,
            Outcome.PASSED,
            score,
            reached,
            history=history,
            events=cost,
            tried=f"The shortest was found by trying all. {self.shortest.tried}",
            scope=self.shortest.scope,
        )

    def _wrong(self, headline: str, sentence: str, history: History | None = None) -> Checked:
        return Checked(
            self,
            Outcome.WRONG,
            headline,
            sentence,
            history=history,
            closer=_last_event(history) if history else "",
        )

    def reference(self) -> str:
        """The shortest schedule, as it is handed in."""
        found = self.shortest.history
        steps = [moment.step for moment in found.line() if moment.step] if found else []
        lines = "\n".join(f"    {spelled(as_act(taken)).flat}," for taken in steps)
        return f'check("{self.name}", [\n{lines}\n])'


def price(event: Event, before: Cluster) -> int:
    """How many events it counts for: what goes to several others counts once for each of them.

    A crash in the middle of a turn counts as the turn and the crash.
    """
    match event:
        case Heartbeat(name, None):
            return len(before.node(name).peers)
        case Replicate(name, None):
            leader = before.node(name)
            lacking = [n for n in leader.next_index.values() if n <= leader.log.last_index]
            return max(1, len(lacking))
        case Crash(_, during) if during is not None:
            return 1 + price(during, before)
        case _:
            return 1


def _last_event(history: History) -> str:
    step = history.now.step
    return f"The last that happened was: {say_event(step.event)}." if step else ""
