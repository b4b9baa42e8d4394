"""The lab's face: ipywidgets controls under a stage. It decides nothing; `panel` does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import ipywidgets
from IPython.display import display

from raftlab.raft import Event, Message
from raftlab.sim.history import History
from raftlab.views.still import still
from raftlab.widgets.panel import NODE_ACTS, Panel
from raftlab.widgets.stage import Scrubber, Stage, frame_for_stage

SPEEDS = (("1 a second", 1.0), ("2 a second", 2.0), ("5 a second", 5.0), ("10 a second", 10.0))

# A dropdown whose value is None shows nothing; this shows its words.
NO_MESSAGE = "none"

Changed = dict[str, Any]


class Lab:
    """The control panel over one history: see it, step it, hurt it.

    `panel` is the same without a face; whatever a button does, code can do through it, followed
    by `show()`. `box` is the widget that holds everything.
    """

    def __init__(self, history: History) -> None:
        """Show `history` from where it stands."""
        self.panel = Panel(history)
        self.stage = Stage()
        self.scrubber = Scrubber()
        self._showing = False
        self._playing: asyncio.Task[None] | None = None
        self._make_controls(history)
        self.box = ipywidgets.VBox([self.stage, self._rows(), self.scrubber])
        self.box.add_class("raftlab")
        self._wire()
        self.show()

    def show(self) -> None:
        """Bring every control and the stage up to date with the panel."""
        self._showing = True
        try:
            self._show_messages()
            self._show_events()
            self._show_buttons()
            self.scrubber.last = self.panel.moments()
            self.scrubber.place = self.panel.place()
            self._show_stage()
        finally:
            self._showing = False

    def _ipython_display_(self) -> None:
        # First a still picture, for where no kernel runs; the live stage hides it when it is there.
        frame = self.panel.frame()
        words = frame.explanation
        bundle = still(frame.cluster, frame.step, words.headline, words.reason)
        bundle["text/html"] = f'<div class="raftlab-still">{bundle["text/html"]}</div>'
        display(bundle, raw=True)
        view = {"version_major": 2, "version_minor": 0, "model_id": self.box.model_id}
        display({"application/vnd.jupyter.widget-view+json": view}, raw=True)

    # Making

    def _make_controls(self, history: History) -> None:
        names = history.cluster.names
        self.message: ipywidgets.Dropdown = ipywidgets.Dropdown(description="Message")
        self.deliver = _button("Deliver", primary=True)
        self.drop = _button("Drop")
        self.duplicate = _button("Duplicate")
        self.back = _button("◂ Back")
        self.step = _button("Step ▸", strong=True)
        self.by_rule = _button("Step by rule ▹")
        self.play = _button("Play")
        self.speed = ipywidgets.Dropdown(description="Speed", options=SPEEDS, value=2.0)
        self.command = ipywidgets.Text(description="Client", value="SET key1 valueA")
        self.to = ipywidgets.Dropdown(description="to", options=names)
        self.send = _button("Send")
        self.node = ipywidgets.Dropdown(description="Node", options=names)
        self.acts = {act: _button(act) for act in NODE_ACTS}
        self.event = ipywidgets.Dropdown(description="Event")
        self.do = _button("Do it")
        self.why_message = _reason()
        self.why_time = _reason()
        self.why_node = _reason()
        self.why_node.add_class("raftlab-reason-below")

    def _rows(self) -> ipywidgets.VBox:
        rows = [
            (self.message, self.deliver, self.drop, self.duplicate, self.why_message),
            (
                _row_name("Time"),
                self.back,
                self.step,
                self.by_rule,
                self.play,
                self.speed,
                self.why_time,
            ),
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

    def _wire(self) -> None:
        panel = self.panel
        _on_click(self.deliver, lambda: self._with_message(panel.deliver), self.show)
        _on_click(self.drop, lambda: self._with_message(panel.drop), self.show)
        _on_click(self.duplicate, lambda: self._with_message(panel.duplicate), self.show)
        _on_click(self.back, panel.back, self.show)
        _on_click(self.step, panel.step, self.show)
        _on_click(self.by_rule, panel.step_by_rule, self.show)
        _on_click(self.play, self._play_or_pause, self.show)
        _on_click(self.send, self._send_command, self.show)
        _on_click(self.do, lambda: panel.do(self.event.value), self.show)
        for act, button in self.acts.items():
            _on_click(button, self._doing(act), self.show)
        self.node.observe(self._on_choice, "value")
        self.message.observe(self._on_choice, "value")
        self.scrubber.observe(self._on_scrub, "place")
        self.stage.observe(lambda _: self._show_stage(), ["theme", "narrow"])
        self.stage.on_msg(self._on_pill)

    # Acting

    def _send_command(self) -> None:
        self.panel.send(self.to.value, self.command.value)

    def _doing(self, act: str) -> Callable[[], None]:
        return lambda: self.panel.do(self.panel.node_act(act, self.node.value))

    def _with_message(self, act: Callable[[Message], None]) -> None:
        if (message := self._chosen_message()) is not None:
            act(message)

    def _chosen_message(self) -> Message | None:
        return None if self.message.value == NO_MESSAGE else self.message.value

    def _on_choice(self, _: Changed) -> None:
        if not self._showing:
            self._show_buttons()
            self._show_stage()

    def _on_pill(self, _: object, content: object, __: object) -> None:
        # The browser may be one click late: the message may have left the network by then.
        in_flight = self.panel.history.cluster.network
        match content:
            case {"choose": int(place)} if 0 <= place < len(in_flight):
                self.message.value = in_flight[place]

    def _on_scrub(self, changed: Changed) -> None:
        if not self._showing:
            self.panel.go_to(changed["new"])
            self.show()

    def _play_or_pause(self) -> None:
        if self._playing is None:
            self._playing = asyncio.get_running_loop().create_task(self._keep_stepping())
        else:
            self._playing.cancel()
            self._playing = None

    async def _keep_stepping(self) -> None:
        # Along a recorded run, play stops where it ends; from there it goes on until paused.
        panel = self.panel
        recorded = panel.place() < panel.moments()
        try:
            while panel.why_not_step() is None and (
                not recorded or panel.place() < panel.moments()
            ):
                await asyncio.sleep(1 / self.speed.value)
                panel.step()
                self.show()
        finally:
            self._playing = None
            self.show()

    # Showing

    def _show_messages(self) -> None:
        chosen = self.message.value
        options = self.panel.messages()
        _offer(self.message, options or (("none in flight", NO_MESSAGE),), chosen)

    def _show_events(self) -> None:
        chosen: Event | None = self.event.value
        _offer(self.event, self.panel.events(), chosen)

    def _show_buttons(self) -> None:
        panel = self.panel
        no_message = panel.why_not_message()
        for button in (self.deliver, self.drop, self.duplicate):
            button.disabled = no_message is not None
        self.why_message.value = no_message or ""
        no_back, no_step = panel.why_not_back(), panel.why_not_step()
        self.back.disabled = no_back is not None
        self.step.disabled = self.by_rule.disabled = no_step is not None
        self.play.disabled = no_step is not None and self._playing is None
        self.play.description = "Play" if self._playing is None else "Pause"
        self.why_time.value = no_step or no_back or ""
        reasons = {}
        for act, button in self.acts.items():
            reasons[act] = panel.why_not(panel.node_act(act, self.node.value))
            button.disabled = reasons[act] is not None
            button.tooltip = reasons[act] or act
        said = dict.fromkeys(reason for reason in reasons.values() if reason)
        self.why_node.value = " ".join(said)

    def _show_stage(self) -> None:
        self.stage.frame = frame_for_stage(
            self.panel.frame(),
            columns=self.panel.columns(),
            selected=self._chosen_message(),
            dark=self.stage.theme == "dark",
            narrow=self.stage.narrow,
        )


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


def _on_click(button: Any, act: Callable[[], None], then: Callable[[], None]) -> None:
    def clicked(_: object) -> None:
        act()
        then()

    button.on_click(clicked)


def _offer(dropdown: Any, options: tuple[tuple[str, Any], ...], chosen: object) -> None:
    """Give a dropdown new options, keeping the choice where it is still there."""
    if dropdown.options != options:
        values = [value for _, value in options]
        dropdown.options = options
        dropdown.value = chosen if chosen in values else values[0]
