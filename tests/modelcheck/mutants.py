"""Wrong rules by name: those that break a property, those that stop everything, the harmless ones.

A `source` names where the mistake is known from: a number in our list of what people get wrong, an
X with a number in our list of known bugs, or "own". Depths are exact: no shorter run breaks
anything from there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Generic, TypeVar

from raftlab.course.starts import later_is_shorter, old_entries, one_holder_down
from raftlab.modelcheck import Bounds
from raftlab.raft import (
    RAFT,
    AppendEntries,
    ClientCommand,
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
from raftlab.sim import scenarios
from raftlab.sim.history import History
from raftlab.sim.script import deliver_all, perform

Changes = Mapping[str, Callable[..., object]]


@dataclass(frozen=True)
class Place:
    """Where a rule is tried."""

    start: str
    bounds: Bounds

    def begin(self) -> History:
        return STARTS[self.start]()


@dataclass(frozen=True)
class Caught(Place):
    """Where a rule breaks a property, and after how many events."""

    breaks: str
    depth: int
    source: str
    symmetry: bool | None = None


@dataclass(frozen=True)
class Stuck(Place):
    """Where, under a rule, nothing bad happens, and `never` what should."""

    never: str
    source: str


@dataclass(frozen=True)
class Safe(Place):
    """Where a rule breaks nothing, and the lemmas that it breaks all the same, if any."""

    lemmas: tuple[str, ...]
    source: str


W = TypeVar("W", bound=Place)


@dataclass(frozen=True)
class Case(Generic[W]):
    """Wrong rules by name, where they are tried with what outcome, and why that harms nobody."""

    name: str
    changes: Changes
    where: W
    why: str = ""

    @property
    def rules(self) -> Rules:
        return RAFT.but(**self.changes)


# Where they start


def old_entries_acknowledged() -> History:
    """The same as old_entries, with node3's answer arrived."""
    history = old_entries()
    deliver_all(history)
    return history


def two_keys() -> History:
    """node1 leads term 1 and has taken a command for another key than those that follow."""
    history = scenarios.leader_elected()
    perform(history, ClientCommand("node1", "SET y 1"))
    return history


STARTS: dict[str, Callable[[], History]] = {
    **scenarios.SCENARIOS,
    "fresh_4": partial(scenarios.fresh, 4),
    "leader_elected_4": partial(scenarios.leader_elected, 4),
    "old_entries_copied": old_entries,
    "old_entries_acknowledged": old_entries_acknowledged,
    "one_holder_down": one_holder_down,
    "later_is_shorter": later_is_shorter,
    "two_keys": two_keys,
}

NARROW = Bounds(terms=1, entries=1, in_flight=1, crashes=0)
NO_ENTRY = replace(NARROW, entries=0)
TWO_ENTRIES = replace(NARROW, entries=2)
A_CRASH = replace(NARROW, crashes=1)
NO_RESTART = replace(NARROW, restarts=0)
FIVE_NODES = replace(NARROW, in_flight=2, timeouts=1, commands=1)
TWO_REIGNS = replace(NARROW, terms=2, timeouts=2, depth=15)
THREE_REIGNS = replace(NO_ENTRY, terms=3, timeouts=3, commands=1)
ELECTIONS = replace(NARROW, terms=2, crashes=1)


# Shapes of wrong rules


def paper(rule: str, **otherwise: Callable[..., object]) -> Callable[..., object]:
    """The paper's rule, but for some fields of what it gives."""

    def changed(*arguments: object) -> object:
        fields = {field: of(*arguments) for field, of in otherwise.items()}
        return replace(getattr(RAFT, rule)(*arguments), **fields)

    return changed


def as_it_was(field: str) -> Callable[..., object]:
    return lambda node, *about: getattr(node, field)


def counts_votes(*, of_any_term=False, refusals=False, twice=False) -> Callable[..., Node]:
    def record_vote(node: Node, reply: VoteReply) -> Node:
        right_term = of_any_term or reply.term == node.current_term
        is_new = twice or reply.sender not in node.votes_received
        granted = reply.vote_granted or refusals
        if node.role is not Role.CANDIDATE or not (right_term and is_new and granted):
            return node
        return replace(node, votes_received=(*node.votes_received, reply.sender))

    return record_vote


def size(node: Node) -> int:
    return len(node.configuration.members)


def commits_where(enough: Callable[[Node, int], bool], *, any_term=False) -> Callable[..., int]:
    """Commit the last entry that `enough` others hold, as a number of them decides."""

    def leader_commit_index(node: Node) -> int:
        for index in reversed(range(node.commit_index + 1, node.log.last_index + 1)):
            holders = sum(index <= node.match_index[peer] for peer in node.peers)
            right_term = any_term or node.log.term_at(index) == node.current_term
            if right_term and enough(node, holders):
                return index
        return node.commit_index

    return leader_commit_index


def is_majority(node: Node, others: int) -> bool:
    return 2 * (1 + others) > size(node)


def takes_match_index(claim: Callable[..., int]) -> Callable[..., Node]:
    def record_success(node: Node, reply: object) -> Node:
        if node.role is not Role.LEADER or reply.term != node.current_term:
            return node
        return RAFT.record_success(node, replace(reply, match_index=claim(node, reply)))

    return record_success


def follows(index: Callable[[AppendEntries], int]) -> Callable[..., int]:
    return lambda node, request: max(node.commit_index, index(request))


