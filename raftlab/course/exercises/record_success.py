"""Write `record_success`: what a leader knows of a follower. (Fig. 2, Leaders 3; §5.3)"""

# fmt: off
from dataclasses import replace

from raftlab.course.cases import Case, leader, say_terms, server, success
from raftlab.course.rule import Mistake, Place, RuleExercise
from raftlab.course.starts import SIX_EVENTS, TWO_ENTRIES, late_success
from raftlab.raft import RAFT
from raftlab.sim.scenarios import leader_elected


def noted(node, reply, **otherwise):
    return RAFT.record_success(node, replace(reply, **otherwise))


EXERCISE = RuleExercise(
    name="record_success", chapter="03_log_replication", place=6, title="What a leader notes", stars=2, section="§5.3",
    task="node1's success has arrived at `node`. Give the node with what it now knows of `reply.sender`: `match_index` "
         "and `next_index`. An answer of another term, or one that finds no leader, changes nothing.",
    cases=(
        *(Case(f"the leader of term {term} has {say_terms(*own)}, for node1 match_index {match} and next_index {sends}"
               f", and a success of term {of} up to index {up_to} arrives",
               (leader(*own, match=(match, 0), sends=(sends,), term=term), success(up_to, term=of)))
          for own, term, match, sends, of, up_to in (
              ((1,), 1, 0, 1, 1, 1), ((1, 1), 1, 0, 1, 1, 1), ((1, 1), 1, 1, 2, 1, 2), ((1, 1), 1, 2, 3, 1, 1),
              ((1, 1, 1), 1, 1, 2, 1, 1), ((1, 1, 3), 3, 0, 4, 1, 2), ((1, 1, 3), 3, 0, 3, 3, 3))),
        Case("it leads no more, and a success of the term before arrives", (server(1, 1, term=2), success(2, term=1)))),
    places=(Place(leader_elected, TWO_ENTRIES), Place(late_success, SIX_EVENTS, ())),
    asks="{where}, {node} notes something else than Raft does. What did the answer say, and in which term?",
    mistakes=(
        Mistake("takes its whole log for matched", lambda n, r: noted(n, r, match_index=n.log.last_index),
                "Leader Completeness", "{node} had taken a command since. Did {other} say that it has that entry?"),
        Mistake("heeds answers of an earlier term", lambda n, r: noted(n, r, term=n.current_term),
                "Leader Completeness", "{other} said so in another term. Does its log still hold what it spoke of?"),
        Mistake("goes by next_index", lambda n, r: noted(n, r, match_index=n.next_index[r.sender] - 1)
                if n.next_index else n, "Safe, and unavailable", "next_index is what {node} supposes. Who knows?"),
        Mistake("lets match_index fall", lambda n, r: n if noted(n, r, match_index=99) == n else noted(
                replace(n, match_index=n.match_index.set(r.sender, 0)), r), "Nothing broke",
                "The answer is an old one. Has {other} lost what it acknowledged since?"),
        Mistake("leaves next_index", lambda n, r: replace(noted(n, r), next_index=n.next_index), "Nothing broke",
                "What will {node} send to {other} next?")),
    alternatives=(lambda n, r: n if (n.role.value, n.current_term) != ("leader", r.term) or r.match_index <=
                  n.match_index[r.sender] else replace(n, match_index=n.match_index.set(r.sender, r.match_index),
                                                       next_index=n.next_index.set(r.sender, r.match_index + 1)),),
    nudge="Two tables change, for one name. What does the answer say about the first, and what follows for the second?",
    hint="Of two truths about a follower the one that says more counts. And of which term must an answer be?",
    scaffold="def record_success(node, reply):\n    if node.role.value != 'leader' or reply.term != ...:\n        "
             "return node\n    known = max(..., ...)\n    return replace(node, match_index=..., next_index=...)",
    explains="Within a term a follower keeps what it acknowledged, so an old answer is true and says less: the greater "
             "counts. Between terms its log may have been cut: an answer of another term says nothing any more.",
)
