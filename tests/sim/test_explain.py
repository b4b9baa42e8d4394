"""The sentences of `explain`: one row for every event and outcome, and what holds of them all."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from raftlab.raft import (
    RAFT,
    AppendReply,
    ClientCommand,
    Cluster,
    Crash,
    Cut,
    Delay,
    Deliver,
    Drop,
    Duplicate,
    Event,
    FrozenMap,
    Heal,
    Heartbeat,
    Log,
    Node,
    Partition,
    Replicate,
    RequestVote,
    Restart,
    Rules,
    Step,
    Timeout,
    VoteReply,
    enabled,
    step,
)
from raftlab.raft.rules import RULE_NAMES
from raftlab.sim.explain import (
    RULE_CITATIONS,
    Explanation,
    RuleLine,
    explain,
    explain_firing,
    explain_last_rule,
    why_nothing_happened,
)
from raftlab.sim.explain.citations import citation_of
from raftlab.sim.explain.rules import purpose
from raftlab.sim.words import say_event
from tests.raft.clusters import NAMES, append, candidate, cluster, leader, node
from tests.raft.runs import drive

LONGEST_HEADLINE = 130
LONGEST_REASON = 215


def trio(*first: Node) -> list[Node]:
    """Three nodes, the given ones first."""
    return [*first, *(node(name) for name in NAMES[len(first) : 3])]


def ask(term: int, last_log_index: int = 0, last_log_term: int = 0) -> RequestVote:
    return RequestVote("node2", "node1", term, last_log_index, last_log_term)


def success(match_index: int, peer: str = "node2", term: int = 1) -> AppendReply:
    return AppendReply(peer, "node1", term, True, 0, match_index)


def refusal(prev_log_index: int, term: int = 1, **fields: int) -> AppendReply:
    return AppendReply("node2", "node1", term, False, prev_log_index, **fields)


def nexts(*indexes: int) -> FrozenMap[int]:
    """The next_index (or match_index) of node1 for node2 and those after it."""
    return FrozenMap.of(dict(zip(NAMES[1:], indexes, strict=False)))


matches = nexts


# The leader of term 4 has entry 2, of term 2, on two nodes, and hears from the third.
FIGURE_8_C = leader(
    "node1",
    *(1, 2, 4),
    size=5,
    commit_index=1,
    last_applied=1,
    match_index=matches(2, 0, 0, 0),
)


def happen(nodes: Sequence[Node], event: Event, rules: Rules = RAFT) -> Step:
    """One event in a cluster of these nodes, the message that it is about in flight."""
    about = event.during if isinstance(event, Crash) and event.during else event
    network = (about.message,) if isinstance(about, Deliver | Drop | Duplicate) else ()
    return step(cluster(*nodes, network=network), event, rules)


# One event in a cluster of these nodes (the message that it is about is in flight), and what
# `explain` says of it: headline, reason, citation.
SENTENCES: dict[str, tuple[list[Node], Event, str, str, str]] = {
    "timeout_of_a_follower": (
        trio(),
        Timeout("node1"),
        "node1's election timer runs out: it stands for election in term 1.",
        (
            "It heard from no leader in time, so it enters term 1, votes for itself and asks "
            "node2 and node3 for their votes (§5.2)."
        ),
        "§5.2",
    ),
    "timeout_of_a_candidate": (
        trio(candidate("node1", current_term=1)),
        Timeout("node1"),
        "node1's election timer runs out again: it stands for election in term 2.",
        (
            "It saw no winner of term 1 in time, so it enters term 2, votes for itself and "
            "asks node2 and node3 for their votes (§5.2)."
        ),
        "§5.2",
    ),
    "timeout_of_the_only_node": (
        [node("node1", size=1)],
        Timeout("node1"),
        "node1 becomes leader of term 1 with 1 vote of 1.",
        "It has its own vote, and a majority of 1 is 1 (§5.2).",
        "§5.2",
    ),
    "timeout_in_a_large_cluster": (
        [node(name, size=9) for name in NAMES],
        Timeout("node1"),
        "node1's election timer runs out: it stands for election in term 1.",
        (
            "It heard from no leader in time, so it enters term 1, votes for itself and asks "
            "all others for their votes (§5.2)."
        ),
        "§5.2",
    ),
    "vote_granted": (
        trio(),
        Deliver(ask(1)),
        "node1 votes for node2 in term 1.",
        "It enters term 1 and has no vote in it yet; both logs are empty (§5.2, §5.4.1).",
        "§5.2, §5.4.1",
    ),
    "vote_granted_by_a_later_last_term": (
        trio(node("node1", 1, 1), candidate("node2", 1, 2, current_term=3)),
        Deliver(ask(3, 2, 2)),
        "node1 votes for node2 in term 3.",
        (
            "It enters term 3 and has no vote in it yet; node1's last entry has term 1, the "
            "candidate's has term 2 (§5.2, §5.4.1)."
        ),
        "§5.2, §5.4.1",
    ),
    "vote_granted_once_more": (
        trio(node("node1", current_term=1, voted_for="node2")),
        Deliver(ask(1)),
        "node1 grants node2 its vote of term 1 once more.",
        "node1 has already voted for node2 in term 1; both logs are empty (§5.2, §5.4.1).",
        "§5.2, §5.4.1",
    ),
    "vote_granted_by_a_leader_that_steps_down": (
        trio(leader("node1", 1)),
        Deliver(ask(2, 1, 1)),
        "node1 steps down as leader and votes for node2 in term 2.",
        (
            "It enters term 2 and has no vote in it yet; both logs end in term 1 at index 1 "
            "(§5.2, §5.4.1)."
        ),
        "§5.2, §5.4.1",
    ),
    "vote_refused_to_an_old_term": (
        trio(node("node1", current_term=3)),
        Deliver(ask(2)),
        "node1 refuses node2 its vote: the request is of an old term.",
        "The message is of term 2 and node1 is in term 3 (§5.1).",
        "§5.1",
    ),
    "vote_refused_as_cast_for_another": (
        trio(node("node1", current_term=1, voted_for="node3")),
        Deliver(ask(1)),
        "node1 refuses node2 its vote: it has voted already.",
        "node1 has voted for node3 in term 1, and a node has one vote a term (§5.2).",
        "§5.2",
    ),
    "vote_refused_as_cast_for_itself": (
        trio(candidate("node1", current_term=1)),
        Deliver(ask(1)),
        "node1 refuses node2 its vote: it has voted already.",
        "node1 has voted for itself in term 1, and a node has one vote a term (§5.2).",
        "§5.2",
    ),
    "vote_refused_by_the_last_term": (
        trio(node("node1", 1, 2)),
        Deliver(ask(3, 2, 1)),
        "node1 refuses node2 its vote: node2's log is behind its own.",
        (
            "node1's last entry has term 2, the candidate's has term 1 (§5.4.1). node1 is now"
            " in term 3."
        ),
        "§5.4.1",
    ),
    "vote_refused_by_the_last_index": (
        trio(node("node1", 1, 1)),
        Deliver(ask(2, 1, 1)),
        "node1 refuses node2 its vote: node2's log is behind its own.",
        (
            "Both logs end in term 1, node1's at index 2 and node2's at index 1 (§5.4.1). "
            "node1 is now in term 2."
        ),
        "§5.4.1",
    ),
    "vote_refused_to_an_empty_log": (
        trio(node("node1", 1)),
        Deliver(ask(1)),
        "node1 refuses node2 its vote: node2's log is behind its own.",
        "node1's log holds 1 entry, the candidate's is empty (§5.4.1).",
        "§5.4.1",
    ),
    "vote_refused_by_a_leader_that_steps_down": (
        trio(leader("node1", 1, 1)),
        Deliver(ask(2, 1, 1)),
        "node1 steps down as leader and refuses node2 its vote: node2's log is behind its own.",
        (
            "Both logs end in term 1, node1's at index 2 and node2's at index 1 (§5.4.1). "
            "node1 is now in term 2."
        ),
        "§5.4.1",
    ),
    "vote_counted": (
        [candidate("node1", current_term=1, size=5)],
        Deliver(VoteReply("node2", "node1", 1, True)),
        "node1 counts node2's vote: 2 votes of 5.",
        "node1 has 2 votes, and a majority of 5 is 3 (§5.2).",
        "§5.2",
    ),
    "vote_that_makes_a_leader": (
        trio(candidate("node1", current_term=1)),
        Deliver(VoteReply("node2", "node1", 1, True)),
        "node1 becomes leader of term 1 with 2 votes of 3.",
        (
            "node1 and node2 voted for it, and a majority of 3 is 2; heartbeats go to node2 "
            "and node3 (§5.2)."
        ),
        "§5.2",
    ),
    "vote_not_given": (
        trio(candidate("node1", current_term=1)),
        Deliver(VoteReply("node2", "node1", 1, False)),
        "node2 refuses node1 its vote in term 1.",
        "node1 has 1 vote, and a majority of 3 is 2; a refusal counts for nothing (§5.2).",
        "§5.2",
    ),
    "refusal_to_vote_of_an_old_term": (
        trio(candidate("node1", current_term=2)),
        Deliver(VoteReply("node2", "node1", 1, False)),
        "node1 ignores node2's refusal.",
        "The refusal is of term 1 and node1 is in term 2 (§5.2).",
        "§5.2",
    ),
    "vote_that_makes_a_leader_of_two": (
        [candidate("node1", current_term=1, size=2), node("node2", size=2)],
        Deliver(VoteReply("node2", "node1", 1, True)),
        "node1 becomes leader of term 1 with 2 votes of 2.",
        (
            "node1 and node2 voted for it, and a majority of 2 is 2; a heartbeat goes to node2 "
            "(§5.2)."
        ),
        "§5.2",
    ),
    "vote_of_an_old_term": (
        trio(candidate("node1", current_term=2)),
        Deliver(VoteReply("node2", "node1", 1, True)),
        "node1 ignores node2's vote.",
        "The vote is of term 1 and node1 is in term 2 (§5.2).",
        "§5.2",
    ),
    "vote_for_one_who_leads_already": (
        trio(leader("node1", current_term=1)),
        Deliver(VoteReply("node3", "node1", 1, True)),
        "node1 ignores node3's vote.",
        "node1 is no candidate: it is the leader of term 1 (§5.2).",
        "§5.2",
    ),
    "vote_for_one_who_gave_up": (
        trio(node("node1", current_term=1, voted_for="node1")),
        Deliver(VoteReply("node3", "node1", 1, True)),
        "node1 ignores node3's vote.",
        "node1 is no candidate: it is a follower in term 1 (§5.2).",
        "§5.2",
    ),
    "vote_counted_already": (
        [candidate("node1", current_term=1, size=5, votes_received=("node1", "node2"))],
        Deliver(VoteReply("node2", "node1", 1, True)),
        "node1 ignores node2's vote.",
        "node2's vote is counted already (§5.2).",
        "§5.2",
    ),
    "vote_reply_of_a_newer_term": (
        trio(candidate("node1", current_term=1)),
        Deliver(VoteReply("node2", "node1", 3, False)),
        "node1 learns of term 3 and steps down as candidate.",
        "node2's reply is of term 3 and node1 was in term 1: the newer one counts (§5.1).",
        "§5.1",
    ),
    "vote_reply_of_a_newer_term_to_a_follower": (
        trio(node("node1", current_term=1)),
        Deliver(VoteReply("node2", "node1", 3, False)),
        "node1 learns of term 3 and enters it.",
        "node2's reply is of term 3 and node1 was in term 1: the newer one counts (§5.1).",
        "§5.1",
    ),
    "command_appended": (
        trio(leader("node1", current_term=1)),
        ClientCommand("node1", "SET x 1"),
        "node1 appends SET x 1 as entry 1 of term 1.",
        (
            "A leader writes commands into its own log first; entry 1 is on 1 of 3 nodes: not"
            " committed yet (§5.3)."
        ),
        "§5.3",
    ),
    "command_committed_by_the_only_node": (
        [leader("node1", 1, size=1)],
        ClientCommand("node1", "SET x 1"),
        "node1 appends SET x 1 as entry 2 of term 1, commits entries 1 and 2 and applies them.",
        (
            "Entry 2, of node1's own term 1, is on 1 of 1 node; a majority is 1 (§5.3). The state "
            "machine applies SET x1 t1, SET x 1."
        ),
        "§5.3",
    ),
    "command_too_long_to_show": (
        trio(leader("node1", 1)),
        ClientCommand("node1", "SET key " + 60 * "v"),
        "node1 appends SET key vvvvvvvvvvvvvvvvvvv… as entry 2 of term 1.",
        (
            "A leader writes commands into its own log first; entry 2 is on 1 of 3 nodes: not"
            " committed yet (§5.3)."
        ),
        "§5.3",
    ),
    "command_refused_naming_the_leader": (
        trio(node("node1", current_term=1, leader_id="node2")),
        ClientCommand("node1", "SET x 1"),
        "node1 refuses SET x 1: it is no leader.",
        "Only a leader takes commands; node1 names node2, whom it believes to lead (§8).",
        "§8",
    ),
    "command_refused_knowing_no_leader": (
        trio(candidate("node1", current_term=1)),
        ClientCommand("node1", "SET x 1"),
        "node1 refuses SET x 1: it is no leader.",
        "Only a leader takes commands, and node1 knows of none: the client must ask others (§8).",
        "§8",
    ),
    "entries_sent_to_one": (
        trio(leader("node1", 1, 1, next_index=nexts(2, 3))),
        Replicate("node1", "node2"),
        "node1 sends entry 2 to node2.",
        "node2's next_index is 2, and node1's log ends at index 2 (§5.3).",
        "§5.3",
    ),
    "entries_sent_to_all": (
        trio(leader("node1", 1, 1, next_index=nexts(2, 2))),
        Replicate("node1"),
        "node1 sends entry 2 to node2 and node3.",
        (
            "node2's next_index is 2, node3's next_index is 2, and node1's log ends at index "
            "2 (§5.3)."
        ),
        "§5.3",
    ),
    "different_entries_sent_to_all": (
        trio(leader("node1", 1, 1, next_index=nexts(1, 2))),
        Replicate("node1"),
        "node1 sends the entries they lack to node2 and node3.",
        (
            "node2's next_index is 1, node3's next_index is 2, and node1's log ends at index "
            "2 (§5.3)."
        ),
        "§5.3",
    ),
    "heartbeat_to_one": (
        trio(leader("node1", 1)),
        Heartbeat("node1", "node3"),
        "node1 sends a heartbeat to node3.",
        (
            "It carries no entries, only the word that node1 leads term 1 and that commit_index "
            "is 0 (§5.2)."
        ),
        "§5.2",
    ),
    "heartbeats_to_all": (
        trio(leader("node1", 1, commit_index=1, last_applied=1)),
        Heartbeat("node1"),
        "node1 sends heartbeats to node2 and node3.",
        (
            "They carry no entries, only the word that node1 leads term 1 and that commit_index "
            "is 1 (§5.2)."
        ),
        "§5.2",
    ),
    "entries_of_an_old_term": (
        trio(node("node1", current_term=2)),
        Deliver(append((0, 0), 1)),
        "node1 refuses node2's entries: they are of an old term.",
        "The message is of term 1 and node1 is in term 2; the reply says so (§5.1).",
        "§5.1",
    ),
    "heartbeat_of_an_old_term": (
        trio(node("node1", current_term=2)),
        Deliver(append()),
        "node1 refuses node2's heartbeat: it is of an old term.",
        "The message is of term 1 and node1 is in term 2; the reply says so (§5.1).",
        "§5.1",
    ),
    "heartbeat_from_a_new_leader": (
        trio(node("node1", current_term=1)),
        Deliver(append()),
        "node1 hears a heartbeat from node2, leader of term 1.",
        "Its election timer starts anew; from now on it follows node2 (§5.2).",
        "§5.2",
    ),
    "heartbeat_of_a_newer_term": (
        trio(leader("node1", 1)),
        Deliver(append((0, 0), term=2)),
        "node1 steps down as leader and hears a heartbeat from node2, leader of term 2.",
        (
            "Its election timer starts anew; from now on it follows node2 (§5.2). node1 is "
            "now in term 2."
        ),
        "§5.2",
    ),
    "heartbeat_again": (
        trio(node("node1", current_term=1, leader_id="node2")),
        Deliver(append()),
        "node1 hears a heartbeat from node2, leader of term 1.",
        (
            "Its election timer starts anew; it follows node2 already, and leader_commit 0 is no "
            "news (§5.2)."
        ),
        "§5.2",
    ),
    "heartbeat_to_a_candidate": (
        trio(candidate("node1", current_term=1)),
        Deliver(append()),
        "node1 steps down as candidate and hears a heartbeat from node2, leader of term 1.",
        "Its election timer starts anew; from now on it follows node2 (§5.2).",
        "§5.2",
    ),
    "heartbeat_that_shows_too_little_agreement": (
        trio(node("node1", current_term=1, leader_id="node2")),
        Deliver(append(commit=2)),
        "node1 hears a heartbeat from node2, leader of term 1.",
        (
            "node2 has committed up to index 2, but the logs are known to agree only up to "
            "index 0: commit_index stays 0 (§5.3)."
        ),
        "§5.3",
    ),
    "commit_index_moves": (
        trio(node("node1", 1, 1, leader_id="node2")),
        Deliver(append((2, 1), commit=2)),
        "node1 learns that entries 1 and 2 are committed and applies them.",
        (
            "node2 has committed up to index 2, and node1's log is known to agree with node2's "
            "up to index 2 (Fig. 2, AppendEntries 5). The state machine applies SET x1 t1, "
            "SET x2 t1."
        ),
        "Fig. 2, AppendEntries 5",
    ),
    "entries_missing_before": (
        trio(node("node1", 1, leader_id="node2")),
        Deliver(append((2, 1), 1)),
        "node1 refuses node2's entries: it has no entry 2.",
        "Entry 3 follows entry 2 of term 1, and node1's log ends at index 1 (§5.3).",
        "§5.3",
    ),
    "entries_after_an_empty_log": (
        trio(node("node1", current_term=1)),
        Deliver(append((1, 1), 1, 1)),
        "node1 refuses node2's entries: it has no entry 1.",
        "Entries 2 and 3 follow entry 1 of term 1, and node1's log is empty (§5.3).",
        "§5.3",
    ),
    "entries_after_another_term": (
        trio(node("node1", 1, 1, current_term=3)),
        Deliver(append((2, 2), 3, term=3)),
        "node1 refuses node2's entries: its entry 2 is of another term.",
        "Entry 3 follows entry 2 of term 2, and node1's entry 2 is of term 1 (§5.3).",
        "§5.3",
    ),
    "entries_after_a_discarded_one": (
        trio(node("node1", current_term=1, log=Log(prefix_index=3, prefix_term=1))),
        Deliver(append((1, 1), 1)),
        "node1 refuses node2's entries: it has discarded entry 1.",
        "Entry 2 follows entry 1 of term 1, which node1 has discarded (§5.3).",
        "§5.3",
    ),
    "first_entry_added": (
        trio(node("node1", current_term=1)),
        Deliver(append((0, 0), 1)),
        "node1 appends entry 1.",
        "Entry 1 is the first entry, so nothing before it has to match (§5.3).",
        "§5.3",
    ),
    "first_entries_added": (
        trio(),
        Deliver(append((0, 0), 1, 1)),
        "node1 appends entries 1 and 2.",
        (
            "Entries 1 and 2 are the first entries, so nothing before them has to match (§5.3). "
            "node1 is now in term 1."
        ),
        "§5.3",
    ),
    "entries_added": (
        trio(node("node1", 1)),
        Deliver(append((1, 1), 1, 1)),
        "node1 appends entries 2 and 3.",
        "Entries 2 and 3 follow entry 1 of term 1, and node1 has that entry (§5.3).",
        "§5.3",
    ),
    "entry_added_and_committed": (
        trio(node("node1", 1)),
        Deliver(append((1, 1), 1, commit=1)),
        "node1 appends entry 2; entry 1 is now committed and applied.",
        (
            "Entry 2 follows entry 1 of term 1, and node1 has that entry (§5.3). The state "
            "machine applies SET x1 t1."
        ),
        "§5.3",
    ),
    "conflicting_entries_replaced": (
        trio(node("node1", 1, 1, 1, current_term=2)),
        Deliver(append((1, 1), 2, term=2)),
        "node1 deletes its entries 2 and 3 and appends entry 2.",
        (
            "Its entry 2 was of term 1, node2's is of term 2: a conflicting entry goes, with "
            "all after it (§5.3)."
        ),
        "§5.3",
    ),
    "entries_already_there_and_committed": (
        trio(node("node1", 1, 1, leader_id="node2")),
        Deliver(append((0, 0), 1, 1, commit=1)),
        "node1 already has entries 1 and 2, learns that entry 1 is committed and applies it.",
        (
            "node2 has committed up to index 1, and node1's log is known to agree with node2's up "
            "to index 2 (Fig. 2, AppendEntries 5). The state machine applies SET x1 t1."
        ),
        "Fig. 2, AppendEntries 5",
    ),
    "conflicting_entries_replaced_at_a_leader": (
        trio(leader("node1", 1, 1)),
        Deliver(append((1, 1), 2, term=2)),
        "node1 steps down as leader, deletes its entry 2 and appends entry 2.",
        (
            "Its entry 2 was of term 1, node2's is of term 2: a conflicting entry goes, with all "
            "after it (§5.3). node1 is now in term 2."
        ),
        "§5.3",
    ),
    "entries_already_there": (
        trio(node("node1", 1, 1, leader_id="node2")),
        Deliver(append((0, 0), 1, 1)),
        "node1 already has entries 1 and 2 and adds nothing.",
        "What agrees with the leader's log stays as it is (§5.3).",
        "§5.3",
    ),
    "success_that_commits": (
        trio(leader("node1", 1, 1)),
        Deliver(success(2)),
        "node1 commits entries 1 and 2 and applies them.",
        (
            "Entry 2, of node1's own term 1, is on 2 of 3 nodes; a majority is 2 (§5.3, "
            "§5.4.2). The state machine applies SET x1 t1, SET x2 t1."
        ),
        "§5.3, §5.4.2",
    ),
    "success_short_of_a_majority": (
        [leader("node1", 1, 1, size=5)],
        Deliver(success(2)),
        "node2 answers node1's AppendEntries; node1 notes that their logs agree up to index 2.",
        "Entry 2 is on 2 of 5 nodes, and a majority is 3 (§5.3).",
        "§5.3",
    ),
    "success_on_entries_of_an_older_term": (
        [FIGURE_8_C],
        Deliver(success(2, "node3", term=4)),
        "node3 answers node1's AppendEntries; node1 notes that their logs agree up to index 2.",
        (
            "Entry 2 of term 2 is on 3 of 5 nodes, as far as node1 knows; node1 leads term 4, and "
            "by counting Raft commits only a leader's own term (§5.4.2)."
        ),
        "§5.4.2",
    ),
    "success_with_all_committed": (
        trio(leader("node1", 1, commit_index=1, last_applied=1, match_index=matches(1, 0))),
        Deliver(success(1, "node3")),
        "node3 answers node1's AppendEntries; node1 notes that their logs agree up to index 1.",
        "node1 has committed its whole log already (§5.3).",
        "§5.3",
    ),
    "success_known_already": (
        trio(leader("node1", 1, commit_index=1, last_applied=1, match_index=matches(1, 1))),
        Deliver(success(1)),
        "node2 answers node1's AppendEntries; node1 learns nothing new.",
        "node1 has committed its whole log already (§5.3).",
        "§5.3",
    ),
    "success_of_a_heartbeat_that_taught_nothing": (
        trio(leader("node1", 1, commit_index=1, last_applied=1, match_index=matches(1, 1))),
        Deliver(AppendReply("node2", "node1", 1, True, 1, 1)),
        "node2 answers node1's heartbeat; node1 learns nothing new.",
        "node1 has committed its whole log already (§5.3).",
        "§5.3",
    ),
    "success_with_an_empty_log": (
        trio(leader("node1", current_term=1)),
        Deliver(AppendReply("node2", "node1", 1, True, 0, 0)),
        "node2 answers node1's heartbeat; node1 learns nothing new.",
        "node1's log is empty: there is nothing to commit (§5.3).",
        "§5.3",
    ),
    "success_of_an_old_term": (
        trio(leader("node1", 1, current_term=2)),
        Deliver(success(1)),
        "node1 ignores node2's success.",
        "The reply is of term 1 and node1 leads term 2 (§5.3).",
        "§5.3",
    ),
    "success_to_one_who_no_longer_leads": (
        trio(node("node1", 1)),
        Deliver(success(1)),
        "node1 ignores node2's success.",
        "node1 is no leader: it is a follower in term 1 (§5.3).",
        "§5.3",
    ),
    "refusal_for_a_missing_entry": (
        trio(leader("node1", 1, 1)),
        Deliver(refusal(2, last_log_index=1)),
        "node1 moves node2's next_index from 3 to 2 and tries again.",
        "node2 has no entry 2 to build upon: its log ends at index 1 (§5.3).",
        "§5.3",
    ),
    "refusal_by_an_empty_log": (
        trio(leader("node1", 1, 1)),
        Deliver(refusal(2)),
        "node1 moves node2's next_index from 3 to 2 and tries again.",
        "node2 has no entry 2 to build upon: its log is empty (§5.3).",
        "§5.3",
    ),
    "refusal_for_another_term": (
        trio(leader("node1", 1, 3)),
        Deliver(refusal(2, term=3, last_log_index=2, conflict_term=2, conflict_index=2)),
        "node1 moves node2's next_index from 3 to 2 and tries again.",
        "node2's entry 2 is of term 2: the logs differ there (§5.3).",
        "§5.3",
    ),
    "refusal_that_names_nothing": (
        trio(leader("node1", 1)),
        Deliver(refusal(1, last_log_index=2)),
        "node1 moves node2's next_index from 2 to 1 and tries again.",
        "node2 refused what follows index 1; its log ends at index 2 (§5.3).",
        "§5.3",
    ),
    "refusal_that_names_an_earlier_entry": (
        trio(leader("node1", 1, 1, 3)),
        Deliver(refusal(3, term=3, last_log_index=3, conflict_term=2, conflict_index=2)),
        "node1 moves node2's next_index from 4 to 3 and tries again.",
        "node2 refused what follows index 3, and names its entry 2, of term 2 (§5.3).",
        "§5.3",
    ),
    "refusal_of_an_older_request": (
        trio(leader("node1", 1, 1, next_index=nexts(1, 3))),
        Deliver(refusal(2, last_log_index=1)),
        "node1 ignores node2's refusal: it is an old one.",
        "It answers what followed index 2, and node2's next_index is 1 by now (§5.3).",
        "§5.3",
    ),
    "refusal_of_a_newer_term": (
        trio(leader("node1", 1)),
        Deliver(refusal(1, term=2)),
        "node1 learns of term 2 and steps down as leader.",
        "node2's reply is of term 2 and node1 was in term 1: the newer one counts (§5.1).",
        "§5.1",
    ),
    "refusal_of_what_is_known_to_match": (
        trio(leader("node1", 1, 1, commit_index=2, last_applied=2, match_index=matches(2, 0))),
        Deliver(refusal(2)),
        "node1 ignores node2's refusal.",
        "node2 is known to agree up to index 2; next_index stays 3 (§5.3).",
        "§5.3",
    ),
    "crash_of_a_leader": (
        trio(leader("node1", 1, commit_index=1, last_applied=1, machine=FrozenMap.of({"x": "1"}))),
        Crash("node1"),
        "node1 crashes.",
        (
            "The disk keeps term 1, the vote for itself and 1 entry; what is lost: being "
            "leader, commit_index 1, the state machine (Fig. 2, State)."
        ),
        "Fig. 2, State",
    ),
    "crash_of_a_new_node": (
        trio(),
        Crash("node1"),
        "node1 crashes.",
        "The disk keeps term 0, no vote and no entries (Fig. 2, State).",
        "Fig. 2, State",
    ),
    "crash_in_the_middle_of_a_turn": (
        trio(),
        Crash("node1", Deliver(ask(1))),
        "node1 crashes in the middle of a turn, before any message leaves.",
        (
            "The disk keeps term 1, the vote for node2 and no entries; node1's vote for node2 "
            "never leaves (Fig. 2, State). Until then: node1 votes for node2 in term 1."
        ),
        "Fig. 2, State",
    ),
    "crash_of_a_candidate_before_it_asks": (
        trio(),
        Crash("node1", Timeout("node1")),
        "node1 crashes in the middle of a turn, before any message leaves.",
        (
            "The disk keeps term 1, the vote for itself and no entries; its RequestVotes to node2 "
            "and node3 never leave (Fig. 2, State). Until then: node1's election timer runs out: "
            "it stands for election in term 1."
        ),
        "Fig. 2, State",
    ),
    "crash_of_a_leader_before_it_tells": (
        trio(leader("node1", 1)),
        Crash("node1", Heartbeat("node1")),
        "node1 crashes in the middle of a turn, before any message leaves.",
        (
            "The disk keeps term 1, the vote for itself and 1 entry; its heartbeats to node2 and "
            "node3 never leave (Fig. 2, State). Until then: node1 sends heartbeats to node2 and "
            "node3."
        ),
        "Fig. 2, State",
    ),
    "crash_of_a_leader_before_it_sends": (
        trio(leader("node1", 1, next_index=nexts(1, 1))),
        Crash("node1", Replicate("node1")),
        "node1 crashes in the middle of a turn, before any message leaves.",
        (
            "The disk keeps term 1, the vote for itself and 1 entry; its AppendEntries to node2 "
            "and node3 never leave (Fig. 2, State). Until then: node1 sends entry 1 to node2 "
            "and node3."
        ),
        "Fig. 2, State",
    ),
    "crash_with_nothing_to_send": (
        trio(leader("node1", 1)),
        Crash("node1", ClientCommand("node1", "SET x 1")),
        "node1 crashes in the middle of a turn, before any message leaves.",
        (
            "The disk keeps term 1, the vote for itself and 2 entries; it had nothing to send "
            "(Fig. 2, State). Until then: node1 appends SET x 1 as entry 2 of term 1."
        ),
        "Fig. 2, State",
    ),
    "restart": (
        trio(replace(node("node1", 1, 1), up=False)),
        Restart("node1"),
        "node1 restarts in term 1.",
        (
            "The disk gave back term 1, no vote and 2 entries; it must learn again what is "
            "committed (Fig. 2, State)."
        ),
        "Fig. 2, State",
    ),
    "restart_with_an_empty_log": (
        trio(replace(node("node1"), up=False)),
        Restart("node1"),
        "node1 restarts in term 0.",
        "The disk gave back term 0, no vote and no entries; commit_index is 0 (Fig. 2, State).",
        "Fig. 2, State",
    ),
    "request_lost": (
        trio(),
        Drop(ask(1)),
        "The network loses node2's RequestVote to node1.",
        "Nobody is told; node2 can only send again when no answer comes (§5.1).",
        "§5.1",
    ),
    "reply_lost": (
        trio(leader("node1", 1)),
        Drop(success(1)),
        "The network loses node2's success reply to node1.",
        "node1 misses this answer; node2 keeps what it wrote down (§5.1).",
        "§5.1",
    ),
    "message_doubled": (
        trio(),
        Duplicate(append((0, 0), 1, 1)),
        "The network makes a second copy of node2's AppendEntries to node1 (entries 1 and 2).",
        "node1 may get it twice; a second copy must do no harm (§5.5).",
        "§5.5",
    ),
    "message_to_a_node_that_is_down": (
        trio(replace(node("node1"), up=False)),
        Deliver(append()),
        "node2's heartbeat to node1 is lost: node1 is down.",
        "Nothing runs there to take it or to answer: node2 can only send again (§5.5).",
        "§5.5",
    ),
    "reply_to_a_node_that_is_down": (
        trio(replace(node("node1"), up=False)),
        Deliver(VoteReply("node2", "node1", 1, True)),
        "node2's vote for node1 is lost: node1 is down.",
        "Nothing runs there to take it; what node2 did stays done (§5.5).",
        "§5.5",
    ),
    "partition": (
        trio(),
        Partition((("node3",),)),
        "The network splits: node3 | node1, node2.",
        "No message crosses; a majority is on the side of node1 and node2 (§2).",
        "§2",
    ),
    "partition_without_a_majority": (
        [node(name, size=2) for name in NAMES[:2]],
        Partition((("node1",), ("node2",))),
        "The network splits: node1 | node2.",
        "No message crosses; no side holds a majority (§2).",
        "§2",
    ),
}


@pytest.mark.parametrize("case", SENTENCES.values(), ids=SENTENCES)
def test_every_outcome_has_its_sentence(case) -> None:
    nodes, event, headline, reason, citation = case
    told = explain(happen(nodes, event))
    assert (told.headline, told.reason, told.citation) == (headline, reason, citation)


def test_a_split_tells_what_it_loses_and_a_healing_what_it_gives() -> None:
    before = cluster(*trio(), network=(ask(1), append((0, 0), 1)))
    split = step(before, Partition((("node1",),)))
    healed = step(split.after, Heal())
    assert [explain(split), explain(healed)] == [
        Explanation(
            "The network splits: node1 | node2, node3.",
            "No message crosses; 2 messages on the way across are lost; "
            "a majority is on the side of node2 and node3 (§2).",
            "§2",
        ),
        Explanation(
            "Every link carries messages again.",
            "What was cut between 2 pairs of nodes works again; what was lost stays lost (§2).",
            "§2",
        ),
    ]


def test_a_link_that_is_cut_is_told_with_the_other_way() -> None:
    before = cluster(*trio(), network=(ask(1), success(1)))
    once = step(before, Cut("node2", "node1"))
    both = step(once.after, Cut("node1", "node2"))
    assert [explain(once), explain(both)] == [
        Explanation(
            "No message from node2 reaches node1 any more.",
            "What node1 sends still arrives; 2 messages on the way are lost (§2).",
            "§2",
        ),
        Explanation(
            "No message from node1 reaches node2 any more.",
            "The other way was cut before, so neither hears of the other (§2).",
            "§2",
        ),
    ]


def test_a_split_tells_which_links_it_mends() -> None:
    cut = step(cluster(*trio()), Cut("node2", "node3")).after
    assert explain(step(cut, Partition((("node1",),)))).reason == (
        "No message crosses; 1 link cut before carries messages again; a majority is on the side "
        "of node2 and node3 (§2)."
    )


def test_a_message_that_is_held_back() -> None:
    before = cluster(*trio(), network=(append((0, 0), 1), ask(1)))
    assert explain(step(before, Delay(append((0, 0), 1)))) == Explanation(
        "The network holds back node2's AppendEntries to node1 (entry 1).",
        "What else is in flight comes first; a message may take any time and come in any order "
        "(§2).",
        "§2",
    )


@pytest.mark.parametrize(
    ("apart", "told"),
    [
        (("node3",), " What goes to node3 is lost: the link is cut."),
        (("node2", "node3"), " What goes to node2 and node3 is lost: the links are cut."),
    ],
)
def test_what_goes_along_a_cut_link_is_told_as_lost(apart, told) -> None:
    split = step(cluster(*trio()), Partition((apart,))).after
    assert explain(step(split, Timeout("node1"))).reason.endswith(told)


def test_a_timer_that_starts_anew_with_an_election_was_asked_of_nobody() -> None:
    stands = happen(trio(), Timeout("node1"))
    place = [firing.rule for firing in stands.firings].index("resets_election_timer")
    noted = stands.firings[place]
    assert explain_firing(noted.node, noted) == (
        "resets_election_timer: node1 begins to wait anew (Fig. 2, Candidates 1)."
    )
    told = explain_last_rule(replace(stands, firings=stands.firings[: place + 1]))
    assert told.headline == "resets_election_timer: node1 begins to wait anew."
    assert told.reason == f"The rule: {purpose('on_timeout')} (Fig. 2, Candidates 1)."


RULES: dict[str, tuple[list[Node], Event, tuple[tuple[str, str], ...]]] = {
    "a vote": (
        trio(),
        Deliver(ask(1)),
        (
            ("adopt_newer_term", "term 1"),
            ("may_vote", "yes"),
            ("log_is_up_to_date", "yes"),
            ("grant_vote", "voted for node2"),
            ("reply", "granted"),
            ("resets_election_timer", "yes"),
        ),
    ),
    "an election": (
        trio(),
        Timeout("node1"),
        (
            ("may_start_election", "yes"),
            ("start_election", "term 1, candidate, voted for node1, 1 of 3 votes (node1)"),
            ("resets_election_timer", "begins to wait anew"),
            ("request_vote", "to node2 and node3"),
            ("wins_election", "no"),
        ),
    ),
    "a victory": (
        trio(candidate("node1", current_term=1)),
        Deliver(VoteReply("node2", "node1", 1, True)),
        (
            ("record_vote", "2 of 3 votes (node1 and node2)"),
            ("wins_election", "yes"),
            ("become_leader", "leader, next_index 1 for all others"),
            ("heartbeat", "to node2 and node3"),
        ),
    ),
    "an entry": (
        trio(node("node1", 1, leader_id="node2")),
        Deliver(append((1, 1), 1, commit=1)),
        (
            ("log_matches", "yes"),
            ("merge_entries", "entry 2 added"),
            ("follower_commit_index", "1, was 0"),
            ("accept_append", "success"),
            ("resets_election_timer", "yes"),
            ("apply_next", "last_applied 1, x1 = t1"),
        ),
    ),
    "a commit": (
        trio(leader("node1", 1, 1)),
        Deliver(success(2)),
        (
            ("record_success", "match 2 for node2"),
            ("leader_commit_index", "2, was 0"),
            ("apply_next", "entries 1 and 2"),
        ),
    ),
    "a refusal": (
        trio(leader("node1", 1, 1)),
        Deliver(refusal(2)),
        (("back_up", "next 2 for node2"), ("append_entries", "1 entry to node2")),
    ),
    "a refused command": (
        trio(),
        ClientCommand("node1", "SET x 1"),
        (("refuse_command", "no leader known"),),
    ),
    "a crash": (trio(), Crash("node1"), ()),
    "a crash in the middle of a turn": (
        trio(),
        Crash("node1", ClientCommand("node1", "SET x 1")),
        (("refuse_command", "no leader known"),),
    ),
}


@pytest.mark.parametrize("case", RULES.values(), ids=RULES)
def test_the_rules_that_fired_stand_in_order_with_what_they_gave(case) -> None:
    nodes, event, lines = case
    assert explain(happen(nodes, event)).rules == tuple(RuleLine(*line) for line in lines)


def test_an_event_without_effect_says_why() -> None:
    refused = happen(trio(node("node1", current_term=1, voted_for="node3")), Deliver(ask(1)))
    counted = happen(trio(candidate("node1", current_term=1)), Deliver(ask(2)))
    assert why_nothing_happened(refused) == (
        "node1 has voted for node3 in term 1, and a node has one vote a term (§5.2)."
    )
    assert why_nothing_happened(counted) is None


@pytest.mark.parametrize(
    ("event", "begins"),
    [
        (Replicate("node1"), "A leader that sends stays as it is: only answers move it. "),
        (Heartbeat("node1"), "A leader that sends stays as it is: only answers move it. "),
        (Drop(ask(1)), "This happens to the network alone, and no node has a turn. "),
        (Duplicate(ask(1)), "This happens to the network alone, and no node has a turn. "),
    ],
)
def test_what_only_moves_messages_says_why_no_node_is_different(event, begins) -> None:
    done = happen(trio(leader("node1", 1, next_index=nexts(1, 1))), event)
    assert why_nothing_happened(done) == begins + explain(done).reason


def test_a_step_cut_off_after_a_rule_is_told_by_that_rule() -> None:
    asked = happen(trio(node("node1", 1, 2)), Deliver(ask(3, 2, 1)))
    place = [firing.rule for firing in asked.firings].index("log_is_up_to_date")
    told = explain_last_rule(replace(asked, firings=asked.firings[: place + 1]))
    assert told == Explanation(
        "log_is_up_to_date says no: node1's last entry has term 2, the candidate's has term 1.",
        f"The rule: {purpose('log_is_up_to_date')} (Fig. 2, RequestVote 2; §5.4.1).",
        "Fig. 2, RequestVote 2; §5.4.1",
        (
            RuleLine("adopt_newer_term", "term 3"),
            RuleLine("may_vote", "yes"),
            RuleLine("log_is_up_to_date", "no"),
        ),
    )


def test_the_purpose_of_a_rule_is_the_sentence_above_it() -> None:
    assert all(purpose(rule) for rule in RULE_CITATIONS)
    assert purpose("may_vote").startswith("One vote a term")


def test_a_purpose_speaks_of_nodes_and_of_no_argument() -> None:
    assert [purpose(rule) for rule in ("wins_election", "request_vote", "append_entries")] == [
        "A candidate wins with the votes of a majority of all nodes",
        "Ask another node for its vote, saying where the own log ends",
        "All entries from another node's next_index on, with the place they follow",
    ]


def test_a_step_without_rules_is_told_whole() -> None:
    lost = happen(trio(), Drop(ask(1)))
    assert explain_last_rule(lost) == explain(lost)


def test_every_rule_is_cited() -> None:
    assert set(RULE_NAMES) <= set(RULE_CITATIONS)
    assert all("Fig. 2" in citation or "§" in citation for citation in RULE_CITATIONS.values())


def complaints(told: Explanation) -> list[str]:
    """What is wrong with the form of an explanation."""
    both = f"{told.headline} {told.reason}"
    wrong = {
        "an end is missing": not (told.headline.endswith(".") and told.reason.endswith(".")),
        "an end is doubled": ".." in both,
        "an empty part": "  " in both or " ." in both or " ," in both,
        "Python speaks": "None" in both or "{" in both,
        "no source": f"({told.citation})" not in told.reason,
        "a long headline": len(told.headline) > LONGEST_HEADLINE,
        "a long reason": len(told.reason) > LONGEST_REASON,
    }
    return [f"{what}: {both}" for what, is_wrong in wrong.items() if is_wrong]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 9])
def test_every_event_of_a_random_run_is_explained(size) -> None:
    for done in drive(Cluster.of(*NAMES[:size]), seed=size, length=200):
        assert complaints(explain(done)) == []
        before = firings_so_far = ()
        for firing in done.firings:
            before = before or done.before.node(firing.node.name)
            sentence = explain_firing(before, firing)
            assert "None" not in sentence
            assert sentence.endswith(f"({citation_of(firing)}).")
            if firing.gave is False:
                # A guard that is false says which facts it was asked about.
                assert ": " in sentence
            firings_so_far = (*firings_so_far, firing)
            # The lab shows a step rule by rule, and asks after each.
            halfway = replace(done, firings=firings_so_far)
            assert complaints(explain(halfway)) + complaints(explain_last_rule(halfway)) == []
            before = firing.node


def test_what_is_no_event_is_not_explained() -> None:
    done = replace(happen(trio(), Timeout("node1")), event="node1 times out")
    with pytest.raises(TypeError, match=r"^'node1 times out' is no event\.$"):
        explain(done)


def test_a_heartbeat_to_an_empty_log_has_nothing_to_match() -> None:
    (asked,) = (
        firing
        for firing in happen(trio(), Deliver(append())).firings
        if firing.rule == "log_matches"
    )
    assert explain_firing(node("node1"), asked) == (
        "log_matches says yes: the heartbeat builds on no entry, so nothing has to match "
        "(Fig. 2, AppendEntries 2)."
    )


def test_what_can_be_chosen_reads_differently() -> None:
    for done in drive(Cluster.of(*NAMES[:4]), seed=4, length=200):
        events = enabled(done.after, ("SET x 1", "SET x 2"))
        assert len({say_event(event) for event in events}) == len(events)
