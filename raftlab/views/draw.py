"""DOT in, SVG or PNG out: by the Graphviz that pygraphviz brings along, or by this machine's own.

Both are asked to move nothing. Graphviz is not made for threads, so one drawing is made at a time.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from html import escape
from threading import Lock

from raftlab.views.sheet import BACKSLASH

# Metric-compatible with what Graphviz measured, on every common system.
SANS = "Arial, 'Liberation Sans', Helvetica, sans-serif"
MONO = "'DejaVu Sans Mono', Menlo, Consolas, monospace"

REMEDY = (
    "There is no Graphviz to draw with: run `pip install pygraphviz`, or put Graphviz's `neato` "
    "on the PATH; until then raftlab shows text instead of pictures."
)


class NoEngine(RuntimeError):
    """Nothing here can draw; the message is one sentence that names the remedy."""


class NotDrawn(RuntimeError):
    """Graphviz refused a picture; the message says with what words."""


def svg(dot: str, description: str = "", role: str = "img") -> str:
    """The picture that DOT source describes, as one `<svg>` element, a point to the pixel.

    `description` is what the picture says, for those who do not see it. `role` is "img", or
    "group" where the messages inside are to be reached one by one. Raises NoEngine if there is
    nothing to draw with, NotDrawn if the source is no picture.
    """
    drawn = _drawn(dot)
    label = f' aria-label="{escape(description, quote=True)}"' if description else ""
    return drawn.replace("<svg ", f'<svg role="{role}"{label} ', 1)


@lru_cache(maxsize=128)
def _drawn(dot: str) -> str:
    return _tidy(_graphviz(dot))


def _graphviz(dot: str) -> str:
    drawn = drawn_as("svg", dot)
    if drawn is None:
        raise NoEngine(REMEDY)
    return drawn.decode()


def drawn_as(form: str, dot: str) -> bytes | None:
    """The picture that DOT source describes as "svg" or "png"; None if nothing here draws that.

    Raises NotDrawn if the source is no picture.
    """
    drawn = _in_process(form, dot)
    return _by_program(form, dot) if drawn is None else drawn


_one_at_a_time = Lock()


def _in_process(form: str, dot: str) -> bytes | None:
    """Drawn by pygraphviz; None where it is not installed, or its Graphviz draws nothing so."""
    try:
        import pygraphviz
    except (ImportError, OSError):
        return None
    with _one_at_a_time, _quiet_stderr():
        try:
            graph = pygraphviz.AGraph(string=dot)
            try:
                # "nop2" is what `neato -n2` is called from inside.
                drawn: bytes = graph.draw(format=form, prog="nop2")
            finally:
                graph.close()
        except TypeError:
            # So it says that it knows no such form.
            return None
        except (ValueError, pygraphviz.DotError) as error:
            raise NotDrawn(f"Graphviz could not draw this: {error}") from error
    # A form that it knows and cannot draw comes out empty.
    return drawn or None


def _by_program(form: str, dot: str) -> bytes | None:
    """Drawn by a `neato` on the PATH; None where there is none."""
    import graphviz

    try:
        drawn: bytes = graphviz.pipe("neato", form, dot.encode(), neato_no_op=2, quiet=True)
    except graphviz.ExecutableNotFound:
        return None
    except graphviz.CalledProcessError as error:
        if b"not recognized" in (error.stderr or b""):
            # So it says that it knows no such form.
            return None
        raise NotDrawn(f"Graphviz could not draw this: {error}") from error
    return drawn


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Keep what C writes to stderr away: Fontconfig grumbles there about the system's own files.

    A kernel would print that under the learner's cell.
    """
    if sys.stderr is not None:
        sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:
        # There is no stderr here, so nothing can be seen on it either.
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


SIZE = re.compile(r'<svg width="([\d.]+)pt" height="([\d.]+)pt"\s+viewBox="[^"]*"')
NAMES = re.compile(r"<!--.*?-->\n?|<title>[^<]*</title>\n?| id=\"cluster_(?:node|edge|a_)[^\"]*\"")
LINK = re.compile(r'(<a [^>]*xlink:title="([^"]*)"[^>]*>)')


def _tidy(drawn: str) -> str:
    """The `<svg>` element alone: sized in pixels, with fonts that other machines have.

    Graphviz writes its own names for things where browsers look for tooltips; they go, and what
    was meant as a tooltip takes their place.
    """
    drawn = drawn[drawn.index("<svg") :].strip()
    width, height = SIZE.match(drawn).groups()  # type: ignore[union-attr]
    size = f'<svg width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    drawn = NAMES.sub("", SIZE.sub(size, drawn, count=1))
    drawn = drawn.replace(BACKSLASH, "\\")
    drawn = LINK.sub(r"\1<title>\2</title>", drawn).replace(' xml:space="preserve"', "")
    drawn = drawn.replace('"Liberation Sans Bold"', f'"{SANS}" font-weight="bold"')
    return drawn.replace('"Liberation Sans"', f'"{SANS}"').replace(
        '"DejaVu Sans Mono"', f'"{MONO}"'
    )
