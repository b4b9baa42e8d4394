"""A run as a file: the name says what it is kept as; a picture is SVG or PNG."""

import re
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import graphviz
import pytest

from raftlab.raft import Cluster, Timeout
from raftlab.sim import History, as_python, figure_8, fresh, leader_elected, load
from raftlab.sim.as_test import as_pytest
from raftlab.views import keep as module
from raftlab.views import still
from raftlab.views.draw import REMEDY, NoEngine, NotDrawn
from raftlab.views.keep import (
    NO_PNG,
    SIGNATURE,
    keep,
    keep_strip,
    picture_png,
    picture_svg,
    png,
    strip_png,
)
from raftlab.views.layout import WIDE
from raftlab.views.palette import DARK, LIGHT, Theme
from raftlab.views.strip import strip_svg


def size(drawn: str) -> tuple[float, float]:
    root = ElementTree.fromstring(drawn)
    return float(root.get("width", "0")), float(root.get("height", "0"))


def png_size(drawn: bytes) -> tuple[int, ...]:
    assert drawn.startswith(SIGNATURE)
    return struct.unpack(">II", drawn[16:24])


def pixels(drawn: bytes) -> bytes:
    """What the chunks of a PNG hold, their filters not undone: enough to tell one from another."""
    place, found = len(SIGNATURE), b""
    while place < len(drawn):
        (length,) = struct.unpack(">I", drawn[place : place + 4])
        if drawn[place + 4 : place + 8] == b"IDAT":
            found += drawn[place + 8 : place + 8 + length]
        place += length + 12
    return zlib.decompress(found)


# As a picture


def test_a_moment_as_svg_stands_alone() -> None:
    drawn = picture_svg(figure_8("c"))
    root = ElementTree.fromstring(drawn)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("width") == "916"
    assert "node1 leads term 4" in str(root.get("aria-label"))
    assert not re.search(r"url\(|@import|<script|<style|https?://(?!www\.w3\.org/)", drawn)
    assert f'fill="{LIGHT.panel}"/>' in drawn
    ids = re.findall(r' id="([^"]*)"', drawn)
    assert len(ids) == len(set(ids))


def test_a_picture_has_a_theme_and_a_layout() -> None:
    drawn = picture_svg(figure_8("a"), theme=DARK, layout=WIDE)
    assert f'fill="{DARK.panel}"/>' in drawn
    assert LIGHT.ink not in drawn
    assert size(drawn)[0] == WIDE.width + 2 * still.MARGIN


def test_pictures_of_one_history_have_one_size_and_one_width_of_cell() -> None:
    history = figure_8("c")
    last = picture_svg(history)
    history.goto(40)
    earlier, alone = picture_svg(history), picture_svg(History(history.cluster))
    assert size(earlier) == size(last)
    assert len({right_of_entry_1(drawn) for drawn in (last, earlier)}) == 1
    assert right_of_entry_1(alone) > right_of_entry_1(earlier)


def right_of_entry_1(drawn: str) -> float:
    """Where the last word in a cell begins, which is its term's."""
    cell = drawn.partition('id="node2&#45;entry1"')[2].partition("</a>")[0]
    return max(float(x) for x in re.findall(r' x="([\d.]+)"', cell))


def test_names_that_xml_knows_no_sign_for() -> None:
    history = History(Cluster.of("a\x00b", "\ud800"))
    history.do(Timeout("a\x00b"))
    ElementTree.fromstring(picture_svg(history).encode())
    ElementTree.fromstring(strip_svg(history).encode())


@pytest.mark.parametrize("scale", [0.5, 1, 2, 3.0])
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_a_png_is_the_svg_so_many_pixels_to_the_point(scale: float, theme: Theme) -> None:
    history = leader_elected()
    wide, high = size(picture_svg(history, theme=theme))
    drawn = picture_png(history, theme=theme, scale=scale)
    assert png_size(drawn) == pytest.approx((scale * wide, scale * high), abs=2)


def test_a_png_shows_something_and_is_the_same_each_time() -> None:
    drawn = picture_png(leader_elected())
    assert drawn == picture_png(leader_elected())
    assert len(set(pixels(drawn))) > 50
    assert pixels(drawn) != pixels(picture_png(fresh()))


def test_light_and_dark_differ_in_their_ground() -> None:
    light, dark = (pixels(picture_png(fresh(1), theme=t, scale=1)) for t in (LIGHT, DARK))
    # The first row is ground alone: its first pixel, after the number of its filter.
    assert light[1:4] == bytes.fromhex(LIGHT.panel[1:])
    assert dark[1:4] == bytes.fromhex(DARK.panel[1:])


@pytest.mark.parametrize("scale", [0, -1, 9, float("nan"), float("inf"), True, "2", None])
def test_a_scale_is_a_number_within_bounds(scale: object) -> None:
    with pytest.raises(ValueError, match=r"A scale is a number from 0\.1 to 8, such as 2, not"):
        picture_png(fresh(), scale=scale)  # type: ignore[arg-type]


def test_a_png_is_drawn_without_a_word_on_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    picture_png(fresh())
    assert capfd.readouterr().err == ""


