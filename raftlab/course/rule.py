"""Exercises in which the learner writes one of Raft's rules.

The rule is asked some cases, then every schedule from some starting points is tried with it in its
place. What the paper's own rule answers is the measure of a case, and nothing else is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from time import perf_counter

from raftlab.course.asking import ask, node_of
from raftlab.course.cases import Case
from raftlab.course.exercise import Exercise
from raftlab.course.facts import Facts, facts_of_firing, facts_of_run
from raftlab.course.outcome import Checked, Outcome
from raftlab.course.own_code import SECONDS_UNWATCHED, Function, OwnRule, why_no_rule
from raftlab.course.printing import printing_little
from raftlab.course.reference import source_of
from raftlab.course.stub import has_gaps, is_stub
from raftlab.course.telling import (
    all_scopes,
    all_tried,
    differs,
    faulty,
    interrupted,
    passed,
    played_by,
    stumbled,
    undecided,
    wrong,
)
from raftlab.modelcheck import Bounds, Exploration, explore
from raftlab.modelcheck.faults import Unsound, fails, never_returns
from raftlab.modelcheck.goals import LIVELY, Goal
from raftlab.modelcheck.result import Verdict
from raftlab.modelcheck.watchdog import Overlong
from raftlab.raft import RAFT, SAFETY, Firing, Property, RuleError, Rules
from raftlab.sim.history import History

SECONDS = 15.0  # for all explorations of one check; Raft's own rules take less than 2 s
OTHERWISE = "Where does your rule answer otherwise than the paper's?"


@dataclass(frozen=True)
class Place:
    """Where a rule is tried: a start, how far from there, and what must be able to happen."""

    start: Callable[[], History]
    bounds: Bounds
    goals: tuple[Goal, ...] = LIVELY


@dataclass(frozen=True)
class Mistake:
    """A plausible wrong answer by name, what becomes of it, and a question that leads on from it.

    `ends` is how the headline of its check begins: the property that breaks, or "Safe". The
    question may speak of {where}, {node}, {other} and {term}, as `Facts` has them.
    """

    name: str
    rule: Function
    ends: str
    asks: str


@dataclass(frozen=True, kw_only=True)
class RuleExercise(Exercise):
    """Write the rule that the exercise is named after.

    `asks` is the question that leads on from a wrong answer that is none of the `mistakes`.
    `alternatives` are right answers that are written otherwise than the paper's. It takes its place
    among `rules`, and none of the `properties` may break. `measure` is what an answer is measured
    by, where that is not among `RAFT`.
    """

    cases: tuple[Case, ...]
    places: tuple[Place, ...]
    asks: str
    mistakes: tuple[Mistake, ...]
    alternatives: tuple[Function, ...]
    rules: Rules = RAFT
    properties: tuple[Property, ...] = SAFETY
    measure: Function | None = None

    def how_to_answer(self, number: int = 1) -> str:
        """The function itself, in the cell that defines it."""
        return f'check("{self.name}", {self.name}), below the function'

    def reference(self) -> str:
        """The paper's rule, as raftlab's own source has it."""
        return source_of(self.paper)

    @property
    def paper(self) -> Function:
        """The paper's rule."""
        return self.measure or getattr(RAFT, self.name)

    def grade(self, answer: object, number: int = 1) -> Checked:
        """Ask the cases, try every schedule, and say what came of it."""
        if is_stub(answer):
            return self.not_attempted()
        if has_gaps(answer):
            return replace(self.not_attempted(), headline="There is a `...` left to fill in.")
        if complaint := why_no_rule(answer, self.name):
            return wrong(self, *complaint)
        assert callable(answer)
        own = OwnRule(answer)
        try:
            with printing_little(), own:
                return self._graded(own)
        except Overlong:
            return faulty(self, own, never_returns(self.name, (), SECONDS_UNWATCHED))
        except KeyboardInterrupt:
            return interrupted(self)
        except Exception as error:  # of Raft, over what the rule gave
            return stumbled(self, error)

    def _graded(self, own: OwnRule) -> Checked:
        try:
            firings = ask(self.name, own, self.cases)
        except Unsound as unsound:
            return faulty(self, own, unsound.fault)
        except RuleError as error:
            if isinstance(error.__cause__, NotImplementedError):
                return self.not_attempted()
            return faulty(self, own, fails(error))
        return self._explored(own, firings)

    def _explored(self, own: OwnRule, firings: Sequence[Firing]) -> Checked:
        explored = list(self._explorations(self.rules.but(**{self.name: own})))
        last = explored[-1]
        if last.verdict is Verdict.UNSOUND and last.fault:
            return faulty(self, own, last.fault, last)
        if last.verdict is Verdict.BROKEN:
            return self._told(Outcome.WRONG, firings, played_by(self.name, own, last))
        stuck = next((one for one in explored if one.verdict is Verdict.UNAVAILABLE), None)
        if stuck is not None:
            return self._told(Outcome.SAFE, firings, played_by(self.name, own, stuck))
        if last.verdict is not Verdict.NOTHING_BROKE:
            return undecided(self, last)
        differ = self._differing(firings)
        found = self._told(Outcome.SAFE, firings, None) if differ else passed(self)
        tried = all_tried(len(self.cases), explored)
        return replace(found, tried=tried, scope=all_scopes(explored))

    def _explorations(self, rules: Rules) -> Iterator[Exploration]:
        """One place after the other, as long as nothing breaks."""
        ends = perf_counter() + SECONDS
        for place in self.places:
            bounds = replace(place.bounds, seconds=max(0.0, ends - perf_counter()))
            found = explore(place.start(), rules, bounds, self.properties, goals=place.goals)
            yield found
            if found.verdict not in (Verdict.NOTHING_BROKE, Verdict.UNAVAILABLE):
                return

    def _differing(self, firings: Sequence[Firing]) -> list[int]:
        """The numbers of the cases in which the paper's rule gives something else."""
        pairs = zip(firings, self._by_the_paper, strict=True)
        return [n for n, (mine, paper) in enumerate(pairs) if mine.gave != paper.gave]

    def _mistake(self, firings: Sequence[Firing]) -> Mistake | None:
        """The known mistake that answers every case as this rule did."""
        gave = [firing.gave for firing in firings]
        for mistake in self.mistakes:
            if [firing.gave for firing in ask(self.name, mistake.rule, self.cases)] == gave:
                return mistake
        return None

    def _facts_of_case(self, firings: Sequence[Firing], place: int) -> Facts:
        node = node_of(self.cases[place])
        where = f"In the case in which {self.cases[place].says}"
        return facts_of_firing(where, None, node, firings[place], self.paper)

    def _told(
        self, outcome: Outcome, firings: Sequence[Firing], found: Exploration | None
    ) -> Checked:
        """What came of a rule that is not Raft's: the run that shows it, or else a case."""
        differing = self._differing(firings)
        mistake = self._mistake(firings) if differing else None
        facts = facts_of_run(found, self.name, self.paper) if found else None
        if facts is None and differing:
            facts = self._facts_of_case(firings, differing[0])
        question = mistake.asks if mistake else self.asks
        return Checked(
            self,
            outcome,
            found.headline if found else "Nothing broke.",
            found.sentence if found else differs(self.cases, differing),
            question=facts.fill(question) if facts else OTHERWISE,
            closer=facts.closer if facts else "",
            history=found.history if found else None,
            found=found,
            tried=found.tried if found else "",
            scope=found.scope if found else "",
        )

    @cached_property
    def _by_the_paper(self) -> list[Firing]:
        return ask(self.name, self.paper, self.cases)
