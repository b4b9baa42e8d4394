"""A learner's code while it is checked: watched, timed, and told of in sentences.

What it raises is told without a traceback: the exception, and the line that raised it.
"""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass
from os import sep
from pathlib import Path
from time import perf_counter
from typing import Any, TypeAlias, TypeVar

from raftlab.modelcheck.faults import say_value
from raftlab.modelcheck.watchdog import Overlong, Watchdog
from raftlab.raft import RAFT
from raftlab.sim.words import counted

Function: TypeAlias = Callable[..., Any]
Given = TypeVar("Given")

SECONDS_IN_ALL = 2.0  # for all that one check asks of a rule; Raft's own take less than 0.02 s
SECONDS_UNWATCHED = 3.0  # for one call, where nobody else stops it before
SECONDS_ONCE_MORE = 0.5  # for what raised at once before
LONGEST = 300  # characters of an exception's message
TOLD_OTHERWISE = {Overlong.__name__, FrozenInstanceError.__name__}
PACKAGE = f"{Path(__file__).parents[1]}{sep}"


class TooSlow(Exception):
    """Raised in the place of a rule whose time is up."""


class Stopped(Exception):
    """Raised in the place of what is no Exception: a SystemExit, an interrupt."""


class OwnRule:
    """A learner's rule under one check: as it is, until its time is up. Raises as `__call__` says.

    Enter it to have it watched wherever it is asked.
    """

    def __init__(self, function: Function) -> None:
        """Ask nothing yet."""
        self.function = function
        self.__name__ = str(getattr(function, "__name__", "your rule"))
        self.calls, self.seconds = 0, 0.0
        self._watchdog = Watchdog(SECONDS_UNWATCHED)
        self.hangs = False  # a call did not come back by itself
        self.interrupted = False  # by whoever sits there, or by itself

    @property
    def is_slow(self) -> bool:
        """Whether its time is up, though each call came back."""
        return self.seconds > SECONDS_IN_ALL and not self.hangs

    def __enter__(self) -> OwnRule:
        """Begin to watch it."""
        self._watchdog.__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        """Watch it no more."""
        self._watchdog.__exit__(None, None, None)

    def __call__(self, *arguments: object) -> object:
        """What it gives. Raises TooSlow if its time is up, Stopped for what is no Exception."""
        if self.seconds > SECONDS_IN_ALL:
            raise TooSlow
        self._watchdog.enter(self.__name__, arguments)
        began = perf_counter()
        try:
            return self.function(*arguments)
        except Exception:
            raise
        except Overlong:
            self.hangs = True
            raise
        except BaseException as error:
            self.interrupted = isinstance(error, KeyboardInterrupt)
            raise Stopped(type(error).__name__) from error
        finally:
            self.calls += 1
            self.seconds += perf_counter() - began
            self._watchdog.leave()


@dataclass(frozen=True)
class Raised:
    """An exception of the learner's code: its kind, and a sentence with the line that raised it."""

    kind: str
    sentence: str


def why_no_rule(answer: object, rule: str) -> tuple[str, str] | None:
    """A headline and a sentence on why `answer` cannot be asked as `rule` is; None if it can."""
    expected = tuple(inspect.signature(getattr(RAFT, rule)).parameters)
    if not callable(answer):
        return "That is no function.", (
            f"check takes the function itself, `check({rule!r}, {rule})`, and calls it when it "
            f"needs to. It was given {say_value(answer)}."
        )
    if isinstance(answer, type):
        return "That is a class, no function.", f"Write `def {rule}({', '.join(expected)}): …`."
    if inspect.iscoroutinefunction(answer) or inspect.isasyncgenfunction(answer):
        return "That is an async function.", f"A rule answers at once: `def {rule}`, without async."
    if inspect.isgeneratorfunction(answer):
        return "That is a generator.", (
            "There is a `yield` in it, so that calling it gives no answer. A rule gives its answer "
            "with `return`."
        )
    return _why_not_called(answer, rule, expected)


def _why_not_called(
    function: Function, rule: str, expected: tuple[str, ...]
) -> tuple[str, str] | None:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # a builtin without a signature: calling it will tell
        return None
    try:
        signature.bind(*expected)
    except TypeError:
        return "It cannot be called as a rule is.", (
            f"{rule} is called with {counted(len(expected), 'argument')}, "
            f"({', '.join(expected)}); yours takes {signature}."
        )
    return None


def line_at_fault(function: Function, arguments: tuple[object, ...]) -> Raised | None:
    """What `function` raises when it is asked this, and where; None if it raises nothing."""
    gave = watched(lambda: function(*arguments), SECONDS_ONCE_MORE)
    return gave if isinstance(gave, Raised) and gave.kind not in TOLD_OTHERWISE else None


def watched(ask: Callable[[], Given], seconds: float) -> Given | Raised:
    """What `ask` gives, or raises; the kind of what takes longer is Overlong."""
    try:
        with Watchdog(seconds) as watchdog:
            watchdog.enter("", ())
            try:
                return ask()
            finally:
                watchdog.leave()
    except BaseException as error:
        return _raised(error)


def _raised(error: BaseException) -> Raised:
    kind = type(error).__name__
    said = say_error(error)
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not frame.filename.startswith(PACKAGE)]
    if not own:
        return Raised(kind, f"{said.rstrip('.')}.")
    last = own[-1]
    line = f": `{last.line}`" if last.line else ""
    return Raised(kind, f"{said}, in line {last.lineno} of {last.name}{line}")


def say_error(error: BaseException) -> str:
    """An exception in a line: its kind and its message, which may be anything."""
    kind = type(error).__name__
    try:
        message = str(error)
    except Exception:
        message = ""
    if len(message) > LONGEST:
        message = f"{message[:LONGEST]}…"
    return f"{kind}: {message}" if message else kind
