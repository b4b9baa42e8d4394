"""A set of 64-bit fingerprints that is asked for a hundred thousand of them at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Fingerprints = NDArray[np.uint64]

# Fibonacci hashing: the high bits of the product depend on all bits of the fingerprint.
GOLDEN = np.uint64(0x9E3779B97F4A7C15)

SMALLEST = 1 << 16
FULL = 0.6  # beyond this share, looking for a free place takes too many steps
ARBITER = 1 << 18
AT_A_TIME = 1 << 20


class Seen:
    """Open addressing with linear probing in one array; 0 marks a free place."""

    def __init__(self) -> None:
        """A set with nothing in it."""
        self._places = np.zeros(SMALLEST, np.uint64)
        self._count = 0
        self._arbiter = np.zeros(ARBITER, np.int32)

    def __len__(self) -> int:
        """How many fingerprints are in the set."""
        return self._count

    def add(self, fingerprints: Fingerprints) -> NDArray[np.bool_]:
        """Add them all, and say of each whether it is new: of equal ones, the first is."""
        fingerprints = np.maximum(fingerprints, np.uint64(1))
        new = np.zeros(len(fingerprints), np.bool_)
        while len(self._places) * FULL < self._count + len(fingerprints):
            if not self._grow_for(len(fingerprints)):
                break
        self._insert(fingerprints, new)
        self._count += int(np.count_nonzero(new))
        return new

    def _grow_for(self, more: int) -> bool:
        # Most of what comes is known already: growing waits until the set itself is full.
        if self._count + more // 4 < len(self._places) * FULL and more < len(self._places) // 4:
            return False
        old = self._places
        self._places = np.zeros(2 * len(old), np.uint64)
        for begin in range(0, len(old), AT_A_TIME):
            block = old[begin : begin + AT_A_TIME]
            block = block[block != 0]
            self._insert(block, np.zeros(len(block), np.bool_))
        return True

    def _insert(self, fingerprints: Fingerprints, new: NDArray[np.bool_]) -> None:
        places, arbiter = self._places, self._arbiter
        mask = np.int64(len(places) - 1)
        shift = np.uint64(64 - len(places).bit_length() + 1)
        who = np.arange(len(fingerprints), dtype=np.int32)
        wanted = fingerprints
        at = ((wanted * GOLDEN) >> shift).view(np.int64)
        while len(who):
            found = places.take(at)
            unknown = found != wanted
            free = np.flatnonzero(found == 0)
            if len(free):
                # Several may want one place: the arbiter lets the first of them have it.
                at_free, who_free = at[free], who[free]
                cell = at_free & np.int64(ARBITER - 1)
                arbiter[cell[::-1]] = who_free[::-1]
                wins = arbiter.take(cell) == who_free
                winners = free[wins]
                places[at_free[wins]] = wanted[winners]
                new[who_free[wins]] = True
                unknown[winners] = False
                # Who lost asks again at the same place; whoever met another goes one further.
                at[free] -= 1
            left = np.flatnonzero(unknown)
            who, wanted = who[left], wanted[left]
            at = (at[left] + 1) & mask
