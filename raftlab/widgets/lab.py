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
from raftlab.widgets.controls import Controls, offer
from raftlab.widgets.panel import Panel
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
        self._showing = False
        self._playing: asyncio.Task[None] | None = None
        self.controls = Controls(history.cluster.names)
        self.box = ipywidgets.VBox([self.stage, self.controls.rows(), self.scrubber])
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
        panel = self.panel
        self._on_click(self.controls.deliver, lambda: self._with_message(panel.deliver))
        self._on_click(self.controls.drop, lambda: self._with_message(panel.drop))
        self._on_click(self.controls.duplicate, lambda: self._with_message(panel.duplicate))
        self._on_click(self.controls.back, panel.back)
        self._on_click(self.controls.step, panel.step)
        self._on_click(self.controls.by_rule, panel.step_by_rule)
        self._on_click(self.controls.send, self._send_command)
        self._on_click(self.controls.do, lambda: panel.do(self.controls.event.value))
        for act, button in self.controls.acts.items():
            self._on_click(button, self._doing(act))
        self.controls.play.on_click(self._on_play)
        self.controls.node.observe(self._on_choice, "value")
        self.controls.message.observe(self._on_choice, "value")
        self.controls.branch.observe(self._on_branch, "value")
        self.scrubber.observe(self._on_scrub, "place")
        self.stage.observe(lambda _: self._show_stage(), ["theme", "room"])
        self.stage.on_msg(self._on_pill)

    # Acting

    def _on_click(self, button: Any, act: Callable[[], None]) -> None:
        """Let a button act; whoever acts, takes over from play."""

        def clicked(_: object) -> None:
            self._pause()
            act()
            self.show()

        button.on_click(clicked)

    def _on_play(self, _: object) -> None:
        self._play_or_pause()
        self.show()

    def _send_command(self) -> None:
        self.panel.send(self.controls.to.value, self.controls.command.value)

    def _doing(self, act: str) -> Callable[[], None]:
        return lambda: self.panel.do(self.panel.node_act(act, self.controls.node.value))

    def _with_message(self, act: Callable[[Message], None]) -> None:
        if (message := self._chosen_message()) is not None:
            act(message)

    def _chosen_message(self) -> Message | None:
        return None if self.controls.message.value == NO_MESSAGE else self.controls.message.value

    def _on_choice(self, _: Changed) -> None:
        if not self._showing:
            self._show_buttons()
            self._show_stage()

    def _on_pill(self, _: object, content: object, __: object) -> None:
        # The browser may be one click late: the message may have left the network by then.
        in_flight = self.panel.history.cluster.network
        match content:
            case {"choose": int(place)} if 0 <= place < len(in_flight):
                self.controls.message.value = in_flight[place]

    def _on_scrub(self, changed: Changed) -> None:
        if not self._showing:
            self._pause()
            self.panel.go_to(changed["new"])
            self.show()

    def _on_branch(self, changed: Changed) -> None:
        if not self._showing:
            self._pause()
            self.panel.go_along(changed["new"])
            self.show()

    def _play_or_pause(self) -> None:
        if self._playing is None:
            self._playing = asyncio.get_running_loop().create_task(self._keep_stepping())
        else:
            self._pause()

    def _pause(self) -> None:
        if self._playing is not None:
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
                await asyncio.sleep(1 / self.controls.speed.value)
                panel.step()
                self.show()
        finally:
            if self._playing is asyncio.current_task():
                self._playing = None
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
        panel = self.panel
        no_message = panel.why_not_message()
        for button in (self.controls.deliver, self.controls.drop, self.controls.duplicate):
            button.disabled = no_message is not None
        self.controls.why_message.value = no_message or ""
        no_back, no_step = panel.why_not_back(), panel.why_not_step()
        self.controls.back.disabled = no_back is not None
        self.controls.step.disabled = self.controls.by_rule.disabled = no_step is not None
        self.controls.play.disabled = no_step is not None and self._playing is None
        self.controls.play.description = "Play" if self._playing is None else "Pause"
        self.controls.why_time.value = no_step or no_back or ""
        because: dict[str, list[str]] = {}
        for act, button in self.controls.acts.items():
            reason = panel.why_not(panel.node_act(act, self.controls.node.value))
            button.disabled = reason is not None
            button.tooltip = reason or act
            if reason:
                because.setdefault(reason, []).append(act)
        said = (f"{', '.join(acts)}: {reason}" for reason, acts in because.items())
        self.controls.why_node.value = "  ".join(said)

    def _show_stage(self) -> None:
        self.stage.frame = frame_for_stage(
            self.panel.frame(),
            columns=self.panel.columns(),
            selected=self._chosen_message(),
            dark=self.stage.theme == "dark",
            room=self.stage.room,
        )
