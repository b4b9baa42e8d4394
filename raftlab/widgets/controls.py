"""The lab's buttons, lists and fields, and the rows they stand in. `lab` wires them."""

from __future__ import annotations

from typing import Any

import ipywidgets

from raftlab.raft import Cluster
from raftlab.sim.conditions import Condition
from raftlab.widgets.acts import (
    CLIENT_ACTS,
    CLOCK_ACTS,
    HELP,
    MESSAGE_ACTS,
    NETWORK_ACTS,
    NODE_ACTS,
    example,
)
from raftlab.widgets.refusals import Row, say_refusals

SPEEDS = (("1 a second", 1.0), ("2 a second", 2.0), ("5 a second", 5.0), ("10 a second", 10.0))
LAST_SEED = 9999

# How wide a field is that holds so many signs, and its name beside it.
PIXELS_A_SIGN, PIXELS_BESIDE = 8, 100


class Acts:
    """The buttons of one row, and beside or below them why some cannot be pressed."""

    def __init__(self, names: tuple[str, ...], *, below: bool = True) -> None:
        """A button for each of these acts."""
        self.buttons = {name: _button(name) for name in names}
        self.why = _reason()
        if below:
            self.why.add_class("raftlab-reason-below")

    def show(self, refusals: Row) -> None:
        """Enable what can be done, and say of the rest why not."""
        for act, button in self.buttons.items():
            reason = refusals[act]
            button.disabled = reason is not None
            button.tooltip = reason or HELP[act]
        self.why.value = say_refusals(refusals)


class Controls:
    """Every control by its name."""

    def __init__(self, cluster: Cluster, until: tuple[tuple[str, Condition], ...]) -> None:
        """Controls for this cluster and these conditions; nothing is wired yet."""
        names = cluster.names
        self.client = ipywidgets.Dropdown(
            description="asked by", options=tuple(client.name for client in cluster.clients)
        )
        self.client_acts = Acts(CLIENT_ACTS)
        self.back = _button("◂ Back")
        self.step = _button("Step ▸", look="strong")
        self.by_rule = _button("Step by rule ▹")
        self.play = _button("Play")
        self.speed = ipywidgets.Dropdown(description="Speed", options=SPEEDS, value=2.0)
        self.until = ipywidgets.Dropdown(description="until", options=until)
        self.run = _button("Run")
        self.run.tooltip = "What comes by itself happens, until this is so."
        self.why_time = _reason()
        self.why_time.add_class("raftlab-reason-line")
        self.note = ipywidgets.Text(description="Mark", placeholder="what to see at this moment")
        self.note.add_class("raftlab-note")
        self.mark = _button("Mark")
        self.mark.tooltip = "Keeps these words at this moment; without words, takes its mark away."
        self.mark_before = _button("◂ Mark")
        self.mark_after = _button("Mark ▸")
        self.pin = _button("Pin to compare")
        self.seed: Any = ipywidgets.BoundedIntText(description="Seed", min=0, max=LAST_SEED)
        self.seed.add_class("raftlab-seed")
        self.clock_acts = Acts(CLOCK_ACTS, below=False)
        self.message: ipywidgets.Dropdown = ipywidgets.Dropdown(description="Message")
        self.message.add_class("raftlab-message")
        self.message_acts = Acts(MESSAGE_ACTS)
        self.message_acts.buttons["Deliver"].add_class("raftlab-primary")
        self.command = ipywidgets.Text(description="Client", value="SET key1 valueA")
        self.to = ipywidgets.Dropdown(description="to", options=names)
        self.send = _button("Send")
        self.node = ipywidgets.Dropdown(description="Node", options=names)
        self.node_acts = Acts(NODE_ACTS)
        self.node_acts.why.add_class("raftlab-reason-long")
        self.sides = ipywidgets.Text(description="Network", value=(sides := example(names)))
        self.sides.layout.width = f"{PIXELS_A_SIGN * len(sides) + PIXELS_BESIDE}px"
        self.cut_from = ipywidgets.Dropdown(description="from", options=names)
        self.cut_to = ipywidgets.Dropdown(description="towards", options=names)
        self.cut_to.value = names[-1]
        self.network_acts = Acts(NETWORK_ACTS)
        self.event = ipywidgets.Dropdown(description="Event")
        self.do = _button("Do it")

    @property
    def choices(self) -> tuple[Any, ...]:
        """What is chosen before a button is pressed, and decides whether it can be."""
        return self.node, self.sides, self.cut_from, self.cut_to, self.client, self.to, self.command

    def rows(self) -> ipywidgets.VBox:
        """All of them, a row for each thing to act on."""
        time = (self.back, self.step, self.by_rule, self.play, self.speed)
        until = _together(self.until, self.run)
        marks = (self.note, self.mark, self.mark_before, self.mark_after, self.pin)
        clock, message = self.clock_acts, self.message_acts
        node, network = self.node_acts, self.network_acts
        split, cut, heal = network.buttons.values()
        asked = (self.client, *self.client_acts.buttons.values())
        rows = (
            row(self.message, *message.buttons.values(), message.why),
            row(row_name("Time"), *time, until, self.why_time),
            row(self.command, self.to, self.send),
            *([row(row_name(""), *asked, self.client_acts.why)] if self.client.options else ()),
            row(self.node, *node.buttons.values(), node.why),
            row(self.sides, split, heal, _together(self.cut_from, self.cut_to, cut), network.why),
            row(row_name("Clock"), self.seed, *clock.buttons.values(), clock.why),
            row(self.event, self.do),
            row(*marks),
        )
        controls = ipywidgets.VBox(rows)
        controls.add_class("raftlab-controls")
        return controls


def row(*widgets: Any) -> ipywidgets.HBox:
    """Controls side by side; on a narrow screen, on several lines."""
    box = ipywidgets.HBox(widgets)
    box.add_class("raftlab-row")
    return box


def _together(*widgets: Any) -> ipywidgets.HBox:
    """Controls that move to the next line only all at once."""
    box = ipywidgets.HBox(widgets)
    box.add_class("raftlab-together")
    return box


def row_name(name: str) -> Any:
    """What a row is about, where its first control has no name that says so."""
    label = ipywidgets.Label(name)
    label.add_class("raftlab-row-name")
    return label


def offer(dropdown: Any, options: tuple[tuple[str, Any], ...], chosen: object) -> None:
    """Give a dropdown new options, keeping the choice where it is still there."""
    if dropdown.options != options:
        values = [value for _, value in options]
        dropdown.options = options
        dropdown.value = chosen if chosen in values else values[0]


def _button(description: str, *, look: str = "") -> Any:
    button = ipywidgets.Button(description=description)
    if look:
        button.add_class(f"raftlab-{look}")
    return button


def _reason() -> Any:
    label = ipywidgets.Label()
    label.add_class("raftlab-reason-beside")
    return label
