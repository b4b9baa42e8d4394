"""Logs after a power cut, drawn so that what comes to mind first is wrong. (§5.4)

What is right is not taken from here: that is found by trying every schedule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from random import Random

from raftlab.course.generated import HARDEST, drawn
from raftlab.raft import RAFT, Cluster, Disk, Log, Node

CHOOSY = 150  # clusters that are looked at for one with the answer wanted


@cache
def logs_after_a_power_cut(number: int) -> Cluster:
    """The cluster of a question: all in the same term, nobody has voted in it, nobody leads."""
    hard = min(number, HARDEST)
    size, count = (3, 6) if hard < HARDEST else (5, 9)
    wanted = Random(number).randrange(4)  # so that the answer is not always the same
    clusters = map(_after_a_power_cut, drawn(number, size, count, longest=2 + hard))
    for attempt, cluster in enumerate(clusters):
        logs = [node.log for node in cluster.nodes]
        safe, trap = agreed(electable(cluster)), on_a_majority(cluster)
        if max(log.last_index for log in logs) < 1 + hard or len(set(logs)) < 2:
            continue
        # The first is there to be understood; in the others what comes to mind first is wrong.
        fits = 0 < safe == trap if hard == 1 else safe < trap
        if fits and (safe == wanted or hard < HARDEST or attempt >= CHOOSY):
            return cluster
    raise AssertionError(f"No cluster was found for question {number}.")


def electable(cluster: Cluster) -> list[Log]:
    """The logs of those whom a majority would vote for, by comparing logs."""
    logs = [node.log for node in cluster.nodes]
    ends = {log: (log.last_term, log.last_index) for log in logs}
    return [one for one in logs if 2 * sum(ends[o] <= ends[one] for o in logs) > len(logs)]


def _after_a_power_cut(cluster: Cluster) -> Cluster:
    """Everyone has heard of the highest term, stopped, and come back; nothing is in flight."""
    term = 1 + max(node.current_term for node in cluster.nodes)
    nodes = tuple(_back(node, term) for node in cluster.nodes)
    return replace(Cluster.of(*cluster.names), nodes=nodes)


def _back(node: Node, term: int) -> Node:
    disk = Disk(term, None, node.log)
    return RAFT.restart(replace(node, disk=disk))


def on_a_majority(cluster: Cluster) -> int:
    """The last index at which a majority holds the same entry: the answer that comes to mind."""
    held = 0
    for index, entry in {pair for node in cluster.nodes for pair in node.log.numbered()}:
        holders = [node.name for node in cluster.nodes if node.log.holds(index, entry)]
        if cluster.nodes[0].configuration.is_quorum(holders):
            held = max(held, index)
    return held


def agreed(logs: Sequence[Log]) -> int:
    """The last index up to which these logs are the same."""
    columns = zip(*(log.entries for log in logs), strict=False)
    return next((n for n, entries in enumerate(columns) if len(set(entries)) > 1), _shortest(logs))


def _shortest(logs: Sequence[Log]) -> int:
    return min((log.last_index for log in logs), default=0)
