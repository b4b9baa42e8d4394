"""What clients saw, as intervals: a line a client, an operation from its call to its answer.

Those that contradict each other are marked by a cross, by a thicker bar and by bold words; where
there is an order, each operation has its number in it and a dot where it can have happened.
"""

from __future__ import annotations

from raftlab.sim.linearizability import Linearizability
from raftlab.views.intervals_layout import (
    AXIS_BELOW,
    LABELS,
    WIDTH,
    Bar,
    Scene,
    row_middle,
    scene,
)
from raftlab.views.intervals_words import (
    ROUND,
    SIZE,
    SMALL,
    blame,
    how_to_read,
    only_key,
    say_bar,
    say_shown,
    says,
    widths,
)
from raftlab.views.lanes import Point
from raftlab.views.palette import LIGHT, Theme
from raftlab.views.sheet import TO_SPARE, Run, Sheet, cell, shorten, span, table, width_of

TITLE_SIZE = 12.5
HEADING, WORDS_ABOVE, ANSWER_BELOW, CAP = 10, 13, 13, 5
THIN, THICK = 2.5, 7.0
DOT = 3.5
UNSEEN = "01"
LEAST_WORDS = 16
APART = 12


def intervals_dot(
    verdict: Linearizability, *, width: int = WIDTH, theme: Theme = LIGHT, live: bool = True
) -> str:
    """The DOT source of the history that a verdict is about, for `neato -n2`.

    An operation leads to `#moment-` and the number of the moment that it has, and says on hover
    all that there is to say of it. Only where it is `live` does the picture say that one can click.
    """
    seen = scene(verdict, width, widths(verdict))
    sheet = Sheet(width, seen.height, theme)
    hub = sheet.box(0, 0, 1, 1, style="invis")
    _draw_axis(sheet, hub, seen)
    _draw_culprits_times(sheet, hub, seen)
    for row, client in enumerate(seen.clients):
        name = Run(shorten(client, LABELS - 4, 12), 12, theme.ink)
        sheet.words(0, row_middle(row), LABELS, name, tooltip=client)
    key = only_key(verdict)
    for bar in seen.bars:
        _draw_bar(sheet, hub, bar, key)
    _draw_heading(sheet, verdict, width, live=live)
    for place, bar in enumerate(seen.bars):
        _draw_target(sheet, bar, place)
    return sheet.source


def _draw_bar(sheet: Sheet, hub: str, bar: Bar, key: str) -> None:
    theme, y = sheet.theme, row_middle(bar.row)
    colour = theme.bad if bar.culprit else theme.muted
    unanswered = bar.one.ends is None
    look = {"class": "culprit" if bar.culprit else "operation"}
    style = {**look, "style": "dashed"} if unanswered else look
    thickness = THICK if bar.culprit else THIN
    _line(sheet, hub, (bar.left, y), (bar.right, y), colour, thickness, style)
    for x in (bar.left,) if unanswered else (bar.left, bar.right):
        _line(sheet, hub, (x, y - CAP), (x, y + CAP), colour, THIN / 1.5, look)
    if bar.point is not None:
        size = {"shape": "circle", "style": "filled", "fillcolor": theme.panel, "color": theme.ink}
        sheet.box(bar.point - DOT, y - DOT, 2 * DOT, 2 * DOT, penwidth="1.5", **size)
    above, below = says(bar.one, key, culprit=bar.culprit, number=bar.number)
    ink, quiet = (theme.bad, theme.bad) if bar.culprit else (theme.ink, theme.muted)
    _draw_words(sheet, bar, y - WORDS_ABOVE, Run(above, SIZE, ink, bar.culprit))
    _draw_words(sheet, bar, y + ANSWER_BELOW, Run(below, SMALL, quiet, bar.culprit))


