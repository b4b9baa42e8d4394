"""How fast the lab is in JupyterLab in Chromium: `python -m tests.benchmarks.lab` for this alone.

Five nodes, twelve entries, the cluster and the space-time diagram shown. A click is timed in the
page, from the click to the changed picture.
"""

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

import nbformat
from playwright.sync_api import Locator, Page, sync_playwright

from tests.browser.driving import READY, first_lab, open_notebook, run_all
from tests.browser.serving import QUIET, opened

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
CLICKS = 60
PLAYED = 60
SCRUBS = 40

MAKE = """
from raftlab import AtLeader, ClientCommand, Timing, fresh, lab, timed

script = {400 + 60 * n: AtLeader(ClientCommand, f"SET key{n} value{n}") for n in range(12)}
history = timed(fresh(5), Timing(loss=0.02), seed=1, script=script, until=20_000)
history.goto(300)
panel = lab(history)
panel
"""

MEMORY = """
import resource
for _ in range(1_000):
    panel.panel.step()
    panel.show()
print("MB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""

# Resolves with the milliseconds from the click on the button to the changed picture.
TIMED_CLICK = """(button) => new Promise((resolve) => {
  const picture = button.closest('.raftlab').querySelector('.raftlab-drawing');
  let began;
  const seen = new MutationObserver(() => {
    seen.disconnect();
    resolve(performance.now() - began);
  });
  seen.observe(picture, { childList: true });
  began = performance.now();
  button.click();
})"""

# Looks at every frame that is painted: whether the picture is there, and how high everything is.
WATCH = """(box) => {
  window.raftlabFrames = [];
  window.raftlabPictures = 0;
  const picture = box.querySelector('.raftlab-drawing');
  // A message that travels over the picture is no picture of its own.
  const isPicture = ({ addedNodes }) => [...addedNodes]
    .some((node) => node.matches?.('svg:not(.raftlab-travel)'));
  const counted = new MutationObserver((changes) => {
    if (changes.some(isPicture)) window.raftlabPictures += 1;
  });
  counted.observe(picture, { childList: true });
  const look = () => {
    const svg = picture.querySelector('svg');
    window.raftlabFrames.push([svg ? 1 : 0, picture.offsetHeight]);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""

TIMED_SCRUB = """([box, place]) => new Promise((resolve) => {
  const range = box.querySelector('.raftlab-scrubber input');
  const position = box.querySelector('.raftlab-position');
  const began = performance.now();
  const seen = new MutationObserver(() => {
    if (!position.textContent.startsWith(`event ${place} of`)) return;
    seen.disconnect();
    resolve(performance.now() - began);
  });
  seen.observe(position, { childList: true, characterData: true, subtree: true });
  range.value = String(place);
  range.dispatchEvent(new Event('input', { bubbles: true }));
})"""


def times() -> Iterable[tuple[str, float, str, str]]:
    """Each measure: what, how much, its unit, and the goal. None where no Chromium is installed."""
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if chromium is None:
        print("No Chromium: the lab is not measured.", file=sys.stderr)
        return
    with (
        TemporaryDirectory() as home,
        opened(Path(home)) as course,
        sync_playwright() as playwright,
    ):
        nbformat.write(_notebook(), course.folder / "measured.ipynb")
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        page = browser.new_page(viewport={"width": 1280, "height": 1400})
        page.set_default_timeout(120_000)
        open_notebook(page, course.notebook("measured.ipynb"))
        run_all(page)
        yield from _measured(page, first_lab(page))
        browser.close()


def _notebook() -> nbformat.NotebookNode:
    cells = [nbformat.v4.new_code_cell(code) for code in (MAKE,)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=kernel)


def _measured(page: Page, lab: Locator) -> Iterable[tuple[str, float, str, str]]:
    lab.evaluate(WATCH)
    step = lab.get_by_role("button", name="Step ▸", exact=True)
    clicks = [step.evaluate(TIMED_CLICK) for _ in range(CLICKS)]
    yield "Click to changed picture", median(clicks), "ms", "60 or less"
    yield "… the 95th percentile", quantiles(clicks, n=20)[-1], "ms", "120 or less"
    box = lab.element_handle()
    scrubs = [page.evaluate(TIMED_SCRUB, [box, 5 + 7 * n]) for n in range(SCRUBS)]
    yield "Scrubbing to a moment of 500", median(scrubs), "ms", ""
    yield from _playing(page, lab)
    frames = page.evaluate("window.raftlabFrames")
    yield "Frames without a picture", sum(not there for there, _ in frames), "frames", "0"
    heights = {height for _, height in frames}
    yield "Heights of the picture", len(heights), "heights", "1"
    yield "Memory of the kernel after 1,000 steps", _memory(page), "MB", "under 300"


def _playing(page: Page, lab: Locator) -> Iterable[tuple[str, float, str, str]]:
    lab.get_by_role("combobox", name="Speed").select_option("10 a second")
    page.evaluate("window.raftlabPictures = 0")
    lab.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_timeout(1000 * PLAYED / 10)
    shown = page.evaluate("window.raftlabPictures")
    lab.get_by_role("button", name="Pause", exact=True).click()
    yield f"Pictures of {PLAYED} played at 10 a second", shown, "pictures", f"{PLAYED - 1} or more"


def _memory(page: Page) -> float:
    page.evaluate(
        """async (code) => {
          const panel = window.jupyterapp.shell.currentWidget;
          const kernel = panel.sessionContext.session.kernel;
          window.raftlabPrinted = '';
          const done = kernel.requestExecute({ code });
          done.onIOPub = (message) => { window.raftlabPrinted += message.content.text ?? ''; };
          await done.done;
        }""",
        MEMORY,
    )
    page.wait_for_function(READY)
    return float(page.evaluate("window.raftlabPrinted").split()[-1])


if __name__ == "__main__":
    for what, value, unit, goal in times():
        print(f"{what}: {value:.1f} {unit} ({goal})", flush=True)
