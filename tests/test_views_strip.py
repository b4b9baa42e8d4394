"""A strip of frames for slides: whole sentences, nothing on anything else, one picture alone."""

import re
import struct
from dataclasses import replace
from html import unescape
from itertools import combinations
from xml.etree import ElementTree

import pytest

from raftlab.raft import RAFT, ClientCommand, Crash, Cut, Node, Partition, RequestVote, Timeout
from raftlab.sim import History, deposed_leader, figure_7, figure_8, fresh, leader_elected, timed
from raftlab.sim.scenarios import walkthrough
from raftlab.sim.script import deliver_all
from raftlab.views.keep import strip_png
from raftlab.views.palette import DARK, LIGHT
from raftlab.views.sheet import width_of
from raftlab.views.strip import strip_dot, strip_svg, wrapped
from raftlab.views.strip_frames import MOST_FRAMES, strip_frames

Box = tuple[float, float, float, float]
SVG = "{http://www.w3.org/2000/svg}"
LONG = "It goes on and on, Ключ 鍵 & <b>so</b> \\N \x00 on. " * 12 + "x" * 300


def generous(node: Node, request: RequestVote) -> bool:
    return True


def two_leaders() -> History:
    history = History(fresh(3).cluster, RAFT.but(may_vote=generous), title="Two leaders")
    history.play(Timeout("node1"), Timeout("node2"))
    deliver_all(history)
    return history


def long_winded() -> History:
    history = leader_elected(5)
    history.play(ClientCommand("node1", "SET key1 a-value-that-is-long"), Partition((("node1",),)))
    history.mark(LONG)
    history.play(Crash("node5"), Cut("node2", "node3"), Cut("node4", "node2"))
    history.mark("Short.")
    return history


RUNS = {
    "walkthrough": walkthrough,
    "figure 8": lambda: figure_8("e"),
    "figure 7": figure_7,
    "two leaders": two_leaders,
    "deposed": deposed_leader,
    "long": long_winded,
    "by the clock": lambda: timed(leader_elected(5), seed=3),
    "nothing happened": fresh,
    "alone": lambda: fresh(1),
}


def words(drawn: str) -> list[tuple[str, Box]]:
    """Every piece of text in a picture with the box it takes, from capitals to lowest letters."""
    up = float(re.findall(r'translate\(0 ([\d.]+)\)"', drawn)[0])
    return [
        (said, (left, y - 0.72 * size, right, y + 0.2 * size))
        for group in ElementTree.fromstring(drawn).findall(f"{SVG}g/{SVG}g")
        for said, size, left, right, y in pieces(group, up)
    ]


def pieces(group: ElementTree.Element, up: float) -> list[tuple[str, float, float, float, float]]:
    """The texts of one label; one that follows another in a line begins where that one ends."""
    found: list[tuple[str, float, float, float, float]] = []
    for text in group.iter(f"{SVG}text"):
        said, size = (text.text or "").replace("\xa0", " "), float(text.get("font-size", "0"))
        mono, bold = "Mono" in text.get("font-family", ""), text.get("font-weight") == "bold"
        width = width_of(said, size, mono=mono, bold=bold)
        x, y = float(text.get("x", "0")), up + float(text.get("y", "0"))
        left = x - {"middle": width / 2, "end": width}.get(text.get("text-anchor", ""), 0)
        if found:
            before, its_size, start, end, its_y = found[-1]
            if its_y == y and start + 0.8 * (end - start) < left < end:
                found[-1] = (before, its_size, start, left, its_y)
        found.append((said, size, left, left + width, y))
    return found


def overlapping(boxes: list[tuple[str, Box]]) -> list[tuple[str, str]]:
    return [
        (one, other)
        for (one, a), (other, b) in combinations(boxes, 2)
        if min(a[2], b[2]) - max(a[0], b[0]) > 1 and a[1] < b[3] and b[1] < a[3]
    ]


def size(drawn: str) -> tuple[float, float]:
    root = ElementTree.fromstring(drawn)
    return float(root.get("width", "0")), float(root.get("height", "0"))


# What is on it


def test_it_shows_the_marks_of_the_lesson() -> None:
    history = figure_8("e")
    frames = strip_frames(history)
    assert [frame.note[:3] for frame in frames] == ["(a)", "(b)", "(c)", "(e)"]
    assert [frame.event for frame in frames] == [
        number for number, moment in enumerate(history.line()) if moment.note
    ]
    assert frames[2].sentence == "node1 appends SET x 4 as entry 3 of term 4."


