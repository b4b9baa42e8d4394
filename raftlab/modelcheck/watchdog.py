"""Stops a rule that does not come back, in whatever thread asked it."""

from __future__ import annotations

import ctypes
import threading
from time import monotonic

LOOKS_EVERY = 0.05  # seconds
BITES_EVERY = 0.002  # seconds: what catches every exception cannot be in its `try` all the time


class Overlong(BaseException):
    """Raised in a rule that does not come back; no Exception, which the rule might catch."""


class Watchdog:
    """While it is entered, a rule that takes more than `limit` seconds is stopped by Overlong.

    `overlong` is then the rule and what it was asked.
    """

    def __init__(self, limit: float) -> None:
        """Watch nothing yet."""
        self.limit = limit
        self.overlong: tuple[str, tuple[object, ...]] = ("", ())
        self._running: list[tuple[str, tuple[object, ...]]] = []
        self._asked = 0
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._target = 0
        self._bit = False

    def enter(self, rule: str, arguments: tuple[object, ...]) -> None:
        """A rule is being asked; one may be asked within another."""
        self._running.append((rule, arguments))
        self._asked += 1

    def leave(self) -> None:
        """It has come back."""
        with self._lock:
            self._running.pop()
            self._asked += 1
            self._take_back()

    def __enter__(self) -> Watchdog:
        """Begin to watch the thread that enters."""
        self._target = threading.get_ident()
        threading.Thread(target=self._watch, daemon=True, name="raftlab watchdog").start()
        return self

    def __exit__(self, *raised: object) -> None:
        """Watch no more."""
        with self._lock:
            self._running.clear()
            self._done.set()
            self._take_back()

    def _watch(self) -> None:
        asked, since = self._asked, monotonic()
        while not self._done.wait(LOOKS_EVERY):
            if asked != self._asked or not self._running:
                asked, since = self._asked, monotonic()
            elif monotonic() - since > self.limit:
                self._bite(asked)

    def _bite(self, asked: int) -> None:
        while not self._done.wait(BITES_EVERY):
            with self._lock:
                if asked != self._asked or not self._running:
                    return
                self.overlong, self._bit = self._running[-1], True
                _raise_in(self._target)

    def _take_back(self) -> None:
        """What was to be raised and has not been yet is not to hit whoever comes next.

        It is raised here and caught. (To clear it instead hangs Python 3.11 under a tracer.)
        """
        if self._bit:
            try:
                _raise_in(self._target)
                while True:
                    pass
            except Overlong:
                self._bit = False


def _raise_in(thread: int) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(Overlong))
