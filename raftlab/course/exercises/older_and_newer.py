"""Predict what a request of an older term does, and one of a newer term. (Fig. 2, All Servers 2)"""

# fmt: off
from raftlab.course.predict import Field, FormExercise
from raftlab.course.starts import an_older_and_a_newer_candidate
from raftlab.sim.acts import Arrival

EXERCISE = FormExercise(
    name="older_and_newer", chapter="02_leader_election", place=2, title="An older term and a newer one", stars=1,
    section="§5.1, §5.2", task="node2 stands for term 2 and node3 for term 3. node2's RequestVote reaches node3, and "
    "then node3's reaches node2. What are the two afterwards?",
    start=an_older_and_a_newer_candidate, acts=(Arrival("node2", "node3"), Arrival("node3", "node2")),
    fields={
        "newer_term": Field("node3's term, a number", lambda after: after.node("node3").current_term,
                            "Does a node ever go back to an older term?"),
        "newer_vote": Field("whom node3 has voted for in it, a name", lambda after: after.node("node3").voted_for,
                            "What did node3 do with its vote when it stood? Does an older request change that?"),
        "older_role": Field('node2: "follower", "candidate" or "leader"', lambda after: after.node("node2").role.value,
                            "node2 stood for a term. Is it the one that it is in now?"),
        "older_term": Field("node2's term, a number", lambda after: after.node("node2").current_term,
                            "Which term did node3's request carry?"),
        "older_vote": Field("whom node2 has voted for in it, a name", lambda after: after.node("node2").voted_for,
                            "It voted for itself, but in which term? What has it to give in this one?"),
    },
    nudge="Compare the terms first, whatever the message asks for.",
    hint="A request of an older term is refused and changes nothing. One of a newer term first makes a follower with a "
         "vote to give, and then it is a request like any other.",
    scaffold='{"newer_term": 3, "newer_vote": ..., "older_role": ..., "older_term": ..., "older_vote": ...}',
    explains="node3 refuses: term 2 is over for it. Its own request finds node2 in term 2, moves it to term 3, takes "
             "its candidacy away, and gets the vote, which is a new one. node2's vote for itself was of term 2.",
)
