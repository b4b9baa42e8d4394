"""What must hold of snapshots: they replace what a log has discarded, and nothing is lost by it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import zip_longest

from raftlab.raft.checks import Property, Scope, Server
from raftlab.raft.log import Entry, Log
from raftlab.raft.machine import EMPTY_MACHINE
from raftlab.raft.node import Configuration, Snapshot
from raftlab.raft.sessions import Applied, applied


def snapshot_covers_discarded(server: Server) -> str | None:
    """What a log has discarded its snapshot covers: in memory, and on disk for after a crash.

    A snapshot that reaches further than what is discarded does no harm. (§7, Figure 12)
    """
    node = server.node
    of_memory, of_disk = (node.log, node.snapshot), (node.disk.log, node.disk.snapshot)
    for (log, snapshot), where in ((of_memory, ""), (of_disk, " on its disk")):
        if log.prefix_index and not _covers(snapshot, log):
            ends = f"its snapshot ends with {_end(snapshot)}" if snapshot else "has no snapshot"
            return (
                f"{node.name} has discarded its log up to entry {log.prefix_index} of term "
                f"{log.prefix_term}{where}, but {ends}."
            )
    return None


def _covers(snapshot: Snapshot | None, log: Log) -> bool:
    if snapshot is None or snapshot.last_included_index < log.prefix_index:
        return False
    return log.term_at(snapshot.last_included_index) in (None, snapshot.last_included_term)


def snapshot_is_prefix(holder: Server, other: Server) -> str | None:
    """A snapshot holds what the entries it covers came to: machine, sessions, configuration.

    And it names the term of the last of them. What they were, the two servers remember having
    applied. (§7, Figure 12; State Machine Safety) Not asked of what neither of them ever applied.
    No rule changes a configuration: that of each server is that of every snapshot.
    """
    node = holder.node
    snapshots = [held for held in (node.snapshot, node.disk.snapshot) if held]
    entries = _applied_by_either(holder, other) if snapshots else ()
    for snapshot in snapshots:
        has = f"{node.name} has a snapshot up to {_end(snapshot)}"
        covered = entries[: max(0, snapshot.last_included_index)]
        whole = len(covered) == snapshot.last_included_index
        last = covered[-1] if covered and whole else None
        if last is not None and last.term != snapshot.last_included_term:
            return f"{has}, but that entry is of term {last.term}."
        came_to = _came_to(covered) if last is not None else None
        if came_to is not None and came_to.machine != snapshot.machine:
            held = f"the snapshot holds {snapshot.machine}"
            return f"{has}, which came to {came_to.machine}, but {held}."
        if came_to is not None and came_to.sessions != snapshot.sessions:
            return f"{has}, which left other sessions than those that it holds."
        if snapshot.configuration != other.node.configuration:
            theirs, members = _members(snapshot.configuration), other.node.configuration.members
            return f"{has} of a cluster of {theirs}, but the servers are {', '.join(members)}."
    return None


def _applied_by_either(holder: Server, other: Server) -> tuple[Entry | None, ...]:
    """What one of the two servers has applied at each index, from 1; None where neither has."""
    both = zip_longest(holder.past.applied, other.past.applied)
    return tuple([mine if mine is not None else theirs for mine, theirs in both])


def _came_to(entries: Sequence[Entry | None]) -> Applied | None:
    """The machine and the sessions after these entries; None if one of them is not known."""
    after = Applied(EMPTY_MACHINE, ())
    for index, entry in enumerate(entries, start=1):
        if entry is None:
            return None
        after = applied(after.machine, after.sessions, index, entry)
    return after


def _end(snapshot: Snapshot) -> str:
    return f"entry {snapshot.last_included_index} of term {snapshot.last_included_term}"


def _members(configuration: object) -> str:
    named = isinstance(configuration, Configuration) and configuration.members
    return ", ".join(named) if named else "nobody"


def _snapshots_and_applied(server: Server) -> Hashable:
    node, past = server
    return node.configuration, node.snapshot, node.disk.snapshot, past.applied


OF_SNAPSHOTS = (
    Property("Snapshot Covers Discarded", "§7, Figure 12", Scope.SERVER, snapshot_covers_discarded),
    Property(
        "Snapshot Is Prefix",
        "§7, Figure 12; Figure 3, State Machine Safety",
        Scope.PAIR,
        snapshot_is_prefix,
        reads=_snapshots_and_applied,
    ),
)
