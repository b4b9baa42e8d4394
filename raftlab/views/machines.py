"""The state machines side by side: what each node has made of the entries it has applied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from raftlab.raft import Cluster, Node, Step
from raftlab.sim.words import entries_counted
from raftlab.views.cards import SIGNS
from raftlab.views.markup import MONO, Html, element, spaced
from raftlab.views.row import CHANGED

TITLE = "State machines"
LEGEND = f"What each node has applied, and what came of it. {CHANGED} changed by this event"

TABLE = (
    "width: 100%; margin: 8px 0 0; border: 0; border-collapse: collapse; table-layout: fixed; "
    "font-size: 13px; color: $ink"
)
CELL = (
    "padding: 5px 10px 5px 8px; border: 0; border-top: 1px solid $rule; text-align: left; "
    "vertical-align: top; white-space: normal; overflow-wrap: anywhere; font-weight: 400; "
    "max-width: none"
)
PAIR = f"display: inline-block; margin: 0 16px 0 0; font-family: {MONO}; font-size: 12px"
ROW = "background: transparent"


@dataclass(frozen=True, slots=True)
class Pair:
    """A key with its value, and whether the step changed it."""

    key: str
    value: str
    changed: bool


def machines_html(cluster: Cluster, step: Step | None = None) -> Html:
    """A table, a row a node. Whatever is no markup of its own is escaped."""
    title = element("strong", "headline", TITLE)
    caption = element("div", "head", spaced(title, element("span", "muted", LEGEND)))
    table = element("table", "", *(_row(node, step) for node in cluster.nodes), style=TABLE)
    return element("div", "", caption, table, **{"class": "raftlab-verdict"})


def machines_text(cluster: Cluster, step: Step | None = None) -> str:
    """The same in words, a line a node."""
    return "\n".join(_in_words(node, step) for node in cluster.nodes)


def _row(node: Node, step: Step | None) -> Html:
    role = f"{SIGNS[node.role]} {node.role.value}" if node.up else "✕ down"
    shown = element("span", "muted" if node.up else "bad", role)
    name = spaced(element("strong", "", node.name), shown)
    cells = (
        element("th", "", name, scope="row", style=f"{CELL}; width: 24%"),
        element("td", "muted", _applied(node), style=f"{CELL}; width: 22%"),
        element("td", "", _contents(node, step), style=CELL),
    )
    return element("tr", "", *cells, style=ROW)


def _applied(node: Node) -> str:
    if not node.up:
        return "memory lost"
    behind = node.commit_index - node.last_applied
    applied = f"{entries_counted(node.last_applied)} applied"
    return f"{applied}, {behind} committed and not yet applied" if behind > 0 else applied


def _contents(node: Node, step: Step | None) -> Html:
    shown = [
        element(
            "span",
            "",
            *([element("strong", "now", CHANGED), " "] if pair.changed else ()),
            f"{pair.key} = {pair.value}",
            style=PAIR,
        )
        for pair in _pairs(node, step)
    ]
    return spaced(*shown) if shown else element("span", "muted", "empty")


def _pairs(node: Node, step: Step | None) -> Iterator[Pair]:
    before = step.before.node(node.name).machine if step else node.machine
    for key, value in node.machine.items():
        yield Pair(key, value, before.get(key) != value)
    for key in before:
        if key not in node.machine:
            yield Pair(key, "gone", True)


def _in_words(node: Node, step: Step | None) -> str:
    pairs = [
        f"{pair.key} = {pair.value}{' (changed)' if pair.changed else ''}"
        for pair in _pairs(node, step)
    ]
    return f"{node.name}: {_applied(node)}; {', '.join(pairs) or 'empty'}"