def all_at(node: Node, index: int) -> FrozenMap[int]:
    return FrozenMap.of(dict.fromkeys(node.peers, index))


# Standing for election


def keeps_its_votes(node: Node) -> tuple[str, ...]:
    return (*(name for name in node.votes_received if name != node.name), node.name)


def half_win(node: Node) -> bool:
    return 2 * len(node.votes_received) >= size(node)


def counts_every_vote(node: Node) -> bool:
    return 2 * len(node.votes_received) > size(node)


STANDING = (
    Case(
        "wins with its own vote alone",
        {"wins_election": lambda node: len(node.votes_received) >= 1},
        Caught("one_node_down", NARROW, "Election Safety", 3, "own"),
    ),
    Case(
        "wins with half of the votes",
        {"wins_election": half_win},
        Caught("fresh_4", NARROW, "Election Safety", 6, "own"),
    ),
    Case(
        "counts one voter twice",
        {"record_vote": counts_votes(twice=True), "wins_election": counts_every_vote},
        Caught(
            "fresh_4",
            replace(NARROW, in_flight=2, duplicates=2, timeouts=2),
            "Election Safety",
            10,
            "6",
        ),
    ),
    Case(
        "counts votes of an earlier term",
        {"record_vote": counts_votes(of_any_term=True)},
        Caught("fresh", replace(NARROW, terms=2), "Election Safety", 7, "7"),
    ),
    Case(
        "keeps its votes when it stands again",
        {"start_election": paper("start_election", votes_received=keeps_its_votes)},
        Caught("fresh_4", replace(NARROW, terms=2), "Election Safety", 12, "7"),
    ),
    Case(
        "takes any answer for a vote",
        {"record_vote": counts_votes(refusals=True)},
        Caught("one_node_down", NARROW, "Election Safety", 7, "own"),
    ),
    Case(
        "stands without a new term",
        {"start_election": paper("start_election", current_term=as_it_was("current_term"))},
        Caught("fresh", replace(NARROW, in_flight=2), "Election Safety", 6, "own"),
    ),
    Case(
        "counts a vote for itself that it may still give away",
        {"start_election": paper("start_election", voted_for=lambda node: None)},
        Caught("one_node_down", NARROW, "Election Safety", 7, "28"),
    ),
)


# Voting


def by_index_alone(node: Node, request: RequestVote) -> bool:
    return request.last_log_index >= node.log.last_index


def by_term_alone(node: Node, request: RequestVote) -> bool:
    return request.last_log_term >= node.log.last_term


def by_index_first(node: Node, request: RequestVote) -> bool:
    candidate = (request.last_log_index, request.last_log_term)
    return candidate >= (node.log.last_index, node.log.last_term)


def by_either(node: Node, request: RequestVote) -> bool:
    return by_term_alone(node, request) or by_index_alone(node, request)


def candidate_gives_its_vote_away(node: Node, request: RequestVote) -> bool:
    return node.role is Role.CANDIDATE or RAFT.may_vote(node, request)


def nil_is_node1(node: Node, request: RequestVote) -> bool:
    return node.voted_for in (None, "node1", request.sender)


def any_leader_clears_the_vote(node: Node, request: AppendEntries) -> str | None:
    return node.voted_for if node.role is Role.LEADER else None


VOTING = (
    Case(
        "votes for everyone who asks",
        {"may_vote": lambda node, request: True},
        Caught("one_node_down", NARROW, "Election Safety", 7, "own"),
    ),
    Case(
        "votes, and does not remember for whom",
        {"grant_vote": lambda node, request: node},
        Caught("one_node_down", NARROW, "Election Safety", 7, "26"),
    ),
    Case(
        "votes for others while it is a candidate",
        {"may_vote": candidate_gives_its_vote_away},
        Caught("split_vote", NARROW, "Election Safety", 7, "own"),
    ),
    Case(
        "takes node1 for nobody",
        {"may_vote": nil_is_node1},
        Caught("fresh", replace(NARROW, in_flight=2), "Election Safety", 6, "X09", symmetry=False),
    ),
    Case(
        "forgets its vote when a leader is found",
        {"recognize_leader": paper("recognize_leader", voted_for=any_leader_clears_the_vote)},
        Caught("one_node_down", NARROW, "Election Safety", 8, "8"),
    ),
    Case(
        "votes for any log",
        {"log_is_up_to_date": lambda node, request: True},
        Caught("leader_elected", NARROW, "Leader Completeness", 7, "own"),
    ),
    Case(
        "judges a log by its last index alone",
        {"log_is_up_to_date": by_index_alone},
        Caught("deposed_leader", NO_ENTRY, "Leader Completeness", 8, "5"),
    ),
    Case(
        "judges a log by its last term alone",
        {"log_is_up_to_date": by_term_alone},
        Caught("leader_elected", replace(TWO_ENTRIES, terms=2), "Leader Completeness", 10, "5"),
    ),
    Case(
        "judges a log by its last index first, then by its last term",
        {"log_is_up_to_date": by_index_first},
        Caught("deposed_leader", TWO_REIGNS, "Leader Completeness", 9, "5"),
    ),
    Case(
        "is content if either the last term or the last index is high enough",
        {"log_is_up_to_date": by_either},
        Caught("deposed_leader", NO_ENTRY, "Leader Completeness", 8, "5"),
    ),
)


# Terms


