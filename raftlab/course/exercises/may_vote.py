"""Write `may_vote`: one vote a term. (Fig. 2, RequestVote 2; §5.2)"""

# fmt: off
from raftlab.course.cases import Case, candidate, server
from raftlab.course.rule import Mistake, Place, RuleExercise
from raftlab.course.starts import NARROW
from raftlab.raft import Role
from raftlab.sim.scenarios import fresh, one_node_down, split_vote

EXERCISE = RuleExercise(
    name="may_vote", chapter="02_leader_election", place=3, title="One vote a term", stars=1, section="§5.2",
    task="Say whether `node` may vote for the candidate that sent `request`. Both are in the same term "
         "by now, and comparing their logs is another rule's task.",
    cases=(
        Case("it has not voted in this term", (server(term=1), candidate(term=1))),
        Case("it has voted for another", (server(term=1, voted_for="node3"), candidate(term=1))),
        Case("it has voted for this one", (server(term=1, voted_for="node1"), candidate(term=1))),
        Case("it stands itself", (server(term=1, role=Role.CANDIDATE, voted_for="node2"), candidate(term=1))),
        Case("it has not voted, and follows another", (server(term=1, follows="node3"), candidate(term=1))),
    ),
    places=(Place(fresh, NARROW), Place(one_node_down, NARROW), Place(split_vote, NARROW)),
    asks="{where}, {node} was asked by {other}. What had it done with its vote in term {term}?",
    mistakes=(
        Mistake("votes for everyone", lambda node, request: True, "Election Safety",
                "{node} voted twice in term {term}. What must it remember?"),
        Mistake("votes while it stands itself", lambda node, request: node.role is Role.CANDIDATE or
                node.voted_for in (None, request.sender), "Election Safety",
                "{node} stands for election in term {term}. Whom has it voted for?"),
        Mistake("votes for nobody", lambda node, request: False, "Safe, and unavailable",
                "Nobody votes, so nobody leads. When does a vote do no harm?"),
        Mistake("votes once, and does not repeat it", lambda node, request: node.voted_for is None,
                "Nothing broke", "{other} asks again: was the first answer lost? May {node} repeat it?"),
    ),
    alternatives=(lambda node, request: not node.voted_for or node.voted_for == request.sender,),
    nudge="Which field of the node says what it has done with its vote in this term?",
    hint="A yes is safe in two situations. In one of them the vote is gone already, and a yes gives away "
         "nothing new.",
    scaffold="def may_vote(node, request):\n    return node.voted_for in (..., ...)",
    explains="A node votes once a term. `voted_for` is None until it does, and a new term clears it. The "
             "same candidate may ask again, since its request or the answer may have been lost.",
)
