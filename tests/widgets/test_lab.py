"""The lab's face without a browser: buttons are pressed, and what the stage is told is read."""

import asyncio
from dataclasses import replace
from typing import Any

import ipywidgets
import pytest

import raftlab
from raftlab import RAFT, Cluster, Crash, History, figure_8, fresh, leader_elected, walkthrough
from raftlab.raft import Deliver, Node, Role
from raftlab.raft.election import become_leader
from raftlab.raft.node import restart
from raftlab.sim.timed import timed
from raftlab.views.draw import NoEngine
from raftlab.views.layout import MEDIUM, NARROW, WIDE
from raftlab.widgets import stage as stage_module
from raftlab.widgets.lab import Lab
from raftlab.widgets.stage import layout_for


def buttons(lab: Lab) -> list[Any]:
    """Every button in the lab's rows, in their order."""
    rows = [widget for row in lab.box.children[1].children for widget in row.children]
    inner = [widget for group in rows for widget in getattr(group, "children", [group])]
    return [widget for widget in inner if isinstance(widget, ipywidgets.Button)]


def press(lab: Lab, name: str) -> dict[str, Any]:
    """Press the button of that name, and give what the stage then shows."""
    (button,) = [b for b in buttons(lab) if b.description == name]
    assert not button.disabled, f"{name} is disabled: {button.tooltip}"
    button.click()
    return lab.stage.frame


def test_the_stage_opens_with_picture_words_lights_and_text() -> None:
    frame = Lab(walkthrough()).stage.frame
    assert frame["headline"] == "The run begins here."
    assert frame["leader"] == "no leader"
    assert frame["term"] == 0
    assert frame["svg"].startswith("<svg")
    assert [light["sentence"] for light in frame["lights"]] == [None] * 5
    assert "node1" in frame["alt"]
    assert "node3" in frame["text"]


def test_step_and_back_change_words_picture_and_scrubber() -> None:
    lab = Lab(walkthrough())
    start = lab.stage.frame
    stepped = press(lab, "Step ▸")
    assert stepped["headline"] != start["headline"]
    assert stepped["svg"] != start["svg"]
    assert lab.scrubber.place == 1
    assert press(lab, "◂ Back") == start
    assert lab.scrubber.place == 0


def test_the_scrubber_goes_anywhere_in_the_run() -> None:
    lab = Lab(walkthrough())
    lab.scrubber.place = 14
    assert lab.panel.place() == 14
    assert lab.stage.frame["position"] == f"event 14 of {lab.scrubber.last}"


def test_a_message_is_chosen_and_delivered_dropped_or_copied() -> None:
    lab = Lab(fresh())
    press(lab, "Time out")
    first, second = (value for _, value in lab.controls.message.options)
    lab.controls.message.value = second
    press(lab, "Deliver")
    assert lab.panel.history.now.step.event == Deliver(second)
    lab.controls.message.value = first
    press(lab, "Duplicate")
    assert lab.panel.history.cluster.network.count(first) == 2
    lab.controls.message.value = first
    press(lab, "Drop")
    press(lab, "Drop")
    assert first not in lab.panel.history.cluster.network


def test_a_message_is_delayed_while_another_was_sent_after_it() -> None:
    lab = Lab(fresh())
    delay = lab.controls.message_acts.buttons["Delay"]
    assert lab.controls.message_acts.why.value == "No message is in flight."
    press(lab, "Time out")
    first, second = lab.panel.history.cluster.network
    assert (delay.disabled, lab.controls.message_acts.why.value) == (False, "")
    press(lab, "Delay")
    assert lab.panel.history.cluster.network == (second, first)
    assert lab.controls.message.value == first
    assert delay.disabled
    assert lab.controls.message_acts.why.value == "Delay: No other message was sent after this one."
    lab.controls.message.value = second
    assert not delay.disabled


def test_a_node_crashes_in_its_turn_on_a_message_or_on_its_timer() -> None:
    lab = Lab(fresh())
    press(lab, "Time out")
    frame = press(lab, "Deliver, then crash")
    assert frame["headline"].startswith("node2 crashes in the middle of a turn")
    lab.controls.node.value = "node3"
    frame = press(lab, "Time out, then crash")
    assert frame["headline"].startswith("node3 crashes in the middle of a turn")
    assert lab.panel.history.cluster.node("node3").disk.voted_for == "node3"


def test_the_network_is_split_as_written_and_healed() -> None:
    lab = Lab(fresh(5))
    assert lab.controls.sides.value == "node1 node2 | node3 node4 node5"
    lab.controls.sides.value = "node1 node9"
    network = lab.controls.network_acts
    assert network.buttons["Split"].disabled
    assert network.why.value == (
        "Split: There is no node named 'node9'; there are node1, node2, node3, node4, node5.  "
        "Heal: No link is cut."
    )
    lab.controls.sides.value = "node1 | node2, node3 | node4 node5"
    frame = press(lab, "Split")
    assert frame["headline"] == "The network splits: node1 | node2, node3 | node4, node5."
    assert network.why.value == "Cut one way: The link from node1 to node5 is cut already."
    press(lab, "Heal")
    assert lab.panel.history.cluster.cut == ()


