"""Where messages stand and how their arrows run: pure geometry, in pixels.

Between the cards and the column of messages runs a channel that nothing stands in. An arrow never
leaves it, so it can pass through no message and no card.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float]
Curve = list[Point]

PORT_SPACE = 14.0


@dataclass(frozen=True, slots=True)
class Span:
    """The heights of a message's two ends: the middles of its sender's and its receiver's card."""

    sender: float
    receiver: float

    @property
    def middle(self) -> float:
        """Half-way between the ends: where the message would like to stand."""
        return (self.sender + self.receiver) / 2


def order(spans: Sequence[Span]) -> list[int]:
    """In which order messages stand from top to bottom, so that few arrows cross."""
    return sorted(range(len(spans)), key=lambda i: (spans[i].middle, spans[i].receiver, i))


def stand(wishes: Sequence[float], pitch: float, first: float, last: float) -> list[float]:
    """Heights as near as may be to the ascending `wishes`, `pitch` apart, from `first` to `last`.

    Where wishes are too close, the messages stand in a block centred on what they wished for.
    """
    blocks: list[tuple[float, int]] = []
    for wish in wishes:
        centre, count = wish, 1
        while blocks and centre - blocks[-1][0] < pitch * (count + blocks[-1][1]) / 2:
            other, many = blocks.pop()
            centre = (centre * count + other * many) / (count + many)
            count += many
        blocks.append((centre, count))
    heights = [centre + pitch * (k - (n - 1) / 2) for centre, n in blocks for k in range(n)]
    heights = [max(y, first + pitch * k) for k, y in enumerate(heights)]
    below = len(heights) - 1
    return [min(y, last - pitch * (below - k)) for k, y in enumerate(heights)]


def ports(spans: Sequence[Span], heights: Sequence[float], room: float) -> list[Span]:
    """Where each message's arrows meet the cards, each in a place of its own.

    At each card the arrows stand in the order of the messages they belong to, within `room` pixels
    around the card's middle.
    """
    wanted: dict[float, list[tuple[float, int, bool]]] = {}
    for number, (span, height) in enumerate(zip(spans, heights, strict=True)):
        wanted.setdefault(span.sender, []).append((height, number, False))
        wanted.setdefault(span.receiver, []).append((height, number, True))
    found: dict[tuple[int, bool], float] = {}
    for middle, ends in wanted.items():
        space = min(PORT_SPACE, room / len(ends))
        for rank, (_, number, receives) in enumerate(sorted(ends)):
            found[number, receives] = middle + space * (rank - (len(ends) - 1) / 2)
    return [Span(found[number, False], found[number, True]) for number in range(len(spans))]


def curve(start: Point, end: Point) -> Curve:
    """A curve that leaves and arrives level, and keeps between its two ends."""
    middle = (start[0] + end[0]) / 2
    return [start, (middle, start[1]), (middle, end[1]), end]


def first_half(whole: Curve) -> Curve:
    """The first half of a Bézier curve, by de Casteljau's construction."""
    rows = [whole]
    while len(rows[-1]) > 1:
        rows.append([((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in pairwise(rows[-1])])
    return [row[0] for row in rows]
