"""The labels of events and messages, and the phrases that sentences are made of."""

import pytest

from raftlab.raft import (
    AppendReply,
    ClientCommand,
    Crash,
    Cut,
    Delay,
    Deliver,
    Drop,
    Duplicate,
    Heal,
    Heartbeat,
    Partition,
    Replicate,
    RequestVote,
    Restart,
    Timeout,
    VoteReply,
)
from raftlab.sim.words import (
    capital,
    entries_named,
    listed,
    name_message,
    say_event,
    say_message,
    short,
)
from tests.raft.clusters import append

ASK = RequestVote("node1", "node2", 2, last_log_index=3, last_log_term=1)
FIRST_ASK = RequestVote("node1", "node2", 1, last_log_index=0, last_log_term=0)
VOTE = VoteReply("node2", "node1", 2, vote_granted=True)
NO_VOTE = VoteReply("node2", "node1", 2, vote_granted=False)
SUCCESS = AppendReply("node2", "node1", 1, success=True, prev_log_index=1, match_index=2)
REFUSAL = AppendReply("node2", "node1", 1, success=False, prev_log_index=2, last_log_index=1)
CONFLICT = AppendReply("node2", "node1", 3, False, 2, 0, 2, conflict_term=1, conflict_index=1)

MESSAGES = {
    ASK: ("RequestVote, node1 → node2, term 2, last 3 t1", "node1's RequestVote to node2"),
    FIRST_ASK: ("RequestVote, node1 → node2, term 1, log empty", "node1's RequestVote to node2"),
    VOTE: ("reply: vote granted, node2 → node1, term 2", "node2's vote for node1"),
    NO_VOTE: ("reply: vote refused, node2 → node1, term 2", "node2's refusal to vote for node1"),
    append((1, 1), 1, 1, commit=1): (
        "AppendEntries, node2 → node1, term 1, prev 1 t1, 2 entries, commit 1",
        "node2's AppendEntries to node1 (entries 2 and 3)",
    ),
    append((2, 1)): (
        "heartbeat, node2 → node1, term 1, prev 2 t1, commit 0",
        "node2's heartbeat to node1",
    ),
    SUCCESS: (
        "reply: success, node2 → node1, term 1, prev 1, match 2",
        "node2's success reply to node1",
    ),
    REFUSAL: (
        "reply: refused, node2 → node1, term 1, prev 2, log ends at 1",
        "node2's refusal to node1",
    ),
    CONFLICT: (
        "reply: refused, node2 → node1, term 3, prev 2, t1 there, log ends at 2",
        "node2's refusal to node1",
    ),
}

EVENTS = {
    Timeout("node1"): "node1 times out",
    ClientCommand("node1", "SET x 1"): "node1 receives SET x 1",
    Replicate("node1"): "node1 sends entries to all others",
    Replicate("node1", "node2"): "node1 sends entries to node2",
    Heartbeat("node1"): "node1 sends heartbeats to all others",
    Heartbeat("node1", "node2"): "node1 sends a heartbeat to node2",
    Deliver(VOTE): "reply: vote granted, node2 → node1, term 2",
    Drop(VOTE): "lose: reply: vote granted, node2 → node1, term 2",
    Delay(VOTE): "delay: reply: vote granted, node2 → node1, term 2",
    Duplicate(VOTE): "duplicate: reply: vote granted, node2 → node1, term 2",
    Crash("node1"): "node1 crashes",
    Crash("node1", Timeout("node1")): "node1 crashes in the middle of: node1 times out",
    Restart("node1"): "node1 restarts",
    Partition((("node1", "node2"),)): "cut off node1 and node2",
    Partition((("node1",), ("node2", "node3"))): "split node1 | node2, node3",
    Cut("node1", "node2"): "cut the link from node1 to node2",
    Heal(): "heal every cut link",
}


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_has_a_label_and_a_name(message) -> None:
    assert (say_message(message), name_message(message)) == MESSAGES[message]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_has_a_label(event) -> None:
    assert say_event(event) == EVENTS[event]


def test_no_two_labels_are_the_same() -> None:
    assert len(set(EVENTS.values())) == len(EVENTS)
    assert len({label for label, _ in MESSAGES.values()}) == len(MESSAGES)


def test_what_is_no_event_has_no_label() -> None:
    with pytest.raises(TypeError, match="is no event"):
        say_event("node1 times out")  # type: ignore[arg-type]


def test_phrases() -> None:
    assert [listed(names) for names in ((), ("a",), ("a", "b"), ("a", "b", "c"))] == [
        "nobody",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert [entries_named(2, last) for last in (2, 3, 4)] == [
        "entry 2",
        "entries 2 and 3",
        "entries 2 to 4",
    ]
    assert [short(command) for command in (None, "SET x 1", "SET x " + 30 * "1")] == [
        "a no-op",
        "SET x 1",
        "SET x 111111111111111111111…",
    ]


def test_a_sentence_begins_with_a_capital_but_for_the_name_of_a_node_or_a_rule() -> None:
    clauses = ("it waits", "entry 1 is gone", "node1 waits", "alice waits", "may_vote says no")
    assert [capital(clause) for clause in clauses] == [
        "It waits",
        "Entry 1 is gone",
        "node1 waits",
        "alice waits",
        "may_vote says no",
    ]
