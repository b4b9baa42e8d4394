"""What a rule may not do is its own verdict: it names the rule, the arguments, what was seen."""

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from time import perf_counter

import pytest

from raftlab.modelcheck import Bounds, Exploration, Verdict, explore
from raftlab.modelcheck import attempt as attempt_module
from raftlab.raft import RAFT, Cluster, Entry, Node, RequestVote
from raftlab.raft.turn import Turn
from raftlab.sim import fresh

SMALL = Bounds(terms=1, entries=1, in_flight=1)


def explored(start: Cluster | None = None, symmetry: bool | None = None, **wrong) -> Exploration:
    return explore(start or fresh(3), RAFT.but(**wrong), SMALL, symmetry=symmetry)


def assert_fault(found: Exploration, rule: str, *said: str) -> None:
    assert found.verdict is Verdict.UNSOUND, found
    assert found.violation is None
    assert found.fault.rule == rule
    for words in said:
        assert words in found.fault.sentence
    assert found.headline == f"{rule} is not a rule yet."
    assert found.fault.sentence in str(found)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No rule here takes long, so a tenth of a second is long enough to wait."""
    monkeypatch.setattr(attempt_module, "SECONDS_FOR_A_CALL", 0.1)


def is_asked(found: Exploration) -> None:
    node, request = found.fault.arguments
    assert isinstance(node, Node)
    assert isinstance(request, RequestVote)
    # The run leads to where the rule was asked.
    assert any(request in moment.cluster.network for moment in found.history.line())


# Chance, memory, clocks


def test_chance() -> None:
    chance = random.Random(1)

    def may_vote(node: Node, request: RequestVote) -> bool:
        return chance.random() < 0.5

    found = explored(may_vote=may_vote)
    assert_fault(found, "may_vote", "Asked the same twice", "may_vote gave", "not on chance")
    is_asked(found)


def test_chance_that_shows_only_where_nodes_are_renamed_is_put_down_to_chance() -> None:
    answers = iter([True, True, False, True, False, True, False, True] * 100)

    def may_vote(node: Node, request: RequestVote) -> bool:
        return next(answers)

    assert_fault(explored(may_vote=may_vote), "may_vote", "Asked the same twice")


def test_memory_of_what_was_asked_before() -> None:
    votes = []

    def may_vote(node: Node, request: RequestVote) -> bool:
        votes.append(request.sender)
        return RAFT.may_vote(node, request) and len(votes) % 2 == 1

    assert_fault(explored(may_vote=may_vote), "may_vote", "Asked the same twice")


def test_memory_that_shows_only_when_the_same_is_asked_again_later() -> None:
    # Whatever it is asked first it says twice, and then something else.
    asked: dict[object, Iterator[int]] = {}

    def may_vote(node: Node, request: RequestVote) -> bool:
        times = next(asked.setdefault((node, request), count()))
        return RAFT.may_vote(node, request) if times < 2 else False

    assert_fault(explored(may_vote=may_vote, symmetry=False), "may_vote", "asked before")


def test_a_handler_that_depends_on_more_than_its_turn() -> None:
    times = count()

    def on_timeout(turn: Turn) -> None:
        if next(times) % 2:
            RAFT.on_timeout(turn)

    assert_fault(explored(on_timeout=on_timeout), "on_timeout", "two answers")


def test_a_rule_that_raises_at_times() -> None:
    times = count()

    def may_vote(node: Node, request: RequestVote) -> bool:
        if next(times) % 2:
            raise ValueError("at times")
        return True

    assert_fault(explored(may_vote=may_vote), "may_vote", "Asked the same twice")


# Names


def favours_node1(node: Node, request: RequestVote) -> bool:
    return RAFT.may_vote(node, request) and request.sender != "node2"


def test_a_rule_that_depends_on_names() -> None:
    found = explored(may_vote=favours_node1)
    assert_fault(found, "may_vote", "With the nodes renamed", "instead of", "all names alike")


def test_without_symmetry_a_rule_may_depend_on_names() -> None:
    assert explored(may_vote=favours_node1, symmetry=False).verdict is Verdict.NOTHING_BROKE


def test_a_handler_that_depends_on_names() -> None:
    def on_timeout(turn: Turn) -> None:
        if turn.node.name != "node3":
            RAFT.on_timeout(turn)

    assert_fault(explored(on_timeout=on_timeout), "on_timeout", "With the nodes renamed")


# Changing what is given


def test_assigning_to_a_field() -> None:
    def grant_vote(node: Node, request: RequestVote) -> Node:
        node.voted_for = request.sender
        return node

    found = explored(grant_vote=grant_vote)
    assert_fault(found, "grant_vote", "tries to change what it is given", "replace(node")
    is_asked(found)


def test_forcing_a_field() -> None:
    start = fresh(3).cluster

    def grant_vote(node: Node, request: RequestVote) -> Node:
        object.__setattr__(node, "voted_for", request.sender)
        return node

    assert_fault(explored(start, grant_vote=grant_vote), "grant_vote", "tries to change")
    assert start == fresh(3).cluster  # what the caller holds is as it was


def test_forcing_something_deep_inside() -> None:
    def may_vote(node: Node, request: RequestVote) -> bool:
        object.__setattr__(node.log, "entries", (Entry(1, "SET a 1"),))
        return True

    assert_fault(explored(may_vote=may_vote), "may_vote", "tries to change")


# Raising, and what no rule may give


def test_raising() -> None:
    def may_vote(node: Node, request: RequestVote) -> bool:
        return node.no_such_field

    found = explored(may_vote=may_vote)
    assert_fault(found, "may_vote", "it raised AttributeError", "no_such_field")
    is_asked(found)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"may_vote": lambda node, request: None}, "Is a `return` missing?"),
        ({"may_vote": lambda node, request: "yes"}, "must give True or False; it gave 'yes'"),
        ({"grant_vote": lambda node, request: True}, "must give a value of type Node"),
        (
            {"grant_vote": lambda node, request: replace(node, votes_received=["node1"])},
            "node.votes_received must be tuple",
        ),
        (
            {"grant_vote": lambda node, request: replace(node, votes_received=([],))},
            "something that can change later",
        ),
    ],
    ids=["nothing", "text", "no node", "a list", "a list inside"],
)
def test_what_no_rule_may_give(wrong: dict, said: str) -> None:
    (rule,) = wrong
    assert_fault(explored(**wrong), rule, said)


def test_a_paper_rule_that_stumbles_where_no_property_broke_names_what_was_changed() -> None:
    def become_leader(node: Node) -> Node:
        return replace(RAFT.become_leader(node), next_index=type(node.next_index)())

    found = explored(become_leader=become_leader)
    assert_fault(found, "heartbeat", "changed are: become_leader")


# Not coming back


def loops(node: Node, request: RequestVote) -> bool:
    while True:
        pass


def loops_in_a_generator(node: Node, request: RequestVote) -> bool:
    return any(number < 0 for number in count())


def loops_and_catches_everything(node: Node, request: RequestVote) -> bool:
    while True:
        try:  # noqa: SIM105
            int("3")
        except:  # noqa: E722
            pass


@pytest.mark.parametrize("wrong", [loops, loops_in_a_generator, loops_and_catches_everything])
def test_a_loop_that_never_ends(quick: None, wrong) -> None:
    began = perf_counter()
    found = explored(may_vote=wrong)
    assert_fault(found, "may_vote", "had not come back after 0.1 s", "loop")
    is_asked(found)
    assert perf_counter() - began < 30


def test_a_slow_rule_is_no_endless_one(quick: None) -> None:
    def may_vote(node: Node, request: RequestVote) -> bool:
        return sum(range(10_000)) > 0 and RAFT.may_vote(node, request)

    assert explored(may_vote=may_vote).verdict is Verdict.NOTHING_BROKE


# A rule that is one


def test_a_rule_written_otherwise_passes() -> None:
    def may_vote(node: Node, request: RequestVote) -> bool:
        if node.voted_for is None:
            return True
        return node.voted_for == request.sender

    found = explored(may_vote=may_vote)
    assert (found.verdict, found.fault, found.history) == (Verdict.NOTHING_BROKE, None, None)
    assert found.levels == explored().levels
