"""Figure 3, one predicate each: a sentence saying what is broken, or None.

Four of the five look at two servers, with what is remembered of them; Leader Append-Only looks at
what each rule changes.
"""

from __future__ import annotations

from collections.abc import Hashable

from raftlab.raft.checks import Change, Property, Scope, Server
from raftlab.raft.log import Entry, Log
from raftlab.raft.node import Node, Role


def election_safety(one: Server, other: Server) -> str | None:
    """At most one node ever leads a given term, be it down or deposed by now. (Fig. 3; §5.2)"""
    if one.node.name != other.node.name:
        for term in one.past.terms_led:
            if term in other.past.terms_led:
                return f"{one.node.name} and {other.node.name} both led term {term}."
    return None


def leader_append_only(change: Change) -> str | None:
    """A leader only ever adds to its log while it leads. (Fig. 3; §5.3)"""
    node, after = change.before.node, change.after.node
    if node.log is after.log:
        return None
    leads_on = node.role is after.role is Role.LEADER
    if leads_on and node.current_term == after.current_term:
        for index, entry in node.log.numbered():
            if after.log.holds(index, entry) is False:
                term = node.current_term
                return f"{node.name}, leading term {term}, lost entry {index} of its own log."
    return None


def log_matching(one: Server, other: Server) -> str | None:
    """If two logs hold an entry of the same index and term, they agree up to it. (Fig. 3; §5.3)"""
    mine, theirs = one.node.log, other.node.log
    if mine == theirs:
        return None
    index = _last_common_place(mine, theirs)
    first = max(mine.first_index, theirs.first_index)
    if index < first:
        return None
    earlier = _first_difference(*(log.up_to(index).starting_at(first) for log in (mine, theirs)))
    if earlier is None:
        return None
    return (
        f"{one.node.name} and {other.node.name} both hold entry {index} of term "
        f"{mine.term_at(index)}, but their entries {first + earlier - 1} differ."
    )


def leader_completeness(leader: Server, holder: Server) -> str | None:
    """What was committed in a term is in the log of every leader of a later one. (Fig. 3; §5.4)

    A node that has led is asked for good, deposed or down: an entry may be found to be committed
    late, and what a later leader held of it then, it never loses.
    """
    latest = max(leader.past.terms_led, default=0)
    for index, committed in enumerate(holder.past.committed, start=1):
        if committed is None or latest <= committed.in_term:
            continue
        if leader.node.log.holds(index, committed.entry) is False:
            leads = leader.node.role is Role.LEADER and leader.node.current_term == latest
            return (
                f"{leader.node.name} {'leads' if leads else 'led'} term {latest} without entry "
                f"{index} of term {committed.entry.term}, which {holder.node.name} took for "
                f"committed in term {committed.in_term}."
            )
    return None


def state_machine_safety(one: Server, other: Server) -> str | None:
    """No two nodes ever apply different entries at the same index. (Fig. 3; §5.4.3)

    Nor does one node, before and after a crash.
    """
    for mine in (one.past.applied, _applied_now(one.node)):
        index = _first_difference(mine, other.past.applied)
        if index is not None:
            ours, theirs = mine[index - 1], other.past.applied[index - 1]
            return (
                f"{one.node.name} applied {_words(ours)} at index {index}, "
                f"and {other.node.name} applied {_words(theirs)} there."
            )
    return None


def _led_and_committed(server: Server) -> Hashable:
    node, past = server
    leads = node.role is Role.LEADER and node.current_term
    return max(past.terms_led, default=0), leads, node.log, past.committed


FIGURE_3 = (
    Property(
        "Election Safety",
        "Figure 3, §5.2",
        Scope.PAIR,
        election_safety,
        reads=lambda server: (server.node.name, server.past.terms_led),
    ),
    Property("Leader Append-Only", "Figure 3, §5.3", Scope.CHANGE, leader_append_only),
    Property(
        "Log Matching",
        "Figure 3, §5.3",
        Scope.PAIR,
        log_matching,
        reads=lambda server: server.node.log,
    ),
    Property(
        "Leader Completeness",
        "Figure 3, §5.4",
        Scope.PAIR,
        leader_completeness,
        reads=_led_and_committed,
    ),
    Property(
        "State Machine Safety",
        "Figure 3, §5.4.3",
        Scope.PAIR,
        state_machine_safety,
        reads=lambda server: (server.past.applied, _applied_now(server.node)),
    ),
)


def _last_common_place(one: Log, other: Log) -> int:
    """The highest index at which both logs keep an entry of the same term; 0 if there is none."""
    first = max(one.first_index, other.first_index)
    for index in reversed(range(first, min(one.last_index, other.last_index) + 1)):
        if one.term_at(index) == other.term_at(index):
            return index
    return 0


def _applied_now(node: Node) -> tuple[Entry | None, ...]:
    """What the node's log says it has applied, from index 1; None for what it no longer keeps."""
    discarded = (None,) * min(node.log.prefix_index, node.last_applied)
    return discarded + node.log.up_to(max(node.log.prefix_index, node.last_applied)).entries


def _first_difference(
    mine: tuple[Entry | None, ...], theirs: tuple[Entry | None, ...]
) -> int | None:
    """The first place, from 1, at which both are known and differ."""
    both = min(len(mine), len(theirs))
    if mine[:both] == theirs[:both]:
        return None
    for place, (one, other) in enumerate(zip(mine, theirs, strict=False), start=1):
        if one is not None and other is not None and one != other:
            return place
    return None


def _words(entry: Entry | None) -> str:
    return "nothing" if entry is None else f"{entry.command!r} of term {entry.term}"
