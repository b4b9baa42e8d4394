"""Predict what a client is told that asks a follower. (§8)"""

# fmt: off
from raftlab.course.predict import Choice, ChoiceExercise
from raftlab.raft import Ask
from raftlab.sim.acts import Arrival
from raftlab.sim.scenarios import client_ready

EXERCISE = ChoiceExercise(
    name="asks_a_follower", chapter="06_clients", place=1, title="The wrong server", stars=1, section="§8",
    task="node1 leads term 1. client1 asks node2 for INCR count; the request arrives, and so does what node2 sends "
    "back. What is so afterwards?",
    start=client_ready, acts=(Ask("client1", "node2", "INCR count"), Arrival("client1", "node2"),
                              Arrival("node2", "client1")),
    choices=(
        Choice("client1 has its answer: node2 has asked node1 on its behalf.", lambda after:
               after.client("client1").request is None, "Who has carried out the command by then, and on how "
               "many servers is its entry?"),
        Choice("The command is in node2's log, which will pass it on to node1.", lambda after:
               after.node("node2").log.last_index == 2, "Whose log decides what a follower's log holds?"),
        Choice("client1 waits, and its request is on its way to node1.", lambda after: any(
            message.sender == "client1" and message.receiver == "node1" for message in after.network)),
        Choice("client1 has been refused, and nothing is in flight.", lambda after: not after.network,
               "What does a follower know that is of use to the client?"),
    ),
    nudge="What does a node do with a command that it may not append?",
    hint="A follower appends nothing of its own, and carries nothing for others. But it has heard from the leader.",
    scaffold="node2 answers: not done, and the leader is ...; so client1 ...",
    explains="Whoever does not lead names the leader it knows of, if it does. The client then asks there, with the "
             "same number, since it is the same request. If nobody is named, it asks any other server.",
)
