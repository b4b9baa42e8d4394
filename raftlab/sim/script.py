"""Scripts: what happens in which order; a message is known by its way, not by its value."""

from __future__ import annotations

from raftlab.raft import Deliver, Drop
from raftlab.sim.acts import Act, resolve
from raftlab.sim.history import History


def perform(history: History, *acts: Act) -> None:
    """Do the acts of a script, one after another."""
    for act in acts:
        history.do(resolve(act, history.cluster))


def deliver_all(history: History) -> None:
    """Let messages arrive, the oldest first, until none is in flight."""
    clients = (client.name for client in history.cluster.clients)
    deliver_among(history, *history.cluster.names, *clients)


def deliver_among(history: History, *names: str) -> None:
    """The same for messages between those nodes (and clients) only."""
    while arriving := [
        message
        for message in history.cluster.network
        if message.sender in names and message.receiver in names
    ]:
        history.do(Deliver(arriving[0]))


def lose_the_rest(history: History) -> None:
    """Every message still in flight is lost."""
    for message in history.cluster.network:
        history.do(Drop(message))
