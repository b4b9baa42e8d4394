"""The logs: one cell an entry, one for a snapshot, the commit bar, what is left out."""

from __future__ import annotations

from math import ceil

from raftlab.raft import Entry
from raftlab.views.layout import CELL_HEIGHT, Grid
from raftlab.views.palette import Theme
from raftlab.views.row import Row
from raftlab.views.sheet import (
    TO_SPARE,
    Run,
    Sheet,
    cell,
    fits,
    row_of,
    shorten,
    span,
    table,
    width_of,
)
from raftlab.views.text_parts import held

LINE = 17
PADDING = 5
COMMAND_SIZES = (12, 11, 10)
BESIDE_THE_BAR = 2


def draw_log(sheet: Sheet, row: Row) -> None:
    """Draw what one node has discarded, its entries, and its commit bar."""
    if row.node.log.prefix_index:
        _draw_discarded(sheet, row)
    for index, entry in row.node.log.numbered():
        if index in row.grid.drawn:
            _draw_cell(sheet, row, index, entry)
    if not row.node.log.last_index:
        sheet.words(row.grid.left, row.cells_middle, 80, Run("empty log", 11, sheet.theme.muted))
    _draw_gap(sheet, row)
    if row.node.up and row.node.commit_index:
        _draw_commit_bar(sheet, row)


def _draw_discarded(sheet: Sheet, row: Row) -> None:
    """One cell for all that a snapshot has replaced, as wide as the columns of what it covers."""
    log, grid = row.node.log, row.grid
    index, term = log.prefix_index, sheet.theme.term(log.prefix_term)
    left, right = grid.centre(1) - grid.cell / 2, _end_of_column(grid, index)
    width = round(right - left)
    room = width - 2 * PADDING - 4
    upper, lower = f"snapshot to {index}", f"last of t{log.prefix_term}"
    if not fits(upper, room, 11):
        upper, lower = f"…{index}", f"t{log.prefix_term}"
    size = 10 if grid.tiny else 11
    runs = Run(upper, size, sheet.theme.ink, bold=True), Run(lower, size, term.word, bold=True)
    lines = (cell(span(run), width - 4, LINE, "CENTER") for run in runs)
    html = table(
        *lines,
        more=f' BORDER="2" STYLE="rounded" COLOR="{term.word}" BGCOLOR="{sheet.theme.card}" '
        f'FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="{CELL_HEIGHT}"',
    )
    middle = (left + right) / 2
    if "snapshot" in row.changed:
        _draw_ring(sheet, row, middle, width)
    tip = f"entries up to {index}, the last of term {log.prefix_term}, are in a snapshot"
    sheet.label(
        html, middle, row.cells_middle, id=f"{row.id}-snapshot", tooltip=tip, **{"class": "entry"}
    )


def _end_of_column(grid: Grid, index: int) -> float:
    """Where the column of an index ends; of one within the gap, where the gap begins or ends."""
    if not grid.hidden_from <= index <= grid.hidden_to:
        return grid.centre(index) + grid.cell / 2
    ends = grid.hidden_from - 1 if index < grid.hidden_to else grid.hidden_to + 1
    beyond = grid.centre(ends) + grid.cell / 2
    return beyond if index < grid.hidden_to else beyond - grid.sizing.pitch


def _draw_cell(sheet: Sheet, row: Row, index: int, entry: Entry) -> None:
    node, width, centre = row.node, row.grid.cell, row.grid.centre(index)
    applied = node.up and index <= node.last_applied
    committed = node.up and index <= node.commit_index
    colours = sheet.theme.term(entry.term)
    border, style = (2, "solid") if committed else (1, "dashed")
    html = table(
        *_lines(index, entry, width - 2 * border, applied, row.grid, sheet.theme),
        more=f' BORDER="{border}" STYLE="{style}" COLOR="{colours.word}" BGCOLOR="{colours.tint}" '
        f'FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="{CELL_HEIGHT}"',
    )
    if index in row.changed.entries or index in row.changed.applied:
        _draw_ring(sheet, row, centre, width)
    words = "applied" if applied else "committed" if committed else "not committed"
    sheet.label(
        html,
        centre,
        row.cells_middle,
        id=f"{row.id}-entry{index}",
        tooltip=f"entry {index}: {entry.command}, term {entry.term}, {words}",
        **{"class": "entry"},
    )


