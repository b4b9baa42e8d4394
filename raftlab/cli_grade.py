"""The command `raftlab grade`: its options, where its results go, its exit code."""

import os
import signal
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from math import isfinite
from pathlib import Path

from raftlab.course.gradebook import as_csv, as_json, as_summary, as_table, save
from raftlab.course.grades import Graded
from raftlab.course.grading import grade

TIMEOUT = 120.0
STDOUT = Path("-")

WHAT = """\
Run each notebook in a fresh kernel and a temporary folder, and grade what it defines.

Saved outputs do not count, nor does what a notebook prints: after each cell raftlab asks its own
exercises again. All exercises of a notebook's chapters count, so one whose cell was deleted is
"not attempted". An exercise is worth its stars; of several checks of it the best counts. A check
in a loop or in a function counts if it is the real one. A run played by hand in the lab is not in
the notebook; a schedule written as a list is."""

TRUST = """\
A notebook is code, and runs with your rights. One that changes raftlab itself can change its grade.
If you do not trust who wrote it, run this in a container.

exit code: 0 if every notebook reaches the threshold; 1 if one does not, or could not be graded, or
the results could not be written; 2 if the command line makes no sense; 130 after Ctrl-C."""


def main(arguments: Sequence[str]) -> int:
    """Grade the notebooks that are named, one after the other; returns the exit code."""
    options = _understood(arguments)
    graded = []
    try:
        with _terminating_as_an_interrupt():
            for path in options.notebooks:
                graded.append(grade(path, options.timeout))
                if STDOUT not in (options.json, options.csv):
                    print(as_table(graded[-1], options.threshold), end="\n\n", flush=True)
            return _report(graded, options)
    except KeyboardInterrupt:
        print("raftlab: stopped; no results were written.", file=sys.stderr)
        return 130


def _report(graded: Sequence[Graded], options: Namespace) -> int:
    """Say, or write, what grading came to; returns the exit code."""
    if STDOUT not in (options.json, options.csv):
        print(as_summary(graded, options.threshold))
    good = all(one.reaches(options.threshold) for one in graded)
    if options.json is not None:
        good &= _written(options.json, as_json(graded, options.threshold))
    if options.csv is not None:
        good &= _written(options.csv, as_csv(graded))
    return 0 if good else 1


def _written(path: Path, text: str) -> bool:
    """Print the text or write it to the file, and say whether that went well."""
    if path == STDOUT:
        print(text, end="")
        return True
    try:
        save(path, text)
    except OSError as error:
        print(f"raftlab: cannot write {path}: {error.strerror or error}.", file=sys.stderr)
        return False
    return True


def _understood(arguments: Sequence[str]) -> Namespace:
    """The options. Ends the process with a sentence and code 2 where they make no sense."""
    parser = _parser()
    options = parser.parse_args(arguments)
    named = set(map(os.path.realpath, options.notebooks))
    for path in {options.json, options.csv} - {STDOUT, None}:
        # `--json a.ipynb b.ipynb` would take the first notebook for the file to write.
        if path.suffix == ".ipynb" or os.path.realpath(path) in named:
            parser.error(f"{path} is a notebook; the results would overwrite it")
        if not path.parent.is_dir():
            parser.error(f"there is no folder {path.parent} to write {path.name} to")
        if path.is_dir():
            parser.error(f"{path} is a folder; the results go to a file")
    if options.json is not None and options.json == options.csv:
        parser.error("--json and --csv cannot both go to the same place")
    return options


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="raftlab grade",
        usage="raftlab grade NOTEBOOK... [--timeout SECONDS] [--threshold PERCENT]\n"
        "                     [--json [FILE]] [--csv [FILE]]",
        description=WHAT,
        epilog=TRUST,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "notebooks", metavar="NOTEBOOK", nargs="+", type=Path, help="a notebook handed in"
    )
    _add_limits(parser)
    for name in ("json", "csv"):
        parser.add_argument(
            f"--{name}",
            metavar="FILE",
            nargs="?",
            type=Path,
            const=STDOUT,
            help=f"write the results as {name.upper()}, too; without FILE, or to -, print them "
            "instead of the table",
        )
    return parser


def _add_limits(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=_seconds,
        default=TIMEOUT,
        help="how long one notebook may run; what it has reached by then counts "
        f"(default: {TIMEOUT:g})",
    )
    parser.add_argument(
        "--threshold",
        metavar="PERCENT",
        type=_percent,
        default=100.0,
        help="what each notebook must reach (default: 100)",
    )


def _seconds(text: str) -> float:
    """A time, more than none."""
    if (value := _number(text)) > 0:
        return value
    raise ArgumentTypeError(f"{text!r} is no time; it is a number of seconds above 0")


def _percent(text: str) -> float:
    """A part of a hundred."""
    if 0 <= (value := _number(text)) <= 100:
        return value
    raise ArgumentTypeError(f"{text!r} is no percentage; it is a number from 0 to 100")


def _number(text: str) -> float:
    """The number that `text` is; a negative one if it is none."""
    with suppress(ValueError):
        if isfinite(value := float(text)):
            return value
    return -1.0


@contextmanager
def _terminating_as_an_interrupt() -> Iterator[None]:
    """While it lasts, the signal that ends a process ends the kernel first, as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
