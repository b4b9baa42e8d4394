"""What a browser test does with a notebook in JupyterLab."""

import json
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page

from tests.browser.serving import Course

SCREENSHOTS = Path("test-results")
# A message that travels over the picture is none of it.
PICTURE = ".raftlab-drawing > svg:not(.raftlab-travel)"
HIGH = 3_000

READY = """() => {
  const widget = window.jupyterapp?.shell?.currentWidget;
  const context = widget?.sessionContext;
  return context?.isReady && context.session?.kernel?.status === 'idle';
}"""
ERRORS = """() => {
  const cells = window.jupyterapp.shell.currentWidget.content.widgets;
  const outputs = cells.flatMap((cell) => cell.model.type === 'code'
    ? cell.model.sharedModel.toJSON().outputs : []);
  return outputs.filter((output) => output.output_type === 'error')
    .map((output) => `${output.ename}: ${output.evalue}`);
}"""

THEME = "window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab %s'})"

# What of a lab reaches beyond it, or has words that do not fit; the picture draws its own.
BEYOND = """(lab) => {
  const edge = lab.getBoundingClientRect().right;
  const parts = [...lab.querySelectorAll(':is(button, select, input, label, p, span, td, th)')];
  return parts.filter((part) => part.offsetParent && !part.closest('.raftlab-picture'))
    .filter((part) => part.getBoundingClientRect().right > edge
      || (part.matches('button, td, th, p') && part.scrollWidth > part.clientWidth + 1))
    .map((part) => part.outerHTML);
}"""
OVERLAPPING = """(lab) => {
  const parts = [...lab.querySelectorAll('.raftlab-row :is(button, select, input)')]
    .filter((part) => part.offsetParent);
  const boxes = parts.map((part) => part.getBoundingClientRect());
  const overlap = (a, b) => a.left < b.right && b.left < a.right
    && a.top < b.bottom && b.top < a.bottom;
  return boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => overlap(a, b)).map(String));
}"""


def lab_of(page: Page, course: Course, name: str, *cells: str) -> Locator:
    """The first lab of a notebook with these cells, which are all run."""
    put_notebook(page, course, name, *cells)
    open_notebook(page, course.notebook(name))
    # The list of files would take a third of the width.
    page.evaluate("window.jupyterapp.shell.collapseLeft()")
    run_all(page)
    return first_lab(page)


def put_notebook(page: Page, course: Course, name: str, *cells: str) -> None:
    """Put a notebook with these cells into the course's folder."""
    parts = urlsplit(course.address)
    where = f"{parts.scheme}://{parts.netloc}/api/contents/{name}?{parts.query}"
    made = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for number, source in enumerate(cells)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": made}
    answer = page.request.put(where, data=json.dumps({"type": "notebook", "content": notebook}))
    assert answer.ok, answer.text()


def keep_screenshot(lab: Locator, name: str) -> None:
    """Keep what the lab looks like, for people to look at: all of it at once, on a high screen."""
    SCREENSHOTS.mkdir(exist_ok=True)
    size = lab.page.viewport_size
    assert size is not None
    lab.page.set_viewport_size({"width": size["width"], "height": HIGH})
    lab.scroll_into_view_if_needed()
    lab.screenshot(path=SCREENSHOTS / f"{name}.png")
    lab.page.set_viewport_size(size)


def open_notebook(page: Page, url: str) -> None:
    """Open a notebook and wait for its kernel."""
    # Without `reset` JupyterLab brings back the tabs of an earlier notebook, hidden labs with them.
    page.goto(f"{url}&reset")
    page.wait_for_function(READY)


def run_all(page: Page) -> None:
    """Run every cell to the last; none may raise."""
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_function(READY)
    assert page.evaluate(ERRORS) == []


def first_lab(page: Page) -> Locator:
    """The first live lab on the page, once it shows its picture."""
    lab = page.locator(".raftlab").first
    lab.scroll_into_view_if_needed()
    lab.locator(PICTURE).wait_for()
    # While outputs above it still grow, the page moves under the mouse and a click may miss.
    box = None
    while box != lab.bounding_box():
        box = lab.bounding_box()
        page.wait_for_timeout(300)
    return lab


def headline(lab: Locator) -> str:
    """The sentence the lab shows."""
    return lab.locator(".raftlab-headline").inner_text()


def click_and_wait(lab: Locator, name: str) -> str:
    """Click a button and give the sentence that follows."""
    before = lab.locator(".raftlab-position").inner_text()
    lab.get_by_role("button", name=name, exact=True).click()
    position = lab.locator(".raftlab-position")
    position.filter(has_not_text=before).wait_for()
    return headline(lab)
