"""Predict what a leader knows after a crash. (Fig. 2, State; §5.2)"""

# fmt: off
from raftlab.course.predict import Field, FormExercise
from raftlab.course.starts import one_applied_one_new
from raftlab.raft import Crash, Restart

EXERCISE = FormExercise(
    name="after_a_restart", chapter="01_watching_raft", place=2, title="What a crash leaves", stars=2,
    section="Fig. 2, State", task="node1 leads term 1. All three have applied its first entry; the second is on node1 "
    "alone, and not committed. Now node1 crashes, and restarts. What does it know then, before any message arrives?",
    start=one_applied_one_new, acts=(Crash("node1"), Restart("node1")),
    fields={
        "role": Field('"follower", "candidate" or "leader"', lambda after: after.node("node1").role.value,
                      "Who says that its term is not over? What is a server that has just been switched on?"),
        "current_term": Field("a number", lambda after: after.node("node1").current_term,
                              "Might it vote twice in one term if it did not know which ones there were?"),
        "last_index": Field("the index of the last entry of its log", lambda after:
                            after.node("node1").log.last_index, "Does the disk know which entries are committed?"),
        "commit_index": Field("a number", lambda after: after.node("node1").commit_index,
                              "Which fields does Figure 2 keep on disk? And who will tell it again?"),
    },
    nudge="Two boxes of Figure 2 say what is persistent and what is volatile.",
    hint="On disk are the term, the vote and the log. Everything else is as in a server that was just switched on.",
    scaffold='{"role": "follower", "current_term": ..., "last_index": ..., "commit_index": ...}',
    explains="The term, the vote and the whole log are on disk, with the entry that nobody else has: it may yet be "
             "committed, or replaced. commit_index is not there: a leader tells it again.",
)
