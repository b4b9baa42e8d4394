"""Trials in other processes: what they need is sent along, functions written in a notebook too."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from functools import lru_cache
from typing import NamedTuple, TypeAlias, cast

from raftlab.sim.experiments.trial import SetUp
from raftlab.sim.rates import Outcome


class CannotTravel(TypeError):
    """A set-up is made of something that no other process can have."""


# What an executor gives at once, for what the trials will have given.
Given: TypeAlias = "Future[list[Outcome] | Raised]"


class ExecutorGaveUp(RuntimeError):
    """An executor failed, as it does when its workers die."""


class Raised(NamedTuple):
    """The trial of this number raised something: whoever makes it again sees what."""

    number: int


def outcomes(packed_set_up: bytes, seed: int, first: int, last: int) -> list[Outcome] | Raised:
    """What the trials with these numbers give. Raises nothing that cannot travel back."""
    set_up, given = _unpacked(packed_set_up), list[Outcome]()
    for number in range(first, last + 1):
        try:
            given.append(set_up.outcome(seed, number))
        except Exception:
            return Raised(number)
    return given


def packed(set_up: SetUp) -> bytes:
    """The set-up as bytes. Raises CannotTravel if something in it stands in the way."""
    import cloudpickle

    try:
        return cast(bytes, cloudpickle.dumps(set_up))
    except Exception as error:
        why = str(error).rstrip(".")
        raise CannotTravel(
            f"This experiment cannot travel to another process: {why}. Define its rules and "
            "functions from plain values, or leave the executor out."
        ) from error


@lru_cache(maxsize=4)  # chunk after chunk is of the same set-up
def _unpacked(packed_set_up: bytes) -> SetUp:
    import cloudpickle

    return cast(SetUp, cloudpickle.loads(packed_set_up))


def submitted(executor: Executor, packed_set_up: bytes, seed: int, first: int, last: int) -> Given:
    """Trials handed to an executor. Raises ExecutorGaveUp, or TypeError if it is none."""
    try:
        given = executor.submit(outcomes, packed_set_up, seed, first, last)
    except Exception as error:
        raise gave_up(error) from error
    if not isinstance(given, Future):
        raise TypeError(
            f"An executor gives futures of concurrent.futures; {executor!r} gave a "
            f"{type(given).__name__}. (From a Dask client, take client.get_executor().)"
        )
    return given


def gave_up(error: Exception) -> ExecutorGaveUp:
    """What an executor raised, in words."""
    words = str(error).strip().rstrip(".")
    return ExecutorGaveUp(f"the executor gave up ({type(error).__name__}: {words})")
