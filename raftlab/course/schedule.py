"""Exercises in which the learner writes a schedule: to bring a state about, or to break a cluster.

The explorer finds the shortest there is, and a schedule is scored against it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

from raftlab.course.exercise import Exercise
from raftlab.course.outcome import Checked, Outcome
from raftlab.course.questions import Question
from raftlab.course.stub import is_stub
from raftlab.modelcheck import Bounds, Exploration, explore
from raftlab.modelcheck.faults import say_value
from raftlab.raft import (
    RAFT,
    Cluster,
    Crash,
    Event,
    Heartbeat,
    NotPossible,
    Property,
    Replicate,
    Rules,
)
from raftlab.raft.events import (
    ClientCommand,
    Deliver,
    Drop,
    Duplicate,
    Heal,
    Partition,
    Restart,
    Timeout,
)
from raftlab.sim.history import History
from raftlab.sim.python import as_python
from raftlab.sim.script import Arrival, resolve
from raftlab.sim.words import counted, say_event

MOST_EVENTS = 300
ACTS = (
    Timeout, ClientCommand, Replicate, Heartbeat, Deliver, Drop, Duplicate, Crash, Restart,
    Partition, Heal, Arrival,
)  # fmt: skip

Act = Event | Arrival


@dataclass(frozen=True)
class WrongRun:
    """A schedule that does not do it, and how the headline of its check begins."""

    acts: tuple[Act, ...]
    ends: str


@dataclass(frozen=True, kw_only=True)
class ScheduleExercise(Exercise):
    """Write events that lead from `start`, under `rules`, to where one of `properties` breaks.

    A state to be brought about is a property that breaks there. `missing` says of a cluster what it
    still lacks. `bounds` are those in which the shortest schedule is found. `wrong` are schedules
    that fall short.
    """

    start: Callable[[], History]
    properties: tuple[Property, ...]
    missing: Callable[[Cluster], str]
    bounds: Bounds
    wrong: tuple[WrongRun, ...]
    rules: Rules = RAFT

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
        return explore(self.start(), self.rules, self.bounds, self.properties)

    def grade(self, answer: object, number: int = 1) -> Checked:
        """Play the schedule, and say how far it came."""
        if is_stub(answer) or (isinstance(answer, History) and len(answer) == 1):
            return self.not_attempted()
        if isinstance(answer, History):
            if answer.moment(0).cluster != self.begin().cluster:
                return self._wrong(
                    "This run begins elsewhere.", f'It is to begin at begin("{self.name}").'
                )
            acts: list[object] = [m.step.event for m in answer.line() if m.step]
        elif isinstance(answer, Iterable) and not isinstance(answer, str):
            acts = list(islice(answer, MOST_EVENTS + 1))
        else:
            return self._wrong(
                "That is no schedule.",
                f"It is a list of events, or a run; it was {say_value(answer)}.",
            )
        if len(acts) > MOST_EVENTS:
            return self._wrong("That is too long.", f"At most {MOST_EVENTS} events are played.")
        return self._played(acts)

    def _played(self, acts: list[object]) -> Checked:
        history, cost = self.begin(), 0
        for place, act in enumerate(acts, start=1):
            if not isinstance(act, ACTS):
                return self._wrong(
                    f"Line {place} is no event.",
                    f"It is {say_value(act)}. "
                    'An event is `Timeout("node1")`, for example; for a message to arrive, write '
                    '`Arrival("node1", "node2")`.',
                    history,
                )
            try:
                event = resolve(act, history.cluster)
                history.do(event)
            except (NotPossible, ValueError) as error:
                return self._wrong(f"Line {place} cannot happen.", str(error), history)
            cost += price(event, history.cluster)
            if history.now.violations:
                return self._reached(history, cost)
        short = f"After {counted(len(acts), 'event')} it has not come to that."
        return self._wrong(short, self.missing(history.cluster), history)

    def _reached(self, history: History, cost: int) -> Checked:
        par = self.shortest.events
        score = f"{counted(cost, 'event')}; the shortest is {par}."
        if cost == par:
            score = f"{counted(cost, 'event')}, and no schedule is shorter."
        elif cost < par:
            score = f"{counted(cost, 'event')}: fewer than the {par} that were found."
        violation = history.now.violations[0]
        return Checked(
            self,
            Outcome.PASSED,
            f"{self.title}: {score}",
            violation.sentence,
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
            shown=history.cluster if history else None,
            closer=_last_event(history) if history else "",
        )

    def reference(self) -> str:
        """The shortest schedule, as Python."""
        found = self.shortest.history
        return as_python(found) if found else ""


def price(event: Event, cluster: Cluster) -> int:
    """How many events it counts for: what goes to all others counts once for each of them.

    A crash in the middle of a turn counts as the turn and the crash.
    """
    match event:
        case Replicate(name, None) | Heartbeat(name, None):
            return len(cluster.node(name).peers)
        case Crash(_, during) if during is not None:
            return 1 + price(during, cluster)
        case _:
            return 1


def _last_event(history: History) -> str:
    step = history.now.step
    return f"The last that happened was: {say_event(step.event)}." if step else ""
