"""What is measured of a run, from when to when. Each measure ends the trial once it knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from raftlab.raft import AppendEntries, Cluster, Crash, Deliver, Role, Timeout
from raftlab.sim.experiments.trial import Happened
from raftlab.sim.rates import Outcome


def downtime(run: Iterator[Happened]) -> Outcome:
    """From the first crash until all others have received the new leader's first heartbeat.

    In milliseconds. The others are those that run then, and to receive it is to accept it. Of
    several new leaders, it is the first one of whom all others have heard. (Dissertation, chapter
    9)
    """
    crashed: tuple[float, tuple[str, int]] | None = None
    heard: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
    for at, taken in run:
        match taken.event:
            case Crash(node) if crashed is None:
                crashed = at, (node, taken.before.node(node).current_term)
            case Deliver(AppendEntries(sender, receiver, term)) if crashed is not None:
                leader = sender, term
                if leader == crashed[1] or not _accepts(taken.after, receiver, leader):
                    continue
                heard[leader].add(receiver)
                if _others(taken.after, sender) <= heard[leader]:
                    return at - crashed[0]
    return None


def time_to_leader(run: Iterator[Happened]) -> Outcome:
    """From the beginning until a server leads that did not before, in milliseconds."""
    return next((at for at, taken in run if _makes_a_leader(taken.before, taken.after)), None)


def first_vote_splits(run: Iterator[Happened]) -> Outcome:
    """Whether the first election ends without a leader: someone stands in a later term before."""
    first: int | None = None
    for _, taken in run:
        if _makes_a_leader(taken.before, taken.after):
            return False
        if isinstance(taken.event, Timeout):
            node = taken.after.node(taken.event.node)
            if first is None and node.role is Role.CANDIDATE:
                first = node.current_term
            elif first is not None and first < node.current_term:
                return True
    return None


def _accepts(cluster: Cluster, name: str, leader: tuple[str, int]) -> bool:
    node = cluster.node(name)
    return node.up and (node.leader_id, node.current_term) == leader


def _others(cluster: Cluster, leader: str) -> set[str]:
    return {node.name for node in cluster.nodes if node.up and node.name != leader}


def _makes_a_leader(before: Cluster, after: Cluster) -> bool:
    # Only the node whose turn it was is another node afterwards.
    return any(
        now is not then and now.role is Role.LEADER and now.up and then.role is not Role.LEADER
        for then, now in zip(before.nodes, after.nodes, strict=True)
    )
