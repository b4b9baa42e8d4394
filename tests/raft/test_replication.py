"""Copying the leader's log to everyone. (§5.3)

Choices of this core: a command waits in the leader's log until the leader replicates (an event of
its own); a heartbeat is always empty; a refusal makes the leader try again at once, one entry
earlier; an entry that conflicts below the commit point is merged like any other (a broken rule
shows as a broken property, not as a crash).
"""

from dataclasses import replace

import pytest

from raftlab.raft import (
    AppendReply,
    ClientCommand,
    Deliver,
    Entry,
    FrozenMap,
    Heartbeat,
    Log,
    Node,
    Replicate,
    Role,
)
from raftlab.raft.node import persist
from raftlab.raft.replication import log_matches, merge_entries, reject_append

from .clusters import Play, append, cluster, command, entries, leader, log, node, terms, turn


def accepted(match_index: int, prev: int = 0, term: int = 1, sender: str = "node2") -> AppendReply:
    return AppendReply(sender, "node1", term, True, prev, match_index)


def refused(prev: int, term: int = 1, sender: str = "node2") -> AppendReply:
    return AppendReply(sender, "node1", term, False, prev)


def by_peer(*indexes: int) -> FrozenMap[int]:
    """Indexes of node2 and node3."""
    return FrozenMap.of(dict(zip(("node2", "node3"), indexes, strict=True)))


def progress(node: Node, peer: str = "node2") -> tuple[int, int]:
    """(match_index, next_index) of one peer."""
    return node.match_index[peer], node.next_index[peer]


def test_a_leader_appends_a_command_and_sends_nothing_yet() -> None:
    # Figure 2, Leaders 2
    before = leader("node1", 1, commit_index=1, last_applied=1)
    after, sent = turn(before, ClientCommand("node1", command(2, 1)))
    assert after == persist(replace(before, log=log(1, 1)))
    assert sent == []


def test_replicating_sends_what_each_peer_lacks() -> None:
    # Figure 2, Leaders 3
    before = leader("node1", 1, 1, commit_index=1, last_applied=1, next_index=by_peer(2, 3))
    after, sent = turn(before, Replicate("node1"))
    assert after == before
    assert sent == [append((1, 1), 1, commit=1, ends=("node1", "node2"))]  # node3 lacks nothing


def test_heartbeats_are_empty_even_with_entries_to_send() -> None:
    # Figure 2, Leaders 1
    ten = leader("node1", *[1] * 10, next_index=by_peer(1, 1))
    after, sent = turn(ten, Heartbeat("node1"))
    assert after == ten
    assert sent == [append((0, 0), ends=("node1", peer)) for peer in ("node2", "node3")]


def test_a_heartbeat_can_go_to_one_peer() -> None:
    _, sent = turn(leader("node1", 1), Heartbeat("node1", "node3"))
    assert sent == [append((1, 1), ends=("node1", "node3"))]


@pytest.mark.parametrize(
    ("held", "prev", "prev_term", "matches"),
    [
        ([], 0, 0, True),
        ([1, 2, 3], 0, 0, True),
        ([1, 2, 3], 3, 3, True),
        ([1, 2, 3], 2, 2, True),
        ([1, 2, 3], 3, 2, False),  # another term
        ([1, 2, 3], 4, 3, False),  # past the end (misconception 13)
        ([1, 2, 3], 4, 0, False),
        ([], 1, 1, False),
    ],
)
def test_the_consistency_check(held: list[int], prev: int, prev_term: int, matches: bool) -> None:
    # Figure 2, AppendEntries 2
    assert log_matches(node("node1", *held), append((prev, prev_term))) is matches


@pytest.mark.parametrize(
    ("held", "prev", "new", "after"),
    [
        ([1, 2], (2, 2), [3], [1, 2, 3]),
        ([1, 2], (1, 1), [3, 4], [1, 3, 4]),
        ([1, 2], (0, 0), [1], [1, 2]),  # what is there already takes nothing with it (12)
        ([1, 2], (0, 0), [3], [3]),
        ([1, 2], (1, 1), [], [1, 2]),  # nor does a heartbeat, wherever it points (12)
        ([], (0, 0), [1, 2], [1, 2]),
    ],
)
def test_accepting_entries(
    held: list[int], prev: tuple[int, int], new: list[int], after: list[int]
) -> None:
    # Figure 2, AppendEntries 3 and 4, and its results
    got, sent = turn(node("node1", *held, current_term=4), append(prev, *new, term=4))
    assert got == node("node1", *after, current_term=4, leader_id="node2")
    # match_index is where the request ended, whatever else the log holds (misconception 16)
    assert sent == [AppendReply("node1", "node2", 4, True, prev[0], prev[0] + len(new))]


