"""The heading, the numbers and times of the events, and a column to click at for each moment."""

from __future__ import annotations

from raftlab.views.sheet import TO_SPARE, Run, width_of
from raftlab.views.space_time.layout import (
    AXIS_BELOW,
    HEADING,
    LABELS,
    MARKS,
    TICK,
    TIMES_BELOW,
    Scene,
)
from raftlab.views.space_time.pen import UNSEEN, Pen

TITLE_SIZE, SIZE, AXIS_SIZE = 12.5, 11.5, 10.5
APART = 12


def draw_columns(pen: Pen) -> None:
    """Draw, unseen, a column for each moment: wherever one clicks in it, it leads there."""
    scene, scale = pen.scene, pen.scene.scale
    for place in range(scene.window.first, scene.window.last + 1):
        x = scale.x(place)
        look = {"id": f"moment-{scene.line[place].number}", "class": "moment", **pen.link(place)}
        top, bottom = (x, MARKS - 12), (x, scale.height)
        pen.line(top, bottom, pen.theme.panel + UNSEEN, scale.pitch, look)


def draw_axis(pen: Pen) -> None:
    """Draw the numbers of the events, and their times where the run has them."""
    scene, scale, muted = pen.scene, pen.scene.scale, pen.theme.muted
    numbers, times = scale.bottom + AXIS_BELOW, scale.bottom + TIMES_BELOW
    pen.sheet.words(0, numbers, LABELS, Run("event", AXIS_SIZE, muted))
    if scale.times:
        pen.sheet.words(0, times, LABELS, Run("ms", AXIS_SIZE, muted))
    for place in range(scene.window.first, scene.window.last + 1):
        if place % TICK == 0:
            x, time = scale.x(place), scene.line[place].time
            pen.sheet.centred(x, numbers, Run(f"{place:,}", AXIS_SIZE, muted))
            if time is not None:
                pen.sheet.centred(x, times, Run(f"{time:,.0f}", AXIS_SIZE, muted))


def draw_heading(pen: Pen, left_out: int, *, live: bool) -> None:
    """Draw what is shown, and how it is to be read, as far as there is room.

    `left_out` is how many messages in flight are not drawn.
    """
    theme, x = pen.theme, 0.0
    said = [
        Run("Space and time", TITLE_SIZE, theme.ink, bold=True),
        Run(say_shown(pen.scene), SIZE, theme.muted),
        *([Run(f"{left_out} older in flight, not drawn", SIZE, theme.muted)] if left_out else []),
        Run("solid: AppendEntries", SIZE, theme.muted),
        Run("dashed: RequestVote", SIZE, theme.muted),
        Run("open heads: replies", SIZE, theme.muted),
        Run("✕ lost", SIZE, theme.bad),
        Run("○ in flight", SIZE, theme.muted),
        *([Run("click an event to go there", SIZE, theme.muted)] if live else []),
    ]
    for run in said:
        width = width_of(run.words, run.size, bold=run.bold) * TO_SPARE
        if pen.scene.scale.width < x + width:
            return
        pen.sheet.words(x, HEADING, width + 2, run)
        x += width + APART


def say_shown(scene: Scene) -> str:
    """Which events are shown, of how many."""
    window, events = scene.window, scene.events
    if events == 0:
        return "no event yet"
    if window.first == 0 and window.last == events:
        return "the only event" if events == 1 else f"all {events} events"
    return f"events {window.first + 1:,} to {window.last:,} of {events:,}"
