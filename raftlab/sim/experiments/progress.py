"""A bar that shows how many trials are done, in a notebook or a terminal."""

from __future__ import annotations

from typing import Any

DELAY = 0.5  # seconds; what is done before that needs no bar


class Bar:
    """As long as there are trials; entered, it shows itself, and is gone again at the end."""

    def __init__(self, trials: int, *, shown: bool) -> None:
        """A bar of so many trials."""
        self._trials, self._shown = trials, shown
        self._bar: Any = None

    def __enter__(self) -> Bar:
        """Show it, once it has taken a while."""
        if self._shown:
            from tqdm.auto import tqdm

            form = "{desc} {bar} {n:,} of {total:,} trials"
            self._bar = tqdm(total=self._trials, delay=DELAY, leave=False, bar_format=form)
        return self

    def advance(self, trials: int, label: str) -> None:
        """So many more are done; now it is at what `label` says."""
        if self._bar is not None:
            self._bar.set_description_str(label, refresh=False)
            self._bar.update(trials)

    def __exit__(self, *raised: object) -> None:
        """Take it away. One that is not full would stay, in red, as if something had failed."""
        if self._bar is not None:
            self._bar.total = self._bar.n
            self._bar.close()
