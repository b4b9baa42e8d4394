"""Figure 4 with the nodes on their roles, read from its DOT: never from its SVG."""

import re
from collections.abc import Iterator
from contextlib import nullcontext
from html import unescape
from itertools import combinations, pairwise

import pygraphviz
import pytest

from raftlab.raft import (
    RAFT,
    Cluster,
    Crash,
    Deliver,
    Heartbeat,
    Partition,
    Restart,
    Role,
    Step,
    Timeout,
    step,
)
from raftlab.raft.rules import Rules
from raftlab.sim.chance import random_run
from raftlab.sim.history import History
from raftlab.sim.scenarios import deposed_leader, fresh, leader_elected, split_vote
from raftlab.views import draw
from raftlab.views.palette import DARK, LIGHT
from raftlab.views.role_diagram import role_diagram_alt, role_diagram_dot, role_diagram_text
from raftlab.views.role_layout import Plan
from raftlab.views.role_transitions import WAYS, changed, taken
from raftlab.views.sheet import width_of

Box = tuple[float, float, float, float]
WIDTHS = pytest.mark.parametrize("width", [1040, 730, 700])
NAMES = ['<b>&"', "a\\N\\lb", "node:1|{x}", "日本語サーバーの名前です", "x" * 200, "n\n\0\ud800"]
NEEDED = ("label", "class", "id", "tooltip", "fontname", "fontsize", "color")


def spans(label: str) -> list[tuple[str, float, bool]]:
    found = re.findall(r'<FONT POINT-SIZE="([\d.]+)"[^>]*>(<B>)?([^<]*)', label)
    return [(unescape(w).replace("\xa0", " "), float(size), bool(bold)) for size, bold, w in found]


class Picture:
    """What a reader of the DOT finds in it: y downwards."""

    def __init__(self, dot: str) -> None:
        graph = pygraphviz.AGraph(string=dot)
        canvas, *_ = graph.nodes()
        self.width, self.height = (round(72 * float(canvas.attr[k])) for k in ("width", "height"))
        self.nodes = [
            {name: node.attr[name] or "" for name in (*NEEDED, *node.attr)}
            for node in graph.nodes()
        ]
        looks = {edge.attr["id"].removeprefix("way-"): {**edge.attr} for edge in graph.edges()}
        self.ways = {way.name: looks.pop(way.name) for way in WAYS}
        assert not looks

    def of(self, kind: str) -> list[dict[str, str]]:
        return [node for node in self.nodes if node["class"].split(" ")[0] == kind]

    def box(self, node: dict[str, str]) -> Box:
        (x, y), wide = map(float, node["pos"].split(",")), float(node["width"]) * 72
        high = float(node["height"]) * 72
        y = self.height - y
        return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2

    def words(self) -> Iterator[tuple[str, Box]]:
        for node in self.nodes:
            x, y = map(float, node["pos"].split(","))
            y, label = self.height - y, node["label"]
            if "<FONT" in label:
                found = spans(label)
                width = sum(width_of(said, size, bold=bold) for said, size, bold in found)
                room = float(re.findall(r'WIDTH="([\d.]+)"', label)[0])
                left = x - room / 2 if 'ALIGN="LEFT"' in label else x - width / 2
                words, size = "".join(said for said, _, _ in found), max(s for _, s, _ in found)
            elif label:
                size, bold = float(node["fontsize"] or 12), "Bold" in node["fontname"]
                words, width = label, width_of(label, size, bold=bold)
                left = x - width / 2
            else:
                continue
            yield words, (left, y - 0.4 * size, left + width, y + 0.4 * size)

    def said(self) -> list[str]:
        return [words for words, _ in self.words()]

    def roles(self) -> dict[str, list[str]]:
        """Each role with the nodes that stand on it, as the tooltips of their chips name them."""
        boxes = {node["class"].split(" ")[1]: self.box(node) for node in self.of("role")}
        found: dict[str, list[str]] = {role: [] for role in boxes}
        for chip in self.of("chip"):
            here = [role for role, box in boxes.items() if inside(self.box(chip), box)]
            assert len(here) == 1
            found[here[0]].append(chip["tooltip"].split(":")[0])
        return found


def inside(one: Box, other: Box) -> bool:
    return one[0] > other[0] and one[1] > other[1] and one[2] < other[2] and one[3] < other[3]


def overlapping(boxes: list[tuple[str, Box]]) -> list[tuple[str, str]]:
    return [
        (one, other)
        for (one, a), (other, b) in combinations(boxes, 2)
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]


def picture(history: History, **how: object) -> Picture:
    return Picture(role_diagram_dot(history.cluster, history.now.step, **how))  # type: ignore[arg-type]


def goes(shown: Picture) -> list[str]:
    return [name for name, look in shown.ways.items() if look["class"] == "way taken"]


