"""The words of the picture of what clients saw, and how wide they are."""

from __future__ import annotations

from raftlab.sim.linearizability import Linearizability, Operation
from raftlab.sim.words import counted
from raftlab.views.intervals_layout import Bar, shown
from raftlab.views.sheet import TO_SPARE, width_of

SIZE, SMALL = 11.5, 10.5
# What is kept free between the words of one operation and the next.
ROUND = 9


def says(one: Operation, key: str, *, culprit: bool, number: int | None) -> tuple[str, str]:
    """What stands over an operation, and what under it; not the key if it is that of them all."""
    verb, *rest = one.command.split(maxsplit=2)
    command = " ".join([verb, *(rest[1:] if key else rest)])
    mark = "✕ " if culprit else ""
    place = f"{number}. " if number is not None else ""
    return f"{mark}{command}", f"{place}{answer(one)}"


def answer(one: Operation) -> str:
    """What came back, as short as it can be said."""
    if one.ends is None:
        return "no answer"
    return "no value" if one.answer is None else one.answer


def widths(verdict: Linearizability) -> dict[Operation, float]:
    """How wide the words of each operation are, with room for any number in an order."""
    key, number = only_key(verdict), len(verdict.order) or None
    found = {}
    for one in verdict.operations:
        culprit = one in verdict.culprits
        above, below = says(one, key, culprit=culprit, number=number)
        wide = max(width_of(above, SIZE, bold=culprit), width_of(below, SMALL, bold=culprit))
        found[one] = wide * TO_SPARE + ROUND
    return found


def only_key(verdict: Linearizability) -> str:
    """The key that all operations are on; nothing if there are several."""
    keys = {one.call.key for one in verdict.operations}
    return keys.pop() if len(keys) == 1 else ""


def say_bar(bar: Bar) -> str:
    """All that there is to say of an operation."""
    marks = ["✕ to blame"] if bar.culprit else []
    marks += [f"number {bar.number} in the order"] if bar.number is not None else []
    return "; ".join([str(bar.one), *marks])


def say_shown(verdict: Linearizability) -> str:
    """How many operations are drawn, of how many."""
    count, drawn = len(verdict.operations), len(shown(verdict))
    if count == 0:
        return "no operation yet"
    several = counted(count, "operation")
    key = f" on {only_key(verdict)}" if only_key(verdict) else ""
    return f"{several}{key}" if drawn == count else f"{drawn:,} of {several}{key}"


def blame(verdict: Linearizability) -> str:
    """What the cross means."""
    return "✕ cannot be" if len(verdict.culprits) == 1 else "✕ contradict each other"


def how_to_read(verdict: Linearizability) -> list[str]:
    """What the signs of the picture mean, as far as it has them."""
    ordered = ["1. 2. 3. an order that fits", "○ when each can have happened"]
    waits = any(one.ends is None for one in shown(verdict))
    return [*(ordered if verdict.order else []), *(["dashed: no answer"] if waits else [])]
