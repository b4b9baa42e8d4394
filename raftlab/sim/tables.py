"""Tables of numbers as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

Row: TypeAlias = tuple[str, ...]


def aligned(rows: Sequence[Row], indent: str = "") -> str:
    """A table as text: the first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, *others in rows:
        cells = [cell.rjust(wide) for cell, wide in zip(others, widths[1:], strict=True)]
        lines.append(indent + "   ".join([first.ljust(widths[0]), *cells]).rstrip())
    return "\n".join(lines)


def say_number(number: float) -> str:
    """A number in three figures or more: "4,214", "85.5", "3.20"."""
    decimals = 0 if number == 0 or abs(number) >= 100 else 1 if abs(number) >= 10 else 2
    return f"{number:,.{decimals}f}"


def say_ms(time: float) -> str:
    """A time with its unit: "305 ms"."""
    return f"{say_number(time)} ms"
