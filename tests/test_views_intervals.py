"""What clients saw, as a picture: read from its DOT, as a reader would find it."""

import random
import re
from dataclasses import replace
from html import unescape
from itertools import pairwise

import pygraphviz
import pytest
from IPython.core.interactiveshell import InteractiveShell

from raftlab.sim.linearizability import Linearizability, Operation, check_linearizable
from raftlab.views import draw, intervals_text, notebook
from raftlab.views.draw import svg
from raftlab.views.intervals import intervals_dot
from raftlab.views.intervals_layout import MOST, scene, shown
from raftlab.views.intervals_text import intervals_alt, show_linearizability
from raftlab.views.intervals_text import intervals_text as text_of
from raftlab.views.intervals_words import widths
from raftlab.views.palette import DARK, LIGHT, Theme
from raftlab.views.sheet import width_of
from tests.benchmarks.linearizability import LOADS, history, with_an_old_answer

NASTY = '<b>&amp;"\\N\\l</TABLE>日本 {|}' + "x" * 90

WIDTHS = pytest.mark.parametrize("width", [1040, 730, 520])
THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])

STALE = check_linearizable(
    [
        Operation("alice", "SET x 1", "ok", 1, 2, 1),
        Operation("alice", "SET x 2", "ok", 3, 4, 3),
        Operation("bob", "GET x", "1", 5, 6, 5),
        Operation("carol", "GET x", None, 2, None, 2),
    ]
)
RIGHT = check_linearizable(
    replace(one, answer="2") if one.client == "bob" else one for one in STALE.operations
)


def many(clients: int, each: int, seed: int) -> Linearizability:
    """Clients that ask for the same few things over and over; in time, but not one is right."""
    rng = random.Random(seed)
    found = []
    for client in range(1, clients + 1):
        now = rng.randrange(9)
        for number in range(each):
            end = now + rng.randrange(1, 30)
            value = rng.choice(["1", "22", "a value that is long"])
            command = rng.choice(["GET x", f"SET x {value}", f"CAS x None {value}", "INCR x"])
            answers = {"G": value, "S": "ok", "C": "false", "I": "5"}
            last = number == each - 1 and client % 3 == 0
            answer = None if last else answers[command[0]]
            name = f"client{client}"
            found.append(Operation(name, command, answer, now, None if last else end, now))
            now = end + rng.randrange(1, 9)
    return check_linearizable(found)


MANY = {
    "3 clients": many(3, 12, 1),
    "10 clients": many(10, 12, 2),
    "one": many(1, 1, 3),
    "a thousand": check_linearizable(with_an_old_answer(history(0, LOADS["INCR and GET"]), 0)),
    "in order": check_linearizable(history(1, LOADS["INCR and GET"])[:60]),
    "stale": STALE,
    "right": RIGHT,
}
EVERY = pytest.mark.parametrize("verdict", MANY.values(), ids=MANY)


class Picture:
    """The nodes of the DOT source, and where their words stand."""

    def __init__(self, dot: str) -> None:
        graph = pygraphviz.AGraph(string=dot)
        self.nodes = [dict(node.attr) | {"label": node.attr["label"]} for node in graph.nodes()]
        self.lines = [dict(edge.attr) for edge in graph.edges()]
        self.width, self.height = (72 * float(self.nodes[0][side]) for side in ("width", "height"))

    def targets(self) -> list[dict[str, str]]:
        return [node for node in self.nodes if (node.get("id") or "").startswith("operation-")]

    def words(self) -> list[tuple[str, float, float, float]]:
        """All words with their left and right edges, and the height of their middle."""
        found = []
        for node in self.nodes:
            label = node["label"] or ""
            x, y = map(float, node["pos"].split(","))
            if "<FONT" in label:
                (size,) = set(map(float, re.findall(r'POINT-SIZE="([\d.]+)"', label)))
                words = unescape(re.sub("<[^>]*>", "", label)).replace("\xa0", " ").strip("<> ")
                wide = width_of(words, size, bold="<B>" in label)
                (cell,) = map(float, re.findall(r'WIDTH="([\d.]+)"', label))
                found.append((words, x - cell / 2, x - cell / 2 + wide, self.height - y))
            elif label not in ("", "\\N"):
                wide = width_of(label, float(node["fontsize"]))
                found.append((label, x - wide / 2, x + wide / 2, self.height - y))
        return found

    def said(self) -> list[str]:
        return [words for words, *_ in self.words()]


