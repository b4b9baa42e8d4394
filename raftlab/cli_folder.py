"""The commands on what is recorded in a folder of the course: `raftlab progress` and `reset`."""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from raftlab.course.catalogue import UnknownExercise, catalogue, exercise_named
from raftlab.course.record import Record
from raftlab.course.standing import Standing

DEFAULT_FOLDER = Path("~/raftlab-course")


def print_progress(arguments: Sequence[str]) -> int:
    """Print how far you are: every exercise by chapter, and what became of it."""
    parser = ArgumentParser(prog="raftlab progress", description=print_progress.__doc__)
    _add_folder(parser, "folder", nargs="?")
    folder = parser.parse_args(arguments).folder.expanduser().absolute()
    if not folder.is_dir():
        return _refused(f"there is no folder {folder}; `raftlab FOLDER` puts the course there.")
    record = Record(folder)
    print(Standing(tuple(catalogue().values()), record.marks(), record.take_trouble()))
    return 0


def reset_exercise(arguments: Sequence[str]) -> int:
    """Forget what is recorded of one exercise: its outcome, the hints, the requests for its answer.

    Your notebook is left alone.
    """
    parser = ArgumentParser(prog="raftlab reset", description=reset_exercise.__doc__)
    parser.add_argument("name", metavar="NAME", help="the exercise, may_vote for example")
    _add_folder(parser, "--folder")
    options = parser.parse_args(arguments)
    folder = options.folder.expanduser().absolute()
    try:
        exercise = exercise_named(options.name)
    except UnknownExercise as error:
        return _refused(f"{str(error)[0].lower()}{str(error)[1:]}")
    if not folder.is_dir():
        return _refused(f"there is no folder {folder}, so nothing is recorded there.")
    record = Record(folder)
    forgotten = record.forget(exercise.name)
    if record.trouble:
        # What the record says of a kernel that keeps what cannot be saved is not so here.
        said = " ".join(f"{one.partition('. ')[0].rstrip('.')}." for one in record.trouble)
        return _refused(f"{exercise.name} could not be reset. {said}")
    if not forgotten:
        print(f"Nothing is recorded of {exercise.name} in {folder}.")
        return 0
    print(
        f"What was recorded of {exercise.name} is forgotten: outcome, hints, requests for the "
        f"solution.\nYour answer stands in {exercise.chapter}.ipynb as before; no notebook was "
        "changed."
    )
    return 0


def _add_folder(parser: ArgumentParser, name: str, **how: Any) -> None:
    parser.add_argument(
        name,
        metavar="FOLDER",
        type=Path,
        default=DEFAULT_FOLDER,
        help="where the course is (default: %(default)s)",
        **how,
    )


def _refused(sentence: str) -> int:
    """Say why a command cannot be done; returns its exit code."""
    print(f"raftlab: {sentence}", file=sys.stderr)
    return 1
