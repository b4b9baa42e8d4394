"""Right rules that are not the paper's: a check that knew only one right answer would refuse them.

Each is tried where wrong variants of the same rule are caught: from the same starts, within the
same bounds.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from raftlab.raft import (
    RAFT,
    AppendEntries,
    AppendReply,
    Disk,
    Entry,
    FrozenMap,
    Log,
    Node,
    RequestVote,
    Role,
    Rules,
    VoteReply,
)
from raftlab.raft.machine import apply

from .mutants import HARMLESS, MUTANTS, STALLED, Case, Changes, paper

CASES: dict[str, Case[Any]] = {case.name: case for case in (*MUTANTS, *STALLED, *HARMLESS)}


@dataclass(frozen=True)
class Alternative:
    """A right rule, the cases `beside` which it is tried, and the lemmas that it breaks there."""

    name: str
    changes: Changes
    beside: tuple[str, ...]
    lemmas: tuple[str, ...] = ()

    @property
    def rules(self) -> Rules:
        return RAFT.but(**self.changes)


# Elections


def later_term_or_longer(node: Node, request: RequestVote) -> bool:
    if request.last_log_term != node.log.last_term:
        return request.last_log_term > node.log.last_term
    return request.last_log_index >= node.log.last_index


def follows_nobody_else(node: Node, request: RequestVote) -> bool:
    return RAFT.may_vote(node, request) and node.leader_id in (None, request.sender)


def more_than_the_others(node: Node) -> bool:
    given = sum(name in node.votes_received for name in node.configuration.members)
    return given > len(node.configuration.members) - given


def notes_every_vote(node: Node, reply: VoteReply) -> Node:
    if not reply.vote_granted or reply.term != node.current_term:
        return node
    return replace(node, votes_received=(*node.votes_received, reply.sender))


def gives_up(node: Node, reply: VoteReply) -> Node:
    after = RAFT.record_vote(node, reply)
    if after.role is not Role.CANDIDATE or reply.term != node.current_term or reply.vote_granted:
        return after
    return replace(after, role=Role.FOLLOWER, votes_received=())


def begins_with_a_no_op(node: Node) -> Node:
    after = RAFT.become_leader(node)
    return replace(after, log=after.log.append(Entry(node.current_term, None)))


def from_the_first(node: Node) -> FrozenMap[int]:
    return FrozenMap.of(dict.fromkeys(node.peers, 1))


def ignores_what_is_stale(turn, message) -> None:
    if message.term < turn.node.current_term:
        return
    RAFT.on_message(turn, message)


def says_nothing(turn, command: str) -> None:
    if turn.node.role is Role.LEADER:
        turn.become("append_command", command)


# Replication


def keeps_what_agrees(log: Log, request: AppendEntries) -> Log:
    """Put the leader's entries in their place, and keep what is behind unless some conflict."""
    old, new = log.starting_at(request.prev_log_index + 1), request.entries
    conflict = any(mine.term != theirs.term for mine, theirs in zip(old, new, strict=False))
    behind = () if conflict else old[len(new) :]
    return log.up_to(request.prev_log_index).append(*new, *behind)


def reaches_and_agrees(node: Node, request: AppendEntries) -> bool:
    prev = request.prev_log_index
    if prev == 0:
        return True
    return prev <= node.log.last_index and node.log[prev].term == request.prev_log_term


def retries(next_index: Callable[[Node, AppendReply], int]) -> Callable[..., Node]:
    """Back up to where `next_index` says, never to what is known to match."""

    def back_up(node: Node, reply: AppendReply) -> Node:
        if RAFT.back_up(node, reply) is node:
            return node
        index = max(node.match_index[reply.sender] + 1, next_index(node, reply))
        return replace(node, next_index=node.next_index.set(reply.sender, index))

    return back_up


def after_its_end(node: Node, reply: AppendReply) -> int:
    return min(reply.prev_log_index, reply.last_log_index + 1)


def past_its_term(node: Node, reply: AppendReply) -> int:
    """Skip the whole term in the way: §5.3's faster way."""
    if not reply.conflict_term:
        return after_its_end(node, reply)
    own = [i for i, e in node.log.numbered() if e.term == reply.conflict_term]
    return min(own[-1] + 1, reply.prev_log_index) if own else reply.conflict_index


