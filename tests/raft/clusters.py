"""Short ways to say a log, a node, a message, a cluster and a run; what the tests here share."""

from dataclasses import replace

from raftlab.raft import (
    RAFT,
    AppendEntries,
    ClientCommand,
    Cluster,
    Configuration,
    Deliver,
    Drop,
    Entry,
    Event,
    FrozenMap,
    Heartbeat,
    Log,
    Message,
    Node,
    Past,
    Replicate,
    Role,
    Rules,
    Timeout,
    broken_by,
    react,
    step,
)
from raftlab.raft.node import persist
from raftlab.raft.past import remember

NAMES = tuple(f"node{number}" for number in range(1, 10))


def command(index: int, term: int) -> str:
    """The command that the tests put at `index` in `term`: no two places share one."""
    return f"SET x{index} t{term}"


def entries(*terms: int, start: int = 1) -> tuple[Entry, ...]:
    """Entries of these terms, at the indexes from `start` on."""
    return tuple(Entry(term, command(i, term)) for i, term in enumerate(terms, start))


def log(*terms: int) -> Log:
    """A log by the terms of its entries, as the paper draws them."""
    return Log(entries(*terms))


def terms(log: Log) -> list[int]:
    return [entry.term for entry in log.entries]


def node(name: str = "node1", *log_terms: int, size: int = 3, **fields: object) -> Node:
    """A node of a cluster of `size`, in the term of its last entry unless told, all on disk."""
    node = Node(name, Configuration(NAMES[:size]), log=log(*log_terms))
    fields.setdefault("current_term", node.log.last_term)
    return persist(replace(node, **fields))  # type: ignore[arg-type]


def leader(name: str = "node1", *log_terms: int, size: int = 3, **fields: object) -> Node:
    """A node that has just become leader of the term of its last entry, unless told."""
    new = node(name, *log_terms, size=size, voted_for=name, role=Role.LEADER, leader_id=name)
    defaults: dict[str, object] = {
        "next_index": FrozenMap.of(dict.fromkeys(new.peers, new.log.last_index + 1)),
        "match_index": FrozenMap.of(dict.fromkeys(new.peers, 0)),
    }
    return persist(replace(new, **{**defaults, **fields}))  # type: ignore[arg-type]


def candidate(name: str = "node1", *log_terms: int, size: int = 3, **fields: object) -> Node:
    """A node that has just voted for itself."""
    defaults = {"voted_for": name, "role": Role.CANDIDATE, "votes_received": (name,)}
    return node(name, *log_terms, size=size, **{**defaults, **fields})


def append(
    prev: tuple[int, int] = (0, 0),
    *new: int,
    commit: int = 0,
    term: int = 1,
    ends: tuple[str, str] = ("node2", "node1"),
) -> AppendEntries:
    """AE(index/term, [terms of the new entries], leader's commit) from node2 to node1."""
    return AppendEntries(*ends, term, *prev, entries(*new, start=prev[0] + 1), commit)


def turn(node: Node, event: Event | Message, rules: Rules = RAFT) -> tuple[Node, list[Message]]:
    """What a node makes of one event or message: the node after, and what it sends."""
    is_event = type(event).__module__ == Deliver.__module__
    reaction = react(node, event if is_event else Deliver(event), rules)  # type: ignore[arg-type]
    return reaction.node, list(reaction.messages)


def cluster(*nodes: Node, network: tuple[Message, ...] = ()) -> Cluster:
    """A cluster of these nodes, remembering what they now are."""
    return Cluster(nodes, tuple(remember(Past(), node) for node in nodes), network)


class Play:
    """A run under some rules: where it stands, and what it has broken so far."""

    def __init__(self, start: Cluster, rules: Rules = RAFT) -> None:
        self.cluster = start
        self.rules = rules
        self.broken: list[str] = []

    def do(self, *events: Event) -> None:
        """Let these events happen, one after the other."""
        for event in events:
            done = step(self.cluster, event, self.rules)
            self.cluster = done.after
            self.broken += [violation.sentence for violation in broken_by(done)]

    def node(self, name: str) -> Node:
        return self.cluster.node(name)

    def deliver(self, *links: tuple[str, str]) -> None:
        """Deliver the oldest message on each of these links in turn."""
        for link in links:
            on_link = (m for m in self.cluster.network if (m.sender, m.receiver) == link)
            self.do(Deliver(next(on_link)))

    def deliver_all(self, *among: str) -> None:
        """Deliver, oldest first, until nothing is in flight; what leaves `among` is lost."""
        while self.cluster.network:
            message = self.cluster.network[0]
            stays = not among or {message.sender, message.receiver} <= set(among)
            self.do(Deliver(message) if stays else Drop(message))

    def elect(self, name: str, *voters: str) -> None:
        """`name` stands for election; only `voters` hear of it."""
        self.do(Timeout(name))
        self.deliver_all(name, *voters)

    def replicate(self, name: str, *peers: str, text: str | None = None) -> None:
        """The leader takes a command, if there is one, and `peers` get all that it has."""
        if text is not None:
            self.do(ClientCommand(name, text))
        self.do(*(Replicate(name, peer) for peer in peers))
        self.deliver_all()

    def heartbeat(self, name: str) -> None:
        self.do(Heartbeat(name))
        self.deliver_all()
