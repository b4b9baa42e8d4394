"""Log compaction: a snapshot takes the place of the entries that went into it. (§7)

Each function is one rule, replaceable alone; none calls another. `handlers` puts them in order.
What a snapshot holds is listed in two places: `take_snapshot` here reads it off a node, and
`resume_from`, beside `restart`, gives it back.
"""

from __future__ import annotations

from dataclasses import replace

from raftlab.raft.messages import InstallSnapshot, SnapshotReply
from raftlab.raft.node import Node, Role, Snapshot, resume_from


def take_snapshot(node: Node) -> Node:
    """Save what applying the log has come to, and discard the entries that came to it.

    Nothing beyond last_applied is in it, and where that is no news nothing changes. (§7, Figure 12)
    """
    index = node.last_applied
    term = node.log.term_at(index)
    if term is None or index == node.log.prefix_index:
        return node
    snapshot = Snapshot(
        last_included_index=index,
        last_included_term=term,
        configuration=node.configuration,
        machine=node.machine,
        sessions=node.sessions,
    )
    return replace(node, snapshot=snapshot, log=node.log.after(index, term))


def send_snapshot(node: Node, peer: str) -> InstallSnapshot:
    """The leader's snapshot, for a peer that lacks entries which the leader has discarded.

    (Fig. 13; §7)
    """
    if node.snapshot is None:
        raise ValueError(f"{node.name} has no snapshot to send.")
    return InstallSnapshot(
        sender=node.name, receiver=peer, term=node.current_term, snapshot=node.snapshot
    )


def install_snapshot(node: Node, request: InstallSnapshot) -> Node:
    """A snapshot that reaches further than the node's own replaces that, and what it covers.

    The entries behind it stay if the log agrees with it at its end, and else the whole log goes.
    The machine is taken from it unless the node has applied as much already. (Fig. 13, 5 to 8; §7)
    """
    snapshot = request.snapshot
    index, term = snapshot.last_included_index, snapshot.last_included_term
    if index <= node.log.prefix_index:
        return node
    installed = replace(node, snapshot=snapshot, log=node.log.after(index, term))
    return installed if index <= node.last_applied else resume_from(snapshot, installed)


def record_snapshot(node: Node, reply: SnapshotReply) -> Node:
    """A follower's log agrees up to where the snapshot reaches, unless more of it is known. (§7)

    (Fig. 2, Leaders 3)
    """
    if node.role is not Role.LEADER or reply.term != node.current_term:
        return node
    if reply.match_index <= node.match_index[reply.sender]:
        return node
    return replace(
        node,
        match_index=node.match_index.set(reply.sender, reply.match_index),
        next_index=node.next_index.set(reply.sender, reply.match_index + 1),
    )
