"""The card of a verdict: what it says, what it shows, and that it can be shown anywhere."""

import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from IPython.core.interactiveshell import InteractiveShell

from raftlab import RAFT, ClientCommand, Crash, History, Restart, Timeout, fresh, leader_elected
from raftlab.modelcheck import Bounds, Exploration, explore
from raftlab.modelcheck.at_random.searching import random_search
from raftlab.modelcheck.result import Fault
from raftlab.raft import Event, Node, RequestVote
from raftlab.raft.node import restart
from raftlab.sim.history import Moment
from raftlab.sim.scenarios import deposed_leader
from raftlab.views import frames, notebook
from raftlab.views.draw import REMEDY, NoEngine, svg
from raftlab.views.frames import in_both_themes
from raftlab.views.key_moments import breaks_anew, key_moments, path_to_the_end
from raftlab.views.palette import DARK, LIGHT
from raftlab.views.snapshot import snapshot_dot
from raftlab.views.verdict import Result, show_verdict

VOID = {"img"}


def always(node: Node, request: RequestVote) -> bool:
    return True


def never(node: Node, request: RequestVote) -> bool:
    return False


def nothing(node: Node, request: RequestVote) -> None:
    pass


def raises(node: Node, request: RequestVote) -> bool:
    raise ValueError("<script>alert(1)</script> & `more`")


SMALL = Bounds(terms=1, crashes=0)
RESULTS: dict[str, Callable[[], Result]] = {
    "broken": lambda: explore(fresh(), RAFT.but(may_vote=always), SMALL),
    "unsound": lambda: explore(fresh(), RAFT.but(may_vote=nothing), SMALL),
    "raises": lambda: explore(fresh(), RAFT.but(may_vote=raises), SMALL),
    "unavailable": lambda: explore(fresh(), RAFT.but(may_vote=never), SMALL),
    "nothing broke": lambda: explore(fresh(), RAFT, SMALL),
    "undecided": lambda: explore(fresh(), RAFT, replace(SMALL, entries=0)),
    "stopped": lambda: explore(fresh(), RAFT, replace(SMALL, states=100)),
    "broken at random": lambda: random_search(fresh(), RAFT.but(may_vote=always), runs=20),
    "nothing at random": lambda: random_search(fresh(), runs=2, events=20),
}


@cache
def result(name: str) -> Result:
    return RESULTS[name]()


def html(found: Result) -> str:
    return show_verdict(found)["text/html"]


class Page(HTMLParser):
    """What an HTML fragment consists of; complains of a tag that nothing closes."""

    def __init__(self, fragment: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(fragment)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def pictures(page: Page) -> list[str]:
    heads = [str(image["src"]).split(",", 1) for image in page.all("img")]
    assert all(head == "data:image/svg+xml;base64" for head, _ in heads)
    return [b64decode(data).decode() for _, data in heads]


@pytest.mark.parametrize("name", RESULTS)
def test_it_says_what_the_text_says(name: str) -> None:
    found = result(name)
    page = Page(html(found))
    for words in (found.headline, found.sentence, found.tried, found.scope):
        assert words.replace("`", "") in page.text
    for words in found.lines():
        assert words in page.text
    assert show_verdict(found)["text/plain"] == str(found)


@pytest.mark.parametrize("name", RESULTS)
def test_it_needs_nothing_from_elsewhere(name: str) -> None:
    shown = html(result(name))
    page = Page(shown)
    assert not {"script", "link", "iframe", "svg"} & {tag for tag, _ in page.tags}
    assert not [key for _, attributes in page.tags for key in attributes if key.startswith("on")]
    for text in (shown, *pictures(page)):
        assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/)", text)


@pytest.mark.parametrize("name", RESULTS)
def test_its_pictures_are_few_and_told_in_words(name: str) -> None:
    found = result(name)
    page = Page(html(found))
    shown = page.all("img")
    assert len(shown) <= 4
    assert bool(shown) == (found.history is not None)
    for image, drawn in zip(shown, pictures(page), strict=True):
        assert "3 nodes. " in str(image["alt"])
        assert ElementTree.fromstring(drawn).tag.endswith("svg")


