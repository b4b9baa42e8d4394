"""Which entries are safe to apply: those that no future leader can lack. (§5.4)"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from raftlab.course.generated import HARDEST, GeneratedExercise, drawn
from raftlab.course.outcome import Checked, Outcome
from raftlab.course.questions import Question
from raftlab.modelcheck import Bounds, explore
from raftlab.modelcheck.faults import say_value
from raftlab.modelcheck.goals import Goal
from raftlab.raft import RAFT, Cluster, Disk, Entry, Log, Node, Property, Role, Scope, Server
from raftlab.sim.words import listed


@dataclass(frozen=True, kw_only=True)
class SafeEntries(GeneratedExercise):
    """Up to which index can no future leader lack what the logs hold?"""

    def question(self, number: int = 1) -> Question:
        """The logs, after everyone has restarted."""
        cluster = logs_after_a_power_cut(number)
        return replace(super().question(number), title=self._title(number), cluster=cluster)

    def how_to_answer(self, number: int = 1) -> str:
        """An index."""
        return f'check("{self.name}", 0, {number}), with your index instead of 0'

    def _graded(self, answer: object, number: int) -> Checked:
        cluster = logs_after_a_power_cut(number)
        longest = max(node.log.last_index for node in cluster.nodes)
        if type(answer) is not int or not 0 <= answer <= longest:
            return self._said(
                Outcome.WRONG,
                "That is no index of these logs.",
                f"The answer is a number from 0 (no entry is safe) to {longest}; it was "
                f"{say_value(answer)}.",
                number,
            )
        safe = safe_index(cluster)
        found = explore(cluster, bounds=ELECTIONS, properties=(_lacking(cluster, answer),))
        if safe < answer:
            return self._said(
                Outcome.WRONG,
                f"Entry {answer} can still be lost.",
                found.sentence,
                number,
                question="How many votes did it need, and whose logs let them vote for it?",
                history=found.history,
                tried=found.tried,
            )
        if answer < safe:
            return self._said(
                Outcome.WRONG,
                f"More than {answer} is safe." if answer else "Some entries are safe.",
                "Every schedule was tried, and each leader that can be elected has the entry after "
                "that one, too.",
                number,
                question="Which of these servers can win an election at all? What do all of those "
                "have in common?",
                tried=found.tried,
            )
        return self._said(
            Outcome.PASSED,
            f"{self._title(number)}: up to {answer}."
            if answer
            else f"{self._title(number)}: none.",
            _who_can_lead(cluster),
            number,
            tried=found.tried,
            scope=found.scope,
        )

    def reference(self) -> str:
        """The answers to the questions that count."""
        clusters = [(n, logs_after_a_power_cut(n)) for n in range(1, self.asked + 1)]
        return "\n".join(
            f"question {n}: {safe_index(cluster)}. {_who_can_lead(cluster)}"
            for n, cluster in clusters
        )


# One election from there: a later leader's log holds what that of an earlier one held, so that the
# first leaders decide. A test compares this with wider bounds.
ELECTIONS = Bounds(terms=1, entries=0, in_flight=2, timeouts=1, crashes=0)


@cache
def logs_after_a_power_cut(number: int) -> Cluster:
    """The cluster of a question: all in the same term, nobody has voted in it, nobody leads."""
    hard = min(number, HARDEST)
    size = 3 if hard < HARDEST else 5
    for cluster in map(_after_a_power_cut, drawn(number, size, 7, longest=2 + hard)):
        logs = [node.log for node in cluster.nodes]
        safe, trap = agreed(electable(cluster)), on_a_majority(cluster)
        if max(log.last_index for log in logs) < hard or len(set(logs)) < 2:
            continue
        # The first is there to be understood; in the others what comes to mind first is wrong.
        if safe and (hard == 1 or safe != trap):
            return cluster
    raise AssertionError(f"No cluster was found for question {number}.")


def electable(cluster: Cluster) -> list[Log]:
    """The logs of those whom a majority would vote for, by comparing logs: to draw a question.

    What is right is not taken from here, but from trying every schedule.
    """
    logs = [node.log for node in cluster.nodes]
    ends = {log: (log.last_term, log.last_index) for log in logs}
    return [one for one in logs if 2 * sum(ends[o] <= ends[one] for o in logs) > len(logs)]


def _after_a_power_cut(cluster: Cluster) -> Cluster:
    """Everyone has heard of the highest term, stopped, and come back; nothing is in flight."""
    term = 1 + max(node.current_term for node in cluster.nodes)
    nodes = tuple(_back(node, term) for node in cluster.nodes)
    return replace(Cluster.of(*cluster.names), nodes=nodes)


def _back(node: Node, term: int) -> Node:
    disk = Disk(term, None, node.log)
    return RAFT.restart(replace(node, disk=disk))


def on_a_majority(cluster: Cluster) -> int:
    """The last index at which a majority holds the same entry: the answer that comes to mind."""
    held = 0
    for index, entry in _entries(cluster):
        holders = [node.name for node in cluster.nodes if node.log.holds(index, entry)]
        if cluster.nodes[0].configuration.is_quorum(holders):
            held = max(held, index)
    return held


def _entries(cluster: Cluster) -> list[tuple[int, Entry]]:
    return sorted(
        {pair for node in cluster.nodes for pair in node.log.numbered()},
        key=lambda pair: (pair[0], pair[1].term),
    )


@cache
def can_lead(cluster: Cluster) -> tuple[str, ...]:
    """Who can win an election from here, found by trying every schedule."""
    goals = [Goal(f"{name} leads", _leads(name)) for name in cluster.names]
    found = explore(cluster, bounds=ELECTIONS, properties=(), goals=goals, symmetry=False)
    return tuple(
        name
        for name, attained in zip(cluster.names, found.goals, strict=True)
        if attained.depth is not None
    )


def _leads(name: str) -> Callable[[Server, Cluster], bool]:
    return lambda server, start: server.node.name == name and server.node.role is Role.LEADER


def safe_index(cluster: Cluster) -> int:
    """The last index up to which all who can lead have the same entries."""
    return agreed([cluster.node(name).log for name in can_lead(cluster)])


def agreed(logs: Sequence[Log]) -> int:
    """The last index up to which these logs are the same."""
    index = 0
    while len({log.entries[: index + 1] for log in logs if index < log.last_index}) == 1:
        if any(log.last_index == index for log in logs):
            break
        index += 1
    return index


def _lacking(cluster: Cluster, index: int) -> Property:
    """Broken by a leader that has not the entry that most of the logs have at `index`."""
    here = [node.log[index] for node in cluster.nodes if 0 < index <= node.log.last_index]
    entry = max(here, key=here.count, default=None)
    term = max(node.current_term for node in cluster.nodes)

    def says(server: Server) -> str | None:
        node = server.node
        if entry is None or node.role is not Role.LEADER or node.current_term <= term:
            return None
        if node.log.holds(index, entry):
            return None
        return (
            f"{node.name} can come to lead term {node.current_term}, and its log has not the "
            f"entry {index} of term {entry.term}."
        )

    return Property("Every leader has it", "§5.4", Scope.SERVER, says)


def _who_can_lead(cluster: Cluster) -> str:
    names = can_lead(cluster)
    can = "can" if len(names) > 1 else "alone can"
    shared = f"up to index {safe_index(cluster)}" if safe_index(cluster) else "in no entry"
    agree = f"; they agree {shared}" if len(names) > 1 else ""
    return f"{listed(names)} {can} be elected{agree}."
