"""Some moments of a run as a strip for slides: each its number, a small picture, its sentence.

One sheet holds them all, so that what is drawn as SVG is drawn as PNG too. Words are broken into
lines and never shortened: the strip grows with what there is to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import ceil

from raftlab.raft import Cluster
from raftlab.sim.history import History, Moment
from raftlab.views.changes import changes
from raftlab.views.draw import svg
from raftlab.views.layout import Layout, Sizing
from raftlab.views.palette import LIGHT, Theme
from raftlab.views.row import Row, rows
from raftlab.views.sheet import Run, Sheet, fits, printable, width_of
from raftlab.views.snapshot import (
    LOG_LEFT,
    ROW_GAP,
    ROW_HEIGHT,
    WORDS_ROOM,
    draw_node,
    layout_for,
)
from raftlab.views.still import on_ground
from raftlab.views.strip_frames import StripFrame, strip_frames
from raftlab.views.text_parts import held

MOST_ACROSS = 4
LEAST_WIDTH, MOST_WIDTH, MOST_COLUMNS = 240, 460, 14
GAP, ROW_SPACE = 28, 26
HEAD = 30
LINE = 18
BIG, SMALL = 14, 13
# What a cell needs besides its command: borders, padding, the mark of what is applied.
AROUND_A_COMMAND = 4 + 10 + 13 + 1
COMMAND, CUT = 10, 11


def strip_svg(
    history: History,
    moments: Iterable[int] | None = None,
    *,
    across: int | None = None,
    theme: Theme = LIGHT,
) -> str:
    """The strip as one `<svg>` element that needs nothing from elsewhere, on its own ground.

    `moments` are as in `strip_frames`; `across` is how many stand side by side. Raises NoEngine
    where nothing draws, and what `strip_frames` raises.
    """
    frames = strip_frames(history, moments)
    words = printable(" ".join(filter(None, (history.title, *map(str, frames)))))
    drawn = on_ground(svg(strip_dot(frames, across=across, theme=theme), words), theme)
    # A node has an id in each frame: as one document they must be without.
    return re.sub(r'(<g) id="[^"]*"', r"\1", drawn)


def strip_dot(
    frames: Sequence[StripFrame], *, across: int | None = None, theme: Theme = LIGHT
) -> str:
    """The DOT source of a strip, for `neato -n2`. Raises ValueError if `across` is no number."""
    across = _across(len(frames), across)
    layout, columns = _layout(frames)
    width = max(LEAST_WIDTH, layout.width)
    captions = [tuple(_lines(frame, width, theme)) for frame in frames]
    bands = [range(len(frames))[first : first + across] for first in range(0, len(frames), across)]
    heights = [_caption_top(frames) + LINE * max(len(captions[n]) for n in band) for band in bands]
    whole = sum(heights) + ROW_SPACE * (len(bands) - 1)
    sheet = _Frames(across * (width + GAP) - GAP, whole, theme)
    for band, height in zip(bands, heights, strict=True):
        for place, number in enumerate(band):
            sheet.left = place * (width + GAP)
            _draw_cluster(sheet, frames[number].moment, layout, columns)
            _draw_words(sheet, frames[number].label, captions[number], width, _caption_top(frames))
        sheet.top += height + ROW_SPACE
    return sheet.source


class _Frames(Sheet):
    """A sheet on which places are counted from the corner of one frame after the other."""

    left = 0
    top = 0

    def _point(self, x: float, y: float) -> str:
        return super()._point(self.left + x, self.top + y)


def _across(frames: int, across: int | None) -> int:
    """How many side by side: as asked, or rows of up to four that are as even as can be."""
    if across is None:
        return ceil(frames / ceil(frames / MOST_ACROSS))
    if isinstance(across, bool) or not isinstance(across, int) or across < 1:
        raise ValueError(f"So many frames stand side by side: 1 or more, not {across!r}.")
    return min(across, frames)


def _layout(frames: Sequence[StripFrame]) -> tuple[Layout, int]:
    """The measures of every picture, and its columns: with room for the commands if they are few.

    A slide has more room for a frame than the card of a verdict, whose measures they are otherwise,
    and more for a long log.
    """
    nodes = [node for frame in frames for node in frame.moment.cluster.nodes]
    columns = max(node.log.last_index for node in nodes)
    commands = [held(entry) for node in nodes for _, entry in node.log.numbered()]
    longest = max((width_of(words, COMMAND, mono=True) for words in commands), default=0)
    whole = ceil(longest) + AROUND_A_COMMAND
    small = layout_for(columns)
    if columns > small.sizings[-1].columns:
        return _measures(Sizing(min(columns, MOST_COLUMNS), 25, 22)), columns
    roomy = _measures(Sizing(columns, whole + 12, whole))
    fewer = not columns or roomy.width > MOST_WIDTH or small.grid(columns).cell >= whole
    return (small if fewer else roomy), columns


def _measures(sizing: Sizing) -> Layout:
    width = LOG_LEFT + sizing.columns * sizing.pitch + 6
    return Layout(width, width, LOG_LEFT, (sizing,), None, 0, 0)


def _caption_top(frames: Sequence[StripFrame]) -> int:
    """Where the words begin below each picture: the nodes of a run are as many in each."""
    nodes = max(len(frame.moment.cluster.nodes) for frame in frames)
    return HEAD + nodes * (ROW_HEIGHT + ROW_GAP) + 4


def _draw_words(sheet: Sheet, label: str, lines: Sequence[Run], width: int, top: int) -> None:
    sheet.words(0, 9, width, Run(label, SMALL, sheet.theme.muted, bold=True))
    sheet.box(0, HEAD - 10, width, 2, style="filled", fillcolor=sheet.theme.rule, penwidth="0")
    for number, line in enumerate(lines):
        sheet.words(0, top + LINE * (number + 0.5), width, line)


def _draw_cluster(sheet: Sheet, moment: Moment, layout: Layout, columns: int) -> None:
    before = moment.step.before if moment.step else None
    drawn = rows(moment.cluster, changes(before, moment.cluster), layout, columns)
    for place, row in enumerate(drawn):
        top = HEAD + place * (ROW_HEIGHT + ROW_GAP)
        draw_node(sheet, replace(row, top=top, cut=_cut_off(row, moment.cluster)))


def _cut_off(row: Row, cluster: Cluster) -> str:
    """From whom a node is cut off: by their names, or by their number where those are too long."""
    if fits(row.cut, WORDS_ROOM, CUT):
        return row.cut
    name = row.node.name
    unreached = {receiver for sender, receiver in cluster.cut if sender == name}
    unheard = {sender for sender, receiver in cluster.cut if receiver == name}
    others = len(unreached | unheard)
    if unreached != unheard:
        return f"links cut, {others} others"
    return f"cut off from {'all' if others == len(row.node.peers) else others} others"


def _lines(frame: StripFrame, width: float, theme: Theme) -> Iterator[Run]:
    """What is said of a frame, a run a line."""
    for words, size, colour, bold in (
        (frame.sentence, BIG, theme.ink, True),
        (frame.note, SMALL, theme.muted, False),
        *((f"✕ {words}", SMALL, theme.bad, True) for words in frame.broken),
    ):
        for line in wrapped(words, width, size, bold=bold):
            yield Run(line, size, colour, bold=bold)


def wrapped(words: str, room: float, size: float, *, bold: bool = False) -> Iterator[str]:
    """Words in lines that fit into `room` pixels; a word that alone does not is broken."""
    line = ""
    for word in printable(" ".join(words.split())).split():
        joined = f"{line} {word}".strip()
        if fits(joined, room, size, bold=bold):
            line = joined
            continue
        if line:
            yield line
        line = ""
        for character in word:
            # One character alone always has its line.
            if line and not fits(line + character, room, size, bold=bold):
                yield line
                line = ""
            line += character
    if line:
        yield line
