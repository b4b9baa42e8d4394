"""What happened: the cluster before, the event, the firings, the cluster after, sent and lost."""

from dataclasses import replace

import pytest

from raftlab.raft import (
    ClientCommand,
    Cluster,
    Crash,
    Deliver,
    Drop,
    Duplicate,
    Event,
    Firing,
    FrozenMap,
    Heal,
    Heartbeat,
    NotPossible,
    Partition,
    Past,
    Replicate,
    RequestVote,
    Restart,
    Role,
    Step,
    Timeout,
    VoteReply,
    react,
    step,
)
from raftlab.raft.node import persist
from raftlab.raft.past import Committed

from .clusters import NAMES, Play, append, candidate, cluster, entries, leader, node

THREE = Cluster.of(*NAMES[:3])
TO_NODE2 = RequestVote("node1", "node2", 1, 0, 0)
TO_NODE3 = RequestVote("node1", "node3", 1, 0, 0)


def test_a_whole_step() -> None:
    before, stands = THREE.node("node1"), candidate("node1", current_term=1)
    in_memory = replace(stands, disk=before.disk)
    assert step(THREE, Timeout("node1")) == Step(
        before=THREE,
        event=Timeout("node1"),
        firings=(
            Firing("may_start_election", (), True, before),
            Firing("start_election", (), in_memory, in_memory),
            Firing("resets_election_timer", (), True, in_memory),
            Firing("request_vote", ("node2",), TO_NODE2, in_memory),
            Firing("request_vote", ("node3",), TO_NODE3, in_memory),
            Firing("wins_election", (), False, in_memory),
            Firing("may_apply", (), False, in_memory),
            Firing("persist", (), stands, stands),
        ),
        after=Cluster((stands, *THREE.nodes[1:]), (Past(),) * 3, (TO_NODE2, TO_NODE3)),
        sent=(TO_NODE2, TO_NODE3),
        lost=(),
    )


def test_the_moment_between_the_last_vote_and_the_leader() -> None:
    # The walk-through shows a candidate with two votes: it exists within a step.
    vote = VoteReply("node2", "node1", 1, vote_granted=True)
    done = step(cluster(candidate(current_term=1), network=(vote,)), Deliver(vote))
    recorded = next(firing.node for firing in done.firings if firing.rule == "record_vote")
    assert (recorded.role, recorded.votes_received) == (Role.CANDIDATE, ("node1", "node2"))
    assert done.after.node("node1").role is Role.LEADER
    assert done.after.past("node1") == Past(terms_led=(1,))


def test_guards_that_gave_false_are_kept() -> None:
    request = RequestVote("node2", "node1", 1, 0, 0)
    voted = node(current_term=1, voted_for="node3")
    done = step(cluster(voted, network=(request,)), Deliver(request))
    refused = VoteReply("node1", "node2", 1, vote_granted=False)
    assert done.firings == (
        Firing("adopt_newer_term", (request,), voted, voted),
        Firing("is_stale", (request,), False, voted),
        Firing("may_vote", (request,), False, voted),
        Firing("reply", (request,), refused, voted),
        Firing("resets_election_timer", (request,), False, voted),
        Firing("may_apply", (), False, voted),
        Firing("persist", (), voted, voted),
    )


@pytest.mark.parametrize(
    ("at", "known"),
    [
        (node(current_term=1, leader_id="node3"), "node3"),
        (node(current_term=1), None),
        (candidate(current_term=1), None),
    ],
)
def test_a_command_elsewhere_is_refused_with_the_leaders_name(at, known: str | None) -> None:
    # §8
    done = step(cluster(at), ClientCommand("node1", "SET a 1"))
    assert done.firings[0] == Firing("refuse_command", ("SET a 1",), known, at)
    assert (done.after, done.sent) == (cluster(at), ())


def test_a_node_forgets_who_led_an_earlier_term() -> None:
    at, _, _ = react(node(current_term=1, leader_id="node3"), Timeout("node1"))
    assert at.leader_id is None


def test_dropping_and_duplicating() -> None:
    start = replace(THREE, network=(TO_NODE2, TO_NODE3))
    assert step(start, Drop(TO_NODE2)) == Step(
        start, Drop(TO_NODE2), (), replace(THREE, network=(TO_NODE3,)), lost=(TO_NODE2,)
    )
    assert step(start, Duplicate(TO_NODE2)) == Step(
        start, Duplicate(TO_NODE2), (), replace(THREE, network=(TO_NODE2, TO_NODE3, TO_NODE2))
    )


def test_equal_messages_are_interchangeable() -> None:
    start = replace(THREE, network=(TO_NODE2, TO_NODE3, TO_NODE2))
    after = step(start, Deliver(TO_NODE2)).after
    reply = VoteReply("node2", "node1", 1, vote_granted=True)
    assert after.network == (TO_NODE3, TO_NODE2, reply)  # the oldest goes, order is kept


def test_a_partition_loses_what_crosses_it_until_it_heals() -> None:
    start = replace(THREE, network=(TO_NODE2, TO_NODE3))
    parted = step(start, Partition((("node1", "node2"), ("node3",))))
    links = (("node1", "node3"), ("node2", "node3"), ("node3", "node1"), ("node3", "node2"))
    assert parted.after == replace(start, network=(TO_NODE2,), cut=links)
    assert (parted.sent, parted.lost) == ((), (TO_NODE3,))

    stands = step(parted.after, Timeout("node3"))
    requests = tuple(RequestVote("node3", peer, 1, 0, 0) for peer in ("node1", "node2"))
    assert (stands.sent, stands.lost) == (requests, requests)
    assert stands.after.network == (TO_NODE2,)

    inside = step(stands.after, Deliver(TO_NODE2))
    assert inside.lost == ()

    healed = step(inside.after, Heal())
    assert healed.after == replace(inside.after, cut=())
    assert step(healed.after, Timeout("node3")).lost == ()


