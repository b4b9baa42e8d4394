"""What a browser test does with a notebook in JupyterLab."""

from playwright.sync_api import Locator, Page

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
    lab.locator(".raftlab-picture svg").wait_for()
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
