"""The lab in a real JupyterLab: acts on the picture by mouse and by keyboard, branches, themes."""

from typing import Literal

import pytest
from playwright.sync_api import Locator, Page

from tests.browser.driving import (
    BEYOND,
    OVERLAPPING,
    THEME,
    click_and_wait,
    headline,
    keep_screenshot,
    lab_of,
    open_notebook,
    run_all,
)
from tests.browser.serving import Course

pytestmark = pytest.mark.browser

NAME = "lab.ipynb"
FRESH = "from raftlab import fresh, lab\nlab(fresh(3))"
FOUND = """from raftlab import RAFT, explore, fresh, lab

def wins_election(node):
    return True

lab(explore(fresh(3), RAFT.but(wins_election=wins_election)))"""
FULL = """from raftlab import ClientCommand, Replicate, deliver_all, lab, leader_elected, perform

history = leader_elected({nodes})
for number in range({entries}):
    perform(history, ClientCommand("node1", f"SET key{{number}} <b>{{'long' * 30}}</b>"))
    if number == {entries} - 3:
        perform(history, Replicate("node1"))
        deliver_all(history)
perform(history, Replicate("node1"))
lab(history)"""

# Words of the picture that lie over others, or reach beyond it.
WORDS = """(lab) => {
  const picture = lab.querySelector('.raftlab-drawing svg');
  const whole = picture.getBoundingClientRect();
  const boxes = [...picture.querySelectorAll('text')].filter((text) => text.textContent.trim())
    .map((text) => [text.textContent, text.getBoundingClientRect()]);
  const cut = boxes.filter(([, box]) => box.left < whole.left - 1 || box.right > whole.right + 1
    || box.top < whole.top - 1 || box.bottom > whole.bottom + 1);
  const over = boxes.flatMap(([one, a], place) => boxes.slice(place + 1)
    .filter(([, b]) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
      && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4)
    .map(([other]) => `${one} | ${other}`));
  return [...cut.map(([text]) => text), ...over];
}"""

# Looks at every frame that is painted: whether the picture is there, and how high everything is.
WATCH = """(lab) => {
  window.raftlabSeen = { absent: 0, heights: [] };
  const stage = lab.querySelector('.raftlab-stage');
  const look = () => {
    if (!stage.querySelector('.raftlab-drawing svg')) window.raftlabSeen.absent += 1;
    window.raftlabSeen.heights.push(stage.offsetHeight);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


@pytest.fixture
def lab(page: Page, course: Course) -> Locator:
    return lab_of(page, course, NAME, FRESH)


def thing(lab: Locator, name: str) -> Locator:
    """The unseen button over a thing of the picture."""
    return lab.locator(".raftlab-things").get_by_role("button", name=name)


def click_on(lab: Locator, name: str, button: str = "left") -> None:
    """Click with the mouse in the middle of a thing of the picture, as one sees it."""
    box = thing(lab, name).bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    lab.page.mouse.click(*middle, button=button)


def says(lab: Locator, words: str) -> None:
    """Wait until the lab's sentence has these words in it."""
    lab.locator(".raftlab-headline").filter(has_text=words).wait_for()


def choose(lab: Locator, name: str) -> None:
    lab.page.get_by_role("menu").get_by_role("menuitem", name=name, exact=True).click()


def in_words(lab: Locator) -> str:
    return str(lab.locator(".raftlab-text pre").text_content())


def test_the_same_by_mouse_and_by_keyboard(page: Page, course: Course, lab: Locator) -> None:
    click_on(lab, "node2: follower, term 0")
    choose(lab, "Time out")
    says(lab, "node2's election timer runs out")
    click_on(lab, "RequestVote, node2 → node1")
    says(lab, "node1 votes for node2")
    click_on(lab, "RequestVote, node2 → node3", button="right")
    keep_screenshot(lab, "menu-of-a-message")
    choose(lab, "Drop")
    says(lab, "The network loses")
    by_mouse = in_words(lab)

    lab = lab_of(page, course, NAME, FRESH)
    keyboard = page.keyboard
    thing(lab, "node1: follower, term 0").focus()
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    page.get_by_role("menuitem", name="Time out", exact=True).wait_for()
    keyboard.press("Enter")
    says(lab, "node2's election timer runs out")
    # The focus stays in the picture, on what it was on.
    page.wait_for_function("document.activeElement.ariaLabel?.startsWith('node2')")
    keyboard.press("m")
    keyboard.press("Enter")
    says(lab, "node1 votes for node2")
    keyboard.press("ArrowUp")
    keyboard.press("ArrowDown")
    thing(lab, "RequestVote, node2 → node3").focus()
    keyboard.press("Shift+F10")
    page.get_by_role("menuitem", name="Deliver", exact=True).wait_for()
    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    says(lab, "The network loses")
    assert in_words(lab) == by_mouse
    keyboard.press("ArrowLeft")
    says(lab, "node1 votes for node2")
    keyboard.press("ArrowRight")
    says(lab, "The network loses")


