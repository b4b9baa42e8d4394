"""The lab without a face: every act and every reason, tried without a browser."""

from dataclasses import replace

import pytest

from raftlab import RAFT, History, Restart, fresh, leader_elected, walkthrough
from raftlab.raft import (
    Cluster,
    Compact,
    Crash,
    Cut,
    Delay,
    Deliver,
    Drop,
    Duplicate,
    Event,
    Heal,
    Heartbeat,
    Node,
    Partition,
    Replicate,
    Role,
    Timeout,
    why_not,
)
from raftlab.raft.node import persist
from raftlab.sim.acts import AtLeader
from raftlab.sim.conditions import CONDITIONS
from raftlab.sim.gallery import GALLERY
from raftlab.sim.saved import dumps, loads
from raftlab.sim.timed import timed
from raftlab.widgets.acts import HELP, MESSAGE_ACTS, NETWORK_ACTS, NODE_ACTS, example, partition
from raftlab.widgets.panel import Panel
from raftlab.widgets.place import breaks, lines, marks
from raftlab.widgets.refusals import say_refusals


def test_a_fresh_panel_opens_at_the_start_and_says_why_nothing_lies_behind() -> None:
    panel = Panel(fresh())
    frame = panel.frame()
    assert frame.position == "event 0 of 0"
    assert frame.explanation.headline == "The run begins here."
    assert panel.why_not_back() == "This is where the run starts."
    assert panel.refusals.any_message() == "No message is in flight."
    assert panel.refusals.step() is None
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
    panel.do(Deliver(request))
    granted = panel.history.cluster.network[-1]
    panel.do(Deliver(granted))
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
        ("Time out, then crash", "node1 leads: it has no election timer (§5.2)."),
        ("Send entries", "node1 knows of no entry that a peer lacks (Fig. 2, Leaders 3)."),
        ("Heartbeat", None),
        ("Crash", None),
        ("Restart", "node1 runs already."),
        ("Cut off", None),
        ("Compact", "node1 has applied nothing that its log still holds (§7)."),
    ],
)
def test_every_act_that_is_not_possible_says_why(act: str, reason: str | None) -> None:
    panel = Panel(leader_elected())
    assert act in NODE_ACTS
    assert panel.refusals.event(panel.node_act(act, "node1")) == reason
    assert panel.refusals.node_row("node1")[act] == reason


NODE1 = "node1"


@pytest.mark.parametrize(
    ("act", "event"),
    [
        ("Time out", Timeout(NODE1)),
        ("Time out, then crash", Crash(NODE1, Timeout(NODE1))),
        ("Send entries", Replicate(NODE1)),
        ("Heartbeat", Heartbeat(NODE1)),
        ("Crash", Crash(NODE1)),
        ("Restart", Restart(NODE1)),
        ("Cut off", Partition(((NODE1,), ("node2", "node3")))),
        ("Compact", Compact(NODE1)),
    ],
)
def test_every_act_on_a_node_is_one_event(act: str, event: Event) -> None:
    assert Panel(fresh()).node_act(act, NODE1) == event


@pytest.mark.parametrize("act", MESSAGE_ACTS)
def test_every_act_on_a_message_is_one_event_and_is_done(act: str) -> None:
    panel = Panel(fresh())
    panel.do(Timeout("node1"))
    first, second = panel.history.cluster.network
    event = {
        "Deliver": Deliver(first),
        "Deliver, then crash": Crash("node2", Deliver(first)),
        "Drop": Drop(first),
        "Duplicate": Duplicate(first),
        "Delay": Delay(first),
    }[act]
    assert panel.message_act(act, first) == event
    assert panel.refusals.message_row(first)[act] is None
    panel.do(event)
    assert panel.notice == ""
    after = {
        "Deliver, then crash": (second,),
        "Drop": (second,),
        "Duplicate": (first, second, first),
        "Delay": (second, first),
    }
    if act in after:
        assert panel.history.cluster.network == after[act]


def test_what_a_node_received_before_it_crashed_in_its_turn_is_on_its_disk() -> None:
    panel = Panel(fresh())
    panel.do(Timeout("node1"))
    request, _ = panel.history.cluster.network
    panel.do(panel.message_act("Deliver, then crash", request))
    node2 = panel.history.cluster.node("node2")
    assert (node2.up, node2.disk.voted_for) == (False, "node1")
    panel.do(panel.node_act("Time out, then crash", "node3"))
    node3 = panel.history.cluster.node("node3")
    assert (node3.up, node3.disk.voted_for) == (False, "node3")
    assert all(message.sender == "node1" for message in panel.history.cluster.network)


