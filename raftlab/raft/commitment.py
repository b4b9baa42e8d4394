"""When an entry counts for good, and when it is applied. (§5.3, §5.4.2)

Each function is one rule, replaceable alone; none calls another. `handlers` puts them in order.
"""

from __future__ import annotations

from dataclasses import replace

from raftlab.raft.node import Node
from raftlab.raft.sessions import applied


def leader_commit_index(node: Node) -> int:
    """The last entry of the leader's own term that a majority holds, with all that precede it.

    Entries of earlier terms are never committed by counting. (Fig. 2, Leaders 4; §5.4.2)
    """
    for index in reversed(range(node.commit_index + 1, node.log.last_index + 1)):
        if node.log.term_at(index) == node.current_term:
            holders = [peer for peer in node.peers if index <= node.match_index[peer]]
            if node.configuration.is_quorum([node.name, *holders]):
                return index
    return node.commit_index


def may_apply(node: Node) -> bool:
    """Something is committed that is not yet applied. (Fig. 2, All Servers 1)"""
    return node.last_applied < node.commit_index


def apply_next(node: Node) -> Node:
    """Apply the next entry to the state machine and its sessions, in the order of the log.

    (Fig. 2, All Servers 1; §8)
    """
    index = node.last_applied + 1
    after = applied(node.machine, node.sessions, index, node.log[index])
    return replace(node, last_applied=index, machine=after.machine, sessions=after.sessions)
