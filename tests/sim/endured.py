"""What the random runs endured: how a test reports it, and a few lines on all of them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from statistics import median

import pytest

ENDURED = "endured"  # the property of a test's report that holds what its runs endured

Told = tuple[int, dict[str, int], int, int, int, list[float], list[float]]


def told(reports: Iterable[pytest.TestReport]) -> list[Told]:
    """What each of these reports tells. It travelled as plain values: a worker sends no others."""
    properties = (recorded for report in reports for recorded in report.user_properties)
    return [tuple(value) for name, value in properties if name == ENDURED]  # type: ignore[misc]


def as_lines(all_told: list[Told]) -> Iterator[str]:
    kinds: Counter[str] = Counter()
    for _, counted, *_ in all_told:
        kinds.update(counted)
    in_turn = kinds.pop("… in a turn", 0)
    runs = sum(len(one[5]) for one in all_told)
    sizes = sorted({one[0] for one in all_told})
    yield (
        f"{kinds.total():,} events in {runs:,} runs of {sizes[0]} to {sizes[-1]} nodes, nothing "
        f"broken; {sum(one[2] for one in all_told):,} elections won, "
        f"{sum(one[3] for one in all_told):,} entries committed and applied by all, "
        f"{sum(one[4] for one in all_told):,} requests of clients answered"
    )
    counts = (f"{kind} {count:,}" for kind, count in kinds.most_common())
    yield f"{', '.join(counts)} (crashes in a turn: {in_turn:,})"
    for what, place in (("led by one whom all follow", 5), ("a last command applied by all", 6)):
        times = [time for one in all_told for time in one[place]]
        took = f"median {median(times):,.0f} ms, worst {max(times):,.0f} ms"
        yield f"after the faults, {what}: {took}"
