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
    Cluster,
    Compact,
    Crash,
    Deliver,
    Drop,
    Heartbeat,
    InstallSnapshot,
    Node,
    Replicate,
    Restart,
    Rules,
    Session,
    SnapshotReply,
    Timeout,
)
from raftlab.raft.ways_to_read import READ_INDEX
from raftlab.sim import History, client_ready
from raftlab.sim.acts import Arrival
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


def take_snapshot_without_what_was_done(node: Node) -> Node:
    """Who has a session is in the snapshot, and not which request was the last, nor its answer."""
    taken = RAFT.take_snapshot(node)
    if taken.snapshot in (None, node.snapshot):
        return taken
    opened = tuple(Session(session.id, 1) for session in taken.snapshot.sessions)
    return replace(taken, snapshot=replace(taken.snapshot, sessions=opened))


def take_snapshot_with_last_sessions(node: Node) -> Node:
    """The machine is as it is now, the sessions are those of the last snapshot."""
    taken = RAFT.take_snapshot(node)
    if taken.snapshot in (None, node.snapshot):
        return taken
    earlier = node.snapshot.sessions if node.snapshot else ()
    return replace(taken, snapshot=replace(taken.snapshot, sessions=earlier))


def install_without_sessions(node: Node, request: InstallSnapshot) -> Node:
    installed = RAFT.install_snapshot(node, request)
    return installed if installed is node else replace(installed, sessions=())


def record_snapshot_as_a_round(node: Node, reply: SnapshotReply) -> Node:
    """An answer to a snapshot counts as one to the latest round of heartbeats."""
    noted = RAFT.record_snapshot(node, reply)
    answered = noted.reading.answered.set(reply.sender, noted.reading.round)
    return replace(noted, reading=replace(noted.reading, answered=answered))


FORGETFUL = RAFT.but(take_snapshot=take_snapshot_without_sessions)
VAGUE = RAFT.but(take_snapshot=take_snapshot_without_what_was_done)

# name: the rules, the property that breaks, after how many events
WRONG: dict[str, tuple[Rules, str, int]] = {
    "a snapshot omits sessions": (FORGETFUL, "Snapshot Is Prefix", 1),
    "a snapshot has the sessions of the last one": (
        RAFT.but(take_snapshot=take_snapshot_with_last_sessions),
        "Snapshot Is Prefix",
        1,
    ),
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
    "an installation forgets sessions": (
        RAFT.but(install_snapshot=install_without_sessions),
        "State Machine Is Fold",
        8,
    ),
}


@pytest.mark.parametrize(("rules", "name", "events"), WRONG.values(), ids=WRONG.keys())
def test_where_the_sessions_are_lost_it_is_found(rules: Rules, name: str, events: int) -> None:
    found = explore(READY, rules, A_RESTART, SAFETY, goals=())
    assert found.violation is not None
    assert (found.violation.property.name, found.events) == (name, events)


# What it does to clients


def answer_lost() -> History:
    """client1's request is done by node1 and node2, its answer is lost; node3 lacks the entry."""
    history = client_ready()
    perform(history, Ask("client1", "node1", "INCR count"), Arrival("client1", "node1"))
    perform(history, Replicate("node1", "node2"), Arrival("node1", "node2"))
    perform(history, Arrival("node2", "node1"))
    perform(history, Drop(history.cluster.network[0]))
    return history


def two_clients() -> Cluster:
    """The same start, and client2 beside client1."""
    more = READY.with_clients("client2").clients
    return replace(READY, clients=(*READY.clients, *more))


def snapshot_answered_late() -> History:
    """node3's answer to node1's snapshot is on its way. node2 leads by now, and does more.

    node1 has not heard of that.
    """
    history = History(two_clients())
    perform(history, Ask("client2", "node1", "INCR count"), Arrival("client2", "node1"))
    perform(history, Replicate("node1", "node2"))
    deliver_all(history)
    perform(history, Compact("node1"), Replicate("node1", "node3"), Arrival("node1", "node3"))
    perform(history, Heartbeat("node1", "node2"), Arrival("node1", "node2"))
    [late, unheard] = history.cluster.network
    perform(history, Drop(unheard), Timeout("node2"))
    kept = (late,)
    for event in (Ask("client1", "node2", "INCR count"), Replicate("node2", "node3"), None):
        while moving := [m for m in history.cluster.network if m not in kept]:
            to_node1 = moving[0].receiver == "node1"
            perform(history, (Drop if to_node1 else Deliver)(moving[0]))
        perform(history, *([event] if event else []))
    return history


AGAIN = replace(NARROW, terms=1, timeouts=1, operations=0, depth=12)

# name: the rules, from where, within which bounds, what breaks, after how many events
HARM: dict[str, tuple[Rules, History, Bounds, str, int]] = {
    "done again after a restart": (
        VAGUE,
        answer_lost(),
        replace(AGAIN, crashes=1, restarts=1),
        "Exactly Once",
        11,
    ),
    "done again after an installation": (VAGUE, answer_lost(), AGAIN, "One Store", 12),
    "an answer to a snapshot counts for a read": (
        READ_INDEX.but(record_snapshot=record_snapshot_as_a_round),
        snapshot_answered_late(),
        replace(NARROW, entries=0, in_flight=4, retries=0, compactions=0),
        "One Store",
        4,
    ),
}
EACH_HARM = pytest.mark.parametrize(
    ("rules", "start", "bounds", "name", "events"), HARM.values(), ids=HARM.keys()
)


@EACH_HARM
def test_the_harm_shows_to_clients(
    rules: Rules, start: History, bounds: Bounds, name: str, events: int
) -> None:
    found = explore(start, rules, bounds, CLIENTS, goals=())
    assert found.violation is not None
    assert (found.violation.property.name, found.events) == (name, events)
    if events <= 4:
        plain = search_plainly(start.cluster, rules, bounds, CLIENTS)
        assert ([v.property.name for v in plain.violations], len(plain.run)) == ([name], events)


@EACH_HARM
def test_without_the_mistake_there_is_none(
    rules: Rules, start: History, bounds: Bounds, name: str, events: int
) -> None:
    right = READ_INDEX if "skips_log" in rules.changed else RAFT
    found = explore(start, right, bounds, EVERYTHING, goals=())
    assert (found.verdict, found.stopped) == (Verdict.NOTHING_BROKE, "")


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
    history = History(two_clients(), rules)
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
