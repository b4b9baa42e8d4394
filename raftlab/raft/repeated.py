"""Ways to treat a request that comes twice: one that is right, and two that are not. (§8)

A client whose answer was lost asks again, perhaps another leader. If the table of what was carried
out is missing, or is the leader's own, INCR then counts twice.
"""

from __future__ import annotations

from dataclasses import replace

from raftlab.raft.machine import apply
from raftlab.raft.node import Node, Role
from raftlab.raft.rules import RAFT, Rules
from raftlab.raft.sessions import applied


def apply_every_time(node: Node) -> Node:
    """Apply the next entry, whether or not its request was carried out before.

    Sessions are opened, and nothing is noted in them. Wrong: what a client asks for again is done
    again. (§8)
    """
    index, entry = node.last_applied + 1, node.log[node.last_applied + 1]
    opened = applied(node.machine, node.sessions, index, entry).sessions
    return replace(
        node,
        last_applied=index,
        machine=apply(node.machine, entry.command),
        sessions=opened if entry.command is None else node.sessions,
    )


def apply_by_the_leaders_table(node: Node) -> Node:
    """Apply the next entry; the table of what was carried out is kept by a leader, in its memory.

    Wrong: it is no part of what is replicated, and the next leader does not have it. (§8)
    """
    index = node.last_applied + 1
    after = applied(node.machine, node.sessions, index, node.log[index])
    if node.role is Role.LEADER:
        return replace(node, last_applied=index, machine=after.machine, sessions=after.sessions)
    return replace(node, last_applied=index, machine=apply(node.machine, node.log[index].command))


REPEATED: dict[str, Rules] = {
    "sessions in the state machine": RAFT,
    "no sessions": RAFT.but(apply_next=apply_every_time),
    "sessions in the leader's memory": RAFT.but(apply_next=apply_by_the_leaders_table),
}
"""Raft with each way, by where it is known what was carried out; only the first is right."""
