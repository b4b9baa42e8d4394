"""The published set-up for replacing a leader that crashed.

Five servers; heartbeats twice as often as the shortest election timeout; the leader crashes at a
random point of the interval after a heartbeat that all received at once; two of the other four lack
its last entry, and cannot win. Downtime lasts until all others have the new leader's first
heartbeat. (Extended paper, section 9.3; dissertation, chapter 9)

Here nothing but the network takes time: no disk, no operating system. `LAN_TABLE` says what that
changes.
"""

from __future__ import annotations

from dataclasses import replace

from raftlab.raft import RAFT, Rules
from raftlab.sim.experiments.failures import CrashOfLeader, led, most_short_logs
from raftlab.sim.experiments.measures import downtime
from raftlab.sim.experiments.refusals import (
    is_number,
    is_whole,
    refuse_kinds,
    refuse_restless,
    refuse_servers,
)
from raftlab.sim.experiments.trial import CAP, SetUp
from raftlab.sim.timing import LatencyModel, TimeoutModel, Timing

LATENCY = (2, 4)


def lan(low: float, high: float, latency: LatencyModel = LATENCY) -> Timing:
    """A local network: election timeouts from `low` to `high` ms, heartbeats at half of `low`.

    Raises ValueError for what are no times.
    """
    timing = Timing(election_timeout=(low, high), latency=latency)
    return replace(timing, heartbeat_interval=low / 2)


LAN = lan(150, 300)


def crash_and_replace(
    timing: Timing = LAN,
    *,
    servers: int = 5,
    short_logs: int | None = None,
    rules: Rules = RAFT,
    cap: float = CAP,
) -> SetUp:
    """The published set-up, for `replace_leader` and `compare`; `replace` changes a part of it.

    Args:
        timing: how long things take; the leader crashes within one `heartbeat_interval`.
        servers: how many there are, from 3 to 9.
        short_logs: how many of them lack the last entry and cannot win; by default as many as a
            majority that has it leaves: of five servers two.
        rules: the rules.
        cap: a trial is given up so many simulated milliseconds after the crash.

    Raises ValueError or TypeError for what is not as above, or for timers that run out between two
    heartbeats.
    """
    refuse_kinds(timing, rules, cap)
    refuse_servers(servers)
    refuse_restless(timing)
    most = most_short_logs(servers)
    if short_logs is not None and not (is_whole(short_logs) and 0 <= short_logs <= most):
        raise ValueError(
            f"Of {servers} servers 0 to {most} may lack an entry that a majority has, "
            f"not {short_logs!r}."
        )
    failure = CrashOfLeader(0, timing.heartbeat_interval)
    return SetUp(led(servers, short_logs), timing, downtime, failure, rules=rules, cap=cap)


def say_timing(timing: Timing) -> str:
    """A timing as a label has it."""
    return (
        f"election timeout {say_range(timing.election_timeout)}, "
        f"latency {say_range(timing.latency)}"
    )


def say_range(model: TimeoutModel | LatencyModel) -> str:
    """How long something takes as a label has it: "150–300 ms"."""
    if isinstance(model, tuple):
        low, high = model
        return f"{low:g}–{high:g} ms"
    return f"{model:g} ms" if is_number(model) else "drawn by a function"
