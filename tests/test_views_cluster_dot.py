"""The picture of a cluster, read from its DOT: never from its SVG, which differs by machine."""

import re
from contextlib import nullcontext
from dataclasses import replace
from html import unescape

import pygraphviz
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from raftlab.raft import (
    ClientCommand,
    Cluster,
    Crash,
    Cut,
    Deliver,
    Drop,
    Event,
    Message,
    Partition,
    Replicate,
    Restart,
    Step,
    Timeout,
    enabled,
    step,
)
from raftlab.views import draw
from raftlab.views.cluster_dot import cluster_dot
from raftlab.views.layout import MEDIUM, NARROW, WIDE, Layout
from raftlab.views.palette import DARK, LIGHT
from raftlab.views.sheet import width_of

THREE = Cluster.of("node1", "node2", "node3")
FIVE = Cluster.of("node1", "node2", "node3", "node4", "node5")
NASTY = 'SET <b>&amp;"\\N\\l</TABLE>日本 {|}' + "x" * 60


def play(cluster: Cluster, *events: Event) -> Step:
    """Let events happen in turn, every message being delivered after each but the last."""
    for event in events[:-1]:
        cluster = step(cluster, event).after
        while cluster.network:
            cluster = step(cluster, Deliver(cluster.network[0])).after
    return step(cluster, events[-1])


def led(cluster: Cluster, *events: Event) -> Step:
    return play(cluster, Timeout("node1"), *events)


Attributes = dict[str, str]


class Picture:
    """What a reader of the DOT finds in it."""

    def __init__(self, dot: str) -> None:
        graph = pygraphviz.AGraph(string=dot)
        self.nodes: list[Attributes] = [
            {"name": node.name, "pos": "", "label": "", "class": "", **node.attr}
            for node in graph.nodes()
        ]
        self.arrows: list[Attributes] = [
            {"from": edge[0], "to": edge[1], "id": "", **edge.attr} for edge in graph.edges()
        ]
        self.by_id = {found["id"]: found for found in self.nodes if found.get("id")}

    def words(self) -> list[str]:
        """The words of each node that is drawn, as they will be read."""
        labels = [node["label"] or "" for node in self.nodes]
        return [re.sub("<[^>]*>", "", label).replace("&#160;", " ") for label in labels]

    def all_words(self) -> str:
        return "\n".join(self.words())


def picture(after: Step | Cluster, **how: object) -> Picture:
    cluster, came = (after.after, after) if isinstance(after, Step) else (after, None)
    return Picture(cluster_dot(cluster, came, **how))  # type: ignore[arg-type]


def test_every_role_has_its_sign_and_its_word() -> None:
    crashed = led(FIVE, Crash("node5"))
    words = picture(play(crashed.after, Timeout("node2"))).words()
    assert "★" in words
    assert "node1  leader" in words
    assert "◐" in words
    assert "node2  candidate  1 of 5  ◆" in words
    assert "○" in words
    assert "✕" in words
    assert "node5  down" in words


def test_a_card_tells_term_vote_and_state() -> None:
    words = picture(led(THREE, ClientCommand("node1", "SET x 1"), Replicate("node1"))).words()
    assert words.count("term 1") == 3
    assert words.count("voted for node1") == 3
    assert "machine empty" in words
    assert picture(THREE).words().count("no vote yet") == 3


def test_a_down_node_tells_what_is_left_of_it() -> None:
    words = picture(led(THREE, Crash("node3"))).words()
    assert words.count("memory: lost") == 1
    assert words.count("commit_index 0") == 2


def run_to_commit() -> Cluster:
    cluster = led(THREE, ClientCommand("node1", "SET x 1"), Timeout("node2")).before
    cluster = step(cluster, Replicate("node1", "node2")).after
    for _ in range(2):
        cluster = step(cluster, Deliver(cluster.network[0])).after
    return cluster


