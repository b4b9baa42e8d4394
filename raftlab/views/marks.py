"""What stands under and between the cells: the leader's beliefs, and which entries are the same."""

from __future__ import annotations

from raftlab.raft import Entry, Node
from raftlab.views.layout import MARKER_ROW
from raftlab.views.row import CHANGED, Row
from raftlab.views.sheet import Run, Sheet, width_of

ROOM_LEFT_OF_LOG = 62


def draw_marks(sheet: Sheet, row: Row) -> None:
    """Draw what the leader knows: in its own row what it has counted, in others what it believes.

    It is a belief, not the truth; the truth stands under the columns.
    """
    marked: dict[int, float] = {}
    if row.leader is row.node:
        marked = _draw_counts(sheet, row)
    elif row.leader is not None and row.node.name in row.leader.next_index:
        marked = _draw_beliefs(sheet, row, row.leader)
    _draw_changed(sheet, row, marked)


def _draw_counts(sheet: Sheet, row: Row) -> dict[int, float]:
    """What the leader has counted of entries not yet committed; gives where each mark begins."""
    node, grid = row.node, row.grid
    members = len(node.configuration.members)
    begins = {}
    for index in grid.drawn:
        if not node.commit_index < index <= node.log.last_index:
            continue
        held = 1 + sum(index <= match for match in node.match_index.values())
        words = f"counts {held} of {members}" if grid.roomy else f"counts {held}/{members}"
        words = words.removeprefix("counts ") if grid.small else words
        run = Run(words, 11 if grid.cell > 20 else 10, sheet.theme.muted)
        begins[index] = _centred(sheet, row, grid.centre(index), run, row.layout.marks_right)
    return begins


def _draw_beliefs(sheet: Sheet, row: Row, leader: Node) -> dict[int, float]:
    """`match_index` and `next_index` of one follower, under the cells they point at.

    Gives where each mark begins.
    """
    grid, name = row.grid, row.node.name
    match, following = leader.match_index.get(name, 0), leader.next_index[name]
    new = name in row.believed_anew
    colour = sheet.theme.accent if new else sheet.theme.muted
    # Where both point at entries left out, they share the gap, which is two columns wide.
    apart = grid.sizing.pitch / 2 if grid.centre(following) == grid.centre(match) else 0
    words = f"△{following}" if grid.small else f"△ next {following}"
    x = grid.centre(following) + apart
    if not grid.small and grid.right < x:
        # One past the last column there is less room: the number alone, close to the column.
        words = f"△{following}"
        x -= grid.cell / 2 - 8
    right: float = row.layout.marks_right
    run = Run(words, _size(words, row), colour, bold=new)
    begins = {following: _centred(sheet, row, x, run, right)}
    words = f"▲ match {match}" if match == 0 or not grid.small else f"▲{match}"
    x = grid.centre(match) - apart if match else grid.left - ROOM_LEFT_OF_LOG / 2 - 4
    if match < following:
        right = begins[following]
    begins[match] = _centred(sheet, row, x, Run(words, _size(words, row), colour, bold=new), right)
    return begins


def _centred(sheet: Sheet, row: Row, x: float, run: Run, right: float) -> float:
    """A mark under the cells, its middle at `x` or as near as `right` allows; where it begins."""
    width = width_of(run.words, run.size, bold=run.bold)
    x = min(x, right - width / 2)
    sheet.centred(x, row.top + MARKER_ROW, run)
    return x - width / 2


def _size(words: str, row: Row) -> float:
    tight = row.grid.tiny and words[1:].isdecimal() and row.grid.sizing.pitch < 8 * len(words)
    return 10 if tight else 11


def _draw_changed(sheet: Sheet, row: Row, marked: dict[int, float]) -> None:
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
            sheet.centred(marked[index] - 8, y, Run(CHANGED, 10, accent))
    for index in row.changed.removed.intersection(grid.drawn):
        words = CHANGED if grid.small else f"{CHANGED} removed"
        sheet.centred(grid.centre(index), row.cells_middle, Run(words, 11, accent, bold=True))


def draw_strata(sheet: Sheet, upper: Row, lower: Row, ends: tuple[str, str]) -> None:
    """Short strokes between two neighbouring cards, where they hold the same entry."""
    top, bottom = upper.top + upper.layout.card_height + 2, lower.top - 2
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
