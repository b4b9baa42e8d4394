"""What must hold of snapshots, on clusters made by hand; and the other properties beside them."""

from dataclasses import replace

import pytest

from raftlab.raft import (
    Change,
    Cluster,
    Configuration,
    Disk,
    FrozenMap,
    InstallSnapshot,
    Log,
    Node,
    Past,
    Server,
    Snapshot,
    SnapshotReply,
    broken_in,
)
from raftlab.raft.lemmas import PROPERTIES
from raftlab.raft.past import Committed

from .clusters import NAMES, entries, leader, node
from .test_compaction import holding, log, machine, snapshot

BY_NAME = {p.name: p for p in PROPERTIES}


def says(name: str, *servers: Server, network: tuple = ()) -> str | None:
    nodes, pasts = zip(*servers, strict=True)
    broken = broken_in(Cluster(nodes, pasts, network), [BY_NAME[name]])
    return broken[0].sentence if broken else None


def applied(*terms: int, unknown: int = 0) -> Past:
    """Who has applied entries of these terms, after some that it never saw."""
    known = entries(*terms, start=unknown + 1)
    committed = (None,) * unknown + tuple(Committed(entry, 1) for entry in known)
    return Past(committed=committed, applied=(None,) * unknown + known)


NOTHING = Past()


def lone(of: Node, past: Past = NOTHING) -> tuple[Server, ...]:
    others = (Server(node(name, current_term=2), Past()) for name in NAMES[1:3])
    return Server(of, past), *others


# Snapshot Covers Discarded

DISCARDED = "node1 has discarded its log up to entry 2 of term 1"
TWO = holding(2, 1)


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (replace(TWO, snapshot=None), f"{DISCARDED}, but has no snapshot."),
        (
            replace(TWO, snapshot=snapshot(1)),
            f"{DISCARDED}, but its snapshot ends with entry 1 of term 1.",
        ),
        (
            replace(TWO, snapshot=snapshot(2, 2)),
            f"{DISCARDED}, but its snapshot ends with entry 2 of term 2.",
        ),
        (
            replace(TWO, snapshot=snapshot(3, 2)),  # its entry 3 is of term 1
            f"{DISCARDED}, but its snapshot ends with entry 3 of term 2.",
        ),
        (
            replace(TWO, disk=Disk(2, None, log(2, 1))),
            f"{DISCARDED} on its disk, but has no snapshot.",
        ),
        (
            replace(TWO, disk=Disk(2, None, log(2, 1), snapshot(1))),
            f"{DISCARDED} on its disk, but its snapshot ends with entry 1 of term 1.",
        ),
    ],
)
def test_what_is_gone_and_in_no_snapshot(bad: Node, sentence: str) -> None:
    assert says("Snapshot Covers Discarded", *lone(bad)) == sentence


@pytest.mark.parametrize(
    "good",
    [
        TWO,
        holding(0, 1),
        replace(holding(0, 1, 1), snapshot=snapshot(1)),  # saved, and nothing discarded yet
        replace(TWO, snapshot=snapshot(3)),
        replace(TWO, snapshot=snapshot(9, 7)),  # further than the log, which will go
        replace(TWO, disk=Disk(2, None, Log())),  # within a turn: the disk is as it was
    ],
)
def test_what_is_gone_and_in_a_snapshot(good: Node) -> None:
    assert says("Snapshot Covers Discarded", *lone(good)) is None


# Snapshot Is Prefix

HAS = "node1 has a snapshot up to entry 2 of term 1"


def with_snapshot(made: Snapshot) -> Node:
    return replace(TWO, snapshot=made, disk=replace(TWO.disk, snapshot=made))


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (
            replace(snapshot(2), machine=machine(1)),
            f"{HAS}, which came to {{'x1': 't1', 'x2': 't1'}}, but the snapshot holds "
            "{'x1': 't1'}.",
        ),
        (replace(snapshot(2), last_included_term=2), "that entry is of term 1."),
        (
            replace(snapshot(2), configuration=Configuration(NAMES[:2])),
            f"{HAS} of a cluster of node1, node2, but the servers are node1, node2, node3.",
        ),
        (
            replace(snapshot(2), configuration=None),  # type: ignore[arg-type]
            f"{HAS} of a cluster of nobody, but the servers are node1, node2, node3.",
        ),
    ],
)
@pytest.mark.parametrize("who", ["itself", "another", "both in part"])
def test_a_snapshot_that_is_not_what_was_applied(made: Snapshot, sentence: str, who: str) -> None:
    mine, theirs = {
        "itself": (applied(1, 1), Past()),
        "another": (Past(), applied(1, 1)),
        "both in part": (applied(1, unknown=1), applied(1)),
    }[who]
    servers = (
        Server(with_snapshot(made), mine),
        Server(node("node2", current_term=2), theirs),
        Server(node("node3", current_term=2), Past()),
    )
    said = says("Snapshot Is Prefix", *servers)
    assert said is not None
    assert said.endswith(sentence)
    # On the disk alone it is as bad: a crash brings it back.
    on_disk = replace(servers[0].node, snapshot=None)
    assert says("Snapshot Is Prefix", servers[0]._replace(node=on_disk), *servers[1:]) == said


