"""Pictures of a cluster with clients: their cards, their lines, and what they wait for."""

import re
from html import unescape

import pytest

from raftlab.raft import Ask, ClientReply, ClientRequest, Drop, GiveUp, Heartbeat, Role, Step
from raftlab.raft.ways_to_read import READ_INDEX
from raftlab.sim import Arrival, History, client_ready, random_run
from raftlab.sim.chance import WITH_CLIENTS
from raftlab.sim.conditions import run_until
from raftlab.sim.script import perform
from raftlab.views.client_cards import says, state
from raftlab.views.cluster_dot import cluster_dot
from raftlab.views.draw import svg
from raftlab.views.layout import MEDIUM, NARROW, WIDE, Layout
from raftlab.views.machines import machines_text
from raftlab.views.pills import gather
from raftlab.views.role_diagram import role_diagram_dot
from raftlab.views.space_time import space_time_alt, space_time_dot, space_time_text
from raftlab.views.space_time.layout import scene
from raftlab.views.space_time.operations import Operation, operations
from raftlab.views.strip import strip_svg
from raftlab.views.text import alt, describe


@pytest.fixture(scope="module")
def run() -> History:
    """A run in which clients ask, are answered, and wait."""
    history = History(client_ready().cluster, READ_INDEX)
    for taken in random_run(history.cluster, 3, 120, READ_INDEX, WITH_CLIENTS):
        history.do(taken.event)
    carried = {type(m) for moment in history.moments for m in moment.cluster.network}
    assert carried >= {ClientRequest, ClientReply}
    return history


def words_of(drawn: str) -> str:
    """All that is written in a picture, a line for each piece."""
    return unescape("\n".join(re.findall(r"<text[^>]*>([^<]*)</text>", drawn))).replace("\xa0", " ")


def test_every_moment_is_drawn_and_told(run: History) -> None:
    for moment in run.moments[1::3]:
        assert isinstance(moment.step, Step)
        for view in (cluster_dot, alt, describe, machines_text, role_diagram_dot):
            assert view(moment.cluster, moment.step)


def test_space_and_time_of_it_are_drawn(run: History) -> None:
    for number in (1, 30, 60, 90, 120):
        run.goto(number)
        assert space_time_dot(run)
        assert space_time_text(run)


def test_a_strip_of_it_is_drawn(run: History) -> None:
    assert "<svg" in strip_svg(run, range(0, 120, 30))


def test_a_request_is_a_pill_from_a_card_and_is_told() -> None:
    history = client_ready()
    perform(history, Ask("client1", "node1", "INCR x"))
    (pill,) = gather(history.cluster, history.now.step, None)
    assert pill.sentence == "request from client1 to node1"
    drawn = svg(cluster_dot(history.cluster, history.now.step))
    assert "waits for node1: INCR x" in words_of(drawn)
    assert 'id="client-client1"' in unescape(drawn)
    assert "request: INCR x, client1 → node1" in describe(history.cluster, history.now.step)
    line = "client1: session 1, waits for node1 to answer INCR x, 0 answers so far"
    assert line in describe(history.cluster)
    assert f"{line}." in alt(history.cluster)
    perform(history, Arrival("client1", "node1"))
    assert history.cluster.node("node1").role is Role.LEADER


HOSTILE = "SET x <img/src=x/onerror=alert(1)>"


@pytest.mark.parametrize("layout", [WIDE, MEDIUM, NARROW])
def test_a_client_of_any_name_that_asks_for_anything_is_drawn_on_a_sheet_of_one_size(
    layout: Layout,
) -> None:
    names = ("<b>client & co</b>", "a client with a very long name " * 3)
    history = History(client_ready(5).cluster.with_clients(*names))
    sizes = set()
    for name, command in zip(names, (HOSTILE, f"SET x {'long' * 60}"), strict=True):
        drawn = svg(cluster_dot(history.cluster, history.now.step, layout=layout))
        sizes.add(drawn[: drawn.index("viewBox")])
        history.do(Ask(name, "node1", command))
    assert "<img/src" not in svg(cluster_dot(history.cluster, layout=layout))
    assert len(sizes) == 1


def asked(history: History, command: str) -> None:
    """client1 asks node1, and what comes by itself happens until it is answered."""
    perform(history, Ask("client1", "node1", command))
    assert run_until(history, lambda cluster: cluster.client("client1").request is None).reached


def test_a_card_says_what_its_client_waits_for_and_what_it_was_told() -> None:
    history = client_ready()
    assert state(history.cluster.client("client1")) == "has asked for nothing yet"
    asked(history, "INCR x")
    assert state(history.cluster.client("client1")) == "INCR x → 1"
    perform(history, Ask("client1", "node2", "GET x"))
    assert says(history.cluster.client("client1")) == ("client1, session 1: waits for node2: GET x")
    perform(history, GiveUp("client1"))
    assert state(history.cluster.client("client1")) == "gave up: GET x"


def test_what_a_client_waits_for_is_a_bar_from_its_beginning_to_its_end() -> None:
    history = client_ready()
    start = len(history) - 1
    asked(history, "INCR x")
    answered = len(history) - 1
    perform(history, Ask("client1", "node1", "GET x"), GiveUp("client1"))
    perform(history, Ask("client1", "node3", HOSTILE))
    row, last = 3, len(history) - 1
    session, *found = operations(scene(history, 1040))
    assert session.words("client1").startswith("client1: a session is answered so, from event 10 ")
    assert found == [
        Operation(row, "INCR x", start + 1, answered, "1", returned=True),
        Operation(row, "GET x", answered + 1, answered + 2),
        Operation(row, HOSTILE, last),
    ]
    drawn = svg(space_time_dot(history))
    assert drawn.count('class="node operation"') == len(found) + 1
    assert "<img/src" not in drawn
    assert f"client1 waits for an answer to {HOSTILE} since event {last}" in space_time_alt(history)


def test_a_bar_that_began_before_the_window_is_shown_in_it() -> None:
    history = client_ready()
    perform(history, Ask("client1", "node1", "INCR x"))
    begun = history.now.number
    for _ in range(60):
        history.do(Heartbeat("node1", "node2"))
        history.do(Drop(history.cluster.network[-1]))
    seen = scene(history, 1040)
    assert seen.window.first > begun
    assert [one.start for one in operations(seen)] == [begun]


def test_an_entry_that_opens_a_session_is_no_no_op() -> None:
    history = client_ready()
    assert "session" in words_of(svg(cluster_dot(history.cluster)))
    assert "term 1  session" in describe(history.cluster)
    assert "no-op" not in describe(history.cluster)