def test_committed_is_solid_and_uncommitted_is_dashed() -> None:
    labels = picture(run_to_commit()).by_id
    assert 'BORDER="2" STYLE="solid"' in labels["node1-entry1"]["label"]
    assert 'BORDER="1" STYLE="dashed"' in labels["node2-entry1"]["label"]
    assert "✓" in labels["node1-entry1"]["label"]
    assert "✓" not in labels["node2-entry1"]["label"]
    assert labels["node1-entry1"]["tooltip"] == "entry 1: SET x 1, term 1, applied"
    assert labels["node2-entry1"]["tooltip"] == "entry 1: SET x 1, term 1, not committed"


def test_the_commit_index_is_a_bar() -> None:
    bars = [node for node in picture(run_to_commit()).nodes if node["class"] == "commit"]
    assert [bar["tooltip"] for bar in bars] == ["commit_index 1"]


def test_the_leaders_beliefs_stand_in_the_other_rows() -> None:
    words = picture(run_to_commit()).words()
    assert "▲ match 1" in words
    assert "△ next 2" in words
    assert "▲ match 0" in words
    before = picture(led(THREE, ClientCommand("node1", "SET x 1")))
    assert "counts 1 of 3" in before.words()


def test_the_truth_stands_under_each_column() -> None:
    words = picture(run_to_commit()).words()
    assert "copies on nodes 1 to 3" in words
    assert words[words.index("● ● ○") :][:3] == ["● ● ○", "t1 on 2 of 3", "committed"]


def test_a_majority_that_is_not_committed_is_framed() -> None:
    lone = led(THREE, ClientCommand("node1", "SET x 1"), Replicate("node1", "node2")).after
    arrived = step(lone, Deliver(lone.network[0])).after
    shown = picture(arrived)
    assert "t1 on 2 of 3" in shown.words()
    assert "not committed" in shown.words()
    framed = [n for n in shown.nodes if n.get("style") == "filled,dashed"]
    # One in the legend, one around the tally.
    assert len(framed) == 2


def test_equal_entries_in_neighbouring_rows_are_joined() -> None:
    edges = picture(run_to_commit()).arrows
    assert sum(edge["class"] == "stratum" for edge in edges) == 1


def test_a_message_is_a_pill_with_an_arrow_in_and_an_arrow_out() -> None:
    shown = picture(play(THREE, Timeout("node1")))
    pill = shown.by_id["message-0"]
    assert pill["URL"] == "#message-0"
    assert pill["tooltip"] == "RequestVote from node1 to node2, term 1"
    assert "◆ RequestVote to node2t1" in shown.all_words()
    edges = {edge["id"]: edge for edge in shown.arrows}
    sent, arrives = edges["message-0-sent"], edges["message-0-arrives"]
    assert (sent["to"], arrives["from"]) == (pill["name"], pill["name"])
    assert sent["from"] == shown.by_id["node1"]["name"]
    assert arrives["to"] == shown.by_id["node2"]["name"]
    assert (arrives["style"], arrives["arrowhead"]) == ("dashed", "normal")


def test_each_kind_of_message_has_its_own_look() -> None:
    asked = play(THREE, Timeout("node1")).after
    voted = step(asked, Deliver(asked.network[0]))
    won = step(voted.after, Deliver(voted.after.network[-1]))
    heard = step(won.after, Deliver(won.after.network[1]))
    looks = {}
    for one in (asked, voted, won, heard):
        shown = picture(one)
        names = {node["name"]: node.get("tooltip") or "" for node in shown.nodes}
        for edge in shown.arrows:
            if edge["id"].endswith("-arrives"):
                kind = names[edge["from"]].split(" from")[0]
                looks[kind] = (edge["style"], edge["arrowhead"], edge["penwidth"])
    assert looks == {
        "RequestVote": ("dashed", "normal", "2"),
        "vote: granted": ("dashed", "vee", "2"),
        "heartbeat": ("solid", "normal", "2"),
        "reply: success": ("solid", "vee", "1.5"),
    }


