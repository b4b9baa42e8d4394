"""Where each operation of each client stands over time: geometry in pixels, y downwards.

Time runs to the right, but not evenly: as far as there is room, each operation has enough of it for
its words, those that contradict each other first. The order of what began and ended is kept.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from raftlab.sim.linearizability import Linearizability, Operation

WIDTH = 1040
LABELS = 86
RIGHT_MARGIN = 26
FIRST_ROW = 66
BEFORE_THE_NEXT = 6
ROW_PITCH = 48
AXIS_BELOW = 34
# From one time to the next: this many pixels, or this part of the room of an operation.
LEAST_STEP, PART = 2.0, 0.08
MOST_ROOM = 160.0
MOST_STRETCH = 1.6
# How many operations are drawn; of a longer history, those around what contradicts.
MOST = 120


@dataclass(frozen=True, slots=True)
class Bar:
    """An operation as it is drawn: its row, where it begins and ends, and how far its words go.

    An operation that was never answered has no end: its bar goes on until its client gave up on it,
    as one sees by the next, or to the edge. `number` is its place
    in the order found, and `point` where it can be taken to have happened.
    """

    one: Operation
    row: int
    left: float
    right: float
    room: float
    culprit: bool
    number: int | None
    point: float | None


@dataclass(frozen=True, slots=True)
class Scene:
    """The bars, the clients from top to bottom, and where each time stands."""

    bars: tuple[Bar, ...]
    clients: tuple[str, ...]
    places: Mapping[float, float]
    width: int

    @property
    def bottom(self) -> float:
        """The last row."""
        return row_middle(len(self.clients) - 1)

    @property
    def height(self) -> int:
        """The height of the whole picture."""
        return int(self.bottom) + AXIS_BELOW + 14


def row_middle(row: int) -> float:
    """The height at which the bars of a row stand."""
    return FIRST_ROW + row * ROW_PITCH


def scene(verdict: Linearizability, width: int, words: Mapping[Operation, float]) -> Scene:
    """Where everything stands in a picture of that width; `words` says how wide theirs are."""
    operations = shown(verdict)
    clients = tuple(sorted({one.client for one in operations}, key=_by_number))
    last = width - RIGHT_MARGIN
    rooms = [Room(one, words[one], one in verdict.culprits) for one in operations]
    places = _places(rooms, LABELS + 8, last)
    following = _following(operations)
    points = _points(verdict, places)
    culprits = set(verdict.culprits)
    numbers = {one: number for number, one in enumerate(verdict.order, start=1)}
    bars = []
    for one, after in zip(operations, following, strict=True):
        left = places[one.begins]
        until = last + 14 if after is None else places[after.begins]
        gone_on = until if after is None else until - BEFORE_THE_NEXT
        right = gone_on if one.ends is None else places[one.ends]
        row = clients.index(one.client)
        number = numbers.get(one)
        bars.append(
            Bar(one, row, left, right, until - left, one in culprits, number, points.get(one))
        )
    return Scene(tuple(bars), clients, places, width)


def shown(verdict: Linearizability) -> tuple[Operation, ...]:
    """The operations that are drawn, by when they began: all, or those nearest to the culprits."""
    every = sorted(verdict.operations, key=lambda one: (one.begins, one.ends is None, one.ends))
    blamed = [place for place, one in enumerate(every) if one in verdict.culprits] or [0]
    near = sorted(range(len(every)), key=lambda place: min(abs(place - other) for other in blamed))
    return tuple(every[place] for place in sorted(near[:MOST]))


def _following(operations: Sequence[Operation]) -> list[Operation | None]:
    """For each operation the next of the same client."""
    found: list[Operation | None] = []
    after: dict[str, Operation] = {}
    for one in reversed(operations):
        found.append(after.get(one.client))
        after[one.client] = one
    return found[::-1]


def _by_number(name: str) -> tuple[object, ...]:
    """Names in the order in which people count: client2 before client10."""
    parts = re.split(r"([0-9]+)", name)
    return tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts)


class Room(NamedTuple):
    """An operation, how wide its words are, and whether it has as much room, whoever has less."""

    one: Operation
    words: float
    full: bool

    def within(self, room: float) -> float:
        """How far off the next of the same client stands, if each has at most so much room."""
        return min(self.words, MOST_ROOM if self.full else room)


def _places(rooms: Sequence[Room], first: float, last: float) -> dict[float, float]:
    """Where each time stands, so that the narrowest operation has as much room as can be had."""
    low, high = 0.0, MOST_ROOM
    for _ in range(16):
        middle = (low + high) / 2
        _, end = _packed(rooms, middle)
        low, high = (middle, high) if end <= last - first else (low, middle)
    found, end = _packed(rooms, low)
    # What is left over is given to all alike; what has no room at all is drawn closer.
    stretch = min((last - first) / end, MOST_STRETCH) if end else 1
    return {time: round(first + x * stretch, 1) for time, x in found.items()}


def _packed(rooms: Sequence[Room], room: float) -> tuple[dict[float, float], float]:
    """Where each time stands from the left if each operation has at most so much room; the end."""
    times = {t for one, *_ in rooms for t in (one.begins, one.ends) if t is not None}
    begin: dict[float, list[Room]] = {}
    for each in rooms:
        begin.setdefault(each.one.begins, []).append(each)
    free: dict[str, float] = {}
    found: dict[float, float] = {}
    step = max(LEAST_STEP, PART * room)
    x = -step
    for time in sorted(times):
        here = begin.get(time, ())
        x = max([x + step, *(free.get(each.one.client, 0.0) for each in here)])
        found[time] = x
        free.update({each.one.client: x + each.within(room) for each in here})
    return found, max(x, *free.values(), 0.0)


def _points(verdict: Linearizability, places: Mapping[float, float]) -> dict[Operation, float]:
    """Where each operation of the order can be taken to have happened, one right of the other."""
    found: dict[Operation, float] = {}
    for group, (left, right) in _between(verdict.order, places):
        for number, one in enumerate(group, start=1):
            end = right if one.ends is None else places.get(one.ends, right)
            x = left + (right - left) * number / (len(group) + 1)
            found[one] = min(x, end)
    return found


def _between(
    order: Sequence[Operation], places: Mapping[float, float]
) -> Iterator[tuple[list[Operation], tuple[float, float]]]:
    """Those that happen at the soonest after one time and before the next, and where that is."""
    times = sorted(places)
    groups: dict[float, list[Operation]] = {}
    soonest = accumulate((one.begins for one in order), max)
    for one, time in zip(order, soonest, strict=True):
        if time in places and one.begins in places:
            groups.setdefault(time, []).append(one)
    for time, group in groups.items():
        after = bisect_right(times, time)
        right = places[times[after]] if after < len(times) else places[time] + 12
        yield group, (places[time], right)
