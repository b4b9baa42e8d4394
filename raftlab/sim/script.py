"""Scripts: what happens in which order; a message is known by its way, not by its value."""

from __future__ import annotations

from dataclasses import dataclass

from raftlab.raft import Cluster, Deliver, Drop, Event
from raftlab.sim.history import History


@dataclass(frozen=True, slots=True)
class Arrival:
    """In a script: the oldest message in flight from `sender` to `receiver` arrives."""

    sender: str
    receiver: str


def resolve(act: Event | Arrival, cluster: Cluster) -> Event:
    """The event that a line of a script stands for. Raises ValueError if it stands for none."""
    if not isinstance(act, Arrival):
        return act
    for message in cluster.network:
        if (message.sender, message.receiver) == (act.sender, act.receiver):
            return Deliver(message)
    raise ValueError(f"No message from {act.sender} to {act.receiver} is in flight.")


def perform(history: History, *acts: Event | Arrival) -> None:
    """Do the acts of a script, one after another."""
    for act in acts:
        history.do(resolve(act, history.cluster))


def deliver_all(history: History) -> None:
    """Let messages arrive, the oldest first, until none is in flight."""
    deliver_among(history, *history.cluster.names)


def deliver_among(history: History, *names: str) -> None:
    """The same for messages between those nodes only."""
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
