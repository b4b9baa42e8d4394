"""The text view: every fact of the picture in words, for whoever cannot see it."""

from dataclasses import replace

import pytest

from raftlab.raft import (
    Cluster,
    Deliver,
    Entry,
    FrozenMap,
    Log,
    Node,
    Partition,
    Replicate,
    Role,
    Timeout,
    VoteReply,
    step,
)
from raftlab.raft.node import persist
from raftlab.views.text import alt, describe
from tests.raft.clusters import NAMES, append, candidate, cluster, leader, node
from tests.raft.runs import drive

LEADER = leader(
    "node1",
    *(1, 1),
    commit_index=1,
    last_applied=1,
    machine=FrozenMap.of({"x1": "t1"}),
    match_index=FrozenMap.of({"node2": 1, "node3": 0}),
    next_index=FrozenMap.of({"node2": 2, "node3": 1}),
)
FOLLOWER = node("node2", 1, voted_for="node1", leader_id="node1")
DOWN = replace(node("node3", current_term=1), up=False)

THREE = """\
3 nodes. node1 leads term 1. Down: node3. 2 messages in flight.

node1: leader, term 1, voted for node1
  Log, 2 entries:
    1  term 1  SET x1 t1  (committed, applied)
    2  term 1  SET x2 t1  (not committed)
  commit_index 1, last_applied 1, state machine: x1 = t1
  As it knows node2: match_index 1, next_index 2
  As it knows node3: match_index 0, next_index 1
  It counts entry 2 on 1 of 3 nodes

node2: follower, term 1, voted for node1
  Log, 1 entry:
    1  term 1  SET x1 t1  (not committed)
  commit_index 0, last_applied 0, state machine: empty
  Leader it knows: node1

node3: down, term 1, no vote yet
  Its disk keeps term, vote and log; the rest of its memory is lost.
  Log: empty
  commit_index 0, last_applied 0, state machine: empty

Where each entry is:
  entry 1, term 1: on 2 of 3 (node1 and node2), committed as node1 knows
  entry 2, term 1: on 1 of 3 (node1), not committed

2 messages in flight, in the order of sending:
  1. AppendEntries, node1 → node2, term 1, prev 1 t1, 1 entry, commit 1
       2  term 1  SET x2 t1
  2. heartbeat, node1 → node3, term 1, prev 0 t0, commit 1"""

AFTER_A_TIMEOUT = """\
node1's election timer runs out: it stands for election in term 1.
It heard from no leader in time, so it enters term 1, votes for itself and asks node2 for its vote \
(§5.2). What goes to node2 is lost: the link is cut.
Rules that fired: may_start_election: yes; start_election: term 1, candidate, voted for node1, \
1 of 2 votes (node1); resets_election_timer: begins to wait anew; request_vote: to node2; \
wins_election: no.

2 nodes. Nobody leads. No message in flight.

node1: candidate, term 1, voted for node1
  Votes: 1 of 2 (node1)
  Log: empty
  commit_index 0, last_applied 0, state machine: empty
  Changed by this event: term 1, candidate, voted for node1, 1 of 2 votes (node1)

node2: follower, term 0, no vote yet
  Log: empty
  commit_index 0, last_applied 0, state machine: empty
  Leader it knows: none

Lost by this event: RequestVote, node1 → node2, term 1, log empty

The network is split, and no message crosses: node1 | node2"""


def three() -> Cluster:
    to_node3 = append(commit=1, ends=("node1", "node3"))
    messages = (append((1, 1), 1, commit=1, ends=("node1", "node2")), to_node3)
    return cluster(LEADER, FOLLOWER, DOWN, network=messages)


def test_a_cluster_is_described_line_by_line() -> None:
    assert describe(three()) == THREE


def test_a_step_is_told_with_what_it_changed() -> None:
    split = step(Cluster.of("node1", "node2"), Partition((("node1",),))).after
    done = step(split, Timeout("node1"))
    assert describe(done.after, done) == AFTER_A_TIMEOUT


def test_new_messages_are_marked_even_where_an_equal_one_was_in_flight() -> None:
    before = cluster(leader("node1", 1, next_index=FrozenMap.of({"node2": 1, "node3": 2})))
    once = step(before, Replicate("node1", "node2")).after
    done = step(once, Replicate("node1", "node2"))
    numbered = [line for line in describe(done.after, done).splitlines() if "→ node2" in line]
    assert [line.endswith(" (new)") for line in numbered] == [False, True]


