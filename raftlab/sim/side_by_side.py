"""What would Raft have done here? One step done twice, or two moments of a run, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import zip_longest

from raftlab.raft import (
    AppendEntries,
    AppendReply,
    Event,
    Firing,
    InstallSnapshot,
    Node,
    RequestVote,
    SnapshotReply,
    Step,
    VoteReply,
)
from raftlab.raft.events import actor
from raftlab.sim.departures import first_departure, raft_step
from raftlab.sim.difference import difference
from raftlab.sim.explain.lines import gave
from raftlab.sim.history import History, Moment
from raftlab.sim.python import failing
from raftlab.sim.words import counted, listed, say_event, say_message

# These only put rules in order; what they do shows in which rule is asked next.
HANDLERS = ("on_", "settle", "end_turn")


@dataclass(frozen=True, slots=True)
class SideBySide:
    """The first step of a run that Raft would have done otherwise, and what Raft does there.

    `event` counts the events up to it, `number` is that of its moment. `mine` and `raft` begin with
    the same cluster; `raft` is None where Raft's own rules cannot go on. `rule` is the first whose
    answer differs ("" if one cannot tell), with what it gave in either, in a few words.
    """

    number: int
    event: int
    mine: Step
    raft: Step | None
    rule: str
    mine_gave: str
    raft_gave: str
    headline: str

    @property
    def differences(self) -> tuple[str, ...]:
        """What changes from the cluster that Raft comes to to that of the run, in sentences."""
        return difference(self.raft.after, self.mine.after) if self.raft else ()

    def __str__(self) -> str:
        """The event, the headline, and the differences, a line each."""
        what = f"Event {self.event}: {say_event(self.mine.event)}."
        beside = "From Raft's cluster to yours:" if self.differences else "The clusters are equal."
        lines = (what, self.headline, beside, *(f"  {words}" for words in self.differences))
        return "\n".join(lines)


def beside_raft(history: History) -> SideBySide | None:
    """The first step of the current line that Raft would have done otherwise, beside what it does.

    None if the run is one of Raft's own. Of a run that is shown without its rules the clusters are
    compared, and which rule it was is known only if no other was changed.
    """
    line = history.line()
    moment = first_departure(line) if history.rules_changed else None
    if moment is None or moment.step is None:
        return None
    raft = raft_step(moment.step)
    rule, mine_gave, raft_gave, headline = _told(history, moment.step, raft)
    event = line.index(moment)
    return SideBySide(moment.number, event, moment.step, raft, rule, mine_gave, raft_gave, headline)


Told = tuple[str, str, str, str]


def _told(history: History, mine: Step, raft: Step | None) -> Told:
    """The rule that differs, what each gave, and the headline."""
    if raft is None:
        return "", "", "", "Here Raft's own rules cannot go on: no run of Raft's comes to this."
    if not mine.firings:
        return _told_without_rules(history)
    before = mine.before.node(str(actor(mine.event)))
    for one, other in zip_longest(mine.firings, raft.firings):
        if one == other:
            before = one.node
            continue
        if one is None and (failed := failing(history, mine)) is not None:
            return _told_of_a_failure(failed, before, other)
        if one and other and (one.rule, one.arguments) == (other.rule, other.arguments):
            return _told_of_answers(before, one, other)
        return _told_of_order(history, one, other)
    return "", "", "", "Here the run comes to another cluster than Raft."


def _told_without_rules(history: History) -> Told:
    changed = sorted(history.rules_changed)
    rule = changed[0] if len(changed) == 1 else ""
    which = f"your {rule}" if rule else f"one of your rules ({listed(changed)})"
    return rule, "", "", f"Here {which} gave something else than Raft's."


def _told_of_a_failure(rule: str, before: Node, raft: Firing | None) -> Told:
    there = _answer(before, raft)[1] if raft and raft.rule == rule else ""
    beside = f"Raft's {there}" if there else "Raft goes on"
    return rule, "failed", there, f"Here your {rule} failed; {beside}."


def _told_of_answers(before: Node, mine: Firing, raft: Firing) -> Told:
    rule, here, there = mine.rule, _answer(before, mine)[0], _answer(before, raft)[1]
    if here.partition(" ")[2] != there.partition(" ")[2]:
        return rule, here, there, f"Here your {rule} {here}; Raft's {there}."
    parts = [
        field.name
        for field in fields(raft.gave)  # type: ignore[arg-type]
        if getattr(mine.gave, field.name) != getattr(raft.gave, field.name)
    ]
    here = f"gave another {listed(parts)}"
    return rule, here, "", f"Here your {rule} {here} than Raft's."


def _answer(before: Node, firing: Firing) -> tuple[str, str]:
    """What a rule gave, as one says it of what happened, and of what always happens."""
    match firing.gave:
        case bool():
            verbs, words = ("said", "says"), gave(before, firing)
        case int():
            verbs, words = ("gave", "gives"), str(firing.gave)
        case RequestVote() | VoteReply() | AppendEntries() | AppendReply():
            verbs, words = ("wrote:", "writes:"), say_message(firing.gave)
        case InstallSnapshot() | SnapshotReply():
            verbs, words = ("wrote:", "writes:"), say_message(firing.gave)
        case _:
            verbs, words = ("gave:", "gives:"), gave(before, firing)
    if words == "unchanged":
        verbs, words = ("changed", "changes"), "nothing"
    return f"{verbs[0]} {words}", f"{verbs[1]} {words}"


def _told_of_order(history: History, mine: Firing | None, raft: Firing | None) -> Told:
    """Up to here all is the same, and then another rule is asked, or none, or about another thing.

    What is asked next, the handlers say: so one of those that were changed did.
    """
    changed = sorted(history.rules_changed)
    handlers = [name for name in changed if name.startswith(HANDLERS)] or changed
    rule = handlers[0] if len(handlers) == 1 else ""
    if mine and raft and mine.rule == raft.rule:
        here, there = f"asked {mine.rule} about something else than Raft", f"asks {raft.rule}"
        return rule, here, there, f"Here your {listed(handlers)} {here}."
    here = f"went on to {mine.rule}" if mine else "did no more"
    there = f"goes on to {raft.rule}" if raft else "does no more"
    return rule, here, there, f"Here your {listed(handlers)} {here}; Raft {there}."


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two moments of one run: the last they have in common, and what differs between them.

    `after` counts the events up to that moment, whose number is `common`. `one_went_on` and
    `other_went_on` are the events with which each left it, None for a moment that is it.
    `differences` say what changes from the cluster of `one` to that of `other`.
    """

    one: int
    other: int
    common: int
    after: int
    one_went_on: Event | None
    other_went_on: Event | None
    differences: tuple[str, ...]
    headline: str

    def __str__(self) -> str:
        """The headline and the differences, a line each."""
        differences = self.differences or ("The clusters are equal.",)
        return "\n".join((self.headline, *(f"  {words}" for words in differences)))