def test_every_way_of_figure_4_is_drawn_with_its_words() -> None:
    shown = picture(fresh(3))
    assert list(shown.ways) == [way.name for way in WAYS]
    said = " ".join(shown.said())
    for words in (
        "starts up",
        "times out, starts election",
        "times out, new election",
        "receives votes from majority of servers",
        "discovers current leader or new term",
        "discovers server with higher term",
    ):
        assert words in said
    assert goes(shown) == []


def test_each_node_stands_on_its_role() -> None:
    history = leader_elected(5)
    history.play(Crash("node4"), Timeout("node2"))
    assert picture(history).roles() == {
        "down": ["node4"],
        "follower": ["node3", "node5"],
        "candidate": ["node2"],
        "leader": ["node1"],
    }
    assert "◐" in picture(history).said()
    assert "node2: candidate, term 2, 1 of 5 votes" in {
        c["tooltip"] for c in picture(history).of("chip")
    }


def test_a_node_keeps_its_height_whatever_its_role() -> None:
    history = fresh(5)
    heights = []
    for event in (Timeout("node2"), Crash("node2"), Restart("node2")):
        history.do(event)
        chips = picture(history).of("chip")
        heights.append([chip["pos"].split(",")[1] for chip in chips])
    assert heights[0] == heights[1] == heights[2]
    assert len(set(heights[0])) == 5


def election(size: int = 3) -> History:
    history = fresh(size)
    history.play(Timeout("node1"))
    return history


def after(*names: str) -> History:
    """An election up to the message that is named by the last of its sender and receiver."""
    history = election()
    for sender, receiver in pairwise(names):
        found = (m for m in history.cluster.network if (m.sender, m.receiver) == (sender, receiver))
        history.do(Deliver(next(found)))
    return history


def with_two_candidates() -> History:
    history = after("node1", "node3", "node1")
    history.goto(1)
    history.play(Timeout("node2"))
    for sender, receiver in (("node1", "node3"), ("node3", "node1"), ("node1", "node2")):
        network = history.cluster.network
        found = [m for m in network if (m.sender, m.receiver) == (sender, receiver)]
        history.do(Deliver(found[-1]))
    return history


def deposed() -> History:
    history = deposed_leader()
    history.play(Heartbeat("node2", "node1"))
    history.do(Deliver(history.cluster.network[-1]))
    return history


def restarted() -> History:
    history = fresh(3)
    history.play(Crash("node1"), Restart("node1"))
    return history


STEPS = {
    "stands": (election, ["stands"], {"node1"}),
    "votes": (lambda: after("node1", "node2"), [], {"node2"}),
    "wins": (lambda: after("node1", "node2", "node1"), ["wins"], {"node1"}),
    "gives up": (with_two_candidates, ["gives-up"], {"node2"}),
    "steps down": (deposed, ["steps-down"], {"node1"}),
    "starts up": (restarted, ["starts-up"], {"node1"}),
    "a lone server": (lambda: election(1), ["stands", "wins"], {"node1"}),
}


@pytest.mark.parametrize(("made", "ways", "nodes"), STEPS.values(), ids=list(STEPS))
def test_the_way_that_the_step_has_gone_is_marked_in_colour_and_shape(
    made: object, ways: list[str], nodes: set[str]
) -> None:
    history: History = made()  # type: ignore[operator]
    shown = picture(history)
    assert goes(shown) == ways
    for name, look in shown.ways.items():
        assert (look["penwidth"] == "3") == (name in ways)
        assert (look["color"] == LIGHT.accent) == (name in ways)
    chips = {chip["tooltip"].split(":")[0]: chip for chip in shown.of("chip")}
    assert {name for name, chip in chips.items() if chip["class"] == "chip changed"} == nodes
    marked = {
        words for words in shown.said() if words.startswith("◆ node") and " " not in words[2:]
    }
    assert marked == {f"◆ {name}" for name in nodes}
    # Beside each way gone stands a ◆, and in the heading once more.
    others = [words for words in shown.said() if words.startswith("◆ ") and words not in marked]
    assert len(others) == 2 * len(ways)


def test_a_new_election_and_a_crash_are_ways_too() -> None:
    history = election()
    history.play(Timeout("node1"))
    assert goes(picture(history)) == ["stands-again"]
    history.play(Crash("node1"))
    assert goes(picture(history)) == ["crashes"]
    assert "◆ node1 crashes" in picture(history).said()


def test_a_crash_in_the_middle_of_a_turn_goes_two_ways() -> None:
    history = fresh(3)
    history.play(Crash("node1", Timeout("node1")))
    assert goes(picture(history)) == ["stands", "crashes"]
    assert changed(history.now.step) == {"node1"}


def test_what_happens_to_the_network_alone_marks_nothing() -> None:
    history = fresh(3)
    history.play(Partition((("node1",),)))
    shown = picture(history)
    assert goes(shown) == []
    assert not [words for words in shown.said() if "◆" in words]


def leads_at_once(rules: Rules) -> Step:
    return step(Cluster.of("node1", "node2", "node3"), Timeout("node1"), rules)