@pytest.mark.parametrize(
    ("held", "prev", "answer"),
    [
        # (last_log_index, conflict_term, conflict_index)
        ([1, 2, 3], (3, 2), (3, 3, 3)),
        ([1, 2, 3], (4, 3), (3, 0, 0)),
        ([1, 2, 2] + [3] * 8, (7, 4), (11, 3, 4)),  # the term in the way, and where it starts
        ([], (1, 1), (0, 0, 0)),
    ],
)
def test_refusing_entries(
    held: list[int], prev: tuple[int, int], answer: tuple[int, int, int]
) -> None:
    # Figure 2, AppendEntries 2: false, and nothing else happens (misconception 14); §5.3
    before = node("node1", *held, current_term=4, leader_id="node2")
    after, sent = turn(before, append(prev, 4, commit=9, term=4))
    assert after == before
    assert sent == [AppendReply("node1", "node2", 4, False, prev[0], 0, *answer)]


def test_a_heartbeat_is_checked_like_any_append() -> None:
    # misconception 11
    _, sent = turn(node("node1", 1), append((2, 1)))
    assert [reply.success for reply in sent] == [False]


def test_an_answer_about_a_discarded_place_names_no_term() -> None:
    compacted = replace(
        node("node1", current_term=3), log=Log(entries(3, start=6), prefix_index=5, prefix_term=3)
    )
    answer = reject_append(compacted, append((3, 2), term=3))
    assert (answer.last_log_index, answer.conflict_term, answer.conflict_index) == (6, 0, 0)


@pytest.mark.parametrize(
    ("new", "leader_commit", "applied"),
    [([1], 1, 1), ([1, 1], 2, 2), ([1, 1], 1, 1), ([1, 1], 0, 0), ([1], 9, 1)],
)
def test_a_follower_applies_what_the_leader_says_is_committed(
    new: list[int], leader_commit: int, applied: int
) -> None:
    # Figure 2, AppendEntries 5 and All Servers 1
    after, _ = turn(node("node1", current_term=1), append((0, 0), *new, commit=leader_commit))
    assert (after.commit_index, after.last_applied) == (applied, applied)
    assert dict(after.machine) == {f"x{i}": f"t{1}" for i in range(1, applied + 1)}


@pytest.mark.parametrize(
    ("prev", "new", "leader_commit", "commit"),
    [
        ((3, 3), [], 3, 3),
        ((3, 3), [], 4, 3),
        ((3, 3), [], 2, 2),
        ((3, 3), [], 0, 1),  # it never goes back
        ((0, 0), [], 3, 1),  # a heartbeat vouches for nothing after prev_log_index
        ((1, 1), [], 3, 1),
        ((3, 3), [4], 3, 3),
        ((3, 3), [4], 4, 4),
        ((3, 3), [4], 5, 4),
        ((3, 3), [4, 4], 5, 5),
        ((1, 1), [2], 3, 2),  # entry 3 is the node's own, not the leader's (15)
        ((2, 1), [4], 4, 1),  # refused
        ((4, 3), [4], 4, 1),  # refused
    ],
)
def test_how_far_a_follower_commits(
    prev: tuple[int, int], new: list[int], leader_commit: int, commit: int
) -> None:
    before = node("node1", 1, 2, 3, current_term=4, commit_index=1, last_applied=1)
    after, _ = turn(before, append(prev, *new, commit=leader_commit, term=4))
    assert (after.commit_index, after.last_applied) == (commit, commit)


@pytest.mark.parametrize(("leader_commit", "commit"), [(3, 3), (1, 2)])
def test_a_heartbeat_never_lowers_the_commit_index(leader_commit: int, commit: int) -> None:
    before = node("node1", 1, 2, 3, current_term=3, commit_index=2, last_applied=2)
    after, _ = turn(before, append((3, 3), commit=leader_commit, term=3))
    assert after.commit_index == commit


def test_a_leader_learns_from_answers() -> None:
    # Figure 2, Leaders 3: a follower with next_index 3, three entries in the leader's log
    start = leader("node1", 1, 1, 2, current_term=2, next_index=by_peer(3, 3))

    # A refusal of another place than the last one asked about is an old one.
    assert turn(start, refused(prev=3, term=2)) == (start, [])

    backed, sent = turn(start, refused(prev=2, term=2))
    assert progress(backed) == (0, 2)
    assert sent == [append((1, 1), 1, 2, term=2, ends=("node1", "node2"))]

    matched, sent = turn(backed, accepted(3, prev=1, term=2))
    assert (progress(matched), sent, matched.commit_index) == ((3, 4), [], 3)

    # An old answer never lowers what is known to match, nor does an old refusal.
    for old in (accepted(0, term=2), accepted(1, term=2), refused(1, term=2), refused(2, term=2)):
        assert turn(matched, old) == (matched, [])


def test_a_refusal_never_reaches_below_what_matches() -> None:
    known = leader(
        "node1", 1, 1, 1, commit_index=2, last_applied=2,
        match_index=by_peer(2, 0), next_index=by_peer(3, 4),
    )  # fmt: skip
    assert turn(known, refused(prev=2)) == (known, [])


def test_the_same_refusal_twice_backs_up_once() -> None:
    once, sent = turn(leader("node1", 1, 1, 1), refused(prev=3))
    assert (progress(once), len(sent)) == ((0, 3), 1)
    assert turn(once, refused(prev=3)) == (once, [])


