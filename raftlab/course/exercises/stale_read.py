"""Drive a stale read in a cluster whose leaders answer from their own machine. (§8)"""

# fmt: off
from raftlab.course.schedule import ScheduleExercise, WrongRun
from raftlab.course.starts import deposed_with_client
from raftlab.modelcheck import Bounds
from raftlab.raft import CLIENTS, SAFETY, Ask, Heartbeat, Replicate
from raftlab.raft.ways_to_read import READS
from raftlab.sim.acts import Arrival
from raftlab.sim.words import counted

COUNTS = Ask("client1", "node2", "INCR count"), Arrival("client1", "node2")
COPIED = Replicate("node2", "node3"), Arrival("node2", "node3"), Arrival("node3", "node2")


def missing(cluster):
    answers = cluster.client("client1").answers
    return f"client1 has had {counted(len(answers), 'answer')}, and one store could have given all of them."


def read(node):
    return Ask("client1", node, "GET count"), Arrival("client1", node), Arrival(node, "client1")


EXERCISE = ScheduleExercise(
    name="stale_read", chapter="06_clients", place=7, title="Break it: a stale read", stars=2, section="§8",
    task="The leaders of this cluster answer reads from their own machine, and ask nobody. node2 leads term 2; node1 "
    "still takes itself for the leader. Write a schedule in which client1 reads what is no longer so, with as few "
    "events as you can.",
    start=deposed_with_client, rules=READS["locally"], properties=(*SAFETY, *CLIENTS), missing=missing,
    bounds=Bounds(terms=0, entries=1, in_flight=1, crashes=0, operations=2, retries=0, commands=0),
    wrong=(WrongRun((*COUNTS, *COPIED, Arrival("node2", "client1"), *read("node2")), "After 9 events"),
           WrongRun(read("node1"), "After 3 events"),
           WrongRun((*COUNTS, *COPIED, *read("node1")), "Line 6 cannot happen"),
           WrongRun((*COUNTS, *COPIED, Arrival("node2", "client1"), Heartbeat("node2", "node1"),
                     Arrival("node2", "node1"), *read("node1")), "After 11 events")),
    nudge="To read what is no longer so, something must have changed, and the client must know.",
    hint="Let one leader carry out a command, up to the answer. Then let the client read from the other one.",
    scaffold='[Ask("client1", "node2", "INCR count"), ..., Arrival("node2", "client1"), Ask("client1", ..., ...), ...]',
    explains="node1 cannot know that it was deposed, so that it leads is no reason to answer. It has to ask a majority "
             "after the read has come: somebody among them would know better.",
)
