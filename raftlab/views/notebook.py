"""Rich display: in a notebook, a cluster, a step, a moment or a run shows itself as a picture.

And what a rule or an event did wrong is told in its sentence, without the twenty frames between
the cell and the rule. The lower floors know nothing of this; importing raftlab in a notebook
registers it, and the drawing is imported when the first picture is wanted.
"""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from raftlab.raft import Cluster, NotPossible, RuleError, Step, UnknownRule
from raftlab.sim.history import History, Moment

if TYPE_CHECKING:
    from raftlab.modelcheck.at_random.result import RandomSearch
    from raftlab.modelcheck.result import Exploration
    from raftlab.sim.linearizability import Linearizability
    from raftlab.views.experiment import Result

Bundle = dict[str, str]

VERDICTS = {
    "raftlab.modelcheck.result": "Exploration",
    "raftlab.modelcheck.at_random.result": "RandomSearch",
}

EXPERIMENTS = {
    "raftlab.sim.summary": "Durations",
    "raftlab.sim.experiments.compaction_costs": "CompactionCosts",
    "raftlab.sim.experiments.comparison": "Comparison",
    "raftlab.sim.experiments.votes": "SplitVotes",
    "raftlab.sim.experiments.times": "ElectionTimes",
    "raftlab.sim.experiments.published": "Published",
    "raftlab.sim.experiments.backing_up": "BackingUp",
}

LINEARIZABILITY = ("raftlab.sim.linearizability", "Linearizability")

PACKAGE = str(Path(__file__).parents[1])


def register() -> None:
    """Tell IPython, where it runs, how to show what raftlab's functions give."""
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell: Any = get_ipython() if get_ipython else None
    if shell is None:
        return
    formatter = shell.display_formatter.mimebundle_formatter
    formatter.for_type(Cluster, lambda cluster, **_: show_cluster(cluster))
    formatter.for_type(Step, lambda step, **_: show_step(step))
    formatter.for_type(Moment, lambda moment, **_: show_moment(moment))
    formatter.for_type(History, lambda history, **_: show_moment(history.now))
    # By name: whoever has such a result has imported its module, and nobody else need.
    for module, name in VERDICTS.items():
        formatter.for_type_by_name(module, name, lambda result, **_: show_result(result))
    for module, name in EXPERIMENTS.items():
        formatter.for_type_by_name(module, name, lambda result, **_: show_experiment(result))
    formatter.for_type_by_name(*LINEARIZABILITY, lambda verdict, **_: show_saw(verdict))
    errors: tuple[Any, ...] = (NotPossible, RuleError, UnknownRule)
    for kind in errors:
        # IPython asks an exception for its own words by this name.
        kind._render_traceback_ = told


def told(error: Exception) -> list[str]:
    """An error in a sentence, and the last line of the learner's own on the way to it."""
    lines = [f"{type(error).__name__}: {error}"]
    frames = traceback.extract_tb((error.__cause__ or error).__traceback__)
    own = [frame for frame in frames if not frame.filename.startswith(PACKAGE)]
    if own:
        where = "the cell" if own[-1].name == "<module>" else own[-1].name
        lines.append(f"  in {where}, line {own[-1].lineno}: {own[-1].line}")
    return lines


def show_cluster(cluster: Cluster) -> Bundle:
    """A cluster as a still picture, with its text view."""
    from raftlab.views.still import still

    return still(cluster)


def show_step(step: Step) -> Bundle:
    """A step as a still picture of the cluster after it, saying what happened and why."""
    from raftlab.sim.explain import explain
    from raftlab.views.still import still

    words = explain(step)
    return still(step.after, step, words.headline, words.reason)


def show_moment(moment: Moment) -> Bundle:
    """A moment of a run: the step that led there, or the cluster it starts with."""
    return show_step(moment.step) if moment.step else show_cluster(moment.cluster)


def show_result(result: Exploration | RandomSearch) -> Bundle:
    """What an exploration or a random search found, as a card."""
    from raftlab.views.verdict import show_verdict

    return show_verdict(result)


def show_experiment(result: Result) -> Bundle:
    """What an experiment gave, as a card."""
    from raftlab.views import experiment

    return experiment.show_experiment(result)


def show_saw(verdict: Linearizability) -> Bundle:
    """What clients saw, and whether an order explains it, as a card."""
    from raftlab.views.intervals_text import show_linearizability

    return show_linearizability(verdict)
