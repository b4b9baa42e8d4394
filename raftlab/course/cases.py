"""Cases that a rule is asked: a few servers and messages, as short to write as to read.

The server asked is node2; whoever sends it a message is node1. Logs are written as the terms of
their entries.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from raftlab.raft import (
    AppendEntries,
    AppendReply,
    Disk,
    Entry,
    FrozenMap,
    Log,
    Node,
    RequestVote,
    Role,
)
from raftlab.raft.machine import EMPTY_MACHINE, apply
from raftlab.raft.node import Configuration
from raftlab.sim.words import counted, listed

NAMES = tuple(f"node{number}" for number in range(1, 10))
KEYS = "abcdefghi"


@dataclass(frozen=True)
class Case:
    """What a rule is asked, and what is special about it: words to follow "the case in which"."""

    says: str
    arguments: tuple[object, ...]


def say_terms(*terms: int) -> str:
    """A log as a sentence speaks of it: "no entries", "entries of the terms 1, 1 and 2"."""
    if not terms:
        return "no entries"
    if len(set(terms)) == 1:
        return f"{counted(len(terms), 'entry', 'entries')} of term {terms[0]}"
    return f"entries of the terms {listed(map(str, terms))}"


def say_place(index: int, term: int) -> str:
    """The place that entries follow: "nothing", "entry 2 of term 1"."""
    return f"entry {index} of term {term}" if index else "nothing"


def log(*terms: int) -> Log:
    """A log whose entries have these terms. What its commands are does not depend on the terms."""
    return Log(_entries(terms))


def _entries(terms: tuple[int, ...], after: int = 0) -> tuple[Entry, ...]:
    keys = KEYS[after:]
    return tuple(Entry(term, f"SET {key} 1") for key, term in zip(keys, terms, strict=False))


def server(
    *terms: int,
    term: int = 0,
    role: Role = Role.FOLLOWER,
    voted_for: str | None = None,
    commit: int = 0,
    votes: tuple[str, ...] = (),
    match: tuple[int, ...] = (),
    follows: str | None = None,
    size: int = 3,
) -> Node:
    """node2 with this log, in `term` or that of its last entry; `match` goes by the others.

    All that it has committed is applied; term, vote and log are on its disk.
    """
    own = log(*terms)
    machine = EMPTY_MACHINE
    for entry in own.up_to(commit).entries:
        machine = apply(machine, entry.command)
    current_term = max(term, own.last_term)
    configuration = Configuration(NAMES[:size])
    matched = dict(zip(configuration.others("node2"), match, strict=False))
    return Node(
        "node2",
        configuration,
        current_term=current_term,
        voted_for=voted_for,
        log=own,
        commit_index=commit,
        last_applied=commit,
        machine=machine,
        role=role,
        leader_id="node2" if role is Role.LEADER else follows,
        votes_received=votes,
        match_index=FrozenMap.of(matched),
        next_index=FrozenMap.of({name: index + 1 for name, index in matched.items()}),
        disk=Disk(current_term, voted_for, own),
    )


def leader(
    *terms: int, match: tuple[int, ...], sends: tuple[int, ...] = (), **more: object
) -> Node:
    """node2 as a leader that knows how far the others' logs agree with its own.

    `sends` is next_index of the others; where it is left out, it is what follows `match`.
    """
    node = server(*terms, role=Role.LEADER, match=match, voted_for="node2", **more)  # type: ignore[arg-type]
    for peer, index in zip(node.peers, sends, strict=False):
        node = replace(node, next_index=node.next_index.set(peer, index))
    return node


def candidate(*terms: int, term: int, sender: str = "node1") -> RequestVote:
    """A candidate with this log asks node2 for its vote in `term`."""
    own = log(*terms)
    return RequestVote(sender, "node2", term, own.last_index, own.last_term)


def appends(
    *terms: int, after: tuple[int, int] = (0, 0), term: int = 1, commit: int = 0
) -> AppendEntries:
    """A leader of `term` sends entries of these terms, to follow the place (index, term)."""
    index, prev_term = after
    return AppendEntries("node1", "node2", term, index, prev_term, _entries(terms, index), commit)


def success(match: int, *, term: int = 1, prev: int = 0) -> AppendReply:
    """node1 answers node2, the leader: up to `match` their logs agree."""
    return AppendReply("node1", "node2", term, True, prev, match_index=match)


def refusal(prev: int, last: int, term: int = 1, conflict: tuple[int, int] = (0, 0)) -> AppendReply:
    """node1 refuses node2, the leader, what follows `prev`: its log ends at `last`.

    `conflict` is where the term that stands in the way begins in its log, and that term.
    """
    answer = AppendReply("node1", "node2", term, False, prev, last_log_index=last)
    return replace(answer, conflict_index=conflict[0], conflict_term=conflict[1])