def handles_then_adopts(turn, message) -> None:
    handlers = {
        RequestVote: "on_request_vote",
        VoteReply: "on_vote_reply",
        AppendEntries: "on_append_entries",
    }
    turn.run(handlers.get(type(message), "on_append_reply"), message)
    turn.become("adopt_newer_term", message)


def leader_adopts_nothing(node: Node, message) -> Node:
    return node if node.role is Role.LEADER else RAFT.adopt_newer_term(node, message)


def adopts_any_term(node: Node, message) -> Node:
    if message.term == node.current_term:
        return node
    return RAFT.adopt_newer_term(replace(node, current_term=-1), message)


def empties_its_log(node: Node, message) -> Log:
    return Log() if node.current_term < message.term else node.log


def drops_the_uncommitted(node: Node, message) -> Log:
    return node.log.up_to(node.commit_index) if node.current_term < message.term else node.log


TERMS = (
    Case(
        "handles a message before it adopts its term",
        {"on_message": handles_then_adopts},
        Caught("deposed_leader", NO_ENTRY, "Leader Append-Only", 2, "4"),
    ),
    Case(
        "takes no request for stale",
        {"is_stale": lambda node, message: False},
        Caught("deposed_leader", NO_ENTRY, "Leader Append-Only", 2, "14"),
    ),
    Case(
        "leads on in a newer term",
        {
            "adopt_newer_term": paper(
                "adopt_newer_term",
                role=as_it_was("role"),
                next_index=as_it_was("next_index"),
                match_index=as_it_was("match_index"),
            )
        },
        Caught("leader_elected", NARROW, "Election Safety", 3, "own"),
    ),
    Case(
        "leads on as if there were no newer term",
        {"adopt_newer_term": leader_adopts_nothing},
        Caught("deposed_leader", NO_ENTRY, "Leader Append-Only", 2, "own"),
    ),
    Case(
        "adopts an older term, too",
        {"adopt_newer_term": adopts_any_term},
        Caught("leader_elected", NO_ENTRY, "Election Safety", 8, "18"),
    ),
    Case(
        "starts a new term with an empty log",
        {"adopt_newer_term": paper("adopt_newer_term", log=empties_its_log)},
        Caught("leader_elected", NARROW, "Commit Within Log", 6, "own"),
    ),
    Case(
        "starts a new term with what it knows to be committed",
        {"adopt_newer_term": paper("adopt_newer_term", log=drops_the_uncommitted)},
        Caught("leader_elected", NARROW, "Leader Completeness", 7, "own"),
    ),
)


# Taking office


def keeps_match_index(node: Node) -> FrozenMap[int]:
    return node.match_index or all_at(node, 0)


def leads_from(node: Node, **fields: object) -> Node:
    return RAFT.become_leader(replace(node, **fields))


def restamps_its_log(node: Node) -> Node:
    entries = tuple(replace(entry, term=node.current_term) for entry in node.log.entries)
    return leads_from(node, log=Log(entries))


TAKING_OFFICE = (
    Case(
        "believes what it knew of others when it last led",
        {
            "become_leader": paper("become_leader", match_index=keeps_match_index),
            "adopt_newer_term": paper("adopt_newer_term", match_index=as_it_was("match_index")),
        },
        Caught("old_entries_acknowledged", THREE_REIGNS, "Leader Completeness", 13, "19"),
    ),
    Case(
        "begins to lead by dropping what is not committed",
        {"become_leader": lambda node: leads_from(node, log=node.log.up_to(node.commit_index))},
        Caught("leader_elected", TWO_ENTRIES, "Leader Completeness", 7, "own"),
    ),
    Case(
        "begins to lead by committing its log",
        {"become_leader": lambda node: leads_from(node, commit_index=node.log.last_index)},
        Caught("deposed_leader", TWO_REIGNS, "Leader Completeness", 9, "21"),
    ),
    Case(
        "begins to lead by dating its log anew",
        {"become_leader": restamps_its_log},
        Caught("leader_elected", NARROW, "Leader Completeness", 7, "own"),
    ),
)


# Leading


def dates_as_before(node: Node, command: str) -> Node:
    return replace(node, log=node.log.append(Entry(max(1, node.log.last_term), command)))


def dates_ahead(node: Node, command: str) -> Node:
    return replace(node, log=node.log.append(Entry(node.current_term + 1, command)))


def writes_over(node: Node, command: str) -> Node:
    kept = node.log.up_to(node.commit_index)
    return replace(node, log=kept.append(Entry(node.current_term, command)))


def dated_anew(node: Node, peer: str) -> tuple[Entry, ...]:
    entries = RAFT.append_entries(node, peer).entries
    return tuple(replace(entry, term=node.current_term) for entry in entries)


def all_but_the_first(node: Node, peer: str) -> tuple[Entry, ...]:
    return RAFT.append_entries(node, peer).entries[1:]


def gives_in(node: Node, reply) -> Log:
    backs_up = RAFT.back_up(node, reply) != node
    return node.log.up_to(max(0, reply.prev_log_index - 1)) if backs_up else node.log


def heeds_old_replies(node: Node, reply) -> Node:
    if node.role is not Role.LEADER:
        return node
    return RAFT.record_success(node, replace(reply, term=node.current_term))


