"""A candidate's request reaching a node, granted or refused, as sentences. (§5.2, §5.4.1)"""

from __future__ import annotations

from raftlab.raft import Node, RequestVote, VoteReply
from raftlab.sim.explain.facts import logs_compared, terms_met, vote_cast
from raftlab.sim.explain.turn import Saying, Told


def say_request_vote(told: Told, request: RequestVote) -> Saying:
    """A candidate asked for a vote. (Fig. 2, RequestVote)"""
    reply = told.gave("reply")
    if not isinstance(reply, VoteReply):
        headline = f"{told.name} takes {request.sender}'s request and gives no answer"
        return Saying(headline, _what_the_rule_said(told), "Fig. 2, RequestVote")
    if reply.vote_granted:
        headline = f"{_steps_down(told)} votes for {request.sender} in term {reply.term}"
        if told.node_before("may_vote").voted_for == request.sender:
            to_whom = f"{request.sender} its vote of term {reply.term}"
            headline = f"{_steps_down(told)} grants {to_whom} once more"
        return Saying(headline, *_why_granted(told, request))
    why, citation, short_reason = _why_refused(told, request)
    headline = f"{_steps_down(told)} refuses {request.sender} its vote{short_reason}"
    return Saying(headline, why, citation)


def _steps_down(told: Told) -> str:
    """The subject of a sentence: a name, and that its bearer steps down if it does."""
    if not told.stepped_down():
        return told.name
    return f"{told.name} steps down as {told.before.role.value} and"


def _why_granted(told: Told, request: RequestVote) -> tuple[str, str]:
    asked, entered = told.node_before("may_vote"), told.new_term()
    if asked.voted_for not in (None, request.sender):
        vote = told.told("may_vote")
    elif entered == asked.current_term and asked.voted_for is None:
        vote = f"it enters term {entered} and has no vote in it yet"
    else:
        vote = vote_cast(asked, request)
    behind = _is_behind(asked, request)
    logs = told.told("log_is_up_to_date") if behind else logs_compared(asked, request)
    return f"{vote}; {logs}{_vote_kept(told, request)}", "§5.2, §5.4.1"


def _is_behind(node: Node, request: RequestVote) -> bool:
    candidate = (request.last_log_term, request.last_log_index)
    return candidate < (node.log.last_term, node.log.last_index)


def _vote_kept(told: Told, request: RequestVote) -> str:
    """What the node then remembers of its vote, where that is not the vote it gave."""
    kept = told.after.voted_for
    if kept == request.sender:
        return ""
    return f"; it remembers {f'a vote for {kept}' if kept else 'no vote'}"


def _why_refused(told: Told, request: RequestVote) -> tuple[str, str, str]:
    """Why a vote was refused, the section, and the reason in a few words for the headline."""
    if told.gave("is_stale") is True:
        node = told.node_before("is_stale")
        if request.term < node.current_term:
            return terms_met(node, request), "§5.1", ": the request is of an old term"
    elif told.gave("may_vote") is False:
        node = told.node_before("may_vote")
        if node.voted_for not in (None, request.sender):
            why = f"{vote_cast(node, request)}, and a node has one vote a term"
            return why, "§5.2", ": it has voted already"
    elif told.gave("log_is_up_to_date") is False:
        node = told.node_before("log_is_up_to_date")
        if _is_behind(node, request):
            behind_by = f": {request.sender}'s log is behind its own"
            return logs_compared(node, request), "§5.4.1", behind_by
    return _what_the_rule_said(told), "Fig. 2, RequestVote", ""


def _what_the_rule_said(told: Told) -> str:
    """The last question asked before the answer, where its facts alone do not explain it."""
    for rule in ("log_is_up_to_date", "may_vote", "is_stale"):
        if told.first(rule) is not None:
            return told.told(rule)
    return "no rule about votes was asked"
