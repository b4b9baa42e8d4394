"""Write `restart`: what the disk gives back, and nothing else. (Fig. 2, State; §5.2)"""

# fmt: off
from dataclasses import replace

from raftlab.course.cases import Case, server
from raftlab.course.rule import Mistake, Place, RuleExercise
from raftlab.course.starts import A_CRASH
from raftlab.raft import RAFT, Disk, FrozenMap, Log, Role
from raftlab.sim.scenarios import leader_elected, split_vote

EXERCISE = RuleExercise(
    name="restart", chapter="05_failures", place=2, title="What a restart gives back", stars=2, section="Fig. 2, State",
    task="Give the node as it is after a restart: a follower that knows what is on `node.disk` (`current_term`, "
         "`voted_for`, `log`), its own `name` and `configuration`, and nothing else. `Node(name=…, …)` makes one; "
         "what you do not name is as in a server that was just switched on.",
    cases=(
        Case("it had voted", (server(1, term=2, voted_for="node1"),)),
        Case("it had led and committed", (
            server(1, 1, commit=2, role=Role.LEADER, voted_for="node2", match=(2, 0)),)),
        Case("it stood for election", (server(term=1, role=Role.CANDIDATE, voted_for="node2", votes=("node2",)),)),
        Case("its last vote was not on disk yet", (replace(server(1, term=2, voted_for="node1"), disk=Disk(1)),)),
    ),
    places=(Place(split_vote, A_CRASH), Place(leader_elected, A_CRASH)),
    asks="{where}, {node} came back otherwise than in Raft. What of that was on its disk?",
    mistakes=(
        Mistake("forgets its vote", lambda node: replace(RAFT.restart(node), voted_for=None), "Election Safety",
                "{node} voted before it crashed, and again afterwards. What must be on disk?"),
        Mistake("forgets its term", lambda node: replace(RAFT.restart(node), current_term=0), "Election Safety",
                "{node} came back in a term long past. What did it do there a second time?"),
        Mistake("loses its log", lambda node: replace(RAFT.restart(node), log=Log()), "Committed Log Append-Only",
                "{node} had promised to hold that entry. Who counted on it?"),
        Mistake("keeps what was in memory", lambda node: replace(node, up=True), "Nothing broke",
                "{node} goes on as if nothing had been lost. Which of what it knows was only in memory?"),
        Mistake("keeps commit_index", lambda node: replace(RAFT.restart(node), commit_index=node.commit_index),
                "Nothing broke", "Is commit_index among the persistent fields of Figure 2? How is it known again?"),
    ),
    alternatives=(lambda node: replace(
        node, current_term=node.disk.current_term, voted_for=node.disk.voted_for, log=node.disk.log, leader_id=None,
        role=Role.FOLLOWER, commit_index=0, last_applied=0, machine=FrozenMap(), votes_received=(),
        next_index=FrozenMap(), match_index=FrozenMap()),),
    nudge="Figure 2 has a box of persistent state. Three fields are in it.",
    hint="Do not change the old node: make a new one, and hand over what was on disk. Whatever you do not name is "
         "lost, as in a crash.",
    scaffold="def restart(node):\n    return Node(\n        name=node.name,\n        configuration=node.configuration,"
             "\n        current_term=...,\n        voted_for=...,\n        log=...,\n        disk=node.disk,\n    )",
    explains="Term, vote and log are promises to others, so they must survive. commit_index, last_applied and the "
             "machine can be worked out again; a role need not survive, and its term may be over by then.",
)
