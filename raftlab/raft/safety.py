"""What no Raft may break, whatever its rules: Figure 3, and three more of what a server keeps.

Whoever breaks one of these harms another server or a client. (`lemmas` has those that a rule may
break and still be safe.)
"""

from __future__ import annotations

from raftlab.raft.checks import Change, Property, Scope, Server
from raftlab.raft.machine import EMPTY_MACHINE
from raftlab.raft.properties import FIGURE_3
from raftlab.raft.sessions import Sessions, applied


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

    A crash takes from memory what had not reached the disk: a server may learn that an entry is
    committed before it has saved it, as long as a majority has. (§5.3; CCF)
    """
    before, after = change.before.node, change.after.node
    kept = before.disk.log if change.rule == "restart" else before.log
    if kept is after.log and before.disk is after.disk:
        return None
    logs = ((kept, after.log, "its log"), (before.disk.log, after.disk.log, "its disk"))
    for index, committed in enumerate(change.before.past.committed, start=1):
        if committed is None:
            continue
        for old, new, where in logs:
            if old.holds(index, committed.entry) and new.holds(index, committed.entry) is False:
                return (
                    f"{before.name} took entry {index} of term {committed.entry.term} for "
                    f"committed, and then lost it from {where}."
                )
    return None


def state_machine_is_fold(server: Server) -> str | None:
    """The machine is what the entries up to last_applied make of an empty one, in their order.

    So is the table of sessions. (§2; Fig. 2, All Servers 1; §8) Not asked where the log no longer
    holds them all.
    """
    node = server.node
    if not 0 == node.log.prefix_index <= node.last_applied <= node.log.last_index:
        return None
    machine, sessions = EMPTY_MACHINE, Sessions()
    for index, entry in node.log.up_to(node.last_applied).numbered():
        machine, sessions, *_ = applied(machine, sessions, index, entry)
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
    Property(
        "State Machine Is Fold",
        "§2; Figure 2, All Servers 1",
        Scope.SERVER,
        state_machine_is_fold,
    ),
)
