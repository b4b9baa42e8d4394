"""Rich display: in a notebook, what the course says shows itself as a card.

Like `views.notebook` for the floors below: importing raftlab registers this, by name, so that
nothing is imported before there is something to show.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from raftlab.course.catalogue import UnknownExercise
from raftlab.course.learner import NoRun
from raftlab.course.questions import NoQuestion
from raftlab.views.notebook import told

CARDS = {
    ("raftlab.course.questions", "Question"): "show_question",
    ("raftlab.course.standing", "Hint"): "show_hint",
    ("raftlab.course.standing", "Solution"): "show_solution",
    ("raftlab.course.standing", "Standing"): "show_standing",
}


def register(show_checked: Callable[[Any], None]) -> None:
    """Tell IPython, where it runs, how to show these; `show_checked` shows an outcome.

    An error of these functions is told in its sentence, without the frames between.
    """
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell: Any = get_ipython() if get_ipython else None
    if shell is None:
        return
    errors: tuple[Any, ...] = (UnknownExercise, NoRun, NoQuestion)
    for kind in errors:
        kind._render_traceback_ = told
    formatter = shell.display_formatter.mimebundle_formatter
    for (module, name), show in CARDS.items():
        formatter.for_type_by_name(module, name, partial(_as_card, show))
    shell.display_formatter.ipython_display_formatter.for_type_by_name(
        "raftlab.course.outcome", "Checked", show_checked
    )


def _as_card(show: str, value: object, **_: object) -> dict[str, str]:
    bundle: dict[str, str] = getattr(import_module("raftlab.course.card"), show)(value)
    return bundle
