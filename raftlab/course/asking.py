"""Asking a learner's rule the cases of an exercise, as a turn would ask it, and watched."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from functools import partial

from raftlab.course.cases import Case, server
from raftlab.course.own_code import Function
from raftlab.modelcheck.attempt import SECONDS_FOR_A_CALL
from raftlab.modelcheck.trust import Asking
from raftlab.modelcheck.watchdog import Watchdog
from raftlab.raft import RAFT, Firing, Log, Node
from raftlab.raft.turn import Turn

# How a turn asks a rule that gives this.
HOW: dict[str, Function] = {
    "bool": Turn.ask,
    "Node": Turn.become,
    "Log": Turn.merge,
    "int": Turn.commit,
    "AppendEntries": Turn.send,
}


def ask(rule: str, function: Function, cases: Sequence[Case]) -> list[Firing]:
    """What `function`, in the place of `rule`, gives in each case. Raises Unsound or RuleError.

    It is given copies: a function that manages to change what it is given changes no exercise.
    """
    how = HOW[inspect.signature(getattr(RAFT, rule)).return_annotation]
    with Watchdog(SECONDS_FOR_A_CALL) as watchdog:
        asking = Asking(RAFT.but(**{rule: function}), watchdog, ())
        return [
            asking.asked(node_of(case), partial(_put, how, rule, case.arguments[1:]))
            for case in deepcopy(tuple(cases))
        ]


def _put(how: Function, rule: str, about: tuple[object, ...], turn: Turn) -> None:
    how(turn, rule, *about)


def node_of(case: Case) -> Node:
    """The node whose turn a case is; a log alone is that of a follower."""
    first = case.arguments[0]
    if isinstance(first, Log):
        node = server(term=first.last_term)
        return replace(node, log=first, disk=replace(node.disk, log=first))
    assert isinstance(first, Node)
    return first
