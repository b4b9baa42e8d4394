"""Questions without end: the same for the same number, quickly drawn, and rightly judged."""

import os
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from raftlab.course import logs_to_come as logs_module
from raftlab.course import power_cut as power_module
from raftlab.course.catalogue import exercise_named
from raftlab.course.generated import MOST_NUMBERS, drawn
from raftlab.course.logs_to_come import (
    CHOICES,
    WITHIN,
    LogsToCome,
    beginnings_of,
    logs_to_come,
    possible,
)
from raftlab.course.outcome import Checked, Outcome
from raftlab.course.possible_logs import PossibleLogs, right_letters
from raftlab.course.power_cut import (
    agreed,
    electable,
    logs_after_a_power_cut,
    on_a_majority,
)
from raftlab.course.questions import LETTERS, NoQuestion, say_log
from raftlab.course.safe_entries import SafeEntries, can_lead, safe_index
from raftlab.modelcheck import Bounds, explore
from raftlab.modelcheck.bounds import Reach
from raftlab.modelcheck.goals import Goal
from raftlab.modelcheck.plain import State, in_order, successors
from raftlab.raft import RAFT, AppendEntries, ClientCommand, Cluster, Entry, Log, Node, Role
from raftlab.sim.reigns import reigns

ROOT = Path(__file__).parents[2]
NUMBERS = range(1, 13)
every_number = pytest.mark.parametrize("number", NUMBERS)


def safe() -> SafeEntries:
    exercise = exercise_named("safe_entries")
    assert isinstance(exercise, SafeEntries)
    return exercise


def to_come() -> PossibleLogs:
    exercise = exercise_named("possible_logs")
    assert isinstance(exercise, PossibleLogs)
    return exercise


def longest(cluster: Cluster) -> int:
    return max(node.log.last_index for node in cluster.nodes)


# Drawing


SAY = """
from raftlab.course.logs_to_come import logs_to_come
from raftlab.course.power_cut import logs_after_a_power_cut
for number in (1, 2, 3, 12):
    print(logs_after_a_power_cut(number), logs_to_come(number))
"""


def test_a_number_gives_the_same_question_in_every_process() -> None:
    said = [
        subprocess.run(
            [sys.executable, "-c", SAY],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "42")
    ]
    assert len(said[0].splitlines()) == 4
    assert said[0] == said[1]


def test_a_seed_gives_the_same_reigns() -> None:
    assert reigns(7, 5, 9, longest=5) == reigns(7, 5, 9, longest=5)
    assert len({reigns(seed, 5, 9, longest=5) for seed in range(20)}) == 20


def test_what_reigns_leave_could_have_been() -> None:
    """Replicas of Raft: no property breaks where they begin again, and none ever held too much."""
    for seed in range(30):
        cluster = reigns(seed, 3, 6, longest=4)
        assert cluster.network == ()
        assert longest(cluster) <= 4
        bounds = Bounds(terms=1, entries=0, in_flight=1, crashes=0, depth=3)
        assert explore(cluster, bounds=bounds, goals=()).violation is None


def test_no_two_numbers_share_a_question() -> None:
    assert len({logs_after_a_power_cut(number) for number in NUMBERS}) == len(NUMBERS)
    assert len({logs_to_come(number) for number in NUMBERS}) == len(NUMBERS)


def test_the_first_three_rise_in_difficulty() -> None:
    first = [logs_after_a_power_cut(number) for number in (1, 2, 3)]
    assert [len(cluster.nodes) for cluster in first] == [3, 3, 5]
    assert [safe_index(cluster) == on_a_majority(cluster) for cluster in first] == [
        True,
        False,
        False,
    ]
    asked = [logs_to_come(number) for number in (1, 2, 3)]
    misleading = [
        len([log for log in one.logs if log in beginnings_of(one.cluster) - possible(one)])
        for one in asked
    ]
    for number, count in enumerate(misleading):
        assert count >= min(number, 2)
    for easier, harder in pairwise([*first, *(one.cluster for one in asked)]):
        assert longest(easier) >= 2
        assert len(harder.nodes) >= 3


@pytest.mark.parametrize("number", [0, -1, 1.5, "1", True, None, [1], MOST_NUMBERS + 1, 10**5000],
                         ids=lambda one: type(one).__name__)  # fmt: skip
