"""A snapshot as it is shown: in the log's picture, in words, on disk, on its way. (§7)"""

import re
from dataclasses import replace

import pytest

from raftlab.raft import (
    Ask,
    Cluster,
    Compact,
    Crash,
    InstallSnapshot,
    Log,
    Replicate,
    SnapshotReply,
    Step,
    step,
)
from raftlab.sim import History, random_run
from raftlab.sim.acts import Arrival
from raftlab.sim.chance import Mix
from raftlab.sim.explain import explain
from raftlab.sim.scenarios import client_ready, fresh
from raftlab.sim.script import deliver_all, perform
from raftlab.sim.words import say_message
from raftlab.views.changes import changes
from raftlab.views.cluster_dot import cluster_dot
from raftlab.views.disk_and_memory import disk_and_memory
from raftlab.views.draw import svg
from raftlab.views.layout import MEDIUM, NARROW, WIDE, Layout
from raftlab.views.palette import DARK, LIGHT
from raftlab.views.pills import title
from raftlab.views.tally import tally
from raftlab.views.text import describe
from tests.modelcheck.compacting import a_snapshot_to_send, committed, gone_and_more, one_behind

PLAIN = str.maketrans("\N{NO-BREAK SPACE}", " ")


def drawn(cluster: Cluster, taken: Step | None = None, layout: Layout = WIDE) -> str:
    """The words in a picture."""
    return svg(cluster_dot(cluster, taken, layout=layout)).translate(PLAIN)


def ids(cluster: Cluster, layout: Layout = WIDE) -> set[str]:
    """What has a name in a picture."""
    return set(re.findall(r'id="([^"]*)"', cluster_dot(cluster, layout=layout)))


def sent() -> History:
    """node1 sends its snapshot to node3."""
    history = gone_and_more()
    perform(history, *(e for e in [history.upcoming()] if e))
    return history


def test_what_is_discarded_is_one_cell_and_what_is_not_has_its_own() -> None:
    history = gone_and_more()
    picture = drawn(history.cluster)
    assert "snapshot to 2" in picture
    assert "last of t2" in picture
    assert "entries up to 2, the last of term 2, are in a snapshot" in picture
    assert {"node1-snapshot", "node1-entry3"} <= ids(history.cluster)
    assert "node1-entry2" not in ids(history.cluster)
    assert "snapshot to" not in drawn(one_behind().cluster)


@pytest.mark.parametrize("layout", [WIDE, MEDIUM, NARROW])
@pytest.mark.parametrize("prefix", [1, 2, 5, 9, 15, 28, 29, 30])
def test_it_is_drawn_however_much_is_left_out(layout: Layout, prefix: int) -> None:
    history = one_behind()
    for number in range(29):
        committed(history, "node2", "node3", text=f"SET x {number}")
    whole = history.cluster.node("node1")
    behind = replace(whole, log=whole.log.after(prefix, 1))
    cluster = replace(history.cluster, nodes=(behind, *history.cluster.nodes[1:]))
    grid = layout.grid(30)
    kept = {f"node1-entry{index}" for index in grid.drawn if prefix < index}
    of_node1 = {name for name in ids(cluster, layout) if name.startswith("node1-")}
    assert of_node1 == {"node1-snapshot", *kept}
    assert drawn(cluster, layout=layout).startswith("<svg")


def test_a_step_that_takes_a_snapshot_removes_nothing() -> None:
    before = gone_and_more()
    last = a_snapshot_to_send().now.step
    assert last is not None
    changed = changes(last.before, last.after)["node1"]
    assert "snapshot" in changed
    assert (changed.entries, changed.removed, changed.applied) == (frozenset(),) * 3
    taken = step(before.cluster, Compact("node2"))
    assert "removed" not in drawn(taken.after, taken)


def test_under_the_columns_a_snapshot_counts_as_a_copy() -> None:
    cluster = a_snapshot_to_send().cluster
    found = tally(cluster, 2)
    assert found is not None
    assert (found.holders, found.committed) == ((True, True, False), True)
    # Of what nobody is known to have committed nothing is claimed.
    bare = replace(cluster.nodes[0], log=Log((), 9, 2))
    assert tally(replace(cluster, nodes=(bare, *cluster.nodes[1:])), 9) is None


