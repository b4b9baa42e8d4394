"""The steps of the paper's proof, and what other specifications of Raft assert, one predicate each.

A rule may break a lemma and still be safe; what no Raft may break is in `safety`. Here are the
lemmas of one node; `agreement` has those of several servers, `promises` those of messages.

Left out is what needs changes of membership, which are not here, and what clients rely on, which is
in `promised`; and that no log has an entry of a candidate's term once a majority has voted for it:
here it leads before that turn ends, so Leader Holds Highest Index Of Its Term says as much. Nor is
asserted what was found false or is disputed: etcd's MoreUpToDateCorrectInv, VotesGrantedInv and
CommittedIsDurableInv; and CCF's MatchIndexLowerBoundNextIndexInv only as far as `back_up` keeps to
it here.
"""

from __future__ import annotations

from raftlab.raft.agreement import OF_SERVERS
from raftlab.raft.checks import Change, Property, Scope, Server
from raftlab.raft.node import Role
from raftlab.raft.promises import OF_MESSAGES
from raftlab.raft.safety import SAFETY


def monotonic_term(change: Change) -> str | None:
    """A node's term never decreases, not by a crash either. (§5.1; dissertation, Lemma 1)"""
    before, after = change.before.node, change.after.node
    if before.current_term <= after.current_term:
        return None
    return f"{after.name} went back from term {before.current_term} to term {after.current_term}."


def vote_once_per_term(change: Change) -> str | None:
    """Within a term a node votes for one candidate, and no crash makes it forget. (§5.2)"""
    before, after = change.before.node, change.after.node
    if before.current_term != after.current_term or before.voted_for in (None, after.voted_for):
        return None
    then = "forgot it" if after.voted_for is None else f"voted for {after.voted_for}"
    return (
        f"{after.name} voted for {before.voted_for} in term {after.current_term}, and then {then}."
    )


def log_terms_monotonic(server: Server) -> str | None:
    """Along a log terms never decrease, and none is above the node's own.

    (Dissertation, Lemmas 6 and 7; CCF)
    """
    node = server.node
    earlier = node.log.prefix_term
    for index, entry in node.log.numbered():
        if entry.term < earlier:
            return f"{node.name} holds entry {index} of term {entry.term} after one of {earlier}."
        earlier = entry.term
    if earlier <= node.current_term:
        return None
    return f"{node.name} holds an entry of term {earlier}, but is only in term {node.current_term}."


def role_transitions(change: Change) -> str | None:
    """A follower becomes a candidate, only a candidate a leader, and any of them a follower.

    A leader does so only in a newer term, or by a crash, after which every node is a follower.
    (Fig. 4)
    """
    before, after = change.before.node, change.after.node
    if change.rule == "restart" and after.role is not Role.FOLLOWER:
        return f"{after.name} came back from a crash as a {after.role.value}, not as a follower."
    match before.role, after.role:
        case (Role.FOLLOWER, Role.LEADER) | (Role.LEADER, Role.CANDIDATE):
            old, new = before.role.value, after.role.value
            return f"{after.name} went straight from {old} to {new}, a way Figure 4 does not have."
        case Role.LEADER, Role.FOLLOWER:
            if change.rule != "restart" and after.current_term <= before.current_term:
                return (
                    f"{after.name} led term {before.current_term}, and stopped leading within it."
                )
    return None


def leader_voted_for_itself(server: Server) -> str | None:
    """A leader has voted for itself, and knows itself to be the leader. (§5.2; LogCabin)"""
    node = server.node
    if node.role is not Role.LEADER or node.voted_for == node.leader_id == node.name:
        return None
    return (
        f"{node.name} leads term {node.current_term}, having voted for "
        f"{node.voted_for or 'nobody'} and taking {node.leader_id or 'nobody'} for the leader."
    )


def monotonic_match_index(change: Change) -> str | None:
    """While a node leads, each match_index only grows, and is below its next_index.

    (Fig. 2, State, matchIndex; CCF)
    """
    before, after = change.before.node, change.after.node
    if after.role is not Role.LEADER:
        return None
    leads_on = before.role is Role.LEADER and before.current_term == after.current_term
    for peer, old in before.match_index.pairs if leads_on else ():
        new = after.match_index.get(peer, 0)
        if new < old:
            return f"{after.name} lowered its match_index for {peer} from {old} to {new}."
    for peer, match_index in after.match_index.pairs:
        next_index = after.next_index.get(peer)
        if next_index is not None and next_index <= match_index:
            return (
                f"{after.name} has next_index {next_index} for {peer}, not above match_index "
                f"{match_index}."
            )
    return None


def monotonic_commit_index(change: Change) -> str | None:
    """A node's commit_index never decreases, but by a crash. (Fig. 2, State; CCF)"""
    old, new = change.before.node.commit_index, change.after.node.commit_index
    if change.rule == "restart" or old <= new:
        return None
    return f"{change.after.node.name} lowered its commit_index from {old} to {new}."


def commit_only_current_term(change: Change) -> str | None:
    """Where a leader's commit_index moves to is an entry of the leader's term. (§5.4.2; CCF)"""
    node, index = change.after.node, change.after.node.commit_index
    if node.role is not Role.LEADER or index <= change.before.node.commit_index:
        return None
    term = node.log.term_at(index)
    if term == node.current_term:
        return None
    what = "no entry" if term is None else f"an entry of term {term}"
    return f"{node.name}, leading term {node.current_term}, committed up to index {index}: {what}."


LEMMAS = (
    Property(
        "Monotonic Term",
        "§5.1; dissertation, Lemma 1; CCF, MonotonicTermProp",
        Scope.CHANGE,
        monotonic_term,
    ),
    Property("Vote Once Per Term", "§5.2; LogCabin's invariants", Scope.CHANGE, vote_once_per_term),
    Property(
        "Log Terms Monotonic",
        "dissertation, Lemmas 6 and 7; CCF, MonoLogInv",
        Scope.SERVER,
        log_terms_monotonic,
    ),
    Property(
        "Role Transitions", "Figure 4; CCF, StateTransitionsProp", Scope.CHANGE, role_transitions
    ),
    Property(
        "Leader Voted For Itself",
        "§5.2; LogCabin's invariants",
        Scope.SERVER,
        leader_voted_for_itself,
    ),
    Property(
        "Monotonic Match Index",
        "Figure 2, State; CCF, MonotonicMatchIndexProp",
        Scope.CHANGE,
        monotonic_match_index,
    ),
    Property(
        "Monotonic Commit Index",
        "Figure 2, State; CCF, MonotonicCommitIndexProp",
        Scope.CHANGE,
        monotonic_commit_index,
    ),
    Property(
        "Commit Only Current Term",
        "§5.4.2; CCF, NeverCommitEntryPrevTermsProp",
        Scope.CHANGE,
        commit_only_current_term,
    ),
    *OF_SERVERS,
    *OF_MESSAGES,
)

PROPERTIES = SAFETY + LEMMAS
