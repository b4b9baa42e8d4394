"""What two clusters do not have in common, in sentences. Equal clusters give none, others some."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields

from raftlab.raft import (
    Client,
    Cluster,
    Disk,
    Log,
    Message,
    Node,
    Past,
    Role,
    Snapshot,
)
from raftlab.sim.words import say_message, sessions_named, short

# Compared in words of their own below.
APART = (
    "name",
    "log",
    "snapshot",
    "machine",
    "sessions",
    "reading",
    "next_index",
    "match_index",
    "disk",
)


def difference(before: Cluster, after: Cluster) -> tuple[str, ...]:
    """What changed from one cluster to the other: node by node, then the network.

    As in "node2: current_term 0 -> 1" and "node2: log gains entry 1 (term 1, SET key1 valueA)".
    """
    return (
        *_nodes(before, after),
        *_clients(before, after),
        *_network(before, after),
        *_links(before, after),
    )


def _clients(before: Cluster, after: Cluster) -> Iterator[str]:
    old = {client.name: client for client in before.clients}
    new = {client.name: client for client in after.clients}
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield f"{name}: is gone"
        elif name not in old:
            yield f"{name}: is new"
        else:
            yield from (f"{name}: {change}" for change in _client(old[name], new[name]))


def _client(before: Client, after: Client) -> Iterator[str]:
    for name in ("servers", "session", "serial", "leader"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield f"{name} {_words(old)} -> {_words(new)}"
    if before.request != after.request:
        waits = "nothing" if after.request is None else say_message(after.request)
        yield f"waits for {waits}"
    if before.answers != after.answers:
        yield f"answers {len(before.answers)} -> {len(after.answers)}"


def _nodes(before: Cluster, after: Cluster) -> Iterator[str]:
    old, new = _by_name(before), _by_name(after)
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield f"{name}: is gone"
        elif name not in old:
            yield f"{name}: is new"
        else:
            (node, past), (node_after, past_after) = old[name], new[name]
            changes = (*_node(node, node_after), *_past(past, past_after))
            yield from (f"{name}: {change}" for change in changes)


def _by_name(cluster: Cluster) -> dict[str, tuple[Node, Past]]:
    pairs = zip(cluster.nodes, cluster.pasts, strict=True)
    return {node.name: (node, past) for node, past in pairs}


def _node(before: Node, after: Node) -> Iterator[str]:
    for field in fields(Node):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if field.name not in APART and old != new:
            yield f"{field.name} {_words(old)} -> {_words(new)}"
    yield from _log(before.log, after.log)
    yield from _snapshot(before.snapshot, after.snapshot)
    for name in ("machine", "next_index", "match_index"):
        for key, old, new in _pairs(getattr(before, name), getattr(after, name)):
            yield f"{name}[{key}] {_words(old)} -> {_words(new)}"
    if before.sessions != after.sessions:
        old, new = (sessions_named(node.sessions) or "none" for node in (before, after))
        yield f"sessions {old} -> {new}"
    if before.reading != after.reading:
        yield f"reads {_reading(before)} -> {_reading(after)}"
    yield from _disk(before, after)


def _reading(node: Node) -> str:
    """The round, who has answered which, and the reads that wait, by client and request."""
    reading = node.reading
    answered = (f"{peer} {number}" for peer, number in reading.answered.pairs)
    waiting = (
        f"{read.client}'s {read.command} (request {read.serial}, index {read.read_index}, round "
        f"{read.round}, session {read.session})"
        for read in reading.waiting
    )
    return ", ".join((f"round {reading.round}", *answered, *waiting))


def _words(value: object) -> str:
    match value:
        case None | ():
            return "none"
        case True | False:
            return "yes" if value else "no"
        case Role():
            return value.value
        case tuple():
            return ", ".join(map(str, value))
        case _:
            return str(getattr(value, "members", value))


def _log(before: Log, after: Log) -> Iterator[str]:
    if before.prefix_index != after.prefix_index or before.prefix_term != after.prefix_term:
        last = f"{after.prefix_index} (term {after.prefix_term})"
        yield f"log begins after entry {last} instead of {before.prefix_index}"
    old, new = dict(before.numbered()), dict(after.numbered())
    for index in sorted(old.keys() | new.keys()):
        # What is discarded is not lost: where the log begins says it.
        if old.get(index) == new.get(index) or index <= after.prefix_index:
            continue
        for verb, entry in (("loses", old.get(index)), ("gains", new.get(index))):
            if entry is not None:
                yield f"log {verb} entry {index} (term {entry.term}, {short(entry.command)})"


def _snapshot(before: Snapshot | None, after: Snapshot | None) -> Iterator[str]:
    if before == after:
        return
    if after is None:
        yield "snapshot is gone"
        return
    ends = f"entry {after.last_included_index} (term {after.last_included_term})"
    same = before is not None and before.last_included_index == after.last_included_index
    with_sessions = f", with sessions {sessions_named(after.sessions)}" if after.sessions else ""
    yield f"snapshot up to {ends}{', another one' if same else ''}{with_sessions}"


def _pairs(
    before: Mapping[str, object], after: Mapping[str, object]
) -> Iterator[tuple[str, object, object]]:
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old != new:
            yield key, old, new


def _disk(before: Node, after: Node) -> Iterator[str]:
    """Most turns end with memory on disk; only what differs from memory then is worth words."""
    if before.disk == after.disk:
        return
    if after.disk == Disk(after.current_term, after.voted_for, after.log, after.snapshot):
        more = ", log and snapshot" if before.disk.snapshot != after.disk.snapshot else " and log"
        yield f"disk now holds current_term, voted_for{more}"
        return
    for name in ("current_term", "voted_for"):
        old, new = getattr(before.disk, name), getattr(after.disk, name)
        if old != new:
            yield f"disk.{name} {_words(old)} -> {_words(new)}"
    yield from (f"disk.{change}" for change in _log(before.disk.log, after.disk.log))
    snapshots = _snapshot(before.disk.snapshot, after.disk.snapshot)
    yield from (f"disk.{change}" for change in snapshots)


def _past(before: Past, after: Past) -> Iterator[str]:
    """What is remembered of a node for the properties' sake."""
    if before.terms_led != after.terms_led:
        yield f"terms ever led {_words(before.terms_led)} -> {_words(after.terms_led)}"
    for name in ("committed", "applied"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            count = f"{len(old)} -> {len(new)}" if len(old) != len(new) else "others than before"
            yield f"entries ever {name} {count}"


def _network(before: Cluster, after: Cluster) -> Iterator[str]:
    old, new = Counter(before.network), Counter(after.network)
    yield from (f"in flight no more: {say_message(m)}" for m in _ordered(before, old - new))
    yield from (f"in flight: {say_message(m)}" for m in _ordered(after, new - old))
    if old == new and before.network != after.network:
        yield "in flight: the same messages in another order"


def _ordered(cluster: Cluster, some: Counter[Message]) -> Iterator[Message]:
    """Those messages in the order of sending, each as often as it is counted."""
    for message in dict.fromkeys(cluster.network):
        yield from [message] * some[message]


def _links(before: Cluster, after: Cluster) -> Iterator[str]:
    cut = [link for link in after.cut if link not in before.cut]
    mended = [link for link in before.cut if link not in after.cut]
    yield from (f"link cut: {sender} -> {receiver}" for sender, receiver in cut)
    yield from (f"link mended: {sender} -> {receiver}" for sender, receiver in mended)
    if before.cut != after.cut and not cut and not mended:
        yield "links cut: the same in another order"