@pytest.mark.parametrize("of", ["safe_entries", "possible_logs", "linearizable"])
def test_a_number_that_is_none_is_told_so(of: str, number: object) -> None:
    found = exercise_named(of).grade(1, number)  # type: ignore[arg-type]
    assert (found.outcome, found.headline) == (Outcome.WRONG, "There is no such question.")
    assert found.sentence.startswith("Questions are numbered from 1 to 1,000,000; there is no ")
    assert found.number == 1
    with pytest.raises(NoQuestion, match="Questions are numbered from 1 to"):
        exercise_named(of).question(number)  # type: ignore[arg-type]


def test_a_number_of_numpys_is_a_number() -> None:
    assert safe().question(np.int64(2)) == safe().question(2)
    found = safe().grade(safe_index(logs_after_a_power_cut(2)), np.int64(2))
    assert found.passed
    assert type(found.number) is int


def test_the_last_number_is_a_question_too() -> None:
    assert safe().question(MOST_NUMBERS).cluster is not None
    assert to_come().question(MOST_NUMBERS).logs


# Which entries are safe


def clusters_drawn(count: int, size: int) -> list[Cluster]:
    """Logs after a power cut, those that no question is made of among them."""
    made = drawn(99, size, 6 if size == 3 else 9, longest=5)
    return [power_module._after_a_power_cut(next(made)) for _ in range(count)]


@pytest.mark.parametrize(("size", "count"), [(3, 150), (5, 100)])
def test_exploring_agrees_with_comparing_logs(size: int, count: int) -> None:
    for cluster in clusters_drawn(count, size):
        logs = electable(cluster)
        assert sorted(cluster.node(name).log.last_index for name in can_lead(cluster)) == sorted(
            log.last_index for log in logs
        )
        assert safe_index(cluster) == agreed(logs)


def test_one_election_tells_as_much_as_several() -> None:
    """Whoever leads later has what all have in common who can lead first."""
    bounds = Bounds(terms=2, entries=1, in_flight=1, timeouts=2, commands=1, crashes=0)
    for wide in (bounds, replace(bounds, in_flight=2, depth=11)):
        for cluster in (*clusters_drawn(3, 3), *map(logs_after_a_power_cut, (1, 2))):
            kept = cluster.node(can_lead(cluster)[0]).log.entries[: safe_index(cluster)]
            goals = [Goal("a leader lacks one", lacks(kept)), *map(leads, cluster.names)]
            found = explore(cluster, bounds=wide, properties=(), goals=goals, symmetry=False)
            assert not found.stopped
            lacking, *led = (goal.depth is not None for goal in found.goals)
            assert not lacking
            # In a later term others can lead as well, but only once they have what is safe.
            could = {name for name, leads in zip(cluster.names, led, strict=True) if leads}
            assert could >= set(can_lead(cluster))


def lacks(kept: tuple[Entry, ...]):
    return lambda server, _: (
        server.node.role is Role.LEADER and server.node.log.entries[: len(kept)] != kept
    )


def leads(name: str) -> Goal:
    return Goal(name, lambda at, _: at.node.name == name and at.node.role is Role.LEADER)


def everyone_lacks(cluster: Cluster, index: int) -> bool:
    logs = [cluster.node(name).log for name in can_lead(cluster)]
    return len({log.entries[:index] for log in logs if index <= log.last_index}) != 1 or any(
        log.last_index < index for log in logs
    )


@every_number
def test_each_index_is_judged_as_it_is(number: int) -> None:
    cluster = logs_after_a_power_cut(number)
    right = safe_index(cluster)
    for index in range(longest(cluster) + 1):
        found = safe().grade(index, number)
        if index == right:
            assert found.passed
            assert f"question {number}: " in found.headline
        elif index < right:
            assert found.headline in (f"More than {index} is safe.", "Some entries are safe.")
            assert found.history is None
        else:
            assert everyone_lacks(cluster, index)
            assert found.headline == f"Entry {index} can still be lost."
            end = ends_of(found)
            leader = next(n for n in end.nodes if n.role is Role.LEADER)
            assert f"{leader.name} can come to lead term {leader.current_term}" in found.sentence
            assert leader.log == cluster.node(leader.name).log
            held = [n.log[index].term for n in cluster.nodes if index <= n.log.last_index]
            most = max(map(held.count, held))
            assert any(
                found.sentence.endswith(f"has not the entry {index} of term {term}.")
                for term in held
                if held.count(term) == most
            )
        assert found.passed or found.question
        assert found.tried.startswith("Tried ")