def test_the_selected_message_is_marked_and_only_it() -> None:
    asked = play(THREE, Timeout("node1")).after
    shown = picture(asked, selected=asked.network[1])
    classes = {name: shown.by_id[name]["class"] for name in ("message-0", "message-1")}
    assert classes == {"message-0": "message", "message-1": "message selected"}


def test_a_lost_message_ends_nowhere() -> None:
    asked = play(THREE, Timeout("node1")).after
    shown = picture(step(asked, Drop(asked.network[0])))
    assert "lost-0" in shown.by_id
    assert not shown.by_id["lost-0"].get("URL")
    assert "1 message in flight   ✕ 1 lost" in shown.words()
    ids = {edge["id"] for edge in shown.arrows}
    assert "lost-0-sent" in ids
    assert "lost-0-arrives" not in ids


def test_a_link_cut_one_way_says_which() -> None:
    one_way = step(THREE, Cut("node1", "node3")).after
    assert "cannot reach node3" in picture(one_way).words()
    assert "cannot hear node1" in picture(one_way).words()
    both = step(step(one_way, Cut("node3", "node1")).after, Cut("node1", "node2")).after
    assert "cut off from node3; cannot reach node2" in picture(both).words()


def test_cut_off_nodes_say_so() -> None:
    shown = picture(led(FIVE, Partition((("node1", "node2"),))))
    assert shown.words().count("cut off from node3, node4, node5") == 2
    assert shown.words().count("cut off from node1, node2") == 3
    assert shown.by_id["node1"]["style"] == "rounded,filled,dashed"


def test_what_a_step_changed_is_marked() -> None:
    shown = picture(led(THREE, ClientCommand("node1", "SET x 1")))
    assert sum(node["class"] == "changed" for node in shown.nodes) == 1
    unmarked = picture(led(THREE, ClientCommand("node1", "SET x 1")).after)
    assert "◆" not in unmarked.all_words().replace("◆\nchanged by this event", "")


def test_entries_that_a_step_removed_are_marked_where_they_stood() -> None:
    long = led(THREE, *(ClientCommand("node1", f"SET x {number}") for number in range(3))).after
    other = play(long, Timeout("node2"), ClientCommand("node2", "SET y 1"))
    sent = step(other.after, Replicate("node2", "node1")).after
    shown = picture(step(sent, Deliver(sent.network[0])), columns=3)
    assert shown.words().count("◆ removed") == 2
    assert "node1-entry1" in shown.by_id
    assert "node1-entry2" not in shown.by_id


def test_the_middle_of_a_step_can_be_drawn() -> None:
    asked = play(THREE, Timeout("node1")).after
    voted = step(asked, Deliver(asked.network[0])).after
    won = step(voted, Deliver(voted.network[-1]))
    counted = next(firing.node for firing in won.firings if firing.rule == "record_vote")
    middle = replace(won.before, nodes=(counted, *won.before.nodes[1:]))
    assert "node1  candidate  2 of 3  ◆" in Picture(cluster_dot(middle, won)).words()


def test_many_messages_keep_one_line_and_very_many_are_counted() -> None:
    nine = Cluster.of(*[f"node{number}" for number in range(1, 10)])
    eight = play(nine, Timeout("node1"))
    assert "its log is empty" not in picture(eight).words()
    assert "message-7" in picture(eight).by_id
    assert "its log is empty" in picture(play(FIVE, Timeout("node1"))).all_words()
    sixteen = step(eight.after, Timeout("node1"))
    shown = picture(sixteen)
    assert "◆ 2 messages to node9" in shown.all_words()
    assert "16 messages in flight" in shown.words()


def test_more_pairs_of_nodes_than_there_is_room_for_are_owned_up_to() -> None:
    seven = Cluster.of(*[f"node{number}" for number in range(1, 8)])
    cluster = seven
    for name in seven.names:
        cluster = step(cluster, Timeout(name)).after
    heading = next(words for words in picture(cluster).words() if "in flight" in words)
    assert re.fullmatch(r"42 messages in flight, \d+ not drawn", heading)


