"""One exploration from its first cluster to its verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from copy import deepcopy
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING

from raftlab.modelcheck.bounds import Bounds
from raftlab.modelcheck.departure import departure
from raftlab.modelcheck.faults import Unsound, fails, is_not_repeated
from raftlab.modelcheck.goals import Goal
from raftlab.modelcheck.result import Attained, Exploration, Fault, Level, Verdict
from raftlab.modelcheck.watchdog import Watchdog
from raftlab.raft import (
    RAFT,
    Cluster,
    Event,
    Heal,
    NotPossible,
    Property,
    RuleError,
    Rules,
    Violation,
    broken_in,
    stopped_short,
)
from raftlab.sim.history import History

if TYPE_CHECKING:
    from raftlab.modelcheck.fast.levels import Levels

Progress = Callable[[int, int], None]

SECONDS_FOR_A_CALL = 2.0


class Attempt:
    """What an exploration is of, and what it has come to so far."""

    def __init__(
        self,
        start: Cluster,
        rules: Rules,
        bounds: Bounds,
        properties: tuple[Property, ...],
        goals: tuple[Goal, ...],
        *,
        symmetry: bool,
        seed: int,
    ) -> None:
        """Nothing tried yet."""
        self.start, self.rules, self.bounds = start, rules, bounds
        self.properties, self.goals = properties, goals
        self.symmetry, self.seed = symmetry, seed
        self.levels: tuple[Level, ...] = ()
        self.turns = 0
        self.attained: dict[Goal, int] = {}
        self.history: History | None = None
        self.fault: Fault | None = None
        self.stopped = ""

    def made(self, progress: Progress, title: str) -> Exploration:
        """Search, and say what came of it. An interrupt ends the search, not the saying."""
        began = perf_counter()
        try:
            self._search(progress)
            verdict = self._verdict()
        except KeyboardInterrupt:
            self.stopped, verdict = "you interrupted it", Verdict.UNDECIDED
        found = Exploration(
            verdict=verdict,
            start=self.start,
            title=title,
            rules=self.rules,
            bounds=self.bounds,
            properties=self.properties,
            levels=self.levels,
            seconds=perf_counter() - began,
            turns=self.turns,
            symmetry=self.symmetry,
            goals=tuple(Attained(goal.words, self.attained.get(goal)) for goal in self.goals),
            violation=self._violation(),
            fault=self.fault if verdict is Verdict.UNSOUND else None,
            history=self.history,
            events=len(self.history) - 1 if self.history else 0,
            departs=departure(self.history, self.rules) if self.history else None,
            stopped=self.stopped,
        )
        if self.history:
            self.history.title = found.headline.rstrip(".")
        return found

    def _search(self, progress: Progress) -> None:
        """Search until a property breaks, a rule fails, all is tried, or a bound is reached."""
        if broken_in(self.start, self.properties):
            self.levels, self.history = (Level(1, 0),), self._played(())
            return
        from raftlab.modelcheck.fast.levels import Found

        watchdog = Watchdog(SECONDS_FOR_A_CALL)
        with watchdog if self.rules.changed else nullcontext():
            levels = self._levels(watchdog)
            run: tuple[Event, ...] | None = None
            try:
                for _ in self._going_on(levels):
                    progress(levels.states, levels.depth)
            except Found as found:
                run = found.run
            except Unsound as unsound:
                self.fault, self.history = unsound.fault, self._played(levels.run_so_far)
                return
            finally:
                self.levels, self.turns = levels.table, len(levels.turns)
                if run is not None and levels.depth < len(run):
                    self.levels += (Level(1, 0),)  # the cluster in which it broke
            try:
                levels.turns.asking.once_more()
            except Unsound as unsound:
                self.fault = unsound.fault
                return
        if run is not None:
            self.history = self._played(run)

    def _going_on(self, levels: Levels) -> Iterator[None]:
        """Go on until there is nothing more to try, or a bound says stop."""
        began = perf_counter()
        for _ in levels:
            yield
            for goal in levels.turns.cast.attained:
                self.attained.setdefault(goal, levels.depth)
            if levels.states >= self.bounds.states:
                self.stopped = f"the bound of {self.bounds.states:,} clusters was reached"
            elif perf_counter() - began >= self.bounds.seconds:
                self.stopped = f"the time of {self.bounds.seconds:.3g} s was up"
            if self.stopped:
                return

    def _levels(self, watchdog: Watchdog) -> Levels:
        from raftlab.modelcheck.fast.levels import Levels
        from raftlab.modelcheck.fast.turns import Turns
        from raftlab.modelcheck.fast.watch import Watch
        from raftlab.modelcheck.symmetry import Renamings
        from raftlab.modelcheck.trust import Asking

        # A copy: a rule that manages to change what it is given changes nothing of the caller's.
        start = replace(deepcopy(self.start), cut=())
        renamings = Renamings(start.names, symmetry=self.symmetry)
        asking = Asking(self.rules, watchdog, renamings.all[1:])
        turns = Turns(asking, start, self.bounds, self.properties, self.goals, renamings, self.seed)
        return Levels(turns, Watch(self.properties, turns.cast), start)

    def _played(self, run: tuple[Event, ...]) -> History:
        """The run in the plain simulator, up to where the first property breaks or a rule fails."""
        history = History(self.start, self.rules, properties=self.properties)
        try:
            for event in ((Heal(),) if self.start.cut and run else ()) + run:
                if history.now.violations:
                    break
                history.do(event)
        except RuleError as error:
            taken = stopped_short(history.cluster, event, error)
            history.goto(history.attach(history.now.number, taken).number)
            self.fault = fails(error)
        except NotPossible:
            self.fault = is_not_repeated(self.rules)
        return history

    def _violation(self) -> Violation | None:
        violations = self.history.now.violations if self.history else ()
        return violations[0] if violations else None

    def _verdict(self) -> Verdict:
        if self._violation():
            return Verdict.BROKEN
        if self.fault or self.history:
            self.fault = self.fault or is_not_repeated(self.rules)
            return Verdict.UNSOUND
        if self.stopped:
            return Verdict.UNDECIDED
        missing = tuple(goal for goal in self.goals if goal not in self.attained)
        if not missing:
            return Verdict.NOTHING_BROKE
        if self.rules.changed and self._raft_attains(missing):
            self.history = self._played(())
            return Verdict.UNAVAILABLE
        return Verdict.UNDECIDED

    def _raft_attains(self, goals: tuple[Goal, ...]) -> bool:
        """Whether the paper's rules attain one of these goals from here within the same bounds."""
        raft = Attempt(
            self.start, RAFT, self.bounds, (), goals, symmetry=self.symmetry, seed=self.seed
        )
        levels = raft._levels(Watchdog(SECONDS_FOR_A_CALL))
        return any(raft.attained for _ in raft._going_on(levels)) or bool(raft.attained)