def _draw_words(sheet: Sheet, bar: Bar, y: float, run: Run) -> None:
    """Words over or under a bar, as many as there is room for until the client's next operation."""
    room = bar.room - ROUND / 2
    if room >= LEAST_WORDS:
        words = shorten(run.words, room, run.size, bold=run.bold)
        wide = width_of(words, run.size, bold=run.bold) * TO_SPARE
        ground = f' BGCOLOR="{sheet.theme.panel}"'
        html = table(cell(span(run._replace(words=words)), wide, run.size + 3), more=ground)
        sheet.label(html, bar.left - 1 + wide / 2, y)


def _draw_target(sheet: Sheet, bar: Bar, place: int) -> None:
    """What one points at, unseen and over all else: the bar with its words."""
    one, y = bar.one, row_middle(bar.row)
    link = {} if one.moment is None else {"URL": f"#moment-{one.moment}"}
    width = max(min(bar.room - 1, max(bar.right - bar.left, 60)), 3)
    fill = sheet.theme.panel + UNSEEN
    look = {"style": "filled", "fillcolor": fill, "color": fill, "id": f"operation-{place}"}
    sheet.box(bar.left - 1, y - 21, width, 42, tooltip=say_bar(bar), **look, **link)


def _draw_axis(sheet: Sheet, hub: str, seen: Scene) -> None:
    """Draw the line of each client, and as many times as there is room for."""
    theme, y = sheet.theme, seen.bottom + AXIS_BELOW
    for row in range(len(seen.clients)):
        middle = row_middle(row)
        _line(sheet, hub, (LABELS, middle), (seen.width - 2, middle), theme.rule, 1, {})
    sheet.words(0, y, LABELS, Run("time", SMALL, theme.muted))
    taken = float(LABELS) - 30
    for time, x in sorted(seen.places.items()):
        words = f"{time:,.6g}"
        half = width_of(words, SMALL) * TO_SPARE / 2
        if taken + 14 <= x - half and x + half <= seen.width:
            taken = x + half
            _line(sheet, hub, (x, row_middle(0) - 24), (x, y - 9), theme.rule, 0.75, {})
            sheet.centred(x, y, Run(words, SMALL, theme.muted))


def _draw_culprits_times(sheet: Sheet, hub: str, seen: Scene) -> None:
    """Draw from top to bottom when each of those to blame began and ended, to compare them by."""
    for bar in seen.bars:
        for x in (bar.left, bar.right) if bar.culprit else ():
            look = {"style": "dotted", "class": "culprit"}
            top, bottom = (x, row_middle(0) - 24), (x, seen.bottom + AXIS_BELOW - 9)
            _line(sheet, hub, top, bottom, sheet.theme.bad, 1, look)


def _draw_heading(sheet: Sheet, verdict: Linearizability, width: int, *, live: bool) -> None:
    """Draw what is shown, and how it is to be read, as far as there is room."""
    theme, x = sheet.theme, 0.0
    said = [
        Run("What clients saw", TITLE_SIZE, theme.ink, bold=True),
        Run(shorten(say_shown(verdict), 260, SIZE), SIZE, theme.muted),
        *([Run(blame(verdict), SIZE, theme.bad, bold=True)] if verdict.culprits else []),
        *(Run(words, SIZE, theme.muted) for words in how_to_read(verdict)),
        *([Run("click an operation to go there", SIZE, theme.muted)] if live else []),
    ]
    for run in said:
        room = width_of(run.words, run.size, bold=run.bold) * TO_SPARE
        if width < x + room:
            return
        sheet.words(x, HEADING, room + 2, run)
        x += room + APART


def _line(
    sheet: Sheet,
    hub: str,
    start: Point,
    end: Point,
    colour: str,
    width: float,
    look: dict[str, str],
) -> None:
    (x0, y0), (x1, y1) = start, end
    dx, dy = (x1 - x0) / 3, (y1 - y0) / 3
    path = [start, (x0 + dx, y0 + dy), (x1 - dx, y1 - dy), end]
    rounded = [(round(x, 1), round(y, 1)) for x, y in path]
    sheet.arrow(hub, hub, rounded, {"color": colour, "penwidth": f"{width:g}", **look})
