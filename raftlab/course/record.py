"""What a learner has achieved, kept in one small file of the folder that the notebook is in.

    {"format": 1, "exercises": {"may_vote": {"outcome": "passed", "attempts": 2, "hints": 1}}}

A field that has its default value is left out. What this release does not know, be it an exercise
or a field, is kept as it is. A file is written aside and moved into place, so it is never
half-written. It is read, changed and written under a lock, so of two notebooks neither undoes what
the other saved. Nothing on the disk raises: what goes wrong is told in a sentence, and what could
not be saved is kept in memory and saved with a later change, if that can be.
"""

# More than 200 lines: the file, its format and what may befall them are best read together.

from __future__ import annotations

import errno
import json
import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import Any

from raftlab.sim.files import patiently, write_whole

FILE = ".raftlab-progress.json"
LOCK = f"{FILE}.lock"
FORMAT = 1
OUTCOMES = ("not attempted", "passed", "wrong", "raised", "safe")
HINTS = 3
"""The most hints that an exercise gives."""

PATIENCE = 3.0
"""How many seconds to wait for another notebook that is saving."""

# What is beyond these was written by no raftlab.
MOST_BYTES = 1_000_000
MOST_COUNTED = 1_000_000_000
DEEPEST = 20

UNSAVED = "Your progress cannot be saved in this folder: {}. It is kept until the kernel stops."
UNREAD = "Your progress cannot be read in this folder: {}. What is new is only kept in memory."
BUSY = (
    f"Another notebook holds {LOCK}, so your progress is not saved yet. It is kept until the "
    "kernel stops, and is saved with the next change."
)
NEWER = (
    f"{FILE} was written by a newer raftlab and stays as it is. Your progress with this one is "
    "kept until the kernel stops."
)
MOVED = f"{FILE} could not be understood and is now {{}}; your progress begins anew."
STUCK = f"{FILE} could not be understood, and could not be moved out of the way."


@dataclass(frozen=True, slots=True)
class Mark:
    """What is known of one exercise. Raises ValueError for what can be of none."""

    outcome: str = "not attempted"
    """One of OUTCOMES: that of the latest attempt, but "passed" once it was passed."""
    attempts: int = 0
    """How many checks found something to judge."""
    hints: int = 0
    """How many hints were taken, at most HINTS."""
    asked_for_solution: int = 0
    """How often the solution was asked for."""
    parts: tuple[int, ...] = ()
    """The numbers of the generated questions that were answered right, in order, each once."""
    best: int | None = None
    """The fewest events of a schedule handed in, where that counts."""

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES:
            raise ValueError(f"there is no outcome {self.outcome!r}")
        if type(self.parts) is not tuple:
            raise ValueError(f"parts are a tuple, not {self.parts!r}")
        if not all(type(number) is int and number >= 0 for number in self.numbers()):
            raise ValueError(f"a mark counts in whole numbers from 0 on: {self}")
        if self.parts != tuple(sorted(set(self.parts))):
            raise ValueError(f"parts are in order, each once: {self.parts}")
        if self.hints > HINTS:
            raise ValueError(f"there are {HINTS} hints, not {self.hints}")

    def numbers(self) -> tuple[int, ...]:
        """Every number in the mark."""
        best = () if self.best is None else (self.best,)
        return (self.attempts, self.hints, self.asked_for_solution, *self.parts, *best)

    def after(self, outcome: str) -> Mark:
        """The mark after one more check. One that was "not attempted" changes nothing."""
        if outcome == "not attempted":
            return self
        latest = "passed" if self.outcome == "passed" else outcome
        return replace(self, outcome=latest, attempts=self.attempts + 1)


# The whole file, understood: {"format": …, "exercises": {name: fields of a mark}}.
Content = dict[str, Any]
# Changes give a new content, and may be done again on another: none may count on being done once.
Change = Callable[[Content], Content]

NOTHING: Content = {"format": FORMAT, "exercises": {}}
FIELDS = {field.name: field.default for field in fields(Mark)}


