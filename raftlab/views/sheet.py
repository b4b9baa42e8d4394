"""A sheet to draw on: boxes, words and arrows at fixed places, kept as DOT.

Places are given in pixels, y downwards; Graphviz is told points, y upwards, and moves nothing
(`neato -n2`). Whatever a learner wrote is escaped here, and shortened before it is measured: words
too long for their place may neither spill nor stop the drawing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import NamedTuple

import graphviz

from raftlab.views.lanes import Point
from raftlab.views.palette import Theme

SANS = "Liberation Sans"
SANS_BOLD = "Liberation Sans Bold"
MONO = "DejaVu Sans Mono"
POINTS_PER_INCH = 72
TO_SPARE = 1.05
# Stands for a backslash in a tooltip until it is drawn: how often Graphviz reads one there as the
# beginning of an escape differs by version. `printable` leaves no such sign in anybody's words.
BACKSLASH = "\ue05c"
# Graphviz sets bold type a little high; in a tight frame that shows.
LOW = ' VALIGN="BOTTOM"'


class Run(NamedTuple):
    """Some words in one type: size in pixels, colour, weight."""

    words: str
    size: float
    colour: str
    bold: bool = False
    mono: bool = False


# How wide the characters of Arial are, in thousandths of the size of the type.
WIDTHS = {
    character: width
    for width, characters in (
        (191, "'"), (222, "ijl"), (260, "|"), (278, " !,./:;I[\\]ft"), (333, "()-`r{}"),
        (355, '"'), (389, "*"), (500, "Jckvsxyz"), (556, "#$0123456789?L_abdeghnopqu"),
        (584, "+<=>~^"), (611, "FTZ"), (667, "&ABEKPSVXY"), (722, "CDHNRUw"), (778, "GOQ"),
        (833, "Mm"), (889, "%"), (944, "W"), (1015, "@"), (1030, "…\N{REPLACEMENT CHARACTER}"),
    )
    for character in characters
}  # fmt: skip


def width_of(words: str, size: float, *, mono: bool = False, bold: bool = False) -> float:
    """About how wide `words` are in pixels; never too little, whatever the script."""
    ems = 0.0
    # Where type is hinted, each letter of a fixed-width font takes a whole number of pixels.
    one = max(0.61, round(0.602 * size) / size)
    for character in words:
        wide = unicodedata.east_asian_width(character) in "WF"
        if mono:
            ems += 1.25 if wide else one
        else:
            ems += WIDTHS.get(character, 1100 if wide else 900) / 1000 * (1.09 if bold else 1)
    return ems * size


def fits(words: str, room: float, size: float, *, mono: bool = False, bold: bool = False) -> bool:
    """Whether `words` fit into `room` pixels, with a little to spare for other machines' fonts."""
    # Fixed-width fonts differ less, and what they may differ by is in `width_of`.
    return width_of(words, size, mono=mono, bold=bold) * (1 if mono else TO_SPARE) <= room


def shorten(words: str, room: float, size: float, *, mono: bool = False, bold: bool = False) -> str:
    """`words`, or as much of their beginning as `room` pixels hold, with an ellipsis."""
    kept = printable(words)
    if fits(kept, room, size, mono=mono, bold=bold):
        return kept
    while kept and not fits(kept + "…", room, size, mono=mono, bold=bold):
        kept = kept[:-1]
    return kept.rstrip() + "…"


def printable(words: str) -> str:
    """`words` with a sign in place of whatever has none, lest Graphviz stumble over it."""
    if words.isprintable():
        return words
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in words)


def span(run: Run) -> str:
    """A run as the text of an HTML-like label. Spaces would collapse, so they are made to stay."""
    if not run.words:
        return ""
    # Graphviz reads an entity as its character first and \N as the node's name afterwards, so that
    # only two backslashes come out as one.
    words = escape(run.words).replace(" ", "&#160;").replace("\\", "&#92;&#92;")
    words = f"<B>{words}</B>" if run.bold else words
    face = f' FACE="{MONO}"' if run.mono else ""
    return f'<FONT POINT-SIZE="{run.size:g}" COLOR="{run.colour}"{face}>{words}</FONT>'


def cell(content: str, width: float, height: float, align: str = "LEFT", more: str = "") -> str:
    """One table cell of exactly this size."""
    return (
        f'<TD ALIGN="{align}" FIXEDSIZE="TRUE" WIDTH="{width:g}" HEIGHT="{height:g}"{more}>'
        f"{content}</TD>"
    )


