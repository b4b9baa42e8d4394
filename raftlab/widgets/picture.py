"""A picture of the run beside the stage's own, such as the space-time diagram."""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets


class Picture(anywidget.AnyWidget):
    """Shows an SVG, or, where there is none, its words.

    A click in it sends `{"moment": number}` or `{"message": place}`.
    """

    _esm = Path(__file__).parent / "picture.js"
    svg = traitlets.Unicode().tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)
