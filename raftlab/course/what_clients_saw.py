"""What clients saw, for questions: some histories told by hand, and others drawn from a seed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from random import Random

from raftlab.sim.linearizability import Operation, check_linearizable

MOST_TRIES = 1_000
CLIENTS, OPERATIONS = 3, 6

# A read beside a write may find either value; but once one was read, the older is gone; and what
# was never answered may happen late.
TOLD: dict[int, tuple[Operation, ...]] = {
    1: (
        Operation("client1", "SET x 1", "ok", 0, 2),
        Operation("client1", "SET x 2", "ok", 3, 8),
        Operation("client2", "GET x", "1", 4, 6),
        Operation("client2", "GET x", "2", 9, 10),
    ),
    2: (
        Operation("client1", "SET x 1", "ok", 0, 8),
        Operation("client2", "GET x", "1", 1, 3),
        Operation("client3", "GET x", None, 4, 6),
    ),
    3: (
        Operation("client1", "INCR x", None, 0, None),
        Operation("client2", "INCR x", "1", 1, 2),
        Operation("client3", "GET x", "1", 3, 4),
        Operation("client2", "GET x", "2", 5, 6),
    ),
}


@cache
def what_clients_saw(number: int) -> tuple[Operation, ...]:
    """The history of a question. Those drawn are linearizable about as often as not."""
    if number in TOLD:
        return TOLD[number]
    random = Random(number)
    wanted = random.random() < 0.5
    for _ in range(MOST_TRIES):
        history = tuple(_drawn(random, altered=not wanted))
        reads = any(one.command.startswith("GET") for one in history)
        if reads and check_linearizable(history).linearizable == wanted:
            return history
    raise AssertionError(f"No history for question {number}.")  # a test draws many


def _drawn(random: Random, *, altered: bool) -> Iterator[Operation]:
    """Operations as one store answered them, each somewhere within its time; or one reads amiss."""
    begun = _begun(random)
    value, answers = None, {}
    for place in sorted(range(len(begun)), key=lambda place: begun[place][4]):
        command = begun[place][1]
        if command.startswith("SET"):
            value = command.split()[2]
        answers[place] = "ok" if command.startswith("SET") else value
    reads = [place for place, one in enumerate(begun) if one[1].startswith("GET")]
    if altered and reads:
        values = [None, *(one[1].split()[2] for one in begun if one[1].startswith("SET"))]
        answers[random.choice(reads)] = random.choice(values)
    for place, (client, command, begins, ends, _) in enumerate(begun):
        yield Operation(client, command, answers[place], begins, ends)


def _begun(random: Random) -> list[tuple[str, str, int, int, float]]:
    """Who asks for what, from when to when, and when it happens."""
    free = [0] * CLIENTS
    begun = []
    for number in range(1, OPERATIONS + 1):
        which = random.randrange(CLIENTS)
        begins = free[which] + random.randint(1, 3)
        ends = free[which] = begins + random.randint(2, 6)
        command = "GET x" if random.random() < 0.55 else f"SET x {number}"
        happens = random.uniform(begins, ends)
        begun.append((f"client{which + 1}", command, begins, ends, happens))
    return sorted(begun, key=lambda one: one[2])
