"""Many trials, one after the other in this process or many at a time in others.

Either way they are the same trials, and come back in the order of their numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, wait
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple

from raftlab.sim.experiments.progress import Bar
from raftlab.sim.experiments.travel import (
    ExecutorGaveUp,
    Given,
    Raised,
    gave_up,
    packed,
    submitted,
)
from raftlab.sim.experiments.trial import SetUp
from raftlab.sim.rates import Outcome
from raftlab.sim.words import counted

IN_A_CHUNK = 25  # trials: a fraction of a second
MOST_WAITING = 64  # chunks


class Chunk(NamedTuple):
    """Some trials of one set-up, by their numbers."""

    place: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Making:
    """How trials are made: how many, by which seed, who makes them, and whether a bar is shown."""

    trials: int
    seed: int = 0
    executor: Executor | None = None
    progress: bool = True


class Trials:
    """The trials of several set-ups, each with a label: what they gave, and why not all were made.

    `stopped` is a sentence, or empty.
    """

    def __init__(
        self, set_ups: Sequence[tuple[str, SetUp]], making: Making, *, in_pairs: bool
    ) -> None:
        """Nothing done yet.

        In pairs, the trials of all set-ups are numbered alike. Where they differ in little, what
        chance does to one it does to all, and the difference stands out. Where each is held against
        a formula, that would make one stray point many: they are numbered through.
        """
        self.stopped = ""
        self._labels = [label for label, _ in set_ups]
        self._set_ups = [set_up for _, set_up in set_ups]
        self._making = making
        self._apart = 0 if in_pairs else making.trials
        self._done: dict[Chunk, list[Outcome]] = {}
        self._bar = Bar(making.trials * len(set_ups), shown=making.progress)

    def make(self) -> list[list[Outcome]]:
        """What they give: for each set-up in the order of their numbers.

        An interrupt, or an executor that fails, ends it with what is done by then; set-ups that are
        left without a trial are missing at the end. If nothing is done, raises KeyboardInterrupt or
        ExecutorGaveUp. Raises CannotTravel for what no executor can be sent, TypeError for what is
        no executor, and whatever a trial raises.
        """
        executor = self._making.executor
        with self._bar:
            try:
                if executor is None:
                    self._here()
                else:
                    self._there(executor)
            except (KeyboardInterrupt, ExecutorGaveUp) as error:
                made = self._in_order()
                if not made:
                    raise
                of = counted(self._making.trials * len(self._set_ups), "trial")
                why = str(error) or "you interrupted it"
                self.stopped = f"Only {sum(map(len, made)):,} of {of} were made: {why}."
        return self._in_order()

    def _here(self) -> None:
        for chunk in self._chunks(1):
            self._note(chunk, [self._outcome(chunk.place, chunk.first)])

    def _outcome(self, place: int, number: int) -> Outcome:
        return self._set_ups[place].outcome(self._making.seed, number)

    def _chunks(self, size: int) -> Iterator[Chunk]:
        for place in range(len(self._set_ups)):
            begin = place * self._apart + 1
            end = begin + self._making.trials
            for first in range(begin, end, size):
                yield Chunk(place, first, min(end, first + size) - 1)

    def _note(self, chunk: Chunk, outcomes: list[Outcome]) -> None:
        self._done[chunk] = outcomes
        self._bar.advance(len(outcomes), self._labels[chunk.place])

    def _there(self, executor: Executor) -> None:
        """The same in other processes, as many chunks waiting as keep them busy."""
        chunks = self._chunks(IN_A_CHUNK)
        packed_ones = [packed(set_up) for set_up in self._set_ups]
        waiting: dict[Given, Chunk] = {}
        try:
            while True:
                while len(waiting) < MOST_WAITING and (chunk := next(chunks, None)):
                    job = (packed_ones[chunk.place], self._making.seed, chunk.first, chunk.last)
                    waiting[submitted(executor, *job)] = chunk
                if not waiting:
                    return
                self._take_all(wait(waiting, return_when=FIRST_COMPLETED).done, waiting)
        finally:
            for future in waiting:
                future.cancel()

    def _take_all(self, done: Iterable[Given], waiting: dict[Given, Chunk]) -> None:
        """Note what came of these chunks, before the one that the executor failed at, if any."""
        failure: Exception | None = None
        for future in done:
            chunk = waiting.pop(future)
            try:
                given = future.result()
            except Exception as error:
                failure = error
                continue
            if isinstance(given, Raised):
                self._again(chunk, given.number)
            else:
                self._note(chunk, given)
        if failure is not None:
            raise gave_up(failure) from failure

    def _again(self, chunk: Chunk, number: int) -> None:
        """What a trial raised elsewhere it raises here, with the learner's own lines."""
        self._outcome(chunk.place, number)
        raise RuntimeError(
            f"Trial {number} failed in another process, and did not when it was made again. What "
            "it is made of may depend on its arguments alone: not on chance, on a clock, on what "
            "it was asked before, or on the process that asks."
        )

    def _in_order(self) -> list[list[Outcome]]:
        """Of each set-up the trials up to the first that is not done.

        What is done beyond it is more of those that were soon over than of the others.
        """
        size = 1 if self._making.executor is None else IN_A_CHUNK
        found: list[list[Outcome]] = [[] for _ in self._set_ups]
        broken_off: set[int] = set()
        for chunk in self._chunks(size):
            if chunk not in self._done:
                broken_off.add(chunk.place)
            elif chunk.place not in broken_off:
                found[chunk.place] += self._done[chunk]
        return list(takewhile(bool, found))
