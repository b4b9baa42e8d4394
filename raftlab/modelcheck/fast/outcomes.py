"""What turns end in: a table from which millions of clusters are made."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from raftlab.modelcheck.fast.columns import Column, Interned
from raftlab.raft import Client, Message, Server

NO_MESSAGE = 0
NOBODY = -1

# What a fingerprint gains for each event counted; any odd number would do.
COUNTING = np.uint64(0x9E3779B97F4A7C15)


class Outcomes:
    """The outcomes of every turn learnt so far.

    A turn has one outcome, or several where not all that it sends leaves: each choice of what does
    is one. The outcomes of turn `t` with room for `r` messages are `count[r, t]` in number, from
    `first[r, t]` on. An outcome that changes nothing is none.

    Of each outcome: the server `after`, and its `place` in the cluster; what it `sends`, a row for
    each message there may be; the event's `cost`; and the `deltas`, a row for each renaming, of the
    cluster's fingerprint.
    """

    def __init__(
        self,
        in_flight: int,
        servers: Interned[Server | Client],
        messages: Interned[Message | None],
        *,
        lossy: bool,
    ) -> None:
        """No outcomes yet. If `lossy`, any part of what a turn sends may be lost at once."""
        self._in_flight, self._lossy = in_flight, lossy
        self._servers, self._messages = servers, messages
        self.first, self.count = Column(np.intp, in_flight + 1), Column(np.intp, in_flight + 1)
        self.after, self.place = Column(np.int32), Column(np.intp)
        self.sends = Column(np.int32, in_flight)
        self.deltas = Column(np.uint64, servers.fingerprints.data.shape[0])
        self._added: list[tuple[int, ...]] = []
        self._of_turns: dict[int, tuple[list[int], list[int]]] = {}

    def list_turn(self) -> None:
        """One turn more, of which nothing is known."""
        nothing = (0,) * (self._in_flight + 1)
        self.first.append(nothing)
        self.count.append(nothing)

    def add(
        self,
        turn: int,
        *,
        before: int,
        after: int,
        place: int,
        sent: tuple[int, ...],
        removed: int,
        cost: int,
    ) -> None:
        """Note what a turn may end in, its messages `sent` in ascending order, for `settle`."""
        idle = after == before and removed == NO_MESSAGE
        known, added = len(self.after), self._added
        begins = [known + len(added)]  # of the outcomes in which so many messages leave
        common = (after, place, before, removed, cost)
        for size in range(min(self._in_flight, len(sent)) + 1):
            free = (NO_MESSAGE,) * (self._in_flight - size)
            if size or not idle:
                parts = dict.fromkeys(combinations(sent, size)) if size else ((),)
                added += [common + kept + free for kept in parts]
            begins.append(known + len(added))
        most = [min(room, len(sent)) for room in range(self._in_flight + 1)]
        first = [begins[0 if self._lossy else size] for size in most]
        count = [begins[size + 1] - begin for size, begin in zip(most, first, strict=True)]
        self._of_turns[turn] = first, count

    def settle(self) -> None:
        """Make known what was added: all of it at once, since numpy is slow to start."""
        if self._of_turns:
            turns = list(self._of_turns)
            first, count = zip(*self._of_turns.values(), strict=True)
            self.first.data[:, turns] = np.array(first).T
            self.count.data[:, turns] = np.array(count).T
            self._of_turns = {}
        if self._added:
            after, place, before, removed, cost, *sends = np.array(self._added).T
            server, message = self._servers.fingerprints.data, self._messages.fingerprints.data
            deltas = server[:, after] - server[:, before] - message[:, removed]
            deltas += cost.astype(np.uint64) * COUNTING
            for sent in sends:
                deltas += message[:, sent]
            self.after.extend(after)
            self.place.extend(place)
            self.sends.extend(np.array(sends))
            self.deltas.extend(deltas)
            self._added = []
