"""raftlab: learn the Raft consensus algorithm by playing it, step by step.

`lab(walkthrough())` opens the lab on the first story. `step(cluster, event, rules)` is all there
is underneath; `RAFT.but(may_vote=mine)` is Raft with one rule changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.course import display
from raftlab.course.learner import begin, check, hint, progress, question, solution
from raftlab.course.stale import watch_cells
from raftlab.modelcheck import (
    Bounds,
    Exploration,
    RandomSearch,
    explore,
    random_search,
    search,
)
from raftlab.raft import (
    LEMMAS,
    RAFT,
    SAFETY,
    ClientCommand,
    Cluster,
    Compact,
    Crash,
    Cut,
    Delay,
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
from raftlab.sim.acts import Arrival, AtLeader
from raftlab.sim.experiments import (
    compare_compaction,
    compare_latencies,
    compare_sizes,
    compare_timeouts,
    election_times,
    replace_leader,
    split_votes,
)
from raftlab.sim.explain import explain, explain_rule, why_not_committed
from raftlab.sim.history import History
from raftlab.sim.python import as_python
from raftlab.sim.saved import load, save
from raftlab.sim.scenarios import (
    deposed_leader,
    figure_7,
    figure_8,
    fresh,
    leader_elected,
    one_node_down,
    split_vote,
    walkthrough,
)
from raftlab.sim.script import deliver_all, perform
from raftlab.sim.timed import timed
from raftlab.sim.timing import Timing
from raftlab.views.notebook import register

if TYPE_CHECKING:
    from raftlab.course.outcome import Checked
    from raftlab.raft import Step
    from raftlab.sim.history import Moment
    from raftlab.views.disk_and_memory import DiskAndMemory
    from raftlab.widgets.lab import Lab

__version__ = "0.1.0"

__all__ = [
    "LEMMAS",
    "RAFT",
    "SAFETY",
    "Arrival",
    "AtLeader",
    "Bounds",
    "ClientCommand",
    "Cluster",
    "Compact",
    "Crash",
    "Cut",
    "Delay",
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
    "Timing",
    "as_python",
    "begin",
    "check",
    "compare_compaction",
    "compare_latencies",
    "compare_sizes",
    "compare_timeouts",
    "deliver_all",
    "deposed_leader",
    "disk_and_memory",
    "election_times",
    "enabled",
    "explain",
    "explain_rule",
    "explore",
    "figure_7",
    "figure_8",
    "fresh",
    "hint",
    "lab",
    "leader_elected",
    "load",
    "one_node_down",
    "perform",
    "progress",
    "question",
    "random_search",
    "replace_leader",
    "save",
    "search",
    "solution",
    "split_vote",
    "split_votes",
    "step",
    "timed",
    "walkthrough",
    "why_not_committed",
]


def lab(run: History | Cluster | Exploration | RandomSearch | None = None) -> Lab:
    """Open the lab on a run, on a cluster, or on three nodes that have just been switched on.

    Of what an exploration or a random search found, it plays the run. Raises TypeError for anything
    else, ValueError if nothing was found.
    """
    from raftlab.widgets.lab import Lab

    if run is None:
        run = fresh()
    if isinstance(run, Exploration | RandomSearch):
        if run.history is None:
            raise ValueError(f"There is no run to play: {run.headline}")
        run = run.history
        run.goto(0)
    if isinstance(run, Cluster):
        run = History(run)
    if not isinstance(run, History):
        raise TypeError(f"lab takes a run or a cluster, as in lab(fresh()); it was given {run!r}.")
    return Lab(run)


def disk_and_memory(what: Cluster | Step | Moment | History) -> DiskAndMemory:
    """What a crash would leave of each node, and what it would take.

    Of a step or a moment what it changed is marked; a run is shown as it is now. Raises TypeError
    for anything else.
    """
    from raftlab.views import disk_and_memory as view

    return view.disk_and_memory(what)


def _show_checked(checked: Checked) -> None:
    from raftlab.widgets.checked import show

    show(checked)


register()
display.register(_show_checked)
watch_cells()
