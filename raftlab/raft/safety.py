"""What no Raft may break, whatever its rules: Figure 3, and more of what a server keeps.

Whoever breaks one of these harms another server or a client. (`lemmas` has those that a rule may
break and still be safe.)
"""

from __future__ import annotations

from raftlab.raft.checks import Change, Property, Scope, Server
from raftlab.raft.log import Log
from raftlab.raft.machine import EMPTY_MACHINE
from raftlab.raft.past import Committed
from raftlab.raft.properties import FIGURE_3
from raftlab.raft.sessions import Sessions, applied
from raftlab.raft.snapshots import OF_SNAPSHOTS


def commit_within_log(server: Server) -> str | None:
    """A server takes for committed what is in its log, and applies what it took for committed.

    Nothing is discarded that is not applied. By the letter of Figure 2 a late AppendEntries can
    lower commit_index below last_applied (AppendEntries 5), and no harm comes of it: so this asks
    what the server has ever taken for committed. (Fig. 2, State; LogCabin)
    """
    node, past = server
    log, commit_index, last_applied = node.log, node.commit_index, node.last_applied
    if min(commit_index, last_applied) < 0:
        return (
            f"{node.name} has an index below 0: {commit_index} committed, {last_applied} applied."
        )
    if log.last_index < commit_index:
        return (
            f"{node.name} takes entries up to {commit_index} for committed, but its log ends at "
            f"{log.last_index}."
        )
    if max(commit_index, len(past.committed)) < last_applied:
        return f"{node.name} applied entry {last_applied}, and never took it for committed."
    if last_applied < log.prefix_index:
        return (
            f"{node.name} discarded its log up to entry {log.prefix_index}, but applied it only up "
            f"to {last_applied}."
        )
    return None


def committed_log_append_only(change: Change) -> str | None:
    """What a server took for committed its log never loses, in memory or on disk.

    What a snapshot has replaced is not lost, as long as the log still reaches as far. A crash takes
    from memory what had not reached the disk: a server may learn that an entry is committed before
    it has saved it, as long as a majority has. (§5.3; CCF)
    """
    before, after = change.before.node, change.after.node
    kept = before.disk.log if change.rule == "restart" else before.log
    if kept is after.log and before.disk is after.disk:
        return None
    logs = ((kept, after.log, "its log"), (before.disk.log, after.disk.log, "its disk"))
    for index, committed in enumerate(change.before.past.committed, start=1):
        for old, new, where in logs:
            if _lost(index, committed, old, new):
                of_term = f" of term {committed.entry.term}" if committed else ""
                return (
                    f"{before.name} took entry {index}{of_term} for committed, and then lost it "
                    f"from {where}."
                )
    return None


def _lost(index: int, committed: Committed | None, old: Log, new: Log) -> bool:
    """Whether one log had that entry, or had discarded it, and another has it no more.

    Of an entry that is not known (None) only its place is.
    """
    if committed is None:
        return new.last_index < index <= old.last_index
    return old.holds(index, committed.entry) is not False and (
        new.holds(index, committed.entry) is False
    )


def state_machine_is_fold(server: Server) -> str | None:
    """The machine is what the entries up to last_applied make of an empty one, in their order.

    So is the table of sessions; where the log begins with a snapshot, they make both of what the
    snapshot holds. (§2, §7, §8; Fig. 2, All Servers 1) Not asked where the log no longer holds them
    all.
    """
    node, snapshot = server.node, server.node.snapshot
    machine, sessions, index = EMPTY_MACHINE, Sessions(), 0
    if snapshot is not None and node.log.prefix_index:
        machine, sessions = snapshot.machine, snapshot.sessions
        index = snapshot.last_included_index
    if not node.log.prefix_index <= index <= node.last_applied <= node.log.last_index:
        return None
    for place in range(index + 1, node.last_applied + 1):
        machine, sessions, *_ = applied(machine, sessions, place, node.log[place])
    has_applied = f"{node.name} has applied its log up to entry {node.last_applied}, which makes"
    if node.machine != machine:
        return f"{has_applied} {machine}, but its machine is {node.machine}."
    if node.sessions != sessions:
        return f"{has_applied} other sessions than those that it keeps."
    return None


SAFETY = (
    *FIGURE_3,
    Property(
        "Commit Within Log",
        "Figure 2, State; LogCabin's invariants",
        Scope.SERVER,
        commit_within_log,
    ),
    Property(
        "Committed Log Append-Only",
        "§5.3; CCF, CommittedLogAppendOnlyProp",
        Scope.CHANGE,
        committed_log_append_only,
    ),
    *OF_SNAPSHOTS,
    Property(
        "State Machine Is Fold",
        "§2; Figure 2, All Servers 1",
        Scope.SERVER,
        state_machine_is_fold,
    ),
)
