"""Exercises in which the learner predicts what happens, and the simulator says.

What is right is nowhere written down: the events happen, and each choice or field is looked up in
the cluster that they give.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from raftlab.course.answers import is_value
from raftlab.course.exercise import Exercise
from raftlab.course.outcome import Checked, Outcome
from raftlab.course.questions import LETTERS, Question
from raftlab.course.stub import is_stub
from raftlab.modelcheck.faults import say_value
from raftlab.raft import Cluster, Event
from raftlab.sim.acts import Arrival
from raftlab.sim.explain import explain
from raftlab.sim.history import History
from raftlab.sim.script import perform
from raftlab.sim.words import counted, listed


@dataclass(frozen=True, kw_only=True)
class Prediction(Exercise):
    """What both kinds of prediction share: from `start`, `acts` happen."""

    start: Callable[[], History]
    acts: tuple[Event | Arrival, ...]

    def happened(self) -> History:
        """The run in which the events have happened."""
        history = self.start()
        begin = history.now.number
        perform(history, *self.acts)
        history.title = self.title
        return _from(history, begin)

    def begin(self) -> History | None:
        """Nothing to play: to see it happen is to have the answer."""
        return None

    def _passed(self, history: History) -> Checked:
        step = history.now.step
        words = explain(step) if step else None
        return Checked(
            self,
            Outcome.PASSED,
            f"{self.title.rstrip('?')}: that is what happens.",
            f"{words.headline} {words.reason}" if words else "",
            history=history,
        )


@dataclass(frozen=True)
class Choice:
    """Something that may be so afterwards, whether it is, and a question to whoever thinks so."""

    says: str
    holds: Callable[[Cluster], bool]
    asks: str = ""


@dataclass(frozen=True, kw_only=True)
class ChoiceExercise(Prediction):
    """Which of these is so afterwards? Exactly one is."""

    choices: tuple[Choice, ...]

    def question(self, number: int = 1) -> Question:
        """The cluster before, and the choices."""
        return replace(
            super().question(number),
            choices=tuple(choice.says for choice in self.choices),
            cluster=self.start().cluster,
        )

    def how_to_answer(self, number: int = 1) -> str:
        """One letter."""
        return f'check("{self.name}", "a"), with your letter'

    def grade(self, answer: object, number: int = 1) -> Checked:
        """Let it happen, and see whether the choice holds."""
        if is_stub(answer):
            return self.not_attempted()
        letters = LETTERS[: len(self.choices)]
        letter = answer.strip(" .()").lower() if isinstance(answer, str) else ""
        if len(letter) != 1 or letter not in letters:
            return Checked(
                self,
                Outcome.WRONG,
                "That is none of the choices.",
                f"The answer is one letter in quotes, from {letters[0]} to {letters[-1]}; it was "
                f"{say_value(answer)}.",
            )
        history, choice = self.happened(), self.choices[letters.index(letter)]
        if choice.holds(history.cluster):
            return self._passed(history)
        return Checked(
            self,
            Outcome.WRONG,
            f"{letter} is not what happens.",
            f"The simulator took the {counted(len(self.acts), 'event')}, and this is not so: "
            f"{choice.says}",
            question=choice.asks,
        )

    def reference(self) -> str:
        """What happens, in the words of the choice that holds."""
        after = self.happened().cluster
        right = next(n for n, choice in enumerate(self.choices) if choice.holds(after))
        return f"{LETTERS[right]}. {self.choices[right].says}"


@dataclass(frozen=True)
class Field:
    """Something to read off the cluster afterwards: what it means, its value, a question."""

    means: str
    value: Callable[[Cluster], object]
    asks: str


@dataclass(frozen=True, kw_only=True)
class FormExercise(Prediction):
    """What are these afterwards? The answer is a value for each name."""

    fields: Mapping[str, Field]

    def question(self, number: int = 1) -> Question:
        """The cluster before, and the fields to fill in."""
        return replace(
            super().question(number),
            cluster=self.start().cluster,
            fields={name: field.means for name, field in self.fields.items()},
        )

    @property
    def form(self) -> str:
        """The form, to be filled in."""
        fields = ", ".join(f'"{name}": ...' for name in self.fields)
        return f"{{{fields}}}"

    def how_to_answer(self, number: int = 1) -> str:
        """A value for each name."""
        return f'check("{self.name}", {self.form})'

    def grade(self, answer: object, number: int = 1) -> Checked:
        """Let it happen, and compare field by field. Says which are wrong, not what is right."""
        if is_stub(answer):
            return self.not_attempted()
        if not isinstance(answer, Mapping) or set(answer) != set(self.fields):
            return Checked(
                self,
                Outcome.WRONG,
                "The form is not filled in.",
                f"The answer is {self.form}, with a value for each; it was {say_value(answer)}.",
            )
        if open_yet := [name for name in self.fields if is_stub(answer[name])]:
            headline = f"{listed(open_yet)} {'is' if len(open_yet) == 1 else 'are'} still open."
            return replace(self.not_attempted(), headline=headline)
        history = self.happened()
        wrong = [
            name
            for name, field in self.fields.items()
            if not is_value(answer[name], field.value(history.cluster))
        ]
        if not wrong:
            return self._passed(history)
        given = listed(f"`{name}` {say_value(answer[name])}" for name in wrong)
        right = len(self.fields) - len(wrong)
        return Checked(
            self,
            Outcome.WRONG,
            f"{right} of {len(self.fields)} are right.",
            f"Not so: {given}.",
            question=self.fields[wrong[0]].asks,
        )

    def reference(self) -> str:
        """What happens, field by field."""
        after = self.happened().cluster
        return "\n".join(f"{name}: {field.value(after)!r}" for name, field in self.fields.items())


def _from(history: History, begin: int) -> History:
    """The run from one of its moments on, as a run of its own."""
    path = history.path(history.now.number)
    first = next(place for place, moment in enumerate(path) if moment.number == begin)
    fresh = History(
        path[first].cluster, history.rules, history.title, properties=history.properties
    )
    for moment in path[first + 1 :]:
        if moment.step is not None:
            fresh.do(moment.step.event)
    return fresh
