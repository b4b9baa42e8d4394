"""What comes of turns: the fingerprints of all ends, and the clusters of those that are new."""

from __future__ import annotations

import numpy as np

from raftlab.modelcheck.fast.blocks import Block, Places, Tries, Words, repeated
from raftlab.modelcheck.fast.outcomes import COUNTING, NO_MESSAGE, NOBODY
from raftlab.modelcheck.fast.turns import Turns


def ends_of(turns: Turns, piece: Block, tries: Tries) -> tuple[Tries, Places]:
    """Each outcome of these turns with the room that there is: what was tried, and the outcome."""
    outcomes, most = turns.outcomes, turns.reach.in_flight
    free = most - np.count_nonzero(piece.wires, axis=0)
    room = np.minimum(free.take(tries.column) + (tries.wire != NOBODY), most)
    count, first = (which.take(room, tries.turn) for which in (outcomes.count, outcomes.first))
    again, nth = repeated(count)
    return tries.only(again), first.take(again) + nth


def fingerprints(turns: Turns, piece: Block, column: Places, outcome: Places) -> Words:
    """One for each end: the least of those under all renamings, so that names do not matter."""
    least: Words | None = None
    for total, delta in zip(sums(turns, piece), turns.outcomes.deltas.data, strict=True):
        key = total.take(column) + delta.take(outcome)
        least = key if least is None else np.minimum(least, key, out=least)
    assert least is not None
    return least


def sums(turns: Turns, piece: Block) -> list[Words]:
    """The fingerprint of each cluster under each renaming: the sum of those of its parts."""
    counted, totals = piece.used * COUNTING, []
    servers, messages = turns.cast.servers.fingerprints.data, turns.cast.messages.fingerprints.data
    for server, message in zip(servers, messages, strict=True):
        total = counted.copy()
        for seat in piece.seats:
            total += server.take(seat)
        for wire in piece.wires:
            total += message.take(wire)
        totals.append(total)
    return totals


def made(turns: Turns, piece: Block, tries: Tries, outcome: Places, base: int) -> Block:
    """The clusters that these outcomes give; the first is number `base` of all."""
    outcomes, (column, turn, wire) = turns.outcomes, tries
    seats, wires = (
        rows.astype(np.int32).take(column, axis=1) for rows in (piece.seats, piece.wires)
    )
    after, place = (which.data.take(outcome) for which in (outcomes.after, outcomes.place))
    moved = np.flatnonzero(after != NOBODY)
    seats[place[moved], moved] = after[moved]
    gone = np.flatnonzero(wire != NOBODY)
    wires[wire[gone], gone] = NO_MESSAGE
    wires = np.concatenate([wires, outcomes.sends.data.take(outcome, axis=1)])
    wires.sort(axis=0)
    wires = np.ascontiguousarray(wires[turns.reach.in_flight :])
    used = piece.used.take(column) + turns.cost.data.take(turn)
    return Block(base, seats, wires, used)
