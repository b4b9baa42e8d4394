"""Space and time, read from its DOT: never from its SVG, which differs by machine."""

import random
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from html import unescape
from itertools import combinations, pairwise
from math import dist

import pygraphviz
import pytest

from raftlab.raft import (
    RAFT,
    ClientCommand,
    Cluster,
    Crash,
    Cut,
    Delay,
    Deliver,
    Drop,
    Duplicate,
    Heal,
    Heartbeat,
    Message,
    Partition,
    Restart,
    Timeout,
)
from raftlab.sim.acts import AtLeader
from raftlab.sim.chance import random_run
from raftlab.sim.history import History
from raftlab.sim.scenarios import figure_7, figure_8, fresh, leader_elected, split_vote, walkthrough
from raftlab.sim.script import deliver_all
from raftlab.sim.timed import timed
from raftlab.sim.timing import Timing
from raftlab.views import draw
from raftlab.views.palette import DARK, LIGHT
from raftlab.views.sheet import width_of
from raftlab.views.space_time import space_time_alt, space_time_dot, space_time_text
from raftlab.views.space_time.curves import at, bent, part, past, where_x
from raftlab.views.space_time.journeys import Fate, Journey, _Walk, journeys
from raftlab.views.space_time.layout import LEFT, Scene, scene, window
from raftlab.views.space_time.marks import marks, say_moment

Point = tuple[float, float]
Box = tuple[float, float, float, float]

WIDTHS = pytest.mark.parametrize("width", [1040, 730], ids=["wide", "narrow"])
NASTY = 'SET <b>&amp;"\\N\\l</TABLE>日本 {|}' + "x" * 60
NAMES = ['<b>&"', "a\\N\\lb", "node:1|{x}", "日本語サーバーの名前です", "x" * 200, "n\n\0\ud800"]


def at_random(size: int, seed: int, count: int) -> History:
    history = fresh(size)
    last = 0
    for taken in random_run(history.cluster, seed, count):
        last = history.attach(last, taken).number
    history.goto(last)
    return history


def by_the_clock() -> History:
    script = {
        300: AtLeader(ClientCommand, "SET key1 valueA"),
        380: AtLeader(Crash),
        700: [Restart(f"node{number}") for number in (1, 2, 3)],
    }
    timing = Timing(loss=0.1, duplication=0.1, reordering=0.1)
    return timed(fresh(5), timing, seed=4, script=script)


def standing_at(history: History, place: int) -> History:
    line = history.line()
    history.goto(line[min(place, len(line) - 1)].number)
    return history


RUNS = {
    "fresh": lambda: fresh(5),
    "start of the walk-through": walkthrough,
    "walk-through": lambda: standing_at(walkthrough(), 22),
    "figure 8": lambda: figure_8("c"),
    "figure 8, earlier": lambda: standing_at(figure_8("e"), 80),
    "figure 7": figure_7,
    "split vote": lambda: split_vote(5),
    "split vote, earlier": lambda: standing_at(split_vote(5), 10),
    "clock": lambda: standing_at(by_the_clock(), 60),
    "clock, end": lambda: standing_at(by_the_clock(), 999),
    "one node": lambda: at_random(1, 2, 30),
    "three at random": lambda: standing_at(at_random(3, 5, 100), 70),
    "nine at random": lambda: standing_at(at_random(9, 3, 300), 120),
    "nine at random, end": lambda: at_random(9, 3, 300),
}
EVERY = pytest.mark.parametrize("history", [made() for made in RUNS.values()], ids=list(RUNS))


@dataclass(frozen=True)
class Arrow:
    """A curve as it is drawn, from its start to the tip of its head or to its end."""

    points: list[Point]
    tip: Point
    look: dict[str, str]


NEEDED = ("label", "class", "URL", "tooltip", "fontname")


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
        self.arrows = [self._arrow({"id": "", "class": "", **e.attr}) for e in graph.edges()]
        self.flights = {
            arrow.look["id"]: arrow
            for arrow in self.arrows
            if arrow.look["class"].startswith("flight")
        }

    def of(self, kind: str) -> list[dict[str, str]]:
        return [node for node in self.nodes if node["class"] == kind]

    def place(self, node: dict[str, str]) -> Point:
        x, y = map(float, node["pos"].split(","))
        return x, self.height - y

    def said(self) -> list[str]:
        return [words for words, _ in self.words()]

    def words(self) -> Iterator[tuple[str, Box]]:
        """All words with the boxes that they take."""
        for node in self.nodes:
            x, y = self.place(node)
            label = node["label"]
            if "<FONT" in label:
                width = sum(width_of(said, size, bold=bold) for said, size, bold in spans(label))
                left = x - room(label) / 2 if 'ALIGN="LEFT"' in label else x - width / 2
                size = max(size for _, size, _ in spans(label))
                words = "".join(said for said, _, _ in spans(label))
            elif label:
                size = float(node.get("fontsize") or 12)
                mono, bold = "Mono" in node["fontname"], "Bold" in node["fontname"]
                words, width = label, width_of(label, size, mono=mono, bold=bold)
                left = x - width / 2
            else:
                continue
            # From the top of its capitals to its lowest letters.
            yield words, (left, y - 0.4 * size, left + width, y + 0.4 * size)

    def _arrow(self, look: dict[str, str]) -> Arrow:
        *head, start, one, other, end = look["pos"].split()
        points = [self._point(words) for words in (start, one, other, end)]
        return Arrow(points, self._point(head[0][2:]) if head else points[-1], look)

    def _point(self, words: str) -> Point:
        x, y = map(float, words.split(","))
        return x, self.height - y


