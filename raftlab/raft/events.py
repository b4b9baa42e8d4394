"""Everything that can happen to a cluster. Time enters only here: a timeout is an event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from raftlab.raft.messages import Message


@dataclass(frozen=True, slots=True)
class Timeout:
    """The election timer of `node` runs out. (§5.2)"""

    node: str


@dataclass(frozen=True, slots=True)
class ClientCommand:
    """A client sends `command` to `node`. (§8)"""

    node: str
    command: str


@dataclass(frozen=True, slots=True)
class Replicate:
    """The leader `node` sends what they lack to `peer`, or to every peer. (§5.3)"""

    node: str
    peer: str | None = None


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The leader `node` sends an empty AppendEntries to `peer`, or to every peer. (§5.2)"""

    node: str
    peer: str | None = None


@dataclass(frozen=True, slots=True)
class LeaseEnds:
    """The time is up for which the leader `node` may read without asking. (Dissertation, §6.4.1)"""

    node: str


@dataclass(frozen=True, slots=True)
class Compact:
    """`node` takes a snapshot and discards what it covers of the log. (§7)

    When it is time to is nothing that Raft decides: a policy does, outside.
    """

    node: str


@dataclass(frozen=True, slots=True)
class Deliver:
    """One message arrives. At a node that is down it is lost."""

    message: Message


@dataclass(frozen=True, slots=True)
class Drop:
    """One message in flight is lost."""

    message: Message


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The network makes a second copy of one message in flight."""

    message: Message


@dataclass(frozen=True, slots=True)
class Delay:
    """The network holds one message in flight back: all others that are on their way come first."""

    message: Message


@dataclass(frozen=True, slots=True)
class Crash:
    """`node` stops and keeps only its disk: between two turns, or in the middle of one.

    With `during`, the node takes that turn, persists, and stops before any message leaves.
    """

    node: str
    during: (
        Timeout | ClientCommand | Replicate | Heartbeat | LeaseEnds | Compact | Deliver | None
    ) = None


@dataclass(frozen=True, slots=True)
class Restart:
    """`node` runs again, with what its disk gave back."""

    node: str


@dataclass(frozen=True, slots=True)
class Partition:
    """No message crosses between groups any more. Nodes that no group names form one together."""

    groups: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """No message from `sender` reaches `receiver` any more; the other way is as it was."""

    sender: str
    receiver: str


@dataclass(frozen=True, slots=True)
class Heal:
    """Every cut link carries messages again."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """`client` asks `node` for a session, by which its later requests are known. (§8)"""

    client: str
    node: str


@dataclass(frozen=True, slots=True)
class Ask:
    """`client` begins an operation: it sends `command` to `node`, and waits. (§8)"""

    client: str
    node: str
    command: str


@dataclass(frozen=True, slots=True)
class AskAgain:
    """`client` has waited long enough: it sends the same request once more, to `node`. (§8)"""

    client: str
    node: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """`client` waits no longer. What it asked for may be done all the same, now or later. (§8)"""

    client: str


ClientEvent: TypeAlias = OpenSession | Ask | AskAgain | GiveUp
TurnEvent: TypeAlias = (
    Timeout | ClientCommand | Replicate | Heartbeat | LeaseEnds | Compact | Deliver
)
NetworkEvent: TypeAlias = Drop | Duplicate | Delay | Partition | Cut | Heal
Event: TypeAlias = TurnEvent | ClientEvent | NetworkEvent | Crash | Restart


def actor(event: Event) -> str | None:
    """The node or client whose turn `event` is; None for what happens to the network alone."""
    match event:
        case OpenSession() | Ask() | AskAgain() | GiveUp():
            return event.client
        case Deliver(message):
            return message.receiver
        case Timeout() | ClientCommand() | Replicate() | Heartbeat() | LeaseEnds() | Compact():
            return event.node
        case Crash() | Restart():
            return event.node
        case _:
            return None