@pytest.mark.parametrize("layout", [WIDE, MEDIUM, NARROW], ids=["wide", "medium", "narrow"])
def test_nodes_never_move_during_a_history(layout: Layout) -> None:
    cluster, positions, sizes = FIVE, set(), set()
    commands = [ClientCommand("node1", f"SET x {number}") for number in range(20)]
    for event in (Timeout("node1"), *commands, Crash("node1"), Restart("node1")):
        came = play(cluster, event)
        cluster = came.after
        while cluster.network:
            cluster = step(cluster, Deliver(cluster.network[0])).after
        shown = picture(came, layout=layout)
        positions.add(tuple(shown.by_id[name]["pos"] for name in FIVE.names))
        sizes.add(shown.nodes[0]["pos"])
    assert len(positions) == 1
    assert len(sizes) == 1


def test_columns_of_a_whole_history_keep_cells_where_they_are() -> None:
    early = picture(led(THREE, ClientCommand("node1", "SET x 1")), columns=7)
    late = led(THREE, *(ClientCommand("node1", f"SET x {number}") for number in range(7)))
    assert (
        early.by_id["node1-entry1"]["pos"] == picture(late, columns=7).by_id["node1-entry1"]["pos"]
    )


def test_a_long_log_says_how_much_of_it_is_not_drawn() -> None:
    long = led(THREE, *(ClientCommand("node1", f"SET x {number}") for number in range(20)))
    shown = picture(long)
    assert "8 more" in shown.words()
    assert "node1-entry4" in shown.by_id
    assert "node1-entry5" not in shown.by_id
    assert "node1-entry13" in shown.by_id
    assert "node1-entry20" in shown.by_id


def test_a_learners_words_are_escaped_and_shortened_and_whole_in_the_tooltip() -> None:
    came = led(THREE, ClientCommand("node1", NASTY), Replicate("node1"))
    cell = picture(came).by_id["node1-entry1"]
    assert "SET&#160;&lt;b&gt;&amp;" in cell["label"]
    assert "…" in cell["label"]
    titles = re.findall("<title>([^<]*)</title>", draw.svg(cluster_dot(came.after, came)))
    assert f"entry 1: {NASTY}, term 1, not committed" in [unescape(title) for title in titles]


@pytest.mark.parametrize(
    "value",
    [r"\N\N", r"\\N", r"\G\L\E\T\H", r"\n\l\r", "\\", "&#92;N", "&amp;\\", "&lt;"],
)
def test_backslashes_and_entities_come_out_as_themselves(value: str) -> None:
    name, command = r"a\Nb", f"SET x {value}"
    came = play(Cluster.of(name), Timeout(name), ClientCommand(name, command))
    drawn = draw.svg(cluster_dot(came.after, came, columns=2))
    texts = [
        unescape(text).replace("\xa0", " ") for text in re.findall("<text[^>]*>([^<]*)", drawn)
    ]
    titles = [unescape(title) for title in re.findall("<title>([^<]*)</title>", drawn)]
    assert f"SET x {value}" in texts
    assert name in texts
    assert f"entry 1: SET x {value}, term 1, applied" in titles
    assert any(title.startswith(f"{name}: leader, term 1") for title in titles)


def test_a_narrow_picture_tells_the_state_too() -> None:
    words = picture(run_to_commit(), layout=NARROW).words()
    assert words.count("commit_index 1") == 1
    assert words.count("last_applied 0") == 2
    assert "x = 1" in words
    down = picture(led(THREE, Crash("node3")), layout=NARROW).words()
    assert "on disk: term, vote, log" in down
    assert "memory: lost" in down


