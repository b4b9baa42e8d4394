"""A test of another choice says so: in its record, and beside its failure."""

import pytest

from .tables import CHOICES


@pytest.fixture(autouse=True)
def choices(request: pytest.FixtureRequest, record_property) -> None:
    for row in getattr(request.function, "choices", ()):
        record_property(f"choice {row}", CHOICES[row])
        print(f"{row}: {CHOICES[row]}")
