"""What one does with a cluster: play it, go back and forth, keep it, begin somewhere known."""

from raftlab.sim.acts import Arrival, AtLeader
from raftlab.sim.chance import WITH_CLIENTS, random_events, random_run
from raftlab.sim.difference import difference
from raftlab.sim.habit import next_event
from raftlab.sim.history import History, Moment
from raftlab.sim.python import as_python
from raftlab.sim.saved import BadRun, load, save
from raftlab.sim.scenarios import (
    SCENARIOS,
    client_ready,
    deposed_leader,
    figure_7,
    figure_8,
    fresh,
    leader_elected,
    one_node_down,
    split_vote,
)
from raftlab.sim.schedule import Clock
from raftlab.sim.timed import play_until, timed
from raftlab.sim.timing import Timing

__all__ = [
    "SCENARIOS",
    "WITH_CLIENTS",
    "Arrival",
    "AtLeader",
    "BadRun",
    "Clock",
    "History",
    "Moment",
    "Timing",
    "as_python",
    "client_ready",
    "deposed_leader",
    "difference",
    "figure_7",
    "figure_8",
    "fresh",
    "leader_elected",
    "load",
    "next_event",
    "one_node_down",
    "play_until",
    "random_events",
    "random_run",
    "save",
    "split_vote",
    "timed",
]
