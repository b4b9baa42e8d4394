"""Where everything stands in space and time: geometry in pixels, y downwards.

Time runs to the right, an event to a column; nodes stand one below the other. Of a long run a
window is shown. It moves by pages, so that nothing moves when a step is taken, until now leaves it.
"""

from __future__ import annotations

from dataclasses import dataclass

from raftlab.sim.history import History, Moment

WIDTH = 1040
LABELS = 62
LEFT = LABELS + 8
RIGHT_MARGIN = 30
ROW_PITCH = 34
HEADING = 10
MARKS = 34
MARKS_BOTTOM = 44
FIRST_ROW = 84
# Below the last lifeline: two lines of words, the numbers of the events, and their times.
WORDS_BELOW = 36
AXIS_BELOW = 46
TIMES_BELOW = 60

NARROW = 900
LEAST_PITCH = 20
FEW, SOME, MANY = 25, 35, 45
TICK = 5


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a line that is shown: the state after event `first`, and what follows it.

    There is room for `capacity` events; of those there are, `last` is the last shown.
    """

    first: int
    last: int
    capacity: int


def window(now: int, events: int, width: int) -> Window:
    """The window on a line of so many events that shows the event at `now`.

    It begins at the start or has half of itself before now, and leaves at most a few columns empty
    at the end of a long line: a pure function, so that back and forth show the same.
    """
    capacity = _capacity(events, width)
    half = capacity // 2 // TICK * TICK
    few = TICK if capacity <= FEW else 2 * TICK
    page = max(0, (now - 1) // half - 1) * half
    # One column more than there are events: what is in flight at the end stands in it.
    latest = -(-max(0, events + 1 - capacity) // few) * few
    first = min(page, latest)
    return Window(first, min(events, first + capacity), capacity)


def _capacity(events: int, width: int) -> int:
    """How many events there is room for; a short run has more room for each."""
    most = int(width - LEFT - RIGHT_MARGIN) // LEAST_PITCH // TICK * TICK
    if width < NARROW:
        return max(TICK, min(FEW, most))
    return min(next((few for few in (FEW, SOME) if events < few), MANY), most)


@dataclass(frozen=True, slots=True)
class Scale:
    """The places of columns and rows in a picture `width` pixels wide."""

    width: int
    rows: int
    window: Window
    times: bool

    @property
    def pitch(self) -> float:
        """How far apart two events stand."""
        return (self.width - LEFT - RIGHT_MARGIN) / self.window.capacity

    @property
    def right(self) -> float:
        """How far right anything reaches."""
        return self.width - 2

    @property
    def end(self) -> float:
        """How far right that reaches which goes on beyond the window."""
        return self.x(self.window.first + self.window.capacity) + 14

    def x(self, place: float) -> float:
        """The column of the event at `place`, wherever that is."""
        return LEFT + (place - self.window.first) * self.pitch

    def y(self, row: int) -> float:
        """The lifeline of the node in that row, counted from 0."""
        return FIRST_ROW + row * ROW_PITCH

    @property
    def bottom(self) -> float:
        """The last lifeline."""
        return self.y(self.rows - 1)

    @property
    def height(self) -> int:
        """The height of the whole picture."""
        below = TIMES_BELOW if self.times else AXIS_BELOW
        return int(self.bottom) + below + 9


@dataclass(frozen=True, slots=True)
class Scene:
    """A line of moments, where on it now is, and the part that is shown."""

    line: tuple[Moment, ...]
    now: int
    scale: Scale

    @property
    def window(self) -> Window:
        """The part of the line that is shown."""
        return self.scale.window

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes, from top to bottom."""
        return self.line[0].cluster.names

    @property
    def clients(self) -> tuple[str, ...]:
        """The clients, below them."""
        return tuple(client.name for client in self.line[0].cluster.clients)

    @property
    def names(self) -> tuple[str, ...]:
        """Whoever has a line, from top to bottom."""
        return self.nodes + self.clients

    @property
    def events(self) -> int:
        """How many events the line has."""
        return len(self.line) - 1

    @property
    def shown(self) -> range:
        """The places of the events that are shown."""
        return range(self.window.first + 1, self.window.last + 1)

    @property
    def open_end(self) -> float:
        """How far right that reaches which lasts longer than the window, or than the line."""
        if self.window.last < self.events:
            return self.scale.end
        return min(self.scale.x(self.events + 0.5), self.scale.end)

    def ahead(self, place: int) -> bool:
        """Whether the event at `place` is still to come."""
        return place > self.now


def scene(history: History, width: int) -> Scene:
    """The line that `history` stands on, and the part of it to be shown at that width."""
    line = history.line()
    number = history.now.number
    now = next(place for place, moment in enumerate(line) if moment.number == number)
    seen = window(now, len(line) - 1, width)
    times = any(moment.time is not None for moment in line)
    start = line[0].cluster
    scale = Scale(width, len(start.nodes) + len(start.clients), seen, times)
    return Scene(line, now, scale)