LEADING = (
    Case(
        "takes commands as a follower",
        {"on_command": lambda turn, command: turn.become("append_command", command)},
        Caught("leader_elected", NARROW, "Log Matching", 2, "own"),
    ),
    Case(
        "writes over its own uncommitted entries",
        {"append_command": writes_over},
        Caught("leader_elected", TWO_ENTRIES, "Leader Append-Only", 2, "own"),
    ),
    Case(
        "dates an entry like the one before it",
        {"append_command": dates_as_before},
        Caught("leader_elected", NARROW, "Log Matching", 5, "own"),
    ),
    Case(
        "dates its entries ahead",
        {"append_command": dates_ahead},
        Caught("deposed_leader", TWO_REIGNS, "Leader Completeness", 9, "24"),
    ),
    Case(
        "sends old entries as if they were of its own term",
        {"append_entries": paper("append_entries", entries=dated_anew)},
        Caught("leader_elected", NARROW, "State Machine Safety", 12, "own"),
    ),
    Case(
        "leaves out the first entry that it should send",
        {"append_entries": paper("append_entries", entries=all_but_the_first)},
        Caught("leader_elected", TWO_ENTRIES, "Log Matching", 4, "24"),
    ),
    Case(
        "drops its own entry when a follower refuses",
        {"back_up": paper("back_up", log=gives_in)},
        Caught("leader_elected", NARROW, "Leader Append-Only", 8, "own"),
    ),
    Case(
        "takes any success for its own last index",
        {"record_success": takes_match_index(lambda node, reply: node.log.last_index)},
        Caught("leader_elected", NARROW, "Leader Completeness", 7, "16"),
    ),
    Case(
        "takes any success for its next_index",
        {"record_success": takes_match_index(lambda node, reply: node.next_index[reply.sender])},
        Caught("leader_elected", NARROW, "Leader Completeness", 7, "16"),
    ),
    Case(
        "heeds replies of an earlier term",
        {"record_success": heeds_old_replies},
        Caught(
            "old_entries_copied",
            replace(THREE_REIGNS, in_flight=2),
            "Leader Completeness",
            14,
            "18",
        ),
    ),
)


# Following


def is_long_enough(node: Node, request: AppendEntries) -> bool:
    return request.prev_log_index <= node.log.last_index


def past_the_end_matches(node: Node, request: AppendEntries) -> bool:
    return node.log.term_at(request.prev_log_index) in (None, request.prev_log_term)


def heartbeats_match(node: Node, request: AppendEntries) -> bool:
    return not request.entries or RAFT.log_matches(node, request)


def refuses_and_carries_on(turn, request: AppendEntries) -> None:
    if turn.ask("is_stale", request) or not turn.ask("log_matches", request):
        turn.send("reject_append", request)
    else:
        turn.send("accept_append", request)
    turn.become("recognize_leader", request)
    turn.merge("merge_entries", request)
    turn.commit("follower_commit_index", request)


def commits_before_it_matches(turn, request: AppendEntries) -> None:
    if not turn.ask("is_stale", request):
        turn.commit("follower_commit_index", request)
    RAFT.on_append_entries(turn, request)


def up_to_its_end(node: Node, request: AppendEntries) -> int:
    return max(node.commit_index, min(request.leader_commit, node.log.last_index))


def never_truncates(log: Log, request: AppendEntries) -> Log:
    return log.append(*request.entries[max(0, log.last_index - request.prev_log_index) :])


def keeps_the_tail(log: Log, request: AppendEntries) -> Log:
    before, after = log.up_to(request.prev_log_index), log.entries[request.last_new_index :]
    return before.append(*request.entries, *after)


def truncates(log: Log, request: AppendEntries) -> Log:
    return log.up_to(request.prev_log_index).append(*request.entries)


def truncates_for_entries(log: Log, request: AppendEntries) -> Log:
    return truncates(log, request) if request.entries else log


def truncates_for_heartbeats(log: Log, request: AppendEntries) -> Log:
    return RAFT.merge_entries(log, request) if request.entries else truncates(log, request)


def appends_blindly(log: Log, request: AppendEntries) -> Log:
    return log.append(*request.entries)


