"""Keep and share: the run as a file beside the notebook, as whatever one wants it to be."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets

from raftlab.sim.history import History
from raftlab.views.draw import NoEngine, NotDrawn
from raftlab.views.keep import keep, keep_strip
from raftlab.widgets.controls import row, row_name

RUN, PYTHON, TEST, SVG, PNG, STRIP, STRIP_PNG = (
    "the run (JSON)",
    "Python",
    "a pytest",
    "this picture (SVG)",
    "this picture (PNG)",
    "a strip of frames (SVG)",
    "a strip of frames (PNG)",
)
SUFFIXES = {
    RUN: ".json",
    PYTHON: ".py",
    TEST: ".py",
    SVG: ".svg",
    PNG: ".png",
    STRIP: ".svg",
    STRIP_PNG: ".png",
}
LONGEST_NAME = 60


class Keeping:
    """What keeps a run, all in `row`, and the `text` of what can be pasted."""

    def __init__(self, history: History) -> None:
        """Of `history`, as it will be and where it will stand when asked."""
        self._history = history
        self.what: Any = ipywidgets.Dropdown(description="as", options=tuple(SUFFIXES))
        self.keep: Any = ipywidgets.Button(description="Keep")
        self.keep.tooltip = "Writes a new file beside the notebook."
        self.said: Any = ipywidgets.Label()
        self.said.add_class("raftlab-reason-beside")
        self.text: Any = ipywidgets.HTML()
        self.keep.on_click(lambda _: self._on_keep())
        self.row = row(row_name("Keep"), self.what, self.keep, self.said)

    def _on_keep(self) -> None:
        what, self.text.value = self.what.value, ""
        path = _unused(_stem(self._history, what), SUFFIXES[what])
        try:
            (keep_strip if what in (STRIP, STRIP_PNG) else keep)(self._history, path)
        except (NoEngine, NotDrawn, ValueError) as error:
            self.said.value = f"Nothing was written. {error}"
        except OSError as error:
            self.said.value = f"{path.name} could not be written: {error.strerror}."
        else:
            self.said.value = f"Kept as {path.name}, beside the notebook."
            if what in (PYTHON, TEST):
                text = escape(path.read_text(encoding="utf-8"))
                self.text.value = f'<pre class="raftlab-kept" tabindex="0">{text}</pre>'


def _stem(history: History, what: str) -> str:
    """A file's name without its ending: after the run's title, in letters that any disk takes."""
    words = re.sub(r"[^a-z0-9]+", "_", history.title.lower())[:LONGEST_NAME].strip("_") or "run"
    if what == TEST:
        return f"test_{words}"
    return f"{words}_strip" if what in (STRIP, STRIP_PNG) else words


def _unused(stem: str, suffix: str) -> Path:
    """A file of that name in the working directory that is not there yet: numbered, if need be."""
    path, number = Path(f"{stem}{suffix}"), 2
    while path.exists():
        path, number = Path(f"{stem}_{number}{suffix}"), number + 1
    return path
