"""What clients may rely on, one predicate each: acknowledged is committed, once is once, one store.

They go beyond Figure 3, and need clients to be asked of. (§8; dissertation, chapter 6) A client
without a session may have one request carried out twice by the paper's own rules: that is what
sessions are for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from raftlab.raft.checks import Change, Property, Scope, Server
from raftlab.raft.client import Answered, Client
from raftlab.raft.log import Origin
from raftlab.raft.machine import EMPTY_MACHINE, Machine, answer, apply, is_read
from raftlab.raft.messages import ClientReply, Message
from raftlab.raft.sessions import Sessions


def acknowledged_is_committed(message: Message, server: Server) -> str | None:
    """Who tells a client that its request is done took the entry for committed. (Fig. 2, Leaders 2)

    Or it has a snapshot that remembers the request: only what is committed goes into one. What was
    read without an entry is not asked. (§7)
    """
    if not isinstance(message, ClientReply) or message.sender != server.node.name:
        return None
    if not message.done or message.read:
        return None
    if (message.receiver, message.serial) in _requests_committed(server):
        return None
    if any(
        message.session == session.id and message.serial <= session.serial
        for session in _sessions_in_snapshot(server)
    ):
        return None
    return (
        f"{message.sender} tells {message.receiver} that its request {message.serial} is done, and "
        "never took it for committed."
    )


def exactly_once(change: Change) -> str | None:
    """No node carries out the same request twice. (§8)

    Twice is what shows in the machine: to set a key again to what it is does nothing.
    """
    before, after = change.before, change.after.node
    index = after.last_applied
    if index <= before.node.last_applied or before.node.machine == after.machine:
        return None
    origin = _origin_at(change.after, index)
    for earlier in range(1, index) if origin else ():
        if origin and _is_same(origin, _origin_at(change.after, earlier)):
            return (
                f"{after.name} carries out {origin.client}'s request {origin.serial} again: it is "
                f"entry {earlier}, and entry {index} too."
            )
    return None


def one_store(clients: Sequence[Client]) -> str | None:
    """One store that does one thing after another would have given each client what it was given.

    In some order that keeps each client's own; what never returned may have been done at any later
    time, or never. For one client that is linearizability; for several, what is left of it where
    nobody has a clock in common. A command that no client sent is in no order: none may set what
    clients read. (§8; Lamport, 1979)
    """
    if any(client.answers for client in clients) and not _is_explained(clients):
        saw = [f"{client.name} saw {said}" for client in clients if (said := _seen(client))]
        return f"No order explains what clients saw: {'; '.join(saw)}."
    return None


CLIENTS = (
    Property(
        "Acknowledged Is Committed",
        "Figure 2, Leaders 2; §8",
        Scope.MESSAGE,
        acknowledged_is_committed,
        reads=lambda server: (
            server.node.name,
            _requests_committed(server),
            _sessions_in_snapshot(server),
        ),
    ),
    Property("Exactly Once", "§8; dissertation, §6.3", Scope.CHANGE, exactly_once),
    Property("One Store", "§8; dissertation, §6.4", Scope.CLIENTS, one_store),
)


def _requests_committed(server: Server) -> frozenset[tuple[str, int]]:
    """The requests, by client and number, that a server ever took for committed."""
    origins = (committed.entry.origin for committed in server.past.committed if committed)
    return frozenset((origin.client, origin.serial) for origin in origins if origin)


def _sessions_in_snapshot(server: Server) -> Sessions:
    return server.node.snapshot.sessions if server.node.snapshot else ()


def _origin_at(server: Server, index: int) -> Origin | None:
    """Whose request a server ever applied at `index`; None if nobody's, or it is not known."""
    applied = server.past.applied
    entry = applied[index - 1] if index <= len(applied) else None
    return None if entry is None else entry.origin


def _is_same(one: Origin, other: Origin | None) -> bool:
    return other is not None and (one.client, one.serial) == (other.client, other.serial)


class _Moment(NamedTuple):
    """Some way through an order: how far each client is, what may still take effect, the store."""

    places: tuple[int, ...]
    afloat: tuple[str, ...]
    machine: Machine


def _is_explained(clients: Sequence[Client]) -> bool:
    """Whether an order exists: a search among the ways through it, each of them tried once."""
    operations = [_operations(client) for client in clients]
    ends = [len(client.answers) for client in clients]
    waiting = [_Moment((0,) * len(clients), (), EMPTY_MACHINE)]
    seen = set(waiting)
    while waiting:
        moment = waiting.pop()
        if all(end <= place for place, end in zip(moment.places, ends, strict=True)):
            return True
        for following in _followed_by(moment, operations):
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    return False


def _operations(client: Client) -> tuple[Answered, ...]:
    """All that a client asked of the machine, what it still waits for included."""
    command = client.request.command if client.request else None
    pending = () if command is None else (Answered(command, returned=False),)
    return client.answers + pending


def _followed_by(moment: _Moment, operations: Sequence[Sequence[Answered]]) -> Iterator[_Moment]:
    """What may come next: a client's next operation, or one that never returned takes effect."""
    places, afloat, machine = moment
    for which, command in enumerate(afloat):
        left = (*afloat[:which], *afloat[which + 1 :])
        yield _Moment(places, left, apply(machine, command))
    for which, (place, own) in enumerate(zip(places, operations, strict=True)):
        if place < len(own):
            command, gave, returned = own[place].command, own[place].answer, own[place].returned
            onward = (*places[:which], place + 1, *places[which + 1 :])
            if not returned:
                more = afloat if is_read(command) else tuple(sorted((*afloat, command)))
                yield _Moment(onward, more, machine)
            elif answer(machine, command) == gave:
                yield _Moment(onward, afloat, apply(machine, command))


def _seen(client: Client) -> str:
    """What a client was given, in the order in which it asked."""
    said = (
        f"{done.command} give {done.answer or 'no value'}"
        if done.returned
        else f"{done.command} not return"
        for done in client.answers
    )
    return ", ".join(said)
