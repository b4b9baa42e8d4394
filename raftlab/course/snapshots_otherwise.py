"""Snapshots taken and installed part by part: right answers and mistakes are put together of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from raftlab.raft import RAFT, InstallSnapshot, Log, Node, Snapshot


def has_news(node: Node) -> bool:
    """Whether it has applied anything that its log still holds."""
    return node.log.prefix_index < node.last_applied


def taken(node: Node, index: int, term: int | None = None, **otherwise: object) -> Node:
    """The node with a snapshot up to `index`, dated by `term` if one is given, and a shorter log.

    `otherwise` are fields of the snapshot that are not as the node has them.
    """
    if term is None:
        term = node.log.term_at(index) or 0
    snapshot = Snapshot(
        last_included_index=index,
        last_included_term=term,
        configuration=node.configuration,
        machine=node.machine,
        sessions=node.sessions,
    )
    changed = replace(snapshot, **otherwise)  # type: ignore[arg-type]
    return replace(node, snapshot=changed, log=node.log.after(index, term))


def cutting(node: Node) -> Node:
    """The paper's rule, but what is behind the snapshot goes with the rest."""
    after = RAFT.take_snapshot(node)
    return after if after is node else replace(after, log=replace(after.log, entries=()))


def is_newer(node: Node, request: InstallSnapshot) -> bool:
    """Whether the snapshot reaches further than what the node has discarded."""
    return node.log.prefix_index < request.snapshot.last_included_index


def agrees(node: Node, request: InstallSnapshot) -> bool:
    """Whether the node's log holds the last entry that the snapshot covers."""
    snapshot = request.snapshot
    return node.log.term_at(snapshot.last_included_index) == snapshot.last_included_term


def installed(node: Node, request: InstallSnapshot, keeps: bool = False) -> Node:
    """The node begun anew with the snapshot; if it `keeps` what follows, that stays in its log."""
    snapshot, old = request.snapshot, node.log
    index = snapshot.last_included_index
    follow = old.entries[index - old.prefix_index :] if keeps else ()
    return replace(
        node,
        snapshot=snapshot,
        log=Log(follow, index, snapshot.last_included_term),
        configuration=snapshot.configuration,
        machine=snapshot.machine,
        sessions=snapshot.sessions,
        last_applied=index,
        commit_index=max(node.commit_index, index),
    )


def rewound(node: Node, request: InstallSnapshot) -> Node:
    """The node begun anew with the snapshot, however old that is."""
    index = request.snapshot.last_included_index
    return replace(installed(node, request), commit_index=index)


def forgetting(field: str) -> Callable[[Node, InstallSnapshot], Node]:
    """The paper's rule, but for one field of the node that stays as it was."""

    def install_snapshot(node: Node, request: InstallSnapshot) -> Node:
        was = {field: getattr(node, field)}
        return replace(RAFT.install_snapshot(node, request), **was)

    return install_snapshot
