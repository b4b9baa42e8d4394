"""What every test may use: the goldens' flag, Hypothesis's profiles, and a Chromium."""

import os
import shutil

import pytest
from hypothesis import settings

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
