"""What a step changed, as the picture marks it: field by field, entry by entry."""

from __future__ import annotations

from dataclasses import dataclass, fields

from raftlab.raft import Cluster, Log, Node


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed at one node: names of fields, indexes of entries, peers as the leader sees them.

    `entries` are new or replaced, `removed` are gone, `applied` were applied just now. What a
    snapshot covers is in none of them: it is the snapshot that is new.
    """

    fields: frozenset[str] = frozenset()
    entries: frozenset[int] = frozenset()
    removed: frozenset[int] = frozenset()
    applied: frozenset[int] = frozenset()
    peers: frozenset[str] = frozenset()

    def __contains__(self, field: str) -> bool:
        """Whether a field of the node changed."""
        return field in self.fields


NO_CHANGES = Changes()


def changes(before: Cluster | None, after: Cluster) -> dict[str, Changes]:
    """What changed at each node of `after`, by its name. Without a `before`, nothing did."""
    if before is None:
        return dict.fromkeys(after.names, NO_CHANGES)
    return {
        node.name: _changes(before.node(node.name), node)
        if node.name in before.names
        else NO_CHANGES
        for node in after.nodes
    }


def _changes(before: Node, after: Node) -> Changes:
    if before is after:
        return NO_CHANGES
    changed = {f.name for f in fields(Node) if getattr(before, f.name) != getattr(after, f.name)}
    old, new, covered = _entries(before.log), _entries(after.log), after.log.prefix_index
    believed = {
        peer
        for peer in after.peers
        for old_map, new_map in (
            (before.match_index, after.match_index),
            (before.next_index, after.next_index),
        )
        if peer in new_map and old_map.get(peer) != new_map[peer]
    }
    return Changes(
        fields=frozenset(changed),
        entries=frozenset(index for index in new if old.get(index) != new[index]),
        removed=frozenset(index for index in old.keys() - new.keys() if covered < index),
        applied=frozenset(range(max(before.last_applied, covered) + 1, after.last_applied + 1)),
        peers=frozenset(believed),
    )


def _entries(log: Log) -> dict[int, object]:
    return dict(log.numbered())