def ends_of(found: Checked) -> Cluster:
    assert found.history is not None
    assert found.history.rules == RAFT
    return found.history.line()[-1].cluster


@every_number
def test_from_the_second_on_what_a_majority_holds_is_the_wrong_answer(number: int) -> None:
    cluster = logs_after_a_power_cut(number)
    found = safe().grade(on_a_majority(cluster), number)
    assert found.passed == (number == 1)
    if number > 1:
        assert found.headline == f"Entry {on_a_majority(cluster)} can still be lost."
        assert found.history is not None
        assert len(found.history) > 3


def test_the_answers_differ() -> None:
    """Whoever always gives the same answer is right now and then, and not always."""
    right = [safe_index(logs_after_a_power_cut(number)) for number in NUMBERS]
    hard = right[2:]
    assert set(hard) == {0, 1, 2, 3}
    assert all(hard.count(index) >= 2 for index in set(hard))


@pytest.mark.parametrize("answer", [-1, 99, "1", 1.0, True, [1], {1}, max, Log(), 10**5000],
                         ids=lambda one: type(one).__name__)  # fmt: skip
def test_what_is_no_index_is_told_so(answer: object) -> None:
    found = safe().grade(answer)
    assert (found.outcome, found.headline) == (Outcome.WRONG, "That is no index of these logs.")
    assert "The answer is a number from 0 (no entry is safe) to " in found.sentence


def test_an_index_of_numpys_is_an_index() -> None:
    assert safe().grade(np.int64(safe_index(logs_after_a_power_cut(1)))).passed


def test_what_logs_agree_in() -> None:
    one, two, three = (Entry(term, "SET x 1") for term in (1, 2, 3))
    assert agreed([Log((one, two)), Log((one, two))]) == 2
    assert agreed([Log((one, two)), Log((one, three))]) == 1
    assert agreed([Log((one, two)), Log((one,))]) == 1
    assert agreed([Log((one,)), Log((two,))]) == 0
    assert agreed([Log((one,)), Log()]) == 0
    assert agreed([Log((one, two, three))]) == 3
    # What is alike after a difference does not count.
    assert agreed([Log((one, three)), Log((two, three))]) == 0


# Which logs are possible


def one_at_a_time(node: Node, peer: str) -> AppendEntries:
    """As many entries as a leader may send, too: one."""
    request = RAFT.append_entries(node, peer)
    return replace(request, entries=request.entries[:1])


def reached(asked: LogsToCome, bounds: Bounds, rules=RAFT) -> frozenset[Log]:
    goals = [Goal(say_log(log), logs_module._has(asked.name, log)) for log in asked.logs]
    found = explore(asked.cluster, rules, bounds, (), goals=goals, symmetry=False)
    assert not found.stopped
    now = asked.cluster.node(asked.name).log
    pairs = zip(asked.logs, found.goals, strict=True)
    return frozenset(log for log, goal in pairs if goal.depth is not None or log == now)


@every_number
def test_how_much_a_leader_sends_at_once_makes_no_difference(number: int) -> None:
    asked = logs_to_come(number)
    slowly = reached(asked, WITHIN, RAFT.but(append_entries=one_at_a_time))
    assert slowly == possible(asked)


@pytest.mark.parametrize("number", [2, 3, 6, 7])
def test_more_in_flight_makes_no_difference(number: int) -> None:
    asked = logs_to_come(number)
    bounds = replace(WITHIN, in_flight=2, timeouts=2)
    assert reached(asked, bounds) == possible(asked)


def test_the_plain_engine_says_the_same() -> None:
    """Every cluster there is, one by one: the logs that the server has in any of them."""
    numbers = [n for n in NUMBERS if logs_module.explored(logs_to_come(n)).states < 3_000]
    assert numbers
    for number in numbers[:2]:
        asked = logs_to_come(number)
        reach = Reach.of(asked.cluster, WITHIN)
        first = State(replace(asked.cluster, network=in_order(asked.cluster.network)))
        seen, waiting = {first}, [first]
        while waiting:
            for _, after in successors(waiting.pop(), RAFT, WITHIN, reach):
                if after not in seen:
                    seen.add(after)
                    waiting.append(after)
        had = {state.cluster.node(asked.name).log for state in seen}
        assert {log for log in asked.logs if log in had} == possible(asked)


