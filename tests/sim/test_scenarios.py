"""Named starting points: each is what it says, and reached by events alone."""

import pytest

from raftlab.raft import Cluster, Role, broken_in
from raftlab.sim import SCENARIOS, figure_8, fresh, leader_elected
from raftlab.sim.figures import FIGURE_8
from raftlab.sim.history import History
from raftlab.sim.scenarios import figure_7, walkthrough


def terms(cluster: Cluster) -> list[list[int]]:
    """The terms in each node's log: how Figures 7 and 8 draw them."""
    return [[entry.term for entry in node.log.entries] for node in cluster.nodes]


def leaders(cluster: Cluster) -> list[tuple[str, int]]:
    nodes = (node for node in cluster.nodes if node.up and node.role is Role.LEADER)
    return [(node.name, node.current_term) for node in nodes]


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_is_reached_by_events_from_a_fresh_cluster(name: str) -> None:
    history = SCENARIOS[name]()
    again = History(Cluster.of(*history.cluster.names))
    again.play(*(moment.step.event for moment in history.line() if moment.step))
    assert [m.cluster for m in again.line()] == [m.cluster for m in history.line()]
    assert all(moment.violations == () for moment in history.moments)
    assert history.title


def test_a_fresh_cluster_has_the_size_asked_for() -> None:
    assert fresh(2).cluster == Cluster.of("node1", "node2")
    assert (fresh(1).title, fresh().title) == (
        "1 node, just switched on",
        "3 nodes, just switched on",
    )
    for size in (0, 10):
        with pytest.raises(ValueError, match="1 to 9"):
            fresh(size)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 9])
def test_an_elected_leader_is_known_to_all(size: int) -> None:
    cluster = leader_elected(size).cluster
    assert leaders(cluster) == [("node1", 1)]
    assert {node.leader_id for node in cluster.nodes} == {"node1"}
    assert cluster.network == ()


def test_the_walkthrough_stands_at_its_start_with_the_story_ahead() -> None:
    history = walkthrough()
    assert history.now.number == 0
    while history.forward():
        pass
    assert history.now.number == len(history) - 1


@pytest.mark.parametrize("crashed", [False, True], ids=["cut off", "crashed"])
@pytest.mark.parametrize(
    ("letter", "leader", "logs"),
    [
        ("a", ("node1", 2), [[1, 2], [1, 2], [1], [1], [1]]),
        ("b", ("node5", 3), [[1, 2], [1, 2], [1], [1], [1, 3]]),
        ("c", ("node1", 4), [[1, 2, 4], [1, 2], [1, 2], [1], [1, 3]]),
        ("d", ("node5", 5), [[1, 3]] * 5),
        ("e", ("node1", 4), [[1, 2, 4], [1, 2, 4], [1, 2, 4], [1], [1, 3]]),
    ],
)
def test_figure_8(
    letter: str, leader: tuple[str, int], logs: list[list[int]], crashed: bool
) -> None:
    history = figure_8(letter, crashed=crashed)
    assert leaders(history.cluster)[-1] == leader
    assert terms(history.cluster) == logs
    assert history.now.note == FIGURE_8[letter]
    assert history.cluster.network == ()
    assert broken_in(history.cluster) == ()


def test_figure_8_c_has_a_majority_that_is_not_committed_and_e_a_committed_one() -> None:
    assert figure_8("c").cluster.node("node1").commit_index == 1
    assert figure_8("c", crashed=True).cluster.node("node1").commit_index == 0
    assert figure_8("e").cluster.node("node1").commit_index == 3


def test_in_figure_8_b_the_cut_off_leader_of_term_2_does_not_know() -> None:
    assert leaders(figure_8("b").cluster) == [("node1", 2), ("node5", 3)]
    assert not figure_8("b", crashed=True).cluster.node("node1").up


def test_figure_8_has_five_parts() -> None:
    with pytest.raises(ValueError, match="no part 'f'"):
        figure_8("f")


def test_figure_7() -> None:
    history = figure_7()
    assert leaders(history.cluster) == [("node1", 8)]
    assert terms(history.cluster) == [
        [1, 1, 1, 4, 4, 5, 5, 6, 6, 6],
        [1, 1, 1, 4, 4, 5, 5, 6, 6],
        [1, 1, 1, 4],
        [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
        [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
        [1, 1, 1, 4, 4, 4, 4],
        [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
    ]
    assert {node.next_index.get("node3") for node in history.cluster.nodes} == {None, 11}
    assert all(node.up for node in history.cluster.nodes)
    assert history.cluster.network == ()
