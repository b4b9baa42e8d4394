"""Cases that a rule is asked: a few servers and messages, as short to write as to read.

The server asked is node2; whoever sends it a message is node1. Logs are written as the terms of
their entries.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from raftlab.raft import (
    RAFT,
    AppendEntries,
    AppendReply,
    ClientRequest,
    Disk,
    Entry,
    FrozenMap,
    InstallSnapshot,
    Log,
    Node,
    Read,
    Reading,
    RequestVote,
    Role,
    Snapshot,
)
from raftlab.raft.machine import EMPTY_MACHINE, apply
from raftlab.raft.messages import VoteReply
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


def asks(command: str | None, session: int, serial: int) -> ClientRequest:
    """client1 asks node2 for something, or for a session."""
    return ClientRequest("client1", "node2", session, serial, command)


def vote(*, term: int, granted: bool = True) -> VoteReply:
    """node1 answers node2's request for its vote."""
    return VoteReply("node1", "node2", term, granted)


def read_case(
    says: str,
    commit: int,
    *answered: int,
    applied: int = 2,
    size: int = 3,
    begun: int = 2,
    index: int | None = None,
    role: Role = Role.LEADER,
) -> Case:
    """node2 leads term 2, with an entry of term 1 and one of its own, and is in its second round.

    client1 reads, at `index` or the commit_index; the round `begun` is the read's, and others have
    `answered` these.
    """
    node = leader(1, 2, match=(0,) * (size - 1), size=size, commit=commit)
    rounds = FrozenMap.of(dict(zip(node.peers, answered, strict=False)))
    read = Read("client1", 5, 1, "GET x", commit if index is None else index, begun)
    reading = Reading(2, rounds, (read,))
    node = replace(node, role=role, last_applied=min(applied, commit), reading=reading)
    return Case(says, (node, read))


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


def compacted(node: Node, index: int) -> Node:
    """That node, having taken a snapshot when it had applied its log up to `index`; 0 is none."""
    if not index:
        return node
    snapshot = _snapshot(node, index)
    log = node.log.after(index, snapshot.last_included_term)
    return replace(
        node, snapshot=snapshot, log=log, disk=replace(node.disk, log=log, snapshot=snapshot)
    )


def installs(*terms: int, term: int = 3) -> InstallSnapshot:
    """The leader of `term` sends a snapshot of a log whose entries have these terms."""
    snapshot = _snapshot(server(*terms), len(terms))
    return InstallSnapshot("node1", "node2", term, snapshot)


def _snapshot(node: Node, index: int) -> Snapshot:
    machine = EMPTY_MACHINE
    for entry in node.log.up_to(index).entries:
        machine = apply(machine, entry.command)
    early = replace(node, commit_index=index, last_applied=index, machine=machine)
    snapshot = RAFT.take_snapshot(early).snapshot
    assert snapshot is not None
    return snapshot
