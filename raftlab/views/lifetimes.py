"""How long each field of a node lives: what a crash leaves on disk, and what it takes. (Fig. 2)"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from raftlab.raft import (
    Cluster,
    Crash,
    Disk,
    Entry,
    Log,
    Node,
    Role,
    Session,
    Snapshot,
    Step,
)
from raftlab.raft.node import restart
from raftlab.sim.explain.changes import changes, log_changes
from raftlab.sim.words import entries_named, sessions_named, short, snapshot_named, voted

ON_DISK = ("current_term", "voted_for")
IN_MEMORY = (
    "role",
    "leader_id",
    "votes_received",
    "commit_index",
    "last_applied",
    "machine",
    "sessions",
    "next_index",
    "match_index",
)
MOST_PAIRS = 8


@dataclass(frozen=True, slots=True)
class Fact:
    """A field and its value in words, and whether the step changed it."""

    field: str
    value: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry on disk, and whether the step put it there."""

    index: int
    entry: Entry
    new: bool = False


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """What of one node is on disk, and what only in memory.

    `discarded` and `removed` say what of the log is no more. Of a node that is down, `memory` is
    what the step's crash took, or nothing; `turn` says that memory was just lost, or has just begun
    anew. `notes` are sentences: where memory and disk do not say the same.
    """

    node: Node
    disk: tuple[Fact, ...]
    entries: tuple[Kept, ...]
    discarded: str
    removed: str
    memory: tuple[Fact, ...]
    turn: str
    notes: tuple[str, ...]


def lifetimes(cluster: Cluster, step: Step | None) -> tuple[Lifetimes, ...]:
    """Every node's; `step` is what led to `cluster`, or to a moment within it."""
    return tuple(_lifetimes(node, step) for node in cluster.nodes)


def _lifetimes(node: Node, step: Step | None) -> Lifetimes:
    before = step.before.node(node.name) if step else node
    disk, old = node.disk, before.disk
    had = dict(old.log.numbered())
    crashed = _at_its_crash(node, step)
    return Lifetimes(
        node=node,
        disk=(*_on_disk(old, disk),),
        entries=tuple(Kept(index, e, had.get(index) != e) for index, e in disk.log.numbered()),
        discarded=_discarded(disk.log),
        removed=_removed(old.log, disk.log),
        memory=_memory(before, node, crashed),
        turn=_turn(before, node, crashed),
        notes=tuple(_while_down(node, crashed) if not node.up else _not_on_disk(node)),
    )


def _on_disk(old: Disk, disk: Disk) -> Iterator[Fact]:
    """The fields on disk; a snapshot only where there is one, or was."""
    for field in ON_DISK:
        yield Fact(field, _say(field, disk), getattr(old, field) != getattr(disk, field))
    if disk.snapshot or old.snapshot:
        yield Fact("snapshot", _say_snapshot(disk.snapshot), old.snapshot != disk.snapshot)


def _say_snapshot(snapshot: Snapshot | None) -> str:
    if snapshot is None:
        return "none"
    ends = f"up to entry {snapshot.last_included_index}, of term {snapshot.last_included_term}"
    sessions = f"; sessions {sessions_named(snapshot.sessions)}" if snapshot.sessions else ""
    return f"{ends}: {_say_pairs('machine', snapshot.machine)}{sessions}"


def _at_its_crash(node: Node, step: Step | None) -> Node | None:
    """What the node was when the step's crash took its memory; None if no crash did."""
    if step is None or node.up or not step.before.node(node.name).up:
        return None
    if not isinstance(step.event, Crash):
        return None
    until_then = [firing.node for firing in step.firings if firing.rule != "restart"]
    return until_then[-1] if until_then else step.before.node(node.name)


def _memory(before: Node, node: Node, crashed: Node | None) -> tuple[Fact, ...]:
    """The fields in memory; the sessions of clients only where there are some, or were."""
    had_sessions = any(one is not None and one.sessions for one in (before, node, crashed))
    fields = IN_MEMORY if had_sessions else tuple(f for f in IN_MEMORY if f != "sessions")
    if not node.up:
        return tuple(Fact(f, _say(f, crashed)) for f in fields) if crashed else ()
    # Of a memory that begins anew everything is new: that is said once, of the whole.
    went_on = before.up
    return tuple(
        Fact(f, _say(f, node), went_on and getattr(before, f) != getattr(node, f)) for f in fields
    )


def _turn(before: Node, node: Node, crashed: Node | None) -> str:
    if crashed is not None:
        return "lost in this crash"
    return "begins anew" if node.up and not before.up else ""


def _while_down(node: Node, crashed: Node | None) -> list[str]:
    notes = []
    if crashed is not None and (differing := _beyond_disk(crashed)):
        notes.append(f"It was in memory and never on disk: {', '.join(differing)}.")
    # A node that is down is what it will be when it restarts: the disk alone, under Raft's rules.
    awake = replace(node, up=True)
    if other := changes(restart(awake), awake):
        notes.append(f"It will not restart as its disk says, but with: {', '.join(other)}.")
    return notes


def _not_on_disk(node: Node) -> list[str]:
    differing = _beyond_disk(node)
    if not differing:
        return []
    return [f"In memory, and not on disk: {', '.join(differing)}. A crash now would undo it."]


def _beyond_disk(node: Node) -> list[str]:
    """In what memory differs from disk, of what both hold."""
    disk = node.disk
    differing = [f"term {node.current_term}"] if node.current_term != disk.current_term else []
    if node.voted_for != disk.voted_for:
        differing.append(voted(node.voted_for))
    if node.snapshot is not None and node.snapshot != disk.snapshot:
        differing.append(snapshot_named(node.snapshot))
    return [*differing, *log_changes(disk.log, node.log)]


def _discarded(log: Log) -> str:
    if not log.prefix_index:
        return ""
    return f"discarded up to entry {log.prefix_index}, of term {log.prefix_term}"


def _removed(before: Log, after: Log) -> str:
    if before.last_index <= after.last_index:
        return ""
    return f"{entries_named(after.last_index + 1, before.last_index)} removed"


def _say(field: str, holder: object) -> str:
    """A field's value in words."""
    match getattr(holder, field):
        case None | ():
            return "none"
        case (Session(), *_) as sessions:
            return sessions_named(sessions)
        case Role() as role:
            return role.value
        case tuple() as names:
            return ", ".join(names)
        case Mapping() as pairs:
            return _say_pairs(field, pairs)
        case value:
            return str(value)


def _say_pairs(field: str, pairs: Mapping[str, object]) -> str:
    between = " = " if field == "machine" else " "
    said = [f"{name}{between}{short(str(value))}" for name, value in pairs.items()]
    more = [f"{len(said) - MOST_PAIRS} more"] if len(said) > MOST_PAIRS else []
    return ", ".join([*said[:MOST_PAIRS], *more]) or "empty"