def test_what_figure_4_does_not_know_is_said() -> None:
    from dataclasses import replace

    def start_election(node):  # type: ignore[no-untyped-def]
        return replace(node, current_term=node.current_term + 1, role=Role.LEADER)

    wrong = leads_at_once(RAFT.but(start_election=start_election))
    shown = Picture(role_diagram_dot(wrong.after, wrong))
    assert goes(shown) == []
    said = "node1 goes from follower to leader, for which Figure 4 has no way"
    assert f"◆ {said}" in shown.said()
    assert f"This event: {said}" in role_diagram_text(wrong.after, wrong)


def test_every_step_goes_a_way_of_figure_4() -> None:
    cluster = Cluster.of(*(f"node{number}" for number in range(1, 6)))
    seen = set()
    for one in random_run(cluster, 5, 3000):
        for gone in taken(one):
            assert gone.way is not None
            assert gone.way.start in (None, gone.start)
            assert gone.way.end is gone.end
            seen.add(gone.way.name)
    assert seen == {way.name for way in WAYS}


@WIDTHS
@pytest.mark.parametrize("size", range(1, 10))
def test_no_two_words_overlap_and_none_leaves_the_canvas(size: int, width: int) -> None:
    cluster = Cluster.of(*(f"node{number}" for number in range(1, size + 1)))
    for one in list(random_run(cluster, size, 60))[::6]:
        shown = Picture(role_diagram_dot(one.after, one, width=width))
        words = list(shown.words())
        assert overlapping(words) == []
        for _, (left, top, right, bottom) in words:
            assert left >= 0
            assert top >= 0
            assert right <= shown.width
            assert bottom <= shown.height
        chips = [(chip["tooltip"], shown.box(chip)) for chip in shown.of("chip")]
        assert overlapping(chips) == []
        assert sum(map(len, shown.roles().values())) == size


@WIDTHS
def test_the_words_of_every_way_fit_beside_it_when_it_is_marked(width: int) -> None:
    plan = Plan(width, 5)
    for way in WAYS:
        if way.start is None or way.start is way.end or way.name == "steps-down":
            continue
        for number, words in enumerate(way.lines):
            marked = "◆ " * (number == 0) + words
            assert width_of(marked, 11, bold=True) <= plan.gap


def test_the_test_for_overlaps_finds_one() -> None:
    assert overlapping([("a", (0, 0, 10, 10)), ("b", (9, 9, 20, 20))]) == [("a", "b")]
    assert not inside((0, 0, 5, 5), (1, 1, 9, 9))


def test_a_narrower_picture_than_it_can_be_is_as_narrow_as_it_can_be() -> None:
    assert picture(fresh(3), width=300).width == 700
    assert picture(fresh(3)).width == 1040


@pytest.fixture
def loud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draw, "_quiet_stderr", nullcontext)


@pytest.mark.usefixtures("loud")
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@WIDTHS
def test_names_may_be_anything_and_graphviz_does_not_complain(
    width: int, theme: object, capfd: pytest.CaptureFixture[str]
) -> None:
    one = step(Cluster.of(*NAMES), Timeout(NAMES[0]))
    dot = role_diagram_dot(one.after, one, width=width, theme=theme)  # type: ignore[arg-type]
    capfd.readouterr()
    drawn = draw.svg(dot)
    said = capfd.readouterr().err.splitlines()
    assert [line for line in said if not line.startswith("Fontconfig")] == []
    assert f'width="{width}" height="{Plan(width, 6).height}"' in drawn
    assert overlapping(list(Picture(dot).words())) == []
    titles = [unescape(title) for title in re.findall("<title>([^<]*)</title>", drawn)]
    assert any(title.startswith(f"{NAMES[1]}: follower") for title in titles)
    assert (DARK if theme is LIGHT else LIGHT).bad not in dot


def test_the_text_tells_roles_and_ways() -> None:
    history = after("node1", "node2", "node1")
    history.play(Crash("node3"))
    lines = role_diagram_text(history.cluster, history.now.step).splitlines()
    assert lines[:5] == [
        "down: node3 in term 0",
        "follower: node2 in term 1",
        "candidate: nobody",
        "leader: node1 in term 1",
        "This event: node3 crashes",
    ]
    assert "  leader to follower: discovers server with higher term (§5.1)" in lines
    assert "  any role to down: crashes, whatever its role (Fig. 2, State)" in lines


def test_one_paragraph_stands_for_the_picture() -> None:
    history = split_vote(3)
    assert role_diagram_alt(history.cluster) == (
        "Roles, as in Figure 4. Candidate: node1 in term 1, node2 in term 1 and node3 in term 1."
    )
    won = after("node1", "node2", "node1")
    assert role_diagram_alt(won.cluster, won.now.step).endswith(
        "Leader: node1 in term 1. This event: node1 receives votes from majority of servers."
    )
