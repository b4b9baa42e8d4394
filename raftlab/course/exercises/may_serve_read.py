"""Write `may_serve_read`: a read without an entry, and not stale. (§8; dissertation, §6.4)"""

# fmt: off
from dataclasses import replace

from raftlab.course.cases import Case, leader
from raftlab.course.rule import Mistake, Place, RuleExercise
from raftlab.course.starts import THEN_A_READ, one_down_and_a_client, read_once
from raftlab.modelcheck.goals import CLIENT_ANSWERED
from raftlab.raft import CLIENTS, RAFT, SAFETY, FrozenMap, Read, Reading, Role
from raftlab.raft.reads import has_committed_its_own, is_answered
from raftlab.raft.ways_to_read import READ_INDEX

RIGHT = RAFT.may_serve_read


def case(says, commit, *answered, applied=2, size=3, begun=2, role=Role.LEADER):
    node = leader(1, 2, match=(0,) * (size - 1), size=size, commit=commit)
    rounds = FrozenMap.of(dict(zip(node.peers, answered, strict=False)))
    read = Read("client1", 5, 1, "GET x", commit, begun)
    return Case(says, (replace(node, role=role, last_applied=min(applied, commit),
                               reading=Reading(2, rounds, (read,))), read))


EXERCISE = RuleExercise(
    name="may_serve_read", chapter="06_clients", place=8, title="When may a read be served?", stars=3, section="§8",
    task="Say whether `node` may answer `read` from its own machine now. `read.read_index` is its commit_index of when "
         "the read came, and `read.round` the number of the round of heartbeats that was begun then; "
         "`node.reading.answered.get(peer, 0)` is the last round that a peer has answered.",
    cases=(
        case("a majority has answered", 2, 2), case("all have answered", 2, 2, 2), case("nobody has", 2),
        case("they have answered the round before", 2, 1, 1), case("one has answered a later round", 2, 2, begun=1),
        case("nothing of the leader's term is committed", 1, 2, 2), case("it is not applied yet", 2, 2, applied=1),
        case("it leads no more", 2, 2, 2, role=Role.FOLLOWER), case("one of four has answered", 2, 2, size=5),
        case("two of four have answered", 2, 2, 2, size=5), case("two of three have answered", 2, 2, 2, size=4),
        case("one of three has answered", 2, 2, size=4)),
    places=(Place(read_once, THEN_A_READ, (CLIENT_ANSWERED,)),
            Place(one_down_and_a_client, replace(THEN_A_READ, restarts=0), (CLIENT_ANSWERED,))),
    rules=READ_INDEX, properties=(*SAFETY, *CLIENTS),
    asks="{where}, {node} and Raft differ. What does {node} know about other leaders, and about what is committed?",
    mistakes=(
        Mistake("whoever leads may", lambda node, read: node.role is Role.LEADER, "One Store",
                "{node} took itself for the leader. Who can lead a later term without {node}'s knowledge?"),
        Mistake("without an entry of its own term", lambda node, read: node.role is Role.LEADER
                and is_answered(node, read.round) and read.read_index <= node.last_applied, "One Store",
                "{node} did lead. Did it know how much was committed before it was elected?"),
        Mistake("with answers to any round", lambda node, read: RIGHT(node, replace(read, round=1)), "One Store",
                "A majority had answered {node} once. When, and when did the read come?"),
        Mistake("without any answer", lambda node, read: node.role is Role.LEADER and has_committed_its_own(node)
                and read.read_index <= node.last_applied, "One Store",
                "{node} has committed an entry of its own term. Does it lead to this day?"),
        Mistake("asks for a majority of the others", lambda node, read: RIGHT(node, read)
                and 2 * sum(read.round <= r for r in node.reading.answered.values()) > len(node.peers),
                "Safe, and unavailable", "One server is down, and nobody can read. Whom did you not count?"),
        Mistake("whatever is applied", lambda node, read: RIGHT(replace(node, last_applied=node.commit_index), read),
                "Nothing broke", "Here all that is committed is applied at once. What if it took a while?"),
    ),
    alternatives=(lambda node, read: node.role.value == "leader" and node.last_applied >= read.read_index
                  and node.log.term_at(node.commit_index) == node.current_term
                  and 2 * (1 + sum(node.reading.answered.get(p, 0) >= read.round for p in node.peers))
                  > len(node.configuration.members),),
    nudge="Two leaders can be there at once, and a new leader does not know all that was committed. Which questions "
          "rule out each?",
    hint="Four questions: does it lead; is the last entry that it knows to be committed of its own term; has a majority, "
         "itself included, answered this round or a later one; has it applied as much as the read needs?",
    scaffold="def may_serve_read(node, read):\n    answered = [p for p in node.peers if ... <= node.reading.answered.get("
             "p, 0)]\n    return (\n        node.role.value == 'leader'\n        and node.log.term_at(...) == ...\n"
             "        and 2 * (1 + len(answered)) > ...\n        and read.read_index <= ...\n    )",
    explains="An entry of its own term, committed, shows that it knows all that was committed before. A majority that "
             "answers a round begun after the read came shows that nobody else had been elected by then. So what it has "
             "applied is as new as anything the client can know of.",
)
