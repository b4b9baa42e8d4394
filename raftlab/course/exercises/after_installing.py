"""Predict what a follower has once it has installed a snapshot. (Fig. 13, 6 to 8; §7)"""

# fmt: off
from raftlab.course.predict import Field, FormExercise
from raftlab.course.starts_compacting import conflicting
from raftlab.sim.acts import Arrival

EXERCISE = FormExercise(
    name="after_installing", chapter="07_log_compaction", place=6, title="What is left of a log", stars=2,
    section="Fig. 13; §7", task="node3 led term 1, and has three entries of that term; it has applied the first. node1 "
    "leads term 2 by now. Its snapshot of two entries, the second of term 2, arrives at node3. What has node3 then?",
    start=conflicting, acts=(Arrival("node1", "node3"),),
    fields={
        "first_index": Field("the index from which on its log keeps entries, or would", lambda after:
                             after.node("node3").log.first_index, "Which entries does the snapshot stand for?"),
        "last_index": Field("the index of the last entry of its log, those that were discarded included", lambda after:
                            after.node("node3").log.last_index,
                            "node3's entry 2 was of term 1. What had its entry 3 been built on?"),
        "last_applied": Field("a number", lambda after: after.node("node3").last_applied,
                              "The machine of the snapshot: what has been applied in it?"),
        "commit_index": Field("a number", lambda after: after.node("node3").commit_index,
                              "Can a snapshot hold what is not committed?"),
        "b": Field("what its machine has for the key b, as a number", lambda after: int(after.node("node3").machine.get(
                   "b", "0")), "Two entries have set b. Which of them was committed, and which is in the snapshot?"),
    },
    nudge="Compare the term of node3's own entry 2 with that of the snapshot's last.",
    hint="They differ, so the two logs part before the end of the snapshot, and nothing that node3 has behind it can "
         "be the leader's.",
    scaffold='{"first_index": 3, "last_index": ..., "last_applied": ..., "commit_index": ..., "b": ...}',
    explains="node3's entry 2 is another than the snapshot's, so its whole log goes. What the snapshot holds counts as "
             "committed and applied, without one entry having been applied here.",
)
