"""The states of a cluster in the notation of the walk-through, one line a node."""

from __future__ import annotations

from raftlab.raft import Cluster, Log, Node, Role


def notation(cluster: Cluster) -> list[str]:
    """One line a node, as in `node1: Candidate, Term: 1, Log: [], VotesReceived: 1 (self)`.

    A node that is down shows what its disk will give back.
    """
    return [_line(node) for node in cluster.nodes]


def _line(node: Node) -> str:
    role = node.role.value.capitalize() if node.up else "Down"
    parts = [f"{node.name}: {role}", f"Term: {node.current_term}", f"Log: {_log(node.log)}"]
    if node.role is Role.FOLLOWER and node.voted_for is not None:
        parts.append(f"VotedFor: {node.voted_for}")
    if node.role is Role.CANDIDATE:
        voters = ["self" if voter == node.name else voter for voter in node.votes_received]
        parts.append(f"VotesReceived: {len(voters)} ({', '.join(voters)})")
    if node.machine:
        pairs = ", ".join(f"{key}: {value}" for key, value in node.machine.items())
        parts.append(f"State: {{ {pairs} }}")
    return ", ".join(parts)


def _log(log: Log) -> str:
    entries = [
        f'{{ command: "{entry.command}", index: {index}, term: {entry.term} }}'
        for index, entry in log.numbered()
    ]
    discarded = [f"{log.prefix_index} discarded"] if log.prefix_index else []
    return f"[ {', '.join([*discarded, *entries])} ]" if entries or discarded else "[]"
