"""The two parts of the lab that ipywidgets has no control for: the stage and the scrubber."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from raftlab.raft import Crash, Deliver, Message, Role, Step
from raftlab.views.cluster_dot import cluster_dot
from raftlab.views.draw import NoEngine, NotDrawn, svg
from raftlab.views.layout import MEDIUM, NARROW, WIDE, Layout
from raftlab.views.markup import SCHEME
from raftlab.views.palette import DARK, LIGHT, css_variables
from raftlab.views.text import alt, describe
from raftlab.widgets.frame import Frame

HERE = Path(__file__).parent
PAPER = "https://raft.github.io/raft.pdf"

LEAST_SCALE = 0.97

# One module for the browser, in files by what each part does.
SCRIPTS = ("element.js", "menu.js", "things.js", "travel.js", "stage.js")

STYLE = f"""
.raftlab {{ {css_variables(LIGHT)} }}
[data-jp-theme-light="false"] .raftlab {{ {css_variables(DARK)} }}
{SCHEME}
{(HERE / "stage.css").read_text(encoding="utf-8")}
"""


class Stage(anywidget.AnyWidget):
    """Shows one frame. The browser tells the theme and how many pixels wide the picture may be."""

    _esm = "\n".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    _css = STYLE
    frame = traitlets.Dict().tag(sync=True)
    theme = traitlets.Enum(["light", "dark"], "light").tag(sync=True)
    room = traitlets.Int(WIDE.width).tag(sync=True)


class Scrubber(anywidget.AnyWidget):
    """A range over the moments of the shown line, its lesson marks, and a rail for each other line.

    A click on a rail sends `{"line": the number of its last moment}`. `line` is what the shown one
    is called, `note` what its marks say of the shown moment.
    """

    _esm = HERE / "scrubber.js"
    place = traitlets.Int(0).tag(sync=True)
    last = traitlets.Int(0).tag(sync=True)
    line = traitlets.Unicode().tag(sync=True)
    marks: Any = traitlets.List().tag(sync=True)
    rails: Any = traitlets.List().tag(sync=True)


def frame_for_stage(
    frame: Frame,
    *,
    columns: int,
    selected: Message | None,
    dark: bool,
    room: int,
    things: list[dict[str, Any]],
    shown: bool = True,
) -> dict[str, Any]:
    """A frame as the stage takes it: texts, and the picture drawn for its theme and width.

    Where nothing draws, `svg` is empty, the notice names the remedy, and the text stands in. Where
    the picture is not to be `shown`, none is drawn.
    """
    words = frame.explanation
    notice, picture = frame.notice, ""
    try:
        if shown:
            dot = cluster_dot(
                frame.cluster,
                frame.step,
                columns=columns,
                layout=layout_for(room),
                theme=DARK if dark else LIGHT,
                selected=selected,
            )
            picture = svg(dot)
    except (NoEngine, NotDrawn) as missing:
        notice = f"{notice} {missing}".strip()
    return {
        "title": frame.title,
        "term": max(node.current_term for node in frame.cluster.nodes),
        "leader": _leader(frame),
        "position": frame.position,
        "breaks": frame.breaks,
        "moment": frame.moment,
        "parent": frame.parent,
        "arrived": _arrived(frame.step),
        "things": things,
        "shown": shown,
        "lights": [{"name": light.name, "sentence": light.sentence} for light in frame.lights],
        "headline": words.headline,
        "reason": words.reason,
        "citation": words.citation,
        "paper": PAPER,
        "actor": frame.step.firings[0].node.name if frame.step and frame.step.firings else "",
        "rules": [[line.rule, line.gave] for line in words.rules],
        "notice": notice,
        "svg": picture,
        "alt": alt(frame.cluster, frame.step),
        "text": describe(frame.cluster, frame.step),
    }


def _arrived(taken: Step | None) -> str | None:
    """The id that the message had in the picture before, if one arrived in this step."""
    match taken.event if taken else None:
        case Deliver(message) | Crash(_, Deliver(message)) if taken:
            return f"message-{taken.before.network.index(message)}"
        case _:
            return None


def layout_for(room: int) -> Layout:
    """The widest picture that `room` pixels hold, or all but hold: a little smaller still reads."""
    fitting = (layout for layout in (WIDE, MEDIUM) if layout.width * LEAST_SCALE <= room)
    return next(fitting, NARROW)


def _leader(frame: Frame) -> str:
    leaders = [n for n in frame.cluster.nodes if n.up and n.role is Role.LEADER]
    term = max((node.current_term for node in leaders), default=0)
    newest = [node.name for node in leaders if node.current_term == term]
    match newest:
        case []:
            return "no leader"
        case [one]:
            return f"★ {one} leads term {term}"
        case _:
            return f"★ {' and '.join(newest)} both lead term {term}"
