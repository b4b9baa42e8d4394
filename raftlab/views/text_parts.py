"""The parts of the text view that are not about one node: entries, messages, cut links."""

from __future__ import annotations

from collections.abc import Iterator

from raftlab.raft import AppendEntries, Cluster, Entry, Message, Node, Step
from raftlab.sim.words import counted, entries_counted, listed, say_message

MOST_ENTRIES_SHOWN = 20
FIRST_ENTRIES_SHOWN = 5


def elided(indexes: range) -> list[int | None]:
    """All indexes, or the first and the last of them with None for those left out between."""
    if len(indexes) <= MOST_ENTRIES_SHOWN:
        return list(indexes)
    last = MOST_ENTRIES_SHOWN - FIRST_ENTRIES_SHOWN
    return [*indexes[:FIRST_ENTRIES_SHOWN], None, *indexes[-last:]]


def left_out(number: int) -> str:
    """What stands for the entries that `elided` leaves out of so many."""
    return f"{entries_counted(number - MOST_ENTRIES_SHOWN)} left out here"


def say_entry(entry: Entry) -> str:
    """An entry by its term and what it holds."""
    return f"term {entry.term}  {held(entry)}"


def held(entry: Entry) -> str:
    """What an entry holds: a command, or that it opens a session, or nothing."""
    if entry.command is not None:
        return entry.command
    return "session" if entry.origin is not None else "no-op"


def in_flight(cluster: Cluster) -> str:
    """How many messages are on their way."""
    number = len(cluster.network)
    return f"{counted(number, 'message') if number else 'No message'} in flight"


def spread(cluster: Cluster) -> Iterator[str]:
    """At each index, which entry is on how many nodes, and who knows it as committed."""
    last = max(node.log.last_index for node in cluster.nodes)
    if last == 0:
        return
    yield "Where each entry is:"
    for index in elided(range(1, last + 1)):
        if index is None:
            yield f"  … {left_out(last)} …"
            continue
        holding = _holders(cluster, index)
        for entry, holders in holding.items():
            yield f"  entry {index}, {_on(cluster, index, entry, holders)}"
        if covering := [node.name for node in cluster.nodes if index <= node.log.prefix_index]:
            also = "also " if holding else ""
            kind = "the snapshot" if len(covering) == 1 else "the snapshots"
            yield f"  entry {index}, {also}in {kind} of {listed(covering)}"


def _holders(cluster: Cluster, index: int) -> dict[Entry, list[Node]]:
    holders: dict[Entry, list[Node]] = {}
    for node in cluster.nodes:
        if node.log.first_index <= index <= node.log.last_index:
            holders.setdefault(node.log[index], []).append(node)
    return holders


def _on(cluster: Cluster, index: int, entry: Entry, holders: list[Node]) -> str:
    knowing = [node.name for node in holders if index <= node.commit_index]
    committed = f"committed as {listed(knowing)} know" if knowing else "not committed"
    committed += "s" if len(knowing) == 1 else ""
    names = listed(node.name for node in holders)
    return f"term {entry.term}: on {len(holders)} of {len(cluster.nodes)} ({names}), {committed}"


def messages(cluster: Cluster, step: Step | None) -> Iterator[str]:
    """Every message in flight with what it carries, new ones marked; then what a step lost."""
    if cluster.network:
        yield f"{in_flight(cluster)}, in the order of sending:"
    older = list(step.before.network) if step else list(cluster.network)
    for number, message in enumerate(cluster.network, start=1):
        new = message not in older
        if not new:
            older.remove(message)
        yield f"  {number}. {say_message(message)}{' (new)' if new else ''}"
        yield from _carried(message)
    for message in step.lost if step else ():
        yield f"Lost by this event: {say_message(message)}"


def _carried(message: Message) -> Iterator[str]:
    if isinstance(message, AppendEntries):
        numbered = enumerate(message.entries, start=message.prev_log_index + 1)
        entries = [f"       {index}  {say_entry(entry)}" for index, entry in numbered]
        for place in elided(range(len(entries))):
            yield f"       … {left_out(len(entries))} …" if place is None else entries[place]


def cut_links(cluster: Cluster) -> Iterator[str]:
    """Who cannot reach whom: the sides of a split where it is one, otherwise link by link."""
    if not cluster.cut:
        return
    sides = _sides(cluster)
    if len(cluster.cut) == sum(len(a) * len(b) for a in sides for b in sides if a is not b):
        split = " | ".join(", ".join(side) for side in sides)
        yield f"The network is split, and no message crosses: {split}"
        return
    yield "Cut links, on which every message is lost:"
    yield from (f"  {link}" for link in _links(cluster))


def _sides(cluster: Cluster) -> list[list[str]]:
    """The nodes in groups, so that no link between two of a group is cut."""
    sides: list[list[str]] = []
    cut = set(cluster.cut)
    for name in cluster.names:
        for side in sides:
            if not any((name, other) in cut or (other, name) in cut for other in side):
                side.append(name)
                break
        else:
            sides.append([name])
    return sides


def _links(cluster: Cluster) -> list[str]:
    cut = set(cluster.cut)
    both = [(a, b) for a, b in cluster.cut if (b, a) in cut and a < b]
    one_way = [(a, b) for a, b in cluster.cut if (b, a) not in cut]
    return [f"{a} and {b}" for a, b in both] + [f"{a} to {b}" for a, b in one_way]
