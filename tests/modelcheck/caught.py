"""The wrong rules that were caught: how a test reports one, and a table of them."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pytest

CAUGHT = "caught"  # the property of a test's report that holds a row


class Row(NamedTuple):
    """A wrong rule, the property it breaks, and what it took to find out."""

    rule: str
    breaks: str
    depth: int
    clusters: int
    seconds: float


def rows(reports: Iterable[pytest.TestReport]) -> list[Row]:
    """The rows in these reports. Each travelled as a tuple: a worker can send nothing else."""
    properties = (recorded for report in reports for recorded in report.user_properties)
    return [Row(*value) for name, value in properties if name == CAUGHT]


def as_lines(rows: list[Row]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*(row[:2] for row in rows), strict=True)]
    yield f"{'rule':{widths[0]}}  {'property':{widths[1]}}  events   clusters  seconds"
    for rule, breaks, *numbers in rows:
        depth, clusters, seconds = numbers
        columns = f"{rule:{widths[0]}}  {breaks:{widths[1]}}"
        yield f"{columns}  {depth:6}  {clusters:9,}  {seconds:7.2f}"
    yield f"{len(rows)} caught in {sum(row.seconds for row in rows):.1f} s"
