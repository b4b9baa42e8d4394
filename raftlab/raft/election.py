"""Electing a leader: terms, votes, majorities. (§5.1, §5.2, §5.4.1)

Each function is one rule, replaceable alone; none calls another. `handlers` puts them in order.
"""

from __future__ import annotations

from dataclasses import replace

from raftlab.raft.frozen import FrozenMap
from raftlab.raft.messages import (
    AppendEntries,
    InstallSnapshot,
    Message,
    RequestVote,
    VoteReply,
)
from raftlab.raft.node import Node, Role
from raftlab.raft.reading import NO_READS


def adopt_newer_term(node: Node, message: Message) -> Node:
    """A message of a higher term makes any node a follower in that term, with no vote cast yet.

    The log stays: its entries of older terms may yet be committed. (Fig. 2, All Servers 2; §5.1)
    """
    if message.term <= node.current_term:
        return node
    return replace(
        node,
        current_term=message.term,
        voted_for=None,
        role=Role.FOLLOWER,
        leader_id=None,
        votes_received=(),
        next_index=FrozenMap(),
        match_index=FrozenMap(),
        reading=NO_READS,
    )


def is_stale(node: Node, message: Message) -> bool:
    """A request is stale if its term is lower than the node's own.

    (Fig. 2, RequestVote 1 and AppendEntries 1)
    """
    return message.term < node.current_term


def may_start_election(node: Node) -> bool:
    """A follower or a candidate whose election timer ran out starts an election; a leader has none.

    (Fig. 2, Followers 2 and Candidates 4)
    """
    return node.role is not Role.LEADER


def start_election(node: Node) -> Node:
    """Increment the term, become a candidate in it, vote for oneself. (Fig. 2, Candidates 1)"""
    return replace(
        node,
        current_term=node.current_term + 1,
        voted_for=node.name,
        role=Role.CANDIDATE,
        leader_id=None,
        votes_received=(node.name,),
    )


def request_vote(node: Node, peer: str) -> RequestVote:
    """Ask `peer` for its vote, saying where the own log ends. (Fig. 2, RequestVote)"""
    return RequestVote(
        sender=node.name,
        receiver=peer,
        term=node.current_term,
        last_log_index=node.log.last_index,
        last_log_term=node.log.last_term,
    )


def may_vote(node: Node, request: RequestVote) -> bool:
    """One vote a term: none cast yet, or cast for this very candidate. (Fig. 2, RequestVote 2)"""
    return node.voted_for in (None, request.sender)


def log_is_up_to_date(node: Node, request: RequestVote) -> bool:
    """The candidate's log is at least as up-to-date as the node's: the later last term wins.

    If the last terms are equal, the higher last index does. (Fig. 2, RequestVote 2; §5.4.1)
    """
    candidate = (request.last_log_term, request.last_log_index)
    return candidate >= (node.log.last_term, node.log.last_index)


def grant_vote(node: Node, request: RequestVote) -> Node:
    """The node remembers whom it voted for. (Fig. 2, RequestVote 2)"""
    return replace(node, voted_for=request.sender)


def record_vote(node: Node, reply: VoteReply) -> Node:
    """A candidate counts each voter of its own term once. (§5.2)"""
    counts = (
        node.role is Role.CANDIDATE
        and reply.term == node.current_term
        and reply.vote_granted
        and reply.sender not in node.votes_received
    )
    return replace(node, votes_received=(*node.votes_received, reply.sender)) if counts else node


def wins_election(node: Node) -> bool:
    """A candidate wins with the votes of a majority of all servers. (Fig. 2, Candidates 2)"""
    return node.configuration.is_quorum(node.votes_received)


def become_leader(node: Node) -> Node:
    """Lead the current term, knowing nothing yet of the others' logs. (Fig. 2, State, Candidates 2)

    Each next_index starts just after the leader's last entry, each match_index at 0.
    """
    return replace(
        node,
        role=Role.LEADER,
        leader_id=node.name,
        votes_received=(),
        next_index=FrozenMap.of(dict.fromkeys(node.peers, node.log.last_index + 1)),
        match_index=FrozenMap.of(dict.fromkeys(node.peers, 0)),
        reading=NO_READS,
    )


def recognize_leader(node: Node, request: AppendEntries | InstallSnapshot) -> Node:
    """An AppendEntries of its own term tells a node who leads; a candidate gives up.

    So does a snapshot. (Fig. 2, Candidates 3; §5.2, §7)
    """
    if node.role is Role.LEADER:
        return node
    return replace(node, role=Role.FOLLOWER, leader_id=request.sender, votes_received=())


def resets_election_timer(node: Node, message: Message) -> bool:
    """Whether a node, having handled `message`, begins to wait anew.

    It does if it granted this candidate its vote, or heard from the current leader. (Fig. 2,
    Followers 2)
    """
    if message.term < node.current_term:
        return False
    match message:
        case RequestVote():
            return node.voted_for == message.sender
        case AppendEntries() | InstallSnapshot():
            return node.leader_id == message.sender
        case _:
            return False