@WIDTHS
@EVERY
def test_no_words_stand_on_others_nor_leave_the_picture(
    verdict: Linearizability, width: int
) -> None:
    picture = Picture(intervals_dot(verdict, width=width))
    words = sorted(picture.words(), key=lambda one: (one[3], one[1]))
    for (first, left, right, y), (second, other, _, height) in pairwise(words):
        assert left >= 0
        assert right <= width + 0.5, first
        assert abs(y - height) > 9 or right <= other + 0.5, (first, second)
    assert all(0 < y < picture.height for *_, y in words)


def test_words_too_wide_for_their_place_would_be_found() -> None:
    dot = intervals_dot(MANY["3 clients"]).replace("CAS", "CAS CAS CAS CAS CAS")
    words = sorted(Picture(dot).words(), key=lambda one: (one[3], one[1]))
    pairs = pairwise(words)
    assert any(one[3] == other[3] and one[2] > other[1] + 0.5 for one, other in pairs)


@EVERY
def test_time_runs_to_the_right(verdict: Linearizability) -> None:
    seen = scene(verdict, 1040, widths(verdict))
    places = [seen.places[time] for time in sorted(seen.places)]
    assert places == sorted(set(places))
    for bar in seen.bars:
        assert bar.left <= bar.right
        assert bar.point is None or bar.left <= bar.point <= bar.right


@EVERY
def test_the_points_stand_in_the_order_found(verdict: Linearizability) -> None:
    bars = [bar for bar in scene(verdict, 1040, widths(verdict)).bars if bar.number is not None]
    bars.sort(key=lambda bar: bar.number or 0)
    points = [bar.point for bar in bars]
    assert len(bars) == len([one for one in verdict.order if one in shown(verdict)])
    assert points == sorted(points, key=lambda x: x or 0)


def test_one_click_leads_from_an_operation_to_its_moment() -> None:
    targets = Picture(intervals_dot(STALE)).targets()
    assert [one["URL"] for one in targets] == ["#moment-1", "#moment-2", "#moment-3", "#moment-5"]
    apart = [replace(one, moment=None) for one in STALE.operations]
    targets = Picture(intervals_dot(check_linearizable(apart))).targets()
    assert [one.get("URL") or "" for one in targets] == [""] * 4
    assert 'xlink:href="#moment-5"' in svg(intervals_dot(STALE))


def test_only_a_live_picture_says_that_one_can_click() -> None:
    hint = "click an operation to go there"
    assert hint in Picture(intervals_dot(STALE)).said()
    assert hint not in Picture(intervals_dot(STALE, live=False)).said()


def test_the_whole_is_said_on_hover() -> None:
    long = check_linearizable([Operation("a", f"SET x {'y' * 300}", "ok", 1, 2)])
    picture = Picture(intervals_dot(long))
    assert picture.targets()[0]["tooltip"] == (
        f"a: SET x {'y' * 300} answered ok, from 1 to 2; number 1 in the order"
    )
    assert any(words.startswith("SET yyy") and words.endswith("y…") for words in picture.said())
    assert f"<title>a: SET x {'y' * 300} answered ok" in svg(intervals_dot(long))


def test_those_to_blame_are_marked_by_shape_and_words() -> None:
    picture = Picture(intervals_dot(STALE))
    assert {"✕ SET 2", "✕ GET", "✕ contradict each other"} <= set(picture.said())
    assert {"SET 1", "GET"} <= set(picture.said())
    bars = [line for line in picture.lines if float(line["penwidth"]) > 2]
    thick = {line["penwidth"] for line in bars if line["class"] == "culprit"}
    thin = {line["penwidth"] for line in bars if line["class"] == "operation"}
    assert (thick, thin) == ({"7"}, {"2.5"})


