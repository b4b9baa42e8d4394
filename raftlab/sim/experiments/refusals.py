"""What an experiment cannot begin with, in sentences."""

from __future__ import annotations

from typing import TypeGuard

from raftlab.raft import Rules
from raftlab.raft.cluster import MOST_NODES
from raftlab.sim.experiments.many import Making
from raftlab.sim.experiments.trial import MOST_TRIALS, SetUp
from raftlab.sim.timing import Timing

FEWEST_SERVERS = 3
LONGEST_CAP = 1e9


def refuse_making(making: Making) -> None:
    """Raises ValueError for no number of trials and no seed, TypeError for no executor."""
    if not is_whole(making.trials) or not 1 <= making.trials <= MOST_TRIALS:
        raise ValueError(
            f"trials is a whole number from 1 to {MOST_TRIALS:,}, not {making.trials!r}."
        )
    if not is_whole(making.seed) or making.seed < 0:
        raise ValueError(f"seed is a whole number from 0 on, not {making.seed!r}.")
    executor = making.executor
    if executor is not None and not callable(getattr(executor, "submit", None)):
        raise TypeError(
            f"An executor has submit, as those of concurrent.futures have; {executor!r} has not."
        )


def refuse_set_up(set_up: object) -> None:
    """Raises TypeError for what is no set-up."""
    if not isinstance(set_up, SetUp):
        raise TypeError(f"A set-up is SetUp(…), such as crash_and_replace(), not {set_up!r}.")


def refuse_kinds(timing: object, rules: object, cap: object) -> None:
    """Raises TypeError for what is of another kind, ValueError for no time to give up after."""
    if not isinstance(timing, Timing):
        raise TypeError(f"The timing is Timing(…), or lan(150, 300), not {timing!r}.")
    refuse_rules(rules)
    if not is_number(cap) or not 0 < cap <= LONGEST_CAP:
        raise ValueError(f"cap is a time in milliseconds above 0, such as 10_000, not {cap!r}.")


def refuse_rules(rules: object) -> None:
    """Raises TypeError for what are no rules."""
    if not isinstance(rules, Rules):
        raise TypeError(f"The rules are RAFT or RAFT.but(…), not {rules!r}.")


def refuse_servers(servers: object) -> None:
    """Raises ValueError for a cluster that has no majority without its leader, or is too large."""
    if not is_whole(servers) or not FEWEST_SERVERS <= servers <= MOST_NODES:
        raise ValueError(
            f"servers is a whole number from {FEWEST_SERVERS} to {MOST_NODES}, not {servers!r}."
        )


def refuse_restless(timing: Timing) -> None:
    """Raises ValueError if timers run out between two heartbeats: no leader would stay one."""
    timeout = timing.election_timeout
    least = timeout[0] if isinstance(timeout, tuple) else timeout
    if not callable(least) and least <= timing.heartbeat_interval:
        raise ValueError(
            f"With heartbeats every {timing.heartbeat_interval:g} ms and election timeouts from "
            f"{least:g} ms on, timers run out while the leader is well. lan({least:g}, …) has "
            "heartbeats twice as often as the shortest timeout."
        )


def is_whole(value: object) -> TypeGuard[int]:
    """Whether it is a whole number."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: object) -> TypeGuard[float]:
    """Whether it is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)
