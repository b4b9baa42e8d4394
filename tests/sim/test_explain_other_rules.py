"""A learner's rule is told like the paper's: what it was asked, what it gave, and no more."""

from dataclasses import replace

import pytest

from raftlab.raft import (
    RAFT,
    AppendEntries,
    ClientCommand,
    Cluster,
    Crash,
    Deliver,
    Event,
    Heartbeat,
    Log,
    Node,
    Replicate,
    RequestVote,
    Role,
    RuleError,
    Rules,
    Timeout,
    VoteReply,
)
from raftlab.raft.replication import heartbeat
from raftlab.raft.turn import Turn
from raftlab.sim.explain import explain
from tests.raft.clusters import NAMES, append, candidate, leader, node
from tests.raft.runs import drive

from .test_explain import FIGURE_8_C, ask, complaints, happen, nexts, refusal, success, trio


def yes(*_: object) -> bool:
    return True


def no(*_: object) -> bool:
    return False


def zero(*_: object) -> int:
    return 0


def two(*_: object) -> int:
    return 2


def same(value: object, *_: object) -> object:
    """A rule that gives back the node, or the log, as it was."""
    return value


def silent(*_: object) -> None:
    """A handler that asks no rule and sends no answer."""


def stand_without_a_term(node: Node) -> Node:
    return replace(node, role=Role.CANDIDATE, voted_for=node.name, votes_received=(node.name,))


def cut_and_add(log: Log, request: AppendEntries) -> Log:
    return log.up_to(request.prev_log_index).append(*request.entries)


def refuse_vote(turn: Turn, request: RequestVote) -> None:
    node = turn.node
    turn.reply(VoteReply(node.name, request.sender, node.current_term, False), request)


def refuse_entries(turn: Turn, request: AppendEntries) -> None:
    turn.send("reject_append", request)


