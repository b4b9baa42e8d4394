"""The rules that fired, a line each: the name, and what the rule gave in a few words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from raftlab.raft import (
    AppendEntries,
    AppendReply,
    ClientReply,
    Firing,
    InstallSnapshot,
    Log,
    Node,
    RequestVote,
    SnapshotReply,
    VoteReply,
)
from raftlab.sim.explain.changes import changes, log_changes
from raftlab.sim.words import entries_counted, entries_named, listed, log_counted, voted


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule and what it gave, in the few words that fit beside its name."""

    rule: str
    gave: str


def rule_lines(before: Node, firings: Sequence[Firing]) -> tuple[RuleLine, ...]:
    """The firings worth a line, in order; `before` is the node before the first of them.

    What one rule gave several times in a row stands in one line, and an answer that `settle` asked
    for again is not repeated.
    """
    fired = frozenset(firing.rule for firing in firings)
    befores = (before, *(firing.node for firing in firings))
    pairs = zip(befores, firings, strict=False)
    telling = [(b, firing) for b, firing in pairs if is_telling(b, firing, fired)]
    runs = (list(run) for _, run in groupby(telling, key=lambda pair: pair[1].rule))
    lines: list[RuleLine] = []
    for run in runs:
        ((asked, first), *_) = run
        again = any(line.rule == first.rule for line in lines)
        if not (again and first.rule == "leader_commit_index" and first.node == asked):
            lines.append(RuleLine(first.rule, _gave_in_a_row(run)))
    return tuple(lines)


def _gave_in_a_row(run: Sequence[tuple[Node, Firing]]) -> str:
    before, first = run[0]
    if len(run) == 1:
        return gave(before, first)
    if first.rule == "apply_next":
        return entries_named(before.last_applied + 1, run[-1][1].node.last_applied)
    receivers = [receiver_of(firing) for _, firing in run]
    if None not in receivers:
        return f"to {listed(filter(None, receivers))}"
    return "; ".join(gave(before, firing) for before, firing in run)


def receiver_of(firing: Firing) -> str | None:
    """To whom a firing wrote a message; None if it wrote none."""
    match firing.gave:
        case RequestVote() | VoteReply() | AppendEntries() | AppendReply() | ClientReply():
            return firing.gave.receiver
        case InstallSnapshot() | SnapshotReply():
            return firing.gave.receiver
        case _:
            return None


def is_telling(before: Node, firing: Firing, fired: frozenset[str]) -> bool:
    """Whether a firing is worth a line: not what is asked in every turn and changed nothing.

    Nor `restart`, which a crash asks at once: no rule is carried out in a node that stops.

    `fired` are the names of all rules that fired in the turn.
    """
    match firing.rule:
        case "adopt_newer_term":
            return firing.node != before or _brings(firing, before.current_term + 1)
        case "recognize_leader":
            return firing.node != before
        case "record_round":
            return firing.node != before
        case "skips_log":
            return firing.gave is True
        case "is_repeated":
            return firing.gave is True
        case "is_stale":
            return firing.gave is True or not _brings(firing, before.current_term)
        case "resets_election_timer":
            return firing.gave is True
        case "wins_election":
            return firing.gave is True or bool(fired & {"record_vote", "start_election"})
        case "leader_commit_index":
            return firing.node != before or "record_success" in fired
        case "may_apply" | "persist" | "restart":
            return False
        case _:
            return True


def is_noted(firing: Firing) -> bool:
    """Whether a handler noted by itself, without asking the rule, that the timer starts anew."""
    return firing.rule == "resets_election_timer" and not firing.arguments


def _brings(firing: Firing, term: int) -> bool:
    """Whether the message that a rule was asked about is at least of that term."""
    return any(getattr(about, "term", 0) >= term for about in firing.arguments)


def gave(before: Node, firing: Firing) -> str:
    """What one rule gave, in a few words; of a node, what differs from the one before."""
    match firing.gave:
        case Node(current_term=term, voted_for=vote, log=log) if firing.rule == "restart":
            return f"term {term}, {voted(vote)}, {log_counted(log)}"
        case True if is_noted(firing):
            return "begins to wait anew"
        case bool():
            return "yes" if firing.gave else "no"
        case Node():
            return ", ".join(changes(before, firing.node)) or "unchanged"
        case Log():
            return ", ".join(log_changes(before.log, firing.gave)) or "unchanged"
        case int():
            moved = firing.gave != before.commit_index
            return f"{firing.gave}, {f'was {before.commit_index}' if moved else 'unchanged'}"
        case InstallSnapshot():
            return f"up to {firing.gave.snapshot.last_included_index} to {firing.gave.receiver}"
        case SnapshotReply():
            return f"match {firing.gave.match_index}"
        case RequestVote() | AppendEntries(entries=()) | ClientReply():
            return f"to {firing.gave.receiver}"
        case VoteReply():
            return "granted" if firing.gave.vote_granted else "refused"
        case AppendReply():
            return "success" if firing.gave.success else "refused"
        case AppendEntries(entries=entries, receiver=receiver):
            return f"{entries_counted(len(entries))} to {receiver}"
    return f"{firing.gave} leads" if isinstance(firing.gave, str) else "no leader known"
