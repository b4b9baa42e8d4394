"""What exploring costs. Each case runs in a process of its own, so that its memory is its own."""

import json
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from time import process_time

from raftlab.modelcheck import Bounds, Exploration, explore
from raftlab.modelcheck.fast.levels import Levels
from raftlab.modelcheck.plain import Search, search_plainly
from raftlab.raft import RAFT, Cluster, Log, Node
from raftlab.sim import SCENARIOS

ROOT = Path(__file__).parents[2]
REPEATS = 3

AT_600_K = Bounds(terms=1, entries=1, in_flight=3)
AT_2_M = Bounds(terms=2, entries=1, in_flight=3, crashes=0)
AT_10_M = Bounds(terms=2, entries=1, in_flight=3, states=10_000_000, seconds=600)
AT_50_M = replace(AT_10_M, entries=2, states=50_000_000)
MANY_TURNS = Bounds(in_flight=1)

# What can be exhausted, narrow to wide.
GROWTH = (
    Bounds(in_flight=1),
    Bounds(terms=1, in_flight=3),
    Bounds(entries=2, in_flight=1),
    Bounds(terms=3, in_flight=1),
    Bounds(),
    Bounds(in_flight=3, crashes=0),
    Bounds(terms=4, in_flight=1),
    Bounds(terms=3, entries=2, in_flight=1),
    Bounds(entries=2, states=50_000_000),
    Bounds(in_flight=3, states=50_000_000),
)


@dataclass(frozen=True)
class Case:
    """One exploration, what it came to, and what it cost."""

    states: int
    transitions: int
    turns: int
    events: int
    seconds: float
    learning: float  # of these seconds, those in which turns were taken
    megabytes: float

    @property
    def rate(self) -> float:
        return self.states / self.seconds


def forgets_the_vote(node: Node) -> Node:
    return replace(RAFT.restart(node), voted_for=None)


def never_truncates(log: Log, request) -> Log:
    return log.append(*request.entries[max(0, log.last_index - request.prev_log_index) :])


def up_to_date_by_index(node: Node, request) -> bool:
    return request.last_log_index >= node.log.last_index


def commits_old_terms(node: Node) -> int:
    for index in reversed(range(node.commit_index + 1, node.log.last_index + 1)):
        holders = [peer for peer in node.peers if index <= node.match_index[peer]]
        if node.configuration.is_quorum([node.name, *holders]):
            return index
    return node.commit_index


def votes_as_the_paper_says(node: Node, request) -> bool:
    return node.voted_for is None or node.voted_for == request.sender


BUGS = {
    "vote forgotten on restart": ({"restart": forgets_the_vote}, Bounds()),
    "no truncation of a conflicting tail": ({"merge_entries": never_truncates}, Bounds()),
    "up-to-date by index only": (
        {"log_is_up_to_date": up_to_date_by_index},
        Bounds(terms=3, crashes=0, in_flight=1),
    ),
    "old-term commit (Figure 8)": (
        {"leader_commit_index": commits_old_terms},
        Bounds(terms=4, crashes=0, in_flight=1),
    ),
}

REWRITTEN = RAFT.but(may_vote=votes_as_the_paper_says)


def start() -> Cluster:
    return SCENARIOS["fresh"]().cluster


def bug(name: str) -> Exploration:
    wrong, bounds = BUGS[name]
    return explore(start(), RAFT.but(**wrong), bounds)


CASES: dict[str, Callable[[], Exploration | Search]] = {
    "plain": lambda: search_plainly(start(), RAFT, replace(AT_600_K, depth=6)),
    "600 k": lambda: explore(start(), bounds=AT_600_K, symmetry=False),
    "2 M": lambda: explore(start(), bounds=replace(AT_2_M, states=2_000_000), symmetry=False),
    "2 M, renamed": lambda: explore(start(), bounds=AT_2_M),
    "10 M": lambda: explore(start(), bounds=AT_10_M),
    "50 M": lambda: explore(start(), bounds=AT_50_M),
    "turns": lambda: explore(start(), REWRITTEN, MANY_TURNS),
    **{name: partial(bug, name) for name in BUGS},
    **{f"growth {i}": partial(explore, start(), RAFT, b) for i, b in enumerate(GROWTH)},
}


