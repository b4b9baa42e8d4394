"""The words that an event would like to have beside it, and where each of them may stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from raftlab.views.lanes import Point
from raftlab.views.palette import Theme
from raftlab.views.row import leads
from raftlab.views.sheet import TO_SPARE, Run, shorten, width_of
from raftlab.views.space_time.cuts import CutOff
from raftlab.views.space_time.flights import Flight
from raftlab.views.space_time.layout import LABELS, Scene
from raftlab.views.space_time.marks import CRASH, LEADS, OF_CLIENTS, RESTARTS, TIMES_OUT, Mark
from raftlab.views.space_time.room import Box

SIZE = 11
COMMAND_SIZE = 10
COMMAND_ROOM = 100
CUT_ROOM = 220
HALF = 6
# How far words stand from a lifeline: next to it, clear of a box around it, in a second line.
NEAR = (15, 20)
FAR = (15, 20, 28)
BESIDE_A_BOX = 20

Choice = tuple[str, Box]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Words at an event, and the ways to write them, the best first, each with its box."""

    run: Run
    place: int
    choices: tuple[Choice, ...]


def wishes(
    scene: Scene,
    marks: Sequence[Mark],
    flights: Sequence[Flight],
    cuts: Sequence[CutOff],
    theme: Theme,
) -> Iterator[Wanted]:
    """All the words there might be, those that matter most first."""

    def said(word: str) -> Iterator[Wanted]:
        return (_said(scene, mark, word, theme) for mark in marks if word in mark.words)

    yield from said(LEADS)
    yield from said(CRASH)
    yield from (_of_cut(scene, cut, theme) for cut in cuts)
    yield from _at_the_left_edge(scene, theme)
    yield from said(RESTARTS)
    yield from said(TIMES_OUT)
    yield from (_commanded(scene, mark, theme) for mark in marks if mark.command)
    yield from (_answered(scene, mark, theme) for mark in marks if mark.answer)
    for word in OF_CLIENTS.values():
        yield from said(word)
    yield from _of_turns(scene, flights, theme)


def _said(scene: Scene, mark: Mark, word: str, theme: Theme) -> Wanted:
    colour = {LEADS: theme.ink, CRASH: theme.bad}.get(word, theme.muted)
    run = Run(word, SIZE, colour, bold=word == LEADS)
    return _beside(scene, run, mark.place, mark.row)


def _beside(scene: Scene, run: Run, place: int, row: int) -> Wanted:
    """Words over or under an event, or a little to one side of that."""
    x, width = scene.scale.x(place), _width(run)
    lefts = (x - width / 2, x - 7, x + 7 - width, x + 10, x - 10 - width)
    return Wanted(run, place, _boxes(run.words, width, lefts, _heights(scene, row)))


def _heights(scene: Scene, row: int) -> list[float]:
    """How high words may stand at a lifeline, those first where the fewest messages pass."""
    y, last = scene.scale.y(row), scene.scale.rows - 1
    above = [y - off for off in (FAR if row == 0 else NEAR)]
    below = [y + off for off in (FAR if row == last else NEAR)]
    return [*below, *above] if row == last and row else [*above, *below]


def _boxes(
    words: str, width: float, lefts: Iterable[float], heights: Iterable[float]
) -> tuple[Choice, ...]:
    starts = tuple(lefts)
    return tuple(
        (words, (left, y - HALF, left + width, y + HALF)) for y in heights for left in starts
    )


def _width(run: Run) -> float:
    width = width_of(run.words, run.size, mono=run.mono, bold=run.bold)
    return width if run.mono else width * TO_SPARE