def test_on_its_way_it_is_told_like_any_message() -> None:
    history = sent()
    [snapshot] = [m for m in history.cluster.network if isinstance(m, InstallSnapshot)]
    assert title(snapshot) == "InstallSnapshot"
    assert "up to entry 2 t2" in drawn(history.cluster, history.now.step)
    deliver_all(history)
    replies = [
        m.step.event.message
        for m in history.moments
        if m.step and isinstance(getattr(m.step.event, "message", None), SnapshotReply)
    ]
    assert [title(reply) for reply in replies] == ["reply: snapshot"]
    refused = replace(history.cluster, network=(SnapshotReply("node3", "node1", 9),))
    assert "nothing taken: an old term" in drawn(refused)
    told = replace(history.cluster, network=(replies[0],))
    assert "match_index 2" in drawn(told)


def test_the_words_of_a_cluster_say_where_each_entry_is() -> None:
    words = describe(gone_and_more().cluster)
    assert "  Discarded up to entry 2, of term 2\n" in words
    assert "  entry 2, term 2: on 1 of 3 (node2), committed as node2 knows\n" in words
    assert "  entry 2, also in the snapshot of node1\n" in words
    everywhere = gone_and_more()
    perform(everywhere, Compact("node2"))
    assert "  entry 1, also in the snapshots of node1 and node2\n" in describe(everywhere.cluster)


def test_the_disk_holds_it() -> None:
    history = a_snapshot_to_send()
    shown = disk_and_memory(history)
    assert "snapshot up to entry 2, of term 2: x = 1, y = 2 (changed)" in str(shown)
    assert str(shown).count("snapshot") == 1  # whoever has none needs no line for it
    assert "up to entry 2, of term 2: x = 1, y = 2" in shown.html.translate(PLAIN)
    unsaved = replace(history.cluster.nodes[0], disk=one_behind().cluster.nodes[0].disk)
    cluster = replace(history.cluster, nodes=(unsaved, *history.cluster.nodes[1:]))
    assert "never" not in str(disk_and_memory(cluster))
    assert "a snapshot up to entry 2. A crash now would undo it." in str(disk_and_memory(cluster))


def test_the_disk_and_the_memory_say_which_sessions_there_are() -> None:
    history = client_ready()
    perform(history, Ask("client1", "node1", "INCR x"), Arrival("client1", "node1"))
    perform(history, Replicate("node1"))
    deliver_all(history)
    perform(history, Compact("node1"))
    shown = str(disk_and_memory(history))
    assert "snapshot up to entry 2, of term 1: x = 1; sessions 1 (request 2, 1) (changed)" in shown
    assert shown.count("sessions 1 (request 2, 1)") == 2  # in node1's snapshot, and in its memory
    assert "sessions 1 (request 1, no value)" in shown
    perform(history, Crash("node2"))
    assert "sessions 1 (request 1, no value)" in str(disk_and_memory(history))
    assert "sessions" not in str(disk_and_memory(a_snapshot_to_send()))


def test_a_snapshot_on_its_way_says_how_many_sessions_it_has() -> None:
    history = client_ready()
    taken = step(history.cluster, Compact("node1")).after.node("node1").snapshot
    message = InstallSnapshot("node1", "node3", 1, taken)
    assert say_message(message) == "InstallSnapshot, node1 → node3, term 1, up to 1 t1, 1 session"


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_every_moment_of_a_random_run_is_drawn_and_told(theme) -> None:
    mix = Mix(compact=80, command=120, replicate=200, timeout=8)
    for done in random_run(fresh(3).cluster, 3, 250, mix=mix):
        if any(node.snapshot for node in done.after.nodes):
            assert svg(cluster_dot(done.after, done, theme=theme)).startswith("<svg")
            assert describe(done.after)
            assert explain(done).headline
            assert str(disk_and_memory(done))
