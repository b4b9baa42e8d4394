"""One small immutable mapping, for what a node keeps per peer and for the key-value machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Generic, TypeVar

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class FrozenMap(Mapping[str, V], Generic[V]):
    """A mapping from names to values that never changes; `set` gives a new one.

    The pairs are kept sorted by name, so that equal maps have equal fields. With a handful of
    names a walk along a tuple beats a table.
    """

    pairs: tuple[tuple[str, V], ...] = ()

    @classmethod
    def of(cls, mapping: Mapping[str, V]) -> FrozenMap[V]:
        """The frozen form of any mapping with string keys."""
        return cls(tuple(sorted(mapping.items(), key=itemgetter(0))))

    def __getitem__(self, name: str) -> V:
        """The value under `name`. Raises KeyError where there is none."""
        for key, value in self.pairs:
            if key == name:
                return value
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        """The names, sorted."""
        return (key for key, _ in self.pairs)

    def __len__(self) -> int:
        """How many names there are."""
        return len(self.pairs)

    def set(self, name: str, value: V) -> FrozenMap[V]:
        """This map with `name` standing for `value`."""
        return FrozenMap.of({**dict(self.pairs), name: value})

    def without(self, name: str) -> FrozenMap[V]:
        """This map without `name`, whether or not it stood for something."""
        return FrozenMap(tuple([pair for pair in self.pairs if pair[0] != name]))

    def __repr__(self) -> str:
        """Reads like a dict, which is what a learner expects to see."""
        return repr(dict(self.pairs))
