"""The lab's face: ipywidgets controls under a stage. It decides nothing; `panel` does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import ipywidgets
from IPython.display import display

from raftlab.raft import Cut, Event, Heal, Message
from raftlab.sim.conditions import CONDITIONS, Asked, Condition
from raftlab.sim.history import History
from raftlab.views.still import still
from raftlab.widgets.controls import Controls, offer
from raftlab.widgets.keeping import Keeping
from raftlab.widgets.panel import Panel
from raftlab.widgets.panes import CLUSTER, Panes
from raftlab.widgets.place import lines, marks
from raftlab.widgets.playing import Playing
from raftlab.widgets.stage import Scrubber, Stage, frame_for_stage

# A dropdown whose value is None shows nothing; this shows its words.
NO_MESSAGE = "none"

STILL = '<div class="raftlab-still">{}<p>A still picture. Run the cell to play.</p></div>'

PIN = "Keeps this moment, to be seen beside others that you go to."
PINNED = "Lets this moment go."

Changed = dict[str, Any]


class Lab:
    """The control panel over one history: see it, step it, hurt it.

    `panel` is the same without a face; whatever a button does, code can do through it, followed
    by `show()`. `box` is the widget that holds everything.
    """

    def __init__(self, history: History, until: Asked | Iterable[Asked] = ()) -> None:
        """Show `history` from where it stands.

        `until` are conditions of the learner's own that it can be played until, as in `run_until`.
        """
        asked = (until,) if isinstance(until, Condition) or callable(until) else until
        own = [one if isinstance(one, Condition) else Condition.of(one) for one in asked]
        conditions = {**{one.name: one for one in own}, **CONDITIONS}
        self.panel = Panel(history)
        self.stage = Stage()
        self.scrubber = Scrubber()
        self.panes = Panes(self.panel, self._on_followed, self._on_ticked)
        self.controls = Controls(history.cluster, tuple(conditions.items()))
        self.keeping = Keeping(history)
        self.playing = Playing(self.panel, lambda: self.controls.speed.value, self.show)
        self._showing = False
        rows = self.controls.rows()
        # Whatever grows stands below all controls.
        below = self.panes.row, self.keeping.row, self.keeping.text, self.panes.box
        foot = ipywidgets.VBox(below)
        foot.add_class("raftlab-foot")
        self.box = ipywidgets.VBox([self.stage, rows, self.scrubber, foot])
        self.box.add_class("raftlab")
        self._wire()
        self.show()

    def show(self) -> None:
        """Bring every control and the stage up to date with the panel."""
        self._showing = True
        try:
            self._show_messages()
            # What one looks at comes first.
            self._show_stage()
            self._show_scrubber()
            self._show_buttons()
            self._show_events()
            self._show_panes()
        finally:
            self._showing = False

    def _ipython_display_(self) -> None:
        self.display_in(self.box)

    def display_in(self, box: Any) -> None:
        """Show `box`, which this lab stands in.

        First a still picture, for where no kernel runs; the live stage hides it when it is there.
        """
        frame = self.panel.frame()
        words = frame.explanation
        bundle = still(frame.cluster, frame.step, words.headline, words.reason)
        bundle["text/html"] = STILL.format(bundle["text/html"])
        display(bundle, raw=True)
        view = {"version_major": 2, "version_minor": 0, "model_id": box.model_id}
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
            (controls.client_acts, self._act_as_client),
        ):
            for act, button in acts.buttons.items():
                self._on_click(button, _bound(doing, act))
        self._on_click(controls.mark, self._mark)
        self._on_click(controls.mark_before, lambda: panel.go_to_mark(ahead=False))
        self._on_click(controls.mark_after, lambda: panel.go_to_mark(ahead=True))
        self._on_click(controls.pin, panel.pin)
        controls.run.on_click(self._on_run)
        controls.play.on_click(self._on_play)
        controls.message.observe(self._on_message, "value")
        for choice in controls.choices:
            choice.observe(lambda _: self._show_buttons(), "value")
        # What a client would send stands in the menu of each node.
        controls.command.observe(lambda _: self._show_stage(), "value")
        self.scrubber.observe(self._on_scrub, "place")
        self.scrubber.on_msg(lambda _, content, __: self._on_followed(content))
        self.stage.observe(lambda _: self._show_pictures(), ["theme", "room"])
        self.stage.on_msg(lambda _, content, __: self._on_acted(content))

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

    def _on_run(self, _: object) -> None:
        self.playing.pause()
        outcome = self.panel.until(self.controls.until.value)
        self.show()
        self.controls.why_time.value = outcome

    def _mark(self) -> None:
        self.panel.mark(self.controls.note.value)
        self.controls.note.value = ""

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

    def _act_as_client(self, act: str) -> None:
        controls = self.controls
        if (client := controls.client.value) is not None:
            command = controls.command.value
            self.panel.do(self.panel.client_act(act, client, controls.to.value, command))

    def _chosen_message(self) -> Message | None:
        return None if self.controls.message.value == NO_MESSAGE else self.controls.message.value

    def _on_message(self, _: Changed) -> None:
        if not self._showing:
            self._show_buttons()
            self._show_pictures()

    def _on_acted(self, content: object) -> None:
        """An act on a thing of the picture, or a step on or back."""
        match content:
            case {"thing": str(thing), "name": str(name), "act": str(act)}:
                self.playing.pause()
                self.panel.act(thing, name, act, self.controls.command.value)
                self.show()
            case {"step": bool(ahead)}:
                self.playing.pause()
                (self.panel.step if ahead else self.panel.back)()
                self.show()

    def _on_followed(self, content: object) -> None:
        """A click in a view: it chooses a message in flight, or goes to a moment or a line."""
        # The browser may be one click late: the message may have left the network by then.
        in_flight = self.panel.history.cluster.network
        match content:
            case {"message": int(place)} if 0 <= place < len(in_flight):
                self.controls.message.value = in_flight[place]
            case {"moment": int(number)} if 0 <= number < len(self.panel.history):
                self.playing.pause()
                self.panel.go_to_moment(number)
                self.show()
            case {"line": int(tip)} if 0 <= tip < len(self.panel.history):
                self.playing.pause()
                self.panel.go_along(tip)
                self.show()

    def _on_scrub(self, changed: Changed) -> None:
        if not self._showing:
            self.playing.pause()
            self.panel.go_to(changed["new"])
            self.show()

    def _on_ticked(self) -> None:
        if not self._showing:
            self._show_pictures()

    # Showing

    def _show_messages(self) -> None:
        chosen = self.controls.message.value
        options = self.panel.messages()
        offer(self.controls.message, options or (("none in flight", NO_MESSAGE),), chosen)

    def _show_scrubber(self) -> None:
        history = self.panel.history
        shown = lines(history)
        with self.scrubber.hold_sync():
            self.scrubber.last = self.panel.moments()
            self.scrubber.place = self.panel.place()
            self.scrubber.line = shown.name
            self.scrubber.marks = [list(mark) for mark in marks(history)]
            self.scrubber.rails = [list(rail) for rail in shown.rails]

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
        controls.run.disabled = no_step is not None
        for button, ahead in ((controls.mark_before, False), (controls.mark_after, True)):
            no_mark = self.panel.why_no_mark(ahead=ahead)
            button.disabled, button.tooltip = no_mark is not None, no_mark
        here = self.panel.pinned == self.panel.history.now.number
        controls.pin.description = "Unpin" if here else "Pin to compare"
        controls.pin.tooltip = PINNED if here else PIN
        controls.clock_acts.show(refusals.clock_row())
        controls.message_acts.show(refusals.message_row(self._chosen_message()))
        controls.node_acts.show(refusals.node_row(controls.node.value))
        way = controls.cut_from.value, controls.cut_to.value
        if (client := controls.client.value) is not None:
            asks = controls.to.value, controls.command.value.strip()
            controls.client_acts.show(refusals.client_row(client, *asks))
        controls.network_acts.show(refusals.network_row(controls.sides.value, *way))

    def _show_pictures(self) -> None:
        self._show_stage()
        self._show_panes()

    def _show_stage(self) -> None:
        selected, dark = self._chosen_message(), self.stage.theme == "dark"
        self.stage.frame = frame_for_stage(
            self.panel.frame(),
            columns=self.panel.columns(),
            selected=selected,
            dark=dark,
            room=self.stage.room,
            things=self._things(),
            shown=self.panes.ticks[CLUSTER].value,
        )

    def _show_panes(self) -> None:
        dark, room = self.stage.theme == "dark", self.stage.room
        self.panes.show(dark=dark, room=room, selected=self._chosen_message())

    def _things(self) -> list[dict[str, Any]]:
        """What can be acted upon, as the browser takes it: each act with why it cannot be done."""
        refusals, command = self.panel.refusals, self.controls.command.value
        return [
            {"id": one.id, "name": one.name, "acts": list(refusals.each(one.acts).items())}
            for one in self.panel.things(command)
        ]


def _bound(doing: Callable[[str], None], act: str) -> Callable[[], None]:
    return lambda: doing(act)