def _draw_ring(sheet: Sheet, row: Row, centre: float, cell_width: int) -> None:
    """The accent ring around a cell that the step changed. It shows past the cell drawn upon it."""
    width, height = cell_width + 5, CELL_HEIGHT + 5
    sheet.box(
        centre - width / 2,
        row.cells_middle - height / 2,
        width,
        height,
        color=sheet.theme.accent,
        penwidth="2.5",
        **{"class": "changed"},
    )


def _lines(
    index: int, entry: Entry, width: int, applied: bool, grid: Grid, theme: Theme
) -> list[str]:
    """The two lines of a cell; the narrower it is, the less it says."""
    tick = Run("✓" if applied else "", 12, theme.ink, bold=True)
    term = Run(f"t{entry.term}", 10.5 if grid.tiny else 12, theme.term(entry.term).word, bold=True)
    if grid.tiny:
        return [cell(span(run), width, LINE, "CENTER") for run in (term, tick)]
    padding = 2 if grid.small else PADDING
    pad, room = cell("", padding, LINE), width - 2 * padding
    upper = _index_and_term(Run(str(index), 11, theme.muted), term, room)
    mark = 13 if applied else 0
    words = "" if grid.small else held(entry)
    lower = cell(span(_command(words, room - mark, theme)), room - mark, LINE)
    if applied:
        lower += cell(span(tick), mark, LINE, "RIGHT")
    return [row_of(pad + upper + pad), row_of(pad + lower + pad)]


def _index_and_term(index: Run, term: Run, room: int) -> str:
    """Index left, term right. Where there is no room for both, the row of indexes has the index."""
    right = max(room // 2, ceil(width_of(term.words, term.size, bold=True) * TO_SPARE))
    left = room - right
    if not fits(index.words, left, index.size):
        return cell(span(term), room, LINE, "RIGHT")
    return cell(span(index), left, LINE) + cell(span(term), right, LINE, "RIGHT")


def _command(words: str, room: float, theme: Theme) -> Run:
    """The command in the largest type in which it fits, or else its beginning."""
    sizes = (size for size in COMMAND_SIZES if fits(words, room, size, mono=True))
    size = next(sizes, COMMAND_SIZES[-1])
    return Run(shorten(words, room, size, mono=True), size, theme.ink, mono=True)


def _draw_gap(sheet: Sheet, row: Row) -> None:
    """Say how many entries of this log are not drawn."""
    grid, log = row.grid, row.node.log
    first, last = max(log.first_index, grid.hidden_from), min(log.last_index, grid.hidden_to)
    if last < first:
        return
    tip = f"entries {first} to {last} are not drawn"
    x = grid.centre(first) - BESIDE_THE_BAR
    sheet.centred(
        x, row.cells_middle - 6, Run(f"{last - first + 1} more", 10, sheet.theme.muted), tip
    )
    sheet.centred(x, row.cells_middle + 7, Run("· · ·", 12, sheet.theme.muted), tip)


def _draw_commit_bar(sheet: Sheet, row: Row) -> None:
    grid, index = row.grid, row.node.commit_index
    gap = grid.sizing.pitch - grid.cell
    width = min(4, gap)
    x = grid.centre(index) + grid.cell / 2 + gap / 2 - width / 2
    if grid.hidden_from <= index <= grid.hidden_to:
        # In the gap, but beside the words that stand in it.
        x = grid.centre(index) + grid.sizing.pitch - gap - width
    sheet.box(
        x,
        row.top + 3,
        width,
        CELL_HEIGHT + 8,
        style="filled",
        fillcolor=sheet.theme.accent if "commit_index" in row.changed else sheet.theme.ink,
        penwidth="0",
        tooltip=f"commit_index {index}",
        **{"class": "commit"},
    )
