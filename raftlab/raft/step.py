"""`step(cluster, event, rules)` says what happened and gives the next cluster.

Nothing here reads a clock: a timeout is an event like any other, and whoever calls `step` chooses
the event. Only the node that an event is for reacts; the network only carries.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from raftlab.raft.client import client_turn
from raftlab.raft.cluster import Cluster
from raftlab.raft.enabled import NotPossible, why_not
from raftlab.raft.events import (
    ClientCommand,
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
    actor,
)
from raftlab.raft.messages import Message
from raftlab.raft.node import Node
from raftlab.raft.past import remember_all
from raftlab.raft.rules import RAFT, Rules
from raftlab.raft.turn import Firing, RuleError, Turn


@dataclass(frozen=True, slots=True)
class Step:
    """What happened: the cluster before, the event, the rules that fired, the cluster after.

    `sent` are the messages that left; `lost` those of them, and of the ones in flight, that will
    never arrive.
    """

    before: Cluster
    event: Event
    firings: tuple[Firing, ...]
    after: Cluster
    sent: tuple[Message, ...] = ()
    lost: tuple[Message, ...] = ()


class Reaction(NamedTuple):
    """What a node makes of an event: the node after, its messages, the rules that fired."""

    node: Node
    messages: tuple[Message, ...]
    firings: tuple[Firing, ...]


def react(node: Node, event: Event, rules: Rules = RAFT) -> Reaction:
    """Let one node react to one event that is for it. Reads nothing but its arguments.

    Raises RuleError if a rule raises or gives what it may not.
    """
    match event:
        case Crash(_, during):
            turn = Turn(node, rules)
            if during is not None:
                _take(turn, during, cut_short=True)
            # What the disk will give back is decided here: while a node is down nothing changes it.
            turn.become("restart")
            down = replace(turn.node, up=False)
            return Reaction(down, tuple(turn.messages), tuple(turn.firings))
        case Deliver() if not node.up:
            return Reaction(node, (), ())
        case _:
            turn = Turn(replace(node, up=True) if isinstance(event, Restart) else node, rules)
            _take(turn, event, cut_short=False)
            return Reaction(turn.node, tuple(turn.messages), tuple(turn.firings))


def _take(turn: Turn, event: Event, *, cut_short: bool) -> None:
    """One turn: what the event triggers, what the state then triggers, and the end of the turn.

    A restart triggers nothing by itself: the disk has given back its node already.
    """
    peers = turn.node.peers
    match event:
        case Deliver(message):
            turn.run("on_message", message)
        case Timeout():
            turn.run("on_timeout")
        case ClientCommand(_, command):
            turn.run("on_command", command)
        case Replicate(_, peer):
            turn.run("on_replicate", peers if peer is None else (peer,))
        case Heartbeat(_, peer):
            turn.run("on_heartbeat", peers if peer is None else (peer,))
        case LeaseEnds():
            turn.run("on_lease_end")
        case Compact():
            turn.run("on_compact")
    turn.run("settle")
    turn.run("end_turn", cut_short)


def step(cluster: Cluster, event: Event, rules: Rules = RAFT) -> Step:
    """Let `event` happen: say what happened and give the next cluster.

    Raises NotPossible if it cannot happen here, RuleError if a rule misbehaves.
    """
    if (reason := why_not(cluster, event)) is not None:
        raise NotPossible(reason)
    match event:
        case Drop(message):
            network = _without(cluster.network, message)
            return Step(cluster, event, (), replace(cluster, network=network), lost=(message,))
        case Duplicate(message):
            network = (*cluster.network, message)
            return Step(cluster, event, (), replace(cluster, network=network))
        case Delay(message):
            network = (*_without(cluster.network, message), message)
            return Step(cluster, event, (), replace(cluster, network=network))
        case Partition():
            return _cut(cluster, event, _links_across(cluster, event))
        case Cut(sender, receiver):
            links = {*cluster.cut, (sender, receiver)}
            return _cut(cluster, event, tuple(sorted(links)))
        case Heal():
            return Step(cluster, event, (), replace(cluster, cut=()))
        case _ if cluster.clients and cluster.has_client(actor(event)):
            return _turn_of_a_client(cluster, event)
        case _:
            return _turn_of_one_node(cluster, event, rules)


def stopped_short(cluster: Cluster, event: Event, error: RuleError) -> Step:
    """The step as far as it came before a rule failed, leaving the cluster as it was then.

    `error` is what `step` raised of the same cluster and event. Nothing that the turn would have
    sent has left.
    """
    node = cluster.node(str(actor(event)))
    before = (firing.node for firing in reversed(error.firings))
    return _turned(cluster, event, Reaction(next(before, node), (), error.firings))


def _turn_of_a_client(cluster: Cluster, event: Event) -> Step:
    client, messages = client_turn(cluster.client(str(actor(event))), event)
    clients = tuple([client if one.name == client.name else one for one in cluster.clients])
    arrived = _delivered(event)
    network = cluster.network if arrived is None else _without(cluster.network, arrived)
    after = replace(cluster, clients=clients, network=(*network, *messages))
    return Step(cluster, event, (), after, messages)


def _turn_of_one_node(cluster: Cluster, event: Event, rules: Rules) -> Step:
    node = cluster.node(str(actor(event)))
    return _turned(cluster, event, react(node, event, rules))


def _turned(cluster: Cluster, event: Event, reaction: Reaction) -> Step:
    """The step in which one node makes `reaction` of `event`."""
    place = cluster.names.index(str(actor(event)))
    node, messages, firings = reaction
    past = remember_all(cluster.pasts[place], firings, node)
    network = cluster.network
    lost: tuple[Message, ...] = ()
    arrived = _delivered(event)
    if arrived is not None:
        network = _without(network, arrived)
        if not cluster.nodes[place].up:
            lost = (arrived,)
    if cluster.cut:
        lost += tuple(m for m in messages if (m.sender, m.receiver) in cluster.cut)
    leaving = [m for m in messages if m not in lost] if lost else messages
    after = Cluster(
        nodes=(*cluster.nodes[:place], node, *cluster.nodes[place + 1 :]),
        pasts=(*cluster.pasts[:place], past, *cluster.pasts[place + 1 :]),
        network=(*network, *leaving),
        cut=cluster.cut,
        clients=cluster.clients,
    )
    return Step(cluster, event, firings, after, messages, lost)


def _delivered(event: Event) -> Message | None:
    match event:
        case Deliver(message) | Crash(_, Deliver(message)):
            return message
        case _:
            return None


def _without(network: tuple[Message, ...], message: Message) -> tuple[Message, ...]:
    # Equal messages are interchangeable: the oldest of them goes.
    place = network.index(message)
    return network[:place] + network[place + 1 :]


def _links_across(cluster: Cluster, event: Partition) -> tuple[tuple[str, str], ...]:
    group = {name: number for number, names in enumerate(event.groups) for name in names}
    return tuple(
        (sender, receiver)
        for sender in cluster.names
        for receiver in cluster.names
        if group.get(sender) != group.get(receiver)
    )


def _cut(cluster: Cluster, event: Event, links: tuple[tuple[str, str], ...]) -> Step:
    """Those links, and no others, carry nothing from now on; what is under way on them is lost."""
    lost = tuple(m for m in cluster.network if (m.sender, m.receiver) in links)
    network = tuple(m for m in cluster.network if (m.sender, m.receiver) not in links)
    return Step(cluster, event, (), replace(cluster, network=network, cut=links), lost=lost)
