"""Clusters and events as JSON values, and back. Strict: nothing is coerced, nothing unknown passes.

Field names are those of the classes; a message or an event carries its class's name as "type"; a
FrozenMap is an object, a role its word. What comes from JSON is data: no name in it is looked up
but those of the types listed here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin

from raftlab.raft import (
    AppendEntries,
    AppendReply,
    Cluster,
    Disk,
    Entry,
    Event,
    FrozenMap,
    Message,
    Node,
    Snapshot,
)
from raftlab.raft.events import TurnEvent
from raftlab.sim.record import Changes, Opening, Recorded

if TYPE_CHECKING:
    from cattrs import Converter

T = TypeVar("T")

LARGEST_NUMBER = 1_000_000
LONGEST_TEXT = 10_000
LATEST = 1e12


def to_json(value: object) -> Any:
    """A cluster, an opening or a recorded step as a JSON value."""
    return _converter().unstructure(value)


def from_json(value: object, kind: type[T]) -> T:
    """The value of that kind which a JSON value describes. Raises ValueError saying why not."""
    from cattrs.errors import ForbiddenExtraKeysError

    try:
        return _converter().structure(value, kind)
    except ForbiddenExtraKeysError as error:
        raise ValueError(f"unknown field {sorted(error.extra_fields)[0]!r}") from error
    except KeyError as error:
        raise ValueError(f"{error} is missing or unknown") from error
    except (AttributeError, TypeError) as error:
        raise ValueError("a value is of the wrong type") from error


def fingerprint(cluster: Cluster) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the cluster's canonical JSON."""
    canonical = json.dumps(to_json(cluster), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()[:16]


@cache
def _converter() -> Converter:
    # Imported late: whoever only plays a cluster need not wait for it.
    from cattrs import Converter
    from cattrs.gen import make_dict_unstructure_fn
    from cattrs.strategies import configure_tagged_union

    turn: Any = TurnEvent
    converter = Converter(forbid_extra_keys=True, detailed_validation=False)
    for primitive, strict in STRICT.items():
        converter.register_structure_hook(primitive, strict)
    converter.register_structure_hook_factory(_is_tuple, lambda t: _tuple_hook(converter, t))
    converter.register_structure_hook_factory(_is_map, lambda t: _map_hook(converter, t))
    converter.register_unstructure_hook_func(_is_map, lambda frozen: dict(frozen.pairs))
    # Each before what it is a part of: a hook is made of those for the parts.
    for part in (Entry, Snapshot, Disk, AppendEntries, AppendReply, Node):
        _leave_out_what_says_nothing(converter, part)
    for union in (Message, TurnEvent):
        configure_tagged_union(union, converter, tag_name="type")
    _leave_out_what_says_nothing(converter, Cluster)
    # A crash between two turns has None where one in a turn has the turn; None has no tag.
    converter.register_structure_hook_func(
        _is_turn_or_none,
        lambda value, _: None if value is None else converter.structure(value, turn),
    )
    converter.register_unstructure_hook_func(
        _is_turn_or_none,
        lambda value: None if value is None else converter.unstructure(value, turn),
    )
    configure_tagged_union(Event, converter, tag_name="type")
    for brief in (Changes, Opening, Recorded):
        hook = make_dict_unstructure_fn(brief, converter, _cattrs_omit_if_default=True)
        converter.register_unstructure_hook(brief, hook)
    return converter


def _leave_out_what_says_nothing(converter: Converter, kind: type) -> None:
    """Without clients and snapshots all is written, and has the fingerprint, that it had before."""
    from cattrs.gen import make_dict_unstructure_fn, override

    left_out: Any = {name: override(omit_if_default=True) for name in OF_VERSION_3[kind]}
    hook: Any = make_dict_unstructure_fn(kind, converter, **left_out)
    converter.register_unstructure_hook(kind, hook)


OF_VERSION_3: dict[type, tuple[str, ...]] = {
    Cluster: ("clients",),
    Entry: ("origin",),
    Snapshot: ("sessions",),
    Disk: ("snapshot",),
    AppendEntries: ("round",),
    AppendReply: ("round",),
    Node: ("snapshot", "sessions", "reading"),
}


def _number(value: object, _: object) -> int:
    # Raft has no negative numbers, but a learner's rule may have given one, and that is worth
    # keeping.
    if type(value) is not int or abs(value) > LARGEST_NUMBER:
        wanted = f"a whole number of at most {LARGEST_NUMBER}"
        raise ValueError(f"expected {wanted}, not {_short(value)}")
    return value


def _time(value: object, _: object) -> float:
    # JSON's parser takes NaN and Infinity, which are no times.
    if type(value) not in (int, float) or not 0 <= value <= LATEST:  # type: ignore[operator]
        raise ValueError(f"expected milliseconds, from 0 to {LATEST:.0e}, not {_short(value)}")
    return value  # type: ignore[return-value]


def _truth(value: object, _: object) -> bool:
    if type(value) is not bool:
        raise ValueError(f"expected true or false, not {_short(value)}")
    return value


def _text(value: object, _: object) -> str:
    if type(value) is not str or len(value) > LONGEST_TEXT:
        wanted = f"text of at most {LONGEST_TEXT} characters"
        raise ValueError(f"expected {wanted}, not {_short(value)}")
    return value


def _short(value: object) -> str:
    words = ascii(value)
    return words if len(words) <= 40 else f"{words[:39]}…"


STRICT: dict[type, Callable[[object, object], object]] = {
    int: _number,
    float: _time,
    bool: _truth,
    str: _text,
}


def _is_tuple(expected: object) -> bool:
    return get_origin(expected) is tuple


def _tuple_hook(converter: Converter, expected: Any) -> Callable[[object, object], object]:
    """A JSON list, of any length for tuple[X, ...], of the same length for tuple[X, Y]."""
    items = get_args(expected)
    any_length = items[-1] is ...

    def hook(value: object, _: object) -> object:
        if type(value) is not list or not (any_length or len(value) == len(items)):
            raise ValueError(f"expected a list, not {_short(value)}")
        kinds = items[:1] * len(value) if any_length else items
        return tuple(map(converter.structure, value, kinds))

    return hook


def _is_turn_or_none(expected: object) -> bool:
    return expected == (TurnEvent | None)


def _is_map(expected: object) -> bool:
    return get_origin(expected) is FrozenMap


def _map_hook(converter: Converter, expected: Any) -> Callable[[object, object], object]:
    """A JSON object, its pairs sorted by name, as every FrozenMap's are."""
    (kind,) = get_args(expected)

    def hook(value: object, _: object) -> object:
        if type(value) is not dict:
            raise ValueError(f"expected an object, not {_short(value)}")
        return FrozenMap.of({name: converter.structure(item, kind) for name, item in value.items()})

    return hook
