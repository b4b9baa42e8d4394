"""The Raft paper as a value and a function: `step(cluster, event, rules)`.

Standard library only; no clock, no randomness, no input or output. Read it in this order: `log`,
`node`, `messages`; then the rules in `election`, `replication`, `commitment`; then `handlers`,
which puts them in order; then `step` and `properties`.

What the paper's Figure 2 says is some 400 lines of code, in those seven files up to `handlers`.
The others make a cluster of it, watch over what a rule may give, and check Figure 3.
"""

from raftlab.raft.cluster import Cluster
from raftlab.raft.enabled import NotPossible, enabled, why_not
from raftlab.raft.events import (
    ClientCommand,
    Crash,
    Deliver,
    Drop,
    Duplicate,
    Event,
    Heal,
    Heartbeat,
    Partition,
    Replicate,
    Restart,
    Timeout,
)
from raftlab.raft.frozen import FrozenMap
from raftlab.raft.log import Entry, Log
from raftlab.raft.messages import AppendEntries, AppendReply, Message, RequestVote, VoteReply
from raftlab.raft.node import Configuration, Disk, Node, Role
from raftlab.raft.past import Past
from raftlab.raft.properties import FIGURE_3, Property, Violation, broken_by, broken_in
from raftlab.raft.rules import RAFT, Rules, UnknownRule
from raftlab.raft.step import Reaction, Step, react, step
from raftlab.raft.turn import Firing, RuleError

__all__ = [
    "FIGURE_3",
    "RAFT",
    "AppendEntries",
    "AppendReply",
    "ClientCommand",
    "Cluster",
    "Configuration",
    "Crash",
    "Deliver",
    "Disk",
    "Drop",
    "Duplicate",
    "Entry",
    "Event",
    "Firing",
    "FrozenMap",
    "Heal",
    "Heartbeat",
    "Log",
    "Message",
    "Node",
    "NotPossible",
    "Partition",
    "Past",
    "Property",
    "Reaction",
    "Replicate",
    "RequestVote",
    "Restart",
    "Role",
    "RuleError",
    "Rules",
    "Step",
    "Timeout",
    "UnknownRule",
    "Violation",
    "VoteReply",
    "broken_by",
    "broken_in",
    "enabled",
    "react",
    "step",
    "why_not",
]
