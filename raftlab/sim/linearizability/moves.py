"""What could come next in an order of operations, at each level of the search for one.

A level is the return of a firm operation: what is put in order there was called before it. The
rules by which some of what could come next is left out are those of `search`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import accumulate
from operator import or_
from typing import NamedTuple

from raftlab.sim.linearizability.operations import NEVER, Timed
from raftlab.sim.linearizability.store import Call, Value
from raftlab.sim.linearizability.values import REFUSED, Asked, Values


class Move(NamedTuple):
    """A firm operation that could stand next, its bit, and the value after it."""

    bit: int
    one: Timed
    value: Value
    alike: tuple[Call, Value]


class Use(NamedTuple):
    """A loose operation that could stand next, its bit, and how late it then is."""

    bit: int
    one: Timed
    now: int


class Moves(NamedTuple):
    """What could come next while one operation is about to return and the key has one value.

    `still` are the firm operations that leave the value as it is whenever they fit, and
    `still_bits` their bits; each of `loose` comes with the value after it.
    """

    still: tuple[Move, ...]
    still_bits: int
    changing: tuple[Move, ...]
    loose: tuple[tuple[Alike, Value], ...]


class Alike:
    """Loose operations that do the same, by when their time is over."""

    def __init__(self, call: Call, members: Sequence[Timed], first_bit: int) -> None:
        """Those `members`, of which the first has bit number `first_bit`, and so on."""
        self.call = call
        self.bits = {1 << first_bit + place: one for place, one in enumerate(members)}
        self._members = [*self.bits.items()]
        self._over = [one.returned for one in members]

    def next(self, used: int, now: int, before: int) -> Iterator[Use]:
        """Those not used that may happen from `now` to `before`, but for any that another betters.

        One betters another that is over no later and lets it be no later after it.
        """
        soonest = before
        for place in range(bisect_right(self._over, now), len(self._members)):
            bit, one = self._members[place]
            if one.called < soonest and not used & bit:
                soonest = one.called
                yield Use(bit, one, max(one.called, now))
                if one.called <= now:
                    return


class Loose:
    """All loose operations that may matter: a bit each, and which of them are over when."""

    def __init__(self, values: Values) -> None:
        """Those that `values` keeps."""
        by_call: dict[Call, list[Timed]] = defaultdict(list)
        for one in sorted(values.loose, key=lambda one: (one.returned, one.called)):
            by_call[values.canonical_call(one.call)].append(one)
        self.alike: list[Alike] = []
        bits = 0
        for call, members in by_call.items():
            self.alike.append(Alike(call, members, bits))
            bits += len(members)
        every = [(one.returned, bit) for group in self.alike for bit, one in group.bits.items()]
        self._ends = sorted(every)
        self._ranks = [rank for rank, _ in self._ends]
        self._over: list[int] = [0, *accumulate((bit for _, bit in self._ends), or_)]
        # Whether any of them has an end: only then does it matter how late it is.
        self.ends = any(rank != NEVER for rank in self._ranks)

    def over(self, now: int) -> int:
        """The bits of those whose time is over by `now`."""
        return self._over[bisect_right(self._ranks, now)]

    def latest(self, used: int, now: int) -> int:
        """How late it may be taken to be: until the next that is not used is over."""
        if self.ends:
            for place in range(bisect_right(self._ranks, now), len(self._ends)):
                rank, bit = self._ends[place]
                if not used & bit:
                    return rank - 1
        return NEVER - 1


class Possible:
    """What could come next, found when it is first asked for."""

    def __init__(self, firm: Sequence[Timed], values: Values, loose: Loose) -> None:
        """Among these operations, the firm ones in the order in which they came back."""
        self._values = values
        self._loose = loose
        self._under_way = list(_under_way(firm, values))
        self._moves: dict[tuple[int, Value], Moves] = {}
        self._asked: dict[int, Asked] = {}
        # If loose ones have an end, what stands between one of them and the one that asks for its
        # value may be a choosy one, which must have the value too.
        self._ask_all = values.asked(firm) if values.choosy and loose.ends else None

    def returning(self, level: int) -> int:
        """The bit of the operation whose return makes the level."""
        return self._under_way[level][0][0]

    def moves(self, level: int, value: Value) -> Moves:
        """What could come next at a level while the key has this value."""
        found = self._moves.get((level, value))
        if found is None:
            found = self._moves[level, value] = self._find_moves(level, value)
        return found

    def _find_moves(self, level: int, value: Value) -> Moves:
        still: list[Move] = []
        changing: list[Move] = []
        for bit, one, call in self._under_way[level]:
            after = self._values.after(call, value, one.answer)
            if after != REFUSED:
                kind = changing if after != value or call.blind else still
                kind.append(Move(bit, one, after, (call, one.answer)))
        bits = sum(move.bit for move in still)
        return Moves(tuple(still), bits, tuple(changing), tuple(self._find_loose(level, value)))

    def _find_loose(self, level: int, value: Value) -> Iterator[tuple[Alike, Value]]:
        """The loose operations that lead to what is asked for by one that could stand right after.

        A choosy one that refuses this value asks for any other.
        """
        asked = self._ask_all or self._asked_at(level)
        refused = self._values.refused(value)
        for group in self._loose.alike:
            after = self._values.after(group.call, value)
            if after != value and (refused or after in asked):
                yield group, after

    def _asked_at(self, level: int) -> Asked:
        found = self._asked.get(level)
        if found is None:
            found = self._values.asked(one for _, one, _ in self._under_way[level])
            self._asked[level] = found
        return found


def _under_way(firm: Sequence[Timed], values: Values) -> Iterator[list[tuple[int, Timed, Call]]]:
    """For each firm operation, as it is about to return, those under way; itself is the first.

    Each comes with a bit, which it has to itself while it is under way, and its canonical call.
    """
    calls = sorted(enumerate(firm), key=lambda both: both[1].called, reverse=True)
    here: dict[int, tuple[int, Timed, Call]] = {}
    bits = [1 << number for number in reversed(range(len(firm)))]
    for level, returning in enumerate(firm):
        while calls and calls[-1][1].called < returning.returned:
            number, one = calls.pop()
            here[number] = bits.pop(), one, values.canonical_call(one.call)
        yield [here[number] for number in sorted(here)]
        bits.append(here.pop(level)[0])
