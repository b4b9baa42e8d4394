"""A cluster is a value: its nodes, what is remembered of them, and the messages in flight."""

from __future__ import annotations

from dataclasses import dataclass, replace

from raftlab.raft.client import Client
from raftlab.raft.messages import Message
from raftlab.raft.node import Configuration, Node
from raftlab.raft.past import Past

MOST_NODES = 9
MOST_CLIENTS = 4


@dataclass(frozen=True, slots=True)
class Cluster:
    """Every node with its past, the messages in flight in the order of sending, the cut links.

    A link is (sender, receiver); a message along a cut one is lost. Where there are `clients`, the
    links between them and the nodes are never cut.
    """

    nodes: tuple[Node, ...]
    pasts: tuple[Past, ...]
    network: tuple[Message, ...] = ()
    cut: tuple[tuple[str, str], ...] = ()
    clients: tuple[Client, ...] = ()

    @classmethod
    def of(cls, *names: str) -> Cluster:
        """A cluster of 1 to 9 servers that have just been switched on. Raises ValueError if not."""
        if not 1 <= len(names) <= MOST_NODES or len(set(names)) != len(names):
            raise ValueError(f"A cluster has 1 to {MOST_NODES} nodes of different names.")
        configuration = Configuration(tuple(sorted(names)))
        nodes = tuple(Node(name, configuration) for name in configuration.members)
        return cls(nodes, (Past(),) * len(nodes))

    def with_clients(self, *names: str) -> Cluster:
        """The same cluster with clients of these names, who have asked for nothing yet.

        Raises ValueError if names are not different, or more than 4.
        """
        if len(names) > MOST_CLIENTS or len({*names, *self.names}) < len(names) + len(self.nodes):
            raise ValueError(f"A cluster has up to {MOST_CLIENTS} clients, of names of their own.")
        clients = tuple(Client(name, self.names) for name in sorted(names))
        return replace(self, clients=clients)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the servers, in order."""
        return tuple([node.name for node in self.nodes])

    def node(self, name: str) -> Node:
        """The node of that name. Raises KeyError if there is none."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(name)

    def client(self, name: str) -> Client:
        """The client of that name. Raises KeyError if there is none."""
        for client in self.clients:
            if client.name == name:
                return client
        raise KeyError(name)

    def has_client(self, name: str | None) -> bool:
        """Whether a client is called that."""
        return any(client.name == name for client in self.clients)

    def past(self, name: str) -> Past:
        """What is remembered of the node of that name. Raises KeyError if there is none."""
        for node, past in zip(self.nodes, self.pasts, strict=True):
            if node.name == name:
                return past
        raise KeyError(name)