def spans(label: str) -> list[tuple[str, float, bool]]:
    """The words of an HTML-like label, their sizes, and whether they are bold."""
    found = re.findall(r'<FONT POINT-SIZE="([\d.]+)"[^>]*>(<B>)?([^<]*)', label)
    return [(unescape(w).replace("\xa0", " "), float(size), bool(bold)) for size, bold, w in found]


def room(label: str) -> float:
    return float(re.findall(r'WIDTH="([\d.]+)"', label)[0])


def picture(history: History, **how: object) -> Picture:
    return Picture(space_time_dot(history, **how))  # type: ignore[arg-type]


def overlapping(boxes: list[tuple[str, Box]]) -> list[tuple[str, str]]:
    return [
        (one, other)
        for (one, a), (other, b) in combinations(boxes, 2)
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]


def along(arrow: Arrow) -> list[Point]:
    return [at(arrow.points, step / 40) for step in range(41)]


# The window


@pytest.mark.parametrize("width", [1040, 900, 899, 730, 400])
@pytest.mark.parametrize("events", [0, 1, 24, 25, 35, 44, 45, 46, 100, 301])
def test_the_window_shows_now_and_moves_by_pages(events: int, width: int) -> None:
    shown = [window(now, events, width) for now in range(events + 1)]
    assert all(one.first <= now <= one.last <= events for now, one in enumerate(shown))
    assert all(one.last - one.first <= one.capacity for one in shown)
    assert len({one.capacity for one in shown}) == 1
    assert shown[-1].last == events
    turns = [later.first - earlier.first for earlier, later in pairwise(shown)]
    page = shown[0].capacity // 2 // 5 * 5
    # From one page to the next it goes by half a window, or by less to the last of them.
    assert all(0 <= turn <= page for turn in turns)
    assert sum(turn > 0 for turn in turns) <= max(0, events / page)


@pytest.mark.parametrize("width", [1040, 730])
def test_the_window_of_a_run_that_grows_stays_for_a_while(width: int) -> None:
    firsts = [window(events, events, width).first for events in range(46, 300)]
    turns = [place for place, (a, b) in enumerate(pairwise(firsts)) if a != b]
    assert all(later - earlier >= 5 for earlier, later in pairwise(turns))
    assert turns


def test_a_short_run_has_more_room_for_each_event_and_every_event_twenty_pixels() -> None:
    pitches = [scene(at_random(3, 1, count), 1040).scale.pitch for count in (10, 30, 60)]
    assert pitches == sorted(pitches, reverse=True)
    assert pitches[-1] >= 20
    assert window(60, 60, 1040).capacity == 45
    assert window(60, 60, 899).capacity == 25


def test_the_picture_has_one_size_wherever_one_stands() -> None:
    history = by_the_clock()
    sizes = set()
    for place in range(0, 137, 17):
        shown = picture(standing_at(history, place))
        sizes.add((shown.width, shown.height))
    assert len(sizes) == 1


def test_nothing_but_now_moves_when_a_step_is_taken() -> None:
    history = standing_at(figure_8("e"), 70)
    before, after = picture(history), picture(standing_at(history, 71))

    def still(shown: Picture) -> dict[str, str]:
        return {n["tooltip"]: n["pos"] for n in shown.nodes if n["class"].startswith("event")}

    assert still(before) == still(after)
    assert {node["pos"] for node in before.nodes if node.get("id") == "now"} != {
        node["pos"] for node in after.nodes if node.get("id") == "now"
    }


# Messages


def what_happened(history: History) -> list[tuple[Message, int, int | None, str]]:
    """Each message with where it was sent, where it ended and how: kept as the network keeps it."""
    flying: list[list[object]] = []
    over: list[list[object]] = []

    def end(message: Message, place: int, fate: str) -> None:
        one = next(one for one in flying if one[0] == message)
        flying.remove(one)
        over.append([*one[:2], place, fate])

    for place, moment in enumerate(history.line()):
        taken = moment.step
        if taken is None:
            continue
        match taken.event:
            case Deliver(message) | Crash(_, Deliver(message)):
                up = taken.before.node(message.receiver).up
                end(message, place, "arrived" if up else "lost")
            case Drop(message):
                end(message, place, "lost")
            case Duplicate(message):
                flying.append(list(next(one for one in flying if one[0] == message)))
            case Delay(message):
                one = next(one for one in flying if one[0] == message)
                flying.remove(one)
                flying.append(one)
            case Partition() | Cut():
                for message in taken.lost:
                    end(message, place, "lost")
        for message in taken.sent:
            flying.append([message, place])
            if (message.sender, message.receiver) in taken.after.cut:
                end(message, place, "lost")
    return [tuple(one) for one in over] + [(m, s, None, "flying") for m, s in flying]  # type: ignore[misc]


