"""What grading comes to, on paper: a table to read, and JSON and CSV for what reads on."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from fractions import Fraction
from io import StringIO
from math import floor
from pathlib import Path

from raftlab import __version__
from raftlab.course.grades import Graded
from raftlab.course.outcome import stars
from raftlab.sim.files import write_whole
from raftlab.sim.words import counted

FORMAT = 1
"""The version of the JSON; what a later one adds does not change it."""

COLUMNS = (
    "notebook", "chapter", "exercise", "stars", "outcome", "points",
    "notebook_points", "notebook_most", "notebook_percent", "seconds", "problem",
)  # fmt: skip

FORMULA = ("=", "+", "-", "@")
"""What begins a formula in a spreadsheet, which would calculate it when the file is opened."""


def as_table(graded: Graded, threshold: float) -> str:
    """One notebook as text: its exercises by chapter, what else there is to say, its points."""
    lines = [plain(graded.notebook)]
    names = max((len(row.exercise.name) for row in graded.rows), default=0)
    words = max((len(row.words) for row in graded.rows), default=0)
    for chapter, rows in graded.chapters:
        lines.append(f"  {chapter}")
        for row in rows:
            gained = f"{number(row.points)} of {row.exercise.stars}"
            name = f"{row.exercise.name:{names}}"
            lines.append(f"    {stars(row.exercise.stars)}  {name}  {row.words:{words}}  {gained}")
    lines += [f"  {plain(note)}" for note in graded.notes]
    return "\n".join([*lines, f"  {_total(graded, threshold)}"])


def as_summary(all_graded: Sequence[Graded], threshold: float) -> str:
    """How many notebooks are good enough."""
    reached = sum(one.reaches(threshold) for one in all_graded)
    return f"Notebooks that reach {threshold:g} %: {reached} of {len(all_graded)}."


def as_json(all_graded: Sequence[Graded], threshold: float) -> str:
    """Everything, for programs.

    {"format": 1, "raftlab": its release, "threshold": percent, "notebooks": [...]}. Each notebook
    has "notebook" (as it was named), "problem" (null, or why it could not be graded), "exercises",
    "notes", "points", "most", "percent", "reached" and "seconds"; each exercise has "chapter",
    "exercise", "stars", "outcome", "right" of so many "parts", "points", and what its check "says".
    """
    notebooks = [_in_json(graded, threshold) for graded in all_graded]
    content = {
        "format": FORMAT,
        "raftlab": __version__,
        "threshold": threshold,
        "notebooks": notebooks,
    }
    return json.dumps(content, indent=2, allow_nan=False) + "\n"


def as_csv(all_graded: Sequence[Graded]) -> str:
    """A line for each exercise of each notebook; one for a notebook that could not be graded."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(
        [_cell(value) for value in line] for graded in all_graded for line in _lines(graded)
    )
    return text.getvalue()


def save(path: Path, text: str) -> None:
    """Write a whole file, or leave what was there. Raises OSError if it cannot be written."""
    target = path.resolve()
    if target.exists() and not target.is_file():  # a terminal, a pipe: nothing to be replaced
        target.write_text(text, "utf-8")
    else:
        write_whole(target, text.encode())


def plain(text: str) -> str:
    """The text without what would move a cursor or turn the direction of writing."""
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text
    )


def number(value: Fraction) -> str:
    """A number of points or percent, with two decimals at most."""
    return f"{float(value):.2f}".rstrip("0").rstrip(".")


def _total(graded: Graded, threshold: float) -> str:
    if graded.problem:
        return plain(graded.problem)
    below = "" if graded.reaches(threshold) else f" That is below {threshold:g} %."
    return (
        f"{number(graded.points)} of {counted(graded.most, 'point')}, "
        f"{number(_percent(graded))} %, in {graded.seconds:.1f} s.{below}"
    )


def _percent(graded: Graded) -> Fraction:
    """In hundredths, and never more than it is: what is below a threshold does not look like it."""
    return Fraction(floor(graded.percent * 100), 100)


def _in_json(graded: Graded, threshold: float) -> dict[str, object]:
    exercises = [
        {
            "chapter": row.exercise.chapter,
            "exercise": row.exercise.name,
            "stars": row.exercise.stars,
            "outcome": row.outcome.value,
            "right": row.right,
            "parts": len(row.best),
            "points": round(float(row.points), 2),
            "says": plain(row.says),
        }
        for row in graded.rows
    ]
    return {
        "notebook": graded.notebook,
        "problem": plain(graded.problem) or None,
        "exercises": exercises,
        "notes": [plain(note) for note in graded.notes],
        "points": round(float(graded.points), 2),
        "most": graded.most,
        "percent": float(_percent(graded)),
        "reached": graded.reaches(threshold),
        "seconds": round(graded.seconds, 1),
    }


def _lines(graded: Graded) -> Iterator[tuple[str | int, ...]]:
    total = (
        number(graded.points), graded.most, number(_percent(graded)),
        f"{graded.seconds:.1f}", graded.problem,
    )  # fmt: skip
    for row in graded.rows:
        one = row.exercise
        line = (one.chapter, one.name, one.stars, row.words, number(row.points))
        yield (graded.notebook, *line, *total)
    if not graded.rows:
        yield (graded.notebook, "", "", "", "", "", *total)


def _cell(value: str | int) -> str | int:
    """What a spreadsheet shows as it is, and never calculates."""
    text = plain(value) if isinstance(value, str) else ""
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text or value
