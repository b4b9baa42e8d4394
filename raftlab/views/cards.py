"""The card of a node: who it is, its role and term, its vote, and what it has applied."""

from __future__ import annotations

from raftlab.raft import Node, Role
from raftlab.views.layout import CARD_HEIGHT, STATE_LINE
from raftlab.views.row import CHANGED, Row
from raftlab.views.sheet import (
    LOW,
    Run,
    Sheet,
    cell,
    fits,
    printable,
    shorten,
    span,
    table,
    width_of,
)

SIGNS = {Role.LEADER: "★", Role.CANDIDATE: "◐", Role.FOLLOWER: "○"}
TEXT_LEFT = 44
STATE_WIDTH = 98
STATE_PITCH = 122


def draw_card(sheet: Sheet, row: Row) -> str:
    """Draw all of a card but its log; gives the name that arrows go to."""
    frame = _frame(sheet, row)
    theme, node = sheet.theme, row.node
    bar = theme.term(node.current_term).stroke if node.up else theme.edge
    sheet.box(
        8, row.top + 8, 5, row.layout.card_height - 16, style="filled", fillcolor=bar, penwidth="0"
    )
    _name_and_role(sheet, row)
    _term_and_vote(sheet, row)
    _state(sheet, row)
    if row.cut:
        # The words stand on the card's upper edge, where no log and no mark ever stands.
        room = row.layout.log_left - 34
        words = Run(shorten(row.cut, room, 11, bold=True), 11, theme.bad, bold=True)
        sheet.words(22, row.top - 9, room, words)
    return frame


def _frame(sheet: Sheet, row: Row) -> str:
    theme, node = sheet.theme, row.node
    dashed = ",dashed" if row.cut or not node.up else ""
    role = node.role.value if node.up else "down"
    return sheet.box(
        1,
        row.top,
        row.layout.card_width - 2,
        row.layout.card_height,
        style=f"rounded,filled{dashed}",
        fillcolor=theme.card if node.up else theme.down,
        color=theme.bad if row.cut else theme.ink if row.leads else theme.edge,
        penwidth="2" if row.leads or row.cut else "1.25",
        id=row.id,
        tooltip=_sentence(node, role),
        **{"class": f"node-card {role}"},
    )


def _name_and_role(sheet: Sheet, row: Row) -> None:
    theme, node, changed = sheet.theme, row.node, row.changed
    sign, role = (SIGNS[node.role], node.role.value) if node.up else ("✕", "down")
    colour = theme.ink if node.up else theme.bad
    y = row.top + 22
    sheet.centred(30, y, Run(sign, 17, colour))
    runs = [Run(f"  {role}", 13, colour, bold=row.leads or not node.up)]
    fields = ["role", "up"]
    if node.up and node.role is Role.CANDIDATE:
        votes = f"  {len(node.votes_received)} of {len(node.configuration.members)}"
        runs.append(Run(votes, 13, theme.ink, bold=True))
        fields.append("votes_received")
    if any(field in changed for field in fields):
        runs.append(Run(f"  {CHANGED}", 11, theme.accent, bold=True))
    room = row.layout.log_left - TEXT_LEFT - 8
    taken = sum(width_of(run.words, run.size, bold=run.bold) for run in runs)
    name = shorten(node.name, room - taken, 15, bold=True)
    called = Run(name, 15, theme.ink if node.up else theme.muted, bold=True)
    sheet.words(TEXT_LEFT, y, room, called, *runs)


def _term_and_vote(sheet: Sheet, row: Row) -> None:
    theme, node, y = sheet.theme, row.node, row.top + 45
    term = theme.term(node.current_term)
    word = span(Run(f"term {node.current_term}", 11.5, term.word, bold=True))
    ring = f' BORDER="2" COLOR="{theme.accent}"' if "current_term" in row.changed else ' BORDER="0"'
    look = f'{ring} STYLE="rounded" BGCOLOR="{term.tint}"'
    sheet.label(table(cell(word, 52, 17, "CENTER", LOW), more=look), TEXT_LEFT + 26, y)
    left = TEXT_LEFT + 60
    room = row.layout.log_left - left - 8
    vote = "no vote yet" if node.voted_for is None else f"voted for {node.voted_for}"
    runs = [Run(shorten(vote, room - 16, 11.5), 11.5, theme.muted)]
    if "voted_for" in row.changed:
        runs.insert(0, Run(f"{CHANGED} ", 11, theme.accent, bold=True))
    sheet.words(left, y, room, *runs)


def _state(sheet: Sheet, row: Row) -> None:
    """What is in memory; of a node that is down, that nothing is."""
    theme, node = sheet.theme, row.node
    for (field, words), (x, y, room) in zip(_fields(row), _places(row), strict=False):
        if node.up and field in row.changed:
            sheet.centred(x - 8, y, Run(CHANGED, 10, theme.accent))
        words = shorten(words, room, 10.5, mono=node.up)
        sheet.words(x, y, room, Run(words, 10.5, theme.muted, mono=node.up))


def _fields(row: Row) -> list[tuple[str, str]]:
    """What the state says, field by field."""
    node = row.node
    if node.up:
        rooms = [room for _, _, room in _places(row)]
        commit, applied = str(node.commit_index), str(node.last_applied)
        return [
            ("commit_index", _first_to_fit(rooms[0], f"commit_index {commit}", f"commit {commit}")),
            (
                "last_applied",
                _first_to_fit(rooms[1], f"last_applied {applied}", f"applied {applied}"),
            ),
            ("machine", _machine(node, rooms[2])),
        ]
    if row.layout.state_left is None:
        return [("disk", "on disk: term, vote, log"), ("memory", "memory: lost")]
    return [("disk", "on disk: term,"), ("disk", "vote, log"), ("memory", "memory: lost")]


def _places(row: Row) -> list[tuple[float, float, float]]:
    """Where each of up to three fields begins, its height, and its room: a column, or a line."""
    left = row.layout.state_left
    if left is not None:
        return [(left, row.top + 18 + 14 * number, STATE_WIDTH) for number in range(3)]
    y = row.top + CARD_HEIGHT + STATE_LINE / 2 - 3
    starts = [TEXT_LEFT + STATE_PITCH * number for number in range(3)]
    ends = [start - 6 for start in starts[1:]] + [row.layout.card_width - 10]
    return [(start, y, end - start) for start, end in zip(starts, ends, strict=True)]


def _machine(node: Node, room: float) -> str:
    """The first key-value pair as far as it fits, and how many more there are."""
    if not node.machine:
        return "machine empty"
    key, value = next(iter(node.machine.items()))
    others = len(node.machine) - 1
    more = f" +{others}" if others else ""
    tight = shorten(f"{key}={value}", room - width_of(more, 10.5, mono=True), 10.5, mono=True)
    airy = printable(f"{key} = {value}") + (f" (+{others})" if others else "")
    return _first_to_fit(room, airy, tight + more)


def _first_to_fit(room: float, *choices: str) -> str:
    """The first of the ways to say it that there is room for, or else the last."""
    return next((words for words in choices if fits(words, room, 10.5, mono=True)), choices[-1])


def _sentence(node: Node, role: str) -> str:
    machine = ", ".join(f"{key} = {value}" for key, value in node.machine.items()) or "empty"
    return (
        f"{node.name}: {role}, term {node.current_term}, commit_index {node.commit_index}, "
        f"last_applied {node.last_applied}, machine: {machine}"
    )
