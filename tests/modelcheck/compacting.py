"""Wrong rules about snapshots, each where it is caught; and where all the right ones pass. (§7)"""

from collections.abc import Callable
from dataclasses import replace

from raftlab.modelcheck import Bounds
from raftlab.raft import (
    RAFT,
    ClientCommand,
    Compact,
    Configuration,
    Crash,
    Deliver,
    Drop,
    FrozenMap,
    Heartbeat,
    InstallSnapshot,
    Log,
    Message,
    Node,
    Replicate,
    Restart,
    Snapshot,
    Timeout,
)
from raftlab.raft.node import resume_from
from raftlab.sim import scenarios
from raftlab.sim.history import History
from raftlab.sim.script import deliver_all, perform

from .mutants import Case, Caught, as_it_was, paper

# Where they start


def committed(history: History, *peers: str, text: str = "SET x 1", leader: str = "node1") -> None:
    """The leader has a command copied to these, and they hear that it is committed."""
    perform(history, ClientCommand(leader, text), *(Replicate(leader, peer) for peer in peers))
    deliver_all(history)
    perform(history, *(Heartbeat(leader, peer) for peer in peers))
    deliver_all(history)


def one_behind() -> History:
    """node1 leads and has committed an entry with node2; node3 lacks it."""
    history = scenarios.leader_elected()
    committed(history, "node2")
    return history


def one_behind_by_two() -> History:
    """The same with two entries; node1 leads a second term."""
    history = one_behind()
    perform(history, Crash("node1"), Restart("node1"), Timeout("node1"))
    deliver_all(history)
    committed(history, "node2", text="SET y 2")
    return history


def a_snapshot_to_send() -> History:
    """The same, and node1 has discarded both."""
    history = one_behind_by_two()
    perform(history, Compact("node1"))
    return history


def in_flight(history: History, receiver: str, kind: type[Message]) -> Message:
    """The first message of a kind on its way to a node."""
    ours = (m for m in history.cluster.network if isinstance(m, kind) and m.receiver == receiver)
    return next(ours)


def a_snapshot_overtaken() -> History:
    """A snapshot is still on its way to node3, which has what it covers, and an entry more.

    node1 has committed that one with node3 alone, and node3 knows.
    """
    history = one_behind()
    perform(history, Replicate("node1", "node3"))
    perform(history, Deliver(history.cluster.network[0]), Compact("node1"))
    perform(history, Replicate("node1", "node3"))
    late = in_flight(history, "node3", InstallSnapshot)
    perform(history, ClientCommand("node1", "SET y 2"))
    for event in (None, Replicate("node1", "node3"), Heartbeat("node1", "node3")):
        perform(history, *([event] if event else []))
        while others := [m for m in history.cluster.network if m != late]:
            perform(history, Deliver(others[0]))
    return history


def a_snapshot_outlived() -> History:
    """The same, and node3 has taken a snapshot of its own meanwhile."""
    history = a_snapshot_overtaken()
    perform(history, Compact("node3"))
    return history


def overtaken_term() -> History:
    """node1 leads a third term and has taken nothing in it; what it committed is of older ones."""
    history = one_behind()
    perform(history, Crash("node1"), Restart("node1"), Timeout("node1"))
    deliver_all(history)
    committed(history, "node2", text="SET y 2")
    perform(history, Crash("node1"), Restart("node1"), Timeout("node1"))
    deliver_all(history)
    perform(history, *(Heartbeat("node1", peer) for peer in ("node2", "node3")))
    deliver_all(history)
    return history


def waiting() -> History:
    """node1 leads, has committed an entry with node2, and has another that nobody else has."""
    history = one_behind()
    perform(history, ClientCommand("node1", "SET y 2"))
    return history


def answer_lost() -> History:
    """node3 has an entry, which node1 committed with node2; a snapshot of it is on its way."""
    history = one_behind()
    perform(history, Replicate("node1", "node3"))
    [entries] = history.cluster.network
    plain = replace(entries, leader_commit=0)
    history = History(replace(history.cluster, network=(plain,)))
    perform(history, Deliver(plain), Compact("node1"), Replicate("node1", "node3"))
    perform(history, Drop(history.cluster.network[0]))
    return history


