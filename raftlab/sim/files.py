"""Writing a file whole: aside first, then moved into place, so that none is ever half-written."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import sleep
from typing import TypeVar

T = TypeVar("T")


def write_whole(path: Path, content: bytes) -> None:
    """Write the whole file, or leave what was there. Raises OSError if it cannot be written."""
    aside = path.with_name(f".{path.name.removeprefix('.')}.{os.getpid()}.part")
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        patiently(partial(os.replace, aside, path))
    except BaseException:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        raise


def patiently(act: Callable[[], T]) -> T:
    """Do it, trying for a moment: Windows denies a file to one while another reads or moves it."""
    for _ in range(5):
        with suppress(PermissionError):
            return act()
        sleep(0.02)
    return act()
