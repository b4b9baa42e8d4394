"""What every exercise is, whatever its kind: data that says what to do, and how it is graded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from raftlab.course.outcome import Checked, Outcome
from raftlab.course.questions import Question

if TYPE_CHECKING:
    from raftlab.sim.history import History


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise: its name, where it stands, what it asks, how it helps.

    `chapter` is the stem of the notebook it stands in, `place` its number there, `stars` its
    difficulty from 1 to 3, `section` where the paper says it. The hints come one after the other: a
    nudge says where to look, a hint what to think of, a scaffold leaves only the decisive part
    open. `explains` goes with the reference.
    """

    name: str
    chapter: str
    place: int
    title: str
    stars: int
    section: str
    task: str
    nudge: str
    hint: str
    scaffold: str
    explains: str

    @property
    def chapter_title(self) -> str:
        """The title of its chapter, from the name of the notebook: "1. Watching Raft"."""
        number, *words = self.chapter.split("_")
        return f"{int(number)}. {' '.join(words).capitalize().replace(' raft', ' Raft')}"

    @property
    def parts(self) -> int:
        """How many questions there are to answer."""
        return 1

    @property
    def hints(self) -> tuple[str, str, str]:
        """The three hints, in order."""
        return self.nudge, self.hint, self.scaffold

    def grade(self, answer: object, number: int = 1) -> Checked:
        """What an answer comes to; `number` says which of several questions it answers."""
        raise NotImplementedError

    def question(self, number: int = 1) -> Question:
        """What is asked, with its picture."""
        return Question(self.title, self.stars, self.section, self.task, self.how_to_answer(number))

    def how_to_answer(self, number: int = 1) -> str:
        """How the call of `check` is written."""
        raise NotImplementedError

    def begin(self) -> History | None:
        """A run to play in the lab and hand in; None where the answer is no run."""
        return None

    def reference(self) -> str:
        """The right answer, as source or in words."""
        raise NotImplementedError

    def not_attempted(self, number: int = 1) -> Checked:
        """What an untouched answer comes to."""
        return Checked(self, Outcome.NOT_ATTEMPTED, "Nothing to check yet.", number=number)
