"""Faults and the clock in a real JupyterLab: set it going, step, cut, heal, crash, see the disk."""

import pytest
from playwright.sync_api import Locator, Page

from tests.browser.driving import BEYOND, OVERLAPPING, THEME, click_and_wait, lab_of
from tests.browser.serving import Course

pytestmark = pytest.mark.browser

NAME = "faults.ipynb"
CELLS = (
    "from raftlab import fresh, lab\nopened = lab(fresh(5))\nopened",
    "from raftlab.views.disk_and_memory import disk_and_memory\n"
    "disk_and_memory(opened.panel.history)",
)

PLACES = """(lab) => {
  const top = lab.getBoundingClientRect().top;
  return [...lab.querySelectorAll('button, select, input')].filter((part) => part.offsetParent)
    .map((part) => [part.getBoundingClientRect().left, part.getBoundingClientRect().top - top]);
}"""


@pytest.fixture
def lab(page: Page, course: Course) -> Locator:
    return lab_of(page, course, NAME, *CELLS)


def choose(lab: Locator, name: str, value: str) -> None:
    lab.get_by_role("combobox", name=name, exact=True).select_option(value)


def says(lab: Locator, words: str) -> None:
    """Wait until one of the reasons beside or below the buttons says so."""
    lab.locator(".raftlab-reason-beside").filter(has_text=words).wait_for()


def start_the_clock(lab: Locator, seed: str) -> None:
    field = lab.get_by_role("spinbutton", name="Seed")
    field.fill(seed)
    field.press("Tab")
    lab.get_by_role("button", name="Start the clock").click()
    lab.locator(".raftlab-position").filter(has_text="event 0 of 0 · 0.0 ms").wait_for()


def memory_of(lab: Locator, node: str) -> Locator:
    """The row of the table of disk and memory that a node has."""
    return lab.locator(".raftlab-pane tr").filter(has=lab.page.get_by_role("rowheader", name=node))


def show_disk_and_memory(lab: Locator) -> None:
    lab.get_by_role("checkbox", name="Disk and memory").check()
    memory_of(lab, "node5").wait_for()


def test_by_the_clock_a_link_is_cut_and_healed_and_a_crash_takes_the_memory(lab: Locator) -> None:
    start_the_clock(lab, "3")
    says(lab, "A clock goes already, with seed 3.")
    assert lab.get_by_role("button", name="Start the clock").is_disabled()
    assert click_and_wait(lab, "Step ▸").startswith("node5's election timer runs out")
    assert lab.locator(".raftlab-position").inner_text() == "event 1 of 1 · 150.7 ms"
    choose(lab, "from", "node5")
    choose(lab, "towards", "node1")
    assert click_and_wait(lab, "Cut one way") == "No message from node5 reaches node1 any more."
    says(lab, "Cut one way: The link from node5 to node1 is cut already.")
    assert click_and_wait(lab, "Heal") == "Every link carries messages again."
    says(lab, "Heal: No link is cut.")
    show_disk_and_memory(lab)
    assert "role candidate" in memory_of(lab, "node5").inner_text()
    choose(lab, "Node", "node5")
    assert click_and_wait(lab, "Crash") == "node5 crashes."
    row = memory_of(lab, "node5")
    row.filter(has_text="lost in this crash").wait_for()
    assert "current_term 1" in row.inner_text()
    assert "role candidate" in row.locator("s").first.inner_text()
    assert row.locator("s").first.evaluate(
        "part => getComputedStyle(part).textDecorationLine.includes('line-through')"
    )


def test_a_message_is_delayed_and_another_is_the_last_thing_a_node_hears(lab: Locator) -> None:
    click_and_wait(lab, "Time out")
    assert "node1's RequestVote to node2" in click_and_wait(lab, "Delay")
    says(lab, "Delay: No other message was sent after this one.")
    headline = click_and_wait(lab, "Deliver, then crash")
    assert headline.startswith("node2 crashes in the middle of a turn")


def test_enter_splits_the_network_as_written_and_nonsense_is_answered(lab: Locator) -> None:
    field = lab.get_by_role("textbox", name="Network")
    field.fill("node1 | node2 nobody")
    says(lab, "Split: There is no node named 'nobody'")
    field.fill("node1 node3 | node2 node4 | node5")
    lab.get_by_role("button", name="Split", disabled=False).wait_for()
    field.press("Enter")
    lab.locator(".raftlab-headline").filter(
        has_text="The network splits: node1, node3 | node2, node4 | node5."
    ).wait_for()


def test_opening_disk_and_memory_moves_no_control(lab: Locator) -> None:
    before = lab.evaluate(PLACES)
    show_disk_and_memory(lab)
    assert lab.evaluate(PLACES) == before


@pytest.mark.parametrize("width", [1280, 800])
def test_nothing_is_cut_and_nothing_overlaps(lab: Locator, width: int) -> None:
    page = lab.page
    page.set_viewport_size({"width": width, "height": 1400})
    show_disk_and_memory(lab)
    choose(lab, "Node", "node2")
    click_and_wait(lab, "Time out")
    click_and_wait(lab, "Split")
    click_and_wait(lab, "Crash")
    try:
        for theme in ("Dark", "Light"):
            page.evaluate(THEME % theme)
            page.wait_for_function(
                f"document.body.dataset.jpThemeLight === '{str(theme == 'Light').lower()}'"
            )
            assert lab.evaluate(BEYOND) == []
            assert lab.evaluate(OVERLAPPING) == []
    finally:
        page.evaluate(THEME % "Light")


def test_in_a_cell_disk_and_memory_show_themselves(lab: Locator) -> None:
    # JupyterLab keeps no cell on the page that is far from what is seen of it.
    lab.page.evaluate("window.jupyterapp.shell.currentWidget.content.scrollToItem(1, 'start')")
    card = lab.page.locator(
        ".jp-OutputArea-output .raftlab-verdict", has_text="A crash leaves"
    ).last
    card.wait_for()
    assert "A crash leaves what is on disk and takes the rest." in card.inner_text()
    assert card.get_by_role("rowheader").count() == 5
