"""The state machines side by side: what is in them, what a step changed, and nothing unescaped."""

import re
from dataclasses import replace
from html import unescape

from raftlab.raft import ClientCommand, Cluster, Crash, FrozenMap, Replicate, step
from raftlab.sim import leader_elected
from raftlab.sim.history import History
from raftlab.sim.script import deliver_all, perform
from raftlab.views.machines import machines_html, machines_text


def applied() -> History:
    """node1 has just applied entry 1; the others do not know yet that it is committed."""
    history = leader_elected(3)
    perform(history, ClientCommand("node1", "SET x 1"), Replicate("node1"))
    deliver_all(history)
    return history


def words(html: str) -> str:
    return unescape(re.sub("<[^>]*>", "", html))


def test_what_each_node_has_applied() -> None:
    assert machines_text(applied().cluster) == (
        "node1: 1 entry applied; x = 1\n"
        "node2: no entries applied; empty\n"
        "node3: no entries applied; empty"
    )
    shown = words(machines_html(applied().cluster))
    assert "node1 ★ leader1 entry appliedx = 1" in shown
    assert "node2 ○ followerno entries appliedempty" in shown


def test_what_the_step_changed_is_marked() -> None:
    history = applied()
    took = next(m.step for m in history.moments if m.step and m.cluster.node("node1").machine)
    assert "x = 1 (changed)" in machines_text(took.after, took)
    assert "◆ x = 1" in words(machines_html(took.after, took))
    assert "◆" not in words(machines_html(took.after)).replace("◆ changed by", "")


def test_a_crash_empties_the_machine_and_says_so() -> None:
    crashed = step(applied().cluster, Crash("node1"))
    assert "node1: memory lost; x = gone (changed)" in machines_text(crashed.after, crashed)
    assert "✕ down" in words(machines_html(crashed.after, crashed))


def test_what_is_committed_and_not_yet_applied_is_said() -> None:
    node = replace(applied().cluster.node("node1"), last_applied=0, machine=FrozenMap())
    cluster = Cluster((node, *applied().cluster.nodes[1:]), applied().cluster.pasts)
    assert "no entries applied, 1 committed and not yet applied" in machines_text(cluster)


def test_markup_in_a_value_is_shown_as_text() -> None:
    hostile = "<img src=x onerror=alert(1)>"
    node = replace(applied().cluster.node("node1"), machine=FrozenMap.of({"<b>": hostile}))
    cluster = Cluster((node, *applied().cluster.nodes[1:]), applied().cluster.pasts)
    html = machines_html(cluster)
    assert "<img" not in html
    assert "<b>" not in html
    assert f"<b> = {hostile}" in words(html)