@pytest.mark.parametrize(
    ("name", "words", "colour"),
    [
        ("broken", "✕ broken Election Safety broke after 6 events.", "bad"),
        ("unsound", "! may_vote is not a rule yet.", "bad"),
        ("unavailable", "– Safe, and unavailable.", "control"),
        ("nothing broke", "✓ Nothing broke in ", "ok"),
        ("undecided", "? Undecided: nothing broke in ", "control"),
        ("nothing at random", "– Nothing broke in 2 random runs of 20 events.", "control"),
    ],
)
def test_the_outcome_is_a_sign_a_word_and_a_colour(name: str, words: str, colour: str) -> None:
    shown = html(result(name))
    assert Page(shown).text.startswith(words)
    assert f"border-left: 5px solid {getattr(LIGHT, colour)};" in shown


def test_a_broken_property_is_marked_wherever_it_shows() -> None:
    text = Page(html(result("broken"))).text
    assert text.count("✕ Election Safety") == 3  # the key moment, the last event, the light
    assert "broken ✕ Election Safety" in text
    assert "hold ✓ Leader Append-Only" in text
    assert "◆ departs from Raft" in text
    assert "may_vote says yes; in Raft it says no." in text


def test_what_can_happen_is_said_once() -> None:
    assert "can happen ✓ a leader is elected: after " in Page(html(result("broken"))).text
    assert "can happen ✓" not in Page(html(result("nothing broke"))).text


def test_a_fault_says_what_the_rule_was_asked() -> None:
    text = Page(html(result("unsound"))).text
    assert "asked node2 (follower, term 1, no vote yet" in text
    assert "From here may_vote is asked" in text
    assert "! then may_vote is asked" in text


def test_what_a_search_tried_before_is_said() -> None:
    found = result("nothing broke")
    assert isinstance(found, Exploration)
    assert found.before == ""
    later = replace(found, earlier=(found,))
    assert later.before in Page(html(later)).text


def test_more_than_twelve_events_are_folded_away() -> None:
    found = result("broken")
    assert found.history
    start = fresh()
    for _ in range(7):
        start.play(Crash("node1"), Restart("node1"))
    (few,), (many,) = (
        Page(html(replace(found, history=run))).all("details") for run in (found.history, start)
    )
    assert "open" in few
    assert "open" not in many


def test_whatever_a_learner_wrote_is_escaped() -> None:
    start = leader_elected()
    start.title = '<b title="x">mine</b> & yours'
    start.do(ClientCommand("node1", "SET <script>alert(1)</script> a&b"))
    found = explore(start, RAFT.but(may_vote=always), SMALL)
    assert isinstance(found, Exploration)
    hostile = replace(found, fault=Fault("<i>rule</i>", ("<u>it</u>",), "& <s>"), violation=None)
    for shown in map(Page, (html(found), html(hostile), html(result("raises")))):
        assert not {"script", "b", "i", "u", "s"} & {tag for tag, _ in shown.tags}
        for drawn in pictures(shown):
            assert "script" not in {
                e.tag.split("}")[-1] for e in ElementTree.fromstring(drawn).iter()
            }
    assert "<script>alert(1)</script> & more" in Page(html(result("raises"))).text
    assert '<b title="x">mine</b> & yours.' in Page(html(found)).text


def test_without_an_engine_words_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_engine(dot: str) -> str:
        raise NoEngine(REMEDY)

    monkeypatch.setattr(frames, "svg", no_engine)
    page = Page(html(result("broken")))
    assert page.all("img") == []
    assert page.text.count("3 nodes. ") == 4
    assert page.text.count(REMEDY.replace("`", "")) == 1


def test_it_is_the_same_each_time_but_for_the_seconds() -> None:
    one, other = result("broken"), RESULTS["broken"]()
    assert html(replace(one, seconds=1.0)) == html(replace(other, seconds=1.0))


def test_playing_on_changes_nothing() -> None:
    found = RESULTS["broken"]()
    before = html(found)
    assert found.history
    found.history.do(Timeout("node3"))
    assert Page(html(found)).all("img") == Page(before).all("img")


@pytest.mark.parametrize("name", ["broken", "nothing broke", "broken at random"])
def test_a_notebook_shows_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    notebook.register()
    data, _ = shell.display_formatter.format(result(name))
    assert data["text/html"] == html(result(name))
    assert data["text/plain"] == str(result(name))


