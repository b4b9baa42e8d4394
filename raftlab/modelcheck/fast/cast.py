"""Who and what has ever been in a cluster: servers, clients and messages, each with its number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from raftlab.modelcheck.fast.columns import Column, Interned
from raftlab.modelcheck.fast.outcomes import NO_MESSAGE
from raftlab.modelcheck.goals import Goal
from raftlab.modelcheck.symmetry import Renaming, Renamings
from raftlab.raft import Client, Cluster, Message, Server

Member = Server | Client


class Cast:
    """The servers with what a search must know of each; the messages, of which 0 is none.

    A client has a number among the servers, and a place behind theirs.
    """

    def __init__(
        self, start: Cluster, goals: Sequence[Goal], renamings: Renamings, seed: int
    ) -> None:
        """Nobody yet."""
        self._start, self._goals = start, goals
        names = (*start.names, *(client.name for client in start.clients))
        self._place = {name: place for place, name in enumerate(names)}
        self.nodes = len(start.names)
        self.attained: list[Goal] = []
        self.servers = Interned[Member](renamings, Renaming.of_member, seed)
        self.up = Column(np.bool_)  # and so can crash, which no client does
        # Numbers among the servers of one place are smaller than those among all.
        self.local = Column(np.intp)
        self.locals = [0] * len(names)

        self.messages = Interned[Message | None](renamings, _renamed, seed + 1)
        self.receiver = Column(np.intp)
        # Where no message is, nothing adds to a fingerprint.
        self.receiver.append(self.messages.add(None))
        self.messages.fingerprints.data[:, NO_MESSAGE] = 0

    def add_server(self, server: Member) -> int:
        """The number of a server or a client; goals that a new server shows are attained."""
        number = self.servers.add(server)
        if number == len(self.local):
            place = self.place_of(server)
            self.local.append(self.locals[place])
            self.locals[place] += 1
            self.up.append(isinstance(server, Server) and server.node.up)
            self.attained += [
                g for g in self._goals if g not in self.attained and self._has(g, server)
            ]
        return number

    def _has(self, goal: Goal, member: Member) -> bool:
        """Whether a server, or a client, shows that a goal is attained."""
        if isinstance(member, Server):
            return goal.attained(member, self._start)
        return goal.answered is not None and goal.answered(member, self._start)

    def place_of(self, server: Member) -> int:
        """Where in a cluster a server or a client has its seat."""
        return self._place[server.name if isinstance(server, Client) else server.node.name]

    def add_message(self, message: Message) -> int:
        """The number of a message."""
        number = self.messages.add(message)
        if number == len(self.receiver):
            self.receiver.append(self._place[message.receiver])
        return number

    def message(self, number: int) -> Message:
        """The message of that number."""
        message = self.messages.values[number]
        assert message is not None
        return message


def _renamed(renaming: Renaming, message: Message | None) -> Message | None:
    return None if message is None else renaming.of_message(message)
