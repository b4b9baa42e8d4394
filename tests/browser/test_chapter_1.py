"""Chapter 1 in a real JupyterLab: run all, step to a committed entry, go back."""

import pytest
from playwright.sync_api import Page

from tests.browser.driving import PICTURE, click_and_wait, first_lab, open_notebook, run_all
from tests.browser.serving import Course

pytestmark = pytest.mark.browser


@pytest.fixture
def chapter(page: Page, course: Course) -> Page:
    open_notebook(page, course.notebook("01_watching_raft.ipynb"))
    run_all(page)
    return page


def test_no_cell_raises(chapter: Page) -> None:
    errors = chapter.locator('[data-mime-type="application/vnd.jupyter.stderr"], .jp-RenderedError')
    assert errors.count() == 0


def test_stepping_to_a_committed_entry_and_back_changes_the_picture(chapter: Page) -> None:
    lab = first_lab(chapter)
    picture = lab.locator(PICTURE)
    at_start = picture.evaluate("svg => svg.outerHTML")
    for _ in range(30):
        click_and_wait(lab, "Step ▸")
        if "committed" in lab.locator(".raftlab-text pre").text_content() and (
            "commit_index 1" in lab.locator(".raftlab-text pre").text_content()
        ):
            break
    else:
        pytest.fail("no entry was committed within 30 steps")
    committed = picture.evaluate("svg => svg.outerHTML")
    assert committed != at_start
    click_and_wait(lab, "◂ Back")
    assert picture.evaluate("svg => svg.outerHTML") != committed


def test_every_control_has_a_name(chapter: Page) -> None:
    lab = first_lab(chapter)
    tree = lab.aria_snapshot()
    for expected in (
        'combobox "Message"',
        'button "Deliver"',
        'button "Step ▸"',
        'button "Step by rule ▹"',
        'textbox "Client"',
        'combobox "Node"',
        'slider "Moment"',
        'list "Properties"',
        "status",
    ):
        assert expected in tree, tree
    for unnamed in ("- button:", "- combobox:", "- slider:", "- textbox:", "- img:"):
        assert unnamed not in tree, tree


def test_the_keyboard_alone_steps_and_scrubs(chapter: Page) -> None:
    lab = first_lab(chapter)
    lab.get_by_role("button", name="Step ▸", exact=True).focus()
    position = lab.locator(".raftlab-position")
    chapter.keyboard.press("Enter")
    position.filter(has_text="event 1 of").wait_for()
    chapter.keyboard.press("Space")
    position.filter(has_text="event 2 of").wait_for()
    lab.locator(".raftlab-scrubber output").filter(has_text="event 2 of").wait_for()
    lab.get_by_role("slider", name="Moment").focus()
    chapter.keyboard.press("ArrowRight")
    position.filter(has_text="event 3 of").wait_for()
    chapter.keyboard.press("Home")
    position.filter(has_text="event 0 of").wait_for()
    node = lab.get_by_role("combobox", name="Node")
    node.focus()
    chapter.keyboard.press("ArrowDown")
    assert node.evaluate("list => list.options[list.selectedIndex].text") == "node2"


def test_the_theme_of_jupyterlab_is_the_theme_of_the_picture(chapter: Page) -> None:
    lab = first_lab(chapter)
    card = lab.locator(".raftlab-drawing #node1 path").first
    light = card.get_attribute("fill")
    chapter.evaluate(
        "window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})"
    )
    chapter.wait_for_function(
        """(light) => document.querySelector('.raftlab-drawing #node1 path')
          .getAttribute('fill') !== light""",
        arg=light,
    )
    chapter.evaluate(
        "window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'})"
    )


def test_a_saved_chapter_shows_its_pictures_before_anything_runs(
    page: Page, course: Course
) -> None:
    open_notebook(page, course.notebook("01_watching_raft.ipynb"))
    still = page.locator(".jp-OutputArea img[alt]").first
    still.wait_for()
    assert still.evaluate("img => img.complete && img.naturalWidth > 500")
    assert "node1" in str(still.get_attribute("alt"))
