"""A learner's rule: whatever it is, and whatever it does, there is a sentence for it."""

import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from time import sleep

import numpy as np
import pytest

from raftlab.course import asking, own_code, printing
from raftlab.course import rule as rule_module
from raftlab.course.asking import ask
from raftlab.course.cases import say_terms
from raftlab.course.catalogue import exercise_named
from raftlab.course.facts import facts_of_run
from raftlab.course.outcome import Checked, Outcome
from raftlab.course.printing import MOST_LINES
from raftlab.course.rule import Place, RuleExercise
from raftlab.course.starts import NARROW
from raftlab.modelcheck import attempt
from raftlab.raft import RAFT, Disk, Log, Node, Role
from raftlab.sim import fresh
from raftlab.sim.history import History
from raftlab.sim.scenarios import leader_elected
from tests.course.wrong_rules import WRONG_RULES

PATIENCE = 5  # seconds that a check may take
WRONG = [(name, made) for name, rules in WRONG_RULES.items() for made in rules]


def exercise_of(name: str) -> RuleExercise:
    exercise = exercise_named(name)
    assert isinstance(exercise, RuleExercise)
    return exercise


def graded(answer: object, name: str = "may_vote") -> Checked:
    return exercise_of(name).grade(answer)


def right(node, request):
    return node.voted_for in (None, request.sender)


# Plausible, and wrong


@pytest.mark.parametrize(("name", "made"), WRONG, ids=[f"{name}: {made}" for name, made in WRONG])
def test_the_cases_alone_tell_a_wrong_rule(name: str, made: str) -> None:
    """So that it cannot pass, whatever the bounds of the exploration."""
    exercise = exercise_of(name)
    mine, paper = (
        [one.gave for one in ask(name, rule, exercise.cases)]
        for rule in (WRONG_RULES[name][made], exercise.paper)
    )
    assert mine != paper


@pytest.mark.parametrize(
    ("name", "made", "says"),
    [
        ("may_vote", "unless it stands", "Election Safety broke after 6 events."),
        ("may_vote", "for whom it voted before", "Safe, and unavailable."),
        ("wins_election", "with as many as there are others", "Nothing broke."),
        ("log_matches", "by the last term", "Safe, and unavailable."),
        ("merge_entries", "by the length", "State Machine Safety broke after 5 events."),
        ("merge_entries", "by the commands", "Nothing broke."),
        ("log_is_up_to_date", "by the current terms", "Leader Completeness broke after 3 events."),
        ("restart", "with last_applied", "State Machine Is Fold broke after 8 events."),
        ("restart", "from memory", "Nothing broke."),
    ],
)
def test_what_a_rule_that_nobody_foresaw_comes_to(name: str, made: str, says: str) -> None:
    found = graded(WRONG_RULES[name][made], name)
    assert not found.passed
    assert found.headline == says
    assert "{" not in found.question
    assert found.closer


def test_a_rule_that_is_safe_and_not_the_papers_reads_to_the_end() -> None:
    found = graded(lambda node, request: node.voted_for is None)
    said = str(found).splitlines()
    assert said[:3] == [
        "Safe, but not what the paper does. Nothing broke.",
        "In 1 of 5 cases the paper answers otherwise: the one in which it has voted for this one.",
        "A question. node1 asks again: was the first answer lost? May node2 repeat it?",
    ]
    assert said[3].startswith("Tried 5 cases, and every schedule within bounds from 3 starting")
    assert found.closer == (
        "In the case in which it has voted for this one, may_vote says no: node2 has already voted "
        "for node1 in term 1."
    )


def test_of_several_cases_the_first_is_told() -> None:
    found = graded(lambda node: replace(node, up=True), "restart")
    assert found.sentence == (
        "In 3 of 4 cases the paper answers otherwise; in the first of them it had led and "
        "committed."
    )
    assert found.closer.endswith(
        "Not as in Raft: commit_index, last_applied, machine, role, leader_id, next_index and "
        "match_index."
    )


def test_a_majority_is_not_told_in_the_exercise_that_asks_for_it() -> None:
    found = graded(lambda node: len(node.votes_received) >= 1, "wins_election")
    assert found.closer == "At event 1 (node1 times out), wins_election says yes: node1 has 1 vote."


def test_of_a_turn_the_answer_is_told_that_is_not_rafts() -> None:
    def goes_on(node):
        right = RAFT.leader_commit_index(node)
        return right if node.commit_index == 0 else node.log.last_index + 1

    found = graded(goes_on, "leader_commit_index")
    assert found.headline.startswith("Commit Within Log broke")
    assert "leader_commit_index says 2, and it was 1" in found.closer


