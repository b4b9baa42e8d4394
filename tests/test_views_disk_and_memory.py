"""Disk and memory apart: what a crash leaves, what it takes, and where the two do not agree."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from IPython.core.interactiveshell import InteractiveShell

from raftlab import (
    RAFT,
    ClientCommand,
    Crash,
    Deliver,
    History,
    Log,
    Node,
    Restart,
    Timeout,
    fresh,
    leader_elected,
    walkthrough,
)
from raftlab.raft import Cluster, FrozenMap, Role
from raftlab.raft.node import persist, restart
from raftlab.sim.beats import beats
from raftlab.views.disk_and_memory import DiskAndMemory, disk_and_memory
from raftlab.views.lifetimes import Fact, lifetimes
from tests.raft.clusters import cluster, entries, log, node
from tests.raft.runs import drive


class Page(HTMLParser):
    """The words of a fragment, with every struck one; complains of what nothing closes."""

    def __init__(self, fragment: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self.struck: list[str] = []
        self.feed(fragment)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        (self.struck if "s" in self.open else self.words).append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words)).strip()

    @property
    def gone(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.struck)).strip()


def page(shown: DiskAndMemory) -> Page:
    return Page(shown.html)


def committed_by_all() -> History:
    """node1 leads, and every node has applied one command."""
    run = leader_elected()
    run.do(ClientCommand("node1", "SET x 1"))
    while {n.last_applied for n in run.cluster.nodes} != {1} or run.cluster.network:
        run.do(run.upcoming())
    return run


BEFORE = """\
node1: leader
  On disk: current_term 1; voted_for node1; log of 1 entry
    1  term 1  SET x 1
  Only in memory: role leader; leader_id node1; votes_received none; commit_index 1; \
last_applied 1; machine x = 1; next_index node2 2, node3 2; match_index node2 1, node3 1"""

CRASHED = """\
node1: down
  On disk: current_term 1; voted_for node1; log of 1 entry
    1  term 1  SET x 1
  Memory: lost in this crash: role leader; leader_id node1; votes_received none; commit_index 1; \
last_applied 1; machine x = 1; next_index node2 2, node3 2; match_index node2 1, node3 1"""

STILL_DOWN = """\
node1: down
  On disk: current_term 1; voted_for node1; log of 1 entry
    1  term 1  SET x 1
  Memory: lost"""

AGAIN = """\
node1: follower
  On disk: current_term 1; voted_for node1; log of 1 entry
    1  term 1  SET x 1
  Only in memory, which begins anew: role follower; leader_id none; votes_received none; \
