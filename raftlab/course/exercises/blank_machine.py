"""Break a cluster whose nodes begin again where their snapshot ends, and without its machine. (§7)"""

# fmt: off
from dataclasses import replace

from raftlab.course.schedule import ScheduleExercise, WrongRun
from raftlab.modelcheck import Bounds
from raftlab.raft import RAFT, ClientCommand, Compact, Crash, FrozenMap, Replicate, Restart
from raftlab.sim.acts import Arrival
from raftlab.sim.scenarios import leader_elected


def restart(node):
    """The log and last_applied are as they should be, and the machine is empty."""
    return replace(RAFT.restart(node), machine=FrozenMap())


COMMITTED = (ClientCommand("node1", "SET x 1"), Replicate("node1", "node2"), Arrival("node1", "node2"),
             Arrival("node2", "node1"))
BACK = Crash("node1"), Restart("node1")

EXERCISE = ScheduleExercise(
    name="blank_machine", chapter="07_log_compaction", place=3, title="Break it: a blank machine", stars=2,
    section="§7, Figure 12", task="The nodes of this cluster restart behind their snapshot, but with an empty machine. "
    "All else is Raft. node1 leads. Write a schedule in which a property breaks, with as few events as you can.",
    start=leader_elected, rules=RAFT.but(restart=restart),
    missing=lambda cluster: "Every property holds so far. Which node that crashed had discarded what it applied?",
    bounds=Bounds(terms=0, entries=1, in_flight=2, crashes=1, compactions=1),
    wrong=(WrongRun((*COMMITTED, *BACK), "After 6 events"), WrongRun((*COMMITTED, Compact("node1")), "After 5 events"),
           WrongRun((*COMMITTED[:3], Compact("node1")), "Line 4 cannot happen"),
           WrongRun((*COMMITTED, Compact("node1"), Crash("node2"), Restart("node2")), "After 7 events")),
    nudge="A node without a snapshot begins with an empty machine in Raft, too. Why does no harm come of that one?",
    hint="It applies its whole log again. So let a node discard what it has applied, and then crash.",
    scaffold='[ClientCommand("node1", "SET x 1"), Replicate("node1", "node2"), ..., ..., Compact(...), ...]',
    explains="Without a snapshot a machine is made again from the log. Where the entries are gone, nothing but the "
             "snapshot says what they came to: it must hold the machine, and a restart must begin with it.",
)