@pytest.mark.parametrize(
    ("groups", "apart"),
    [
        ((("node1",),), {("node1", "node2"), ("node1", "node3")}),  # the unnamed stay together
        ((("node1",), ("node2",)), {("node1", "node2"), ("node1", "node3"), ("node2", "node3")}),
        ((("node1", "node3"), ("node2",)), {("node1", "node2"), ("node2", "node3")}),
    ],
)
def test_who_is_apart(groups, apart: set[tuple[str, str]]) -> None:
    cut = step(THREE, Partition(groups)).after.cut
    assert set(cut) == apart | {(there, here) for here, there in apart}


def test_a_partition_can_change_while_there_is_one() -> None:
    once = step(THREE, Partition((("node1",),))).after
    assert step(once, Partition((("node2",),))).after == step(THREE, Partition((("node2",),))).after


LEADING = cluster(leader("node1", 1), node("node2", 1), node("node3", 1))


@pytest.mark.parametrize(
    ("start", "event", "sentence"),
    [
        (THREE, Timeout("node9"), "There is no node named 'node9'; there are node1, node2, node3."),
        (THREE, Deliver(TO_NODE2), "This message is not in flight (any more)."),
        (THREE, Drop(TO_NODE2), "This message is not in flight (any more)."),
        (THREE, Duplicate(TO_NODE2), "This message is not in flight (any more)."),
        (THREE, Restart("node1"), "node1 runs already."),
        (THREE, Heal(), "No link is cut."),
        (LEADING, Timeout("node1"), "node1 leads: it has no election timer (§5.2)."),
        (
            THREE,
            Heartbeat("node1"),
            "node1 is no leader: only a leader sends AppendEntries (§5.2).",
        ),
        (
            THREE,
            Replicate("node1", "node2"),
            "node1 is no leader: only a leader sends AppendEntries (§5.2).",
        ),
        (LEADING, Heartbeat("node1", "node1"), "node1 has no peer node1."),
        (LEADING, Replicate("node1", "node7"), "node1 has no peer node7."),
        (cluster(leader(size=1)), Heartbeat("node1"), "node1 has no peer."),
        (
            LEADING,
            Replicate("node1"),
            "node1 knows of no entry that a peer lacks (Fig. 2, Leaders 3).",
        ),
        (
            LEADING,
            Replicate("node1", "node2"),
            "node1 knows of no entry that node2 lacks (Fig. 2, Leaders 3).",
        ),
        (
            THREE,
            ClientCommand("node1", "PUT a 1"),
            "The state machine understands 'SET key value', 'GET key', 'DELETE key', "
            "'CAS key expected new' and 'INCR key', and not 'PUT a 1'.",
        ),
        (THREE, Crash("node1", Timeout("node2")), "node1 can only crash in a turn of its own."),
        (THREE, Crash("node1", Crash("node1")), "node1 can only crash in a turn of its own."),
        (THREE, Crash("node1", Heartbeat("node1")), "node1 is no leader: only a leader sends "
         "AppendEntries (§5.2)."),
        (THREE, Crash("node2", Deliver(TO_NODE2)), "This message is not in flight (any more)."),
        (
            THREE,
            Partition((("node1",), ("node4",))),
            "There is no node named 'node4'; there are node1, node2, node3.",
        ),
        (
            THREE,
            Partition((("node1",), ("node1", "node2"))),
            "A node can be on one side of a partition only.",
        ),
        (THREE, Partition((NAMES[:3],)), "One group is no partition."),
        (THREE, Partition(()), "One group is no partition."),
        (THREE, Partition(((), NAMES[:3])), "One group is no partition."),
    ],
)  # fmt: skip
def test_why_an_event_cannot_happen(start: Cluster, event: Event, sentence: str) -> None:
    with pytest.raises(NotPossible) as refusal:
        step(start, event)
    assert str(refusal.value) == sentence


def test_the_past_remembers_what_a_crash_forgets() -> None:
    play = Play(Cluster.of("node1"))
    play.do(Timeout("node1"), ClientCommand("node1", "SET x1 t1"), Crash("node1"))
    [entry] = entries(1)
    remembered = Past(terms_led=(1,), committed=(Committed(entry, 1),), applied=(entry,))
    assert play.cluster.past("node1") == remembered
    play.do(Restart("node1"), Timeout("node1"))
    assert play.cluster.past("node1") == replace(remembered, terms_led=(1, 2))


def test_a_turn_reads_only_its_node() -> None:
    request = append((0, 0), 1, commit=1)
    at = node(current_term=1)
    done = step(cluster(at, leader("node2", 1), network=(request,)), Deliver(request))
    assert react(at, Deliver(request)) == (done.after.node("node1"), done.sent, done.firings)


def test_a_step_leaves_its_arguments_alone() -> None:
    before = replace(THREE, network=(TO_NODE2,))
    copy = replace(before)
    step(before, Deliver(TO_NODE2))
    assert before == copy


def test_persisting_unchanged_state_changes_nothing() -> None:
    assert persist(node("node1", 1)) == node("node1", 1)
    assert node().machine == FrozenMap()
