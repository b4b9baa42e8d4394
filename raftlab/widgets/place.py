"""Where a run stands: how far along its line, what lies ahead, and which other lines there are."""

from __future__ import annotations

from dataclasses import dataclass

from raftlab.sim.branches import MAIN, named_branches
from raftlab.sim.history import History, Moment
from raftlab.sim.words import counted, listed

# The tip of another line, its name, after how many events it leaves the shown one, and how many it
# has in all.
Rail = tuple[int, str, int, int]
Mark = tuple[int, str]


def place(history: History) -> int:
    """How many events lie before the shown moment."""
    return len(history.path(history.now.number)) - 1


def next_moment(history: History) -> Moment | None:
    """The moment recorded after the shown one, on the shown line; None at its end."""
    line, here = history.line(), place(history)
    return line[here + 1] if here + 1 < len(line) else None


def time_ahead(history: History) -> float | None:
    """When the next event is, or was, in simulated milliseconds; None where no clock goes."""
    if (recorded := next_moment(history)) is not None:
        return recorded.time
    clock = history.now.clock
    coming = clock.coming(history.cluster) if clock else None
    return coming.at if coming else None


def say_time(time: float | None) -> str:
    """A simulated time as the position ends in it; nothing where no clock went."""
    return "" if time is None else f" · {time:,.1f} ms"


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a run: what the shown one is called, and a rail for each other.

    A run of one line has no name for it.
    """

    name: str
    rails: tuple[Rail, ...]


def lines(history: History) -> Lines:
    """The lines of the run as seen from the shown one."""
    line, named = history.line(), named_branches(history)
    tip = line[-1].number
    if named == ((MAIN, tip),):
        return Lines("", ())
    shown = {moment.number for moment in line}
    rails = tuple(
        (other, name, sum(m.number in shown for m in path) - 1, len(path) - 1)
        for name, other in named
        if other != tip
        for path in [history.path(other)]
    )
    return Lines(MAIN if (MAIN, tip) in named else "a branch", rails)


def marks(history: History) -> tuple[Mark, ...]:
    """The lesson marks of the shown line: after how many events each stands, and its note."""
    return tuple((event, m.note) for event, m in enumerate(history.line()) if m.note)


def breaks(history: History) -> str:
    """Where the shown line first breaks a property, seen from where we stand; nothing if nowhere.

    Of what breaks at the shown moment or the next one it gives the sentence too.
    """
    line, here = history.line(), place(history)
    event = next((n for n, moment in enumerate(line) if moment.violations), None)
    if event is None:
        return ""
    found = line[event].violations
    names = listed([violation.property.name for violation in found])
    verb = "breaks" if len(found) == 1 else "break"
    if event > here + 1:
        return f"In {counted(event - here, 'event')} {names} {verb}."
    if event < here:
        return f"{names} broke at event {event}."
    when = "At the next event" if event > here else "Here"
    return f"{when} {names} {verb}: {' '.join(v.sentence for v in found)}"
