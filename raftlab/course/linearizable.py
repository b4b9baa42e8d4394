"""Whether there is an order that explains what clients saw. (§8; Herlihy and Wing, 1990)"""

from __future__ import annotations

from dataclasses import dataclass

from raftlab.course.generated import GeneratedExercise
from raftlab.course.outcome import Checked, Outcome
from raftlab.course.questions import Question
from raftlab.course.what_clients_saw import what_clients_saw
from raftlab.modelcheck.faults import say_value
from raftlab.sim.linearizability import Linearizability, check_linearizable

YES, NO = "yes", "no"
ANSWERS = {True: YES, False: NO}


@dataclass(frozen=True, kw_only=True)
class Linearizable(GeneratedExercise):
    """Is what these clients saw linearizable? A search among all orders says."""

    def _drawn(self, number: int) -> Question:
        """The history, unjudged."""
        return self._asked(number, operations=what_clients_saw(number))

    def how_to_answer(self, number: int = 1) -> str:
        """Yes or no."""
        return f'check("{self.name}", "yes", {number}), or "no"'

    def _graded(self, answer: object, number: int) -> Checked:
        said = answer.strip(" .!").lower() if isinstance(answer, str) else answer
        said = ANSWERS[said] if isinstance(said, bool) else said
        if not isinstance(said, str) or said not in (YES, NO):
            return self._said(
                Outcome.WRONG,
                "That is neither yes nor no.",
                f'The answer is "yes" or "no"; it was {say_value(answer)}.',
                number,
            )
        verdict = judged(number)
        if said == right_word(number):
            headline = f"{self._title(number)}: {said}."
            return self._said(Outcome.PASSED, headline, in_words(verdict), number)
        if verdict.linearizable:
            return self._said(
                Outcome.WRONG,
                "There is an order.",
                in_words(verdict),
                number,
                question="Which two did you take to contradict each other? Had one of them ended "
                "before the other began?",
            )
        return self._said(
            Outcome.WRONG,
            "There is no order.",
            in_words(verdict),
            number,
            question="Where in your order do these stand? Does each stand within its time?",
        )

    def reference(self) -> str:
        """The answers to the questions that count."""
        numbers = range(1, self.asked + 1)
        return "\n".join(f"question {n}: {right_word(n)}. {in_words(judged(n))}" for n in numbers)


def judged(number: int) -> Linearizability:
    """The verdict on the history of a question."""
    return check_linearizable(what_clients_saw(number))


def right_word(number: int) -> str:
    """Yes or no."""
    return ANSWERS[judged(number).linearizable]


def in_words(verdict: Linearizability) -> str:
    """The order, or why there is none."""
    if not verdict.linearizable:
        return verdict.sentence
    order = (
        f"{one.client}'s {one.command} ({one.told or 'never answered'})" for one in verdict.order
    )
    return f"As if one after another: {'; '.join(order)}."
