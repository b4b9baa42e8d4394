"""A client: it asks, waits, asks again, is sent to another server, gives up. (§8)

A client's turn is local, as a node's is: it reads nothing but the client and the event. A client
does one thing at a time. It sends to whom the event says; only a redirection it follows by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from raftlab.raft.events import Ask, AskAgain, ClientEvent, Deliver, Event, GiveUp, OpenSession
from raftlab.raft.messages import ClientReply, ClientRequest


@dataclass(frozen=True, slots=True)
class Answered:
    """An operation that is over for its client: the command and its answer.

    If it never `returned`, the client knows neither whether it was done nor what was answered.
    """

    command: str
    answer: str | None = None
    returned: bool = True


@dataclass(frozen=True, slots=True)
class Client:
    """A client, the servers that it knows of, and what came of all that it ever asked for.

    `session` is 0 while it has none; `serial` numbers its requests. `request` is the one that it
    waits for, as it last sent it; None if it waits for nothing. `leader` is who last answered it,
    or was named to it, as the leader.
    """

    name: str
    servers: tuple[str, ...]
    session: int = 0
    serial: int = 0
    request: ClientRequest | None = None
    leader: str | None = None
    answers: tuple[Answered, ...] = ()


class ClientTurn(NamedTuple):
    """What a client makes of an event: the client after it, and what it sends."""

    client: Client
    messages: tuple[ClientRequest, ...] = ()


def client_turn(client: Client, event: Event) -> ClientTurn:
    """Let a client react to one event that is for it."""
    match event:
        case OpenSession(_, node):
            return _begins(client, node, None)
        case Ask(_, node, command):
            return _begins(client, node, command)
        case AskAgain(_, node) if client.request is not None:
            return _sends(client, replace(client.request, receiver=node))
        case GiveUp():
            return ClientTurn(_is_over(client, None, returned=False))
        case Deliver(ClientReply() as reply):
            return _hears(client, reply)
        case _:
            return ClientTurn(client)


def _begins(client: Client, node: str, command: str | None) -> ClientTurn:
    """A new request, of the next number."""
    serial = client.serial + 1
    session = client.session if command is not None else 0
    request = ClientRequest(client.name, node, session, serial, command)
    return _sends(replace(client, serial=serial), request)


def _sends(client: Client, request: ClientRequest) -> ClientTurn:
    return ClientTurn(replace(client, request=request), (request,))


def _hears(client: Client, reply: ClientReply) -> ClientTurn:
    """An answer ends the wait; a redirection is followed; what answers an old request is neither.

    A server that can name no leader leaves the client waiting: it must ask another. (§8)
    """
    request = client.request
    if request is None or reply.serial != request.serial:
        return ClientTurn(client)
    if reply.done:
        knows = replace(client, leader=reply.sender, session=reply.session)
        expired = request.session != 0 and reply.session == 0
        return ClientTurn(_is_over(knows, reply.answer, returned=not expired))
    if reply.sender != request.receiver:
        return ClientTurn(client)
    client = replace(client, leader=reply.leader)
    if reply.leader in (None, request.receiver):
        return ClientTurn(client)
    return _sends(client, replace(request, receiver=str(reply.leader)))


def _is_over(client: Client, answer: str | None, *, returned: bool) -> Client:
    """The client waits no longer. (To open a session is no operation of the machine's.)"""
    command = client.request.command if client.request is not None else None
    over = () if command is None else (Answered(command, answer, returned),)
    return replace(client, request=None, answers=client.answers + over)


def client_turns(client: Client, commands: Sequence[str]) -> Iterator[ClientEvent]:
    """What a client can do without a message: ask any server, ask again, or wait no longer."""
    if client.request is None:
        nodes = client.servers
        yield from (Ask(client.name, node, command) for node in nodes for command in commands)
        yield from (OpenSession(client.name, node) for node in nodes if client.session == 0)
    else:
        yield from (AskAgain(client.name, node) for node in client.servers)
        yield GiveUp(client.name)


def why_no_client_turn(client: Client, event: ClientEvent) -> str | None:
    """A sentence saying why this is not this client's to do now; None if it is."""
    match event:
        case Ask() | OpenSession() if client.request is not None:
            return f"{client.name} waits for an answer already: a client does one thing at a time."
        case AskAgain() | GiveUp() if client.request is None:
            return f"{client.name} waits for nothing."
        case OpenSession() if client.session != 0:
            return f"{client.name} has a session already."
        case Ask(_, node) | OpenSession(_, node) | AskAgain(_, node) if node not in client.servers:
            return f"There is no node named {node!r}; there are {', '.join(client.servers)}."
    return None
