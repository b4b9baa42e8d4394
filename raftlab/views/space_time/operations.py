"""What clients wait for: a bar on the client's line from the request to the answer. (§8)"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from raftlab.raft import Client
from raftlab.views.sheet import Run, shorten
from raftlab.views.space_time.layout import LABELS, Scene
from raftlab.views.space_time.pen import Pen

HEIGHT = 13
THIN = 1.25
NAME_SIZE = 12


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: its client's row, what it asks for, from which event to which.

    `end` is None while its client waits; where it `returned` nothing, the client has given up.
    """

    row: int
    command: str
    start: int
    end: int | None = None
    answer: str | None = None
    returned: bool = False

    def words(self, name: str) -> str:
        """The operation in a sentence, of the client of that name."""
        if self.end is None:
            return f"{name} waits for an answer to {self.command} since event {self.start}"
        came = f"is answered {self.answer or 'so'}" if self.returned else "is given up"
        span = f"from event {self.start} to event {self.end}"
        return f"{name}: {self.command} {came}, {span}"


def operations(scene: Scene) -> tuple[Operation, ...]:
    """Every operation that lasts at some time within the window, by client, as they begin."""
    clients = range(len(scene.clients))
    rows = len(scene.nodes)
    return tuple(one for number in clients for one in _of_client(scene, number, rows + number))


def _of_client(scene: Scene, number: int, row: int) -> Iterator[Operation]:
    window = scene.window
    begun: Operation | None = None
    for place, moment in enumerate(scene.line):
        client = moment.cluster.clients[number]
        if begun is None and client.request is not None:
            begun = Operation(row, client.request.command or "a session", place)
        elif begun is not None and client.request is None:
            over = _over(begun, client, place)
            begun = None
            if place > window.first and over.start <= window.last:
                yield over
        if place == window.last and begun is None:
            return
    if begun is not None and begun.start <= window.last:
        yield begun


def _over(begun: Operation, client: Client, place: int) -> Operation:
    if begun.command == "a session":
        return Operation(begun.row, begun.command, begun.start, place, returned=client.session != 0)
    last = client.answers[-1]
    return Operation(begun.row, begun.command, begun.start, place, last.answer, last.returned)


def draw_operations(pen: Pen) -> None:
    """Draw the name and the line of each client, and what it waits for as a bar on it.

    A bar that is dashed has no answer, or none yet.
    """
    scene, scale, theme = pen.scene, pen.scene.scale, pen.theme
    for row, name in enumerate(scene.clients, start=len(scene.nodes)):
        words = Run(shorten(name, LABELS - 4, NAME_SIZE), NAME_SIZE, theme.ink)
        pen.sheet.words(0, scale.y(row), LABELS, words, tooltip=name)
        pen.line(
            (scale.x(scene.window.first), scale.y(row)), (scale.end, scale.y(row)), theme.edge, THIN
        )
    for one in operations(scene):
        _draw_bar(pen, one)


def _draw_bar(pen: Pen, one: Operation) -> None:
    scene, scale, theme = pen.scene, pen.scene.scale, pen.theme
    left = scale.x(max(one.start, scene.window.first))
    ends_here = one.end is not None and one.end <= scene.window.last
    right = scale.x(one.end) if ends_here and one.end is not None else scene.open_end
    colour = pen.shade(theme.muted, one.start)
    pen.sheet.box(
        left,
        scale.y(one.row) - HEIGHT / 2,
        max(right - left, 1),
        HEIGHT,
        style="rounded,filled" if one.returned else "rounded,filled,dashed",
        fillcolor=theme.sunk,
        color=colour,
        penwidth=f"{THIN:g}",
        tooltip=one.words(scene.names[one.row]),
        **{"class": "operation"},
    )
