"""What a script may say instead of an event: which message arrives, or what befalls the leader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, cast, get_args

from raftlab.raft import (
    Ask,
    AskAgain,
    ClientCommand,
    Cluster,
    Crash,
    Cut,
    Deliver,
    Event,
    GiveUp,
    OpenSession,
    Partition,
    Role,
    Timeout,
)
from raftlab.raft.events import actor
from raftlab.raft.machine import why_no_command


@dataclass(frozen=True, slots=True)
class Arrival:
    """In a script: the oldest message in flight from `sender` to `receiver` arrives."""

    sender: str
    receiver: str


@dataclass(frozen=True)
class AtLeader:
    """In a script: an event of whichever node then leads.

    `AtLeader(Crash)` is `Crash(…)` with the leader's name, `AtLeader(ClientCommand, "SET x 1")` a
    command sent to it; any function that takes the leader's name and gives an event will do. Of
    several leaders it is the one of the highest term.
    """

    event: Callable[..., Event]
    rest: tuple[object, ...]

    def __init__(self, event: Callable[..., Event], *rest: object) -> None:
        """The event made by `event(leader, *rest)`."""
        object.__setattr__(self, "event", event)
        object.__setattr__(self, "rest", rest)


Act: TypeAlias = Event | Arrival | AtLeader
EVENTS = get_args(Event)


def resolve(act: Act, cluster: Cluster) -> Event:
    """The event that a line of a script stands for. Raises ValueError if it stands for none."""
    match act:
        case Arrival(sender, receiver):
            for message in cluster.network:
                if (message.sender, message.receiver) == (sender, receiver):
                    return Deliver(message)
            raise ValueError(f"No message from {sender} to {receiver} is in flight.")
        case AtLeader(event, rest):
            name = leader_of(cluster)
            if name is None:
                raise ValueError("Nobody leads.")
            made: Event = event(name, *rest)
            if not isinstance(made, EVENTS):
                raise ValueError(
                    f"AtLeader needs what makes an event, as Crash does, not {made!r}."
                )
            return cast(Event, made)
        case _:
            return act


def leader_of(cluster: Cluster) -> str | None:
    """The name of the running leader of the highest term; None if nobody leads."""
    leaders = [node for node in cluster.nodes if node.up and node.role is Role.LEADER]
    leader = max(leaders, key=lambda node: node.current_term, default=None)
    return None if leader is None else leader.name


def why_no_act(act: object, cluster: Cluster) -> str | None:
    """A sentence saying why `act` can at no time happen in this cluster; None if it may."""
    names: tuple[str, ...]
    match act:
        case Arrival(sender, receiver):
            names = tuple(end for end in (sender, receiver) if not cluster.has_client(end))
        case Cut(sender, receiver):
            names = (sender, receiver)
        case Partition(groups):
            names = tuple(name for group in groups for name in group)
        case AtLeader(event):
            return None if callable(event) else f"AtLeader needs an event such as Crash: {act!r}."
        case Ask(_, _, command) if (reason := why_no_command(command)) is not None:
            return reason
        case ClientCommand(node, command) | Crash(node, ClientCommand(_, command)):
            if (reason := why_no_command(command)) is not None:
                return reason
            names = (node,)
        case OpenSession(client, node) | Ask(client, node) | AskAgain(client, node):
            return _why_no_client(client, cluster) or why_no_act(Timeout(node), cluster)
        case GiveUp(client):
            return _why_no_client(client, cluster)
        case Deliver(message) if cluster.has_client(message.receiver):
            return None
        case _ if isinstance(act, EVENTS):
            name = actor(act)
            names = () if name is None else (name,)
        case _:
            return f"{act!r} is no event. An event is, for example, {Timeout('node1')!r}."
    strangers = [name for name in names if name not in cluster.names]
    if strangers:
        return f"There is no node named {strangers[0]!r}; there are {', '.join(cluster.names)}."
    return None


def _why_no_client(name: str, cluster: Cluster) -> str | None:
    if cluster.has_client(name):
        return None
    there_are = ", ".join(client.name for client in cluster.clients) or "none"
    return f"There is no client named {name!r}; there are {there_are}."
