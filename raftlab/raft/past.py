"""What the properties must remember of a node: it survives every crash, and no rule sees it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from raftlab.raft.log import Entry
from raftlab.raft.node import Node, Role
from raftlab.raft.turn import Firing


@dataclass(frozen=True, slots=True)
class Committed:
    """An entry that a node took for committed, and the term the node was in when it first did."""

    entry: Entry
    in_term: int


@dataclass(frozen=True, slots=True)
class Past:
    """The terms a node has led, and what it ever took for committed and applied, from index 1.

    None stands for an entry the node never held, because it began with a snapshot.
    """

    terms_led: tuple[int, ...] = ()
    committed: tuple[Committed | None, ...] = ()
    applied: tuple[Entry | None, ...] = ()


def remember(past: Past, node: Node) -> Past:
    """The past once `node` has become what it now is."""
    leads_anew = node.role is Role.LEADER and node.current_term not in past.terms_led
    commits = len(past.committed) < node.commit_index
    applies = len(past.applied) < node.last_applied
    if not (leads_anew or commits or applies):
        return past
    led = {node.current_term} if leads_anew else set()
    newly_committed = _entries(node, len(past.committed), node.commit_index)
    term = node.current_term
    return Past(
        terms_led=tuple(sorted({*past.terms_led, *led})),
        committed=past.committed
        + tuple(None if entry is None else Committed(entry, term) for entry in newly_committed),
        applied=past.applied + _entries(node, len(past.applied), node.last_applied),
    )


def remember_all(past: Past, firings: Iterable[Firing], node: Node) -> Past:
    """The past after each firing in turn, and then `node`.

    Whoever led for a moment within a turn has led its term.
    """
    moment = None
    for firing in firings:
        if firing.node is not moment:
            moment = firing.node
            past = remember(past, moment)
    return remember(past, node)


def _entries(node: Node, after: int, up_to: int) -> tuple[Entry | None, ...]:
    # A broken rule may claim entries that the log lacks: what is not there cannot be remembered.
    log = node.log
    indexes = range(after + 1, min(up_to, log.last_index) + 1)
    return tuple(log[index] if log.first_index <= index else None for index in indexes)
