"""How long a learner waits for an experiment, in CPU time: a learner runs it live, on one core."""

from collections.abc import Callable, Iterator
from statistics import median
from time import process_time

from raftlab.sim.experiments import (
    LAN,
    compare_latencies,
    compare_sizes,
    compare_timeouts,
    election_times,
    lan,
    replace_leader,
    split_votes,
)

REPEATS = 3
TRIALS = 1_000
GOAL = "5 or less"


def seconds(work: Callable[[int], object]) -> float:
    """The CPU time of an experiment, each time with another seed."""
    times = []
    for seed in range(REPEATS):
        began = process_time()
        work(seed)
        times.append(process_time() - began)
    return median(times)


def times() -> Iterator[tuple[str, float, str, str]]:
    """A thousand leaders replaced, where votes seldom split and where they often do; and the rest.

    The others are measured as they are by default.
    """
    replace_leader(10, progress=False)
    for what, timing in (
        (f"{TRIALS:,} leaders of five replaced", LAN),
        ("… timeouts from 150 to 200 ms", lan(150, 200)),
        ("… timeouts from 150 to 155 ms, most votes split", lan(150, 155)),
    ):
        took = seconds(lambda seed, t=timing: replace_leader(TRIALS, t, seed=seed, progress=False))
        yield what, took, "s", GOAL
    for experiment in (
        compare_timeouts,
        compare_sizes,
        compare_latencies,
        split_votes,
        election_times,
    ):
        took = seconds(lambda seed, e=experiment: e(seed=seed, progress=False))
        yield f"`{experiment.__name__}()`", took, "s", ""
