"""What a learner's rule prints while it is checked: some of it, since it is asked very often."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO

MOST_LINES = 20
ENOUGH, LONGEST = 20_000, 300  # characters, in all and of a line


@contextmanager
def printing_little() -> Iterator[None]:
    """What is printed meanwhile is shown at the end, as far as it is no flood."""
    printed = _Printed()
    try:
        with redirect_stdout(printed):
            yield
    finally:
        lines = printed.getvalue().splitlines()
        if lines:
            print(*(line[:LONGEST] for line in lines[:MOST_LINES]), sep="\n")
        if len(lines) > MOST_LINES:
            print("… and more. What a rule prints is shown in part: it is asked many times.")


class _Printed(StringIO):
    """Takes what is printed, until there is more than enough of it."""

    def write(self, text: str) -> int:
        if self.tell() < ENOUGH:
            super().write(text[:ENOUGH])
        return len(text)