def table(*rows: str, more: str = "") -> str:
    """A table of rows without any space or border that was not asked for."""
    border = "" if "BORDER=" in more else ' BORDER="0"'
    body = "".join(f"<TR>{row}</TR>" for row in rows)
    return f'<TABLE{border} CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"{more}>{body}</TABLE>'


def row_of(cells: str) -> str:
    """Cells with widths of their own, as the only cell of a row: no other row stretches them."""
    return f"<TD>{table(cells)}</TD>"


class Sheet:
    """What has been drawn so far, on a canvas of `width` by `height` pixels."""

    def __init__(self, width: int, height: int, theme: Theme) -> None:
        """An empty canvas, to be drawn on in the colours of `theme`."""
        self.theme = theme
        self._height = height
        self._count = 0
        self._dot = graphviz.Digraph("cluster")
        # With an id of its own, the names that Graphviz makes up cannot be those of our nodes.
        self._dot.attr(
            "graph", id="cluster", bgcolor="transparent", pad="0", outputorder="edgesfirst"
        )
        self._dot.attr("node", shape="plain", fontname=SANS, fontsize="12", margin="0")
        self._dot.attr("edge", fontname=SANS, arrowsize="0.9")
        # An invisible box as large as the canvas keeps every frame the same size.
        self.box(0, 0, width, height, style="invis")

    @property
    def source(self) -> str:
        """The DOT source."""
        return str(self._dot.source)

    def box(self, x: float, y: float, width: float, height: float, **attributes: str) -> str:
        """A box by its upper left corner; gives its name."""
        size = {"width": _inches(width), "height": _inches(height), "fixedsize": "true"}
        return self._node("", x + width / 2, y + height / 2, {"shape": "box", **size, **attributes})

    def label(self, html: str, x: float, y: float, **attributes: str) -> str:
        """An HTML-like label, its middle at a place; gives its name."""
        return self._node(f"<{html}>", x, y, attributes)

    def words(self, x: float, y: float, room: float, *runs: Run, **attributes: str) -> str:
        """Words that begin at `x`, with their middle at height `y`, in `room` pixels."""
        content = "".join(span(run) for run in runs)
        height = max(run.size for run in runs) + 6
        html = table(cell(content, room, height))
        return self.label(html, x + room / 2, y, **attributes)

    def centred(self, x: float, y: float, run: Run, tooltip: str = "", **attributes: str) -> None:
        """Words with their middle at a place."""
        font = MONO if run.mono else SANS_BOLD if run.bold else SANS
        type_ = {"fontname": font, "fontsize": f"{run.size:g}", "fontcolor": run.colour}
        tip = {"tooltip": tooltip} if tooltip else {}
        self._node(graphviz.escape(run.words), x, y, {**type_, **tip, **attributes})

    def arrow(
        self,
        tail: str,
        head: str,
        path: Sequence[Point],
        attributes: Mapping[str, str],
        tip: Point | None = None,
    ) -> None:
        """A Bézier curve between two named things, with an arrowhead from its end to `tip`."""
        points = [self._point(*point) for point in path]
        if tip is not None:
            points.insert(0, f"e,{self._point(*tip)}")
        look = _with_tooltip(attributes)
        if tip is None:
            look["arrowhead"] = "none"
        look["pos"] = " ".join(points)
        self._dot.body.append(f"\t{tail} -> {head} {_statement(look)}\n")

    def _node(self, label: object, x: float, y: float, attributes: dict[str, str]) -> str:
        name = f"n{self._count}"
        self._count += 1
        look = {"label": label, "pos": self._point(x, y), **_with_tooltip(attributes)}
        self._dot.body.append(f"\t{name} {_statement(look)}\n")
        return name

    def _point(self, x: float, y: float) -> str:
        return f"{x:g},{self._height - y:g}"


def _with_tooltip(attributes: Mapping[str, str]) -> dict[str, str]:
    """Attributes whose tooltip, if there is one, says what it says whatever is in it."""
    if "tooltip" not in attributes:
        return dict(attributes)
    # Graphviz would take the words "&amp;" for the sign they stand for.
    words = printable(attributes["tooltip"]).replace("&", "&amp;")
    return {**attributes, "tooltip": graphviz.escape(words.replace("\\", BACKSLASH))}


def _statement(attributes: Mapping[str, object]) -> str:
    return f"[{' '.join(f'{key}={_quoted(value)}' for key, value in attributes.items())}]"


# A picture says the same colours and sizes over and over, and quoting takes its time. Words that
# are no markup though they look like it are of a type of their own.
@lru_cache(maxsize=4096, typed=True)
def _quoted(value: object) -> str:
    return str(graphviz.quoting.quote(value))


def _inches(pixels: float) -> str:
    return f"{pixels / POINTS_PER_INCH:.4f}"
