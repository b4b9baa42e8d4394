"""Whether an answer has been begun, and finished: a stub is "not attempted", and not "wrong".

Answers are whatever a learner hands in. So nothing here compares them, and none is looked into
deeper than answers go.
"""

from __future__ import annotations

import dis
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from types import CodeType, FunctionType

IDLE = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}
DEEPEST = 4  # a list of events, an event, an event in it, a message
MOST = 1_000  # of what an answer holds is looked at


def is_stub(answer: object) -> bool:
    """Whether `answer` is what the notebook came with: `...`, or a function that does nothing.

    Values count as begun once one of them is not `...`. An empty list of events is not begun.
    """
    return _is_stub(answer, DEEPEST)


def has_gaps(answer: object) -> bool:
    """Whether there is a `...` left in an answer, as in a scaffold."""
    if isinstance(answer, FunctionType):
        return _has_gaps(answer.__code__, DEEPEST)
    return _holds_gap(answer, DEEPEST)


def _is_stub(answer: object, deeper: int) -> bool:
    if isinstance(answer, FunctionType):
        return _does_nothing(answer)
    if isinstance(answer, str):
        return not answer.strip()
    held = _held(answer)
    if held is None or not deeper:
        return answer is ... or answer is None
    return all(_is_stub(value, deeper - 1) for value in held)


def _held(answer: object) -> Iterator[object] | None:
    """The values in a form or a list, as many as need be looked at; None if it is neither."""
    if isinstance(answer, Mapping):
        answer = list(answer.values())
    if isinstance(answer, Sequence) and not isinstance(answer, str):
        return (answer[place] for place in range(min(MOST, len(answer))))
    return None


def _does_nothing(function: FunctionType) -> bool:
    """Its body is a docstring, `...`, `pass`, `return ...`, or `raise NotImplementedError`."""
    if function.__code__.co_names == ("NotImplementedError",):
        return True
    steps = list(dis.get_instructions(function))
    given = [step.argval for step in steps if step.opname in ("LOAD_CONST", "RETURN_CONST")]
    return {step.opname for step in steps} <= IDLE and all(one in (None, ...) for one in given)


def _has_gaps(code: CodeType, deeper: int) -> bool:
    constants = code.co_consts
    inner = [one for one in constants if isinstance(one, CodeType)] if deeper else []
    return any(_holds_gap(one, deeper) for one in constants) or any(
        _has_gaps(one, deeper - 1) for one in inner
    )


def _holds_gap(answer: object, deeper: int) -> bool:
    if answer is ...:
        return True
    if not deeper or isinstance(answer, str):
        return False
    if is_dataclass(answer) and not isinstance(answer, type):
        held = iter([getattr(answer, field.name, None) for field in fields(answer)])
    else:
        held = _held(answer) or iter(())
    return any(_holds_gap(one, deeper - 1) for one in held)