FOLLOWING = (
    Case(
        "accepts entries after any log",
        {"log_matches": lambda node, request: True},
        Caught("leader_elected", NARROW, "Commit Within Log", 10, "13"),
    ),
    Case(
        "accepts entries after any log that is long enough",
        {"log_matches": is_long_enough},
        Caught("deposed_leader", NO_ENTRY, "State Machine Safety", 9, "13"),
    ),
    Case(
        "accepts entries past the end of its log",
        {"log_matches": past_the_end_matches},
        Caught("leader_elected", NARROW, "Commit Within Log", 10, "13"),
    ),
    Case(
        "answers every heartbeat with success",
        {"log_matches": heartbeats_match},
        Caught("leader_elected", NARROW, "Commit Within Log", 10, "11"),
    ),
    Case(
        "refuses entries, then takes them all the same",
        {"on_append_entries": refuses_and_carries_on},
        Caught("deposed_leader", NO_ENTRY, "Leader Append-Only", 2, "14"),
    ),
    Case(
        "believes the leader_commit of entries that it refuses",
        {"on_append_entries": commits_before_it_matches, "follower_commit_index": up_to_its_end},
        Caught("leader_elected", NARROW, "Committed Log Append-Only", 10, "14"),
    ),
    Case(
        "never truncates a conflicting tail",
        {"merge_entries": never_truncates},
        Caught("deposed_leader", NO_ENTRY, "State Machine Safety", 5, "own"),
    ),
    Case(
        "replaces a conflicting entry and keeps those behind it",
        {"merge_entries": keeps_the_tail},
        Caught("old_entries_acknowledged", NO_ENTRY, "Log Matching", 6, "own"),
    ),
    Case(
        "truncates its log at every AppendEntries",
        {"merge_entries": truncates},
        Caught("leader_elected", NARROW, "Commit Within Log", 8, "12"),
    ),
    Case(
        "truncates its log at a heartbeat",
        {"merge_entries": truncates_for_heartbeats},
        Caught("leader_elected", NARROW, "Commit Within Log", 8, "12, X01"),
    ),
    Case(
        "truncates its log before entries that it has",
        {"merge_entries": truncates_for_entries},
        Caught(
            "leader_elected", replace(TWO_ENTRIES, in_flight=2), "Commit Within Log", 9, "12, X02"
        ),
    ),
    Case(
        "appends what it has once more",
        {"merge_entries": appends_blindly},
        Caught("leader_elected", TWO_ENTRIES, "Log Matching", 6, "own"),
    ),
    Case(
        "takes the leader's commit_index as it is",
        {"follower_commit_index": follows(lambda request: request.leader_commit)},
        Caught("leader_elected", TWO_ENTRIES, "Commit Within Log", 6, "15"),
    ),
    Case(
        "follows commit_index as far as its own log reaches",
        {"follower_commit_index": up_to_its_end},
        Caught("deposed_leader", NO_ENTRY, "State Machine Safety", 5, "15, X03"),
    ),
    Case(
        "takes one entry too many for committed",
        {
            "follower_commit_index": follows(
                lambda request: min(request.leader_commit + 1, request.last_new_index)
            )
        },
        Caught("leader_elected_5", FIVE_NODES, "Leader Completeness", 8, "15"),
    ),
    Case(
        "takes what it stores for committed",
        {"follower_commit_index": follows(lambda request: request.last_new_index)},
        Caught("leader_elected_5", FIVE_NODES, "Leader Completeness", 8, "25"),
    ),
    Case(
        "claims to match as far as its own log reaches",
        {"accept_append": paper("accept_append", match_index=lambda node, _: node.log.last_index)},
        Caught("deposed_leader", NO_ENTRY, "Leader Completeness", 6, "16"),
    ),
)


# Committing and applying


def one_too_many(node: Node) -> int:
    index = RAFT.leader_commit_index(node)
    return min(index + 1, node.log.last_index) if node.commit_index < index else index


def skips_to_the_last(node: Node) -> Node:
    index = node.commit_index
    return replace(node, last_applied=index, machine=apply(node.machine, node.log[index].command))


def applies_the_last_each_time(node: Node) -> Node:
    machine = apply(node.machine, node.log[node.commit_index].command)
    return replace(node, last_applied=node.last_applied + 1, machine=machine)


COMMITTING = (
    Case(
        "commits entries of an earlier term by counting",
        {"leader_commit_index": commits_where(is_majority, any_term=True)},
        Caught("deposed_leader", TWO_REIGNS, "Leader Completeness", 14, "21, X04"),
    ),
    Case(
        "commits entries of an earlier term by counting, in Figure 8 (c)",
        {"leader_commit_index": commits_where(is_majority, any_term=True)},
        Caught(
            "figure_8_c",
            replace(FIVE_NODES, entries=0, commands=0),
            "Leader Completeness",
            8,
            "21, X04",
        ),
    ),
    Case(
        "commits as soon as it has the entry itself",
        {"leader_commit_index": lambda node: node.log.last_index},
        Caught("leader_elected", NARROW, "Leader Completeness", 4, "own"),
    ),
    Case(
        "counts itself twice",
        {"leader_commit_index": commits_where(lambda node, others: 2 * (2 + others) > size(node))},
        Caught("leader_elected", NARROW, "Leader Completeness", 4, "22"),
    ),
    Case(
        "commits with one follower, however many there are",
        {"leader_commit_index": commits_where(lambda node, others: others >= 1)},
        Caught("leader_elected_5", FIVE_NODES, "Leader Completeness", 9, "22"),
    ),
    Case(
        "commits one entry more than a majority holds",
        {"leader_commit_index": one_too_many},
        Caught("leader_elected", TWO_ENTRIES, "Leader Completeness", 8, "own"),
    ),
    Case(
        "tells followers that all it has is committed",
        {
            "append_entries": paper(
                "append_entries", leader_commit=lambda node, _: node.log.last_index
            )
        },
        Caught("leader_elected_5", FIVE_NODES, "Leader Completeness", 8, "25"),
    ),
    Case(
        "applies what is not committed",
        {"may_apply": lambda node: node.last_applied < node.log.last_index},
        Caught("leader_elected", NARROW, "Commit Within Log", 1, "25"),
    ),
    Case(
        "applies the last committed entry only",
        {"apply_next": skips_to_the_last},
        Caught("two_keys", NARROW, "State Machine Is Fold", 4, "own"),
    ),
    Case(
        "applies the last committed entry again and again",
        {"apply_next": applies_the_last_each_time},
        Caught("leader_elected", TWO_ENTRIES, "State Machine Is Fold", 5, "own"),
    ),
    Case(
        "counts entries as applied without applying them",
        {"apply_next": lambda node: replace(node, last_applied=node.last_applied + 1)},
        Caught("leader_elected", NARROW, "State Machine Is Fold", 4, "own"),
    ),
)


