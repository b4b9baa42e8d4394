"""Why operations contradict each other, in one sentence of which each clause can be checked.

Where no clause says enough, the sentence says only that there is no order: never more than is so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from raftlab.sim.linearizability.operations import Operation, Timed
from raftlab.sim.linearizability.store import ERROR, FALSE, expects, is_number
from raftlab.sim.linearizability.witness import UNKNOWN, Witness
from raftlab.sim.words import listed, short

MOST_NAMED = 5
MOST_SOURCES = 2
NO_ORDER = "no order of these fits their answers and their times, whatever became of the others."


def reason(culprits: Sequence[Timed], key: Sequence[Timed], told: Sequence[Operation]) -> str:
    """Why these operations contradict each other, among all those on their key.

    `told` are the operations of the whole history, by their places.
    """
    everything = [Witness(told[one.place], one) for one in key]
    places = {one.place for one in culprits}
    guilty = [one for one in everything if one.timed.place in places]
    guilty.sort(key=lambda one: (one.timed.returned, one.timed.called))
    return next(_reasons(guilty, everything))


def _reasons(guilty: Sequence[Witness], everything: Sequence[Witness]) -> Iterator[str]:
    if len(guilty) == 1:
        yield _impossible(guilty[0], everything)
    if len(guilty) == 2:
        one, other = guilty
        yield from _too_late(one, other, everything)
        yield from _twice(one, other)
        yield from _apart(one, other, everything)
        yield from _overwritten(one, other, everything)
        yield from _overwritten(other, one, everything)
    if len(guilty) <= MOST_NAMED:
        yield f"{listed(one.says for one in guilty)}: {NO_ORDER}"
    yield f"These {len(guilty)} operations: {NO_ORDER}"


def _impossible(one: Witness, everything: Sequence[Witness]) -> str:
    """Why a single operation cannot have answered what it did."""
    key, call = one.timed.call.key, one.timed.call
    if one.timed.answer == ERROR and call.verb == "INCR":
        makes = f"make {key} anything but a number"
    elif one.timed.answer == FALSE and call.verb == "CAS":
        thing = "no value" if None in expects(call) else short(call.expected)
        makes = f"make {key} anything but {thing}" if thing != "no value" else f"give {key} a value"
    else:
        makes = _make(one)
    added = sum(other.timed.call.verb == "INCR" for other in _sources(one, everything))
    known = f" (INCR was called {_times(added)})" if added else ""
    return f"{one.says}, though nothing that began before it ended can {makes}{known}."


def _too_late(first: Witness, last: Witness, everything: Sequence[Witness]) -> Iterator[str]:
    """Why what the last one found cannot have come back after the first had ended."""
    if not first.before(last) or first.left == UNKNOWN or last.takes(first.left):
        return
    said = f"{last.says} after {first.had_said}"
    sources = _sources(last, everything, but=first)
    if not sources:
        yield f"{said}, and nothing that had begun by then can {_make(last)}."
    if all(source.before(first) for source in sources):
        yield f"{said}, and {_named(sources, last)} had ended before that began."


def _overwritten(late: Witness, other: Witness, everything: Sequence[Witness]) -> Iterator[str]:
    """Why the late one cannot have found what the other shows to have been overwritten by then."""
    old, new = _sources(late, everything), _sources(other, everything)
    if not old or not new or other.takes(None):
        return
    over, began = _named(old, late), _named(new, other)
    if not all(one.before(another) for one in old for another in new):
        return
    if other.before(late):
        yield f"{late.says} after {other.had_said}, and {began} began only after {over} had ended."
    elif all(one.before(late) for one in new):
        yield (
            f"{late.says}, and {other.says}. But {over} had ended before {began} began, and "
            f"{began} had ended before {late.name} began."
        )


def _apart(one: Witness, other: Witness, everything: Sequence[Witness]) -> Iterator[str]:
    """Why in neither order that their times allow enough can have happened in between."""
    ways = [pair for pair in ((one, other), (other, one)) if not pair[1].before(pair[0])]
    most = [_grows(*pair, everything) for pair in ways]
    if None in most:
        return
    key, times = one.timed.call.key, max(filter(None, most), default=0)
    most_said = f"in between {key} can only have grown, {_times(times)} at most, by 1"
    clause = most_said if times else f"nothing can have changed {key} in between"
    if len(ways) == 1:
        (first, last), *_ = ways
        yield f"{last.says} after {first.had_said}, and {clause}."
    yield f"{one.says} and {other.says}: whichever of them came first, {clause}."


def _grows(first: Witness, last: Witness, everything: Sequence[Witness]) -> int | None:
    """How often at most INCR came in between, if nothing else can have, and that is not enough."""
    between = [
        other.timed.call.verb
        for other in everything
        if other not in (first, last)
        and other.timed.call.verb != "GET"
        and other.timed.called < last.timed.returned
        and first.timed.called < other.timed.returned
    ]
    if first.left == UNKNOWN or last.takes(first.left) or set(between) - {"INCR"}:
        return None
    grown = range(1, len(between) + 1) if is_number(first.left) else ()
    if any(last.takes(str(int(first.left or 0) + more)) for more in grown):
        return None
    return len(between) if is_number(first.left) else 0


def _sources(
    one: Witness, everything: Sequence[Witness], but: Witness | None = None
) -> list[Witness]:
    """All that may make a value that it takes, and began before it ended."""
    return [
        other
        for other in everything
        if other not in (one, but)
        and other.timed.called < one.timed.returned
        and other.may_make(one)
    ]


def _named(sources: Sequence[Witness], one: Witness) -> str:
    if len(sources) <= MOST_SOURCES:
        return listed(source.name for source in sources)
    return f"whatever can {_make(one)}"


def _twice(one: Witness, other: Witness) -> Iterator[str]:
    """Why not both can have changed the same value into another."""
    if UNKNOWN in (one.left, other.left) or one.found != other.found:
        return
    if not one.takes(other.left) and not other.takes(one.left):
        key = one.timed.call.key
        found = f"no value in {key}" if one.found is None else f"{short(one.found)} in {key}"
        yield (
            f"{one.says} and {other.says}: each found {found} and changed it, and nothing can "
            f"{_make(one)} again in between."
        )


def _make(one: Witness) -> str:
    """What it takes to bring about what was found: "make x 1"."""
    key = one.timed.call.key
    if one.found == UNKNOWN:
        return f"make {key} what it found"
    if one.found is None:
        return f"take the value of {key} away"
    return f"make {key} {short(one.found)}"


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")
