"""What a check comes to, in words: an outcome, what was seen, a question that leads on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from raftlab.sim.history import History
from raftlab.sim.words import say_event

if TYPE_CHECKING:
    from raftlab.course.exercise import Exercise
    from raftlab.modelcheck.result import Exploration


class Outcome(Enum):
    """What became of an answer."""

    NOT_ATTEMPTED = "not attempted"
    PASSED = "passed"
    WRONG = "wrong"
    RAISED = "raised"
    SAFE = "safe"  # nothing bad can happen, but it is not what the paper does

    @property
    def words(self) -> str:
        """The outcome as a learner reads it."""
        return "safe, but not what the paper does" if self is Outcome.SAFE else self.value


@dataclass(frozen=True)
class Checked:
    """What `check` found.

    `question` leads on from what went wrong; `closer` are the same facts in more detail, for a
    hint. `history` is the run that shows it and `found` the exploration that it came from, if any;
    `asked` is what the rule was asked when it failed. `tried` says how much was tried, `scope`
    within which bounds. `number` is that of the question, `events` how many a schedule took.
    `notes` are said beside it: of a stale function, or of progress that cannot be saved.
    """

    exercise: Exercise
    outcome: Outcome
    headline: str
    sentence: str = ""
    question: str = ""
    closer: str = ""
    asked: tuple[object, ...] = ()
    history: History | None = None
    found: Exploration | None = None
    tried: str = ""
    scope: str = ""
    number: int = 1
    events: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the answer is right."""
        return self.outcome is Outcome.PASSED

    @property
    def words(self) -> str:
        """The outcome as a learner reads it; "safe, and unavailable" is the whole of one."""
        stuck = self.outcome is Outcome.SAFE and self.headline.lower().startswith("safe")
        return self.headline.rstrip(".").lower() if stuck else self.outcome.words

    @property
    def told(self) -> str:
        """Outcome and headline in one line."""
        words = f"{self.words[0].upper()}{self.words[1:]}."
        return words if words == self.headline else f"{words} {self.headline}"

    @property
    def next(self) -> str:
        """What the learner can do now."""
        name = self.exercise.name
        if self.passed:
            return f"The explained answer: `solution({name!r})`"
        if self.outcome is Outcome.NOT_ATTEMPTED:
            return f"A nudge to begin with: `hint({name!r})`"
        play = "Play the run: `lab(_.history)`. " if self.history and len(self.history) > 1 else ""
        return f"{play}A hint that speaks of this answer: `hint({name!r})`"

    def lines(self) -> Iterator[str]:
        """The events of the run, a line each."""
        if self.history:
            for number, moment in enumerate(self.history.line()):
                if moment.step:
                    yield f"{number:>4}  {say_event(moment.step.event)}"

    def __str__(self) -> str:
        """All of it as text."""
        parts = (
            *self.notes,
            self.told,
            self.sentence,
            *self.lines(),
            f"A question. {self.question}" if self.question else "",
            self.tried,
            self.scope,
            self.next.replace("`", ""),
        )
        return "\n".join(part for part in parts if part)

    __repr__ = __str__


def stars(count: int) -> str:
    """A difficulty of 1 to 3 as stars."""
    return "★" * count + "☆" * (3 - count)