def test_the_other_is_who_sent_the_message() -> None:
    found = graded(WRONG_RULES["leader_commit_index"]["of any term"], "leader_commit_index")
    assert found.found is not None
    facts = facts_of_run(found.found, "leader_commit_index")
    assert facts is not None
    assert (facts.where, facts.node, facts.other) == (
        "At event 11 (reply: success, node3 → node1, term 3, prev 0, match 1)",
        "node1",
        "node3",
    )


def test_a_wrong_rule_that_no_case_tells_is_asked_about_its_run() -> None:
    blind = replace(exercise_of("may_vote"), cases=exercise_of("may_vote").cases[1:2], mistakes=())
    found = blind.grade(lambda node, request: node.role is Role.CANDIDATE)
    assert found.headline.startswith("Election Safety broke")
    assert found.question.startswith("At event ")
    assert "{" not in found.question


def test_a_rule_that_stands_still_and_that_no_case_tells_is_asked_something_all_the_same() -> None:
    blind = replace(exercise_of("may_vote"), cases=exercise_of("may_vote").cases[1:2], mistakes=())
    found = blind.grade(lambda node, request: False)
    assert found.headline == "Safe, and unavailable."
    assert found.question == "Where does your rule answer otherwise than the paper's?"
    assert found.closer == ""


def test_the_run_goes_on_by_the_learners_own_function() -> None:
    def may_vote(node, request):
        return True

    found = graded(may_vote)
    assert found.history is not None
    assert found.found is not None
    assert found.history.rules.may_vote is may_vote
    assert found.found.rules.may_vote is may_vote
    assert repr(found.history.rules) == "RAFT.but(may_vote=may_vote)"


# No rule at all


class Callable2:
    def __call__(self, node, request):
        return right(node, request)

    def method(self, node, request):
        return right(node, request)


class NoRepr:
    def __repr__(self) -> str:
        raise ValueError("no")


class NoMessage(Exception):
    def __str__(self) -> str:
        raise ValueError("no")


class Odd(int):
    pass


class Boom(BaseException):
    pass


async def waits(node, request):
    return True


def yields(node, request):
    yield True


def recurs(node, request):
    return recurs(node, request)


def leaves(node, request):
    sys.exit()


def raises(kind: type[BaseException], message: str = "") -> Callable[..., bool]:
    def may_vote(node, request):
        raise kind(message)

    return may_vote


def assigns(node, request):
    node.voted_for = request.sender
    return True


def forces(node, request):
    object.__setattr__(node, "voted_for", request.sender)
    return True


CALLS = count()

NO_FUNCTION = "That is no function."
NO_RULE = "may_vote is not a rule yet."
NOT_CALLED = "It cannot be called as a rule is."


