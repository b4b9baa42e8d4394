"""Plots, as SVG: how many trials had ended by when, and what was measured beside a formula.

No line is known by its colour alone: each has its own dashes and markers, and its name beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle
from math import ceil
from typing import TYPE_CHECKING, Any, TypeAlias

from raftlab.sim.experiments.backing_up import BackingUp
from raftlab.sim.experiments.comparison import Comparison
from raftlab.sim.experiments.times import ElectionTimes
from raftlab.sim.experiments.votes import SplitVotes
from raftlab.sim.summary import Durations
from raftlab.sim.tables import say_ms
from raftlab.views.palette import LIGHT, Theme
from raftlab.views.plot_axes import Plot
from raftlab.views.plot_bars import says_refusals

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Curves: TypeAlias = SplitVotes | ElectionTimes
Plotted: TypeAlias = Durations | Comparison | Curves | BackingUp

DASHES = ("-", (0, (6, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)), (0, (3, 1.5)))
MARKERS = "os^Dv"
MOST_POINTS = 250  # of a line; more cannot be told apart
WIDE = 12  # a longest time so many times the shortest needs a scale of powers of ten


def ended_by_then(durations: Sequence[Durations], theme: Theme = LIGHT) -> str:
    """Which share of the trials had ended by when, a line for each summary, as SVG.

    Raises NoPlot without matplotlib.
    """
    with Plot(theme) as plot:
        axes = plot.axes
        looks = zip(_colours(theme), cycle(DASHES), cycle(MARKERS), strict=False)
        for one, (colour, dashes, marker) in zip(durations, looks, strict=False):
            xs, ys = _steps(one)
            axes.plot(
                xs,
                ys,
                color=colour,
                linestyle=dashes,
                marker=marker,
                markevery=max(1, len(xs) // 5),
                markersize=5,
                linewidth=1.8,
                label=_named(one),
            )
        shortest = [one.values[0] for one in durations if one.values]
        longest = [one.values[-1] for one in durations if one.values]
        if shortest and min(shortest) > 0 and max(longest) > WIDE * min(shortest):
            axes.set_xscale("log")
            plot.label_each_1_2_5()
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.yaxis.set_major_formatter("{x:.0f} %")
        axes.set_ylim(0, 103)
        axes.set_xlabel("simulated milliseconds")
        plot.head("trials that had ended by then")
        if len(durations) > 1:
            plot.legend()
    return plot.svg


def against_formula(curves: Curves, theme: Theme = LIGHT) -> str:
    """What was measured, with its 95 % intervals, over what the formula says, as SVG.

    Raises NoPlot without matplotlib.
    """
    with Plot(theme) as plot:
        axes = plot.axes
        scale = 100 if isinstance(curves, SplitVotes) else 1
        end = 1.04 * max(point.latency for point in curves.points) or 0.1
        looks = zip(_colours(theme), cycle(DASHES), cycle(MARKERS), strict=False)
        for up, (colour, dashes, marker) in zip(_numbers_up(curves), looks, strict=False):
            line = [end * step / 60 for step in range(61)]
            says = [scale * curves.expected(up, latency) for latency in line]
            axes.plot(line, says, color=colour, linestyle=dashes, linewidth=1.8)
            _draw_measured(axes, curves, up, scale, color=colour, marker=marker)
            axes.annotate(
                f"{up} of {curves.servers} up",
                (end, says[-1]),
                (6, 0),
                textcoords="offset points",
                va="center",
                color=theme.ink,
                annotation_clip=False,
            )
        axes.set_xlim(0, end)
        axes.set_ylim(bottom=0)
        axes.set_xlabel("one-way latency, as a fraction of the range of election timeouts")
        axes.yaxis.set_major_formatter("{x:,.0f} %" if scale == 100 else "{x:,.0f}")
        plot.head(f"{_title(curves)}: measured (marks, 95 %) and by formula (lines)")
    return plot.svg


def says(result: Plotted) -> str:
    """What a plot shows, in words: its alternative text."""
    match result:
        case Durations():
            return f"{_WHAT}: {_says_duration(result)}."
        case Comparison(_, durations):
            return f"{_WHAT}. {'. '.join(map(_says_duration, durations))}."
        case SplitVotes() | ElectionTimes():
            lines = "; ".join(_says_line(result, up) for up in _numbers_up(result))
            return f"{_title(result)}, against one-way latency, measured and by formula. {lines}."
        case BackingUp():
            return says_refusals(result)


_WHAT = "Share of trials that had ended by each time, in simulated milliseconds"


def _says_duration(one: Durations) -> str:
    given_up = f"{one.given_up:,} of {one.count:,} given up after {say_ms(one.cap)}"
    if 2 * one.given_up >= one.count:
        return f"{one.label}: {given_up}"
    half, most = say_ms(one.median), one.percentile(99.9)
    end = given_up if one.given_up else f"99.9 % within {say_ms(most)}"
    return f"{one.label}: half within {half}, {end}"


def _says_line(curves: Curves, up: int) -> str:
    points = [point for point in curves.points if point.up == up]
    unit, scale = (" %", 100) if isinstance(curves, SplitVotes) else (" ms", 1)
    said = [
        f"{scale * point.measured:.0f}{unit} at {point.latency:g} "
        f"(formula {scale * point.expected:.0f})"
        for point in points
    ]
    return f"{up} of {curves.servers} up: {', '.join(said)}"


def _title(curves: Curves) -> str:
    if isinstance(curves, SplitVotes):
        return "first elections whose votes split"
    return "milliseconds until a leader is elected, on average"


def _numbers_up(curves: Curves) -> list[int]:
    return list(dict.fromkeys(point.up for point in curves.points))


def _named(one: Durations) -> str:
    return one.label if one.values else f"{one.label}: none ended"


def _steps(one: Durations) -> tuple[list[float], list[float]]:
    """The times, thinned out but for the last ones, and how many percent had ended by then."""
    every = ceil(len(one.values) / MOST_POINTS)
    ranks = [*range(1, len(one.values), every or 1), len(one.values)] if one.values else []
    return [one.values[rank - 1] for rank in ranks], [100 * rank / one.count for rank in ranks]


def _draw_measured(axes: Axes, curves: Curves, up: int, scale: float, **looks: Any) -> None:
    points = [point for point in curves.points if point.up == up]
    measured = [scale * point.measured for point in points]
    ends = [point.interval() for point in points]
    axes.errorbar(
        [point.latency for point in points],
        measured,
        yerr=[
            [mean - scale * low for mean, (low, _) in zip(measured, ends, strict=True)],
            [scale * high - mean for mean, (_, high) in zip(measured, ends, strict=True)],
        ],
        linestyle="none",
        capsize=3,
        markersize=5,
        **looks,
    )


def _colours(theme: Theme) -> Iterator[str]:
    return cycle(colours.stroke for colours in theme.terms)
