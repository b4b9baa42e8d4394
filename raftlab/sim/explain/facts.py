"""What was so when a rule was asked: facts about nodes and messages, each a clause.

Nothing here says what a rule should have given, so the words stay true under a learner's rules.
"""

from __future__ import annotations

from raftlab.raft import (
    AppendEntries,
    AppendReply,
    InstallSnapshot,
    Message,
    Node,
    RequestVote,
    Role,
    SnapshotReply,
    VoteReply,
)
from raftlab.sim.words import counted, entries_counted, entries_named, oneself


def majority_of(node: Node) -> int:
    """How many nodes are a majority of the node's configuration."""
    members = node.configuration.members
    enough = (n for n in range(len(members) + 1) if node.configuration.is_quorum(members[:n]))
    return next(enough, len(members))


def terms_met(node: Node, message: Message) -> str:
    """The term of a message beside the term of the node that it reaches."""
    if message.term == node.current_term:
        return f"the message is of {node.name}'s own term {node.current_term}"
    return f"the message is of term {message.term} and {node.name} is in term {node.current_term}"


def vote_cast(node: Node, request: RequestVote) -> str:
    """What the node has done with its vote when a candidate asks for it."""
    term = f"in term {node.current_term}"
    if node.voted_for is None:
        return f"{node.name} has not voted {term}"
    again = " already" if node.voted_for == request.sender else ""
    return f"{node.name} has{again} voted for {oneself(node.voted_for, node.name)} {term}"


def logs_compared(node: Node, request: RequestVote) -> str:
    """Where the node's log and the candidate's end, by the first thing in which they differ."""
    log = node.log
    if log.last_index == 0 and request.last_log_index == 0:
        return "both logs are empty"
    if log.last_index == 0:
        return f"{node.name}'s log is empty, the candidate's is not"
    if request.last_log_index == 0:
        holds = f"{node.name}'s log holds {entries_counted(log.last_index)}"
        return f"{holds}, the candidate's is empty"
    if log.last_term != request.last_log_term:
        own = f"{node.name}'s last entry has term {log.last_term}"
        return f"{own}, the candidate's has term {request.last_log_term}"
    ends = f"both logs end in term {log.last_term}"
    if log.last_index == request.last_log_index:
        return f"{ends} at index {log.last_index}"
    mine, theirs = log.last_index, request.last_log_index
    return f"{ends}, {node.name}'s at index {mine} and {request.sender}'s at index {theirs}"


def a_role(node: Node) -> str:
    """What a node is: "the leader of term 2", "a follower in term 3"."""
    if node.role is Role.LEADER:
        return f"the leader of term {node.current_term}"
    return f"a {node.role.value} in term {node.current_term}"


def votes_held(node: Node) -> str:
    """A candidate's votes beside what a majority is."""
    votes = counted(len(node.votes_received), "vote")
    size = len(node.configuration.members)
    return f"{node.name} has {votes}, and a majority of {size} is {majority_of(node)}"


def vote_uncounted(node: Node, reply: VoteReply) -> str | None:
    """What speaks against counting this vote; None if nothing that can be seen does."""
    if reply.term != node.current_term:
        what = "vote" if reply.vote_granted else "refusal"
        return f"the {what} is of term {reply.term} and {node.name} is in term {node.current_term}"
    if node.role is not Role.CANDIDATE:
        return f"{node.name} is no candidate: it is {a_role(node)}"
    if not reply.vote_granted:
        return f"{reply.sender} did not grant its vote"
    if reply.sender in node.votes_received:
        return f"{reply.sender}'s vote is counted already"
    return None


def place_before(node: Node, request: AppendEntries) -> str:
    """What the node has at the place that a leader's entries follow."""
    prev, log = request.prev_log_index, node.log
    if prev == 0 and request.prev_log_term == 0:
        return _nothing_before(request)
    wanted = f"{_what_was_sent(request)} entry {prev} of term {request.prev_log_term}"
    if prev == 0:
        return f"{wanted}, and before entry 1 there is none"
    if log.last_index < prev:
        ends = f"ends at index {log.last_index}" if log.last_index else "is empty"
        return f"{wanted}, and {node.name}'s log {ends}"
    found = log.term_at(prev)
    if found is None:
        return f"{wanted}, which {node.name} has discarded"
    if found == request.prev_log_term:
        return f"{wanted}, and {node.name} has that entry"
    return f"{wanted}, and {node.name}'s entry {prev} is of term {found}"


def _nothing_before(request: AppendEntries) -> str:
    match len(request.entries):
        case 0:
            return "the heartbeat builds on no entry, so nothing has to match"
        case 1:
            return "entry 1 is the first entry, so nothing before it has to match"
    named = entries_named(1, request.last_new_index)
    return f"{named} are the first entries, so nothing before them has to match"


def _what_was_sent(request: AppendEntries) -> str:
    if not request.entries:
        return "the heartbeat builds on"
    named = entries_named(request.prev_log_index + 1, request.last_new_index)
    return f"{named} {'follows' if len(request.entries) == 1 else 'follow'}"


def copies(leader: Node, index: int) -> int:
    """On how many nodes the leader knows entry `index` to be, itself included."""
    return 1 + sum(index <= leader.match_index.get(peer, 0) for peer in leader.peers)


def reply_unheeded(node: Node, reply: AppendReply | SnapshotReply) -> str | None:
    """What speaks against heeding an answer to a leader; None if nothing visible does."""
    if node.role is not Role.LEADER:
        return f"{node.name} is no leader: it is {a_role(node)}"
    if reply.term != node.current_term:
        return f"the reply is of term {reply.term} and {node.name} leads term {node.current_term}"
    return None


def snapshot_met(node: Node, request: InstallSnapshot) -> str:
    """What the node has at the place where a leader's snapshot ends."""
    index, log, own = request.snapshot.last_included_index, node.log, f"{node.name}'s"
    term, found = request.snapshot.last_included_term, node.log.term_at(index)
    if index <= log.prefix_index:
        return f"{own} snapshot reaches entry {log.prefix_index}"
    if found is None:
        return f"{own} log {f'ends at index {log.last_index}' if log.last_index else 'is empty'}"
    if found == term:
        return f"{node.name} has that entry {index} of term {term}"
    return f"{own} entry {index} is of term {found}, the snapshot's of term {term}"
