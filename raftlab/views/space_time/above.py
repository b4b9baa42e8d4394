"""What stands above the lifelines: now, the marks of a lesson, and what broke."""

from __future__ import annotations

import re
from collections.abc import Sequence

from raftlab.raft import Violation
from raftlab.sim.history import Moment
from raftlab.views.sheet import TO_SPARE, Run, cell, shorten, span, table, width_of
from raftlab.views.space_time.layout import LABELS, MARKS, MARKS_BOTTOM, WORDS_BELOW, Scene
from raftlab.views.space_time.pen import Pen
from raftlab.views.space_time.words import Placed

LETTER = re.compile(r"\(\w{1,3}\)")
SIZE, SMALL = 12, 11.5
NOW_WIDTH = 1.75
PILL_HEIGHT = 18
MOST_ROOM = 150
APART = 6

Taken = list[tuple[float, float]]


def broken_anew(scene: Scene, place: int) -> list[Violation]:
    """What breaks at a moment and was not broken just before it."""
    line = scene.line
    known = {found.property.name for found in line[place - 1].violations} if place else set()
    return [found for found in line[place].violations if found.property.name not in known]


def letter(moment: Moment) -> str:
    """The letter that a lesson's note begins with, as in "(a)"; nothing if it has none."""
    found = LETTER.match(moment.note)
    return found.group() if found else ""


def draw_above(pen: Pen, placed: Sequence[Placed]) -> None:
    """Draw now, and the marks of a lesson, each with a line down to the axis.

    The lines leave out the words that are in their way.
    """
    taken = [_draw_now(pen, placed)]
    for place in _noted(pen.scene):
        _draw_mark(pen, place, taken, placed)
    _draw_ahead(pen, taken)


def _draw_now(pen: Pen, placed: Sequence[Placed]) -> tuple[float, float]:
    scene, theme, x = pen.scene, pen.theme, pen.scene.scale.x(pen.scene.now)
    moment = scene.line[scene.now]
    run = Run(f"{letter(moment)} now".lstrip(), SMALL, theme.panel, bold=True)
    width = _width(run) + 14
    middle = min(max(x, width / 2), scene.scale.width - width / 2)
    look = f' BORDER="0" STYLE="rounded" BGCOLOR="{theme.accent}"'
    html = table(cell(span(run), width, PILL_HEIGHT, "CENTER"), more=look)
    pen.sheet.label(html, middle, MARKS, id="now", tooltip=moment.note or "what is shown")
    _draw_down(pen, x, placed, theme.accent, NOW_WIDTH)
    return middle - width / 2, middle + width / 2


def _noted(scene: Scene) -> list[int]:
    """The places with a mark, those first that have most to say."""
    noted = {
        place: (not broken_anew(scene, place), not letter(scene.line[place]), place)
        for place in range(scene.window.first, scene.window.last + 1)
        if scene.line[place].note or broken_anew(scene, place)
    }
    return sorted(noted, key=noted.__getitem__)


def _draw_mark(pen: Pen, place: int, taken: Taken, placed: Sequence[Placed]) -> None:
    """A letter over a line, or only a stroke where there is none, or no room for it."""
    scene, theme, x = pen.scene, pen.theme, pen.scene.scale.x(place)
    note, broken = scene.line[place].note, broken_anew(scene, place)
    run = Run(letter(scene.line[place]), SIZE, theme.ink, bold=True)
    if broken:
        words = shorten(f"✕ {broken[0].property.name}", MOST_ROOM, SIZE, bold=True)
        run = Run(words, SIZE, theme.bad, bold=True)
    said = " ".join([*(found.sentence for found in broken), *([note] if note else [])])
    look = {"class": "note", **pen.link(place), "tooltip": said}
    left, right = x - _width(run) / 2, x + _width(run) / 2
    inside = left >= LABELS and right <= scene.scale.width
    if run.words and inside and _is_free(left, right, taken, APART):
        taken.append((left, right))
        _draw_down(pen, x, placed, theme.rule, 1)
        pen.sheet.centred(x, MARKS, run, **look)
    elif _is_free(x - 1, x + 1, taken, 2):
        taken.append((x - 1, x + 1))
        colour = theme.bad if broken else theme.muted
        pen.line((x, MARKS - 4), (x, MARKS + 5), colour, 1.5, look)


def _draw_ahead(pen: Pen, taken: Taken) -> None:
    """Right of now, that there is more of the run, where there is room to say so."""
    scene = pen.scene
    run = Run("ahead", SMALL, pen.theme.muted)
    left = taken[0][1] + 10
    right = left + _width(run)
    if scene.now < scene.events and right <= scene.scale.width and _is_free(left, right, taken, 8):
        pen.sheet.centred((left + right) / 2, MARKS, run)


def _is_free(left: float, right: float, taken: Taken, apart: float) -> bool:
    return all(right + apart < start or end + apart < left for start, end in taken)


def _width(run: Run) -> float:
    return width_of(run.words, run.size, bold=run.bold) * TO_SPARE


def _draw_down(pen: Pen, x: float, placed: Sequence[Placed], colour: str, width: float) -> None:
    y: float = MARKS_BOTTOM - 1
    bottom = pen.scene.scale.bottom + WORDS_BELOW
    boxes = (one.box for one in placed)
    in_the_way = sorted((box[1], box[3]) for box in boxes if box[0] - 3 < x < box[2] + 3)
    for top, end in [*in_the_way, (bottom, bottom)]:
        if y + 1 < top:
            pen.line((x, y), (x, top), colour, width, {"class": "down"})
        y = max(y, end)
