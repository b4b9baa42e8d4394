"""A node: the "State" box of Figure 2, grouped by how long each field lives.

Nothing here decides anything; the rules do, and each gives back a new node. `Snapshot` is what
stands for the entries that a log has discarded: all that applying them came to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from raftlab.raft.frozen import FrozenMap
from raftlab.raft.log import Log
from raftlab.raft.machine import EMPTY_MACHINE, Machine
from raftlab.raft.reading import NO_READS, Reading
from raftlab.raft.sessions import Session, Sessions


class Role(Enum):
    """What a node is in its current term. (§5.1, Figure 4)"""

    FOLLOWER = "follower"
    CANDIDATE = "candidate"
    LEADER = "leader"


@dataclass(frozen=True, slots=True)
class Configuration:
    """The servers that make up the cluster, sorted by name. (§6)"""

    members: tuple[str, ...]

    def is_quorum(self, names: Iterable[str]) -> bool:
        """Whether `names` hold a majority of all members, each counted once. (§5.1)"""
        return 2 * len(set(names) & set(self.members)) > len(self.members)

    def others(self, name: str) -> tuple[str, ...]:
        """Every member but `name`."""
        return tuple([member for member in self.members if member != name])


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a log came to, up to its last included entry: it replaces those entries. (§7)

    That entry's index and term are kept for the check of the entry that follows. (Figure 12)
    """

    last_included_index: int
    last_included_term: int
    configuration: Configuration
    machine: Machine
    sessions: Sessions = ()


@dataclass(frozen=True, slots=True)
class Disk:
    """What a node has on stable storage: the persistent state of Figure 2, and its snapshot."""

    current_term: int = 0
    voted_for: str | None = None
    log: Log = Log()
    snapshot: Snapshot | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """One server: its name, its cluster, and the "State" box of Figure 2."""

    name: str
    configuration: Configuration

    # Persistent on all servers: updated on `disk` before replying.
    current_term: int = 0
    voted_for: str | None = None
    log: Log = Log()
    snapshot: Snapshot | None = None  # of what the log has discarded (§7)

    # Volatile on all servers.
    commit_index: int = 0
    last_applied: int = 0
    machine: Machine = EMPTY_MACHINE
    sessions: tuple[Session, ...] = ()  # part of what is replicated, as the machine is (§8)
    role: Role = Role.FOLLOWER
    leader_id: str | None = None

    # Volatile on candidates. A tuple, so that a voter counted twice can be seen.
    votes_received: tuple[str, ...] = ()

    # Volatile on leaders.
    next_index: FrozenMap[int] = FrozenMap()
    match_index: FrozenMap[int] = FrozenMap()
    reading: Reading = NO_READS  # not in Figure 2: reads that go without an entry (§8)

    # Not in Figure 2: the stable storage itself, and whether the server runs.
    disk: Disk = Disk()
    up: bool = True

    @property
    def peers(self) -> tuple[str, ...]:
        """The other members of the cluster."""
        return self.configuration.others(self.name)


def persist(node: Node) -> Node:
    """Memory goes to disk: term, vote, log and snapshot, before any reply leaves.

    (Fig. 2, State; §7)
    """
    disk = Disk(node.current_term, node.voted_for, node.log, node.snapshot)
    return node if disk == node.disk else replace(node, disk=disk)


def restart(node: Node) -> Node:
    """What the disk gives back: a follower with its term, its vote and its log, and nothing else.

    Where the log begins with a snapshot, so does the machine. (Fig. 2, State; §5.2, §7)
    """
    back = Node(
        name=node.name,
        configuration=node.configuration,
        current_term=node.disk.current_term,
        voted_for=node.disk.voted_for,
        log=node.disk.log,
        snapshot=node.disk.snapshot,
        disk=node.disk,
    )
    return back if back.snapshot is None else resume_from(back.snapshot, back)


def resume_from(snapshot: Snapshot, node: Node) -> Node:
    """The node with what the snapshot holds, as if it had applied all that went into it.

    It takes as much for committed, at least: only what is committed is applied. (Fig. 13, 8; §7)
    """
    index = snapshot.last_included_index
    return replace(
        node,
        configuration=snapshot.configuration,
        machine=snapshot.machine,
        sessions=snapshot.sessions,
        last_applied=index,
        commit_index=max(node.commit_index, index),
    )