def test_the_message_sent_last_cannot_be_delayed_and_who_is_down_cannot_crash() -> None:
    panel = Panel(fresh())
    panel.do(Timeout("node1"))
    panel.do(Crash("node3"))
    row = panel.refusals.message_row(panel.history.cluster.network[-1])
    assert row == {
        **dict.fromkeys(MESSAGE_ACTS),
        "Delay": "No other message was sent after this one.",
        "Deliver, then crash": "node3 is down: it can only restart.",
    }
    assert say_refusals(row) == (
        "Deliver, then crash: node3 is down: it can only restart.  "
        "Delay: No other message was sent after this one."
    )


def test_without_a_message_each_act_on_one_is_refused_for_one_reason() -> None:
    row = Panel(fresh()).refusals.message_row(None)
    assert row == dict.fromkeys(MESSAGE_ACTS, "No message is in flight.")
    assert say_refusals(row) == "No message is in flight."


def test_an_act_and_the_same_act_cut_short_are_not_refused_twice_for_one_reason() -> None:
    reasons = say_refusals(Panel(leader_elected()).refusals.node_row("node1"))
    assert reasons == (
        "Time out: node1 leads: it has no election timer (§5.2).  "
        "Send entries: node1 knows of no entry that a peer lacks (Fig. 2, Leaders 3).  "
        "Restart: node1 runs already.  "
        "Compact: node1 has applied nothing that its log still holds (§7)."
    )


def test_every_act_says_what_it_does() -> None:
    for act in (*MESSAGE_ACTS, *NODE_ACTS, *NETWORK_ACTS):
        assert HELP[act].endswith(".")


# The network


@pytest.mark.parametrize(
    ("words", "groups"),
    [
        ("node1 | node2 node3", (("node1",), ("node2", "node3"))),
        ("node1,node2|node3", (("node1", "node2"), ("node3",))),
        (" node2 ", (("node2",),)),
        ("node1 | | node2 | node3", (("node1",), ("node2",), ("node3",))),
    ],
)
def test_any_sides_can_be_written(words: str, groups: tuple[tuple[str, ...], ...]) -> None:
    panel = Panel(fresh())
    panel.split(words)
    assert panel.notice == ""
    assert panel.history.now.step.event == Partition(groups)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("", "Name the nodes of each side, as in node1 | node2 node3."),
        (" | ", "Name the nodes of each side, as in node1 | node2 node3."),
        (
            "node3 node2 node1",
            "All nodes are on one side. Put | between two, as in node1 | node2 node3.",
        ),
        ("1 | 2 3", "There is no node named '1'; there are node1, node2, node3."),
        ("node1 | node1 node2", "A node can be on one side of a partition only."),
    ],
)
def test_what_says_nothing_of_two_sides_is_answered_in_a_sentence(words: str, reason: str) -> None:
    panel = Panel(fresh())
    assert panel.refusals.split(words) == reason
    panel.split(words)
    assert panel.notice == reason
    assert len(panel.history) == 1
    panel.step()
    assert panel.notice == ""


def test_names_with_spaces_stand_between_commas() -> None:
    names = Cluster.of("old one", "old two", "new").names
    assert example(names) == "new | old one, old two"
    assert partition("old one, new | old two", names).groups == (("old one", "new"), ("old two",))


@pytest.mark.parametrize("size", [2, 3, 4, 5, 9])
def test_the_example_can_be_done_as_it_stands(size: int) -> None:
    panel = Panel(fresh(size))
    assert panel.refusals.split(example(panel.history.cluster.names)) is None


def test_a_single_node_can_be_split_from_nothing() -> None:
    panel = Panel(fresh(1))
    alone = example(panel.history.cluster.names)
    assert panel.refusals.split(alone) == "One node has nothing to be split from."
    assert say_refusals(panel.refusals.network_row(alone, "node1", "node1")) == (
        "Split: One node has nothing to be split from.  "
        "Cut one way: No link leads from node1 to itself.  Heal: No link is cut."
    )


