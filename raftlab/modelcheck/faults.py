"""What a rule may not do, in sentences for whoever wrote it."""

from __future__ import annotations

from raftlab.modelcheck.result import Fault
from raftlab.raft import (
    AppendEntries,
    AppendReply,
    InstallSnapshot,
    Log,
    Node,
    RequestVote,
    RuleError,
    Rules,
    SnapshotReply,
    VoteReply,
)
from raftlab.sim.words import say_message, voted

LONGEST = 120

Arguments = tuple[object, ...]


class Unsound(Exception):
    """A rule did what no rule may."""

    def __init__(self, fault: Fault) -> None:
        """Keep what it did."""
        super().__init__(fault.sentence)
        self.fault = fault


def answers_twice(rule: str, arguments: Arguments, one: object, other: object) -> Fault:
    """It gives one answer and then another."""
    gave = f"{say_value(one)} and then {say_value(other)}" if one != other else "two answers"
    return Fault(
        rule,
        arguments,
        f"Asked the same twice, {rule} gave {gave}. A rule may depend on its arguments alone: not "
        "on chance, on a clock, or on what it was asked before.",
    )


def depends_on_names(rule: str, arguments: Arguments, one: object, other: object) -> Fault:
    """It gives another answer where the nodes are named otherwise."""
    gave = f" gives {say_value(other)} instead of {say_value(one)}" if one != other else " differs"
    return Fault(
        rule,
        arguments,
        f"With the nodes renamed, and all else the same, {rule}{gave}. Raft treats all "
        "names alike. (With symmetry=False such a rule is explored all the same.)",
    )


def changes_its_argument(rule: str, arguments: Arguments) -> Fault:
    """It changes what it was given."""
    return Fault(
        rule,
        arguments,
        f"{rule} tries to change what it is given. A rule leaves its arguments as they are and "
        "gives back a new value, such as replace(node, voted_for=…).",
    )


def never_returns(rule: str, arguments: Arguments, seconds: float) -> Fault:
    """It does not come back."""
    return Fault(
        rule,
        arguments,
        f"{rule} had not come back after {seconds:g} s, and was stopped. Is there a loop in it "
        "that never ends?",
    )


def is_not_repeated(rules: Rules) -> Fault:
    """The run that breaks a property broke none when it was played again."""
    changed = " or ".join(sorted(rules.changed)) or "RAFT"
    return Fault(
        changed,
        (),
        f"A run broke a property, and none when it was played again: {changed} depends on more "
        "than its arguments. (If you are sure that it does not, explore with another seed.)",
    )


def fails(error: RuleError) -> Fault:
    """It raises, or gives what no rule may give."""
    return Fault(error.rule, error.arguments, f"{error.rule}: {error.sentence}")


def say_value(value: object) -> str:
    """A rule's argument or answer in a few words."""
    match value:
        case Node():
            votes = ", ".join(map(str, value.votes_received))
            return (
                f"{value.name} ({value.role.value}, term {value.current_term}, "
                f"{voted(value.voted_for)}, {f'votes: {votes}; ' if votes else ''}"
                f"{say_value(value.log)}, commit {value.commit_index})"
            )
        case Log():
            terms = ", ".join(str(entry.term) for entry in value.entries)
            return f"log of terms {terms}" if terms else "log empty"
        case RequestVote() | VoteReply() | AppendEntries() | AppendReply():
            return say_message(value)
        case InstallSnapshot() | SnapshotReply():
            return say_message(value)
        case _:
            words = _repr(value)
            return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def _repr(value: object) -> str:
    """What anything says of itself, if it can: a number may be too long, or a class wrong."""
    try:
        return repr(value)
    except Exception:
        return f"something of type {type(value).__name__}"
