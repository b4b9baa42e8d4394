"""The RPCs of Figures 2 and 13, as messages; and what clients and servers say to each other.

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

    `round` counts rounds of heartbeats where reads need them, and is 0 elsewhere. (Fig. 2,
    AppendEntries; §8)
    """

    sender: str
    receiver: str
    term: int
    prev_log_index: int
    prev_log_term: int
    entries: tuple[Entry, ...]
    leader_commit: int
    round: int = 0

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
    `conflict_term` is that term and `conflict_index` the first index that has it. `round` repeats
    the request's. (§8)
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
    round: int = 0


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


@dataclass(frozen=True, slots=True)
class ClientRequest:
    """A client asks a server to carry out a command, or, without one, to open a session. (§8)

    The same `serial` says that it is the same request, sent again. `session` is 0 where the client
    has none.
    """

    sender: str
    receiver: str
    session: int
    serial: int
    command: str | None

    @property
    def term(self) -> int:
        """Clients know of no terms: 0, which is older than any."""
        return 0


@dataclass(frozen=True, slots=True)
class ClientReply:
    """A server answers a client: it is done, and this is the answer; or it must ask another. (§8)

    Where `done` is false, `leader` is whom the server believes to lead, if anyone. `session` is
    the client's as the leader knows it, 0 if it has none (any more). `read` says that the answer
    was read without an entry in the log.
    """

    sender: str
    receiver: str
    serial: int
    done: bool
    answer: str | None = None
    leader: str | None = None
    session: int = 0
    read: bool = False

    @property
    def term(self) -> int:
        """Clients know of no terms: 0, which is older than any."""
        return 0


OfClients: TypeAlias = ClientRequest | ClientReply
OfSnapshots: TypeAlias = InstallSnapshot | SnapshotReply
Message: TypeAlias = RequestVote | VoteReply | AppendEntries | AppendReply | OfSnapshots | OfClients
