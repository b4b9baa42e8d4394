"""The Raft paper as a value and a function: `step(cluster, event, rules)`.

Standard library only; no clock, no randomness, no input or output. Read it in this order: `log`,
`node`, `messages`; then the rules in `election`, `replication`, `commitment`; then `handlers`,
which puts them in order; then `step`; then `properties`, which is Figure 3.

What the paper's Figure 2 says is some 450 lines of code, in those seven files up to `handlers`.
What is marked §7 or §8 there, snapshots and clients, is not of it, and can wait for its chapter.

`backing_up` has other ways to do one bullet of them; `compaction` is what section 7 adds, with
Figure 13. Clients are §8: `client` asks; `sessions` is how the machine knows what it has done;
`clients` and `reads` are what a server does for them; `repeated`, `ways_to_read` and `no_op` have
other ways. The others make a cluster of it, watch over what a rule may give, and check what must
hold: `checks` and `broken` ask; `safety`, with `snapshots`, the lemmas in `lemmas`, `agreement` and
`promises`, and what clients rely on, in `promised`, answer.
"""

from raftlab.raft.broken import broken_by, broken_in
from raftlab.raft.checks import Change, Property, Scope, Server, Violation, changes
from raftlab.raft.client import Answered, Client, client_turn, client_turns
from raftlab.raft.cluster import Cluster
from raftlab.raft.enabled import NotPossible, enabled, own_turns, why_not
from raftlab.raft.events import (
    Ask,
    AskAgain,
    ClientCommand,
    ClientEvent,
    Compact,
    Crash,
    Cut,
    Delay,
    Deliver,
    Drop,
    Duplicate,
    Event,
    GiveUp,
    Heal,
    Heartbeat,
    LeaseEnds,
    OpenSession,
    Partition,
    Replicate,
    Restart,
    Timeout,
)
from raftlab.raft.frozen import FrozenMap
from raftlab.raft.lemmas import LEMMAS
from raftlab.raft.log import Entry, Log, Origin
from raftlab.raft.messages import (
    AppendEntries,
    AppendReply,
    ClientReply,
    ClientRequest,
    InstallSnapshot,
    Message,
    RequestVote,
    SnapshotReply,
    VoteReply,
)
from raftlab.raft.node import Configuration, Disk, Node, Role, Snapshot
from raftlab.raft.past import Past
from raftlab.raft.promised import CLIENTS
from raftlab.raft.properties import FIGURE_3
from raftlab.raft.reading import Read, Reading
from raftlab.raft.rules import RAFT, Rules, UnknownRule
from raftlab.raft.safety import SAFETY
from raftlab.raft.sessions import Session
from raftlab.raft.step import Reaction, Step, react, step, stopped_short
from raftlab.raft.turn import Firing, RuleError

__all__ = [
    "CLIENTS",
    "FIGURE_3",
    "LEMMAS",
    "RAFT",
    "SAFETY",
    "Answered",
    "AppendEntries",
    "AppendReply",
    "Ask",
    "AskAgain",
    "Change",
    "Client",
    "ClientCommand",
    "ClientEvent",
    "ClientReply",
    "ClientRequest",
    "Cluster",
    "Compact",
    "Configuration",
    "Crash",
    "Cut",
    "Delay",
    "Deliver",
    "Disk",
    "Drop",
    "Duplicate",
    "Entry",
    "Event",
    "Firing",
    "FrozenMap",
    "GiveUp",
    "Heal",
    "Heartbeat",
    "InstallSnapshot",
    "LeaseEnds",
    "Log",
    "Message",
    "Node",
    "NotPossible",
    "OpenSession",
    "Origin",
    "Partition",
    "Past",
    "Property",
    "Reaction",
    "Read",
    "Reading",
    "Replicate",
    "RequestVote",
    "Restart",
    "Role",
    "RuleError",
    "Rules",
    "Scope",
    "Server",
    "Session",
    "Snapshot",
    "SnapshotReply",
    "Step",
    "Timeout",
    "UnknownRule",
    "Violation",
    "VoteReply",
    "broken_by",
    "broken_in",
    "changes",
    "client_turn",
    "client_turns",
    "enabled",
    "own_turns",
    "react",
    "step",
    "stopped_short",
    "why_not",
]
