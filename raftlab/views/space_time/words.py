"""The words beside the events, as far as there is room: what is left out, a hover still says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from raftlab.views.lanes import Point
from raftlab.views.palette import Theme
from raftlab.views.sheet import Run
from raftlab.views.space_time.curves import at, part, pieces
from raftlab.views.space_time.cuts import CutOff, outline
from raftlab.views.space_time.flights import RING_RADIUS, Flight
from raftlab.views.space_time.journeys import Fate
from raftlab.views.space_time.layout import AXIS_BELOW, LABELS, MARKS_BOTTOM, Scene
from raftlab.views.space_time.marks import Mark
from raftlab.views.space_time.room import Box, Room
from raftlab.views.space_time.wishes import wishes

THICKNESS = 4


@dataclass(frozen=True, slots=True)
class Placed:
    """Words that have found room: the box they stand in, and the event they lead to."""

    run: Run
    box: Box
    place: int

    @property
    def middle(self) -> Point:
        """The middle of the box."""
        left, top, right, bottom = self.box
        return (left + right) / 2, (top + bottom) / 2


def place_words(
    scene: Scene,
    marks: Sequence[Mark],
    flights: Sequence[Flight],
    cuts: Sequence[CutOff],
    theme: Theme,
) -> list[Placed]:
    """Every word that there is room for, none on another and none on a line."""
    room = _room(scene, marks, flights, cuts)
    placed = []
    for one in wishes(scene, marks, flights, cuts, theme):
        for words, box in one.choices:
            if room.is_free(box):
                room.take(box)
                placed.append(Placed(one.run._replace(words=words), box, one.place))
                break
    return placed


def _room(
    scene: Scene, marks: Sequence[Mark], flights: Sequence[Flight], cuts: Sequence[CutOff]
) -> Room:
    """The canvas with all that is drawn but words."""
    scale = scene.scale
    axis = scale.bottom + AXIS_BELOW - 8
    room = Room(scale.width, axis)
    room.take((0, 0, scale.width, MARKS_BOTTOM))
    room.take((0, 0, LABELS, axis))
    for row in range(scale.rows):
        room.take((LABELS, scale.y(row) - THICKNESS, scale.end, scale.y(row) + THICKNESS))
    for mark in marks:
        room.take(_around((scale.x(mark.place), scale.y(mark.row)), mark.radius))
    for flight in flights:
        for start, end in pieces(part(flight.curve, flight.enters, flight.leaves)):
            room.take_line(start, end)
        if flight.leaves == 1 and flight.journey.fate is not Fate.ARRIVED:
            room.take(_around(flight.curve[-1], RING_RADIUS + 1))
        if 0 < flight.reached < 1:
            room.take(_around(at(flight.curve, flight.reached), RING_RADIUS + 1))
    for cut in cuts:
        for start, end in outline(scene, cut):
            room.take_line(start, end)
    return room


def _around(middle: Point, half: float) -> Box:
    x, y = middle
    return x - half, y - half, x + half, y + half