def gone_and_more() -> History:
    """node1 has discarded what node3 lacks, and has taken one more command."""
    history = a_snapshot_to_send()
    perform(history, ClientCommand("node1", "SET z 3"))
    return history


STARTS: dict[str, Callable[[], History]] = {
    "fresh_3": scenarios.fresh,
    "one_behind": one_behind,
    "one_behind_by_two": one_behind_by_two,
    "a_snapshot_to_send": a_snapshot_to_send,
    "a_snapshot_overtaken": a_snapshot_overtaken,
    "a_snapshot_outlived": a_snapshot_outlived,
    "overtaken_term": overtaken_term,
    "waiting": waiting,
    "answer_lost": answer_lost,
    "gone_and_more": gone_and_more,
}


# Taking one


def snapshot_with(**otherwise: Callable[[Node, Snapshot], object]) -> Callable[..., object]:
    """The paper's snapshot, but for some of what it holds."""

    def take_snapshot(node: Node) -> Node:
        taken = RAFT.take_snapshot(node)
        if taken.snapshot in (None, node.snapshot):
            return taken
        fields = {name: of(node, taken.snapshot) for name, of in otherwise.items()}
        return replace(taken, snapshot=replace(taken.snapshot, **fields))

    return take_snapshot


def discards_all(node: Node) -> Node:
    """Everything in the log goes, applied or not."""
    last = node.log.last_index
    snapshot = Snapshot(last, node.log.last_term, node.configuration, node.machine)
    return replace(node, snapshot=snapshot, log=node.log.after(last, node.log.last_term))


def discards_too_much(node: Node) -> Node:
    """The snapshot is right; what is behind it goes with the rest."""
    taken = RAFT.take_snapshot(node)
    return replace(taken, log=taken.log.up_to(taken.log.prefix_index))


def lags_behind(node: Node, snapshot: Snapshot) -> FrozenMap[str]:
    """The machine as the last snapshot left it."""
    return FrozenMap() if node.snapshot is None else node.snapshot.machine


# Installing one


def rewinds(node: Node, request: InstallSnapshot) -> Node:
    """Each snapshot that arrives takes the place of all there is."""
    snapshot = request.snapshot
    log = Log((), snapshot.last_included_index, snapshot.last_included_term)
    return replace(
        resume_from(snapshot, node),
        snapshot=snapshot,
        log=log,
        commit_index=snapshot.last_included_index,
    )


def rewinds_the_machine(node: Node, request: InstallSnapshot) -> Node:
    """The log is kept as it should be, last_applied too; the machine is the snapshot's."""
    return replace(RAFT.install_snapshot(node, request), machine=request.snapshot.machine)


def discards_what_follows(node: Node, request: InstallSnapshot) -> Node:
    """Of a log that agrees with the snapshot nothing is kept."""
    installed = RAFT.install_snapshot(node, request)
    if installed is node:
        return node
    return replace(installed, log=installed.log.up_to(installed.log.prefix_index))


def by_the_letter(node: Node, request: InstallSnapshot) -> Node:
    """Figure 13, 6: where the log agrees, what follows is kept, and nothing else is done."""
    installed = RAFT.install_snapshot(node, request)
    index, term = request.snapshot.last_included_index, request.snapshot.last_included_term
    if node.log.term_at(index) != term:
        return installed
    fields = {field: getattr(node, field) for field in ("machine", "last_applied", "commit_index")}
    return replace(installed, **fields)


# Beginning with one


def remembers(*fields: str) -> Callable[..., object]:
    return paper("restart", **{field: as_it_was(field) for field in fields})


def forgets(**fields: object) -> Callable[..., object]:
    return paper("restart", **{field: lambda node, v=value: v for field, value in fields.items()})


