"""The replicated log. Indexes are 1-based, as in the paper, and only this file subtracts.

A log may begin after a discarded prefix: entries up to `prefix_index` are gone (they live in a
snapshot), and only the term of the last of them is still known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose request an entry is: the client, its session (0 if it has none), the request's number.

    However often a client sends the same request, the number is the same. (§8)
    """

    client: str
    session: int
    serial: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One command with the term in which a leader received it. Its index is its place in the log.

    `command` is None in an entry that changes no machine. (§5.3, Figure 6) `origin` is None where
    no client waits for an answer. (§8)
    """

    term: int
    command: str | None
    origin: Origin | None = None

    def __repr__(self) -> str:
        """Reads as it is written: where nobody waits for an answer, nothing is said of it."""
        whose = f", origin={self.origin!r}" if self.origin else ""
        return f"Entry(term={self.term!r}, command={self.command!r}{whose})"


@dataclass(frozen=True, slots=True)
class Log:
    """A sequence of entries with 1-based indexes; index 0 stands before the first, in term 0.

    `prefix_index` and `prefix_term` describe the last entry discarded by compaction, 0 and 0 where
    nothing was. (§5.3, §7)
    """

    entries: tuple[Entry, ...] = ()
    prefix_index: int = 0
    prefix_term: int = 0

    @property
    def first_index(self) -> int:
        """The index of the first entry still kept (or of the next one, if none is)."""
        return self.prefix_index + 1

    @property
    def last_index(self) -> int:
        """The index of the last entry; 0 for a log that never had one."""
        return self.prefix_index + len(self.entries)

    @property
    def last_term(self) -> int:
        """The term of the last entry; 0 for a log that never had one."""
        return self.entries[-1].term if self.entries else self.prefix_term

    def __len__(self) -> int:
        """How many entries are kept, the discarded ones not counted."""
        return len(self.entries)

    def __getitem__(self, index: int) -> Entry:
        """The entry at a 1-based index. Raises IndexError where the log keeps none."""
        place = index - self.first_index
        if not 0 <= place < len(self.entries):
            raise IndexError(f"{self._extent()}: there is no entry {index}")
        return self.entries[place]

    def term_at(self, index: int) -> int | None:
        """The term of the entry at `index`, None where the log does not reach or no longer knows.

        The term at index 0 is 0, and the term of the last discarded entry is still known.
        """
        if index == self.prefix_index:
            return self.prefix_term
        place = index - self.first_index
        return self.entries[place].term if 0 <= place < len(self.entries) else None

    def holds(self, index: int, entry: Entry) -> bool | None:
        """Whether `entry` stands at `index`; None where what stood there was discarded.

        The last discarded entry is known to have been another if its term was another.
        """
        place = index - self.first_index
        if place < 0:
            other = index == self.prefix_index and entry.term != self.prefix_term
            return False if other else None
        return place < len(self.entries) and self.entries[place] == entry

    def before(self, index: int) -> int:
        """The index just before `index`: what an AppendEntries starting there builds upon."""
        return index - 1

    def start_of_term(self, index: int) -> int:
        """The first kept index of the run of equal terms that `index` belongs to."""
        term = self[index].term
        while self.first_index < index and self[index - 1].term == term:
            index -= 1
        return index

    def starting_at(self, index: int) -> tuple[Entry, ...]:
        """The entries at `index` and after. Raises IndexError if some of them were discarded."""
        if index < self.first_index:
            raise IndexError(f"{self._extent()}: {self._why_not(index)}")
        return self.entries[index - self.first_index :]

    def up_to(self, index: int) -> Log:
        """This log without the entries after `index`. Raises IndexError for a discarded index."""
        if index < self.prefix_index:
            raise IndexError(f"{self._extent()}: {self._why_not(index)}")
        return Log(self.entries[: index - self.prefix_index], self.prefix_index, self.prefix_term)

    def after(self, index: int, term: int) -> Log:
        """What is left of this log behind a discarded prefix that ends at `index`, in `term`.

        The entries after `index` stay if the one there is of that term, and else none does. Raises
        IndexError if `index` lies within what was discarded before. (§7; Fig. 13, 6 and 7)
        """
        if index < self.prefix_index:
            raise IndexError(f"{self._extent()}: entry {index} was discarded")
        kept = self.entries[index - self.prefix_index :] if self.term_at(index) == term else ()
        return Log(kept, index, term)

    def append(self, *entries: Entry) -> Log:
        """This log with `entries` after its last one."""
        return Log(self.entries + entries, self.prefix_index, self.prefix_term)

    def numbered(self) -> Iterator[tuple[int, Entry]]:
        """Each kept entry with its index, in order."""
        return enumerate(self.entries, start=self.first_index)

    def _why_not(self, index: int) -> str:
        return f"entry {index} was discarded" if index > 0 else f"there is no entry {index}"

    def _extent(self) -> str:
        if not self.entries:
            discarded = f" after index {self.prefix_index}" if self.prefix_index else ""
            return f"the log is empty{discarded}"
        return f"the log holds indexes {self.first_index} to {self.last_index}"
