"""Reads in every schedule: the right ways read nothing stale, and each wrong one is caught."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from raftlab.course.starts import old_entries
from raftlab.modelcheck import LIVELY, Bounds, Goal, Verdict, explore, random_search
from raftlab.modelcheck.bounds import Reach
from raftlab.modelcheck.goals import CLIENT_ANSWERED
from raftlab.modelcheck.plain import State, search_plainly, successors
from raftlab.raft import (
    CLIENTS,
    RAFT,
    SAFETY,
    Ask,
    Cluster,
    Deliver,
    Event,
    Heartbeat,
    LeaseEnds,
    Replicate,
    RequestVote,
    Rules,
    Step,
    Timeout,
    broken_by,
    step,
)
from raftlab.raft.no_op import WITH_NO_OP
from raftlab.raft.reads import may_end_lease
from raftlab.raft.ways_to_read import READ_INDEX, READS
from raftlab.sim import History, client_ready
from raftlab.sim.chance import WITH_CLIENTS
from raftlab.sim.script import deliver_all, perform

EVERYTHING = (*SAFETY, *CLIENTS)
READY = client_ready().cluster
BOUNDS = Bounds(
    terms=1, entries=2, in_flight=1, crashes=0, commands=0, timeouts=1, operations=2, retries=0
)
LEASE = READS["by lease"]
READ_INDEX_AND_NO_OP = READ_INDEX.but(become_leader=WITH_NO_OP.become_leader)


def lease_held() -> Cluster:
    """node1 leads term 1 and has a lease; client1 has counted to one and read it."""
    history = History(READY, LEASE)
    for command in ("INCR count", "GET count"):
        perform(history, Ask("client1", "node1", command))
        deliver_all(history)
        for sends in (Replicate, Heartbeat) if command.startswith("INCR") else ():
            perform(history, sends("node1"))
            deliver_all(history)
    return history.cluster


HELD = lease_held()

RIGHT = {
    "through the log": (RAFT, BOUNDS),
    "ReadIndex": (READ_INDEX, BOUNDS),
    "ReadIndex and a no-op": (READ_INDEX_AND_NO_OP, replace(BOUNDS, entries=3)),
    "ReadIndex, a retry": (READ_INDEX, replace(BOUNDS, retries=1)),
    "ReadIndex, two messages": (READ_INDEX, replace(BOUNDS, in_flight=2, depth=9)),
    "ReadIndex, a crash": (READ_INDEX, replace(BOUNDS, crashes=1, restarts=1, entries=1)),
}


@pytest.mark.parametrize(("rules", "bounds"), RIGHT.values(), ids=RIGHT.keys())
def test_the_right_ways_read_nothing_stale(rules: Rules, bounds: Bounds) -> None:
    found = explore(READY, rules, bounds, EVERYTHING, goals=())
    assert (found.verdict, found.stopped) == (Verdict.NOTHING_BROKE, "")


# name: where it is caught, and after how many events
WRONG = {
    "locally": (READY, "locally", BOUNDS, 12),
    "no entry of its own": (READY, "ReadIndex without an entry of its own term", BOUNDS, 14),
    "a lease, and a clock that runs fast": (HELD, "by lease", BOUNDS, 12),
}


@pytest.mark.parametrize(("start", "way", "bounds", "depth"), WRONG.values(), ids=WRONG.keys())
def test_a_stale_read_is_found_by_a_shortest_run(
    start: Cluster, way: str, bounds: Bounds, depth: int
) -> None:
    for symmetry in (True, False):
        found = explore(start, READS[way], bounds, CLIENTS, symmetry=symmetry)
        assert found.violation is not None
        assert (found.violation.property.name, found.events) == ("One Store", depth)
        assert found.sentence.startswith("No order explains what clients saw: client1 saw INCR")


SMALL = replace(BOUNDS, operations=1, depth=8)


@pytest.mark.parametrize("symmetry", [False, True], ids=["named", "renamed"])
@pytest.mark.parametrize("way", READS)
def test_the_engines_agree(way: str, symmetry: bool) -> None:
    (client,) = HELD.clients
    start = replace(HELD, clients=(replace(client, answers=client.answers[:1]),))
    bounds = replace(SMALL, leases=1) if way == "by lease" else SMALL
    plain = search_plainly(start, READS[way], bounds, CLIENTS, symmetry=symmetry)
    fast = explore(start, READS[way], bounds, CLIENTS, goals=(), symmetry=symmetry)
    assert (fast.verdict, fast.levels) == (Verdict.NOTHING_BROKE, plain.levels)


# A lease is as right as the clocks are


def begins_an_election(event: Event) -> bool:
    """Whether a node's patience with the leader ends here: it stands, or it hears who does."""
    match event:
        case Timeout() | Deliver(RequestVote()):
            return True
    return False


