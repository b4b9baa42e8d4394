"""What policies of when to compact came to, as a table. (§7)"""

from __future__ import annotations

from dataclasses import dataclass

from raftlab.sim.tables import Row, aligned
from raftlab.sim.words import counted

HEAD = (
    "snapshot taken",
    "snapshots",
    "bytes written",
    "longest log",
    "largest disk",
    "entries received",
    "snapshots received",
    "bytes received",
)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one policy came to in the run.

    Attributes:
        policy: when snapshots were taken.
        taken: how many were, on all servers.
        written: how many bytes those came to: each is written to a disk whole.
        longest_log: the most entries that a log held at a time.
        largest_disk: the most bytes that a log came to with its snapshot.
        entries_received: how many entries reached a server that runs, each as often as it did.
        snapshots_received: how many snapshots did.
        bytes_received: how many bytes both came to.
        caught_up: whether all servers had the same machine in the end.
    """

    policy: str
    taken: int = 0
    written: int = 0
    longest_log: int = 0
    largest_disk: int = 0
    entries_received: int = 0
    snapshots_received: int = 0
    bytes_received: int = 0
    caught_up: bool = True

    def row(self) -> Row:
        """The numbers as a row of a table with `HEAD`."""
        numbers = (
            self.taken,
            self.written,
            self.longest_log,
            self.largest_disk,
            self.entries_received,
            self.snapshots_received,
            self.bytes_received,
        )
        return (self.policy, *(f"{number:,}" for number in numbers))


@dataclass(frozen=True, slots=True)
class CompactionCosts:
    """What policies came to in the same run, one below the other."""

    commands: int
    costs: tuple[Cost, ...]

    def __getitem__(self, policy: str) -> Cost:
        """What the policy of this label came to. Raises KeyError if there is none."""
        for cost in self.costs:
            if cost.policy == policy:
                return cost
        raise KeyError(policy)

    @property
    def headline(self) -> str:
        """What was compared."""
        sent = counted(self.commands, "command")
        return f"When to compact: three servers, {sent}, and one server down twice"

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the numbers must know besides."""
        late = [cost.policy for cost in self.costs if not cost.caught_up]
        sizes = "A number takes 8 bytes. Written are the snapshots that servers took of their own."
        return (sizes, *(f"Not all caught up by the end: {policy}." for policy in late))

    def rows(self) -> tuple[Row, ...]:
        """The table, its head first."""
        return (HEAD, *(cost.row() for cost in self.costs))

    def __str__(self) -> str:
        """The table as text."""
        return "\n".join((self.headline, aligned(self.rows(), "  "), *self.notes))

    __repr__ = __str__
