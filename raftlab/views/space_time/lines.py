"""Lifelines: in the colour of the node's term, thick while it leads, dotted while it is down."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from raftlab.raft import Node
from raftlab.views.row import leads
from raftlab.views.sheet import Run, shorten
from raftlab.views.space_time.layout import LABELS, Scene
from raftlab.views.space_time.pen import Pen

THICK, THIN, DOTTED = 5, 2.25, 1.25
NAME_SIZE = 12


def draw_lifelines(pen: Pen) -> None:
    """Draw the name and the line of each node, and what has not happened yet as bare paper."""
    scene, scale = pen.scene, pen.scene.scale
    for row, name in enumerate(scene.nodes):
        y = scale.y(row)
        words = Run(shorten(name, LABELS - 4, NAME_SIZE), NAME_SIZE, pen.theme.ink)
        pen.sheet.words(0, y, LABELS, words, tooltip=name)
        for start, right, node, ahead in _stretches(scene, row):
            _draw_stretch(pen, (scale.x(start), y), (right, y), node, ahead=ahead)
        if scene.open_end < scale.end:
            pen.line((scene.open_end, y), (scale.end, y), pen.theme.rule, 1)


def _stretches(scene: Scene, row: int) -> Iterator[tuple[int, float, Node, bool]]:
    """From which event on, and how far, a lifeline looks the same; the node there; if ahead."""
    shown = [
        (place, scene.line[place].cluster.nodes[row], scene.ahead(min(place + 1, scene.events)))
        for place in range(scene.window.first, scene.window.last + 1)
    ]
    for _, group in groupby(shown, key=lambda one: (_appearance(one[1]), one[2])):
        stretch = list(group)
        start, node, ahead = stretch[0]
        yield start, _right(scene, stretch[-1][0] + 1), node, ahead


def _appearance(node: Node) -> tuple[bool, int, bool]:
    return node.up, node.current_term, leads(node)


def _right(scene: Scene, place: int) -> float:
    """How far a lifeline reaches that goes on until the event at `place`."""
    return scene.scale.x(place) if place <= scene.window.last else scene.open_end


def _draw_stretch(
    pen: Pen, start: tuple[float, float], end: tuple[float, float], node: Node, *, ahead: bool
) -> None:
    colour = pen.theme.term(node.current_term).stroke if node.up else pen.theme.edge
    width = DOTTED if not node.up else THICK if leads(node) else THIN
    style = "solid" if node.up else "dotted"
    pen.line(start, end, pen.pale(colour) if ahead else colour, width, {"style": style})