@EVERY
def test_what_becomes_of_each_message_is_what_the_network_says(history: History) -> None:
    line = history.line()
    found = journeys(line)
    for place, moment in enumerate(line):
        flying = Counter(one.message for one in found if one.in_flight_at(place))
        assert flying == Counter(moment.cluster.network)
    said = Counter((one.message, one.sent, one.end, one.fate.name.lower()) for one in found)
    assert said == Counter(what_happened(history))


def whole(shown: Picture, number: int) -> tuple[Point, Point]:
    """Where a message's arrow begins and where it ends, whether now divides it or not."""
    first = shown.flights.get(f"flight-{number}") or shown.flights[f"flight-{number}-ahead"]
    last = shown.flights.get(f"flight-{number}-ahead", first)
    assert first is last or dist(first.points[-1], last.points[0]) < 0.5
    return first.points[0], last.tip


def ends_of(seen: Scene, journey: Journey) -> tuple[Point, Point]:
    rows = {name: row for row, name in enumerate(seen.names)}
    sender, receiver = rows[journey.message.sender], rows[journey.message.receiver]
    scale = seen.scale
    end = journey.end if journey.end is not None else seen.events
    return (scale.x(journey.sent), scale.y(sender)), (scale.x(end), scale.y(receiver))


@WIDTHS
@EVERY
def test_every_message_of_the_window_is_drawn_once_from_end_to_end(
    history: History, width: int
) -> None:
    seen, shown = scene(history, width), picture(history, width=width)
    found = journeys(history.line())
    first, last = seen.window.first, seen.window.last
    here = {
        number
        for number, one in enumerate(found)
        if one.begins <= last and (one.end is None or one.end > first or one.begins == first)
    }
    assert {int(re.sub(r"\D", "", name)) for name in shown.flights} == here
    radii = {mark.place: mark.radius for mark in marks(seen)}
    for number in here:
        journey = found[number]
        start, end = whole(shown, number)
        wanted_start, wanted_end = ends_of(seen, journey)
        if journey.begins > first and journey.copied is None:
            assert dist(start, wanted_start) < 0.2
        elif journey.begins < first:
            assert start[0] == pytest.approx(LEFT, abs=0.2)
        if journey.fate is Fate.ARRIVED and (journey.end or 0) <= last:
            assert dist(end, wanted_end) < radii[journey.end or 0] + 1
        elif journey.fate is Fate.LOST and (journey.end or 0) <= last:
            short_of = abs(end[1] - wanted_end[1])
            assert 10.9 < short_of < 11.1
            assert abs(end[0] - wanted_end[0]) < 30
        elif (journey.end or 0) > last or seen.window.last < seen.events:
            assert end[0] == pytest.approx(seen.scale.end, abs=0.2)


def test_a_message_drawn_to_the_wrong_place_would_be_seen() -> None:
    history = walkthrough()
    seen = scene(history, 1040)
    journey, other = journeys(history.line())[:2]
    assert dist(*(ends_of(seen, one)[1] for one in (journey, other))) > 12


def test_each_kind_of_message_has_its_own_look() -> None:
    history = fresh(3)
    history.play(Timeout("node1"))
    deliver_all(history)
    shown = picture(history)
    looks = {}
    for number, one in enumerate(journeys(history.line())):
        look = shown.flights[f"flight-{number}"].look
        looks[type(one.message).__name__] = (look["style"], look["arrowhead"])
    assert looks == {
        "RequestVote": ("dashed", "normal"),
        "VoteReply": ("dashed", "vee"),
        "AppendEntries": ("solid", "normal"),
        "AppendReply": ("solid", "vee"),
    }


@WIDTHS
@EVERY
def test_what_is_lost_ends_in_a_cross_and_in_no_head(history: History, width: int) -> None:
    seen, shown = scene(history, width), picture(history, width=width)
    lost = [
        (number, one)
        for number, one in enumerate(journeys(history.line()))
        if one.fate is Fate.LOST and seen.window.first <= (one.end or 0) <= seen.window.last
        if one.end != seen.window.first or one.begins == one.end
    ]
    crosses = [shown.place(node) for node in shown.of("event lost")]
    assert len(crosses) == len(lost)
    for number, one in lost:
        _, end = whole(shown, number)
        assert min(dist(end, cross) for cross in crosses) < 0.2
        parts = [a for name, a in shown.flights.items() if name.split("-")[1] == str(number)]
        assert all(arrow.look["arrowhead"] == "none" for arrow in parts)
        past_now = (one.end or 0) <= seen.now
        assert all((arrow.look["color"] == LIGHT.bad) == past_now for arrow in parts)


@WIDTHS
@EVERY
def test_each_message_in_flight_has_a_ring_that_leads_to_it(history: History, width: int) -> None:
    shown = picture(history, width=width)
    rings = shown.of("message")
    network = history.cluster.network
    assert Counter(ring["URL"] for ring in rings) == Counter(
        f"#message-{place}" for place in range(len(network))
    )
    for ring in rings:
        message = network[int(ring["URL"].removeprefix("#message-"))]
        assert f"{message.sender} → {message.receiver}, term {message.term}" in ring["tooltip"]
        x, y = shown.place(ring)
        assert min(dist((x, y), p) for a in shown.flights.values() for p in along(a)) < 8


