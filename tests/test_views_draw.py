"""Drawing: by one Graphviz or the other, or one sentence; and stills for where nothing runs."""

import base64
import re
import sys
import xml.etree.ElementTree as ET
from threading import Thread

import graphviz
import pytest

from raftlab.raft import Cluster, Timeout, step
from raftlab.views import draw
from raftlab.views.cluster_dot import cluster_dot
from raftlab.views.draw import NoEngine, NotDrawn, svg
from raftlab.views.palette import DARK, LIGHT
from raftlab.views.still import still

THREE = Cluster.of("node1", "node2", "node3")
ASKED = step(THREE, Timeout("node1"))


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    draw._drawn.cache_clear()


@pytest.fixture
def no_pygraphviz(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygraphviz", None)


@pytest.fixture
def no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")


def test_a_picture_is_one_svg_element_sized_in_pixels() -> None:
    drawn = ET.fromstring(svg(cluster_dot(THREE), "three followers, & no leader"))
    assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
    assert (drawn.get("width"), drawn.get("viewBox")) == ("1068", "0 0 1068 365")
    assert drawn.get("role") == "img"
    assert drawn.get("aria-label") == "three followers, & no leader"


def test_tooltips_are_what_browsers_show_and_names_are_our_own() -> None:
    drawn = svg(cluster_dot(ASKED.after, ASKED))
    titles = re.findall("<title>([^<]*)</title>", drawn)
    assert "RequestVote from node1 to node2, term 1" in titles
    assert not [title for title in titles if re.fullmatch(r"n\d+(-.gt;n\d+)?|cluster", title)]
    assert drawn.count('id="node1"') == 1
    assert "<!--" not in drawn
    assert "Liberation Sans Bold" not in drawn


def test_drawing_says_nothing_on_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    svg(cluster_dot(THREE))
    svg("digraph { a [shape=plain label=<<TABLE><TR>>] }")
    assert capfd.readouterr().err == ""


@pytest.mark.usefixtures("no_pygraphviz", "no_program")
def test_without_any_engine_one_sentence_names_the_remedy() -> None:
    with pytest.raises(NoEngine, match="pip install pygraphviz"):
        svg(cluster_dot(THREE))


@pytest.mark.usefixtures("no_pygraphviz")
def test_a_program_on_the_path_draws_where_pygraphviz_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def pipe(engine: str, form: str, data: bytes, **options: object) -> bytes:
        asked.append((engine, form, options))
        return b'<?xml?>\n<svg width="10pt" height="20pt"\n viewBox="0 0 10 20" xmlns="x"></svg>\n'

    monkeypatch.setattr(graphviz, "pipe", pipe)
    assert svg("digraph {}") == (
        '<svg role="img" width="10" height="20" viewBox="0 0 10 20" xmlns="x"></svg>'
    )
    assert asked == [("neato", "svg", {"neato_no_op": 2, "quiet": True})]


@pytest.mark.parametrize("dot", ["", "digraph {", "digraph { a [label=<<B>] }\0", "\ud800"])
def test_what_is_no_picture_is_refused(dot: str) -> None:
    with pytest.raises(NotDrawn, match="Graphviz could not draw this"):
        svg(dot)


def test_threads_may_draw_at_once() -> None:
    drawn: list[str] = []
    dots = [cluster_dot(THREE, theme=theme) for theme in (LIGHT, DARK)] * 3
    threads = [Thread(target=lambda dot=dot: drawn.append(draw._graphviz(dot))) for dot in dots]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(drawn) == 6
    assert len(set(drawn)) == 2


def test_a_still_is_an_image_with_its_text_and_its_caption() -> None:
    shown = still(ASKED.after, ASKED, "node1 times out.", "It had heard of <no> leader.")
    assert shown.keys() == {"text/html", "text/plain"}
    figure = ET.fromstring(re.sub("(<img [^>]*)>", r"\1/>", shown["text/html"]))
    image, caption = figure
    assert (image.tag, caption.tag) == ("img", "figcaption")
    assert "node1" in image.get("alt", "")
    assert "".join(caption.itertext()) == "node1 times out. It had heard of <no> leader."
    data = image.get("src", "").removeprefix("data:image/svg+xml;base64,")
    drawn = ET.fromstring(base64.b64decode(data).decode())
    assert drawn.get("viewBox") == "-8 -8 916 403"
    assert drawn[0].get("fill") == LIGHT.panel
    assert "node1" in shown["text/plain"]


@pytest.mark.usefixtures("no_pygraphviz", "no_program")
def test_without_an_engine_a_still_is_the_text_and_the_remedy() -> None:
    shown = still(THREE)
    assert "<img" not in shown["text/html"]
    assert "<pre>" in shown["text/html"]
    assert "pip install pygraphviz" in shown["text/html"]
