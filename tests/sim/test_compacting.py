"""When to compact: what each policy asks for, and what it costs. (§7)"""

from dataclasses import replace

import pytest

from raftlab.raft import (
    RAFT,
    ClientCommand,
    Cluster,
    Compact,
    Crash,
    Entry,
    FrozenMap,
    InstallSnapshot,
    Log,
    Node,
    Origin,
    RuleError,
    Session,
    Snapshot,
    SnapshotReply,
    Timeout,
    broken_by,
    react,
    step,
)
from raftlab.raft.lemmas import PROPERTIES
from raftlab.sim import fresh, random_run
from raftlab.sim.chance import Mix
from raftlab.sim.compacting import (
    NEVER,
    Policy,
    at_size,
    at_times_the_snapshot,
    carried_bytes,
    due_after,
    entry_bytes,
    every,
    log_bytes,
    machine_bytes,
    snapshot_bytes,
)
from raftlab.sim.experiments import compare_compaction
from raftlab.sim.experiments.compaction_costs import HEAD
from raftlab.views.experiment import show_experiment
from tests.raft.clusters import append, cluster, entries, leader, node

ENTRY = 8 + len("SET x1 t1")  # its term, and its command


def applied(count: int, prefix: int = 0, waiting: int = 0) -> Node:
    """A lone leader that has applied so many entries, of which it has discarded some."""
    log = Log(entries(*[1] * (count - prefix + waiting), start=prefix + 1), prefix, bool(prefix))
    fields = {"log": log, "commit_index": count, "last_applied": count}
    return leader("node1", size=1, current_term=1, machine=FrozenMap.of({"k": "v"}), **fields)


@pytest.mark.parametrize(
    ("policy", "of", "is_due"),
    [
        (NEVER, applied(9), False),
        (every(3), applied(2), False),
        (every(3), applied(2, waiting=5), False),  # what is not applied cannot be in a snapshot
        (every(3), applied(3), True),
        (every(3), applied(5, prefix=3), False),
        (every(3), applied(6, prefix=3), True),
        (at_size(2 * ENTRY), applied(1), False),
        (at_size(2 * ENTRY), applied(2), True),
        (at_size(2 * ENTRY), applied(5, prefix=4), False),
        (at_times_the_snapshot(2), applied(2), False),  # 34 bytes; the snapshot would be 23
        (at_times_the_snapshot(2), applied(3), True),
    ],
)
def test_when_a_policy_wants_a_snapshot(policy: Policy, of: Node, is_due: bool) -> None:
    assert policy.is_due(of) is is_due
    # It is asked of the node that has just had a turn, and of one that can compact.
    taken = step(cluster(of), ClientCommand("node1", "SET x 1"))
    undone = replace(taken, after=cluster(of))
    assert due_after(undone, policy) == (Compact("node1") if is_due else None)
    down = replace(taken, after=cluster(replace(of, up=False)))
    assert due_after(down, policy) is None


def test_no_policy_asks_twice() -> None:
    eager = Policy("always", lambda node: True)
    taken = step(cluster(applied(2)), Compact("node1"))
    assert due_after(taken, eager) is None
    assert due_after(step(taken.after, Crash("node1")), eager) is None
    assert due_after(step(cluster(node(), node("node2")), Timeout("node1")), eager) is None


@pytest.mark.parametrize("make", [every, at_size, at_times_the_snapshot])
@pytest.mark.parametrize("number", [0, -1, 2.5, True, "ten", None])
def test_what_is_no_number_is_refused(make, number) -> None:
    with pytest.raises(ValueError, match="A policy is given a whole number from 1 on, not "):
        make(number)


def test_how_large_things_are() -> None:
    of = applied(3)
    assert (entry_bytes(Entry(1, None)), entry_bytes(Entry(1, "SET ä 1"))) == (8, 16)
    assert log_bytes(of) == 3 * ENTRY
    # Where it ends, its one member, and one key with its value.
    assert machine_bytes(of) == 16 + len("node1") + len("kv")
    taken = react(of, Compact("node1")).node.snapshot
    assert isinstance(taken, Snapshot)
    assert snapshot_bytes(taken) == machine_bytes(of)
    # A session: its number, its last request, and the answer.
    of_client = Entry(1, "SET ä 1", Origin("client1", 1, 2))
    assert entry_bytes(of_client) == 16 + len("client1") + 16
    with_sessions = replace(taken, sessions=(Session(1, 1), Session(2, 4, "ok")))
    assert snapshot_bytes(with_sessions) == snapshot_bytes(taken) + 2 * 16 + len("ok")
    served = replace(of, sessions=with_sessions.sessions)
    assert machine_bytes(served) == snapshot_bytes(with_sessions)
    assert carried_bytes(append((0, 0), 1, 1)) == 2 * ENTRY
    assert carried_bytes(InstallSnapshot("node1", "node2", 1, taken)) == snapshot_bytes(taken)
    assert carried_bytes(append()) == 0
    assert carried_bytes(SnapshotReply("node2", "node1", 1, 3)) == 0


