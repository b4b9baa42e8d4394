"""The lab's face: ipywidgets controls under a stage. It decides nothing; `panel` does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets
from IPython.display import display

from raftlab.raft import Cut, Event, Heal, Message
from raftlab.sim.history import History
from raftlab.views.still import still
from raftlab.widgets.controls import Controls, offer
from raftlab.widgets.panel import Panel
from raftlab.widgets.panes import Panes
from raftlab.widgets.playing import Playing
from raftlab.widgets.stage import Scrubber, Stage, frame_for_stage

# A dropdown whose value is None shows nothing; this shows its words.
NO_MESSAGE = "none"

STILL = '<div class="raftlab-still">{}<p>A still picture. Run the cell to play.</p></div>'

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
        self.panes = Panes(self.panel, self._on_followed)
        self.controls = Controls(history.cluster.names)
        self.playing = Playing(self.panel, lambda: self.controls.speed.value, self.show)
        self._showing = False
        rows = self.controls.rows()
        self.box = ipywidgets.VBox([self.stage, rows, self.scrubber, self.panes.box])
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
            self._show_branches()
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
        bundle["text/html"] = STILL.format(bundle["text/html"])
        display(bundle, raw=True)
        view = {"version_major": 2, "version_minor": 0, "model_id": self.box.model_id}
        display({"application/vnd.jupyter.widget-view+json": view}, raw=True)

    # Making

    def _wire(self) -> None:
        panel, controls = self.panel, self.controls
        self._on_click(controls.back, panel.back)
        self._on_click(controls.step, panel.step)
        self._on_click(controls.by_rule, panel.step_by_rule)
        self._on_click(controls.send, self._send_command)
        self._on_click(controls.do, lambda: panel.do(controls.event.value))
        for acts, doing in (
            (controls.clock_acts, lambda _: panel.start_clock(controls.seed.value)),
            (controls.message_acts, self._act_on_message),
            (controls.node_acts, lambda act: panel.do(panel.node_act(act, controls.node.value))),
            (controls.network_acts, self._act_on_network),
        ):
            for act, button in acts.buttons.items():
                self._on_click(button, _bound(doing, act))
        controls.play.on_click(self._on_play)
        controls.message.observe(self._on_message, "value")
        for choice in controls.choices:
            choice.observe(lambda _: self._show_buttons(), "value")
        controls.branch.observe(self._on_branch, "value")
        self.scrubber.observe(self._on_scrub, "place")
        self.stage.observe(lambda _: self._show_stage(), ["theme", "room"])
        self.stage.on_msg(lambda _, content, __: self._on_followed(content))

    # Acting

    def _on_click(self, button: Any, act: Callable[[], None]) -> None:
        """Let a button act; whoever acts, takes over from play."""

        def clicked(_: object) -> None:
            self.playing.pause()
            act()
            self.show()

        button.on_click(clicked)

    def _on_play(self, _: object) -> None:
        self.playing.start_or_pause()
        self.show()

    def _send_command(self) -> None:
        self.panel.send(self.controls.to.value, self.controls.command.value)

    def _act_on_message(self, act: str) -> None:
        if (message := self._chosen_message()) is not None:
            self.panel.do(self.panel.message_act(act, message))

    def _act_on_network(self, act: str) -> None:
        controls = self.controls
        match act:
            case "Split":
                self.panel.split(controls.sides.value)
            case "Cut one way":
                self.panel.do(Cut(controls.cut_from.value, controls.cut_to.value))
            case _:
                self.panel.do(Heal())

    def _chosen_message(self) -> Message | None:
        return None if self.controls.message.value == NO_MESSAGE else self.controls.message.value

    def _on_message(self, _: Changed) -> None:
        if not self._showing:
            self._show_buttons()
            self._show_stage()

    def _on_followed(self, content: object) -> None:
        """A click in a picture: it chooses a message in flight, or goes to a moment."""
        # The browser may be one click late: the message may have left the network by then.
        in_flight = self.panel.history.cluster.network
        match content:
            case {"message": int(place)} if 0 <= place < len(in_flight):
                self.controls.message.value = in_flight[place]
            case {"moment": int(number)} if 0 <= number < len(self.panel.history):
                self.playing.pause()
                self.panel.go_to_moment(number)
                self.show()

    def _on_scrub(self, changed: Changed) -> None:
        if not self._showing:
            self.playing.pause()
            self.panel.go_to(changed["new"])
            self.show()

    def _on_branch(self, changed: Changed) -> None:
        if not self._showing:
            self.playing.pause()
            self.panel.go_along(changed["new"])
            self.show()

    # Showing

    def _show_messages(self) -> None:
        chosen = self.controls.message.value
        options = self.panel.messages()
        offer(self.controls.message, options or (("none in flight", NO_MESSAGE),), chosen)

    def _show_branches(self) -> None:
        branches = self.panel.branches()
        offer(self.controls.branch, branches, None)
        self.controls.branch.value = self.panel.branch()
        self.controls.branch.disabled = len(branches) == 1
        self.controls.branch.tooltip = "Do something of your own in the past, and a branch begins."

    def _show_events(self) -> None:
        chosen: Event | None = self.controls.event.value
        offer(self.controls.event, self.panel.events(), chosen)

    def _show_buttons(self) -> None:
        controls, refusals = self.controls, self.panel.refusals
        no_back, no_step = self.panel.why_not_back(), refusals.step()
        controls.back.disabled = no_back is not None
        controls.step.disabled = controls.by_rule.disabled = no_step is not None
        controls.play.disabled = no_step is not None and not self.playing.goes
        controls.play.description = "Pause" if self.playing.goes else "Play"
        controls.why_time.value = no_step or no_back or ""
        controls.clock_acts.show(refusals.clock_row())
        controls.message_acts.show(refusals.message_row(self._chosen_message()))
        controls.node_acts.show(refusals.node_row(controls.node.value))
        way = controls.cut_from.value, controls.cut_to.value
        controls.network_acts.show(refusals.network_row(controls.sides.value, *way))

    def _show_stage(self) -> None:
        selected, dark = self._chosen_message(), self.stage.theme == "dark"
        self.stage.frame = frame_for_stage(
            self.panel.frame(),
            columns=self.panel.columns(),
            selected=selected,
            dark=dark,
            room=self.stage.room,
        )
        self.panes.show(dark=dark, room=self.stage.room, selected=selected)


def _bound(doing: Callable[[str], None], act: str) -> Callable[[], None]:
    return lambda: doing(act)
