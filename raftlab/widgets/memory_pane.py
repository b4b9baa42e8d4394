"""Disk and memory in the lab: hidden until it is asked for, then up to date with every frame.

It stands below all controls, so that none of them moves when it opens or grows.
"""

from __future__ import annotations

from typing import Any

import ipywidgets

from raftlab.views.disk_and_memory import DiskAndMemory
from raftlab.widgets.controls import row, row_name
from raftlab.widgets.panel import Panel


class MemoryPane:
    """A box to tick, and below it the view; `box` holds both."""

    def __init__(self, panel: Panel) -> None:
        """Hidden; `panel` says what there is to see."""
        self._panel = panel
        self.shown: Any = ipywidgets.Checkbox(False, description="Disk and memory", indent=False)
        self.view = ipywidgets.HTML()
        self.view.add_class("raftlab-memory")
        self.box = ipywidgets.VBox([row(row_name("Views"), self.shown), self.view])
        self.box.add_class("raftlab-foot")
        self.shown.observe(lambda _: self.show(), "value")
        self.show()

    def show(self) -> None:
        """Bring the view up to date, if it is shown."""
        self.view.layout.display = "" if self.shown.value else "none"
        if self.shown.value:
            frame = self._panel.frame()
            self.view.value = DiskAndMemory(frame.cluster, frame.step).html
