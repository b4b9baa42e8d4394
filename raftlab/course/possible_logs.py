"""Which logs are possible: those that some schedule brings about. (§5.3)"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from raftlab.course.generated import GeneratedExercise
from raftlab.course.logs_to_come import (
    WITHIN,
    LogsToCome,
    beginnings_of,
    explored,
    logs_to_come,
    possible,
    prefixes_of,
)
from raftlab.course.outcome import Checked, Outcome
from raftlab.course.questions import LETTERS, Question, say_log
from raftlab.modelcheck import explore
from raftlab.modelcheck.faults import say_value
from raftlab.raft import Log, Property, Scope, Server
from raftlab.sim.words import listed


@dataclass(frozen=True, kw_only=True)
class PossibleLogs(GeneratedExercise):
    """Which of these logs can one server have, sooner or later, if clients send nothing more?"""

    def _drawn(self, number: int) -> Question:
        """The cluster, the server, and the logs."""
        asked = logs_to_come(number)
        task = self.task.format(name=asked.name)
        return self._asked(number, task=task, logs=asked.logs, cluster=asked.cluster)

    def how_to_answer(self, number: int = 1) -> str:
        """Letters."""
        return f'check("{self.name}", "ab", {number}), with your letters; "-" is none of them'

    def _graded(self, answer: object, number: int) -> Checked:
        asked = logs_to_come(number)
        letters = LETTERS[: len(asked.logs)]
        chosen = _letters(answer)
        if chosen is None or not chosen <= set(letters):
            return self._said(
                Outcome.WRONG,
                "These are none of the choices.",
                f'The answer is letters in quotes, such as "{letters[:2]}", or "-" for none; it '
                f"was {say_value(answer)}.",
                number,
            )
        reached = possible(asked)
        for letter, log in zip(letters, asked.logs, strict=True):
            if log in reached and letter not in chosen:
                return self._possible(asked, letter, log, number)
        for letter, log in zip(letters, asked.logs, strict=True):
            if log not in reached and letter in chosen:
                return self._impossible(asked, letter, log, number)
        tried = explored(asked)
        return self._said(
            Outcome.PASSED,
            f"{self._title(number)}: {listed(sorted(chosen)) if chosen else 'none'}.",
            f"These are the logs among them that {asked.name} can have; for each there is a "
            "schedule, and for no other within the bounds.",
            number,
            tried=tried.tried,
            scope=tried.scope,
        )

    def _possible(self, asked: LogsToCome, letter: str, log: Log, number: int) -> Checked:
        never = _never(asked.name, log)
        found = explore(asked.cluster, bounds=WITHIN, properties=(never,), symmetry=False)
        now = asked.cluster.node(asked.name).log == log
        return self._said(
            Outcome.WRONG,
            f"{letter} ({say_log(log)}) is possible.",
            f"It is the log that {asked.name} has now."
            if now
            else f"Here is the shortest run in which {asked.name} comes to it.",
            number,
            question="Can it also keep it?"
            if now
            else "Who had to lead for that, and by whose votes?",
            history=found.history,
            tried=found.tried,
        )

    def _impossible(self, asked: LogsToCome, letter: str, log: Log, number: int) -> Checked:
        tried = explored(asked)
        return self._said(
            Outcome.WRONG,
            f"{letter} ({say_log(log)}) is not possible.",
            f"Every schedule within bounds was tried, and {asked.name} never has it.",
            number,
            question=why_not(asked, log),
            tried=tried.tried,
            scope=tried.scope,
        )

    def reference(self) -> str:
        """The answers to the questions that count."""
        return "\n".join(f"question {n}: {right_letters(n)}" for n in range(1, self.asked + 1))


def right_letters(number: int) -> str:
    """The letters of the possible logs, or "-"."""
    asked = logs_to_come(number)
    reached = possible(asked)
    pairs = zip(LETTERS, asked.logs, strict=False)
    return "".join(letter for letter, log in pairs if log in reached) or "-"


def why_not(asked: LogsToCome, log: Log) -> str:
    """A question to whoever takes an impossible log for possible."""
    terms = [entry.term for entry in log.entries]
    if terms != sorted(terms):
        return "A leader's term only grows. Can a later entry have a lower term?"
    if log not in beginnings_of(asked.cluster):
        return "An entry comes with all that precedes it in its leader's log. Whose log is this?"
    if log in prefixes_of(asked.cluster.node(asked.name).log):
        return f"{asked.name} has more than this. What would have to be in conflict with the rest?"
    return "Whose log would have to replace the one it has now, and can that server lead?"


def _never(name: str, log: Log) -> Property:
    def says(server: Server) -> str | None:
        there = server.node.name == name and server.node.log == log
        return f"{name} has the log {say_log(log)}." if there else None

    return Property("Impossible Log", "§5.3", Scope.SERVER, says)


def _letters(answer: object) -> set[str] | None:
    if isinstance(answer, str):
        return {letter for letter in answer.lower() if letter not in " ,.-"}
    if isinstance(answer, Sequence | Set) and all(isinstance(letter, str) for letter in answer):
        return {letter.strip().lower() for letter in answer}
    return None
