"""Free play: nothing but the lab, on a cluster or a famous run that one chooses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import ipywidgets

from raftlab.raft.cluster import MOST_NODES
from raftlab.sim.conditions import Asked
from raftlab.sim.gallery import GALLERY, Famous
from raftlab.sim.history import History
from raftlab.sim.scenarios import client_ready, fresh, leader_elected, walkthrough
from raftlab.sim.schedule import Clock
from raftlab.widgets.checked import Style
from raftlab.widgets.controls import LAST_SEED, row, row_name
from raftlab.widgets.lab import Lab

BY_HAND, BY_CLOCK = "you say what comes next", "a clock says what comes next"


@dataclass(frozen=True, slots=True)
class Scenario:
    """Where free play can begin: what makes it, of how many servers if one may choose, and why."""

    see: str
    make: Callable[[int], History]
    any_size: bool = False


def _ignoring_size(famous: Famous) -> Callable[[int], History]:
    return lambda size: famous.history()


SCENARIOS = {
    "Servers just switched on": Scenario(
        "Nobody leads yet: some election timer runs out first (§5.2).", fresh, any_size=True
    ),
    "A leader elected": Scenario(
        "node1 leads term 1; send it a command and see it committed (§5.3).",
        leader_elected,
        any_size=True,
    ),
    "A client with a session": Scenario(
        "client1 may ask for anything, again and again: each request counts once (§8).",
        client_ready,
        any_size=True,
    ),
    "The walk-through of chapter 1": Scenario(
        "One command from the client to every state machine, then the leader's death.",
        lambda size: walkthrough(),
    ),
    **{famous.title: Scenario(famous.see, _ignoring_size(famous)) for famous in GALLERY.values()},
}


class FreePlay:
    """What to begin with, a row to choose it in, and the lab that is open on it.

    `open()` opens the lab anew, as the button does; `box` is the widget that holds everything.
    """

    def __init__(self, until: Asked | Iterable[Asked] = ()) -> None:
        """Open the lab on three servers; `until` is as in `Lab`."""
        self._until = until
        self.scenario: Any = ipywidgets.Dropdown(description="Scenario", options=tuple(SCENARIOS))
        self.size: Any = ipywidgets.BoundedIntText(3, description="Nodes", min=1, max=MOST_NODES)
        self.time: Any = ipywidgets.Dropdown(description="Time", options=(BY_HAND, BY_CLOCK))
        self.seed: Any = ipywidgets.BoundedIntText(description="Seed", min=0, max=LAST_SEED)
        self.begin: Any = ipywidgets.Button(description="Begin")
        self.see: Any = ipywidgets.Label()
        for field in (self.size, self.seed):
            field.add_class("raftlab-seed")
        self.begin.add_class("raftlab-primary")
        self.see.add_class("raftlab-reason-beside")
        self.see.add_class("raftlab-reason-line")
        fields = self.scenario, self.size, self.time, self.seed, self.begin, self.see
        choice = ipywidgets.VBox([Style(), row(row_name("Begin"), *fields)])
        choice.add_class("raftlab")
        choice.add_class("raftlab-acts")
        self._place = ipywidgets.VBox([])
        self.box = ipywidgets.VBox([choice, self._place])
        for field in (self.scenario, self.time):
            field.observe(lambda _: self._show_choice(), "value")
        self.begin.on_click(lambda _: self.open())
        self._show_choice()
        self.open()

    def open(self) -> Lab:
        """Open the lab on what is chosen. What was open before is closed."""
        scenario = SCENARIOS[self.scenario.value]
        history = scenario.make(self.size.value)
        if scenario.any_size and self.time.value == BY_CLOCK:
            history.set_going(Clock.set_going(history.cluster, seed=self.seed.value))
        closed = self._place.children
        self.lab = Lab(history, self._until)
        self._place.children = [self.lab.box]
        for box in closed:
            _close(box)
        return self.lab

    def _ipython_display_(self) -> None:
        self.lab.display_in(self.box)

    def _show_choice(self) -> None:
        scenario = SCENARIOS[self.scenario.value]
        self.size.disabled = self.time.disabled = not scenario.any_size
        self.seed.disabled = not scenario.any_size or self.time.value == BY_HAND
        self.see.value = scenario.see


def _close(widget: Any) -> None:
    """Close a widget and all that stand in it, so that neither side keeps them."""
    for child in getattr(widget, "children", ()):
        _close(child)
    widget.close()
