"""Commands, entries, heartbeats and their answers, as sentences. (§5.3, §5.4.2, §8)"""

from __future__ import annotations

from raftlab.raft import AppendEntries, AppendReply, Firing, Node, Role
from raftlab.sim.explain.changes import log_changes
from raftlab.sim.explain.clients import say_served
from raftlab.sim.explain.commits import COUNTED_TERM, countable, held, spread, why_uncommitted
from raftlab.sim.explain.compaction import snapshots_sent, why_sent
from raftlab.sim.explain.election import say_newer_term
from raftlab.sim.explain.facts import a_role, copies, majority_of, reply_unheeded
from raftlab.sim.explain.turn import Saying, Told, committed, peers_named
from raftlab.sim.words import entries_counted, entries_named, short


def say_command(told: Told, command: str) -> Saying:
    """A client's command reached a node. (§8; Fig. 2, Leaders 2)"""
    name = told.name
    appended = told.first("append_command")
    if appended is None:
        return _say_refused_command(told, command)
    node, index = appended.node, appended.node.log.last_index
    if log_changes(told.before.log, node.log) != (f"entry {index} added",):
        return _say_odd_command(told, command, node)
    headline = f"{name} appends {short(command)} as entry {index} of term {node.log.last_term}"
    if (what := committed(told)) is not None:
        return Saying(f"{headline}, commits {what}", _majority_held(told.after), "§5.3")
    if node.role is not Role.LEADER:
        asked = "append_command was asked all the same"
        return Saying(headline, f"{name} is {a_role(node)}; {asked}", "Fig. 2, Leaders 2")
    own = "A leader writes commands into its own log first"
    return Saying(headline, f"{own}; {spread(node, index)}: not committed yet", "§5.3")


def _say_odd_command(told: Told, command: str, node: Node) -> Saying:
    """A command that did not make the log one entry longer, and nothing else."""
    changed = ", ".join(log_changes(told.before.log, node.log)) or "nothing changed"
    headline = f"{told.name} takes {short(command)}: {changed}"
    ended = f"{told.name}'s log ended at index {told.before.log.last_index}"
    why = f"{ended}, and the one that append_command gave ends at {node.log.last_index}"
    return Saying(headline, why, "Fig. 2, Leaders 2")


def _say_refused_command(told: Told, command: str) -> Saying:
    name = told.name
    headline = f"{name} refuses {short(command)}: it is no leader"
    leader = told.gave("refuse_command")
    if told.first("refuse_command") is None:
        does = f"{name} does nothing with {short(command)}"
        return Saying(does, told.told("append_command"), "§8")
    if isinstance(leader, str):
        why = f"Only a leader takes commands; {name} names {leader}, whom it believes to lead"
    else:
        why = f"Only a leader takes commands, and {name} knows of none: the client must ask others"
    return Saying(headline, why, "§8")


def say_replicate(told: Told) -> Saying:
    """A leader sent entries. (Fig. 2, Leaders 3)"""
    sent = [f.gave for f in told.firings if isinstance(f.gave, AppendEntries)]
    snapshots, sent_whole = snapshots_sent(told), told.written_to("send_snapshot")
    if snapshots and not sent:
        why = why_sent(told.before, sent_whole)
        return Saying(f"{told.name} sends {snapshots}", why, "§7")
    if not sent:
        return Saying(f"{told.name} sends no entries", told.told("append_entries"), "§5.3")
    receivers = peers_named(told, tuple(message.receiver for message in sent))
    named = dict.fromkeys(_carried(message) for message in sent)
    what = next(iter(named)) if len(named) == 1 else "the entries they lack"
    ends = f"{told.name}'s log ends at index {told.before.log.last_index}"
    next_index = told.before.next_index
    starts = [f"{m.receiver}'s next_index is {next_index.get(m.receiver, 0)}" for m in sent]
    if len(sent) <= 3:
        why = f"{', '.join(starts)}, and {ends}"
    else:
        why = f"it sends each of them all from its next_index on, and {ends}"
    if snapshots:
        why = f"{why}; {why_sent(told.before, sent_whole)}"
        return Saying(f"{told.name} sends {what} to {receivers}, {snapshots}", why, "§5.3, §7")
    return Saying(f"{told.name} sends {what} to {receivers}", why, "§5.3")


def _carried(message: AppendEntries) -> str:
    if not message.entries:
        return entries_counted(0)
    return entries_named(message.prev_log_index + 1, message.last_new_index)


def say_heartbeat(told: Told) -> Saying:
    """A leader sent heartbeats. (Fig. 2, Leaders 1)"""
    receivers, node = told.written_to("heartbeat"), told.before
    if not receivers:
        return Saying(f"{told.name} sends no heartbeat", told.told("heartbeat"), "§5.2")
    many, carry = "heartbeats", "they carry"
    if len(receivers) == 1:
        many, carry = "a heartbeat", "it carries"
    leads = f"{told.name} leads term {node.current_term}"
    commits = f"that commit_index is {node.commit_index}"
    why = f"{carry} no entries, only the word that {leads} and {commits}"
    return Saying(f"{told.name} sends {many} to {peers_named(told, receivers)}", why, "§5.2")


