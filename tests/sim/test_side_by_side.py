"""What Raft would have done: the first step that differs, done twice; and two moments compared."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from raftlab.modelcheck.departure import departure
from raftlab.raft import (
    RAFT,
    AppendEntries,
    ClientCommand,
    Cluster,
    Crash,
    Deliver,
    Drop,
    Event,
    FrozenMap,
    Heartbeat,
    Log,
    Node,
    Partition,
    Replicate,
    RequestVote,
    Restart,
    RuleError,
    Timeout,
    VoteReply,
    step,
    stopped_short,
)
from raftlab.raft.backing_up import back_up_by_term
from raftlab.raft.node import restart
from raftlab.raft.turn import Turn
from raftlab.sim import (
    SCENARIOS,
    History,
    difference,
    figure_7,
    fresh,
    leader_elected,
    random_events,
)
from raftlab.sim.acts import Arrival
from raftlab.sim.departures import first_departure, raft_step
from raftlab.sim.saved import dumps, loads
from raftlab.sim.script import deliver_all, perform
from raftlab.sim.side_by_side import Comparison, beside_raft, compare

NEW = fresh(3).cluster
LED = leader_elected(3).cluster


def ran(start: Cluster, *events: Event, **rules: Callable[..., object]) -> History:
    history = History(start, RAFT.but(**rules))
    history.play(*events)
    return history


def generous(node: Node, request: RequestVote) -> bool:
    return True


def two_leaders(**rules: Callable[..., object]) -> History:
    history = ran(NEW, Timeout("node1"), Timeout("node2"), may_vote=generous, **rules)
    deliver_all(history)
    return history


# The first step that differs


def test_the_first_step_that_differs_and_what_raft_does_there() -> None:
    history = two_leaders()
    found = beside_raft(history)
    assert found is not None
    third = history.moment(3)
    assert (found.number, found.event, found.mine) == (3, 3, third.step)
    assert third.step is not None
    assert found.raft == step(history.moment(2).cluster, third.step.event, RAFT)
    assert found.mine.before == found.raft.before
    assert (found.rule, found.mine_gave, found.raft_gave) == ("may_vote", "said yes", "says no")
    assert found.headline == "Here your may_vote said yes; Raft's says no."
    assert found.differences == difference(found.raft.after, found.mine.after)
    assert "node2: voted_for node2 -> node1" in found.differences
    assert str(found).splitlines()[:4] == [
        "Event 3: RequestVote, node1 → node2, term 1, log empty.",
        "Here your may_vote said yes; Raft's says no.",
        "From Raft's cluster to yours:",
        "  node2: voted_for node2 -> node1",
    ]


def test_up_to_there_raft_comes_to_the_same_clusters() -> None:
    history = two_leaders()
    found = beside_raft(history)
    assert found is not None
    raft = History(NEW)
    raft.play(*(m.step.event for m in history.line()[1 : found.event] if m.step))
    assert [m.cluster for m in raft.line()] == [m.cluster for m in history.line()[: found.event]]
    assert found.raft is not None
    assert raft.do(found.mine.event).cluster == found.raft.after
    assert raft.cluster != found.mine.after


@pytest.mark.parametrize("name", SCENARIOS)
def test_of_raft_s_own_runs_there_is_none(name: str) -> None:
    history = SCENARIOS[name]()
    assert beside_raft(history) is None
    assert first_departure(history.line()) is None


def test_of_a_rule_that_is_another_and_does_the_same_there_is_none() -> None:
    def may_vote(node: Node, request: RequestVote) -> bool:
        return RAFT.may_vote(node, request)

    history = History(NEW, RAFT.but(may_vote=may_vote))
    history.play(*random_events(NEW, 5, 60))
    assert beside_raft(history) is None


def test_it_looks_at_the_line_that_is_shown() -> None:
    history = two_leaders()
    history.goto(2)
    history.do(Crash("node3"))
    assert beside_raft(history) is None
    history.goto(9)
    assert beside_raft(history) is not None


def test_the_number_is_the_moment_s_and_the_event_that_of_the_line() -> None:
    history = ran(NEW, Timeout("node1"), Crash("node3"), may_vote=generous)
    history.goto(1)
    history.play(Timeout("node2"), Deliver(history.cluster.network[0]))
    found = beside_raft(history)
    assert found is not None
    assert (found.number, found.event) == (4, 3)


# Which rule, and what it gave


def forgets(node: Node) -> Node:
    return replace(restart(node), voted_for=None)


def hasty(node: Node) -> int:
    return node.log.last_index


def modest(node: Node) -> Node:
    return node


def boastful(node: Node) -> Node:
    return replace(RAFT.start_election(node), leader_id=node.name)


def eager(node: Node, peer: str) -> AppendEntries:
    return replace(RAFT.heartbeat(node, peer), leader_commit=7)


def dropping(log: Log, request: AppendEntries) -> Log:
    return log


def deaf(turn: Turn, command: str) -> None:
    pass


def backwards(turn: Turn, peers: tuple[str, ...]) -> None:
    for peer in reversed(peers):
        turn.send("heartbeat", peer)


def talkative(turn: Turn, cut_short: bool) -> None:
    RAFT.end_turn(turn, cut_short)
    turn.become("persist")
    turn.node = replace(turn.node, commit_index=1)


def unsaved(turn: Turn, cut_short: bool) -> None:
    pass


@pytest.mark.parametrize(
    ("start", "event", "rules", "rule", "headline"),
    [
        (
            LED,
            Crash("node1"),
            {"restart": forgets},
            "restart",
            "Here your restart gave: term 1, no vote yet, no entries; Raft's gives: term 1, voted "
            "for node1, no entries.",
        ),
        (
            LED,
            ClientCommand("node1", "SET x 1"),
            {"leader_commit_index": hasty},
            "leader_commit_index",
            "Here your leader_commit_index gave 1; Raft's gives 0.",
        ),
        (
            NEW,
            Timeout("node1"),
            {"start_election": modest},
            "start_election",
            "Here your start_election changed nothing; Raft's gives: term 1, candidate, voted for "
            "node1, 1 of 3 votes (node1).",
        ),
        (
            NEW,
            Timeout("node1"),
            {"start_election": boastful},
            "start_election",
            "Here your start_election gave another leader_id than Raft's.",
        ),
        (
            LED,
            Heartbeat("node1"),
            {"heartbeat": eager},
            "heartbeat",
            "Here your heartbeat wrote: heartbeat, node1 → node2, term 1, prev 0 t0, commit 7; "
            "Raft's writes: heartbeat, node1 → node2, term 1, prev 0 t0, commit 0.",
        ),
        (
            LED,
            ClientCommand("node1", "SET x 1"),
            {"on_command": deaf},
            "on_command",
            "Here your on_command went on to leader_commit_index; Raft goes on to append_command.",
        ),
        (
            LED,
            Heartbeat("node1"),
            {"on_heartbeat": backwards},
            "on_heartbeat",
            "Here your on_heartbeat asked heartbeat about something else than Raft.",
        ),
        (
            LED,
            ClientCommand("node1", "SET x 1"),
            {"end_turn": talkative, "may_vote": generous},
            "end_turn",
            "Here your end_turn went on to persist; Raft does no more.",
        ),
        (
            LED,
            ClientCommand("node1", "SET x 1"),
            {"end_turn": unsaved},
            "end_turn",
            "Here your end_turn did no more; Raft goes on to persist.",
        ),
        (
            LED,
            ClientCommand("node1", "SET x 1"),
            {"on_command": deaf, "end_turn": unsaved},
            "",
            "Here your end_turn and on_command went on to leader_commit_index; Raft goes on to "
            "append_command.",
        ),
    ],
)
def test_the_rule_that_differs_is_said_with_what_each_gave(
    start: Cluster,
    event: Event,
    rules: dict[str, Callable[..., object]],
    rule: str,
    headline: str,
) -> None:
    found = beside_raft(ran(start, event, **rules))
    assert found is not None
    assert (found.rule, found.headline) == (rule, headline)
    assert found.mine_gave in headline
    assert found.differences


def test_a_log_that_differs() -> None:
    history = ran(LED, ClientCommand("node1", "SET x 1"), merge_entries=dropping)
    perform(history, Replicate("node1"), Arrival("node1", "node2"))
    found = beside_raft(history)
    assert found is not None
    assert found.event == 3
    assert found.headline == (
        "Here your merge_entries changed nothing; Raft's gives: entry 1 added."
    )


def test_a_rule_that_differs_later_than_another_is_not_to_blame() -> None:
    found = beside_raft(two_leaders(wins_election=lambda node: len(node.votes_received) > 2))
    assert found is not None
    assert (found.event, found.rule) == (3, "may_vote")


def test_another_way_to_back_up_is_another_run() -> None:
    history = History(figure_7("f").cluster, RAFT.but(back_up=back_up_by_term))
    perform(history, ClientCommand("node1", "SET x 11"), Replicate("node1", "node2"))
    deliver_all(history)
    found = beside_raft(history)
    assert found is not None
    assert found.headline == (
        "Here your back_up gave: next 7 for node2; Raft's gives: next 10 for node2."
    )


def test_another_way_within_the_turn_is_a_difference_too() -> None:
    def on_command(turn: Turn, command: str) -> None:
        turn.node = replace(turn.node, leader_id=None)
        turn.note("on_the_way", True)
        turn.node = replace(turn.node, leader_id="node1")
        RAFT.on_command(turn, command)

    found = beside_raft(ran(LED, ClientCommand("node1", "SET x 1"), on_command=on_command))
    assert found is not None
    assert found.differences == ()
    assert found.rule == "on_command"
    assert str(found).endswith("The clusters are equal.")


def speechless(node: Node, reply: VoteReply) -> Node:
    raise KeyError(reply.sender)


def test_a_rule_that_fails() -> None:
    rules = RAFT.but(record_vote=speechless)
    history = History(NEW, rules)
    perform(history, Timeout("node1"), Arrival("node1", "node2"))
    event = Deliver(history.cluster.network[-1])
    with pytest.raises(RuleError) as caught:
        step(history.cluster, event, rules)
    history.attach(history.now.number, stopped_short(history.cluster, event, caught.value))
    found = beside_raft(history)
    assert found is not None
    assert (found.event, found.rule, found.mine_gave) == (3, "record_vote", "failed")
    assert found.headline == (
        "Here your record_vote failed; Raft's gives: 2 of 3 votes (node1 and node2)."
    )
    assert found.raft is not None
    assert [n.name for n in found.raft.after.nodes if n.role.value == "leader"] == ["node1"]


def test_where_raft_s_own_rules_cannot_go_on() -> None:
    # No run of Raft's comes to a leader that keeps no next_index.
    leader = replace(LED.nodes[0], next_index=FrozenMap(), log=Log())
    history = History(
        replace(LED, nodes=(leader, *LED.nodes[1:])),
        RAFT.but(heartbeat=lambda node, peer: AppendEntries(node.name, peer, 1, 0, 0, (), 0)),
    )
    history.do(Heartbeat("node1"))
    found = beside_raft(history)
    assert found is not None
    assert (found.raft, found.differences, found.rule) == (None, (), "")
    assert found.headline.startswith("Here Raft's own rules cannot go on")
    assert raft_step(found.mine) is None


def test_a_run_that_is_shown_without_its_rules() -> None:
    found = beside_raft(loads(dumps(two_leaders())))
    assert found is not None
    assert (found.event, found.rule) == (3, "may_vote")
    assert found.headline == "Here your may_vote gave something else than Raft's."
    assert "node2: voted_for node2 -> node1" in found.differences
    both = two_leaders(wins_election=lambda node: False)
    found = beside_raft(loads(dumps(both)))
    assert found is not None
    assert (found.event, found.rule) == (3, "")
    assert found.headline == (
        "Here one of your rules (may_vote and wins_election) gave something else than Raft's."
    )


def test_exploring_finds_the_same_moment() -> None:
    history = two_leaders()
    found = beside_raft(history)
    assert found is not None
    assert departure(history, history.rules) == found.number
    assert departure(history, RAFT) is None


# Two moments


def branching() -> History:
    history = leader_elected(3)
    history.play(Crash("node1"), Timeout("node2"))
    history.goto(9)
    history.play(Timeout("node3"), Partition((("node1",),)))
    return history


def test_two_branches_part_at_the_last_moment_that_they_share() -> None:
    history = branching()
    found = compare(history, 11, 12)
    assert found == Comparison(
        one=11,
        other=12,
        common=9,
        after=9,
        one_went_on=Crash("node1"),
        other_went_on=Timeout("node3"),
        differences=difference(history.moment(11).cluster, history.moment(12).cluster),
        headline="They part after event 9: one goes on with: node1 crashes; the other with: node3 "
        "times out.",
    )
    assert "node1: up no -> yes" in found.differences
    assert str(found).splitlines()[0] == found.headline
    assert len(str(found).splitlines()) == 1 + len(found.differences)


def test_comparing_changes_nothing_and_can_be_turned_round() -> None:
    history = branching()
    before = history.now, history.line()
    there, back = compare(history, 11, 13), compare(history, 13, 11)
    assert (history.now, history.line()) == before
    assert (there.common, there.after) == (back.common, back.after)
    assert (there.one_went_on, there.other_went_on) == (back.other_went_on, back.one_went_on)
    assert len(there.differences) == len(back.differences)


def test_branches_may_part_at_the_start() -> None:
    history = fresh(3)
    history.do(Timeout("node1"))
    history.goto(0)
    history.do(Timeout("node2"))
    assert compare(history, 1, 2).headline == (
        "They part at the start: one goes on with: node1 times out; the other with: node2 times "
        "out."
    )


@pytest.mark.parametrize(("one", "other"), [(9, 11), (11, 9)])
def test_one_may_come_after_the_other(one: int, other: int) -> None:
    found = compare(branching(), one, other)
    assert found.headline == "Moment 11 comes 2 events after moment 9."
    assert found.common == 9
    assert None in (found.one_went_on, found.other_went_on)


def test_a_moment_beside_itself() -> None:
    found = compare(branching(), 12, 12)
    assert (found.differences, found.headline) == ((), "Both are the same moment.")
    assert str(found) == "Both are the same moment.\n  The clusters are equal."


def test_two_ways_to_one_cluster() -> None:
    history = fresh(3)
    history.play(Timeout("node1"))
    first, second = history.cluster.network
    history.play(Drop(first), Drop(second))
    history.goto(1)
    history.play(Drop(second), Drop(first))
    found = compare(history, 3, 5)
    assert found.differences == ()
    assert (found.common, found.after) == (1, 1)
    assert str(found).endswith("The clusters are equal.")


@pytest.mark.parametrize("number", [-1, 14])
def test_a_moment_that_is_not_there(number: int) -> None:
    with pytest.raises(IndexError, match="There is no moment"):
        compare(branching(), number, 0)
    with pytest.raises(IndexError, match="There is no moment"):
        compare(branching(), 0, number)


def test_what_a_crash_forgets() -> None:
    history = leader_elected(3)
    history.play(Crash("node1"), Restart("node1"))
    assert "node1: role leader -> follower" in compare(history, 9, 11).differences
