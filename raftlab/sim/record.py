"""What a file records of a history: its opening, and each step with what it changed."""

from __future__ import annotations

from dataclasses import dataclass

from raftlab.raft import (
    Client,
    ClientReply,
    ClientRequest,
    Cluster,
    Event,
    Message,
    Node,
    Past,
)


@dataclass(frozen=True, slots=True)
class Changes:
    """What of a cluster is not as it was before a step; None for what is."""

    nodes: tuple[Node, ...] | None = None
    pasts: dict[str, Past] | None = None
    network: tuple[Message, ...] | None = None
    cut: tuple[tuple[str, str], ...] | None = None
    clients: tuple[Client, ...] | None = None

    @classmethod
    def between(cls, before: Cluster, after: Cluster) -> Changes:
        """The changes from one cluster to another of the same names."""
        nodes = tuple(new for old, new in zip(before.nodes, after.nodes, strict=True) if old != new)
        pasts = {
            name: new
            for name, old, new in zip(after.names, before.pasts, after.pasts, strict=True)
            if old != new
        }
        return cls(
            nodes=nodes or None,
            pasts=pasts or None,
            network=None if after.network == before.network else after.network,
            cut=None if after.cut == before.cut else after.cut,
            clients=None if after.clients == before.clients else after.clients,
        )

    def applied_to(self, before: Cluster) -> Cluster:
        """The cluster after the changes. Raises ValueError if they are of a node it lacks."""
        nodes = {node.name: node for node in before.nodes}
        nodes_changed = {node.name: node for node in self.nodes or ()}
        pasts_changed = self.pasts or {}
        for name in (*nodes_changed, *pasts_changed):
            if name not in nodes:
                raise ValueError(f"there is no node named {name!r}")
        pasts = dict(zip(before.names, before.pasts, strict=True)) | pasts_changed
        return Cluster(
            nodes=tuple((nodes | nodes_changed).values()),
            pasts=tuple(pasts.values()),
            network=before.network if self.network is None else self.network,
            cut=before.cut if self.cut is None else self.cut,
            clients=before.clients if self.clients is None else self.clients,
        )


@dataclass(frozen=True, slots=True)
class Opening:
    """What a file says before and after its steps."""

    title: str
    rules_changed: tuple[str, ...]
    start: Cluster
    now: int
    tip: int
    time: float | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """One step as a file keeps it; `fingerprint` is that of the cluster it gave.

    `time` is in simulated milliseconds, None where no clock went.
    """

    parent: int
    event: Event
    fingerprint: str
    changes: Changes = Changes()
    note: str = ""
    time: float | None = None


def checked(cluster: Cluster) -> Cluster:
    """The cluster itself, if its parts fit each other. Raises ValueError with a reason if not."""
    names = cluster.names
    if Cluster.of(*names).names != names:
        raise ValueError("its nodes are not in order")
    if len(cluster.pasts) != len(names):
        raise ValueError("it needs one past for each node")
    clients = tuple([client.name for client in cluster.clients])
    if tuple([client.name for client in cluster.with_clients(*clients).clients]) != clients:
        raise ValueError("its clients are not in order")
    for client in cluster.clients:
        if client.servers != names:
            raise ValueError(f"the nodes that {client.name} knows of are not those there are")
    for message in cluster.network:
        _refuse_no_link(message.sender, message.receiver, {*names, *clients})
        if isinstance(message, ClientRequest | ClientReply) != (
            message.sender in clients or message.receiver in clients
        ):
            raise ValueError(f"no such message goes to or from {message.receiver!r}")
    for sender, receiver in cluster.cut:
        _refuse_no_link(sender, receiver, {*names})
    for node in cluster.nodes:
        if node.configuration.members != names:
            raise ValueError(f"the nodes that {node.name} knows of are not those there are")
        if not {*node.next_index, *node.match_index} <= set(names):
            raise ValueError(f"{node.name} keeps an index for a node that is not there")
    return cluster


def _refuse_no_link(sender: str, receiver: str, ends: set[str]) -> None:
    if sender == receiver or not {sender, receiver} <= ends:
        raise ValueError(f"no link leads from {sender!r} to {receiver!r}")
