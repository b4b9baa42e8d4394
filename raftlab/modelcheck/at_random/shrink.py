"""A shorter schedule that fails in the same way: parts are left out, large ones first, then events.

This is delta debugging (Zeller and Hildebrandt, 2002). What is left out takes with it what can then
no longer happen. A message that is then written otherwise, with a lower term say, is not gone: the
one in flight in its place is taken. So elections that do not matter can be left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from raftlab.modelcheck.at_random.trial import Failure, Trial
from raftlab.raft import Cluster, Crash, Delay, Deliver, Drop, Duplicate, Event, Message, why_not

Schedule = tuple[Event, ...]


def shortened(trial: Trial, schedule: Schedule, name: str) -> Iterator[Schedule]:
    """Shorter and shorter schedules, each of which ends where `name` first fails.

    `name` is that of a property or of a rule. From the last schedule no event can be left out.
    """
    shrinking = _Shrinking(trial, schedule, name)
    size = max(1, len(schedule) // 2)
    while True:
        before, end = shrinking.schedule, len(shrinking.schedule)
        while end > 0:
            first = max(0, end - size)
            if shrinking.can_do_without(first, end):
                yield shrinking.schedule
            end = min(first, len(shrinking.schedule))
        if size == 1 and shrinking.schedule == before:
            return
        size = max(1, size // 2)


class _Shrinking:
    """The shortest schedule so far, with the cluster before each event."""

    def __init__(self, trial: Trial, schedule: Schedule, name: str) -> None:
        self._trial, self._name = trial, name
        # Asking the one property alone is quicker, and most attempts end there.
        self._only = replace(trial, properties=tuple(p for p in trial.properties if p.name == name))
        self.schedule: Schedule = ()
        self._clusters = [trial.start]
        self._take(0, schedule)

    def can_do_without(self, first: int, end: int) -> bool:
        """Leave out these events, if that fails all the same; of one crash in a turn, the crash."""
        part, rest = self.schedule[first:end], self.schedule[end:]
        if self._take(first, rest):
            return True
        match part:
            case [Crash(_, during)] if during is not None:
                return self._take(first, (during, *rest))
        return False

    def _take(self, first: int, rest: Sequence[Event]) -> bool:
        """Go on with `rest` after the `first` events, if it fails as it should."""
        start = self._clusters[first]
        if _replayed(self._only, start, rest, self._name) is None:
            return False
        replayed = _replayed(self._trial, start, rest, self._name)
        if replayed is None:
            return False
        events, clusters = replayed
        self.schedule = (*self.schedule[:first], *events)
        self._clusters[first:] = clusters
        return True


def _replayed(
    trial: Trial, cluster: Cluster, schedule: Sequence[Event], name: str
) -> tuple[list[Event], list[Cluster]] | None:
    """What happens of `schedule` up to where `name` fails; None if nothing or another fails.

    With the cluster before each event.
    """
    events, clusters = list[Event](), list[Cluster]()
    for wanted in schedule:
        event = _possible(wanted, cluster)
        if event is not None:
            taken = trial.attempt(cluster, event)
            events.append(event)
            clusters.append(cluster)
            if isinstance(taken, Failure):
                return (events, clusters) if name in taken.names else None
            cluster = taken.after
    return None


def _possible(event: Event, cluster: Cluster) -> Event | None:
    """The event if it can happen, or the same with the message in place of its own; None if not."""
    if why_not(cluster, event) is None:
        return event
    other = _with_another_message(event, cluster)
    return other if other is not None and why_not(cluster, other) is None else None


def _with_another_message(event: Event, cluster: Cluster) -> Event | None:
    match event:
        case Deliver(message) | Drop(message) | Duplicate(message) | Delay(message):
            instead = _in_place_of(message, cluster)
            return type(event)(instead) if instead else None
        case Crash(_, Deliver(message)):
            instead = _in_place_of(message, cluster)
            return replace(event, during=Deliver(instead)) if instead else None
    return None


def _in_place_of(message: Message, cluster: Cluster) -> Message | None:
    """The latest message in flight of the same kind between the same two."""
    way = (type(message), message.sender, message.receiver)
    alike = (m for m in reversed(cluster.network) if (type(m), m.sender, m.receiver) == way)
    return next(alike, None)