@pytest.mark.parametrize("layout", [WIDE, MEDIUM, NARROW], ids=["wide", "medium", "narrow"])
@pytest.mark.parametrize("entries", [9, 10, 120])
def test_a_state_is_told_by_whole_numbers(layout: Layout, entries: int) -> None:
    one = Cluster.of("node1")
    commands = [ClientCommand("node1", f"SET key{n % 3} value{n}") for n in range(entries)]
    words = picture(play(one, Timeout("node1"), *commands), layout=layout).words()
    assert {f"commit_index {entries}", f"commit {entries}"} & set(words)
    assert {f"last_applied {entries}", f"applied {entries}"} & set(words)
    assert any(shown.endswith(("(+2)", " +2")) for shown in words)


@pytest.mark.parametrize("layout", [WIDE, MEDIUM, NARROW], ids=["wide", "medium", "narrow"])
@pytest.mark.parametrize("entries", [3, 7, 12, 30])
def test_no_word_is_smaller_than_ten_pixels(layout: Layout, entries: int) -> None:
    nine = Cluster.of(*[f"node{number}" for number in range(1, 10)])
    commands = [ClientCommand("node1", f"SET x {number}") for number in range(entries)]
    came = play(nine, Timeout("node1"), *commands)
    drawn = draw.svg(cluster_dot(came.after, came, layout=layout))
    assert min(float(size) for size in re.findall(r'font-size="([\d.]+)"', drawn)) >= 10


@pytest.mark.parametrize("layout", [WIDE, MEDIUM, NARROW], ids=["wide", "medium", "narrow"])
@pytest.mark.parametrize("entries", range(1, 20))
def test_what_the_leader_believes_stands_apart_and_within_the_card(
    layout: Layout, entries: int
) -> None:
    commands = [ClientCommand("node1", f"SET x {number}") for number in range(entries)]
    sent = play(THREE, Timeout("node1"), *commands, Replicate("node1")).after
    while sent.network:
        sent = step(sent, Deliver(sent.network[0])).after
    drawn = picture(sent, layout=layout, columns=entries).nodes
    ends = {}
    for mark in ("▲", "△"):
        found = [n for n in drawn if (n["label"] or "").startswith(mark) and n.get("fontsize")]
        # The first of each kind is node2's: the legend's signs come last.
        words, size = found[0]["label"], float(found[0]["fontsize"])
        middle, half = float(found[0]["pos"].split(",")[0]), width_of(words, size) / 2
        ends[mark] = (middle - half, middle + half)
    assert ends["▲"][1] <= ends["△"][0] + 2.5
    assert ends["△"][1] <= layout.card_width - 4


@pytest.mark.parametrize("layout", [WIDE, MEDIUM, NARROW], ids=["wide", "medium", "narrow"])
def test_a_short_history_shows_its_commands_whole(layout: Layout) -> None:
    came = play(Cluster.of("node1"), Timeout("node1"), ClientCommand("node1", "SET key1 valueA"))
    assert "1t1SET key1 valueA✓" in picture(came, layout=layout, columns=2).words()


NAMES = ['<b>&"', "a\\N\\lb", "node:1|{x}", "日本語サーバーの名前です", "x" * 200, "n\n\0\ud800"]


def noise(dot: str, capfd: pytest.CaptureFixture[str]) -> list[str]:
    """What Graphviz complains of while it draws."""
    capfd.readouterr()
    draw._graphviz(dot)
    said = capfd.readouterr().err.splitlines()
    return [line for line in said if not line.startswith("Fontconfig")]


@pytest.fixture
def loud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draw, "_quiet_stderr", nullcontext)


@pytest.mark.usefixtures("loud")
@pytest.mark.parametrize("layout", [WIDE, MEDIUM, NARROW], ids=["wide", "medium", "narrow"])
def test_names_and_commands_may_be_anything(
    layout: Layout, capfd: pytest.CaptureFixture[str]
) -> None:
    cluster = Cluster.of(*NAMES)
    came = play(cluster, Timeout(NAMES[0]), ClientCommand(NAMES[0], NASTY), Replicate(NAMES[0]))
    cut = step(came.after, Partition(((NAMES[0], NAMES[1]),)))
    for shown in (came, cut):
        dot = cluster_dot(shown.after, shown, layout=layout)
        assert noise(dot, capfd) == []
    # Only one of these names can be an id in the picture; the others go by their number.
    named = sum(name.startswith("server") for name in picture(came).by_id if "-" not in name)
    assert named == 5


