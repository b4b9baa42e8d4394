"""Lemmas of messages: who sends one may send it, and still knows after a crash what it said."""

from __future__ import annotations

from raftlab.raft.checks import Property, Scope, Server
from raftlab.raft.messages import (
    AppendEntries,
    AppendReply,
    InstallSnapshot,
    Message,
    RequestVote,
    SnapshotReply,
    VoteReply,
)


def message_term_bound(message: Message, server: Server) -> str | None:
    """No message is of a later term than the one on its sender's disk. (CCF, MonoTermInv)"""
    on_disk = server.node.disk.current_term
    if message.sender != server.node.name or message.term <= on_disk:
        return None
    return (
        f"A message from {message.sender} to {message.receiver} is of term {message.term}, but "
        f"{message.sender} has only term {on_disk} on its disk."
    )


def append_only_from_the_terms_leader(message: Message, server: Server) -> str | None:
    """Who sends an AppendEntries has led its term, and nobody else has. (§5.2; HashiCorp)

    The same goes for a snapshot. (§7)
    """
    match message:
        case AppendEntries():
            what = "an AppendEntries"
        case InstallSnapshot():
            what = "a snapshot"
        case _:
            return None
    name, has_led = server.node.name, message.term in server.past.terms_led
    if message.sender == name and not has_led:
        return f"{name} sent {what} of term {message.term}, which it never led."
    if message.sender != name and has_led:
        return f"{message.sender} sent {what} of term {message.term}, which {name} led."
    return None


def durable_before_reply(message: Message, server: Server) -> str | None:
    """What a node has told another is on its disk: its term, its vote, the entries that match.

    A candidate tells of its vote for itself. In a later term the node is bound no more. (Fig. 2,
    State; etcd)
    """
    name, disk = server.node.name, server.node.disk
    if message.sender != name or message.term < disk.current_term:
        return None
    match message:
        case RequestVote():
            promise, kept = "its vote for itself", disk.voted_for == name
        case VoteReply(receiver=candidate, vote_granted=True):
            promise, kept = f"its vote for {candidate}", disk.voted_for == candidate
        case AppendReply(success=True, match_index=match_index):
            promise, kept = f"its entries up to {match_index}", match_index <= disk.log.last_index
        case SnapshotReply(match_index=match_index) if match_index:
            promise, kept = f"a snapshot up to {match_index}", match_index <= disk.log.last_index
        case _:
            return None
    if kept and message.term == disk.current_term:
        return None
    return (
        f"{name} told {message.receiver} of {promise} in term {message.term}, and does not have "
        "that on its disk."
    )


OF_MESSAGES = (
    Property(
        "Message Term Bound",
        "§5.1; CCF, MonoTermInv",
        Scope.MESSAGE,
        message_term_bound,
        reads=lambda server: (server.node.name, server.node.disk.current_term),
    ),
    Property(
        "Append Only From The Term's Leader",
        "§5.2; HashiCorp's fuzzy verifier",
        Scope.MESSAGE,
        append_only_from_the_terms_leader,
        reads=lambda server: (server.node.name, server.past.terms_led),
    ),
    Property(
        "Durable Before Reply",
        "Figure 2, State; etcd, MustSync",
        Scope.MESSAGE,
        durable_before_reply,
        reads=lambda server: (
            server.node.name,
            server.node.disk.current_term,
            server.node.disk.voted_for,
            server.node.disk.log.last_index,
        ),
    ),
)
