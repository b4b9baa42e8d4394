"""Runs by the clock: what a cluster does in so many simulated milliseconds."""

from __future__ import annotations

from raftlab.raft import RAFT, Cluster, Rules
from raftlab.sim.history import History
from raftlab.sim.schedule import Clock, Script
from raftlab.sim.timing import Timing

MOST_EVENTS = 10_000


def timed(
    start: Cluster | History,
    timing: Timing | None = None,
    *,
    seed: int = 0,
    script: Script | None = None,
    until: float = 1_000,
    rules: Rules = RAFT,
) -> History:
    """What happens by itself within `until` simulated milliseconds, as a history at its start.

    Args:
        start: a cluster, or a history, whose current moment is then the start. A history keeps
            its own rules.
        timing: how long things take, and what the network does to messages.
        seed: everything drawn is drawn from it: the same arguments give the same run.
        script: what else happens, and when, in milliseconds: `{200: Crash("node1"), 500:
            Restart("node1")}`. What cannot happen then is left out; what is `AtLeader` waits for a
            leader.
        until: how far the run goes, at most 10,000 events. From there the lab goes on by itself.
        rules: the rules, if `start` is a cluster.

    Raises ValueError for what is no time or can never happen here, TypeError for what is of the
    wrong type, RuleError if a rule misbehaves.
    """
    if isinstance(start, Cluster):
        start = History(start, rules)
    if not isinstance(start, History):
        raise TypeError(f"timed begins at a run or a cluster, such as fresh(5), not {start!r}.")
    begun = start.set_going(Clock.set_going(start.cluster, timing, seed, script))
    start.title = f"{start.title or 'A run'}, by the clock, seed {seed}"
    play_until(start, until)
    start.goto(begun.number)
    return start


def play_until(history: History, until: float) -> None:
    """Let happen what is due up to `until` milliseconds, at most 10,000 events.

    Raises ValueError if no clock goes at the current moment, RuleError if a rule misbehaves.
    """
    for _ in range(MOST_EVENTS):
        clock = history.now.clock
        if clock is None:
            raise ValueError("No clock goes here: timed(…) sets one going.")
        coming = clock.coming(history.cluster)
        if coming is None or coming.at > until:
            return
        history.do(coming.event)