def _of_cut(scene: Scene, cut: CutOff, theme: Theme) -> Wanted:
    """Who is cut off: over the box or under it, in its middle or as near to that as may be."""
    scale = scene.scale
    run = Run(shorten(cut.words(scene.names), CUT_ROOM, SIZE), SIZE, theme.bad)
    width = _width(run)
    left, right = scale.x(cut.start), scene.open_end if cut.end is None else scale.x(cut.end)
    middle = (left + right - width) / 2
    starts = [left + 4, *(scale.x(place) for place in range(cut.start, cut.end or cut.start))]
    lefts = [middle, *sorted(starts, key=lambda start: abs(start - middle)), left, right - width]
    inside = [min(max(start, LABELS + 8), scale.right - width) for start in lefts]
    above = scale.y(cut.rows[0]) - BESIDE_A_BOX
    below = scale.y(cut.rows[-1]) + BESIDE_A_BOX
    under = cut.rows[-1] == scale.rows - 1 or bool(cut.unreached)
    heights = (below, above) if under else (above, below)
    return Wanted(run, cut.start, _boxes(run.words, width, inside, heights))


def _at_the_left_edge(scene: Scene, theme: Theme) -> Iterator[Wanted]:
    """Who leads and who is down where the window begins."""
    place = scene.window.first
    for row, node in enumerate(scene.line[place].cluster.nodes):
        if leads(node):
            run = Run(LEADS, SIZE, theme.ink, bold=True)
        elif not node.up:
            run = Run("down", SIZE, theme.bad)
        else:
            continue
        lefts = (scene.scale.x(place) - 8,)
        yield Wanted(run, place, _boxes(run.words, _width(run), lefts, _heights(scene, row)))


def _commanded(scene: Scene, mark: Mark, theme: Theme) -> Wanted:
    """A client's command, with a sign that points at the event; at least that sign."""
    x, y = scene.scale.x(mark.place), scene.scale.y(mark.row)
    words = shorten(mark.command, COMMAND_ROOM, COMMAND_SIZE, mono=True)
    choices: list[Choice] = []
    alone: list[Choice] = []
    for height in _heights(scene, mark.row):
        sign = "↓" if height < y else "↑"
        after, before = f"{sign} {words}", f"{words} {sign}"
        width = _width(Run(after, COMMAND_SIZE, "", mono=True))
        # A sign is as wide as any letter: its middle stands over the event.
        one = _width(Run(sign, COMMAND_SIZE, "", mono=True))
        left, right = x - one / 2, x + one / 2
        top, bottom = height - HALF, height + HALF
        choices.append((after, (left, top, left + width, bottom)))
        choices.append((before, (right - width, top, right, bottom)))
        alone.append((sign, (left, top, right, bottom)))
    run = Run(words, COMMAND_SIZE, theme.ink, mono=True)
    return Wanted(run, mark.place, (*choices, *alone))


def _answered(scene: Scene, mark: Mark, theme: Theme) -> Wanted:
    """What a client is told."""
    words = shorten(mark.answer, COMMAND_ROOM, COMMAND_SIZE, mono=True)
    return _beside(scene, Run(words, COMMAND_SIZE, theme.ink, mono=True), mark.place, mark.row)


def _of_turns(scene: Scene, flights: Sequence[Flight], theme: Theme) -> Iterator[Wanted]:
    """What the network did to a message on its way."""
    for flight in flights:
        turns = [("held back", place) for place in flight.journey.held]
        if flight.journey.copied is not None:
            turns.append(("copied", flight.journey.copied))
        for word, place in turns:
            if place in scene.shown:
                # A copy begins on the curve of its original.
                where = flight.curve[0] if word == "copied" else flight.at(scene.scale.x(place))
                yield _near(Run(word, SIZE, theme.muted), place, where)


def _near(run: Run, place: int, where: Point) -> Wanted:
    (x, y), width = where, _width(run)
    beside = _boxes(run.words, width, (x + 8, x - 8 - width), (y - 4, y + 4, y - 10, y + 10))
    over = _boxes(run.words, width, (x - width / 2, x - 4, x + 4 - width), (y - 13, y + 13))
    return Wanted(run, place, (*beside, *over))
