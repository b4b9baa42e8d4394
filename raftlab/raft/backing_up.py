"""Ways for a leader to back up after a refusal, in place of the paper's one index at a time.

They are all as safe: a refusal is heeded once, and next_index falls, though never to what is known
to match. They differ in how often a follower refuses until its log is the leader's. (§5.3)
"""

from __future__ import annotations

from dataclasses import replace

from raftlab.raft.log import Log
from raftlab.raft.messages import AppendEntries, AppendReply
from raftlab.raft.node import Node, Role
from raftlab.raft.rules import RAFT, Rules


def back_up_to_last_index(node: Node, reply: AppendReply) -> Node:
    """Try one entry earlier, or right after the follower's last entry, if that is earlier still.

    What lies beyond the end of its log it would only refuse. (§5.3; LogCabin)
    """
    return _retry(node, reply, reply.last_log_index + 1)


def back_up_by_term(node: Node, reply: AppendReply) -> Node:
    """Skip the whole term that stands in the way: try from the first index the follower has of it.

    Where its log is too short to have one, try right after its last entry. (§5.3; dissertation,
    §3.5)
    """
    return _retry(node, reply, reply.conflict_index or reply.last_log_index + 1)


def reject_with_hint(node: Node, request: AppendEntries) -> AppendReply:
    """Failure, with the last place up to prev_log_index that may agree: none of a later term can.

    `conflict_index` is that place, `conflict_term` the term there, 0 if it was discarded: not what
    they are in the paper's refusal. For `back_up_to_hint`. (§5.3; etcd)
    """
    hint = _last_of_no_later_term(node.log, request.prev_log_index, request.prev_log_term)
    return AppendReply(
        sender=node.name,
        receiver=request.sender,
        term=node.current_term,
        success=False,
        prev_log_index=request.prev_log_index,
        last_log_index=node.log.last_index,
        conflict_term=node.log.term_at(hint) or 0,
        conflict_index=hint,
        round=request.round,
    )


def back_up_to_hint(node: Node, reply: AppendReply) -> Node:
    """Skip the leader's own terms too: build upon its last entry that the hint leaves possible.

    That is the last one up to `conflict_index` of no later term than `conflict_term`. The hint is
    that of `reject_with_hint`. (§5.3; etcd)
    """
    hint, term = reply.conflict_index, reply.conflict_term
    place = _last_of_no_later_term(node.log, hint, term) if term else hint
    return _retry(node, reply, place + 1)


def _retry(node: Node, reply: AppendReply, next_index: int) -> Node:
    """What `back_up` of the paper does, as far back as `next_index`: it has the same guards."""
    if node.role is not Role.LEADER or reply.term != node.current_term:
        return node
    if reply.prev_log_index != node.log.before(node.next_index[reply.sender]):
        return node
    earlier = min(next_index, reply.prev_log_index)
    next_index = max(node.match_index[reply.sender] + 1, earlier)
    return replace(node, next_index=node.next_index.set(reply.sender, next_index))


def _last_of_no_later_term(log: Log, index: int, term: int) -> int:
    """The last place up to `index` whose term is `term` or earlier; a discarded one counts as 0."""
    places = reversed(range(min(index, log.last_index) + 1))
    return next(place for place in places if (log.term_at(place) or 0) <= term)


BACKING_UP: dict[str, Rules] = {
    "one at a time": RAFT,
    "the follower's last index": RAFT.but(back_up=back_up_to_last_index),
    "the conflicting term's first index": RAFT.but(back_up=back_up_by_term),
    "hints on both sides": RAFT.but(reject_append=reject_with_hint, back_up=back_up_to_hint),
}
"""Raft with each way to back up, by what the leader goes back to."""
