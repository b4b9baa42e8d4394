"""The lab's buttons, lists and fields, and the rows they stand in. `lab` wires them."""

from __future__ import annotations

from typing import Any

import ipywidgets

from raftlab.widgets.panel import NODE_ACTS

SPEEDS = (("1 a second", 1.0), ("2 a second", 2.0), ("5 a second", 5.0), ("10 a second", 10.0))


class Controls:
    """Every control by its name."""

    def __init__(self, names: tuple[str, ...]) -> None:
        """Controls for a cluster of these nodes; nothing is wired yet."""
        self.message: ipywidgets.Dropdown = ipywidgets.Dropdown(description="Message")
        self.deliver = _button("Deliver", primary=True)
        self.drop = _button("Drop")
        self.duplicate = _button("Duplicate")
        self.back = _button("◂ Back")
        self.step = _button("Step ▸", strong=True)
        self.by_rule = _button("Step by rule ▹")
        self.play = _button("Play")
        self.speed = ipywidgets.Dropdown(description="Speed", options=SPEEDS, value=2.0)
        self.branch = ipywidgets.Dropdown(description="Branch")
        self.command = ipywidgets.Text(description="Client", value="SET key1 valueA")
        self.command.add_class("raftlab-client")
        self.to = ipywidgets.Dropdown(description="to", options=names)
        self.send = _button("Send")
        self.send.add_class("raftlab-send")
        self.node = ipywidgets.Dropdown(description="Node", options=names)
        self.acts = {act: _button(act) for act in NODE_ACTS}
        self.event = ipywidgets.Dropdown(description="Event")
        self.do = _button("Do it")
        self.why_message = _reason()
        self.why_time = _reason()
        self.why_node = _reason()
        self.why_node.add_class("raftlab-reason-below")

    def rows(self) -> ipywidgets.VBox:
        """All of them, a row for each thing to act on."""
        time = (self.back, self.step, self.by_rule, self.play, self.speed, self.branch)
        rows = [
            (_row_name("Time"), *time, self.why_time),
            (self.message, self.deliver, self.drop, self.duplicate, self.why_message),
            (self.command, self.to, self.send),
            (self.node, *self.acts.values(), self.why_node),
            (self.event, self.do),
        ]
        boxes = [ipywidgets.HBox(row) for row in rows]
        for box in boxes:
            box.add_class("raftlab-row")
        controls = ipywidgets.VBox(boxes)
        controls.add_class("raftlab-controls")
        return controls


def offer(dropdown: Any, options: tuple[tuple[str, Any], ...], chosen: object) -> None:
    """Give a dropdown new options, keeping the choice where it is still there."""
    if dropdown.options != options:
        values = [value for _, value in options]
        dropdown.options = options
        dropdown.value = chosen if chosen in values else values[0]


def _button(description: str, *, primary: bool = False, strong: bool = False) -> Any:
    button = ipywidgets.Button(description=description)
    if primary:
        button.add_class("raftlab-primary")
    if strong:
        button.add_class("raftlab-strong")
    return button


def _reason() -> Any:
    label = ipywidgets.Label()
    label.add_class("raftlab-reason-beside")
    return label


def _row_name(name: str) -> Any:
    label = ipywidgets.Label(name)
    label.add_class("raftlab-row-name")
    return label
