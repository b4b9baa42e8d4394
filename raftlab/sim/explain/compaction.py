"""Snapshots taken, sent, installed and answered, as sentences. (§7, Figures 12 and 13)"""

from __future__ import annotations

from raftlab.raft import InstallSnapshot, Node, SnapshotReply
from raftlab.sim.explain.election import say_newer_term
from raftlab.sim.explain.facts import reply_unheeded, snapshot_met, terms_met
from raftlab.sim.explain.turn import Saying, Told
from raftlab.sim.words import entries_counted, entries_named, listed, snapshot_named


def say_compact(told: Told) -> Saying:
    """A node took a snapshot of its own. (§7, Figure 12)"""
    before, taken = told.before, told.first("take_snapshot")
    if taken is None or taken.node.snapshot in (None, before.snapshot):
        return Saying(f"{told.name} takes no snapshot", told.told("take_snapshot"), "§7")
    node = taken.node
    assert node.snapshot is not None
    headline = f"{told.name} takes {snapshot_named(node.snapshot)}"
    first, last = before.log.first_index, node.log.prefix_index
    discards = first <= last
    gone = f"discards {entries_named(first, last)}" if discards else "discards nothing"
    kept = f"{entries_counted(len(node.log))} {'stays' if len(node.log) == 1 else 'stay'}"
    why = f"{before.name} has applied its log up to entry {before.last_applied}; {kept}"
    return Saying(f"{headline} and {gone}", f"{why}{' behind it' if discards else ''}", "§7")


def snapshots_sent(told: Told) -> str:
    """To whom a leader sends its snapshot, and why, as a clause; "" if to nobody."""
    sent = [f.gave for f in told.firings if isinstance(f.gave, InstallSnapshot)]
    if not sent:
        return ""
    return f"its snapshot up to entry {sent[0].snapshot.last_included_index} to " + listed(
        message.receiver for message in sent
    )


def why_sent(node: Node, peers: tuple[str, ...]) -> str:
    """Why entries would not do."""
    starts = [f"{peer}'s next_index is {node.next_index.get(peer, 0)}" for peer in peers]
    gone = f"{node.name} has discarded its log up to entry {node.log.prefix_index}"
    return f"{', '.join(starts)}, and {gone}"


def say_install_snapshot(told: Told, request: InstallSnapshot) -> Saying:
    """A leader's snapshot reached a node. (Fig. 13)"""
    whose = f"{request.sender}'s snapshot up to entry {request.snapshot.last_included_index}"
    installed = told.first("install_snapshot")
    if told.gave("is_stale") is True:
        node = told.node_before("is_stale")
        headline = f"{told.name} refuses {request.sender}'s snapshot: it is of an old term"
        return Saying(headline, terms_met(node, request), "Fig. 13, 1")
    before = told.node_before("install_snapshot")
    if installed is None:
        headline = f"{told.name} does nothing with {whose}"
        return Saying(headline, told.told("install_snapshot"), "Fig. 13")
    if installed.node == before:
        headline = f"{told.name} has what {whose} covers already, and keeps its own state"
        return Saying(headline, snapshot_met(before, request), "Fig. 13, 5; §7")
    verbs = listed([*_steps_down(told), f"installs {whose}", *_takes(before, installed.node)])
    why = _why_log(before, installed.node, request)
    return Saying(f"{told.name} {verbs}", why, "Fig. 13, 6 to 8; §7")


def _steps_down(told: Told) -> list[str]:
    """That the node steps down before all else, if it does."""
    recognized = told.first("recognize_leader")
    gave_up = recognized is not None and recognized.node.role is not told.before.role
    return [f"steps down as {told.before.role.value}"] if gave_up or told.stepped_down() else []


def _takes(before: Node, after: Node) -> list[str]:
    """What of the state machine comes out of a snapshot."""
    machine = ["its state machine"] if before.machine != after.machine else []
    sessions = ["the clients' sessions"] if before.sessions != after.sessions else []
    taken = (*machine, *sessions)
    return [f"takes {listed(taken)} from it"] if taken else []


def _why_log(before: Node, after: Node, request: InstallSnapshot) -> str:
    held = request.snapshot
    reaches = f"it reaches entry {held.last_included_index} of term {held.last_included_term}"
    met = f"{reaches}; {snapshot_met(before, request)}"
    behind = before.log.last_index - after.log.prefix_index
    if len(after.log):
        return f"{met}; what follows stays: {entries_counted(len(after.log))}"
    return f"{met}; its own log goes" if behind > 0 else met


def say_snapshot_reply(told: Told, reply: SnapshotReply) -> Saying:
    """An answer to a leader's snapshot. (§7; Fig. 2, Leaders 3)"""
    if told.new_term() is not None:
        return say_newer_term(told, reply)
    node, fired = told.node_before("record_snapshot"), told.first("record_snapshot")
    if fired is None:
        headline = f"{told.name} does nothing with the reply"
        return Saying(headline, told.told("record_snapshot"), "§7")
    peer = reply.sender
    if fired.node == node:
        headline = f"{told.name} learns nothing new from {peer}'s answer to its snapshot"
        why = reply_unheeded(node, reply) or told.told("record_snapshot")
        return Saying(headline, why, "§7")
    match_index = fired.node.match_index.get(peer, 0)
    headline = f"{peer} has {told.name}'s snapshot; their logs agree up to index {match_index}"
    why = f"entries can follow from index {fired.node.next_index.get(peer, 0)} on"
    return Saying(headline, why, "§7")
