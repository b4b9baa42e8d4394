"""What every test may use: the goldens' flag, Hypothesis's profiles, and a Chromium.

And what spans the processes that run them: how many there are, and a table of what all have caught.
"""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from tests.modelcheck.caught import as_lines, rows
from tests.sim import endured

# A judge must give the same verdict twice; at a desk, new examples are welcome. Neither is timed:
# a busy machine is no failure.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("desk", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--regenerate-goldens",
        action="store_true",
        help="write the golden transcripts anew instead of comparing with them",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """No workers for a single file: one of them would run all of it, the others nothing."""
    return 0 if len(config.args) == 1 and not Path(config.args[0]).is_dir() else None


# Not in tests/modelcheck/conftest.py: only the workers read that, and they print nothing.
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the wrong rules and the random runs came to, at the end of the tests' output."""
    caught = rows(terminalreporter.getreports("passed"))
    if caught:
        terminalreporter.write_sep("-", "wrong rules, and the shortest runs that catch them")
        for line in as_lines(caught):
            terminalreporter.write_line(line)
    told = endured.told(terminalreporter.getreports("passed"))
    if told:
        terminalreporter.write_sep("-", "random runs under every fault at once")
        for line in endured.as_lines(told):
            terminalreporter.write_line(line)


@pytest.fixture
def regenerate_goldens(request: pytest.FixtureRequest) -> bool:
    """Whether golden transcripts are to be written anew instead of compared."""
    return bool(request.config.getoption("--regenerate-goldens"))


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of an installed Chromium.

    Without one, a test that needs it is skipped; with RAFTLAB_BROWSER=required it fails.
    """
    found = os.environ.get("RAFTLAB_CHROMIUM") or next(
        filter(None, map(shutil.which, BROWSERS)), None
    )
    if found:
        return found
    message = f"no Chromium is installed (looked for {', '.join(BROWSERS)} and $RAFTLAB_CHROMIUM)"
    if os.environ.get("RAFTLAB_BROWSER") == "required":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture
def learners_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to learn in, with a kernel that was just started."""
    from raftlab.course import learner

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(learner, "_last", {})
    monkeypatch.setattr(learner, "_records", {})
    return tmp_path
