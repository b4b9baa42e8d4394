"""Whether an answer has been begun: a stub is "not attempted", which is not "wrong"."""

from __future__ import annotations

import dis
from collections.abc import Mapping, Sequence
from types import FunctionType

IDLE = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}


def is_stub(answer: object) -> bool:
    """Whether `answer` is what the notebook came with: `...`, or a function that does nothing.

    Values count as begun once one of them is not `...`. An empty list of events is not begun.
    """
    if isinstance(answer, FunctionType):
        return _does_nothing(answer)
    if isinstance(answer, Mapping):
        return all(is_stub(value) for value in answer.values())
    if isinstance(answer, Sequence) and not isinstance(answer, str):
        return all(is_stub(value) for value in answer)
    return answer is ... or answer is None or answer == ""


def _does_nothing(function: FunctionType) -> bool:
    """Its body is a docstring, `...`, `pass`, `return ...`, or `raise NotImplementedError`."""
    if function.__code__.co_names == ("NotImplementedError",):
        return True
    steps = list(dis.get_instructions(function))
    given = [step.argval for step in steps if step.opname in ("LOAD_CONST", "RETURN_CONST")]
    return {step.opname for step in steps} <= IDLE and all(one in (None, ...) for one in given)