@st.composite
def steps(draw_: st.DrawFn) -> Step:
    """A step of some run, through elections, commands, losses, crashes and partitions."""
    count = draw_(st.integers(1, 9))
    cluster = Cluster.of(*[f"node{number}" for number in range(1, count + 1)])
    came = step(cluster, Timeout("node1"))
    for _ in range(draw_(st.integers(0, 40))):
        possible = list(enabled(came.after, ("SET x 1", NASTY)))
        came = step(came.after, draw_(st.sampled_from(possible)))
    return came


@pytest.mark.parametrize("layout", [WIDE, MEDIUM, NARROW], ids=["wide", "medium", "narrow"])
def test_a_log_of_twelve_entries_is_drawn_whole(layout: Layout) -> None:
    assert layout.grid(12).drawn == tuple(range(1, 13))
    assert layout.grid(15).hidden > 0


@pytest.mark.usefixtures("loud")
@pytest.mark.parametrize("layout", [WIDE, MEDIUM, NARROW], ids=["wide", "medium", "narrow"])
@pytest.mark.parametrize("entries", [1, 2, 3, 4, 5, 7, 9, 10, 12, 16])
def test_every_width_of_cell_holds_what_is_written_in_it(
    capfd: pytest.CaptureFixture[str], entries: int, layout: Layout
) -> None:
    for length in (1, 2, 5, 9, 20):
        commands = [ClientCommand("node1", f"SET k {'v' * length}{n}") for n in range(entries)]
        came = play(Cluster.of("node1"), Timeout("node1"), *commands)
        assert noise(cluster_dot(came.after, came, layout=layout), capfd) == []


@pytest.mark.usefixtures("loud")
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    steps(),
    st.sampled_from([WIDE, MEDIUM, NARROW]),
    st.sampled_from([LIGHT, DARK]),
    st.integers(1, 30),
)
def test_graphviz_draws_any_cluster_without_complaint(
    capfd: pytest.CaptureFixture[str], came: Step, layout: Layout, theme: object, columns: int
) -> None:
    selected: Message | None = next(iter(came.after.network), None)
    dot = cluster_dot(
        came.after, came, columns=columns, layout=layout, theme=theme, selected=selected
    )
    assert noise(dot, capfd) == []
    size = re.match(r'<svg .*?width="(\d+)" height="(\d+)"', draw.svg(dot))
    assert size is not None
    # Nothing stands out of the canvas, or the picture would grow and everything in it move.
    assert tuple(map(int, size.groups())) == (layout.width, layout.height(len(came.after.nodes)))


@pytest.mark.parametrize("layout", [WIDE, MEDIUM, NARROW])
def test_the_commit_bar_stands_beside_the_words_of_a_gap(layout: Layout) -> None:
    commands = [ClientCommand("node1", f"SET k {n}") for n in range(30)]
    cluster = play(Cluster.of("node1"), Timeout("node1"), *commands).after
    (node,) = cluster.nodes
    for index in range(1, 31):
        shown = replace(cluster, nodes=(replace(node, commit_index=index),))
        drawn = draw.svg(cluster_dot(shown, layout=layout))
        gap = re.search(r'x="([\d.]+)"[^>]*>(\d+ more)<', drawn)
        bar = re.search(
            r'commit_index \d+</title>\n<polygon [^>]*points="([\d.]+),\S+ ([\d.]+),', drawn
        )
        assert gap
        assert bar
        half = width_of(gap[2], 10) / 2
        left, right = float(gap[1]) - half, float(gap[1]) + half
        assert float(bar[1]) < left or right < float(bar[2])
