"""Where messages run: from the event that sends one to the one that it is, or is lost at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import dist

from raftlab.views.lanes import Curve, Point
from raftlab.views.space_time.curves import at, past, where_x
from raftlab.views.space_time.journeys import Fate, Journey
from raftlab.views.space_time.layout import LEFT, Scene
from raftlab.views.space_time.marks import TERM_RADIUS, Mark

# A lost message, and one still in flight, ends so far from the lifeline of its receiver.
SHORT_OF = 11
SHIFT = 9
CLEAR = 3
RING_RADIUS = 4
RING_SPACE = 10
MOST_SHIFTS = 4
MOST_ROWS = 2
MOST_PASSING = 12


@dataclass(frozen=True, slots=True)
class Flight:
    """A message as it is drawn: the number of its journey, and its whole curve.

    Within the window is the part from `enters` to `leaves`. By now the message has come to
    `reached`: while it is in flight, a ring stands there.
    """

    number: int
    journey: Journey
    curve: Curve
    enters: float
    leaves: float
    reached: float

    def at(self, x: float) -> Point:
        """The place on the curve that is so far to the right."""
        return at(self.curve, where_x(self.curve, x))


def flights(scene: Scene, journeys: Sequence[Journey], marks: Sequence[Mark]) -> list[Flight]:
    """Every message that is on its way somewhere within the window, in the order of sending."""
    courses = _Courses(scene, journeys, marks)
    rings: list[Point] = []
    shown = []
    skipped = set(long_in_flight(scene, journeys)[:-MOST_PASSING])
    for number, journey in enumerate(journeys):
        if _is_shown(journey, scene) and number not in skipped:
            curve = courses.curve(number)
            enters = where_x(curve, LEFT)
            end = journey.end if journey.end is not None else scene.events
            leaves = 1.0 if end <= scene.window.last else where_x(curve, scene.scale.end)
            reached = _reached(scene, journey, curve, rings)
            shown.append(Flight(number, journey, curve, enters, leaves, reached))
    return shown


def long_in_flight(scene: Scene, journeys: Sequence[Journey]) -> list[int]:
    """The messages that pass through the whole window: only the last of many are drawn."""
    window = scene.window
    return [
        number
        for number, journey in enumerate(journeys)
        if journey.begins < window.first and (journey.end is None or window.last < journey.end)
    ]


def _reached(scene: Scene, journey: Journey, curve: Curve, rings: list[Point]) -> float:
    """How far along its curve a message is by now; the rings keep apart."""
    if not journey.in_flight_at(scene.now):
        return 0.0 if scene.now < journey.begins else 1.0
    if journey.end is None and scene.now == scene.events:
        return 1.0
    scale = scene.scale
    x = scale.x(scene.now) + (0.45 * scale.pitch if journey.begins == scene.now else 0)
    ring = at(curve, where_x(curve, x))
    for _ in range(MOST_SHIFTS):
        if all(dist(ring, other) >= RING_SPACE for other in rings):
            break
        x += RING_SPACE / 2
        ring = at(curve, where_x(curve, x))
    rings.append(ring)
    return where_x(curve, x)


def _is_shown(journey: Journey, scene: Scene) -> bool:
    window = scene.window
    if journey.begins > window.last:
        return False
    if journey.end is None:
        return True
    # What is lost as it leaves has a way to go all the same.
    at_once = journey.end == journey.begins
    return window.first < journey.end or (at_once and window.first <= journey.end)


class _Courses:
    """The curves of messages, each found once: that of a copy begins on that of its original."""

    def __init__(self, scene: Scene, journeys: Sequence[Journey], marks: Sequence[Mark]) -> None:
        self._scene, self._journeys = scene, journeys
        self._rows = {name: row for row, name in enumerate(scene.names)}
        self._curves: dict[int, Curve] = {}
        self._ends: dict[tuple[object, ...], int] = {}
        self._obstacles: Mapping[int, list[tuple[int, float]]] = _obstacles(scene, marks)

    def curve(self, number: int) -> Curve:
        if number not in self._curves:
            journey = self._journeys[number]
            start, end = self._start(journey), self._end(journey)
            self._curves[number] = past(start, end, self._between(journey))
        return self._curves[number]

    def _start(self, journey: Journey) -> Point:
        scale = self._scene.scale
        if journey.copy_of is None or journey.copied is None:
            return scale.x(journey.sent), scale.y(self._rows[journey.message.sender])
        original = self.curve(journey.copy_of)
        return at(original, where_x(original, scale.x(journey.copied)))

    def _end(self, journey: Journey) -> Point:
        scale = self._scene.scale
        sender, receiver = (self._rows[name] for name in _ends(journey))
        y = scale.y(receiver)
        if journey.fate is Fate.ARRIVED and journey.end is not None:
            return scale.x(journey.end), y
        side = -1 if sender < receiver else 1
        # Several that end alike stand side by side.
        key = (journey.end, journey.begins == journey.end, receiver, side)
        others = self._ends[key] = self._ends.get(key, -1) + 1
        if journey.end is None:
            return self._waiting(others, y, side)
        y += side * SHORT_OF
        if journey.end == journey.begins:
            return scale.x(journey.end) + 0.6 * scale.pitch, y
        x = scale.x(journey.end) - SHIFT * others
        return max(x, scale.x(journey.begins) + 0.4 * scale.pitch), y

    def _waiting(self, others: int, y: float, side: int) -> Point:
        """Where a message stands that is in flight when the line ends, after so many others."""
        scale = self._scene.scale
        x = scale.x(self._scene.events) + 0.45 * scale.pitch
        # In rows, each as long as there is room for beyond the end of the line.
        in_a_row = max(1, int((scale.right - RING_RADIUS - x) // SHIFT))
        row, place = divmod(others, in_a_row)
        return x + place * SHIFT, y + side * (SHORT_OF + row % MOST_ROWS * SHIFT)

    def _between(self, journey: Journey) -> list[tuple[float, float, float]]:
        """What stands on the lifelines that the message has to pass."""
        scale = self._scene.scale
        one, other = sorted(self._rows[name] for name in _ends(journey))
        end = journey.end if journey.end is not None else self._scene.events + 1
        return [
            (scale.x(place), scale.y(row), radius + CLEAR)
            for row in range(one + 1, other)
            for place, radius in self._obstacles.get(row, ())
            if journey.begins < place < end
        ]


def _ends(journey: Journey) -> tuple[str, str]:
    return journey.message.sender, journey.message.receiver


def _obstacles(scene: Scene, marks: Sequence[Mark]) -> dict[int, list[tuple[int, float]]]:
    """What stands on each lifeline: at which place, and how large."""
    found: dict[int, list[tuple[int, float]]] = {
        row: [(scene.window.first, TERM_RADIUS)] for row in range(len(scene.names))
    }
    for mark in marks:
        found[mark.row].append((mark.place, mark.radius))
    return found
