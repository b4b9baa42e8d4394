"""Write `merge_entries`: only a conflict takes the tail. (Fig. 2, AppendEntries 3 and 4; §5.3)"""

# fmt: off
from raftlab.course.cases import Case, appends, log, say_terms
from raftlab.course.rule import Mistake, Place, RuleExercise
from raftlab.course.starts import NO_ENTRY, TWO_ENTRIES, late_entries, old_entries
from raftlab.sim.scenarios import deposed_leader, leader_elected

EXERCISE = RuleExercise(
    name="merge_entries", chapter="03_log_replication", place=3, title="Merging entries", stars=3, section="§5.3",
    task="Give the follower's new log. It matches up to `request.prev_log_index`; `request.entries` come after that. "
         "There are `log.term_at(index)`, `log.up_to(index)`, `log.append(*entries)` and `log.last_index`.",
    cases=tuple(
        Case(f"the log has {say_terms(*own)}, and the message carries {say_terms(*sent)} after index {index}",
             (log(*own), appends(*sent, after=(index, index and 1), term=3)))
        for own, index, sent in (
            ((), 0, (1,)), ((1,), 1, (1, 2)), ((1, 1), 0, (1,)), ((1, 1), 1, ()), ((1, 1), 1, (2,)),
            ((1, 1, 1), 1, (2,)), ((1, 1), 1, (1, 3)), ((1, 1, 1, 1), 1, (1, 2)))
    ),
    places=(Place(late_entries, NO_ENTRY, ()), Place(deposed_leader, NO_ENTRY),
            Place(old_entries, NO_ENTRY, ()), Place(leader_elected, TWO_ENTRIES)),
    asks="{where}, your log and Raft's differ. Which entries of the old log were in conflict with what came?",
    mistakes=(
        Mistake("truncates what already matches", lambda log, request:
                log.up_to(request.prev_log_index).append(*request.entries), "Leader Completeness",
                "The message was an old one, and {node} already had more than it carried. What did it throw away?"),
        Mistake("never truncates", lambda log, request:
                log.append(*request.entries[max(0, log.last_index - request.prev_log_index):]),
                "State Machine Safety", "{node} kept an entry where the leader has another. Which of them counts?"),
        Mistake("replaces what conflicts, and keeps what is behind", lambda log, request: log.up_to(
                request.prev_log_index).append(*request.entries, *log.entries[request.last_new_index:]), "Log Matching",
                "{node} replaced an entry. Whose were those behind it, and what had preceded them?"),
        Mistake("appends what it has once more", lambda log, request: log.append(*request.entries), "Log Matching",
                "At which index does the leader have these entries, and at which has {node} put them?"),
    ),
    alternatives=(lambda log, request: log if log.entries[request.prev_log_index:request.last_new_index]
                  == request.entries else log.up_to(request.prev_log_index).append(*request.entries),),
    nudge="Messages come late and twice. What is to happen if all that a message carries is there already?",
    hint="Go through the entries with their indexes. One of the same term at the same index is the same entry; only "
         "one of another term takes itself and all that follows away.",
    scaffold="def merge_entries(log, request):\n    for index, entry in enumerate(request.entries, start=...):\n"
             "        if ...:\n            log = log.up_to(...).append(entry)\n    return log",
    explains="Deleting only from the first conflict on makes the rule safe against old and repeated messages: what "
             "the follower has acknowledged, and the leader counted, is never thrown away by a message that is late.",
)
