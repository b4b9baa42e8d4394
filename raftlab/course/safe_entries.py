"""Which entries are safe to apply: those that no future leader can lack. (§5.4)"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from raftlab.course.answers import as_number
from raftlab.course.generated import GeneratedExercise
from raftlab.course.outcome import Checked, Outcome
from raftlab.course.power_cut import agreed, logs_after_a_power_cut
from raftlab.course.questions import Question
from raftlab.modelcheck import Bounds, Exploration, explore
from raftlab.modelcheck.faults import say_value
from raftlab.modelcheck.goals import Goal
from raftlab.raft import Cluster, Entry, Property, Role, Scope, Server
from raftlab.sim.words import listed


@dataclass(frozen=True, kw_only=True)
class SafeEntries(GeneratedExercise):
    """Up to which index can no future leader lack what the logs hold?"""

    def _drawn(self, number: int) -> Question:
        """The logs, after everyone has restarted."""
        return self._asked(number, cluster=logs_after_a_power_cut(number))

    def how_to_answer(self, number: int = 1) -> str:
        """An index."""
        return f'check("{self.name}", 0, {number}), with your index instead of 0'

    def _graded(self, answer: object, number: int) -> Checked:
        cluster = logs_after_a_power_cut(number)
        longest = max(node.log.last_index for node in cluster.nodes)
        index = as_number(answer)
        if index is None or not 0 <= index <= longest:
            return self._said(
                Outcome.WRONG,
                "That is no index of these logs.",
                f"The answer is a number from 0 (no entry is safe) to {longest}; it was "
                f"{say_value(answer)}.",
                number,
            )
        safe = safe_index(cluster)
        if safe < index:
            return self._lost(cluster, index, number)
        if index < safe:
            return self._too_careful(cluster, index, number)
        elections = _elections(cluster)
        return self._said(
            Outcome.PASSED,
            f"{self._title(number)}: {f'up to {index}' if index else 'none'}.",
            _who_can_lead(cluster),
            number,
            tried=elections.tried,
            scope=elections.scope,
        )

    def _lost(self, cluster: Cluster, index: int, number: int) -> Checked:
        found = explore(cluster, bounds=one_election(cluster), properties=(_held(cluster, index),))
        return self._said(
            Outcome.WRONG,
            f"Entry {index} can still be lost.",
            found.sentence,
            number,
            question="How many votes did it need, and whose logs let them vote for it?",
            history=found.history,
            tried=found.tried,
        )

    def _too_careful(self, cluster: Cluster, index: int, number: int) -> Checked:
        elections = _elections(cluster)
        return self._said(
            Outcome.WRONG,
            f"More than {index} is safe." if index else "Some entries are safe.",
            "Every schedule of an election was tried, and whoever can be elected has the entry at "
            f"index {index + 1}, too.",
            number,
            question="Which of these servers can win an election at all? What do all of those "
            "have in common?",
            tried=elections.tried,
            scope=elections.scope,
        )

    def reference(self) -> str:
        """The answers to the questions that count."""
        clusters = [(n, logs_after_a_power_cut(n)) for n in range(1, self.asked + 1)]
        return "\n".join(
            f"question {n}: {safe_index(cluster)}. {_who_can_lead(cluster)}"
            for n, cluster in clusters
        )


def one_election(cluster: Cluster) -> Bounds:
    """Bounds in which whoever can win does: a timeout, and from each voter an answer.

    A later leader's log holds what that of an earlier one held, so that the first leaders decide.
    A test compares this with wider bounds.
    """
    voters = len(cluster.nodes) // 2
    return Bounds(terms=1, entries=0, in_flight=voters, timeouts=1, crashes=0, depth=1 + 2 * voters)


@cache
def _elections(cluster: Cluster) -> Exploration:
    """Every schedule of one election from here."""
    goals = [Goal(f"{name} leads", _leads(name)) for name in cluster.names]
    bounds = one_election(cluster)
    return explore(cluster, bounds=bounds, properties=(), goals=goals, symmetry=False)


def can_lead(cluster: Cluster) -> tuple[str, ...]:
    """Who can win an election from here, found by trying every schedule."""
    pairs = zip(cluster.names, _elections(cluster).goals, strict=True)
    return tuple(name for name, attained in pairs if attained.depth is not None)


def _leads(name: str) -> Callable[[Server, Cluster], bool]:
    return lambda server, start: server.node.name == name and server.node.role is Role.LEADER


def safe_index(cluster: Cluster) -> int:
    """The last index up to which all who can lead have the same entries."""
    return agreed([cluster.node(name).log for name in can_lead(cluster)])


def _held(cluster: Cluster, index: int) -> Property:
    """Broken by a leader that has not the entry that most of the logs have at `index`."""
    here: list[Entry] = [node.log[index] for node in cluster.nodes if index <= node.log.last_index]
    entry = max(here, key=here.count)
    term = max(node.current_term for node in cluster.nodes)

    def says(server: Server) -> str | None:
        node = server.node
        if node.role is not Role.LEADER or node.log.holds(index, entry):
            return None
        return (
            f"{node.name} can come to lead term {term + 1}, and its log has not the "
            f"entry {index} of term {entry.term}."
        )

    return Property("Safe Entry", "§5.4", Scope.SERVER, says)


def _who_can_lead(cluster: Cluster) -> str:
    names = can_lead(cluster)
    can = "can" if len(names) > 1 else "alone can"
    shared = f"up to index {safe_index(cluster)}" if safe_index(cluster) else "in no entry"
    agree = f"; they agree {shared}" if len(names) > 1 else ""
    return f"{listed(names)} {can} be elected{agree}."