def test_of_very_many_in_flight_the_older_ones_are_counted_instead() -> None:
    history = fresh(3)
    for number in range(100):
        history.play(Timeout(f"node{number % 3 + 1}"))
    for width in (1040, 730):
        shown, first = picture(history, width=width), scene(history, width).window.first
        here = 2 * (100 - first + 1)
        assert len(shown.of("message")) == here + 12
        assert f"{200 - here - 12} older in flight, not drawn" in shown.said()
        words = [(said, box) for said, box in shown.words() if said not in ("✕", "‖")]
        assert overlapping(words) == []
    assert len(space_time_text(history).splitlines()) > 200


def test_the_selected_message_stands_out_alone() -> None:
    history = fresh(3)
    history.play(Timeout("node1"))
    shown = picture(history, selected=history.cluster.network[1])
    assert [node["URL"] for node in shown.of("message selected")] == ["#message-1"]
    assert [node["URL"] for node in shown.of("message")] == ["#message-0"]
    colours = {name: arrow.look["color"] for name, arrow in shown.flights.items()}
    assert colours == {"flight-0": LIGHT.ink, "flight-1": LIGHT.accent}


def duplicated() -> History:
    history = fresh(3)
    history.play(Timeout("node1"))
    message = history.cluster.network[0]
    history.play(Duplicate(message), Deliver(message), Deliver(message))
    return history


def test_a_duplicate_leaves_its_original_and_arrives_too() -> None:
    history = duplicated()
    seen, shown = scene(history, 1040), picture(history)
    original, _, copy, *_ = journeys(history.line())
    assert (original.sent, original.end, copy.sent, copy.copied, copy.end) == (1, 3, 1, 2, 4)
    (fork,) = shown.of("event copied")
    start, end = whole(shown, 2)
    assert dist(shown.place(fork), start) < 0.2
    # It begins on the arrow of the original, at the event that made it.
    assert shown.place(fork)[0] == pytest.approx(seen.scale.x(2), abs=0.2)
    assert min(dist(start, p) for p in along(shown.flights["flight-0"])) < 1.5
    assert dist(end, ends_of(seen, copy)[1]) < 4
    assert "copied" in shown.said()


def test_a_message_held_back_says_so_and_comes_later() -> None:
    history = fresh(5)
    history.play(Timeout("node1"))
    held = history.cluster.network[2]
    history.do(Delay(held))
    history.play(*map(Deliver, history.cluster.network))
    seen, shown = scene(history, 1040), picture(history)
    assert [one.held for one in journeys(history.line())][:4] == [(), (), (2,), ()]
    (sign,) = shown.of("event held")
    assert (sign["label"], sign["URL"]) == ("‖", "#moment-2")
    assert shown.place(sign)[0] == pytest.approx(seen.scale.x(2), abs=0.1)
    assert min(dist(shown.place(sign), p) for p in along(shown.flights["flight-2"])) < 1.5
    assert "held back" in shown.said()
    assert "held back at event 2, arrives at event 6" in shown.flights["flight-2"].look["tooltip"]


def test_what_is_in_flight_to_the_end_has_a_pale_ring_there() -> None:
    history = fresh(3)
    history.play(Timeout("node1"), Timeout("node2"))
    seen, shown = scene(standing_at(history, 1), 1040), picture(standing_at(history, 1))
    discs = [n for n in shown.nodes if n.get("shape") == "circle" and not n["class"]]
    assert [disc["color"] for disc in discs] == [f"{LIGHT.ink}73"] * 4
    assert all(shown.place(disc)[0] > seen.scale.x(2) for disc in discs)
    assert len(shown.of("message")) == 2


def test_what_is_in_flight_when_the_run_begins_comes_from_the_left() -> None:
    asked = fresh(3)
    asked.play(Timeout("node1"))
    history = History(asked.cluster)
    history.play(Deliver(history.cluster.network[0]))
    shown = picture(history)
    assert shown.flights["flight-0"].points[0][0] == pytest.approx(LEFT)
    assert shown.flights["flight-0"].points[0][1] > scene(history, 1040).scale.y(0)
    assert (
        ": sent before the start, arrives at event 1" in shown.flights["flight-0"].look["tooltip"]
    )


def test_a_message_to_a_node_that_is_down_is_lost_there() -> None:
    history = fresh(3)
    history.play(Timeout("node1"), Crash("node3"))
    history.do(Deliver(history.cluster.network[1]))
    shown = picture(history)
    (cross,) = shown.of("event lost")
    assert cross["URL"] == "#moment-3"
    assert len(shown.of("event crash")) == 1


def test_a_message_on_a_cut_link_is_lost_as_it_leaves() -> None:
    history = fresh(3)
    history.play(Cut("node1", "node3"), Timeout("node1"))
    shown = picture(history)
    (cross,) = shown.of("event lost")
    assert cross["URL"] == "#moment-2"
    assert shown.place(cross)[0] > scene(history, 1040).scale.x(2)
    assert "lost at once: the link is cut" in shown.flights["flight-1"].look["tooltip"]


