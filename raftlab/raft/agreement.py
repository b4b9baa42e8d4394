"""Lemmas of what servers have in common: what a leader knows of others, what a majority holds."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from raftlab.raft.checks import Property, Scope, Server
from raftlab.raft.log import Entry, Log
from raftlab.raft.node import Role


def leader_holds_highest(leader: Server, other: Server) -> str | None:
    """No log holds an entry of a leader's term beyond the leader's own last one. (§5.3; CCF)"""
    node, term = leader.node, leader.node.current_term
    if node.role is not Role.LEADER:
        return None
    mine, theirs = (dict(_last_of_each_term(s.node.log)).get(term, 0) for s in (leader, other))
    if theirs <= mine:
        return None
    return (
        f"{node.name} leads term {term} and holds entries of it up to index {mine}, but "
        f"{other.node.name} holds one at index {theirs}."
    )


def match_index_sound(leader: Server, other: Server) -> str | None:
    """Up to match_index the two logs agree, as long as the other's term has not moved on.

    (Fig. 2, State, matchIndex; LogCabin)
    """
    node, peer = leader.node, other.node
    match_index = node.match_index.get(peer.name, 0)
    if node.role is not Role.LEADER:
        return None
    believes = f"{node.name}, leading term {node.current_term}, has match_index {match_index} for"
    if node.log.last_index < match_index:
        return f"{believes} {peer.name}, but its own log ends at {node.log.last_index}."
    if node.current_term < peer.current_term:
        return None
    for index, entry in node.log.numbered():
        if index <= match_index and peer.log.holds(index, entry) is False:
            return f"{believes} {peer.name}, which does not hold its entry {index}."
    return None


def quorum_log(servers: Sequence[Server]) -> str | None:
    """What any server ever took for committed, every quorum holds in some log. (§5.4.3; CCF)"""
    for node, past in servers:
        for index, committed in enumerate(past.committed, start=1):
            if committed is None:
                continue
            lacking = _lacking(servers, index, committed.entry)
            if node.configuration.is_quorum(lacking):
                return (
                    f"{node.name} took entry {index} of term {committed.entry.term} for committed, "
                    f"but it is missing at a majority: {', '.join(lacking)}."
                )
    return None


def committed_at_majority(servers: Sequence[Server]) -> str | None:
    """The entry at a leader's commit_index is in the logs of a majority.

    Its source asks that of one leader at least; it holds for each. (Fig. 2, Leaders 4; Vanlightly)
    """
    for node, _ in servers:
        index, log = node.commit_index, node.log
        if node.role is Role.LEADER and log.first_index <= index <= log.last_index:
            lacking = _lacking(servers, index, log[index])
            holding = [name for name in (s.node.name for s in servers) if name not in lacking]
            if not node.configuration.is_quorum(holding):
                return (
                    f"{node.name}, leading term {node.current_term}, takes entry {index} for "
                    f"committed, but no majority holds it: only {', '.join(holding)}."
                )
    return None


def _lacking(servers: Sequence[Server], index: int, entry: Entry) -> tuple[str, ...]:
    """The servers that do not hold `entry` at `index`; of one that is down, the disk speaks."""
    return tuple([node.name for node, _ in servers if node.log.holds(index, entry) is False])


def _last_of_each_term(log: Log) -> tuple[tuple[int, int], ...]:
    """The terms of a log's entries, each with the index of its last one.

    Of what was discarded, that is the last term alone: no earlier one is a leader's.
    """
    discarded = {log.prefix_term: log.prefix_index} if log.prefix_index else {}
    return tuple({**discarded, **{entry.term: i for i, entry in log.numbered()}}.items())


def _leads_and_last(server: Server) -> Hashable:
    node = server.node
    leads = node.current_term if node.role is Role.LEADER else None
    return leads, _last_of_each_term(node.log)


def _leads_and_matches(server: Server) -> Hashable:
    node = server.node
    matches = node.match_index if node.role is Role.LEADER else None
    return node.name, node.current_term, node.log, matches


def _ever_committed(server: Server) -> Hashable:
    node, past = server
    return node.configuration, node.log, tuple([c and c.entry for c in past.committed])


def _commits_as_leader(server: Server) -> Hashable:
    node = server.node
    commits = node.commit_index if node.role is Role.LEADER else None
    return node.configuration, node.log, commits


OF_SERVERS = (
    Property(
        "Leader Holds Highest Index Of Its Term",
        "§5.3; CCF, ElectionSafetyInv",
        Scope.PAIR,
        leader_holds_highest,
        reads=_leads_and_last,
    ),
    Property(
        "Match Index Sound",
        "Figure 2, State; LogCabin's invariants",
        Scope.PAIR,
        match_index_sound,
        reads=_leads_and_matches,
    ),
    Property(
        "Quorum Log",
        "§5.4.3; CCF, QuorumLogInv",
        Scope.CLUSTER,
        quorum_log,
        reads=_ever_committed,
    ),
    Property(
        "Committed At Majority",
        "Figure 2, Leaders 4; Vanlightly, CommittedEntriesReachMajority",
        Scope.CLUSTER,
        committed_at_majority,
        reads=_commits_as_leader,
    ),
)
