"""Renaming nodes. Raft treats all names alike: what can happen to a cluster can happen renamed."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import TypeVar

from raftlab.raft import (
    AppendEntries,
    AppendReply,
    Ask,
    AskAgain,
    Client,
    ClientCommand,
    ClientReply,
    ClientRequest,
    Cluster,
    Compact,
    Crash,
    Cut,
    Delay,
    Deliver,
    Drop,
    Duplicate,
    Event,
    FrozenMap,
    GiveUp,
    Heal,
    Heartbeat,
    InstallSnapshot,
    LeaseEnds,
    Message,
    Node,
    OpenSession,
    Partition,
    Reading,
    Replicate,
    RequestVote,
    Restart,
    Server,
    SnapshotReply,
    Timeout,
    VoteReply,
)
from raftlab.raft.events import TurnEvent

M = TypeVar("M", bound=Message)


class Renaming:
    """One way to give the names of some nodes to one another: `old[i]` becomes `new[i]`."""

    def __init__(self, old: tuple[str, ...], new: tuple[str, ...]) -> None:
        """Rename by place."""
        self.new_name = dict(zip(old, new, strict=True))

    def of_name(self, name: str) -> str:
        """The new name; a stranger's stays."""
        return self.new_name.get(name, name)

    def of_node(self, node: Node) -> Node:
        """The node under its new name, with every name that it keeps renamed."""
        name = self.new_name
        voted_for, leader_id, disk = node.voted_for, node.leader_id, node.disk
        if disk.voted_for is not None:
            renamed = name.get(disk.voted_for, disk.voted_for)
            disk = replace(disk, voted_for=renamed)
        return Node(
            name=name[node.name],
            configuration=node.configuration,
            current_term=node.current_term,
            voted_for=None if voted_for is None else name.get(voted_for, voted_for),
            log=node.log,
            snapshot=node.snapshot,
            commit_index=node.commit_index,
            last_applied=node.last_applied,
            machine=node.machine,
            sessions=node.sessions,
            role=node.role,
            leader_id=None if leader_id is None else name.get(leader_id, leader_id),
            votes_received=tuple([name.get(voter, voter) for voter in node.votes_received]),
            next_index=self._of_map(node.next_index),
            match_index=self._of_map(node.match_index),
            reading=self._of_reading(node.reading),
            disk=disk,
            up=node.up,
        )

    def of(self, value: object) -> object:
        """A value of any kind that a rule may be given or give, renamed."""
        match value:
            case Node():
                return self.of_node(value)
            case RequestVote() | VoteReply() | AppendEntries() | AppendReply():
                return self.of_message(value)
            case ClientRequest() | ClientReply():
                return self.of_message(value)
            case Client():
                return self.of_client(value)
            case InstallSnapshot() | SnapshotReply():
                return self.of_message(value)
            case str():
                return self.of_name(value)
            case _:
                return value

    def of_server(self, server: Server) -> Server:
        """The server renamed; what is remembered of it holds no names."""
        return Server(self.of_node(server.node), server.past)

    def of_message(self, message: M) -> M:
        """The message between the new names."""
        sender, receiver = self.of_name(message.sender), self.of_name(message.receiver)
        renamed = replace(message, sender=sender, receiver=receiver)
        if isinstance(renamed, ClientReply) and renamed.leader is not None:
            return replace(renamed, leader=self.of_name(renamed.leader))
        return renamed

    def of_client(self, client: Client) -> Client:
        """The client, whose own name stays, with every node that it knows of renamed."""
        request, leader = client.request, client.leader
        return replace(
            client,
            request=None if request is None else self.of_message(request),
            leader=None if leader is None else self.of_name(leader),
        )

    def of_member(self, member: Server | Client) -> Server | Client:
        """A server or a client renamed."""
        return self.of_client(member) if isinstance(member, Client) else self.of_server(member)

    def of_event(self, event: Event) -> Event:
        """The event, for the node of the new name."""
        match event:
            case Deliver(message) | Drop(message) | Duplicate(message) | Delay(message):
                return type(event)(self.of_message(message))
            case Crash(node, during):
                renamed = None if during is None else self.of_event(during)
                assert renamed is None or isinstance(renamed, TurnEvent)
                return Crash(self.of_name(node), renamed)
            case Replicate(node, peer) | Heartbeat(node, peer):
                return type(event)(self.of_name(node), None if peer is None else self.of_name(peer))
            case ClientCommand(node, command):
                return ClientCommand(self.of_name(node), command)
            case Timeout(node) | Restart(node) | LeaseEnds(node) | Compact(node):
                return type(event)(self.of_name(node))
            case Partition(groups):
                return Partition(tuple(tuple(map(self.of_name, group)) for group in groups))
            case Cut(sender, receiver):
                return Cut(self.of_name(sender), self.of_name(receiver))
            case Ask(client, node, command):
                return Ask(client, self.of_name(node), command)
            case OpenSession(client, node) | AskAgain(client, node):
                return type(event)(client, self.of_name(node))
            case Heal() | GiveUp():
                return event

    def of_cluster(self, cluster: Cluster) -> Cluster:
        """The cluster with its nodes renamed, in the order of their new names."""
        pairs = zip(map(self.of_node, cluster.nodes), cluster.pasts, strict=True)
        servers = sorted(pairs, key=lambda server: server[0].name)
        return Cluster(
            nodes=tuple([node for node, _ in servers]),
            pasts=tuple([past for _, past in servers]),
            network=tuple(map(self.of_message, cluster.network)),
            cut=tuple(sorted((self.of_name(a), self.of_name(b)) for a, b in cluster.cut)),
            clients=tuple(map(self.of_client, cluster.clients)),
        )

    def _of_reading(self, reading: Reading) -> Reading:
        if not reading.answered.pairs:
            return reading
        return replace(reading, answered=self._of_map(reading.answered))

    def _of_map(self, by_name: FrozenMap[int]) -> FrozenMap[int]:
        if not by_name.pairs:
            return by_name
        return FrozenMap(tuple(sorted((self.of_name(key), value) for key, value in by_name.pairs)))


class Renamings:
    """All ways to rename the nodes of a cluster, the one that changes nothing first.

    `then[i][j]` is the number of the renaming that does what `i` does, and then `j`.
    """

    def __init__(self, names: tuple[str, ...], *, symmetry: bool) -> None:
        """All of them, or, without symmetry, only the first."""
        places = range(len(names))
        orders = list(permutations(places)) if symmetry else [tuple(places)]
        numbers = {order: number for number, order in enumerate(orders)}
        self.all = [Renaming(names, tuple(names[i] for i in order)) for order in orders]
        self.then = [
            [numbers[tuple(second[i] for i in first)] for second in orders] for first in orders
        ]
