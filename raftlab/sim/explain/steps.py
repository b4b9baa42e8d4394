"""Why an event did what it did, or did nothing: one sentence, its reason, the paper's section.

Derived from the event, the rules that fired and the node before, and from nothing else.
"""

from __future__ import annotations

from dataclasses import replace

from raftlab.raft import (
    AppendEntries,
    AppendReply,
    Ask,
    AskAgain,
    ClientCommand,
    ClientReply,
    ClientRequest,
    Compact,
    Crash,
    Cut,
    Delay,
    Deliver,
    Drop,
    Duplicate,
    GiveUp,
    Heal,
    Heartbeat,
    InstallSnapshot,
    LeaseEnds,
    Message,
    OpenSession,
    Partition,
    Replicate,
    RequestVote,
    Restart,
    SnapshotReply,
    Step,
    Timeout,
    VoteReply,
)
from raftlab.raft.events import TurnEvent, actor
from raftlab.sim.difference import difference
from raftlab.sim.explain.append import say_append_entries
from raftlab.sim.explain.besides import applied_commands, besides
from raftlab.sim.explain.citations import citation_of
from raftlab.sim.explain.clients import say_client, say_client_request, say_lease_end
from raftlab.sim.explain.compaction import (
    say_compact,
    say_install_snapshot,
    say_snapshot_reply,
)
from raftlab.sim.explain.election import say_timeout, say_vote_reply
from raftlab.sim.explain.faults import say_crash, say_restart
from raftlab.sim.explain.lines import rule_lines
from raftlab.sim.explain.network import say_network
from raftlab.sim.explain.replication import (
    say_append_reply,
    say_command,
    say_heartbeat,
    say_replicate,
)
from raftlab.sim.explain.rules import purpose_of, said
from raftlab.sim.explain.turn import Explanation, Saying, Told, as_explanation
from raftlab.sim.explain.voting import say_request_vote
from raftlab.sim.words import say_event


def explain(step: Step) -> Explanation:
    """What just happened in `step`, why, and where the paper says so.

    Raises TypeError for what is no step: the start of a run has none.
    """
    if not isinstance(step, Step):
        raise TypeError(f"explain takes a step, and the start of a run has none: {step!r}.")
    if (saying := say_client(step) or say_network(step)) is not None:
        return as_explanation(saying)
    match step.event:
        case Restart():
            return _explain_restart(_told(step))
        case Crash(_, during):
            return _explain_crash(_told(step), during)
        case event if isinstance(event, TurnEvent):
            recorded = not step.firings
            return _explain_recorded(step, event) if recorded else _explain_turn(_told(step), event)
    raise TypeError(f"{step.event!r} is no event.")


def _told(step: Step) -> Told:
    before = step.before.node(str(actor(step.event)))
    return Told(before, step.firings, step.lost, step.sent)


def explain_last_rule(step: Step) -> Explanation:
    """The last rule of a step that was cut off after some rule: what it gave, and what it is for.

    For going through a step rule by rule: `step` carries the firings up to the shown one. Without
    any, it is explained whole.
    """
    if not step.firings:
        return explain(step)
    told = Told(step.before.node(step.firings[0].node.name), step.firings)
    *_, (before, firing) = told.with_before()
    why = f"the rule: {purpose_of(firing)}"
    saying = Saying(said(before, firing), why, citation_of(firing))
    return as_explanation(saying, rule_lines(told.before, told.firings))


def _explain_recorded(step: Step, event: TurnEvent) -> Explanation:
    """A turn of a saved run whose rules are not here: what changed is known, but not why."""
    changed = "; ".join(difference(step.before, step.after)[:3]) or "Nothing changed"
    reason = f"The rules of this run are not loaded, so no reason is known. {changed}."
    return Explanation(f"The record says: {say_event(event)}.", reason, "", ())


def _explain_restart(told: Told) -> Explanation:
    lines = rule_lines(told.before, told.firings)
    return as_explanation(say_restart(told), lines, applied_commands(told))


def _explain_crash(told: Told, during: TurnEvent | None) -> Explanation:
    lines = rule_lines(told.before, told.firings)
    if during is None:
        return as_explanation(say_crash(told, in_a_turn=False), lines)
    turn = replace(told, firings=tuple(f for f in told.firings if f.rule != "restart"))
    if told.first("restart") is None:
        # Stepping rule by rule, the lab asks before the crash itself.
        return _explain_turn(turn, during)
    until_then = f"Until then: {_say_turn(turn, during).headline}"
    return as_explanation(say_crash(told, in_a_turn=True), lines, until_then)


def _explain_turn(told: Told, event: TurnEvent) -> Explanation:
    saying, lines = _say_turn(told, event), rule_lines(told.before, told.firings)
    return as_explanation(saying, lines, *besides(told, event, saying))


def why_nothing_happened(step: Step) -> str | None:
    """Why no node is any different, in a sentence or more; None if one is."""
    if step.before.nodes != step.after.nodes:
        return None
    reason = explain(step).reason
    match step.event:
        case Drop() | Duplicate() | Delay() | Partition() | Cut() | Heal():
            return f"This happens to the network alone, and no node has a turn. {reason}"
        case OpenSession() | Ask() | AskAgain() | GiveUp():
            return f"A client had its turn, and no node. {reason}"
        case Replicate() | Heartbeat() if step.sent:
            return f"A leader that sends stays as it is: only answers move it. {reason}"
        case _:
            return reason


def _say_turn(told: Told, event: TurnEvent) -> Saying:
    match event:
        case Deliver(message):
            return _say_delivery(told, message)
        case Timeout():
            return say_timeout(told)
        case ClientCommand(_, command):
            return say_command(told, command)
        case Replicate():
            return say_replicate(told)
        case Heartbeat():
            return say_heartbeat(told)
        case LeaseEnds():
            return say_lease_end(told)
        case Compact():
            return say_compact(told)


def _say_delivery(told: Told, message: Message) -> Saying:
    match message:
        case RequestVote():
            return say_request_vote(told, message)
        case VoteReply():
            return say_vote_reply(told, message)
        case AppendEntries():
            return say_append_entries(told, message)
        case AppendReply():
            return say_append_reply(told, message)
        case ClientRequest():
            return say_client_request(told, message)
        case ClientReply():
            return Saying(f"{told.name} does nothing with an answer to a client", "", "§8")
        case InstallSnapshot():
            return say_install_snapshot(told, message)
        case SnapshotReply():
            return say_snapshot_reply(told, message)
