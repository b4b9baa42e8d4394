"""Predict what becomes of the first entry that follows a snapshot. (Figure 12; §7)"""

# fmt: off
from raftlab.course.predict import Choice, ChoiceExercise
from raftlab.course.starts_compacting import entry_behind_a_snapshot
from raftlab.sim.acts import Arrival


def log(after):
    return after.node("node3").log


EXERCISE = ChoiceExercise(
    name="entry_after_snapshot", chapter="07_log_compaction", place=9, title="The entry that follows", stars=1,
    section="§7, Figure 12", task="node3 has begun with a snapshot of two entries of term 1, and its log holds no "
    "entry. Now entry 3 arrives, to follow entry 2 of term 1. What is so afterwards?",
    start=entry_behind_a_snapshot, acts=(Arrival("node1", "node3"),),
    choices=(
        Choice("node3 refuses it, since it has no entry 2 to compare with.", lambda after: log(after).last_index == 2,
               "What does a snapshot say of its last entry, besides what that came to?"),
        Choice("node3 takes it; its log holds the entries 1 to 3.", lambda after: log(after).first_index == 1,
               "Does a snapshot bring entries, or what they came to?"),
        Choice("node3 takes it and applies it at once.", lambda after: after.node("node3").last_applied == 3,
               "On how many servers is entry 3 by then, and has node3 heard that it is committed?"),
        Choice("node3 takes it; its log holds entry 3 alone.", lambda after: (log(after).first_index, len(log(after)),
               after.node("node3").last_applied) == (3, 1, 2)),
    ),
    nudge="The consistency check needs one thing of the entry before. Is that one gone?",
    hint="last_included_index and last_included_term are all that the check asks of an entry that is in the snapshot.",
    scaffold="The entry before has the index ... and the term ..., as node3 knows from ..., so it ...",
    explains="The check compares an index and a term. Those of the last entry that it covers are in the snapshot for "
             "that reason, and the log goes on from there.",
)