def say_append_reply(told: Told, reply: AppendReply) -> Saying:
    """An answer to a leader's AppendEntries. (Fig. 2, Leaders 3 and 4)"""
    if told.new_term() is not None:
        return say_newer_term(told, reply)
    rule = "record_success" if reply.success else "back_up"
    node = told.node_before(rule)
    if (what := committed(told)) is not None:
        return _say_commit(told, what)
    if (served := say_served(told, reply)) is not None:
        return served
    fired = told.first(rule)
    if fired is None:
        return Saying(f"{told.name} does nothing with the reply", told.told(rule), "§5.3")
    if fired.node == node and (unheeded := reply_unheeded(node, reply)) is not None:
        what = "success" if reply.success else "refusal"
        return Saying(f"{told.name} ignores {reply.sender}'s {what}", unheeded, "§5.3")
    if reply.success:
        return _say_success(told, reply, node, fired)
    return _say_refusal(told, reply, node, fired)


def _say_commit(told: Told, what: str) -> Saying:
    return Saying(f"{told.name} commits {what}", _majority_held(told.after), "§5.3, §5.4.2")


def _majority_held(leader: Node) -> str:
    """On how many nodes the last committed entry is, of how many, and of which term."""
    own = leader.log.term_at(leader.commit_index) == leader.current_term
    leads = "" if own else f", and {leader.name} leads term {leader.current_term}"
    return f"{held(leader, leader.commit_index)}; a majority is {majority_of(leader)}{leads}"


def _say_success(told: Told, reply: AppendReply, node: Node, fired: Firing) -> Saying:
    leader, peer = fired.node, reply.sender
    match_index = leader.match_index.get(peer, 0)
    if leader == node and match_index < reply.match_index:
        headline = f"{told.name} does not note {peer}'s success"
        return Saying(headline, told.told("record_success"), "§5.3")
    agree = f"notes that their logs agree up to index {match_index}"
    learns = "learns nothing new" if leader == node else agree
    headline = f"{peer} answers {told.name}'s {_answered(reply)}; {told.name} {learns}"
    return Saying(headline, *_why_no_commit(told, leader, match_index))


def _answered(reply: AppendReply) -> str:
    """What a success answers: a heartbeat's agrees up to the place before it and no further."""
    return "heartbeat" if reply.match_index == reply.prev_log_index else "AppendEntries"


def _why_no_commit(told: Told, leader: Node, match_index: int) -> tuple[str, str]:
    """Why a success moved no commit_index, and the section."""
    if leader.log.last_index == 0:
        return f"{told.name}'s log is empty: there is nothing to commit", "§5.3"
    if leader.log.last_index <= leader.commit_index:
        return f"{told.name} has committed its whole log already", "§5.3"
    if countable(leader):
        asked = told.first("leader_commit_index") is not None
        spoken = told.told("leader_commit_index") if asked else held(leader, countable(leader))
        return spoken, "§5.4.2"
    # The entry that this reply is about, or the first that still waits.
    index = max(leader.commit_index + 1, min(match_index, leader.log.last_index))
    against = why_uncommitted(leader, index)
    if copies(leader, index) < majority_of(leader):
        return against, "§5.3"
    return f"{against}, {COUNTED_TERM}", "§5.4.2"


def _say_refusal(told: Told, reply: AppendReply, node: Node, fired: Firing) -> Saying:
    peer, prev = reply.sender, reply.prev_log_index
    old, new = node.next_index.get(peer, 0), fired.node.next_index.get(peer, 0)
    if old != new:
        headline = f"{told.name} moves {peer}'s next_index from {old} to {new}"
        again = " and tries again" if told.first("append_entries") else ""
        again = " and sends its snapshot" if told.first("send_snapshot") else again
        return Saying(f"{headline}{again}", _why_refused(node, reply), "§5.3")
    headline = f"{told.name} ignores {peer}'s refusal"
    if node.log.before(old) != prev:
        why = f"it answers what followed index {prev}, and {peer}'s next_index is {old} by now"
        return Saying(f"{headline}: it is an old one", why, "§5.3")
    match_index = node.match_index.get(peer, 0)
    if match_index < prev:
        return Saying(f"{told.name} does not back up for {peer}", told.told("back_up"), "§5.3")
    why = f"{peer} is known to agree up to index {match_index}"
    return Saying(headline, f"{why}; next_index stays {old}", "§5.3")


def _why_refused(leader: Node, reply: AppendReply) -> str:
    """What a refusal tells of the follower's log. What it means by a conflict may be its own."""
    peer, prev = reply.sender, reply.prev_log_index
    ends = f"ends at index {reply.last_log_index}" if reply.last_log_index else "is empty"
    if reply.last_log_index < prev:
        return f"{peer} has no entry {prev} to build upon: its log {ends}"
    place, term = reply.conflict_index, reply.conflict_term
    if not term:
        return f"{peer} refused what follows index {prev}; its log {ends}"
    if place == prev and leader.log.term_at(prev) != term:
        return f"{peer}'s entry {prev} is of term {term}: the logs differ there"
    return f"{peer} refused what follows index {prev}, and names its entry {place}, of term {term}"
