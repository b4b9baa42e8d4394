"""Plots of experiments: what they draw, that they can be shown anywhere, and what stands in."""

import re
import subprocess
import sys
from base64 import b64decode
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from IPython.core.interactiveshell import InteractiveShell

from raftlab.raft import RAFT
from raftlab.sim.experiments import (
    LAN_TABLE,
    BackingUp,
    Comparison,
    Durations,
    ElectionTimes,
    SplitVotes,
    compare,
    compare_backing_up,
    crash_and_replace,
    election_times,
    lan,
    replace_leader,
    split_votes,
)
from raftlab.views import notebook
from raftlab.views.experiment import Result, show_experiment
from raftlab.views.frames import in_both_themes
from raftlab.views.palette import DARK, LIGHT
from raftlab.views.plot import DASHES, MARKERS, against_formula, ended_by_then, says
from raftlab.views.plot_axes import REMEDY, NoPlot

VOID = {"img", "path", "use", "rect"}


@pytest.fixture(scope="module")
def one() -> Durations:
    return replace_leader(20, progress=False)


@pytest.fixture(scope="module")
def several() -> Comparison:
    never = RAFT.but(may_vote=lambda node, request: False)
    set_ups = {
        "150–155 ms": crash_and_replace(lan(150, 155)),
        "150–200 ms": crash_and_replace(lan(150, 200)),
        "no votes": crash_and_replace(rules=never, cap=300),
    }
    return compare(set_ups, 20, varied="election timeout", progress=False)


@pytest.fixture(scope="module")
def votes() -> SplitVotes:
    return split_votes((0.1, 0.3), (5, 3), trials=20, progress=False)


@pytest.fixture(scope="module")
def times() -> ElectionTimes:
    return election_times((0.1, 0.3), (5, 3), trials=20, progress=False)


@pytest.fixture(scope="module")
def bars() -> BackingUp:
    return compare_backing_up()


@pytest.fixture(params=["one", "several", "votes", "times", "bars"])
def result(request: pytest.FixtureRequest) -> Result:
    return request.getfixturevalue(request.param)


def drawn(result: Result) -> str:
    """The picture in a card."""
    (data,) = re.findall(r"data:image/svg\+xml;base64,([^\"]+)", shown(result))
    return b64decode(data).decode()


def shown(result: Result) -> str:
    return show_experiment(result)["text/html"]


def strokes(svg: str) -> set[str]:
    return set(re.findall(r'stroke="(#[0-9a-f]{6})"', svg))


# What is drawn


def test_each_line_has_a_colour_dashes_and_markers_of_its_own(several: Comparison) -> None:
    svg = ended_by_then(several.durations)
    assert strokes(svg) >= {LIGHT.terms[number].stroke for number in (0, 1)}
    groups = [g for g in ElementTree.fromstring(svg).iter() if g.get("stroke", "") != ""]
    dashes = {
        (
            g.get("stroke"),
            (re.search(r"stroke-dasharray: ([^;]+)", g.get("style") or "") or [""])[0],
        )
        for g in groups
        if g.get("stroke") in {colours.stroke for colours in LIGHT.terms}
        and "stroke-width: 1.8" in (g.get("style") or "")
    }
    assert len(dashes) == len({looks for _, looks in dashes}) == 3
    assert len(set(MARKERS)) == len(set(DASHES)) == len(LIGHT.terms)


def test_a_line_ends_where_trials_were_given_up() -> None:
    half = Durations.of("half", [10, 20, None, None], 100)
    full = Durations.of("full", [10, 20, 30, 40], 100)
    # In an SVG, upwards is less.
    assert highest(ended_by_then([half])) > highest(ended_by_then([full])) + 50
    assert ElementTree.fromstring(ended_by_then([Durations.of("none", [None], 100)])) is not None


def highest(svg: str) -> float:
    """How far up the line goes."""
    lines = [
        path.get("d") or ""
        for path in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}path")
        if path.get("stroke") == LIGHT.terms[0].stroke and path.get("clip-path")
    ]
    return min(float(y) for line in lines for y in re.findall(r"[ML] \S+ (\S+)", line))


def test_points_stand_where_they_were_measured_and_lines_where_the_formula_is(
    votes: SplitVotes,
) -> None:
    svg = against_formula(votes)
    (ground,) = re.findall(r'viewBox="([^"]+)"', svg)
    assert ground == "0 0 532.8 259.2"
    # Two numbers of servers, of each two points with their intervals.
    assert svg.count("LineCollection") == 2
    assert against_formula(votes, DARK) != svg
    assert strokes(against_formula(votes, DARK)) >= {DARK.terms[number].stroke for number in (0, 1)}