# As in test_explain, but under these rules.
SENTENCES: dict[str, tuple[list[Node], Event, Rules, str, str]] = {
    "votes_twice": (
        trio(node("node1", current_term=1, voted_for="node3")),
        Deliver(ask(1)),
        RAFT.but(may_vote=yes),
        "node1 votes for node2 in term 1.",
        (
            "may_vote says yes: node1 has voted for node3 in term 1; both logs are empty "
            "(§5.2, §5.4.1)."
        ),
    ),
    "never_votes": (
        trio(),
        Deliver(ask(1)),
        RAFT.but(may_vote=no),
        "node1 refuses node2 its vote.",
        (
            "may_vote says no: node1 has not voted in term 1 (Fig. 2, RequestVote). node1 is "
            "now in term 1."
        ),
    ),
    "likes_no_log": (
        trio(),
        Deliver(ask(1)),
        RAFT.but(log_is_up_to_date=no),
        "node1 refuses node2 its vote.",
        (
            "log_is_up_to_date says no: both logs are empty (Fig. 2, RequestVote). node1 is "
            "now in term 1."
        ),
    ),
    "likes_every_log": (
        trio(node("node1", 1)),
        Deliver(ask(2)),
        RAFT.but(log_is_up_to_date=yes),
        "node1 votes for node2 in term 2.",
        (
            "It enters term 2 and has no vote in it yet; log_is_up_to_date says yes: node1's "
            "log holds 1 entry, the candidate's is empty (§5.2, §5.4.1)."
        ),
    ),
    "forgets_its_vote": (
        trio(),
        Deliver(ask(1)),
        RAFT.but(grant_vote=same),
        "node1 votes for node2 in term 1.",
        (
            "It enters term 1 and has no vote in it yet; both logs are empty; it remembers no"
            " vote (§5.2, §5.4.1)."
        ),
    ),
    "calls_all_stale": (
        trio(),
        Deliver(ask(1)),
        RAFT.but(is_stale=yes),
        "node1 refuses node2 its vote.",
        (
            "is_stale says yes: the message is of node1's own term 1 (Fig. 2, RequestVote). "
            "node1 is now in term 1."
        ),
    ),
    "calls_none_stale": (
        trio(node("node1", current_term=2)),
        Deliver(append((0, 0), 1)),
        RAFT.but(is_stale=no),
        "node1 appends entry 1.",
        (
            "Entry 1 is the first entry, so nothing before it has to match (§5.3). "
            "is_stale says no: the message is of term 1 and node1 is in term 2."
        ),
    ),
    "keeps_its_term": (
        trio(candidate("node1", current_term=1)),
        Deliver(VoteReply("node2", "node1", 3, False)),
        RAFT.but(adopt_newer_term=same),
        "node1 ignores node2's refusal.",
        (
            "The vote is of term 3 and node1 is in term 1 (§5.2). adopt_newer_term changes "
            "nothing; the message is of term 3 and node1 is in term 1."
        ),
    ),
    "never_stands": (
        trio(),
        Timeout("node1"),
        RAFT.but(may_start_election=no),
        "node1's election timer runs out, and node1 does not stand for election.",
        "may_start_election says no: node1 is a follower in term 0 (Fig. 2, Followers 2).",
    ),
    "stands_in_its_old_term": (
        trio(),
        Timeout("node1"),
        RAFT.but(start_election=stand_without_a_term),
        "node1's election timer runs out: it stands for election in term 0.",
        (
            "It heard from no leader in time, so it stays in term 0, votes for itself and "
            "asks node2 and node3 for their votes (§5.2)."
        ),
    ),
    "wins_alone": (
        trio(),
        Timeout("node1"),
        RAFT.but(wins_election=yes),
        "node1 becomes leader of term 1 with 1 vote of 3.",
        "It has its own vote, and a majority of 3 is 2; heartbeats go to node2 and node3 (§5.2).",
    ),
    "never_wins": (
        trio(candidate("node1", current_term=1)),
        Deliver(VoteReply("node2", "node1", 1, True)),
        RAFT.but(wins_election=no),
        "node1 counts node2's vote: 2 votes of 3.",
        "node1 has 2 votes, and a majority of 3 is 2; wins_election says no (§5.2).",
    ),
    "counts_no_vote": (
        trio(candidate("node1", current_term=1)),
        Deliver(VoteReply("node2", "node1", 1, True)),
        RAFT.but(record_vote=same),
        "node1 does not count node2's vote.",
        "record_vote changes nothing; node2 grants its vote (§5.2).",
    ),
    "says_nothing_about_votes": (
        trio(),
        Deliver(ask(1)),
        RAFT.but(on_request_vote=silent),
        "node1 takes node2's request and gives no answer.",
        (
            "adopt_newer_term changes node1: term 1; the message is of term 1 (Fig. 2, "
            "RequestVote). node1 is now in term 1."
        ),
    ),
    "says_nothing_about_entries": (
        trio(),
        Deliver(append((0, 0), 1)),
        RAFT.but(on_append_entries=silent),
        "node1 takes node2's entries and gives no answer.",
        (
            "adopt_newer_term changes node1: term 1; the message is of term 1 (Fig. 2, "
            "AppendEntries). node1 is now in term 1."
        ),
    ),
    "says_nothing_about_commands": (
        trio(leader("node1", 1)),
        ClientCommand("node1", "SET x 1"),
        RAFT.but(on_command=silent),
        "node1 does nothing with SET x 1.",
        (
            "leader_commit_index says 0, as before: entry 1 is on 1 of 3 nodes: a majority is"
            " 2 (§8)."
        ),
    ),
    "appends_nothing": (
        trio(leader("node1", 1)),
        ClientCommand("node1", "SET x 1"),
        RAFT.but(append_command=same),
        "node1 takes SET x 1: nothing changed.",
        "append_command changes nothing (Fig. 2, Leaders 2).",
    ),
    "accepts_any_place": (
        trio(node("node1", 1)),
        Deliver(append((1, 2), 3, term=3)),
        RAFT.but(log_matches=yes),
        "node1 appends entry 2.",
        (
            "log_matches says yes: entry 2 follows entry 1 of term 2, and node1's entry 1 is "
            "of term 1 (§5.3). node1 is now in term 3."
        ),
    ),
    "accepts_no_place": (
        trio(node("node1", 1)),
        Deliver(append((1, 1), 1)),
        RAFT.but(log_matches=no),
        "node1 refuses node2's entries.",
        (
            "log_matches says no: entry 2 follows entry 1 of term 1, and node1 has that entry"
            " (Fig. 2, AppendEntries 2)."
        ),
    ),
    "cuts_without_conflict": (
        trio(node("node1", 1, 1, 1)),
        Deliver(append((1, 1), 1)),
        RAFT.but(merge_entries=cut_and_add),
        "node1 deletes its entry 3.",
        "merge_entries gave a log that no longer holds the old entry 3 (§5.3).",
    ),
    "merges_nothing": (
        trio(node("node1", 1)),
        Deliver(append((1, 1), 1)),
        RAFT.but(merge_entries=same),
        "node1 takes entry 2 from node2; its log stays as it was.",
        (
            "accept_append: node1 answers node2 with success: their logs agree up to index 2 "
            "(Fig. 2, AppendEntries 4)."
        ),
    ),
    "never_learns_of_commits": (
        trio(node("node1", 1)),
        Deliver(append((1, 1), commit=1)),
        RAFT.but(follower_commit_index=zero),
        "node1 hears a heartbeat from node2, leader of term 1.",
        (
            "follower_commit_index says 0, as before: leader_commit is 1 and what was sent "
            "reaches index 1 (Fig. 2, AppendEntries 5)."
        ),
    ),
    "forgets_commits": (
        trio(node("node1", 1, commit_index=1, last_applied=1)),
        Deliver(append((1, 1), commit=1)),
        RAFT.but(follower_commit_index=zero),
        "node1 hears a heartbeat from node2, leader of term 1.",
        (
            "follower_commit_index says 0, and it was 1: leader_commit is 1 and what was sent"
            " reaches index 1 (Fig. 2, AppendEntries 5). commit_index went back from 1 to 0."
        ),
    ),
    "commits_old_terms": (
        [FIGURE_8_C],
        Deliver(success(2, "node3", term=4)),
        RAFT.but(leader_commit_index=two),
        "node1 commits entry 2 and applies it.",
        (
            "Entry 2, of term 2, is on 3 of 5 nodes; a majority is 3, and node1 leads term 4 "
            "(§5.3, §5.4.2). The state machine applies SET x2 t2."
        ),
    ),
    "commits_what_does_not_agree": (
        trio(node("node1", 1, current_term=2, leader_id="node2")),
        Deliver(append((1, 2), term=2, commit=1)),
        RAFT.but(log_matches=yes),
        "node1 learns that entry 1 is committed and applies it.",
        (
            "node2 has committed up to index 1, and what it sent reaches index 1 (Fig. 2, "
            "AppendEntries 5). The state machine applies SET x1 t1."
        ),
    ),
    "commits_nothing": (
        trio(leader("node1", 1)),
        Deliver(success(1)),
        RAFT.but(leader_commit_index=zero),
        "node2 answers node1's AppendEntries; node1 notes that their logs agree up to index 1.",
        "leader_commit_index says 0, as before: entry 1 is on 2 of 3 nodes (§5.4.2).",
    ),
    "commits_what_it_lacks": (
        trio(leader("node1", 1)),
        Deliver(success(1)),
        RAFT.but(leader_commit_index=two, may_apply=no),
        "node1 commits entries 1 and 2.",
        (
            "Entry 2, not in node1's log, is on 1 of 3 nodes; a majority is 2, and node1 "
            "leads term 1 (§5.3, §5.4.2)."
        ),
    ),
    "notes_no_success": (
        trio(leader("node1", 1)),
        Deliver(success(1)),
        RAFT.but(record_success=same),
        "node1 does not note node2's success.",
        "record_success changes nothing; node2 agrees up to index 1 (§5.3).",
    ),
    "never_backs_up": (
        trio(leader("node1", 1, 1)),
        Deliver(refusal(2)),
        RAFT.but(back_up=same),
        "node1 does not back up for node2.",
        (
            "back_up changes nothing; node2 refused what follows index 2, and its next_index "
            "was 3 (§5.3)."
        ),
    ),
    "writes_nothing_to_disk": (
        trio(),
        Crash("node1", Deliver(ask(1))),
        RAFT.but(persist=same),
        "node1 crashes in the middle of a turn, before any message leaves.",
        (
            "The disk keeps term 0, no vote and no entries (Fig. 2, State). Until then: node1"
            " votes for node2 in term 1."
        ),
    ),
    "remembers_everything": (
        trio(leader("node1", 1, commit_index=1, last_applied=1)),
        Crash("node1"),
        RAFT.but(restart=same),
        "node1 crashes.",
        (
            "The disk keeps term 1, the vote for itself and 1 entry; what survived besides: "
            "being leader, commit_index 1 (Fig. 2, State)."
        ),
    ),
    "does_not_become_a_candidate": (
        trio(),
        Timeout("node1"),
        RAFT.but(start_election=same),
        "node1's election timer runs out: it is a follower in term 0.",
        (
            "It heard from no leader in time, so it stays in term 0, votes for nobody and "
            "asks node2 and node3 for their votes (§5.2)."
        ),
    ),
    "refuses_without_asking": (
        trio(),
        Deliver(ask(1)),
        RAFT.but(on_request_vote=refuse_vote),
        "node1 refuses node2 its vote.",
        "No rule about votes was asked (Fig. 2, RequestVote). node1 is now in term 1.",
    ),
    "rejects_without_asking": (
        trio(),
        Deliver(append((0, 0), 1)),
        RAFT.but(on_append_entries=refuse_entries),
        "node1 refuses node2's entries.",
        (
            "reject_append: node1 refuses what node2 sent, from term 1; its log ends at index"
            " 0 (Fig. 2, AppendEntries). node1 is now in term 1."
        ),
    ),
    "calls_all_entries_stale": (
        trio(node("node1", current_term=1)),
        Deliver(append((0, 0), 1)),
        RAFT.but(is_stale=yes),
        "node1 refuses node2's entries.",
        "is_stale says yes: the message is of node1's own term 1 (Fig. 2, AppendEntries 1).",
    ),
    "says_nothing_about_votes_won": (
        trio(candidate("node1", current_term=1)),
        Deliver(VoteReply("node2", "node1", 1, True)),
        RAFT.but(on_vote_reply=silent),
        "node1 takes node2's answer and counts no vote.",
        "wins_election says no: node1 has 1 vote, and a majority of 3 is 2 (§5.2).",
    ),
    "says_nothing_about_successes": (
        trio(leader("node1", 1)),
        Deliver(success(1)),
        RAFT.but(on_append_reply=silent),
        "node1 does nothing with the reply.",
        (
            "leader_commit_index says 0, as before: entry 1 is on 1 of 3 nodes: a majority is"
            " 2 (§5.3)."
        ),
    ),
    "replicates_nothing": (
        trio(leader("node1", 1, next_index=nexts(1, 1))),
        Replicate("node1"),
        RAFT.but(on_replicate=silent),
        "node1 sends no entries.",
        "Nobody was sent any (§5.3).",
    ),
    "beats_no_heart": (
        trio(leader("node1", 1)),
        Heartbeat("node1"),
        RAFT.but(on_heartbeat=silent),
        "node1 sends no heartbeat.",
        "Nobody was sent any (§5.2).",
    ),
    "replicates_heartbeats": (
        trio(leader("node1", 1, next_index=nexts(1, 1))),
        Replicate("node1", "node2"),
        RAFT.but(append_entries=heartbeat),
        "node1 sends no entries to node2.",
        "node2's next_index is 1, and node1's log ends at index 1 (§5.3).",
    ),
    "heeds_no_leader": (
        trio(node("node1", current_term=1, leader_id="node3")),
        Deliver(append(term=2)),
        RAFT.but(recognize_leader=same),
        "node1 hears a heartbeat from node2, leader of term 2.",
        "It answers with success; its election timer runs on (§5.2). node1 is now in term 2.",
    ),
}


