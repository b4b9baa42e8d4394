"""The RPCs of Figures 2 and 13, as messages.

A remote procedure call is two messages here, a request and a reply, so that each can be delayed,
lost or duplicated alone. What a caller would know from having waited for its own call, the reply
must therefore carry: who answers, and about which entries.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from raftlab.raft.log import Entry
from raftlab.raft.node import Snapshot


@dataclass(frozen=True, slots=True)
class RequestVote:
    """A candidate asks for a vote. `sender` is the paper's candidateId. (Fig. 2, RequestVote)"""

    sender: str
    receiver: str
    term: int
    last_log_index: int
    last_log_term: int


@dataclass(frozen=True, slots=True)
class VoteReply:
    """A node answers a candidate. (Fig. 2, RequestVote, results)"""

    sender: str
    receiver: str
    term: int
    vote_granted: bool


@dataclass(frozen=True, slots=True)
class AppendEntries:
    """A leader replicates entries, or none as a heartbeat. `sender` is the paper's leaderId.

    (Fig. 2, AppendEntries)
    """

    sender: str
    receiver: str
    term: int
    prev_log_index: int
    prev_log_term: int
    entries: tuple[Entry, ...]
    leader_commit: int

    @property
    def last_new_index(self) -> int:
        """The index of the last entry carried; prev_log_index where none is."""
        return self.prev_log_index + len(self.entries)


@dataclass(frozen=True, slots=True)
class AppendReply:
    """A node answers a leader. (Fig. 2, AppendEntries, results; §5.3 for the last three fields)

    `prev_log_index` repeats the request's, so that an old answer is known as one. On success
    `match_index` is the last index known to agree with the leader. On failure `last_log_index`
    says where the sender's log ends, and, where the entry at prev_log_index has another term,
    `conflict_term` is that term and `conflict_index` the first index that has it.
    """

    sender: str
    receiver: str
    term: int
    success: bool
    prev_log_index: int
    match_index: int = 0
    last_log_index: int = 0
    conflict_term: int = 0
    conflict_index: int = 0


@dataclass(frozen=True, slots=True)
class InstallSnapshot:
    """A leader sends its snapshot in place of entries that it has discarded. (Fig. 13)

    `sender` is the paper's leaderId. The snapshot goes whole: `offset` and `done` only cut it into
    chunks that fit a packet, and a message of any size is delivered or lost as one here.
    """

    sender: str
    receiver: str
    term: int
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class SnapshotReply:
    """A node answers a leader's snapshot. (Fig. 13, results)

    `match_index` is the last index known to agree with the leader, which the snapshot reaches; it
    is 0 where the request was of an old term, and nothing of it was taken.
    """

    sender: str
    receiver: str
    term: int
    match_index: int = 0


Message: TypeAlias = (
    RequestVote | VoteReply | AppendEntries | AppendReply | InstallSnapshot | SnapshotReply
)
