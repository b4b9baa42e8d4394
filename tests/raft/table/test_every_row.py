"""Every row of the tables is tested, or left out by name; what is chosen otherwise is stated."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from .tables import CHOICES, LEFT_OUT, LEFT_OUT_IN_PART, ROWS

MODULES = sorted(path.stem for path in Path(__file__).parent.glob("test_*_*.py"))


def every_test() -> Iterator[object]:
    for name in MODULES:
        module = import_module(f"{__package__}.{name}")
        yield from (value for key, value in vars(module).items() if key.startswith("test_"))


def named(what: str) -> set[str]:
    """The rows that some test names, as held or as otherwise."""
    return {row for test in every_test() for row in getattr(test, what, ())}


def test_every_row_is_tested_or_left_out_by_name_and_none_is_both() -> None:
    tested = named("rows") | named("choices")
    assert tested | LEFT_OUT.keys() == set(ROWS)
    assert tested & LEFT_OUT.keys() == set()
    assert len(set(ROWS)) == len(ROWS) == 85


def test_every_other_choice_is_stated_and_tested() -> None:
    assert named("choices") == CHOICES.keys()


def test_what_is_left_out_in_part_is_tested_in_part() -> None:
    assert LEFT_OUT_IN_PART.keys() <= named("rows") | named("choices")


@pytest.mark.parametrize("sentences", [CHOICES, LEFT_OUT, LEFT_OUT_IN_PART])
def test_every_reason_is_a_sentence(sentences: dict[str, str]) -> None:
    assert all(said[0].isupper() or said.startswith("commit_index") for said in sentences.values())
    assert all(said.endswith(".") and len(said) > 40 for said in sentences.values())


def test_every_test_of_the_tables_names_its_rows() -> None:
    own = __name__.rpartition(".")[2]
    nameless = [
        key
        for name in MODULES
        if name != own
        for key, value in vars(import_module(f"{__package__}.{name}")).items()
        if key.startswith("test_") and not {"rows", "choices"} & vars(value).keys()
    ]
    assert nameless == []
