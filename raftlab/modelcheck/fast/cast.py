"""Who and what has ever been in a cluster: servers and messages, each with its number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from raftlab.modelcheck.fast.columns import Column, Interned
from raftlab.modelcheck.fast.outcomes import NO_MESSAGE
from raftlab.modelcheck.goals import Goal
from raftlab.modelcheck.symmetry import Renaming, Renamings
from raftlab.raft import Cluster, Message, Server


class Cast:
    """The servers with what a search must know of each; the messages, of which 0 is none."""

    def __init__(
        self, start: Cluster, goals: Sequence[Goal], renamings: Renamings, seed: int
    ) -> None:
        """Nobody yet."""
        self._start, self._goals = start, goals
        self._place = {name: place for place, name in enumerate(start.names)}
        self.attained: list[Goal] = []
        self.servers = Interned[Server](renamings, Renaming.of_server, seed)
        self.up = Column(np.bool_)
        # Numbers among the servers of one place are smaller than those among all.
        self.local = Column(np.intp)
        self.locals = [0] * len(start.names)

        self.messages = Interned[Message | None](renamings, _renamed, seed + 1)
        self.receiver = Column(np.intp)
        # Where no message is, nothing adds to a fingerprint.
        self.receiver.append(self.messages.add(None))
        self.messages.fingerprints.data[:, NO_MESSAGE] = 0

    def add_server(self, server: Server) -> int:
        """The number of a server; goals that a new one shows are attained."""
        number = self.servers.add(server)
        if number == len(self.local):
            place = self.place_of(server)
            self.local.append(self.locals[place])
            self.locals[place] += 1
            self.up.append(server.node.up)
            for goal in self._goals:
                if goal not in self.attained and goal.attained(server, self._start):
                    self.attained.append(goal)
        return number

    def place_of(self, server: Server) -> int:
        """Where in a cluster a server has its seat."""
        return self._place[server.node.name]

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