def test_a_link_is_cut_one_way_and_healed() -> None:
    panel = Panel(fresh())
    row = panel.refusals.network_row("node1", "node1", "node2")
    assert row == {"Split": None, "Cut one way": None, "Heal": "No link is cut."}
    panel.do(Cut("node1", "node2"))
    assert panel.history.cluster.cut == (("node1", "node2"),)
    row = panel.refusals.network_row("node1", "node1", "node2")
    assert row["Cut one way"] == "The link from node1 to node2 is cut already."
    assert row["Heal"] is None
    back = panel.refusals.network_row("node1", "node2", "node1")
    assert back["Cut one way"] is None
    itself = panel.refusals.network_row("node1", "node2", "node2")
    assert itself["Cut one way"] == "No link leads from node2 to itself."
    panel.do(Heal())
    assert panel.history.cluster.cut == ()


# The clock


def test_a_clock_is_set_going_and_steps_follow_it() -> None:
    panel = Panel(fresh())
    assert panel.frame().position == "event 0 of 0"
    assert panel.refusals.clock() is None
    panel.start_clock(3)
    assert panel.frame().position == "event 0 of 0 · 0.0 ms"
    assert say_refusals(panel.refusals.clock_row()) == ("A clock goes already, with seed 3.")
    alone = timed(fresh(), seed=3, until=400)
    for moment in alone.line()[1:]:
        panel.step()
        assert panel.history.now.step == moment.step
        assert panel.history.now.time == moment.time
    assert panel.frame().position.endswith(" ms")


def test_a_run_by_the_clock_says_the_time_of_each_event() -> None:
    panel = Panel(timed(fresh(5), seed=3, script={400: AtLeader(Crash)}))
    panel.step()
    assert panel.frame().position == f"event 1 of {panel.moments()} · 150.7 ms"
    panel.step_by_rule()
    assert panel.frame().position.startswith("rule 1 of ")
    assert panel.frame().position.endswith(" in event 2 · 159.8 ms")


def test_rule_by_rule_the_time_is_that_of_the_event_to_come() -> None:
    panel = Panel(fresh(5))
    panel.start_clock(3)
    panel.step_by_rule()
    assert panel.frame().position.endswith(" in event 1 · 150.7 ms")


def test_a_second_clock_is_refused_and_refusing_changes_nothing() -> None:
    panel = Panel(fresh())
    panel.start_clock(1)
    panel.step()
    here = panel.history.now
    panel.start_clock(2)
    assert panel.notice == "A clock goes already, with seed 1."
    assert panel.history.now == here


def test_a_clock_in_the_past_leaves_what_was_recorded_in_its_branch() -> None:
    panel = Panel(walkthrough())
    whole = panel.moments()
    panel.go_to(10)
    panel.start_clock(0)
    assert (panel.place(), panel.moments()) == (10, 10)
    assert lines(panel.history).rails == ((whole, "main", 10, whole),)
    panel.step()
    assert (panel.place(), panel.moments()) == (11, 11)
    assert lines(panel.history).rails == ((whole, "main", 10, whole),)
    panel.go_along(whole)
    assert (panel.place(), panel.moments()) == (10, whole)


def test_who_went_back_to_the_recorded_line_can_leave_it_for_a_clock_again() -> None:
    panel = Panel(walkthrough())
    whole = panel.moments()
    panel.go_to(10)
    panel.start_clock(0)
    panel.go_along(whole)
    assert panel.refusals.clock() is None
    panel.start_clock(7)
    panel.step()
    assert panel.history.now.clock.seed == 7


def test_a_clock_that_is_set_going_in_mid_turn_begins_before_it() -> None:
    panel = Panel(fresh())
    panel.step_by_rule()
    panel.start_clock(0)
    assert panel.frame().position == "event 0 of 0 · 0.0 ms"