def test_equal_messages_are_told_apart_by_when_they_were_sent() -> None:
    history = fresh(3)
    history.play(Timeout("node1"))
    deliver_all(history)
    beat = Heartbeat("node1", "node2")
    history.play(beat, beat)
    first, second = history.cluster.network
    assert first == second
    history.play(Deliver(first))
    *_, one, two, _reply = journeys(history.line())
    assert (one.sent, one.end) == (10, 12)
    assert (two.sent, two.end) == (11, None)


def test_of_equal_messages_the_one_that_is_held_back_comes_last() -> None:
    history = fresh(3)
    history.play(Timeout("node1"))
    deliver_all(history)
    history.play(Heartbeat("node1", "node2"), Heartbeat("node1", "node2"), Heartbeat("node1"))
    twin = history.cluster.network[0]
    history.play(Delay(twin), Deliver(twin))
    ends = {one.sent: one.end for one in journeys(history.line()) if one.message == twin}
    assert ends == {4: 6, 10: None, 11: 14, 12: None}


# Events


@WIDTHS
@EVERY
def test_every_moment_of_the_window_is_a_link_to_itself(history: History, width: int) -> None:
    seen, shown = scene(history, width), picture(history, width=width)
    line = history.line()
    places = range(seen.window.first, seen.window.last + 1)
    columns = [arrow for arrow in shown.arrows if arrow.look["class"] == "moment"]
    assert [arrow.look["id"] for arrow in columns] == [f"moment-{line[p].number}" for p in places]
    assert [arrow.look["URL"] for arrow in columns] == [f"#moment-{line[p].number}" for p in places]
    assert [arrow.look["tooltip"] for arrow in columns] == [say_moment(p, line[p]) for p in places]
    assert [arrow.points[0][0] for arrow in columns] == pytest.approx(
        [seen.scale.x(p) for p in places], abs=0.1
    )


@EVERY
def test_links_lead_to_moments_and_messages_that_exist(history: History) -> None:
    shown = picture(history)
    links = [thing.get("URL", "") for thing in [*shown.nodes, *(a.look for a in shown.arrows)]]
    numbers = {f"#moment-{moment.number}" for moment in history.line()}
    network = {f"#message-{place}" for place in range(len(history.cluster.network))}
    assert {link for link in links if link} <= numbers | network


@EVERY
def test_every_event_shown_has_a_sign_of_its_own(history: History) -> None:
    seen, shown = scene(history, 1040), picture(history)
    signs = {n["URL"] for n in shown.nodes if n["class"].startswith("event")} - {""}
    for place in seen.shown:
        moment = seen.line[place]
        assert moment.step is not None
        # What befalls the links alone is the edge of a box.
        if not isinstance(moment.step.event, Partition | Cut | Heal):
            assert f"#moment-{moment.number}" in signs


def test_a_term_is_a_circle_with_its_number_and_a_leader_a_thick_line() -> None:
    history = fresh(3)
    history.play(Timeout("node1"))
    deliver_all(history)
    shown, seen = picture(history), scene(history, 1040)
    numbers = [spans(node["label"])[0][0] for node in shown.of("event term")]
    assert Counter(numbers) == Counter({"0": 3, "1": 3})
    thick = [arrow for arrow in shown.arrows if arrow.look.get("penwidth") == "5"]
    assert {arrow.points[0] for arrow in thick} == {(seen.scale.x(4), seen.scale.y(0))}
    assert thick[0].look["color"] == LIGHT.term(1).stroke
    assert "★ leads" in shown.said()


def test_a_node_that_is_down_has_a_dotted_line_between_a_cross_and_a_bar() -> None:
    history = fresh(3)
    history.play(Crash("node2"), Restart("node2"))
    shown, seen = picture(history), scene(history, 1040)
    dotted = [a for a in shown.arrows if a.look.get("style") == "dotted"]
    (line,) = dotted
    assert line.points[0] == (seen.scale.x(1), seen.scale.y(1))
    assert line.points[-1] == (seen.scale.x(2), seen.scale.y(1))
    assert [shown.place(n) for n in shown.of("event crash")] == [line.points[0]]
    assert [shown.place(n) for n in shown.of("event restart")] == [line.points[-1]]
    assert {"crash", "restart"} <= set(shown.said())


def test_a_clients_command_points_at_its_event() -> None:
    history = fresh(1)
    history.play(Timeout("node1"), ClientCommand("node1", "SET x 1"))
    assert "↓ SET x 1" in picture(history).said()


def edges_in(shown: Picture, colour: str) -> list[Arrow]:
    return [
        a for a in shown.arrows if a.look["color"] == colour and a.look.get("style") == "dashed"
    ]


def test_who_is_cut_off_stands_in_a_dashed_box() -> None:
    history = fresh(5)
    history.play(Timeout("node1"), Partition((("node1", "node2"),)), Timeout("node3"), Heal())
    shown, seen = picture(history), scene(history, 1040)
    box = [a for a in edges_in(shown, LIGHT.bad) if not a.look["class"]]
    corners = {(round(x), round(y)) for a in box for x, y in (a.points[0], a.points[-1])}
    left, right = round(seen.scale.x(2)), round(seen.scale.x(4))
    top, bottom = round(seen.scale.y(0) - 12), round(seen.scale.y(1) + 12)
    assert corners == {(left, top), (right, top), (left, bottom), (right, bottom)}
    assert "node1 and node2 cut off" in shown.said()


