"""Arrays that grow, and values by number: what lets numpy handle clusters in bulk."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from random import Random
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from raftlab.modelcheck.symmetry import Renaming, Renamings

T = TypeVar("T", bound=Hashable)


class Column:
    """One number for each of a growing count of things; or several, each in a row of its own."""

    def __init__(self, dtype: DTypeLike, rows: int = 0) -> None:
        """Numbers of nothing yet."""
        self._data: NDArray[Any] = np.zeros((rows, 64) if rows else 64, dtype)
        self._count = 0
        self._waiting: list[Any] = []  # what numpy is given all at once

    def __len__(self) -> int:
        """How many things there are."""
        return self._count + len(self._waiting)

    def append(self, value: Any) -> int:
        """Add one more and give its number."""
        self._waiting.append(value)
        return len(self) - 1

    def extend(self, values: NDArray[Any]) -> None:
        """Add several, whose numbers stand beside each other."""
        count = self._count + values.shape[-1]
        while self._data.shape[-1] < count:
            self._data = np.concatenate([self._data, np.zeros_like(self._data)], axis=-1)
        self._data[..., self._count : count] = values
        self._count = count

    @property
    def data(self) -> NDArray[Any]:
        """The numbers, and room for more behind them."""
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            self.extend(np.array(waiting, self._data.dtype).T)
        return self._data

    def take(self, row: NDArray[Any] | int, thing: NDArray[np.intp]) -> NDArray[Any]:
        """Of each of these things, the number in one row or in the row given for it."""
        at: NDArray[np.intp] = row * self.data.shape[-1] + thing
        return self.data.take(at)


class Grid:
    """A number for each pair of two growing counts of things; -1 where none is known."""

    def __init__(self) -> None:
        """A grid of nothing known yet."""
        self.data: NDArray[np.int32] = np.full((64, 64), -1, np.int32)

    def hold(self, rows: int, columns: int) -> None:
        """Make room for so many."""
        high, wide = self.data.shape
        while high < rows or wide < columns:
            high, wide = (2 * high, wide) if high < rows else (high, 2 * wide)
        if (high, wide) != self.data.shape:
            grown = np.full((high, wide), -1, np.int32)
            grown[: self.data.shape[0], : self.data.shape[1]] = self.data
            self.data = grown

    def take(self, row: NDArray[Any], column: NDArray[Any]) -> NDArray[np.int32]:
        """The numbers at these places."""
        at: NDArray[np.int64] = row.astype(np.int64) * self.data.shape[1] + column
        return self.data.take(at)


class Interned(Generic[T]):
    """Each distinct value by its number, with its fingerprint under every renaming.

    The fingerprint of a cluster is the sum of those of its parts. A value has one random number of
    64 bits; under a renaming, a value has the number of what it becomes.
    """

    def __init__(self, renamings: Renamings, rename: Callable[[Renaming, T], T], seed: int) -> None:
        """Nothing interned; `rename` says what a renaming makes of a value."""
        self.values: list[T] = []
        self.fingerprints = Column(np.uint64, len(renamings.all))
        self._numbers: dict[T, int] = {}
        self._renamings, self._rename = renamings, rename
        self._images: dict[T, list[int]] = {}
        self._random = Random(seed)

    def __len__(self) -> int:
        """How many distinct values there are."""
        return len(self.values)

    def add(self, value: T) -> int:
        """The number of a value, a new one if it has none. Raises TypeError if it has no hash."""
        number = self._numbers.setdefault(value, len(self.values))
        if number == len(self.values):
            self.values.append(value)
            self.fingerprints.append(self._images_of(value))
        return number

    def _images_of(self, value: T) -> list[int]:
        """The fingerprints of what each renaming makes of `value`."""
        renamings = self._renamings
        if len(renamings.all) == 1:
            return [self._random.getrandbits(64)]
        if value not in self._images:
            renamed = [self._rename(renaming, value) for renaming in renamings.all]
            drawn: dict[T, int] = {}
            own = [drawn.setdefault(r, self._random.getrandbits(64)) for r in renamed]
            for first, image in enumerate(renamed):
                self._images[image] = [own[both] for both in renamings.then[first]]
        return self._images[value]
