"""Every schedule within bounds, by the plainest search there is: short, slow, and easy to believe.

Breadth first: all clusters that are one event from the start, then all that are two, and so on. So
the first run that breaks a property is a shortest one. `explore` does the same much faster, and the
tests hold the two to each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations, permutations

from raftlab.modelcheck.bounds import Bounds, Reach, counts_as, next_command
from raftlab.modelcheck.client_bounds import next_operation
from raftlab.modelcheck.result import Level
from raftlab.modelcheck.symmetry import Renaming
from raftlab.raft import (
    RAFT,
    SAFETY,
    Client,
    Cluster,
    Drop,
    Duplicate,
    Event,
    Message,
    Node,
    Property,
    Rules,
    Step,
    Violation,
    broken_by,
    broken_in,
    enabled,
    step,
)
from raftlab.raft.events import actor


@dataclass(frozen=True, slots=True)
class State:
    """A cluster, its messages in an order of their own, and the kinds of the events counted."""

    cluster: Cluster
    used: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """What the search saw: each level of the tree and, if a property broke, how and by what run."""

    levels: tuple[Level, ...]
    violations: tuple[Violation, ...] = ()
    run: tuple[Event, ...] = ()


def search_plainly(
    start: Cluster,
    rules: Rules = RAFT,
    bounds: Bounds | None = None,
    properties: Sequence[Property] = SAFETY,
    *,
    symmetry: bool = False,
) -> Search:
    """Try every schedule from `start` within `bounds`, shortest first, until a property breaks.

    With `symmetry`, clusters that differ only in the names of their nodes count as one.
    """
    bounds = bounds or Bounds()
    reach = Reach.of(start, bounds, rules)
    first = State(replace(start, network=in_order(start.network), cut=()))
    if broken := broken_in(first.cluster, properties):
        return Search((), broken)
    counts_for = _representative if symmetry else _itself
    seen = {counts_for(first)}
    level: dict[State, tuple[Event, ...]] = {first: ()}
    levels: list[Level] = []
    while level:
        transitions, following = 0, dict[State, tuple[Event, ...]]()
        for state, run in level.items() if len(levels) != bounds.depth else ():
            for taken, after in successors(state, rules, bounds, reach):
                transitions += 1
                if broken := broken_by(taken, properties, from_unbroken=True):
                    return Search(tuple(levels), broken, (*run, taken.event))
                if counts_for(after) not in seen:
                    seen.add(counts_for(after))
                    following[after] = (*run, taken.event)
        levels.append(Level(len(level), transitions))
        level = following
    return Search(tuple(levels))


def successors(
    state: State, rules: Rules, bounds: Bounds, reach: Reach
) -> Iterator[tuple[Step, State]]:
    """Every step that leads on from `state`, with each state that it may lead to."""
    cluster, budgets = state.cluster, bounds.budgets
    commands = sorted({next_command(node) for node in cluster.nodes})
    commands += sorted({next_operation(client) for client in cluster.clients})
    for event in enabled(cluster, commands):
        if isinstance(event, Drop) and bounds.drops is None:
            continue  # what is lost was lost when it was sent
        name = actor(event)
        if name is not None and not reach.allows(event, _member(cluster, name)):
            continue
        counted = [kind for kind in counts_as(event) if kind in budgets]
        used = tuple(sorted((*state.used, *counted)))
        if any(used.count(kind) > budgets[kind] for kind in counted):
            continue
        taken = step(cluster, event, rules)
        if name is None or reach.holds(_member(taken.after, name)):
            for network in what_leaves(taken, bounds, reach.in_flight):
                after = replace(taken.after, network=network)
                if after != cluster:
                    yield replace(taken, after=after), State(after, used)


def _member(cluster: Cluster, name: str) -> Node | Client:
    return cluster.client(name) if cluster.has_client(name) else cluster.node(name)


def what_leaves(taken: Step, bounds: Bounds, most: int) -> Iterable[tuple[Message, ...]]:
    """Each network that a step may leave: of what it adds, as much as fits, or any part of that."""
    added = (taken.event.message,) if isinstance(taken.event, Duplicate) else taken.sent
    kept = taken.after.network[: len(taken.after.network) - len(added)]
    room = min(most - len(kept), len(added))
    sizes = range(room + 1) if bounds.drops is None else [room]
    parts = (part for size in sizes for part in combinations(in_order(added), size))
    return dict.fromkeys(in_order((*kept, *part)) for part in parts)


def in_order(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The messages in an order of their own, so that equal networks are equal."""
    return tuple(sorted(messages, key=_in_words))


_in_words = cache(repr)


def _itself(state: State) -> State:
    return state


def _representative(state: State) -> State:
    """The same state for all that differ from it only in the names of their nodes."""
    names = state.cluster.names
    renamed = (Renaming(names, new).of_cluster(state.cluster) for new in permutations(names))
    clusters = (replace(c, network=in_order(c.network)) for c in renamed)
    return State(min(clusters, key=repr), state.used)
