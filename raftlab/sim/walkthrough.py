"""Raft's first election and first committed command, and what becomes of it when its leader dies.

The story is data: one beat for each event, and the rules after which it is worth looking around.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from raftlab.raft import (
    ClientCommand,
    Cluster,
    Crash,
    Event,
    Firing,
    Heartbeat,
    Replicate,
    Restart,
    Step,
    Timeout,
)
from raftlab.sim.acts import Arrival, resolve
from raftlab.sim.history import History
from raftlab.sim.notation import notation

__all__ = ["STORY", "Beat", "Frame", "frames", "notation", "recorded", "transcript"]

TITLE = "Raft's first election and first committed command"

# In place of a rule: look at what the whole event gave.
ALL_OF_IT = "all of it"


@dataclass(frozen=True, slots=True)
class Beat:
    """One event of the story, what to say of it, and the rules after which to look at the nodes."""

    act: Event | Arrival
    says: str
    look_after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """One look at the cluster: after which rule of the event (ALL_OF_IT for its end)."""

    rule: str
    cluster: Cluster


STORY = (
    Beat(
        Timeout("node1"),
        "node1's election timer runs out: it becomes a candidate and asks for votes.",
        ("start_election",),
    ),
    Beat(
        Arrival("node1", "node2"),
        "node2 receives the RequestVote, adopts term 1 and votes for node1.",
        ("grant_vote",),
    ),
    Beat(Arrival("node1", "node3"), "node3 receives the RequestVote and votes for node1 too."),
    Beat(
        Arrival("node2", "node1"),
        "node2's vote reaches node1: two of three are a majority, and node1 leads.",
        ("record_vote", "become_leader"),
    ),
    Beat(Arrival("node3", "node1"), "node3's vote comes too late to matter."),
    Beat(Arrival("node1", "node2"), "The first heartbeat tells node2 who leads."),
    Beat(Arrival("node1", "node3"), "The first heartbeat tells node3 who leads."),
    Beat(Arrival("node2", "node1"), "node2 answers the heartbeat."),
    Beat(Arrival("node3", "node1"), "node3 answers the heartbeat."),
    Beat(
        ClientCommand("node1", "SET key1 valueA"),
        "A client's command reaches the leader, which appends it to its log.",
        ("append_command",),
    ),
    Beat(Replicate("node1"), "node1 sends AppendEntries with the new entry to both followers."),
    Beat(Arrival("node1", "node2"), "node2 receives the entry and appends it."),
    Beat(
        Arrival("node1", "node3"),
        "node3 receives the entry and appends it: now all three logs agree.",
        ("merge_entries",),
    ),
    Beat(
        Arrival("node2", "node1"),
        "node2's success reaches node1: the entry is on a majority, committed, and applied.",
        ("apply_next",),
    ),
    Beat(Arrival("node3", "node1"), "node3's success reaches node1."),
    Beat(Heartbeat("node1"), "The next heartbeat carries the commit point."),
    Beat(
        Arrival("node1", "node2"),
        "node2 learns that entry 1 is committed, and applies it.",
        ("apply_next",),
    ),
    Beat(
        Arrival("node1", "node3"),
        "node3 learns that entry 1 is committed, and applies it: the machines agree.",
        ("apply_next",),
    ),
    Beat(Arrival("node2", "node1"), "node2 answers the heartbeat."),
    Beat(Arrival("node3", "node1"), "node3 answers the heartbeat."),
    Beat(Crash("node1"), "The leader crashes; what is on its disk stays.", (ALL_OF_IT,)),
    Beat(
        Timeout("node2"),
        "node2 no longer hears from a leader: it stands for election in term 2.",
        ("start_election",),
    ),
    Beat(Arrival("node2", "node1"), "The RequestVote to node1 is lost: node1 is down."),
    Beat(
        Arrival("node2", "node3"),
        "node3 votes for node2, whose log is as up-to-date as its own.",
        ("grant_vote",),
    ),
    Beat(
        Arrival("node3", "node2"),
        "node3's vote makes a majority: node2 leads term 2 and keeps the committed entry.",
        ("record_vote", "become_leader"),
    ),
    Beat(Arrival("node2", "node1"), "The first heartbeat to node1 is lost as well."),
    Beat(Arrival("node2", "node3"), "The first heartbeat tells node3 who leads now."),
    Beat(Arrival("node3", "node2"), "node3 answers the heartbeat."),
    Beat(
        Restart("node1"),
        "node1 runs again: its log came back from disk, its state machine begins anew.",
        (ALL_OF_IT,),
    ),
    Beat(Heartbeat("node2"), "node2 sends a heartbeat with its commit point."),
    Beat(
        Arrival("node2", "node1"),
        "node1 follows node2 in term 2, learns the commit point, and applies entry 1 once more.",
        ("apply_next",),
    ),
    Beat(Arrival("node2", "node3"), "node3 hears from its leader."),
    Beat(Arrival("node1", "node2"), "node1 answers the heartbeat."),
    Beat(Arrival("node3", "node2"), "node3 answers: all is quiet, and nothing was lost."),
)


def recorded() -> History:
    """The whole story as a history, standing at its end. What is worth a look carries a note."""
    history = History(Cluster.of("node1", "node2", "node3"), title=TITLE)
    for beat in STORY:
        history.do(resolve(beat.act, history.cluster), beat.says if beat.look_after else "")
    return history


def transcript() -> str:
    """The story as text: each event, and each look at the nodes under the rule that led there."""
    start, *moments = recorded().line()
    steps = [moment.step for moment in moments if moment.step is not None]
    lines = [TITLE, "", "All nodes start as followers.", *_indented(start.cluster), ""]
    for beat, step in zip(STORY, steps, strict=True):
        lines.append(beat.says)
        for frame in frames(beat, step):
            lines += [f"  after {frame.rule}:"] if frame.rule != ALL_OF_IT else []
            lines += _indented(frame.cluster)
        lines += [""] if beat.look_after else []
    return "\n".join(lines) + "\n"


def frames(beat: Beat, step: Step) -> Iterator[Frame]:
    """The looks that `beat` asks for, in order, each in the middle of the step it stands for."""
    for rule in beat.look_after:
        if rule == ALL_OF_IT:
            yield Frame(rule, step.after)
        else:
            firing = next(firing for firing in step.firings if firing.rule == rule)
            yield Frame(rule, cluster_after(step, firing))


def cluster_after(step: Step, firing: Firing) -> Cluster:
    """The cluster in the middle of `step`: the acting node as it is right after `firing`.

    What the network will carry is not decided before the turn ends.
    """
    nodes = tuple(
        firing.node if node.name == firing.node.name else node for node in step.before.nodes
    )
    return replace(step.before, nodes=nodes)


def _indented(cluster: Cluster) -> list[str]:
    return [f"    {line}" for line in notation(cluster)]
