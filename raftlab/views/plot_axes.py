"""One pair of axes in the colours of a theme, as SVG.

matplotlib is imported when a plot is drawn, and not before.
"""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

from raftlab.views.palette import Theme

REMEDY = "The plot needs matplotlib: `pip install matplotlib`, and run the cell again."

WIDTH, HEIGHT = 7.4, 3.6  # inches of 72 points
FONTS = ["Liberation Sans", "Arial", "DejaVu Sans"]

RC: dict[Any, Any] = {
    "svg.hashsalt": "raftlab",  # the same plot is the same text
    "svg.fonttype": "path",
    "font.family": "sans-serif",
    "font.sans-serif": FONTS,
    "font.size": 11,
    "axes.unicode_minus": False,
}


class NoPlot(RuntimeError):
    """matplotlib is not installed; the message says what to do."""


class Plot:
    """One pair of axes in the colours of a theme; once left, `svg` is the picture."""

    def __init__(self, theme: Theme) -> None:
        """Raises NoPlot without matplotlib."""
        try:
            import matplotlib
            from matplotlib.figure import Figure
        except ImportError as missing:
            raise NoPlot(REMEDY) from missing
        self._context = matplotlib.rc_context(RC)
        self._context.__enter__()
        self._theme = theme
        self._figure = Figure((WIDTH, HEIGHT), facecolor=theme.panel, layout="constrained")
        self.axes = self._figure.add_subplot(facecolor=theme.panel)
        self.axes.spines[["top", "right", "left"]].set_visible(False)
        self.axes.spines["bottom"].set_color(theme.control)
        self.axes.grid(axis="y", color=theme.rule, linewidth=0.8)
        self.axes.tick_params(which="both", color=theme.control, labelcolor=theme.muted)
        self.axes.xaxis.label.set_color(theme.muted)
        self.svg = ""

    def head(self, words: str) -> None:
        """What is drawn upwards."""
        self.axes.set_title(words, loc="left", color=self._theme.ink, fontsize=11)

    def label_each_1_2_5(self) -> None:
        """On a scale of powers of ten: "100 200 500 1,000"."""
        from matplotlib.ticker import LogLocator, NullLocator

        self.axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        self.axes.xaxis.set_minor_locator(NullLocator())

    def legend(self) -> None:
        """The names of the lines, right of them."""
        legend = self._figure.legend(loc="outside right center", frameon=False, handlelength=3.2)
        for text in legend.get_texts():
            text.set_color(self._theme.ink)

    def __enter__(self) -> Plot:
        return self

    def __exit__(self, kind: object, *raised: object) -> None:
        try:
            if kind is None:
                drawn = StringIO()
                self._figure.savefig(drawn, format="svg", metadata={"Date": None})
                self.svg = _tidy(drawn.getvalue())
        finally:
            self._context.__exit__(None, None, None)


def _tidy(drawn: str) -> str:
    """The `<svg>` alone, with fill and stroke as attributes, where a theme can change them."""
    drawn = drawn[drawn.index("<svg") :].strip()
    return re.sub(r'style="([^"]*)"', _with_attributes, drawn)


def _with_attributes(style: re.Match[str]) -> str:
    parts = [part.strip() for part in style[1].split(";") if part.strip()]
    named = [part.partition(": ") for part in parts]
    colours = [f'{name}="{value}"' for name, _, value in named if name in ("fill", "stroke")]
    rest = "; ".join(
        f"{name}: {value}" for name, _, value in named if name not in ("fill", "stroke")
    )
    return " ".join([*colours, f'style="{rest}"'] if rest else colours)
