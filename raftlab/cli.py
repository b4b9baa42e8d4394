"""The `raftlab` command: open the course in JupyterLab, or one of the COMMANDS.

JupyterLab is imported only when it is about to start, and so is what grading needs; everything
else answers at once.
"""

import os
import signal
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path

from raftlab import __version__
from raftlab.cli_folder import DEFAULT_FOLDER, print_progress, reset_exercise
from raftlab.course import folder as course

DEFAULT_PORT = 8888

JUPYTER = Path(course.__file__).parent / "jupyter"
"""JupyterLab's defaults for the course: it asks neither for news nor for updates."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code.

    Args:
        arguments: what follows the command's name; by default the process's own.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or given[0] not in COMMANDS:
        return open_course(_opening_parser().parse_args(given))
    if isinstance(sys.stdout, TextIOWrapper):  # a star, where the terminal's alphabet has none
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = COMMANDS[given[0]](given[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read has read enough, as `head` does. Python would complain of it once more at
        # its end, when it flushes; so nothing may be left to flush to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


def open_course(options: Namespace) -> int:
    """Bring the learner's folder up to date, then serve it until it is stopped."""
    folder: Path = options.folder.expanduser().absolute()
    try:
        prepared = course.prepare(folder, course.chapters(), __version__)
    except OSError as error:
        reason = error.strerror or error
        print(f"raftlab: cannot put the course in {folder}: {reason}.", file=sys.stderr)
        return 1
    print(f"The course is in {folder}", *prepared.sentences(), sep="\n", flush=True)
    return _serve(folder, options.port, browser=not options.no_browser)


def print_walkthrough(arguments: Sequence[str]) -> int:
    """Print Raft's first election and first committed command, state by state."""
    parser = ArgumentParser(prog="raftlab walkthrough", description=print_walkthrough.__doc__)
    parser.parse_args(arguments)
    from raftlab.sim.walkthrough import transcript

    print(transcript(), end="")
    return 0


def grade_notebooks(arguments: Sequence[str]) -> int:
    """Run notebooks that were handed in, and grade what they define."""
    from raftlab.cli_grade import main as grade

    return grade(arguments)


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "walkthrough": print_walkthrough,
    "progress": print_progress,
    "reset": reset_exercise,
    "grade": grade_notebooks,
}
"""The commands by name. Anything else on the command line is about opening the course."""

USAGE = """\
raftlab [FOLDER] [--no-browser] [--port PORT]
       raftlab walkthrough
       raftlab progress [FOLDER]
       raftlab reset NAME [--folder FOLDER]
       raftlab grade NOTEBOOK..."""

EPILOG = """\
commands:
  walkthrough    print Raft's first election and first committed command, state by state
  progress       print how far you are in a folder of the course
  reset          forget what is recorded of one exercise; your notebook is left alone
  grade          for teachers: run notebooks that were handed in, and grade them

`raftlab COMMAND --help` says more. A folder named like a command is written ./progress."""


def _opening_parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="raftlab",
        usage=USAGE,
        description="Copy the course to a folder of yours and open it in JupyterLab.",
        epilog=EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "folder",
        metavar="FOLDER",
        nargs="?",
        type=Path,
        default=DEFAULT_FOLDER,
        help="where the course is, or is to be put (default: %(default)s); "
        "what you have changed there is never overwritten",
    )
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument(
        "--port",
        type=_port,
        default=DEFAULT_PORT,
        help="the port to listen on, or the next free one (default: %(default)s)",
    )
    parser.add_argument("--version", action="version", version=f"raftlab {__version__}")
    return parser


def _port(text: str) -> int:
    """The port that `text` names."""
    if text.isascii() and text.isdigit() and int(text) <= 65535:
        return int(text)
    raise ArgumentTypeError(f"{text!r} is not a port; a port is a number up to 65535")


def _serve(folder: Path, port: int, *, browser: bool) -> int:
    """Run JupyterLab on `folder` until Ctrl-C; returns the exit code."""
    from jupyterlab.labapp import LabApp

    known = os.environ.get("JUPYTER_CONFIG_PATH", "").split(os.pathsep)
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, [str(JUPYTER), *known]))
    # Ctrl-C interrupts Python at first; a server that is there is asked to stop, and tidies up.
    with suppress(KeyboardInterrupt):
        server = LabApp.initialize_server(_jupyterlab_options(folder, port, browser=browser))
        signal.signal(signal.SIGINT, lambda *_: server.stop(from_signal=True))
        said = [f"JupyterLab listens at {server.local_url}", "Ctrl-C stops it."]
        if port not in (0, server.port):
            said.insert(0, f"Port {port} is taken; using {server.port}.")
        # The server binds its port as the first thing its loop does; this is the next.
        server.io_loop.add_callback(print, *said, sep="\n", flush=True)
        # We give the address, so Jupyter need not, as it would for a token that it made up.
        server.identity_provider.token_generated = False
        server.start()
    print(f"\nStopped. Your work is in {folder}")
    return 0


def _jupyterlab_options(folder: Path, port: int, *, browser: bool) -> list[str]:
    return [
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.port={port}",
        f"--ServerApp.open_browser={browser}",
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.allow_root=True",  # in a container everyone is root
        "--ServerApp.log_level=ERROR",
        "--LabApp.log_level=ERROR",
        # A workspace of its own: the learner's other projects keep their tabs to themselves.
        f"--LabApp.default_url=/lab/workspaces/raftlab/tree/{course.START}",
        "--LabApp.extension_manager=readonly",  # it would ask the network for what there is
    ]
