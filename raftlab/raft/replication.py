"""Copying the leader's log to everyone. (§5.3)

Each function is one rule, replaceable alone; none calls another. `handlers` puts them in order.
"""

from __future__ import annotations

from dataclasses import replace

from raftlab.raft.log import Entry, Log
from raftlab.raft.messages import AppendEntries, AppendReply
from raftlab.raft.node import Node, Role


def append_command(node: Node, command: str) -> Node:
    """A leader appends a client's command to its own log. (Fig. 2, Leaders 2)"""
    return replace(node, log=node.log.append(Entry(node.current_term, command)))


def heartbeat(node: Node, peer: str) -> AppendEntries:
    """An AppendEntries without entries says: I lead, and this is what is committed.

    It is empty even where `peer` lacks entries. (Fig. 2, Leaders 1; §5.2)
    """
    return _append_entries(node, peer, ())


def append_entries(node: Node, peer: str) -> AppendEntries:
    """All entries from `peer`'s next_index on, with the place they follow. (Fig. 2, Leaders 3)

    Raises IndexError where the leader has discarded the first of them: that takes a snapshot.
    """
    return _append_entries(node, peer, node.log.starting_at(node.next_index[peer]))


def _append_entries(node: Node, peer: str, entries: tuple[Entry, ...]) -> AppendEntries:
    # Of what was discarded only the last term is known: a heartbeat builds upon no earlier place.
    prev_log_index = max(node.log.before(node.next_index[peer]), node.log.prefix_index)
    return AppendEntries(
        sender=node.name,
        receiver=peer,
        term=node.current_term,
        prev_log_index=prev_log_index,
        prev_log_term=node.log.term_at(prev_log_index) or 0,
        entries=entries,
        leader_commit=node.commit_index,
        round=node.reading.round,
    )


def log_matches(node: Node, request: AppendEntries) -> bool:
    """The log has an entry at prev_log_index, and it is of prev_log_term. (Fig. 2, AppendEntries 2)

    The empty place before the first entry always matches. So does what a snapshot has replaced:
    it was committed, and every leader has it. (§5.4, §7)
    """
    if request.prev_log_index < node.log.prefix_index <= node.commit_index:
        return True
    return node.log.term_at(request.prev_log_index) == request.prev_log_term


def merge_entries(log: Log, request: AppendEntries) -> Log:
    """Add the entries that are new. Only an entry that conflicts takes the log's tail with it.

    What a snapshot has replaced stays as it is. (Fig. 2, AppendEntries 3 and 4; §7)
    """
    for index, entry in enumerate(request.entries, start=request.prev_log_index + 1):
        if log.first_index <= index and log.term_at(index) != entry.term:
            log = log.up_to(log.before(index)).append(entry)
    return log


def follower_commit_index(node: Node, request: AppendEntries) -> int:
    """Follow the leader's commit_index, no further than the last entry it vouches for.

    (Fig. 2, AppendEntries 5)
    """
    return max(node.commit_index, min(request.leader_commit, request.last_new_index))


def accept_append(node: Node, request: AppendEntries) -> AppendReply:
    """Success: the log agrees with the leader's up to the last entry sent.

    (Fig. 2, AppendEntries, results)
    """
    return AppendReply(
        sender=node.name,
        receiver=request.sender,
        term=node.current_term,
        success=True,
        prev_log_index=request.prev_log_index,
        match_index=request.last_new_index,
        round=request.round,
    )


def reject_append(node: Node, request: AppendEntries) -> AppendReply:
    """Failure, with where the log ends and which term stands in the way, to back up faster by.

    (Fig. 2, AppendEntries 1, 2 and results; §5.3)
    """
    prev, log = request.prev_log_index, node.log
    conflicts = log.first_index <= prev <= log.last_index
    return AppendReply(
        sender=node.name,
        receiver=request.sender,
        term=node.current_term,
        success=False,
        prev_log_index=prev,
        last_log_index=log.last_index,
        conflict_term=log[prev].term if conflicts else 0,
        conflict_index=log.start_of_term(prev) if conflicts else 0,
        round=request.round,
    )


def record_success(node: Node, reply: AppendReply) -> Node:
    """A follower's log agrees up to match_index; old answers never lower it. (Fig. 2, Leaders 3)"""
    if node.role is not Role.LEADER or reply.term != node.current_term:
        return node
    match_index = max(node.match_index[reply.sender], reply.match_index)
    return replace(
        node,
        match_index=node.match_index.set(reply.sender, match_index),
        next_index=node.next_index.set(reply.sender, match_index + 1),
    )


def back_up(node: Node, reply: AppendReply) -> Node:
    """Try one entry earlier, unless the refusal is an old one. (Fig. 2, Leaders 3; §5.3)

    Never earlier than what is known to match.
    """
    if node.role is not Role.LEADER or reply.term != node.current_term:
        return node
    if reply.prev_log_index != node.log.before(node.next_index[reply.sender]):
        return node
    next_index = max(node.match_index[reply.sender] + 1, reply.prev_log_index)
    return replace(node, next_index=node.next_index.set(reply.sender, next_index))