def test_all_that_the_rows_offer_can_be_done_and_what_they_refuse_cannot() -> None:
    panel = Panel(fresh())
    panel.start_clock(5)
    for _ in range(60):
        cluster = panel.history.cluster
        for message in cluster.network:
            for act, reason in panel.refusals.message_row(message).items():
                assert reason == why_not(cluster, panel.message_act(act, message))
        for name in cluster.names:
            for act, reason in panel.refusals.node_row(name).items():
                assert reason == why_not(cluster, panel.node_act(act, name))
        panel.step()


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
    panel.do(Duplicate(request))
    assert panel.history.cluster.network.count(request) == 2
    assert len(panel.messages()) == 2
    panel.do(Drop(request))
    panel.do(Drop(request))
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
            panel.do(Deliver(message))
    granted = panel.history.cluster.network[-1]
    panel.do(Crash("node2"))
    panel.do(Restart("node2"))
    panel.do(Timeout("node3"))
    ask = [m for m in panel.history.cluster.network if (m.sender, m.receiver) == ("node3", "node2")]
    panel.do(Deliver(ask[0]))
    second = panel.history.cluster.network[-1]
    panel.do(Deliver(granted))
    panel.do(Deliver(second))
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
    reason = panel.refusals.step()
    assert reason is not None
    assert "RAFT.but(persist=…)" in reason
    assert panel.refusals.event(Timeout("node2")) == reason
    panel.do(Timeout("node2"))
    assert panel.frame().notice == reason
    for words in ("node1", "nonsense", ""):
        assert panel.refusals.split(words) == reason
    panel.split("node1")
    assert panel.frame().notice == reason
    panel.start_clock(0)
    assert panel.frame().notice == reason
    assert panel.history.now.clock is None
    for row in (
        panel.refusals.message_row(None),
        panel.refusals.node_row("node1"),
        panel.refusals.network_row("node1", "node1", "node2"),
        panel.refusals.clock_row(),
    ):
        assert say_refusals(row) == reason
    assert len(panel.history.moments) == 2


def test_a_run_is_played_until_something_is_so() -> None:
    panel = Panel(fresh())
    assert panel.until(CONDITIONS["a leader exists"]).startswith("Reached after")
    assert any(node.role is Role.LEADER for node in panel.history.cluster.nodes)
    assert panel.until(lambda cluster: cluster.node("node1").up) == "So already: the condition."


def test_what_a_condition_does_wrong_is_said_and_nothing_is_lost() -> None:
    panel = Panel(fresh())
    said = panel.until(lambda cluster: cluster.leader)
    assert "raised AttributeError" in said
    assert panel.history.now.number == 0


def test_a_moment_is_marked_and_marks_are_jumped_between() -> None:
    panel = Panel(fresh())
    assert panel.why_no_mark(ahead=True) == "There is no mark after this moment."
    for note in ("one", "", "  three\n words "):
        panel.step()
        panel.mark(note)
    panel.step()
    assert marks(panel.history) == ((1, "one"), (3, "three words"))
    panel.go_to_mark(ahead=False)
    assert panel.place() == 3
    panel.go_to_mark(ahead=False)
    assert (panel.place(), panel.why_no_mark(ahead=False)) == (
        1,
        "There is no mark before this moment.",
    )
    panel.go_to_mark(ahead=True)
    panel.mark("")
    assert marks(panel.history) == ((1, "one"),)


def test_a_pinned_moment_is_compared_with_wherever_one_goes() -> None:
    panel = Panel(walkthrough())
    panel.go_to(3)
    panel.pin()
    panel.go_to(5)
    found = panel.comparison()
    assert (found.one, found.other) == (3, 5)
    panel.pin()
    assert panel.pinned == 5
    panel.pin()
    assert (panel.pinned, panel.comparison()) == (None, None)


def test_where_a_line_breaks_a_property_is_said_from_wherever_one_stands() -> None:
    panel = Panel(GALLERY["lost_vote"].history())
    event = next(n for n, moment in enumerate(panel.history.line()) if moment.violations)
    panel.go_to(event - 3)
    assert breaks(panel.history) == "In 3 events Election Safety breaks."
    panel.go_to(event - 1)
    assert breaks(panel.history).startswith("At the next event Election Safety breaks: ")
    panel.step()
    assert breaks(panel.history).startswith("Here Election Safety breaks: ")
    assert panel.frame().breaks == breaks(panel.history)
    panel.step()
    assert breaks(panel.history) == f"Election Safety broke at event {event}."
    assert breaks(walkthrough()) == ""


def test_the_columns_are_those_of_the_longest_log_there_ever_was() -> None:
    panel = Panel(leader_elected())
    assert panel.columns() == 0
    panel.send("node1", "SET x 1")
    assert panel.columns() == 1
    panel.back()
    panel.step_by_rule()
    assert panel.columns() == 1
