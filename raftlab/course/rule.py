"""Exercises in which the learner writes one of Raft's rules.

The rule is asked some cases, then every schedule from some starting points is tried with it in its
place. What the paper's own rule answers is the measure of a case, and nothing else is stored.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from textwrap import dedent

from raftlab.course.asking import Function, ask, node_of
from raftlab.course.cases import Case
from raftlab.course.exercise import Exercise
from raftlab.course.facts import Facts, facts_of_firing, facts_of_run
from raftlab.course.outcome import Checked, Outcome
from raftlab.course.own_code import calls_with, line_at_fault
from raftlab.course.stub import is_stub
from raftlab.modelcheck import Bounds, Exploration, explore
from raftlab.modelcheck.faults import Unsound, fails, say_value
from raftlab.modelcheck.goals import LIVELY, Goal
from raftlab.modelcheck.result import Fault, Verdict, say_seconds
from raftlab.raft import RAFT, Firing, RuleError, Rules
from raftlab.sim.history import History
from raftlab.sim.words import counted


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
    `alternatives` are right answers that are written otherwise than the paper's.
    """

    cases: tuple[Case, ...]
    places: tuple[Place, ...]
    asks: str
    mistakes: tuple[Mistake, ...]
    alternatives: tuple[Function, ...]

    def how_to_answer(self, number: int = 1) -> str:
        """The function itself, in the cell that defines it."""
        return f'check("{self.name}", {self.name}), below the function'

    def reference(self) -> str:
        """The paper's rule, as raftlab's own source has it."""
        return dedent(inspect.getsource(self.paper))

    @property
    def paper(self) -> Function:
        """The paper's rule."""
        rule: Function = getattr(RAFT, self.name)
        return rule

    def grade(self, answer: object, number: int = 1) -> Checked:
        """Ask the cases, try every schedule, and say what came of it."""
        if is_stub(answer):
            return self.not_attempted()
        if not callable(answer):
            return self._wrong(
                "That is no function.",
                f"check takes the function itself, `check({self.name!r}, {self.name})`, and calls "
                f"it when it needs to. It was given {say_value(answer)}.",
            )
        if complaint := calls_with(answer, self.name, self.cases[0].arguments):
            return self._wrong("It cannot be called as a rule is.", complaint)
        try:
            firings = ask(self.name, answer, self.cases)
        except Unsound as unsound:
            return self._faulty(answer, unsound.fault)
        except RuleError as error:
            if isinstance(error.__cause__, NotImplementedError):
                return self.not_attempted()
            return self._faulty(answer, fails(error))
        return self._explored(answer, firings)

    def _explored(self, answer: Function, firings: Sequence[Firing]) -> Checked:
        rules = RAFT.but(**{self.name: answer})
        differing = self._differing(firings)
        facts = self._facts_of_case(firings, differing[0]) if differing else None
        mistake = self._mistake(firings) if differing else None
        explored = list(self._explorations(rules))
        last = explored[-1]
        if last.verdict is Verdict.UNSOUND and last.fault:
            return self._faulty(answer, last.fault, last)
        if last.verdict is Verdict.BROKEN:
            facts = facts_of_run(last, self.name) or facts
            return self._told(Outcome.WRONG, last.headline, last.sentence, last, facts, mistake)
        for stuck in (one for one in explored if one.verdict is Verdict.UNAVAILABLE):
            return self._told(Outcome.SAFE, stuck.headline, stuck.sentence, stuck, facts, mistake)
        if last.verdict is not Verdict.NOTHING_BROKE:
            return self._wrong("It is too slow to try every schedule.", last.tried, found=last)
        tried = self._tried(explored)
        if differing:
            case = self.cases[differing[0]]
            sentence = f"In one case the paper answers otherwise: {case.says}."
            return self._told(
                Outcome.SAFE, f"Nothing broke. {tried}", sentence, None, facts, mistake
            )
        return Checked(
            self,
            Outcome.PASSED,
            f"{self.title}: your rule does what Raft's does, as far as was tried.",
            tried=tried,
            scope=" ".join(_first_sentences(one.scope) for one in explored) + BEYOND,
        )

    def _explorations(self, rules: Rules) -> Iterator[Exploration]:
        """One place after the other, as long as nothing breaks."""
        for place in self.places:
            found = explore(place.start(), rules, place.bounds, goals=place.goals)
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
        return facts_of_firing(where, None, node, firings[place])

    def _told(
        self,
        outcome: Outcome,
        headline: str,
        sentence: str,
        found: Exploration | None,
        facts: Facts | None,
        mistake: Mistake | None,
    ) -> Checked:
        question = mistake.asks if mistake else self.asks
        return Checked(
            self,
            outcome,
            headline,
            sentence,
            question=facts.fill(question) if facts else question,
            closer=facts.closer if facts else "",
            history=found.history if found else None,
            found=found,
            tried=found.tried if found else "",
            scope=found.scope if found else "",
        )

    def _wrong(self, headline: str, sentence: str, found: Exploration | None = None) -> Checked:
        return Checked(self, Outcome.WRONG, headline, sentence, found=found)

    def _faulty(self, answer: Function, fault: Fault, found: Exploration | None = None) -> Checked:
        """The rule raised, or did what no rule may."""
        raised = line_at_fault(answer, fault.arguments)
        return Checked(
            self,
            Outcome.RAISED if raised else Outcome.WRONG,
            f"{self.name} raised {raised.kind}." if raised else f"{self.name} is not a rule yet.",
            raised.sentence if raised else fault.sentence,
            asked=fault.arguments,
            history=found.history if found else None,
            found=found,
            tried=found.tried if found else "",
        )

    def _tried(self, explored: Sequence[Exploration]) -> str:
        clusters = sum(one.states for one in explored)
        seconds = say_seconds(sum(one.seconds for one in explored))
        places = counted(len(explored), "starting point")
        return (
            f"Tried {counted(len(self.cases), 'case')}, and every schedule within bounds from "
            f"{places}: {counted(clusters, 'cluster')} in {seconds}."
        )

    @cached_property
    def _by_the_paper(self) -> list[Firing]:
        return ask(self.name, self.paper, self.cases)


BEYOND = " Beyond these bounds nothing is claimed."


def _first_sentences(scope: str) -> str:
    """Where it began and within which bounds, without what holds for every exploration."""
    return scope.partition(" A message that is delayed")[0]
