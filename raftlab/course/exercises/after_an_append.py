"""Predict what becomes of an AppendEntries that comes late. (Fig. 2, AppendEntries; §5.3)"""

# fmt: off
from raftlab.course.predict import Field, FormExercise
from raftlab.course.starts import late_entries
from raftlab.raft import AppendReply
from raftlab.sim.acts import Arrival


def answered(after):
    return next(m for m in after.network if isinstance(m, AppendReply))


EXERCISE = FormExercise(
    name="after_an_append", chapter="03_log_replication", place=2, title="What a late message does", stars=2,
    section="§5.3", task="node1 leads term 1. It sent node2 entry 1, and then entries 1 and 2; the second message was "
    "faster, and node2 has both entries. Now the first message arrives. What is so at node2, and what does it answer?",
    start=late_entries, acts=(Arrival("node1", "node2"),),
    fields={
        "last_index": Field("the index of the last entry of node2's log", lambda after:
                            after.node("node2").log.last_index,
                            "Does anything in the message contradict what node2 has? Who has counted on entry 2?"),
        "commit_index": Field("node2's commit_index", lambda after: after.node("node2").commit_index,
                              "What had node1 committed when it sent this message? It says so itself."),
        "success": Field("True or False: whether it answers with success", lambda after: answered(after).success,
                         "What does the message follow, and has every log got that?"),
        "match_index": Field("up to which index it says in its answer that the logs agree", lambda after:
                             answered(after).match_index, "About which entries was it asked?"),
    },
    nudge="The message is as it was when it left. The picture shows what it follows, carries, and says.",
    hint="Take the four one by one: the check looks at what the entries follow; the merge deletes what conflicts; the "
         "commitment follows the message's leader_commit; and the answer is about this message alone.",
    scaffold='{"last_index": ..., "commit_index": ..., "success": True, "match_index": ...}',
    explains="Entry 1 is there already, and nothing conflicts: entry 2 stays. The message is old, and says that "
             "nothing was committed. The answer vouches for what this message carried, entry 1, though node2 has more.",
)
