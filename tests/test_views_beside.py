"""What Raft would have done here, and a pinned moment beside the shown one, on the page."""

from html import escape

import pytest

from raftlab import History, fresh, walkthrough
from raftlab.raft import ClientCommand
from raftlab.sim.gallery import GALLERY
from raftlab.sim.side_by_side import beside_raft, compare
from raftlab.views import frames as frames_module
from raftlab.views.beside import MOST_DIFFERENCES, beside_raft_html, comparison_html
from raftlab.views.draw import NoEngine

HOSTILE = "SET x <img/src=x/onerror=alert(1)>"


def test_the_step_is_shown_twice_with_what_each_rule_gave_and_what_differs() -> None:
    found = beside_raft(GALLERY["lost_vote"].history())
    html = beside_raft_html(found)
    assert found.headline in html
    assert html.count("<img") == 2
    assert "This run" in html
    assert "Raft, at the same event" in html
    assert escape(found.differences[0], quote=False) in html


def test_a_run_of_rafts_own_says_that_it_is_one() -> None:
    assert "every step is one that Raft takes too" in beside_raft_html(beside_raft(walkthrough()))


def test_two_moments_are_shown_with_their_events() -> None:
    history = walkthrough()
    html = comparison_html(history, compare(history, 2, 5))
    assert html.index("Pinned") < html.index("Shown now")
    assert html.count("<img") == 2
    same = comparison_html(history, compare(history, 5, 5))
    assert "No node, no message and no link differs." in same


def test_many_differences_are_cut_and_it_says_how_many() -> None:
    history = GALLERY["figure_7"].history()
    found = compare(history, 0, len(history) - 1)
    html = comparison_html(history, found)
    assert f"… and {len(found.differences) - MOST_DIFFERENCES} more." in html


def test_markup_in_a_command_is_text() -> None:
    history = History(walkthrough().moments[-1].cluster)
    leader = next(n.name for n in history.cluster.nodes if n.role.value == "leader")
    history.do(ClientCommand(leader, HOSTILE))
    html = comparison_html(history, compare(history, 0, 1))
    assert "onerror" in html
    assert "<img/src" not in html


def test_where_nothing_draws_words_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> str:
        raise NoEngine("There is no Graphviz to draw with.")

    monkeypatch.setattr(frames_module, "svg", fails)
    history = fresh()
    history.play()
    html = comparison_html(history, compare(history, 0, 0))
    assert "<img" not in html
    assert "There is no Graphviz to draw with." in html
