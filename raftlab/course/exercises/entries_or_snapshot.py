"""Predict to whom a leader sends entries, to whom its snapshot, and to whom nothing. (§7)"""

# fmt: off
from raftlab.course.predict import Field, FormExercise
from raftlab.course.starts_compacting import each_at_another_index
from raftlab.raft import AppendEntries, InstallSnapshot, Replicate


def sent(to):
    def value(after):
        kinds = {type(message) for message in after.network if message.receiver == to}
        return "entries" if AppendEntries in kinds else "snapshot" if InstallSnapshot in kinds else "nothing"
    return value


ONE_OF = '"entries", "snapshot" or "nothing"'

EXERCISE = FormExercise(
    name="entries_or_snapshot", chapter="07_log_compaction", place=5, title="Entries or a snapshot", stars=1,
    section="§7", task="node1 leads. It has discarded entries 1 and 2, and keeps entry 3. Each of the others has the "
    "entries that it acknowledged: node2 all three, node3 the first two, node4 the first, node5 none. node1 sends to "
    "each what it lacks. What goes to whom?",
    start=each_at_another_index, acts=(Replicate("node1"),),
    fields={
        "node2": Field(ONE_OF, sent("node2"), "Is there anything that node2 lacks?"),
        "node3": Field(ONE_OF, sent("node3"), "Which entry does node3 lack, and has node1 still got that one?"),
        "node4": Field(ONE_OF, sent("node4"), "Which is the first entry that node4 lacks? Where is it?"),
        "node5": Field(ONE_OF, sent("node5"), "Which is the first entry that node5 lacks? Where is it?"),
    },
    nudge="For each follower: which is the first entry that it lacks?",
    hint="That one is at next_index. The leader can send it if its log still holds it, that is, if it comes after "
         "prefix_index. And what precedes it must be known by its index and term.",
    scaffold='{"node2": "nothing", "node3": ..., "node4": ..., "node5": ...}',
    explains="A snapshot goes where next_index is not beyond prefix_index. node3 is just beyond: entry 3 follows entry "
             "2, which is gone, but of which index and term are still known.",
)
