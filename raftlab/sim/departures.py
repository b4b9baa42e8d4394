"""Where a run under other rules parts from what Raft would have done.

Two runs of one schedule are one run as long as the same happens in both: so the first step at which
they differ begins with the same cluster, and all it takes to see it is to do that step twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from raftlab.raft import RAFT, Node, RuleError, Step, step
from raftlab.sim.history import History, Moment


def first_departure(moments: Iterable[Moment]) -> Moment | None:
    """The first of these moments that Raft would not have come to; None if there is none.

    If Raft comes to all of them, it is the first that it comes to by another way within the turn.
    """
    by_another_way = None
    for moment in moments:
        if moment.step is None:
            continue
        raft = raft_step(moment.step)
        if raft is None or raft.after != moment.cluster:
            return moment
        # A step of a saved run without its rules has no firings: of its way nothing is known.
        known = moment.step.firings and _way(raft) != _way(moment.step)
        if known and by_another_way is None:
            by_another_way = moment
    return by_another_way


def last_good(history: History) -> Moment:
    """The last moment of the current line before anything breaks; its end if nothing does."""
    line = history.line()
    broken = next((event for event, moment in enumerate(line) if moment.violations), len(line))
    return line[max(0, broken - 1)]


def raft_step(taken: Step) -> Step | None:
    """What Raft does of the same event in the same cluster; None where its own rules cannot go on.

    That can be only in a cluster that Raft never comes to.
    """
    try:
        return step(taken.before, taken.event, RAFT)
    except RuleError:
        return None


def _way(taken: Step) -> list[Node]:
    """The nodes that the acting one was in turn."""
    return [node for node, _ in groupby(firing.node for firing in taken.firings)]
