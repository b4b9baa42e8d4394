"""Where the roles stand, and how the ways between them run: pure geometry, in pixels."""

from __future__ import annotations

from dataclasses import dataclass

from raftlab.views.lanes import Curve, Point
from raftlab.views.role_transitions import CANDIDATE, DOWN, FOLLOWER, LEADER, Standing, Way

COLUMNS = tuple(Standing)
LEAST_WIDTH = 700
HEADING = 10
BOX_TOP = 86
TITLE = 34
CHIP_PITCH, CHIP_HEIGHT = 27, 22
LEAST_HEIGHT = 172
BELOW = 62
LABEL_SIZE, LINE = 11, 14
# In the gaps the ways onward run above the ways back, each with its words on the outer side.
ONWARD, BACK = 74, 98
HEAD = 9
LOOP = 24


@dataclass(frozen=True, slots=True)
class Plan:
    """The measures of a picture `width` pixels wide, for so many nodes."""

    width: int
    nodes: int

    @property
    def box_width(self) -> float:
        """The width of each of the four boxes."""
        return float(round(min(160, max(104, self.width * 0.15))))

    @property
    def gap(self) -> float:
        """The space between two boxes, in which the arrows run."""
        return (self.width - 4 - 4 * self.box_width) / 3

    @property
    def box_height(self) -> int:
        """The height of each box."""
        return max(LEAST_HEIGHT, TITLE + self.nodes * CHIP_PITCH + 6)

    @property
    def bottom(self) -> int:
        """The lower edge of the boxes."""
        return BOX_TOP + self.box_height

    @property
    def height(self) -> int:
        """The height of the picture."""
        return self.bottom + BELOW

    def left(self, where: Standing) -> float:
        """The left edge of a box."""
        return 2 + COLUMNS.index(where) * (self.box_width + self.gap)

    def middle(self, where: Standing) -> float:
        """The middle of a box."""
        return self.left(where) + self.box_width / 2

    def chip_middle(self, row: int) -> float:
        """The height at which the node in that row stands, whatever its role."""
        return BOX_TOP + TITLE + (row + 0.5) * CHIP_PITCH

    def path(self, way: Way) -> tuple[Curve, Point]:
        """The arrow of a way, without its head, and the tip of that."""
        if way.start is None:
            x = self.middle(DOWN)
            return _straight((x, BOX_TOP - LOOP), (x, BOX_TOP - 1))
        if way.start is way.end:
            x = self.middle(CANDIDATE)
            above = BOX_TOP - 1 - 1.5 * LOOP
            head = (x + 26, BOX_TOP - 1)
            curve = [
                (x - 30, BOX_TOP - 1),
                (x - 44, above),
                (x + 40, above),
                (x + 28, head[1] - HEAD),
            ]
            return curve, head
        if (way.start, way.end) == (LEADER, FOLLOWER):
            below = self.bottom + 1.33 * (BELOW - 34)
            start, tip = self.middle(LEADER), self.middle(FOLLOWER)
            y = self.bottom + 1
            curve = [(start, y), (start, below), (tip, below), (tip, y + HEAD)]
            return curve, (tip, y)
        onward = COLUMNS.index(way.start) < COLUMNS.index(way.end)
        first, second = (way.start, way.end) if onward else (way.end, way.start)
        ends = self.left(first) + self.box_width + 1, self.left(second) - 1
        y = BOX_TOP + (ONWARD if onward else BACK)
        start_x, tip_x = ends if onward else ends[::-1]
        return _straight((start_x, y), (tip_x, y))

    def label(self, way: Way) -> list[Point]:
        """Where each line of a way's words has its middle."""
        lines = len(way.lines)
        if way.start is None:
            return _above(self.middle(DOWN), BOX_TOP - LOOP - 8, lines)
        if way.start is way.end:
            return _above(self.middle(CANDIDATE), BOX_TOP - LOOP - 14, lines)
        if (way.start, way.end) == (LEADER, FOLLOWER):
            return _above(self.middle(CANDIDATE), self.bottom + BELOW - 16, lines)
        x = (self.left(way.start) + self.left(way.end) + self.box_width) / 2
        if COLUMNS.index(way.start) < COLUMNS.index(way.end):
            return _above(x, BOX_TOP + ONWARD - 12, lines)
        return [(x, BOX_TOP + BACK + 13 + number * LINE) for number in range(lines)]


def _above(x: float, last: float, lines: int) -> list[Point]:
    return [(x, last - (lines - 1 - number) * LINE) for number in range(lines)]


def _straight(start: Point, tip: Point) -> tuple[Curve, Point]:
    """A straight arrow that leaves room for its head."""
    (x0, y0), (x1, y1) = start, tip
    length = abs(x1 - x0) + abs(y1 - y0)
    share = (length - HEAD) / length
    x1, y1 = x0 + (x1 - x0) * share, y0 + (y1 - y0) * share
    dx, dy = (x1 - x0) / 3, (y1 - y0) / 3
    return [start, (x0 + dx, y0 + dy), (x1 - dx, y1 - dy), (x1, y1)], tip
