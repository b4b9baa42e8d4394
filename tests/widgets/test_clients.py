"""Clients in the lab: what they can do, as a row of buttons and as a menu of their card."""

from dataclasses import replace

from raftlab import RAFT, Ask, AskAgain, History, fresh, run_until
from raftlab.raft import GiveUp, OpenSession, why_not
from raftlab.sim import client_ready
from raftlab.widgets.acts import CLIENT_ACTS, HELP
from raftlab.widgets.lab import Lab
from raftlab.widgets.panel import Panel
from raftlab.widgets.panes import OPERATIONS


def test_without_clients_there_is_no_row_of_theirs() -> None:
    assert len(Lab(fresh()).box.children[1].children) + 1 == len(
        Lab(client_ready()).box.children[1].children
    )


def test_a_client_asks_again_and_gives_up_and_what_it_cannot_do_says_why() -> None:
    lab = Lab(client_ready())
    acts, controls = lab.controls.client_acts, lab.controls
    controls.command.value, controls.to.value = "INCR x", "node2"
    assert "client1 waits for nothing." in acts.why.value
    acts.buttons["Ask"].click()
    assert lab.panel.history.now.step.event == Ask("client1", "node2", "INCR x")
    assert acts.buttons["Ask"].disabled
    controls.to.value = "node1"
    acts.buttons["Ask again"].click()
    assert lab.panel.history.now.step.event == AskAgain("client1", "node1")
    acts.buttons["Give up"].click()
    assert lab.panel.history.now.step.event == GiveUp("client1")


def test_every_act_of_a_client_is_refused_for_the_reason_that_the_core_has() -> None:
    panel = Panel(client_ready())
    for command in ("INCR x", "", "NONSENSE"):
        for act, why in panel.refusals.client_row("client1", "node1", command).items():
            event = panel.client_act(act, "client1", "node1", command)
            assert why == why_not(panel.history.cluster, event)
    assert set(CLIENT_ACTS) <= set(HELP)


def test_the_card_of_a_client_has_a_menu_of_what_it_can_do_as_it_is() -> None:
    panel = Panel(client_ready())
    client = panel.things("INCR x")[3]
    assert client.id == "client-client1"
    assert list(client.acts) == [f"Ask node{number}: INCR x" for number in (1, 2, 3)]
    panel.act(client.id, client.name, "Ask node2: INCR x", "INCR x")
    waiting = panel.things("INCR x")[3]
    assert [*waiting.acts] == [
        "Ask node1 again",
        "Ask node2 again",
        "Ask node3 again",
        "Give up",
    ]
    newcomer = Panel(type(panel.history)(fresh().cluster.with_clients("client9"))).things("")[3]
    assert newcomer.acts["Open a session at node1"] == OpenSession("client9", "node1")


def test_what_clients_saw_is_a_view_where_there_are_clients() -> None:
    assert Lab(fresh()).panes.ticks[OPERATIONS].layout.display == "none"
    lab = Lab(client_ready())
    view = lab.panes.views[OPERATIONS]
    assert (view.svg, view.alt) == ("", "No client has asked for anything yet.")
    lab.panel.do(Ask("client1", "node1", "SET x <b>"))
    lab.show()
    assert "<svg" in view.svg
    assert "<b>" not in view.svg
    assert "never answered" in view.alt or "SET x <b>" in view.alt


def test_what_is_no_answer_is_said_in_place_of_the_picture() -> None:
    def answer_client(node, result):
        return replace(RAFT.answer_client(node, result), answer="nonsense")

    history = History(client_ready().cluster, RAFT.but(answer_client=answer_client))
    history.do(Ask("client1", "node1", "SET x 1"))
    run_until(history, lambda cluster: cluster.client("client1").request is None)
    view = Lab(history).panes.views[OPERATIONS]
    assert view.alt == "client1's SET x 1 is answered by 'ok', and not by 'nonsense'."
