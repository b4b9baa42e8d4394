"""Clients in every schedule: both engines agree, Raft serves them, and each wrong way is caught."""

from dataclasses import replace

import pytest

from raftlab.modelcheck import Bounds, Verdict, explore, random_search
from raftlab.modelcheck.client_bounds import allows_client, next_operation
from raftlab.modelcheck.plain import search_plainly
from raftlab.modelcheck.symmetry import Renaming
from raftlab.raft import (
    CLIENTS,
    RAFT,
    SAFETY,
    Ask,
    Cluster,
    GiveUp,
    OpenSession,
    Property,
    Rules,
    broken_by,
)
from raftlab.raft.repeated import REPEATED
from raftlab.sim import client_ready, deposed_leader, fresh, leader_elected
from raftlab.sim.chance import WITH_CLIENTS

EVERYTHING = (*SAFETY, *CLIENTS)
NARROW = Bounds(terms=0, entries=2, in_flight=1, crashes=0, commands=0, operations=1, retries=1)


def with_clients(start: Cluster, *names: str) -> Cluster:
    return start.with_clients(*names)


READY = client_ready().cluster
UNKNOWN = with_clients(leader_elected().cluster, "client1")
TWO = with_clients(leader_elected().cluster, "client1", "client2")

SPREAD: dict[str, tuple[Cluster, Bounds]] = {
    "a retry": (READY, NARROW),
    "two messages": (READY, replace(NARROW, in_flight=2, depth=7)),
    "two operations": (READY, replace(NARROW, operations=2, retries=0)),
    "no session yet": (UNKNOWN, replace(NARROW, depth=8)),
    "two clients": (TWO, replace(NARROW, operations=2, retries=0, depth=7)),
    "nobody leads": (with_clients(fresh(3).cluster, "client1"), replace(NARROW, terms=1, depth=6)),
    "two lead": (
        with_clients(deposed_leader().cluster, "client1"),
        replace(NARROW, in_flight=2, depth=4),
    ),
    "a crash": (READY, replace(NARROW, terms=1, crashes=1, restarts=0, depth=5)),
    "a crash in a turn": (READY, replace(NARROW, crashes=1, in_turn=True, depth=6)),
    "duplicates": (READY, replace(NARROW, in_flight=2, duplicates=1, retries=0, depth=6)),
    "drops": (READY, replace(NARROW, in_flight=2, drops=1, depth=6)),
}


def agree(start: Cluster, bounds: Bounds, rules: Rules, *, symmetry: bool) -> None:
    plain = search_plainly(start, rules, bounds, CLIENTS, symmetry=symmetry)
    fast = explore(start, rules, bounds, CLIENTS, goals=(), symmetry=symmetry)
    if plain.violations:
        assert (fast.verdict, fast.depth) == (Verdict.BROKEN, len(plain.run))
        assert fast.levels[: len(plain.levels)] == plain.levels
    else:
        assert (fast.verdict, fast.levels) == (Verdict.NOTHING_BROKE, plain.levels)
        assert fast.transitions > 0


@pytest.mark.parametrize("symmetry", [False, True], ids=["named", "renamed"])
@pytest.mark.parametrize(("start", "bounds"), SPREAD.values(), ids=SPREAD.keys())
def test_the_engines_agree(start: Cluster, bounds: Bounds, symmetry: bool) -> None:
    agree(start, bounds, RAFT, symmetry=symmetry)


WRONG = ("no sessions", "sessions in the leader's memory")


@pytest.mark.parametrize("symmetry", [False, True], ids=["named", "renamed"])
@pytest.mark.parametrize(("way", "depth"), [*zip(WRONG, (7, 9), strict=True)])
def test_a_wrong_way_is_caught_by_both_engines(way: str, depth: int, symmetry: bool) -> None:
    bounds = replace(NARROW, in_flight=2, retries=1)
    found = explore(READY, REPEATED[way], bounds, CLIENTS, symmetry=symmetry)
    assert found.violation is not None
    assert (found.violation.property.name, found.events) == ("Exactly Once", depth)
    assert found.history is not None
    assert found.violation in broken_by(found.history.now.step, CLIENTS)
    if symmetry:
        plain = search_plainly(READY, REPEATED[way], bounds, CLIENTS, symmetry=True)
        assert len(plain.run) == depth


