"""Messages as arrows; lost ones end in a cross, those still in flight in a ring."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot

from raftlab.raft import (
    AppendReply,
    Message,
    RequestVote,
    SnapshotReply,
    VoteReply,
)
from raftlab.views.lanes import Curve, Point
from raftlab.views.sheet import Run
from raftlab.views.space_time.curves import at, part
from raftlab.views.space_time.flights import RING_RADIUS, Flight
from raftlab.views.space_time.journeys import Fate, Journey, say_journey
from raftlab.views.space_time.marks import DOT_RADIUS, Mark
from raftlab.views.space_time.pen import Pen

HEAD = 6
HEAD_SIZE = "0.6"
WIDTH = 1.15
SELECTED = 1.1
RING_WIDTH = 1.75
FORK_RADIUS = 2


def draw_flights(
    pen: Pen, flights: Sequence[Flight], marks: Sequence[Mark], selected: Message | None
) -> None:
    """Draw every message; what of it lies ahead is paler."""
    radii = {mark.place: mark.radius for mark in marks}
    network = _in_the_network(pen, flights)
    wanted = pen.scene.line[pen.scene.now].cluster.network
    chosen = wanted.index(selected) if selected in wanted else -1
    for flight in flights:
        is_selected = network.get(flight.number) == chosen
        _draw_course(pen, flight, radii, selected=is_selected)
    for flight in flights:
        _draw_turns(pen, flight)
        _draw_end(pen, flight)
    for flight in flights:
        if flight.number in network:
            _draw_ring(pen, flight, network[flight.number], chosen)


def _in_the_network(pen: Pen, flights: Sequence[Flight]) -> dict[int, int]:
    """The messages in flight now, by the numbers of their journeys: which of the network each is.

    Equal messages are interchangeable.
    """
    waiting: dict[Message, list[int]] = {}
    for place, message in enumerate(pen.scene.line[pen.scene.now].cluster.network):
        waiting.setdefault(message, []).append(place)
    flying = (flight for flight in flights if flight.journey.in_flight_at(pen.scene.now))
    return {flight.number: waiting[flight.journey.message].pop(0) for flight in flying}


def _draw_course(pen: Pen, flight: Flight, radii: dict[int, float], *, selected: bool) -> None:
    """The way of a message, in two parts where now divides it; its head is at the last of them."""
    splits = min(max(flight.reached, flight.enters), flight.leaves)
    colour = pen.theme.bad if flight.journey.fate is Fate.LOST else pen.theme.ink
    flying = flight.journey.in_flight_at(pen.scene.now)
    so_far = pen.theme.accent if selected else pen.theme.ink if flying else colour
    parts = [
        (flight.enters, splits, so_far, f"flight-{flight.number}"),
        (splits, flight.leaves, pen.pale(colour), f"flight-{flight.number}-ahead"),
    ]
    for start, end, shade, name in parts:
        if start < end:
            path, tip = part(flight.curve, start, end), None
            if end == 1 and flight.journey.fate is Fate.ARRIVED:
                path, tip = _with_head(path, radii.get(flight.journey.end or 0, DOT_RADIUS))
            look = {**_look(flight.journey), "id": name, "tooltip": say_journey(flight.journey)}
            pen.curve(path, shade, WIDTH + SELECTED * selected, look, tip)


def _with_head(path: Curve, radius: float) -> tuple[Curve, Point]:
    """The path without its last pixels, in whose place the head stands, and the tip of that."""
    (x2, y2), (x3, y3) = path[2:]
    way = hypot(x3 - x2, y3 - y2)
    dx, dy = (x3 - x2) / way, (y3 - y2) / way
    reach = radius + 0.5
    tip = (round(x3 - reach * dx, 1), round(y3 - reach * dy, 1))
    reach += HEAD
    return [*path[:3], (x3 - reach * dx, y3 - reach * dy)], tip


def _look(journey: Journey) -> dict[str, str]:
    """How a message is drawn: elections dashed, replies with an open head."""
    votes = isinstance(journey.message, RequestVote | VoteReply)
    reply = isinstance(journey.message, AppendReply | VoteReply | SnapshotReply)
    return {
        "class": f"flight {journey.fate.name.lower()}",
        "style": "dashed" if votes else "solid",
        "arrowhead": "vee" if reply else "normal",
        "arrowsize": HEAD_SIZE,
    }


def _draw_turns(pen: Pen, flight: Flight) -> None:
    """Where the network copied a message, or held it back."""
    journey, shown = flight.journey, pen.scene.shown
    if journey.copied in shown:
        place = journey.copied or 0
        x, y = flight.curve[0]
        colour = pen.shade(pen.theme.ink, place)
        look = {"style": "filled", "fillcolor": colour, "color": colour, "class": "event copied"}
        pen.disc(x, y, FORK_RADIUS, **look, **pen.link(place))
    for place in journey.held:
        if place in shown:
            x, y = flight.at(pen.scene.scale.x(place))
            run = Run("‖", 11, pen.shade(pen.theme.ink, place), bold=True)
            pen.sheet.centred(x, y, run, **{"class": "event held"}, **pen.link(place))


def _draw_end(pen: Pen, flight: Flight) -> None:
    """A cross where a message is lost, a pale ring where it is in flight at the end of the line."""
    journey, (x, y) = flight.journey, flight.curve[-1]
    if flight.leaves < 1:
        return
    if journey.fate is Fate.LOST and journey.end is not None:
        run = Run("✕", 11.5, pen.shade(pen.theme.bad, journey.end), bold=True)
        pen.sheet.centred(x, y, run, **{"class": "event lost"}, **pen.link(journey.end))
    elif journey.fate is Fate.FLYING and flight.reached < 1:
        colour = pen.pale(pen.theme.ink)
        look = {"style": "filled", "fillcolor": pen.theme.panel, "color": colour}
        pen.disc(x, y, RING_RADIUS, penwidth="1.5", **look)


def _draw_ring(pen: Pen, flight: Flight, place: int, chosen: int) -> None:
    """A ring where a message is by now; it leads to its place in the network, as a pill does."""
    x, y = at(flight.curve, flight.reached)
    pen.disc(
        x,
        y,
        RING_RADIUS + (place == chosen),
        style="filled",
        fillcolor=pen.theme.accent_ground if place == chosen else pen.theme.panel,
        color=pen.theme.accent if place == chosen else pen.theme.ink,
        penwidth=f"{RING_WIDTH + 0.75 * (place == chosen):g}",
        URL=f"#message-{place}",
        tooltip=say_journey(flight.journey),
        **{"class": "message selected" if place == chosen else "message"},
    )
