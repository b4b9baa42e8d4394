"""The course as `raftlab` opens it, and a Chromium to look at it with."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.serving import QUIET, Course, opened


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    with opened(tmp_path_factory.mktemp("home")) as course:
        yield course


# Not for the session: Playwright leaves an event loop running, in which asyncio.run() refuses.
@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    tab = browser.new_page(viewport={"width": 1280, "height": 1400})
    tab.set_default_timeout(60_000)
    yield tab
    tab.close()
