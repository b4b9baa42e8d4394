"""Crashes and restarts, as sentences. (Fig. 2, State)"""

from __future__ import annotations

from collections.abc import Sequence

from raftlab.raft import (
    AppendEntries,
    Disk,
    InstallSnapshot,
    Message,
    Node,
    RequestVote,
    Role,
)
from raftlab.raft.node import persist, restart
from raftlab.sim.explain.changes import first_difference
from raftlab.sim.explain.turn import Saying, Told, peers_named
from raftlab.sim.words import (
    entries_counted,
    listed,
    name_message,
    oneself,
    snapshot_named,
)


def say_crash(told: Told, *, in_a_turn: bool) -> Saying:
    """A node stopped, between two turns or in the middle of one."""
    last, back = told.node_before("restart"), told.after
    lost, survived = _unsaved(last), []
    if not in_a_turn:
        lost, survived = [*lost, *_memory(last, back)], _memory(back, restart(back))
    gone = f"; what is lost: {', '.join(lost)}" if lost else ""
    besides = f"; what survived besides: {', '.join(survived)}" if survived else ""
    unsent = f"; {_never_left(told)}" if in_a_turn else ""
    why = f"the disk keeps {_on_disk(back)}{gone}{besides}{unsent}{_given_back(back)}"
    return Saying(_crashes(told, in_a_turn), why, "Fig. 2, State")


def _crashes(told: Told, in_a_turn: bool) -> str:
    if not in_a_turn:
        return f"{told.name} crashes"
    when = "after its messages have left" if told.sent else "before any message leaves"
    return f"{told.name} crashes in the middle of a turn, {when}"


def _never_left(told: Told) -> str:
    """What the node wrote in its last turn, and that nobody will get it."""
    written = [firing.gave for firing in told.firings if isinstance(firing.gave, Message)]
    if told.sent or not written:
        return "it had nothing to send" if not written else "what it wrote is on its way"
    if len(written) == 1:
        return f"{name_message(written[0])} never leaves"
    receivers = tuple(dict.fromkeys(message.receiver for message in written))
    return f"its {_kind_of(written)} to {peers_named(told, receivers)} never leave"


def _kind_of(messages: Sequence[Message]) -> str:
    kinds = {
        "RequestVotes": all(isinstance(m, RequestVote) for m in messages),
        "heartbeats": all(isinstance(m, AppendEntries) and not m.entries for m in messages),
        "AppendEntries": all(isinstance(m, AppendEntries) for m in messages),
        "snapshots": all(isinstance(m, InstallSnapshot) for m in messages),
    }
    return next((kind for kind, is_all in kinds.items() if is_all), "messages")


def _on_disk(node: Node) -> str:
    return _persistent(node.name, node.disk)


def _persistent(name: str, kept: Disk | Node) -> str:
    parts = [f"term {kept.current_term}", _vote(name, kept)]
    if kept.snapshot is not None:
        parts.append(snapshot_named(kept.snapshot))
    return listed([*parts, entries_counted(len(kept.log))])


def _vote(name: str, kept: Disk | Node) -> str:
    return f"the vote for {oneself(kept.voted_for, name)}" if kept.voted_for else "no vote"


def _given_back(back: Node) -> str:
    """What a restart gives back of the disk, where that is not all of it."""
    if persist(back) == back:
        return ""
    return f"; restart gives back {_persistent(back.name, back)}"


def _unsaved(last: Node) -> list[str]:
    """What a node that crashes should have had on disk and has not."""
    disk = last.disk
    unsaved = {
        f"term {last.current_term}": last.current_term != disk.current_term,
        _vote(last.name, last): last.voted_for not in (None, disk.voted_for),
        "entries": first_difference(disk.log, last.log) <= last.log.last_index,
        "the snapshot": last.snapshot not in (None, disk.snapshot),
    }
    return [what for what, differs in unsaved.items() if differs]


def _memory(before: Node, after: Node) -> list[str]:
    """What a node had only in memory at one moment and has not at another."""
    memory = {
        f"being {before.role.value}": before.role is not after.role,
        f"commit_index {before.commit_index}": before.commit_index != after.commit_index,
        "the state machine": before.machine != after.machine,
    }
    return [what for what, differs in memory.items() if differs]


def say_restart(told: Told) -> Saying:
    """A node runs again. (Fig. 2, State)"""
    node = told.before
    role = "" if node.role is Role.FOLLOWER else f" as {node.role.value}"
    forgotten = (
        "it must learn again what is committed"
        if node.commit_index == 0 and node.log.last_index
        else f"commit_index is {node.commit_index}"
    )
    if node.snapshot is not None and node.commit_index == node.snapshot.last_included_index:
        forgotten += ", as far as the snapshot reaches"
    headline = f"{told.name} restarts{role} in term {node.current_term}"
    gave = f"the disk gave back {_on_disk(node)}"
    if persist(node) != node:
        gave = f"it begins with {_persistent(node.name, node)}; its disk holds {_on_disk(node)}"
    return Saying(headline, f"{gave}; {forgotten}", "Fig. 2, State")
