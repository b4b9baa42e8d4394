"""When to compact: policies, which Raft leaves open, and how much there is to keep or send. (§7)

A policy looks at one node, as that node itself could, and says whether to take a snapshot now. What
a snapshot holds and what it discards are rules; see `raftlab.raft.compaction`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from raftlab.raft import (
    AppendEntries,
    Cluster,
    Compact,
    Configuration,
    Entry,
    InstallSnapshot,
    Message,
    Node,
    Snapshot,
    Step,
    why_not,
)
from raftlab.raft.events import actor
from raftlab.raft.machine import Machine
from raftlab.raft.sessions import Sessions

NUMBER = 8  # bytes


@dataclass(frozen=True, slots=True)
class Policy:
    """When a node takes a snapshot: a label, and whether it is time for one."""

    label: str
    is_due: Callable[[Node], bool]


NEVER = Policy("never", lambda node: False)


def every(entries: int) -> Policy:
    """A snapshot as soon as so many entries have been applied since the last one.

    Raises ValueError for what is no number of entries.
    """
    _refuse_unless_above_zero(entries)
    return Policy(
        f"every {entries} entries",
        lambda node: node.log.prefix_index + entries <= node.last_applied,
    )


def at_size(size: int) -> Policy:
    """A snapshot as soon as the entries in the log take so many bytes. (§7)

    Raises ValueError for what is no number of bytes.
    """
    _refuse_unless_above_zero(size)
    return Policy(f"at {size:,} bytes", lambda node: size <= log_bytes(node))


def at_times_the_snapshot(times: int) -> Policy:
    """A snapshot as soon as the log is so many times as large as the next snapshot would be.

    However large the machine grows, writing snapshots then takes a fixed share of all writing.
    (Dissertation, §5.1.3) Raises ValueError for what is no such number.
    """
    _refuse_unless_above_zero(times)
    return Policy(
        f"at {times} times the snapshot",
        lambda node: times * machine_bytes(node) <= log_bytes(node),
    )


def due_after(taken: Step, policy: Policy) -> Compact | None:
    """The compaction that a policy asks for once a step is taken: that of the node it moved."""
    name = actor(taken.event)
    if name is None or isinstance(taken.event, Compact):
        return None
    return due_at(taken.after, name, policy)


def due_at(cluster: Cluster, name: str, policy: Policy) -> Compact | None:
    """The compaction that a policy asks of a node, if it can happen; None if it asks for none."""
    compact = Compact(name)
    possible = why_not(cluster, compact) is None
    return compact if possible and policy.is_due(cluster.node(name)) else None


# Sizes, as if a number took eight bytes, and text as many as it has in UTF-8.


def log_bytes(node: Node) -> int:
    """How large the entries are that a node's log keeps."""
    return sum(map(entry_bytes, node.log.entries))


def machine_bytes(node: Node) -> int:
    """How large a snapshot of a node's machine would be now."""
    return _held_bytes(node.configuration, node.machine, node.sessions)


def entry_bytes(entry: Entry) -> int:
    """How large an entry is: its term, its command, and whose request it is, if a client's."""
    whose = _text_bytes(entry.origin.client) + 2 * NUMBER if entry.origin else 0
    return NUMBER + _text_bytes(entry.command or "") + whose


def snapshot_bytes(snapshot: Snapshot) -> int:
    """How large a snapshot is: where it ends, who the members are, the machine, the sessions."""
    return _held_bytes(snapshot.configuration, snapshot.machine, snapshot.sessions)


def carried_bytes(message: Message) -> int:
    """How much of the log's content a message carries: its entries, or a snapshot."""
    match message:
        case AppendEntries():
            return sum(map(entry_bytes, message.entries))
        case InstallSnapshot():
            return snapshot_bytes(message.snapshot)
        case _:
            return 0


def _held_bytes(configuration: Configuration, machine: Machine, sessions: Sessions) -> int:
    answers = (session.answer or "" for session in sessions)
    texts = (*configuration.members, *machine, *machine.values(), *answers)
    return 2 * NUMBER * (1 + len(sessions)) + sum(map(_text_bytes, texts))


def _text_bytes(text: str) -> int:
    return len(text.encode())


def _refuse_unless_above_zero(number: object) -> None:
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise ValueError(f"A policy is given a whole number from 1 on, not {number!r}.")
