"""Measure what the design promises and write the table: `python -m tests.benchmarks`.

Each number is the median of several repeats. What one process computes is measured in its CPU time,
which other work on the machine disturbs least; what starts a process, in the time it takes.
"""

import platform
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import starmap
from os import cpu_count
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from jupyter_client.manager import start_new_kernel

from raftlab.raft import Cluster, broken_by, step
from raftlab.sim import random_events, random_run
from raftlab.sim.chance import Mix
from raftlab.views.cluster_dot import cluster_dot
from raftlab.views.draw import svg
from tests.benchmarks import checks, experiments, exploration, lab, linearizability

TABLE = Path(__file__).with_name("RESULTS.md")

REPEATS = 7
EVENTS = 3_000
FRAMES = 40

IMPORT = "from time import perf_counter as now; t = now(); import raftlab; print(now() - t)"
FIRST_DIAGRAM = "import raftlab; raftlab.Cluster.of('node1', 'node2', 'node3')"
THE_LAB = "import raftlab; raftlab.lab()"
# With which of a cell's outputs a picture has come.
PICTURES = ("image/svg+xml", "application/vnd.jupyter.widget-view+json", "text/html")


@dataclass(frozen=True)
class Result:
    what: str
    value: float
    unit: str
    goal: str = ""

    def row(self) -> str:
        number = f"{self.value:,.0f}" if self.value >= 100 else f"{self.value:.1f}"
        return f"| {self.what} | {number} | {self.unit} | {self.goal} |"


def cluster_of(size: int) -> Cluster:
    return Cluster.of(*(f"node{number}" for number in range(1, size + 1)))


def cpu_time(work: Callable[[], object]) -> float:
    began = process_time()
    work()
    return process_time() - began


def events_per_second(work: Callable[[int], object]) -> float:
    """How many events a second `work` gets through, each time in a run of another seed."""
    work(0)
    return EVENTS / median(cpu_time(lambda seed=seed: work(seed)) for seed in range(REPEATS))


def random_runs(size: int) -> Iterable[Result]:
    """Choosing each event and taking the step; without the choosing; with Figure 3 checked."""
    start = cluster_of(size)

    def run(seed: int) -> None:
        for _ in random_run(start, seed, EVENTS):
            pass

    def run_checked(seed: int) -> None:
        for taken in random_run(start, seed, EVENTS):
            broken_by(taken, from_unbroken=True)

    events = [random_events(start, seed, EVENTS) for seed in range(REPEATS)]

    def steps_alone(seed: int) -> None:
        now = start
        for event in events[seed]:
            now = step(now, event).after

    goal = "40,000 or more" if size == 5 else ""
    yield Result(f"Random run, {size} nodes", events_per_second(run), "events/s", goal)
    yield Result(f"… its steps alone, {size} nodes", events_per_second(steps_alone), "events/s")
    yield Result(
        f"… with the five properties, {size} nodes", events_per_second(run_checked), "events/s"
    )


def frames(size: int) -> Result:
    """From a state and the step that led there to its picture. No picture is drawn twice."""
    steps = list(random_run(cluster_of(size), 1, 400, mix=Mix(longest_log=12)))[-FRAMES:]
    svg(cluster_dot(cluster_of(size)))
    times = [cpu_time(lambda t=taken: svg(cluster_dot(t.after, t))) for taken in steps]
    return Result(f"State to SVG, {size} nodes", 1000 * median(times), "ms", "15 or less")


def importing() -> Result:
    command = [sys.executable, "-c", IMPORT]

    def seconds() -> float:
        return float(subprocess.run(command, capture_output=True, check=True).stdout)

    seconds()
    return Result(
        "`import raftlab`", 1000 * median(seconds() for _ in range(REPEATS)), "ms", "under 200"
    )


def first_output(code: str) -> float:
    """Seconds from starting a kernel to the first picture that `code` makes in it."""
    began = perf_counter()
    manager, client = start_new_kernel()
    try:
        client.execute(code)
        while True:
            message = client.get_iopub_msg(timeout=60)
            if message["msg_type"] == "error":
                raise RuntimeError(message["content"]["evalue"])
            if any(kind in message["content"].get("data", {}) for kind in PICTURES):
                return perf_counter() - began
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def kernels() -> Iterable[Result]:
    for what, code in (("first diagram", FIRST_DIAGRAM), ("the lab", THE_LAB)):
        times = [first_output(code) for _ in range(3)]
        yield Result(f"Kernel start to {what}", 1000 * median(times), "ms")


def results() -> Iterable[Result]:
    for size in (3, 5):
        yield from random_runs(size)
    for size in (3, 5, 7):
        yield frames(size)
    yield importing()
    yield from kernels()
    for part in (
        lab.times,
        checks.times,
        experiments.times,
        linearizability.times,
        exploration.rates,
        exploration.sizes,
        exploration.bugs,
    ):
        yield from starmap(Result, part())


HEAD = """# Benchmarks

Written by `python -m tests.benchmarks`. {repeats} repeats (three for a kernel), medians; CPU time
where one process computes, elapsed time where one is started. {python}, {cores} cores, {system}.

| what | median | unit | goal |
|---|---:|---|---|
"""


GROWTH = """
What can be exhausted, three nodes, clusters that differ in names only counted once:

| within | bounds | clusters | deepest | CPU seconds |
|---|---|---:|---:|---:|
"""


def main() -> None:
    head = HEAD.format(
        repeats=REPEATS,
        python=f"{platform.python_implementation()} {platform.python_version()}",
        cores=cpu_count(),
        system=f"{platform.system()} {platform.machine()}",
    )
    rows = []
    for result in results():
        print(result.row(), flush=True)
        rows.append(result.row())
    table = head + "\n".join(rows) + "\n" + GROWTH + "\n".join(exploration.growth()) + "\n"
    TABLE.write_text(table, "utf-8")


if __name__ == "__main__":
    main()
