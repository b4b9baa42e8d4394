"""One rule at a time: what it was asked, what it gave, and where the paper states it.

The words are facts and answers, never what the paper's rule would have given: a learner's rule is
told exactly like the paper's.
"""

from __future__ import annotations

from raftlab.raft import (
    RAFT,
    AppendEntries,
    AppendReply,
    ClientReply,
    Firing,
    InstallSnapshot,
    Log,
    Message,
    Node,
    RequestVote,
    SnapshotReply,
    VoteReply,
)
from raftlab.sim.explain.asked import facts_asked
from raftlab.sim.explain.citations import citation_of
from raftlab.sim.explain.facts import a_role
from raftlab.sim.explain.lines import gave, is_noted
from raftlab.sim.words import entries_counted, log_counted, short, snapshot_named, voted

# Who notes what no rule was asked for.
NOTED_BY = {"reply": "on_request_vote", "refuse_command": "on_command"}

# The rules speak as the paper does, or name an argument; a learner reads of nodes.
SPOKEN = {"servers": "nodes", "`peer`": "another node"}


def explain_firing(before: Node, firing: Firing) -> str:
    """One sentence on one firing: the rule, what it gave, the facts it was asked about, the source.

    `before` is the node as it stood when the rule was asked: the node of the firing before it, or
    the node before the event.
    """
    return f"{said(before, firing)} ({citation_of(firing)})."


def said(before: Node, firing: Firing) -> str:
    """The same without full stop and citation."""
    rule, facts = firing.rule, facts_asked(before, firing)
    match firing.gave:
        case True if is_noted(firing):
            return f"{rule}: {before.name} begins to wait anew"
        case bool():
            says = f"{rule} says {gave(before, firing)}"
        case int():
            moved = firing.gave != before.commit_index
            was = f"and it was {before.commit_index}" if moved else "as before"
            says = f"{rule} says {firing.gave}, {was}"
        case Node() if rule == "persist":
            return _persisted(before, firing.gave)
        case Node() | Log():
            unchanged = gave(before, firing) == "unchanged"
            says = f"{rule} changes " + (
                "nothing" if unchanged else f"{before.name}: {gave(before, firing)}"
            )
            return "; ".join(filter(None, (says, facts)))
        case RequestVote() | VoteReply() | AppendEntries() | AppendReply():
            return _written(before, firing, firing.gave)
        case InstallSnapshot() | SnapshotReply():
            return _written(before, firing, firing.gave)
        case ClientReply():
            return "; ".join(filter(None, (_told_a_client(before, firing.gave), facts)))
        case leader if rule == "refuse_command":
            named = f"it names {leader} instead" if leader else "it can name no other"
            return f"{before.name} takes no command: it is {a_role(before)}, and {named}"
        case _:
            says = f"{rule} is noted"
    return ": ".join(filter(None, (says, facts)))


def purpose_of(firing: Firing) -> str:
    """What the rule that fired is for; of what a handler noted, what the handler is for."""
    if isinstance(firing.gave, SnapshotReply):
        return purpose("on_install_snapshot")
    return purpose("on_timeout" if is_noted(firing) else firing.rule)


def purpose(rule: str) -> str:
    """What a rule is for, in the words above the paper's own version of it in `raftlab.raft`."""
    named = NOTED_BY.get(rule, rule)
    paragraph = (getattr(RAFT, named, None).__doc__ or "").partition("\n\n")[0]
    sentence = " ".join(paragraph.partition(" (")[0].split()).removesuffix(".")
    for written, spoken in SPOKEN.items():
        sentence = sentence.replace(written, spoken)
    return sentence.replace("`", "")


def _persisted(before: Node, after: Node) -> str:
    disk = after.disk
    holds = f"term {disk.current_term}, {voted(disk.voted_for)} and {log_counted(disk.log)}"
    again = "still holds" if before.disk == disk else "now holds"
    return f"persist: the disk {again} {holds}, before any message leaves"


def _told_a_client(before: Node, reply: ClientReply) -> str:
    tells = f"{before.name} tells {reply.receiver}"
    if not reply.done:
        whom = f"to ask {reply.leader}" if reply.leader else "to ask another node"
        return f"{tells} {whom}"
    said = "no value" if reply.answer is None else short(reply.answer)
    return f"{tells} that request {reply.serial} is done, and answers {said}"


def _written(before: Node, firing: Firing, message: Message) -> str:
    name, other, term = before.name, message.receiver, message.term
    match message:
        case RequestVote(last_log_index=0):
            does = f"{name} asks {other} for its vote in term {term}, its own log being empty"
        case RequestVote(last_log_index=index, last_log_term=last_term):
            ends = f"its own log ends at index {index} in term {last_term}"
            does = f"{name} asks {other} for its vote in term {term}; {ends}"
        case VoteReply():
            granted = "granted" if message.vote_granted else "refused"
            return f"{name} answers {other}: vote {granted}, in term {term}"
        case AppendEntries(entries=()) if firing.rule == "heartbeat":
            leads = f"{name} leads term {term}"
            does = f"{name} tells {other} that {leads}; leader_commit is {message.leader_commit}"
        case AppendEntries():
            carried = entries_counted(len(message.entries))
            place = f"after index {message.prev_log_index}"
            does = f"{name} sends {other} {carried} {place}, leader_commit {message.leader_commit}"
        case AppendReply(success=True):
            agree = f"their logs agree up to index {message.match_index}"
            does = f"{name} answers {other} with success: {agree}"
        case AppendReply():
            ends = f"its log ends at index {message.last_log_index}"
            does = f"{name} refuses what {other} sent, from term {term}; {ends}"
        case InstallSnapshot():
            held = snapshot_named(message.snapshot)
            does = f"{name} sends {other} {held}, of term {message.snapshot.last_included_term}"
        case SnapshotReply(match_index=0):
            return f"{name} answers {other}: it took nothing, in term {term}"
        case SnapshotReply():
            agree = f"their logs agree up to index {message.match_index}"
            return f"{name} answers {other}, in term {term}: {agree}"
    return f"{firing.rule}: {does}"
