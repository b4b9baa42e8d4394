"""What changed between two clusters, in sentences."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raftlab.raft import (
    ClientCommand,
    Cluster,
    Compact,
    Crash,
    Deliver,
    Disk,
    Duplicate,
    Entry,
    Event,
    FrozenMap,
    Heal,
    Log,
    Partition,
    Replicate,
    Restart,
    Session,
    Timeout,
    step,
)
from raftlab.sim import difference, figure_8, fresh, leader_elected, random_run


def after(cluster: Cluster, *events: Event) -> Cluster:
    for event in events:
        cluster = step(cluster, event).after
    return cluster


CUT = ("node1", "node2"), ("node2", "node1")
START = Cluster.of("node1", "node2")
LEADS = leader_elected(2).cluster


@pytest.mark.parametrize(
    ("before", "events", "expected"),
    [
        (
            START,
            [Timeout("node1")],
            [
                "node1: current_term 0 -> 1",
                "node1: voted_for none -> node1",
                "node1: role follower -> candidate",
                "node1: votes_received none -> node1",
                "node1: disk now holds current_term, voted_for and log",
                "in flight: RequestVote, node1 → node2, term 1, log empty",
            ],
        ),
        (
            LEADS,
            [ClientCommand("node1", "SET key1 valueA")],
            [
                "node1: log gains entry 1 (term 1, SET key1 valueA)",
                "node1: disk now holds current_term, voted_for and log",
            ],
        ),
        (START, [Crash("node2")], ["node2: up yes -> no"]),
        (after(START, Crash("node2")), [Restart("node2")], ["node2: up no -> yes"]),
        (START, [Partition((("node1",),))], [f"link cut: {a} -> {b}" for a, b in CUT]),
        (
            after(START, Partition((("node1",),))),
            [Heal()],
            [f"link mended: {a} -> {b}" for a, b in CUT],
        ),
        (
            after(START, Timeout("node1")),
            [Duplicate(after(START, Timeout("node1")).network[0])],
            ["in flight: RequestVote, node1 → node2, term 1, log empty"],
        ),
        (LEADS, [], []),
    ],
)
def test_what_an_event_changed(before: Cluster, events: list[Event], expected: list[str]) -> None:
    assert list(difference(before, after(before, *events))) == expected


def test_a_tail_that_is_replaced_is_lost_and_gained() -> None:
    before, end = figure_8("c").cluster, figure_8("d").cluster
    assert [line for line in difference(before, end) if line.startswith("node2: log")] == [
        "node2: log loses entry 2 (term 2, SET x 2)",
        "node2: log gains entry 2 (term 3, SET x 3)",
    ]


def test_what_is_remembered_and_what_is_applied() -> None:
    before = after(LEADS, ClientCommand("node1", "SET x 1"), Replicate("node1", "node2"))
    delivered = after(before, Deliver(before.network[0]))
    delivered = after(delivered, Deliver(delivered.network[0]))
    lines = difference(before, delivered)
    assert "node1: machine[x] none -> 1" in lines
    assert "node1: match_index[node2] 0 -> 1" in lines
    assert "node1: entries ever committed 0 -> 1" in lines


def test_nodes_that_come_and_go() -> None:
    assert difference(START, Cluster.of("node1", "node3"))[-2:] == (
        "node2: is gone",
        "node3: is new",
    )


def test_a_disk_that_does_not_hold_what_memory_holds() -> None:
    node = START.nodes[0]
    disk = Disk(current_term=2, voted_for="node2", log=Log((Entry(1, "SET x 1"),)))
    changed = replace(START, nodes=(replace(node, disk=disk), START.nodes[1]))
    assert difference(START, changed) == (
        "node1: disk.current_term 0 -> 2",
        "node1: disk.voted_for none -> node2",
        "node1: disk.log gains entry 1 (term 1, SET x 1)",
    )


def test_a_discarded_prefix() -> None:
    node = replace(START.nodes[0], log=Log((), prefix_index=3, prefix_term=2))
    changed = replace(START, nodes=(node, START.nodes[1]))
    assert difference(START, changed) == ("node1: log begins after entry 3 (term 2) instead of 0",)


def test_a_snapshot_that_is_taken_and_one_that_is_not_what_it_was() -> None:
    committed = after(LEADS, ClientCommand("node1", "SET x 1"), Replicate("node1"))
    committed = after(committed, Deliver(committed.network[0]))
    committed = after(committed, Deliver(committed.network[0]))
    taken = after(committed, Compact("node1"))
    assert difference(committed, taken) == (
        "node1: log begins after entry 1 (term 1) instead of 0",
        "node1: snapshot up to entry 1 (term 1)",
        "node1: disk now holds current_term, voted_for, log and snapshot",
    )
    assert difference(taken, committed)[-2:] == (
        "node1: snapshot is gone",
        "node1: disk now holds current_term, voted_for, log and snapshot",
    )
    node = taken.nodes[0]
    assert node.snapshot is not None
    empty = replace(node.snapshot, machine=FrozenMap())
    served = replace(node.snapshot, sessions=(Session(1, 2, "ok"), Session(3, 1)))
    for changed, said in (
        (replace(node, snapshot=empty), "snapshot up to entry 1 (term 1), another one"),
        (
            replace(node, snapshot=served),
            "snapshot up to entry 1 (term 1), another one, with sessions 1 (request 2, ok), "
            "3 (request 1, no value)",
        ),
        (
            replace(node, disk=replace(node.disk, snapshot=empty)),
            "disk.snapshot up to entry 1 (term 1), another one",
        ),
    ):
        other = replace(taken, nodes=(changed, taken.nodes[1]))
        assert difference(taken, other) == (f"node1: {said}",)


def test_the_order_of_messages_and_links_is_part_of_a_cluster() -> None:
    before = after(fresh(3).cluster, Timeout("node1"))
    changed = replace(before, network=before.network[::-1])
    assert difference(before, changed) == ("in flight: the same messages in another order",)
    before = after(before, Partition((("node1",),)))
    changed = replace(before, cut=before.cut[::-1])
    assert difference(before, changed) == ("links cut: the same in another order",)


@settings(max_examples=40)
@given(st.integers(1, 5), st.integers(0, 10_000))
def test_only_equal_clusters_do_not_differ(size: int, seed: int) -> None:
    start = fresh(size).cluster
    for taken in random_run(start, seed, 40):
        assert (difference(taken.before, taken.after) == ()) == (taken.before == taken.after)
        assert (difference(start, taken.after) == ()) == (start == taken.after)
