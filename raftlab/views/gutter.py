"""The gutter: every message right of the cards, an arrow into it and one out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from raftlab.raft import (
    AppendEntries,
    AppendReply,
    ClientRequest,
    Cluster,
    InstallSnapshot,
    RequestVote,
    SnapshotReply,
    VoteReply,
)
from raftlab.views.lanes import Span, curve, first_half, order, ports, stand
from raftlab.views.layout import CLIENT_HEIGHT, TOP, Layout
from raftlab.views.pill_card import ONE_LINE, TWO_LINES, draw_pill
from raftlab.views.pills import Pill, merge
from raftlab.views.sheet import Run, Sheet

MOST_WITH_TWO_LINES = 6
MOST_ALONE = 12
SPACES = {TWO_LINES: 8, ONE_LINE: 5}
ARROWHEAD = 9


def draw_gutter(
    sheet: Sheet, cluster: Cluster, pills: Sequence[Pill], cards: Mapping[str, str], layout: Layout
) -> None:
    """Draw every message with its arrows; `cards` are the names, by node, that arrows go to."""
    drawn, height = _fit(pills, layout, len(cluster.nodes))
    _draw_heading(sheet, pills, drawn, layout)
    nodes = len(cluster.nodes)
    middles = {
        name: layout.card_top(place) + layout.card_height / 2
        for place, name in enumerate(cluster.names)
    }
    for place, client in enumerate(cluster.clients):
        middles[client.name] = layout.client_top(nodes, place) + CLIENT_HEIGHT / 2
    spans = [Span(middles[p.message.sender], middles[p.message.receiver]) for p in drawn]
    places = order(spans)
    drawn, spans = [drawn[i] for i in places], [spans[i] for i in places]
    first = TOP + height / 2
    last = layout.legend_top(len(cluster.nodes)) - 8 - height / 2
    heights = stand([span.middle for span in spans], height + SPACES[height], first, last)
    meets = ports(spans, heights, layout.card_height - 14)
    for pill, y, ends in zip(drawn, heights, meets, strict=True):
        name = draw_pill(sheet, pill, layout, y, height)
        ends_of_arrows = (cards[pill.message.sender], name, cards[pill.message.receiver])
        _draw_arrows(sheet, pill, ends_of_arrows, ends, y, height, layout)


def _fit(pills: Sequence[Pill], layout: Layout, nodes: int) -> tuple[list[Pill], int]:
    """The pills that there is room for, and their height: more messages get less room each."""
    room = layout.legend_top(nodes) - 8 - TOP
    if len(pills) <= min(MOST_WITH_TWO_LINES, room // (TWO_LINES + SPACES[TWO_LINES])):
        return list(pills), TWO_LINES
    most = room // (ONE_LINE + SPACES[ONE_LINE])
    if len(pills) <= min(MOST_ALONE, most):
        return list(pills), ONE_LINE
    return merge(pills)[:most], ONE_LINE


def _draw_heading(
    sheet: Sheet, pills: Sequence[Pill], drawn: Sequence[Pill], layout: Layout
) -> None:
    lost = sum(pill.lost for pill in pills)
    flying = len(pills) - lost
    words = f"{flying or 'no'} message{'' if flying == 1 else 's'} in flight"
    left_out = len(pills) - sum(1 + pill.others for pill in drawn)
    if left_out:
        words += f", {left_out} not drawn"
    runs = [Run(words, 12, sheet.theme.muted)]
    if lost:
        runs.append(Run(f"   ✕ {lost} lost", 12, sheet.theme.bad, bold=True))
    sheet.words(layout.pill_left, 14, layout.pill_width, *runs)


def _draw_arrows(
    sheet: Sheet,
    pill: Pill,
    ends: tuple[str, str, str],
    meets: Span,
    y: float,
    height: float,
    layout: Layout,
) -> None:
    """One arrow from the sender to the pill, one from the pill to the receiver or to nowhere."""
    sender, name, receiver = ends
    look = _look(pill, sheet)
    # The arrow from above meets the pill above the other, so that the two do not cross.
    spread = height / 5 if meets.sender < meets.receiver else -height / 5
    left, right = layout.card_width, layout.pill_left
    inward = curve((left, meets.sender), (right, y - spread))
    sheet.arrow(sender, name, inward, {**look, "id": f"{pill.id}-sent"})
    outward = curve((right, y + spread), (left + 1 + ARROWHEAD, meets.receiver))
    if pill.lost:
        outward = first_half(outward)
        sheet.arrow(name, receiver, outward, look)
        sheet.centred(*outward[-1], Run("✕", 14, sheet.theme.bad, bold=True))
    else:
        asks = isinstance(pill.message, RequestVote | AppendEntries | ClientRequest)
        asks = isinstance(pill.message, RequestVote | AppendEntries | InstallSnapshot)
        look |= {"id": f"{pill.id}-arrives", "arrowhead": "normal" if asks else "vee"}
        sheet.arrow(name, receiver, outward, look, tip=(left + 1, meets.receiver))


def _look(pill: Pill, sheet: Sheet) -> dict[str, str]:
    """How an arrow is drawn: elections dashed, a reply to a leader thinner."""
    votes = isinstance(pill.message, RequestVote | VoteReply)
    width = 1.5 if isinstance(pill.message, AppendReply | SnapshotReply) else 2
    theme = sheet.theme
    return {
        "class": "flight lost" if pill.lost else "flight",
        "style": "dashed" if votes else "solid",
        "penwidth": f"{width + 0.5 * pill.selected:g}",
        "color": theme.bad if pill.lost else theme.accent if pill.selected else theme.ink,
    }
