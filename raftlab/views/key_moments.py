"""The few moments in which a run turns: each with a title, they tell how it came to its end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from raftlab.modelcheck.result import Fault
from raftlab.raft import RAFT, Cluster, Crash, Firing, Node, Role, RuleError, Step, Violation, step
from raftlab.raft.events import actor
from raftlab.sim.explain import explain
from raftlab.sim.explain.lines import gave
from raftlab.sim.history import History, Moment
from raftlab.sim.words import listed

MOST = 4


@dataclass(frozen=True, slots=True)
class KeyMoment:
    """The moment after `event` events: what it is in a title, and what happened in sentences."""

    event: int
    moment: Moment
    title: str
    words: tuple[str, ...]
    breaks: bool = False


def path_to_the_end(history: History) -> tuple[Moment, ...]:
    """The moments of a run up to the first that breaks a property, or all up to its tip.

    Whoever has played on from there since has not changed what was found.
    """
    broken = next((moment for moment in history.moments if moment.violations), None)
    return history.path(broken.number) if broken else history.line()


def key_moments(
    run: Sequence[Moment], title: str = "", departs: int | None = None, fault: Fault | None = None
) -> tuple[KeyMoment, ...]:
    """Up to four moments of a run that begins in `title`, in their order.

    The moment at which it departs from Raft, each that breaks something new, and the last, in which
    a rule may be at fault, come first; others only as far as there is room.
    """
    last = len(run) - 1
    departing = [number for number, moment in enumerate(run) if moment.number == departs]
    breaking = [number for number in range(len(run)) if breaks_anew(run, number)]
    kept = list(dict.fromkeys([last, *departing, *breaking, *_telling(run)]))[:MOST]
    main = next((violation.sentence for violation in run[-1].violations), "")
    return tuple(
        KeyMoment(
            number,
            run[number],
            _title(run, number, departs, fault),
            (*_what_happened(run[number], title, departs), *_also_broken(run, number, main)),
            bool(breaks_anew(run, number)),
        )
        for number in sorted(kept)
    )


def breaks_anew(run: Sequence[Moment], number: int) -> tuple[Violation, ...]:
    """What is broken in a moment of the run and was not in the one before."""
    known = {v.property.name for v in run[number - 1].violations} if number else set()
    return tuple(v for v in run[number].violations if v.property.name not in known)


def _telling(run: Sequence[Moment]) -> Iterator[int]:
    """What else is worth a picture: the start where it is not bare, then what changes most."""
    if any(node.current_term for node in run[0].cluster.nodes):
        yield 0
    for kind in KINDS:
        yield from (n for n in reversed(range(1, len(run))) if _kind(run[n].step) == kind)


def _title(run: Sequence[Moment], number: int, departs: int | None, fault: Fault | None) -> str:
    if anew := breaks_anew(run, number):
        return f"{listed(violation.property.name for violation in anew)} broken"
    if fault is not None and number == len(run) - 1:
        return f"From here {says_fault(fault)}"
    if run[number].number == departs:
        return "Departs from Raft"
    return (_kind(run[number].step) or "The end") if number else "The start"


def says_fault(fault: Fault) -> str:
    """What comes after the last moment of a run that leads to a fault."""
    return f"{fault.rule} is asked" if fault.arguments else "nothing broke this time"


def _what_happened(moment: Moment, title: str, departs: int | None) -> Iterator[str]:
    if moment.step is not None:
        yield explain(moment.step).headline
        if moment.number == departs:
            yield from _departure(moment.step)
    elif title:
        yield f"{title}."


def _also_broken(run: Sequence[Moment], number: int, main: str) -> Iterator[str]:
    """The sentences of what is broken anew, but for the one that stands above the whole run."""
    sentences = (violation.sentence for violation in breaks_anew(run, number))
    return (sentence for sentence in sentences if sentence != main)


KINDS = ("Two leaders", "A leader is elected", "An entry is committed", "A crash", "A vote")


def _kind(taken: Step | None) -> str:
    """What kind of turn a step is for a run: one of KINDS, or none of them."""
    if taken is None:
        return ""
    if _leaders(taken.after) - _leaders(taken.before):
        return "Two leaders" if len(_leaders(taken.after)) > 1 else "A leader is elected"
    commits = zip(taken.before.nodes, taken.after.nodes, strict=True)
    if any(before.commit_index < after.commit_index for before, after in commits):
        return "An entry is committed"
    if isinstance(taken.event, Crash):
        return "A crash"
    return "A vote" if any(firing.rule == "grant_vote" for firing in taken.firings) else ""


def _leaders(cluster: Cluster) -> set[tuple[str, int]]:
    leading = (node for node in cluster.nodes if node.up and node.role is Role.LEADER)
    return {(node.name, node.current_term) for node in leading}


def _departure(taken: Step) -> Iterable[str]:
    """What the first rule that departs gave, and what Raft's gives there, if both compare."""
    try:
        raft = step(taken.before, taken.event, RAFT)
    except RuleError:
        return
    before = taken.before.node(str(actor(taken.event)))
    for mine, theirs in zip(taken.firings, raft.firings, strict=False):
        if mine != theirs:
            here, there = _answer(before, mine), _answer(before, theirs)
            if mine.rule == theirs.rule and here != there:
                yield f"{mine.rule} {here}; in Raft it {there}."
            return
        before = mine.node


def _answer(before: Node, firing: Firing) -> str:
    match firing.gave:
        case bool():
            return f"says {gave(before, firing)}"
        case int():
            return f"gives {firing.gave}"
        case _:
            return f"gives: {gave(before, firing)}"
