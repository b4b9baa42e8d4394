"""Run until: play what comes next until something is so, and say whether it came to be.

A condition is asked of the moment that a run stands at, beside the one from which it went on.
Whatever ends the playing, what was done until then stays done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from raftlab.raft import Cluster, Role, RuleError
from raftlab.sim.history import History, Moment
from raftlab.sim.words import capital, counted

MOST_EVENTS = 1_000


class NoAnswer(Exception):
    """A condition raised, or gave neither True nor False; the message says so in a sentence."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a run may be played until: its name, a clause, and whether it holds.

    `holds` is given the moment from which the run went on, and the moment it now stands at.
    """

    name: str
    holds: Callable[[Moment, Moment], bool]

    @classmethod
    def of(cls, asked: Callable[[Cluster], bool], name: str = "") -> Condition:
        """A condition of one's own: a function that takes a cluster and says True or False.

        Without a name it has the function's. Raises TypeError for what cannot be called.
        """
        if not callable(asked):
            raise TypeError(f"A condition is a function that takes a cluster, not {asked!r}.")
        known = getattr(asked, "__name__", "<lambda>")
        known = "the condition" if known == "<lambda>" else known
        return cls(name or known, lambda _, now: _answer(asked, known, now.cluster))


def _answer(asked: Callable[[Cluster], bool], name: str, cluster: Cluster) -> bool:
    try:
        gave = asked(cluster)
    except Exception as error:
        raise NoAnswer(capital(f"{name} raised {type(error).__name__}: {error}.")) from error
    if not isinstance(gave, bool):
        hint = " Is a `return` missing?" if gave is None else ""
        raise NoAnswer(capital(f"{name} must give True or False; it gave {gave!r}.{hint}"))
    return gave


# A condition, or the function that is one.
Asked: TypeAlias = Condition | Callable[[Cluster], bool]


def _somebody_leads(_: Moment, now: Moment) -> bool:
    return any(node.up and node.role is Role.LEADER for node in now.cluster.nodes)


def _more_is_committed(begun: Moment, now: Moment) -> bool:
    return _committed(begun.cluster) < _committed(now.cluster)


def _committed(cluster: Cluster) -> int:
    """How many entries anyone ever took for committed: no crash makes that fewer."""
    return max(len(past.committed) for past in cluster.pasts)


def _something_breaks(begun: Moment, now: Moment) -> bool:
    known = {violation.property.name for violation in begun.violations}
    return any(violation.property.name not in known for violation in now.violations)


def _all_logs_are_equal(_: Moment, now: Moment) -> bool:
    return len({node.log for node in now.cluster.nodes}) == 1


def _nothing_is_in_flight(_: Moment, now: Moment) -> bool:
    return not now.cluster.network


LEADER = Condition("a leader exists", _somebody_leads)
COMMITTED = Condition("another entry is committed", _more_is_committed)
BROKEN = Condition("a property breaks", _something_breaks)
LOGS_EQUAL = Condition("every log is equal", _all_logs_are_equal)
QUIET = Condition("nothing is in flight", _nothing_is_in_flight)

CONDITIONS = {one.name: one for one in (LEADER, COMMITTED, BROKEN, LOGS_EQUAL, QUIET)}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What playing until a condition came to: how many events it took, and whether it then held.

    `why_not` is a sentence or two saying why it did not, and is empty if it did.
    """

    condition: str
    reached: bool
    events: int
    why_not: str = ""

    def __str__(self) -> str:
        """The outcome in a sentence."""
        after = f"after {counted(self.events, 'event')}"
        if not self.reached:
            return f"Not reached {after}: {self.condition}. {self.why_not}"
        return f"{'Reached ' + after if self.events else 'So already'}: {self.condition}."


def run_until(history: History, condition: Asked, most: int = MOST_EVENTS) -> Outcome:
    """Play what comes next until `condition` holds, and say what came of it.

    A condition is one of CONDITIONS, or a function that takes a cluster and says True or False.
    It may hold at once; nothing is then played. What is recorded ahead is followed, and after its
    end what comes by itself. Raises TypeError for what is no condition, ValueError for a number of
    events that is none.
    """
    asked = condition if isinstance(condition, Condition) else Condition.of(condition)
    if isinstance(most, bool) or not isinstance(most, int) or most < 0:
        raise ValueError(f"How many events there may be at most is a number, not {most!r}.")
    begun, seen, events = history.now, dict[Cluster, int](), 0
    while True:
        try:
            if asked.holds(begun, history.now):
                return Outcome(asked.name, True, events)
        except NoAnswer as error:
            return Outcome(asked.name, False, events, str(error))
        if events == most:
            return Outcome(
                asked.name, False, events, f"The limit of {counted(most, 'event')} is reached."
            )
        if not history.forward() and (why_not := _why_no_next(history, seen, events)):
            return Outcome(asked.name, False, events, why_not)
        events += 1


def _why_no_next(history: History, seen: dict[Cluster, int], events: int) -> str:
    """Let the next thing happen by itself; if nothing new can, say why in a sentence, else "".

    Notes in `seen` after how many events each cluster was there.
    """
    # Without a clock, what comes next depends on the cluster alone.
    if history.now.clock is None and (before := seen.setdefault(history.cluster, events)) != events:
        return (
            f"All is as it was {counted(events - before, 'event')} ago: from here on the same "
            "happens again and again."
        )
    event = history.upcoming()
    if event is None:
        return "Nothing can happen by itself any more."
    try:
        history.do(event)
    except RuleError as error:
        return f"At the next event {error.rule} failed: {error.sentence.rstrip('.')}."
    except ValueError as error:
        # The run is read-only, or a function of its timing gave no time.
        return str(error)
    return ""
