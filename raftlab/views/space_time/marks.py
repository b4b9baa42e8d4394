"""What happens at each event: which node it befalls, and what stands there on its lifeline."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from raftlab.raft import (
    Ask,
    AskAgain,
    ClientCommand,
    ClientReply,
    Crash,
    Deliver,
    GiveUp,
    OpenSession,
    Restart,
    Step,
    Timeout,
)
from raftlab.raft.events import actor
from raftlab.sim.history import Moment
from raftlab.sim.words import say_event
from raftlab.views.row import leads
from raftlab.views.space_time.layout import Scene

DOT_RADIUS = 2.5
TERM_RADIUS = 8
CRASH_RADIUS = 6
RESTART_RADIUS = 3

LEADS, CRASH, RESTARTS, TIMES_OUT = "★ leads", "crash", "restart", "times out"
WORDS: dict[type, str] = {Crash: CRASH, Restart: RESTARTS, Timeout: TIMES_OUT}
OF_CLIENTS: dict[type, str] = {
    OpenSession: "opens a session",
    AskAgain: "asks again",
    GiveUp: "gives up",
}


class Kind(Enum):
    """What stands on a lifeline."""

    DOT = "event"
    TERM = "term"
    CRASH = "crash"
    RESTART = "restart"


@dataclass(frozen=True, slots=True)
class Mark:
    """An event at a node or client, as it is drawn, and the words that say it, the chief one first.

    `term` is the node's term after it, 0 for a client; `command` is what a client asks for,
    `answer` what it is told.
    """

    place: int
    row: int
    kind: Kind
    term: int
    words: tuple[str, ...] = ()
    command: str = ""
    answer: str = ""

    @property
    def radius(self) -> float:
        """How much room the mark takes around its place."""
        return RADII[self.kind]


RADII = {
    Kind.DOT: DOT_RADIUS,
    Kind.TERM: TERM_RADIUS,
    Kind.CRASH: CRASH_RADIUS,
    Kind.RESTART: RESTART_RADIUS,
}


def marks(scene: Scene) -> tuple[Mark, ...]:
    """A mark for every event shown that a node or a client takes part in."""
    found = (_mark(place, scene.line[place].step, scene.names) for place in scene.shown)
    return tuple(mark for mark in found if mark is not None)


def _mark(place: int, step: Step | None, names: tuple[str, ...]) -> Mark | None:
    name = actor(step.event) if step is not None else None
    if step is None or name is None:
        return None
    row = names.index(name)
    if step.before.has_client(name):
        return _of_client(place, row, step)
    before, after = step.before.nodes[row], step.after.nodes[row]
    command = step.event.command if isinstance(step.event, ClientCommand) else ""
    match step.event:
        case Crash():
            kind = Kind.CRASH
        case Deliver() if not before.up:
            # The message is lost, and so is drawn where it ends.
            return None
        case Restart():
            kind = Kind.RESTART
        case _:
            kind = Kind.TERM if before.current_term != after.current_term else Kind.DOT
    words = []
    if leads(after) and not leads(before):
        words.append(LEADS)
    words += [word for event, word in WORDS.items() if isinstance(step.event, event)]
    return Mark(place, row, kind, after.current_term, tuple(words), command)


def _of_client(place: int, row: int, step: Step) -> Mark:
    match step.event:
        case Ask(_, _, command):
            return Mark(place, row, Kind.DOT, 0, (), command)
        case Deliver(ClientReply(answer=answer, done=True)) if answer is not None:
            return Mark(place, row, Kind.DOT, 0, answer=answer)
        case _:
            words = [word for event, word in OF_CLIENTS.items() if isinstance(step.event, event)]
            return Mark(place, row, Kind.DOT, 0, tuple(words))


def say_moment(place: int, moment: Moment) -> str:
    """The event that led to a moment, with its number on the line and its time, if it has one."""
    time = f", {moment.time:,.1f} ms" if moment.time is not None else ""
    if moment.step is None:
        return f"the start{time}"
    return f"event {place}{time}: {say_event(moment.step.event)}"
