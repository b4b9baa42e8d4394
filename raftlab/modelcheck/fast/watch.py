"""Looks at millions of clusters for the few that break a property.

A property that is asked of two servers reads little of each, and servers that agree in that fall
into one class. So a table of classes answers for all clusters at once, and the property itself is
asked once for each two classes that ever meet.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from raftlab.modelcheck.fast.cast import Cast
from raftlab.modelcheck.fast.columns import Column, Grid
from raftlab.modelcheck.fast.outcomes import NO_MESSAGE
from raftlab.raft import Property, Scope, Server

Numbers = NDArray[np.int32]
Places = NDArray[np.intp]

FINE, BROKEN = 0, 1


class Classes:
    """Servers by what some properties read of them."""

    def __init__(
        self, properties: Sequence[Property], cast: Cast, *, by_name: bool = False
    ) -> None:
        """No server is in a class yet; with `by_name`, servers of two names never share one."""
        self.properties = properties
        self._by_name = by_name
        self.members: list[Server] = []  # of each class, the one that was there first
        self.views: list[tuple[int, ...]] = []  # of each class, what each property reads
        self._cast = cast
        self._of = Column(np.int32)
        self._numbers: dict[tuple[int, ...], int] = {}
        self._view_numbers: list[dict[Hashable, int]] = [{} for _ in properties]

    def take(self, servers: Numbers) -> Numbers:
        """The classes of these servers."""
        for number in range(len(self._of), len(self._cast.servers)):
            member = self._cast.servers.values[number]
            # No server property is asked of a client: any class will do.
            self._of.append(self._class_of(member) if isinstance(member, Server) else FINE)
        return self._of.data.take(servers)

    def _class_of(self, server: Server) -> int:
        name = server.node.name if self._by_name else None
        read = ((name, p.reads(server)) for p in self.properties)
        views = tuple(
            numbers.setdefault(view, len(numbers))
            for numbers, view in zip(self._view_numbers, read, strict=True)
        )
        number = self._numbers.setdefault(views, len(self.members))
        if number == len(self.members):
            self.members.append(server)
            self.views.append(views)
        return number


class Watch:
    """The properties that look at more than one server, ready to be asked of many clusters."""

    def __init__(self, properties: Sequence[Property], cast: Cast) -> None:
        """Nothing asked yet."""
        by_scope = {scope: [p for p in properties if p.scope is scope] for scope in Scope}
        self._cast = cast
        self._pairs = Classes(by_scope[Scope.PAIR], cast)
        self._readers = Classes(by_scope[Scope.MESSAGE], cast)
        # All servers together have names of their own, which a majority is counted by.
        self._all = Classes(by_scope[Scope.CLUSTER], cast, by_name=True)
        self._pair_grid, self._reader_grid = Grid(), Grid()
        self._of_clients = by_scope[Scope.CLIENTS]
        self._answers: dict[tuple[int, int, int], bool] = {}
        self._together: dict[tuple[int, ...], bool] = {}
        self._said_of_clients: dict[tuple[int, ...], bool] = {}

    def first_broken(self, seats: Numbers, wires: Numbers, place: Numbers) -> int | None:
        """The first of these clusters that breaks a property, if only the server at `place` is new.

        `seats` has a row for each place and `wires` one for each message, a column a cluster. Where
        a client is new, no server is, and to ask of the first is to ask again.
        """
        servers, clients = seats[: self._cast.nodes], seats[self._cast.nodes :]
        if len(clients):
            place = np.where(place < self._cast.nodes, place, 0)
        broken = [
            *self._broken_pairs(servers, place),
            *self._broken_messages(servers, wires),
            *self._broken_together(servers),
            *(self._broken_clients(clients) if len(clients) else ()),
        ]
        return min(broken, default=None)

    def _broken_pairs(self, seats: Numbers, place: Numbers) -> Iterator[int]:
        if not self._pairs.properties:
            return
        nodes, count = seats.shape
        cluster = np.arange(count)
        classes = self._pairs.take(seats).ravel()
        mine = classes.take(place * count + cluster)
        for step in range(1, nodes):
            other = (place + step) % nodes
            theirs = classes.take(other * count + cluster)
            yield from self._look_up(self._pair_grid, mine, theirs, self._ask_pair)

    def _broken_messages(self, seats: Numbers, wires: Numbers) -> Iterator[int]:
        if self._readers.properties:
            for server, message in product(self._readers.take(seats), wires):
                yield from self._look_up(self._reader_grid, message, server, self._ask_message)

    def _broken_clients(self, seats: Numbers) -> Iterator[int]:
        combinations, where = np.unique(seats, axis=1, return_index=True)
        for together, first in zip(
            map(tuple, combinations.T.tolist()), where.tolist(), strict=True
        ):
            if together not in self._said_of_clients:
                clients = tuple(self._cast.servers.values[number] for number in together)
                self._said_of_clients[together] = any(p.says(clients) for p in self._of_clients)
            if self._said_of_clients[together]:
                yield first

    def _look_up(
        self, grid: Grid, row: Numbers, column: Numbers, ask: Callable[[int, int], bool]
    ) -> Iterator[int]:
        """The first place, if any, at which the grid says broken; what it lacks is asked."""
        grid.hold(int(row.max()) + 1, int(column.max()) + 1)
        said = grid.take(row, column)
        missing = np.flatnonzero(said < 0)
        if len(missing):
            wide = grid.data.shape[1]
            for pair in np.unique(row[missing].astype(np.int64) * wide + column[missing]).tolist():
                one, other = divmod(pair, wide)
                grid.data[one, other] = BROKEN if ask(one, other) else FINE
            said = grid.take(row, column)
        if said.any():
            yield int(np.argmax(said))

    def _ask_pair(self, one: int, other: int) -> bool:
        members, views = self._pairs.members, self._pairs.views
        for i, p in enumerate(self._pairs.properties):
            for a, b in ((one, other), (other, one)):
                key = (i, views[a][i], views[b][i])
                if key not in self._answers:
                    self._answers[key] = bool(p.says(members[a], members[b]))
                if self._answers[key]:
                    return True
        return False

    def _ask_message(self, message: int, reader: int) -> bool:
        if message == NO_MESSAGE:
            return False
        sent, server = self._cast.messages.values[message], self._readers.members[reader]
        return any(p.says(sent, server) for p in self._readers.properties)

    def _broken_together(self, seats: Numbers) -> Iterator[int]:
        if not self._all.properties:
            return
        classes = self._all.take(seats)
        combinations, where = np.unique(classes, axis=1, return_index=True)
        for classes_together, first in zip(combinations.T.tolist(), where.tolist(), strict=True):
            together = tuple(classes_together)
            if together not in self._together:
                servers = tuple(self._all.members[number] for number in together)
                said = (p.says(servers) for p in self._all.properties)
                self._together[together] = any(said)
            if self._together[together]:
                yield first