commit_index 0; last_applied 0; machine empty; next_index empty; match_index empty"""


def of_node1(shown: DiskAndMemory) -> str:
    return str(shown).split("\n\n")[0]


def test_a_crash_takes_the_memory_and_leaves_the_disk_in_words() -> None:
    run = committed_by_all()
    assert of_node1(disk_and_memory(run.cluster)) == BEFORE
    run.do(Crash("node1"))
    assert of_node1(disk_and_memory(run)) == CRASHED
    assert of_node1(disk_and_memory(run.cluster)) == STILL_DOWN
    run.do(Restart("node1"))
    assert of_node1(disk_and_memory(run)) == AGAIN


def test_a_crash_strikes_out_what_it_takes_in_the_table() -> None:
    run = committed_by_all()
    assert page(disk_and_memory(run)).gone == ""
    run.do(Crash("node1"))
    crashed = page(disk_and_memory(run))
    assert "✕ ◆ lost in this crash:" in crashed.text
    assert crashed.gone.startswith("role leader leader_id node1 votes_received none")
    assert "machine x = 1" in crashed.gone
    assert "current_term" not in crashed.gone
    run.do(Timeout("node2"))
    later = page(disk_and_memory(run))
    assert later.gone == ""
    assert "✕ down current_term 1 voted_for node1 log 1 t1 SET x 1 ✕ lost" in later.text


def test_a_restart_says_that_memory_begins_anew() -> None:
    run = committed_by_all()
    run.play(Crash("node1"), Restart("node1"))
    assert "◆ begins anew role follower" in page(disk_and_memory(run)).text


def test_what_a_step_changed_is_marked_by_a_sign_as_well_as_by_colour() -> None:
    run = fresh()
    run.do(Timeout("node1"))
    text = page(disk_and_memory(run)).text
    assert "◆ current_term 1 ◆ voted_for node1" in text
    assert "◆ role candidate" in text
    assert "◆ votes_received node1" in text
    assert text.count("◆") == 1 + 4  # the legend's, and those
    assert "◆" not in page(disk_and_memory(run.cluster)).text.replace("◆ changed", "", 1)
    assert "current_term 1 (changed); voted_for node1 (changed)" in str(disk_and_memory(run))


def test_entries_are_marked_that_came_and_named_that_went() -> None:
    run = leader_elected()
    run.do(ClientCommand("node1", "SET x 1"))
    assert "log ◆ 1 t1 SET x 1" in page(disk_and_memory(run)).text
    assert "    1  term 1  SET x 1  (changed)" in str(disk_and_memory(run))
    longer = node("node1", 1, 2, 2)
    shorter = persist(replace(longer, log=log(1)))
    step = replace(run.now.step, before=cluster(longer, node("node2")))
    shown = DiskAndMemory(cluster(shorter, node("node2")), step)
    assert "◆ entries 2 and 3 removed" in page(shown).text
    assert "    entries 2 and 3 removed (changed)" in str(shown)


def test_before_a_turn_has_saved_it_says_what_is_in_memory_alone() -> None:
    run = fresh()
    taken = run.do(Timeout("node1")).step
    assert taken is not None
    said = [lifetimes(beat.after, beat)[0].notes for beat in beats(taken)]
    note = ("In memory, and not on disk: term 1, voted for node1. A crash now would undo it.",)
    assert said[0] == ()
    assert note in said
    assert lifetimes(taken.after, taken)[0].notes == ()
    halfway = next(beat for beat in beats(taken) if lifetimes(beat.after, beat)[0].notes)
    text = page(DiskAndMemory(halfway.after, halfway)).text
    assert f"≠ {note[0]}" in text
    assert "○ follower" in text
    assert "◆ current_term" not in text


def forget_to_save(node: Node) -> Node:
    return node


def test_under_a_rule_that_never_saves_it_says_what_the_crash_has_undone() -> None:
    run = History(fresh().cluster, RAFT.but(persist=forget_to_save))
    run.do(Timeout("node1"))
    (ask,) = [m for m in run.cluster.network if m.receiver == "node2"]
    run.do(Deliver(ask))
    node2 = lifetimes(run.cluster, run.now.step)[1]
    assert node2.disk == (Fact("current_term", "0"), Fact("voted_for", "none"))
    assert node2.notes == (
        "In memory, and not on disk: term 1, voted for node1. A crash now would undo it.",
    )
    run.do(Crash("node2"))
    (note,) = lifetimes(run.cluster, run.now.step)[1].notes
    assert note == "It was in memory and never on disk: term 1, voted for node1."
    assert note in page(disk_and_memory(run)).text
    assert note in str(disk_and_memory(run))


def test_a_log_that_is_not_saved_is_named_by_its_entries() -> None:
    halfway = replace(node("node1", 1, 1), log=Log(entries(1, 2, 2)))
    (life,) = lifetimes(cluster(halfway), None)
    assert life.notes[0].startswith(
        "In memory, and not on disk: entry 2 deleted, entries 2 and 3 added."
    )
    assert [kept.entry.term for kept in life.entries] == [1, 1]


def restart_as_leader(node: Node) -> Node:
    return replace(restart(node), role=node.role, commit_index=node.commit_index)


def test_a_restart_that_keeps_what_was_in_memory_is_told_of_the_node_that_is_down() -> None:
    run = committed_by_all()
    run = History(run.cluster, RAFT.but(restart=restart_as_leader))
    run.do(Crash("node1"))
    note = "It will not restart as its disk says, but with: leader, commit_index 1."
    assert lifetimes(run.cluster, run.now.step)[0].notes == (note,)
    assert lifetimes(run.cluster, None)[0].notes == (note,)


def test_a_crash_in_mid_turn_takes_what_the_turn_had_come_to() -> None:
    run = fresh()
    taken = run.do(Crash("node1", Timeout("node1"))).step
    node1, *_ = lifetimes(run.cluster, taken)
    assert node1.disk == (Fact("current_term", "1", True), Fact("voted_for", "node1", True))
    assert Fact("role", "candidate") in node1.memory
    assert node1.turn == "lost in this crash"
    assert taken is not None
    for beat in beats(taken):
        assert lifetimes(beat.after, beat)[0].turn == ""


def test_a_recorded_crash_whose_rules_are_not_here_takes_what_there_was_before() -> None:
    run = committed_by_all()
    taken = run.do(Crash("node1")).step
    assert taken is not None
    node1, *_ = lifetimes(run.cluster, replace(taken, firings=()))
    assert Fact("role", "leader") in node1.memory


def test_markup_in_a_command_is_shown_as_text() -> None:
    run = leader_elected()
    run.do(ClientCommand("node1", 'SET <b>x</b> "&'))
    while not run.cluster.node("node1").machine:
        run.do(run.upcoming())
    shown = page(disk_and_memory(run))
    assert "b" not in shown.tags
    assert 'SET <b>x</b> "&' in shown.text
    assert 'machine <b>x</b> = "&' in shown.text


def test_a_long_log_shows_terms_alone_and_a_longer_one_leaves_out_its_middle() -> None:
    some = cluster(node("node1", *(1,) * 6))
    assert "log 1 t1 2 t1 3 t1" in page(DiskAndMemory(some)).text
    assert 'title="SET x6 t1"' in DiskAndMemory(some).html
    many = DiskAndMemory(cluster(node("node1", *(1,) * 30)))
    assert "… 10 entries left out here …" in page(many).text
    assert "    … 10 entries left out here …" in str(many)


def test_a_discarded_prefix_is_named() -> None:
    kept = persist(replace(node("node1"), log=Log(entries(3, start=5), 4, 2)))
    shown = DiskAndMemory(cluster(kept))
    assert "log discarded up to entry 4, of term 2 5 t3 SET x5 t3" in page(shown).text
    assert "log of 1 entry, discarded up to entry 4, of term 2" in str(shown)


def test_a_machine_of_many_keys_says_how_many_more_there_are() -> None:
    machine = FrozenMap.of({f"key{number}": "1" for number in range(10)})
    full = replace(node("node1"), machine=machine)
    assert ", key7 = 1, 2 more" in page(DiskAndMemory(cluster(full))).text


def test_a_run_a_moment_a_step_and_a_cluster_can_be_shown_and_nothing_else() -> None:
    run = walkthrough()
    run.forward()
    step = run.now.step
    assert step is not None
    assert disk_and_memory(run) == disk_and_memory(run.now) == disk_and_memory(step)
    assert disk_and_memory(step) == DiskAndMemory(step.after, step)
    assert disk_and_memory(step.after) == DiskAndMemory(step.after)
    with pytest.raises(TypeError, match=r"a run, a moment, a step or a cluster, not 3\."):
        disk_and_memory(3)  # type: ignore[arg-type]


def test_in_a_cell_it_shows_itself_as_a_card_and_in_words() -> None:
    shown = disk_and_memory(walkthrough())
    data, _ = InteractiveShell().display_formatter.format(shown)
    assert data["text/plain"] == str(shown)
    card = data["text/html"].split("</style>", 1)[1]
    assert card.startswith('<div style="box-sizing')
    assert {"table", "th", "td"} <= set(Page(card).tags)


def test_no_colour_is_for_one_theme_alone() -> None:
    html = re.sub(r"light-dark\([^)]*\)", "", disk_and_memory(committed_by_all()).html)
    assert re.findall(r"#[0-9a-f]{6}", html) == []
    assert "$" not in html


@pytest.mark.parametrize("size", [1, 3, 5])
def test_every_cluster_can_be_shown_and_says_the_same_in_both_ways(size: int) -> None:
    names = tuple(f"node{number}" for number in range(1, size + 1))
    for done in drive(Cluster.of(*names), seed=size, length=80):
        shown = DiskAndMemory(done.after, done)
        words, table = str(shown), page(shown)
        for life in lifetimes(done.after, done):
            facts = [*life.disk, *life.memory]
            assert all(f"{fact.field} {fact.value}" in words for fact in facts)
            everything = f"{table.text} {table.gone}"
            assert all(fact.value in everything for fact in facts)
            assert bool(life.memory) or not life.node.up
            assert life.notes == ()
            assert life.node.role is Role.FOLLOWER or life.node.up
