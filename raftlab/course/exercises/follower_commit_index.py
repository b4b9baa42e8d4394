"""Write `follower_commit_index`: no further than the leader vouches for. (Fig. 2, AppendEntries 5)"""

# fmt: off
from functools import partial

from raftlab.course.cases import Case, appends, say_terms, server
from raftlab.course.rule import Mistake, Place, RuleExercise
from raftlab.course.starts import FIVE_NODES, NARROW, NO_ENTRY
from raftlab.sim.scenarios import deposed_leader, leader_elected

EXERCISE = RuleExercise(
    name="follower_commit_index", chapter="03_log_replication", place=4, title="What a follower may commit", stars=2,
    section="§5.3", task="Give the node's new commit_index, having merged the entries of `request`. "
    "`request.leader_commit` is the leader's; `request.last_new_index` is the index of the last entry that the "
    "request carries, or its prev_log_index if it carries none.",
    cases=tuple(
        Case(f"its log has {say_terms(*own)}, the message carries {say_terms(*sent)} after index {after[0]}, and the "
             f"leader's commit_index is {commit}",
             (server(*own, term=1, commit=had), appends(*sent, after=after, commit=commit)))
        for own, after, sent, commit, had in (
            ((1,), (0, 0), (1,), 0, 0), ((1,), (0, 0), (1,), 1, 0), ((1, 1, 1), (1, 1), (), 3, 0),
            ((1, 1, 1), (0, 0), (1,), 2, 0), ((1, 1), (1, 1), (1,), 1, 0), ((), (0, 0), (), 2, 0),
            ((1, 1, 1), (0, 0), (1, 1, 1), 2, 0), ((1, 1, 1), (1, 1), (1, 1), 3, 1))
    ),
    places=(Place(leader_elected, NARROW), Place(deposed_leader, NO_ENTRY),
            Place(partial(leader_elected, 5), FIVE_NODES, ())),
    asks="{where}, {node} and Raft differ. Up to which index has {other} said anything about {node}'s log?",
    mistakes=(
        Mistake("takes the leader's as it is", lambda node, request: max(node.commit_index, request.leader_commit),
                "Commit Within Log", "The leader has committed more than {node} has. What can {node} vouch for?"),
        Mistake("goes as far as its own log", lambda node, request: max(node.commit_index, min(
                request.leader_commit, node.log.last_index)), "State Machine Safety",
                "{node} has entries that {other} did not send. Are they the leader's?"),
        Mistake("commits what it stores", lambda node, request: max(node.commit_index, request.last_new_index),
                "Leader Completeness", "{node} has stored the entry. On how many servers is it?"),
        Mistake("never moves", lambda node, request: node.commit_index, "Safe, and unavailable",
                "The leader has committed, and no follower ever applies anything. Who tells them?"),
    ),
    alternatives=(lambda node, request: min(request.leader_commit, request.last_new_index),
                  lambda node, request: node.commit_index if request.leader_commit <= node.commit_index
                  else min(request.leader_commit, request.last_new_index)),
    nudge="Two numbers bound what the follower may commit. One is what the leader has committed.",
    hint="The other bound is how far this message has shown the two logs to agree. What is behind that in the "
         "follower's log may be anybody's.",
    scaffold="def follower_commit_index(node, request):\n    return max(node.commit_index, min(..., ...))",
    explains="The follower's log is known to agree with the leader's up to the last entry of this message, and no "
             "further: what it has behind may come from a leader that was deposed.",
)
