"""What an exercise asks, as a value that shows itself: words, choices, a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from raftlab.course.outcome import stars
from raftlab.raft import Cluster, Log
from raftlab.sim.linearizability import Operation

LETTERS = "abcdefgh"


class NoQuestion(ValueError):
    """A question was asked for by a number that is none; the message is a sentence."""


@dataclass(frozen=True)
class Question:
    """One question: of which exercise, what it asks, its choices by letter, and the picture.

    `logs` are choices that are logs, `operations` what clients saw. `answer` shows how an answer is
    written.
    """

    title: str
    stars: int
    section: str
    task: str
    answer: str
    choices: tuple[str, ...] = ()
    logs: tuple[Log, ...] = ()
    cluster: Cluster | None = None
    operations: tuple[Operation, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def lettered(self) -> tuple[tuple[str, str], ...]:
        """The choices by letter, logs in words."""
        said = self.choices or tuple(map(say_log, self.logs))
        return tuple(zip(LETTERS, said, strict=False))

    def __str__(self) -> str:
        """All of it as text, but for the picture."""
        lines = [f"{self.title} {stars(self.stars)}", self.task]
        lines += [f"  {letter}. {said}" for letter, said in self.lettered]
        lines += [f"  {name}: {means}" for name, means in self.fields.items()]
        if self.cluster is not None:
            lines += [
                f"  {n.name}, {n.role.value} in term {n.current_term}: {say_log(n.log)}"
                for n in self.cluster.nodes
            ]
        lines += [f"  {operation}" for operation in self.operations]
        return "\n".join([*lines, f"Answer: {self.answer}"])

    __repr__ = __str__


def say_log(log: Log) -> str:
    """A log as the terms of its entries, in order, behind what it has discarded."""
    kept = " ".join(f"t{entry.term}" for entry in log.entries) or "empty"
    if not log.prefix_index:
        return kept
    return f"discarded up to entry {log.prefix_index} of t{log.prefix_term}, after that {kept}"