def test_what_is_cut_one_way_is_said_and_is_no_box() -> None:
    history = fresh(3)
    history.play(Cut("node1", "node3"), Timeout("node2"), Heal())
    shown, seen = picture(history), scene(history, 1040)
    assert "node1 cannot reach node3" in shown.said()
    line = [a for a in edges_in(shown, LIGHT.bad) if not a.look["class"]]
    assert min(y for a in line for _, y in a.points) > seen.scale.y(0)


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        ((("node1",),), ["node1 cut off"]),
        # Of two groups as large as one another it is that of the first node.
        ((("node5",), ("node2", "node3")), ["node1 and node4 cut off", "node5 cut off"]),
        ((("node1", "node2", "node3", "node4"),), ["node5 cut off"]),
        ((("node1", "node4"),), ["node1 and node4 cut off"]),
    ],
)
def test_the_largest_group_is_not_cut_off(
    groups: tuple[tuple[str, ...], ...], words: list[str]
) -> None:
    history = fresh(5)
    history.play(Partition(groups), Timeout("node2"))
    shown = picture(history)
    assert sorted(said for said in shown.said() if "cut off" in said) == sorted(words)


def test_what_lies_ahead_is_paler_and_its_words_are_not() -> None:
    shown, seen = picture(walkthrough()), scene(walkthrough(), 1040)
    assert all(a.look["color"].endswith("73") for a in shown.flights.values())
    assert all(node["fillcolor"].endswith("73") for node in shown.of("event"))
    assert all(len(node["fontcolor"]) == 7 for node in shown.of("event word"))
    reached = picture(standing_at(walkthrough(), 999))
    assert not [a for a in reached.flights.values() if a.look["color"].endswith("73")]
    assert seen.now == 0


def test_now_divides_what_is_under_way() -> None:
    history = fresh(3)
    history.play(Timeout("node1"), Timeout("node2"))
    deliver_all(history)
    seen, shown = scene(standing_at(history, 2), 1040), picture(standing_at(history, 2))
    so_far, ahead = shown.flights["flight-0"], shown.flights["flight-0-ahead"]
    assert so_far.points[-1][0] == pytest.approx(seen.scale.x(2), abs=0.1)
    assert (so_far.look["color"], ahead.look["color"]) == (LIGHT.ink, f"{LIGHT.ink}73")
    assert (so_far.look["arrowhead"], ahead.look["arrowhead"]) == ("none", "normal")
    (now,) = (n for n in shown.nodes if n.get("id") == "now")
    assert shown.place(now)[0] == pytest.approx(seen.scale.x(2))


def test_the_marks_of_a_lesson_stand_above() -> None:
    said = picture(figure_8("c")).said()
    assert {"(a)", "(b)", "(c) now"} <= set(said)
    strokes = [a for a in picture(walkthrough()).arrows if a.look["class"] == "note"]
    notes = [moment.note for moment in walkthrough().line() if moment.note]
    assert sorted(a.look["tooltip"] for a in strokes) == sorted(notes)


def test_what_breaks_is_marked_where_it_breaks() -> None:
    rules = RAFT.but(may_vote=lambda node, request: True)
    history = History(Cluster.of("node1", "node2", "node3"), rules)
    history.play(Timeout("node1"), Timeout("node2"))
    deliver_all(history)
    broken = next(m for m in history.line() if m.violations)
    shown = picture(history)
    (mark,) = (n for n in shown.of("note") if "Election Safety" in n["label"])
    assert mark["URL"] == f"#moment-{broken.number}"
    assert mark["tooltip"].startswith(broken.violations[0].sentence)
    told = f"  Election Safety is broken: {broken.violations[0].sentence}"
    assert space_time_text(history).splitlines().count(told) == 1


def test_the_axis_has_numbers_and_times_where_there_are_any() -> None:
    said = picture(standing_at(by_the_clock(), 60)).said()
    line = by_the_clock().line()
    assert {"event", "ms", "40", "60", f"{line[40].time:,.0f}"} <= set(said)
    assert "ms" not in picture(walkthrough()).said()


def test_the_heading_says_what_is_shown() -> None:
    assert "events 51 to 93 of 93" in picture(figure_8("c")).said()
    assert "all 34 events" in picture(walkthrough()).said()
    assert "no event yet" in picture(fresh(3)).said()
    assert "click an event to go there" in picture(walkthrough()).said()
    assert "click an event to go there" not in picture(walkthrough(), live=False).said()


# Words


def test_the_test_for_overlaps_finds_one() -> None:
    assert overlapping([("a", (0, 0, 10, 10)), ("b", (9, 9, 20, 20))]) == [("a", "b")]
    assert overlapping([("a", (0, 0, 10, 10)), ("b", (10, 0, 20, 20))]) == []


