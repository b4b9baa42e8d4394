"""The lab without a face: every act and every reason, tried without a browser."""

from dataclasses import replace

import pytest

from raftlab import RAFT, History, Restart, fresh, leader_elected, walkthrough
from raftlab.raft import Crash, Heal, Node, Partition, Role, Timeout
from raftlab.raft.node import persist
from raftlab.sim.saved import dumps, loads
from raftlab.widgets.panel import NODE_ACTS, Panel


def test_a_fresh_panel_opens_at_the_start_and_says_why_nothing_lies_behind() -> None:
    panel = Panel(fresh())
    frame = panel.frame()
    assert frame.position == "event 0 of 0"
    assert frame.explanation.headline == "The run begins here."
    assert panel.why_not_back() == "This is where the run starts."
    assert panel.why_not_message() == "No message is in flight."
    assert panel.why_not_step() is None
    assert [light.sentence for light in frame.lights] == [None] * 5


def test_step_plays_the_recorded_run_and_then_goes_on_by_itself() -> None:
    panel = Panel(walkthrough())
    recorded = panel.moments()
    for place in range(1, recorded + 1):
        panel.step()
        assert (panel.place(), panel.moments()) == (place, recorded)
    panel.step()
    assert (panel.place(), panel.moments()) == (recorded + 1, recorded + 1)


def test_back_undoes_and_go_to_jumps() -> None:
    panel = Panel(walkthrough())
    start = panel.frame()
    panel.step()
    assert panel.frame() != start
    panel.back()
    assert panel.frame() == start
    panel.go_to(3)
    assert panel.place() == 3
    panel.go_to(10_000)
    assert panel.place() == panel.moments()


def test_step_by_rule_shows_the_candidate_with_two_votes() -> None:
    panel = Panel(fresh())
    panel.do(Timeout("node1"))
    request = panel.history.cluster.network[0]
    panel.deliver(request)
    granted = panel.history.cluster.network[-1]
    panel.deliver(granted)
    panel.back()
    seen = _beats(panel)
    assert (Role.CANDIDATE, ("node1", "node2")) in seen
    assert seen[-1][0] is Role.LEADER


def _beats(panel: Panel) -> list[tuple[Role, tuple[str, ...]]]:
    """node1's role and votes after each rule of the next event."""
    place, seen = panel.place(), []
    while panel.place() == place:
        panel.step_by_rule()
        if panel.place() == place:
            node1 = panel.frame().cluster.node("node1")
            seen.append((node1.role, node1.votes_received))
    return seen


def test_stepping_by_rule_through_a_whole_run_ends_where_stepping_by_event_does() -> None:
    by_rule, by_event = Panel(walkthrough()), Panel(walkthrough())
    while by_event.place() < by_event.moments():
        by_event.step()
        while by_rule.place() < by_event.place():
            by_rule.step_by_rule()
        assert by_rule.frame() == by_event.frame()


def test_back_from_within_a_step_returns_to_its_beginning() -> None:
    panel = Panel(fresh())
    start = panel.frame()
    panel.step_by_rule()
    assert panel.frame().position.startswith("rule 1 of ")
    assert panel.why_not_back() is None
    panel.back()
    assert panel.frame() == start


def test_peeking_by_rule_records_nothing_until_the_step_is_whole() -> None:
    panel = Panel(fresh())
    panel.step_by_rule()
    assert len(panel.history.moments) == 1


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        ("Time out", "node1 leads: it has no election timer (§5.2)."),
        ("Send entries", "node1 knows of no entry that a peer lacks (Fig. 2, Leaders 3)."),
        ("Heartbeat", None),
        ("Crash", None),
        ("Restart", "node1 runs already."),
    ],
)
def test_every_act_that_is_not_possible_says_why(act: str, reason: str | None) -> None:
    panel = Panel(leader_elected())
    assert act in NODE_ACTS
    assert panel.why_not(panel.node_act(act, "node1")) == reason


def test_an_impossible_event_becomes_a_notice_and_the_next_act_clears_it() -> None:
    panel = Panel(fresh())
    panel.do(Restart("node1"))
    assert panel.frame().notice == "node1 runs already."
    assert len(panel.history.moments) == 1
    panel.step()
    assert panel.frame().notice == ""


