"""One rule asked by itself, without a step: what it gives of a node, and why, in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, get_args, get_type_hints

from raftlab.raft import (
    RAFT,
    AppendEntries,
    AppendReply,
    ClientRequest,
    InstallSnapshot,
    Log,
    Message,
    Node,
    Read,
    RequestVote,
    Rules,
    SnapshotReply,
    UnknownRule,
    VoteReply,
)
from raftlab.raft.clients import Result
from raftlab.raft.rules import RULE_NAMES
from raftlab.raft.turn import Turn
from raftlab.sim.explain.rules import explain_firing
from raftlab.sim.words import listed

# How a turn asks a rule, by what the rule gives; what gives something else writes a message.
ASKED: dict[object, Callable[..., object]] = {
    bool: Turn.ask,
    Node: Turn.become,
    Log: Turn.merge,
    int: Turn.commit,
}

KINDS: dict[object, str] = {
    Message: "one message",
    RequestVote: "one RequestVote",
    VoteReply: "one VoteReply",
    AppendEntries: "one AppendEntries",
    AppendReply: "one AppendReply",
    ClientRequest: "one ClientRequest",
    Result: "one Result",
    Read: "one Read",
    InstallSnapshot: "one InstallSnapshot",
    SnapshotReply: "one SnapshotReply",
    AppendEntries | InstallSnapshot: "one AppendEntries or InstallSnapshot",
    str: "one text",
}


def explain_rule(node: Node, rule: str, *about: object, rules: Rules = RAFT) -> str:
    """What a rule says of `node` and why, in the sentence that `explain_firing` has for it.

    `about` is what the rule is asked besides the node: explain_rule(node, "may_vote", request).
    Nothing comes of it: a rule that gives a node is told by what it would change. Raises
    UnknownRule for a name that is no rule or only puts others in order, TypeError for what the rule
    cannot be asked about, RuleError if the rule misbehaves.
    """
    if not isinstance(node, Node):
        hint = "explain_rule(cluster.node('node1'), 'wins_election')"
        raise TypeError(f"explain_rule asks a node, as in {hint}, not {_named(node)}.")
    if not isinstance(rules, Rules):
        raise TypeError(f"The rules are RAFT or RAFT.but(…), not {_named(rules)}.")
    gives = _what_it_gives(rule, about)
    turn = Turn(node, rules)
    ASKED.get(gives, Turn.send)(turn, rule, *about)
    return explain_firing(node, turn.firings[-1])


def _what_it_gives(rule: str, about: tuple[object, ...]) -> object:
    """The type of what a rule gives. Raises UnknownRule, and TypeError for other arguments."""
    if not isinstance(rule, str):
        raise TypeError(f"A rule is asked by its name, such as 'may_vote', not {_named(rule)}.")
    if rule not in RULE_NAMES:
        RAFT.but(**{rule: _what_it_gives})  # which says that there is none, and what is near
    ([_, *expected], gives) = _signature(rule)
    if gives in (None, type(None)):
        raise UnknownRule(f"{rule} only puts rules in order: it gives nothing to explain.")
    fits = len(about) == len(expected) and all(map(isinstance, about, expected))
    if not fits:
        wanted, given = ([KINDS[kind] for kind in expected], [*map(_named, about)])
        raise TypeError(f"{rule} is asked about {_a_node(wanted)}, not about {_a_node(given)}.")
    return gives


@cache
def _signature(rule: str) -> Any:
    """What a rule takes and what it gives, as `Rules` declares it."""
    return get_args(get_type_hints(Rules)[rule])


def _a_node(others: list[str]) -> str:
    return listed(["a node", *others]) if others else "a node alone"


def _named(value: object) -> str:
    return f"a value of type {type(value).__name__}"
