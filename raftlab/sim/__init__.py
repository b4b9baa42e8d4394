"""What one does with a cluster: play it, go back and forth, keep it, begin somewhere known."""

from raftlab.sim.difference import difference
from raftlab.sim.history import History, Moment
from raftlab.sim.saved import BadRun, load, save
from raftlab.sim.scenarios import SCENARIOS, figure_8, fresh, leader_elected
from raftlab.sim.schedule import next_event, random_events, random_run

__all__ = [
    "SCENARIOS",
    "BadRun",
    "History",
    "Moment",
    "difference",
    "figure_8",
    "fresh",
    "leader_elected",
    "load",
    "next_event",
    "random_events",
    "random_run",
    "save",
]