def test_an_order_is_shown_by_numbers_and_what_was_never_answered_by_dashes() -> None:
    picture = Picture(intervals_dot(RIGHT))
    assert {"1. ok", "2. ok", "3. 2", "no answer"} <= set(picture.said())
    assert {"1. 2. 3. an order that fits", "dashed: no answer"} <= set(picture.said())
    assert [line.get("style") for line in picture.lines].count("dashed") == 1
    assert not any("✕" in words for words in picture.said())


def test_the_key_is_said_where_there_are_several() -> None:
    two = [*RIGHT.operations[:1], Operation("bob", "GET y", None, 1, 2)]
    assert {"SET x 1", "GET y"} <= set(Picture(intervals_dot(check_linearizable(two))).said())


def test_of_a_long_history_those_around_the_culprits_are_drawn() -> None:
    verdict = MANY["a thousand"]
    assert len(verdict.operations) == 1_000
    assert len(shown(verdict)) == MOST
    assert set(verdict.culprits) <= set(shown(verdict))
    assert "120 of 1,000 operations on x" in Picture(intervals_dot(verdict)).said()


@THEMES
@EVERY
def test_it_can_be_drawn_in_the_colours_of_the_theme(
    verdict: Linearizability, theme: Theme
) -> None:
    dot = intervals_dot(verdict, theme=theme)
    own = {getattr(theme, role) for role in ("panel", "ink", "muted", "rule", "bad")}
    assert {colour[:7] for colour in re.findall(r"#[0-9a-f]{6,8}", dot)} <= own
    assert svg(dot).startswith("<svg ")


def test_what_is_nasty_does_no_harm() -> None:
    nasty = [
        Operation(NASTY, f"SET {NASTY.split()[0]} {NASTY}", "ok", 1, 2),
        Operation(f"{NASTY}2", f"GET {NASTY.split()[0]}", NASTY, 3, 4),
    ]
    verdict = check_linearizable(nasty)
    drawn = svg(intervals_dot(verdict), intervals_alt(verdict))
    assert "<b>" not in drawn
    bundle = show_linearizability(verdict)
    assert "<b>" not in bundle["text/html"]


def test_no_operation_is_drawn_too() -> None:
    nothing = check_linearizable([])
    assert "no operation yet" in Picture(intervals_dot(nothing)).said()
    assert svg(intervals_dot(nothing)).startswith("<svg ")
    assert "<img" not in show_linearizability(nothing)["text/html"]


def test_it_says_in_words_what_it_shows() -> None:
    assert (
        text_of(STALE)
        == """\
What clients saw: 4 operations on x. Not linearizable: 2 of 4 operations contradict each other.
alice:
    SET x 1 → ok, from 1 to 2
  ✕ SET x 2 → ok, from 3 to 4
carol:
    GET x, from 2, never answered
bob:
  ✕ GET x → 1, from 5 to 6"""
    )
    assert intervals_alt(STALE) == (
        "What 3 clients saw over time: 4 operations on x. Not linearizable: 2 of 4 operations "
        "contradict each other. bob's GET x found 1 after alice's SET x 2 had ended, and alice's "
        "SET x 1 had ended before that began. Marked with a cross: alice's SET x 2 from 3 to 4 and "
        "bob's GET x from 5 to 6."
    )


def test_a_verdict_shows_itself_in_a_notebook() -> None:
    shell = InteractiveShell.instance()
    notebook.register()
    try:
        bundle, _ = shell.display_formatter.format(STALE)
    finally:
        InteractiveShell.clear_instance()
    assert bundle["text/plain"] == str(STALE)
    assert "alice&#x27;s SET x 1 had ended before that began." in bundle["text/html"]
    assert 'src="data:image/svg+xml;base64,' in bundle["text/html"]


def test_where_nothing_draws_the_card_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: object, **__: object) -> str:
        raise draw.NoEngine(draw.REMEDY)

    monkeypatch.setattr(intervals_text, "svg", nothing)
    page = show_linearizability(STALE)["text/html"]
    assert "pip install pygraphviz" in page
    assert "<img" not in page