@pytest.fixture
def no_pygraphviz(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygraphviz", None)


@pytest.mark.usefixtures("no_pygraphviz")
def test_a_program_on_the_path_draws_where_pygraphviz_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def pipe(engine: str, form: str, data: bytes, **options: object) -> bytes:
        asked.append((engine, form, b'dpi="144"' in data, options))
        return SIGNATURE + b"and so on"

    monkeypatch.setattr(graphviz, "pipe", pipe)
    assert picture_png(fresh()) == SIGNATURE + b"and so on"
    assert asked == [("neato", "png", True, {"neato_no_op": 2, "quiet": True})]


@pytest.mark.usefixtures("no_pygraphviz")
def test_without_an_engine_one_sentence_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NoEngine, match="no Graphviz here that draws PNG: run `pip install"):
        picture_png(fresh())


@pytest.mark.parametrize("said", [TypeError("'int' object is not subscriptable"), b"not a PNG"])
def test_a_graphviz_that_draws_no_png_is_none(
    said: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pygraphviz

    def draw(*_: object, **__: object) -> object:
        if isinstance(said, Exception):
            raise said
        return said

    monkeypatch.setattr(pygraphviz.AGraph, "draw", draw)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NoEngine) as caught:
        picture_png(fresh())
    assert str(caught.value) == NO_PNG


@pytest.mark.usefixtures("no_pygraphviz")
def test_a_program_that_draws_no_png_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def pipe(*_: object, **__: object) -> bytes:
        words = b'Format: "png" not recognized. Use one of: svg'
        raise graphviz.CalledProcessError(1, ["neato"], stderr=words)

    monkeypatch.setattr(graphviz, "pipe", pipe)
    with pytest.raises(NoEngine) as caught:
        picture_png(fresh())
    assert str(caught.value) == NO_PNG


@pytest.mark.parametrize("dot", ["", "digraph { a [", "digraph { a [label=<<B>] }\0", "\ud800"])
def test_what_is_no_picture_is_refused(dot: str) -> None:
    with pytest.raises(NotDrawn, match="Graphviz could not draw this"):
        png(dot)


# As a file


KEPT: dict[str, Callable[[History], bytes]] = {
    "run.py": lambda history: as_python(history).encode(),
    "test_run.py": lambda history: as_pytest(history).encode(),
    "run_test.py": lambda history: as_pytest(history).encode(),
    "testing.py": lambda history: as_python(history).encode(),
    "run.svg": lambda history: picture_svg(history).encode(),
    "RUN.SVG": lambda history: picture_svg(history).encode(),
    "run.png": picture_png,
}


@pytest.mark.parametrize("name", KEPT)
@pytest.mark.parametrize("as_text", [True, False])
def test_the_name_says_what_a_run_is_kept_as(name: str, as_text: bool, tmp_path: Path) -> None:
    history, path = figure_8("a"), tmp_path / name
    path.write_text("what was there")
    keep(history, str(path) if as_text else path)
    assert path.read_bytes() == KEPT[name](history)
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_a_run_kept_as_json_loads_again(tmp_path: Path) -> None:
    history = figure_8("a")
    history.goto(7)
    keep(history, tmp_path / "run.json")
    again = load(tmp_path / "run.json")
    assert again.moments == history.moments
    assert again.now == history.now


def test_a_picture_is_of_where_the_run_stands(tmp_path: Path) -> None:
    history, path = figure_8("a"), tmp_path / "run.svg"
    history.goto(7)
    keep(history, path, theme=DARK)
    assert path.read_text("utf-8") == picture_svg(history, theme=DARK)
    keep(history, tmp_path / "run.png", scale=1)
    assert png_size((tmp_path / "run.png").read_bytes()) == size(picture_svg(history))


@pytest.mark.parametrize("name", ["run.gif", "run", ".json", "run.json.bak", "run."])
def test_another_name_is_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"A run is kept as \.json \(the run, to load again\)"):
        keep(fresh(), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_drawn_or_written_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_engine(dot: str, *_: object) -> str:
        raise NoEngine(REMEDY)

    path = tmp_path / "run.svg"
    path.write_text("what was there")
    monkeypatch.setattr(module, "svg", no_engine)
    with pytest.raises(NoEngine):
        keep(fresh(), path)
    assert path.read_text() == "what was there"
    with pytest.raises(OSError, match="nowhere"):
        keep(fresh(), tmp_path / "nowhere" / "run.py")
    assert [one.name for one in tmp_path.iterdir()] == ["run.svg"]


def test_a_strip_is_kept_as_a_picture(tmp_path: Path) -> None:
    history = figure_8("b")
    keep_strip(history, tmp_path / "strip.svg", [1, 9], across=1, theme=DARK)
    drawn = strip_svg(history, [1, 9], across=1, theme=DARK)
    assert (tmp_path / "strip.svg").read_text("utf-8") == drawn
    keep_strip(history, tmp_path / "strip.png", scale=1)
    assert (tmp_path / "strip.png").read_bytes() == strip_png(history, scale=1)
    with pytest.raises(ValueError, match=r"A strip is kept as \.svg or \.png; 'strip\.json' names"):
        keep_strip(history, tmp_path / "strip.json")
    with pytest.raises(ValueError, match="1 to 60 frames"):
        keep_strip(history, tmp_path / "none.png", [])
    assert sorted(one.name for one in tmp_path.iterdir()) == ["strip.png", "strip.svg"]
