"""Named starting points, each reached from a fresh cluster by events that can really happen."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from raftlab.raft import Cluster, Timeout
from raftlab.sim import walkthrough as story
from raftlab.sim.figures import FIGURE_8, figure_7, figure_8
from raftlab.sim.history import History
from raftlab.sim.script import deliver_all, perform

__all__ = ["SCENARIOS", "figure_7", "figure_8", "fresh", "leader_elected", "walkthrough"]


def fresh(size: int = 3) -> History:
    """Nodes node1, node2, … that have just been switched on.

    Raises ValueError beyond 1 to 9, TypeError for what is no number.
    """
    if not isinstance(size, int):
        raise TypeError(f"fresh takes a number of nodes, as in fresh(3); it was given {size!r}.")
    names = [f"node{number}" for number in range(1, size + 1)]
    nodes = "node" if size == 1 else "nodes"
    return History(Cluster.of(*names), title=f"{size} {nodes}, just switched on")


def walkthrough() -> History:
    """The walk-through, standing at its start with the whole story ahead."""
    history = story.recorded()
    history.goto(0)
    return history


def leader_elected(size: int = 3) -> History:
    """node1 leads term 1, everyone knows it, and nothing is in flight."""
    history = fresh(size)
    history.title = f"node1 leads {size}"
    perform(history, Timeout("node1"))
    deliver_all(history)
    return history


SCENARIOS: dict[str, Callable[[], History]] = {
    "fresh": fresh,
    "fresh_5": partial(fresh, 5),
    "walkthrough": walkthrough,
    "leader_elected": leader_elected,
    "leader_elected_5": partial(leader_elected, 5),
    "figure_7": figure_7,
    **{f"figure_8_{letter}": partial(figure_8, letter) for letter in FIGURE_8},
    **{f"figure_8_{letter}_crashed": partial(figure_8, letter, crashed=True) for letter in "bcde"},
}
