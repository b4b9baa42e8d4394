"""Disk and memory as a table of HTML: a row a node, what a crash leaves left of what it takes."""

from __future__ import annotations

from collections.abc import Sequence

from raftlab.raft import Entry
from raftlab.sim.words import short
from raftlab.views.cards import SIGNS
from raftlab.views.lifetimes import Fact, Kept, Lifetimes
from raftlab.views.markup import MONO, Html, element, spaced
from raftlab.views.palette import DARK, LIGHT
from raftlab.views.row import CHANGED
from raftlab.views.text_parts import elided, left_out

# Up to so many entries show their commands; of more, the terms alone.
MOST_COMMANDS = 4

NO_BREAK = "\u00a0"

TITLE = "Disk and memory"
LEGEND = f"A crash leaves what is on disk and takes the rest. {CHANGED} changed by this event"
HEADS = ("Node", "On disk", "Only in memory")
WIDTHS = ("17%", "29%", "54%")

BARE = "font-size: 14px; line-height: 1.45; color: $ink; color-scheme: light"
TABLE = (
    "width: 100%; margin: 8px 0 0; border: 0; border-collapse: collapse; table-layout: fixed; "
    "font-size: 13px; color: $ink"
)
ROW = "background: transparent"
CELL = (
    "padding: 7px 10px 7px 8px; border: 0; border-top: 1px solid $rule; text-align: left; "
    "vertical-align: top; white-space: normal; overflow-wrap: anywhere; line-height: 1.6; "
    "font-weight: 400; max-width: none"
)
# Room for a leader's memory in every row, so that no row grows when its node is elected.
TALL = "height: 66px"
HEAD = "border-top: 0; padding-top: 0; padding-bottom: 4px; font-weight: 600"
DOWN = "background: $down"
FACT = "display: inline-block; margin: 0 16px 0 0"
FIELD = f"font-family: {MONO}; font-size: 12px; color: $muted"
ENTRY = (
    "display: inline-block; margin: 2px 4px 2px 0; padding: 0 6px; border: 1px solid; "
    f"border-radius: 3px; font-family: {MONO}; font-size: 12px"
)
NEW = "outline: 2px solid $accent; outline-offset: 1px; margin-right: 7px; margin-left: 3px"


def lifetimes_table(nodes: Sequence[Lifetimes]) -> Html:
    """The table with its title. Whatever is no markup of its own is escaped."""
    title = element("strong", "headline", TITLE)
    caption = element("div", "head", spaced(title, element("span", "muted", LEGEND)))
    heads = (
        _cell("th", head, f"{HEAD}; width: {width}", scope="col")
        for head, width in zip(HEADS, WIDTHS, strict=True)
    )
    rows = (_row(node) for node in nodes)
    table = element("table", "", element("tr", "", *heads, style=ROW), *rows, style=TABLE)
    return element("div", "", caption, table, style=BARE, **{"class": "raftlab-verdict"})


def _row(life: Lifetimes) -> Html:
    ground = ROW if life.node.up else f"{ROW}; {DOWN}"
    cells = (
        _cell("th", _name(life), TALL, scope="row"),
        _cell("td", _disk(life)),
        _cell("td", _memory(life)),
    )
    return element("tr", "", *cells, style=ground)


def _cell(tag: str, content: str, more: str = "", **attributes: str) -> Html:
    return element(tag, "", content, style=f"{CELL}; {more}", **attributes)


def _name(life: Lifetimes) -> Html:
    node = life.node
    role = f"{SIGNS[node.role]} {node.role.value}" if node.up else "✕ down"
    look = "muted" if node.up else "bad"
    shown = element("span", look, role, style="display: inline-block")
    return spaced(element("strong", "", node.name, style="margin-right: 4px"), shown)


def _disk(life: Lifetimes) -> Html:
    return Html(f"{spaced(*map(_fact, life.disk))}{element('div', '', _log(life))}")


def _log(life: Lifetimes) -> Html:
    label = element("span", "", "log", style=f"{FIELD}; margin-right: 8px")
    shown: list[Html] = [label]
    if life.discarded:
        shown.append(element("span", "muted", life.discarded))
    many = len(life.entries)
    for place in elided(range(many)):
        left = element("span", "muted", f"… {left_out(many)} …")
        shown.append(left if place is None else _entry(life.entries[place], many > MOST_COMMANDS))
    if not many:
        shown.append(element("span", "muted", "empty"))
    if life.removed:
        shown.append(element("strong", "now", f"{CHANGED} {life.removed}"))
    return spaced(*shown)


def _entry(kept: Kept, small: bool) -> Html:
    entry = kept.entry
    term = (LIGHT.term(entry.term), DARK.term(entry.term))
    ground, line, word = (
        f"light-dark({', '.join(getattr(colours, part) for colours in term)})"
        for part in ("tint", "stroke", "word")
    )
    shown = [
        *([element("strong", "now", CHANGED)] if kept.new else ()),
        element("span", "muted", f"{kept.index}"),
        element("strong", "", f"t{entry.term}", style=f"color: {word}"),
        *([Html(element("span", "lit", _command(entry)))] if not small else ()),
    ]
    look = f"{ENTRY}; background: {ground}; border-color: {line}{f'; {NEW}' if kept.new else ''}"
    return element("span", "", spaced(*shown), style=look, title=_command(entry) if small else "")


def _command(entry: Entry) -> str:
    return short(entry.command)


def _fact(fact: Fact, tag: str = "span", look: str = "") -> Html:
    mark = [element("strong", "now", CHANGED)] if fact.changed else []
    value = element("strong" if fact.changed else "span", "", _in_one_piece(fact.value))
    return element(tag, look, spaced(*mark, _field(fact), value), style=FACT)


def _in_one_piece(value: str) -> str:
    """A value that breaks between its parts alone: a name stays with its number."""
    return value.replace(" ", NO_BREAK).replace(f",{NO_BREAK}", ", ")


def _field(fact: Fact) -> Html:
    return element("span", "", fact.field, style=FIELD)


def _memory(life: Lifetimes) -> Html:
    notes = [element("div", "", f"≠ {note}", style="font-weight: 600") for note in life.notes]
    if life.node.up:
        turn = [element("strong", "now", f"{CHANGED} {life.turn}")] if life.turn else []
        return Html(spaced(*turn, *map(_fact, life.memory)) + "".join(notes))
    words = f"{CHANGED} {life.turn}:" if life.turn else "lost"
    lost = element("strong", "bad", f"✕ {words}", style="margin-right: 10px")
    gone = (_fact(fact, "s", "muted") for fact in life.memory)
    return Html(spaced(lost, *gone) + "".join(notes))
