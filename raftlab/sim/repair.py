"""How a leader makes a follower's log its own, and what that costs under some rules. (§5.3)"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from raftlab.raft import (
    RAFT,
    AppendEntries,
    AppendReply,
    ClientCommand,
    Deliver,
    Replicate,
    Rules,
)
from raftlab.raft.backing_up import BACKING_UP
from raftlab.sim.figure7 import REIGNS, figure_7
from raftlab.sim.history import History
from raftlab.sim.script import perform

MOST_MESSAGES = 1_000


class Cost(NamedTuple):
    """How often a follower refused, and how many messages arrived, answers included."""

    refusals: int
    messages: int


def repair(history: History, leader: str, follower: str) -> None:
    """Let `leader` send `follower` what it lacks, until nothing is under way between them.

    Nobody else hears of anything. Raises ValueError if the logs are not the same by then, or after
    1,000 messages; NotPossible if the leader leads nobody, or believes that nothing is lacking.
    """
    perform(history, Replicate(leader, follower))
    ends = {leader, follower}
    for _ in range(MOST_MESSAGES):
        between = [m for m in history.cluster.network if {m.sender, m.receiver} == ends]
        if not between:
            break
        history.do(Deliver(between[0]))
    one, other = (history.cluster.node(name).log for name in (leader, follower))
    if one != other:
        rules = f"under {history.rules!r}"
        raise ValueError(f"The logs of {leader} and {follower} stay different {rules}.")


def repair_figure_7(letter: str, rules: Rules = RAFT) -> History:
    """Figure 7's follower `letter`, node2, from what the paper draws until its log is the leader's.

    The leader first takes a command, entry 11 of term 8, which goes out with the first
    AppendEntries: a heartbeat carries no entries, and the entries that (c) and (d) have too many go
    only when something conflicts with them. Raises ValueError for another letter. (§5.3)
    """
    history = History(figure_7(letter).cluster, rules, f"Figure 7 ({letter}), repaired")
    perform(history, ClientCommand("node1", "SET x 11"))
    repair(history, "node1", "node2")
    return history


def cost(history: History) -> Cost:
    """What the AppendEntries and answers cost that arrive in a run."""
    events = (moment.step.event for moment in history.line() if moment.step)
    arrived = [event.message for event in events if isinstance(event, Deliver)]
    answers = [message for message in arrived if isinstance(message, AppendReply)]
    requests = [message for message in arrived if isinstance(message, AppendEntries)]
    return Cost(sum(not answer.success for answer in answers), len(requests) + len(answers))


def figure_7_costs(ways: Mapping[str, Rules] = BACKING_UP) -> dict[str, dict[str, Cost]]:
    """What each way to back up costs for each follower of Figure 7. (§5.3)"""
    return {
        way: {letter: cost(repair_figure_7(letter, rules)) for letter in REIGNS}
        for way, rules in ways.items()
    }
