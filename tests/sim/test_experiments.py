"""Experiments: what they measure, that they agree with what is published, and how sure they are."""

import math
import multiprocessing
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from random import Random
from statistics import NormalDist, fmean, median, stdev
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raftlab.raft import RAFT, Crash, Node, Restart, Role, RuleError, Timeout
from raftlab.sim.acts import AtLeader
from raftlab.sim.experiments import (
    LAN_TABLE,
    CannotTravel,
    CrashOfLeader,
    Durations,
    ElectionTimes,
    ExecutorGaveUp,
    Happened,
    Rate,
    SetUp,
    SplitVotes,
    compare,
    compare_latencies,
    compare_sizes,
    compare_timeouts,
    crash_and_replace,
    downtime,
    election_times,
    expected_election_time,
    first_vote_splits,
    lan,
    led,
    never_led,
    replace_leader,
    split_vote_chance,
    split_votes,
    time_to_leader,
)
from raftlab.sim.experiments.progress import Bar
from raftlab.sim.rates import Interval, deviations
from raftlab.sim.scenarios import fresh
from raftlab.sim.tables import aligned, say_ms
from raftlab.sim.timing import Timing

SURE = 0.999  # of so many points the formula misses one in a thousand by chance


def quietly(function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    return function(*arguments, progress=False, **options)


def after(**timeouts: float) -> Callable[[Random, str], float]:
    """A fixed timeout for each node; for those not named, one that never comes."""
    return lambda random, node: timeouts.get(node, 1e6)


# One trial, with everything fixed: what is measured, from when to when


def test_downtime_is_from_the_crash_until_the_last_has_heard_the_new_leader() -> None:
    timing = Timing(after(node2=150), 75, latency=10)
    set_up = SetUp(led(5), timing, downtime, lambda random: {40: AtLeader(Crash)})
    # 150 stands, 160 is voted for, 170 leads, 180 all have heard.
    assert set_up.outcome(0, 1) == 180 - 40


def test_downtime_ends_with_the_slowest_of_those_that_run() -> None:
    def slow_to_node5(random: Random, sender: str, receiver: str) -> float:
        return 90 if receiver == "node5" else 10

    timing = Timing(after(node2=150), 75, latency=slow_to_node5)
    set_up = SetUp(led(5), timing, downtime, lambda random: {40: AtLeader(Crash)})
    assert set_up.outcome(0, 1) == 170 + 90 - 40
    down = replace(set_up, failure=lambda random: {40: AtLeader(Crash), 100: Crash("node5")})
    assert down.outcome(0, 1) == 180 - 40


def test_a_heartbeat_of_the_leader_that_crashed_ends_no_downtime() -> None:
    # It left at 75, a moment before the crash.
    timing = Timing(after(node2=150), 75, latency=10)
    set_up = SetUp(led(3, 0), timing, downtime, lambda random: {76: AtLeader(Crash)})
    # node2's timer starts anew at 85 and runs out at 235.
    assert set_up.outcome(0, 1) == 235 + 30 - 76


def test_a_leader_that_comes_back_in_a_new_term_is_a_new_leader() -> None:
    script = {40: Crash("node1"), 50: Restart("node1")}
    timing = Timing(after(node1=100), 75, latency=10)
    set_up = SetUp(led(3, 0), timing, downtime, lambda random: script)
    assert set_up.outcome(0, 1) == 150 + 30 - 40


def test_without_a_crash_or_a_successor_there_is_no_downtime() -> None:
    timing = Timing(after(), 75, latency=10)
    healthy = SetUp(led(5), timing, downtime, cap=500)
    assert healthy.outcome(0, 1) is None
    assert replace(healthy, failure=lambda random: {40: Crash("node1")}).outcome(0, 1) is None


def test_the_time_to_a_leader_is_from_the_beginning_until_the_majority_is_counted() -> None:
    set_up = SetUp(never_led(5, 3), Timing(after(node1=150), 75, latency=10), time_to_leader)
    assert set_up.outcome(0, 1) == 170


@pytest.mark.parametrize(
    ("timeouts", "splits"),
    [
        ({"node1": 100, "node2": 109, "node3": 109.5}, True),  # nobody is left to decide
        ({"node1": 100, "node2": 109, "node3": 111}, True),  # 3 of 5 needed, and 2 are had
        ({"node1": 100, "node2": 111, "node3": 112}, False),
    ],
)
def test_a_vote_splits_if_too_many_stand_before_they_are_asked(
    timeouts: dict[str, float], splits: bool
) -> None:
    set_up = SetUp(never_led(5, 3), Timing(after(**timeouts), 50, latency=10), first_vote_splits)
    assert set_up.outcome(0, 1) is splits


def test_whoever_may_not_stand_splits_no_vote() -> None:
    not_node1 = RAFT.but(may_start_election=lambda node: node.name != "node1")
    timing = Timing(after(node1=100, node2=150), 50, latency=10)
    set_up = SetUp(never_led(3), timing, first_vote_splits, rules=not_node1)
    assert set_up.outcome(0, 1) is False
    nobody = replace(set_up, rules=RAFT.but(may_start_election=lambda node: False), cap=500)
    assert nobody.outcome(0, 1) is None


def test_a_trial_is_given_up_so_long_after_the_last_failure() -> None:
    set_up = SetUp(led(5), Timing(after(node2=500), 75, latency=0), downtime)
    crash = replace(set_up, failure=lambda random: {40: AtLeader(Crash)})
    assert replace(crash, cap=460).outcome(0, 1) == 460
    assert replace(crash, cap=459).outcome(0, 1) is None


def test_a_trial_that_never_gets_on_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    # Without latency, and with a timer that runs out at once, time stands still.
    def count(run: Iterator[Happened]) -> float:
        return sum(1 for _ in run)

    monkeypatch.setattr("raftlab.sim.experiments.trial.MOST_EVENTS", 500)
    set_up = SetUp(never_led(3), Timing(1e-9, 50, latency=(0, 0), loss=1), count)
    assert set_up.outcome(0, 1) == 500


# How a trial begins


def test_the_last_servers_lack_the_last_entry_and_never_win() -> None:
    ends = {node.name: node.log.last_index for node in led(5).nodes}
    assert ends == {"node1": 1, "node2": 1, "node3": 1, "node4": 0, "node5": 0}
    assert [node.log.last_index for node in led(5, 0).nodes] == [1] * 5
    assert [node.log.last_index for node in led(4).nodes] == [1, 1, 1, 0]
    assert led(5).network == ()

    def winner(run: Iterator[Happened]) -> float | None:
        for _, taken in run:
            for node in taken.after.nodes:
                if node.role is Role.LEADER and node.up and node.name != "node1":
                    return float(node.name.removeprefix("node"))
        return None

    short, none_short = (
        {replace(crash_and_replace(short_logs=n), measure=winner).outcome(0, k) for k in range(60)}
        for n in (2, 0)
    )
    assert short == {2, 3}
    assert none_short == {2, 3, 4, 5}


def test_the_leader_crashes_anywhere_in_its_heartbeat_interval() -> None:
    times: list[float] = []

    def crashes(run: Iterator[Happened]) -> float | None:
        # All timers started anew at 0, and nothing happened since.
        at, taken = next(run)
        assert taken.event == Crash("node1")
        times.append(at)
        return at

    set_up = replace(crash_and_replace(lan(150, 200)), measure=crashes)
    for number in range(400):
        set_up.outcome(0, number)
    assert 0 <= min(times) < 2
    assert 73 < max(times) <= 75
    assert abs(fmean(times) - 37.5) < 3 * 75 / math.sqrt(12 * 400)


def test_a_later_crash_finds_the_timers_as_heartbeats_left_them() -> None:
    set_up = replace(crash_and_replace(), failure=CrashOfLeader(750, 825))
    crash = next(iter(set_up.failure(Random(1))))
    assert 750 <= crash <= 825
    outcome = set_up.outcome(0, 1)
    assert outcome is not None
    assert 0 < outcome < 1_000


def test_timers_may_begin_otherwise_than_they_go_on() -> None:
    run = SetUp(
        never_led(3),
        Timing(election_timeout=400, latency=1, loss=1),
        lambda run: [at for at, taken in run if taken.event == Timeout("node1")],  # type: ignore[arg-type,return-value]
        timers=lambda random, node: 30 if node == "node1" else 1_000,
        cap=900,
    )
    assert run.outcome(0, 1) == [30, 430, 830]


def test_a_trial_depends_on_its_seed_and_number_alone() -> None:
    set_up = crash_and_replace()
    first = [set_up.outcome(3, number) for number in (1, 2, 3)]
    assert [set_up.outcome(3, number) for number in (3, 1, 2)] == [first[2], first[0], first[1]]
    assert len({*first, *(set_up.outcome(4, number) for number in (1, 2, 3))}) == 6


# Split votes


@pytest.fixture(scope="module")
def splits() -> SplitVotes:
    return quietly(split_votes, (0.05, 0.1, 0.2, 0.3), (5, 4, 3), trials=400)


def test_votes_split_as_often_as_the_formula_says(splits: SplitVotes) -> None:
    assert [(point.up, point.latency) for point in splits.points] == [
        (up, latency) for up in (5, 4, 3) for latency in (0.05, 0.1, 0.2, 0.3)
    ]
    assert all(point.agrees(SURE) for point in splits.points)
    assert all(point.rate.given_up == 0 for point in splits.points)


def test_a_formula_for_one_server_more_or_less_would_be_seen(splits: SplitVotes) -> None:
    seen = [point for point in splits.points if point.latency >= 0.2]
    for point in seen:
        low, high = point.interval(SURE)
        for c in {2, point.up - 2, point.up} - {1, point.up - 1}:  # right is up - 1
            assert not low <= beta_chance(point.latency, c, point.up) <= high
    assert len(seen) == 6


def test_votes_split_by_the_formula_in_other_clusters_and_for_other_timeouts() -> None:
    for servers, up in ((3, 2), (4, 4), (7, 5)):
        (point,) = quietly(split_votes, 0.2, up, servers=servers, trials=400).points
        assert point.agrees(SURE)
    (point,) = quietly(split_votes, 3, 5, election_timeout=(150, 155), trials=50, seed=1).points
    assert (point.expected, point.rate) == (1, Rate(50, 50))


def test_by_default_each_majority_is_tried() -> None:
    found = quietly(split_votes, 0.1, servers=4, trials=1)
    assert [point.up for point in found.points] == [4, 3]


def beta_chance(latency: float, c: int, up: int) -> float:
    """P(D < latency) for D = T(c) - T(1) of `up` uniform draws, by its density, summed up."""
    a, b = c - 1, up - c + 2
    scale = math.gamma(a + b) / (math.gamma(a) * math.gamma(b))
    steps = 2_000
    xs = [latency * (step + 0.5) / steps for step in range(steps)]
    return sum(scale * x ** (a - 1) * (1 - x) ** (b - 1) for x in xs) * latency / steps


@pytest.mark.parametrize(("servers", "up"), [(5, 5), (5, 4), (5, 3), (3, 2), (4, 3), (9, 7)])
@pytest.mark.parametrize("latency", [0.01, 0.1, 0.3, 0.7])
def test_the_formula_is_that_of_order_statistics(servers: int, up: int, latency: float) -> None:
    c = up - servers // 2 + 1
    assert split_vote_chance(latency, servers, up) == pytest.approx(
        beta_chance(latency, c, up), rel=1e-5
    )


@given(st.integers(1, 9), st.data(), st.floats(0, 1), st.floats(0, 1))
def test_votes_split_the_oftener_the_slower_the_network(
    servers: int, data: st.DataObject, one: float, other: float
) -> None:
    up = data.draw(st.integers(servers // 2 + 1, servers))
    low, high = (split_vote_chance(latency, servers, up) for latency in sorted((one, other)))
    assert 0 <= low <= high + 1e-12
    assert high <= 1 + 1e-12
    assert split_vote_chance(0, servers, up) == 0
    assert split_vote_chance(1, servers, up) == split_vote_chance(7, servers, up) == 1


# How long elections take


@pytest.fixture(scope="module")
def well_within() -> ElectionTimes:
    return quietly(election_times, 0.1, (5, 4), trials=1_500)


def test_elections_take_as_long_as_the_formula_says_where_few_votes_split(
    well_within: ElectionTimes,
) -> None:
    for point in well_within.points:
        assert point.split < 0.1
        assert abs(point.too_long) < 0.01
        low, high = point.interval(SURE)
        assert low <= point.expected <= high


def test_a_formula_that_is_a_little_off_would_be_seen(well_within: ElectionTimes) -> None:
    for point in well_within.points:
        low, high = point.interval(SURE)
        unit = 150
        for wrong in (-0.25 * unit, -point.latency * unit, point.latency * unit):
            assert not low <= point.expected + wrong <= high


def test_where_many_votes_split_the_formula_says_too_much() -> None:
    (point,) = quietly(election_times, 0.3, 3, trials=1_000).points
    assert point.split > 0.6
    assert 0.08 < point.too_long < 0.22
    assert point.interval(SURE).high < point.expected
    assert "+" in quietly(election_times, 0.3, 3, trials=40).rows()[1][-1]


def test_the_formula_is_the_published_one_for_timeouts_from_1_to_2() -> None:
    for up, latency in ((5, 0.1), (4, 0.2), (3, 0.3)):
        p = split_vote_chance(latency, 5, up)
        published = (1 / (1 - p)) * (1 + 1 / (up + 1) + latency) + latency
        assert expected_election_time(latency, 5, up, (1, 2)) == pytest.approx(published)
        assert expected_election_time(latency, 5, up) == pytest.approx(150 * published)


# The published measurements on a local network


@pytest.fixture(scope="module")
def measured_here() -> dict[tuple[float, float], Durations]:
    ranges = ((150, 155), (150, 200), (12, 24))
    made = quietly(compare_timeouts, *ranges).durations
    none = quietly(compare_timeouts, (150, 150), trials=5).durations
    return dict(zip((*ranges, (150, 150)), (*made, *none), strict=True))


def test_the_table_says_what_is_measured(
    measured_here: dict[tuple[float, float], Durations],
) -> None:
    for line in LAN_TABLE.lines:
        here = measured_here[line.election_timeout]
        number = {"median": here.median, "mean": here.mean}.get(line.number, here.worst)
        assert math.isinf(number) if math.isinf(line.here) else say_ms(number) == say_ms(line.here)


def test_it_is_of_the_published_shape_and_magnitude(
    measured_here: dict[tuple[float, float], Durations],
) -> None:
    none, little, some, small = (
        measured_here[key] for key in ((150, 150), (150, 155), (150, 200), (12, 24))
    )
    assert (none.values, none.given_up) == ((), 5)
    assert 287 / 1.5 < little.median < 287 * 1.5
    assert 513 / 2 < some.worst < 513 * 2
    assert 35 / 1.3 < small.mean < 35 * 1.3
    assert 152 / 2 < small.worst < 152 * 2
    assert small.mean < some.mean < little.mean


def test_the_slower_column_is_measured_too() -> None:
    slow = quietly(compare_timeouts, (150, 200), latency=7.5).durations[0]
    (line,) = (line for line in LAN_TABLE.lines if line.election_timeout == (150, 200))
    assert say_ms(slow.worst) == say_ms(line.slow)


def test_the_table_reads_well() -> None:
    text = str(LAN_TABLE)
    assert "150–155 ms, median                   287 ms           303 ms         1,357 ms" in text
    assert "150–150 ms, each of 100      over 10,000 ms   over 10,000 ms" in text
    assert all(f"{line.label}: {line.why}" in text for line in LAN_TABLE.lines)


# What a size, a latency and a rule change


def test_a_slow_network_takes_longer_and_labels_say_which() -> None:
    found = quietly(compare_latencies, 1, (25, 35), trials=100)
    assert [one.label for one in found.durations] == ["1 ms", "25–35 ms"]
    assert found["1 ms"].median + 50 < found["25–35 ms"].median
    with pytest.raises(KeyError):
        found["2 ms"]


def test_clusters_of_any_size_replace_their_leader() -> None:
    found = quietly(compare_sizes, 3, 4, 9, trials=30)
    assert [(one.label, one.count, one.given_up) for one in found.durations] == [
        ("3 servers", 30, 0),
        ("4 servers", 30, 0),
        ("9 servers", 30, 0),
    ]


def test_a_learners_rule_is_measured() -> None:
    hesitant = RAFT.but(wins_election=lambda node: len(node.votes_received) > 3)
    found = quietly(
        compare,
        {
            "Raft": crash_and_replace(short_logs=0),
            "four votes": crash_and_replace(short_logs=0, rules=hesitant),
            "no votes": crash_and_replace(rules=RAFT.but(may_vote=lambda n, r: False), cap=500),
        },
        trials=40,
        varied="rules",
    )
    assert found["Raft"].mean < found["four votes"].mean
    assert found["no votes"].given_up == 40
    assert found.rows()[0][0] == "rules"


def test_what_a_rule_does_wrong_is_raised() -> None:
    with pytest.raises(RuleError, match="may_vote: it must give True or False; it gave None"):
        quietly(replace_leader, 3, rules=RAFT.but(may_vote=lambda node, request: None))


def test_what_is_measured_and_what_fails_may_be_anything() -> None:
    def messages_sent(run: Iterator[Happened]) -> float:
        return sum(len(taken.sent) for _, taken in run)

    quiet = SetUp(fresh(3).cluster, Timing(after(node1=100), 50, latency=1), messages_sent, cap=149)
    made = quietly(compare, {"messages": quiet}, trials=2, measured="Messages")
    (found,) = made.durations
    assert made.headline == "Messages: 2 trials"
    assert found.values == (8, 8)  # two requests, votes, heartbeats and answers


# Who makes the trials


def executors() -> Iterator[tuple[str, Callable[[], Executor]]]:
    yield "threads", lambda: ThreadPoolExecutor(2)
    for start in ("fork", "spawn") if sys.platform == "linux" else ("spawn",):
        context = multiprocessing.get_context(start)
        yield f"processes, {start}", lambda context=context: ProcessPoolExecutor(2, context)


@pytest.mark.parametrize(
    "make", [make for _, make in executors()], ids=[name for name, _ in executors()]
)
def test_any_executor_gives_the_same(make: Callable[[], Executor]) -> None:
    hesitant = RAFT.but(wins_election=lambda node: len(node.votes_received) > 3)
    with make() as executor:
        for options in ({}, {"executor": executor}):
            yes = quietly(split_votes, (0.1, 0.3), 3, trials=60, **options)
            times = quietly(replace_leader, 60, short_logs=0, rules=hesitant, cap=300, **options)
            if not options:
                expected = yes, times
    assert (yes, times) == expected
    assert times.given_up > 0


def test_fewer_trials_are_the_first_of_many() -> None:
    few, many = (quietly(replace_leader, trials).values for trials in (5, 20))
    assert set(few) <= set(many)


def test_trials_are_in_pairs_where_set_ups_are_compared_and_apart_beside_a_formula() -> None:
    one, same = quietly(
        compare, {"a": crash_and_replace(), "b": crash_and_replace()}, trials=5
    ).durations
    assert one.values == same.values
    first, second = quietly(election_times, (0.1, 0.1), 5, trials=5).points
    assert not set(first.durations.values) & set(second.durations.values)


def test_what_cannot_travel_is_told_in_a_sentence() -> None:
    lock = threading.Lock()

    def may_vote(node: Node, request: object) -> bool:
        with lock:
            return node.voted_for is None

    with (
        ProcessPoolExecutor(1) as executor,
        pytest.raises(CannotTravel, match=r"cannot travel to another process: cannot pickle"),
    ):
        quietly(replace_leader, 3, rules=RAFT.but(may_vote=may_vote), executor=executor)


def test_what_a_rule_does_wrong_elsewhere_is_raised_here() -> None:
    rules = RAFT.but(may_vote=lambda node, request: None)
    with (
        ProcessPoolExecutor(1) as executor,
        pytest.raises(RuleError, match="may_vote: it must give True or False; it gave None"),
    ):
        quietly(replace_leader, 3, rules=rules, executor=executor)


def test_what_fails_elsewhere_only_is_told() -> None:
    here = os.getpid()

    def may_vote(node: Node, request: object) -> bool:
        if os.getpid() != here:
            raise ValueError("elsewhere")
        return node.voted_for is None

    with (
        ProcessPoolExecutor(1) as executor,
        pytest.raises(RuntimeError, match=r"Trial 1 failed in another process, and did not"),
    ):
        quietly(replace_leader, 3, rules=RAFT.but(may_vote=may_vote), executor=executor)


class Failing(Executor):
    """An executor that makes some chunks, and then fails."""

    def __init__(self, good: int, *, at_once: bool) -> None:
        self.good, self.at_once = good, at_once

    def submit(self, function: Callable[..., object], *arguments: object) -> Future:  # type: ignore[override]
        future: Future = Future()
        if self.good > 0:
            self.good -= 1
            future.set_result(function(*arguments))
        elif self.at_once:
            raise OSError("its workers are gone.")
        else:
            future.set_exception(OSError("its workers are gone."))
        return future


@pytest.mark.parametrize("at_once", [True, False])
def test_an_executor_that_gives_up_is_told_and_what_was_done_stays(at_once: bool) -> None:
    with pytest.raises(ExecutorGaveUp, match=r"gave up \(OSError: its workers are gone\)"):
        quietly(replace_leader, 60, executor=Failing(0, at_once=at_once))
    if not at_once:
        found = quietly(replace_leader, 60, executor=Failing(2, at_once=at_once))
        assert found.count == 50
        assert found.stopped == (
            "Only 50 of 60 trials were made: the executor gave up (OSError: its workers are gone)."
        )
        assert str(found).endswith(found.stopped)


def test_futures_of_another_kind_are_refused() -> None:
    class Client:
        def submit(self, *_: object) -> object:
            return object()

    with pytest.raises(TypeError, match=r"gave a object\. \(From a Dask client, take client\."):
        quietly(replace_leader, 3, executor=Client())


def interrupt_at(monkeypatch: pytest.MonkeyPatch, call: int) -> None:
    outcome, calls = SetUp.outcome, iter(range(1, 10_000))

    def interrupted(set_up: SetUp, seed: int, number: int) -> object:
        if next(calls) == call:
            signal.raise_signal(signal.SIGINT)
        return outcome(set_up, seed, number)

    monkeypatch.setattr(SetUp, "outcome", interrupted)


def test_an_interrupt_ends_it_with_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt_at(monkeypatch, 4)
    found = quietly(replace_leader, 20)
    assert found.count == 3
    assert found.stopped == "Only 3 of 20 trials were made: you interrupted it."


def test_an_interrupt_leaves_the_set_ups_that_were_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt_at(monkeypatch, 8)
    found = quietly(split_votes, (0.1, 0.2, 0.3), 3, trials=5)
    assert [(point.latency, point.rate.count) for point in found.points] == [(0.1, 5), (0.2, 2)]
    assert found.notes[-1] == "Only 7 of 15 trials were made: you interrupted it."


def test_an_interrupt_before_anything_is_done_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt_at(monkeypatch, 1)
    with pytest.raises(KeyboardInterrupt):
        quietly(replace_leader, 20)


def test_the_bar_moves_and_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[object] = []

    class Shown:
        def __init__(self, **options: object) -> None:
            self.total, self.n = options["total"], 0
            said.append(options["total"])

        def set_description_str(self, words: str, refresh: bool) -> None:
            said.append(words)

        def update(self, trials: int) -> None:
            self.n += trials

        def close(self) -> None:
            said.append((self.n, self.total))

    monkeypatch.setattr("tqdm.auto.tqdm", Shown)
    split_votes(0.1, (3, 4), trials=2)
    one, other = "3 up, latency 0.1", "4 up, latency 0.1"
    assert said == [4, one, one, other, other, (4, 4)]
    with Bar(3, shown=False) as bar:
        bar.advance(1, "nothing")
    assert len(said) == 6


# Summaries


def durations(*values: float, given_up: int = 0, cap: float = 100) -> Durations:
    return Durations.of("mine", [*values, *[None] * given_up], cap)


def test_a_summary_of_hand_made_times() -> None:
    found = durations(30, 10, 20, 40)
    assert (found.count, found.median, found.mean, found.worst) == (4, 25, 25, 40)
    assert [found.percentile(p) for p in (0, 25, 26, 50, 99.9, 100)] == [10, 10, 20, 20, 40, 40]
    assert durations(*range(1, 1_001)).percentile(99.9) == 999
    assert found.mean_interval() == pytest.approx((25 - 12.652, 25 + 12.652), abs=0.001)
    assert found.median_interval() == (10, 40)
    # For 100 trials the tables of order statistics say: from the 40th to the 61st.
    assert durations(*range(1, 101)).median_interval() == (40, 61)


def test_what_was_given_up_counts_as_longer_than_all_else() -> None:
    found = durations(10, 20, 30, given_up=1)
    assert (found.median, found.mean, found.worst) == (25, 40, math.inf)
    assert found.mean_interval().high == math.inf
    assert found.mean_interval().low < found.mean
    assert durations(10, given_up=2).median == math.inf
    assert durations(10, given_up=1).median == math.inf
    assert durations(7).mean_interval() == (0, math.inf)
    with pytest.raises(ValueError, match="no trial was made"):
        Durations.of("mine", [], 100)
    for percent in (-1, 101, math.nan):
        with pytest.raises(ValueError, match="a number from 0 to 100"):
            found.percentile(percent)


TIMES = st.lists(st.floats(0.001, 1e6), min_size=1, max_size=60)


@given(TIMES, st.integers(0, 5), st.randoms(use_true_random=False))
def test_laws_of_summaries(values: list[float], given_up: int, random: Random) -> None:
    outcomes: list[float | None] = [*values, *[None] * given_up]
    random.shuffle(outcomes)
    found = Durations.of("mine", outcomes, 1e6)
    assert found == Durations.of("mine", sorted(values) + [None] * given_up, 1e6)
    assert found.count == len(outcomes)
    steps = [found.percentile(percent) for percent in (0, 10, 50, 90, 99.9, 100)]
    assert steps == sorted(steps)
    assert steps[0] == min(values)
    assert found.percentile(50) <= found.median <= found.worst == steps[-1]
    low, high = found.median_interval()
    assert low <= found.median <= high
    low, high = found.mean_interval()
    assert low <= found.mean <= high
    if not given_up:
        assert found.median == pytest.approx(median(values))
        assert found.mean == pytest.approx(fmean(values))
        assert math.isinf(high) == (len(values) == 1)


@given(st.integers(0, 2_000), st.integers(0, 2_000), st.floats(0.5, 0.999))
def test_laws_of_rates(hits: int, misses: int, confidence: float) -> None:
    rate = Rate(hits, hits + misses)
    low, high = rate.interval(confidence)
    assert 0 <= low <= rate.share <= high <= 1
    other_low, other_high = Rate(misses, hits + misses).interval(confidence)
    assert (1 - other_high, 1 - other_low) == pytest.approx((low, high))
    assert high - low <= rate.interval(0.9995).high - rate.interval(0.9995).low


def test_wilsons_interval_is_that_of_the_textbook() -> None:
    assert Rate(10, 100).interval() == pytest.approx((0.05523, 0.17437), abs=1e-5)
    assert Rate(0, 20).interval() == pytest.approx((0, 0.16113), abs=1e-5)
    assert Rate(0, 0).interval() == (0, 1)
    assert Rate(0, 0).share == 0


def test_intervals_hold_as_often_as_they_say() -> None:
    random, times, tries = Random(1), 60, 400
    hits = {"mean": 0, "median": 0, "rate": 0}
    for _ in range(tries):
        found = durations(*(random.expovariate(1) for _ in range(times)))
        hits["mean"] += found.mean_interval().low <= 1 <= found.mean_interval().high
        low, high = found.median_interval()
        hits["median"] += low <= math.log(2) <= high
        low, high = Rate(sum(random.random() < 0.1 for _ in range(times)), times).interval()
        hits["rate"] += low <= 0.1 <= high
    assert all(0.92 * tries < count < 0.985 * tries for count in hits.values()), hits


def test_the_mean_interval_is_by_the_normal_distribution() -> None:
    values = [Random(2).gauss(100, 15) for _ in range(50)]
    half = NormalDist().inv_cdf(0.995) * stdev(values) / math.sqrt(50)
    expected = (fmean(values) - half, fmean(values) + half)
    assert durations(*values).mean_interval(0.99) == pytest.approx(expected)
    for confidence in (0, 1, 95):
        with pytest.raises(ValueError, match=r"a share such as 0\.95"):
            deviations(confidence)


def test_a_summary_reads_well() -> None:
    assert str(durations(30, 10, 20, 400)) == (
        "mine: 4 trials\n"
        "  median (95 %)   25.0 ms (10.0 to 400)\n"
        "  mean (95 %)         115 ms (0 to 301)\n"
        "  99.9 % within                  400 ms\n"
        "  worst                          400 ms\n"
        "  given up                            0\n"
        "In brackets: between which two the true value lies, with 95 % confidence."
    )
    given_up = str(durations(10, given_up=3, cap=10_000))
    assert re.search(r"median \(95 %\) +over 10,000 ms \(10.0 or more\)\n", given_up)
    assert re.search(r"mean \(95 %\) +at least 7,502 ms \([\d,]+ or more\)\n", given_up)
    assert given_up.endswith(
        "A trial is given up after 10,000 ms, and counts as longer than all others; in the mean "
        "it counts as that long."
    )
    assert repr(durations(1)) == str(durations(1))


def test_a_rate_reads_well() -> None:
    assert str(Rate(10, 100)) == "10.0 % (95 %: 5.5 to 17.4), of 100 trials"
    found = Rate.of([True, False, None], "Only 3 of 9 trials were made: you interrupted it.")
    assert found == Rate(1, 2, 1, "Only 3 of 9 trials were made: you interrupted it.")
    assert "of 2 trials, 1 more given up. Only 3 of 9" in str(found)


def test_tables_are_aligned() -> None:
    assert aligned([("", "n"), ("abc", "10")], " ") == "        n\n abc   10"
    assert Interval(1, 2).high == 2


def test_experiments_read_well(splits: SplitVotes, well_within: ElectionTimes) -> None:
    lines = str(splits).splitlines()
    assert lines[0] == "Split votes in the first election of 5 servers: 4,800 elections"
    assert lines[1].split() == [
        "servers", "up", "latency", "elections", "split", "95", "%", "formula"
    ]  # fmt: skip
    assert lines[5].startswith("  5                0.3         400   ")
    assert lines[5].endswith("16.3 %   within")
    assert "At 95 % it misses one of twenty by chance." in lines[14]
    lines = str(well_within).splitlines()
    assert lines[0] == (
        "Time until a leader is elected, 5 servers, election timeout 150–300 ms: 3,000 trials"
    )
    assert "says too much" in lines[-1]
    text = str(quietly(compare_timeouts, (150, 200), trials=3))
    assert text.splitlines()[0] == "Time without a leader by election timeout: 3 trials"
    assert "150–200 ms" in text
    label = quietly(replace_leader, 2, Timing(after(node2=150), 75)).label
    assert label == (
        "Replacing the leader of 5 servers, election timeout drawn by a function, latency 5–15 ms"
    )


# What cannot be asked for


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (lambda: replace_leader(0), "trials is a whole number from 1 to 1,000,000, not 0"),
        (lambda: replace_leader(2.5), "trials is a whole number from 1"),
        (lambda: replace_leader(True), "trials is a whole number from 1"),
        (lambda: replace_leader(3, seed=-1), "seed is a whole number from 0 on, not -1"),
        (lambda: replace_leader(3, cap=0), "cap is a time in milliseconds above 0"),
        (lambda: replace_leader(3, cap=math.inf), "cap is a time in milliseconds above 0"),
        (lambda: replace_leader(3, servers=2), "servers is a whole number from 3 to 9, not 2"),
        (lambda: replace_leader(3, servers=10), "servers is a whole number from 3 to 9"),
        (lambda: replace_leader(3, servers="5"), "servers is a whole number from 3 to 9"),
        (lambda: replace_leader(3, short_logs=3), "Of 5 servers 0 to 2 may lack an entry"),
        (lambda: replace_leader(3, short_logs=-1), "Of 5 servers 0 to 2 may lack an entry"),
        (
            lambda: replace_leader(3, Timing(election_timeout=(12, 24))),
            r"timers run out while the leader is well\. lan\(12, …\) has heartbeats twice",
        ),
        (lambda: replace_leader(3, Timing(75, 75)), "timers run out while the leader is well"),
        (lambda: lan(200, 150), "election_timeout is a time in milliseconds"),
        (lambda: compare_sizes(3, 11), "servers is a whole number from 3 to 9, not 11"),
        (lambda: compare_latencies(-1), "latency is a time in milliseconds"),
        (lambda: split_votes(0.6), r"from 0 to below 0\.5, not 0\.6"),
        (lambda: split_votes("0.1"), r"A latency is a fraction .* not '0\.1'"),
        (lambda: split_votes(()), "There is nothing to try"),
        (lambda: split_votes(0.1, ()), "There is nothing to try"),
        (lambda: split_votes(0.1, 2), "Of 5 servers 3 to 5 must run to elect a leader, not 2"),
        (lambda: split_votes(0.1, 6), "Of 5 servers 3 to 5 must run to elect a leader, not 6"),
        (lambda: split_votes(0.1, 4.0), "up is how many servers run, such as 4, not 4.0"),
        (lambda: split_votes(0.1, servers=1), "servers is a whole number from 3 to 9"),
        (lambda: split_votes(0.1, trials=0), "trials is a whole number"),
        (lambda: split_votes(election_timeout=(150, 150)), "the second one longer"),
        (lambda: election_times(election_timeout=150), "election_timeout is a pair"),
        (lambda: election_times(seed=1.5), "seed is a whole number"),
        (lambda: split_vote_chance(-0.1), "A latency is a fraction of the timeout range"),
        (lambda: split_vote_chance(0.1, 5, 2), "3 to 5 must run"),
        (lambda: expected_election_time(1), "votes split"),
        (lambda: expected_election_time(0.1, election_timeout=(1, 1)), "votes split"),
    ],
)
def test_a_wrong_value_is_told_in_a_sentence(ask: Callable[[], object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        ask()


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (lambda: replace_leader(3, (150, 300)), r"The timing is Timing\(…\), or lan\(150, 300\)"),
        (lambda: replace_leader(3, rules="RAFT"), r"The rules are RAFT or RAFT\.but\(…\)"),
        (lambda: split_votes(rules=None), r"The rules are RAFT or RAFT\.but\(…\)"),
        (lambda: replace_leader(3, executor=5), "An executor has submit"),
        (lambda: compare_timeouts(150, 200), r"a pair such as \(150, 200\), not 150"),
        (lambda: compare_latencies(5, timing=5), r"The timing is Timing\(…\)"),
        (lambda: compare({}), "A comparison is of a dict of labels and set-ups"),
        (lambda: compare([crash_and_replace()]), "A comparison is of a dict"),
        (lambda: compare({"mine": 5}), r"A set-up is SetUp\(…\), such as crash_and_replace\(\)"),
    ],
)
def test_a_wrong_kind_is_told_in_a_sentence(ask: Callable[[], object], sentence: str) -> None:
    with pytest.raises(TypeError, match=sentence):
        ask()
