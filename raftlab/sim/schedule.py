"""Who moves next by the clock: timers, heartbeats and messages, in simulated milliseconds.

A clock is a value beside a cluster: what is due, and when. `coming` says what is next, `after`
gives the clock once that, or anything else, has happened. The protocol reads no clock: whatever the
clock decides reaches it as an event. Chance enters by the seed and the number of the step alone, so
that whoever goes back and on again meets the same run, on any machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from raftlab.raft import (
    AskAgain,
    Cluster,
    Cut,
    Delay,
    Deliver,
    Drop,
    Duplicate,
    Event,
    Heartbeat,
    Partition,
    Replicate,
    Step,
    Timeout,
    why_not,
)
from raftlab.raft.events import actor
from raftlab.sim.acts import Act, resolve, why_no_act
from raftlab.sim.agenda import Agenda, Cause, Coming, Due, lacking
from raftlab.sim.timing import Timing

Script: TypeAlias = Mapping[float, Act | Sequence[Act]]

LATEST = 1e12
MOST_STEPS = 2**32


@dataclass(frozen=True, slots=True)
class Clock:
    """What is due in a cluster, and when, in milliseconds since the clock was set going.

    `agenda` is in order; `planned` counts what was ever on it, `steps` those taken.
    """

    timing: Timing = field(default_factory=Timing)
    seed: int = 0
    now: float = 0
    agenda: tuple[Due, ...] = ()
    planned: int = 0
    steps: int = 0

    @classmethod
    def set_going(
        cls,
        cluster: Cluster,
        timing: Timing | None = None,
        seed: int = 0,
        script: Script | None = None,
    ) -> Clock:
        """A clock that begins at 0 with `cluster` as it is.

        `script` says what else happens, and when: `{200: Crash("node1"), 500: Restart("node1")}`.
        What cannot happen at its time is left out; what is for a leader waits for one. Raises
        ValueError for what can never happen in this cluster, TypeError for what is no clock's.
        """
        clock = cls(_a_timing(timing), _a_seed(seed))
        agenda = clock._agenda()
        for at, act in _acts(script or {}):
            agenda.put(at, Cause.SCRIPT, _an_act(act, at, cluster))
        for message in cluster.network:
            agenda.send(message)
        for node in cluster.nodes:
            agenda.keep_time(node, ())
            agenda.keep_sending(node, None, ())
        for client in cluster.clients:
            agenda.keep_asking(client)
        return clock._with(agenda)

    def coming(self, cluster: Cluster) -> Coming | None:
        """What happens next, as an event, and when; None if nothing ever does."""
        for due in self.agenda:
            event = _as_event(due, cluster)
            if event is not None:
                return Coming(max(due.at, self.now), event, due)
        return None

    def gone_on(self, taken: Step) -> Clock:
        """The clock once `taken` has happened: in its time if it was what was due, else now."""
        coming = self.coming(taken.before)
        as_planned = coming is not None and coming.event == taken.event
        return self.after(taken, coming if as_planned else None)

    def after(self, taken: Step, done: Coming | None = None) -> Clock:
        """The clock once `taken` has happened: as `done`, which came next, or else by hand, now."""
        agenda, event = self._agenda(), taken.event
        if done is not None:
            agenda.go_to(done)
        if done is None or done.due.cause is Cause.SCRIPT:
            agenda.forget(event)
        for message in taken.sent:
            if message not in taken.lost:
                agenda.send(message)
        name = actor(event)
        if taken.after.clients and taken.after.has_client(name):
            agenda.keep_asking(taken.after.client(str(name)))
        elif name is not None:
            node = taken.after.node(name)
            agenda.keep_time(node, taken.firings)
            agenda.keep_sending(node, event, taken.sent)
        match event:
            case Duplicate(message):
                agenda.send_copy(message)
            case Delay(message):
                agenda.hold_back(message)
            case Partition() | Cut():
                agenda.lose_along(taken.after.cut)
        return self._with(agenda)

    def _agenda(self) -> Agenda:
        seed = self.seed * MOST_STEPS + self.steps
        return Agenda(self.agenda, self.planned, self.timing, self.now, seed)

    def _with(self, agenda: Agenda) -> Clock:
        due = tuple(sorted(agenda.due))
        # Not `replace`: this is done at every step of every trial, and takes half the time.
        return Clock(self.timing, self.seed, agenda.now, due, agenda.planned, self.steps + 1)


def _as_event(due: Due, cluster: Cluster) -> Event | None:
    """What is due, as an event that can happen; None if it cannot now."""
    match due.act:
        case Deliver() | Drop() | Timeout() | AskAgain() if due.cause is not Cause.SCRIPT:
            return due.act  # the agenda keeps these in step with the cluster
        case Heartbeat(name, None) if due.cause is Cause.BEAT and lacking(cluster, name):
            return Replicate(name)
    try:
        event = resolve(due.act, cluster)
    except ValueError:
        return None
    return event if why_not(cluster, event) is None else None


def _a_timing(timing: Timing | None) -> Timing:
    if not isinstance(timing, Timing | None):
        raise TypeError(f"The timing is Timing(…), such as Timing(latency=5), not {timing!r}.")
    return timing or Timing()


def _a_seed(seed: int) -> int:
    if not isinstance(seed, int):
        raise TypeError(f"The seed is a whole number, not {seed!r}.")
    return seed


def _acts(script: Script) -> list[tuple[float, Act]]:
    """Each act with its time, in the order in which the script has them at that time."""
    if not isinstance(script, Mapping):
        raise TypeError(f"A script is a dict: milliseconds, and what happens then, not {script!r}.")
    return [
        (_a_time(at), act)
        for at, acts in script.items()
        for act in (acts if isinstance(acts, list | tuple) else (acts,))
    ]


def _a_time(at: float) -> float:
    if isinstance(at, bool) or not isinstance(at, int | float) or not 0 <= at <= LATEST:
        raise ValueError(f"A script says after how many milliseconds each act comes, not {at!r}.")
    return at


def _an_act(act: Act, at: float, cluster: Cluster) -> Act:
    if (reason := why_no_act(act, cluster)) is not None:
        raise ValueError(f"The script, at {at:g} ms: {reason}")
    return act