def test_the_same_result_is_drawn_the_same(result: Result) -> None:
    assert drawn(result) == drawn(result)


def test_thousands_of_trials_make_no_huge_picture() -> None:
    many = Durations.of("many", [float(number % 977 + number) for number in range(20_000)], 1e6)
    assert len(ended_by_then([many] * 5)) < 150_000


# Where it is shown


def test_no_colour_is_outside_the_palette(result: Result) -> None:
    svg = in_both_themes(drawn(result))
    light, dark = (
        {value for value in vars_of(theme) if value.startswith("#")} for theme in (LIGHT, DARK)
    )
    ground, _, inked = drawn(result).partition("</style>")
    assert "prefers-color-scheme: dark" in ground
    assert set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{6})"', inked)) <= light
    assert set(re.findall(r"(?:fill|stroke):(#[0-9a-f]{6})", svg)) <= dark
    # What has no colour of its own would be black in either theme.
    assert not re.search(r"(?:fill|stroke): ?(?:#000000|black)", inked)


def vars_of(theme: object) -> list[str]:
    return re.findall(r"#[0-9a-f]{6}", repr(theme))


def test_letters_have_a_colour_in_both_themes(result: Result) -> None:
    root = ElementTree.fromstring(drawn(result))
    texts = [g for g in root.iter("{http://www.w3.org/2000/svg}g") if "text" in g.get("id", "")]
    assert texts
    for text in texts:
        assert any(part.get("fill") in (LIGHT.ink, LIGHT.muted) for part in text.iter())


class Balanced(HTMLParser):
    """That every element is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.alt = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.alt = dict(attrs).get("alt") or self.alt
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_a_card_has_picture_alternative_text_and_every_number(result: Result) -> None:
    page = Balanced()
    page.feed(shown(result))
    assert page.open == []
    assert page.alt == says(result)
    cells = {cell for row in result.rows() for cell in row if cell}
    assert cells | {result.headline, *result.notes} <= set(page.words)
    assert show_experiment(result)["text/plain"] == str(result)


def test_the_published_table_has_a_card_without_a_picture() -> None:
    page = Balanced()
    page.feed(shown(LAN_TABLE))
    assert page.open == []
    assert {"1,357 ms", LAN_TABLE.headline, *LAN_TABLE.notes} <= set(page.words)
    assert "<img" not in shown(LAN_TABLE)


def test_the_alternative_text_says_what_the_picture_shows(
    one: Durations, several: Comparison, votes: SplitVotes, times: ElectionTimes
) -> None:
    assert re.fullmatch(
        "Share of trials that had ended by each time, in simulated milliseconds: Replacing the "
        r"leader of 5 servers, .*: half within \d+ ms, 99.9 % within \d+ ms\.",
        says(one),
    )
    assert "no votes: 20 of 20 given up after 300 ms." in says(several)
    some = Comparison("", (Durations.of("some", [5, 6, 7, None], 10),))
    assert says(some).endswith("some: half within 6.50 ms, 1 of 4 given up after 10.0 ms.")
    assert re.search(
        r"5 of 5 up: \d+ % at 0.1 \(formula 1\), \d+ % at 0.3 \(formula 16\); 3 of 5", says(votes)
    )
    assert re.search(r"\d+ ms at 0.3 \(formula 723\)\.$", says(times))


def test_a_notebook_shows_results_by_itself(
    result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    notebook.register()
    for value in (result, LAN_TABLE):
        data, _ = shell.display_formatter.format(value)
        assert data["text/html"] == shown(value)
        assert data["text/plain"] == str(value)


# Without matplotlib


def test_a_missing_matplotlib_is_told_in_a_sentence(
    result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(NoPlot, match="The plot needs matplotlib: `pip install matplotlib`"):
        ended_by_then([Durations.of("mine", [1], 2)])
    page = Balanced()
    page.feed(shown(result))
    assert "".join(page.words).replace("`", "").count(REMEDY.replace("`", "")) == 1
    assert result.headline in page.words
    assert "<img" not in shown(result)


def test_matplotlib_is_imported_when_a_plot_is_drawn_and_not_before() -> None:
    code = (
        "import sys, raftlab\n"
        "from raftlab.sim.experiments import replace_leader\n"
        "from raftlab.views.experiment import show_experiment\n"
        "found = replace_leader(2, progress=False)\n"
        "print('matplotlib' in sys.modules)\n"
        "show_experiment(found)\n"
        "print('matplotlib' in sys.modules, 'matplotlib.pyplot' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "True", "False"]


def test_an_error_while_drawing_leaves_matplotlib_as_it_was() -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    with pytest.raises(AttributeError):
        ended_by_then([None])  # type: ignore[list-item]
    assert dict(matplotlib.rcParams) == before