@every_number
def test_each_letter_is_judged_as_it_is(number: int) -> None:
    asked, right = logs_to_come(number), set(right_letters(number)) - {"-"}
    assert to_come().grade(right_letters(number), number).passed
    for letter, log in zip(LETTERS, asked.logs, strict=False):
        if letter in right:
            found = to_come().grade("".join(right - {letter}) or "-", number)
            assert found.headline == f"{letter} ({say_log(log)}) is possible."
            assert ends_of(found).node(asked.name).log == log
        else:
            found = to_come().grade("".join(right | {letter}), number)
            assert found.headline == f"{letter} ({say_log(log)}) is not possible."
            assert found.history is None
        assert found.outcome is Outcome.WRONG
        assert found.question
        assert found.tried.startswith("Tried ")


@every_number
def test_no_client_sends_anything_on_the_way(number: int) -> None:
    asked = logs_to_come(number)
    for letter in right_letters(number).strip("-"):
        others = "".join(set(right_letters(number)) - {letter}) or "-"
        found = to_come().grade(others, number)
        assert found.history is not None
        events = [moment.step.event for moment in found.history.line() if moment.step]
        assert not any(isinstance(event, ClientCommand) for event in events), asked


@every_number
def test_a_question_has_logs_that_differ_some_possible_some_not(number: int) -> None:
    asked = logs_to_come(number)
    assert len({say_log(log) for log in asked.logs}) == CHOICES
    assert 0 < len(possible(asked)) < CHOICES
    assert asked.name in to_come().question(number).task


def test_the_right_letters_differ_in_number_and_in_place() -> None:
    right = [right_letters(number) for number in NUMBERS]
    assert len(set(map(len, right))) >= 3
    for letter in LETTERS[:CHOICES]:
        assert 0 < sum(letter in one for one in right) < len(NUMBERS)


@pytest.mark.parametrize(
    "answer", ["abx", "f", "none", 3, True, max, [1], [..., "a"], {"a": 1}, object(), 10**5000],
    ids=lambda one: type(one).__name__,
)  # fmt: skip
def test_what_is_none_of_the_choices_is_told_so(answer: object) -> None:
    found = to_come().grade(answer)
    assert (found.outcome, found.headline) == (Outcome.WRONG, "These are none of the choices.")
    assert found.sentence.startswith('The answer is letters in quotes, such as "ab", or "-"')


def test_letters_may_be_written_as_one_likes() -> None:
    right = right_letters(1)
    for answer in (
        right.upper(),
        ", ".join(right),
        [f" {one.upper()}" for one in right],
        set(right),
        f" {right}. ",
        right * 2,
    ):
        assert to_come().grade(answer).passed


def test_none_of_them_is_an_answer() -> None:
    found = to_come().grade("-")
    assert found.headline.endswith("is possible.")
    assert to_come().grade("").outcome is Outcome.NOT_ATTEMPTED


def test_a_log_that_it_has_now_is_told_so() -> None:
    number = next(n for n in NUMBERS if own(n) in logs_to_come(n).logs)
    asked = logs_to_come(number)
    letter = LETTERS[asked.logs.index(own(number))]
    others = set(right_letters(number)) - {letter}
    found = to_come().grade("".join(others) or "-", number)
    assert found.sentence == f"It is the log that {asked.name} has now."


def test_a_log_that_it_has_now_is_possible_though_nothing_happens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = replace(logs_to_come(3), logs=(own(3), Log()))
    monkeypatch.setattr(logs_module, "WITHIN", replace(WITHIN, depth=0))
    assert possible(asked) == {own(3)}


def own(number: int) -> Log:
    asked = logs_to_come(number)
    return asked.cluster.node(asked.name).log


def test_what_is_impossible_leads_on_by_what_it_is() -> None:
    asked = {}
    for number in NUMBERS:
        for letter in set(LETTERS[:CHOICES]) - set(right_letters(number)):
            right = right_letters(number).replace("-", "")
            question = to_come().grade(f"{right}{letter}", number).question
            asked[question.partition(".")[0].partition(" has more")[2] or question] = question
    said = " ".join(asked.values())
    for part in (
        "Can a later entry have a lower term?",
        "Whose log is this?",
        "What would have to be in conflict with the rest?",
    ):
        assert part in said
