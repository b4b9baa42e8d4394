"""What a server does for clients: requests, answers, and each of them once. (§8)

Each function is one rule, replaceable alone; none calls another. `handlers` puts them in order.
`sessions` has the table by which a request is known that was carried out before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from raftlab.raft.log import Entry, Origin
from raftlab.raft.messages import ClientReply, ClientRequest
from raftlab.raft.node import Node, Role
from raftlab.raft.sessions import applied, find_session


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a client's request once its entry was applied, for the client to be told."""

    client: str
    serial: int
    answer: str | None
    session: int


def redirect(node: Node, request: ClientRequest) -> ClientReply:
    """Who does not lead names the leader it knows of, if it does. (§8)"""
    return ClientReply(
        sender=node.name,
        receiver=request.sender,
        serial=request.serial,
        done=False,
        leader=node.leader_id,
    )


def is_repeated(node: Node, request: ClientRequest) -> bool:
    """The state machine has carried out this request, or a later one of the same session. (§8)"""
    session = find_session(node.sessions, request.session)
    return session is not None and request.serial <= session.serial


def answer_again(node: Node, request: ClientRequest) -> ClientReply:
    """Give the answer that the session remembers, without carrying out anything. (§8)"""
    session = find_session(node.sessions, request.session)
    return ClientReply(
        sender=node.name,
        receiver=request.sender,
        serial=session.serial if session else request.serial,
        done=session is not None,
        answer=session.answer if session else None,
        session=session.id if session else 0,
    )


def append_request(node: Node, request: ClientRequest) -> Node:
    """A leader appends a client's request to its own log, and whose it is. (Fig. 2, Leaders 2; §8)

    A request for a session is an entry without a command. (Dissertation, §6.3)
    """
    origin = Origin(request.sender, request.session, request.serial)
    return replace(node, log=node.log.append(Entry(node.current_term, request.command, origin)))


def answer_client(node: Node, result: Result) -> ClientReply:
    """A leader that has applied a request's entry answers the client. (Fig. 2, Leaders 2; §8)"""
    return ClientReply(
        sender=node.name,
        receiver=result.client,
        serial=result.serial,
        done=True,
        answer=result.answer,
        session=result.session,
    )


def awaited(node: Node) -> Result | None:
    """What will come of the next entry to apply, if a client waits for `node` to tell it.

    A client waits for the leader that took its request: the entry is then of the leader's term.
    """
    index = node.last_applied + 1
    if node.role is not Role.LEADER or node.log.term_at(index) != node.current_term:
        return None
    if index < node.log.first_index or (origin := node.log[index].origin) is None:
        return None
    comes = applied(node.machine, node.sessions, index, node.log[index])
    return Result(origin.client, origin.serial, comes.answer, comes.session)
