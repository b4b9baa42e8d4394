"""Random histories of reigns: leaders come and go, and each copies its log to some of the others.

A run in which any event may come at any time seldom leaves logs worth a thought. Here each election
is won, if the logs allow it, and what it leads to is cut short. The same seed gives the same run.
"""

from __future__ import annotations

from random import Random

from raftlab.raft import ClientCommand, Cluster, Heartbeat, Replicate, Role, Timeout
from raftlab.sim.history import History
from raftlab.sim.scenarios import fresh
from raftlab.sim.script import deliver_among, lose_the_rest, perform

KEYS = "abcdefghi"
MOST_COMMANDS = 3


def reigns(seed: int, size: int, count: int, *, longest: int) -> Cluster:
    """The cluster of `size` nodes that `count` reigns leave, with nothing in flight.

    The first leaves one entry with everyone; the others are less successful. No log grows beyond
    `longest` entries.
    """
    random = Random(seed)
    history = History(fresh(size).cluster, properties=())
    _reign(history, random, commands=1, copies=size, longest=longest)
    for _ in range(1, count):
        commands = _seldom_many(random, MOST_COMMANDS + 1)
        _reign(history, random, commands, _seldom_many(random, size), longest)
    return history.cluster


def _reign(history: History, random: Random, commands: int, copies: int, longest: int) -> None:
    """Somebody stands, takes so many commands if it wins, and copies its log to so many others."""
    order = _shuffled(random, history.cluster.names)
    candidate = next(n for n in order if history.cluster.node(n).role is not Role.LEADER)
    others = [name for name in order if name != candidate]
    perform(history, *[Timeout(candidate)] * _behind(history.cluster, candidate))
    deliver_among(history, candidate, *others[: len(order) // 2])
    lose_the_rest(history)
    if history.cluster.node(candidate).role is Role.LEADER:
        for _ in range(commands):
            _command(history, candidate, longest)
        for peer in _shuffled(random, tuple(others))[:copies]:
            _copy(history, candidate, peer)
    lose_the_rest(history)


def _command(history: History, leader: str, longest: int) -> None:
    node = history.cluster.node(leader)
    if node.log.last_index < longest:
        command = f"SET {KEYS[node.log.last_index]} {node.current_term}"
        perform(history, ClientCommand(leader, command))


def _behind(cluster: Cluster, name: str) -> int:
    """How often a node must time out for its term to be a new one."""
    return 1 + max(node.current_term for node in cluster.nodes) - cluster.node(name).current_term


def _copy(history: History, leader: str, peer: str) -> None:
    """One AppendEntries after the other, until the logs agree or the leader is deposed."""
    for _ in range(2 * len(history.cluster.node(leader).log) + 2):
        node = history.cluster.node(leader)
        agree = history.cluster.node(peer).log == node.log
        if node.role is not Role.LEADER or agree:
            return
        lacks = node.next_index[peer] <= node.log.last_index
        perform(history, Replicate(leader, peer) if lacks else Heartbeat(leader, peer))
        deliver_among(history, leader, peer)


def _shuffled(random: Random, names: tuple[str, ...]) -> list[str]:
    return sorted(names, key=lambda _: random.random())


def _seldom_many(random: Random, end: int) -> int:
    """A number below `end`; the lower, the likelier."""
    return int(random.random() ** 1.5 * end)
