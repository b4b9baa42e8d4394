"""The truth under each column, and the legend.

Which entry most nodes hold there, on how many, and whether it is committed: known from what the
nodes ever took for committed, not from what any of them believes now.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from raftlab.raft import Cluster, Entry
from raftlab.views.layout import TALLY_HEIGHT, Grid, Layout
from raftlab.views.palette import Theme
from raftlab.views.sheet import Run, Sheet, cell, span, table

FIRST = 11
LINE = 17
HEADINGS = 160


@dataclass(frozen=True, slots=True)
class Tally:
    """An entry, the nodes that hold it at one index, and whether it is committed there.

    Whoever has discarded a committed entry holds what it came to, in a snapshot.
    """

    index: int
    entry: Entry
    holders: tuple[bool, ...]
    committed: bool
    majority: bool

    @property
    def held(self) -> str:
        """On how many nodes of how many: "3 of 5"."""
        return f"{sum(self.holders)} of {len(self.holders)}"

    @property
    def sentence(self) -> str:
        """The whole of it in words."""
        verdict = "committed" if self.committed else "not committed"
        return f"entry {self.index} of term {self.entry.term}: on {self.held} nodes, {verdict}"


def tally(cluster: Cluster, index: int) -> Tally | None:
    """What is true at an index: the committed entry, or else the one that most nodes hold."""
    held = [dict(node.log.numbered()).get(index) for node in cluster.nodes]
    committed = next(
        (
            found.entry
            for past in cluster.pasts
            for found in past.committed[index - 1 : index]
            if found
        ),
        None,
    )
    counts = Counter(entry for entry in held if entry is not None)
    if not counts and committed is None:
        return None
    entry = committed or max(counts, key=lambda entry: (counts[entry], entry.term))
    covers = (committed is not None and index <= n.log.prefix_index for n in cluster.nodes)
    holders = tuple(other == entry or c for other, c in zip(held, covers, strict=True))
    names = [name for name, holds in zip(cluster.names, holders, strict=True) if holds]
    majority = cluster.nodes[0].configuration.is_quorum(names)
    return Tally(index, entry, holders, committed is not None, majority)


def draw_tallies(sheet: Sheet, cluster: Cluster, layout: Layout, grid: Grid) -> None:
    """Draw the truth under every column, and to its left what it says."""
    top = layout.tally_top(len(cluster.nodes))
    found = [t for index in grid.drawn if (t := tally(cluster, index)) is not None]
    for one in found:
        if one.majority and not one.committed:
            _draw_frame(sheet, one, grid, top)
        for number, run in enumerate(_lines(one, grid, sheet.theme)):
            sheet.centred(grid.centre(one.index), top + FIRST + number * LINE, run, one.sentence)
    for number, words in enumerate(_headings(cluster, grid) if found else ()):
        html = table(cell(span(Run(words, 11, sheet.theme.muted)), HEADINGS, LINE, "RIGHT"))
        sheet.label(html, grid.left - 16 - HEADINGS / 2, top + FIRST + number * LINE)


def _headings(cluster: Cluster, grid: Grid) -> list[str]:
    """What each line says, at the left."""
    if grid.tiny:
        return ["index", "copies", "committed"]
    if grid.small:
        return ["term", "copies", "committed"]
    if len(cluster.nodes) == 1:
        return ["copy on the only node"]
    numbered = all(name == f"node{n}" for n, name in enumerate(cluster.names, start=1))
    nodes = f"nodes 1 to {len(cluster.nodes)}" if numbered else "each node, in order"
    return [f"copies on {nodes}"]


def _draw_frame(sheet: Sheet, one: Tally, grid: Grid, top: int) -> None:
    """The frame of an uncommitted cell, around a majority that makes nothing committed."""
    colours = sheet.theme.term(one.entry.term)
    width = grid.cell + 2 if grid.small else min(max(grid.cell, 80) + 8, grid.sizing.pitch)
    sheet.box(
        grid.centre(one.index) - width / 2,
        top,
        width,
        TALLY_HEIGHT,
        style="filled,dashed",
        fillcolor=colours.tint,
        color=colours.word,
    )


def _lines(one: Tally, grid: Grid, theme: Theme) -> list[Run]:
    """Three lines under a column: the less room, the fewer words."""
    word = theme.term(one.entry.term).word
    strong = one.majority and not one.committed
    if grid.small:
        above = Run(f"t{one.entry.term}", 11, word, bold=True)
        if grid.tiny:
            above = Run(str(one.index), 10, theme.muted)
        held = str(sum(one.holders)) if grid.tiny else one.held
        tick = Run("✓" if one.committed else "–", 11, theme.ink)
        return [above, Run(held, 10.5, word if grid.tiny else theme.ink, strong), tick]
    size = 12 if grid.cell > 80 else 10.5
    space = " " if len(one.holders) < 7 else ""
    dots = space.join("●" if holds else "○" for holds in one.holders)
    return [
        Run(dots, 11 if space else 10, word),
        Run(f"t{one.entry.term} on {one.held}", size, theme.ink, strong),
        Run("committed" if one.committed else "not committed", size, theme.ink, strong),
    ]