def test_a_link_is_cut_one_way() -> None:
    lab = Lab(fresh())
    lab.controls.cut_from.value, lab.controls.cut_to.value = "node2", "node2"
    assert lab.controls.network_acts.buttons["Cut one way"].disabled
    lab.controls.cut_to.value = "node1"
    press(lab, "Cut one way")
    assert lab.panel.history.cluster.cut == (("node2", "node1"),)


def test_a_clock_is_started_with_a_seed_and_then_says_what_comes_next() -> None:
    lab = Lab(fresh(5))
    lab.controls.seed.value = 3
    frame = press(lab, "Start the clock")
    assert frame["position"] == "event 0 of 0 · 0.0 ms"
    clock = lab.controls.clock_acts
    assert clock.buttons["Start the clock"].disabled
    assert clock.why.value == "A clock goes already, with seed 3."
    frame = press(lab, "Step ▸")
    assert frame["headline"].startswith("node5's election timer runs out")
    assert frame["position"] == "event 1 of 1 · 150.7 ms"
    press(lab, "◂ Back")
    assert clock.buttons["Start the clock"].disabled


def test_a_clock_in_the_past_begins_a_branch_and_main_is_kept() -> None:
    lab = Lab(walkthrough())
    whole = lab.scrubber.last
    lab.scrubber.place = 10
    press(lab, "Start the clock")
    assert lab.scrubber.last == 10
    assert lab.scrubber.rails == [[whole, "main", 10, whole]]
    press(lab, "Step ▸")
    lab._on_followed({"line": whole})
    assert (lab.scrubber.place, lab.scrubber.last) == (10, whole)


def test_play_follows_the_clock() -> None:
    async def play() -> Lab:
        lab = Lab(fresh())
        press(lab, "Start the clock")
        lab.controls.speed.value = 10.0
        lab.controls.play.click()
        while lab.panel.place() < 2:
            await asyncio.sleep(0.02)
        lab.controls.play.click()
        return lab

    lab = asyncio.run(play())
    expected = timed(fresh(), until=1_000).line()
    assert [moment.time for moment in lab.panel.history.line()] == [
        moment.time for moment in expected[: lab.panel.place() + 1]
    ]


def test_no_two_buttons_of_the_rows_have_one_name_and_all_say_what_they_do() -> None:
    lab = Lab(leader_elected(5))
    names = [button.description for button in buttons(lab)]
    assert len(set(names)) == len(names)
    controls = lab.controls
    for acts in (
        controls.clock_acts,
        controls.message_acts,
        controls.node_acts,
        controls.network_acts,
    ):
        assert all(button.tooltip for button in acts.buttons.values())


def test_disk_and_memory_are_hidden_until_asked_for_and_then_follow_each_frame() -> None:
    lab = Lab(leader_elected())
    view = lab.panes.views["Disk and memory"]
    assert (view.layout.display, view.value) == ("none", "")
    lab.panes.ticks["Disk and memory"].value = True
    assert view.layout.display == ""
    assert "lost" not in view.value
    press(lab, "Crash")
    assert "✕ ◆ lost in this crash:" in view.value
    press(lab, "Step by rule ▹")
    assert "✕ lost<" in view.value
    press(lab, "◂ Back")
    lab.panes.ticks["Disk and memory"].value = False
    assert view.layout.display == "none"
    closed = view.value
    press(lab, "Restart")
    assert view.value == closed
    lab.panes.ticks["Disk and memory"].value = True
    assert "◆ begins anew" in view.value


def test_disk_and_memory_show_a_turn_before_it_is_saved() -> None:
    lab = Lab(fresh())
    lab.panes.ticks["Disk and memory"].value = True
    seen = []
    while lab.panel.place() == 0:
        press(lab, "Step by rule ▹")
        seen.append(
            "≠ In memory, and not on disk: term 1" in lab.panes.views["Disk and memory"].value
        )
    assert True in seen[:-1]
    assert seen[-1] is False


def test_the_chosen_message_stays_chosen_while_it_is_in_flight() -> None:
    lab = Lab(fresh())
    press(lab, "Time out")
    first, second = (value for _, value in lab.controls.message.options)
    lab.controls.message.value = second
    lab.panel.do(Deliver(first))
    lab.show()
    assert lab.controls.message.value == second


