"""What can happen next, and, of what cannot, why not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from raftlab.raft.client import client_turns, why_no_client_turn
from raftlab.raft.cluster import Cluster
from raftlab.raft.events import (
    Ask,
    ClientCommand,
    ClientEvent,
    Compact,
    Crash,
    Cut,
    Delay,
    Deliver,
    Drop,
    Duplicate,
    Event,
    Heal,
    Heartbeat,
    LeaseEnds,
    Partition,
    Replicate,
    Restart,
    Timeout,
    TurnEvent,
    actor,
)
from raftlab.raft.machine import why_no_command
from raftlab.raft.messages import Message
from raftlab.raft.node import Node, Role
from raftlab.raft.reads import may_end_lease

NOT_IN_FLIGHT = "This message is not in flight (any more)."


class NotPossible(ValueError):
    """The event cannot happen in this cluster; the message says why, in a sentence."""


def enabled(cluster: Cluster, commands: Sequence[str] = ()) -> tuple[Event, ...]:
    """Every event that can happen next, in a fixed order, each once.

    Client commands are yours to choose: each of `commands` is offered at each node that runs, and
    to each client that waits for nothing.
    Partitions and cuts are yours too (there are too many to list); a healing is listed where links
    are cut.
    """
    in_flight = tuple(dict.fromkeys(cluster.network))
    turns = [Deliver(message) for message in in_flight]
    spontaneous = [turn for node in cluster.nodes for turn in own_turns(node, commands)]
    asking = [turn for client in cluster.clients for turn in client_turns(client, commands)]
    return (
        *turns,
        *spontaneous,
        *asking,
        *(_stop_or_go(node) for node in cluster.nodes),
        *(Crash(str(actor(turn)), turn) for turn in (*turns, *spontaneous) if _runs(cluster, turn)),
        *(Drop(message) for message in in_flight),
        *(Duplicate(message) for message in in_flight),
        *(Delay(message) for message in in_flight if _others_follow(cluster, message)),
        *((Heal(),) if cluster.cut else ()),
    )


def why_not(cluster: Cluster, event: Event) -> str | None:
    """A sentence saying why `event` cannot happen here; None if it can."""
    name = actor(event)
    if isinstance(event, ClientEvent):
        return _why_no_client_turn(cluster, event)
    reaches_a_client = isinstance(event, Deliver) and cluster.has_client(name)
    if name is not None and name not in cluster.names and not reaches_a_client:
        return f"There is no node named {name!r}; there are {', '.join(cluster.names)}."
    match event:
        case Deliver(message) | Drop(message) | Duplicate(message):
            return None if message in cluster.network else NOT_IN_FLIGHT
        case Delay(message):
            return _why_no_delay(cluster, message)
        case Restart():
            return f"{name} runs already." if cluster.node(event.node).up else None
        case Partition(groups):
            return _why_no_partition(cluster, groups)
        case Cut(sender, receiver):
            return _why_no_cut(cluster, sender, receiver)
        case Heal():
            return None if cluster.cut else "No link is cut."
        case _ if name is None:
            return f"{event!r} is no event. An event is, for example, Timeout('node1')."
        case _:
            return _why_no_turn(cluster.node(str(name)), event, cluster)


def own_turns(node: Node, commands: Sequence[str]) -> Iterator[TurnEvent]:
    """What `node` can do without a message: time out, lead, take each of `commands`, compact."""
    if not node.up:
        return
    if node.role is not Role.LEADER:
        yield Timeout(node.name)
    elif node.peers:
        behind = _behind(node)
        everyone = [None] if len(node.peers) > 1 else []
        yield from (Replicate(node.name, peer) for peer in ([*everyone, *behind] if behind else ()))
        yield from (Heartbeat(node.name, peer) for peer in (*everyone, *node.peers))
        if may_end_lease(node):
            yield LeaseEnds(node.name)
    yield from (ClientCommand(node.name, command) for command in commands)
    if _can_compact(node):
        yield Compact(node.name)


def _behind(node: Node) -> list[str]:
    """The peers that lack entries, as this leader believes. One it knows nothing of lacks all."""
    return [peer for peer in node.peers if node.next_index.get(peer, 1) <= node.log.last_index]


def _can_compact(node: Node) -> bool:
    """Whether the log still holds an entry that is applied: a snapshot would replace it."""
    return node.log.first_index <= min(node.last_applied, node.log.last_index)


def _stop_or_go(node: Node) -> Event:
    return Crash(node.name) if node.up else Restart(node.name)


def _runs(cluster: Cluster, turn: TurnEvent) -> bool:
    name = actor(turn)
    return any(node.name == name and node.up for node in cluster.nodes)


def _why_no_client_turn(cluster: Cluster, event: ClientEvent) -> str | None:
    if not cluster.has_client(event.client):
        there_are = ", ".join(client.name for client in cluster.clients) or "none"
        return f"There is no client named {event.client!r}; there are {there_are}."
    if isinstance(event, Ask) and (reason := why_no_command(event.command)) is not None:
        return reason
    return why_no_client_turn(cluster.client(event.client), event)


def _why_no_turn(node: Node, event: Event, cluster: Cluster) -> str | None:
    if not node.up:
        return f"{node.name} is down: it can only restart."
    match event:
        case Crash(name, during) if during is not None:
            if not isinstance(during, TurnEvent) or actor(during) != name:
                return f"{name} can only crash in a turn of its own."
            return why_not(cluster, during)
        case ClientCommand(_, command):
            return why_no_command(command)
        case Timeout():
            # A leader has no election timer; whether anyone else may stand is a rule's to say.
            leads = node.role is Role.LEADER
            return f"{node.name} leads: it has no election timer (§5.2)." if leads else None
        case LeaseEnds():
            has_one = may_end_lease(node)
            return None if has_one else f"{node.name} has no lease, and none under way (§8)."
        case Replicate(_, peer) | Heartbeat(_, peer):
            return _why_not_to_peer(node, event, peer)
        case Compact() if not _can_compact(node):
            return f"{node.name} has applied nothing that its log still holds (§7)."
    return None


def _why_not_to_peer(node: Node, event: Replicate | Heartbeat, peer: str | None) -> str | None:
    if node.role is not Role.LEADER:
        return f"{node.name} is no leader: only a leader sends AppendEntries (§5.2)."
    if not node.peers or (peer is not None and peer not in node.peers):
        return f"{node.name} has no peer {peer or ''}".rstrip() + "."
    if isinstance(event, Heartbeat):
        return None
    behind = _behind(node)
    if not behind or (peer is not None and peer not in behind):
        return f"{node.name} knows of no entry that {peer or 'a peer'} lacks (Fig. 2, Leaders 3)."
    return None


def _others_follow(cluster: Cluster, message: Message) -> bool:
    return cluster.network[-1] != message


def _why_no_delay(cluster: Cluster, message: Message) -> str | None:
    if message not in cluster.network:
        return NOT_IN_FLIGHT
    return None if _others_follow(cluster, message) else "No other message was sent after this one."


def _why_no_cut(cluster: Cluster, sender: str, receiver: str) -> str | None:
    for name in (sender, receiver):
        if name not in cluster.names:
            return f"There is no node named {name!r}; there are {', '.join(cluster.names)}."
    if sender == receiver:
        return f"No link leads from {sender} to itself."
    already = (sender, receiver) in cluster.cut
    return f"The link from {sender} to {receiver} is cut already." if already else None


def _why_no_partition(cluster: Cluster, groups: tuple[tuple[str, ...], ...]) -> str | None:
    named = [name for group in groups for name in group]
    strangers = [name for name in named if name not in cluster.names]
    if strangers:
        return f"There is no node named {strangers[0]!r}; there are {', '.join(cluster.names)}."
    if len(set(named)) != len(named):
        return "A node can be on one side of a partition only."
    missing = len(set(named)) < len(cluster.names)
    return None if len([g for g in groups if g]) + missing > 1 else "One group is no partition."
