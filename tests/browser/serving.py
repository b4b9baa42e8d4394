"""The course as `raftlab` opens it, and a Chromium to look at it with."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

START_SECONDS = 120
LISTENS = "JupyterLab listens at "
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


@dataclass(frozen=True)
class Course:
    """Where an opened course listens, at the address that `raftlab` printed, and its folder."""

    address: str
    folder: Path

    def notebook(self, name: str) -> str:
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}/lab/tree/{name}?{parts.query}"


@contextmanager
def opened(home: Path) -> Iterator[Course]:
    """The course in a folder in `home`, opened by the command a learner types."""
    # Lets whoever drives the page ask JupyterLab for its commands and its kernel's state.
    config = home / "config" / "jupyter_lab_config.json"
    config.parent.mkdir()
    config.write_text(json.dumps({"LabApp": {"expose_app_in_browser": True}}))
    apart = ("JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    environment = {**os.environ, **{name: str(home / name.lower()) for name in apart}}
    environment |= {"JUPYTER_CONFIG_DIR": str(config.parent), "PYTHONUNBUFFERED": "1"}
    folder = home / "course"
    command = [sys.executable, "-m", "raftlab", str(folder), "--no-browser", "--port=0"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        try:
            yield Course(_address(server), folder)
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
            raise RuntimeError(f"raftlab did not say where it listens: {''.join(said)}") from None
        if said[-1].startswith(LISTENS):
            return said[-1].removeprefix(LISTENS).strip()
