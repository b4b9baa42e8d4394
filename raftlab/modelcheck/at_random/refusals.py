"""What a random search cannot begin with, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TypeGuard

from raftlab.modelcheck.at_random.trial import MOST_RUNS
from raftlab.raft import Property, Rules
from raftlab.sim.chance import Mix
from raftlab.sim.history import History

MOST_EVENTS = 10_000
MOST_SECONDS = 1_000_000
NO_SHARES = ("most_in_flight", "longest_log")


def refuse_kinds(start: object, rules: object, properties: object, executor: object) -> None:
    """Raises TypeError for what is of another kind than a search takes."""
    if not isinstance(start, History):
        raise TypeError(
            f"random_search begins at a cluster or a run, such as fresh(7), not {start!r}."
        )
    if not isinstance(rules, Rules):
        raise TypeError(f"The rules are RAFT or RAFT.but(…), not {rules!r}.")
    if not isinstance(properties, Sequence) or not all(isinstance(p, Property) for p in properties):
        raise TypeError(f"The properties are a tuple of them, such as SAFETY, not {properties!r}.")
    if executor is not None and not callable(getattr(executor, "submit", None)):
        raise TypeError(
            f"An executor has submit, as those of concurrent.futures have; {executor!r} has not."
        )


def refuse_mixes(mixes: object) -> None:
    """Raises TypeError for what are no mixes, ValueError for one from which nothing is chosen."""
    if not isinstance(mixes, Sequence) or not mixes or not all(isinstance(m, Mix) for m in mixes):
        raise TypeError(f"A mix is Mix(…), or there are several of them, not {mixes!r}.")
    for mix in mixes:
        values = {field.name: getattr(mix, field.name) for field in fields(Mix)}
        for name, value in values.items():
            if not _is_number(value) or value < 0:
                raise ValueError(f"In a mix {name} is a number from 0 on, not {value!r}.")
        if not any(value for name, value in values.items() if name not in NO_SHARES):
            raise ValueError("In a mix some kind of event has a share above 0.")


def refuse_numbers(runs: object, events: object, seed: object, seconds: object) -> None:
    """Raises ValueError for what is no number, and for one that is too small or too large."""
    limits = {"runs": (runs, 1, MOST_RUNS), "events": (events, 1, MOST_EVENTS)}
    for name, (value, least, most) in limits.items():
        if not _is_whole(value) or not least <= value <= most:
            raise ValueError(f"{name} is a whole number from {least} to {most:,}, not {value!r}.")
    if not _is_whole(seed) or seed < 0:
        raise ValueError(f"seed is a whole number from 0 on, not {seed!r}.")
    if not _is_number(seconds) or not 0 <= seconds <= MOST_SECONDS:
        raise ValueError(f"seconds is a number from 0 to {MOST_SECONDS:,}, not {seconds!r}.")


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
