"""What can happen next to many clusters, listed by looking up numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from raftlab.modelcheck.fast.blocks import Block, Places, Tries, in_order, repeated
from raftlab.modelcheck.fast.outcomes import NO_MESSAGE, NOBODY
from raftlab.modelcheck.fast.turns import Turns

Some = tuple[Places, Places, int]  # columns, turns, and the row of the message that goes


def all_tries(turns: Turns, piece: Block) -> Tries:
    """Every turn that the bounds allow at these clusters; turns never met are listed first."""
    some = [*_arrivals(turns, piece), *_own_turns(turns, piece)]
    columns, which, wires = zip(*some, strict=True)
    wire = np.repeat(wires, [len(column) for column in columns])
    return _within_budgets(
        turns, piece, Tries(np.concatenate(columns), np.concatenate(which), wire)
    )


def _arrivals(turns: Turns, piece: Block) -> Iterator[Some]:
    """Each message in flight, with what may become of it."""
    cast, count, seats = turns.cast, len(piece), piece.seats.ravel()
    for row, wire in enumerate(piece.wires):
        there = wire != NO_MESSAGE
        if row:
            there &= wire != piece.wires[row - 1]  # of equal messages, one
        column = np.flatnonzero(there)
        message = wire.take(column)
        server = seats.take(cast.receiver.data.take(message) * count + column)
        yield column, _arriving(turns, message, server, fatal=False), row
        if turns.reach.cuts_turns:
            up = np.flatnonzero(cast.up.data.take(server))
            yield column[up], _arriving(turns, message[up], server[up], fatal=True), row
        if turns.bounds.drops or turns.bounds.duplicates != 0:
            lost, twice = _in_the_network(turns, message)
            yield from [(column, lost, row)] if turns.bounds.drops else ()
            yield from [(column, twice, NOBODY)] if turns.bounds.duplicates != 0 else ()


def _arriving(turns: Turns, message: Places, server: Places, *, fatal: bool) -> Places:
    grid, cast = turns.fatal_arrivals if fatal else turns.arrivals, turns.cast
    grid.hold(len(cast.messages), max(cast.locals))
    local = cast.local.data.take(server)
    missing = np.flatnonzero(grid.take(message, local) < 0)
    width = len(cast.servers)
    for pair in in_order(message[missing] * width + server[missing]):
        turns.list_arrival(*divmod(pair, width), fatal=fatal)
    return grid.take(message, local).astype(np.intp)


def _in_the_network(turns: Turns, message: Places) -> tuple[Places, Places]:
    """The turns in which each of these messages is lost, and those in which there are two."""
    distinct, which = np.unique(message, return_inverse=True)
    for new in distinct.tolist():
        if new not in turns.network:
            turns.list_network(new)
    both = np.array([turns.network[number] for number in distinct.tolist()], np.intp).reshape(-1, 2)
    return both[which, 0], both[which, 1]


def _own_turns(turns: Turns, piece: Block) -> Iterator[Some]:
    """The turns that each server can take by itself."""
    turns.list_own(up_to=int(piece.seats.max()) + 1)
    for server in piece.seats:
        column, nth = repeated(turns.own_count.data.take(server))
        first = turns.own_first.data.take(server).take(column)
        yield column, turns.own.data.take(first + nth), NOBODY


def _within_budgets(turns: Turns, piece: Block, tries: Tries) -> Tries:
    """Those that take nothing from a budget that is used up: one addition asks all budgets."""
    if not turns.guard:
        return tries
    used = piece.used.take(tries.column) + turns.cost.data.take(tries.turn)
    return tries.only(np.flatnonzero((used & np.uint64(turns.guard)) == 0))
