"""Few operations that cannot be ordered, found among many.

What it means to leave an operation out: its answer is not known, nor whether it happened. It may
have happened within its time, or not. So operations contradict each other if no order of them fits,
whatever became of the others; and with any more of them they still do.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from itertools import combinations
from math import comb

from raftlab.sim.linearizability.operations import NEVER, Timed
from raftlab.sim.linearizability.search import Search

# How many configurations all questions together may cost, and one of them.
MOST_STATES, MOST_AT_ONCE = 400_000, 100_000
# How many operations, left out of a question, make it as costly as one configuration more.
LEFT_OUT = 20
MOST_FOR_SMALLER = 20_000
# Smaller sets are all tried if they are no more than this.
MOST_SMALLER = 1_000


class Minimality(Enum):
    """What is known of operations that contradict each other."""

    SMALLEST = "No fewer operations on this key contradict each other."
    IRREDUCIBLE = "Without any one of them, the others could be ordered."
    UNKNOWN = "Whether fewer of them would do is not known: the search for them was stopped."


class Stopped(Exception):
    """As much was tried as may be."""


class Questions:
    """Whether some operations on one key can be ordered, asked as long as it costs no more."""

    def __init__(self, everything: Sequence[Timed]) -> None:
        """Nothing is asked yet."""
        self.firm = sorted(
            (one for one in everything if one.returned != NEVER),
            key=lambda one: (one.returned, one.place),
        )
        self.left = MOST_STATES
        self.undecided = False
        self._everything = everything

    def contradict(self, firm: Sequence[Timed]) -> bool:
        """Whether these contradict each other; if that cost too much to find out, False.

        Raises Stopped once all questions together have cost too much.
        """
        if not firm:
            return False
        if self.left <= 0:
            raise Stopped
        last = max(one.returned for one in firm)
        places = {one.place for one in firm}
        loose = [one for one in self._everything if one.called < last and one.place not in places]
        search = Search(firm, loose, MOST_AT_ONCE)
        self.left -= search.states + len(loose) // LEFT_OUT
        self.undecided |= not search.over
        return search.over and search.order is None


def fewest(everything: Sequence[Timed], deepest: int) -> tuple[list[Timed], Minimality]:
    """As few as can be found of the operations on one key, which contradict each other.

    And what is known of whether fewer would do. `deepest` is the level that no order came beyond:
    those called before the return that makes it contradict each other. Of sets as small, that of
    later operations is found; such as take almost any value are taken in last.
    """
    questions = Questions(everything)
    returned = questions.firm[deepest].returned
    found = [one for one in questions.firm if one.called < returned]
    few: list[Timed] = []
    others = sorted(found, key=lambda one: not one.choosy)
    try:
        for one in found:
            if returned <= one.returned and questions.contradict([one]):
                return [one], Minimality.SMALLEST
        while not questions.contradict(few):
            if not others:
                # That they do was found out where a question might cost more.
                return found, Minimality.UNKNOWN
            needed = _last_needed(questions, few, others)
            few.append(others[needed])
            others = others[needed + 1 :]
    except Stopped:
        return few + others, Minimality.UNKNOWN
    if questions.undecided:
        return few, Minimality.UNKNOWN
    return _smallest(questions, few)


def _last_needed(questions: Questions, few: list[Timed], others: Sequence[Timed]) -> int:
    """The last place in `others` from which on they and the few contradict each other.

    They do from the first on. Tried are first the last one, the last two, the last four, ...
    """
    does_not, many = 0, 1
    while many < len(others) and not questions.contradict([*few, *others[-many:]]):
        does_not, many = many, 2 * many
    does = min(many, len(others))
    while does - does_not > 1:
        middle = (does + does_not) // 2
        if questions.contradict([*few, *others[-middle:]]):
            does = middle
        else:
            does_not = middle
    return len(others) - does


def _smallest(questions: Questions, few: list[Timed]) -> tuple[list[Timed], Minimality]:
    """A smaller set, from anywhere on the key, if there is one; tried only if that is cheap."""
    every = questions.firm
    if sum(comb(len(every), size) for size in range(1, len(few))) > MOST_SMALLER:
        return few, Minimality.IRREDUCIBLE
    questions.left = min(questions.left, MOST_FOR_SMALLER)
    try:
        for size in range(1, len(few)):
            for smaller in combinations(reversed(every), size):
                if questions.contradict(smaller):
                    return list(reversed(smaller)), Minimality.SMALLEST
    except Stopped:
        return few, Minimality.IRREDUCIBLE
    return few, Minimality.IRREDUCIBLE if questions.undecided else Minimality.SMALLEST
