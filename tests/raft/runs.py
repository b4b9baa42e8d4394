"""Random runs for the laws: by a size, a length and a seed, the same for the same three."""

from random import Random

from hypothesis import settings
from hypothesis import strategies as st

from raftlab.raft import (
    RAFT,
    ClientCommand,
    Cluster,
    Compact,
    Crash,
    Deliver,
    Drop,
    Duplicate,
    Event,
    Heal,
    Heartbeat,
    Partition,
    Replicate,
    Restart,
    Role,
    Rules,
    Step,
    Timeout,
    enabled,
    step,
)

from .clusters import NAMES

MOST_IN_FLIGHT = 12

# What a driver tends to do: mostly messages arrive, leaders lead, and now and then things go wrong.
HABITS: dict[str, tuple[int, tuple[type, ...]]] = {
    "carry": (160, (Deliver,)),
    "lead": (30, (Replicate, Heartbeat, ClientCommand)),
    "stand": (2, (Timeout,)),
    "lose": (4, (Drop,)),
    "repeat": (2, (Duplicate,)),
    "fail": (4, (Crash,)),
    "recover": (4, (Restart, Heal)),
    "compact": (6, (Compact,)),
}


def drive(start: Cluster, seed: int, length: int, rules: Rules = RAFT) -> list[Step]:
    """A run of `length` random events, the same for the same seed."""
    chance = Random(seed)
    steps: list[Step] = []
    now = start
    for _ in range(length):
        steps.append(step(now, _next(now, chance), rules))
        now = steps[-1].after
    return steps


def _next(now: Cluster, chance: Random) -> Event:
    [habit] = chance.choices(tuple(HABITS), [weight for weight, _ in HABITS.values()])
    if len(now.network) > MOST_IN_FLIGHT:
        habit = "carry"
    if habit == "fail" and len(now.nodes) > 1 and not chance.randrange(4):
        return Partition((tuple(chance.sample(now.names, chance.randrange(1, len(now.names)))),))
    events = [e for e in enabled(now, ("SET x 1", "SET x 2")) if not _is_idle(e, now)]
    for kinds in (HABITS[habit][1], *(kinds for _, kinds in HABITS.values())):
        if likely := [event for event in events if isinstance(event, kinds)]:
            return chance.choice(likely)
    raise AssertionError("Something can always happen.")


def _is_idle(event: Event, now: Cluster) -> bool:
    """A command at a node that does not lead is refused: one in a while is enough."""
    return isinstance(event, ClientCommand) and now.node(event.node).role is not Role.LEADER


@st.composite
def runs(draw: st.DrawFn, most: int = 5, length: int = 150) -> list[Step]:
    """A run by its size, its length and a seed: a failing one shrinks by getting shorter."""
    size = draw(st.integers(1, most))
    seed, events = draw(st.integers(0, 10**6)), draw(st.integers(1, length))
    return drive(Cluster.of(*NAMES[:size]), seed, events)


laws = settings(max_examples=30)