@pytest.mark.parametrize(
    ("answer", "headline", "says"),
    [
        (3, NO_FUNCTION, "It was given 3."),
        ("may_vote", NO_FUNCTION, "It was given 'may_vote'."),
        (True, NO_FUNCTION, "It was given True."),
        (np.int64(3), NO_FUNCTION, "It was given np.int64(3)."),
        ([right], NO_FUNCTION, "It was given [<function right"),
        pytest.param(10**5000, NO_FUNCTION, "It was given something of type int.", id="huge"),
        pytest.param(NoRepr(), NO_FUNCTION, "something of type NoRepr.", id="no repr"),
        (Callable2, "That is a class, no function.", "Write `def may_vote(node, request): …`."),
        (int, "That is a class, no function.", "Write `def may_vote(node, request): …`."),
        (waits, "That is an async function.", "without async"),
        (yields, "That is a generator.", "There is a `yield` in it"),
        (lambda node: True, NOT_CALLED, "with 2 arguments, (node, request); yours takes (node)."),
        (lambda a, b, c: True, NOT_CALLED, "yours takes (a, b, c)."),
        (lambda a, b, *, c: True, NOT_CALLED, "yours takes (a, b, *, c)."),
        (len, NOT_CALLED, "yours takes (obj, /)."),
        (lambda node, request: print(end=""), NO_RULE, "it gave None. Is a `return` missing?"),
        (lambda node, request: 1, NO_RULE, "must give True or False; it gave 1."),
        (lambda node, request: np.bool_(True), NO_RULE, "True or False; it gave np.True_"),
        (lambda node, request: "yes", NO_RULE, "it gave 'yes'."),
        (lambda node, request: NoRepr(), NO_RULE, "What it gave is nothing that Raft can work"),
        (raises(NoMessage), NO_RULE, "What it gave is nothing that Raft can work"),
        (assigns, NO_RULE, "tries to change what it is given"),
        (forces, NO_RULE, "tries to change what it is given"),
        (lambda node, request: node.name < "node3", NO_RULE, "may_vote gives False instead of"),
        (lambda node, request: random.random() < 0.5, NO_RULE, "Asked the same twice, may_vote"),
        (lambda node, request: next(CALLS) % 9 < 5, NO_RULE, "on what it was asked before"),
    ],
)  # fmt: skip
def test_what_is_no_rule_is_told_so(answer: object, headline: str, says: str) -> None:
    found = graded(answer)
    assert (found.outcome, found.headline) == (Outcome.WRONG, headline)
    assert says in found.sentence
    assert "symmetry" not in found.sentence
    assert "  " not in found.sentence


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (max, "TypeError", "'>' not supported between instances of 'RequestVote' and 'Node'."),
        (lambda node, request: node.vote, "AttributeError", "object has no attribute 'vote'"),
        (lambda node, request: 1 / 0, "ZeroDivisionError", "ZeroDivisionError: division by zero"),
        (recurs, "RecursionError", "maximum recursion depth exceeded"),
        (leaves, "SystemExit", "SystemExit, in line"),
        (raises(KeyboardInterrupt), "KeyboardInterrupt", "KeyboardInterrupt, in line"),
        (raises(GeneratorExit), "GeneratorExit", "GeneratorExit, in line"),
        (raises(Boom, "x"), "Boom", "Boom: x, in line"),
        (raises(ValueError, "y" * 9_999), "ValueError", "yyy…, in line"),
    ],
)  # fmt: skip
def test_what_raises_is_told_with_its_line(answer: object, kind: str, says: str) -> None:
    found = graded(answer)
    assert (found.outcome, found.headline) == (Outcome.RAISED, f"may_vote raised {kind}.")
    assert says in found.sentence
    assert isinstance(found.asked[0], Node)
    assert "Traceback" not in str(found)


def test_what_is_not_implemented_for_some_is_not_attempted() -> None:
    def may_vote(node, request):
        if node.voted_for is None:
            return True
        raise NotImplementedError

    assert graded(may_vote) == exercise_of("may_vote").not_attempted()


def test_a_line_at_fault_is_the_learners_own() -> None:
    def merge_entries(log, request):
        return log.append(log[9])

    found = graded(merge_entries, "merge_entries")
    line = merge_entries.__code__.co_firstlineno + 1
    assert found.sentence == (
        "IndexError: the log is empty: there is no entry 9, in line "
        f"{line} of merge_entries: `return log.append(log[9])`"
    )


def test_what_raises_only_far_from_any_case_shows_the_run_that_leads_there() -> None:
    def may_vote(node, request):
        if node.current_term == 2 and node.voted_for is not None:
            raise ValueError("not here")
        return right(node, request)

    found = graded(may_vote)
    assert found.headline == "may_vote raised ValueError."
    assert found.history is not None
    assert len(found.history) > 1


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("leader_commit_index", lambda node: True, "of type int; it gave True."),
        ("leader_commit_index", lambda node: Odd(0), "of type int; it gave 0, of type Odd."),
        ("leader_commit_index", lambda node: 1.0, "of type int; it gave 1.0."),
        ("leader_commit_index", lambda node: 10**5000, "nothing that Raft can work with"),
        ("merge_entries", lambda log, request: log.entries, "of type Log; it gave ()."),
        ("merge_entries", lambda log, request: Log([1]), "something that can change later"),
        ("merge_entries", lambda log, request: Log((1,)), "a log holds entries; in this one is 1."),
        (
            "merge_entries",
            lambda log, request: log.append(request.entries),
            "Is a `*` missing in log.append(*entries)?",
        ),
        ("restart", lambda node: {"name": node.name}, "of type Node; it gave {'name': 'node2'}."),
        ("restart", lambda node: replace(node, name="node9"), "it turned node2 into another"),
        ("restart", lambda node: replace(node, voted_for=5), "voted_for must be str or None"),
        ("restart", lambda node: replace(node, votes_received=[]), "must be tuple; it is []."),
        ("restart", lambda node: replace(node, next_index={}), "Use node.next_index.set("),
        ("restart", lambda node: replace(node, log=Log((1,))), "a log holds entries"),
    ],
)
def test_what_no_rule_may_give(name: str, answer: Callable[..., object], says: str) -> None:
    found = graded(answer, name)
    assert (found.outcome, found.headline) == (Outcome.WRONG, f"{name} is not a rule yet.")
    assert says in found.sentence


