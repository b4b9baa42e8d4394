"""Ways to read, in place of the paper's Figure 2, in which a read is a command like any other. (§8)

| way | what it costs | what it needs |
|---|---|---|
| through the log | an entry, on disk at a majority | nothing more |
| ReadIndex | a round of heartbeats | an entry of the leader's own term |
| by lease | nothing while the lease lasts | that, and clocks that run alike |
| locally | nothing | is wrong: another may lead by now |
"""

from __future__ import annotations

from dataclasses import replace

from raftlab.raft.machine import is_read
from raftlab.raft.messages import ClientRequest
from raftlab.raft.node import Node, Role
from raftlab.raft.reading import Read
from raftlab.raft.reads import (
    begin_read,
    has_committed_its_own,
    holds_lease,
    is_answered,
    read_of,
)
from raftlab.raft.rules import RAFT, Rules


def reads_skip_log(node: Node, request: ClientRequest) -> bool:
    """A request that only reads gets no entry in the log. (§8)"""
    return is_read(request.command)


def begin_read_by_lease(node: Node, request: ClientRequest) -> Node:
    """While the lease lasts, the round that gave it will do: no other can have been elected.

    That holds if nobody's election timer runs out before the lease does, and whoever heard from the
    leader refuses its vote for as long. (Dissertation, §6.4.1)
    """
    if not (holds_lease(node) and has_committed_its_own(node)):
        return begin_read(node, request)
    return _noted(node, request)


def begin_read_at_once(node: Node, request: ClientRequest) -> Node:
    """Note the read, and ask nobody. Wrong, with `may_serve_read_locally`."""
    return _noted(node, request)


def _noted(node: Node, request: ClientRequest) -> Node:
    """The read noted without a round of its own."""
    waiting = (*node.reading.waiting, read_of(node, request, node.reading.round))
    return replace(node, reading=replace(node.reading, waiting=waiting))


def may_serve_read_locally(node: Node, read: Read) -> bool:
    """Whoever takes itself for the leader answers at once. Wrong: another may lead by now. (§8)"""
    return node.role is Role.LEADER


def may_serve_read_without_own_entry(node: Node, read: Read) -> bool:
    """A leader that a majority answered may, whatever it has committed.

    Wrong: a new leader does not know yet how much its predecessor had committed. (§8)
    """
    return (
        node.role is Role.LEADER
        and is_answered(node, read.round)
        and read.read_index <= node.last_applied
    )


READ_INDEX = RAFT.but(skips_log=reads_skip_log)

READS: dict[str, Rules] = {
    "through the log": RAFT,
    "ReadIndex": READ_INDEX,
    "by lease": READ_INDEX.but(begin_read=begin_read_by_lease),
    "locally": READ_INDEX.but(begin_read=begin_read_at_once, may_serve_read=may_serve_read_locally),
    "ReadIndex without an entry of its own term": READ_INDEX.but(
        may_serve_read=may_serve_read_without_own_entry
    ),
}
"""Raft with each way to read. The last two are wrong; a lease is as right as the clocks are."""
