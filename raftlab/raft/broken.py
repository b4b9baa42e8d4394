"""Which properties a cluster breaks, and which a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, product, starmap

from raftlab.raft.checks import Change, Property, Scope, Server, Violation, changes
from raftlab.raft.cluster import Cluster
from raftlab.raft.events import actor
from raftlab.raft.properties import FIGURE_3
from raftlab.raft.step import Step


def broken_in(cluster: Cluster, properties: Sequence[Property] = FIGURE_3) -> tuple[Violation, ...]:
    """Those of `properties` that this cluster breaks; what is asked of a step is not asked."""
    servers = _servers(cluster)
    return _violations(properties, lambda p: _said(p, cluster, servers, servers, ()))


def broken_by(
    step: Step, properties: Sequence[Property] = FIGURE_3, *, from_unbroken: bool = False
) -> tuple[Violation, ...]:
    """Those of `properties` that do not hold once `step` is done, in their order.

    Where the cluster before is known to break nothing (`from_unbroken`), only what the step has
    touched is asked about, which is quicker.
    """
    servers = _servers(step.after)
    turn = tuple(_changes_in(step))
    if not from_unbroken:
        return _violations(properties, lambda p: _said(p, step.after, servers, servers, turn))
    name = actor(step.event)
    pairs = zip(_servers(step.before), servers, strict=True)
    touched = [(before, after) for before, after in pairs if after.node.name == name]

    def said(p: Property) -> Iterator[str | None]:
        # What a property reads the same in says the same of it.
        new = tuple(s for before, s in touched if p.reads(before) != p.reads(s))
        return _said(p, step.after, servers, new, turn)

    return _violations(properties, said)


def _changes_in(step: Step) -> Iterator[Change]:
    if step.firings:
        name = step.firings[0].node.name
        before = Server(step.before.node(name), step.before.past(name))
        yield from changes(before, step.firings)


def _servers(cluster: Cluster) -> tuple[Server, ...]:
    return tuple(map(Server, cluster.nodes, cluster.pasts))


def _said(
    p: Property,
    cluster: Cluster,
    servers: tuple[Server, ...],
    touched: tuple[Server, ...],
    turn: tuple[Change, ...],
) -> Iterator[str | None]:
    """All that a property says of a cluster in which only `touched` may be at fault."""
    match p.scope:
        case Scope.SERVER:
            return map(p.says, chain((change.after for change in turn), touched))
        case Scope.CHANGE:
            return map(p.says, turn)
        case Scope.PAIR:
            new = {server.node.name for server in touched}
            pairs = product(servers, servers)
            return (p.says(a, b) for a, b in pairs if a.node.name in new or b.node.name in new)
        case Scope.MESSAGE:
            return starmap(p.says, product(cluster.network, servers))
        case Scope.CLUSTER:
            return iter([p.says(servers)])
        case Scope.CLIENTS:
            return iter([p.says(cluster.clients)] if cluster.clients else [])


def _violations(
    properties: Sequence[Property], said: Callable[[Property], Iterator[str | None]]
) -> tuple[Violation, ...]:
    first = ((p, next(filter(None, said(p)), None)) for p in properties)
    return tuple(Violation(p, sentence) for p, sentence in first if sentence)
