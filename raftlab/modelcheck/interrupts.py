"""An interrupt that waits for a good moment instead of landing wherever the program happens to be.

Inside a widget's machinery, or in what is called as an object is thrown away, it would come out as
a traceback of other people's code, or be swallowed.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any


class Interrupts:
    """While it is entered, a first interrupt waits for `heed`; a second one waits for nothing.

    In a thread other than the main one it changes nothing: interrupts do not reach it.
    """

    def __init__(self) -> None:
        """None so far."""
        self._asked = False
        self._before: Any = None

    def heed(self) -> None:
        """Raise the KeyboardInterrupt that is waiting, if one is."""
        if self._asked:
            self._asked = False
            raise KeyboardInterrupt

    def __enter__(self) -> Interrupts:
        """Let interrupts wait."""
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._wait)
        return self

    def __exit__(self, *raised: object) -> None:
        """Let interrupts come as they did before."""
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _wait(self, number: int, frame: FrameType | None) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True
