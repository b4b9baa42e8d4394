"""Level by level, many clusters at once: what `plain` does one by one, in numpy.

A cluster is a column of numbers: its servers, its messages, and the events counted so far. What a
turn makes of it is known from `turns`, so that trying one is looking up a number. Whether a cluster
was reached before is asked of its fingerprint alone, the sum of those of its parts. That of a
successor is known before the cluster is made; most are never made.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

import numpy as np

from raftlab.modelcheck.fast.blocks import Block, Tries, Words, in_order
from raftlab.modelcheck.fast.cast import Member
from raftlab.modelcheck.fast.made import ends_of, fingerprints, made, sums
from raftlab.modelcheck.fast.outcomes import NO_MESSAGE
from raftlab.modelcheck.fast.seen import Seen
from raftlab.modelcheck.fast.tries import all_tries
from raftlab.modelcheck.fast.turns import Turns
from raftlab.modelcheck.fast.watch import Watch
from raftlab.modelcheck.faults import Unsound
from raftlab.modelcheck.result import Level
from raftlab.raft import Cluster, Event, RuleError, Server

TURN_BITS = 24  # of a link back; the others number the parent


class Found(Exception):
    """The search met a run that breaks a property, or in which a rule fails."""

    def __init__(self, run: tuple[Event, ...]) -> None:
        """Keep the run."""
        super().__init__(f"after {len(run)} events")
        self.run = run


class Levels:
    """A search under way: every cluster it has reached, and those of the deepest level."""

    def __init__(self, turns: Turns, watch: Watch, start: Cluster) -> None:
        """Stand at the start."""
        self.turns, self.watch = turns, watch
        self.states = 1  # distinct clusters reached
        self.finished: list[Level] = []
        self.run_so_far: tuple[Event, ...] = ()  # to where a rule was found unsound
        self._seen = Seen()
        self._bases: list[int] = [0]
        self._links: list[Words] = [np.zeros(1, np.uint64)]
        members: list[Member] = [*map(Server, start.nodes, start.pasts), *start.clients]
        seats = [[turns.cast.add_server(member)] for member in members]
        messages = sorted(turns.cast.add_message(message) for message in start.network)
        free = [[NO_MESSAGE]] * (turns.reach.in_flight - len(messages))
        wires = np.array([*free, *([message] for message in messages)], np.int32)
        used = np.array([turns.unused], np.uint64)
        first = Block(0, np.array(seats, np.int32), wires, used)
        self._seen.add(np.minimum.reduce(sums(turns, first)))
        self._level = [first]

    @property
    def table(self) -> tuple[Level, ...]:
        """All levels, with as much of the deepest as was reached."""
        deeper = self.states - sum(level.states for level in self.finished)
        return (*self.finished, *([Level(deeper, 0)] if deeper else []))

    @property
    def depth(self) -> int:
        """How many events the deepest cluster is from the start."""
        return len(self.table) - 1

    def __iter__(self) -> Iterator[None]:
        """Try every event at every cluster of a level, level after level, until none is new.

        Raises Found where a property breaks or a rule fails, Unsound where a rule is none. Yields
        now and then, so that one can stop.
        """
        while self._level:
            following: list[Block] = []
            count, transitions = sum(map(len, self._level)), 0
            self.finished.append(Level(count, 0))
            if self.depth == self.turns.bounds.depth:
                return
            while self._level:
                for piece in self._level.pop(0).pieces():
                    new, tried = self._expand(piece)
                    if len(new):
                        following.append(new)
                    transitions += tried
                    self.finished[-1] = Level(count, transitions)
                    yield
            self._level = following

    def _expand(self, piece: Block) -> tuple[Block, int]:
        """The new clusters that are one event from these, and how many events were tried."""
        turns = self.turns
        tries = all_tries(turns, piece)
        self._learn(piece, tries)
        tries, outcome = ends_of(turns, piece, tries)
        tried = len(outcome)
        new = np.flatnonzero(self._seen.add(fingerprints(turns, piece, tries.column, outcome)))
        tries, outcome = tries.only(new), outcome.take(new)
        block = made(turns, piece, tries, outcome, self.states)
        self._link(piece, tries)
        if len(block):
            place = np.maximum(turns.outcomes.place.data.take(outcome), 0)
            broken = self.watch.first_broken(block.seats, block.wires, place)
            if broken is not None:
                raise Found(self.run_to(block.base + broken))
        return block, tried

    def _learn(self, piece: Block, tries: Tries) -> None:
        """Take the turns not taken before."""
        turns = self.turns
        unknown = in_order(tries.turn[~turns.known.data.take(tries.turn)])
        taken = turns.learn(unknown)
        for turn in unknown:
            try:
                broken = next(taken)
            except RuleError:
                broken = True
            except Unsound:
                self.run_so_far = self._run_before(piece, tries, turn)
                raise
            if broken:
                raise Found((*self._run_before(piece, tries, turn), turns.listed[turn].event))
        next(taken, None)

    # The way back

    def _link(self, piece: Block, tries: Tries) -> None:
        """Note of each new cluster from which one it came, and by which turn."""
        if len(tries.turn):
            parent = tries.column + piece.base
            self._bases.append(self.states)
            self._links.append(((parent << TURN_BITS) | tries.turn).view(np.uint64))
            self.states += len(parent)

    def _run_before(self, piece: Block, tries: Tries, turn: int) -> tuple[Event, ...]:
        """The run to the first cluster at which that turn is tried."""
        return self.run_to(piece.base + int(tries.column[np.argmax(tries.turn == turn)]))

    def run_to(self, number: int) -> tuple[Event, ...]:
        """The events that lead from the start to the cluster of that number."""
        events: list[Event] = []
        while number:
            at = bisect_right(self._bases, number) - 1
            link = int(self._links[at][number - self._bases[at]])
            number, turn = divmod(link, 1 << TURN_BITS)
            events.append(self.turns.listed[turn].event)
        return tuple(reversed(events))
