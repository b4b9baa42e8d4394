"""Write `append_entries`: what a leader sends a follower. (Fig. 2, Leaders 3; §5.3)"""

# fmt: off
from dataclasses import replace
from functools import partial

from raftlab.course.cases import Case, leader, say_terms
from raftlab.course.rule import Mistake, Place, RuleExercise
from raftlab.course.starts import FIVE_NODES, NARROW, NO_ENTRY, NO_RESTART, later_is_shorter
from raftlab.raft import RAFT, AppendEntries
from raftlab.sim.scenarios import deposed_leader, leader_elected


def send(node, peer, index=0, **otherwise):
    at = node.next_index.set(peer, index or node.next_index[peer])
    return replace(RAFT.append_entries(replace(node, next_index=at), peer), **otherwise)


EXERCISE = RuleExercise(
    name="append_entries", chapter="03_log_replication", place=5, title="What a leader sends", stars=2, section="§5.3",
    task="Give the AppendEntries that the leader `node` sends to `peer`: all entries from `node.next_index[peer]` on, "
         "and the place that they follow. `node.log` has `starting_at(index)`, `before(index)` and `term_at(index)`.",
    cases=tuple(
        Case(f"the leader of term {t} has {say_terms(*own)}, commit_index {commit}, and for node1 match_index {match} "
             f"and next_index {at}", (leader(*own, match=(match, 0), sends=(at,), term=t, commit=commit), "node1"))
        for own, t, commit, match, at in (((1,), 1, 0, 0, 1), ((1, 1), 1, 1, 1, 2), ((1, 1, 1), 1, 1, 1, 2), (
            (1, 1, 2), 2, 0, 0, 3), ((1, 2, 2), 4, 1, 0, 2), ((1, 1, 3, 4), 4, 2, 1, 4))),
    places=(Place(leader_elected, NARROW), Place(later_is_shorter, NO_RESTART), Place(deposed_leader, NO_ENTRY),
            Place(partial(leader_elected, 5), FIVE_NODES, ())),
    asks="{where}, {node} sent something else than Raft does. What do its entries follow, in its own log?",
    mistakes=(
        Mistake("takes its own term for that of the entry", lambda n, p: send(n, p, prev_log_term=n.current_term),
                "Safe, and unavailable", "Of which term is the entry before those that {node} sent? Who created it?"),
        Mistake("says that they follow the first of them", lambda n, p: send(
                n, p, prev_log_index=n.next_index[p], prev_log_term=n.log.term_at(n.next_index[p])),
                "Safe, and unavailable", "The entries follow something. Is that one of them?"),
        Mistake("says that all it has is committed", lambda n, p: send(n, p, leader_commit=n.log.last_index),
                "Leader Completeness", "{node} told {other} that its last entry was committed. Who says so?"),
        Mistake("sends what is not known to be there", lambda n, p: send(n, p, n.match_index[p] + 1),
                "Nothing broke", "What would a new leader send to those of whom it knows nothing?"),
        Mistake("sends its whole log", lambda n, p: send(n, p, 1), "Nothing broke",
                "Which of these entries does {other} have already, as far as {node} knows?")),
    alternatives=(lambda node, peer: AppendEntries(
        node.name, peer, node.current_term, node.next_index[peer] - 1, node.log.term_at(node.next_index[peer] - 1),
        node.log.entries[node.next_index[peer] - 1:], node.commit_index),),
    nudge="Seven fields. Three say who sends it to whom and when; which three say what is sent, and after what?",
    hint="What is sent begins at next_index. What it follows is just before, in the leader's own log.",
    scaffold="def append_entries(node, peer):\n    prev = ...\n    return AppendEntries(\n        sender=node.name,"
             "\n        receiver=peer,\n        term=node.current_term,\n        prev_log_index=prev,\n        prev_"
             "log_term=node.log.term_at(prev),\n        entries=node.log.starting_at(...),\n        leader_commit=...)",
    explains="The place before the entries, by index and term, is what the follower checks. next_index may be wrong: "
             "then it refuses, and the leader goes back. leader_commit is no more than what the leader has committed.",
)
