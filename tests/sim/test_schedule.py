"""Who moves next: scripts, the natural next event, and seeds."""

import os
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raftlab.raft import (
    RAFT,
    AppendEntries,
    ClientCommand,
    Cluster,
    Crash,
    Deliver,
    Drop,
    FrozenMap,
    Heal,
    Heartbeat,
    Node,
    Partition,
    Replicate,
    Restart,
    Role,
    RuleError,
    Timeout,
    broken_by,
    step,
    why_not,
)
from raftlab.sim import fresh, leader_elected, next_event, random_events, random_run
from raftlab.sim.acts import Arrival, resolve
from raftlab.sim.chance import Mix
from raftlab.sim.script import deliver_all, perform

SEEDS = st.integers(0, 10_000)
SIZES = st.integers(1, 9)


def left_alone(cluster: Cluster, most: int) -> Cluster:
    """The cluster once what comes next by itself has happened that many times."""
    for _ in range(most):
        event = next_event(cluster)
        if event is None:
            break
        cluster = step(cluster, event).after
    return cluster


# A script -----------------------------------------------------------------------------------------


def test_an_arrival_is_of_the_oldest_message_on_its_way() -> None:
    history = leader_elected(3)
    history.play(Heartbeat("node1"), ClientCommand("node1", "SET x 1"), Replicate("node1"))
    event = resolve(Arrival("node1", "node3"), history.cluster)
    assert event == Deliver(AppendEntries("node1", "node3", 1, 0, 0, (), 0))


def test_an_arrival_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="No message from node2 to node1 is in flight"):
        resolve(Arrival("node2", "node1"), fresh(3).cluster)


def test_any_other_event_stands_for_itself() -> None:
    assert resolve(Timeout("node1"), fresh(3).cluster) == Timeout("node1")


# The next event by itself -------------------------------------------------------------------------


def test_the_oldest_message_arrives_first() -> None:
    cluster = step(fresh(3).cluster, Timeout("node2")).after
    assert next_event(cluster) == Deliver(cluster.network[0])


def test_without_a_leader_the_first_node_stands() -> None:
    assert next_event(fresh(3).cluster) == Timeout("node1")


def test_a_leader_sends_what_its_peers_lack_and_then_heartbeats() -> None:
    history = leader_elected(3)
    history.do(ClientCommand("node1", "SET x 1"))
    assert next_event(history.cluster) == Replicate("node1")
    history.do(Replicate("node1", "node2"))
    deliver_all(history)
    assert next_event(history.cluster) == Replicate("node1", "node3")
    history.do(Replicate("node1", "node3"))
    deliver_all(history)
    assert next_event(history.cluster) == Heartbeat("node1")


def test_nothing_is_sent_again_and_again_to_a_node_that_is_down() -> None:
    history = leader_elected(3)
    perform(history, Crash("node3"), ClientCommand("node1", "SET x 1"))
    assert next_event(history.cluster) == Replicate("node1", "node2")
    history.do(Replicate("node1", "node2"))
    deliver_all(history)
    assert next_event(history.cluster) == Heartbeat("node1")


def test_after_a_leader_only_a_node_that_can_win_stands() -> None:
    history = leader_elected(3)
    perform(history, ClientCommand("node1", "SET x 1"), Replicate("node1", "node3"))
    deliver_all(history)
    history.do(Crash("node1"))
    assert next_event(history.cluster) == Timeout("node3")


def test_a_leader_cut_off_is_no_leader_to_the_others() -> None:
    history = leader_elected(3)
    history.do(Partition((("node1",),)))
    assert next_event(history.cluster) == Timeout("node2")


def test_where_too_few_run_one_restarts() -> None:
    history = leader_elected(3)
    perform(history, Crash("node3"), Crash("node1"))
    assert next_event(history.cluster) == Restart("node1")


def test_where_nobody_reaches_a_majority_the_links_mend() -> None:
    history = fresh(3)
    history.do(Partition((("node1",), ("node2",), ("node3",))))
    assert next_event(history.cluster) == Heal()


def test_a_lone_leader_has_nothing_to_do() -> None:
    history = fresh(1)
    assert next_event(history.cluster) == Timeout("node1")
    history.do(Timeout("node1"))
    assert next_event(history.cluster) is None