def test_without_a_session_the_papers_own_rules_do_it_twice() -> None:
    found = explore(UNKNOWN, RAFT, replace(NARROW, in_flight=2), CLIENTS)
    assert found.headline == "Exactly Once broke after 7 events."


def test_an_answer_of_two_shows_to_the_client_itself() -> None:
    one_store: tuple[Property, ...] = CLIENTS[2:]
    bounds = replace(NARROW, entries=3, in_flight=2, operations=2, duplicates=0)
    found = explore(READY, REPEATED["no sessions"], bounds, one_store)
    assert found.violation is not None
    assert found.sentence == "No order explains what clients saw: client1 saw INCR count give 2."


# name: where, within which bounds, and how many clusters there are
HELD = {
    "a retry at any time": (READY, replace(NARROW, in_flight=2)),
    "two operations": (READY, replace(NARROW, operations=2, entries=3)),
    "a new leader": (READY, replace(NARROW, terms=1, timeouts=1)),
    "a crash": (READY, replace(NARROW, terms=1, timeouts=1, crashes=1, restarts=1, entries=1)),
}


@pytest.mark.parametrize(("start", "bounds"), HELD.values(), ids=HELD.keys())
def test_raft_keeps_its_promises_to_clients(start: Cluster, bounds: Bounds) -> None:
    found = explore(start, RAFT, bounds, EVERYTHING, goals=())
    assert found.verdict is Verdict.NOTHING_BROKE
    assert found.stopped == ""


def test_bounds_say_what_clients_may_do_where_there_are_some() -> None:
    bounds = Bounds(operations=3, retries=0)
    assert "at most 3 operations; no retries" in bounds.said(READY)
    assert "operation" not in bounds.said(fresh(3).cluster)


def test_more_kinds_cannot_be_counted_than_there_is_room_for() -> None:
    eight = Bounds(timeouts=1, commands=1, drops=1, duplicates=1, crashes=1, restarts=1)
    assert len(eight.budgets) == 8
    with pytest.raises(ValueError, match="At most 8 kinds of event can be counted at a time"):
        replace(eight, leases=1)
    agree(READY, replace(eight, terms=0, entries=1, in_flight=2, depth=4), RAFT, symmetry=True)


def test_what_a_client_does_by_itself_is_bounded() -> None:
    (client,) = READY.clients
    assert next_operation(client) == "INCR count"
    assert not allows_client(Ask("client1", "node1", "GET count"), client)
    assert not allows_client(OpenSession("client1", "node1"), client)
    assert not allows_client(GiveUp("client1"), client)
    assert allows_client(OpenSession("client1", "node1"), UNKNOWN.clients[0])


def test_a_client_keeps_its_name_and_what_it_knows_is_renamed() -> None:
    there = Renaming(("node1", "node2", "node3"), ("node2", "node3", "node1"))
    back = Renaming(("node2", "node3", "node1"), ("node1", "node2", "node3"))
    renamed = there.of_cluster(READY)
    (client,) = renamed.clients
    assert (client.name, client.leader) == ("client1", "node2")
    assert back.of_cluster(renamed) == READY


@pytest.mark.parametrize("way", REPEATED)
def test_random_runs_with_everything_on(way: str) -> None:
    start = READY if way != WRONG[1] else client_ready(5).cluster
    properties = EVERYTHING if REPEATED[way] == RAFT else CLIENTS
    found = random_search(start, REPEATED[way], properties, runs=60, events=250, mix=WITH_CLIENTS)
    expected = Verdict.NOTHING_BROKE if REPEATED[way] == RAFT else Verdict.BROKEN
    assert found.verdict is expected