@pytest.mark.parametrize("past", [applied(1, 1), applied(1, unknown=1), Past(), applied(1, 1, 1)])
def test_a_snapshot_of_what_was_applied_or_is_not_known(past: Past) -> None:
    assert says("Snapshot Is Prefix", *lone(TWO, past)) is None


@pytest.mark.parametrize("index", [0, -1, 3])
def test_of_an_index_that_nobody_applied_nothing_is_said(index: int) -> None:
    odd = with_snapshot(replace(snapshot(2), last_included_index=index, machine=FrozenMap()))
    assert says("Snapshot Is Prefix", *lone(odd, applied(1, 1))) is None


# The others, beside a discarded prefix


def changed(before: Node, after: Node, past: Past, rule: str = "install_snapshot") -> str | None:
    change = Change(rule, Server(before, past), Server(after, past))
    said: str | None = BY_NAME["Committed Log Append-Only"].says(change)
    return said


@pytest.mark.parametrize(
    ("after", "past", "lost"),
    [
        (holding(3), applied(1, 1, 1), None),
        (holding(2, 1), applied(1, 1, 1), None),
        (holding(2), applied(1, 1, 1), "entry 3 of term 1"),
        (holding(1), applied(1, 1, 1), "entry 2 of term 1"),  # it had been discarded
        (holding(1), applied(unknown=3), "entry 2"),  # nobody here ever saw it
        (replace(holding(2, 1), log=Log((), 2, 9)), applied(1, 1), "entry 2 of term 1"),
    ],
)
def test_a_committed_entry_may_be_discarded_and_not_lost(
    after: Node, past: Past, lost: str | None
) -> None:
    said = changed(holding(2, 1), after, past)
    assert said == (lost and f"node1 took {lost} for committed, and then lost it from its log.")


def test_a_machine_begins_where_the_snapshot_ends() -> None:
    good = holding(2, 1, applied=3)
    assert says("State Machine Is Fold", *lone(good)) is None
    for bad in (replace(good, machine=machine(2)), replace(good, machine=FrozenMap())):
        assert says("State Machine Is Fold", *lone(bad)) == (
            "node1 has applied its log up to entry 3, which makes "
            f"{machine(3)}, but its machine is {bad.machine}."
        )
    # Where no snapshot says what it begins with, nothing is said.
    assert says("State Machine Is Fold", *lone(replace(good, snapshot=None))) is None


def test_a_leader_that_has_discarded_its_own_entries_still_holds_the_highest() -> None:
    leads = replace(leader("node1", current_term=1), log=log(3))
    other = Server(node("node2", 1, 1, 1), Past())
    rest = Server(node("node3", 1), Past())
    name = "Leader Holds Highest Index Of Its Term"
    assert says(name, Server(leads, Past()), other, rest) is None
    behind = replace(leads, log=log(2))
    assert says(name, Server(behind, Past()), other, rest) == (
        "node1 leads term 1 and holds entries of it up to index 2, but node2 holds one at index 3."
    )


SENT = InstallSnapshot("node1", "node2", 2, snapshot(2))
TAKEN = SnapshotReply("node1", "node2", 2, 2)


@pytest.mark.parametrize(
    ("message", "terms_led", "sentence"),
    [
        (SENT, (2,), None),
        (SENT, (1,), "node1 sent a snapshot of term 2, which it never led."),
        (TAKEN, (), None),
    ],
)
def test_who_sends_a_snapshot_has_led(message, terms_led: tuple, sentence: str | None) -> None:
    servers = lone(TWO, Past(terms_led=terms_led))
    name = "Append Only From The Term's Leader"
    assert says(name, *servers, network=(message,)) == sentence
    if sentence is None and isinstance(message, InstallSnapshot):
        theirs = replace(message, sender="node3")
        led = (servers[0], servers[1], servers[2]._replace(past=Past(terms_led=(2,))))
        assert says(name, *led, network=(theirs,)) == (
            "node3 sent a snapshot of term 2, which node1 led."
        )


@pytest.mark.parametrize(
    ("disk", "kept"),
    [
        (Disk(2, None, log(2)), True),
        (Disk(2, None, log(0, 1, 1)), True),
        (Disk(3, None, Log()), True),
        (Disk(2, None, log(1)), False),
        (Disk(2, None, Log()), False),
    ],
)
def test_a_snapshot_that_is_answered_for_is_on_the_disk(disk: Disk, kept: bool) -> None:
    servers = lone(replace(TWO, disk=disk))
    said = says("Durable Before Reply", *servers, network=(TAKEN,))
    told = "node1 told node2 of a snapshot up to 2 in term 2, and does not have that on its disk."
    assert said == (None if kept else told)
    nothing = replace(TAKEN, match_index=0)
    assert says("Durable Before Reply", *servers, network=(nothing,)) is None
