"""Timeouts, the answers of voters and victories, as sentences. (§5.2)"""

from __future__ import annotations

from raftlab.raft import Firing, Message, Node, Role, VoteReply
from raftlab.sim.explain.facts import majority_of, vote_uncounted, votes_held
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
        return Saying(headline, told.told("may_start_election"), "Fig. 2, Followers 2")
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
    asked = told.written_to("request_vote")
    if not asked:
        return f"{term} and {vote}"
    votes = "their votes" if len(asked) > 1 else "its vote"
    return f"{term}, {vote} and asks {peers_named(told, asked)} for {votes}"


def say_victory(told: Told, reply: VoteReply | None = None) -> Saying:
    """A majority of votes made a leader, the last of them in `reply`. (§5.2)"""
    node = told.node_before("become_leader")
    size, voters = len(node.configuration.members), node.votes_received
    headline = f"{told.name} becomes leader of term {node.current_term}"
    votes = f"{counted(len(voters), 'vote')} of {size}"
    doubtful = reply is not None and vote_uncounted(told.node_before("record_vote"), reply)
    voted = f"it counts {listed(voters)}" if doubtful else f"{listed(voters)} voted for it"
    who = "it has its own vote" if voters == (told.name,) else voted
    says = "" if _has_majority(node) else "; wins_election says yes"
    why = f"{who}, and a majority of {size} is {majority_of(node)}{says}{_tells(told)}"
    return Saying(f"{headline} with {votes}", why, "§5.2")


def _tells(told: Told) -> str:
    receivers = told.written_to("heartbeat")
    go = "a heartbeat goes" if len(receivers) == 1 else "heartbeats go"
    return f"; {go} to {peers_named(told, receivers)}" if receivers else ""


def say_vote_reply(told: Told, reply: VoteReply) -> Saying:
    """An answer to a candidate. (§5.2)"""
    if told.first("become_leader"):
        return say_victory(told, reply)
    if told.new_term() is not None:
        return say_newer_term(told, reply)
    node, recorded = told.node_before("record_vote"), told.first("record_vote")
    if recorded is None:
        headline = f"{told.name} takes {reply.sender}'s answer and counts no vote"
        return Saying(headline, told.told("record_vote"), "§5.2")
    if recorded.node.votes_received == node.votes_received:
        return _say_uncounted(told, node, reply)
    if recorded.node.votes_received != (*node.votes_received, reply.sender):
        headline = f"{told.name} takes {reply.sender}'s {_answer(reply)}"
        return Saying(headline, told.told("record_vote"), "§5.2")
    return _say_counted(told, recorded.node, reply)


def _say_counted(told: Told, node: Node, reply: VoteReply) -> Saying:
    votes = f"{counted(len(node.votes_received), 'vote')} of {len(node.configuration.members)}"
    answer = told.gave("wins_election")
    still = "; wins_election says no" if answer is False and _has_majority(node) else ""
    headline = f"{told.name} counts {reply.sender}'s {_answer(reply)}: {votes}"
    return Saying(headline, f"{votes_held(node)}{still}", "§5.2")


def _answer(reply: VoteReply) -> str:
    return "vote" if reply.vote_granted else "refusal"


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
    return Saying(f"{told.name} ignores {reply.sender}'s {_answer(reply)}", against, "§5.2")


def say_newer_term(told: Told, message: Message) -> Saying:
    """An answer brought a newer term, and with it the end of a leadership or candidacy. (§5.1)"""
    entered, was_in = told.new_term(), told.before.current_term
    if entered is not None and entered < was_in:
        headline = f"{told.name} goes back from term {was_in} to term {entered}"
        return Saying(headline, told.told("adopt_newer_term"), "§5.1")
    steps = f"steps down as {told.before.role.value}" if told.stepped_down() else "enters it"
    headline = f"{told.name} learns of term {entered} and {steps}"
    was = f"{told.name} was in term {was_in}"
    why = f"{message.sender}'s reply is of term {message.term} and {was}: the newer one counts"
    return Saying(headline, why, "§5.1")
