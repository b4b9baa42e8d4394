"""An outcome on the page: its card, and under it what can be done about it, as buttons."""

from __future__ import annotations

import anywidget
import ipywidgets
from IPython.display import display

from raftlab.course.card import show_checked, show_hint
from raftlab.course.learner import hint, hints_taken
from raftlab.course.outcome import Checked, Outcome
from raftlab.sim.history import History
from raftlab.sim.words import counted
from raftlab.widgets.stage import STYLE

NOTHING = "export default { render() {} }"


class Style(anywidget.AnyWidget):
    """Brings the lab's style sheet to where there is no lab yet."""

    _esm = NOTHING
    _css = STYLE


class Acts:
    """The buttons under an outcome: play the run, take the next hint. Both answer below."""

    def __init__(self, checked: Checked) -> None:
        """Buttons for what this outcome has to offer."""
        self._checked = checked
        self.play = ipywidgets.Button(description=_play(checked.history))
        self.play.add_class("raftlab-primary")
        self.hint = ipywidgets.Button(description=_next_hint(checked))
        self.play.on_click(self._on_play)
        self.hint.on_click(self._on_hint)
        self._hint_shown = ipywidgets.HTML()
        self._lab_shown = ipywidgets.VBox([])
        buttons = [self.play] if has_run(checked) else []
        row = ipywidgets.HBox([*buttons, self.hint])
        row.add_class("raftlab-row")
        acts = ipywidgets.VBox([Style(), row])
        acts.add_class("raftlab")
        acts.add_class("raftlab-acts")
        self.box = ipywidgets.VBox([acts, self._hint_shown, self._lab_shown])

    def _on_play(self, _: object) -> None:
        from raftlab.widgets.lab import Lab

        run = self._checked.history
        if run is not None:
            run.goto(0)
            self._lab_shown.children = [Lab(run).box]

    def _on_hint(self, _: object) -> None:
        given = hint(self._checked.exercise.name)
        self.hint.description = _next_hint(self._checked)
        self._hint_shown.value = show_hint(given)["text/html"]


def show(checked: Checked) -> None:
    """Show an outcome. Where nothing is left to do, the card is all."""
    display(show_checked(checked), raw=True)
    if checked.outcome in (Outcome.PASSED, Outcome.NOT_ATTEMPTED):
        return
    acts = Acts(checked)
    view = {"version_major": 2, "version_minor": 0, "model_id": acts.box.model_id}
    display({"application/vnd.jupyter.widget-view+json": view}, raw=True)


def _next_hint(checked: Checked) -> str:
    return f"Hint {hints_taken(checked.exercise.name) + 1} of 3"


def has_run(checked: Checked) -> bool:
    """Whether there is a run with anything to play in it."""
    return checked.history is not None and len(checked.history) > 1


def _play(history: History | None) -> str:
    return f"Play the {counted(len(history) - 1, 'event')}" if history else ""
