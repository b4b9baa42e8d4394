"""What cannot be done at the shown moment of a run, and why not: a sentence for each act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from raftlab.raft import Cut, Event, Heal, Message, why_not
from raftlab.sim.history import History
from raftlab.widgets.acts import (
    CLOCK_ACTS,
    MESSAGE_ACTS,
    NETWORK_ACTS,
    THEN_CRASH,
    client_events,
    message_events,
    node_events,
    partition,
)
from raftlab.widgets.place import next_moment

# For each act of a row whether it can be done now: None, or the sentence that says why not.
Row: TypeAlias = Mapping[str, str | None]


class Refusals:
    """The reasons why acts are refused, for one history where it stands."""

    def __init__(self, history: History) -> None:
        """Of `history`, wherever it will stand when asked."""
        self._history = history

    def event(self, event: Event) -> str | None:
        """Why `event` cannot be done now, in a sentence; None if it can."""
        return self._history.read_only or why_not(self._history.cluster, event)

    def any_message(self) -> str | None:
        """Why nothing can be done to any message; None if something can."""
        if self._history.read_only:
            return self._history.read_only
        return None if self._history.cluster.network else "No message is in flight."

    def split(self, sides: str) -> str | None:
        """Why the network cannot be split into `sides`, as `node1 | node2 node3`."""
        try:
            return self.event(partition(sides, self._history.cluster.names))
        except ValueError as error:
            return self._history.read_only or str(error)

    def clock(self) -> str | None:
        """Why no clock can be set going here; None if one can."""
        clock, ahead = self._history.now.clock, next_moment(self._history)
        if self._history.read_only or clock is None:
            return self._history.read_only
        # What was recorded before the clock was set going here can be left for it once more.
        if ahead is not None and ahead.clock is None:
            return None
        return f"A clock goes already, with seed {clock.seed}."

    def step(self) -> str | None:
        """Why there is no step forward; None if there is."""
        if next_moment(self._history) is not None:
            return None
        if self._history.read_only:
            return self._history.read_only
        stuck = self._history.upcoming() is None
        return "Nothing can happen by itself any more." if stuck else None

    # A row at a time

    def message_row(self, message: Message | None) -> Row:
        """For each act on `message`; for each act alike where none is chosen."""
        if message is None:
            return dict.fromkeys(MESSAGE_ACTS, self.any_message())
        return self.each(message_events(message))

    def node_row(self, node: str) -> Row:
        """For each act on `node`."""
        return self.each(node_events(self._history.cluster, node))

    def client_row(self, client: str, node: str, command: str) -> Row:
        """For each act of `client`, with `node` as the one it turns to."""
        return self.each(client_events(client, node, command))

    def network_row(self, sides: str, sender: str, receiver: str) -> Row:
        """For each act on the network: a split, a cut from one node to another, a healing."""
        reasons = self.split(sides), self.event(Cut(sender, receiver)), self.event(Heal())
        return dict(zip(NETWORK_ACTS, reasons, strict=True))

    def clock_row(self) -> Row:
        """For setting a clock going."""
        return dict.fromkeys(CLOCK_ACTS, self.clock())

    def each(self, events: Mapping[str, Event]) -> Row:
        """For each of these acts, by the event behind it."""
        return {act: self.event(event) for act, event in events.items()}


def say_refusals(refusals: Row) -> str:
    """Why what cannot be done cannot be: each reason once, after the acts that it is the reason of.

    Where a whole row has one reason, the reason alone. Of an act and the same act cut short by a
    crash, the first is named.
    """
    acts: dict[str, list[str]] = {}
    for act, reason in refusals.items():
        if reason and not (act.endswith(THEN_CRASH) and reason == refusals[_whole(act)]):
            acts.setdefault(reason, []).append(act)
    if len(acts) == 1 and all(refusals.values()):
        return next(iter(acts))
    return "  ".join(f"{', '.join(named)}: {reason}" for reason, named in acts.items())


def _whole(act: str) -> str:
    return act.removesuffix(THEN_CRASH)