def test_a_click_on_a_ring_chooses_its_message_and_a_late_click_does_nothing() -> None:
    lab = Lab(fresh())
    press(lab, "Time out")
    second = lab.panel.history.cluster.network[1]
    lab._on_followed({"message": 1})
    assert lab.controls.message.value == second
    for nonsense in ({"message": 2}, {"message": -1}, {"message": "0"}, {"moment": 99}, {}, None):
        lab._on_followed(nonsense)
    assert lab.controls.message.value == second


def test_a_command_is_typed_and_sent() -> None:
    lab = Lab(leader_elected())
    lab.controls.command.value = "SET colour blue"
    frame = press(lab, "Send")
    assert "SET colour blue" in frame["headline"]


def test_a_command_with_markup_reaches_the_svg_only_escaped() -> None:
    lab = Lab(leader_elected())
    lab.controls.command.value = 'SET x <script>alert("&")</script>'
    frame = press(lab, "Send")
    assert "<script" not in frame["svg"]
    assert "&lt;script" in frame["svg"]


def test_a_node_is_crashed_and_restarted_and_disabled_buttons_say_why() -> None:
    lab = Lab(fresh())
    lab.controls.node.value = "node2"
    press(lab, "Crash")
    assert not lab.panel.history.cluster.node("node2").up
    crash = lab.controls.node_acts.buttons["Crash"]
    assert crash.disabled
    assert lab.controls.node_acts.why.value == (
        "Time out, Send entries, Heartbeat, Crash, Compact: node2 is down: it can only restart."
    )
    assert crash.tooltip == "node2 is down: it can only restart."
    press(lab, "Restart")
    assert lab.panel.history.cluster.node("node2").up
    assert crash.tooltip == "The node stops and keeps only its disk."


def test_doing_something_else_in_the_past_begins_a_branch_and_main_leads_back() -> None:
    lab = Lab(walkthrough())
    whole = lab.scrubber.last
    assert (lab.scrubber.rails, lab.scrubber.line) == ([], "")
    lab.scrubber.place = 10
    lab.controls.node.value = "node1"
    press(lab, "Crash")
    assert (lab.scrubber.last, lab.scrubber.line) == (11, "a branch")
    ((tip, *rail),) = lab.scrubber.rails
    assert rail == ["main", 10, whole]
    lab._on_followed({"line": tip})
    assert (lab.scrubber.place, lab.scrubber.last, lab.scrubber.line) == (10, whole, "main")
    ((tip, *rail),) = lab.scrubber.rails
    assert rail == ["event 11: node1 crashes", 10, 11]
    lab._on_followed({"line": tip})
    assert (lab.scrubber.place, lab.scrubber.last) == (10, 11)


def test_whoever_acts_takes_over_from_play() -> None:
    async def play_and_go_back() -> tuple[int, int]:
        lab = Lab(walkthrough())
        lab.controls.speed.value = 10.0
        lab.controls.play.click()
        await asyncio.sleep(0.35)
        lab.controls.back.click()
        stopped_at = lab.panel.place()
        await asyncio.sleep(0.25)
        assert lab.controls.play.description == "Play"
        return stopped_at, lab.panel.place()

    stopped_at, later = asyncio.run(play_and_go_back())
    assert stopped_at == later


def test_any_event_can_be_chosen_from_the_list() -> None:
    lab = Lab(fresh())
    labels = [label for label, _ in lab.controls.event.options]
    lab.controls.event.value = lab.controls.event.options[labels.index("node3 times out")][1]
    assert "node3" in press(lab, "Do it")["headline"]


def test_step_by_rule_names_the_rule_it_stands_at() -> None:
    lab = Lab(fresh())
    frame = press(lab, "Step by rule ▹")
    assert frame["position"].startswith("rule 1 of ")
    assert frame["rules"]


def test_play_follows_the_recorded_run_to_its_end_and_can_be_paused() -> None:
    async def play_and_pause() -> tuple[int, int]:
        lab = Lab(walkthrough())
        lab.controls.speed.value = 10.0
        lab.controls.play.click()
        assert lab.controls.play.description == "Pause"
        await asyncio.sleep(0.35)
        lab.controls.play.click()
        await asyncio.sleep(0)
        assert lab.controls.play.description == "Play"
        paused_at = lab.panel.place()
        await asyncio.sleep(0.25)
        return paused_at, lab.panel.place()

    paused_at, later = asyncio.run(play_and_pause())
    assert 0 < paused_at == later


def test_play_stops_where_the_recorded_run_ends() -> None:
    async def play_to_the_end() -> Lab:
        lab = Lab(walkthrough())
        lab.panel.go_to(lab.panel.moments() - 1)
        lab.show()
        lab.controls.speed.value = 10.0
        lab.controls.play.click()
        await asyncio.sleep(0.5)
        return lab

    lab = asyncio.run(play_to_the_end())
    assert lab.panel.place() == lab.panel.moments()
    assert lab.controls.play.description == "Play"


