"""Write `recognize_leader`: a candidate gives up when its term has a leader."""

# fmt: off
from dataclasses import replace

from raftlab.course.cases import Case, appends, server
from raftlab.course.rule import Mistake, Place, RuleExercise
from raftlab.course.starts import NARROW
from raftlab.raft import Role
from raftlab.sim.scenarios import fresh, leader_elected, split_vote

STANDS = server(term=1, role=Role.CANDIDATE, voted_for="node2")


def follows(node, request, **fields):
    return replace(node, **{"role": Role.FOLLOWER, "leader_id": request.sender, **fields})


EXERCISE = RuleExercise(
    name="recognize_leader", chapter="02_leader_election", place=6, title="A leader makes itself known", stars=1,
    section="§5.2", task="Return `node` as it is once it knows that the sender of `request`, an AppendEntries of its "
    "own term, leads that term.",
    cases=(
        Case("it stands", (STANDS, appends(term=1))), Case("it follows nobody yet", (server(term=1), appends(term=1))),
        Case("it voted for another", (server(term=1, voted_for="node3"), appends(1, term=1))),
        Case("it follows this leader already", (server(term=1, voted_for="node1", follows="node1"), appends(term=1))),
    ),
    places=(Place(fresh, NARROW), Place(leader_elected, NARROW), Place(split_vote, NARROW)),
    asks="{where}: {other} leads {node}'s term. What is {node} then, whom does it follow, and what had it promised?",
    mistakes=(
        Mistake("goes on as before", lambda node, request: node, "Nothing broke",
                "{node} has heard who leads. Where will it send a client, and does it still want to be elected?"),
        Mistake("remains a candidate", lambda node, request: replace(node, leader_id=request.sender), "Nothing broke",
                "Term {term} has a leader. Can {node} still win it?"),
        Mistake("gives its vote back", lambda node, request: follows(node, request, voted_for=None), "Election Safety",
                "{node} has voted in term {term}, and the term is not over. May it vote again?"),
        Mistake("votes for the leader", lambda node, request: follows(node, request, voted_for=request.sender),
                "Nothing broke", "The leader has its majority. Whom has {node} really voted for in term {term}?"),
        Mistake("does not note who leads", lambda node, request: replace(node, role=Role.FOLLOWER), "Nothing broke",
                "A client asks {node} where to go. What does it say?"),
        Mistake("begins another term", lambda node, request: follows(node, request, current_term=node.current_term + 1),
                "Safe, and unavailable", "Who stood for the term that {node} is in now?"),
    ),
    alternatives=(follows, lambda node, request: follows(node, request, votes_received=())),
    nudge="A term has one leader, and here it speaks. What is every other node of that term?",
    hint="Two fields change. The term goes on, so what was promised in it stands.",
    scaffold="def recognize_leader(node, request):\n    return replace(node, role=..., leader_id=...)",
    explains="An AppendEntries comes from a leader only, and a term has one at most: the election is decided, and a "
             "candidate follows. Its vote stays as it is, since the term does.",
)
