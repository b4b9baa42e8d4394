"""Where a run under other rules parts from what Raft would have done."""

from __future__ import annotations

from raftlab.raft import RAFT, RuleError, Rules, step
from raftlab.sim.history import History


def departure(history: History, rules: Rules) -> int | None:
    """The number of the first moment that Raft would not have come to; None if there is none."""
    for moment in history.line() if rules.changed else ():
        if moment.step is not None:
            try:
                raft = step(moment.step.before, moment.step.event, RAFT)
            except RuleError:
                return moment.number
            if raft.after != moment.cluster:
                return moment.number
    return None
