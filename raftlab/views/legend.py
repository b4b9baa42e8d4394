"""The legend under the picture: part of it, so that a picture sent to a friend explains itself."""

from __future__ import annotations

from raftlab.views.layout import LEGEND_LINE, Layout
from raftlab.views.sheet import Run, Sheet, width_of

SIGN = 24


def draw_legend(sheet: Sheet, layout: Layout, top: int) -> None:
    """Draw the legend, on one line or on two."""
    signs = (
        ("cell", "committed"),
        ("dashed", "not committed"),
        ("✓", "applied"),
        ("bar", "commit_index"),
        ("stroke", "same entry"),
        ("▲", "match_index, △ next_index and counts, as the leader knows them"),
        ("◆", "changed by this event"),
    )
    x, y = 2.0, top + LEGEND_LINE / 2
    for sign, words in signs:
        if layout.legend_lines > 1 and sign == "▲":
            x, y = 2.0, y + LEGEND_LINE
        _draw_sign(sheet, sign, x, y)
        room = SIGN if sign in ("cell", "dashed") else 16
        sheet.words(x + room, y, width_of(words, 11.5) + 8, Run(words, 11.5, sheet.theme.muted))
        x += room + width_of(words, 11.5) + 24


def _draw_sign(sheet: Sheet, sign: str, x: float, y: float) -> None:
    theme = sheet.theme
    sample = theme.term(2)
    filled = {"style": "filled", "penwidth": "0"}
    match sign:
        case "cell":
            ground = {"fillcolor": sample.tint, "color": sample.word}
            sheet.box(x, y - 6, 17, 12, style="filled", penwidth="2", **ground)
        case "dashed":
            ground = {"fillcolor": sample.tint, "color": sample.word}
            sheet.box(x, y - 6, 17, 12, style="filled,dashed", **ground)
        case "bar":
            sheet.box(x + 3, y - 7, 4, 14, fillcolor=theme.ink, **filled)
        case "stroke":
            sheet.box(x + 3, y - 6, 4, 12, fillcolor=sample.stroke, **filled)
        case _:
            colour = theme.accent if sign == "◆" else theme.ink if sign == "✓" else theme.muted
            sheet.centred(x + 5, y, Run(sign, 12, colour, bold=sign == "✓"))
