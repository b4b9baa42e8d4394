"""A kernel of its own for a notebook that is graded, in a temporary folder of its own.

Replies are all that is listened to: they answer one request each, by its random number, and none
is ever dropped. What the notebook shows or prints, however much, is not received at all.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from subprocess import DEVNULL
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager

from raftlab.course import regrading

STARTS_WITHIN = 60.0  # seconds; a kernel that has not answered by then never will
LOOKS_EVERY = 0.5  # seconds between two looks at whether the kernel is alive

SILENT = logging.getLogger(__name__)  # what goes wrong is raised, and told in a sentence
SILENT.addHandler(logging.NullHandler())
SILENT.propagate = False

REGRADING = f"__import__({regrading.__name__!r}, fromlist=['begin'])."


class KernelStopped(Exception):
    """The kernel answers no more; the message says why, in a sentence without its end."""


class CannotStart(Exception):
    """There is no kernel that could run the notebook; the message is a sentence."""


@dataclass
class FreshKernel:
    """A running kernel, until `deadline`. Its methods raise KernelStopped once it is gone."""

    manager: KernelManager
    client: BlockingKernelClient
    deadline: float
    limit: float

    def run(self, source: str) -> str:
        """Run a cell, and say what it raised; "" if nothing."""
        reply = self._reply(source, stop_on_error=False)
        if reply["status"] == "ok":
            return ""
        return f"{reply.get('ename', reply['status'])}: {reply.get('evalue', '')}".rstrip(": ")

    def ask(self, function: str, *arguments: str) -> list[dict[str, Any]]:
        """Call a function of raftlab.course.regrading there, and return what it tells.

        Raises LookupError if it tells nothing, as where raftlab cannot be imported.
        """
        call = f"{REGRADING}{function}({', '.join(map(repr, arguments))})"
        # Silent, so that neither `_` nor the numbers of the cells change.
        reply = self._reply("", silent=True, user_expressions={"told": call})
        told = reply["user_expressions"]["told"]
        if told["status"] == "ok":
            return list(told["data"][regrading.MIME])
        raise LookupError(f"{told['ename']}: {told['evalue']}")

    def _reply(self, source: str, **how: Any) -> dict[str, Any]:
        asked = self.client.execute(source, allow_stdin=False, **how)
        while (left := self.deadline - monotonic()) > 0:
            try:
                reply = self.client.get_shell_msg(timeout=min(left, LOOKS_EVERY))
            except Empty:
                if not self.manager.is_alive():
                    raise KernelStopped("The kernel died") from None
                continue
            if reply["parent_header"].get("msg_id") == asked:
                return dict(reply["content"])
        raise KernelStopped(f"The time limit of {self.limit:g} s was reached")


@contextmanager
def fresh_kernel(notebook: str, content: bytes, seconds: float) -> Iterator[FreshKernel]:
    """A kernel beside a copy of the notebook. It and the folder are gone afterwards, always.

    Args:
        notebook: the file's name.
        content: what the file holds.
        seconds: how long the kernel may live once it has answered for the first time.

    Raises CannotStart if there is none, OSError if the folder cannot be made.
    """
    with ExitStack() as running:
        for last in (False, False, True):
            kernel = running.enter_context(_kernel(notebook, content, seconds))
            try:
                kernel.ask("begin")
                break
            except LookupError as error:
                raise CannotStart(f"Its kernel cannot import raftlab: {error}.") from error
            except KernelStopped as stopped:
                # Its ports were free a moment ago. Another program may have been quicker.
                if last or kernel.manager.is_alive():
                    raise CannotStart("Its kernel could not be started.") from stopped
                running.close()
        kernel.deadline = monotonic() + seconds
        yield kernel


@contextmanager
def _kernel(notebook: str, content: bytes, seconds: float) -> Iterator[FreshKernel]:
    """One kernel that has been started, and may not live."""
    with TemporaryDirectory(prefix="raftlab-grade-", ignore_cleanup_errors=True) as folder:
        manager = _manager(Path(folder))
        client = None
        try:
            _start(manager, Path(folder), notebook, content)
            client = manager.client()
            client.start_channels(iopub=False, stdin=False, hb=False, control=False)
            yield FreshKernel(manager, client, monotonic() + STARTS_WITHIN, seconds)
        finally:
            if client is not None:
                client.stop_channels()
            manager.shutdown_kernel(now=True)


def _start(manager: KernelManager, folder: Path, notebook: str, content: bytes) -> None:
    """Start the kernel beside the copy. It is told nothing of how IPython is set up here.

    What it prints at its start, as of its debugger, is not for whoever grades.
    """
    work = folder / "work"
    work.mkdir()
    (work / notebook).write_bytes(content)
    environment = {**os.environ, "IPYTHONDIR": str(folder / "ipython")}
    manager.start_kernel(cwd=str(work), env=environment, stdout=DEVNULL, stderr=DEVNULL)


class _ThisPython(KernelSpecManager):
    """Knows one kernel, of the Python that runs here, whatever others are installed."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        launcher = ["-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=[sys.executable, *launcher], language="python")


def _manager(folder: Path) -> KernelManager:
    return KernelManager(
        connection_file=str(folder / "kernel.json"),
        kernel_spec_manager=_ThisPython(),
        log=SILENT,
    )
