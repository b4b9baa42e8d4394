"""What there is to say of a learner's function without a traceback: its arguments, its line."""

from __future__ import annotations

import inspect
import traceback
from dataclasses import dataclass
from pathlib import Path

from raftlab.course.asking import Function
from raftlab.modelcheck.watchdog import Overlong, Watchdog
from raftlab.raft import RAFT
from raftlab.sim.words import counted

SECONDS = 0.5  # for what raised at once before
PACKAGE = str(Path(__file__).parents[1])


@dataclass(frozen=True)
class Raised:
    """An exception of the learner's code: its kind, and a sentence with the line that raised it."""

    kind: str
    sentence: str


def calls_with(function: Function, rule: str, arguments: tuple[object, ...]) -> str:
    """Why `function` cannot be called with so many arguments; "" if it can."""
    expected = list(inspect.signature(getattr(RAFT, rule)).parameters)
    try:
        inspect.signature(function).bind(*arguments)
    except TypeError:
        return (
            f"{rule} is called with {counted(len(expected), 'argument')}, "
            f"({', '.join(expected)}); yours takes {inspect.signature(function)}."
        )
    except ValueError:  # a builtin without a signature: calling it will tell
        pass
    return ""


def line_at_fault(function: Function, arguments: tuple[object, ...]) -> Raised | None:
    """What `function` raises when it is asked this, and where; None if it raises nothing."""
    with Watchdog(SECONDS) as watchdog:
        watchdog.enter("", arguments)
        try:
            function(*arguments)
        except (Exception, Overlong) as error:
            return None if isinstance(error, Overlong) else _raised(error)
        finally:
            watchdog.leave()
    return None


def _raised(error: Exception) -> Raised:
    kind = type(error).__name__
    words = f"{kind}: {error}" if str(error) else kind
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not frame.filename.startswith(PACKAGE)]
    if not own:
        return Raised(kind, f"{words}.")
    last = own[-1]
    line = f": `{last.line}`" if last.line else ""
    return Raised(kind, f"{words}, in line {last.lineno} of {last.name}{line}")
