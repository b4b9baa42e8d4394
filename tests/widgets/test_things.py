"""The things of the picture: which there are, what can be done with each, and why not."""

from html import unescape

from raftlab import Cluster, Crash, Deliver, History, Timeout, fresh, leader_elected, walkthrough
from raftlab.raft import ClientCommand, Heal, why_not
from raftlab.views.cluster_dot import cluster_dot
from raftlab.views.draw import svg
from raftlab.widgets.acts import MESSAGE_ACTS, NODE_ACTS, cut_off
from raftlab.widgets.lab import Lab
from raftlab.widgets.panel import Panel
from raftlab.widgets.things import things

HOSTILE = 'SET x <img src=x onerror="alert(1)">'


def asked_for_votes() -> History:
    history = fresh()
    history.do(Timeout("node1"))
    return history


def test_nodes_come_first_and_then_messages_in_the_order_of_sending() -> None:
    names = [thing.name for thing in Panel(asked_for_votes()).things()]
    assert names == [
        "node1: candidate, term 1",
        "node2: follower, term 0",
        "node3: follower, term 0",
        "RequestVote, node1 → node2, term 1, log empty",
        "RequestVote, node1 → node3, term 1, log empty",
    ]


def test_each_thing_stands_in_the_picture_under_its_id() -> None:
    history = walkthrough()
    for moment in history.line():
        drawn = svg(cluster_dot(moment.cluster, moment.step))
        for thing in things(moment.cluster, moment.cluster, ""):
            assert f'id="{thing.id}"' in unescape(drawn)


def test_a_node_of_any_name_stands_there_too() -> None:
    history = History(Cluster.of("<b>", "node two", "a&b"))
    drawn = svg(cluster_dot(history.cluster))
    assert all(f'id="{thing.id}"' in unescape(drawn) for thing in Panel(history).things())


def test_a_message_can_have_done_what_its_row_offers_and_a_node_more() -> None:
    node, *_, message = Panel(asked_for_votes()).things(" SET x 1 ")
    assert tuple(message.acts) == MESSAGE_ACTS
    assert tuple(node.acts) == (*NODE_ACTS, "Send it SET x 1", "Heal every link")
    assert node.acts["Send it SET x 1"] == ClientCommand("node1", "SET x 1")
    assert node.acts["Heal every link"] == Heal()


def test_a_long_command_is_shortened_in_the_menu_and_sent_whole() -> None:
    command = f"SET x {'v' * 200}"
    node = Panel(leader_elected()).things(command)[0]
    ((act, event),) = [(a, e) for a, e in node.acts.items() if a.startswith("Send it")]
    assert (len(act), act[-1]) == (len("Send it ") + 40, "…")
    assert event == ClientCommand("node1", command)


def test_an_act_on_a_thing_is_the_event_behind_it() -> None:
    panel = Panel(asked_for_votes())
    message = panel.history.cluster.network[0]
    thing = panel.things()[3]
    panel.act(thing.id, thing.name, "Deliver")
    assert panel.history.now.step.event == Deliver(message)


def test_an_act_on_what_has_gone_since_does_nothing() -> None:
    panel = Panel(asked_for_votes())
    thing = panel.things()[3]
    panel.act(thing.id, thing.name, "Drop")
    here = panel.history.now
    # Under this id stands another message now.
    panel.act(thing.id, thing.name, "Deliver")
    panel.act("node9", "node9: follower, term 0", "Crash")
    panel.act("node1", "node1: candidate, term 1", "Explode")
    assert panel.history.now == here


def test_in_the_middle_of_a_step_an_act_happens_before_it() -> None:
    panel = Panel(asked_for_votes())
    panel.step_by_rule()
    last = panel.things()[-1]
    panel.act(last.id, last.name, "Drop")
    assert panel.history.now.number == 2
    assert panel.notice == ""


def test_the_browser_is_told_each_act_and_why_it_cannot_be_done() -> None:
    lab = Lab(leader_elected())
    for thing, told in zip(
        lab.panel.things("SET key1 valueA"), lab.stage.frame["things"], strict=True
    ):
        assert (thing.id, thing.name) == (told["id"], told["name"])
        for (act, event), (label, why) in zip(thing.acts.items(), told["acts"], strict=True):
            assert (act, why_not(lab.panel.history.cluster, event)) == (label, why)


def test_a_click_in_the_picture_acts_and_nonsense_does_not() -> None:
    lab = Lab(asked_for_votes())
    thing = lab.stage.frame["things"][3]
    lab._on_acted({"thing": thing["id"], "name": thing["name"], "act": "Deliver"})
    assert "node2" in lab.stage.frame["headline"]
    here = lab.scrubber.place
    for nonsense in ({"thing": 1}, {"thing": "node1", "name": "node1", "act": "Crash"}, {}, None):
        lab._on_acted(nonsense)
    assert lab.scrubber.place == here
    lab._on_acted({"step": False})
    assert lab.scrubber.place == here - 1
    lab._on_acted({"step": True})
    assert lab.scrubber.place == here


def test_what_a_client_would_send_stands_in_the_menu_as_it_was_typed() -> None:
    lab = Lab(leader_elected())
    lab.controls.command.value = HOSTILE
    labels = [label for label, _ in lab.stage.frame["things"][0]["acts"]]
    assert f"Send it {HOSTILE}" in labels
    assert "<img" not in lab.stage.frame["svg"]


def test_who_was_cut_off_before_stays_cut_off() -> None:
    history = fresh(5)
    history.do(cut_off(history.cluster, "node1"))
    history.do(cut_off(history.cluster, "node2"))
    linked = {
        (one, other)
        for one in history.cluster.names
        for other in history.cluster.names
        if one != other and (one, other) not in history.cluster.cut
    }
    assert {name for link in linked for name in link} == {"node3", "node4", "node5"}


def test_the_message_that_arrived_is_named_as_it_was_in_the_picture_before() -> None:
    lab = Lab(asked_for_votes())
    second = lab.panel.history.cluster.network[1]
    lab.panel.do(Deliver(second))
    lab.show()
    assert lab.stage.frame["arrived"] == "message-1"
    assert (lab.stage.frame["parent"], lab.stage.frame["moment"]) == (1, 2)
    lab.panel.do(Crash("node2"))
    lab.show()
    assert lab.stage.frame["arrived"] is None
