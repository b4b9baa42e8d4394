"""Run until: what comes next by itself is played until something is so, or it is said why not."""

from collections.abc import Callable

import pytest

from raftlab.raft import (
    RAFT,
    ClientCommand,
    Cluster,
    Crash,
    Heal,
    Node,
    Partition,
    RequestVote,
    Restart,
    Role,
    Timeout,
    VoteReply,
)
from raftlab.sim import History, Timing, fresh, leader_elected, split_vote, timed
from raftlab.sim.conditions import (
    BROKEN,
    COMMITTED,
    CONDITIONS,
    LEADER,
    LOGS_EQUAL,
    QUIET,
    Condition,
    Outcome,
    run_until,
)
from raftlab.sim.saved import dumps, loads


def generous(node: Node, request: RequestVote) -> bool:
    return True


def leaders(cluster: Cluster) -> list[str]:
    return [node.name for node in cluster.nodes if node.up and node.role is Role.LEADER]


def with_a_command() -> History:
    history = leader_elected(3)
    history.do(ClientCommand("node1", "SET x 1"))
    return history


# Each condition holds when it is said to, and not before


@pytest.mark.parametrize(
    ("condition", "start", "events"),
    [
        (LEADER, lambda: fresh(3), 4),
        (LEADER, lambda: split_vote(3), 4),
        (LEADER, lambda: leader_elected(3), 0),
        (COMMITTED, with_a_command, 4),
        (LOGS_EQUAL, with_a_command, 3),
        (LOGS_EQUAL, lambda: fresh(3), 0),
        (QUIET, lambda: leader_elected(3), 0),
    ],
)
def test_it_stops_at_the_first_moment_at_which_it_is_so(
    condition: Condition, start: Callable[[], History], events: int
) -> None:
    history = start()
    begun = history.now
    outcome = run_until(history, condition)
    assert outcome == Outcome(condition.name, True, events)
    line = history.path(history.now.number)[begun.number :]
    assert len(line) == events + 1
    assert [condition.holds(begun, moment) for moment in line] == [False] * events + [True]


def test_a_leader_that_is_down_is_none() -> None:
    history = leader_elected(3)
    history.do(Crash("node1"))
    assert leaders(history.cluster) == []
    assert run_until(history, LEADER).events > 0
    assert leaders(history.cluster) == ["node2"]


def test_another_entry_is_one_more_than_there_was() -> None:
    history = with_a_command()
    assert run_until(history, COMMITTED).reached
    # What a crash makes a node forget is no less committed.
    history.play(Crash("node1"), Crash("node2"), Restart("node1"), Restart("node2"))
    before = history.now
    assert max(node.commit_index for node in history.cluster.nodes) == 0
    assert not run_until(history, COMMITTED, most=0).reached
    run_until(history, LEADER)
    history.do(ClientCommand(leaders(history.cluster)[0], "SET x 2"))
    assert run_until(history, COMMITTED).reached
    assert max(node.commit_index for node in history.cluster.nodes) == 2
    assert history.now.number > before.number


def test_a_property_breaks_that_was_whole() -> None:
    history = History(fresh(3).cluster, RAFT.but(may_vote=generous))
    history.play(Timeout("node1"), Timeout("node2"))
    outcome = run_until(history, BROKEN)
    assert outcome == Outcome("a property breaks", True, 7)
    assert [v.property.name for v in history.now.violations] == ["Election Safety"]
    # It is still broken, and that is not news.
    assert not run_until(history, BROKEN, most=5).reached


def test_nothing_is_in_flight() -> None:
    history = fresh(3)
    history.do(Timeout("node1"))
    assert run_until(history, QUIET).reached
    assert history.cluster.network == ()
    assert leaders(history.cluster) == ["node1"]


def test_all_logs_are_those_of_the_nodes_that_are_down_too() -> None:
    history = with_a_command()
    history.do(Crash("node3"))
    assert not run_until(history, LOGS_EQUAL, most=40).reached
    history.do(Restart("node3"))
    assert run_until(history, LOGS_EQUAL).reached
    assert len({node.log for node in history.cluster.nodes}) == 1


def test_conditions_are_known_by_their_names() -> None:
    assert list(CONDITIONS) == [
        "a leader exists",
        "another entry is committed",
        "a property breaks",
        "every log is equal",
        "nothing is in flight",
    ]
    assert all(CONDITIONS[name].name == name for name in CONDITIONS)


# What one writes oneself


def two_leaders(cluster: Cluster) -> bool:
    return len(leaders(cluster)) == 2


def test_a_function_of_the_cluster_is_a_condition() -> None:
    history = leader_elected(3)
    history.do(Partition((("node1",),)))
    assert run_until(history, two_leaders) == Outcome("two_leaders", True, 3)
    assert leaders(history.cluster) == ["node1", "node2"]


def test_it_may_have_a_name_of_its_own() -> None:
    condition = Condition.of(lambda cluster: True, "all is well")
    assert run_until(fresh(3), condition) == Outcome("all is well", True, 0)
    assert run_until(fresh(3), lambda cluster: True) == Outcome("the condition", True, 0)


def none_at_all(cluster: Cluster) -> None:
    two_leaders(cluster)


