"""The two parts of the lab that ipywidgets has no control for: the stage and the scrubber."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from raftlab.raft import Message, Role
from raftlab.views.cluster_dot import cluster_dot
from raftlab.views.draw import NoEngine, NotDrawn, svg
from raftlab.views.layout import NARROW, WIDE
from raftlab.views.palette import DARK, LIGHT, css_variables
from raftlab.views.text import alt, describe
from raftlab.widgets.frame import Frame

HERE = Path(__file__).parent
PAPER = "https://raft.github.io/raft.pdf"

STYLE = f"""
.raftlab {{ {css_variables(LIGHT)} }}
[data-jp-theme-light="false"] .raftlab {{ {css_variables(DARK)} }}
{(HERE / "stage.css").read_text(encoding="utf-8")}
"""


class Stage(anywidget.AnyWidget):
    """Shows one frame. The browser tells the theme and whether the place is narrow."""

    _esm = HERE / "stage.js"
    _css = STYLE
    frame = traitlets.Dict().tag(sync=True)
    theme = traitlets.Enum(["light", "dark"], "light").tag(sync=True)
    narrow = traitlets.Bool(False).tag(sync=True)


class Scrubber(anywidget.AnyWidget):
    """A range over the moments of a run."""

    _esm = HERE / "scrubber.js"
    place = traitlets.Int(0).tag(sync=True)
    last = traitlets.Int(0).tag(sync=True)


def frame_for_stage(
    frame: Frame, *, columns: int, selected: Message | None, dark: bool, narrow: bool
) -> dict[str, Any]:
    """A frame as the stage takes it: texts, and the picture drawn for its theme and width.

    Where nothing draws, `svg` is empty, the notice names the remedy, and the text stands in.
    """
    words = frame.explanation
    notice, picture = frame.notice, ""
    try:
        picture = svg(
            cluster_dot(
                frame.cluster,
                frame.step,
                columns=columns,
                layout=NARROW if narrow else WIDE,
                theme=DARK if dark else LIGHT,
                selected=selected,
            )
        )
    except (NoEngine, NotDrawn) as missing:
        notice = f"{notice} {missing}".strip()
    return {
        "title": frame.title,
        "term": max(node.current_term for node in frame.cluster.nodes),
        "leader": _leader(frame),
        "position": frame.position,
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
