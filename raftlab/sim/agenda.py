"""What a clock has to do: what is due, when and why, and how each step changes that."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from random import Random
from typing import NamedTuple

from raftlab.raft import (
    AskAgain,
    Client,
    ClientCommand,
    ClientRequest,
    Cluster,
    Crash,
    Delay,
    Deliver,
    Drop,
    Duplicate,
    Event,
    Firing,
    Heartbeat,
    Message,
    Node,
    Replicate,
    Role,
    Timeout,
)
from raftlab.sim.acts import Act, AtLeader
from raftlab.sim.timing import Timing

# A tuple: `Timeout | Heartbeat | Replicate` would be made anew each time it is asked for.
OF_A_NODE = (Timeout, Heartbeat, Replicate)


class Cause(Enum):
    """Why something is due."""

    TIMER = "an election timer"
    BEAT = "a leader sends"
    NETWORK = "a message is on its way"
    SCRIPT = "a script says so"
    PATIENCE = "a client asks again"


class Due(NamedTuple):
    """Something that is to happen: when, in what order it was planned, why, and what."""

    at: float
    number: int
    cause: Cause
    act: Act


class Coming(NamedTuple):
    """What of all that is due comes next: when, and as an event that can happen."""

    at: float
    event: Event
    due: Due


class Agenda:
    """All that is due, while one step changes it."""

    def __init__(
        self, due: Iterable[Due], planned: int, timing: Timing, now: float, seed: int
    ) -> None:
        """What was due before the step; `planned` is how much ever was."""
        self.due = list(due)
        self.planned = planned
        self.now = now
        self._timing = timing
        self._seed = seed
        self._drawn: Random | None = None

    @property
    def _random(self) -> Random:
        # Many a step draws nothing, and a seed takes longer than what the step itself does here.
        if self._drawn is None:
            self._drawn = Random(self._seed)
        return self._drawn

    def put(self, at: float, cause: Cause, act: Act) -> None:
        """Plan one thing more."""
        self.due.append(Due(at, self.planned, cause, act))
        self.planned += 1

    def go_to(self, done: Coming) -> None:
        """`done` is off the list, and so is what should have come before it and could not.

        Only what is for a leader waits for one.
        """
        self.now = done.at
        place = self.due.index(done.due)
        waiting = [due for due in self.due[:place] if isinstance(due.act, AtLeader)]
        self.due = waiting + self.due[place + 1 :]

    def forget(self, event: Event) -> None:
        """What the network planned of a message is off the list once something else befell it."""
        match event:
            case Deliver(message) | Drop(message) | Crash(_, Deliver(message)):
                fates: tuple[Act, ...] = (Deliver(message), Drop(message))
            case Duplicate() | Delay():
                fates = (event,)
            case _:
                return
        for fate in (event, *fates):
            for place, due in enumerate(self.due):
                if due.cause is Cause.NETWORK and due.act == fate:
                    del self.due[place]
                    return

    def send(self, message: Message) -> None:
        """A message leaves: when it will arrive, if it does, and what else befalls it."""
        timing = self._timing
        lost = timing.loss > 0 and self._random.random() < timing.loss
        self._arrives(message, Drop if lost else Deliver)
        if timing.duplication > 0 and self._random.random() < timing.duplication:
            self.put(self.now, Cause.NETWORK, Duplicate(message))
        if timing.reordering > 0 and self._random.random() < timing.reordering:
            self.put(self.now, Cause.NETWORK, Delay(message))

    def send_copy(self, message: Message) -> None:
        """A second copy of a message is on its way."""
        self._arrives(message, Deliver)

    def _arrives(self, message: Message, fate: Callable[[Message], Deliver | Drop]) -> None:
        latency = self._timing.draw_latency(self._random, message.sender, message.receiver)
        self.put(self.now + latency, Cause.NETWORK, fate(message))

    def hold_back(self, message: Message) -> None:
        """A message is on its way for longer than it would have been."""
        for place, due in enumerate(self.due):
            if due.cause is Cause.NETWORK and due.act in (Deliver(message), Drop(message)):
                del self.due[place]
                longer = self._timing.draw_held_back(self._random)
                self.put(max(due.at, self.now) + longer, Cause.NETWORK, due.act)
                return

    def lose_along(self, links: Iterable[tuple[str, str]]) -> None:
        """Nothing is on its way any more along these links."""
        cut = frozenset(links)
        self.due = [due for due in self.due if not _is_along(due, cut)]

    def keep_asking(self, client: Client) -> None:
        """A client that has had its turn asks again in a while, as long as no answer comes. (§8)

        It asks one server after another, from the one after the last.
        """
        self.due = [due for due in self.due if not _is_asked_by(due, client.name)]
        if client.request is not None:
            place = client.servers.index(client.request.receiver) + 1
            node = client.servers[place % len(client.servers)]
            patience = self._timing.draw_patience(self._random, client.name)
            self.put(self.now + patience, Cause.PATIENCE, AskAgain(client.name, node))

    def keep_time(self, node: Node, firings: Iterable[Firing]) -> None:
        """The timer of a node that has had its turn: it runs on, or starts anew, or there is none.

        It starts anew where a firing says so. (Fig. 2, Followers 2, Candidates 1)
        """
        if not node.up or node.role is Role.LEADER:
            self._forget_all(Cause.TIMER, node.name)
            return
        anew = any(firing.rule == "resets_election_timer" and firing.gave for firing in firings)
        if anew:
            self._forget_all(Cause.TIMER, node.name)
        if anew or not self._has(Cause.TIMER, node.name):
            timeout = self._timing.draw_timeout(self._random, node.name)
            self.put(self.now + timeout, Cause.TIMER, Timeout(node.name))

    def keep_sending(self, node: Node, event: Event | None, sent: Iterable[Message]) -> None:
        """What a node that has had its turn sends by itself next: a leader alone sends any.

        A command goes out at once; whatever goes to all, an interval passes until the next that
        does. Who lacks nothing when entries are sent to those who do gets a heartbeat.
        """
        name = node.name
        if not node.up or node.role is not Role.LEADER or not node.peers:
            self._forget_all(Cause.BEAT, name)
            return
        match event:
            case ClientCommand() | Deliver(ClientRequest()):
                self.put(self.now, Cause.BEAT, Replicate(name))
            case Replicate(peer=None) | Heartbeat(peer=None):
                self._forget_all(Cause.BEAT, name)
                written_to = {message.receiver for message in sent}
                for peer in node.peers:
                    if peer not in written_to:
                        self.put(self.now, Cause.BEAT, Heartbeat(name, peer))
        if not self._has(Cause.BEAT, name, Heartbeat(name)):
            self.put(self.now + self._timing.heartbeat_interval, Cause.BEAT, Heartbeat(name))

    def _has(self, cause: Cause, name: str, act: Act | None = None) -> bool:
        return any(
            due.cause is cause and (due.act == act if act else _is_of(due, name))
            for due in self.due
        )

    def _forget_all(self, cause: Cause, name: str) -> None:
        self.due = [due for due in self.due if due.cause is not cause or not _is_of(due, name)]


def _is_of(due: Due, name: str) -> bool:
    """Whether a timer or a beat is that of the node of this name."""
    return isinstance(due.act, OF_A_NODE) and due.act.node == name


def _is_asked_by(due: Due, name: str) -> bool:
    return due.cause is Cause.PATIENCE and due.act.client == name  # type: ignore[union-attr]


def _is_along(due: Due, links: frozenset[tuple[str, str]]) -> bool:
    match due:
        case Due(cause=Cause.NETWORK, act=Deliver(m) | Drop(m) | Duplicate(m) | Delay(m)):
            return (m.sender, m.receiver) in links
        case _:
            return False


def lacking(cluster: Cluster, leader: str) -> bool:
    """Whether a leader believes that some peer lacks entries."""
    node = cluster.node(leader)
    last_index = node.log.last_index
    return any(node.next_index.get(peer, 1) <= last_index for peer in node.peers)
