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
    CLIENTS,
    LEMMAS,
    RAFT,
    SAFETY,
    Ask,
    AskAgain,
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
    GiveUp,
    Heal,
    Heartbeat,
    LeaseEnds,
    Log,
    Node,
    OpenSession,
    Partition,
    Replicate,
    Restart,
    Role,
    Snapshot,
    Timeout,
    enabled,
    step,
)
from raftlab.sim.acts import Arrival, AtLeader
from raftlab.sim.as_test import as_pytest
from raftlab.sim.conditions import run_until
from raftlab.sim.departures import last_good
from raftlab.sim.experiments import (
    compare_backing_up,
    compare_compaction,
    compare_latencies,
    compare_sizes,
    compare_timeouts,
    election_times,
    replace_leader,
    split_votes,
)
from raftlab.sim.explain import explain, explain_rule, why_not_committed
from raftlab.sim.gallery import GALLERY
from raftlab.sim.history import History
from raftlab.sim.linearizability import Operation, check_linearizable
from raftlab.sim.python import as_python
from raftlab.sim.saved import load, save
from raftlab.sim.scenarios import (
    client_ready,
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
from raftlab.sim.seen import seen_by_clients
from raftlab.sim.side_by_side import beside_raft, compare
from raftlab.sim.timed import timed
from raftlab.sim.timing import Timing
from raftlab.views.notebook import register

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from raftlab.course.outcome import Checked
    from raftlab.raft import Step
    from raftlab.sim.conditions import Asked
    from raftlab.sim.history import Moment
    from raftlab.views.disk_and_memory import DiskAndMemory
    from raftlab.widgets.free_play import FreePlay
    from raftlab.widgets.lab import Lab

__version__ = "0.1.0"

__all__ = [
    "CLIENTS",
    "GALLERY",
    "LEMMAS",
    "RAFT",
    "SAFETY",
    "Arrival",
    "Ask",
    "AskAgain",
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
    "GiveUp",
    "Heal",
    "Heartbeat",
    "History",
    "LeaseEnds",
    "Log",
    "Node",
    "OpenSession",
    "Operation",
    "Partition",
    "Replicate",
    "Restart",
    "Role",
    "Snapshot",
    "Timeout",
    "Timing",
    "as_pytest",
    "as_python",
    "begin",
    "beside_raft",
    "check",
    "check_linearizable",
    "client_ready",
    "compare",
    "compare_backing_up",
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
    "free_play",
    "fresh",
    "hint",
    "keep",
    "keep_strip",
    "lab",
    "leader_elected",
    "load",
    "one_node_down",
    "perform",
    "progress",
    "question",
    "random_search",
    "replace_leader",
    "run_until",
    "save",
    "search",
    "seen_by_clients",
    "solution",
    "split_vote",
    "split_votes",
    "step",
    "timed",
    "walkthrough",
    "why_not_committed",
]


def lab(
    run: History | Cluster | Exploration | RandomSearch | None = None,
    until: Asked | Iterable[Asked] = (),
) -> Lab:
    """Open the lab on a run, on a cluster, or on three nodes that have just been switched on.

    Of what an exploration or a random search found, it opens the run where all is still well: the
    next step breaks a property. `until` are conditions of your own, functions that take a cluster
    and say True or False, that the run can be played until. Raises TypeError for anything else,
    ValueError if nothing was found.
    """
    from raftlab.widgets.lab import Lab

    if run is None:
        run = fresh()
    if isinstance(run, Exploration | RandomSearch):
        if run.history is None:
            raise ValueError(f"There is no run to play: {run.headline}")
        run = run.history
        run.goto(last_good(run).number)
    if isinstance(run, Cluster):
        run = History(run)
    if not isinstance(run, History):
        raise TypeError(f"lab takes a run or a cluster, as in lab(fresh()); it was given {run!r}.")
    return Lab(run, until)


def free_play(until: Asked | Iterable[Asked] = ()) -> FreePlay:
    """The lab alone, with a choice of what to begin with: servers just switched on or a famous run.

    `until` is as in `lab`. GALLERY has the famous runs by name, as in
    `lab(GALLERY["split_vote"].history())`.
    """
    from raftlab.widgets.free_play import FreePlay

    return FreePlay(until)


def keep(history: History, path: str | Path, *, scale: float = 2) -> None:
    """Write a run to a file, as what its name says; what was there is replaced, or stays whole.

    `run.json` is the whole run, to be loaded again; `run.py` its current line as Python, and
    `test_run.py` or `run_test.py` as a test; `run.svg` and `run.png` are the moment it stands at,
    a PNG with `scale` pixels to the point. Raises ValueError for another name, OSError if the file
    cannot be written.
    """
    from raftlab.views import keep as view

    view.keep(history, path, scale=scale)


def keep_strip(
    history: History, path: str | Path, moments: Iterable[int] | None = None, *, scale: float = 2
) -> None:
    """Write some moments of a run to a file side by side, for slides, as .svg or .png.

    `moments` are their numbers; if None are given, those with a note, or else the telling ones.
    Raises ValueError for another name, IndexError for a number that no moment has, OSError if the
    file cannot be written.
    """
    from raftlab.views import keep as view

    view.keep_strip(history, path, moments, scale=scale)


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
