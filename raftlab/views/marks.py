"""What stands under and between the cells: the leader's beliefs, and which entries are the same."""

from __future__ import annotations

from raftlab.raft import Entry, Node
from raftlab.views.layout import CARD_HEIGHT, MARKER_ROW
from raftlab.views.row import CHANGED, Row
from raftlab.views.sheet import Run, Sheet

ROOM_LEFT_OF_LOG = 62


def draw_marks(sheet: Sheet, row: Row) -> None:
    """Draw what the leader knows: in its own row what it has counted, in others what it believes.

    It is a belief, not the truth; the truth stands under the columns.
    """
    marked: set[int] = set()
    if row.leader is row.node:
        marked = _draw_counts(sheet, row)
    elif row.leader is not None and row.node.name in row.leader.next_index:
        marked = _draw_beliefs(sheet, row, row.leader)
    _draw_changed(sheet, row, marked)


def _draw_counts(sheet: Sheet, row: Row) -> set[int]:
    """What the leader has counted of entries not yet committed; gives their indexes."""
    node, grid = row.node, row.grid
    members = len(node.configuration.members)
    counted = {i for i in grid.drawn if node.commit_index < i <= node.log.last_index}
    for index in counted:
        held = 1 + sum(index <= match for match in node.match_index.values())
        words = f"{held}/{members}" if grid.small else f"counts {held} of {members}"
        run = Run(words, 11 if grid.cell > 20 else 10, sheet.theme.muted)
        sheet.centred(grid.centre(index), row.top + MARKER_ROW, run)
    return counted


def _draw_beliefs(sheet: Sheet, row: Row, leader: Node) -> set[int]:
    """`match_index` and `next_index` of one follower, under the cells they point at."""
    grid, name = row.grid, row.node.name
    match, following = leader.match_index.get(name, 0), leader.next_index[name]
    new = name in row.believed_anew
    colour = sheet.theme.accent if new else sheet.theme.muted
    y = row.top + MARKER_ROW
    words = f"▲ match {match}" if match == 0 or not grid.small else f"▲{match}"
    x = grid.centre(match) if match else grid.left - ROOM_LEFT_OF_LOG / 2 - 4
    sheet.centred(x, y, Run(words, _size(words, row), colour, bold=new))
    words = f"△{following}" if grid.small else f"△ next {following}"
    x = grid.centre(following)
    if not grid.small and grid.right < x:
        # One past the last column there is less room: the number alone, close to the column.
        words = f"△{following}"
        x -= grid.cell / 2 - 8
    sheet.centred(x, y, Run(words, _size(words, row), colour, bold=new))
    return {match, following}


def _size(words: str, row: Row) -> float:
    tight = row.grid.tiny and words[1:].isdecimal() and row.grid.sizing.pitch < 8 * len(words)
    return 10 if tight else 11


def _draw_changed(sheet: Sheet, row: Row, marked: set[int]) -> None:
    """A ◆ under what the step changed, and a word where no other mark stands."""
    grid, accent, y = row.grid, sheet.theme.accent, row.top + MARKER_ROW
    for index in sorted(row.changed.entries | row.changed.applied):
        if index not in grid.drawn:
            continue
        x = grid.centre(index)
        if index not in marked:
            word = "new" if index in row.changed.entries else "applied"
            words = CHANGED if grid.small else f"{CHANGED} {word}"
            sheet.centred(x, y, Run(words, 11, accent, bold=True))
        elif not grid.small:
            sheet.centred(x - grid.cell / 2 + 5, y, Run(CHANGED, 10, accent))
    for index in row.changed.removed.intersection(grid.drawn):
        words = CHANGED if grid.small else f"{CHANGED} removed"
        sheet.centred(grid.centre(index), row.cells_middle, Run(words, 11, accent, bold=True))


def draw_strata(sheet: Sheet, upper: Row, lower: Row, ends: tuple[str, str]) -> None:
    """Short strokes between two neighbouring cards, where they hold the same entry."""
    top, bottom = upper.top + CARD_HEIGHT + 2, lower.top - 2
    third = (bottom - top) / 3
    for index in upper.grid.drawn:
        entry = entry_at(upper.node, index)
        if entry is not None and entry == entry_at(lower.node, index):
            x = upper.grid.centre(index)
            path = [(x, top), (x, top + third), (x, bottom - third), (x, bottom)]
            colour = sheet.theme.term(entry.term).stroke
            look = {"penwidth": "4", "color": colour, "class": "stratum"}
            sheet.arrow(*ends, path, look)


def entry_at(node: Node, index: int) -> Entry | None:
    """The entry that a node's log keeps at an index, if any."""
    log = node.log
    return log[index] if log.first_index <= index <= log.last_index else None
