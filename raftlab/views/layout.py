"""Where everything stands: geometry in pixels, y downwards, as pure functions of a few numbers.

Nothing here reads a cluster's state. A card's place depends on the width of the picture and on how
many nodes there are, so it is the same in every frame of a history; how many columns the longest
log of that history needs only decides how wide a cell is.
"""

from __future__ import annotations

from dataclasses import dataclass

TOP = 28
CARD_HEIGHT = 70
CARD_GAP = 16
STATE_LINE = 16
CELL_TOP = 7
CELL_HEIGHT = 40
MARKER_ROW = 59
TALLY_HEIGHT = 56
LEGEND_LINE = 22
CLIENT_HEIGHT = 34
CLIENT_PITCH = 44


@dataclass(frozen=True, slots=True)
class Sizing:
    """Up to `columns` columns, each `pitch` wide, of which the cell itself takes `cell`."""

    columns: int
    pitch: int
    cell: int


@dataclass(frozen=True, slots=True)
class Grid:
    """The columns of the logs: which indexes are drawn, where, and which are left out.

    Entries `hidden_from` to `hidden_to` stand together in one gap of two columns.
    """

    left: int
    sizing: Sizing
    columns: int
    hidden_from: int = 0
    hidden_to: int = -1

    @property
    def cell(self) -> int:
        """The width of a cell."""
        return self.sizing.cell

    @property
    def small(self) -> bool:
        """Whether a cell has no room for its command."""
        return self.cell < 70

    @property
    def roomy(self) -> bool:
        """Whether there is room under a cell for a few words."""
        return self.cell >= 80

    @property
    def tiny(self) -> bool:
        """Whether a cell has room for its term only."""
        return self.cell < 30

    @property
    def right(self) -> float:
        """Where the last column ends that there is room for."""
        return self.left + self.sizing.columns * self.sizing.pitch

    @property
    def hidden(self) -> int:
        """How many columns are left out in the middle."""
        return self.hidden_to - self.hidden_from + 1

    @property
    def drawn(self) -> tuple[int, ...]:
        """The indexes that have a column of their own."""
        everything = range(1, self.columns + 1)
        return tuple(i for i in everything if not self.hidden_from <= i <= self.hidden_to)

    def centre(self, index: int) -> float:
        """The middle of a column; of the gap, for an index left out; one further, beyond the end.

        Index 0 stands before the first column.
        """
        if self.hidden_from <= index <= self.hidden_to:
            slot = self.hidden_from - 0.5
        elif self.hidden and self.hidden_to < index:
            slot = index - self.hidden + 1
        else:
            slot = index - 1
        return self.left + slot * self.sizing.pitch + self.sizing.cell / 2


@dataclass(frozen=True, slots=True)
class Layout:
    """The measures of a picture `width` pixels wide.

    What a node has committed and applied stands in a column from `state_left` on, or, where that
    is None, on a line of its own at the foot of a card that is so much higher.
    """

    width: int
    card_width: int
    log_left: int
    sizings: tuple[Sizing, ...]
    state_left: int | None
    pill_width: int
    legend_lines: int
    clients: int = 0

    def grid(self, columns: int) -> Grid:
        """The columns for logs of up to `columns` entries, as wide as the room allows."""
        for sizing in self.sizings:
            if columns <= sizing.columns:
                return Grid(self.log_left, sizing, columns)
        # The gap takes two columns; the later entries are the ones that things happen to.
        most = self.sizings[-1].columns - 2
        head = most // 3
        return Grid(self.log_left, self.sizings[-1], columns, head + 1, columns - (most - head))

    def height(self, nodes: int) -> int:
        """The height of the whole picture."""
        return self.legend_top(nodes) + self.legend_lines * LEGEND_LINE

    def card_top(self, place: int) -> int:
        """The upper edge of the card of the node at `place`, counted from 0."""
        return TOP + place * (self.card_height + CARD_GAP)

    def tally_top(self, nodes: int) -> int:
        """The upper edge of what is true of each column."""
        return self.card_top(nodes) - CARD_GAP + 9

    def client_top(self, nodes: int, place: int) -> int:
        """The upper edge of the card of the client at `place`, counted from 0."""
        return self.tally_top(nodes) + TALLY_HEIGHT + 8 + place * CLIENT_PITCH

    def legend_top(self, nodes: int) -> int:
        """The upper edge of the legend."""
        return self.client_top(nodes, self.clients)

    @property
    def card_height(self) -> int:
        """The height of every card."""
        return CARD_HEIGHT + (STATE_LINE if self.state_left is None else 0)

    @property
    def marks_right(self) -> int:
        """How far right the marks under a log may reach."""
        # They stand lower than the column of the state, so they may reach under it.
        return self.card_width - 6 if self.state_left is None else self.state_left + 20

    @property
    def pill_left(self) -> int:
        """The left edge of every message; between it and the cards run the arrows."""
        return self.width - self.pill_width - 2


WIDE = Layout(
    width=1068,
    card_width=776,
    log_left=260,
    sizings=(Sizing(2, 156, 140), Sizing(4, 102, 88), Sizing(8, 51, 44), Sizing(14, 29, 26)),
    state_left=676,
    pill_width=212,
    legend_lines=1,
)
# What GitHub's column and a notebook beside its list of files have room for.
MEDIUM = Layout(
    width=900,
    card_width=644,
    log_left=228,
    sizings=(
        Sizing(2, 146, 132),
        Sizing(3, 100, 90),
        Sizing(4, 75, 70),
        Sizing(6, 50, 44),
        Sizing(12, 25, 22),
    ),
    state_left=544,
    pill_width=200,
    legend_lines=2,
)
NARROW = Layout(
    width=752,
    card_width=490,
    log_left=230,
    sizings=(
        Sizing(2, 126, 120),
        Sizing(3, 84, 74),
        Sizing(6, 42, 36),
        Sizing(12, 21, 18),
        # Once entries are left out, the numbers under the log need more room again.
        Sizing(10, 23, 20),
    ),
    state_left=None,
    pill_width=200,
    legend_lines=2,
)
