"""Clients and compaction in every schedule at once: a snapshot must carry the sessions. (§7, §8)"""

from dataclasses import replace

import pytest

from raftlab.modelcheck import Bounds, Verdict, explore
from raftlab.modelcheck.plain import search_plainly
from raftlab.raft import (
    CLIENTS,
    RAFT,
    SAFETY,
    Ask,
    Compact,
    Crash,
    InstallSnapshot,
    Node,
    Replicate,
    Restart,
    Rules,
    Timeout,
)
from raftlab.raft.ways_to_read import READ_INDEX
from raftlab.sim import History, client_ready
from raftlab.sim.linearizability import check_linearizable
from raftlab.sim.script import deliver_all, perform
from raftlab.sim.seen import seen_by_clients

READY = client_ready().cluster
EVERYTHING = (*SAFETY, *CLIENTS)
NARROW = Bounds(
    terms=0, entries=1, in_flight=1, crashes=0, commands=0, operations=1, retries=1, compactions=1
)
A_RESTART = replace(NARROW, terms=1, timeouts=1, crashes=1, restarts=1)


def take_snapshot_without_sessions(node: Node) -> Node:
    taken = RAFT.take_snapshot(node)
    if taken.snapshot is None:
        return taken
    return replace(taken, snapshot=replace(taken.snapshot, sessions=()))


def restart_without_sessions(node: Node) -> Node:
    return replace(RAFT.restart(node), sessions=())


def install_and_keep_own_sessions(node: Node, request: InstallSnapshot) -> Node:
    return replace(RAFT.install_snapshot(node, request), sessions=node.sessions)


FORGETFUL = RAFT.but(take_snapshot=take_snapshot_without_sessions)

# name: the rules, the property that breaks, after how many events
WRONG: dict[str, tuple[Rules, str, int]] = {
    "a snapshot omits sessions": (FORGETFUL, "Snapshot Is Prefix", 1),
    "a restart forgets sessions": (
        RAFT.but(restart=restart_without_sessions),
        "State Machine Is Fold",
        2,
    ),
    "an installation keeps its own sessions": (
        RAFT.but(install_snapshot=install_and_keep_own_sessions),
        "State Machine Is Fold",
        8,
    ),
}


@pytest.mark.parametrize(("rules", "name", "events"), WRONG.values(), ids=WRONG.keys())
def test_where_the_sessions_are_lost_it_is_found(rules: Rules, name: str, events: int) -> None:
    found = explore(READY, rules, A_RESTART, SAFETY, goals=())
    assert found.violation is not None
    assert (found.violation.property.name, found.events) == (name, events)


HELD = {
    "a retry": replace(NARROW, in_flight=2),
    "two compactions and a new leader": replace(NARROW, terms=1, timeouts=1, compactions=2),
    "two operations": replace(NARROW, terms=1, timeouts=1, entries=2, operations=2, retries=0),
    "a crash": A_RESTART,
}


@pytest.mark.parametrize("bounds", HELD.values(), ids=HELD.keys())
def test_raft_keeps_its_promises_where_it_compacts(bounds: Bounds) -> None:
    found = explore(READY, RAFT, bounds, EVERYTHING, goals=())
    assert (found.verdict, found.stopped) == (Verdict.NOTHING_BROKE, "")


def test_reads_without_an_entry_keep_them_too() -> None:
    bounds = replace(NARROW, terms=1, timeouts=1, operations=2, retries=0)
    found = explore(READY, READ_INDEX, bounds, EVERYTHING, goals=())
    assert (found.verdict, found.stopped) == (Verdict.NOTHING_BROKE, "")


@pytest.mark.parametrize("symmetry", [False, True], ids=["named", "renamed"])
@pytest.mark.parametrize("rules", [RAFT, READ_INDEX, FORGETFUL], ids=["RAFT", "reads", "forgets"])
def test_the_engines_agree(rules: Rules, symmetry: bool) -> None:
    bounds = replace(A_RESTART, depth=5)
    plain = search_plainly(READY, rules, bounds, CLIENTS, symmetry=symmetry)
    fast = explore(READY, rules, bounds, CLIENTS, goals=(), symmetry=symmetry)
    assert (fast.verdict, fast.levels) == (Verdict.NOTHING_BROKE, plain.levels)


@pytest.mark.parametrize(("rules", "fits"), [(RAFT, True), (FORGETFUL, False)])
def test_a_snapshot_without_sessions_lies_to_a_client(rules: Rules, fits: bool) -> None:
    """node1 forgot client1's session, and with it does not carry out what others answered."""
    start = client_ready().cluster
    history = History(
        replace(start, clients=(*start.clients, *start.with_clients("client2").clients)), rules
    )
    perform(history, Compact("node1"), Crash("node1"), Timeout("node2"))
    deliver_all(history)
    perform(history, Restart("node1"), Ask("client1", "node2", "INCR x"))
    deliver_all(history)
    perform(history, Replicate("node2"))
    deliver_all(history)
    perform(history, Timeout("node1"))
    deliver_all(history)
    perform(history, Ask("client2", "node1", "GET x"))
    deliver_all(history)
    perform(history, Replicate("node1"))
    deliver_all(history)
    told, read = seen_by_clients(history)
    assert told.answer == "1"
    assert read.ends is not None
    assert check_linearizable((told, read)).linearizable is fits
