"""Write `leader_commit_index`: only entries of its own term, as Figure 8 shows. (Fig. 2, Leaders 4)"""

# fmt: off
from functools import partial

from raftlab.course.cases import Case, leader, say_terms
from raftlab.course.rule import Mistake, Place, RuleExercise
from raftlab.course.starts import FIVE_NODES, NARROW, NO_RESTART, TWO_REIGNS
from raftlab.sim.scenarios import deposed_leader, leader_elected, one_node_down
from raftlab.sim.words import listed


def last(node, enough, any_term=False):
    held = {i: sum(i <= index for index in node.match_index.values()) for i, _ in node.log.numbered()}
    return max([node.commit_index, *(i for i in held if enough(held[i], len(node.peers))
                                     and (any_term or node.log[i].term == node.current_term))])


EXERCISE = RuleExercise(
    name="leader_commit_index", chapter="04_safety", place=2, title="When may a leader commit?", stars=3,
    section="§5.4.2", task="Give the leader's new commit_index, or the old one. `node.match_index[peer]` is how far a "
    "peer's log is known to agree with the leader's, for each of `node.peers`; the leader holds all of its own log.",
    cases=tuple(
        Case(f"the leader of term {t} has {say_terms(*own)}, commit_index {commit}, and match_index "
             f"{listed(map(str, match))} for the others",
             (leader(*own, match=match, term=t, commit=commit, size=1 + len(match)),))
        for own, t, commit, match in (((1,), 1, 0, (0, 0)), ((1,), 1, 0, (1, 0)), ((1, 1), 1, 0, (1, 0)),
                                      ((1,), 2, 0, (1, 1)), ((1, 2), 2, 0, (2, 1)), ((1, 1), 1, 0, (2, 2)),
                                      ((1, 1), 2, 1, (2, 0)), ((1,), 1, 0, (1, 0, 0)), ((1,) * 3, 1, 0, (3, 2, 0, 0)))
    ),
    places=(Place(leader_elected, NARROW), Place(one_node_down, NO_RESTART), Place(deposed_leader, TWO_REIGNS, ()),
            Place(partial(leader_elected, 5), FIVE_NODES, ())),
    asks="{where}, your rule and Raft's commit differently. Who holds the entry, and of which term is it?",
    mistakes=(
        Mistake("counts entries of any term", lambda n: last(n, lambda held, peers: 2 * held >= peers, True),
                "Leader Completeness", "Your rule asked how many nodes hold the entry. What did it not ask about it?"),
        Mistake("commits what it has itself", lambda n: n.log.last_index, "Leader Completeness",
                "{node} alone had that entry. Who can lead next without it?"),
        Mistake("is content with one follower", lambda n: last(n, lambda held, peers: held >= 1), "Leader Completeness",
                "Two of five hold the entry. Can the other three elect a leader?"),
        Mistake("asks for a majority of the followers", lambda n: last(n, lambda held, peers: 2 * held > peers),
                "Safe, and unavailable", "One server is down, and nothing is ever committed. Whom did you not count?"),
    ),
    alternatives=(lambda n: last(n, lambda held, peers: 2 * (1 + held) > 1 + peers),),
    nudge="Two questions decide: on how many servers is the entry, and who wrote it?",
    hint="The leader counts itself. And look at Figure 8: an old entry on a majority can still be replaced.",
    scaffold="def leader_commit_index(node):\n    for index in range(node.log.last_index, node.commit_index, -1):\n"
             "        holders = [p for p in node.peers if ...]\n        if 2 * (1 + len(holders)) > ... and ...:\n"
             "            return index\n    return node.commit_index",
    explains="Counting copies is not enough for an entry of an earlier term: a server with a later, shorter log can "
             "still win. An entry of the leader's own term on a majority makes that impossible.",
)
