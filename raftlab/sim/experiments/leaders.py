"""How long a cluster is without a leader once its leader has crashed."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import replace

from raftlab.raft import RAFT, Rules
from raftlab.sim.experiments.comparison import Comparison
from raftlab.sim.experiments.many import Making, Trials
from raftlab.sim.experiments.refusals import (
    refuse_kinds,
    refuse_making,
    refuse_set_up,
)
from raftlab.sim.experiments.replacing import (
    LAN,
    LATENCY,
    crash_and_replace,
    lan,
    say_range,
    say_timing,
)
from raftlab.sim.experiments.trial import CAP, SetUp
from raftlab.sim.summary import Durations
from raftlab.sim.timing import LatencyModel, Range, Timing

DOWNTIME = "Time without a leader"
RANGES = ((150, 155), (150, 175), (150, 200), (150, 300))
SIZES = (3, 5, 7, 9)
LATENCIES = (1, 5, 15, 30)


def replace_leader(
    trials: int = 1_000,
    timing: Timing = LAN,
    *,
    servers: int = 5,
    short_logs: int | None = None,
    rules: Rules = RAFT,
    cap: float = CAP,
    seed: int = 0,
    executor: Executor | None = None,
    progress: bool = True,
) -> Durations:
    """Crash a leader many times, and measure how long it takes until all follow another.

    Args:
        trials: how many times.
        timing: how long things take: `Timing(…)`, or `lan(150, 200)` for timeouts from 150 to 200
            ms.
        servers: how many there are, from 3 to 9.
        short_logs: how many of them lack the last entry and cannot win; by default as many as can
            be: of five servers two.
        rules: the rules: `RAFT.but(…)` measures your own.
        cap: a trial is given up so many simulated milliseconds after the crash.
        seed: the same seed gives the same trials, with any executor or none.
        executor: who makes the trials: a ProcessPoolExecutor, a Dask client's get_executor(), or
            any other executor of concurrent.futures. By default this process does.
        progress: whether a bar shows how many are done.

    Stops with what it has when interrupted, or when the executor fails. Raises ValueError or
    TypeError for other arguments that are not as above, RuleError if a rule misbehaves.
    """
    set_up = crash_and_replace(timing, servers=servers, short_logs=short_logs, rules=rules, cap=cap)
    label = f"Replacing the leader of {servers} servers, {say_timing(timing)}"
    return durations(label, set_up, Making(trials, seed, executor, progress))


def durations(label: str, set_up: SetUp, making: Making) -> Durations:
    """How long it took in each trial of one set-up."""
    return compared("", {label: set_up}, making).durations[0]


def compared(
    varied: str, set_ups: Mapping[str, SetUp], making: Making, what: str = DOWNTIME
) -> Comparison:
    """The same for several, each under its label; `varied` says what they differ in."""
    refuse_making(making)
    if not isinstance(set_ups, Mapping) or not set_ups:
        raise TypeError(f"A comparison is of a dict of labels and set-ups, not of {set_ups!r}.")
    for set_up in set_ups.values():
        refuse_set_up(set_up)
    trials = Trials(list(set_ups.items()), making, in_pairs=True)
    outcomes = trials.make()
    return Comparison(
        varied,
        tuple(
            Durations.of(label, given, set_up.cap, trials.stopped)
            for (label, set_up), given in zip(set_ups.items(), outcomes, strict=False)
        ),
        what,
    )


def compare(
    set_ups: Mapping[str, SetUp],
    trials: int = 1_000,
    *,
    varied: str = "",
    measured: str = DOWNTIME,
    seed: int = 0,
    executor: Executor | None = None,
    progress: bool = True,
) -> Comparison:
    """Measure several set-ups, each under its label: any that can be put into a `SetUp`.

    `compare({"Raft": crash_and_replace(), "mine": crash_and_replace(rules=RAFT.but(…))})`. Each
    measure gives milliseconds. `varied` heads the labels, `measured` says what took that long; the
    rest is as for `replace_leader`.
    """
    return compared(varied, set_ups, Making(trials, seed, executor, progress), measured)


def compare_timeouts(
    *ranges: tuple[float, float],
    trials: int = 1_000,
    latency: LatencyModel = LATENCY,
    servers: int = 5,
    short_logs: int | None = None,
    rules: Rules = RAFT,
    cap: float = CAP,
    seed: int = 0,
    executor: Executor | None = None,
    progress: bool = True,
) -> Comparison:
    """Replace a leader with election timeouts from one range after another.

    `compare_timeouts((150, 155), (150, 200))`; the rest is as for `replace_leader`. From a range
    without width, such as (150, 150), no trial ends before the cap: a few of them will do.
    """
    for one in ranges:
        if not isinstance(one, tuple) or len(one) != 2:
            raise TypeError(f"A range of timeouts is a pair such as (150, 200), not {one!r}.")
    set_ups = {
        say_range(one): crash_and_replace(
            lan(one[0], one[1], latency),
            servers=servers,
            short_logs=short_logs,
            rules=rules,
            cap=cap,
        )
        for one in ranges or RANGES
    }
    return compared("election timeout", set_ups, Making(trials, seed, executor, progress))


def compare_sizes(
    *sizes: int,
    trials: int = 1_000,
    timing: Timing = LAN,
    rules: Rules = RAFT,
    cap: float = CAP,
    seed: int = 0,
    executor: Executor | None = None,
    progress: bool = True,
) -> Comparison:
    """Replace the leader of clusters of one size after another.

    `compare_sizes(3, 5)`; in each, as many servers as can be lack the last entry. The rest is as
    for `replace_leader`.
    """
    set_ups = {
        f"{servers} servers": crash_and_replace(timing, servers=servers, rules=rules, cap=cap)
        for servers in sizes or SIZES
    }
    return compared("cluster", set_ups, Making(trials, seed, executor, progress))


def compare_latencies(
    *latencies: Range,
    trials: int = 1_000,
    timing: Timing = LAN,
    servers: int = 5,
    short_logs: int | None = None,
    rules: Rules = RAFT,
    cap: float = CAP,
    seed: int = 0,
    executor: Executor | None = None,
    progress: bool = True,
) -> Comparison:
    """Replace a leader in one network after another, by its one-way latency in milliseconds.

    `compare_latencies(1, 15, (10, 50))`; the rest is as for `replace_leader`.
    """
    refuse_kinds(timing, rules, cap)
    set_ups = {
        say_range(latency): crash_and_replace(
            replace(timing, latency=latency),
            servers=servers,
            short_logs=short_logs,
            rules=rules,
            cap=cap,
        )
        for latency in latencies or LATENCIES
    }
    return compared("one-way latency", set_ups, Making(trials, seed, executor, progress))
