"""Table K: a snapshot in place of what was discarded. (§7, Figures 12 and 13)"""

from dataclasses import replace

import pytest

from raftlab.raft import (
    AppendEntries,
    AppendReply,
    Cluster,
    Compact,
    Configuration,
    Deliver,
    Entry,
    FrozenMap,
    Heal,
    Heartbeat,
    InstallSnapshot,
    Log,
    Node,
    Partition,
    Snapshot,
    SnapshotReply,
    Timeout,
    react,
)

from ..clusters import NAMES, Play, entries, leader, node, turn
from .tables import row

ELEVEN = Snapshot(11, 11, Configuration(NAMES[:3]), FrozenMap.of({"x": "11"}))
SENT = InstallSnapshot("node2", "node1", 11, ELEVEN)


# Whether it knew the others before or not.
@row("K01")
@pytest.mark.parametrize("size", [1, 3])
def test_an_empty_node_restores_a_snapshot(size: int) -> None:
    after, sent = turn(node("node1", size=size), SENT)
    assert (after.log, after.log.last_index, after.log.last_term) == (Log((), 11, 11), 11, 11)
    assert after.configuration.members == ("node1", "node2", "node3")
    assert (after.commit_index, after.last_applied) == (11, 11)
    assert (after.machine, after.snapshot, after.disk.snapshot) == (ELEVEN.machine, ELEVEN, ELEVEN)
    assert sent == [SnapshotReply("node1", "node2", 11, 11)]
    # The same again changes nothing.
    assert turn(after, SENT) == (after, sent)


@row("K01")
def test_no_moment_comes_at_which_it_could_campaign_before_applying() -> None:
    moments = [firing.node for firing in react(node("node1"), Deliver(SENT)).firings]
    assert {(n.log.prefix_index, n.last_applied) for n in moments} == {(0, 0), (11, 11)}
    stands, _ = turn(moments[-1], Timeout("node1"))
    assert (stands.current_term, stands.last_applied) == (12, 11)


def of_term_1(last: int, prefix: int, **fields: object) -> Node:
    """The leader of term 1, whose log ends at `last` and begins after a snapshot at `prefix`."""
    snapshot = Snapshot(prefix, 1, Configuration(NAMES[:3]), FrozenMap())
    new = leader("node1", current_term=1, **fields)
    log = Log(entries(*[1] * (last - prefix), start=prefix + 1), prefix, 1)
    return replace(new, log=log, snapshot=snapshot, commit_index=prefix, last_applied=prefix)


@row("K04")
@pytest.mark.parametrize("next_index", [2, 11, 12, 13])
def test_a_refusal_below_the_first_index_brings_a_snapshot(next_index: int) -> None:
    before = of_term_1(12, 11, next_index=FrozenMap.of({"node2": next_index, "node3": 13}))
    prev = next_index - 1
    after, [again] = turn(before, AppendReply("node2", "node1", 1, False, prev, last_log_index=0))
    assert after.next_index["node2"] == prev
    if prev <= 11:
        assert again == InstallSnapshot("node1", "node2", 1, before.snapshot)
    else:
        assert again == AppendEntries("node1", "node2", 1, 11, 1, entries(1, start=12), 11)


@row("K07")
def test_a_slow_node_catches_up_by_a_snapshot() -> None:
    play = Play(Cluster.of(*NAMES[:3]))
    play.elect("node1", "node2", "node3")
    play.do(Partition((("node3",),)))
    for number in range(101):
        play.replicate("node1", "node2", text=f"SET x {number}")
    play.heartbeat("node1")
    play.do(Compact("node1"))
    assert play.node("node1").log == Log((), 101, 1)
    play.do(Heal())
    play.heartbeat("node1")
    play.replicate("node1", "node2", "node3", text="SET y 1")
    play.replicate("node1", "node3")  # what is behind the snapshot
    play.heartbeat("node1")
    ends = [(n.log.last_index, n.commit_index, n.machine) for n in play.cluster.nodes]
    assert ends == [(102, 102, FrozenMap.of({"x": "100", "y": "1"}))] * 3
    assert [n.log.prefix_index for n in play.cluster.nodes] == [101, 0, 101]
    assert play.broken == []


@row("K10")
def test_a_slow_follower_after_a_compaction() -> None:
    play = Play(Cluster.of(*NAMES[:3]))
    play.elect("node1", "node2", "node3")
    for index in range(1, 19):
        peers = ("node2", "node3") if index <= 14 else ("node2",)
        play.do(*([Partition((("node3",),))] if index == 15 else []))
        play.replicate("node1", *peers, text=f"SET x {index}")
        play.do(*([Compact("node1")] if index == 17 else []))
    assert play.node("node1").log == Log((Entry(1, "SET x 18"),), 17, 1)
    play.do(Heal(), Heartbeat("node1"))
    play.deliver_all()
    play.replicate("node1", "node3")
    play.replicate("node1", "node3")
    leads = play.node("node1")
    assert (dict(leads.match_index), dict(leads.next_index)) == (
        {"node2": 18, "node3": 18},
        {"node2": 19, "node3": 19},
    )
    assert play.node("node3").snapshot == leads.snapshot
    assert play.broken == []