@WIDTHS
@EVERY
def test_no_two_words_overlap_and_none_leaves_the_canvas(history: History, width: int) -> None:
    shown = picture(history, width=width)
    # Several messages may be lost at one place, and copies of one held back at one.
    words = [(said, box) for said, box in shown.words() if said not in ("✕", "‖")]
    assert overlapping(words) == []
    for _, (left, top, right, bottom) in words:
        assert left >= -0.5
        assert top >= 0
        assert right <= shown.width + 0.5
        assert bottom <= shown.height


@WIDTHS
@EVERY
def test_no_line_passes_through_a_word(history: History, width: int) -> None:
    shown = picture(history, width=width)
    lines = [*shown.flights.values(), *(a for a in shown.arrows if a.look["class"] == "down")]
    points = [point for arrow in lines for point in along(arrow)]
    beside = {n["label"] for n in shown.of("event word")}
    for said, (left, top, right, bottom) in shown.words():
        if said in beside:
            inside = [p for p in points if left < p[0] < right and top < p[1] < bottom]
            assert inside == [], said


@WIDTHS
@EVERY
def test_everything_drawn_stands_on_the_canvas(history: History, width: int) -> None:
    shown = picture(history, width=width)
    for arrow in shown.arrows:
        assert all(0 <= x <= shown.width for x, _ in arrow.points)
        assert all(0 <= y <= shown.height for _, y in arrow.points)
    for node in shown.nodes:
        x, y = shown.place(node)
        assert 0 <= x <= shown.width
        assert 0 <= y <= shown.height


@pytest.mark.parametrize("history", [figure_8("c"), walkthrough(), figure_7()])
def test_an_arrow_passes_no_event_of_another_node(history: History) -> None:
    seen, shown = scene(history, 1040), picture(history)
    found = journeys(history.line())
    where = {m.place: (seen.scale.x(m.place), seen.scale.y(m.row)) for m in marks(seen)}
    for name, arrow in shown.flights.items():
        journey = found[int(name.split("-")[1])]
        for place, point in where.items():
            if place not in (journey.sent, journey.end):
                assert min(dist(point, p) for p in along(arrow)) > 2.5


def test_a_straight_arrow_would_pass_through_an_event() -> None:
    obstacles = [(50.0, 50.0, 6.0)]
    assert past((0, 0), (100, 100), []) == bent((0, 0), (100, 100))
    around = past((0, 0), (100, 100), obstacles)
    assert min(dist((50, 50), at(around, step / 100)) for step in range(101)) > 5


def test_parts_of_a_curve_lie_on_it() -> None:
    curve = bent((10, 0), (110, 80), 16)
    piece = part(curve, 0.25, 0.75)
    assert piece[0] == pytest.approx(at(curve, 0.25))
    assert piece[-1] == pytest.approx(at(curve, 0.75))
    assert at(piece, 0.5) == pytest.approx(at(curve, 0.5))
    assert at(curve, where_x(curve, 70))[0] == pytest.approx(70, abs=0.01)
    assert (where_x(curve, 0), where_x(curve, 200)) == (0, 1)


# Any run, any words


@pytest.fixture
def loud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draw, "_quiet_stderr", nullcontext)


def noise(dot: str, capfd: pytest.CaptureFixture[str]) -> list[str]:
    """What Graphviz complains of while it draws."""
    capfd.readouterr()
    draw._graphviz(dot)
    said = capfd.readouterr().err.splitlines()
    return [line for line in said if not line.startswith("Fontconfig")]


@pytest.mark.usefixtures("loud")
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@WIDTHS
@EVERY
def test_graphviz_draws_it_without_complaint_and_no_larger(
    history: History, width: int, theme: object, capfd: pytest.CaptureFixture[str]
) -> None:
    dot = space_time_dot(history, width=width, theme=theme)  # type: ignore[arg-type]
    assert noise(dot, capfd) == []
    size = re.match(r'<svg .*?width="(\d+)" height="(\d+)"', draw.svg(dot))
    assert size is not None
    assert tuple(map(int, size.groups())) == (width, scene(history, width).scale.height)


@pytest.mark.usefixtures("loud")
@WIDTHS
def test_names_commands_and_notes_may_be_anything(
    width: int, capfd: pytest.CaptureFixture[str]
) -> None:
    history = History(Cluster.of(*NAMES))
    history.play(Timeout(NAMES[0]), ClientCommand(NAMES[0], NASTY), Cut(NAMES[1], NAMES[2]))
    history.mark(f"({'<'}) {NASTY}")
    history.play(Partition((tuple(NAMES[:2]),)), Crash(NAMES[3]))
    shown = picture(history, width=width)
    assert noise(space_time_dot(history, width=width), capfd) == []
    titles = re.findall("<title>([^<]*)</title>", draw.svg(space_time_dot(history, width=width)))
    assert any(
        unescape(title).startswith(f"event 2: {NAMES[0]} receives SET <b>") for title in titles
    )
    words = [(said, box) for said, box in shown.words() if said not in ("✕", "‖")]
    assert overlapping(words) == []
    assert all(box[2] <= width for _, box in words)
    assert NASTY in space_time_text(history).replace("(<) ", "")


