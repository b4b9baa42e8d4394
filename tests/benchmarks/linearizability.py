"""How long a verdict on a thousand operations of ten clients takes, in CPU time."""

import random
from collections.abc import Iterator
from dataclasses import replace
from statistics import median
from time import process_time
from typing import NamedTuple

from raftlab.sim.linearizability import Operation, Outcome, check_linearizable
from raftlab.sim.linearizability.store import Value, perform, read

SEEDS = 7
OPERATIONS, CLIENTS = 1_000, 10
GOAL = "2 or less"

History = list[Operation]


class Load(NamedTuple):
    """What is asked of how many keys: commands by their first letters, and with which values.

    Where there are no values, each SET and CAS has one of its own. `lost` is the share of
    operations that are never answered.
    """

    letters: str
    keys: str
    values: str
    lost: float


LOADS = {
    "every kind, one key": Load("GGSSCCIID", "x", "12345", 0.002),
    "every kind, three keys": Load("GGSSCCIID", "xyz", "12345", 0.02),
    "each SET and CAS with its own value": Load("GGSCC", "x", "", 0.02),
    "INCR and GET": Load("IIG", "x", "1", 0.02),
}


def history(seed: int, load: Load) -> History:
    """What clients see that never pause, of a store that does each operation at some time."""
    rng = random.Random(seed)
    free = {f"client{number}": rng.random() for number in range(CLIENTS)}
    done: list[tuple[float, str, str, float, float | None]] = []
    for number in range(OPERATIONS):
        client = min(free, key=lambda name: free[name])
        begins = free.pop(client)
        ends = begins + rng.uniform(0.1, 3)
        asked = _command(rng, number, load)
        if rng.random() < load.lost:
            done.append((begins + rng.random() * 50, client, asked, begins, None))
            free[f"{client}x"] = ends
        else:
            done.append((rng.uniform(begins, ends), client, asked, begins, ends))
            free[client] = ends + rng.random()
    store: dict[str, Value] = {}
    found = []
    for _, client, asked, begins, ended in sorted(done, key=lambda one: one[0]):
        call = read(asked)
        store[call.key], answer = perform(call, store.get(call.key))
        given = answer if ended is not None else None
        found.append(Operation(client, asked, given, begins, ended))
    return found


def _command(rng: random.Random, number: int, load: Load) -> str:
    key, values = rng.choice(load.keys), load.values
    value = rng.choice(values) if values else f"v{number}"
    expected = rng.choice(values) if values else f"v{max(0, number - rng.randrange(1, 12))}"
    return {
        "G": f"GET {key}",
        "S": f"SET {key} {value}",
        "C": f"CAS {key} {expected} {value}",
        "I": f"INCR {key}",
        "D": f"DELETE {key}",
    }[rng.choice(load.letters)]


def with_an_old_answer(right: History, seed: int) -> History:
    """The same, but that towards its end an answer is one from long before."""
    rng = random.Random(seed)
    late = range(int(0.9 * len(right)), len(right))
    told = [n for n in late if right[n].ends is not None and right[n].call.verb in ("GET", "INCR")]
    for number in rng.sample(told, len(told)):
        one = right[number]
        for other in reversed(right[: number - 100]):
            same = other.ends is not None and other.command == one.command
            if same and other.answer != one.answer:
                return [*right[:number], replace(one, answer=other.answer), *right[number + 1 :]]
    raise AssertionError("A thousand operations, and no two answers that differ.")


def times() -> Iterator[tuple[str, float, str, str]]:
    """Of each load, and of each verdict on it, the median and the longest time.

    An old answer may be explained after all: such histories count among the linearizable.
    """
    check_linearizable(history(0, LOADS["INCR and GET"]))
    for what, load in LOADS.items():
        took: dict[Outcome, list[float]] = {Outcome.LINEARIZABLE: [], Outcome.NOT_LINEARIZABLE: []}
        for seed in range(SEEDS):
            right = history(seed, load)
            for one in (right, with_an_old_answer(right, seed)):
                began = process_time()
                verdict = check_linearizable(one)
                took.setdefault(verdict.outcome, []).append(process_time() - began)
        for outcome, seconds in took.items():
            name = f"{OPERATIONS:,} operations, {what}: {outcome.value}, {len(seconds)} of them"
            yield name, median(seconds), "s", GOAL
            yield "… the longest", max(seconds), "s", GOAL
