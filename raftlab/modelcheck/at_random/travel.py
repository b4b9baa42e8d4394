"""Runs in other processes: what they need is sent along, functions written in a notebook too.

Nothing but the number of a run that fails comes back. Whoever asked makes that run again.
"""

from __future__ import annotations

from functools import lru_cache
from typing import cast

from raftlab.modelcheck.at_random.trial import Trial


class CannotTravel(TypeError):
    """A rule, a property or the start is made of something that no other process can have."""


def packed(trial: Trial) -> bytes:
    """The trial as bytes. Raises CannotTravel, naming what stands in the way."""
    try:
        return _bytes_of(trial)
    except Exception as error:
        what, why = _obstacle(trial) or ("This search", error)
        raise CannotTravel(
            f"{what} cannot travel to another process: {why}. "
            "Define it from plain values, or leave the executor out."
        ) from error


def first_failing(packed_trial: bytes, first: int, last: int) -> int | None:
    """The lowest number, from `first` to `last`, of a run that fails; None if none does."""
    trial = _unpacked(packed_trial)
    return next((n for n in range(first, last + 1) if not trial.holds_up(n)), None)


@lru_cache(maxsize=1)  # chunk after chunk is of the same trial
def _unpacked(packed_trial: bytes) -> Trial:
    import cloudpickle

    return cast(Trial, cloudpickle.loads(packed_trial))


def _obstacle(trial: Trial) -> tuple[str, Exception] | None:
    """The first part that cannot be packed by itself, and why not."""
    rules = {f"The rule {n}": getattr(trial.rules, n) for n in sorted(trial.rules.changed)}
    properties = {f"The property {p.name}": p for p in trial.properties}
    for what, value in {**rules, **properties, "The start": trial.start}.items():
        try:
            _bytes_of(value)
        except Exception as error:
            return what, error
    return None


def _bytes_of(value: object) -> bytes:
    # Imported late: `import raftlab` stays light, and a search in this process needs none of it.
    import cloudpickle

    return cast(bytes, cloudpickle.dumps(value))