def after_the_leases(cluster: Cluster, rules: Rules) -> Cluster:
    """Every lease, and every round that could still give one, runs out."""
    for node in cluster.nodes:
        if node.up and may_end_lease(node):
            cluster = step(cluster, LeaseEnds(node.name), rules).after
    return cluster


def with_clocks(
    state: State, rules: Rules, bounds: Bounds, reach: Reach, *, alike: bool
) -> Iterator[tuple[Step, State]]:
    """What can happen next; if clocks run `alike`, a lease is over before an election begins."""
    elections = state
    if alike:
        elections = replace(state, cluster=after_the_leases(state.cluster, rules))
    for taken, after in successors(elections, rules, bounds, reach):
        if begins_an_election(taken.event):
            yield taken, after
    for taken, after in successors(state, rules, bounds, reach):
        if not begins_an_election(taken.event):
            yield taken, after


def stale_after(rules: Rules, *, alike: bool, most: int) -> int | None:
    """After how many events, `most` of them at most, a client reads what is stale."""
    bounds = replace(BOUNDS, entries=1)
    reach = Reach.of(HELD, bounds, rules)
    level, seen = [State(HELD)], {State(HELD)}
    for depth in range(1, most + 1):
        following = []
        for state in level:
            for taken, after in with_clocks(state, rules, bounds, reach, alike=alike):
                if broken_by(taken, CLIENTS[2:], from_unbroken=True):
                    return depth
                if after not in seen:
                    seen.add(after)
                    following.append(after)
        level = following
    return None


def test_a_lease_that_ends_before_any_election_begins_reads_nothing_stale() -> None:
    assert stale_after(LEASE, alike=False, most=12) == 12
    assert stale_after(LEASE, alike=True, most=13) is None


# What needs a no-op


def test_without_a_no_op_nothing_that_was_left_is_ever_committed() -> None:
    bounds = Bounds(terms=0, entries=1, in_flight=1, crashes=0, commands=0)
    commits: tuple[Goal, ...] = LIVELY[1:2]
    start = old_entries()
    alone = explore(start, RAFT, replace(bounds, terms=1), goals=commits)
    assert [goal.depth for goal in alone.goals] == [None]
    assert "it never happens that an entry is committed, even in Raft" in alone.sentence
    found = explore(start, WITH_NO_OP, replace(bounds, terms=1, entries=2), goals=commits)
    assert found.verdict is Verdict.NOTHING_BROKE
    assert found.goals[0].depth is not None


def test_a_no_op_is_safe_wherever_raft_is() -> None:
    bounds = Bounds(terms=2, entries=2, in_flight=1, crashes=0, commands=1, timeouts=2)
    found = explore(History(Cluster.of("node1", "node2", "node3")), WITH_NO_OP, bounds, SAFETY)
    assert found.verdict is Verdict.NOTHING_BROKE


# At random, with everything on


@pytest.mark.parametrize("way", ["through the log", "ReadIndex"])
def test_random_runs_of_the_right_ways_break_nothing(way: str) -> None:
    found = random_search(READY, READS[way], EVERYTHING, runs=60, events=250, mix=WITH_CLIENTS)
    assert found.verdict is Verdict.NOTHING_BROKE


@pytest.mark.parametrize("way", ["locally", "ReadIndex without an entry of its own term"])
def test_random_runs_find_a_stale_read(way: str) -> None:
    found = random_search(READY, READS[way], CLIENTS, runs=200, events=300, mix=WITH_CLIENTS)
    assert found.violation is not None
    assert found.violation.property.name == "One Store"


def newly_led(rules: Rules) -> Cluster:
    """node2 leads term 2, in which nobody has asked for anything; client1 is about to read."""
    history = History(READY, rules)
    perform(history, Timeout("node2"))
    deliver_all(history)
    (client,) = HELD.clients
    client = replace(client, answers=client.answers[:1], leader="node2")
    return replace(history.cluster, clients=(client,))


@pytest.mark.parametrize("no_op", [False, True])
def test_a_new_leader_serves_reads_only_with_an_entry_of_its_own(no_op: bool) -> None:
    rules = READ_INDEX_AND_NO_OP if no_op else READ_INDEX
    bounds = Bounds(terms=0, entries=0, in_flight=2, crashes=0, commands=0, operations=1)
    found = explore(newly_led(rules), rules, bounds, CLIENTS[:2], goals=(CLIENT_ANSWERED,))
    assert (found.goals[0].depth is not None) == no_op
    expected = "It can happen that a client has its answer" if no_op else "it never happens that a"
    assert expected in found.sentence
