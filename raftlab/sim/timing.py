"""How long things take in a simulated network, and how much of it is lost, copied or held back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from random import Random
from typing import TypeAlias

Range: TypeAlias = float | tuple[float, float]

# A node's name is what its timeouts are drawn for; a message's sender and receiver its latency.
TimeoutModel: TypeAlias = Range | Callable[[Random, str], float]
LatencyModel: TypeAlias = Range | Callable[[Random, str, str], float]


@dataclass(frozen=True, slots=True)
class Timing:
    """How long things take, in simulated milliseconds.

    A time is a number, or a pair of numbers between which each time is drawn anew, all being
    equally likely; or a function of a `random.Random` and, for a timeout, the name of the node, for
    a latency, those of the sender and the receiver. It must depend on nothing else.

    Attributes:
        election_timeout: how long a node waits before it stands for election. (§5.2)
        heartbeat_interval: how long a leader waits before it sends again.
        latency: how long a message is on its way, one way. Where it is a range, messages may
            overtake one another.
        loss: the share of messages that never arrive, from 0 to 1.
        duplication: the share of messages of which the network makes a second copy.
        reordering: the share of messages that the network holds back: what is sent after them comes
            first.
        held_back: how much longer such a message is on its way.
        patience: how long a client waits for an answer before it asks again.
    """

    election_timeout: TimeoutModel = (150, 300)
    heartbeat_interval: float = 75
    latency: LatencyModel = (5, 15)
    loss: float = 0
    duplication: float = 0
    reordering: float = 0
    held_back: Range = (50, 150)
    patience: TimeoutModel = (400, 600)

    def __post_init__(self) -> None:
        """Raises ValueError for a time or a share that is none."""
        _refuse_no_time("election_timeout", self.election_timeout, "(150, 300)", above_zero=True)
        _refuse_no_time("heartbeat_interval", self.heartbeat_interval, "75", above_zero=True)
        _refuse_no_time("latency", self.latency, "(5, 15)")
        _refuse_no_time("held_back", self.held_back, "(50, 150)")
        _refuse_no_time("patience", self.patience, "(400, 600)", above_zero=True)
        if not _is_number(self.heartbeat_interval):
            raise ValueError(
                f"heartbeat_interval is a number of milliseconds, not {self.heartbeat_interval!r}."
            )
        if callable(self.held_back):
            raise ValueError("held_back is a number of milliseconds, or a pair of them.")
        for name in ("loss", "duplication", "reordering"):
            share = getattr(self, name)
            if not _is_number(share) or not 0 <= share <= 1:
                raise ValueError(f"{name} is a share from 0 to 1, such as 0.1, not {share!r}.")

    def draw_timeout(self, random: Random, node: str) -> float:
        """How long `node` waits this time. Raises ValueError if a function gives no such time."""
        return _drawn("election_timeout", self.election_timeout, random, node, above_zero=True)

    def draw_latency(self, random: Random, sender: str, receiver: str) -> float:
        """How long a message is on its way. Raises ValueError if a function gives no such time."""
        return _drawn("latency", self.latency, random, sender, receiver)

    def draw_patience(self, random: Random, client: str) -> float:
        """How long `client` waits this time. Raises ValueError if a function gives no such time."""
        return _drawn("patience", self.patience, random, client, above_zero=True)

    def draw_held_back(self, random: Random) -> float:
        """How much longer a message is on its way that is held back."""
        return _drawn("held_back", self.held_back, random)


def _drawn(
    name: str,
    model: Range | Callable[..., float],
    random: Random,
    *about: str,
    above_zero: bool = False,
) -> float:
    if isinstance(model, tuple):
        low, high = model
        return low + (high - low) * random.random()
    if not callable(model):
        return model
    time = model(random, *about)
    if not _is_time(time, above_zero=above_zero):
        raise ValueError(f"{name} gave {time!r} for {', '.join(about)}: that is no time.")
    return time


def _refuse_no_time(name: str, model: object, example: str, *, above_zero: bool = False) -> None:
    if callable(model):
        return
    times = model if isinstance(model, tuple) else (model, model)
    are_times = len(times) == 2 and all(_is_time(time, above_zero=above_zero) for time in times)
    if not are_times or times[1] < times[0]:
        least = "above 0" if above_zero else "from 0 on"
        raise ValueError(
            f"{name} is a time in milliseconds {least}, such as {example}, not {model!r}."
        )


def _is_time(value: object, *, above_zero: bool) -> bool:
    if not _is_number(value):
        return False
    return 0 < value < inf if above_zero else 0 <= value < inf  # type: ignore[operator]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
