"""Where a run stands: how far along its line, what lies ahead, and which other lines there are."""

from __future__ import annotations

from raftlab.sim.branches import named_branches
from raftlab.sim.history import History, Moment


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


def branches(history: History) -> tuple[tuple[str, int], ...]:
    """Every line of the run: its name, and the number of its last moment."""
    named, line = named_branches(history), history.line()
    if line[-1].number in (number for _, number in named):
        return named
    # A clock that was just set going leaves the line recorded before; nothing follows yet.
    return (*named, (f"by the clock from event {len(line) - 1}", line[-1].number))


def say_time(time: float | None) -> str:
    """A simulated time as the position ends in it; nothing where no clock went."""
    return "" if time is None else f" · {time:,.1f} ms"
