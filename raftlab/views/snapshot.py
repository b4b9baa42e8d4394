"""A cluster in small: who leads which term, who voted for whom, and the logs, with what changed.

Several of these stand side by side as the key moments of a run. What lies between the nodes, and
what a leader believes of others, is left to the large picture.
"""

from __future__ import annotations

from dataclasses import replace

from raftlab.raft import Cluster, Step
from raftlab.views.cards import SIGNS
from raftlab.views.cells import draw_log
from raftlab.views.changes import changes
from raftlab.views.layout import CELL_HEIGHT, CELL_TOP, Layout, Sizing
from raftlab.views.palette import Theme
from raftlab.views.row import CHANGED, Row, rows
from raftlab.views.sheet import LOW, Run, Sheet, cell, shorten, span, table, width_of

ROW_HEIGHT = CELL_HEIGHT + 2 * CELL_TOP
ROW_GAP = 8
TEXT_LEFT = 34
LOG_LEFT = 174
SMALL = 11
BADGE = 30
WORDS_ROOM = LOG_LEFT - 6 - TEXT_LEFT


def _layout(width: int, *sizings: Sizing) -> Layout:
    return Layout(width, width, LOG_LEFT, sizings, None, 0, 0)


LAYOUTS = (
    _layout(LOG_LEFT + 4, Sizing(0, 0, 0)),
    _layout(276, Sizing(1, 96, 80)),
    _layout(334, Sizing(2, 77, 70), Sizing(3, 51, 44), Sizing(5, 30, 26), Sizing(6, 25, 22)),
)


def longest_log(cluster: Cluster) -> int:
    """How many columns the logs take; none if all are empty."""
    return max(node.log.last_index for node in cluster.nodes)


def layout_for(columns: int) -> Layout:
    """The measures of a picture in which no log is longer than `columns`."""
    return next((one for one in LAYOUTS if columns <= one.sizings[-1].columns), LAYOUTS[-1])


def snapshot_dot(cluster: Cluster, step: Step | None, columns: int, theme: Theme) -> str:
    """The DOT source of a small picture, for `neato -n2`; `step` is what led here, if anything.

    `columns` is the length of the longest log in all the pictures that stand together.
    """
    columns = max(columns, longest_log(cluster))
    layout = layout_for(columns)
    pitch = ROW_HEIGHT + ROW_GAP
    sheet = Sheet(layout.width, pitch * len(cluster.nodes) - ROW_GAP, theme)
    changed = changes(step.before if step else None, cluster)
    for place, row in enumerate(rows(cluster, changed, layout, columns)):
        draw_node(sheet, replace(row, top=place * pitch))
    return sheet.source


def draw_node(sheet: Sheet, row: Row) -> None:
    """Draw one node: who it is, its term, its role and vote, its log."""
    theme, node = sheet.theme, row.node
    dashed = ",dashed" if row.cut or not node.up else ""
    sheet.box(
        1,
        row.top + 1,
        row.layout.width - 2,
        ROW_HEIGHT - 2,
        style=f"rounded,filled{dashed}",
        fillcolor=theme.card if node.up else theme.down,
        color=theme.bad if row.cut else theme.ink if row.leads else theme.edge,
        penwidth="2" if row.leads or row.cut else "1.25",
    )
    bar = theme.term(node.current_term).stroke if node.up else theme.edge
    sheet.box(6, row.top + 8, 4, ROW_HEIGHT - 16, style="filled", fillcolor=bar, penwidth="0")
    # A third line needs the first two a little higher.
    y = row.top + (14 if row.cut else 18)
    _name_and_term(sheet, row, y)
    _role_and_vote(sheet, row, y + (15 if row.cut else 18))
    if row.cut:
        words = shorten(row.cut, WORDS_ROOM, SMALL)
        sheet.words(TEXT_LEFT, y + 29, WORDS_ROOM, Run(words, SMALL, theme.bad))
    if row.grid.columns:
        draw_log(sheet, row)


def _name_and_term(sheet: Sheet, row: Row, y: float) -> None:
    theme, node = sheet.theme, row.node
    sign = Run(SIGNS[node.role] if node.up else "✕", 14, theme.ink if node.up else theme.bad)
    sheet.centred(22, y, sign)
    room = LOG_LEFT - 10 - BADGE - 4 - TEXT_LEFT
    name = shorten(node.name, room, 13, bold=True)
    ink = theme.ink if node.up else theme.muted
    sheet.words(TEXT_LEFT, y, room, Run(name, 13, ink, bold=True))
    term = theme.term(node.current_term)
    ring = f'2" COLOR="{theme.accent}' if "current_term" in row.changed else "0"
    number = shorten(f"t{node.current_term}", BADGE, 11.5, bold=True)
    word = span(Run(number, 11.5, term.word, bold=True))
    look = f' BORDER="{ring}" STYLE="rounded" BGCOLOR="{term.tint}"'
    sheet.label(
        table(cell(word, BADGE, 17, "CENTER", LOW), more=look), LOG_LEFT - 10 - BADGE / 2, y
    )


def _role_and_vote(sheet: Sheet, row: Row, y: float) -> None:
    theme, node = sheet.theme, row.node
    new = any(field in row.changed for field in ("role", "up", "voted_for"))
    colour = theme.accent if new else theme.ink if row.leads else theme.muted
    colour = colour if node.up else theme.bad
    role = f"{CHANGED} " * new + (node.role.value if node.up else "down")
    voted = f", voted {node.voted_for}" if node.voted_for is not None else ", no vote yet"
    left = WORDS_ROOM - width_of(role, SMALL, bold=row.leads)
    vote = Run(shorten(voted, left, SMALL), SMALL, colour)
    sheet.words(TEXT_LEFT, y, WORDS_ROOM, Run(role, SMALL, colour, bold=row.leads), vote)
