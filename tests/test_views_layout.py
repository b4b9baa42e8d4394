"""Where things stand: cards that never move, columns that fit, arrows that keep their channel."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raftlab.views.lanes import Span, curve, first_half, order, ports, stand
from raftlab.views.layout import CARD_GAP, MEDIUM, NARROW, WIDE, Layout

LAYOUTS = pytest.mark.parametrize(
    "layout", [WIDE, MEDIUM, NARROW], ids=["wide", "medium", "narrow"]
)


@LAYOUTS
@pytest.mark.parametrize("columns", range(1, 60))
def test_every_column_fits_between_the_card_and_its_right_side(
    layout: Layout, columns: int
) -> None:
    grid = layout.grid(columns)
    right = layout.state_left or layout.card_width
    centres = [grid.centre(index) for index in grid.drawn]
    assert grid.left <= centres[0] - grid.cell / 2
    assert centres[-1] + grid.cell / 2 < right
    assert all(later - earlier >= grid.cell for earlier, later in pairwise(centres))


def test_a_wide_picture_has_cells_of_88_pixels_for_four_columns_and_narrower_ones_for_more() -> (
    None
):
    assert [WIDE.grid(columns).cell for columns in (4, 5, 8, 9, 14, 15)] == [88, 44, 44, 26, 26, 26]


@LAYOUTS
def test_long_logs_are_left_out_in_the_middle(layout: Layout) -> None:
    most = layout.sizings[-1].columns
    assert layout.grid(most).hidden == 0
    grid = layout.grid(most + 10)
    assert len(grid.drawn) == most - 2
    assert grid.hidden == 12
    assert grid.drawn[0] == 1
    assert grid.drawn[-1] == most + 10
    before, after = grid.centre(grid.hidden_from - 1), grid.centre(grid.hidden_to + 1)
    gap = {grid.centre(index) for index in range(grid.hidden_from, grid.hidden_to + 1)}
    assert gap == {(before + after) / 2}


def test_rows_are_equally_far_apart_whatever_the_logs() -> None:
    tops = [WIDE.card_top(place) for place in range(9)]
    assert {lower - upper for upper, lower in pairwise(tops)} == {WIDE.card_height + CARD_GAP}
    assert WIDE.height(5) - WIDE.height(4) == WIDE.card_height + CARD_GAP


wishes = st.lists(st.floats(0, 600), max_size=12).map(sorted)


@given(wishes)
def test_messages_stand_apart_and_within_their_room(wished: list[float]) -> None:
    heights = stand(wished, 30, 0, 600)
    assert all(later - earlier > 29.99 for earlier, later in pairwise(heights))
    assert all(-0.01 <= height <= 600.01 for height in heights)


def test_messages_that_are_far_apart_stand_where_they_wish() -> None:
    assert stand([40, 100, 200], 50, 0, 600) == [40, 100, 200]


def test_messages_that_are_too_close_stand_around_what_they_wish() -> None:
    assert stand([100, 100, 100], 50, 0, 600) == [50, 100, 150]


def test_each_arrow_has_a_place_of_its_own_at_a_card() -> None:
    spans = [Span(100, 200), Span(100, 300), Span(200, 100)]
    meets = ports(spans, [150, 200, 250], 56)
    assert meets == [Span(86, 193), Span(100, 300), Span(207, 114)]


def test_messages_stand_in_the_order_of_their_ends() -> None:
    assert order([Span(300, 400), Span(100, 300), Span(100, 200)]) == [2, 1, 0]


heights = st.floats(0, 800)


@given(heights, heights)
def test_an_arrow_never_leaves_the_channel(start: float, end: float) -> None:
    left, right = WIDE.card_width, WIDE.pill_left
    path = curve((left, start), (right, end))
    # A Bézier curve stays within the hull of its points.
    assert all(left <= x <= right for x, _ in path + first_half(path))
    assert first_half(path)[-1] == pytest.approx(((left + right) / 2, (start + end) / 2))