# What they cost


def test_what_policies_cost() -> None:
    costs = compare_compaction()
    assert str(costs) == TABLE
    assert repr(costs) == str(costs)
    never, often = costs["never"], costs["every 10 entries"]
    # It takes writing snapshots to keep logs short; and who was down gets less to read.
    assert (never.written, often.written) == (0, 20_991)
    assert often.longest_log < never.longest_log == 300
    assert often.bytes_received < never.bytes_received
    assert costs == compare_compaction()


TABLE = """\
When to compact: three servers, 300 commands, and one server down twice
  snapshot taken            snapshots   bytes written   longest log   largest disk   entries received   snapshots received   bytes received
  never                             0               0           300          7,542                600                    0           15,084
  every 10 entries                 78          20,991            11            565                498                    3           13,366
  every 50 entries                 16           4,398            51          1,585                509                    2           13,351
  at 2,000 bytes                    8           2,208            83          2,296                578                    1           14,807
  at 4 times the snapshot          17           4,677            45          1,428                531                    2           13,929
A number takes 8 bytes. Written are the snapshots that servers took of their own."""  # noqa: E501


def test_the_table_is_shown_without_a_picture() -> None:
    costs = compare_compaction([every(5)], commands=20)
    assert costs.rows()[0] == HEAD
    shown = show_experiment(costs)
    assert shown["text/plain"] == str(costs)
    assert "every 5 entries" in shown["text/html"]
    assert "<img" not in shown["text/html"]
    with pytest.raises(KeyError):
        costs["every 6 entries"]


def test_who_does_not_catch_up_is_named() -> None:
    def ignores(node: Node, request: InstallSnapshot) -> Node:
        return node

    costs = compare_compaction([NEVER, every(5)], 40, rules=RAFT.but(install_snapshot=ignores))
    assert costs.notes[1:] == ("Not all caught up by the end: every 5 entries.",)


def test_what_no_experiment_can_begin_with_is_refused() -> None:
    for commands in (0, 2_001, 1.5, True):
        with pytest.raises(ValueError, match="commands is a whole number from 1 to 2,000, not "):
            compare_compaction(commands=commands)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="A policy is Policy"):
        compare_compaction([10])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="The rules are RAFT"):
        compare_compaction(rules=None)  # type: ignore[arg-type]

    def raises(node: Node) -> Node:
        raise ZeroDivisionError

    with pytest.raises(RuleError, match="take_snapshot"):
        compare_compaction([every(5)], 20, rules=RAFT.but(take_snapshot=raises))


# Random runs with everything on

EVERYTHING = Mix(compact=60, command=120, replicate=200, timeout=8, delay=20, longest_log=200)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7])
def test_no_random_run_with_compaction_breaks_anything(size: int) -> None:
    start = Cluster.of(*[f"node{number}" for number in range(1, size + 1)])
    compacted = installed = 0
    for seed in range(6):
        for done in random_run(start, seed, 500, mix=EVERYTHING):
            assert broken_by(done, PROPERTIES) == ()
            compacted += isinstance(done.event, Compact)
            took = [f for f in done.firings if f.rule == "install_snapshot"]
            installed += any(
                f.node.snapshot != done.before.node(f.node.name).snapshot for f in took
            )
    assert compacted > 20
    assert installed > 5 or size < 3  # of two, both must have what is committed


def test_without_a_share_of_compactions_a_random_run_is_as_it_was() -> None:
    start = fresh(3).cluster
    usual = [done.event for done in random_run(start, 7, 300)]
    assert usual == [done.event for done in random_run(start, 7, 300, mix=Mix(compact=0))]
    assert not any(isinstance(event, Compact) for event in usual)
