"""How a server comes from one role to another, and which of these ways a step has gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from raftlab.raft import Cluster, Node, Role, Step
from raftlab.sim.words import listed
from raftlab.views.cards import SIGNS


class Standing(Enum):
    """Where a node stands in the diagram: on its role, or apart, if it is down."""

    DOWN = "down"
    FOLLOWER = "follower"
    CANDIDATE = "candidate"
    LEADER = "leader"

    @property
    def sign(self) -> str:
        """The sign of the role, as on the node's card."""
        return "✕" if self is Standing.DOWN else SIGNS[Role(self.value)]


def standing(node: Node) -> Standing:
    """Where a node stands."""
    return Standing(node.role.value) if node.up else Standing.DOWN


@dataclass(frozen=True, slots=True)
class Way:
    """A transition: from where, to where, what makes a server take it, and where that is said.

    `start` is None where a server may come from anywhere; `lines` is the cause, line by line, and
    `says` what is said of a server that has gone this way, where it is not that.
    """

    name: str
    start: Standing | None
    end: Standing
    lines: tuple[str, ...]
    cited: str
    says: str = ""

    @property
    def cause(self) -> str:
        """What makes a server take it, in the words of Figure 4."""
        return " ".join(self.lines)

    @property
    def sentence(self) -> str:
        """The transition in words."""
        start = self.start.value if self.start is not None else "any role"
        return f"{start} to {self.end.value}: {self.cause} ({self.cited})"


DOWN, FOLLOWER, CANDIDATE, LEADER = Standing
WAYS = (
    Way("starts-up", DOWN, FOLLOWER, ("starts up",), "§5.2"),
    Way("stands", FOLLOWER, CANDIDATE, ("times out,", "starts election"), "§5.2"),
    Way("stands-again", CANDIDATE, CANDIDATE, ("times out, new election",), "§5.2"),
    Way("wins", CANDIDATE, LEADER, ("receives votes", "from majority", "of servers"), "§5.2"),
    Way("gives-up", CANDIDATE, FOLLOWER, ("discovers", "current leader", "or new term"), "§5.2"),
    Way("steps-down", LEADER, FOLLOWER, ("discovers server with higher term",), "§5.1"),
    Way("crashes", None, DOWN, ("crashes,", "whatever its role"), "Fig. 2, State", "crashes"),
)


@dataclass(frozen=True, slots=True)
class Taken:
    """A change of one node: from where to where, and by which way, None if Figure 4 has none."""

    node: str
    start: Standing
    end: Standing
    way: Way | None

    @property
    def sentence(self) -> str:
        """What happened, in words."""
        if self.way is None:
            change = f"from {self.start.value} to {self.end.value}"
            return f"{self.node} goes {change}, for which Figure 4 has no way"
        return f"{self.node} {self.way.says or self.way.cause}"


def taken(step: Step | None) -> tuple[Taken, ...]:
    """The ways that a step has gone, in order: an election of one's own is won at once."""
    return tuple(_taken(step)) if step is not None else ()


def _taken(step: Step) -> Iterator[Taken]:
    for before, after in zip(step.before.nodes, step.after.nodes, strict=True):
        if before is after:
            continue
        # What a crash gives back is no turn of the node: it is down then.
        turns = [f.node for f in step.firings if f.rule != "restart" and f.node.name == after.name]
        last = before
        for node in (*turns, after):
            if node.up != last.up or node.role != last.role or _stood_again(last, node):
                start, end = standing(last), standing(node)
                yield Taken(node.name, start, end, _way(start, end))
            last = node


def _stood_again(before: Node, after: Node) -> bool:
    both = before.role is after.role is Role.CANDIDATE
    return both and before.current_term != after.current_term


def _way(start: Standing, end: Standing) -> Way | None:
    ways = (way for way in WAYS if way.start in (start, None) and way.end is end)
    return next(ways, None)


def changed(step: Step | None) -> frozenset[str]:
    """The nodes whose role or term a step has changed."""
    if step is None:
        return frozenset()
    return frozenset(
        after.name
        for before, after in zip(step.before.nodes, step.after.nodes, strict=True)
        if (standing(before), before.current_term) != (standing(after), after.current_term)
    ) | {one.node for one in taken(step)}


def role_diagram_text(cluster: Cluster, step: Step | None = None) -> str:
    """What the diagram shows, in lines."""
    return "\n".join(
        [
            *(f"{where.value}: {_who(cluster, where)}" for where in Standing),
            *(f"This event: {one.sentence}" for one in taken(step)),
            "The ways from role to role (Figure 4):",
            *(f"  {way.sentence}" for way in WAYS),
        ]
    )


def role_diagram_alt(cluster: Cluster, step: Step | None = None) -> str:
    """One paragraph that can stand for the diagram."""
    there = [where for where in Standing if _at(cluster, where)]
    stand = ". ".join(f"{where.value.capitalize()}: {_who(cluster, where)}" for where in there)
    happened = "".join(f" This event: {one.sentence}." for one in taken(step))
    return f"Roles, as in Figure 4. {stand}.{happened}"


def _at(cluster: Cluster, where: Standing) -> list[Node]:
    return [node for node in cluster.nodes if standing(node) is where]


def _who(cluster: Cluster, where: Standing) -> str:
    return listed(f"{node.name} in term {node.current_term}" for node in _at(cluster, where))
