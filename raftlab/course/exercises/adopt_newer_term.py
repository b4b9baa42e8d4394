"""Write `adopt_newer_term`: a higher term makes anybody a follower. (Fig. 2, All Servers 2; §5.1)"""

# fmt: off
from dataclasses import replace

from raftlab.course.cases import Case, appends, candidate, server
from raftlab.course.rule import Mistake, Place, RuleExercise
from raftlab.course.starts import NARROW, one_behind
from raftlab.raft import RAFT, Log, Role
from raftlab.sim.scenarios import deposed_leader, leader_elected, split_vote

STANDS = server(term=2, role=Role.CANDIDATE, voted_for="node2")
FOLLOWS = server(1, term=2, voted_for="node3", follows="node3")


def moved(node, message, least=1, **fields):
    new = {"current_term": message.term, "voted_for": None, "role": Role.FOLLOWER, "leader_id": None, **fields}
    return replace(node, **new) if message.term - node.current_term >= least else node


EXERCISE = RuleExercise(
    name="adopt_newer_term", chapter="02_leader_election", place=1, title="A newer term", stars=2, section="§5.1",
    task="Return `node` as it is once it has compared its term with `message.term`, before anything else is done.",
    cases=(
        Case("it follows, and the term is newer", (FOLLOWS, candidate(term=3))),
        Case("it leads, the term is newer", (replace(server(1, role=Role.LEADER), leader_id=None), candidate(term=3))),
        Case("it stands, and a leader of a newer term speaks", (STANDS, appends(term=3))),
        Case("it has voted, and the term is its own", (FOLLOWS, candidate(term=2))),
        Case("it follows, and the term is older", (FOLLOWS, appends(term=1))),
    ),
    places=tuple(Place(start, NARROW) for start in (leader_elected, one_behind, split_vote, deposed_leader)),
    asks="{where}: which of its role, vote and leader were of {node}'s old term? What is known of the new one?",
    mistakes=(
        Mistake("keeps its role", lambda n, m: moved(n, m, role=n.role), "Election Safety",
                "{node} came into term {term} in the role that it had before. Who elected it for this term?"),
        Mistake("keeps its vote", lambda n, m: moved(n, m, voted_for=n.voted_for), "Safe, and unavailable",
                "In which term did {node} give the vote that it remembers? And in which one is it asked now?"),
        Mistake("moves to an older term, too", lambda n, m: n if m.term == n.current_term else moved(n, m, -9),
                "Leader Completeness", "{node} went back in time. What had it promised in the term that it left?"),
        Mistake("steps down in its own term", lambda n, m: moved(n, m, 0), "Safe, and unavailable",
                "The message was of {node}'s own term: nothing has begun anew. What does it give up by starting over?"),
        Mistake("stays where it is", lambda n, m: n, "Leader Append-Only",
                "{node} stayed in its old term, and acted on a message of a newer one. What must come first?"),
        Mistake("empties its log", lambda n, m: moved(n, m, log=Log()), "Commit Within Log",
                "{node} threw entries away with the old term. Might one of them have been committed?"),
    ),
    alternatives=(moved, lambda n, m: replace(RAFT.adopt_newer_term(n, m), votes_received=n.votes_received)),
    nudge="The message's term may be lower, equal, or higher. In which of the three does the node change?",
    hint="Its role, its vote and its leader belonged to the old term. Its log did not: entries outlive terms.",
    scaffold="def adopt_newer_term(node, message):\n    if message.term > ...:\n        return replace(node, "
             "current_term=..., voted_for=..., role=..., leader_id=...)\n    return node",
    explains="Roles and votes are of one term. Entries are not: what is committed must survive every election.",
)