# Persisting


def saves(**otherwise: Callable[[Node], object]) -> Callable[[Node], Node]:
    def persist(node: Node) -> Node:
        disk = Disk(node.current_term, node.voted_for, node.log)
        return replace(node, disk=replace(disk, **{f: of(node) for f, of in otherwise.items()}))

    return persist


def only_votes_for_others(node: Node) -> str | None:
    return None if node.voted_for == node.name else node.voted_for


def loses_its_last_entry(node: Node) -> Log:
    return node.disk.log.up_to(max(0, node.disk.log.last_index - 1))


def leader_saves_no_entries(node: Node) -> Log:
    return node.disk.log if node.role is Role.LEADER else node.log


def sends_before_it_saves(turn, cut_short: bool) -> None:
    if not cut_short:
        turn.become("persist")


PERSISTING = (
    Case(
        "forgets its vote when it restarts",
        {"restart": paper("restart", voted_for=lambda node: None)},
        Caught("split_vote", A_CRASH, "Election Safety", 8, "26, X08"),
    ),
    Case(
        "forgets its term when it restarts",
        {"restart": paper("restart", current_term=lambda node: 0)},
        Caught("split_vote", A_CRASH, "Election Safety", 8, "26"),
    ),
    Case(
        "loses the end of its log when it restarts",
        {"restart": paper("restart", log=loses_its_last_entry)},
        Caught("leader_elected", A_CRASH, "Committed Log Append-Only", 5, "27"),
    ),
    Case(
        "keeps last_applied when it restarts, and not its machine",
        {"restart": paper("restart", last_applied=as_it_was("last_applied"))},
        Caught("leader_elected", A_CRASH, "State Machine Is Fold", 5, "30"),
    ),
    Case(
        "keeps its machine when it restarts, and not last_applied",
        {"restart": paper("restart", machine=as_it_was("machine"))},
        Caught("leader_elected", A_CRASH, "State Machine Is Fold", 5, "30"),
    ),
    Case(
        "saves no vote",
        {"persist": saves(voted_for=lambda node: None)},
        Caught("split_vote", A_CRASH, "Election Safety", 8, "26"),
    ),
    Case(
        "saves no vote for itself",
        {"persist": saves(voted_for=only_votes_for_others)},
        Caught("split_vote", A_CRASH, "Election Safety", 8, "28"),
    ),
    Case(
        "saves no term",
        {"persist": saves(current_term=lambda node: 0)},
        Caught("split_vote", A_CRASH, "Election Safety", 8, "28"),
    ),
    Case(
        "saves no entries",
        {"persist": saves(log=lambda node: node.disk.log)},
        Caught("leader_elected", A_CRASH, "Leader Completeness", 8, "27"),
    ),
    Case(
        "saves no entries while it leads",
        {"persist": saves(log=leader_saves_no_entries)},
        Caught("leader_elected", A_CRASH, "Leader Completeness", 9, "27"),
    ),
    Case(
        "answers before it saves",
        {"end_turn": sends_before_it_saves},
        Caught("split_vote", A_CRASH, "Election Safety", 7, "29"),
    ),
)

MUTANTS: tuple[Case[Caught], ...] = (
    *STANDING,
    *VOTING,
    *TERMS,
    *TAKING_OFFICE,
    *LEADING,
    *FOLLOWING,
    *COMMITTING,
    *PERSISTING,
)


# Safe, since nothing happens

A_LEADER, A_COMMIT = "a leader is elected", "an entry is committed"


def is_better(node: Node, request: RequestVote) -> bool:
    candidate = (request.last_log_term, request.last_log_index)
    return candidate > (node.log.last_term, node.log.last_index)


def by_both(node: Node, request: RequestVote) -> bool:
    return by_term_alone(node, request) and by_index_alone(node, request)


def new_term_once(node: Node) -> int:
    return node.current_term + (node.role is Role.FOLLOWER)


def stands_in_silence(turn) -> None:
    turn.become("start_election")


def next_if_of_its_term(node: Node) -> int:
    following = node.commit_index + 1
    is_own = node.log.term_at(following) == node.current_term
    return min(following, RAFT.leader_commit_index(node)) if is_own else node.commit_index


