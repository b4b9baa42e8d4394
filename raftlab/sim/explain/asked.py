"""What each rule was asked about, as a clause: the facts beside its answer."""

from __future__ import annotations

from raftlab.raft import (
    AppendEntries,
    AppendReply,
    Firing,
    Message,
    Node,
    RequestVote,
    VoteReply,
)
from raftlab.sim.explain.facts import (
    logs_compared,
    place_before,
    reply_unheeded,
    spread,
    terms_met,
    vote_cast,
    vote_uncounted,
    votes_held,
    why_uncommitted,
)
from raftlab.sim.words import entries_named


def facts_asked(before: Node, firing: Firing) -> str:
    """What a rule was asked about, as a clause; "" where its answer says it all."""
    match firing.arguments:
        case (RequestVote() as request,):
            return _facts_of_request(before, firing, request)
        case (AppendEntries() as request,):
            return _facts_of_append(before, firing, request)
        case (VoteReply() | AppendReply() as reply,):
            return _facts_of_reply(before, firing, reply)
        case _:
            return _facts_of_state(before, firing)


def _facts_of_request(before: Node, firing: Firing, request: RequestVote) -> str:
    match firing.rule:
        case "may_vote":
            return vote_cast(before, request)
        case "grant_vote":
            return vote_cast(before, request) if firing.node == before else ""
        case "log_is_up_to_date":
            return logs_compared(before, request)
        case "resets_election_timer":
            return _timer(before, firing, request)
        case _:
            return _terms(before, firing, request)


def _terms(before: Node, firing: Firing, message: Message) -> str:
    # Once a rule has moved the node's term, only the message's says why.
    if firing.node.current_term != before.current_term:
        return f"the message is of term {message.term}"
    return terms_met(before, message)


def _facts_of_append(before: Node, firing: Firing, request: AppendEntries) -> str:
    match firing.rule:
        case "log_matches":
            return place_before(before, request)
        case "merge_entries":
            return _sent_entries(request)
        case "follower_commit_index":
            vouched = f"what was sent reaches index {request.last_new_index}"
            return f"leader_commit is {request.leader_commit} and {vouched}"
        case "recognize_leader":
            return f"{request.sender} sends AppendEntries in term {request.term}"
        case "resets_election_timer":
            return _timer(before, firing, request)
        case _:
            return _terms(before, firing, request)


def _facts_of_reply(before: Node, firing: Firing, reply: VoteReply | AppendReply) -> str:
    if firing.rule == "adopt_newer_term":
        return _terms(before, firing, reply)
    if isinstance(reply, VoteReply):
        return vote_uncounted(before, reply) or f"{reply.sender} grants its vote"
    if (unheeded := reply_unheeded(before, reply)) is not None:
        return unheeded
    if reply.success:
        return f"{reply.sender} agrees up to index {reply.match_index}"
    next_index = before.next_index.get(reply.sender, 0)
    refused = f"{reply.sender} refused what follows index {reply.prev_log_index}"
    return f"{refused}, and its next_index was {next_index}"


def _facts_of_state(before: Node, firing: Firing) -> str:
    match firing.rule:
        case "may_apply":
            last_applied, commit_index = before.last_applied, before.commit_index
            return f"last_applied is {last_applied} and commit_index is {commit_index}"
        case "may_start_election":
            return f"{before.name} is a {before.role.value} in term {before.current_term}"
        case "wins_election":
            return votes_held(before)
        case "leader_commit_index":
            return _commit_facts(before, firing)
        case "restart":
            return "memory is gone, the disk is read"
        case _:
            return ""


def _commit_facts(before: Node, firing: Firing) -> str:
    if firing.node.commit_index != before.commit_index:
        return spread(before, firing.node.commit_index)
    index = before.commit_index + 1
    if before.log.last_index < index:
        return "the log has no entry after it"
    return why_uncommitted(before, index) or spread(before, index)


def _sent_entries(request: AppendEntries) -> str:
    if not request.entries:
        return "no entries were sent"
    named = entries_named(request.prev_log_index + 1, request.last_new_index)
    return f"{request.sender} sent {named}"


def _timer(before: Node, firing: Firing, message: Message) -> str:
    if firing.gave is True:
        return f"{before.name} begins to wait anew"
    if message.term != before.current_term:
        return terms_met(before, message)
    if isinstance(message, RequestVote):
        return f"{vote_cast(before, message)}, and {message.sender} asked for it"
    return f"{before.name} follows {before.leader_id or 'nobody'}, and {message.sender} wrote"
