"""What clients saw: each operation with its command, what was answered, and from when to when.

Times are numbers on one scale: the moments of a run, or milliseconds. At one number, what ends
there ends before anything else begins there: a client may begin where it ended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import NamedTuple

from raftlab.sim.linearizability.store import (
    ERROR,
    FALSE,
    OK,
    TRUE,
    Call,
    Value,
    is_number,
    read,
)

# The order of what happens at one number.
ENDS, AT_ONCE, OVER, BEGINS = range(4)
# Comes after every rank: that at which an operation came back which never did.
NEVER = 10**9


@dataclass(frozen=True, slots=True)
class Operation:
    """What one client asked for, what it was answered, and when.

    Raises ValueError, in a sentence, for what is no operation.

    Attributes:
        client: who asked. A client does one thing at a time.
        command: what was asked for, such as "SET x 1".
        answer: what came back, as text; None if nothing did, or for a GET that found no value.
        begins: when it was asked for.
        ends: when the answer came. None says that none came: the operation may have happened at
            any time after it began, or never. What is known not to have happened is no operation.
        moment: the moment of the run in which it began, if there is a run to go back to.
    """

    client: str
    command: str
    answer: Value
    begins: float
    ends: float | None
    moment: int | None = None

    def __post_init__(self) -> None:
        if wrong := next(_wrong(self), None):
            raise ValueError(wrong)

    @property
    def call(self) -> Call:
        """The command, read."""
        return read(self.command)

    @property
    def when(self) -> str:
        """Its time in words: "from 3 to 7"."""
        if self.ends is None:
            return f"from {self.begins:,g}, never answered"
        return f"from {self.begins:,g} to {self.ends:,g}"

    @property
    def told(self) -> str:
        """What came back, in words: "answered 1", "found no value"; nothing if nothing did."""
        if self.ends is None:
            return ""
        return "found no value" if self.answer is None else f"answered {self.answer}"

    def __str__(self) -> str:
        """The operation on one line."""
        told = f" {self.told}," if self.told else ","
        return f"{self.client}: {self.command}{told} {self.when}"


def _wrong(one: Operation) -> Iterator[str]:
    """What is wrong with an operation by itself, a sentence each."""
    for name, text in (("client", one.client), ("command", one.command)):
        if not isinstance(text, str) or not text or not text.isprintable():
            yield f"An operation's {name} is a line of text, and not {text!r}."
    who = f"{one.client}'s {one.command}"
    if not _is_time(one.begins):
        yield f"{who} begins at a number, and not at {one.begins!r}."
    if one.ends is not None and not _is_time(one.ends):
        yield f"{who} ends at a number, or None if it was never answered, and not at {one.ends!r}."
    if one.ends is not None and one.ends < one.begins:
        yield f"{who} ends at {one.ends:,g}, before it begins at {one.begins:,g}."
    if one.moment is not None and (not isinstance(one.moment, int) or one.moment < 0):
        yield f"{who}: its moment is the number of a moment, or None, and not {one.moment!r}."
    try:
        call = read(one.command)
    except ValueError as error:
        yield str(error)
    else:
        yield from _wrong_answer(one, call, who)


def _is_time(number: object) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and isfinite(number)


def _wrong_answer(one: Operation, call: Call, who: str) -> Iterator[str]:
    answer = one.answer
    if one.ends is None:
        if answer is not None:
            yield f"{who} never ended, so its answer is None, and not {answer!r}."
        return
    match call.verb:
        case "SET" | "DELETE":
            right, what = answer == OK, f"{OK!r}"
        case "CAS":
            right, what = answer in (TRUE, FALSE), f"{TRUE!r} or {FALSE!r}"
        case "INCR":
            number = isinstance(answer, str) and is_number(answer) and str(int(answer)) == answer
            right, what = number or answer == ERROR, f"a number as text, or {ERROR!r}"
        case _:
            line = isinstance(answer, str) and answer.isprintable()
            right, what = line or answer is None, "a line of text, or None for no value"
    if not right:
        yield f"{who} is answered by {what}, and not by {answer!r}."


class Timed(NamedTuple):
    """An operation as a search sees it: its place in the history, and its ranks in time.

    One operation is before another exactly if it returned at a lower rank than that at which the
    other was called.
    """

    place: int
    call: Call
    answer: Value
    called: int
    returned: int

    @property
    def choosy(self) -> bool:
        """Whether what it was answered says only what it did not find."""
        return self.answer in (FALSE, ERROR) and self.call.verb in ("CAS", "INCR")


def timed(operations: Sequence[Operation]) -> list[Timed]:
    """The operations with their ranks in time, in the order given.

    Of what has one number in common, first all that end there do so, then all that begin there;
    what begins and ends at one number comes in between.
    """
    calls = [(one.begins, AT_ONCE if one.begins == one.ends else BEGINS) for one in operations]
    returns = [
        None if one.ends is None else (one.ends, OVER if one.begins == one.ends else ENDS)
        for one in operations
    ]
    rank = {point: number for number, point in enumerate(sorted({*calls, *filter(None, returns)}))}
    return [
        Timed(place, one.call, one.answer, rank[call], rank[back] if back else NEVER)
        for place, (one, call, back) in enumerate(zip(operations, calls, returns, strict=True))
    ]


def why_no_history(operations: Sequence[Operation]) -> str | None:
    """A sentence naming two operations of one client that overlap; None if none do.

    One that never ended its client has given up: it may ask for other things since. Raises
    TypeError for what is no operation.
    """
    for one in operations:
        if not isinstance(one, Operation):
            raise TypeError(f"check_linearizable takes operations, not {one!r}.")
    last: dict[str, Operation] = {}
    when = {one.place: (one.called, one.returned) for one in timed(operations)}
    for place in sorted(when, key=when.__getitem__):
        later = operations[place]
        earlier = last.get(later.client)
        last[later.client] = later
        begins = f"{later.client}'s {later.command} begins at {later.begins:,g}"
        if earlier is None or earlier.ends is None:
            continue
        if later.begins < earlier.ends or earlier.begins == later.begins == later.ends:
            return (
                f"{begins}, and its {earlier.command} ends only at {earlier.ends:,g}. "
                "A client does one thing at a time."
            )
    return None