class Record:
    """The marks in one folder.

    Args:
        folder: where the file is; the current working directory, which for the kernel of a notebook
            is the folder of the notebook, if none is given.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = _here() if folder is None else Path(folder)
        self._path = self.folder / FILE
        self._waiting: list[Change] = []
        self._trouble: list[str] = []
        self._told: set[str] = set()

    def marks(self) -> dict[str, Mark]:
        """The marks by the name of their exercise, with those that could not be saved."""
        exercises = self._content()["exercises"]
        return {name: _mark(entry) for name, entry in exercises.items()}

    def mark(self, name: str) -> Mark:
        """The mark of one exercise; an empty one if nothing is known of it."""
        return self.marks().get(name, Mark())

    def change(self, name: str, change: Callable[[Mark], Mark]) -> Mark:
        """Change the mark of one exercise, save it, and return it.

        Args:
            name: the exercise.
            change: the new mark from the old one. It is done again on what another notebook has
                saved meanwhile, if saving has to wait; what it raises comes through.
        """
        after = self._do(partial(_with_changed_mark, name=name, change=change))
        return _mark(after["exercises"].get(name, {}))

    def forget(self, name: str) -> bool:
        """Forget one exercise, and say whether there was anything to forget."""
        there = name in self._content()["exercises"]
        if there:
            self._do(partial(_without, name=name))
        return there

    @property
    def trouble(self) -> tuple[str, ...]:
        """The sentences to tell the learner since they were last taken."""
        return tuple(self._trouble)

    def take_trouble(self) -> tuple[str, ...]:
        """The sentences to tell the learner, which are then no longer kept."""
        taken = self.trouble
        self._trouble.clear()
        return taken

    def _do(self, change: Change) -> Content:
        """Do the changes that wait, then this one: in the file, or else in memory."""
        try:
            with self._locked():
                before = self._read_or_begin_anew()
                after = change(self._after_waiting(before))
                if after != before:
                    _write(self._path, after)
                self._waiting.clear()
            self._told.clear()  # trouble that comes back after this is news
            return after
        except _Blocked as blocked:
            self._tell_once(str(blocked))
        after = change(self._content())
        self._waiting.append(change)
        return after

    def _content(self) -> Content:
        """What the file holds, with the changes that wait. A file that makes no sense is moved."""
        content = NOTHING
        try:
            content = _read(self._path)
        except _Blocked as blocked:
            self._tell_once(str(blocked))
        except _Unreadable:
            try:
                with self._locked():
                    content = self._read_or_begin_anew()
            except _Blocked as blocked:
                self._tell_once(STUCK)
                self._tell_once(str(blocked))
        return self._after_waiting(content)

    def _after_waiting(self, content: Content) -> Content:
        """The content after the changes that could not be saved when they were made."""
        for change in self._waiting:
            # It was right when it was made; what another notebook saved since may forbid it.
            with suppress(ValueError):
                content = change(content)
        return content

    def _read_or_begin_anew(self) -> Content:
        """What the file holds, or nothing once one that makes no sense is out of the way.

        This needs the lock: without it, what is moved might be the new file of another notebook.
        """
        try:
            return _read(self._path)
        except _Unreadable:
            aside = _free_name(self._path.with_name(f"{FILE}.unreadable"))
            self._path.rename(aside)
            self._trouble.append(MOVED.format(aside.name))
            return NOTHING

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the folder's lock. Raises _Blocked if that, or what is done meanwhile, cannot be."""
        # Not at the top: `import raftlab` need not wait for it.
        from filelock import FileLock, Timeout

        try:
            self.folder.stat()  # FileLock would make a folder that is not there
            lock = FileLock(self.folder / LOCK)
            lock.acquire(timeout=PATIENCE, poll_interval=0.01)
        except Timeout as error:
            raise _Blocked(BUSY) from error
        except OSError as error:
            raise _Blocked(UNSAVED.format(_reason(error))) from error
        except NotImplementedError as error:  # filelock 3.15, where the file system has no locks
            raise _Blocked(UNSAVED.format("it cannot be locked")) from error
        try:
            yield
        except OSError as error:
            raise _Blocked(UNSAVED.format(_reason(error))) from error
        finally:
            with suppress(OSError):
                lock.release()

    def _tell_once(self, sentence: str) -> None:
        if sentence not in self._told:
            self._told.add(sentence)
            self._trouble.append(sentence)


