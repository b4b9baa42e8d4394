"""A run as a file: saved, as Python, as a test, or as a picture of the moment it stands at."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from raftlab.sim.as_test import as_pytest
from raftlab.sim.files import write_whole
from raftlab.sim.history import History
from raftlab.sim.python import as_python
from raftlab.sim.saved import save
from raftlab.views.cluster_dot import cluster_dot, needed_columns
from raftlab.views.draw import NoEngine, drawn_as, svg
from raftlab.views.layout import MEDIUM, Layout
from raftlab.views.palette import LIGHT, Theme
from raftlab.views.sheet import POINTS_PER_INCH, printable
from raftlab.views.still import MARGIN, on_ground
from raftlab.views.strip import strip_dot, strip_svg
from raftlab.views.strip_frames import strip_frames
from raftlab.views.text import alt

LEAST_SCALE, MOST_SCALE = 0.1, 8
SIGNATURE = b"\x89PNG\r\n\x1a\n"
NO_PNG = (
    "There is no Graphviz here that draws PNG: run `pip install pygraphviz`, which brings one "
    "along, or keep the picture as .svg."
)
KINDS = (
    ".json (the run, to load again), .py (as Python), test_….py or …_test.py (as a test), .svg or "
    ".png (a picture)"
)


def keep(history: History, path: str | Path, *, theme: Theme = LIGHT, scale: float = 2) -> None:
    """Write a run to a file, as what its name says; what was there is replaced, or stays whole.

    `run.json` is the whole run, to be loaded again; `run.py` its current line as Python, and
    `test_run.py` or `run_test.py` as a test; `run.svg` and `run.png` are the moment it stands at.
    Raises ValueError for another name, NoEngine where nothing draws, OSError if the file cannot be
    written.
    """
    path = Path(path)
    match path.suffix.lower():
        case ".json":
            save(history, path)
        case ".py":
            text = as_pytest(history) if _is_a_test(path) else as_python(history)
            write_whole(path, text.encode())
        case ".svg":
            write_whole(path, picture_svg(history, theme=theme).encode())
        case ".png":
            write_whole(path, picture_png(history, theme=theme, scale=scale))
        case _:
            raise ValueError(f"A run is kept as {KINDS}; {path.name!r} names none of these.")


def keep_strip(
    history: History,
    path: str | Path,
    moments: Iterable[int] | None = None,
    *,
    across: int | None = None,
    theme: Theme = LIGHT,
    scale: float = 2,
) -> None:
    """Write a strip of a run's moments to a file, as .svg or .png; see `strip_svg` and `keep`."""
    path = Path(path)
    match path.suffix.lower():
        case ".svg":
            drawn = strip_svg(history, moments, across=across, theme=theme).encode()
        case ".png":
            drawn = strip_png(history, moments, across=across, theme=theme, scale=scale)
        case _:
            raise ValueError(f"A strip is kept as .svg or .png; {path.name!r} names neither.")
    write_whole(path, drawn)


def _is_a_test(path: Path) -> bool:
    """Whether pytest would take the file for tests."""
    return path.name.startswith("test_") or path.stem.endswith("_test")


def picture_svg(history: History, *, theme: Theme = LIGHT, layout: Layout = MEDIUM) -> str:
    """The moment that `history` stands at as one `<svg>` element, on its own ground.

    Raises NoEngine where nothing draws.
    """
    words = printable(alt(history.cluster, history.now.step))
    return on_ground(svg(_picture_dot(history, theme, layout), words), theme)


def picture_png(
    history: History, *, theme: Theme = LIGHT, layout: Layout = MEDIUM, scale: float = 2
) -> bytes:
    """The same as a PNG, `scale` pixels to the point. Raises NoEngine where nothing draws PNG."""
    return png(_picture_dot(history, theme, layout), theme, scale)


def strip_png(
    history: History,
    moments: Iterable[int] | None = None,
    *,
    across: int | None = None,
    theme: Theme = LIGHT,
    scale: float = 2,
) -> bytes:
    """The strip that `strip_svg` gives as a PNG. Raises NoEngine where nothing draws PNG."""
    return png(strip_dot(strip_frames(history, moments), across=across, theme=theme), theme, scale)


def _picture_dot(history: History, theme: Theme, layout: Layout) -> str:
    # The pictures of one history have one size, whichever of its moments they show.
    columns = max(needed_columns(moment.cluster) for moment in history.moments)
    moment = history.now
    return cluster_dot(moment.cluster, moment.step, columns=columns, layout=layout, theme=theme)


def png(dot: str, theme: Theme = LIGHT, scale: float = 2) -> bytes:
    """The picture that DOT source describes as a PNG, on a ground in the theme's colour.

    It is drawn in the fonts of this machine. Raises NoEngine where nothing draws PNG, NotDrawn if
    the source is no picture, ValueError for a scale that is none from 0.1 to 8.
    """
    is_number = isinstance(scale, int | float) and not isinstance(scale, bool)
    if not is_number or not LEAST_SCALE <= scale <= MOST_SCALE:
        bounds = f"from {LEAST_SCALE} to {MOST_SCALE}"
        raise ValueError(f"A scale is a number {bounds}, such as 2, not {scale!r}.")
    # What stands last in a graph holds for all of it.
    ground = (
        f'graph [bgcolor="{theme.panel}" pad="{MARGIN / POINTS_PER_INCH}" '
        f'dpi="{POINTS_PER_INCH * scale:g}"]'
    )
    source = f"{dot.rstrip().removesuffix('}')}{ground}\n}}\n"
    drawn = drawn_as("png", source)
    if drawn is None or not drawn.startswith(SIGNATURE):
        raise NoEngine(NO_PNG)
    return drawn
