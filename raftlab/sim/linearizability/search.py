"""The search for an order of the operations on one key that fits their answers and their times.

After Wing and Gong (1993), with what Lowe (2017) adds: a configuration met before is not entered
again, and nothing is put in order before it must be. The operations that came back are taken in the
order in which they did; each is put in its place then, after those under way that must stand before
it. Which of those under way stand already is kept as a bit each.

Operations are firm or loose. A firm one happened, and answered what it answered. A loose one may
have happened within its time or not, and answered whatever it would: it never came back, or is left
out of the question.

Nothing is guessed or sampled. A configuration is left out only because one that is kept leads on
wherever it does:

- A firm operation that cannot change the value stands as soon as it fits.
- Of operations alike, the one that was over first stands first.
- With the same firm operations in place and the same value, it is better to be earlier and to have
  used fewer loose ones. And a loose one is used only if a value is asked for that it leads to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from raftlab.sim.linearizability.moves import Loose, Possible
from raftlab.sim.linearizability.operations import NEVER, Timed
from raftlab.sim.linearizability.store import Call, Value
from raftlab.sim.linearizability.values import Values


class Configuration(NamedTuple):
    """How far a search has come: `level` firm operations are over, `placed` stand before that.

    `now` is the rank that the latest call of those in order has; or any later one that makes no
    difference.
    """

    level: int
    placed: int
    used: int
    value: Value
    now: int


class Search:
    """A search for an order of all firm operations, with whichever loose ones help.

    Attributes:
        firm: the firm operations in the order in which they came back.
        order: where there is an order, the operations in it.
        over: whether it is known that there is an order, or that there is none.
        deepest: how many firm operations were over where the search came farthest.
        states: how many configurations were entered, met before or not.
    """

    def __init__(self, firm: Sequence[Timed], loose: Sequence[Timed], most_states: int) -> None:
        """Search, through at most so many configurations. There must be a firm operation."""
        self.firm = sorted(firm, key=lambda one: (one.returned, one.place))
        self.order: tuple[Timed, ...] | None = None
        self.deepest = self.states = 0
        self._values = Values(self.firm, loose)
        self._loose = Loose(self._values)
        self._possible = Possible(self.firm, self._values, self._loose)
        self._met: dict[tuple[int, int, Value], list[tuple[int, int]]] = defaultdict(list)
        self._trail: list[Timed] = []
        self._stack: list[tuple[int, Iterator[tuple[Configuration, Timed]]]] = []
        self._run(most_states)
        self.over = not self._stack or self.order is not None

    def _run(self, most_states: int) -> None:
        start = self._values.canonical(None)
        self._enter(Configuration(0, 0, 0, start, self._loose.latest(0, -1)))
        while self._stack and self.order is None and self.states < most_states:
            length, choices = self._stack[-1]
            del self._trail[length:]
            chosen = next(choices, None)
            if chosen is None:
                self._stack.pop()
            else:
                configuration, one = chosen
                self._trail.append(one)
                self._enter(configuration)

    def _enter(self, configuration: Configuration) -> None:
        """Take up a configuration, unless one was met that is no worse."""
        self.states += 1
        here = self._settled(configuration)
        self.deepest = max(self.deepest, here.level)
        if here.level == len(self.firm):
            self.order = tuple(self._trail)
            return
        over = self._loose.over(here.now)
        met = self._met[here.level, here.placed, here.value]
        spent = over | here.used
        if any(now <= here.now and used | spent == spent for now, used in met):
            return
        met.append((here.now, here.used & ~over))
        self._stack.append((len(self._trail), self._choices(here)))

    def _settled(self, here: Configuration) -> Configuration:
        """Put in place what may stand at once, and leave behind what is over and in its place."""
        level, placed, used, value, now = here
        while level < len(self.firm):
            moves = self._possible.moves(level, value)
            if moves.still_bits & ~placed:
                for bit, one, _, _ in moves.still:
                    if one.called <= now and not placed & bit:
                        placed |= bit
                        self._trail.append(one)
            own = self._possible.returning(level)
            if not placed & own:
                break
            placed ^= own
            level += 1
        return Configuration(level, placed, used, value, now)

    def _choices(self, here: Configuration) -> Iterator[tuple[Configuration, Timed]]:
        """The configurations that may follow, each with the operation that leads on.

        Those without a loose operation come first.
        """
        level, placed, used, value, now = here
        moves = self._possible.moves(level, value)
        tried: dict[tuple[Call, Value], int] = {}
        for bit, one, after, alike in (*moves.changing, *moves.still):
            late = max(now, one.called)
            if not placed & bit and late < tried.get(alike, NEVER):
                tried[alike] = late
                late = self._loose.latest(used, late)
                yield Configuration(level, placed | bit, used, after, late), one
        before = self.firm[level].returned
        for group, after in moves.loose:
            for bit, one, late in group.next(used, now, before):
                late = self._loose.latest(used | bit, late)
                yield Configuration(level, placed, used | bit, after, late), one
