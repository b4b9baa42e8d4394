"""Where there is room for a few words: words that would stand on something else are left out."""

from __future__ import annotations

from collections import defaultdict

from raftlab.views.lanes import Point

Box = tuple[float, float, float, float]

STRIP = 40.0
APART = 6.0


class Room:
    """What is taken on a canvas: boxes (left, top, right, bottom) and straight lines."""

    def __init__(self, width: float, height: float) -> None:
        """A canvas of `width` by `height` pixels on which nothing stands."""
        self._width, self._height = width, height
        # By vertical strips, so that only what is near is asked.
        self._boxes: dict[int, list[Box]] = defaultdict(list)
        self._lines: dict[int, list[tuple[Point, Point]]] = defaultdict(list)

    def take(self, box: Box) -> None:
        """Nothing else may stand there."""
        for strip in _strips(box[0], box[2]):
            self._boxes[strip].append(box)

    def take_line(self, start: Point, end: Point) -> None:
        """Nothing may stand on this line."""
        for strip in _strips(min(start[0], end[0]), max(start[0], end[0])):
            self._lines[strip].append((start, end))

    def is_free(self, box: Box) -> bool:
        """Whether a box stands on nothing, and within the canvas."""
        left, top, right, bottom = box
        if left < 0 or top < 0 or self._width < right or self._height < bottom:
            return False
        for strip in _strips(left, right):
            if any(overlap(box, other) for other in self._boxes.get(strip, ())):
                return False
            if any(crosses(line, box) for line in self._lines.get(strip, ())):
                return False
        return True


def _strips(left: float, right: float) -> range:
    return range(int(left // STRIP), int(right // STRIP) + 1)


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes have more in common than an edge, with a little space between them."""
    return (
        one[0] < other[2] + APART
        and other[0] < one[2] + APART
        and one[1] < other[3]
        and other[1] < one[3]
    )


def crosses(line: tuple[Point, Point], box: Box) -> bool:
    """Whether a straight line passes through a box."""
    (x0, y0), (x1, y1) = line
    low, high = 0.0, 1.0
    for start, way, least, most in ((x0, x1 - x0, box[0], box[2]), (y0, y1 - y0, box[1], box[3])):
        if way == 0:
            if not least < start < most:
                return False
            continue
        enters, leaves = sorted(((least - start) / way, (most - start) / way))
        low, high = max(low, enters), min(high, leaves)
    return low < high
