"""Pictures of a cluster with clients: what goes to and from them harms no picture."""

import pytest

from raftlab.raft import Ask, ClientReply, ClientRequest, Role, Step
from raftlab.raft.ways_to_read import READ_INDEX
from raftlab.sim import Arrival, History, client_ready, random_run
from raftlab.sim.chance import WITH_CLIENTS
from raftlab.sim.script import perform
from raftlab.views.cluster_dot import cluster_dot
from raftlab.views.machines import machines_text
from raftlab.views.pills import gather
from raftlab.views.role_diagram import role_diagram_dot
from raftlab.views.space_time import space_time_dot, space_time_text
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


def test_only_messages_between_nodes_have_an_arrow_and_all_are_told() -> None:
    history = client_ready()
    perform(history, Ask("client1", "node1", "INCR x"))
    assert gather(history.cluster, history.now.step, None) == []
    assert "request: INCR x, client1 → node1" in describe(history.cluster, history.now.step)
    line = "client1: session 1, waits for node1 to answer INCR x, 0 answers so far"
    assert line in describe(history.cluster)
    assert f"{line}." in alt(history.cluster)
    perform(history, Arrival("client1", "node1"))
    assert history.cluster.node("node1").role is Role.LEADER
