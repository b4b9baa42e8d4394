"""Where a run under other rules parts from what Raft would have done."""

from __future__ import annotations

from itertools import groupby

from raftlab.raft import RAFT, Node, RuleError, Rules, Step, step
from raftlab.sim.history import History


def departure(history: History, rules: Rules) -> int | None:
    """The number of the first moment that Raft would not have come to; None if there is none.

    If Raft comes to all of them, it is the first that it comes to by another way within the turn.
    """
    by_another_way = None
    for moment in history.line() if rules.changed else ():
        if moment.step is not None:
            try:
                raft = step(moment.step.before, moment.step.event, RAFT)
            except RuleError:
                return moment.number
            if raft.after != moment.cluster:
                return moment.number
            if by_another_way is None and _way(raft) != _way(moment.step):
                by_another_way = moment.number
    return by_another_way


def _way(taken: Step) -> list[Node]:
    """The nodes that the acting one was in turn."""
    return [node for node, _ in groupby(firing.node for firing in taken.firings)]
