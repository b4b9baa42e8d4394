"""Named starting points: each is what it says, and reached by events alone."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from raftlab.raft import (
    Cluster,
    Disk,
    Entry,
    FrozenMap,
    Log,
    Node,
    Past,
    Role,
    broken_in,
)
from raftlab.raft.node import restart
from raftlab.sim import (
    SCENARIOS,
    deposed_leader,
    figure_7,
    figure_8,
    fresh,
    leader_elected,
    one_node_down,
    split_vote,
)
from raftlab.sim.figure7 import IN_FIGURE_7
from raftlab.sim.figures import FIGURE_8
from raftlab.sim.history import History
from raftlab.sim.scenarios import walkthrough


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


@pytest.mark.parametrize(
    ("start", "title"),
    [
        (one_node_down, "3 nodes, led by node1, node3 down"),
        (split_vote, "3 nodes after a split vote"),
        (deposed_leader, "3 nodes, node1 deposed"),
        (lambda: figure_7("a"), "Figure 7 (a)"),
    ],
)
def test_a_title_is_read_after_from(start: Callable[[], History], title: str) -> None:
    assert start().title == title


@pytest.mark.parametrize("size", [1, 2, 3, 5, 9])
def test_an_elected_leader_is_known_to_all(size: int) -> None:
    cluster = leader_elected(size).cluster
    assert leaders(cluster) == [("node1", 1)]
    assert {node.leader_id for node in cluster.nodes} == {"node1"}
    assert cluster.network == ()


@pytest.mark.parametrize("size", [2, 3, 5, 9])
def test_with_one_node_down_all_else_is_as_when_the_leader_was_elected(size: int) -> None:
    before = leader_elected(size).cluster
    last = before.nodes[-1]
    down = replace(restart(last), up=False)
    assert last.voted_for == down.voted_for == "node1"
    expected = replace(before, nodes=(*before.nodes[:-1], down))
    assert one_node_down(size).cluster == expected
    assert broken_in(expected) == ()


@pytest.mark.parametrize("size", [2, 3, 4, 5, 9])
def test_after_a_split_vote_every_node_has_its_own_vote_and_no_other(size: int) -> None:
    def candidate(node: Node) -> Node:
        return replace(
            node,
            current_term=1,
            voted_for=node.name,
            role=Role.CANDIDATE,
            votes_received=(node.name,),
            disk=Disk(1, node.name),
        )

    before = fresh(size).cluster
    expected = replace(before, nodes=tuple(map(candidate, before.nodes)))
    assert split_vote(size).cluster == expected
    assert broken_in(expected) == ()


@pytest.mark.parametrize("size", [3, 4, 5, 9])
def test_a_deposed_leader_knows_of_no_other(size: int) -> None:
    before = leader_elected(size).cluster

    def after(node: Node) -> Node:
        if node.name == "node1":
            log = Log((Entry(1, "SET x 1"),))
            return replace(node, log=log, disk=Disk(1, "node1", log))
        log = Log((Entry(2, "SET x 2"),)) if node.name == "node2" else Log()
        voted = replace(node, current_term=2, voted_for="node2", leader_id="node2")
        return replace(voted, log=log, disk=Disk(2, "node2", log))

    def leading(node: Node) -> Node:
        next_index = FrozenMap.of(dict.fromkeys(node.peers, 1))
        match_index = FrozenMap.of(dict.fromkeys(node.peers, 0))
        return replace(node, role=Role.LEADER, next_index=next_index, match_index=match_index)

    node1, node2, *others = map(after, before.nodes)
    expected = Cluster(
        nodes=(node1, leading(node2), *others),
        pasts=(Past((1,)), Past((2,)), *(Past() for _ in others)),
    )
    assert deposed_leader(size).cluster == expected
    assert broken_in(expected) == ()


@pytest.mark.parametrize(
    ("start", "size", "fewest"),
    [(one_node_down, 1, 2), (split_vote, 1, 2), (deposed_leader, 1, 3), (deposed_leader, 2, 3)],
)
def test_some_starting_points_need_more_nodes(
    start: Callable[[int], History], size: int, fewest: int
) -> None:
    with pytest.raises(ValueError, match=f"This starting point has {fewest} to 9 nodes."):
        start(size)


@pytest.mark.parametrize("start", [one_node_down, split_vote, deposed_leader])
def test_every_starting_point_has_a_number_of_nodes(start: Callable[[object], History]) -> None:
    for size in (0, 10):
        with pytest.raises(ValueError, match="1 to 9"):
            start(size)
    with pytest.raises(TypeError, match="a number of nodes"):
        start("three")


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


@pytest.mark.parametrize("letter", "abcdef")
def test_figure_7_with_one_follower(letter: str) -> None:
    whole, history = figure_7().cluster, figure_7(letter)
    leader, follower, helper = history.cluster.nodes
    of_figure_7 = whole.node("node1").log
    logs = (leader.log, follower.log, helper.log)
    assert logs == (of_figure_7, whole.node(IN_FIGURE_7[letter]).log, of_figure_7)
    assert leaders(history.cluster) == [("node1", 8)]
    assert leader.next_index == FrozenMap.of({"node2": 11, "node3": 11})
    assert leader.match_index == FrozenMap.of({"node2": 0, "node3": 0})
    assert [node.current_term for node in history.cluster.nodes] == [8, 8, 8]
    assert (follower.role, helper.role) == (Role.FOLLOWER, Role.FOLLOWER)
    assert all(node.up for node in history.cluster.nodes)
    assert (history.cluster.network, history.cluster.cut) == ((), ())
    assert broken_in(history.cluster) == ()


def test_figure_7_has_six_followers() -> None:
    with pytest.raises(ValueError, match="followers a to f, no follower 'g'"):
        figure_7("g")