def raises(cluster: Cluster) -> bool:
    return bool(1 / len(cluster.network)) and False


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (none_at_all, "none_at_all must give True or False; it gave None. Is a `return` missing?"),
        (lambda cluster: leaders(cluster), "The condition must give True or False; it gave []."),
        (lambda cluster: 1, "The condition must give True or False; it gave 1."),
    ],
)
def test_one_that_gives_no_answer_is_told(asked: Callable[[Cluster], bool], sentence: str) -> None:
    history = fresh(3)
    outcome = run_until(history, asked)
    assert (outcome.reached, outcome.events, outcome.why_not) == (False, 0, sentence)
    assert len(history) == 1


def test_one_that_raises_is_told_and_what_was_done_stays_done() -> None:
    history = fresh(3)
    history.do(Timeout("node1"))
    assert run_until(history, raises) == Outcome(
        "raises", False, 8, "raises raised ZeroDivisionError: division by zero."
    )
    assert history.now.number == 9
    assert history.cluster.network == ()


@pytest.mark.parametrize("asked", [None, "a leader exists", 3])
def test_what_is_no_condition_is_refused(asked: object) -> None:
    with pytest.raises(TypeError, match="A condition is a function that takes a cluster, not"):
        run_until(fresh(3), asked)  # type: ignore[arg-type]


# Why not


def never(cluster: Cluster) -> bool:
    return False


def test_nothing_more_can_happen() -> None:
    history = fresh(1)
    assert run_until(history, never) == Outcome(
        "never", False, 1, "Nothing can happen by itself any more."
    )
    assert leaders(history.cluster) == ["node1"]


def test_the_most_events_are_reached() -> None:
    history = fresh(3)
    assert run_until(history, never, most=3) == Outcome(
        "never", False, 3, "The limit of 3 events is reached."
    )
    assert history.now.number == 3
    assert run_until(history, never, most=1).why_not == "The limit of 1 event is reached."
    assert run_until(history, never, most=0).events == 0
    # The last event allowed may be the one that does it.
    assert run_until(fresh(3), LEADER, most=4).reached
    assert not run_until(fresh(3), LEADER, most=3).reached


def test_it_stops_where_all_is_as_it_was_before() -> None:
    history = leader_elected(3)
    outcome = run_until(history, never)
    # A round of heartbeats and their answers: five events.
    assert outcome == Outcome(
        "never",
        False,
        5,
        "All is as it was 5 events ago: from here on the same happens again and again.",
    )
    assert history.cluster == leader_elected(3).cluster


def test_by_the_clock_nothing_is_as_it_was() -> None:
    history = timed(leader_elected(3), until=0)
    assert run_until(history, never, most=60).why_not == "The limit of 60 events is reached."
    assert history.now.clock is not None
    assert history.now.time is not None
    assert history.now.time > 100


def test_it_goes_by_the_clock_where_one_goes() -> None:
    by_clock, again = (timed(fresh(5), until=0, seed=7) for _ in range(2))
    outcome = run_until(by_clock, LEADER)
    assert outcome.reached
    while not leaders(again.cluster):
        event = again.upcoming()
        assert event is not None
        again.do(event)
    assert again.moments == by_clock.moments


def speechless(node: Node, reply: VoteReply) -> Node:
    raise KeyError(reply.sender)


def test_a_rule_that_fails_leaves_what_was_done() -> None:
    history = History(fresh(3).cluster, RAFT.but(record_vote=speechless))
    outcome = run_until(history, LEADER)
    assert outcome == Outcome(
        "a leader exists",
        False,
        3,
        "At the next event record_vote failed: it raised KeyError: 'node2'.",
    )
    assert (history.now.number, len(history)) == (3, 4)


def test_a_timing_that_gives_no_time_is_told() -> None:
    timing = Timing(latency=lambda random, sender, receiver: -1)
    history = timed(fresh(3), timing, until=0)
    outcome = run_until(history, LEADER)
    assert "latency gave -1 for node" in outcome.why_not
    assert (outcome.events, len(history)) == (0, 1)


def test_a_run_that_is_read_only_says_so() -> None:
    history = History(fresh(3).cluster, RAFT.but(may_vote=generous))
    history.do(Timeout("node1"))
    shown = loads(dumps(history))
    outcome = run_until(shown, LEADER)
    assert (outcome.reached, outcome.events, outcome.why_not) == (False, 0, shown.read_only)


@pytest.mark.parametrize("most", [-1, 1.5, True, None, "9"])
def test_so_many_events_is_a_number(most: object) -> None:
    with pytest.raises(ValueError, match="How many events there may be at most is a number, not"):
        run_until(fresh(3), LEADER, most)  # type: ignore[arg-type]


def test_what_is_recorded_ahead_is_followed_first() -> None:
    history = fresh(3)
    history.play(Timeout("node2"))
    history.goto(0)
    assert run_until(history, LEADER).reached
    assert leaders(history.cluster) == ["node2"]


def test_a_recorded_run_that_comes_back_to_a_cluster_is_no_circle() -> None:
    history = leader_elected(3)
    history.play(Partition((("node1",),)), Heal(), Partition((("node1",),)), Heal())
    history.goto(len(history) - 5)
    assert run_until(history, lambda cluster: False, most=4).why_not == (
        "The limit of 4 events is reached."
    )
    assert history.now.number == len(history) - 1


# In words


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome("a leader exists", True, 4), "Reached after 4 events: a leader exists."),
        (Outcome("a leader exists", True, 1), "Reached after 1 event: a leader exists."),
        (Outcome("a leader exists", True, 0), "So already: a leader exists."),
        (Outcome("a", False, 2, "Why."), "Not reached after 2 events: a. Why."),
    ],
)
def test_an_outcome_is_a_sentence(outcome: Outcome, words: str) -> None:
    assert str(outcome) == words
