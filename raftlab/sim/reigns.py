"""Random histories of reigns: leaders come and go, and each copies its log to some of the others.

A run in which any event may come at any time seldom leaves logs worth a thought. Here each election
is won, if the logs allow it, and what it leads to is cut short. Some leaders take commands that few
hear of; others take none, and spread what they have, as in Figure 8 (c). The same seed gives the
same run.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

from raftlab.raft import (
    ClientCommand,
    Cluster,
    Deliver,
    Event,
    Heartbeat,
    Replicate,
    Role,
    Timeout,
    step,
)
from raftlab.sim.scenarios import fresh

KEYS = "abcdefghi"
MOST_COMMANDS = 2
SPREADS = 0.3  # how often a leader takes no command


def reigns(seed: int, size: int, count: int, *, longest: int) -> Cluster:
    """The cluster of `size` nodes that `count` reigns leave, with nothing in flight.

    The first may leave some entries with everyone; the others are less successful. No log grows
    beyond `longest` entries.
    """
    random = Random(seed)
    run = _Run(random, fresh(size).cluster, longest)
    run.reign(random.randrange(MOST_COMMANDS + 1), size)
    for _ in range(1, count):
        if random.random() < SPREADS:
            run.reign(0, random.randrange(1, size))
        else:
            run.reign(1 + random.randrange(MOST_COMMANDS), _seldom_many(random, size - 1))
    return run.cluster


class _Run:
    """A cluster on its way: a history would keep and check all that nobody will look at."""

    def __init__(self, random: Random, cluster: Cluster, longest: int) -> None:
        self.random, self.cluster, self.longest = random, cluster, longest

    def reign(self, commands: int, copies: int) -> None:
        """Somebody stands; if it wins, it takes so many commands, and copies to so many others."""
        order = self._shuffled(self.cluster.names)
        name = next(n for n in order if self.cluster.node(n).role is not Role.LEADER)
        others = [other for other in order if other != name]
        latest = max(node.current_term for node in self.cluster.nodes)
        while self.cluster.node(name).current_term <= latest:
            self._lose_the_rest()
            self._do(Timeout(name))
        willing = sorted(others, key=lambda other: self._end(name) < self._end(other))
        self._deliver_among(name, *willing[: len(order) // 2])
        self._lose_the_rest()
        if self.cluster.node(name).role is Role.LEADER:
            for _ in range(commands):
                self._command(name)
            for peer in self._shuffled(tuple(others))[:copies]:
                self._copy(name, peer)
        self._lose_the_rest()

    def _end(self, name: str) -> tuple[int, int]:
        log = self.cluster.node(name).log
        return log.last_term, log.last_index

    def _command(self, leader: str) -> None:
        node = self.cluster.node(leader)
        if node.log.last_index < self.longest:
            key = KEYS[node.log.last_index]
            self._do(ClientCommand(leader, f"SET {key} {node.current_term}"))

    def _copy(self, leader: str, peer: str) -> None:
        """One AppendEntries after the other, until the logs agree."""
        for _ in range(2 * len(self.cluster.node(leader).log) + 2):
            node = self.cluster.node(leader)
            if self.cluster.node(peer).log == node.log:
                return
            lacks = node.next_index[peer] <= node.log.last_index
            self._do(Replicate(leader, peer) if lacks else Heartbeat(leader, peer))
            self._deliver_among(leader, peer)

    def _deliver_among(self, *names: str) -> None:
        """Messages between those nodes arrive, the oldest first, until none is in flight."""
        while arriving := [
            message
            for message in self.cluster.network
            if message.sender in names and message.receiver in names
        ]:
            self._do(Deliver(arriving[0]))

    def _lose_the_rest(self) -> None:
        self.cluster = replace(self.cluster, network=())

    def _do(self, event: Event) -> None:
        self.cluster = step(self.cluster, event).after

    def _shuffled(self, names: tuple[str, ...]) -> list[str]:
        return sorted(names, key=lambda _: self.random.random())


def _seldom_many(random: Random, end: int) -> int:
    """A number below `end`; the lower, the likelier."""
    return int(random.random() ** 3 * end)