def test_a_rule_of_the_papers_that_stumbles_is_not_called_the_learners() -> None:
    found = graded(lambda node: replace(RAFT.restart(node), role=node.role), "restart")
    assert found.headline == "restart is not a rule yet."
    assert "This rule is the paper's; changed are: restart." in found.sentence
    assert found.asked == ()
    assert found.history is not None


@pytest.mark.parametrize("index", [-5, -1, 2, 10**9])
def test_an_index_beyond_all_bounds_breaks_a_property(index: int) -> None:
    found = graded(lambda node: index, "leader_commit_index")
    assert found.headline == "Commit Within Log broke after 1 event."
    assert f"says {index}" in found.closer


@pytest.mark.parametrize(
    "answer",
    [
        right,
        Callable2(),
        Callable2().method,
        partial(lambda extra, node, request: right(node, request), 1),
        lambda *arguments: right(*arguments),
        lambda node, request, more=None: right(node, request),
    ],
    ids=["function", "object", "method", "partial", "star", "default"],
)
def test_whatever_can_be_called_as_a_rule_is_one(answer: object) -> None:
    assert graded(answer).passed


def test_what_is_forced_upon_a_case_is_gone_with_it() -> None:
    before = [case.arguments for case in exercise_of("may_vote").cases]
    graded(forces)
    assert [case.arguments for case in exercise_of("may_vote").cases] == before
    assert before[0][0].voted_for is None
    assert graded(right).passed


# Time


@pytest.fixture
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """No rule here takes long, so that a fraction of a second is long enough to wait."""
    monkeypatch.setattr(attempt, "SECONDS_FOR_A_CALL", 0.2)
    monkeypatch.setattr(asking, "SECONDS_FOR_A_CALL", 0.2)
    monkeypatch.setattr(own_code, "SECONDS_IN_ALL", 0.4)


def loops(node, request):
    while True:
        pass


def loops_in_a_generator(node, request):
    return any(number < 0 for number in count())


def loops_and_catches_everything(node, request):
    while True:
        try:  # noqa: SIM105
            int("3")
        except:  # noqa: E722
            pass


def loops_where_no_case_leads(node, request):
    while node.current_term == 2:
        pass
    return right(node, request)


@pytest.mark.parametrize("answer", [loops, loops_in_a_generator, loops_where_no_case_leads])
@pytest.mark.usefixtures("in_a_hurry")
def test_an_endless_loop_is_stopped(answer: object) -> None:
    found = graded(answer)
    assert (found.outcome, found.headline) == (Outcome.WRONG, NO_RULE)
    assert found.sentence.startswith("may_vote had not come back after 0.2 s, and was stopped.")


def test_the_worst_of_loops_is_stopped() -> None:
    found = graded(loops_and_catches_everything)
    assert found.sentence.startswith("may_vote had not come back after 2 s")


@pytest.mark.usefixtures("in_a_hurry")
def test_what_begins_to_loop_is_not_asked_again() -> None:
    """Not for the run that leads there either, which is played by nobody who watches."""
    calls = count()

    def may_vote(node, request):
        while next(calls) > 100:
            pass
        return right(node, request)

    assert "had not come back" in graded(may_vote).sentence


@pytest.mark.parametrize("seconds", [0.02, 0.15])
@pytest.mark.usefixtures("in_a_hurry")
def test_a_slow_rule_is_told_so(seconds: float) -> None:
    def may_vote(node, request):
        sleep(seconds)
        return right(node, request)

    found = graded(may_vote)
    assert found.outcome is Outcome.WRONG
    assert found.headline == "It is too slow to try every schedule."
    assert "times, may_vote took 0." in found.sentence


def test_the_limits_leave_a_check_within_its_time() -> None:
    # The last call may begin when the time for all is nearly up.
    in_all = own_code.SECONDS_IN_ALL + asking.SECONDS_FOR_A_CALL + own_code.SECONDS_ONCE_MORE
    assert in_all < PATIENCE
    assert asking.SECONDS_FOR_A_CALL == attempt.SECONDS_FOR_A_CALL
    assert attempt.SECONDS_FOR_A_CALL < own_code.SECONDS_UNWATCHED < PATIENCE


