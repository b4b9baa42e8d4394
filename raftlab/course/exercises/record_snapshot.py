"""Write `record_snapshot`: what a leader knows once its snapshot is answered. (Fig. 2, Leaders 3; §7)"""

# fmt: off
from dataclasses import replace

from raftlab.course.cases import Case, leader, server
from raftlab.course.rule import Mistake, Place, RuleExercise
from raftlab.course.starts_compacting import (
    AN_ENTRY,
    AN_ENTRY_NO_RESTART,
    COMMITS,
    alone_with_node3,
    snapshot_to_send,
)
from raftlab.raft import Role, SnapshotReply


def heeding(match=lambda node, reply: max(node.match_index[reply.sender], reply.match_index), following=True):
    def rule(node, reply):
        if node.role is not Role.LEADER or reply.term != node.current_term:
            return node
        known, peer = match(node, reply), reply.sender
        then = max(known + 1, node.next_index[peer]) if following else node.next_index[peer]
        return replace(node, match_index=node.match_index.set(peer, known), next_index=node.next_index.set(peer, then))
    return rule


EXERCISE = RuleExercise(
    name="record_snapshot", chapter="07_log_compaction", place=8, title="What the answer tells", stars=2, section="§7",
    task="Give the leader as it is once `reply.sender` has answered its snapshot. `reply.match_index` is the index up "
    "to which the two logs agree since. An old answer, of another term or telling less than is known, changes nothing.",
    cases=(*(Case(f"the leader of term {now} has match_index {match} for node1, and is told {to} in an answer of "
                  f"term {of}", (leader(1, 1, 1, match=(match, 0), term=now), SnapshotReply("node1", "node2", of, to)))
             for now, match, of, to in ((1, 0, 1, 2), (2, 1, 2, 3), (1, 3, 1, 2), (1, 0, 1, 0), (3, 0, 2, 2))),
           Case("it leads no more", (server(1, 1, term=2, follows="node3"), SnapshotReply("node1", "node2", 2, 1)))),
    places=(Place(snapshot_to_send, AN_ENTRY, ()), Place(alone_with_node3, AN_ENTRY_NO_RESTART, COMMITS),
            Place(alone_with_node3, replace(AN_ENTRY, terms=1, compactions=0, commands=1, timeouts=1), ())),
    asks="{where}, {node} and Raft differ. Of which term is {other}'s answer, and what did {node} know before?",
    mistakes=(
        Mistake("takes it for the whole log", heeding(lambda node, reply: node.log.last_index), "Leader Completeness",
                "The answer spoke of a snapshot. What had {node} taken since that {other} has never seen?"),
        Mistake("forgets next_index", heeding(following=False), "Nothing broke",
                "{node} knows how far {other} agrees. What will it send to {other} next, and why that?"),
        Mistake("passes over it", lambda node, reply: node, "Nothing broke",
                "{other} has the snapshot, and says so. How often will {node} send it yet?"),
        Mistake("believes an old answer", heeding(lambda node, reply: reply.match_index), "Nothing broke",
                "{node} knew more than {other}'s answer told. Can a follower that agreed up to there agree no more?"),
    ),
    alternatives=(heeding(),),
    nudge="Two notes are kept for each follower: how far it agrees, and what to send it next.",
    hint="Both move together, and neither goes back. An answer of another term is not an answer to this leader.",
    scaffold="def record_snapshot(node, reply):\n    peer, known = reply.sender, reply.match_index\n"
             "    if node.role.value != 'leader' or reply.term != ...:\n        return node\n    if known <= ...:\n"
             "        return node\n    notes = node.match_index.set(peer, known)\n"
             "    return replace(node, match_index=notes, next_index=...)",
    explains="The snapshot is of the leader's own log, so who has it agrees up to its end. Entries go on behind that.",
)