def test_without_marks_it_shows_where_the_run_turns() -> None:
    frames = strip_frames(two_leaders())
    assert [frame.event for frame in frames] == [6, 7, 9, 18]
    assert [bool(frame.broken) for frame in frames] == [False, False, True, False]
    assert [frame.event for frame in strip_frames(fresh())] == [0]


def test_it_shows_the_moments_asked_for_in_their_order_from_any_branch() -> None:
    history = leader_elected()
    history.do(Crash("node1"))
    history.goto(9)
    number = history.do(Crash("node2")).number
    frames = strip_frames(history, [number, 0, 10])
    assert [(frame.event, frame.sentence) for frame in frames] == [
        (10, "node2 crashes."),
        (0, "3 nodes, led by node1."),
        (10, "node1 crashes."),
    ]
    assert [frame.label for frame in frames] == ["event 10", "the start", "event 10"]


def test_moments_that_are_not_there_or_are_too_many() -> None:
    with pytest.raises(IndexError, match="There is no moment 7"):
        strip_svg(fresh(), [7])
    for moments in ([], [0] * (MOST_FRAMES + 1)):
        with pytest.raises(ValueError, match=r"A strip has 1 to 60 frames, not \d+: choose"):
            strip_svg(fresh(), moments)


def test_what_breaks_is_said() -> None:
    frame = strip_frames(two_leaders(), [9])[0]
    sentence = "Election Safety broken: node1 and node2 both led term 1."
    assert frame.broken == (sentence,)
    assert str(frame) == f"Event 9: node2 becomes leader of term 1 with 2 votes of 3. {sentence}"
    assert LIGHT.bad in strip_svg(two_leaders(), [9])
    assert LIGHT.bad not in strip_svg(two_leaders(), [8])


# How it is drawn


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("across", [None, 1, 3])
def test_no_text_is_cut_overlaps_or_leaves_the_canvas(name: str, across: int | None) -> None:
    history = RUNS[name]()
    drawn = strip_svg(history, across=across)
    shown = words(drawn)
    assert overlapping(shown) == []
    wide, high = size(drawn)
    lefts, tops, rights, bottoms = zip(*(box for _, box in shown), strict=True)
    assert min(*lefts, *tops) >= 0
    assert max(rights) <= wide - 16
    assert max(bottoms) <= high - 16
    texts = re.sub(r"\s", "", "".join(said for said, _ in shown))
    for frame in strip_frames(history):
        for said in (frame.label, frame.sentence, frame.note, *frame.broken):
            assert re.sub(r"\s", "", said.replace("\x00", "\N{REPLACEMENT CHARACTER}")) in texts


def test_the_test_for_overlaps_finds_one() -> None:
    assert overlapping([("a", (0, 0, 10, 10)), ("b", (8, 9, 20, 20))]) == [("a", "b")]
    assert overlapping([("a", (0, 0, 10, 10)), ("b", (10, 0, 20, 20))]) == []


def test_captions_stand_below_their_pictures() -> None:
    shown = dict(words(strip_svg(walkthrough(), [4])))
    lowest_of_picture = max(box[3] for said, box in shown.items() if said in ("node3", "follower"))
    first = next(box for said, box in shown.items() if said.startswith("node1 becomes"))
    assert lowest_of_picture < first[1]


@pytest.mark.parametrize("name", ["walkthrough", "figure 8", "deposed"])
def test_commands_are_whole_where_there_is_room(name: str) -> None:
    drawn = strip_svg(RUNS[name]())
    assert "…" not in "".join(said for said, _ in words(drawn))


def test_logs_of_up_to_fourteen_entries_are_drawn_whole_and_longer_ones_say_so() -> None:
    drawn = strip_svg(figure_7(), across=1)
    assert size(drawn)[0] < 500
    assert not [said for said, _ in words(drawn) if said.endswith(" more")]
    history = leader_elected()
    history.play(*(ClientCommand("node1", "SET x 1") for _ in range(20)))
    drawn = strip_svg(history, [history.now.number])
    assert [said for said, _ in words(drawn) if said.endswith(" more")] == ["8 more"]
    assert overlapping(words(drawn)) == []


