"""The runs of a trial, one after the other in this process or many at a time in others.

Either way the run that counts is the failing one of the lowest number: who finds it, and what else
was found meanwhile, makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from time import monotonic

from raftlab.modelcheck.at_random.travel import first_failing, packed
from raftlab.modelcheck.at_random.trial import Trial

EVENTS_IN_A_CHUNK = 2_000  # a fraction of a second
MOST_WAITING = 128  # chunks

Chunk = tuple[int, int]  # its first and last number
Waiting = dict["Future[int | None]", Chunk]


class Runs:
    """The runs numbered 1 to `count`: how many are done, and the lowest that is known to fail."""

    def __init__(self, trial: Trial, count: int, seconds: float) -> None:
        """Nothing done yet; the time starts now."""
        self.trial, self.count = trial, count
        self.done = 0
        self.failing: int | None = None
        self.stopped = ""
        self._seconds = seconds
        self._deadline = monotonic() + seconds

    def make(self, executor: Executor | None) -> None:
        """Make runs until one fails, or all are made, or the time is up, which `stopped` says.

        Raises CannotTravel if there is an executor and something cannot be sent to it, TypeError
        if it is no executor.
        """
        if executor is None:
            self._here()
        else:
            self._there(executor)
            if self.failing is not None and not self.stopped:
                self.done = self.failing  # those above it do not count

    def _here(self) -> None:
        for number in range(1, self.count + 1):
            if self._time_is_up():
                return
            failed = not self.trial.holds_up(number)
            self.done = number
            if failed:
                self.failing = number
                return

    def _there(self, executor: Executor) -> None:
        packed_trial, chunks = packed(self.trial), self._chunks()
        waiting: Waiting = {}
        try:
            while not self.stopped:
                if self.failing is None:
                    self._submit(executor, packed_trial, chunks, waiting)
                if not waiting or self._time_is_up():
                    return
                left = max(0.0, self._deadline - monotonic())
                for future in wait(waiting, left, FIRST_COMPLETED).done:
                    self._take(future, waiting.pop(future))
                self._forget_what_comes_later(waiting)
        finally:
            for future in waiting:
                future.cancel()

    def _chunks(self) -> Iterator[Chunk]:
        size = max(1, EVENTS_IN_A_CHUNK // self.trial.events)
        for first in range(1, self.count + 1, size):
            yield first, min(self.count, first + size - 1)

    def _submit(
        self, executor: Executor, packed_trial: bytes, chunks: Iterator[Chunk], waiting: Waiting
    ) -> None:
        while len(waiting) < MOST_WAITING and (chunk := next(chunks, None)):
            try:
                future = executor.submit(first_failing, packed_trial, *chunk)
            except Exception as error:
                self._give_up(error)
                return
            if not isinstance(future, Future):
                raise TypeError(
                    f"An executor gives futures of concurrent.futures; {executor!r} gave a "
                    f"{type(future).__name__}. (From a Dask client, take client.get_executor().)"
                )
            waiting[future] = chunk

    def _take(self, future: Future[int | None], chunk: Chunk) -> None:
        """Note what came of a chunk. What it raises is the executor's: no run raises anything."""
        first, last = chunk
        try:
            failing = future.result()
        except Exception as error:
            self._give_up(error)
            return
        self.done += (last if failing is None else failing) - first + 1
        if failing is not None:
            self.failing = min(failing, self.failing or failing)

    def _forget_what_comes_later(self, waiting: Waiting) -> None:
        if self.failing is not None:
            for future in [f for f, (first, _) in waiting.items() if self.failing < first]:
                future.cancel()
                del waiting[future]

    def _give_up(self, error: Exception) -> None:
        words = str(error).strip().rstrip(".")
        self.stopped = f"the executor gave up ({type(error).__name__}: {words})"

    def _time_is_up(self) -> bool:
        if self._deadline <= monotonic():
            self.stopped = f"the time of {self._seconds:.3g} s was up"
        return bool(self.stopped)
