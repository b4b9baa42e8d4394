"""Why an event did what it did, or did nothing: one sentence, its reason, the paper's section.

Derived from the event, the rules that fired and the node before, and from nothing else.
"""

from __future__ import annotations

from raftlab.raft import (
    AppendEntries,
    AppendReply,
    ClientCommand,
    Crash,
    Cut,
    Delay,
    Deliver,
    Drop,
    Duplicate,
    Heal,
    Heartbeat,
    Message,
    Partition,
    Replicate,
    RequestVote,
    Restart,
    Step,
    Timeout,
    VoteReply,
)
from raftlab.raft.events import TurnEvent, actor
from raftlab.sim.difference import difference
from raftlab.sim.explain.append import say_append_entries
from raftlab.sim.explain.citations import RULE_CITATIONS
from raftlab.sim.explain.election import say_request_vote, say_timeout, say_vote_reply
from raftlab.sim.explain.faults import (
    say_arrival_at_a_down_node,
    say_crash,
    say_cut,
    say_delay,
    say_drop,
    say_duplicate,
    say_heal,
    say_partition,
    say_restart,
)
from raftlab.sim.explain.lines import rule_lines
from raftlab.sim.explain.replication import (
    say_append_reply,
    say_command,
    say_heartbeat,
    say_replicate,
)
from raftlab.sim.explain.rules import purpose, said
from raftlab.sim.explain.turn import (
    Explanation,
    Saying,
    Told,
    applied_commands,
    as_explanation,
    committed,
    losses,
    oddities,
    retreats,
)
from raftlab.sim.words import say_event


def explain(step: Step) -> Explanation:
    """What just happened in `step`, why, and where the paper says so.

    Raises TypeError for what is no step: the start of a run has none.
    """
    if not isinstance(step, Step):
        raise TypeError(f"explain takes a step, and the start of a run has none: {step!r}.")
    match step.event:
        case Drop(message):
            return as_explanation(say_drop(message))
        case Duplicate(message):
            return as_explanation(say_duplicate(message))
        case Delay(message):
            return as_explanation(say_delay(message))
        case Cut() as cut:
            return as_explanation(say_cut(step, cut))
        case Partition() as partition:
            return as_explanation(say_partition(step, partition))
        case Heal():
            return as_explanation(say_heal(step))
        case Deliver(message) if not step.before.node(message.receiver).up:
            return as_explanation(say_arrival_at_a_down_node(message))
    told = Told(step.before.node(str(actor(step.event))), step.firings, step.lost)
    match step.event:
        case Restart():
            return as_explanation(say_restart(told))
        case Crash(_, during):
            return _explain_crash(told, during)
        case event if not step.firings:
            return _explain_recorded(step, event)
        case event:
            return _explain_turn(told, event)


def explain_last_rule(step: Step) -> Explanation:
    """The last rule of a step that was cut off after some rule: what it gave, and what it is for.

    For going through a step rule by rule: `step` carries the firings up to the shown one. Without
    any, it is explained whole.
    """
    if not step.firings:
        return explain(step)
    told = Told(step.before.node(step.firings[0].node.name), step.firings)
    *_, (before, firing) = told.with_before()
    citation = RULE_CITATIONS.get(firing.rule, "Fig. 2")
    saying = Saying(said(before, firing), f"the rule: {purpose(firing.rule)}", citation)
    return as_explanation(saying, rule_lines(told.before, told.firings))


def _explain_recorded(step: Step, event: TurnEvent) -> Explanation:
    """A turn of a saved run whose rules are not here: what changed is known, but not why."""
    changed = "; ".join(difference(step.before, step.after)[:3]) or "nothing changed"
    reason = f"The rules of this run are not loaded, so no reason is known. {changed}."
    return Explanation(f"The record says: {say_event(event)}.", reason, "", ())


def _explain_crash(told: Told, during: TurnEvent | None) -> Explanation:
    lines = rule_lines(told.before, told.firings)
    if during is None:
        return as_explanation(say_crash(told, in_a_turn=False), lines)
    turn = Told(told.before, tuple(f for f in told.firings if f.rule != "restart"))
    if told.first("restart") is None:
        # Stepping rule by rule, the lab asks before the crash itself.
        return _explain_turn(turn, during)
    until_then = f"Until then: {_say_turn(turn, during).headline}"
    return as_explanation(say_crash(told, in_a_turn=True), lines, until_then)


def _explain_turn(told: Told, event: TurnEvent) -> Explanation:
    saying = _say_turn(told, event)
    odd = oddities(told, event.message) if isinstance(event, Deliver) else ""
    more = (odd, retreats(told), _entered(told, event), _also_commits(told, saying))
    lines = rule_lines(told.before, told.firings)
    return as_explanation(saying, lines, *more, applied_commands(told), losses(told))


def why_nothing_happened(step: Step) -> str | None:
    """Why no node is any different, in a sentence; None if one is, or if messages left."""
    match step.event:
        case Deliver() | Timeout() | ClientCommand():
            return explain(step).reason if step.before.nodes == step.after.nodes else None
        case Replicate() | Heartbeat():
            return None if step.sent else explain(step).reason
        case _:
            return None


def _entered(told: Told, event: TurnEvent) -> str:
    """That a request brought a newer term, where the reason speaks of something else."""
    term, granted = told.new_term(), told.first("grant_vote")
    request = isinstance(event, Deliver) and isinstance(event.message, RequestVote | AppendEntries)
    return f"{told.name} is now in term {term}" if term and request and not granted else ""


def _also_commits(told: Told, saying: Saying) -> str:
    """That something was committed, where the headline speaks of something else."""
    what = committed(told)
    unsaid = what is not None and "commit" not in saying.headline
    return f"{told.name} commits {what}" if unsaid else ""


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
