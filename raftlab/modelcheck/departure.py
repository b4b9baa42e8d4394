"""Where a run under other rules parts from what Raft would have done."""

from __future__ import annotations

from raftlab.raft import Rules
from raftlab.sim.departures import first_departure
from raftlab.sim.history import History


def departure(history: History, rules: Rules) -> int | None:
    """The number of the first moment that Raft would not have come to; None if there is none.

    If Raft comes to all of them, it is the first that it comes to by another way within the turn.
    """
    first = first_departure(history.line()) if rules.changed else None
    return None if first is None else first.number
