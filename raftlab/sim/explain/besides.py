"""What a turn did besides what its headline says: a sentence each, or ""."""

from __future__ import annotations

from raftlab.raft import (
    AppendEntries,
    AppendReply,
    Deliver,
    Entry,
    Firing,
    InstallSnapshot,
    Message,
    Node,
    RequestVote,
    SnapshotReply,
    VoteReply,
)
from raftlab.raft.events import TurnEvent
from raftlab.raft.machine import apply
from raftlab.sim.explain.clients import answers_sent
from raftlab.sim.explain.facts import reply_unheeded, vote_uncounted
from raftlab.sim.explain.turn import Saying, Told, committed
from raftlab.sim.words import listed, short


def besides(told: Told, event: TurnEvent, saying: Saying) -> tuple[str, ...]:
    """All that the saying about a turn leaves out, what is strangest first."""
    odd = _oddities(told, event.message) if isinstance(event, Deliver) else ""
    entered = "" if odd.startswith("adopt_newer_term") else _entered(told, event)
    answers = "" if "answers" in saying.headline else answers_sent(told)
    also = _also_commits(told, saying)
    more = (odd, _retreats(told), entered, also, answers, applied_commands(told))
    return (*(sentence for sentence in more if sentence != saying.why), losses(told))


def applied_commands(told: Told) -> str:
    """The commands that this turn gave to the state machine."""
    applying = [pair for pair in told.with_before() if pair[1].rule == "apply_next"]
    entries = [_applied(*pair) for pair in applying]
    if None in entries:
        return told.told("apply_next")
    named = [short(entry.command) for entry in entries if entry]
    shown = named if len(named) <= 2 else [named[0], "…", named[-1]]
    return f"The state machine applies {', '.join(shown)}" if named else ""


def _applied(before: Node, firing: Firing) -> Entry | None:
    """The entry at the next index; None if that is not what the machine was given."""
    index, log = before.last_applied + 1, before.log
    if firing.node.last_applied != index or not log.first_index <= index <= log.last_index:
        return None
    entry = log[index]
    return entry if apply(before.machine, entry.command) == firing.node.machine else None


def losses(told: Told) -> str:
    """The messages of this turn that a cut link swallowed."""
    receivers = dict.fromkeys(m.receiver for m in told.lost if m.sender == told.name)
    links = "link is" if len(receivers) == 1 else "links are"
    return f"What goes to {listed(receivers)} is lost: the {links} cut" if receivers else ""


def _oddities(told: Told, message: Message) -> str:
    """What was done about a message though facts speak against it: the answer of that rule."""
    late = message.term < told.node_before("is_stale").current_term
    if told.gave("is_stale") is False and late:
        return told.told("is_stale")
    adopted, node = told.first("adopt_newer_term"), told.node_before("adopt_newer_term")
    if adopted is not None and (
        adopted.node.current_term != max(node.current_term, message.term)
        or adopted.node.log != node.log
    ):
        return told.told("adopt_newer_term")
    if told.first("reject_append") is not None and told.first("merge_entries") is not None:
        return told.told("reject_append")
    return _heeded_all_the_same(told, message)


def _heeded_all_the_same(told: Told, message: Message) -> str:
    """The rule that heeded an answer of an old term, or of one who is asked no more."""
    for rule in ("record_vote", "record_success", "back_up", "record_snapshot"):
        node, fired = told.node_before(rule), told.first(rule)
        if fired is not None and fired.node != node and _speaks_against(node, message):
            return told.told(rule)
    return ""


def _speaks_against(node: Node, message: Message) -> bool:
    if isinstance(message, VoteReply):
        return vote_uncounted(node, message) is not None
    if isinstance(message, AppendReply | SnapshotReply):
        return reply_unheeded(node, message) is not None
    return False


def _retreats(told: Told) -> str:
    """A commit_index that went back (it never should)."""
    before, after = told.before.commit_index, told.after.commit_index
    return f"commit_index went back from {before} to {after}" if after < before else ""


def _entered(told: Told, event: TurnEvent) -> str:
    """That a request brought a newer term, where the reason speaks of something else."""
    term, granted = told.new_term(), told.first("grant_vote")
    asks = RequestVote | AppendEntries | InstallSnapshot
    request = isinstance(event, Deliver) and isinstance(event.message, asks)
    return f"{told.name} is now in term {term}" if term and request and not granted else ""


def _also_commits(told: Told, saying: Saying) -> str:
    """That something was committed, where the headline speaks of something else."""
    what = committed(told)
    unsaid = what is not None and "commit" not in saying.headline
    return f"{told.name} commits {what}" if unsaid else ""
