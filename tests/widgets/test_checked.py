"""What can be done about an outcome, as buttons under its card."""

from pathlib import Path
from typing import Any

import pytest

from raftlab import check
from raftlab.raft import RAFT
from raftlab.widgets import checked as module
from raftlab.widgets.checked import Acts, show


@pytest.fixture(autouse=True)
def folder(learners_folder: Path) -> Path:
    return learners_folder


def wrong():
    return check("may_vote", lambda node, request: True)


def descriptions(acts: Acts) -> list[str]:
    row = acts.box.children[0].children[1]
    return [button.description for button in row.children]


def test_a_wrong_rule_offers_its_run_and_a_hint() -> None:
    assert descriptions(Acts(wrong())) == ["Play the 6 events", "Hint 1 of 3"]


def test_play_opens_the_lab_at_the_beginning() -> None:
    found = wrong()
    acts = Acts(found)
    acts.play.click()
    assert found.history.now.number == 0
    (lab,) = acts.box.children[2].children
    assert "raftlab" in lab._dom_classes


def test_hints_come_one_after_the_other() -> None:
    acts = Acts(wrong())
    acts.hint.click()
    assert "A nudge (1 of 3)" in acts.box.children[1].value
    assert "At event 5" in acts.box.children[1].value
    assert acts.hint.description == "Hint 2 of 3"
    acts.hint.click()
    acts.hint.click()
    assert "A scaffold (3 of 3)" in acts.box.children[1].value
    assert acts.hint.description == "Hint 3 of 3"


def test_where_nothing_can_be_played_only_a_hint_is_offered() -> None:
    assert descriptions(Acts(check("may_vote", 3))) == ["Hint 1 of 3"]


@pytest.mark.parametrize(
    ("answer", "views"), [(..., 0), (RAFT.may_vote, 0), (lambda node, request: True, 1)]
)
def test_buttons_are_shown_where_something_is_left_to_do(
    answer: object, views: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(module, "display", lambda bundle, raw: shown.append(bundle))
    show(check("may_vote", answer))
    assert "text/html" in shown[0]
    assert len(shown) == 1 + views
