"""Random search: reproducible, shortened, the same with any executor, and never a proof."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from pathlib import Path

import cloudpickle
import pytest

from raftlab.modelcheck import RandomSearch, Verdict, random_search
from raftlab.modelcheck.at_random.runs import Runs
from raftlab.modelcheck.at_random.shrink import _possible as possible
from raftlab.modelcheck.at_random.shrink import shortened
from raftlab.modelcheck.at_random.travel import CannotTravel
from raftlab.modelcheck.at_random.trial import Failure, Trial
from raftlab.raft import (
    RAFT,
    SAFETY,
    Delay,
    Event,
    Log,
    Node,
    NotPossible,
    Property,
    RequestVote,
    Scope,
)
from raftlab.sim import History, fresh, random_run
from raftlab.sim.chance import Mix

# Other processes cannot import the tests; they travel as a notebook's functions do.
cloudpickle.register_pickle_by_value(sys.modules[__name__])


def forgets_the_vote(node: Node) -> Node:
    return replace(RAFT.restart(node), voted_for=None)


def one_vote_wins(node: Node) -> bool:
    return len(node.votes_received) >= 1


def never_truncates(log: Log, request) -> Log:
    return log.append(*request.entries[max(0, log.last_index - request.prev_log_index) :])


def commits_old_terms(node: Node) -> int:
    for index in reversed(range(node.commit_index + 1, node.log.last_index + 1)):
        holders = [peer for peer in node.peers if index <= node.match_index[peer]]
        if node.configuration.is_quorum([node.name, *holders]):
            return index
    return node.commit_index


FORGETFUL = RAFT.but(restart=forgets_the_vote)
UNCUT = RAFT.but(merge_entries=never_truncates)


@pytest.fixture(scope="module")
def found() -> RandomSearch:
    return random_search(fresh(3), UNCUT, runs=200)


# What it finds


@pytest.mark.parametrize(
    ("size", "wrong", "broken"),
    [
        (3, {"restart": forgets_the_vote}, "Election Safety"),
        (3, {"leader_commit_index": commits_old_terms}, "Leader Completeness"),
        (3, {"wins_election": one_vote_wins}, "Leader Completeness"),
        (7, {"wins_election": one_vote_wins}, "Election Safety"),
        (7, {"merge_entries": never_truncates}, "Log Matching"),
    ],
)
def test_it_finds_known_bugs(size: int, wrong: dict[str, Callable], broken: str) -> None:
    result = random_search(fresh(size), RAFT.but(**wrong))
    assert (result.verdict, result.violation.property.name) == (Verdict.BROKEN, broken)
    assert result.history.now.violations[0] == result.violation


def test_raft_breaks_nothing() -> None:
    for size in (3, 7):
        result = random_search(fresh(size), runs=10)
        assert result.verdict is Verdict.NOTHING_BROKE
        assert result.headline == "Nothing broke in 10 random runs of 200 events."
        assert "A random search proves nothing" in str(result)


def test_it_says_what_it_found(found: RandomSearch) -> None:
    lines = str(found).splitlines()
    assert lines[0] == f"State Machine Safety broke after {len(found.schedule)} events."
    assert lines[1] == found.violation.sentence
    assert lines[2].startswith("   1  ")
    assert f"run {found.number} failed after {found.found_after} events" in found.tried


def test_what_a_paper_rule_stumbles_over_is_the_property_that_broke() -> None:
    def beyond(node: Node, request) -> int:
        return request.leader_commit + 1

    result = random_search(fresh(3), RAFT.but(follower_commit_index=beyond), runs=20)
    assert result.violation.property.name == "Commit Within Log"


def test_a_rule_that_raises_is_at_fault() -> None:
    def may_vote(node: Node, request) -> bool:
        raise ValueError("oops")

    result = random_search(fresh(3), RAFT.but(may_vote=may_vote), runs=20)
    assert (result.verdict, result.fault.rule) == (Verdict.UNSOUND, "may_vote")
    assert "it raised ValueError: oops" in result.sentence


def test_a_rule_that_fails_once_does_not_fail_again() -> None:
    times = count()

    def wins_election(node: Node) -> bool:
        if next(times) == 50:
            raise ValueError("only once")
        return RAFT.wins_election(node)

    result = random_search(fresh(3), RAFT.but(wins_election=wins_election), runs=100)
    assert result.verdict is Verdict.UNSOUND
    assert "did not fail when it was made again" in result.sentence


# The shortened schedule


def replayed(rules, schedule: tuple[Event, ...]) -> bool:
    """Whether this schedule can happen and breaks something at its end."""
    history = History(fresh(3).cluster, rules, properties=SAFETY)
    try:
        history.play(*schedule)
    except NotPossible:
        return False
    return bool(history.now.violations)


def test_of_the_shortened_schedule_no_event_can_be_left_out(found: RandomSearch) -> None:
    assert replayed(UNCUT, found.schedule)
    assert len(found.schedule) < found.found_after
    for place in range(len(found.schedule)):
        assert not replayed(UNCUT, found.schedule[:place] + found.schedule[place + 1 :])


def test_the_run_is_the_one_of_its_seed(found: RandomSearch) -> None:
    trial = Trial(fresh(3).cluster, UNCUT, SAFETY, 200, 0, (Mix(),))
    assert found.run_seed is not None
    again = random_search(fresh(3), UNCUT, mix=Mix(), runs=200)
    steps = random_run(trial.start, again.run_seed, again.found_after, UNCUT)
    taken = [step.taken if isinstance(step, Failure) else step for step in trial.run(again.number)]
    assert [step.event for step in steps] == [step.event for step in taken]


# The same every time


def test_the_same_arguments_give_the_same_result(found: RandomSearch) -> None:
    assert random_search(fresh(3), UNCUT, runs=200) == found
    assert random_search(fresh(3), UNCUT, runs=200, seed=1).schedule != found.schedule


RUN = """
from dataclasses import replace
from raftlab import RAFT, fresh, random_search
def restart(node):
    return replace(RAFT.restart(node), voted_for=None)
