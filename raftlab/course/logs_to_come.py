"""Logs that a server may come to have, and some that it never can. (§5.3)

Which are which is found by trying every schedule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

from raftlab.course.generated import HARDEST, drawn
from raftlab.course.power_cut import agreed
from raftlab.course.questions import say_log
from raftlab.modelcheck import Bounds, Exploration, explore
from raftlab.modelcheck.goals import Goal
from raftlab.raft import Cluster, Entry, Log, Server
from raftlab.sim.reigns import KEYS

CHOICES = 5
WITHIN = Bounds(terms=1, entries=0, in_flight=1, commands=0, crashes=0)


@dataclass(frozen=True)
class LogsToCome:
    """A cluster, a server of it, and logs that it may or may not come to have."""

    cluster: Cluster
    name: str
    logs: tuple[Log, ...]


@cache
def logs_to_come(number: int) -> LogsToCome:
    """The question of this number: some of its logs are possible, and some are not."""
    hard = min(number, HARDEST)
    random = Random(number)
    for cluster in drawn(number, 3, 3 + hard, longest=1 + hard):
        name = random.choice(cluster.names)
        logs = _choices(cluster, name, random, hard)
        if logs:
            return LogsToCome(cluster, name, logs)
    raise AssertionError(f"No cluster was found for question {number}.")


def _choices(cluster: Cluster, name: str, random: Random, hard: int) -> tuple[Log, ...]:
    """Logs in an order that tells nothing, some possible, some not; none if there are too few."""
    every = _made_of_pieces(cluster)
    right = possible(LogsToCome(cluster, name, every))
    unclear = right | _for_a_while(right)
    wrong = _shuffled(random, [log for log in every if log not in unclear])
    # Logs that there are, or the beginnings of such: whoever looks at their terms alone is misled.
    beginnings = beginnings_of(cluster)
    likely = [log for log in wrong if log in beginnings]
    if len(right) < 2 or len(wrong) < CHOICES - 1 or len(likely) < hard - 1:
        return ()
    chosen = _shuffled(random, [log for log in every if log in right])
    chosen = chosen[: random.randint(1, CHOICES - 1)]
    wrong.sort(key=lambda log: log not in beginnings)
    return tuple(_shuffled(random, [*chosen, *wrong[: CHOICES - len(chosen)]]))


def _for_a_while(possible: Iterable[Log]) -> set[Log]:
    """The logs on the way from one of these to another, if a leader sends less than all at once.

    How much it sends is its own affair, so no question is to depend on it.
    """
    pairs = [(one, other) for one in possible for other in possible]
    return {
        other.up_to(index)
        for one, other in pairs
        for index in range(agreed([one, other]) + 1, other.last_index)
    }


@cache
def explored(asked: LogsToCome) -> Exploration:
    """Every schedule from there, with each of the logs as a goal."""
    goals = [Goal(say_log(log), _has(asked.name, log)) for log in asked.logs]
    return explore(asked.cluster, bounds=WITHIN, properties=(), goals=goals, symmetry=False)


def possible(asked: LogsToCome) -> frozenset[Log]:
    """Those of the logs that some schedule brings about."""
    pairs = zip(asked.logs, explored(asked).goals, strict=True)
    now = asked.cluster.node(asked.name).log
    return frozenset(log for log, goal in pairs if goal.depth is not None or log == now)


def _has(name: str, log: Log) -> Callable[[Server, Cluster], bool]:
    return lambda server, start: server.node.name == name and server.node.log == log


def beginnings_of(cluster: Cluster) -> set[Log]:
    """The logs that there are, and all that they begin with."""
    return {prefix for node in cluster.nodes for prefix in prefixes_of(node.log)}


def prefixes_of(log: Log) -> Iterator[Log]:
    """What a log begins with, itself included; not the empty log."""
    return (log.up_to(index) for index in range(1, log.last_index + 1))


def _made_of_pieces(cluster: Cluster) -> tuple[Log, ...]:
    """Logs that there are, beginnings of them, with the end of another, or out of order."""
    pieces = {tuple(e.term for e in log.entries) for log in beginnings_of(cluster)}
    spliced = {(*one, other[-1]) for one in pieces for other in pieces}
    return tuple(_of_terms(terms) for terms in sorted(pieces | spliced))


def _of_terms(terms: tuple[int, ...]) -> Log:
    """The log that has these terms, with the commands that reigns leave there."""
    return Log(tuple(Entry(t, f"SET {key} {t}") for key, t in zip(KEYS, terms, strict=False)))


def _shuffled(random: Random, logs: Iterable[Log]) -> list[Log]:
    return sorted(logs, key=lambda _: random.random())
