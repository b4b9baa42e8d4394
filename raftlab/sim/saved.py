"""Saved runs: a history as versioned JSON, which loads again or is refused with one clear sentence.

    {"format": "raftlab run", "version": 3, "title": "…",
     "rules_changed": ["may_vote"],           the names of the rules that were not the paper's
     "start": {…},                            the cluster at the start, which is moment 0
     "now": 1, "tip": 1,                      where we stand, and where "forward" leads in the end
     "moments": [{"parent": 0,                the moment that this one, number 1, follows
                  "event": {"node": "node1", "type": "Timeout"},
                  "fingerprint": "0123456789abcdef",
                  "changes": {"nodes": […], "pasts": {…}, "network": […], "cut": […]},
                  "note": "…",                left out where there is none
                  "time": 153.2}]}            the same; in simulated milliseconds

`docs/saved-runs.md` says it in full, and what is promised of it. A file is data: nothing in it is
ever executed, imported or looked up. The rules it was made with are not in it, only their names;
nor is the clock, only the times.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from raftlab.raft import (
    FIGURE_3,
    RAFT,
    NotPossible,
    Property,
    RuleError,
    Rules,
    Step,
    step,
    stopped_short,
)
from raftlab.sim.codec import LONGEST_TEXT, fingerprint, from_json, to_json
from raftlab.sim.files import write_whole
from raftlab.sim.history import History, Moment
from raftlab.sim.record import Changes, Opening, Recorded, checked

FORMAT = "raftlab run"
VERSION = 3
MOST_BYTES = 20_000_000
MOST_MOMENTS = 100_000


class BadRun(ValueError):
    """A saved run that cannot be loaded; the message says why, in a sentence."""


def save(history: History, path: str | Path) -> None:
    """Write the whole history to a file. A run saved there before is replaced, or stays whole.

    Raises BadRun if it is larger than what `load` accepts, OSError if it cannot be written.
    """
    write_whole(Path(path), dumps(history).encode())


def load(
    path: str | Path, rules: Rules = RAFT, properties: tuple[Property, ...] = FIGURE_3
) -> History:
    """The history that a file holds, standing where it stood when it was saved.

    Each event is done again under `rules`, and must give what is recorded. If `rules` lacks a rule
    that the run had changed, nothing is done again: the recorded states are shown, read-only.
    Raises BadRun if it is no such file or departs from its record, OSError if it cannot be read.
    """
    with Path(path).open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    _refuse_if(len(content) > MOST_BYTES, f"It is larger than {MOST_BYTES // 1_000_000} MB.")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRun("This is no saved run: it is not text in UTF-8.") from error
    return loads(text, rules, properties)


def dumps(history: History) -> str:
    """The whole history as the text of a file. Raises BadRun if `load` would find it too large."""
    start, *moments = history.moments
    _refuse_if(len(moments) > MOST_MOMENTS, f"It has more than {MOST_MOMENTS} steps.")
    opening = Opening(
        title=history.title,
        rules_changed=tuple(sorted(history.rules_changed)),
        start=start.cluster,
        now=history.now.number,
        tip=history.line()[-1].number,
        time=start.time,
    )
    longest = max(len(text) for text in (history.title, *(moment.note for moment in moments)))
    _refuse_if(longest > LONGEST_TEXT, f"A text in it has more than {LONGEST_TEXT} characters.")
    # A line for each step: a run can be read, and two runs compared, with any text tool.
    head = json.dumps({"format": FORMAT, "version": VERSION, **to_json(opening)})
    lines = ",\n".join(json.dumps(to_json(_recorded(moment))) for moment in moments)
    text = f'{head[:-1]},\n"moments": [\n{lines}\n]}}\n'
    _refuse_if(len(text) > MOST_BYTES, f"It is larger than {MOST_BYTES // 1_000_000} MB.")
    return text


def loads(text: str, rules: Rules = RAFT, properties: tuple[Property, ...] = FIGURE_3) -> History:
    """The history that the text of a file holds; see `load`."""
    _refuse_if(len(text) > MOST_BYTES, f"It is larger than {MOST_BYTES // 1_000_000} MB.")
    content = _parsed(text)
    moments = content.pop("moments", None)
    if type(moments) is not list:
        raise BadRun("This run is damaged: it has no list of moments.")
    _refuse_if(len(moments) > MOST_MOMENTS, f"It has more than {MOST_MOMENTS} steps.")
    with _refusing("The beginning of this run"):
        opening = from_json(content, Opening)
        history = _begun(opening, rules, properties)
    for number, moment in enumerate(moments, start=1):
        with _refusing(f"Step {number} of this run"):
            _add(history, from_json(moment, Recorded))
    with _refusing("The end of this run"):
        for number in (opening.tip, opening.now):
            if not 0 <= number < len(history):
                raise ValueError(f"there is no moment {number}")
            history.goto(number)
    return history


def _recorded(moment: Moment) -> Recorded:
    # Only the start of a history has neither, and it is no step.
    assert moment.parent is not None
    assert moment.step is not None
    return Recorded(
        parent=moment.parent,
        event=moment.step.event,
        fingerprint=fingerprint(moment.cluster),
        changes=Changes.between(moment.step.before, moment.cluster),
        note=moment.note,
        time=moment.time,
    )


def _parsed(text: str) -> dict[str, Any]:
    """The JSON object in the text, once it is known to be a run that this version can read."""
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BadRun(f"This is no saved run: it is not JSON ({error.msg}, {where}).") from error
    except (ValueError, RecursionError) as error:
        raise BadRun("This is no saved run: a number or a nesting in it is too large.") from error
    if type(content) is not dict or content.pop("format", None) != FORMAT:
        raise BadRun(f"This is no saved run: it does not say that its format is {FORMAT!r}.")
    version = content.pop("version", None)
    if type(version) is not int or version < 1:
        raise BadRun("This run is damaged: its version is no whole number from 1 on.")
    if version > VERSION:
        raise BadRun(
            f"This run is of version {version} of the format, and this raftlab reads versions up "
            f"to {VERSION}: a newer raftlab will load it."
        )
    return content


def _begun(opening: Opening, rules: Rules, properties: tuple[Property, ...]) -> History:
    """The history at its start, read-only if the run needs rules that are not at hand."""
    start = checked(opening.start)
    history = History(start, rules, opening.title, properties=properties, time=opening.time)
    missing = sorted(set(opening.rules_changed) - rules.changed)
    if missing:
        theirs = ", ".join(f"{name}=…" for name in missing)
        history.rules_changed = frozenset(opening.rules_changed)
        history.read_only = (
            f"This run was made with another {' and another '.join(missing)} than the paper's. "
            f"It can be looked at; to play on, load it with rules=RAFT.but({theirs})."
        )
    return history


def _add(history: History, recorded: Recorded) -> None:
    """One more step: what is recorded of it must fit together, and be what the rules give."""
    if not 0 <= recorded.parent < len(history):
        raise ValueError(f"it follows moment {recorded.parent}, which does not come before it")
    before = history.moment(recorded.parent).cluster
    after = checked(recorded.changes.applied_to(before))
    if fingerprint(after) != recorded.fingerprint:
        raise ValueError("the cluster recorded does not fit its fingerprint")
    taken = Step(before, recorded.event, (), after)
    if history.read_only is None:
        try:
            taken = step(before, recorded.event, history.rules)
        except RuleError as error:
            # A step may be recorded as far as it came before a rule failed.
            taken = stopped_short(before, recorded.event, error)
            if taken.after != after:
                raise
        if taken.after != after:
            raise _Departs
    history.attach(recorded.parent, taken, recorded.note, recorded.time)


class _Departs(Exception):
    """What the rules give is not what is recorded."""


@contextmanager
def _refusing(what: str) -> Iterator[None]:
    """Whatever goes wrong with a part of a file is one sentence that names the part."""
    try:
        yield
    except _Departs:
        raise BadRun(f"{what} gives another cluster than the one recorded.") from None
    except NotPossible as error:
        raise BadRun(f"{what} cannot happen: {error}") from error
    except RuleError as error:
        raise BadRun(f"{what} fails in the rule {error}") from error
    except ValueError as error:
        raise BadRun(f"{what} is damaged: {str(error).rstrip('.')}.") from error
    except Exception as error:
        # A state that no rule can have given may trip anything that looks at it.
        kind = type(error).__name__
        raise BadRun(f"{what} is damaged: its cluster makes no sense ({kind}).") from error


def _refuse_if(refused: bool, why: str) -> None:
    if refused:
        raise BadRun(f"This run is too large. {why}")
