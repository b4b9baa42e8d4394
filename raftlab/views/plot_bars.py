"""How often each follower refused, as bars side by side, as SVG.

No bar is known by its colour alone: each way has its own hatching, and each bar its number.
"""

from __future__ import annotations

from itertools import cycle

from raftlab.sim.experiments.backing_up import BackingUp
from raftlab.views.palette import LIGHT, Theme
from raftlab.views.plot_axes import Plot

HATCHES = ("", "////", "----", "xxxx", "||||")  # dots would be a thousand circles
GROUP = 0.86  # how much of a follower's place its bars take


def refusals_as_bars(counts: BackingUp, theme: Theme = LIGHT) -> str:
    """A group of bars for each follower, a bar for each way. Raises NoPlot without matplotlib."""
    width = GROUP / max(1, len(counts.refusals))
    with Plot(theme) as plot:
        plot.axes.set_axisbelow(True)
        looks = zip(cycle(theme.terms), cycle(HATCHES), strict=False)
        for number, ((way, of), (colours, hatch)) in enumerate(
            zip(counts.refusals.items(), looks, strict=False)
        ):
            places = [place - GROUP / 2 + (number + 0.5) * width for place in range(len(of))]
            bars = plot.axes.bar(
                places,
                list(of.values()),
                0.88 * width,
                label=way,
                facecolor=theme.panel,
                edgecolor=colours.stroke,
                linewidth=1.4,
                hatch=hatch,
            )
            plot.axes.bar_label(bars, padding=2, fontsize=9, color=theme.muted)
        letters = list(next(iter(counts.refusals.values()), {}))
        plot.axes.set_xticks(range(len(letters)), [f"({letter})" for letter in letters])
        plot.axes.locator_params(axis="y", integer=True)
        plot.axes.set_xlabel("follower in Figure 7")
        plot.head("refusals before its log is the leader's")
        plot.legend()
    return plot.svg


def says_refusals(counts: BackingUp) -> str:
    """What the bars show, in words: their alternative text."""
    lines = (
        f"{way}: {', '.join(f'{count} by ({letter})' for letter, count in of.items())}"
        for way, of in counts.refusals.items()
    )
    return f"{counts.headline}, as bars. The leader goes back: {'; '.join(lines)}."
