"""Rich display: in a notebook, a cluster, a step, a moment or a run shows itself as a picture.

The lower floors know nothing of this; importing raftlab in a notebook registers it, and the
drawing is imported when the first picture is wanted.
"""

from __future__ import annotations

import sys
from typing import Any

from raftlab.raft import Cluster, Step
from raftlab.sim.history import History, Moment

Bundle = dict[str, str]


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
