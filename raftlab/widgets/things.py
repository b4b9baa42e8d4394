"""The things of the picture: each node and each message, and what can be done with it there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from raftlab.raft import (
    Ask,
    AskAgain,
    Client,
    ClientCommand,
    Cluster,
    Event,
    GiveUp,
    Heal,
    Message,
    Node,
    OpenSession,
)
from raftlab.sim.words import say_message
from raftlab.views.client_cards import client_id, says
from raftlab.views.row import picture_id
from raftlab.views.sheet import printable
from raftlab.widgets.acts import message_events, node_events

MOST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Thing:
    """One of them: its id in the picture, what it is called, and the event behind each act."""

    id: str
    name: str
    acts: Mapping[str, Event]


def things(shown: Cluster, now: Cluster, command: str) -> tuple[Thing, ...]:
    """The nodes and clients, from top to bottom, then the messages as they were sent, as `shown`.

    What is done happens to the cluster as it is `now`: in the middle of a step these two differ.
    `command` is what a client would send.
    """
    nodes = (_of_node(node, now, command) for node in shown.nodes)
    messages = (_of_message(place, m) for place, m in enumerate(shown.network))
    clients = (_of_client(client, command) for client in shown.clients)
    return (*nodes, *clients, *messages)


def _of_node(node: Node, now: Cluster, command: str) -> Thing:
    role = node.role.value if node.up else "down"
    acts = node_events(now, node.name)
    acts[f"Send it {_short(command)}" if command else "Send it a command"] = ClientCommand(
        node.name, command
    )
    acts["Heal every link"] = Heal()
    return Thing(picture_id(node), f"{node.name}: {role}, term {node.current_term}", acts)


def _of_client(client: Client, command: str) -> Thing:
    """A client, and what it can do as it is: ask any server, or ask again, or give up."""
    acts: dict[str, Event] = {}
    for node in client.servers:
        if client.request is not None:
            acts[f"Ask {node} again"] = AskAgain(client.name, node)
        else:
            words = _short(command) if command else "for nothing yet"
            acts[f"Ask {node}: {words}"] = Ask(client.name, node, command)
    if client.request is not None:
        acts["Give up"] = GiveUp(client.name)
    elif not client.session:
        for node in client.servers:
            acts[f"Open a session at {node}"] = OpenSession(client.name, node)
    return Thing(client_id(client), says(client), acts)


def _of_message(place: int, message: Message) -> Thing:
    return Thing(f"message-{place}", say_message(message), message_events(message))


def _short(command: str) -> str:
    words = printable(command)
    return words if len(words) <= MOST_SHOWN else f"{words[: MOST_SHOWN - 1]}…"