def test_the_alternative_is_one_paragraph() -> None:
    assert alt(three()) == (
        "3 nodes. node1 leads term 1. Down: node3. 2 messages in flight. "
        "node1: leader, term 1, voted for node1, 2 entries of terms 1, 1, "
        "commit_index 1, last_applied 1, x1 = t1. "
        "node2: follower, term 1, voted for node1, 1 entry of term 1, "
        "commit_index 0, last_applied 0. "
        "node3: down, term 1, no vote yet, log empty, commit_index 0, last_applied 0. "
        "On their way: AppendEntries, node1 → node2, term 1, prev 1 t1, 1 entry, commit 1; "
        "heartbeat, node1 → node3, term 1, prev 0 t0, commit 1."
    )


def test_the_alternative_begins_with_the_last_event() -> None:
    vote = VoteReply("node2", "node1", 1, vote_granted=True)
    done = step(cluster(candidate("node1", current_term=1), network=(vote,)), Deliver(vote))
    assert alt(done.after, done).startswith(
        "Last event: node1 becomes leader of term 1 with 2 votes of 3. 1 node. node1 leads term 1."
    )


def test_a_long_log_is_cut_in_the_middle_saying_so() -> None:
    long = node("node1", *([1] * 30), size=1)
    lines = describe(cluster(long)).splitlines()
    shown = [line for line in lines if line.startswith("    ")]
    assert len(shown) == 21
    assert shown[4:7] == [
        "     5  term 1  SET x5 t1  (not committed)",
        "    … 10 entries left out here …",
        "    16  term 1  SET x16 t1  (not committed)",
    ]
    assert "30 entries, the last of term 1" in alt(cluster(long))


def test_links_cut_one_by_one_are_named_one_by_one() -> None:
    cut = (("node1", "node2"), ("node2", "node1"), ("node3", "node1"))
    text = describe(replace(Cluster.of("node1", "node2", "node3"), cut=cut))
    assert text.endswith(
        "Cut links, on which every message is lost:\n  node1 and node2\n  node3 to node1"
    )


def test_a_discarded_prefix_and_a_no_op_are_named() -> None:
    kept = Log((Entry(3, None),), prefix_index=4, prefix_term=2)
    for log, words in (
        (kept, "  Discarded up to entry 4, of term 2\n  Log, 1 entry:\n    5  term 3  no-op"),
        (Log((), 4, 2), "  Discarded up to entry 4, of term 2\n  Log: empty after that"),
    ):
        assert words in describe(cluster(persist(replace(node("node1", size=1), log=log))))


def test_what_is_not_on_disk_yet_is_said() -> None:
    halfway = replace(node("node1", 1, size=1), current_term=2, voted_for="node1")
    assert "  Not yet on disk; there: term 1, no vote yet, 1 entry" in describe(cluster(halfway))


def facts(now: Node) -> list[str]:
    """What the picture shows of one node, in the words of the text view."""
    role = now.role.value if now.up else "down"
    vote = f"voted for {now.voted_for}" if now.voted_for else "no vote yet"
    return [
        f"{now.name}: {role}, term {now.current_term}, {vote}\n",
        f"commit_index {now.commit_index}, last_applied {now.last_applied}",
        *(f"term {entry.term}  {entry.command}" for entry in now.log.entries[-15:]),
        *(f"{key} = {value}" for key, value in now.machine.items()),
        *([f"({now.votes_received[0]}"] if now.role is Role.CANDIDATE else []),
        *(f"{peer}: match_index {index}, next_index " for peer, index in now.match_index.items()),
    ]


@pytest.mark.parametrize("size", [1, 3, 5, 9])
def test_nothing_that_the_picture_shows_is_missing(size) -> None:
    for done in drive(Cluster.of(*NAMES[:size]), seed=size, length=150):
        text, sentence = describe(done.after, done), alt(done.after, done)
        for now in done.after.nodes:
            assert [fact for fact in facts(now) if fact not in text] == []
        numbers = range(1, len(done.after.network) + 1)
        assert all(f"\n  {number}. " in text for number in numbers)
        assert ("The network is split" in text) == bool(done.after.cut)
        assert "None" not in text + sentence
        assert "\n" not in sentence
        assert sentence.endswith(".")
