"""Named starting points, each reached from a fresh cluster by events that can really happen."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from raftlab.raft import (
    ClientCommand,
    Cluster,
    Crash,
    Heartbeat,
    OpenSession,
    Replicate,
    Timeout,
)
from raftlab.sim import walkthrough as story
from raftlab.sim.figures import FIGURE_8, figure_7, figure_8
from raftlab.sim.history import History
from raftlab.sim.script import deliver_all, deliver_among, lose_the_rest, perform
from raftlab.sim.words import counted

__all__ = [
    "SCENARIOS",
    "client_ready",
    "deposed_leader",
    "figure_7",
    "figure_8",
    "fresh",
    "leader_elected",
    "one_node_down",
    "split_vote",
    "walkthrough",
]


def fresh(size: int = 3) -> History:
    """Nodes node1, node2, … that have just been switched on.

    Raises ValueError beyond 1 to 9, TypeError for what is no number.
    """
    if not isinstance(size, int):
        raise TypeError(f"fresh takes a number of nodes, as in fresh(3); it was given {size!r}.")
    names = [f"node{number}" for number in range(1, size + 1)]
    return History(Cluster.of(*names), title=f"{counted(size, 'node')}, just switched on")


def walkthrough() -> History:
    """The walk-through, standing at its start with the whole story ahead."""
    history = story.recorded()
    history.goto(0)
    return history


def leader_elected(size: int = 3) -> History:
    """node1 leads term 1, everyone knows it, and nothing is in flight."""
    history = fresh(size)
    history.title = f"{counted(size, 'node')}, led by node1"
    perform(history, Timeout("node1"))
    deliver_all(history)
    return history


def one_node_down(size: int = 3) -> History:
    """node1 leads term 1, everyone knows it, the last node is down, and nothing is in flight.

    Raises ValueError for a single node, which would be the leader itself.
    """
    history = _at_least(2, leader_elected(size))
    last = history.cluster.names[-1]
    history.title = f"{size} nodes, led by node1, {last} down"
    perform(history, Crash(last))
    return history


def split_vote(size: int = 3) -> History:
    """All stood for term 1 at once and voted for themselves; every request has been refused.

    Nobody has a majority, and nothing is in flight: only another election helps. Raises ValueError
    for a single node, which is its own majority. (§5.2)
    """
    history = _at_least(2, fresh(size))
    history.title = f"{size} nodes after a split vote"
    perform(history, *map(Timeout, history.cluster.names))
    deliver_all(history)
    return history


def deposed_leader(size: int = 3) -> History:
    """node2 leads term 2 and all but node1 know it, which still believes that it leads term 1.

    Each has an entry 1 that nobody else has heard of, and nothing is in flight. Raises ValueError
    for fewer than 3 nodes: node2 would need node1's vote. (§5.1)
    """
    history = _at_least(3, leader_elected(size))
    history.title = f"{size} nodes, node1 deposed"
    perform(history, ClientCommand("node1", "SET x 1"), Timeout("node2"))
    deliver_among(history, *history.cluster.names[1:])
    lose_the_rest(history)
    perform(history, ClientCommand("node2", "SET x 2"))
    return history


def client_ready(size: int = 3) -> History:
    """node1 leads term 1, client1 has an open session, and nothing is in flight. (§8)"""
    history = History(fresh(size).cluster.with_clients("client1"))
    history.title = f"{counted(size, 'node')}, led by node1, and a client with a session"
    perform(history, Timeout("node1"))
    deliver_all(history)
    perform(history, OpenSession("client1", "node1"))
    deliver_all(history)
    for sends in (Replicate, Heartbeat) if size > 1 else ():
        perform(history, sends("node1"))
        deliver_all(history)
    return history


def _at_least(fewest: int, history: History) -> History:
    if len(history.cluster.nodes) < fewest:
        raise ValueError(f"This starting point has {fewest} to 9 nodes.")
    return history


SCENARIOS: dict[str, Callable[[], History]] = {
    "fresh": fresh,
    "fresh_5": partial(fresh, 5),
    "walkthrough": walkthrough,
    "leader_elected": leader_elected,
    "leader_elected_5": partial(leader_elected, 5),
    "one_node_down": one_node_down,
    "one_node_down_5": partial(one_node_down, 5),
    "split_vote": split_vote,
    "split_vote_5": partial(split_vote, 5),
    "deposed_leader": deposed_leader,
    "deposed_leader_5": partial(deposed_leader, 5),
    "figure_7": figure_7,
    **{f"figure_7_{letter}": partial(figure_7, letter) for letter in "abcdef"},
    **{f"figure_8_{letter}": partial(figure_8, letter) for letter in FIGURE_8},
    **{f"figure_8_{letter}_crashed": partial(figure_8, letter, crashed=True) for letter in "bcde"},
}