def test_a_rule_that_takes_some_time_passes() -> None:
    def may_vote(node, request):
        return sum(range(1_000)) > 0 and right(node, request)

    assert graded(may_vote).passed


def test_where_there_is_no_time_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_module, "SECONDS", 0.0)
    found = graded(right)
    assert (found.outcome, found.headline) == (
        Outcome.WRONG,
        "There was no time to try every schedule.",
    )
    assert "Then the time of 0 s was up." in found.sentence


# An interrupt


def test_an_interrupt_while_a_rule_is_asked_is_no_fault_of_the_rule() -> None:
    calls = count()

    def may_vote(node, request):
        if next(calls) == 20:
            raise KeyboardInterrupt
        return right(node, request)

    found = graded(may_vote)
    assert (found.outcome, found.headline) == (
        Outcome.NOT_ATTEMPTED,
        "You interrupted the check.",
    )


def test_an_interrupt_of_the_search_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def search(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(attempt.Attempt, "_search", search)
    found = graded(right)
    assert (found.outcome, found.headline) == (Outcome.NOT_ATTEMPTED, "You interrupted the check.")


def test_an_interrupt_between_is_told_too() -> None:
    def begin() -> History:
        raise KeyboardInterrupt

    exercise = replace(exercise_of("may_vote"), places=(Place(begin, NARROW),))
    assert exercise.grade(right).headline == "You interrupted the check."


# Printing


def test_what_a_rule_prints_is_shown_in_part(capsys: pytest.CaptureFixture[str]) -> None:
    def may_vote(node, request):
        print("voted for", node.voted_for)
        return right(node, request)

    assert graded(may_vote).passed
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["voted for None", "voted for None", "voted for node3"]
    assert len(lines) == MOST_LINES + 1
    assert lines[-1].startswith("… and more.")


def test_a_flood_is_kept_back(capsys: pytest.CaptureFixture[str]) -> None:
    def may_vote(node, request):
        print("x" * 1_000_000)
        return right(node, request)

    assert graded(may_vote).passed
    assert max(map(len, capsys.readouterr().out.splitlines())) == printing.LONGEST


def test_no_more_is_kept_than_is_needed() -> None:
    printed = printing._Printed()
    for _ in range(1_000):
        assert printed.write("x" * 10_000) == 10_000
    assert len(printed.getvalue()) <= 2 * printing.ENOUGH


def test_what_is_printed_before_it_raises_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    def may_vote(node, request):
        print("here")
        raise ValueError

    graded(may_vote)
    assert capsys.readouterr().out.splitlines()[0] == "here"


def test_a_rule_that_is_silent_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    graded(right)
    assert capsys.readouterr().out == ""


# The cases


def every_case() -> Iterator[tuple[str, str]]:
    for name in WRONG_RULES:
        for case in exercise_of(name).cases:
            yield name, case.says


def test_cases_are_told_as_one_would_say_them() -> None:
    for name, says in every_case():
        for odd in ("1 entries", "2 entry ", "()", ",)", "None", "[", "  ", "(1"):
            assert odd not in says, name
        assert not says.endswith(".")


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ((), "no entries"),
        ((1,), "1 entry of term 1"),
        ((2, 2, 2), "3 entries of term 2"),
        ((1, 3), "entries of the terms 1 and 3"),
        ((1, 1, 2), "entries of the terms 1, 1 and 2"),
    ],
)
def test_a_log_is_told_by_its_terms(terms: tuple[int, ...], said: str) -> None:
    assert say_terms(*terms) == said


def test_no_case_is_told_twice() -> None:
    told = list(every_case())
    assert len(set(told)) == len(told)


def test_a_case_is_asked_about_a_node_that_may_be() -> None:
    for name in WRONG_RULES:
        for case in exercise_of(name).cases:
            node = asking.node_of(case)
            assert node.log.last_term <= node.current_term
            assert node.last_applied == node.commit_index <= node.log.last_index
            if "disk" not in case.says:
                assert node.disk == Disk(node.current_term, node.voted_for, node.log, node.snapshot)


def test_the_paper_passes_in_any_place() -> None:
    """A place that the paper's rule does not pass would blame whoever is right."""
    places = (Place(fresh, NARROW), Place(leader_elected, NARROW))
    for name in ("may_vote", "wins_election", "log_is_up_to_date"):
        exercise = replace(exercise_of(name), places=places)
        assert exercise.grade(exercise.paper).passed
