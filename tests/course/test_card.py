"""The cards: what they hold, and that a learner's own words are shown, not obeyed."""

import re
from pathlib import Path

import pytest

from raftlab import check, hint, progress, question, solution
from raftlab.course.card import (
    show_checked,
    show_hint,
    show_question,
    show_solution,
    show_standing,
)
from raftlab.course.catalogue import catalogue
from raftlab.raft import RAFT


@pytest.fixture(autouse=True)
def folder(learners_folder: Path) -> Path:
    return learners_folder


def words(html: str) -> str:
    """What a card says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", html))


def test_a_wrong_rule_shows_run_question_and_bounds() -> None:
    bundle = show_checked(check("may_vote", lambda node, request: True))
    said = words(bundle["text/html"])
    for part in (
        "✕ wrong Election Safety broke after 6 events.",
        "node1 and node3 both led term 1.",
        "The run: 6 events",
        "A question. node1 voted twice in term 1. What must it remember?",
        "Leader Completeness",
        "Beyond these bounds nothing is claimed.",
    ):
        assert part in said
    assert bundle["text/html"].count("<img") == 4


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (..., "… not attempted Nothing to check yet."),
        (RAFT.may_vote, "✓ passed One vote a term"),
        (lambda node, request: False, "– Safe, and unavailable."),
        (lambda node, request: 1 / 0, "! may_vote raised ZeroDivisionError."),
        (
            lambda node, request: node.voted_for is None,
            "– safe, but not what the paper does Nothing broke.",
        ),
    ],
)
def test_each_outcome_has_its_sign_and_its_words(answer: object, says: str) -> None:
    assert says in words(show_checked(check("may_vote", answer))["text/html"])


def test_what_a_learner_wrote_is_shown_and_not_obeyed() -> None:
    def may_vote(node, request):
        raise ValueError("<script>alert(1)</script> `<b>`")

    html = show_checked(check("may_vote", may_vote))["text/html"]
    assert "<script>" not in html
    assert "<b>" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("name", catalogue())
def test_every_question_has_a_card(name: str) -> None:
    asked = question(name)
    bundle = show_question(asked)
    said = words(bundle["text/html"])
    assert asked.title in said
    assert bundle["text/plain"] == str(asked)
    for _, choice in asked.lettered:
        assert choice.split()[0] in said


def test_hints_and_solutions_have_cards() -> None:
    check("log_matches", lambda node, request: True)
    nudge = words(show_hint(hint("log_matches"))["text/html"])
    assert "A nudge (1 of 3)" in nudge
    assert "log_matches says yes" in nudge
    assert "ask once more" in words(show_solution(solution("log_matches"))["text/html"])
    assert "def log_matches" in show_solution(solution("log_matches"))["text/html"]


def test_progress_has_a_row_for_each_exercise() -> None:
    said = words(show_standing(progress())["text/html"])
    for name, exercise in catalogue().items():
        assert name in said
        assert exercise.title in said
    assert "2. Leader election" in said