def halfway(node: Node, reply: AppendReply) -> int:
    return (node.match_index[reply.sender] + 1 + reply.prev_log_index) // 2


def one_at_a_time(node: Node, peer: str) -> tuple[Entry, ...]:
    return RAFT.append_entries(node, peer).entries[:1]


def with_the_one_before(node: Node, peer: str) -> AppendEntries:
    earlier = max(1, node.next_index[peer] - 1)
    return RAFT.append_entries(replace(node, next_index=node.next_index.set(peer, earlier)), peer)


def with_entries(node: Node, peer: str) -> AppendEntries:
    return RAFT.append_entries(node, peer)


def what_is_committed_matches(node: Node, request: AppendEntries) -> int:
    return max(node.commit_index, request.last_new_index)


def briefly(node: Node, request: AppendEntries) -> AppendReply:
    return AppendReply(node.name, request.sender, node.current_term, False, request.prev_log_index)


def never_below_itself(node: Node, reply: AppendReply) -> FrozenMap[int]:
    after = RAFT.record_success(node, reply)
    if after is node:
        return node.next_index
    most = max(node.next_index[reply.sender], after.match_index[reply.sender] + 1)
    return node.next_index.set(reply.sender, most)


# Commitment


def median(node: Node) -> int:
    """What the log in the middle has, more than half of all logs have."""
    held = sorted((node.log.last_index, *node.match_index.values()), reverse=True)
    index = held[len(held) // 2]
    is_own = node.log.term_at(index) == node.current_term
    return index if node.commit_index < index and is_own else node.commit_index


def step_by_step(node: Node) -> int:
    """The first entry of its own term that a majority holds; `settle` asks again."""
    for index in range(node.commit_index + 1, node.log.last_index + 1):
        holders = [peer for peer in node.peers if index <= node.match_index[peer]]
        is_held = node.configuration.is_quorum([node.name, *holders])
        if is_held and node.log.term_at(index) == node.current_term:
            return index
    return node.commit_index


def by_the_letter(node: Node, request: AppendEntries) -> int:
    if request.leader_commit > node.commit_index:
        return min(request.leader_commit, request.last_new_index)
    return node.commit_index


def applies_all_at_once(node: Node) -> Node:
    machine = node.machine
    for index in range(node.last_applied + 1, node.commit_index + 1):
        machine = apply(machine, node.log[index].command)
    return replace(node, last_applied=node.commit_index, machine=machine)


# Persistence


def saves_anew(node: Node) -> Node:
    return replace(node, disk=Disk(node.current_term, node.voted_for, node.log))


def loses_the_whole_turn(turn, cut_short: bool) -> None:
    if cut_short:
        turn.messages.clear()
    else:
        turn.become("persist")


ALTERNATIVES = (
    Alternative(
        "compares the last terms first, step by step",
        {"log_is_up_to_date": later_term_or_longer},
        (
            "votes for any log",
            "judges a log by its last index alone",
            "judges a log by its last index first, then by its last term",
            "votes only for a log that is both as late and as long",
        ),
    ),
    Alternative(
        "votes for nobody else once it knows the leader",
        {"may_vote": follows_nobody_else},
        ("votes for everyone who asks", "forgets its vote when a leader is found"),
    ),
    Alternative(
        "wins with more votes than it lacks",
        {"wins_election": more_than_the_others},
        (
            "wins with its own vote alone",
            "needs every vote",
            "commits with half of the nodes, of four",
        ),
    ),
    Alternative(
        "notes every vote, and counts each voter once",
        {"record_vote": notes_every_vote},
        ("takes any answer for a vote",),
    ),
    Alternative(
        "gives up at the first refusal",
        {"record_vote": gives_up},
        ("takes any answer for a vote", "clears its own vote when it is refused, and gives up"),
    ),
    Alternative(
        "begins to lead with an entry of its own",
        {"become_leader": begins_with_a_no_op},
        (
            "begins to lead by dropping what is not committed",
            "begins to lead by committing its log",
        ),
    ),
    Alternative(
        "begins to lead by sending from the first entry on",
        {"become_leader": paper("become_leader", next_index=from_the_first)},
        (
            "begins to lead by dropping what is not committed",
            "believes that all logs match when it begins to lead",
        ),
    ),
    Alternative(
        "does not answer what is stale",
        {"on_message": ignores_what_is_stale},
        ("handles a message before it adopts its term",),
    ),
    Alternative(
        "builds its log anew from the first conflict",
        {"merge_entries": keeps_what_agrees},
        (
            "never truncates a conflicting tail",
            "replaces a conflicting entry and keeps those behind it",
            "truncates its log at every AppendEntries",
            "truncates its log before entries that it has",
        ),
    ),
    Alternative(
        "looks first whether its log is long enough",
        {"log_matches": reaches_and_agrees},
        (
            "accepts entries after any log",
            "accepts entries after any log that is long enough",
            "answers every heartbeat with success",
        ),
    ),
    Alternative(
        "backs up to the end of the follower's log",
        {"back_up": retries(after_its_end)},
        ("never backs up", "drops its own entry when a follower refuses"),
    ),
    Alternative(
        "backs up by whole terms",
        {"back_up": retries(past_its_term)},
        ("never backs up", "drops its own entry when a follower refuses"),
    ),
    Alternative(
        "backs up halfway",
        {"back_up": retries(halfway)},
        ("never backs up", "drops its own entry when a follower refuses"),
    ),
    Alternative(
        "backs up to what is known to match",
        {"back_up": retries(lambda node, reply: 0)},
        ("never backs up", "drops its own entry when a follower refuses"),
    ),
    Alternative(
        "sends one entry at a time",
        {"append_entries": paper("append_entries", entries=one_at_a_time)},
        (
            "leaves out the first entry that it should send",
            "sends its own term as that of the entry before",
        ),
    ),
    Alternative(
        "sends once more the entry before",
        {"append_entries": with_the_one_before},
        (
            "leaves out the first entry that it should send",
            "sends its own term as that of the entry before",
        ),
    ),
    Alternative(
        "sends entries with its heartbeats",
        {"heartbeat": with_entries},
        ("answers every heartbeat with success",),
    ),
    Alternative(
        "says that what is committed matches, too",
        {"accept_append": paper("accept_append", match_index=what_is_committed_matches)},
        ("claims to match as far as its own log reaches",),
    ),
    Alternative(
        "refuses without a word on its log",
        {"reject_append": briefly},
        ("refuses entries, then takes them all the same",),
    ),
    Alternative(
        "never lowers next_index at a success",
        {"record_success": paper("record_success", next_index=never_below_itself)},
        ("takes any success for its own last index",),
    ),
    Alternative(
        "commits what the median log holds",
        {"leader_commit_index": median},
        (
            "commits as soon as it has the entry itself",
            "commits one entry more than a majority holds",
            "commits what every node holds",
            "commits with half of the nodes, of four",
            "commits entries of an earlier term by counting",
        ),
    ),
    Alternative(
        "commits one entry of its own term after another",
        {"leader_commit_index": step_by_step},
        (
            "commits one entry more than a majority holds",
            "commits the next entry only, and only of its own term",
            "commits entries of an earlier term by counting",
        ),
    ),
    Alternative(
        "follows leader_commit by the letter of the paper",
        {"follower_commit_index": by_the_letter},
        ("takes the leader's commit_index as it is",),
        ("Monotonic Commit Index",),
    ),
    Alternative(
        "follows leader_commit up and down",
        {
            "follower_commit_index": lambda node, request: min(
                request.leader_commit, request.last_new_index
            )
        },
        (
            "takes the leader's commit_index as it is",
            "follows commit_index as far as its own log reaches",
        ),
        ("Monotonic Commit Index",),
    ),
    Alternative(
        "applies all that is committed at once",
        {"apply_next": applies_all_at_once},
        (
            "applies the last committed entry only",
            "applies the last committed entry again and again",
        ),
    ),
    Alternative(
        "says nothing to clients as a follower",
        {"on_command": says_nothing},
        ("takes commands as a follower",),
    ),
    Alternative(
        "saves everything, each time",
        {"persist": saves_anew},
        ("saves no vote for itself", "saves no entries", "saves its candidacy only once it leads"),
    ),
    Alternative(
        "loses a turn that a crash cuts short, as a whole",
        {"end_turn": loses_the_whole_turn},
        ("answers before it saves",),
        ("Monotonic Term",),
    ),
)
