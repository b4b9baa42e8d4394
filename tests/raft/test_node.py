"""The "State" box of Figure 2, who is a majority, and the state machine."""

from dataclasses import FrozenInstanceError, replace

import pytest

from raftlab.raft import Cluster, Configuration, Disk, Entry, FrozenMap, Log, Node, Past, Role
from raftlab.raft.machine import FORMS, apply, why_no_command

from .clusters import NAMES


def test_a_server_starts_as_a_follower_that_knows_nothing() -> None:
    # Figure 2, State; §5.2
    assert Node("node1", Configuration(("node1",))) == Node(
        name="node1",
        configuration=Configuration(("node1",)),
        current_term=0,
        voted_for=None,
        log=Log(()),
        commit_index=0,
        last_applied=0,
        machine=FrozenMap(()),
        role=Role.FOLLOWER,
        leader_id=None,
        votes_received=(),
        next_index=FrozenMap(()),
        match_index=FrozenMap(()),
        disk=Disk(0, None, Log(())),
        up=True,
    )


@pytest.mark.parametrize("size", range(1, 10))
def test_a_majority_is_more_than_half_of_all_servers(size: int) -> None:
    # §5.1; misconception 22: the leader is one of them
    configuration = Configuration(NAMES[:size])
    quorums = [configuration.is_quorum(NAMES[:count]) for count in range(size + 1)]
    assert quorums == [count > size / 2 for count in range(size + 1)]


def test_a_majority_counts_each_member_once_and_no_stranger() -> None:
    configuration = Configuration(NAMES[:3])
    assert not configuration.is_quorum(["node1", "node1"])
    assert not configuration.is_quorum(["node1", "node4", "node5"])
    assert configuration.is_quorum(["node1", "node3", "node3"])


def test_peers_are_everyone_else() -> None:
    assert Node("node2", Configuration(NAMES[:3])).peers == ("node1", "node3")
    assert Node("node1", Configuration(NAMES[:1])).peers == ()


def test_values_do_not_change_and_compare_by_what_they_are() -> None:
    node = Node("node1", Configuration(NAMES[:3]))
    with pytest.raises(FrozenInstanceError):
        node.current_term = 1  # type: ignore[misc]
    assert replace(node, current_term=1) != node
    assert replace(node, current_term=0) == node
    assert hash(replace(node, current_term=0)) == hash(node)


def test_a_cluster_is_named_and_sorted() -> None:
    cluster = Cluster.of("node3", "node1", "node2")
    assert cluster == Cluster.of("node1", "node2", "node3")
    assert cluster.names == ("node1", "node2", "node3")
    assert cluster.node("node2").name == "node2"
    assert cluster.past("node2") == Past()
    for ask in (cluster.node, cluster.past):
        with pytest.raises(KeyError):
            ask("node4")


@pytest.mark.parametrize("names", [(), (*NAMES, "node10"), ("node1", "node1")])
def test_a_cluster_has_one_to_nine_servers(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"A cluster has 1 to 9 nodes of different names\."):
        Cluster.of(*names)


def test_a_frozen_map_is_a_mapping_that_set_copies() -> None:
    one = FrozenMap.of({"b": 2, "a": 1})
    two = one.set("b", 3).set("c", 4)
    assert (dict(one), dict(two)) == ({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": 4})
    assert (one["a"], one.get("z"), "b" in one, len(two)) == (1, None, True, 3)
    assert one == FrozenMap.of({"a": 1, "b": 2})
    assert hash(one) == hash(FrozenMap.of({"a": 1, "b": 2}))
    assert repr(one) == "{'a': 1, 'b': 2}"
    with pytest.raises(KeyError):
        one["z"]
    with pytest.raises(TypeError):
        one["a"] = 9  # type: ignore[index]


@pytest.mark.parametrize(
    ("command", "after"),
    [
        ("SET key1 valueB", {"key1": "valueB"}),
        ("SET key2 two words", {"key1": "valueA", "key2": "two words"}),
        ("GET key1", {"key1": "valueA"}),
        ("SET key1", {"key1": "valueA"}),
        ("", {"key1": "valueA"}),
        (None, {"key1": "valueA"}),
    ],
)
def test_the_machine_understands_set(command: str | None, after: dict[str, str]) -> None:
    assert apply(FrozenMap.of({"key1": "valueA"}), command) == FrozenMap.of(after)


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("SET key1 valueA", None),
        ("SET k a b", None),
        ("set k v", f"The state machine understands {FORMS}, and not 'set k v'."),
        ("", f"The state machine understands {FORMS}, and not ''."),
        ("SET k\nv w", "A command is one line of printable characters."),
        ("SET k " + 995 * "v", "A command has at most 1000 characters; this one has 1001."),
        (7, "A command is text such as 'SET key1 valueA', not int."),
        (None, "A command is text such as 'SET key1 valueA', not NoneType."),
    ],
)
def test_what_is_no_command(command: object, sentence: str | None) -> None:
    assert why_no_command(command) == sentence


def test_an_entry_knows_its_term_and_command() -> None:
    assert Entry(1, "SET k v") != Entry(2, "SET k v")
