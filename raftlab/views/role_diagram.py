"""Figure 4: follower, candidate, leader, the ways between them, and each node on its role.

A node keeps its height and goes from column to column, so that it is found again.
"""

from __future__ import annotations

from collections.abc import Sequence

from raftlab.raft import Cluster, Node, Step
from raftlab.views.palette import LIGHT, Theme
from raftlab.views.role_layout import (
    BOX_TOP,
    CHIP_HEIGHT,
    COLUMNS,
    HEADING,
    LABEL_SIZE,
    LEAST_WIDTH,
    Plan,
)
from raftlab.views.role_transitions import (
    CANDIDATE,
    DOWN,
    LEADER,
    WAYS,
    Standing,
    Taken,
    Way,
    changed,
    role_diagram_alt,
    role_diagram_text,
    standing,
    taken,
)
from raftlab.views.row import CHANGED
from raftlab.views.sheet import (
    LOW,
    TO_SPARE,
    Run,
    Sheet,
    cell,
    printable,
    shorten,
    span,
    table,
    width_of,
)

__all__ = ["role_diagram_alt", "role_diagram_dot", "role_diagram_text"]

TITLE_SIZE, NAME_SIZE, BADGE_SIZE = 13, 12, 11
BADGE_WIDTH, BADGE_HEIGHT = 30, 16
INSET = 8


def role_diagram_dot(
    cluster: Cluster, step: Step | None = None, *, width: int = 1040, theme: Theme = LIGHT
) -> str:
    """The DOT source of the diagram, for `neato -n2`, at least 700 pixels wide.

    `step` is what led here: the way that it has gone, and the nodes that it changed, are marked.
    """
    plan = Plan(max(width, LEAST_WIDTH), len(cluster.nodes))
    sheet = Sheet(plan.width, plan.height, theme)
    gone = taken(step)
    _draw_heading(sheet, plan, gone)
    boxes = {where: _draw_box(sheet, plan, where) for where in COLUMNS}
    for way in WAYS:
        _draw_way(sheet, plan, way, boxes, is_taken=any(one.way is way for one in gone))
    new = changed(step)
    for row, node in enumerate(cluster.nodes):
        _draw_chip(sheet, plan, row, node, is_new=node.name in new)
    return sheet.source


def _draw_heading(sheet: Sheet, plan: Plan, gone: Sequence[Taken]) -> None:
    theme = sheet.theme
    runs = [Run("Roles", 12.5, theme.ink, bold=True), Run("Figure 4", 11.5, theme.muted)]
    for one in gone:
        colour = theme.accent if one.way is not None else theme.bad
        runs.append(Run(f"{CHANGED} {one.sentence}", 11.5, colour, bold=True))
    x = 0.0
    for run in runs:
        words = shorten(run.words, plan.width - x - 4, run.size, bold=run.bold)
        width = width_of(words, run.size, bold=run.bold) * TO_SPARE
        if words != "…":
            sheet.words(x, HEADING, width + 2, run._replace(words=words))
        x += width + 12


def _draw_box(sheet: Sheet, plan: Plan, where: Standing) -> str:
    """A role, or where the nodes stand that are down; gives the name that arrows go to."""
    theme, down = sheet.theme, where is DOWN
    left, colour = plan.left(where), theme.bad if down else theme.ink
    name = sheet.box(
        left,
        BOX_TOP,
        plan.box_width,
        plan.box_height,
        style="rounded,filled,dashed" if down else "rounded,filled",
        fillcolor=theme.down if down else theme.card,
        color=theme.ink if where is LEADER else theme.edge,
        penwidth="2" if where is LEADER else "1.25",
        **{"class": f"role {where.value}"},
    )
    sheet.centred(left + 18, BOX_TOP + 18, Run(where.sign, 15, colour))
    title = Run(where.value, TITLE_SIZE, colour, bold=down or where is LEADER)
    sheet.words(left + 34, BOX_TOP + 18, plan.box_width - 38, title)
    return name


def _draw_way(
    sheet: Sheet, plan: Plan, way: Way, boxes: dict[Standing, str], *, is_taken: bool
) -> None:
    """An arrow and what it means; thicker, in accent and with a ◆ if the step has gone it."""
    theme = sheet.theme
    path, tip = plan.path(way)
    look = {
        "id": f"way-{way.name}",
        "class": "way taken" if is_taken else "way",
        "color": theme.accent if is_taken else theme.control,
        "penwidth": "3" if is_taken else "1.5",
        "arrowsize": "0.9" if is_taken else "0.8",
        "style": "dashed" if way.end is DOWN else "solid",
        "tooltip": way.sentence,
    }
    sheet.arrow(boxes[way.start or way.end], boxes[way.end], path, look, tip)
    colour = theme.accent if is_taken else theme.muted
    for number, (words, (x, y)) in enumerate(zip(way.lines, plan.label(way), strict=True)):
        mark = f"{CHANGED} " if is_taken and number == 0 else ""
        run = Run(mark + words, LABEL_SIZE, colour, bold=is_taken)
        sheet.centred(x, y, run, way.sentence)


def _draw_chip(sheet: Sheet, plan: Plan, row: int, node: Node, *, is_new: bool) -> None:
    """A node: its name and its term, in the column of its role, ◆ if the step changed it."""
    theme, where = sheet.theme, standing(node)
    left, y = plan.left(where) + INSET, plan.chip_middle(row)
    width = plan.box_width - 2 * INSET
    sheet.box(
        left,
        y - CHIP_HEIGHT / 2,
        width,
        CHIP_HEIGHT,
        style="rounded,filled",
        fillcolor=theme.accent_ground if is_new else theme.panel,
        color=theme.accent if is_new else theme.edge,
        penwidth="2" if is_new else "1",
        tooltip=_sentence(node),
        **{"class": "chip changed" if is_new else "chip"},
    )
    mark = Run(f"{CHANGED} ", NAME_SIZE - 1, theme.accent, bold=True)
    marks = (mark,) if is_new else ()
    room = width - BADGE_WIDTH - 12
    taken_up = sum(width_of(run.words, run.size, bold=True) for run in marks)
    ink = theme.ink if node.up else theme.muted
    name = Run(shorten(node.name, room - taken_up, NAME_SIZE), NAME_SIZE, ink)
    sheet.words(left + 6, y, room, *marks, name, tooltip=_sentence(node))
    _draw_badge(sheet, left + width - 4 - BADGE_WIDTH / 2, y, node)


def _draw_badge(sheet: Sheet, x: float, y: float, node: Node) -> None:
    term = sheet.theme.term(node.current_term)
    words = shorten(f"t{node.current_term}", BADGE_WIDTH, BADGE_SIZE, bold=True)
    word = span(Run(words, BADGE_SIZE, term.word, bold=True))
    look = f' BORDER="0" STYLE="rounded" BGCOLOR="{term.tint}"'
    html = table(cell(word, BADGE_WIDTH, BADGE_HEIGHT, "CENTER", LOW), more=look)
    sheet.label(html, x, y, tooltip=f"term {node.current_term}")


def _sentence(node: Node) -> str:
    where = standing(node)
    votes = len(node.votes_received)
    members = len(node.configuration.members)
    counted = f", {votes} of {members} votes" if where is CANDIDATE else ""
    return f"{printable(node.name)}: {where.value}, term {node.current_term}{counted}"