def compare(history: History, one: int, other: int) -> Comparison:
    """Two moments of a run side by side, of one branch or of two: where they part, what differs.

    Raises IndexError for a number that no moment has.
    """
    ones, others = history.path(one), history.path(other)
    shared = sum(mine.number == theirs.number for mine, theirs in zip(ones, others, strict=False))
    went_on, theirs = (_event_after(path, shared) for path in (ones, others))
    return Comparison(
        one,
        other,
        common=ones[shared - 1].number,
        after=shared - 1,
        one_went_on=went_on,
        other_went_on=theirs,
        differences=difference(ones[-1].cluster, others[-1].cluster),
        headline=_where(shared - 1, ones, others),
    )


def _event_after(path: Sequence[Moment], shared: int) -> Event | None:
    """The event with which a path leaves what it shares with another; None if it ends there."""
    taken = path[shared].step if shared < len(path) else None
    return taken.event if taken else None


def _where(after: int, ones: Sequence[Moment], others: Sequence[Moment]) -> str:
    one, other = (_event_after(path, after + 1) for path in (ones, others))
    if one and other:
        where = f"They part after event {after}" if after else "They part at the start"
        return f"{where}: one goes on with: {say_event(one)}; the other with: {say_event(other)}."
    earlier, later = (ones, others) if other else (others, ones)
    apart = counted(len(later) - len(earlier), "event")
    if len(later) == len(earlier):
        return "Both are the same moment."
    return f"Moment {later[-1].number} comes {apart} after moment {earlier[-1].number}."
