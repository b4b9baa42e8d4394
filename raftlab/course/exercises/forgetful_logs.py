"""Break a cluster whose nodes write no entries to disk. (Fig. 2, State; §5.3)"""

# fmt: off
from dataclasses import replace

from raftlab.course.schedule import ScheduleExercise, WrongRun
from raftlab.modelcheck import Bounds
from raftlab.raft import RAFT, ClientCommand, Crash, Replicate, Restart, Timeout
from raftlab.sim.acts import Arrival
from raftlab.sim.scenarios import leader_elected


def persist(node):
    """The log on disk stays as it was."""
    return replace(node, disk=replace(RAFT.persist(node).disk, log=node.disk.log))


COPIED = ClientCommand("node1", "SET x 1"), Replicate("node1", "node2"), Arrival("node1", "node2")

EXERCISE = ScheduleExercise(
    name="forgetful_logs", chapter="05_failures", place=1, title="Break it: forgetful logs", stars=2,
    section="Fig. 2, State", task="The nodes of this cluster write their term and their vote to disk, and no entries. "
    "All else is Raft. node1 leads. Write a schedule in which a property breaks, with as few events as you can.",
    start=leader_elected, rules=RAFT.but(persist=persist),
    missing=lambda cluster: "Every property holds so far. Which of them has to do with what was committed?",
    bounds=Bounds(terms=1, entries=1, in_flight=2, crashes=1),
    wrong=(WrongRun(COPIED, "After 3 events"), WrongRun((*COPIED, Crash("node2"), Restart("node2")), "After 5 events"),
           WrongRun((*COPIED, Arrival("node3", "node1")), "Line 4 cannot happen"),
           WrongRun((*COPIED, Crash("node1"), Restart("node1"), Timeout("node3")), "After 6 events")),
    nudge="What is the leader promised by a follower that answers with success, and what does it make of that?",
    hint="Let node1 commit an entry with the help of one follower. Who can be elected without it once that one has "
         "crashed and come back?",
    scaffold='[ClientCommand("node1", "SET x 1"), Replicate("node1", ...), ..., Crash(...), ..., Timeout(...), ...]',
    explains="A leader commits what a majority holds. If one of that majority can lose it, a later leader may be "
             "elected without the entry. So entries are on disk before the answer leaves.",
)
