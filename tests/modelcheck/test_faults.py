"""Partitions, cuts and delays need no event of their own in an exploration: shown, not only said.

A breadth-first search takes every partition, every cut, every healing and every delay as an event
besides. It reaches no state of the servers that the search without them does not reach, and none in
fewer events; so it breaks no property that the other does not.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations

import pytest

from raftlab.modelcheck import random_search
from raftlab.modelcheck.bounds import Bounds, Reach, counts_as, next_command
from raftlab.modelcheck.plain import in_order, search_plainly
from raftlab.raft import (
    RAFT,
    SAFETY,
    Cluster,
    Cut,
    Delay,
    Drop,
    Duplicate,
    Event,
    Heal,
    Message,
    Node,
    Partition,
    Past,
    Property,
    RequestVote,
    Rules,
    Step,
    broken_by,
    enabled,
    step,
    why_not,
)
from raftlab.raft.events import actor
from raftlab.sim import fresh, leader_elected
from raftlab.sim.chance import Mix

Servers = tuple[tuple[Node, Past], ...]
Faults = Callable[[Cluster], Iterator[Event]]


def servers(cluster: Cluster) -> Servers:
    return tuple(zip(cluster.nodes, cluster.pasts, strict=True))


def none(cluster: Cluster) -> Iterator[Event]:
    """No fault of the network, but that any message may be lost."""
    return iter(())


def every(cluster: Cluster) -> Iterator[Event]:
    """Every partition, every cut of one way, a healing, every delay."""
    names = cluster.names
    yield from (Partition((side,)) for n in range(1, len(names)) for side in combinations(names, n))
    yield Partition(tuple((name,) for name in names))
    yield from (Cut(a, b) for a in names for b in names if a != b)
    yield Heal()
    yield from map(Delay, dict.fromkeys(cluster.network))


def reached(
    start: Cluster, bounds: Bounds, faults: Faults, rules: Rules = RAFT
) -> tuple[dict[Servers, int], set[Property]]:
    """Each state of the servers with the fewest events to it, and every property that breaks.

    `bounds` count as in an exploration: by default whatever is sent may be lost at once.
    """
    reach, budgets = Reach.of(start, bounds, rules), bounds.budgets
    first = (replace(start, network=in_order(start.network)), ())
    level: set[tuple[Cluster, tuple[str, ...]]] = {first}
    seen, depths, broken = set(level), {servers(start): 0}, set[Property]()
    for depth in range(1, (bounds.depth or 0) + 1):
        following = set()
        for cluster, used in level:
            for event in possible(cluster, bounds, reach, faults):
                counted = tuple(kind for kind in counts_as(event) if kind in budgets)
                now_used = tuple(sorted((*used, *counted)))
                if any(now_used.count(kind) > budgets[kind] for kind in counted):
                    continue
                taken = step(cluster, event, rules)
                broken |= {violation.property for violation in broken_by(taken, SAFETY)}
                depths.setdefault(servers(taken.after), depth)
                for network in networks(taken, bounds, reach.in_flight):
                    after = (replace(taken.after, network=network), now_used)
                    if after not in seen:
                        seen.add(after)
                        following.add(after)
        level = following
    return depths, broken


def possible(cluster: Cluster, bounds: Bounds, reach: Reach, faults: Faults) -> Iterator[Event]:
    commands = sorted({next_command(node) for node in cluster.nodes})
    for event in (*enabled(cluster, commands), *faults(cluster)):
        name = actor(event)
        allowed = name is None or reach.allows(event, cluster.node(name))
        needless = isinstance(event, Drop) and bounds.drops is None
        if allowed and not needless and why_not(cluster, event) is None:
            yield event


def networks(taken: Step, bounds: Bounds, most: int) -> Iterator[tuple[Message, ...]]:
    """Each network that a step may leave: of what it adds, what is not cut off may be lost."""
    event, network = taken.event, taken.after.network
    sent = (event.message,) if isinstance(event, Duplicate) else taken.sent
    added = () if isinstance(event, Delay) else tuple(m for m in sent if m not in taken.lost)
    kept = network[: len(network) - len(added)]
    room = max(0, min(most - len(kept), len(added)))
    for size in range(room + 1) if bounds.drops is None else [room]:
        yield from (in_order((*kept, *part)) for part in combinations(added, size))


FROM_NOTHING = fresh(3).cluster, Bounds(terms=1, in_flight=2, commands=0, crashes=0, depth=5)
FROM_A_LEADER = (
    leader_elected(3).cluster,
    Bounds(terms=0, in_flight=2, commands=1, crashes=1, timeouts=0, depth=5),
)


@pytest.mark.parametrize(("start", "bounds"), [FROM_NOTHING, FROM_A_LEADER])
def test_cuts_and_delays_lead_nowhere_else_and_nowhere_sooner(
    start: Cluster, bounds: Bounds
) -> None:
    without, unbroken = reached(start, bounds, none)
    besides, still_unbroken = reached(start, bounds, every)
    assert len(without) > 30
    assert without.keys() == besides.keys()
    assert all(without[state] <= depth for state, depth in besides.items())
    assert unbroken == still_unbroken == set()


def test_a_wrong_rule_breaks_nothing_else_where_links_are_cut() -> None:
    start = fresh(3).cluster
    bounds = Bounds(terms=1, in_flight=2, commands=0, crashes=0, timeouts=2, depth=4)
    rules = RAFT.but(wins_election=lambda node: bool(node.votes_received))
    _, without = reached(start, bounds, none, rules)
    _, besides = reached(start, bounds, every, rules)
    assert {broken.name for broken in without} == {"Election Safety"}
    assert besides == without


def test_where_a_message_that_is_never_lost_takes_the_only_place_a_cut_would_show() -> None:
    # Why exploration lets whatever is sent be lost: a slow message takes a place in the network.
    start = fresh(3).cluster
    bounds = Bounds(terms=2, in_flight=1, drops=0, commands=0, crashes=0, depth=5)
    without, _ = reached(start, bounds, none)
    besides, _ = reached(start, bounds, every)
    assert besides.keys() - without.keys()


def test_a_random_run_full_of_cuts_and_delays_is_shortened_and_plays_again() -> None:
    def votes_again(node: Node, request: RequestVote) -> bool:
        return True

    mix = Mix(cut=200, delay=200, heal=200)
    found = random_search(fresh(3), RAFT.but(may_vote=votes_again), mix=mix, runs=200)
    assert found.violation.property.name == "Election Safety"
    assert not [event for event in found.schedule if isinstance(event, Cut | Delay | Heal)]
    assert found.history.moments[-1].violations


def test_links_that_are_cut_at_the_start_count_as_slow() -> None:
    start = fresh(3).cluster
    cut = step(start, Partition((("node1",),))).after
    bounds = Bounds(terms=1, in_flight=2, commands=0, crashes=0, depth=6)
    assert search_plainly(cut, RAFT, bounds).levels == search_plainly(start, RAFT, bounds).levels