class _Unreadable(Exception):
    """What is in the place of the file is none that raftlab wrote."""


class _Blocked(Exception):
    """The file can be read or written no further, and stays as it is; the message says why."""


def _read(path: Path) -> Content:
    """What the file holds; nothing if there is none. Raises _Unreadable or _Blocked."""
    try:
        if not path.exists():
            return NOTHING
        if not path.is_file():
            raise _Unreadable
        return _understood(patiently(partial(_first_bytes, path)))
    except FileNotFoundError:
        return NOTHING
    except OSError as error:
        raise _Blocked(UNREAD.format(_reason(error))) from error


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _understood(written: bytes) -> Content:
    """The content of a file, of which every mark is known to be one."""
    if len(written) > MOST_BYTES:
        raise _Unreadable
    try:
        content = json.loads(written.decode("utf-8-sig"))
        if type(content["format"]) is int and content["format"] > FORMAT:
            raise _Blocked(NEWER)
        marks = [_mark(entry) for entry in content["exercises"].values()]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _Unreadable from error
    right = (
        type(content["format"]) is int
        and content["format"] == FORMAT
        and _can_be_written(content)
        and all(number <= MOST_COUNTED for mark in marks for number in mark.numbers())
    )
    if not right:
        raise _Unreadable
    return dict(content)


def _can_be_written(value: object, room: int = DEEPEST) -> bool:
    """Whether it nests no deeper than `room`, and has no number that JSON lacks."""
    if isinstance(value, dict | list):
        inside = value.values() if isinstance(value, dict) else value
        return room > 0 and all(_can_be_written(part, room - 1) for part in inside)
    return not isinstance(value, float) or math.isfinite(value)


def _mark(entry: dict[str, Any]) -> Mark:
    """The mark that a file's fields tell of. Raises what anything else in their place raises."""
    known: dict[str, Any] = {name: value for name, value in entry.items() if name in FIELDS}
    if type(known.get("parts")) is list:
        known["parts"] = tuple(known["parts"])
    return Mark(**known)


def _with_changed_mark(content: Content, name: str, change: Callable[[Mark], Mark]) -> Content:
    entry = content["exercises"].get(name, {})
    mark = change(_mark(entry))
    values = {field: getattr(mark, field) for field in FIELDS}
    told = {
        field: list(value) if field == "parts" else value
        for field, value in values.items()
        if value != FIELDS[field]
    }
    unknown = {field: value for field, value in entry.items() if field not in FIELDS}
    without = _without(content, name)
    if not told and not unknown:
        return without
    return {**without, "exercises": {**without["exercises"], name: {**told, **unknown}}}


def _without(content: Content, name: str) -> Content:
    exercises = {other: entry for other, entry in content["exercises"].items() if other != name}
    return {**content, "exercises": exercises}


def _write(path: Path, content: Content) -> None:
    """Write the whole file, or leave what was there. Raises OSError if it cannot be written."""
    tidy = {**content, "exercises": dict(sorted(content["exercises"].items()))}
    written = (json.dumps(tidy, indent=2, allow_nan=False) + "\n").encode("ascii")
    if len(written) > MOST_BYTES:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    write_whole(path, written)


def _free_name(path: Path) -> Path:
    """The path, or the first of path-2, path-3 and so on, where nothing is yet."""
    free, number = path, 1
    while os.path.lexists(free):
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free


def _here() -> Path:
    try:
        return Path.cwd()
    except OSError:  # the folder is gone, which reading and saving will say
        return Path()


def _reason(error: OSError) -> str:
    return (error.strerror or "the system gives no reason").lower()
