"""An exercise in a real JupyterLab: a wrong rule, its card, its run in the lab, a hint, a pass."""

import pytest
from playwright.sync_api import Locator, Page

from tests.browser.driving import (
    PICTURE,
    READY,
    click_and_wait,
    headline,
    open_notebook,
    run_all,
)
from tests.browser.serving import Course

pytestmark = pytest.mark.browser

# Puts source into the cell with this check, makes it the active one, and runs it.
ANSWER = """async ([check, source]) => {
  const panel = window.jupyterapp.shell.currentWidget;
  const place = panel.content.widgets.findIndex(
    (cell) => cell.model.type === 'code' && cell.model.sharedModel.getSource().includes(check));
  panel.content.activeCellIndex = place;
  panel.content.widgets[place].model.sharedModel.setSource(source);
  await panel.content.scrollToItem(place, 'start');
  await window.jupyterapp.commands.execute('notebook:run-cell');
}"""
RULE = """from raftlab import check

def may_vote(node, request):
    return {}

check("may_vote", may_vote)"""


def answer(page: Page, gives: str) -> Locator:
    """Answer the exercise, and give the cell that shows what came of it."""
    page.evaluate(ANSWER, ['check("may_vote"', RULE.format(gives)])
    page.wait_for_function(READY)
    cell = page.locator(".jp-Cell.jp-mod-active")
    cell.locator(".raftlab-verdict").first.wait_for()
    return cell


@pytest.fixture
def chapter(page: Page, course: Course) -> Page:
    open_notebook(page, course.notebook("02_leader_election.ipynb"))
    run_all(page)
    return page


def test_a_wrong_rule_is_played_in_the_lab_and_a_right_one_passes(chapter: Page) -> None:
    cell = answer(chapter, "True")
    card = cell.locator(".raftlab-verdict").first
    assert "Election Safety broke after 6 events." in card.inner_text()
    assert card.locator("img").count() == 4
    cell.get_by_role("button", name="Play the 6 events").click()
    lab = cell.locator(".raftlab").nth(1)
    lab.locator(PICTURE).wait_for()
    assert headline(lab) == "The run begins here."
    assert click_and_wait(lab, "Step ▸").startswith("node1's election timer runs out")
    cell.get_by_role("button", name="Hint 1 of 3").click()
    hint = cell.locator(".raftlab-verdict").filter(has_text="A nudge (1 of 3)")
    hint.wait_for()
    assert "may_vote says yes" in hint.inner_text()
    passed = answer(chapter, "node.voted_for in (None, request.sender)")
    assert "passed" in passed.locator(".raftlab-verdict").first.inner_text()
    assert passed.get_by_role("button", name="Hint").count() == 0
