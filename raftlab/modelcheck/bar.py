"""A bar that shows how far a search is, in a notebook or a terminal."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from raftlab.modelcheck.bounds import Bounds
from raftlab.sim.words import counted


class Bar:
    """As long as the search may take; entered, it shows itself, and gone again at the end."""

    def __init__(self, seconds: float, *, shown: bool) -> None:
        """A bar of so many seconds."""
        self._seconds, self._shown = seconds, shown
        self._bar: Any = None
        self._began = 0.0
        self._within = ""

    def __enter__(self) -> Bar:
        """Show it."""
        from tqdm.auto import tqdm

        self._began = perf_counter()
        form = "{desc} {bar} {n:.0f} of {total:g} s"
        self._bar = tqdm(total=self._seconds, disable=not self._shown, leave=False, bar_format=form)
        return self

    def say(self, bounds: Bounds) -> None:
        """Say within which bounds it searches now."""
        terms, entries = counted(bounds.terms, "term"), counted(bounds.entries, "entry", "entries")
        self._within = f"{terms}, {entries}, {bounds.in_flight} in flight"
        if bounds.crashes is not None:
            self._within += f", {counted(bounds.crashes, 'crash', 'crashes')}"

    def advance(self, states: int, depth: int) -> None:
        """Move on, and say how many clusters were reached and how deep."""
        said = f"{self._within}: {states:,} clusters, {counted(depth, 'event')} deep"
        self._bar.set_description_str(said, refresh=False)
        passed = min(self._seconds, perf_counter() - self._began)
        self._bar.update(passed - self._bar.n)

    def __exit__(self, *raised: object) -> None:
        """Take it away. One that is not full would stay, in red, as if something had failed."""
        self._bar.total = self._bar.n
        self._bar.close()
