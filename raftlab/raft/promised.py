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
from raftlab.raft.sessions import Sessions, find_session


def acknowledged_is_committed(message: Message, server: Server) -> str | None:
    """Who tells a client that its request is done took the entry for committed. (Fig. 2, Leaders 2)

    Or a snapshot has told it of the request: only what is committed goes into one. (§7) Not asked
    of what was read without an entry, nor of a session that a snapshot has seen expire.
    """
    if not isinstance(message, ClientReply) or message.sender != server.node.name:
        return None
    if not message.done or message.read:
        return None
    if (message.receiver, message.serial) in _requests_committed(server):
        return None
    if _is_in_snapshot(message, server):
        return None
    return (
        f"{message.sender} tells {message.receiver} that its request {message.serial} is done, and "
        "never took it for committed."
    )


def exactly_once(change: Change) -> str | None:
    """No node carries out the same request twice. (§8)

    Twice is what shows in the machine: to set a key again to what it is does nothing. What an
    installed snapshot holds was carried out elsewhere. (§7)
    """
    before, after = change.before, change.after.node
    index = after.last_applied
    if change.rule == "install_snapshot":
        return None
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
            _told_by_snapshot(server),
        ),
    ),
    Property("Exactly Once", "§8; dissertation, §6.3", Scope.CHANGE, exactly_once),
    Property("One Store", "§8; dissertation, §6.4", Scope.CLIENTS, one_store),
)


def _requests_committed(server: Server) -> frozenset[tuple[str, int]]:
    """The requests, by client and number, that a server ever took for committed."""
    origins = (committed.entry.origin for committed in server.past.committed if committed)
    return frozenset((origin.client, origin.serial) for origin in origins if origin)


class _Told(NamedTuple):
    """What a server knows of requests from its snapshot, and where it knows no more than that.

    `unknown` are the indexes of entries that it took for committed and never held.
    """

    last_included_index: int
    sessions: Sessions
    unknown: tuple[int, ...]


def _told_by_snapshot(server: Server) -> _Told:
    snapshot, committed = server.node.snapshot, enumerate(server.past.committed, start=1)
    unknown = tuple([index for index, entry in committed if entry is None])
    if snapshot is None:
        return _Told(0, (), unknown)
    return _Told(snapshot.last_included_index, snapshot.sessions, unknown)


def _is_in_snapshot(message: ClientReply, server: Server) -> bool:
    """Whether a request is among what a snapshot covers, as far as its sessions still tell."""
    told = _told_by_snapshot(server)
    session = find_session(told.sessions, message.session)
    if session is not None:
        return message.serial <= session.serial
    opened = 0 < message.session <= told.last_included_index
    return opened and any(message.session < index for index in told.unknown)


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
