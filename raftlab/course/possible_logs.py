"""Which logs are possible: those that some schedule brings about. (§5.3)"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice

from raftlab.course.generated import HARDEST, GeneratedExercise, drawn
from raftlab.course.outcome import Checked, Outcome
from raftlab.course.questions import LETTERS, Question, say_log
from raftlab.modelcheck import Bounds, explore
from raftlab.modelcheck.faults import say_value
from raftlab.modelcheck.goals import Goal
from raftlab.raft import Cluster, Entry, Log, Property, Scope, Server
from raftlab.sim.words import listed

CHOICES = 5
WITHIN = Bounds(terms=1, entries=0, in_flight=1, crashes=0)


@dataclass(frozen=True, kw_only=True)
class PossibleLogs(GeneratedExercise):
    """Which of these logs can one server have, sooner or later, if clients send nothing more?"""

    def question(self, number: int = 1) -> Question:
        """The cluster, the server, and the logs."""
        asked = logs_to_come(number)
        return replace(
            super().question(number),
            title=self._title(number),
            task=self.task.format(name=asked.name),
            logs=asked.logs,
            cluster=asked.cluster,
        )

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
                return self._said(
                    Outcome.WRONG,
                    f"{letter} ({say_log(log)}) is not possible.",
                    f"Every schedule within bounds was tried, and {asked.name} never has it.",
                    number,
                    question=why_not(asked, log),
                )
        found = [letter for letter, log in zip(letters, asked.logs, strict=True) if log in reached]
        return self._said(
            Outcome.PASSED,
            f"{self._title(number)}: {listed(found) if found else 'none'}.",
            f"These are the logs among them that {asked.name} can have; for each there is a "
            "schedule, and for no other within the bounds.",
            number,
        )

    def _possible(self, asked: LogsToCome, letter: str, log: Log, number: int) -> Checked:
        found = explore(
            asked.cluster, bounds=WITHIN, properties=(_never(asked.name, log),), symmetry=False
        )
        return self._said(
            Outcome.WRONG,
            f"{letter} ({say_log(log)}) is possible.",
            f"Here is the shortest run in which {asked.name} comes to it.",
            number,
            question="Who had to lead for that, and with whose votes?",
            history=found.history,
            tried=found.tried,
        )

    def reference(self) -> str:
        """The answers to the questions that count."""
        return "\n".join(f"question {n}: {right_letters(n)}" for n in range(1, self.asked + 1))


@dataclass(frozen=True)
class LogsToCome:
    """A cluster, a server of it, and logs that it may or may not come to have."""

    cluster: Cluster
    name: str
    logs: tuple[Log, ...]


@cache
def logs_to_come(number: int) -> LogsToCome:
    """The question of this number: some of its logs are possible, and some are not."""
    hard = min(number, HARDEST)
    for cluster in drawn(number, 3, 2 + hard, longest=1 + hard):
        name = cluster.names[number % 3]
        logs = _candidates(cluster, name, number)
        if len(cluster.network) > 1 or len(logs) < CHOICES:
            continue
        asked = LogsToCome(cluster, name, logs)
        if 1 < len(possible(asked)) < CHOICES:
            return asked
    raise AssertionError(f"No cluster was found for question {number}.")


@cache
def possible(asked: LogsToCome) -> frozenset[Log]:
    """Those of the logs that some schedule brings about, found by trying all."""
    goals = [Goal(say_log(log), _has(asked.name, log)) for log in asked.logs]
    found = explore(asked.cluster, bounds=WITHIN, properties=(), goals=goals, symmetry=False)
    pairs = zip(asked.logs, found.goals, strict=True)
    now = asked.cluster.node(asked.name).log
    return frozenset(log for log, goal in pairs if goal.depth is not None or log == now)


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
    known = {prefix for node in asked.cluster.nodes for prefix in _prefixes(node.log)}
    if any(prefix not in known for prefix in _prefixes(log)):
        return "An entry comes with all that precedes it in its leader's log. Whose log is this?"
    return "Whose log would have to replace the one it has now, and can that server lead?"


def _has(name: str, log: Log) -> Callable[[Server, Cluster], bool]:
    return lambda server, start: server.node.name == name and server.node.log == log


def _never(name: str, log: Log) -> Property:
    def says(server: Server) -> str | None:
        there = server.node.name == name and server.node.log == log
        return f"{name} has the log {say_log(log)}." if there else None

    return Property("It never has this log", "§5.3", Scope.SERVER, says)


def _letters(answer: object) -> set[str] | None:
    if isinstance(answer, str):
        return {letter for letter in answer.lower() if letter not in " ,.-"}
    if isinstance(answer, Iterable):
        return {str(letter).lower() for letter in islice(answer, len(LETTERS) + 1)}
    return None


def _prefixes(log: Log) -> Iterator[Log]:
    return (log.up_to(index) for index in range(1, log.last_index + 1))


def _candidates(cluster: Cluster, name: str, number: int) -> tuple[Log, ...]:
    """Logs made of pieces of those that there are, in an order that tells nothing."""
    logs = [node.log for node in cluster.nodes]
    own = {log.entries for log in logs}
    pieces = {prefix.entries for log in logs for prefix in _prefixes(log)}
    spliced = {(*one, other[-1]) for one in pieces for other in pieces if one[-1] != other[-1]}
    swapped = {tuple(reversed(piece)) for piece in pieces if len(piece) > 1}
    made = sorted(own | pieces | spliced | swapped, key=lambda log: _order(log, number))
    return tuple(Log(entries) for entries in made if entries)[:CHOICES]


def _order(entries: tuple[Entry, ...], number: int) -> tuple[int, str]:
    words = " ".join(f"{entry.term} {entry.command}" for entry in entries)
    return sum(map(ord, words)) * (number + 7) % 101, words