def sends_what_is_left(turn, peers: tuple[str, ...]) -> None:
    """Where the next entry is gone, the first that is left goes in its place: there is a gap."""
    for peer in peers:
        node = turn.node
        if node.next_index[peer] <= node.log.last_index:
            first = max(node.next_index[peer], node.log.first_index)
            turn.node = replace(node, next_index=node.next_index.set(peer, first))
            turn.send("append_entries", peer)


NARROW = Bounds(terms=0, entries=0, in_flight=1, crashes=0, compactions=1)
A_CRASH = replace(NARROW, crashes=1)
ANOTHER_TERM = replace(NARROW, terms=1)
COVERED, PREFIX = "Snapshot Covers Discarded", "Snapshot Is Prefix"
WITHIN, FOLD = "Commit Within Log", "State Machine Is Fold"
NEVER_LOST = "Committed Log Append-Only"


def taking(name: str, rule: Callable[..., object], start: str, breaks: str, depth: int = 1) -> Case:
    return Case(name, {"take_snapshot": rule}, Caught(start, NARROW, breaks, depth, "own"))


def installing(
    name: str, rule: Callable[..., object], start: str, breaks: str, depth: int, source: str = "own"
) -> Case:
    return Case(name, {"install_snapshot": rule}, Caught(start, NARROW, breaks, depth, source))


def restarting(name: str, rule: Callable[..., object], start: str, breaks: str, depth: int) -> Case:
    return Case(name, {"restart": rule}, Caught(start, A_CRASH, breaks, depth, "own"))


COMPACTING: tuple[Case[Caught], ...] = (
    taking(
        "leaves the machine out of its snapshot",
        snapshot_with(machine=lambda node, taken: FrozenMap()),
        "one_behind",
        PREFIX,
    ),
    taking(
        "snapshots the machine of its last snapshot",
        snapshot_with(machine=lags_behind),
        "one_behind",
        PREFIX,
    ),
    taking(
        "leaves the configuration out of its snapshot",
        snapshot_with(configuration=lambda node, taken: Configuration(())),
        "one_behind",
        PREFIX,
    ),
    taking(
        "dates its snapshot by its own term",
        snapshot_with(last_included_term=lambda node, taken: node.current_term),
        "overtaken_term",
        COVERED,
    ),
    taking(
        "numbers its snapshot one too low",
        snapshot_with(last_included_index=lambda node, taken: taken.last_included_index - 1),
        "one_behind",
        COVERED,
    ),
    taking(
        "discards and saves no snapshot",
        paper("take_snapshot", snapshot=as_it_was("snapshot")),
        "one_behind",
        COVERED,
    ),
    taking("discards what is not applied", discards_all, "waiting", WITHIN),
    taking(
        "discards what is behind its snapshot", discards_too_much, "waiting", "Leader Append-Only"
    ),
    installing("takes any snapshot, however old", rewinds, "a_snapshot_outlived", NEVER_LOST, 1),
    installing(
        "takes any snapshot in place of its log", rewinds, "a_snapshot_overtaken", NEVER_LOST, 1
    ),
    installing(
        "takes the machine of an old snapshot", rewinds_the_machine, "a_snapshot_outlived", FOLD, 1
    ),
    installing(
        "takes the machine of a snapshot it is ahead of",
        rewinds_the_machine,
        "a_snapshot_overtaken",
        FOLD,
        1,
    ),
    installing(
        "discards what follows a snapshot", discards_what_follows, "a_snapshot_overtaken", WITHIN, 1
    ),
    installing("installs by the letter", by_the_letter, "answer_lost", WITHIN, 1, "Fig. 13, 6"),
    installing(
        "forgets last_applied when it installs",
        paper("install_snapshot", last_applied=as_it_was("last_applied")),
        "a_snapshot_to_send",
        WITHIN,
        2,
    ),
    installing(
        "keeps its machine when it installs",
        paper("install_snapshot", machine=as_it_was("machine")),
        "a_snapshot_to_send",
        FOLD,
        2,
    ),
    installing(
        "keeps commit_index when it installs",
        paper("install_snapshot", commit_index=as_it_was("commit_index")),
        "a_snapshot_to_send",
        WITHIN,
        2,
    ),
    installing(
        "keeps its log when it installs",
        paper("install_snapshot", log=as_it_was("log")),
        "a_snapshot_to_send",
        WITHIN,
        2,
    ),
    installing(
        "saves no snapshot that it installs",
        paper("install_snapshot", snapshot=as_it_was("snapshot")),
        "a_snapshot_to_send",
        COVERED,
        2,
    ),
    restarting(
        "forgets last_applied when it restarts",
        forgets(last_applied=0),
        "a_snapshot_to_send",
        WITHIN,
        1,
    ),
    restarting(
        "keeps last_applied when it restarts with a snapshot",
        remembers("last_applied", "commit_index"),
        "a_snapshot_overtaken",
        FOLD,
        1,
    ),
    restarting(
        "restarts with an empty machine",
        forgets(machine=FrozenMap()),
        "a_snapshot_to_send",
        FOLD,
        1,
    ),
    restarting(
        "restarts without its snapshot", forgets(snapshot=None), "a_snapshot_to_send", COVERED, 1
    ),
    Case(
        "never saves its snapshot",
        {
            "persist": lambda node: replace(
                node, disk=replace(RAFT.persist(node).disk, snapshot=None)
            )
        },
        Caught("one_behind", NARROW, COVERED, 1, "own"),
    ),
    Case(
        "sends what is left in place of what is gone",
        {
            "on_replicate": sends_what_is_left,
            "log_matches": lambda node, request: True,
            "merge_entries": lambda log, request: log.append(*request.entries),
        },
        Caught("gone_and_more", NARROW, WITHIN, 2, "own"),
    ),
)