def test_theme_and_width_are_the_browsers_to_say() -> None:
    lab = Lab(walkthrough())
    light = lab.stage.frame["svg"]
    lab.stage.theme = "dark"
    dark = lab.stage.frame["svg"]
    lab.stage.room = 760
    assert len({light, dark, lab.stage.frame["svg"]}) == 3


def test_the_picture_is_the_widest_that_the_place_holds() -> None:
    layouts = [layout_for(room) for room in (1400, 1060, 1000, MEDIUM.width, 800, 300)]
    assert layouts == [WIDE, WIDE, MEDIUM, MEDIUM, NARROW, NARROW]


def test_without_an_engine_the_text_view_stands_in_and_the_remedy_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(dot: str) -> str:
        raise NoEngine("No Graphviz was found: pip install pygraphviz.")

    monkeypatch.setattr(stage_module, "svg", missing)
    frame = Lab(walkthrough()).stage.frame
    assert frame["svg"] == ""
    assert "pip install pygraphviz" in frame["notice"]
    assert "node1" in frame["text"]


def test_two_leaders_of_one_term_are_both_named() -> None:
    run = leader_elected()
    cluster = run.cluster
    term = cluster.node("node1").current_term
    usurper = become_leader(replace(cluster.node("node2"), current_term=term))
    nodes = (cluster.nodes[0], usurper, cluster.nodes[2])
    lab = raftlab.lab(Cluster(nodes, cluster.pasts))
    assert lab.stage.frame["leader"] == "★ node1 and node2 both lead term 1"


def test_a_still_picture_is_shown_before_the_live_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr("raftlab.widgets.lab.display", lambda bundle, raw: shown.append(bundle))
    Lab(walkthrough())._ipython_display_()
    still, live = shown
    assert 'class="raftlab-still"' in still["text/html"]
    assert "data:image/svg+xml;base64," in still["text/html"]
    assert set(live) == {"application/vnd.jupyter.widget-view+json"}


def test_lab_takes_a_run_a_cluster_or_nothing() -> None:
    assert raftlab.lab().panel.history.cluster == fresh().cluster
    assert raftlab.lab(fresh(5).cluster).panel.history.cluster == fresh(5).cluster
    run = walkthrough()
    assert raftlab.lab(run).panel.history is run


def test_a_leader_that_knows_nothing_of_its_peers_is_shown_and_can_be_stepped() -> None:
    def become_half_a_leader(node: Node) -> Node:
        return replace(node, role=Role.LEADER)

    run = History(fresh().cluster, RAFT.but(become_leader=become_half_a_leader))
    lab = Lab(run)
    for _ in range(8):
        press(lab, "Step ▸")
        if lab.panel.notice:
            break
    assert "become_leader" in lab.stage.frame["notice"]


def test_a_restart_that_keeps_the_role_leaves_a_leader_that_the_lab_can_live_with() -> None:
    def restart_as_leader(node: Node) -> Node:
        return replace(restart(node), role=node.role)

    run = leader_elected()
    lab = Lab(History(run.cluster, RAFT.but(restart=restart_as_leader)))
    lab.controls.command.value = "SET x 1"
    press(lab, "Send")
    press(lab, "Crash")
    # Awake, it would lead; a rule of the paper stumbles, and the notice names the one to blame.
    press(lab, "Restart")
    assert "changed are: restart" in lab.stage.frame["notice"]
    assert not lab.panel.history.cluster.node("node1").up
    press(lab, "Step ▸")


def test_the_other_views_are_drawn_when_they_are_shown_and_follow_each_frame() -> None:
    lab = Lab(figure_8("c"))
    views, ticks = lab.panes.views, lab.panes.ticks
    assert "<svg" in views["Space and time"].svg
    assert views["Space and time"].alt.startswith("Space and time")
    assert views["Roles"].svg == ""
    for tick in ticks.values():
        tick.value = True
    always = [name for name in views if ticks[name].layout.display == ""]
    before = {name: _content(views[name]) for name in always}
    assert all(before.values())
    assert set(views) - set(always) == {"What clients saw", "Beside Raft", "Compared"}
    press(lab, "◂ Back")
    press(lab, "◂ Back")
    assert _content(views["Space and time"]) != before["Space and time"]
    ticks["Roles"].value = False
    assert views["Roles"].layout.display == "none"


def _content(view) -> str:
    return getattr(view, "svg", None) or view.value


def test_a_click_on_an_event_goes_there_even_to_another_line() -> None:
    history = leader_elected(3)
    tip = history.now.number
    history.goto(2)
    history.do(Crash("node2"))
    lab = Lab(history)
    lab._on_followed({"moment": tip})
    assert (history.now.number, lab.panel.place()) == (tip, tip)
    lab._on_followed({"moment": 1})
    assert lab.scrubber.place == 1
