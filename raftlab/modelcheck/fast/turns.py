"""Each local turn, learnt once.

A turn reads nothing but its node and its event, so that whoever meets the same two again knows what
comes of them. Some thousands of turns make millions of clusters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from raftlab.modelcheck.bounds import Bounds, Reach, counts_as, next_command
from raftlab.modelcheck.client_bounds import next_operation
from raftlab.modelcheck.fast.cast import Cast
from raftlab.modelcheck.fast.columns import Column, Grid
from raftlab.modelcheck.fast.outcomes import NO_MESSAGE, NOBODY, Outcomes
from raftlab.modelcheck.goals import Goal
from raftlab.modelcheck.symmetry import Renamings
from raftlab.modelcheck.trust import Asking
from raftlab.raft import (
    Change,
    Client,
    Cluster,
    Crash,
    Deliver,
    Drop,
    Duplicate,
    Event,
    Property,
    Restart,
    Scope,
    Server,
    changes,
    client_turn,
    client_turns,
    own_turns,
)
from raftlab.raft.past import remember


class Listed(NamedTuple):
    """A turn that can be taken: the event, and the numbers of its server and of its message."""

    event: Event
    server: int
    message: int
    cost: int  # what it takes from the budgets, one byte for each


class Turns:
    """All turns met so far, each with its number: those of servers, and what the network can do."""

    def __init__(
        self,
        asking: Asking,
        start: Cluster,
        bounds: Bounds,
        properties: Sequence[Property],
        goals: Sequence[Goal],
        renamings: Renamings,
        seed: int,
    ) -> None:
        """Nothing learnt yet, but that `start` is where it begins."""
        self.asking, self.bounds, self.reach = asking, bounds, Reach.of(start, bounds, asking.rules)
        self.cast = Cast(start, goals, renamings, seed)
        self._of = {scope: [p for p in properties if p.scope is scope] for scope in Scope}
        self.listed: list[Listed] = []
        self.known, self.cost = Column(np.bool_), Column(np.uint64)
        self.outcomes = Outcomes(
            self.reach.in_flight, self.cast.servers, self.cast.messages, lossy=bounds.drops is None
        )
        # Where the turns stand: by message and server, by server, by message.
        self.arrivals, self.fatal_arrivals = Grid(), Grid()
        self.own, self.own_first, self.own_count = (Column(np.intp) for _ in range(3))
        self.network: dict[int, tuple[int, int]] = {}

        # A budget is a byte: it begins at 127 less what there may be, and at 128 there is too much.
        self._unit = {name: 1 << 8 * i for i, name in enumerate(bounds.budgets)}
        self.guard = sum(0x80 * unit for unit in self._unit.values())
        self.unused = sum((0x7F - most) * self._unit[n] for n, most in bounds.budgets.items())

    def __len__(self) -> int:
        """How many turns were listed so far."""
        return len(self.listed)

    def list_own(self, up_to: int) -> None:
        """List the turns that each server below that number can take by itself."""
        for server in range(len(self.own_first), up_to):
            events = self._own_events(self.cast.servers.values[server])
            turns = [self._list(event, server) for event in events]
            self.own_first.append(len(self.own))
            self.own_count.append(len(turns))
            for turn in turns:
                self.own.append(turn)

    def _own_events(self, member: Server | Client) -> Iterator[Event]:
        if isinstance(member, Client):
            asking = client_turns(member, (next_operation(member),))
            yield from (turn for turn in asking if self.reach.allows(turn, member))
            return
        node = member.node
        if not node.up:
            yield Restart(node.name)
            return
        every = own_turns(node, (next_command(node),))
        turns = [turn for turn in every if self.reach.allows(turn, node)]
        yield from turns
        if self.bounds.crashes != 0:
            yield Crash(node.name)
        if self.reach.cuts_turns:
            yield from (Crash(node.name, turn) for turn in turns)

    def list_arrival(self, message: int, server: int, *, fatal: bool) -> None:
        """List the turn in which a message reaches a server, which may crash in it."""
        arrives = Deliver(self.cast.message(message))
        event = Crash(arrives.message.receiver, arrives) if fatal else arrives
        grid = self.fatal_arrivals if fatal else self.arrivals
        local = int(self.cast.local.data[server])
        grid.hold(message + 1, local + 1)
        grid.data[message, local] = self._list(event, server, message)

    def list_network(self, message: int) -> None:
        """List what the network can do to a message: lose it, or make a second one."""
        sent = self.cast.message(message)
        lost, twice = self._list(Drop(sent), NOBODY), self._list(Duplicate(sent), NOBODY)
        self._note(lost, NOBODY, 0, (), removed=message)
        self._note(twice, NOBODY, 0, (message,), removed=NO_MESSAGE)
        self.network[message] = lost, twice
        self.known.data[[lost, twice]] = True
        self.outcomes.settle()

    def _list(self, event: Event, server: int, message: int = NO_MESSAGE) -> int:
        cost = sum([self._unit[kind] for kind in counts_as(event) if kind in self._unit])
        self.listed.append(Listed(event, server, message, cost))
        self.cost.append(cost)
        self.outcomes.list_turn()
        return self.known.append(False)

    def learn(self, turns: Sequence[int]) -> Iterator[bool]:
        """Take turns for the first time, and say of each whether it breaks a property.

        Raises what `Asking` raises of a rule that fails. They are known once the last was taken.
        """
        for turn in turns:
            yield self._take(turn)
        self.known.data[turns] = True
        self.outcomes.settle()

    def _take(self, turn: int) -> bool:
        event, number, message, _ = self.listed[turn]
        server = self.cast.servers.values[number]
        if isinstance(server, Client):
            self._take_a_clients(turn, server)
            return False
        reaction = self.asking.react(server.node, event)
        if not self.reach.holds(reaction.node):
            return False
        made = tuple(changes(server, reaction.firings))
        past = made[-1].after.past if made else server.past
        after = Server(reaction.node, remember(past, reaction.node))
        known = len(self.cast.servers)
        became = self.cast.add_server(after)
        broken = self._breaks(made, after, is_new=became == known)
        sent = tuple(sorted([self.cast.add_message(m) for m in reaction.messages]))
        self._note(turn, became, self.cast.place_of(after), sent, removed=message)
        return broken

    def _take_a_clients(self, turn: int, client: Client) -> None:
        after, messages = client_turn(client, self.listed[turn].event)
        became, place = self.cast.add_server(after), self.cast.place_of(after)
        sent = tuple(sorted([self.cast.add_message(message) for message in messages]))
        self._note(turn, became, place, sent, removed=self.listed[turn].message)

    def _breaks(self, made: Sequence[Change], after: Server, *, is_new: bool) -> bool:
        """Whether a turn breaks what one server alone can break, in its course or at its end."""
        for p in self._of[Scope.CHANGE]:
            if any(map(p.says, made)):
                return True
        moments = [change.after for change in made]
        if is_new:
            moments.append(after)
        for p in self._of[Scope.SERVER]:
            if any(map(p.says, moments)):
                return True
        return is_new and any(p.says(after, after) for p in self._of[Scope.PAIR])

    def _note(
        self, turn: int, after: int, place: int, sent: tuple[int, ...], *, removed: int
    ) -> None:
        self.outcomes.add(
            turn,
            before=self.listed[turn].server,
            after=after,
            place=place,
            sent=sent,
            removed=removed,
            cost=self.listed[turn].cost,
        )