# The key moments


def told(run: tuple[Moment, ...], departs: int | None = None) -> list[tuple[int, str]]:
    return [(key.event, key.title) for key in key_moments(run, departs=departs)]


def test_the_key_moments_lead_from_where_raft_parts_to_what_breaks() -> None:
    found = result("broken")
    assert isinstance(found, Exploration)
    assert found.history
    *before, last = told(path_to_the_end(found.history), found.departs)
    assert (found.departs, "Departs from Raft") in before
    assert last == (6, "Election Safety broken")


def test_a_start_at_which_something_has_happened_is_among_them() -> None:
    run = deposed_leader()
    start = History(run.cluster)
    start.do(Timeout("node3"))
    assert told(start.line()) == [(0, "The start"), (1, "The end")]


def test_moments_of_each_kind_have_their_titles() -> None:
    titles = dict(told(deposed_leader().line()))
    assert "Two leaders" in titles.values()
    assert "A vote" in titles.values()


def test_what_stays_broken_breaks_once() -> None:
    found = RESULTS["broken"]()
    assert found.history
    found.history.do(Timeout("node3"))
    run = found.history.line()
    assert [len(breaks_anew(run, number)) for number in range(len(run))] == [0] * 6 + [1, 0]


def forgets(node: Node) -> Node:
    return replace(restart(node), voted_for=None)


def hasty(node: Node) -> int:
    return node.log.last_index


@pytest.mark.parametrize(
    ("rules", "event", "words"),
    [
        (
            {"restart": forgets},
            Crash("node1"),
            "restart gives: term 1, no vote yet, no entries; "
            "in Raft it gives: term 1, voted for node1, no entries.",
        ),
        (
            {"leader_commit_index": hasty},
            ClientCommand("node1", "SET x 1"),
            "leader_commit_index gives 1; in Raft it gives 0.",
        ),
    ],
)
def test_what_departs_is_said_beside_what_raft_gives(
    rules: dict[str, Callable[..., object]], event: Event, words: str
) -> None:
    run = History(leader_elected().cluster, RAFT.but(**rules))
    run.do(event)
    *_, key = key_moments(run.line(), departs=1)
    assert key.title == "Departs from Raft"
    assert key.words[1:] == (words,)


def test_a_departure_that_cannot_be_compared_is_not() -> None:
    run = History(leader_elected().cluster, RAFT.but(on_command=lambda turn, command: None))
    run.do(ClientCommand("node1", "SET x 1"))
    *_, key = key_moments(run.line(), departs=1)
    assert len(key.words) == 1


def test_crashes_and_commits_have_their_titles() -> None:
    run = History(leader_elected().cluster, RAFT.but(leader_commit_index=hasty))
    run.play(ClientCommand("node1", "SET x 1"), Crash("node1"))
    assert told(run.line()) == [(0, "The start"), (1, "An entry is committed"), (2, "A crash")]


# The pictures


def test_a_picture_is_that_of_either_theme() -> None:
    run = deposed_leader()
    light, dark = (svg(snapshot_dot(run.cluster, run.now.step, 1, t)) for t in (LIGHT, DARK))
    both = in_both_themes(light)
    rules = dict(re.findall(r'\[((?:fill|stroke)="#\w+")\]\{\w+:(#\w+)\}', both))

    def follow(match: re.Match[str]) -> str:
        return f'{match[1]}="{rules[match[0]]}"'

    assert re.sub(r'(fill|stroke)="#\w+"', follow, light) == dark


def test_a_picture_has_room_for_logs_of_any_length() -> None:
    run = leader_elected()
    for number in range(9):
        assert svg(snapshot_dot(run.cluster, run.now.step, 0, LIGHT)).startswith("<svg")
        run.do(ClientCommand("node1", f"SET key{number} a-rather-long-value"))


def test_a_picture_says_who_is_cut_off() -> None:
    run = leader_elected()
    cut = replace(run.cluster, cut=(("node1", "node2"), ("node2", "node1")))
    assert "cut off from node2" in svg(snapshot_dot(cut, None, 0, LIGHT)).replace("\xa0", " ")