STALLED: tuple[Case[Stuck], ...] = (
    Case(
        "votes for nobody",
        {"may_vote": lambda node, request: False},
        Stuck("fresh", NARROW, A_LEADER, "own"),
    ),
    Case(
        "votes only for a better log than its own",
        {"log_is_up_to_date": is_better},
        Stuck("fresh", NARROW, A_LEADER, "5"),
    ),
    Case(
        "votes only for a log that is both as late and as long",
        {"log_is_up_to_date": by_both},
        Stuck("later_is_shorter", NO_RESTART, A_LEADER, "5"),
    ),
    Case(
        "keeps its vote in a newer term",
        {"adopt_newer_term": paper("adopt_newer_term", voted_for=as_it_was("voted_for"))},
        Stuck("split_vote", NARROW, A_LEADER, "own"),
    ),
    Case(
        "adopts no newer term",
        {"adopt_newer_term": lambda node, message: node},
        Stuck("fresh", NARROW, A_LEADER, "10"),
    ),
    Case(
        "stands once, and never again",
        {"may_start_election": lambda node: node.role is Role.FOLLOWER},
        Stuck("split_vote", NARROW, A_LEADER, "3"),
    ),
    Case(
        "stands again in the same term",
        {"start_election": paper("start_election", current_term=new_term_once)},
        Stuck("split_vote", NARROW, A_LEADER, "3"),
    ),
    Case(
        "stands, and asks nobody",
        {"on_timeout": stands_in_silence},
        Stuck("fresh", NARROW, A_LEADER, "own"),
    ),
    Case(
        "needs every vote",
        {"wins_election": lambda node: len(node.votes_received) == size(node)},
        Stuck("one_node_down", NO_RESTART, A_LEADER, "own"),
    ),
    Case(
        "needs a majority of the others' votes",
        {"wins_election": lambda node: 2 * len(node.votes_received) > size(node) + 1},
        Stuck("one_node_down", NO_RESTART, A_LEADER, "22"),
    ),
    Case(
        "commits by a majority of the followers",
        {"leader_commit_index": commits_where(lambda node, others: 2 * others > len(node.peers))},
        Stuck("one_node_down", NO_RESTART, A_COMMIT, "22"),
    ),
    Case(
        "commits what every node holds",
        {"leader_commit_index": commits_where(lambda node, others: others == len(node.peers))},
        Stuck("one_node_down", NO_RESTART, A_COMMIT, "22"),
    ),
    Case(
        "commits the next entry only, and only of its own term",
        {"leader_commit_index": next_if_of_its_term},
        Stuck("one_holder_down", NO_RESTART, A_COMMIT, "21"),
    ),
    Case(
        "takes any success for what it sent before",
        {
            "record_success": takes_match_index(
                lambda node, reply: node.next_index[reply.sender] - 1
            )
        },
        Stuck("leader_elected", NARROW, A_COMMIT, "16"),
    ),
    Case(
        "believes that all logs match when it begins to lead",
        {
            "become_leader": paper(
                "become_leader", match_index=lambda node: all_at(node, node.log.last_index)
            )
        },
        Stuck("one_holder_down", NO_RESTART, A_COMMIT, "19"),
    ),
    Case(
        "never backs up",
        {"back_up": lambda node, reply: node},
        Stuck("one_holder_down", NO_RESTART, A_COMMIT, "own"),
    ),
    Case(
        "sends its own term as that of the entry before",
        {
            "append_entries": paper(
                "append_entries", prev_log_term=lambda node, _: node.current_term
            )
        },
        Stuck("leader_elected", NARROW, A_COMMIT, "own"),
    ),
    Case(
        "accepts entries only after the last of its log",
        {
            "log_matches": lambda node, request: (
                RAFT.log_matches(node, request) and request.prev_log_index == node.log.last_index
            )
        },
        Stuck("later_is_shorter", NO_RESTART, A_COMMIT, "12"),
    ),
    Case(
        "applies nothing",
        {"may_apply": lambda node: False},
        Stuck("leader_elected", NARROW, "it is applied", "own"),
    ),
    Case(
        "never believes that its leader commits",
        {"follower_commit_index": lambda node, request: node.commit_index},
        Stuck("leader_elected", NARROW, "a follower learns of it", "own"),
    ),
)


# Wrong by the letter, and safe


def clears_its_own_vote(node: Node, request: AppendEntries) -> str | None:
    return None if node.role is Role.CANDIDATE else node.voted_for


def gives_up(node: Node, reply: VoteReply) -> Node:
    refused = reply.term == node.current_term and not reply.vote_granted
    if node.role is not Role.CANDIDATE or not refused:
        return RAFT.record_vote(node, reply)
    return replace(node, role=Role.FOLLOWER, voted_for=None, votes_received=())


def stays_a_candidate(node: Node, request: AppendEntries) -> Role:
    return node.role if node.role is Role.CANDIDATE else RAFT.recognize_leader(node, request).role


def goes_on_as_a_candidate(node: Node, message) -> Node:
    after = RAFT.adopt_newer_term(node, message)
    if node.role is not Role.CANDIDATE:
        return after
    return replace(after, role=node.role, votes_received=node.votes_received)


def requests_depose(node: Node, message) -> Node:
    is_request = isinstance(message, RequestVote | AppendEntries)
    return RAFT.adopt_newer_term(node, message) if is_request else node


def only_entries_are_stale(node: Node, message) -> bool:
    return isinstance(message, AppendEntries) and RAFT.is_stale(node, message)


def anyone_counts(node: Node, reply: VoteReply) -> Node:
    counted = RAFT.record_vote(replace(node, role=Role.CANDIDATE), reply)
    return replace(node, votes_received=counted.votes_received)


def believes_the_latest(node: Node, reply) -> Node:
    after = RAFT.record_success(node, reply)
    if after is node:
        return node
    return replace(after, match_index=after.match_index.set(reply.sender, reply.match_index))


def backs_up_at_any_refusal(node: Node, reply) -> Node:
    if node.role is not Role.LEADER:
        return node
    next_index = max(1, node.next_index[reply.sender] - 1)
    return replace(node, next_index=node.next_index.set(reply.sender, next_index))


def keeps_next_index(node: Node) -> FrozenMap[int]:
    return node.next_index or all_at(node, node.log.last_index + 1)


def saves_once_it_leads(node: Node) -> Node:
    return node if node.role is Role.CANDIDATE else RAFT.persist(node)


def applies_twice(node: Node) -> Node:
    after = RAFT.apply_next(node)
    return replace(after, machine=apply(after.machine, after.log[after.last_applied].command))