@pytest.mark.parametrize("case", SENTENCES.values(), ids=SENTENCES)
def test_what_another_rule_did_is_told_as_it_was(case) -> None:
    nodes, event, rules, headline, reason = case
    told = explain(happen(nodes, event, rules))
    assert (told.headline, told.reason) == (headline, reason)


CHANGES = {
    f"{name}={rule.__name__}": RAFT.but(**{name: rule})
    for rule, names in {
        yes: "may_vote log_is_up_to_date is_stale wins_election log_matches",
        no: "may_vote log_is_up_to_date is_stale wins_election log_matches may_apply",
        same: "adopt_newer_term grant_vote record_vote recognize_leader record_success back_up "
        "append_command merge_entries persist restart",
        zero: "leader_commit_index follower_commit_index",
        silent: "on_request_vote on_append_entries on_append_reply on_command on_timeout settle",
    }.items()
    for name in names.split()
}


@pytest.mark.parametrize("rules", CHANGES.values(), ids=CHANGES)
def test_every_event_under_another_rule_is_explained(rules) -> None:
    try:
        for done in drive(Cluster.of(*NAMES[:3]), seed=3, length=150, rules=rules):
            assert complaints(explain(done)) == []
    except RuleError:
        pass  # some of these rules soon give what no rule may give
