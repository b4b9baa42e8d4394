"""The cluster in words: everything the picture shows, for a terminal and for whoever cannot see it.

Words instead of signs throughout: a screen reader says them as they stand.
"""

from __future__ import annotations

from collections.abc import Iterator

from raftlab.raft import Cluster, Log, Node, Role, Step
from raftlab.sim.explain import explain
from raftlab.sim.explain.changes import changes
from raftlab.sim.explain.facts import copies
from raftlab.sim.words import counted, entries_counted, listed, say_client, say_message, voted
from raftlab.views.text_parts import (
    cut_links,
    elided,
    in_flight,
    left_out,
    messages,
    say_entry,
    spread,
)

MOST_TERMS_IN_A_SENTENCE = 12


def describe(cluster: Cluster, step: Step | None = None) -> str:
    """Every fact of the picture in lines of text; with `step`, what it did and what it changed.

    `cluster` is usually `step.after`, or a moment between two rules of the step.
    """
    parts = [
        "\n".join(_what_happened(step)) if step else "",
        _summary(cluster),
        *("\n".join(_node(node, step)) for node in cluster.nodes),
        "\n".join(spread(cluster)),
        "\n".join(map(say_client, cluster.clients)),
        "\n".join(messages(cluster, step)),
        "\n".join(cut_links(cluster)),
    ]
    return "\n\n".join(part for part in parts if part)


def alt(cluster: Cluster, step: Step | None = None) -> str:
    """One paragraph that can stand for the picture: who leads, each node, what is on its way."""
    sentences = [f"Last event: {explain(step).headline}"] if step else []
    sentences.append(_summary(cluster))
    sentences += (_node_in_a_sentence(node) for node in cluster.nodes)
    sentences += (f"{say_client(client)}." for client in cluster.clients)
    if cluster.network:
        sentences.append(f"On their way: {'; '.join(map(say_message, cluster.network))}.")
    if cluster.cut:
        sentences.append(f"{', '.join(line.strip() for line in cut_links(cluster))}.")
    return " ".join(sentences)


def _what_happened(step: Step) -> Iterator[str]:
    explanation = explain(step)
    yield explanation.headline
    yield explanation.reason
    if explanation.rules:
        fired = "; ".join(f"{line.rule}: {line.gave}" for line in explanation.rules)
        yield f"Rules that fired: {fired}."


def _summary(cluster: Cluster) -> str:
    leaders = [
        f"{node.name} leads term {node.current_term}"
        for node in cluster.nodes
        if node.up and node.role is Role.LEADER
    ]
    down = [node.name for node in cluster.nodes if not node.up]
    return ". ".join(
        [
            counted(len(cluster.nodes), "node"),
            " and ".join(leaders) or "Nobody leads",
            *([f"Down: {listed(down)}"] if down else []),
            in_flight(cluster) + ".",
        ]
    )


def _node(node: Node, step: Step | None) -> Iterator[str]:
    """One node, a line a subject; the first line carries name, role, term and vote."""
    yield f"{_title(node)}, {voted(node.voted_for)}"
    if not node.up:
        yield "  Its disk keeps term, vote and log; the rest of its memory is lost."
    if node.role is Role.CANDIDATE:
        size, votes = len(node.configuration.members), node.votes_received
        yield f"  Votes: {len(votes)} of {size} ({listed(votes)})"
    yield from _log(node)
    machine = ", ".join(f"{key} = {value}" for key, value in node.machine.items()) or "empty"
    applied = f"commit_index {node.commit_index}, last_applied {node.last_applied}"
    yield f"  {applied}, state machine: {machine}"
    if node.role is Role.FOLLOWER and node.up:
        yield f"  Leader it knows: {node.leader_id or 'none'}"
    if node.role is Role.LEADER:
        yield from _followers_as_seen(node)
    if (node.current_term, node.voted_for, node.log) != _disk(node):
        yield f"  Not yet on disk; there: term {node.disk.current_term}, " + _disk_rest(node)
    changed = changes(step.before.node(node.name), node) if step else ()
    if changed:
        yield f"  Changed by this event: {', '.join(changed)}"


def _title(node: Node) -> str:
    if not node.up:
        return f"{node.name}: down, term {node.current_term}"
    return f"{node.name}: {node.role.value}, term {node.current_term}"


def _disk(node: Node) -> tuple[int, str | None, Log]:
    return node.disk.current_term, node.disk.voted_for, node.disk.log


def _disk_rest(node: Node) -> str:
    return f"{voted(node.disk.voted_for)}, {entries_counted(node.disk.log.last_index)}"


def _followers_as_seen(leader: Node) -> Iterator[str]:
    for peer in leader.peers:
        match = leader.match_index.get(peer, "unknown")
        following = leader.next_index.get(peer, "unknown")
        yield f"  As it knows {peer}: match_index {match}, next_index {following}"
    waiting = range(leader.commit_index + 1, leader.log.last_index + 1)
    size = len(leader.configuration.members)
    for index in elided(waiting):
        if index is None:
            yield f"  … {left_out(len(waiting))} …"
        else:
            yield f"  It counts entry {index} on {copies(leader, index)} of {size} nodes"


def _log(node: Node) -> Iterator[str]:
    log = node.log
    if log.prefix_index:
        yield f"  Discarded up to entry {log.prefix_index}, of term {log.prefix_term}"
    if not log.entries:
        yield "  Log: empty" if not log.prefix_index else "  Log: empty after that"
        return
    yield f"  Log, {entries_counted(len(log))}:"
    width = len(str(log.last_index))
    for index in elided(range(log.first_index, log.last_index + 1)):
        if index is None:
            yield f"    … {left_out(len(log))} …"
        else:
            yield f"    {index:>{width}}  {say_entry(log[index])}  ({_marks(node, index)})"


def _marks(node: Node, index: int) -> str:
    if node.last_applied >= index:
        return "committed, applied"
    return "committed, not applied" if node.commit_index >= index else "not committed"


def _node_in_a_sentence(node: Node) -> str:
    votes = f" with {counted(len(node.votes_received), 'vote')}" if node.votes_received else ""
    machine = ", ".join(f"{key} = {value}" for key, value in node.machine.items())
    return (
        f"{_title(node)}{votes}, {voted(node.voted_for)}, {_log_in_words(node.log)}, "
        f"commit_index {node.commit_index}, last_applied {node.last_applied}"
        f"{f', {machine}' if machine else ''}."
    )


def _log_in_words(log: Log) -> str:
    if not log.last_index:
        return "log empty"
    terms = [str(entry.term) for entry in log.entries]
    if len(terms) > MOST_TERMS_IN_A_SENTENCE or log.prefix_index:
        return f"{entries_counted(log.last_index)}, the last of term {log.last_term}"
    of_terms = f"of {'term' if len(terms) == 1 else 'terms'} {', '.join(terms)}"
    return f"{entries_counted(len(terms))} {of_terms}"