@pytest.mark.parametrize("prev", [0, 1, 3, 4])
def test_a_refusal_of_another_place_is_an_old_one(prev: int) -> None:
    asked_about_2 = leader("node1", 1, 1, 1, 1, next_index=by_peer(3, 5))
    assert turn(asked_about_2, refused(prev)) == (asked_about_2, [])


@pytest.mark.parametrize("reply", [accepted(2, term=1), refused(2, term=1)])
@pytest.mark.parametrize(
    "now",
    [
        leader("node1", 1, 2),  # leading a later term (misconception 18)
        node("node1", 1, 1, current_term=1, leader_id="node3"),  # no leader any more
    ],
    ids=["later term", "follower"],
)
def test_answers_to_an_earlier_leadership_are_ignored(now: Node, reply: AppendReply) -> None:
    assert turn(now, reply) == (now, [])


def test_a_refusal_about_the_term_deposes_and_nothing_else() -> None:
    # misconception 17
    after, sent = turn(leader("node1", 1, 1), refused(prev=2, term=2))
    assert (after, sent) == (node("node1", 1, 1, current_term=2), [])


def test_match_index_comes_from_the_answer() -> None:
    # misconception 16: the log has grown since the request was sent
    grown = leader("node1", 1, 1, 1, next_index=by_peer(1, 1))
    after, _ = turn(grown, accepted(1))
    assert progress(after) == (1, 2)


def test_a_new_leadership_starts_from_nothing() -> None:
    # misconception 19
    old = leader("node1", 1, 1, match_index=by_peer(2, 2))
    play = Play(cluster(old, node("node2", 1, 1), node("node3", 1, 1)))
    play.elect("node2", "node1", "node3")
    play.elect("node1")
    play.cluster.node("node1")
    assert play.node("node1").match_index == FrozenMap()
    play.elect("node1", "node2", "node3")
    assert play.node("node1").role is Role.LEADER
    # The heartbeats have been answered by now: that, and no more, is known.
    assert dict(play.node("node1").match_index) == {"node2": 2, "node3": 2}
    assert play.broken == []


LEADER_OF_8 = (1, 1, 1, 4, 4, 5, 5, 6, 6, 6)


@pytest.mark.parametrize(
    ("held", "refusals"),
    [
        pytest.param((1, 1, 1, 4, 4, 5, 5, 6, 6), 1, id="a"),
        pytest.param((1, 1, 1, 4), 6, id="b"),
        pytest.param((1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6), 0, id="c"),
        pytest.param((1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7), 0, id="d"),
        pytest.param((1, 1, 1, 4, 4, 4, 4), 5, id="e"),
        pytest.param((1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3), 7, id="f"),
    ],
)
def test_figure_7(held: tuple[int, ...], refusals: int) -> None:
    """The leader backs up one entry a refusal, and every follower ends with the leader's log."""
    start = cluster(
        leader("node1", *LEADER_OF_8, size=2, current_term=8),
        node("node2", *held, size=2),
    )
    play = Play(start)
    play.do(ClientCommand("node1", command(11, 8)), Replicate("node1", "node2"))
    seen = 0
    while play.cluster.network:
        message = play.cluster.network[0]
        seen += isinstance(message, AppendReply) and not message.success
        play.do(Deliver(message))
    assert seen == refusals
    assert play.node("node2").log == play.node("node1").log == log(*LEADER_OF_8, 8)
    assert progress(play.node("node1")) == (11, 12)
    assert play.broken == []


@pytest.mark.parametrize("next_index", range(1, 5))
def test_a_wrong_next_index_is_only_slow(next_index: int) -> None:
    # misconception 20
    lost = leader("node1", 1, 1, 2, next_index=by_peer(next_index, 4))
    play = Play(cluster(lost, node("node2", 1, 1, 1), node("node3")))
    play.heartbeat("node1")
    play.do(ClientCommand("node1", command(4, 2)))
    play.replicate("node1", "node2")
    assert terms(play.node("node2").log) == [1, 1, 2, 2]
    assert play.broken == []


def test_an_entry_that_came_twice_is_kept_once() -> None:
    request = append((0, 0), 1, 1)
    once, first = turn(node("node1", current_term=1), request)
    assert turn(once, request) == (once, first)


def test_requests_may_arrive_in_any_order() -> None:
    # An older request, with fewer entries, takes nothing back.
    after, _ = turn(node("node1", current_term=1), append((0, 0), 1, 1, 1, commit=3))
    late, sent = turn(after, append((0, 0), 1, commit=0))
    assert late == after
    assert sent == [AppendReply("node1", "node2", 1, True, 0, match_index=1)]


def test_merging_tells_entries_apart_by_term_as_the_paper_does() -> None:
    # Log Matching makes the term enough: one leader a term creates one entry an index.
    same_term = replace(append(), entries=(Entry(1, "SET x1 other"),))
    assert merge_entries(log(1), same_term) == log(1)
