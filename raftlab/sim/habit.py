"""Who moves next by habit: what happens if nothing goes wrong."""

from __future__ import annotations

from raftlab.raft import (
    AskAgain,
    Cluster,
    Deliver,
    Event,
    Heal,
    Heartbeat,
    Node,
    Replicate,
    Restart,
    Role,
    Timeout,
)


def next_event(cluster: Cluster) -> Event | None:
    """What would happen next if nothing went wrong; the same for the same cluster.

    The oldest message arrives. With none in flight, a leader sends what its peers lack; a client
    that waits, and whom the leader has not heard, asks the leader again; else the leader sends a
    heartbeat. Without a leader that reaches a majority, a node that can win stands for election;
    where nobody can, a node restarts or the links mend. None if a lone leader has nothing to do.
    """
    if cluster.network:
        return Deliver(cluster.network[0])
    leader = _leader(cluster)
    if leader is None:
        return _towards_a_leader(cluster)
    if not leader.peers:
        return _unheard(cluster, leader)
    last_index = leader.log.last_index
    lacking = [peer for peer in leader.peers if leader.next_index.get(peer, 1) <= last_index]
    reached = [peer for peer in lacking if _linked(cluster, leader, cluster.node(peer))]
    if not reached:
        return _unheard(cluster, leader) or Heartbeat(leader.name)
    to_all = reached == lacking and len(lacking) > 1
    return Replicate(leader.name, None if to_all else reached[0])


def _unheard(cluster: Cluster, leader: Node) -> Event | None:
    """The first client that waits for an answer to what has not reached this leader."""
    origins = (entry.origin for entry in leader.log.entries)
    heard = {(origin.client, origin.serial) for origin in origins if origin}
    heard |= {(read.client, read.serial) for read in leader.reading.waiting}
    for client in cluster.clients:
        if client.request is not None and (client.name, client.serial) not in heard:
            return AskAgain(client.name, leader.name)
    return None


def _leader(cluster: Cluster) -> Node | None:
    """The leader of the highest term among those that reach a majority."""
    leaders = [
        node
        for node in cluster.nodes
        if node.up and node.role is Role.LEADER and _is_majority(cluster, _reached(cluster, node))
    ]
    return max(leaders, key=lambda node: node.current_term, default=None)


def _towards_a_leader(cluster: Cluster) -> Event:
    """The first node stands that a majority would vote for; else what is in the way goes."""
    for node in cluster.nodes:
        behind = [peer for peer in _reached(cluster, node) if _end(peer) <= _end(node)]
        if node.up and node.role is not Role.LEADER and _is_majority(cluster, behind):
            return Timeout(node.name)
    # Of a majority of running nodes the one with the best log can win, unless links are cut.
    down = [node for node in cluster.nodes if not node.up]
    if _is_majority(cluster, [node for node in cluster.nodes if node.up]):
        return Heal()
    return Restart(down[0].name)


def _reached(cluster: Cluster, node: Node) -> list[Node]:
    """The node itself and those it can talk with."""
    return [peer for peer in cluster.nodes if _linked(cluster, node, peer)]


def _linked(cluster: Cluster, one: Node, other: Node) -> bool:
    ways = ((one.name, other.name), (other.name, one.name))
    return one.up and other.up and not any(way in cluster.cut for way in ways)


def _is_majority(cluster: Cluster, nodes: list[Node]) -> bool:
    return 2 * len(nodes) > len(cluster.nodes)


def _end(node: Node) -> tuple[int, int]:
    return node.log.last_term, node.log.last_index
