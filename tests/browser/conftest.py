"""The course as `raftlab` opens it, and a Chromium to look at it with."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

START_SECONDS = 120
LISTENS = "JupyterLab listens at "
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


@dataclass(frozen=True)
class Course:
    """Where an opened course listens: the address that `raftlab` printed."""

    address: str

    def notebook(self, name: str) -> str:
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}/lab/tree/{name}?{parts.query}"


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    """The course in a folder of its own, opened by the command a learner types."""
    home = tmp_path_factory.mktemp("home")
    # Lets a test ask JupyterLab for its commands and its kernel's state.
    config = home / "config" / "jupyter_lab_config.json"
    config.parent.mkdir()
    config.write_text(json.dumps({"LabApp": {"expose_app_in_browser": True}}))
    apart = ("JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    environment = {**os.environ, **{name: str(home / name.lower()) for name in apart}}
    environment |= {"JUPYTER_CONFIG_DIR": str(config.parent), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "raftlab", str(home / "course"), "--no-browser", "--port=0"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        try:
            yield Course(_address(server))
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=30)


def _address(server: "subprocess.Popen[str]") -> str:
    """The address that the command prints once it listens."""
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    output = server.stdout
    assert output is not None
    # Read to the end in the background: a full pipe would stop the server.
    threading.Thread(target=lambda: [lines.put(line) for line in output], daemon=True).start()
    said = []
    while True:
        try:
            said.append(lines.get(timeout=START_SECONDS))
        except queue.Empty:
            pytest.fail(f"raftlab did not say where it listens, but: {''.join(said)}")
        if said[-1].startswith(LISTENS):
            return said[-1].removeprefix(LISTENS).strip()


# Not for the session: Playwright leaves an event loop running, in which asyncio.run() refuses.
@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1280, "height": 1400})
    opened.set_default_timeout(60_000)
    yield opened
    opened.close()
