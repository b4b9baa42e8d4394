"""Write `wins_election`: a majority of all servers. (Fig. 2, Candidates 2; §5.2)"""

# fmt: off
from functools import partial

from raftlab.course.cases import Case, server
from raftlab.course.rule import Mistake, Place, RuleExercise
from raftlab.course.starts import NARROW, NO_RESTART
from raftlab.raft import Role
from raftlab.sim.scenarios import fresh, one_node_down
from raftlab.sim.words import counted

EXERCISE = RuleExercise(
    name="wins_election", chapter="02_leader_election", place=4, title="What a majority is", stars=1, section="§5.2",
    task="Say whether the candidate `node` has won: `node.votes_received` are the names of those who voted for "
         "it, itself among them, and `node.configuration.members` are the names of all servers.",
    cases=tuple(
        Case(f"it has {counted(votes, 'vote')} of {size} servers", (
            server(term=1, role=Role.CANDIDATE, voted_for="node2", votes=names[:votes], size=size),))
        for names in [("node2", "node1", "node3", "node4", "node5")]
        for size, votes in ((3, 1), (3, 2), (3, 3), (4, 2), (4, 3), (5, 2), (5, 3), (5, 4))
    ),
    places=(Place(fresh, NARROW), Place(one_node_down, NO_RESTART), Place(one_node_down, NARROW),
            Place(partial(fresh, 4), NARROW, goals=())),
    asks="{where}, {node} and Raft count differently. Can another candidate have as many votes in term {term}?",
    mistakes=(
        Mistake("wins with its own vote", lambda node: len(node.votes_received) >= 1, "Election Safety",
                "{node} won without asking anybody. Who else could do the same in term {term}?"),
        Mistake("wins with half of the votes", lambda node:
                2 * len(node.votes_received) >= len(node.configuration.members), "Election Safety",
                "The other half can vote for another. How many votes can no two candidates both have?"),
        Mistake("needs every vote", lambda node: len(node.votes_received) == len(node.configuration.members),
                "Safe, and unavailable", "One server is down, and no leader is ever elected. Does it take all of "
                "them to be sure that nobody else wins?"),
        Mistake("needs a majority besides its own", lambda node:
                2 * (len(node.votes_received) - 1) > len(node.configuration.members), "Safe, and unavailable",
                "Is its own vote not a vote?"),
        Mistake("wins with two votes", lambda node: len(node.votes_received) >= 2, "Election Safety",
                "Two are a majority of three. What are they of four, or of five?"),
    ),
    alternatives=(lambda node: len(set(node.votes_received)) > len(node.peers) / 2 + 0.5,
                  lambda node: len(node.votes_received) >= len(node.configuration.members) // 2 + 1),
    nudge="Two candidates of one term must not both win. How many votes make that impossible?",
    hint="Any two majorities of the same servers have one in common, and that one has a single vote. Of an even "
         "number, half is not a majority.",
    scaffold="def wins_election(node):\n    return len(node.votes_received) > ...",
    explains="More than half of all servers, the candidate among them, whether they are up or not. Any two "
             "such majorities share a server, which votes once a term; so no term has two leaders.",
)
