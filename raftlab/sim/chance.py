"""A random schedule. Randomness lives in this module alone, and enters by a seed.

The same seed gives the same run, on every Python and whatever its hash seed: only `random()` is
drawn from, and nothing here depends on the order of a set.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import TypeVar

from raftlab.raft import (
    RAFT,
    ClientCommand,
    Cluster,
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
    Node,
    Partition,
    Replicate,
    Restart,
    Role,
    Rules,
    Step,
    Timeout,
    step,
)
from raftlab.sim.chance_of_clients import KEYS, VALUES, ClientChooser

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Mix:
    """How often each kind of event is chosen in a random run, in shares, and the bounds of the run.

    A kind that is not possible where it is chosen leaves its turn to a message. Beyond
    `most_in_flight` messages the network loses the oldest; at `longest_log` clients rest. Of what
    the clients of a cluster do there is none, unless asked for; see `WITH_CLIENTS`.
    """

    deliver: int = 600
    replicate: int = 100
    heartbeat: int = 50
    command: int = 60
    timeout: int = 20
    drop: int = 25
    duplicate: int = 40
    delay: int = 5
    crash: int = 10
    crash_in_turn: int = 10
    restart: int = 60
    partition: int = 5
    cut: int = 5
    heal: int = 30
    ask: int = 0
    ask_again: int = 0
    open_session: int = 0
    give_up: int = 0
    lease_ends: int = 0
    compact: int = 0
    most_in_flight: int = 16
    longest_log: int = 40


WITH_CLIENTS = Mix(
    command=0, timeout=10, ask=200, ask_again=40, open_session=30, give_up=3, lease_ends=15
)


def random_run(
    start: Cluster, seed: int, count: int, rules: Rules = RAFT, mix: Mix = Mix()
) -> Iterator[Step]:
    """`count` steps of every kind, one from the other: the same ones for the same arguments.

    Raises RuleError where a rule misbehaves.
    """
    chooser, cluster = Chooser(seed, mix), start
    for _ in range(count):
        taken = step(cluster, chooser.choose(cluster), rules)
        cluster = taken.after
        yield taken


def random_events(
    start: Cluster, seed: int, count: int, rules: Rules = RAFT, mix: Mix = Mix()
) -> tuple[Event, ...]:
    """The events of such a run."""
    return tuple(taken.event for taken in random_run(start, seed, count, rules, mix))


class Chooser:
    """Chooses one possible event at a time.

    It never lists all that is possible: that would take longer than the step itself.
    """

    def __init__(self, seed: int, mix: Mix) -> None:
        self._random = Random(seed)
        self._mix = mix
        clients = ClientChooser(self._pick, mix)
        self._kinds = {
            "deliver": self._deliver,
            "replicate": self._replicate,
            "heartbeat": self._heartbeat,
            "command": self._command,
            "timeout": self._timeout,
            "drop": self._drop,
            "duplicate": self._duplicate,
            "delay": self._delay,
            "crash": self._crash,
            "crash_in_turn": self._crash_in_turn,
            "restart": self._restart,
            "partition": self._partition,
            "cut": self._cut,
            "heal": self._heal,
            "ask": clients.ask,
            "ask_again": clients.ask_again,
            "open_session": clients.open_session,
            "give_up": clients.give_up,
            "lease_ends": clients.lease_ends,
            "compact": self._compact,
        }
        self._makers = tuple(self._kinds.values())
        self._shares = tuple(accumulate(getattr(mix, kind) for kind in self._kinds))

    def choose(self, cluster: Cluster) -> Event:
        """One event that is possible in `cluster`."""
        if len(cluster.network) > self._mix.most_in_flight:
            return Drop(cluster.network[0])
        point = self._random.random() * self._shares[-1]
        make = self._makers[bisect_right(self._shares, point)]
        return make(cluster) or self._deliver(cluster) or self._into_silence(cluster)

    def _into_silence(self, cluster: Cluster) -> Event:
        """Nothing is in flight: a leader speaks, or a timer runs out, or a node restarts."""
        speaks = self._replicate(cluster) or self._heartbeat(cluster)
        event = speaks or self._timeout(cluster) or self._restart(cluster)
        return event or self._command(cluster) or self._stop(cluster)

    def _stop(self, cluster: Cluster) -> Event:
        """The timer of the first node, or its end: a lone leader may have no other event left."""
        node = cluster.nodes[0]
        return Crash(node.name) if node.role is Role.LEADER else Timeout(node.name)

    def _pick(self, choices: Sequence[T]) -> T:
        return choices[int(self._random.random() * len(choices))]

    def _deliver(self, cluster: Cluster) -> Deliver | None:
        return Deliver(self._pick(cluster.network)) if cluster.network else None

    def _replicate(self, cluster: Cluster) -> Replicate | None:
        node = self._leader(cluster)
        if node is None:
            return None
        last_index, next_index = node.log.last_index, node.next_index
        behind = [peer for peer in node.peers if next_index.get(peer, 1) <= last_index]
        return Replicate(node.name, self._pick([None, *behind])) if behind else None

    def _heartbeat(self, cluster: Cluster) -> Heartbeat | None:
        node = self._leader(cluster)
        if node is None or not node.peers:
            return None
        return Heartbeat(node.name, self._pick([None, *node.peers]))

    def _command(self, cluster: Cluster) -> ClientCommand | None:
        """Mostly at a leader, at times at a node that must refuse."""
        if cluster.clients and not self._mix.command:
            return None
        node = self._leader(cluster) or self._running(cluster)
        if node is None or self._mix.longest_log <= node.log.last_index:
            return None
        return ClientCommand(node.name, f"SET {self._pick(KEYS)} {self._pick(VALUES)}")

    def _timeout(self, cluster: Cluster) -> Timeout | None:
        node = self._running(cluster)
        return Timeout(node.name) if node is not None and node.role is not Role.LEADER else None

    def _drop(self, cluster: Cluster) -> Drop | None:
        return Drop(self._pick(cluster.network)) if cluster.network else None

    def _duplicate(self, cluster: Cluster) -> Duplicate | None:
        return Duplicate(self._pick(cluster.network)) if cluster.network else None

    def _delay(self, cluster: Cluster) -> Delay | None:
        message = self._pick(cluster.network) if cluster.network else None
        if message is None or message == cluster.network[-1]:
            return None
        return Delay(message)

    def _crash(self, cluster: Cluster) -> Crash | None:
        node = self._running(cluster)
        return None if node is None else Crash(node.name)

    def _crash_in_turn(self, cluster: Cluster) -> Crash | None:
        turn: Deliver | Timeout | Replicate | ClientCommand | Heartbeat | None = self._pick(
            (self._deliver, self._deliver, self._timeout, self._replicate, self._command)
        )(cluster)
        if turn is None:
            return None
        name = turn.message.receiver if isinstance(turn, Deliver) else turn.node
        runs = not cluster.has_client(name) and cluster.node(name).up
        return Crash(name, turn) if runs else None

    def _restart(self, cluster: Cluster) -> Restart | None:
        down = [node for node in cluster.nodes if not node.up]
        return Restart(self._pick(down).name) if down else None

    def _partition(self, cluster: Cluster) -> Partition | None:
        """Each node falls on one side or the other."""
        side = tuple(name for name in cluster.names if self._random.random() * 2 < 1)
        return Partition((side,)) if 0 < len(side) < len(cluster.nodes) else None

    def _cut(self, cluster: Cluster) -> Cut | None:
        """One way of one link."""
        sender, receiver = self._pick(cluster.names), self._pick(cluster.names)
        if sender == receiver or (sender, receiver) in cluster.cut:
            return None
        return Cut(sender, receiver)

    def _heal(self, cluster: Cluster) -> Heal | None:
        return Heal() if cluster.cut else None

    def _compact(self, cluster: Cluster) -> Compact | None:
        node = self._running(cluster)
        if node is None or node.last_applied < node.log.first_index:
            return None
        return Compact(node.name)

    def _running(self, cluster: Cluster) -> Node | None:
        node = self._pick(cluster.nodes)
        return node if node.up else None

    def _leader(self, cluster: Cluster) -> Node | None:
        """One of the running leaders: after a partition there may be several."""
        leaders = [node for node in cluster.nodes if node.role is Role.LEADER and node.up]
        return self._pick(leaders) if leaders else None
