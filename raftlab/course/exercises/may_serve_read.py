"""Write `may_serve_read`: a read without an entry, and not stale. (§8; dissertation, §6.4)"""

# fmt: off
from dataclasses import replace

from raftlab.course.cases import read_case as case
from raftlab.course.rule import Mistake, Place, RuleExercise
from raftlab.course.starts import THEN_A_READ, one_down_and_a_client, read_once
from raftlab.modelcheck.goals import CLIENT_ANSWERED
from raftlab.raft import CLIENTS, RAFT, SAFETY, Role
from raftlab.raft.reads import is_answered
from raftlab.raft.ways_to_read import READ_INDEX

RIGHT, ANSWERED = RAFT.may_serve_read, (CLIENT_ANSWERED,)

EXERCISE = RuleExercise(
    name="may_serve_read", chapter="06_clients", place=8, title="When may a read be served?", stars=3, section="§8",
    task="May `node` answer `read` from its own machine now? `read.read_index` is its commit_index of when the read "
    "came, `read.round` the round begun then; `node.reading.answered.get(peer, 0)` the last that a peer has answered.",
    cases=(case("a majority has answered", 2, 2), case("all have answered", 2, 2, 2), case("nobody has answered", 2),
           case("all have answered the round before", 2, 1, 1), case("one has answered a later round", 2, 2, begun=1),
           case("it is not applied yet", 2, 2, applied=1), case("it leads no more", 2, 2, 2, role=Role.FOLLOWER),
           case("nothing of its term is committed", 1, 2, 2), case("the read is older than its commit", 2, 2, index=1),
           case("two of four have answered", 2, 2, 2, size=5), case("one of three has answered", 2, 2, size=4)),
    places=(Place(read_once, THEN_A_READ, ANSWERED), Place(one_down_and_a_client, replace(
        THEN_A_READ, restarts=0), ANSWERED)), rules=READ_INDEX, properties=(*SAFETY, *CLIENTS),
    asks="{where}, {node} and Raft differ. What does {node} know about other leaders, and about what is committed?",
    mistakes=(
        Mistake("whoever leads may", lambda node, read: node.role is Role.LEADER, "One Store",
                "{node} took itself for the leader. Who can lead a later term without {node}'s knowledge?"),
        Mistake("without an entry of its own term", lambda node, read: node.role is Role.LEADER and is_answered(
                node, read.round) and read.read_index <= node.last_applied, "One Store",
                "{node} did lead. Did it know how much was committed before it was elected?"),
        Mistake("with answers to any round", lambda node, read: RIGHT(node, replace(read, round=1)),
                "One Store", "A majority had answered {node} once. When, and when did the read come?"),
        Mistake("asks for a majority of the others", lambda node, read: RIGHT(node, read) and 2 * sum(
                read.round <= r for r in node.reading.answered.values()) > len(node.peers), "Safe, and unavailable",
                "One server is down, and nobody can read. Whom did you not count?"),
        Mistake("whatever is applied", lambda node, read: RIGHT(replace(node, last_applied=node.commit_index), read),
                "Nothing broke", "Here all that is committed is applied at once. What if it took a while?")),
    alternatives=(lambda node, read: node.role.value == "leader" and node.last_applied >= read.read_index
                  and node.log.term_at(node.commit_index) == node.current_term and len(node.peers) < 1 + 2 * sum(
                      node.reading.answered.get(p, 0) >= read.round for p in node.peers),),
    nudge="Two can lead at once, and a new one need not know all that was committed. Which questions rule out each?",
    hint="Does it lead; is the last entry that it knows to be committed of its own term; has a majority, itself "
         "included, answered this round or a later one; has it applied as much as the read needs?",
    scaffold="def may_serve_read(node, read):\n    answered = [p for p in node.peers if ...]\n    return (\n        "
             "node.role.value == 'leader'\n        and node.log.term_at(...) == ...\n        and 2 * (1 + len(answered)"
             ") > ...\n        and read.read_index <= ...\n    )",
    explains="An entry of its own term, committed, shows that it knows all that was committed before. A majority that "
             "answers a round begun after the read came shows that nobody else had been elected by then.",
)
