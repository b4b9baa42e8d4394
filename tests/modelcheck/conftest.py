"""A table of the wrong rules that were caught, at the end of the tests' output."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest


class Row(NamedTuple):
    """A wrong rule, the property it breaks, and what it took to find out."""

    rule: str
    breaks: str
    depth: int
    clusters: int
    seconds: float


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = terminalreporter.getreports("passed")
    rows = [row for report in reports for _, row in report.user_properties if isinstance(row, Row)]
    if rows:
        terminalreporter.write_sep("-", "wrong rules, and the shortest runs that catch them")
        for line in as_lines(rows):
            terminalreporter.write_line(line)


def as_lines(rows: list[Row]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*(row[:2] for row in rows), strict=True)]
    yield f"{'rule':{widths[0]}}  {'property':{widths[1]}}  events   clusters  seconds"
    for rule, breaks, *numbers in rows:
        depth, clusters, seconds = numbers
        columns = f"{rule:{widths[0]}}  {breaks:{widths[1]}}"
        yield f"{columns}  {depth:6}  {clusters:9,}  {seconds:7.2f}"
    yield f"{len(rows)} caught in {sum(row.seconds for row in rows):.1f} s"