@settings(max_examples=40)
@given(SIZES, SEEDS, st.integers(0, 120))
def test_left_alone_any_cluster_commits_a_command(size: int, seed: int, count: int) -> None:
    start = fresh(size).cluster
    cluster = [start, *(taken.after for taken in random_run(start, seed, count))][-1]
    cluster = left_alone(cluster, 400)
    leader = max(
        (node for node in cluster.nodes if node.up and node.role is Role.LEADER),
        key=lambda node: node.current_term,
    )
    cluster = step(cluster, ClientCommand(leader.name, "SET last word")).after
    leader = left_alone(cluster, 200).node(leader.name)
    assert (leader.commit_index, leader.machine["last"]) == (leader.log.last_index, "word")


# A seed -------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(SIZES, SEEDS)
def test_a_random_run_is_a_run(size: int, seed: int) -> None:
    cluster = fresh(size).cluster
    for taken in random_run(cluster, seed, 80):
        assert taken.before == cluster
        assert why_not(cluster, taken.event) is None
        assert broken_by(taken) == ()
        cluster = taken.after
        assert len(cluster.network) <= Mix().most_in_flight + 2 * size


def test_every_kind_of_event_is_chosen_and_commands_are_committed() -> None:
    start = fresh(5).cluster
    runs = [list(random_run(start, seed, 400)) for seed in range(10)]
    kinds = Counter(type(taken.event) for run in runs for taken in run)
    every_kind = {ClientCommand, Crash, Deliver, Heal, Heartbeat, Partition, Replicate, Restart}
    assert every_kind < kinds.keys()
    assert len(kinds) == 13
    in_turn = [t for run in runs for t in run if isinstance(t.event, Crash) and t.event.during]
    assert in_turn
    assert all(any(past.committed for past in run[-1].after.pasts) for run in runs)


def test_the_mix_can_be_chosen() -> None:
    calm = Mix(
        drop=0,
        duplicate=0,
        delay=0,
        crash=0,
        crash_in_turn=0,
        partition=0,
        cut=0,
        most_in_flight=1_000,
    )
    events = random_events(fresh(3).cluster, 1, 500, mix=calm)
    kinds = {type(event) for event in events}
    assert kinds == {Deliver, Timeout, Replicate, Heartbeat, ClientCommand}


def test_a_full_network_loses_its_oldest_message() -> None:
    tiny = Mix(most_in_flight=0)
    events = random_events(fresh(3).cluster, 1, 50, mix=tiny)
    assert {type(event) for event in events} & {Deliver} == set()
    assert any(isinstance(event, Drop) for event in events)


def test_at_the_longest_log_clients_rest() -> None:
    short = Mix(longest_log=2, command=600)
    run = list(random_run(fresh(3).cluster, 1, 500, mix=short))
    assert max(node.log.last_index for node in run[-1].after.nodes) == 2


def test_a_failing_rule_is_reported() -> None:
    rules = RAFT.but(record_vote=lambda node, reply: None)
    with pytest.raises(RuleError, match="record_vote"):
        list(random_run(fresh(3).cluster, 1, 100, rules))


@pytest.mark.parametrize("index", [-1, 0, 1, 99])
def test_a_leader_that_keeps_wrong_indexes_can_still_be_run(index: int) -> None:
    def become_leader(node: Node) -> Node:
        everyone = FrozenMap.of(dict.fromkeys(node.configuration.members[1:], index))
        return replace(RAFT.become_leader(node), next_index=everyone)

    rules = RAFT.but(become_leader=become_leader)
    cluster = fresh(3).cluster
    with suppress(RuleError):
        for taken in random_run(cluster, 1, 200, rules):
            cluster = taken.after
            event = next_event(cluster)
            assert event is None or why_not(cluster, event) is None
    assert cluster != fresh(3).cluster


def test_a_run_does_not_depend_on_the_hash_seed() -> None:
    code = (
        "from raftlab.sim import fresh, random_events;"
        "print(random_events(fresh(5).cluster, seed=3, count=200))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("0", "1")
    }
    assert outputs == {f"{random_events(Cluster.of(*fresh(5).cluster.names), 3, 200)}\n"}
