"""Write `log_matches`: the consistency check. (Fig. 2, AppendEntries 2; §5.3)"""

# fmt: off
from raftlab.course.cases import Case, appends, say_place, say_terms, server
from raftlab.course.rule import Mistake, Place, RuleExercise
from raftlab.course.starts import NARROW, NO_ENTRY, NO_RESTART, later_is_shorter
from raftlab.raft import RAFT
from raftlab.sim.scenarios import deposed_leader, leader_elected

EXERCISE = RuleExercise(
    name="log_matches", chapter="03_log_replication", place=1, title="The consistency check", stars=2, section="§5.3",
    task="Say whether the node's log has an entry at `request.prev_log_index` of the term "
         "`request.prev_log_term`. Index 0 stands before the first entry. `node.log.term_at(index)` is a term, "
         "or None where the log does not reach; `node.log.last_index` is where it ends.",
    cases=tuple(
        Case(f"its log has {say_terms(*own)}, and {'an entry' if sent else 'a heartbeat'} follows {say_place(*after)}",
             (server(*own, term=3), appends(*sent, after=after, term=3)))
        for own in ((), (1,), (1, 1), (1, 2)) for after in ((0, 0), (1, 1), (2, 1), (2, 2)) for sent in ((), (3,))
    ),
    places=(Place(leader_elected, NARROW), Place(deposed_leader, NO_ENTRY), Place(later_is_shorter, NO_RESTART)),
    asks="{where}, {node} and Raft differ. What stands in {node}'s log at the place that {other} names?",
    mistakes=(
        Mistake("accepts everything", lambda node, request: True, "Commit Within Log",
                "{node} said yes to entries that follow nothing it has. What is missing between?"),
        Mistake("asks only whether the log is long enough", lambda node, request:
                request.prev_log_index <= node.log.last_index, "State Machine Safety",
                "{node} has an entry there. Is it the one that {other} means?"),
        Mistake("accepts what is past the end", lambda node, request: node.log.term_at(request.prev_log_index)
                in (None, request.prev_log_term), "Commit Within Log",
                "{node}'s log does not reach that far. Can it know that what is before agrees?"),
        Mistake("accepts every heartbeat", lambda node, request: not request.entries
                or RAFT.log_matches(node, request), "Commit Within Log",
                "A heartbeat carries no entries, but {node} answered that its log matches. Does it?"),
        Mistake("accepts only at its own end", lambda node, request: request.prev_log_index == node.log.last_index
                and RAFT.log_matches(node, request), "Safe, and unavailable",
                "{node} has something behind the place that {other} names. Can that never be replaced?"),
    ),
    alternatives=(lambda node, request: request.prev_log_index == 0 or (
        request.prev_log_index <= node.log.last_index
        and node.log[request.prev_log_index].term == request.prev_log_term),),
    nudge="An AppendEntries says what its entries follow. What must the follower's log have there?",
    hint="Compare one term with another. `term_at` answers None past the end, and 0 at index 0.",
    scaffold="def log_matches(node, request):\n    return node.log.term_at(...) == ...",
    explains="One comparison is enough: if two logs have an entry of the same index and term, they agree in all "
             "that precedes it. A yes tells the leader how far the logs agree, so it must be true of heartbeats too.",
)
