"""Write `record_vote`: a candidate counts each voter of its own term once. (§5.2)"""

# fmt: off
from dataclasses import replace

from raftlab.course.cases import Case, server, vote
from raftlab.course.rule import Mistake, Place, RuleExercise
from raftlab.course.starts import NARROW, VOTES_TWICE, vote_of_an_earlier_term
from raftlab.raft import RAFT, Role
from raftlab.sim.scenarios import fresh, one_node_down, split_vote

STANDS = server(term=2, role=Role.CANDIDATE, voted_for="node2", votes=("node2",), size=5)


def counted(node, reply, *conditions):
    return replace(node, votes_received=(*node.votes_received, reply.sender)) if all(conditions) else node


EXERCISE = RuleExercise(
    name="record_vote", chapter="02_leader_election", place=5, title="A vote is counted", stars=2, section="§5.2",
    task="Return `node` as it is once it has counted the vote in `reply`, or as it was if that does not count.",
    cases=(
        Case("the first vote comes", (STANDS, vote(term=2))),
        Case("it is refused", (STANDS, vote(term=2, granted=False))),
        Case("the vote was given in an earlier term", (STANDS, vote(term=1))),
        Case("it has counted this voter", (replace(STANDS, votes_received=("node2", "node1")), vote(term=2))),
        Case("another has voted for it before", (replace(STANDS, votes_received=("node2", "node3")), vote(term=2))),
        Case("it follows by now", (server(term=2, voted_for="node2", follows="node3", size=5), vote(term=2))),
    ),
    places=(Place(fresh, NARROW), Place(one_node_down, NARROW), Place(split_vote, NARROW),
            Place(vote_of_an_earlier_term, VOTES_TWICE, goals=())),
    asks="{where}: was {other}'s answer a yes, of this term, and new? And was {node} a candidate?",
    mistakes=(
        Mistake("counts refusals", lambda n, r: counted(n, r, n.role is Role.CANDIDATE, r.term == n.current_term,
                r.sender not in n.votes_received), "Election Safety", "What did {other} say to {node}?"),
        Mistake("counts votes of an earlier term", lambda n, r: counted(n, r, n.role is Role.CANDIDATE, r.vote_granted,
                r.sender not in n.votes_received), "Election Safety", "In which term did {other} give that vote?"),
        Mistake("counts a voter twice", lambda n, r: counted(n, r, n.role is Role.CANDIDATE, r.vote_granted, r.term ==
                n.current_term), "Nothing broke", "{other} is in there twice. What if wins_election just took `len`?"),
        Mistake("forgets the votes before", lambda n, r: n if RAFT.record_vote(n, r) == n else replace(n,
                votes_received=(r.sender,)), "Safe, and unavailable", "What became of the votes that {node} had?"),
        Mistake("counts when it is no candidate", lambda n, r: counted(n, r, r.vote_granted, r.term == n.current_term,
                r.sender not in n.votes_received), "Nothing broke", "{node} stands no more. What are votes to it?"),
    ),
    alternatives=(lambda n, r: n if n.role is not Role.CANDIDATE or r.term < n.current_term or not r.vote_granted or
                  n.votes_received.count(r.sender) else counted(n, r),),
    nudge="Four things must be so before a vote counts. Three are about the answer, one about the node itself.",
    hint="Is it a yes? Was it given in this term? Is this voter counted already? And does the node still stand?",
    scaffold="def record_vote(node, reply):\n    if node.role is not Role.CANDIDATE or reply.term != ... or ...:\n"
             "        return node\n    return replace(node, votes_received=(*node.votes_received, reply.sender))",
    explains="Messages come late and twice, so a vote counts in its own term, once for its voter. With a vote of an "
             "earlier term, a node would have voted for two in this one.",
)
