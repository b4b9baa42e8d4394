"""What differs between two moments of one node, in phrases."""

from __future__ import annotations

from raftlab.raft import Log, Node, Reading, Role, Snapshot
from raftlab.sim.words import counted, entries_named, listed, voted

MOST_KEYS = 2  # applying an entry sets one, and a snapshot may bring many


def changes(before: Node, after: Node) -> tuple[str, ...]:
    """What differs between two moments of one node, a phrase each, the weightiest first."""
    phrases: list[str] = []
    if before.up != after.up:
        phrases.append("up" if after.up else "down")
    if before.current_term != after.current_term:
        phrases.append(f"term {after.current_term}")
    if before.role != after.role:
        phrases.append(after.role.value)
    if before.voted_for != after.voted_for:
        phrases.append(voted(after.voted_for))
    if before.snapshot != after.snapshot:
        phrases.append(_snapshot(after.snapshot))
    phrases += log_changes(before.log, after.log)
    for field in ("commit_index", "last_applied"):
        if getattr(before, field) != getattr(after, field):
            phrases.append(f"{field} {getattr(after, field)}")
    if before.sessions != after.sessions:
        phrases.append(f"sessions {', '.join(f'{s.id}: {s.serial}' for s in after.sessions)}")
    if before.reading != after.reading:
        phrases.append(_reading(before.reading, after.reading))
    return (*phrases, *_machine_changes(before, after), *_bookkeeping_changes(before, after))


def _reading(before: Reading, after: Reading) -> str:
    if before.round != after.round and after.round:
        return f"round {after.round}"
    answered = [
        f"{peer} answered round {number}"
        for peer, number in after.answered.pairs
        if before.answered.get(peer) != number
    ]
    waiting = counted(len(after.waiting), "read")
    return ", ".join(answered) if answered else f"{waiting} waiting"


def _snapshot(snapshot: Snapshot | None) -> str:
    return f"snapshot to {snapshot.last_included_index}" if snapshot else "no snapshot"


def _machine_changes(before: Node, after: Node) -> list[str]:
    if before.machine and not after.machine:
        return ["state machine empty"]
    keys = {**before.machine, **after.machine}
    moved = [key for key in keys if before.machine.get(key) != after.machine.get(key)]
    if len(moved) > MOST_KEYS:
        return [f"{len(moved)} keys set"]
    return [f"{key} = {after.machine.get(key, 'nothing')}" for key in moved]


def _bookkeeping_changes(before: Node, after: Node) -> list[str]:
    """What a node believes of others: its leader, its votes, its followers' logs."""
    phrases: list[str] = []
    if before.leader_id != after.leader_id and after.leader_id not in (None, after.name):
        phrases.append(f"follows {after.leader_id}")
    if before.votes_received != after.votes_received and after.votes_received:
        votes = f"{len(after.votes_received)} of {len(after.configuration.members)} votes"
        phrases.append(f"{votes} ({listed(after.votes_received)})")
    if before.role is not Role.LEADER and after.role is Role.LEADER:
        starts = sorted(set(after.next_index.values()))
        phrases.append(f"next_index {', '.join(map(str, starts))} for all others" if starts else "")
    elif before.role == after.role:
        phrases += (_follower_change(before, after, peer) for peer in after.peers)
    return [phrase for phrase in phrases if phrase]


def _follower_change(before: Node, after: Node, peer: str) -> str:
    match, following = after.match_index.get(peer), after.next_index.get(peer)
    moved = [
        *([f"match {match}"] if match != before.match_index.get(peer) else []),
        *([f"next {following}"] if following != before.next_index.get(peer) else []),
    ]
    forgotten = match is None or following is None
    return f"{', '.join(moved)} for {peer}" if moved and not forgotten else ""


def log_changes(before: Log, after: Log) -> tuple[str, ...]:
    """How a log became another: what was deleted from it, then what was added."""
    first, last = first_difference(before, after), last_difference(before, after)
    deleted, added = (_named(first, min(last, log.last_index)) for log in (before, after))
    return tuple(
        f"{which} {what}" for which, what in ((deleted, "deleted"), (added, "added")) if which
    )


def _named(first: int, last: int) -> str:
    return entries_named(first, last) if first <= last else ""


def first_difference(before: Log, after: Log) -> int:
    """The first index at which two logs do not hold the same entry; one past both if none."""
    start = max(before.first_index, after.first_index)
    shorter = min(before.last_index, after.last_index)
    differing = (i for i in range(start, shorter + 1) if before[i] != after[i])
    return next(differing, max(start, shorter + 1))


def last_difference(before: Log, after: Log) -> int:
    """The last index at which two logs do not hold the same entry; 0 if none."""
    longer, other = sorted((before, after), key=lambda log: -log.last_index)
    backwards = reversed([*longer.numbered()])
    return next((i for i, entry in backwards if other.holds(i, entry) is False), 0)