def test_who_is_cut_off_is_told_in_full_or_in_number() -> None:
    history = leader_elected(5)
    history.do(Partition((("node1",),)))
    said = " ".join(words for words, _ in words(strip_svg(history, [history.now.number])))
    assert "cut off from all others" in said
    assert said.count("cut off from node1") == 4
    history.do(Partition((("node1", "node2"), ("node3", "node4", "node5"))))
    said = " ".join(words for words, _ in words(strip_svg(history, [history.now.number])))
    assert said.count("cut off from 3 others") == 2
    history = leader_elected(5)
    history.play(*(Cut("node1", f"node{number}") for number in (3, 4, 5)))
    said = " ".join(words for words, _ in words(strip_svg(history, [history.now.number])))
    assert "links cut, 3 others" in said


@pytest.mark.parametrize(
    ("frames", "across", "columns"),
    [
        (1, None, 1),
        (4, None, 4),
        (5, None, 3),
        (6, None, 3),
        (9, None, 3),
        (10, None, 4),
        (3, 9, 3),
    ],
)
def test_rows_are_even(frames: int, across: int | None, columns: int) -> None:
    drawn = strip_svg(fresh(), [0] * frames, across=across)
    lefts = {box[0] for said, box in words(drawn) if said == "the start"}
    assert len(lefts) == columns


@pytest.mark.parametrize("across", [0, -1, 1.5, True, "2"])
def test_so_many_across_is_a_number(across: object) -> None:
    with pytest.raises(ValueError, match="1 or more, not"):
        strip_svg(fresh(), across=across)  # type: ignore[arg-type]


def test_it_stands_alone_and_says_what_it_shows() -> None:
    history = long_winded()
    history.title = "\x00 & <title>"
    drawn = strip_svg(history)
    root = ElementTree.fromstring(drawn)
    assert root.tag == f"{SVG}svg"
    assert "Event 19: The network splits" in str(root.get("aria-label"))
    assert not re.search(r"url\(|@import|<script|<style|https?://(?!www\.w3\.org/)", drawn)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert ids == []


def test_either_theme_has_its_own_ground_and_colours() -> None:
    light, dark = (strip_svg(figure_8("a"), theme=theme) for theme in (LIGHT, DARK))
    assert f'fill="{LIGHT.panel}"/>' in light
    assert f'fill="{DARK.panel}"/>' in dark
    assert LIGHT.ink not in dark
    assert [said for said, _ in words(light)] == [said for said, _ in words(dark)]


def test_it_is_the_same_each_time_and_leaves_the_run_as_it_was() -> None:
    history = walkthrough()
    before = (history.now, history.line())
    assert strip_svg(history) == strip_svg(walkthrough())
    assert (history.now, history.line()) == before


def test_as_png_it_has_the_size_of_the_svg() -> None:
    wide, high = size(strip_svg(figure_8("b"), theme=DARK))
    drawn = strip_png(figure_8("b"), theme=DARK, scale=1.5)
    assert struct.unpack(">II", drawn[16:24]) == pytest.approx((1.5 * wide, 1.5 * high), abs=2)


def test_nodes_of_long_names_and_any_words() -> None:
    cluster = fresh(1).cluster
    name = "a node of a very long name indeed <&>"
    node = replace(cluster.nodes[0], name=name)
    history = History(replace(cluster, nodes=(node,)), title=LONG)
    drawn = strip_svg(history)
    assert overlapping(words(drawn)) == []
    assert unescape("&lt;b&gt;so") in "".join(said for said, _ in words(drawn))


# Words in lines


def test_words_are_broken_into_lines_and_none_is_lost() -> None:
    lines = list(wrapped(LONG, 120, 13))
    assert all(width_of(line, 13) * 1.05 <= 120 for line in lines)
    assert "".join("".join(lines).split()) == "".join(LONG.replace("\x00", "\ufffd").split())
    assert list(wrapped("", 120, 13)) == []
    assert list(wrapped("one two", 1, 13)) == [*"one", *"two"]
    assert list(wrapped(" as  it\nstands ", 400, 13)) == ["as it stands"]


def test_the_dot_source_is_the_same_picture() -> None:
    frames = strip_frames(figure_8("a"))
    assert strip_dot(frames) == strip_dot(frames, across=1)
