"""Timeouts, requests for votes and their answers, as sentences. (§5.2, §5.4.1)"""

from __future__ import annotations

from raftlab.raft import Firing, Message, Node, RequestVote, Role, VoteReply
from raftlab.sim.explain.facts import (
    logs_compared,
    majority_of,
    terms_met,
    vote_cast,
    vote_uncounted,
    votes_held,
)
from raftlab.sim.explain.turn import Saying, Told, peers_named
from raftlab.sim.words import counted, listed


def say_timeout(told: Told) -> Saying:
    """An election timer ran out. (§5.2)"""
    name = told.name
    if told.first("become_leader"):
        return say_victory(told)
    started = told.first("start_election")
    if started is None:
        headline = f"{name}'s election timer runs out, and {name} does not stand for election"
        return Saying(headline, told.last_answer(), "Fig. 2, Followers 2")
    again = " again" if told.before.role is Role.CANDIDATE else ""
    headline = f"{name}'s election timer runs out{again}: it {_stands(started.node)}"
    winner = f"It saw no winner of term {told.before.current_term} in time"
    heard = winner if again else "It heard from no leader in time"
    return Saying(headline, f"{heard}, so it {_standing(told, started)}", "§5.2")


def _stands(node: Node) -> str:
    if node.role is Role.CANDIDATE:
        return f"stands for election in term {node.current_term}"
    return f"is a {node.role.value} in term {node.current_term}"


def _standing(told: Told, started: Firing) -> str:
    before, after = told.node_before("start_election"), started.node
    moved = after.current_term != before.current_term
    term = f"{'enters' if moved else 'stays in'} term {after.current_term}"
    vote = f"votes for {'itself' if after.voted_for == after.name else after.voted_for or 'nobody'}"
    asked = told.sent("request_vote")
    if not asked:
        return f"{term} and {vote}"
    votes = "their votes" if len(asked) > 1 else "its vote"
    return f"{term}, {vote} and asks {peers_named(told, asked)} for {votes}"


def say_victory(told: Told) -> Saying:
    """A majority of votes made a leader. (§5.2)"""
    node = told.node_before("become_leader")
    size, voters = len(node.configuration.members), node.votes_received
    headline = f"{told.name} becomes leader of term {node.current_term}"
    votes = f"{counted(len(voters), 'vote')} of {size}"
    if voters == (told.name,):
        why = f"it has its own vote, and a majority of {size} is {majority_of(node)}"
    else:
        why = f"{listed(voters)} voted for it, and a majority of {size} is {majority_of(node)}"
    receivers = told.sent("heartbeat")
    tells = f"; heartbeats go to {peers_named(told, receivers)}" if receivers else ""
    return Saying(f"{headline} with {votes}", f"{why}{tells}", "§5.2")


def say_request_vote(told: Told, request: RequestVote) -> Saying:
    """A candidate asked for a vote. (Fig. 2, RequestVote)"""
    reply = told.gave("reply")
    if not isinstance(reply, VoteReply):
        headline = f"{told.name} takes {request.sender}'s request and gives no answer"
        return Saying(headline, told.last_answer(), "Fig. 2, RequestVote")
    if reply.vote_granted:
        headline = f"{_steps_down(told)} votes for {request.sender} in term {reply.term}"
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
    elif entered is not None and asked.voted_for is None:
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


def say_vote_reply(told: Told, reply: VoteReply) -> Saying:
    """An answer to a candidate. (§5.2)"""
    if told.first("become_leader"):
        return say_victory(told)
    if told.new_term() is not None:
        return say_newer_term(told, reply)
    node = told.node_before("record_vote")
    recorded = told.first("record_vote")
    if recorded is None:
        headline = f"{told.name} takes {reply.sender}'s answer and counts no vote"
        return Saying(headline, told.last_answer(), "§5.2")
    if recorded.node.votes_received == node.votes_received:
        return _say_uncounted(told, node, reply)
    size = len(node.configuration.members)
    votes = f"{counted(len(recorded.node.votes_received), 'vote')} of {size}"
    answer = told.gave("wins_election")
    still = "; wins_election says no" if answer is False and _has_majority(recorded.node) else ""
    headline = f"{told.name} counts {reply.sender}'s vote: {votes}"
    return Saying(headline, f"{votes_held(recorded.node)}{still}", "§5.2")


def _has_majority(node: Node) -> bool:
    return node.configuration.is_quorum(node.votes_received)


def _say_uncounted(told: Told, node: Node, reply: VoteReply) -> Saying:
    against = vote_uncounted(node, reply)
    if against is None:
        headline = f"{told.name} does not count {reply.sender}'s vote"
        return Saying(headline, told.told("record_vote"), "§5.2")
    if not reply.vote_granted and node.role is Role.CANDIDATE and reply.term == node.current_term:
        headline = f"{reply.sender} refuses {told.name} its vote in term {reply.term}"
        return Saying(headline, f"{votes_held(node)}; a refusal counts for nothing", "§5.2")
    what = "vote" if reply.vote_granted else "refusal"
    return Saying(f"{told.name} ignores {reply.sender}'s {what}", against, "§5.2")


def say_newer_term(told: Told, message: Message) -> Saying:
    """An answer brought a newer term, and with it the end of a leadership or candidacy. (§5.1)"""
    steps = f"steps down as {told.before.role.value}" if told.stepped_down() else "enters it"
    headline = f"{told.name} learns of term {told.new_term()} and {steps}"
    was = f"{told.name} was in term {told.before.current_term}"
    why = f"{message.sender}'s reply is of term {message.term} and {was}: the newer one counts"
    return Saying(headline, why, "§5.1")
