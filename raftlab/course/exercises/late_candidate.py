"""Predict what becomes of a candidate that asks too late. (§5.2)"""

# fmt: off
from raftlab.course.predict import Choice, ChoiceExercise
from raftlab.raft import Role, Timeout
from raftlab.sim.acts import Arrival
from raftlab.sim.scenarios import leader_elected

EXERCISE = ChoiceExercise(
    name="late_candidate", chapter="01_watching_raft", place=1, title="A timer runs out too soon", stars=1,
    section="§5.1, §5.2", task="node1 leads term 1. Its heartbeats to node3 are slow, and node3's timer runs out; "
    "its RequestVote reaches node1. What is so afterwards?",
    start=leader_elected, acts=(Timeout("node3"), Arrival("node3", "node1")),
    choices=(
        Choice("node1 still leads, since it was elected first.", lambda after: after.node("node1").role is Role.LEADER,
               "Of two messages of different terms, which is from the later election? What does a node do that hears "
               "of it?"),
        Choice("node1 refuses its vote, since it leads.", lambda after: after.node("node1").voted_for != "node3",
               "In which term does node1 lead, and in which one is it asked for a vote?"),
        Choice("node1 follows, in term 2, and has voted for node3.", lambda after: after.node("node1").voted_for ==
               "node3" and after.node("node1").role is Role.FOLLOWER),
        Choice("node3 leads term 2.", lambda after: after.node("node3").role is Role.LEADER,
               "How many votes has node3 heard of by then?"),
    ),
    nudge="Compare the terms first: which is node1's, and which is the message's?",
    hint="A leader leads one term. Whoever hears of a higher one moves to it as a follower, with a vote to give.",
    scaffold="In term 2 node1 is a ..., and its vote of term 2 is ...; the answer is in flight, so node3 is a ...",
    explains="A higher term makes everybody a follower in that term, a leader too. node3's log is as good as node1's, "
             "so it gets the vote. The vote is in flight, and node3 does not lead before it arrives.",
)
