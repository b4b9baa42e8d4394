"""What happens at each event: which node it befalls, and what stands there on its lifeline."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from raftlab.raft import ClientCommand, Crash, Deliver, Restart, Step, Timeout
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


class Kind(Enum):
    """What stands on a lifeline."""

    DOT = "event"
    TERM = "term"
    CRASH = "crash"
    RESTART = "restart"


@dataclass(frozen=True, slots=True)
class Mark:
    """An event at a node, as it is drawn, and the words that say what it is, the chief one first.

    `term` is the node's term after it.
    """

    place: int
    row: int
    kind: Kind
    term: int
    words: tuple[str, ...] = ()
    command: str = ""

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
    """A mark for every event shown that a node takes part in."""
    found = (_mark(place, scene.line[place].step, scene.names) for place in scene.shown)
    return tuple(mark for mark in found if mark is not None)


def _mark(place: int, step: Step | None, names: tuple[str, ...]) -> Mark | None:
    name = actor(step.event) if step is not None else None
    if step is None or name is None or step.before.has_client(name):
        return None
    row = names.index(name)
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


def say_moment(place: int, moment: Moment) -> str:
    """The event that led to a moment, with its number on the line and its time, if it has one."""
    time = f", {moment.time:,.1f} ms" if moment.time is not None else ""
    if moment.step is None:
        return f"the start{time}"
    return f"event {place}{time}: {say_event(moment.step.event)}"
