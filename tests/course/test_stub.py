"""What is not begun is told from what is wrong, whatever it is."""

from collections.abc import Callable

import numpy as np
import pytest

from raftlab import Arrival, Crash, Timeout
from raftlab.course.stub import has_gaps, is_stub
from raftlab.sim import fresh

HOLDS_ITSELF: list[object] = []
HOLDS_ITSELF.append(HOLDS_ITSELF)


def nothing(node, request): ...


def a_docstring(node, request):
    """Say whether it may vote."""


def a_docstring_and_dots(node, request):
    """Say whether it may vote."""
    ...


def passes(node, request):
    pass


def returns_dots(node, request):
    return ...


def returns(node, request):
    return


def is_not_implemented(node, request):
    raise NotImplementedError


def is_not_implemented_yet(node, request):
    """Say whether it may vote."""
    raise NotImplementedError("not yet")


@pytest.mark.parametrize(
    "answer",
    [
        nothing, a_docstring, a_docstring_and_dots, passes, returns_dots, returns,
        is_not_implemented, is_not_implemented_yet, lambda node, request: ...,
        lambda node, request: None,
    ],
)  # fmt: skip
def test_a_function_that_does_nothing_is_a_stub(answer: Callable[..., object]) -> None:
    assert is_stub(answer)


def returns_true(node, request):
    return True


def loops(node, request):
    while True:
        pass


def remembers(node, request):
    vote = None  # noqa: F841


def asks(node, request):
    node.voted_for  # noqa: B018


def raises(node, request):
    raise ValueError


def is_not_implemented_for_some(node, request):
    if node.voted_for:
        raise NotImplementedError
    return True


@pytest.mark.parametrize(
    "answer",
    [
        returns_true, loops, remembers, asks, raises, is_not_implemented_for_some,
        lambda node, request: False, lambda node, request: 0, max, int, Timeout,
    ],
)  # fmt: skip
def test_a_function_that_does_something_is_none(answer: Callable[..., object]) -> None:
    assert not is_stub(answer)


@pytest.mark.parametrize(
    "answer", [..., None, "", " \n", [], (), {}, [...], {"role": ..., "term": None}, [[...], []]]
)
def test_values_that_are_not_begun(answer: object) -> None:
    assert is_stub(answer)


@pytest.mark.parametrize(
    "answer",
    [
        0, False, 0.0, "a", [0], {"role": "follower", "term": ...}, [..., Timeout("node1")],
        {1}, np.array([]), np.array([1, 2]), fresh(3), HOLDS_ITSELF, [None] * 9 + [1], (1, ...),
    ],
    ids=lambda one: type(one).__name__,
)  # fmt: skip
def test_values_that_are_begun(answer: object) -> None:
    assert not is_stub(answer)


def compares_with_dots(node, request):
    return node.voted_for in (..., ...)


def calls_with_dots(node, request):
    return max(node.commit_index, min(..., ...))


def has_dots_within(node, request):
    return any(one is ... for one in node.peers)


@pytest.mark.parametrize(
    "answer",
    [
        compares_with_dots, calls_with_dots, has_dots_within, [Timeout("node1"), ...],
        [Timeout(...)], [Crash("node1", Timeout(...))], Arrival("node1", ...),
        {"role": "leader", "term": ...},
    ],
    ids=lambda one: getattr(one, "__name__", repr(one)),
)  # fmt: skip
def test_dots_that_are_left_are_found(answer: object) -> None:
    assert has_gaps(answer)


def says_dots(node, request):
    """Dots ... in words."""
    print("...")  # ...
    return node.voted_for


@pytest.mark.parametrize(
    "answer",
    [says_dots, returns_true, [Timeout("node1")], "...", {"term": 1}, 3, HOLDS_ITSELF, Timeout],
    ids=lambda one: type(one).__name__,
)
def test_dots_in_words_are_none(answer: object) -> None:
    assert not has_gaps(answer)
