"""What a leader keeps of reads that go without an entry: rounds of heartbeats, and who waits."""

from __future__ import annotations

from dataclasses import dataclass

from raftlab.raft.frozen import FrozenMap


@dataclass(frozen=True, slots=True)
class Read:
    """A client's read that waits: for its round to be answered, and for its index to be applied.

    `read_index` is the leader's commit_index when it came. (Dissertation, §6.4)
    """

    client: str
    serial: int
    session: int
    command: str
    read_index: int
    round: int


@dataclass(frozen=True, slots=True)
class Reading:
    """The latest round of a leader, the latest that each peer has answered, the reads that wait.

    Whatever a leader sends carries the round, and the answer repeats it: so it knows which answers
    were given after a read had come. 0 where there was no round yet.
    """

    round: int = 0
    answered: FrozenMap[int] = FrozenMap()
    waiting: tuple[Read, ...] = ()


NO_READS = Reading()