DURABLE = ("Monotonic Term", "Message Term Bound", "Durable Before Reply")

HARMLESS: tuple[Case[Safe], ...] = (
    Case(
        "begins to wait anew whatever it hears",
        {"resets_election_timer": lambda node, message: True},
        Safe("deposed_leader", NARROW, (), "1, 2"),
        (
            "Safety never depends on time: here a timer may run out at any moment. It is late "
            "elections that this rule brings."
        ),
    ),
    Case(
        "clears its own vote when it gives way to the leader of its term",
        {"recognize_leader": paper("recognize_leader", voted_for=clears_its_own_vote)},
        Safe("fresh", ELECTIONS, ("Vote Once Per Term",), "8"),
        (
            "The vote that it may give again was its own, and its candidacy is over. Those who "
            "made the leader keep theirs, so nobody else finds a majority."
        ),
    ),
    Case(
        "clears its own vote when it is refused, and gives up",
        {"record_vote": gives_up},
        Safe("fresh", ELECTIONS, ("Vote Once Per Term",), "8"),
        (
            "It no longer counts votes in this term, so its own counts for nobody until it gives "
            "it away."
        ),
    ),
    Case(
        "stays a candidate when it hears of its term's leader",
        {"recognize_leader": paper("recognize_leader", role=stays_a_candidate)},
        Safe("fresh", ELECTIONS, (), "own"),
        (
            "A majority has voted for the leader, so it can no longer win; and it takes the "
            "leader's entries all the same."
        ),
    ),
    Case(
        "stays a candidate in a newer term",
        {"adopt_newer_term": goes_on_as_a_candidate},
        Safe("fresh", ELECTIONS, (), "own"),
        "It has asked nobody for a vote in that term, so it gets none.",
    ),
    Case(
        "counts votes when it is no candidate",
        {"record_vote": anyone_counts},
        Safe("fresh", ELECTIONS, (), "7"),
        "Only a candidate looks at its votes, and whoever stands begins anew with its own.",
    ),
    Case(
        "wins with half of the votes, of three",
        {"wins_election": half_win},
        Safe("fresh", ELECTIONS, (), "own"),
        "Half of three rounded up is a majority. Four nodes tell.",
    ),
    Case(
        "commits with half of the nodes, of four",
        {"leader_commit_index": commits_where(lambda node, others: 2 * (1 + others) >= size(node))},
        Safe(
            "leader_elected_4", replace(FIVE_NODES, timeouts=None), ("Committed At Majority",), "22"
        ),
        "Whoever is elected has three votes of four, and so one of the two that hold the entry.",
    ),
    Case(
        "is deposed by requests only",
        {"adopt_newer_term": requests_depose},
        Safe("deposed_leader", NARROW, (), "18"),
        "It counts no answer of another term, and learns of the newer one from the next request.",
    ),
    Case(
        "takes no RequestVote for stale",
        {"is_stale": only_entries_are_stale},
        Safe("fresh", ELECTIONS, (), "own"),
        "The answer is of the newer term, and ends the candidacy: the vote is only wasted.",
    ),
    Case(
        "saves its candidacy only once it leads",
        {"persist": saves_once_it_leads},
        Safe("fresh", ELECTIONS, DURABLE, "28"),
        (
            "A crash that loses its vote loses the votes it has collected, too. It must not "
            "forget what it led, or granted."
        ),
    ),
    Case(
        "believes the latest answer, even if it says less",
        {"record_success": believes_the_latest},
        Safe("leader_elected", replace(NARROW, in_flight=2), ("Monotonic Match Index",), "16"),
        "It only knows less than it could: what is committed stays so.",
    ),
    Case(
        "backs up at any refusal",
        {"back_up": backs_up_at_any_refusal},
        Safe("deposed_leader", NARROW, (), "17"),
        "A next_index that is too low costs only time: what is sent again is there already.",
    ),
    Case(
        "begins to lead with the next_index of its last reign",
        {
            "become_leader": paper("become_leader", next_index=keeps_next_index),
            "adopt_newer_term": paper("adopt_newer_term", next_index=as_it_was("next_index")),
        },
        Safe("old_entries_acknowledged", replace(NO_ENTRY, terms=2), (), "19, 20"),
        "A wrong next_index is only slow: the consistency check refuses what does not fit.",
    ),
    Case(
        "keeps commit_index when it restarts",
        {"restart": paper("restart", commit_index=as_it_was("commit_index"))},
        Safe("leader_elected", A_CRASH, (), "30"),
        "What it takes for committed is on its disk when the turn ends, and stays committed.",
    ),
    Case(
        "keeps its role when it restarts",
        {
            "restart": paper(
                "restart",
                role=as_it_was("role"),
                leader_id=as_it_was("leader_id"),
                votes_received=as_it_was("votes_received"),
                next_index=as_it_was("next_index"),
                match_index=as_it_was("match_index"),
            )
        },
        Safe("leader_elected", A_CRASH, ("Role Transitions",), "30"),
        (
            "Its term, its vote and its log are those with which it had the role; it was only "
            "silent for a while."
        ),
    ),
    Case(
        "applies each entry twice",
        {"apply_next": applies_twice},
        Safe("leader_elected", TWO_ENTRIES, (), "32"),
        "Setting a key twice to one value is setting it once. A machine that counts would tell.",
    ),
)