# Whether a message was seen travelling, and the last place it was seen at.
TRAVELLED = """(lab) => {
  window.raftlabTravelled = [];
  const seen = () => {
    const flying = lab.querySelector('.raftlab-travel g g');
    if (flying) window.raftlabTravelled.push(flying.getBoundingClientRect().left);
    requestAnimationFrame(seen);
  };
  requestAnimationFrame(seen);
}"""


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_a_message_travels_to_its_receiver_unless_nothing_is_to_move(
    lab: Locator, motion: Literal["no-preference", "reduce"]
) -> None:
    page = lab.page
    page.emulate_media(reduced_motion=motion)
    click_and_wait(lab, "Step ▸")
    page.wait_for_timeout(400)
    lab.evaluate(TRAVELLED)
    click_on(lab, "RequestVote, node1 → node2")
    says(lab, "node2 votes for node1")
    page.wait_for_timeout(400)
    places = page.evaluate("window.raftlabTravelled")
    if motion == "reduce":
        assert places == []
    else:
        assert places[-1] < places[0] - 20
    assert lab.locator(".raftlab-travel").count() == 0


def test_what_cannot_be_done_says_why_and_escape_leaves_the_menu(lab: Locator) -> None:
    page = lab.page
    click_on(lab, "node3: follower, term 0")
    item = page.get_by_role("menuitem", name="Restart")
    assert item.get_attribute("aria-disabled") == "true"
    assert "node3 runs already." in item.inner_text()
    item.click(force=True)
    assert page.get_by_role("menu").count() == 1
    page.keyboard.press("Escape")
    page.get_by_role("menu").wait_for(state="detached")
    assert headline(lab) == "The run begins here."


def test_a_branch_is_a_rail_and_a_click_leads_back(lab: Locator) -> None:
    for _ in range(3):
        click_and_wait(lab, "Step ▸")
    click_and_wait(lab, "◂ Back")
    click_on(lab, "node3: follower")
    choose(lab, "Crash")
    says(lab, "node3 crashes")
    rail = lab.locator(".raftlab-others button")
    assert rail.inner_text() == "main"
    keep_screenshot(lab, "branch")
    rail.click()
    rail.filter(has_text="event 3: node3 crashes").wait_for()
    assert "event 2 of 3, main" in lab.locator(".raftlab-scrubber output").inner_text()


def test_a_counterexample_opens_where_all_is_well_with_raft_beside_it(
    page: Page, course: Course
) -> None:
    lab = lab_of(page, course, NAME, FOUND)
    ahead = lab.locator(".raftlab-breaks")
    assert ahead.inner_text().startswith("At the next event Election Safety breaks: ")
    beside = lab.locator(".raftlab-pane").filter(has_text="What would Raft have done here?")
    assert "Here your wins_election said yes; Raft's says no." in beside.inner_text()
    assert beside.locator("img").count() == 2
    click_and_wait(lab, "Step ▸")
    assert ahead.inner_text().startswith("Here Election Safety breaks: ")
    assert "broken at event" in lab.locator(".raftlab-lights").inner_text()
    keep_screenshot(lab, "counterexample")


def test_the_picture_is_always_there_and_nothing_jumps(page: Page, course: Course) -> None:
    lab = lab_of(page, course, NAME, "from raftlab import lab, walkthrough\nlab(walkthrough())")
    lab.evaluate(WATCH)
    for _ in range(20):
        click_and_wait(lab, "Step ▸")
    seen = page.evaluate("window.raftlabSeen")
    assert seen["absent"] == 0
    assert len(set(seen["heights"])) == 1


@pytest.mark.parametrize("width", [1280, 800])
@pytest.mark.parametrize(("nodes", "entries"), [(3, 4), (5, 12), (9, 20)])
def test_no_word_is_cut_or_lies_over_another(
    page: Page, course: Course, nodes: int, entries: int, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 1400})
    lab = lab_of(page, course, NAME, FULL.format(nodes=nodes, entries=entries))
    assert lab.evaluate(WORDS) == []
    assert lab.evaluate(BEYOND) == []
    assert lab.evaluate(OVERLAPPING) == []
    for theme in ("Dark", "Light"):
        page.evaluate(THEME % theme)
        page.wait_for_timeout(500)
        keep_screenshot(lab, f"{nodes}-nodes-{entries}-entries-{width}-{theme.lower()}")
    # What a learner typed is text, wherever it stands.
    assert lab.locator("b").count() == 0


def test_a_notebook_that_was_saved_shows_its_picture_where_no_kernel_runs(
    page: Page, course: Course
) -> None:
    lab = lab_of(page, course, NAME, FRESH)
    click_and_wait(lab, "Step ▸")
    page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    open_notebook(page, course.notebook(NAME))
    still = page.locator(".raftlab-still")
    still.wait_for()
    assert "Run the cell to play." in still.inner_text()
    assert still.locator("img").evaluate("img => img.complete && img.naturalWidth > 500")
    assert page.locator(".raftlab").count() == 0


def test_free_play_opens_a_famous_run(page: Page, course: Course) -> None:
    open_notebook(page, course.notebook("free_play.ipynb"))
    run_all(page)
    chooser = page.locator(".raftlab").first
    page.get_by_role("combobox", name="Scenario").first.select_option("A split vote")
    chooser.get_by_role("button", name="Begin").click()
    title = page.locator(".raftlab-title").filter(has_text="A split vote")
    title.wait_for()
    lab = page.locator(".raftlab").filter(has=title)
    click_and_wait(lab, "Mark ▸")
    assert "Three time out" in lab.locator(".raftlab-lesson").inner_text()
    keep_screenshot(lab, "free-play")