@pytest.mark.parametrize("size", range(1, 10))
def test_any_number_of_nodes_is_drawn_in_either_theme(size: int) -> None:
    history = at_random(size, size, 60)
    for theme in (LIGHT, DARK):
        shown = picture(history, theme=theme)
        assert {f"node{number}" for number in range(1, size + 1)} <= set(shown.said())
        other = DARK if theme is LIGHT else LIGHT
        assert other.bad not in space_time_dot(history, theme=theme)


def test_no_word_is_smaller_than_ten_pixels() -> None:
    history = fresh(3)
    for _ in range(101):
        history.play(Timeout("node1"))
    drawn = draw.svg(space_time_dot(history))
    assert min(float(size) for size in re.findall(r'font-size="([\d.]+)"', drawn)) >= 10
    assert "100" in picture(history).said()


# In words


def test_the_text_tells_what_the_picture_shows() -> None:
    history = fresh(3)
    history.play(Timeout("node1"))
    first, second = history.cluster.network
    history.play(Duplicate(first), Deliver(first), Drop(second), Crash("node1"))
    standing_at(history, 4)
    assert space_time_text(history).splitlines() == [
        "Space and time, all 5 events. "
        "Now is event 4: lose: RequestVote, node1 → node3, term 1, log empty.",
        "At the start:",
        "  node1 is in term 0",
        "  node2 is in term 0",
        "  node3 is in term 0",
        "event 1: node1 times out",
        "  node1 is in term 1",
        "  sent: RequestVote, node1 → node2, term 1, log empty; arrives at event 3",
        "  sent: RequestVote, node1 → node3, term 1, log empty; is lost at event 4",
        "event 2: duplicate: RequestVote, node1 → node2, term 1, log empty",
        "  a copy: RequestVote, node1 → node2, term 1, log empty; is still in flight",
        "event 3: RequestVote, node1 → node2, term 1, log empty",
        "  node2 is in term 1",
        "  sent: reply: vote granted, node2 → node1, term 1; is still in flight",
        "event 4: lose: RequestVote, node1 → node3, term 1, log empty",
        "  This is now. What follows lies ahead.",
        "event 5: node1 crashes",
        "In flight now: 2 messages",
        "  RequestVote, node1 → node2, term 1, log empty: "
        "sent at event 1, copied at event 2, is still in flight",
        "  reply: vote granted, node2 → node1, term 1: sent at event 3, is still in flight",
    ]


@WIDTHS
@EVERY
def test_the_text_has_a_line_for_every_event_shown(history: History, width: int) -> None:
    seen = scene(history, width)
    lines = space_time_text(history, width=width).splitlines()
    for place in seen.shown:
        assert say_moment(place, seen.line[place]) in lines
    told = [line for line in lines if line.startswith(("  sent: ", "  a copy: "))]
    begun = [j for j in journeys(seen.line) if j.begins in seen.shown]
    assert len(told) == len(begun)


def test_times_are_told_with_the_events() -> None:
    history = standing_at(by_the_clock(), 60)
    time = history.line()[60].time
    assert f"event 60, {time:,.1f} ms: " in space_time_text(history)


def test_the_text_tells_who_is_cut_off_and_what_that_lost() -> None:
    history = fresh(3)
    history.play(Timeout("node1"), Partition((("node1",),)), Heal())
    lines = space_time_text(history).splitlines()
    assert "  from here: node1 cut off" in lines
    assert "  lost: RequestVote, node1 → node3, term 1, log empty" in lines
    assert "  no longer: node1 cut off" in lines
    history.play(Timeout("node1"), Crash("node2"))
    history.do(Deliver(history.cluster.network[0]))
    assert "  lost: node2 is down" in space_time_text(history).splitlines()


def test_one_paragraph_stands_for_the_picture() -> None:
    assert space_time_alt(figure_8("c")) == (
        "Space and time: 5 nodes, events 51 to 93 of 93. Now is event 93: node1 receives SET x 4. "
        "Leaders: node1 leads term 2 where it begins; node5 leads term 3 from event 65; "
        "node1 leads term 4 from event 82. Crashes: node5 at event 73. "
        "Cut off: node1 cut off from event 58 until event 74. "
        "Marked: (a) at event 57; (b) at event 72; (c) at event 93. "
        "32 messages sent, 6 lost and 0 in flight now."
    )


def test_a_run_that_is_played_on_has_the_journeys_of_one_walked_anew() -> None:
    history = timed(fresh(5), Timing(loss=0.1, duplication=0.1), seed=3, until=900)
    line = history.line()
    for seed in range(20):
        choose = random.Random(seed)
        places = sorted(choose.sample(range(1, len(line)), 12))
        # Also lines that are shorter than the last one, or another one.
        if seed % 2:
            choose.shuffle(places)
        for place in places:
            begun = journeys(line[: place + 1])
            assert begun == _Walk(line[0]).follow(line[: place + 1])
    other = leader_elected(3).line()
    assert journeys(other) == _Walk(other[0]).follow(other)


def test_a_note_is_left_on_the_way_and_the_journeys_stay() -> None:
    history = leader_elected(3)
    before = journeys(history.line())
    history.mark("here")
    assert journeys(history.line()) == before
