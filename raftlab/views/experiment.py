"""What an experiment gave, as a card: the plot, the numbers, and what must be known besides."""

from __future__ import annotations

from base64 import b64encode
from typing import TypeAlias

from raftlab.sim.experiments.backing_up import BackingUp
from raftlab.sim.experiments.compaction_costs import CompactionCosts
from raftlab.sim.experiments.comparison import Comparison
from raftlab.sim.experiments.published import Published
from raftlab.sim.summary import Durations
from raftlab.sim.tables import Row
from raftlab.views.frames import in_both_themes
from raftlab.views.markup import SCHEME, Html, element, prose, spaced
from raftlab.views.plot import Plotted, against_formula, ended_by_then, says
from raftlab.views.plot_axes import NoPlot
from raftlab.views.plot_bars import refusals_as_bars

Result: TypeAlias = Plotted | Published | CompactionCosts

MOST_WIDE = 760
CELL = "padding: 3px 10px 3px 0; font-size: 13px; white-space: nowrap; background: transparent; "
HEAD = CELL + "font-weight: 400; vertical-align: bottom; color: $muted; "
BODY = CELL + "border-top: 1px solid $light_control; border-top-color: $rule; color: $ink; "
TABLE = "border-collapse: collapse; margin: 4px 0 12px; border: none; color: $ink"


def show_experiment(result: Result) -> dict[str, str]:
    """A result as a mimebundle: a card as HTML, its own text as plain text."""
    card = element(
        "div",
        "card bar-muted",
        element("div", "head", element("strong", "headline", result.headline)),
        *([_picture(result)] if isinstance(result, Plotted) else []),
        _table(result.rows(), headed=not isinstance(result, Durations)),
        *(element("p", "words", note) for note in result.notes),
        **{"class": "raftlab-verdict"},
    )
    return {"text/html": f"<style>{SCHEME}</style>{card}", "text/plain": str(result)}


def _picture(result: Plotted) -> Html:
    try:
        drawn = in_both_themes(_drawn(result))
    except NoPlot as missing:
        return element("p", "words", prose(str(missing)))
    data = b64encode(drawn.encode()).decode()
    source = f"data:image/svg+xml;base64,{data}"
    return element(
        "div",
        "alone",
        element("img", "picture", alt=says(result), src=source),
        style=f"max-width: {MOST_WIDE}px",
    )


def _drawn(result: Plotted) -> str:
    match result:
        case Durations():
            return ended_by_then((result,))
        case Comparison(_, durations):
            return ended_by_then(durations)
        case BackingUp():
            return refusals_as_bars(result)
        case _:
            return against_formula(result)


def _table(rows: tuple[Row, ...], *, headed: bool) -> Html:
    """The numbers: the first column names the row."""
    body = rows[1:] if headed else rows
    lines = [element("tr", "", _cells(row, "td", BODY), style="background: none") for row in body]
    head = [element("thead", "", element("tr", "", _cells(rows[0], "th", HEAD)))] if headed else []
    table = element("table", "", *head, element("tbody", "", *lines), style=TABLE)
    # A narrow page scrolls the table, and not the page.
    return element("div", "", table, style="overflow-x: auto")


def _cells(row: Row, name: str, look: str) -> Html:
    first, *others = row
    return spaced(
        element(name, "", first, style=f"{look}text-align: left"),
        *(element(name, "", cell, style=f"{look}text-align: right") for cell in others),
    )
