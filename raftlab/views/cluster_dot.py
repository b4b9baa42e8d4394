"""The picture of a cluster, as DOT: cards, logs, messages, and what a step changed."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from raftlab.raft import Cluster, Message, Step
from raftlab.views.cards import draw_card
from raftlab.views.cells import draw_log
from raftlab.views.changes import changes
from raftlab.views.client_cards import draw_client
from raftlab.views.gutter import draw_gutter
from raftlab.views.layout import WIDE, Layout
from raftlab.views.legend import draw_legend
from raftlab.views.marks import draw_marks, draw_strata
from raftlab.views.palette import LIGHT, Theme
from raftlab.views.pills import gather
from raftlab.views.row import rows
from raftlab.views.sheet import Sheet
from raftlab.views.tally import draw_tallies


def cluster_dot(
    cluster: Cluster,
    step: Step | None = None,
    *,
    columns: int | None = None,
    layout: Layout = WIDE,
    theme: Theme = LIGHT,
    selected: Message | None = None,
) -> str:
    """The DOT source of a cluster's picture, for `neato -n2`.

    `step` is what led here: what it changed is marked, what it lost is shown being lost. A cluster
    in the middle of a step may be drawn too: it is compared with the step's beginning. `columns`
    is the length of the longest log in the whole history (of this cluster, if None): the pictures
    of one history have one size and one column width. `selected` is one of the messages in flight.
    """
    columns = max(columns or 1, needed_columns(cluster))
    layout = replace(layout, clients=len(cluster.clients))
    sheet = Sheet(layout.width, layout.height(len(cluster.nodes)), theme)
    drawn = rows(cluster, changes(step.before if step else None, cluster), layout, columns)
    cards = {}
    for row in drawn:
        cards[row.node.name] = draw_card(sheet, row)
        draw_log(sheet, row)
        draw_marks(sheet, row)
    for upper, lower in pairwise(drawn):
        draw_strata(sheet, upper, lower, (cards[upper.node.name], cards[lower.node.name]))
    for place, client in enumerate(cluster.clients):
        before = step.before.client(client.name) if step else None
        top = layout.client_top(len(cluster.nodes), place)
        cards[client.name] = draw_client(sheet, client, before, layout, top)
    draw_tallies(sheet, cluster, layout, layout.grid(columns))
    draw_legend(sheet, layout, layout.legend_top(len(cluster.nodes)))
    draw_gutter(sheet, cluster, gather(cluster, step, selected), cards, layout)
    return sheet.source


def needed_columns(cluster: Cluster) -> int:
    """How many columns the longest of the logs takes; at least one."""
    return max(1, *(node.log.last_index for node in cluster.nodes))
