"""One node as it is to be drawn: where, and with everything about it that is not in the node."""

from __future__ import annotations

from dataclasses import dataclass

from raftlab.raft import Cluster, Node, Role
from raftlab.views.changes import Changes
from raftlab.views.layout import CELL_HEIGHT, CELL_TOP, Grid, Layout

CHANGED = "◆"
MOST_NAMES = 3


@dataclass(frozen=True, slots=True)
class Row:
    """A node, the upper edge of its card, and the columns of its log.

    `changed` is what the step changed of it; `leader` is the node whose beliefs are shown, if there
    is one, and `believed_anew` the peers of whom it believes something new; `cut` says to and from
    whom no message passes, and is empty where all do.
    """

    node: Node
    top: int
    layout: Layout
    grid: Grid
    changed: Changes
    leader: Node | None
    believed_anew: frozenset[str]
    cut: str

    @property
    def cells_middle(self) -> float:
        """The height of the middle of the cells."""
        return self.top + CELL_TOP + CELL_HEIGHT / 2

    @property
    def leads(self) -> bool:
        """Whether the node runs and takes itself for the leader."""
        return leads(self.node)

    @property
    def id(self) -> str:
        """The node's id in the picture."""
        return picture_id(self.node)


def picture_id(node: Node) -> str:
    """The id of a node in a picture: its name, or its number where the name could be none."""
    name = node.name
    if name.isascii() and name.replace("-", "").replace("_", "").isalnum():
        return name
    return f"server{node.configuration.members.index(name) + 1}"


def leads(node: Node) -> bool:
    """Whether a node runs and takes itself for the leader."""
    return node.up and node.role is Role.LEADER


def rows(
    cluster: Cluster, changed: dict[str, Changes], layout: Layout, columns: int
) -> tuple[Row, ...]:
    """Every node as it is to be drawn, from top to bottom."""
    # Of several leaders only the one of the highest term can still commit: its beliefs count.
    leaders = [node for node in cluster.nodes if leads(node)]
    leader = max(leaders, key=lambda node: node.current_term, default=None)
    return tuple(
        Row(
            node=node,
            top=layout.card_top(place),
            layout=layout,
            grid=layout.grid(columns),
            changed=changed[node.name],
            leader=leader,
            believed_anew=changed[leader.name].peers if leader else frozenset(),
            cut=_cut_off(cluster, node.name),
        )
        for place, node in enumerate(cluster.nodes)
    )


def _cut_off(cluster: Cluster, name: str) -> str:
    """Whom the node cannot talk with, in words; one way and the other apart where they differ."""
    unreached = {receiver for sender, receiver in cluster.cut if sender == name}
    unheard = {sender for sender, receiver in cluster.cut if receiver == name}
    ways = {
        "cut off from": unreached & unheard,
        "cannot reach": unreached - unheard,
        "cannot hear": unheard - unreached,
    }
    return "; ".join(f"{words} {_some(sorted(names))}" for words, names in ways.items() if names)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"{', '.join(names[:MOST_NAMES])}{more}"
