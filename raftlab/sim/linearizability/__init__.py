"""Is there an order of all operations, one after another, that explains what every client saw?

A history is linearizable if each operation can be taken to happen at one moment between its
beginning and its end, such that a store that does one after another would have answered what was
answered. What was never answered may have happened at any time after it began, or never. (Herlihy
and Wing, 1990)

Keys are looked at one by one: a history is linearizable if on each key it is. (Herlihy and Wing,
1990; Horn and Kroening, 2015) To find an order may take time beyond all bounds, so there is one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import accumulate

from raftlab.sim.linearizability.culprits import Minimality, fewest
from raftlab.sim.linearizability.operations import NEVER, Operation, Timed, timed, why_no_history
from raftlab.sim.linearizability.reasons import reason
from raftlab.sim.linearizability.search import Search
from raftlab.sim.words import counted

__all__ = [
    "Linearizability",
    "Minimality",
    "Operation",
    "Outcome",
    "Undecided",
    "check_linearizable",
]

MOST_STATES = 300_000


class Outcome(Enum):
    """What a check for linearizability comes to."""

    LINEARIZABLE = "linearizable"
    NOT_LINEARIZABLE = "not linearizable"
    UNDECIDED = "undecided"


class Undecided(ValueError):
    """Neither an order was found nor that there is none."""


@dataclass(frozen=True, slots=True)
class Linearizability:
    """What a check came to. It is neither true nor false: ask for `linearizable`, or `outcome`.

    Attributes:
        outcome: whether there is an order, or that this is not known.
        operations: the history, as it was given.
        sentence: what was found, and if there is no order, why.
        order: where there is an order, the operations in it. Of those that were never answered,
            those are left out of which nothing came.
        culprits: where there is no order, a few operations that contradict each other by
            themselves, by when they began: whatever became of the others, each within its time
            or never, no order of these fits.
        minimality: what is known of whether fewer would do.
        states: how many configurations were tried.
    """

    outcome: Outcome
    operations: tuple[Operation, ...]
    sentence: str
    order: tuple[Operation, ...] = ()
    culprits: tuple[Operation, ...] = ()
    minimality: Minimality | None = None
    states: int = 0

    @property
    def linearizable(self) -> bool:
        """Whether there is an order. Raises Undecided if that is not known."""
        if self.outcome is Outcome.UNDECIDED:
            raise Undecided(self.sentence)
        return self.outcome is Outcome.LINEARIZABLE

    @property
    def headline(self) -> str:
        """The outcome in a sentence of a few words."""
        count, few = counted(len(self.operations), "operation"), len(self.culprits)
        match self.outcome:
            case Outcome.LINEARIZABLE:
                return f"Linearizable: {count}, one after another."
            case Outcome.UNDECIDED:
                return f"Undecided: {count}, and no order yet."
            case _ if few == 1:
                return f"Not linearizable: 1 of {count} cannot be."
        return f"Not linearizable: {few:,} of {count} contradict each other."

    def lines(self) -> Iterator[str]:
        """The order, numbered, or the culprits, a line each."""
        yield from (f"{number:>5}. {one}" for number, one in enumerate(self.order, start=1))
        yield from (f"   ✕  {one}" for one in self.culprits)

    def __bool__(self) -> bool:
        raise TypeError("A verdict is neither true nor false: ask for its `linearizable`.")

    def __str__(self) -> str:
        """The whole verdict as text."""
        least = self.minimality.value if self.minimality and len(self.culprits) > 1 else ""
        return "\n".join(filter(None, (self.headline, self.sentence, *self.lines(), least)))

    __repr__ = __str__


def check_linearizable(
    operations: Iterable[Operation], *, most_states: int = MOST_STATES
) -> Linearizability:
    """Whether there is an order of the operations that explains what every client saw.

    The answer is exact. After `most_states` configurations of one key, some seconds, it is that the
    answer is not known. Raises ValueError, in a sentence, if a client did two things at once;
    TypeError for what is no operation.
    """
    history = tuple(operations)
    if wrong := why_no_history(history):
        raise ValueError(wrong)
    by_key: dict[str, list[Timed]] = defaultdict(list)
    for one in timed(history):
        by_key[one.call.key].append(one)
    found = [(key, _search(key, most_states)) for key in by_key.values()]
    states = sum(search.states for _, search in found)
    broken = [(key, search) for key, search in found if search.over and search.order is None]
    if broken:
        # That which came to light first.
        first = min(broken, key=lambda one: one[1].firm[one[1].deepest].returned)
        return _refused(history, *first, states)
    if not all(search.over for _, search in found):
        return Linearizability(Outcome.UNDECIDED, history, _undecided(states), states=states)
    order = _merged([search.order or () for _, search in found])
    return _ordered(history, tuple(history[one.place] for one in order), states)


def _search(key: Sequence[Timed], most_states: int) -> Search:
    firm = [one for one in key if one.returned != NEVER]
    return Search(firm, [one for one in key if one.returned == NEVER], most_states)


def _merged(orders: Sequence[Sequence[Timed]]) -> list[Timed]:
    """Orders of operations on one key each, as one order of them all.

    It fits the times if each of them does: each operation happens no sooner than was called
    whatever stands before it. (Herlihy and Wing, 1990: linearizability is local)
    """
    soonest = [
        (rank, one)
        for order in orders
        for rank, one in zip(accumulate((t.called for t in order), max), order, strict=True)
    ]
    return [one for _, one in sorted(soonest, key=lambda both: both[0])]


def _refused(
    history: tuple[Operation, ...], key: Sequence[Timed], search: Search, states: int
) -> Linearizability:
    few, minimality = fewest(key, search.deepest)
    told = sorted((history[one.place] for one in few), key=lambda one: one.begins)
    return Linearizability(
        Outcome.NOT_LINEARIZABLE,
        history,
        reason(few, key, history),
        culprits=tuple(told),
        minimality=minimality,
        states=states,
    )


def _ordered(
    history: tuple[Operation, ...], order: tuple[Operation, ...], states: int
) -> Linearizability:
    gone = len(history) - len(order)
    besides = f" Of those never answered, {gone} need not have happened." if gone else ""
    sentence = f"There is an order of them that explains what every client saw.{besides}"
    return Linearizability(Outcome.LINEARIZABLE, history, sentence, order=order, states=states)


def _undecided(states: int) -> str:
    return (
        f"Neither an order was found in {counted(states, 'configuration')} nor that there is none; "
        "with a larger `most_states` the search goes on for longer."
    )
