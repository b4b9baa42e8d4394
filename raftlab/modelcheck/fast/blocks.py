"""Clusters as columns of numbers, and small services for handling many of them at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Places = NDArray[np.intp]

AT_A_TIME = 1 << 14  # clusters: their successors then fit the processor's cache


@dataclass(frozen=True, slots=True)
class Block:
    """Some clusters of one level, a column each; the first is number `base` of all."""

    base: int
    seats: NDArray[Any]  # a row for each node: the number of its server
    wires: NDArray[Any]  # a row for each message there can be: their numbers ascend, 0 is none
    used: Words  # the events counted, one byte a kind

    def __len__(self) -> int:
        """How many clusters."""
        return len(self.used)

    def pieces(self) -> Iterator[Block]:
        """The same in pieces that are handled at a time, in numbers that numpy indexes by."""
        for a in range(0, len(self), AT_A_TIME):
            b = a + AT_A_TIME
            seats, wires = (rows[:, a:b].astype(np.intp) for rows in (self.seats, self.wires))
            yield Block(self.base + a, seats, wires, self.used[a:b])


class Tries(NamedTuple):
    """Turns tried: of the cluster in which column, which turn, by the message in which row.

    The last is -1 where no message goes.
    """

    column: Places
    turn: Places
    wire: Places

    def only(self, some: Places) -> Tries:
        """Those at these places."""
        return Tries(self.column.take(some), self.turn.take(some), self.wire.take(some))


def in_order(numbers: NDArray[Any]) -> list[int]:
    """Each of the numbers once, in the order in which they first come."""
    if not len(numbers):
        return []
    distinct, first = np.unique(numbers, return_index=True)
    ordered: list[int] = distinct[np.argsort(first)].tolist()
    return ordered


def repeated(count: NDArray[Any]) -> tuple[Places, Places]:
    """For each i, `count[i]` times i; and beside it 0, 1, … up to that count."""
    index = np.repeat(np.arange(len(count)), count)
    ends = np.cumsum(count)
    return index, np.arange(len(index)) - (ends - count).take(index)
