"""Figure 3, one predicate each: a sentence saying what is broken, or None.

Four of the five look at a cluster, with what its nodes' pasts remember; Leader Append-Only looks
at a step, rule by rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise, product

from raftlab.raft.cluster import Cluster
from raftlab.raft.log import Entry, Log
from raftlab.raft.node import Node, Role
from raftlab.raft.past import Past
from raftlab.raft.step import Step


def election_safety(cluster: Cluster) -> str | None:
    """At most one node ever leads a given term, be it down or deposed by now. (Fig. 3; §5.2)"""
    for (one, past_one), (other, past_other) in combinations(_with_pasts(cluster), 2):
        for term in past_one.terms_led:
            if term in past_other.terms_led:
                return f"{one.name} and {other.name} both led term {term}."
    return None


def leader_append_only(step: Step) -> str | None:
    """A leader only ever adds to its log while it leads. (Fig. 3; §5.3)"""
    for node, after in pairwise(_moments(step)):
        if node.log is after.log:
            continue
        leads_on = node.role is after.role is Role.LEADER
        if leads_on and node.current_term == after.current_term:
            for index, entry in node.log.numbered():
                if after.log.holds(index, entry) is False:
                    term = node.current_term
                    return f"{node.name}, leading term {term}, lost entry {index} of its own log."
    return None


def log_matching(cluster: Cluster) -> str | None:
    """If two logs hold an entry of the same index and term, they agree up to it. (Fig. 3; §5.3)"""
    for one, other in combinations(cluster.nodes, 2):
        index = _last_common_place(one.log, other.log)
        first = max(one.log.first_index, other.log.first_index)
        if index < first:
            continue
        mine, theirs = (log.up_to(index).starting_at(first) for log in (one.log, other.log))
        earlier = _first_difference(mine, theirs, first)
        if earlier is not None:
            return (
                f"{one.name} and {other.name} both hold entry {index} of term "
                f"{one.log.term_at(index)}, but their entries {earlier} differ."
            )
    return None


def leader_completeness(cluster: Cluster) -> str | None:
    """What was committed in a term is in the log of every leader of a later one. (Fig. 3; §5.4)"""
    leaders = [node for node in cluster.nodes if node.up and node.role is Role.LEADER]
    for leader, (holder, past) in product(leaders, _with_pasts(cluster)):
        for index, committed in enumerate(past.committed, start=1):
            if committed is None or leader.current_term <= committed.in_term:
                continue
            if leader.log.holds(index, committed.entry) is False:
                return (
                    f"{leader.name} leads term {leader.current_term} without entry {index} of "
                    f"term {committed.entry.term}, which {holder.name} took for committed in "
                    f"term {committed.in_term}."
                )
    return None


def state_machine_safety(cluster: Cluster) -> str | None:
    """No two nodes ever apply different entries at the same index. (Fig. 3; §5.4.3)

    Nor does one node, before and after a crash.
    """
    everyone = [(n, past.applied, _applied_now(n)) for n, past in _with_pasts(cluster)]
    for (one, *what_one_applied), (other, applied, _) in product(everyone, repeat=2):
        for mine in what_one_applied:
            index = _first_difference(mine, applied)
            if index is not None:
                ours, theirs = mine[index - 1], applied[index - 1]
                return (
                    f"{one.name} applied {_words(ours)} at index {index}, "
                    f"and {other.name} applied {_words(theirs)} there."
                )
    return None


@dataclass(frozen=True, slots=True)
class Property:
    """A property by its name in the paper, and the predicate over a cluster or over a step."""

    name: str
    citation: str
    of_cluster: Callable[[Cluster], str | None] | None = None
    of_step: Callable[[Step], str | None] | None = None


@dataclass(frozen=True, slots=True)
class Violation:
    """A property that does not hold, and the sentence saying what breaks it."""

    property: Property
    sentence: str


FIGURE_3 = (
    Property("Election Safety", "Figure 3, §5.2", of_cluster=election_safety),
    Property("Leader Append-Only", "Figure 3, §5.3", of_step=leader_append_only),
    Property("Log Matching", "Figure 3, §5.3", of_cluster=log_matching),
    Property("Leader Completeness", "Figure 3, §5.4", of_cluster=leader_completeness),
    Property("State Machine Safety", "Figure 3, §5.4.3", of_cluster=state_machine_safety),
)


def broken_in(
    cluster: Cluster, properties: tuple[Property, ...] = FIGURE_3
) -> tuple[Violation, ...]:
    """Those of `properties` that this cluster breaks; what needs a step is not asked."""
    asked = ((p, p.of_cluster(cluster)) for p in properties if p.of_cluster)
    return tuple(Violation(p, sentence) for p, sentence in asked if sentence)


def broken_by(step: Step, properties: tuple[Property, ...] = FIGURE_3) -> tuple[Violation, ...]:
    """Those of `properties` that do not hold once `step` is done, in their order."""
    asked = (
        (p, p.of_step(step) if p.of_step else p.of_cluster(step.after) if p.of_cluster else None)
        for p in properties
    )
    return tuple(Violation(p, sentence) for p, sentence in asked if sentence)


def _with_pasts(cluster: Cluster) -> Iterator[tuple[Node, Past]]:
    return zip(cluster.nodes, cluster.pasts, strict=True)


def _moments(step: Step) -> Iterator[Node]:
    """The acting node before the step and after each of its firings."""
    if step.firings:
        yield step.before.node(step.firings[0].node.name)
        yield from (firing.node for firing in step.firings)


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
    mine: tuple[Entry | None, ...], theirs: tuple[Entry | None, ...], start: int = 1
) -> int | None:
    """The first index at which both are known and differ; the first of each is at `start`."""
    both = min(len(mine), len(theirs))
    if mine[:both] == theirs[:both]:
        return None
    for index, (one, other) in enumerate(zip(mine, theirs, strict=False), start=start):
        if one is not None and other is not None and one != other:
            return index
    return None


def _words(entry: Entry | None) -> str:
    return "nothing" if entry is None else f"{entry.command!r} of term {entry.term}"