def alone(name: str) -> Case:
    """Make one case in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.exploration", name]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return Case(**json.loads(run.stdout))


def measured(name: str) -> Case:
    """Make one case here, once everything that it needs is imported."""
    explore(start(), bounds=Bounds(depth=2))
    learning = learning_timed()
    before, began = memory(), process_time()
    found = CASES[name]()
    seconds = process_time() - began
    states = sum(level.states for level in found.levels)
    transitions = sum(level.transitions for level in found.levels)
    turns = getattr(found, "turns", 0)
    depth, grown = len(found.levels) - 1, memory() - before
    return Case(states, transitions, turns, depth, seconds, sum(learning), grown)


def learning_timed() -> list[float]:
    """The times that searches will take, from now on, to learn turns: all that is Python's."""
    times: list[float] = []
    learn = Levels._learn

    def timed(levels: Levels, *what: object) -> None:
        began = process_time()
        try:
            learn(levels, *what)
        finally:
            times.append(process_time() - began)

    Levels._learn = timed
    return times


def memory() -> float:
    """The most memory this process has had, in megabytes (Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def typical(name: str) -> Case:
    """The case of median time among some."""
    return sorted((alone(name) for _ in range(REPEATS)), key=lambda case: case.seconds)[
        REPEATS // 2
    ]


def rates() -> Iterator[tuple[str, float, str, str]]:
    plain, fast = typical("plain"), typical("600 k")
    said = f"Clusters, plain engine, {plain.states:,} of them"
    yield said, plain.rate, "clusters/s", ""
    yield f"… fast engine, {fast.states:,}", fast.rate, "clusters/s", ""
    yield "… how many times as fast", fast.rate / plain.rate, "times", "100 or more"
    for name in ("2 M", "2 M, renamed"):
        case = typical(name)
        what = f"… fast engine, {case.states:,}{name[3:]}, {case.transitions:,} events"
        yield what, case.rate, "clusters/s", "1,000,000 or more"
    case = typical("turns")
    what = f"A changed rule, {case.turns:,} local turns"
    yield what, 1e6 * case.learning / case.turns, "µs a turn", "60 or less"
    yield (
        f"… and all told, {case.states:,} clusters",
        1e6 * case.seconds / case.turns,
        "µs a turn",
        "",
    )


def sizes() -> Iterator[tuple[str, float, str, str]]:
    case = alone("10 M")
    what = f"Memory for {case.states:,} clusters"
    yield what, 1e6 * case.megabytes / case.states, "bytes a cluster", "100 or less"
    case = alone("50 M")
    yield f"Memory for {case.states:,} clusters", case.megabytes, "MB", "under 6,000"
    yield "… their time", case.seconds, "s", ""


def bugs() -> Iterator[tuple[str, float, str, str]]:
    for name in BUGS:
        case = typical(name)
        what = f"Found after {case.events} events: {name}, {case.states:,} clusters"
        yield what, case.seconds, "s", "2 or less"


def growth() -> Iterator[str]:
    """What 1 s, 10 s and 60 s exhaust: the rows of a table, in the order of their time."""
    cases = [(alone(f"growth {i}"), bounds) for i, bounds in enumerate(GROWTH)]
    for case, bounds in sorted(cases, key=lambda pair: pair[0].seconds):
        limit = next((most for most in (1, 10, 60) if case.seconds <= most), None)
        within = f"{limit} s" if limit else "more"
        said = bounds.said(start())
        yield f"| {within} | {said} | {case.states:,} | {case.events} | {case.seconds:.1f} |"


if __name__ == "__main__":
    print(json.dumps(asdict(measured(sys.argv[1]))))
