"""The source of a rule of the paper's, to be shown: with the functions of its module that it calls.

Such a function is private there, and without it the rule would say only half of what it does.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from textwrap import dedent
from types import FunctionType

from raftlab.course.own_code import Function


def source_of(rule: Function) -> str:
    """The rule, and below it each private function that it calls, in the order of the calls."""
    return "\n\n".join(dedent(inspect.getsource(one)) for one in dict.fromkeys(_called(rule)))


def _called(rule: Function) -> Iterator[Function]:
    yield rule
    if isinstance(rule, FunctionType):
        for name in rule.__code__.co_names:
            helper = rule.__globals__.get(name)
            if name.startswith("_") and isinstance(helper, FunctionType):
                yield from _called(helper)
