"""Space and time: every event of a run on the lifeline of its node, and every message between."""

from __future__ import annotations

from raftlab.raft import Message
from raftlab.sim.history import History
from raftlab.views.palette import LIGHT, Theme
from raftlab.views.sheet import Sheet
from raftlab.views.space_time.above import draw_above
from raftlab.views.space_time.arrows import draw_flights
from raftlab.views.space_time.axis import draw_axis, draw_columns, draw_heading
from raftlab.views.space_time.cuts import cuts, draw_cuts
from raftlab.views.space_time.events import draw_events, draw_words
from raftlab.views.space_time.flights import MOST_PASSING, flights, long_in_flight
from raftlab.views.space_time.journeys import journeys
from raftlab.views.space_time.layout import WIDTH, scene
from raftlab.views.space_time.lines import draw_lifelines
from raftlab.views.space_time.marks import marks
from raftlab.views.space_time.operations import draw_operations
from raftlab.views.space_time.pen import Pen
from raftlab.views.space_time.text import space_time_alt, space_time_text
from raftlab.views.space_time.words import place_words

__all__ = ["space_time_alt", "space_time_dot", "space_time_text"]


def space_time_dot(
    history: History,
    *,
    width: int = WIDTH,
    theme: Theme = LIGHT,
    selected: Message | None = None,
    live: bool = True,
) -> str:
    """The DOT source of the line that `history` stands on, for `neato -n2`.

    Shown is a window of the events around now, narrower than 900 pixels of 25 of them. An event
    leads to `#moment-` and the number of its moment, a message in flight to `#message-` and its
    place in the network; `selected` is one of those. Only where it is `live` does the picture say
    that one can click in it.
    """
    seen = scene(history, width)
    sheet = Sheet(width, seen.scale.height, theme)
    pen = Pen(sheet, seen, sheet.box(0, 0, 1, 1, style="invis"))
    found = marks(seen)
    every = journeys(seen.line)
    flying = flights(seen, every, found)
    cut = cuts(seen)
    placed = place_words(seen, found, flying, cut, theme)
    draw_columns(pen)
    draw_cuts(pen, cut)
    draw_above(pen, placed)
    draw_lifelines(pen)
    draw_operations(pen)
    draw_flights(pen, flying, found, selected)
    draw_events(pen, found)
    draw_words(pen, placed)
    draw_axis(pen)
    left_out = len(long_in_flight(seen, every)) - MOST_PASSING
    draw_heading(pen, max(0, left_out), live=live)
    return sheet.source