def test_a_rule_that_raises_becomes_a_notice_and_nothing_is_lost() -> None:
    def mine(node: Node) -> Node:
        raise ZeroDivisionError("oops")

    panel = Panel(History(fresh().cluster, RAFT.but(start_election=mine)))
    panel.step()
    notice = panel.frame().notice
    assert "start_election: it raised ZeroDivisionError: oops  in mine, line " in notice
    assert notice.endswith('raise ZeroDivisionError("oops")')
    panel.step_by_rule()
    assert panel.place() == 0


def test_messages_can_be_lost_and_copied() -> None:
    panel = Panel(fresh())
    panel.do(Timeout("node1"))
    (words, request), (other_words, _) = panel.messages()
    assert words != other_words
    panel.duplicate(request)
    assert panel.history.cluster.network.count(request) == 2
    assert len(panel.messages()) == 2
    panel.drop(request)
    panel.drop(request)
    assert request not in panel.history.cluster.network


def test_a_client_is_told_when_a_command_makes_no_sense() -> None:
    panel = Panel(leader_elected())
    panel.send("node1", "FLY me to the moon")
    assert "FLY me to the moon" in panel.frame().notice
    panel.send("node1", "  SET x 1 ")
    assert panel.history.cluster.node("node1").log[1].command == "SET x 1"


def test_any_event_lists_what_is_enabled_and_crash_in_mid_turn_is_among_it() -> None:
    panel = Panel(fresh())
    events = [event for _, event in panel.events("SET x 1")]
    assert Crash("node1", Timeout("node1")) in events
    labels = [label for label, _ in panel.events("SET x 1")]
    assert len(set(labels)) == len(labels)


def test_a_partition_can_be_healed() -> None:
    panel = Panel(fresh())
    panel.do(Partition((("node1",), ("node2", "node3"))))
    assert Heal() in [event for _, event in panel.events()]
    panel.do(Heal())
    assert not panel.history.cluster.cut


def test_a_broken_property_stays_red_and_says_where_it_broke() -> None:
    def forget_the_vote(node: Node) -> Node:
        saved = persist(node)
        return replace(saved, disk=replace(saved.disk, voted_for=None))

    panel = Panel(History(fresh().cluster, RAFT.but(persist=forget_the_vote)))
    panel.do(Timeout("node1"))
    for message in panel.history.cluster.network:
        if message.receiver == "node2":
            panel.deliver(message)
    granted = panel.history.cluster.network[-1]
    panel.do(Crash("node2"))
    panel.do(Restart("node2"))
    panel.do(Timeout("node3"))
    ask = [m for m in panel.history.cluster.network if (m.sender, m.receiver) == ("node3", "node2")]
    panel.deliver(ask[0])
    second = panel.history.cluster.network[-1]
    panel.deliver(granted)
    panel.deliver(second)
    (light,) = [light for light in panel.frame().lights if light.sentence]
    assert light.name == "Election Safety"
    assert light.sentence == "broken at event 8: node1 and node3 both led term 1."
    panel.do(Crash("node1"))
    assert any(light.sentence for light in panel.frame().lights)


def test_a_run_whose_rules_are_not_here_can_be_looked_at_and_not_played_on() -> None:
    def forget_the_vote(node: Node) -> Node:
        return replace(node, disk=replace(persist(node).disk, voted_for=None))

    run = History(fresh().cluster, RAFT.but(persist=forget_the_vote))
    run.play(Timeout("node1"))
    panel = Panel(loads(dumps(run)))
    panel.go_to(0)
    panel.step_by_rule()
    words = panel.frame().explanation
    assert words.headline == "The record says: node1 times out."
    assert words.reason.startswith("The rules of this run are not loaded, so no reason is known.")
    reason = panel.why_not_step()
    assert reason is not None
    assert "RAFT.but(persist=…)" in reason
    assert panel.why_not(Timeout("node2")) == reason
    panel.do(Timeout("node2"))
    assert panel.frame().notice == reason
    assert len(panel.history.moments) == 2