found = random_search(fresh(3), RAFT.but(restart=restart))
print(found.number, found.schedule)
"""


def test_the_same_whatever_the_hash_seed() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", RUN],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


# Executors


def executors() -> Iterator[tuple[str, Callable[[], Executor]]]:
    yield "threads", lambda: ThreadPoolExecutor(2)
    for start in ("fork", "spawn") if sys.platform == "linux" else ("spawn",):
        context = multiprocessing.get_context(start)
        yield f"processes, {start}", lambda context=context: ProcessPoolExecutor(2, context)


@pytest.mark.parametrize(
    "make", [make for _, make in executors()], ids=[name for name, _ in executors()]
)
def test_any_executor_gives_the_same(make: Callable[[], Executor], found: RandomSearch) -> None:
    with make() as executor:
        assert random_search(fresh(3), UNCUT, runs=200, executor=executor) == found
        nothing = random_search(fresh(3), runs=30, executor=executor)
    assert (nothing.verdict, nothing.runs_done) == (Verdict.NOTHING_BROKE, 30)


def test_a_class_can_use_its_dask_cluster_unchanged(found: RandomSearch, tmp_path: Path) -> None:
    from distributed import Client, LocalCluster

    cluster = LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, local_directory=str(tmp_path)
    )
    with cluster, Client(cluster) as client:
        result = random_search(fresh(3), UNCUT, runs=200, executor=client.get_executor())
    assert result == found


NOTEBOOK = RUN.replace(
    "RAFT.but(restart=restart))", "RAFT.but(restart=restart, may_apply=ready), executor=pool)"
).replace(
    "found = ",
    "ready = lambda node: node.last_applied < node.commit_index\n"
    "from concurrent.futures import ProcessPoolExecutor\n"
    "from multiprocessing import get_context\n"
    "if __name__ == '__main__':\n"
    "  pool = ProcessPoolExecutor(2, get_context('spawn'))\n"
    "  found = ",
)


def test_rules_written_in_a_notebook_travel(tmp_path: Path) -> None:
    # A script's functions live in __main__, as a notebook's do: no other process can import them.
    script = tmp_path / "notebook.py"
    script.write_text(NOTEBOOK.replace("\nprint(", "\n  print("), "utf-8")
    run = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False, timeout=120
    )
    expected = random_search(fresh(3), FORGETFUL)
    assert run.returncode == 0, run.stderr
    assert run.stdout == f"{expected.number} {expected.schedule}\n"


def test_what_cannot_travel_is_told_in_a_sentence() -> None:
    lock = threading.Lock()

    def may_vote(node: Node, request) -> bool:
        with lock:
            return RAFT.may_vote(node, request)

    with (
        ProcessPoolExecutor(1) as executor,
        pytest.raises(
            CannotTravel,
            match=r"The rule may_vote cannot travel to another process: cannot pickle '_thread",
        ),
    ):
        random_search(fresh(3), RAFT.but(may_vote=may_vote), executor=executor)
    assert random_search(fresh(3), RAFT.but(may_vote=may_vote), runs=3).violation is None


class Broken(Executor):
    """An executor whose workers have died."""

    def submit(self, *_: object, **__: object) -> Future:
        future: Future = Future()
        future.set_exception(OSError("its workers are gone"))
        return future


def test_an_executor_that_gives_up_is_told() -> None:
    result = random_search(fresh(3), executor=Broken())
    assert result.verdict is Verdict.UNDECIDED
    assert result.stopped == "the executor gave up (OSError: its workers are gone)"


def test_a_worker_that_dies_is_told_and_what_was_done_stays() -> None:
    def may_vote(node: Node, request) -> bool:
        os._exit(1)

    with ProcessPoolExecutor(1) as executor:
        result = random_search(fresh(3), RAFT.but(may_vote=may_vote), executor=executor)
    assert result.verdict is Verdict.UNDECIDED
    assert result.stopped.startswith("the executor gave up (BrokenProcessPool: A process")


def test_what_a_property_raises_is_raised_here() -> None:
    def raises(server: object) -> None:
        if server.node.current_term > 0:
            raise ZeroDivisionError("mine")

    mine = Property("Mine", "mine", Scope.SERVER, raises)
    with ThreadPoolExecutor(1) as executor:
        for maker in (None, executor):
            with pytest.raises(ZeroDivisionError, match="mine"):
                random_search(fresh(3), properties=[mine], executor=maker)


def test_futures_of_another_kind_are_refused() -> None:
    class Client:
        def submit(self, *_: object) -> object:
            return object()

    with pytest.raises(TypeError, match=r"gave a object\. \(From a Dask client, take client\."):
        random_search(fresh(3), executor=Client())


# Bounds, interrupts, bad arguments


def test_it_ends_when_the_time_is_up() -> None:
    result = random_search(fresh(3), runs=100_000, seconds=0.2)
    assert result.verdict is Verdict.UNDECIDED
    assert result.stopped == "the time of 0.2 s was up"
    assert 0 < result.runs_done < 100_000


def test_an_interrupt_ends_it_with_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    holds_up = Trial.holds_up

    def interrupted(trial: Trial, number: int) -> bool:
        if number == 4:
            signal.raise_signal(signal.SIGINT)
        return holds_up(trial, number)

    monkeypatch.setattr(Trial, "holds_up", interrupted)
    result = random_search(fresh(3))
    assert (result.verdict, result.runs_done) == (Verdict.UNDECIDED, 3)
    assert result.stopped == "you interrupted it"


def test_an_interrupt_while_it_shortens_keeps_what_is_left_by_then(
    found: RandomSearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: object) -> Iterator[tuple[Event, ...]]:
        yield next(shortened(*arguments))
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("raftlab.modelcheck.at_random.found.shortened", interrupted)
    result = random_search(fresh(3), UNCUT, runs=200)
    assert (result.verdict, result.stopped) == (Verdict.BROKEN, "you interrupted it")
    assert len(found.schedule) < len(result.schedule) < result.found_after
    assert result.history.now.violations[0] == result.violation


def test_what_is_broken_at_the_start() -> None:
    never = Property("Nobody Is There", "mine", Scope.SERVER, lambda server: "Somebody is there.")
    result = random_search(fresh(3), properties=[never])
    assert result.headline == "Nobody Is There is broken from the start."


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"start": "fresh"}, TypeError),
        ({"rules": forgets_the_vote}, TypeError),
        ({"executor": 2}, TypeError),
        ({"runs": 0}, ValueError),
        ({"events": 0}, ValueError),
        ({"seed": "x"}, ValueError),
        ({"mix": 3}, TypeError),
    ],
)
def test_bad_arguments_are_refused(arguments: dict, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"\.$"):
        random_search(**arguments)


def test_the_lowest_failing_run_counts() -> None:
    trial = Trial(fresh(3).cluster, UNCUT, SAFETY, 200, 0, (Mix(),))
    here, there = Runs(trial, 100, 60), Runs(trial, 100, 60)
    here.make(None)
    with ThreadPoolExecutor(4) as executor:
        there.make(executor)
    assert here.failing == there.failing is not None


def test_a_delay_is_left_out_where_nothing_is_left_to_come_first() -> None:
    request = RequestVote("node1", "node2", 1, 0, 0)
    now = replace(fresh(3).cluster, network=(request,))
    later = Delay(replace(request, term=2))
    assert possible(later, now) is None
    other = RequestVote("node1", "node3", 1, 0, 0)
    assert possible(later, replace(now, network=(request, other))) == Delay(request)
