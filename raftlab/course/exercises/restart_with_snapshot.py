"""Predict with what a server begins again that has a snapshot on its disk. (Fig. 2, State; §7)"""

# fmt: off
from raftlab.course.predict import Field, FormExercise
from raftlab.course.starts_compacting import one_past_its_snapshot
from raftlab.raft import Crash, Restart

EXERCISE = FormExercise(
    name="restart_with_snapshot", chapter="07_log_compaction", place=2, title="Beginning with a snapshot", stars=2,
    section="Fig. 2, State; §7", task="node3 has applied three entries: SET a 1, SET b 2, SET c 3. Its snapshot is of "
    "the first two. It crashes, and restarts. What does it know, before any message arrives?",
    start=one_past_its_snapshot, acts=(Crash("node3"), Restart("node3")),
    fields={
        "last_index": Field("the index of the last entry of its log, those that were discarded included", lambda after:
                            after.node("node3").log.last_index, "Which part of the log is on disk?"),
        "last_applied": Field("a number", lambda after: after.node("node3").last_applied,
                              "Of its machine, what is on disk? Can it apply what it has no entries of?"),
        "commit_index": Field("a number", lambda after: after.node("node3").commit_index,
                              "commit_index is not on disk. What does the snapshot tell of it nevertheless?"),
        "keys": Field("how many keys its machine has", lambda after: len(after.node("node3").machine),
                      "From which entries is the machine of a snapshot, and what of that does a later entry add?"),
    },
    nudge="What is on its disk by now, besides the term and the vote? And what is not, though it once knew it?",
    hint="An entry that is in the log only may be committed, or not: after a crash a server cannot tell. What is in a "
         "snapshot is committed for certain.",
    scaffold='{"last_index": 3, "last_applied": ..., "commit_index": ..., "keys": ...}',
    explains="The machine begins where the snapshot ends: entries 1 and 2 are gone, and need not be applied again. "
             "Entry 3 is on disk, but that it is committed has to be heard from a leader once more.",
)