# The same, found from far: a snapshot is sent twice, or overtaken, or outlived.
WIDE = Bounds(terms=0, entries=1, in_flight=2, crashes=0, duplicates=1, compactions=2)
FROM_FAR: tuple[Case[Caught], ...] = (
    Case(
        "takes a snapshot that comes twice",
        {"install_snapshot": rewinds},
        Caught("a_snapshot_to_send", WIDE, NEVER_LOST, 9, "own"),
    ),
    Case(
        "discards what follows a snapshot that was overtaken",
        {"install_snapshot": discards_what_follows},
        Caught("one_behind", WIDE, WITHIN, 9, "own"),
    ),
    Case(
        "takes the machine of a snapshot that comes twice",
        {"install_snapshot": rewinds_the_machine},
        Caught("a_snapshot_to_send", WIDE, FOLD, 9, "own"),
    ),
    Case(
        "leaves the machine out, from the very first election",
        {"take_snapshot": snapshot_with(machine=lambda node, taken: FrozenMap())},
        Caught("fresh_3", replace(NARROW, terms=1, entries=1), PREFIX, 8, "own"),
    ),
)


# Right ones


def keeps_one_back(node: Node) -> Node:
    """The last entry stays in the log, for who is only a little behind. (etcd)"""
    taken = RAFT.take_snapshot(node)
    back = node.log.before(taken.log.prefix_index)
    term = node.log.term_at(back)
    if taken is node or term is None or back <= node.log.prefix_index:
        return taken
    return replace(taken, log=node.log.after(back, term))


def only_what_is_new(node: Node, request: InstallSnapshot) -> Node:
    """What covers no more than is committed is not worth installing. (etcd)"""
    new = node.commit_index < request.snapshot.last_included_index
    return RAFT.install_snapshot(node, request) if new else node


def every_snapshot_in_full(node: Node, request: InstallSnapshot) -> Node:
    """Whatever is newer than its own snapshot is begun with; what follows is applied again."""
    snapshot = request.snapshot
    index, term = snapshot.last_included_index, snapshot.last_included_term
    if index <= node.log.prefix_index:
        return node
    installed = replace(node, snapshot=snapshot, log=node.log.after(index, term))
    return resume_from(snapshot, installed)


RIGHT = {
    "keeps one entry back": {"take_snapshot": keeps_one_back},
    "installs only what is new": {"install_snapshot": only_what_is_new},
    "begins anew with each snapshot": {"install_snapshot": every_snapshot_in_full},
}
