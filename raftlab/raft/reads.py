"""Reading without writing: what a leader must know before it answers from its own machine. (§8)

Each function is one rule, replaceable alone; none calls another. As long as `skips_log` says no,
reads go through the log like any command, and the other rules here are never asked. `READS` has the
ways to read, of which not all are right.
"""

from __future__ import annotations

from dataclasses import replace

from raftlab.raft.machine import answer
from raftlab.raft.messages import AppendReply, ClientReply, ClientRequest
from raftlab.raft.node import Node, Role
from raftlab.raft.reading import NO_READS, Read


def skips_log(node: Node, request: ClientRequest) -> bool:
    """Every request gets an entry in the log, reads too: then they are as safe as writes. (§8)"""
    return False


def begin_read(node: Node, request: ClientRequest) -> Node:
    """Note the read with the current commit_index, and begin a new round of heartbeats for it.

    One that waits already goes on waiting. (§8; dissertation, §6.4, steps 2 and 3)
    """
    reading = node.reading
    if any((r.client, r.serial) == (request.sender, request.serial) for r in reading.waiting):
        return node
    begun = reading.round + 1
    read = read_of(node, request, begun)
    return replace(node, reading=replace(reading, round=begun, waiting=(*reading.waiting, read)))


def read_of(node: Node, request: ClientRequest, begun: int) -> Read:
    """The read that a request asks for, to be served once the round `begun` was answered."""
    return Read(
        client=request.sender,
        serial=request.serial,
        session=request.session,
        command=request.command or "",
        read_index=node.commit_index,
        round=begun,
    )


def record_round(node: Node, reply: AppendReply) -> Node:
    """A peer that answers in the leader's term knows no later leader: note which round it answers.

    A refusal is as good: it is of the same term. (Dissertation, §6.4, step 3)
    """
    if node.role is not Role.LEADER or reply.term != node.current_term:
        return node
    answered = max(reply.round, node.reading.answered.get(reply.sender, 0))
    reading = replace(node.reading, answered=node.reading.answered.set(reply.sender, answered))
    return replace(node, reading=reading)


def may_serve_read(node: Node, read: Read) -> bool:
    """A leader may, once it knows all that was committed, still leads, and has applied that much.

    It knows once it has committed an entry of its own term; it led when the read came if a majority
    answered a round begun then. (§8; dissertation, §6.4)
    """
    return (
        node.role is Role.LEADER
        and has_committed_its_own(node)
        and is_answered(node, read.round)
        and read.read_index <= node.last_applied
    )


def has_committed_its_own(leader: Node) -> bool:
    """Whether what a leader knows to be committed reaches into its own term. (§8)"""
    return leader.log.term_at(leader.commit_index) == leader.current_term


def is_answered(leader: Node, begun: int) -> bool:
    """Whether a majority, the leader included, has answered a round no earlier than `begun`."""
    answered = [name for name, latest in leader.reading.answered.pairs if begun <= latest]
    return leader.configuration.is_quorum([leader.name, *answered])


def serve_read(node: Node, read: Read) -> ClientReply:
    """Answer from the machine as it is. (§8; dissertation, §6.4, step 5)"""
    return ClientReply(
        sender=node.name,
        receiver=read.client,
        serial=read.serial,
        done=True,
        answer=answer(node.machine, read.command),
        session=read.session,
        read=True,
    )


def finish_read(node: Node, read: Read) -> Node:
    """A read that was answered waits no longer. (§8)"""
    waiting = tuple([other for other in node.reading.waiting if other != read])
    return replace(node, reading=replace(node.reading, waiting=waiting))


def end_lease(node: Node) -> Node:
    """The leader's lease has run out: only a new round of heartbeats gives it another.

    (Dissertation, §6.4.1)
    """
    return replace(node, reading=replace(node.reading, round=node.reading.round + 1))


def holds_lease(leader: Node) -> bool:
    """Whether a majority has answered the latest round, which no `LeaseEnds` has ended yet."""
    return leader.reading.round > 0 and is_answered(leader, leader.reading.round)


def may_end_lease(leader: Node) -> bool:
    """Whether a leader has a lease, or a round under way that may give it one: time runs for it."""
    return leader.role is Role.LEADER and leader.reading != NO_READS
