"""Curves that run from left to right, and how they pass what stands in their way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import hypot

from raftlab.views.lanes import Curve, Point

# How far the middle of a curve may be pushed aside, tried in this order: less is better.
BENDS = (0, 5, -5, 10, -10, 16, -16, 24, -24)
CLOSE_ENOUGH = 20
STRAIGHT = 0.01
PIECES = 6


def bent(start: Point, end: Point, bend: float = 0) -> Curve:
    """A curve whose height grows evenly, and whose middle is pushed to the right by `bend`."""
    (x0, y0), (x1, y1) = start, end
    dx, dy = (x1 - x0) / 3, (y1 - y0) / 3
    return [start, (x0 + dx + bend, y0 + dy), (x1 - dx + bend, y1 - dy), end]


def at(curve: Curve, t: float) -> Point:
    """The point of a curve at `t`, from 0 for its start to 1 for its end."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = curve
    u = 1 - t
    a, b, c, d = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
    return a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3


def where_x(curve: Curve, x: float) -> float:
    """The `t` at which a curve that runs to the right is at `x`; 0 or 1 if it never is."""
    if x <= curve[0][0]:
        return 0.0
    if curve[-1][0] <= x:
        return 1.0
    if _is_straight(curve):
        return (x - curve[0][0]) / (curve[3][0] - curve[0][0])
    low, high = 0.0, 1.0
    for _ in range(CLOSE_ENOUGH):
        middle = (low + high) / 2
        if at(curve, middle)[0] < x:
            low = middle
        else:
            high = middle
    return high


def part(curve: Curve, start: float, end: float) -> Curve:
    """The part of a curve between two of its `t`, by de Casteljau's construction."""
    if end < 1:
        curve = _halves(curve, end)[0]
        start = start / end if end else 0.0
    return _halves(curve, start)[1] if start > 0 else curve


def _halves(curve: Curve, t: float) -> tuple[Curve, Curve]:
    rows = [curve]
    while len(rows[-1]) > 1:
        rows.append(
            [(a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t) for a, b in pairwise(rows[-1])]
        )
    return [row[0] for row in rows], [row[-1] for row in reversed(rows)]


def pieces(curve: Curve) -> Iterable[tuple[Point, Point]]:
    """A curve as a few straight lines."""
    if _is_straight(curve):
        return ((curve[0], curve[3]),)
    return pairwise([at(curve, step / PIECES) for step in range(PIECES + 1)])


def _is_straight(curve: Curve) -> bool:
    # It is if its third is a third of the way, for the height grows evenly.
    return abs(curve[1][0] - curve[0][0] - (curve[3][0] - curve[0][0]) / 3) < STRAIGHT


def past(start: Point, end: Point, obstacles: Sequence[tuple[float, float, float]]) -> Curve:
    """A curve that passes between obstacles, each a place and a radius, or as nearly as may be."""
    best, most = bent(start, end), float("-inf")
    if not obstacles:
        return best
    # Beyond this a curve would turn back.
    furthest = (end[0] - start[0]) / 3 * 0.9
    for bend in BENDS:
        if abs(bend) <= furthest:
            curve = bent(start, end, bend)
            room = min(_distance(curve, x, y) - radius for x, y, radius in obstacles)
            if room >= 0:
                return curve
            if room > most:
                best, most = curve, room
    return best


def _distance(curve: Curve, x: float, y: float) -> float:
    """About how far a curve passes from a place; without end from one above or below all of it."""
    (x0, y0), (x1, _), (x2, _), (x3, y3) = curve
    t = (y - y0) / (y3 - y0) if y3 != y0 else -1
    if not 0 < t < 1:
        return float("inf")
    u = 1 - t
    crosses = u * u * u * x0 + 3 * u * u * t * x1 + 3 * u * t * t * x2 + t * t * t * x3
    slope = 3 * (u * u * (x1 - x0) + 2 * u * t * (x2 - x1) + t * t * (x3 - x2))
    rise = y3 - y0
    return abs(crosses - x) * abs(rise) / hypot(slope, rise)
