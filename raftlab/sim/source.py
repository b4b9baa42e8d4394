"""Values as Python source text, laid out as a formatter would."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from math import isfinite

from raftlab.raft import FrozenMap, Role

WIDTH = 100


@dataclass(frozen=True, slots=True)
class Source:
    """A piece of source text: what opens it, its parts, what closes it."""

    opens: str
    parts: tuple[Source, ...] = ()
    closes: str = ""

    @property
    def flat(self) -> str:
        """All of it on one line."""
        return f"{self.opens}{', '.join(part.flat for part in self.parts)}{self.closes}"

    def lines(self, indent: str = "", after: str = "") -> Iterator[str]:
        """All of it on one line if there is room, else each part on lines of its own."""
        whole = f"{indent}{self.flat}{after}"
        if len(whole) <= WIDTH or not self.parts:
            yield whole
            return
        yield f"{indent}{self.opens}"
        for part in self.parts:
            yield from part.lines(f"{indent}    ", ",")
        yield f"{indent}{self.closes.lstrip(',')}{after}"

    def behind(self, text: str) -> Source:
        """The same with `text` in front: `name=` or `key: `."""
        return replace(self, opens=f"{text}{self.opens}")


def spelled(value: object) -> Source:
    """The text of an expression that gives an equal value: a cluster, an event, or a part of one.

    Raises ValueError for what is no value of Raft's.
    """
    if value is None or type(value) in (bool, int) or (type(value) is float and isfinite(value)):
        return Source(repr(value))
    if type(value) is str:
        return Source(quoted(value))
    if type(value) is tuple:
        return Source("(", tuple(map(spelled, value)), ",)" if len(value) == 1 else ")")
    if isinstance(value, Role):
        return Source(str(value))
    if isinstance(value, FrozenMap):
        return _map(value)
    if is_dataclass(value) and type(value).__module__.startswith("raftlab."):
        return _call(value)
    raise ValueError(f"Raft has no value such as {value!r}, so there is no text for it here.")


def quoted(text: str) -> str:
    """A string literal, in double quotes unless the text holds some."""
    literal = repr(text)
    return literal if '"' in text else f'"{literal[1:-1]}"'


def _map(frozen: FrozenMap[object]) -> Source:
    if not frozen:
        return Source("FrozenMap()")
    if FrozenMap.of(dict(frozen.pairs)) != frozen:
        # Nothing of Raft's makes such a map, but a learner's rule may have.
        return Source("FrozenMap(", (spelled(frozen.pairs),), ")")
    pairs = tuple(spelled(item).behind(f"{spelled(key).flat}: ") for key, item in frozen.pairs)
    return Source("FrozenMap.of({", pairs, "})")


def _call(value: object) -> Source:
    """The constructor's call. One or two fields are known by their place, more by their names.

    Of three those are known by their place that must be given.
    """
    every = fields(value)  # type: ignore[arg-type]
    given = [
        (field, spelled(getattr(value, field.name)))
        for field in every
        if field.default is MISSING or getattr(value, field.name) != field.default
    ]
    parts = (
        text
        if len(every) <= (3 if field.default is MISSING else 2)
        else text.behind(f"{field.name}=")
        for field, text in given
    )
    return Source(f"{type(value).__name__}(", tuple(parts), ")")
