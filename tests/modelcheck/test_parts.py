"""The parts of the fast engine, each against the plainest thing that does the same."""

from itertools import permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from raftlab.modelcheck.fast.columns import Column, Grid, Interned
from raftlab.modelcheck.fast.seen import Seen
from raftlab.modelcheck.symmetry import Renaming, Renamings
from raftlab.raft import Server, react
from raftlab.raft.events import actor
from raftlab.sim import fresh, random_run

NAMES = ("node1", "node2", "node3")


@given(st.lists(st.lists(st.integers(0, 40), max_size=60), max_size=8))
def test_seen_is_a_set(batches: list[list[int]]) -> None:
    seen, plain = Seen(), set()
    for batch in batches:
        expected = []
        for number in batch:
            fingerprint = max(1, number * 2**58)  # they crowd: all want neighbouring places
            expected.append(fingerprint not in plain)
            plain.add(fingerprint)
        given = np.array([number * 2**58 for number in batch], np.uint64)
        assert seen.add(given).tolist() == expected
        assert len(seen) == len(plain)


def test_seen_grows() -> None:
    seen = Seen()
    numbers = np.arange(1, 300_001, dtype=np.uint64) * np.uint64(2**40 + 7)
    for batch in np.split(numbers, 30):
        assert seen.add(batch).all()
    assert len(seen) == 300_000
    assert not seen.add(numbers).any()


def test_a_column_grows_and_a_grid_too() -> None:
    column, rows, grid = Column(np.int32), Column(np.int32, 2), Grid()
    for number in range(200):
        assert column.append(number) == number
        rows.append((number, -number))
    assert column.data[:200].tolist() == list(range(200))
    assert rows.take(np.array([0, 1]), np.array([7, 7])).tolist() == [7, -7]
    grid.data[3, 5] = 9
    grid.hold(200, 100)
    places = np.array([3, 199]), np.array([5, 99])
    assert grid.take(*places).tolist() == [9, -1]


def test_renamings_are_a_group() -> None:
    renamings = Renamings(NAMES, symmetry=True)
    assert len(renamings.all) == 6
    for first, second in permutations(range(6), 2):
        both = renamings.all[renamings.then[first][second]]
        for name in NAMES:
            one_by_one = renamings.all[second].of_name(renamings.all[first].of_name(name))
            assert both.of_name(name) == one_by_one


def test_a_fingerprint_under_a_renaming_is_that_of_what_it_becomes() -> None:
    renamings = Renamings(NAMES, symmetry=True)
    servers = Interned[Server](renamings, Renaming.of_server, seed=1)
    for taken in random_run(fresh(3).cluster, 3, 300):
        after = taken.after
        for server in map(Server, after.nodes, after.pasts):
            number = servers.add(server)
            for which, renaming in enumerate(renamings.all):
                image = servers.add(renaming.of_server(server))
                assert (
                    servers.fingerprints.data[which, number]
                    == (servers.fingerprints.data[0, image])
                )


def test_raft_treats_all_names_alike() -> None:
    renaming = Renamings(NAMES, symmetry=True).all[3]
    for taken in random_run(fresh(3).cluster, 5, 400):
        name = actor(taken.event)
        if name is None:
            continue
        node = taken.before.node(name)
        plain = react(node, taken.event)
        renamed = react(renaming.of_node(node), renaming.of_event(taken.event))
        assert renamed.node == renaming.of_node(plain.node)
        assert {*renamed.messages} == {renaming.of_message(m) for m in plain.messages}


def test_renaming_there_and_back_changes_nothing() -> None:
    there = Renaming(NAMES, ("node2", "node3", "node1"))
    back = Renaming(("node2", "node3", "node1"), NAMES)
    for taken in random_run(fresh(3).cluster, 7, 300):
        assert back.of_cluster(there.of_cluster(taken.after)) == taken.after
        assert (
            back.of_event(there.of_event(taken.event)) == taken.event or actor(taken.event) is None
        )
