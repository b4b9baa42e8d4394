"""Make one request count twice where nothing is remembered of sessions. (§8; dissertation, §6.3)"""

# fmt: off
from raftlab.course.schedule import ScheduleExercise, WrongRun
from raftlab.modelcheck import Bounds
from raftlab.raft import CLIENTS, Ask, AskAgain, Replicate
from raftlab.raft.repeated import REPEATED
from raftlab.sim.acts import Arrival
from raftlab.sim.scenarios import client_ready

ASKED = Ask("client1", "node1", "INCR count"), Arrival("client1", "node1")
COPIED = Replicate("node1", "node2"), Arrival("node1", "node2"), Arrival("node2", "node1")


def missing(cluster):
    counts = [node.machine.get("count", "0") for node in cluster.nodes]
    return f"The counts are {', '.join(counts)}. Exactly Once is broken when one request has been carried out twice."


EXERCISE = ScheduleExercise(
    name="counted_twice", chapter="06_clients", place=2, title="Break it: counted twice", stars=1, section="§8",
    task="The servers of this cluster open sessions, and remember nothing in them. node1 leads, client1 has a session. "
    "Write a schedule in which one request of client1's is carried out twice, with as few events as you can.",
    start=client_ready, rules=REPEATED["no sessions"], properties=CLIENTS, missing=missing,
    bounds=Bounds(terms=0, entries=2, in_flight=2, crashes=0, operations=1, retries=1, commands=0),
    wrong=(WrongRun((*ASKED, *COPIED), "After 5 events"),
           WrongRun((*ASKED, *COPIED, Arrival("node1", "client1"), AskAgain("client1", "node1")),
                    "Line 7 cannot happen"),
           WrongRun((*ASKED, *COPIED, Arrival("node1", "client1"), *ASKED, *COPIED), "After 11 events")),
    nudge="What can a client do that has had no answer for a while?",
    hint="Nothing need be lost and nobody need crash: it is enough that the client is impatient. How often is the "
         "request in the leader's log then?",
    scaffold='[Ask("client1", "node1", "INCR count"), AskAgain("client1", ...), ..., Replicate("node1", ...), ...]',
    explains="The log has the request twice, and each entry is carried out. No property of Figure 3 breaks: all "
             "servers agree that the count is 2. What is broken is the promise to the client.",
)
