"""Experiments: many seeded trials by the clock, summed up.

`replace_leader()` crashes a leader a thousand times; `compare_timeouts()`, `compare_sizes()` and
`compare_latencies()` do so in one set-up after another; `split_votes()` and `election_times()` set
elections against what theory says; `compare_compaction()` tells what snapshots cost and save. Any
other set-up is a `SetUp`, for `compare`. `compare_backing_up()`, without a clock, counts what it
costs to repair Figure 7.
"""

from raftlab.sim.experiments.backing_up import BackingUp, compare_backing_up
from raftlab.sim.experiments.compaction import compare_compaction
from raftlab.sim.experiments.compaction_costs import CompactionCosts
from raftlab.sim.experiments.comparison import Comparison
from raftlab.sim.experiments.failures import CrashOfLeader, led, never_led
from raftlab.sim.experiments.formulas import expected_election_time, split_vote_chance
from raftlab.sim.experiments.leaders import (
    compare,
    compare_latencies,
    compare_sizes,
    compare_timeouts,
    replace_leader,
)
from raftlab.sim.experiments.measures import downtime, first_vote_splits, time_to_leader
from raftlab.sim.experiments.published import LAN_TABLE
from raftlab.sim.experiments.replacing import LAN, crash_and_replace, lan
from raftlab.sim.experiments.times import ElectionTimes, election_times
from raftlab.sim.experiments.travel import CannotTravel, ExecutorGaveUp
from raftlab.sim.experiments.trial import Happened, SetUp, nothing_fails
from raftlab.sim.experiments.votes import SplitVotes, split_votes
from raftlab.sim.rates import Rate
from raftlab.sim.summary import Durations

__all__ = [
    "LAN",
    "LAN_TABLE",
    "BackingUp",
    "CannotTravel",
    "CompactionCosts",
    "Comparison",
    "CrashOfLeader",
    "Durations",
    "ElectionTimes",
    "ExecutorGaveUp",
    "Happened",
    "Rate",
    "SetUp",
    "SplitVotes",
    "compare",
    "compare_backing_up",
    "compare_compaction",
    "compare_latencies",
    "compare_sizes",
    "compare_timeouts",
    "crash_and_replace",
    "downtime",
    "election_times",
    "expected_election_time",
    "first_vote_splits",
    "lan",
    "led",
    "never_led",
    "nothing_fails",
    "replace_leader",
    "split_vote_chance",
    "split_votes",
    "time_to_leader",
]
