"""What the README shows is so."""

import re
from pathlib import Path

import pytest

from raftlab.course.folder import chapters
from raftlab.sim.walkthrough import transcript

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    """The README's fenced blocks in that language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


def test_two_commands_of_a_line_each() -> None:
    # .ci/run runs them: the first opens the course, the second runs all tests.
    first, second = blocks("bash")
    assert re.fullmatch(r"\S.*/raftlab\n", first)
    assert re.fullmatch(r"\S.* -m pytest\n", second)


def test_the_part_of_the_walkthrough_is_a_part_of_it() -> None:
    (part,) = blocks("text")
    assert part in transcript()


def test_what_exploring_says_is_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    (example,), (output,) = blocks("python"), blocks("output")
    exec(example, {})
    assert capsys.readouterr().out.startswith(output)


def test_the_table_lists_the_chapters() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", README, flags=re.MULTILINE)
    assert [f"{name}.ipynb" for name in listed] == list(chapters())
