"""raftlab: learn the Raft consensus algorithm by playing it, step by step.

`lab(walkthrough())` opens the lab on the first story. `step(cluster, event, rules)` is all there
is underneath; `RAFT.but(may_vote=mine)` is Raft with one rule changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.raft import (
    RAFT,
    ClientCommand,
    Cluster,
    Crash,
    Deliver,
    Disk,
    Drop,
    Duplicate,
    Entry,
    Heal,
    Heartbeat,
    Log,
    Node,
    Partition,
    Replicate,
    Restart,
    Timeout,
    enabled,
    step,
)
from raftlab.sim.explain import explain
from raftlab.sim.history import History
from raftlab.sim.scenarios import figure_8, fresh, leader_elected, walkthrough
from raftlab.sim.script import Arrival, deliver_all, perform
from raftlab.views.notebook import register

if TYPE_CHECKING:
    from raftlab.widgets.lab import Lab

__version__ = "0.1.0"

__all__ = [
    "RAFT",
    "Arrival",
    "ClientCommand",
    "Cluster",
    "Crash",
    "Deliver",
    "Disk",
    "Drop",
    "Duplicate",
    "Entry",
    "Heal",
    "Heartbeat",
    "History",
    "Log",
    "Node",
    "Partition",
    "Replicate",
    "Restart",
    "Timeout",
    "deliver_all",
    "enabled",
    "explain",
    "figure_8",
    "fresh",
    "lab",
    "leader_elected",
    "perform",
    "step",
    "walkthrough",
]


def lab(run: History | Cluster | None = None) -> Lab:
    """Open the lab on a run, on a cluster, or on three nodes that have just been switched on.

    Raises TypeError for anything else.
    """
    from raftlab.widgets.lab import Lab

    if run is None:
        run = fresh()
    if isinstance(run, Cluster):
        run = History(run)
    if not isinstance(run, History):
        raise TypeError(f"lab takes a run or a cluster, as in lab(fresh()); it was given {run!r}.")
    return Lab(run)


register()
