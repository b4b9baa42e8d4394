"""What became of a learner's rule, in words: where it is no rule, or took too long, or passed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from raftlab.course.cases import Case
from raftlab.course.exercise import Exercise
from raftlab.course.outcome import Checked, Outcome
from raftlab.course.own_code import OwnRule, line_at_fault, say_error
from raftlab.modelcheck import Exploration
from raftlab.modelcheck.result import Fault, say_seconds
from raftlab.sim.words import counted

INTERRUPTED = "you interrupted it"  # as an exploration says it
BEYOND = " Beyond these bounds nothing is claimed."


def passed(exercise: Exercise) -> Checked:
    """As far as was tried, and no further."""
    title = exercise.title.rstrip("?")
    return Checked(
        exercise,
        Outcome.PASSED,
        f"{title}: your rule does what Raft's does, as far as was tried.",
    )


def wrong(
    exercise: Exercise, headline: str, sentence: str, found: Exploration | None = None
) -> Checked:
    """An answer that is wrong, or no answer."""
    return Checked(exercise, Outcome.WRONG, headline, sentence, found=found)


def interrupted(exercise: Exercise) -> Checked:
    """Nobody knows what it would have come to."""
    return replace(exercise.not_attempted(), headline="You interrupted the check.", sentence="")


def undecided(exercise: Exercise, found: Exploration) -> Checked:
    """Nothing broke as far as it went, and it did not go far enough."""
    if found.stopped == INTERRUPTED:
        return interrupted(exercise)
    return wrong(exercise, "There was no time to try every schedule.", found.tried, found)


def faulty(
    exercise: Exercise, own: OwnRule, fault: Fault, found: Exploration | None = None
) -> Checked:
    """The rule raised, or did what no rule may, or took too long."""
    name = exercise.name
    if own.is_slow:
        return wrong(
            exercise,
            "It is too slow to try every schedule.",
            f"Asked {counted(own.calls, 'time')}, {name} took {say_seconds(own.seconds)}. A check "
            "asks a rule some thousands of times: it may look at its arguments, and wait for "
            "nothing.",
        )
    # It may be a rule of the paper's that stumbled over what this one gave.
    asked = fault.arguments if fault.rule == name else ()
    raised = line_at_fault(own.function, asked) if asked and not own.hangs else None
    if raised is None and own.interrupted:
        return interrupted(exercise)
    found = played_by(name, own, found) if found else None
    return Checked(
        exercise,
        Outcome.RAISED if raised else Outcome.WRONG,
        f"{name} raised {raised.kind}." if raised else f"{name} is not a rule yet.",
        # What is in parentheses there is for those who call `explore`.
        raised.sentence if raised else fault.sentence.partition(" (With symmetry")[0],
        asked=asked,
        history=found.history if found else None,
        found=found,
        tried=found.tried if found else "",
    )


def stumbled(exercise: Exercise, error: Exception) -> Checked:
    """What it gave looked like an answer, and is none: it may be anything, all the way down."""
    return wrong(
        exercise,
        f"{exercise.name} is not a rule yet.",
        f"What it gave is nothing that Raft can work with. {say_error(error)}",
    )


def played_by(rule: str, own: OwnRule, found: Exploration) -> Exploration:
    """The same, but that its run goes on by the learner's own function, which nobody times.

    Where other rules are changed as well, what departs from Raft need not be the learner's doing.
    """
    rules = found.rules.but(**{rule: own.function})
    if found.history:
        found.history.rules = rules
    return replace(found, rules=rules, departs=found.departs if rules.changed == {rule} else None)


def differs(cases: Sequence[Case], differing: Sequence[int]) -> str:
    """In how many cases the paper answers otherwise, and what is special about one of them."""
    how_many = f"In {len(differing)} of {counted(len(cases), 'case')}"
    which = "; in the first of them" if len(differing) > 1 else ": the one in which"
    return f"{how_many} the paper answers otherwise{which} {cases[differing[0]].says}."


def all_tried(cases: int, explored: Sequence[Exploration]) -> str:
    """How much was tried, in a sentence."""
    clusters = sum(one.states for one in explored)
    seconds = say_seconds(sum(one.seconds for one in explored))
    return (
        f"Tried {counted(cases, 'case')}, and every schedule within bounds from "
        f"{counted(len(explored), 'starting point')}: {counted(clusters, 'cluster')} in {seconds}."
    )


def all_scopes(explored: Sequence[Exploration]) -> str:
    """From where, and within which bounds; what holds for every exploration is said once."""
    said = (one.scope.partition(" A message that is delayed")[0] for one in explored)
    return " ".join(said) + BEYOND
