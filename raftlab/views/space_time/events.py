"""The signs on the lifelines, and the words beside them."""

from __future__ import annotations

from collections.abc import Sequence

from raftlab.views.sheet import Run, span
from raftlab.views.space_time.marks import (
    DOT_RADIUS,
    TERM_RADIUS,
    Kind,
    Mark,
)
from raftlab.views.space_time.pen import Pen
from raftlab.views.space_time.words import Placed

TERM_SIZES = (10.5, 10)
BAR_HEIGHT = 13
MOST_DIGITS = 3


def draw_events(pen: Pen, marks: Sequence[Mark]) -> None:
    """Draw the term of each node where the window begins, and every event after that."""
    first = pen.scene.window.first
    for row, node in enumerate(pen.scene.line[first].cluster.nodes):
        _draw_term(pen, first, row, node.current_term, up=node.up)
    for mark in marks:
        match mark.kind:
            case Kind.TERM:
                _draw_term(pen, mark.place, mark.row, mark.term)
            case Kind.CRASH:
                _draw_crash(pen, mark)
            case Kind.RESTART:
                _draw_restart(pen, mark)
            case Kind.DOT:
                _draw_dot(pen, mark, DOT_RADIUS)


def _draw_term(pen: Pen, place: int, row: int, term: int, *, up: bool = True) -> None:
    """A circle with the number of a term, in its colours; of a node that is down, in grey."""
    theme, colours = pen.theme, pen.theme.term(term)
    words = str(term) if len(str(term)) <= MOST_DIGITS else "…"
    small = len(words) > 2
    run = Run(words, TERM_SIZES[small], colours.word if up else theme.muted, bold=True)
    diameter = f"{2 * TERM_RADIUS / 72:.4f}"
    pen.sheet.label(
        span(run),
        pen.scene.scale.x(place),
        pen.scene.scale.y(row),
        shape="circle",
        width=diameter,
        height=diameter,
        fixedsize="true",
        style="filled",
        fillcolor=colours.tint if up else theme.down,
        color=pen.shade(colours.stroke if up else theme.edge, place),
        penwidth="1.5",
        **{"class": "event term"},
        **pen.link(place),
    )


def _draw_dot(pen: Pen, mark: Mark, radius: float) -> None:
    colour = pen.shade(pen.theme.ink, mark.place)
    look = {"style": "filled", "fillcolor": colour, "penwidth": "0", "class": "event"}
    x, y = pen.scene.scale.x(mark.place), pen.scene.scale.y(mark.row)
    pen.disc(x, y, radius, **look, **pen.link(mark.place))


def _draw_crash(pen: Pen, mark: Mark) -> None:
    x, y = pen.scene.scale.x(mark.place), pen.scene.scale.y(mark.row)
    run = Run("✕", 14, pen.shade(pen.theme.bad, mark.place), bold=True)
    pen.sheet.centred(x, y, run, **{"class": "event crash"}, **pen.link(mark.place))


def _draw_restart(pen: Pen, mark: Mark) -> None:
    """A bar at which the line begins again."""
    x, y = pen.scene.scale.x(mark.place), pen.scene.scale.y(mark.row)
    colour = pen.shade(pen.theme.ink, mark.place)
    look = {"style": "filled", "fillcolor": colour, "penwidth": "0", "class": "event restart"}
    top = y - BAR_HEIGHT / 2
    pen.sheet.box(x - 1, top, 2, BAR_HEIGHT, **look, **pen.link(mark.place))


def draw_words(pen: Pen, placed: Sequence[Placed]) -> None:
    """Draw the words that found room."""
    for one in placed:
        x, y = one.middle
        pen.sheet.centred(x, y, one.run, **{"class": "event word"}, **pen.link(one.place))
