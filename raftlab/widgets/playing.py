"""Play: one step after another by itself, until there is none or somebody pauses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from raftlab.widgets.panel import Panel


class Playing:
    """Steps a panel while it goes; calls `show` after each step, and when it stops by itself."""

    def __init__(self, panel: Panel, speed: Callable[[], float], show: Callable[[], None]) -> None:
        """Not going yet; `speed` says how many events a second."""
        self._panel = panel
        self._speed = speed
        self._show = show
        self._task: asyncio.Task[None] | None = None

    @property
    def goes(self) -> bool:
        """Whether it steps at the moment."""
        return self._task is not None

    def start_or_pause(self) -> None:
        """Start if it does not go, pause if it does."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._keep_stepping())
        else:
            self.pause()

    def pause(self) -> None:
        """Take no more steps."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _keep_stepping(self) -> None:
        # Along a recorded run, play stops where it ends; from there it goes on until paused.
        panel = self._panel
        recorded = panel.place() < panel.moments()
        clock = asyncio.get_running_loop().time
        due = clock()
        try:
            while panel.refusals.step() is None and (
                not recorded or panel.place() < panel.moments()
            ):
                # Showing a step takes its time, which is a part of the pause; none is caught up on.
                due = max(due + 1 / self._speed(), clock())
                await asyncio.sleep(due - clock())
                panel.step()
                self._show()
        finally:
            if self._task is asyncio.current_task():
                self._task = None
            self._show()
