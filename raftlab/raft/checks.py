"""What a property is: a name, a citation, and a predicate that gives a sentence or None.

A property says what it is asked of: one server, two, all of them, a message, or a change that one
rule made. Whoever tries many clusters then asks only about what is new in each.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from raftlab.raft.node import Node
from raftlab.raft.past import Past, remember
from raftlab.raft.turn import Firing


class Server(NamedTuple):
    """A node and what is remembered of it."""

    node: Node
    past: Past


class Change(NamedTuple):
    """What one rule made of a server."""

    rule: str
    before: Server
    after: Server


class Scope(Enum):
    """What a property is asked of, and with which arguments."""

    SERVER = "one server"  # says(server), of each, after each rule
    PAIR = "two servers"  # says(one, other), of any two in both orders, and of each with itself
    MESSAGE = "a message in flight"  # says(message, server), of each with each
    CLUSTER = "all servers"  # says(servers)
    CLIENTS = "all clients"  # says(clients), where there are some
    CHANGE = "what one rule changes"  # says(change)


def everything(server: Server) -> Hashable:
    """All of a server: what a property reads that does not say what it reads."""
    return server


@dataclass(frozen=True, slots=True)
class Property:
    """A property by its name, where it comes from, what it is asked of, and the predicate.

    `says` gives a sentence or None. `reads` gives what of a server it looks at: servers that agree
    in that get the same answer but for their names. (It spares an exploration asking again.)
    """

    name: str
    citation: str
    scope: Scope
    says: Callable[..., str | None]
    reads: Callable[[Server], Hashable] = everything

    @property
    def kind(self) -> str:
        """Whether it looks at a "state", or at a "step" from one to the next."""
        return "step" if self.scope is Scope.CHANGE else "state"


@dataclass(frozen=True, slots=True)
class Violation:
    """A property that does not hold, and the sentence saying what breaks it."""

    property: Property
    sentence: str


def changes(server: Server, firings: Iterable[Firing]) -> Iterator[Change]:
    """What each of these firings, in turn, made of `server`; those that made nothing left out."""
    for firing in firings:
        if firing.node is not server.node:
            after = Server(firing.node, remember(server.past, firing.node))
            yield Change(firing.rule, server, after)
            server = after
