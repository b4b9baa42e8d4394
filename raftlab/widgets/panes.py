"""The lab's other views of the shown moment, each with a box to tick.

They stand below all controls, so that none of these moves when a view opens or grows. What is not
shown is not drawn. Some views have a box only where there is something to show: what clients saw
where there are clients, a run by other rules beside Raft, a pinned moment beside the shown one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets

from raftlab.raft import Message
from raftlab.sim.linearizability import Linearizability, check_linearizable
from raftlab.sim.seen import seen_by_clients
from raftlab.sim.side_by_side import SideBySide, beside_raft
from raftlab.views.beside import beside_raft_html, comparison_html
from raftlab.views.disk_and_memory import DiskAndMemory
from raftlab.views.draw import NoEngine, NotDrawn, svg
from raftlab.views.intervals import intervals_dot
from raftlab.views.intervals_text import intervals_alt
from raftlab.views.machines import machines_html
from raftlab.views.palette import DARK, LIGHT
from raftlab.views.role_diagram import role_diagram_alt, role_diagram_dot
from raftlab.views.space_time import space_time_alt, space_time_dot
from raftlab.views.space_time.layout import WIDTH
from raftlab.widgets.controls import row, row_name
from raftlab.widgets.panel import Panel
from raftlab.widgets.picture import Picture

CLUSTER, SPACE_AND_TIME, OPERATIONS, ROLES, MACHINES, MEMORY, BESIDE_RAFT, COMPARED = (
    "Cluster",
    "Space and time",
    "What clients saw",
    "Roles",
    "State machines",
    "Disk and memory",
    "Beside Raft",
    "Compared",
)
SHOWN_AT_FIRST = (CLUSTER, SPACE_AND_TIME, OPERATIONS, BESIDE_RAFT, COMPARED)
NARROWEST = 700

# After every step: so that nobody waits for a verdict, it may be that it is not known.
MOST_STATES = 20_000


class Panes:
    """A box to tick for each view, all in `row`, and the views, all in `box`.

    `ticks` and `views` have them by name; the cluster has a tick too, and its view is the stage.
    """

    def __init__(
        self, panel: Panel, followed: Callable[[object], None], ticked: Callable[[], None]
    ) -> None:
        """Views of what `panel` shows.

        `followed` is told what a click in a picture leads to, `ticked` is called when a box is.
        """
        self._panel = panel
        self._theme, self._width = LIGHT, WIDTH
        self._selected: Message | None = None
        self._beside: tuple[int, SideBySide | None] | None = None
        self._seen: tuple[int, Linearizability] | None = None
        self._pictures = {
            SPACE_AND_TIME: self._space_time,
            OPERATIONS: self._operations,
            ROLES: self._roles,
        }
        self._tables = {
            MACHINES: self._machines,
            MEMORY: self._memory,
            BESIDE_RAFT: self._beside_raft,
            COMPARED: self._compared,
        }
        self.views: dict[str, Any] = {
            **{name: Picture() for name in self._pictures},
            **{name: ipywidgets.HTML() for name in self._tables},
        }
        self.ticks: dict[str, Any] = {
            name: ipywidgets.Checkbox(name in SHOWN_AT_FIRST, description=name, indent=False)
            for name in (CLUSTER, *self.views)
        }
        for tick in self.ticks.values():
            tick.observe(lambda _: ticked(), "value")
        for view in self.views.values():
            view.add_class("raftlab-pane")
        for name in self._pictures:
            self.views[name].on_msg(lambda _, content, __: followed(content))
        self.row = row(row_name("Views"), *self.ticks.values())
        self.box = ipywidgets.VBox(tuple(self.views.values()))

    def show(self, *, dark: bool, room: int, selected: Message | None) -> None:
        """Bring the views that are shown up to date, for a theme and so many pixels of width."""
        self._theme, self._selected = DARK if dark else LIGHT, selected
        self._width = max(NARROWEST, min(room, WIDTH))
        offered = {
            OPERATIONS: bool(self._panel.history.cluster.clients),
            BESIDE_RAFT: bool(self._panel.history.rules_changed),
            COMPARED: self._panel.pinned is not None,
        }
        for name, view in self.views.items():
            there = offered.get(name, True)
            self.ticks[name].layout.display = "" if there else "none"
            shown = there and self.ticks[name].value
            view.layout.display = "" if shown else "none"
            if shown and name in self._pictures:
                with view.hold_sync():
                    view.alt, view.svg = self._pictures[name]()
            elif shown:
                view.value = self._tables[name]()

    def _space_time(self) -> tuple[str, str]:
        history, width = self._panel.history, self._width
        dot = space_time_dot(history, width=width, theme=self._theme, selected=self._selected)
        return space_time_alt(history, width=width), _drawn(dot)

    def _operations(self) -> tuple[str, str]:
        # What clients saw along a line does not change while one goes along it.
        history = self._panel.history
        tip = history.line()[-1].number
        try:
            if self._seen is None or self._seen[0] != tip:
                seen = seen_by_clients(history)
                self._seen = tip, check_linearizable(seen, most_states=MOST_STATES)
        except ValueError as odd:
            return str(odd), ""
        verdict = self._seen[1]
        if not verdict.operations:
            return "No client has asked for anything yet.", ""
        dot = intervals_dot(verdict, width=self._width, theme=self._theme)
        return intervals_alt(verdict), _drawn(dot)

    def _roles(self) -> tuple[str, str]:
        frame = self._panel.frame()
        dot = role_diagram_dot(frame.cluster, frame.step, width=self._width, theme=self._theme)
        return role_diagram_alt(frame.cluster, frame.step), _drawn(dot)

    def _machines(self) -> str:
        frame = self._panel.frame()
        return machines_html(frame.cluster, frame.step)

    def _memory(self) -> str:
        frame = self._panel.frame()
        return DiskAndMemory(frame.cluster, frame.step).html

    def _beside_raft(self) -> str:
        # Where a line departs from Raft does not change while one goes along it.
        history = self._panel.history
        line = history.line()[-1].number
        if self._beside is None or self._beside[0] != line:
            self._beside = line, beside_raft(history)
        return beside_raft_html(self._beside[1])

    def _compared(self) -> str:
        found = self._panel.comparison()
        return comparison_html(self._panel.history, found) if found else ""


def _drawn(dot: str) -> str:
    """The picture; nothing where nothing draws, which the stage says."""
    try:
        return svg(dot)
    except (NoEngine, NotDrawn):
        return ""
