"""Disk and memory apart: for each node what a crash leaves, beside what it takes.

`disk_and_memory(run)` shows itself in a notebook; printed, it is the same in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from raftlab.raft import Cluster, Step
from raftlab.sim.history import History, Moment
from raftlab.sim.words import entries_counted
from raftlab.views.lifetimes import Fact, Kept, Lifetimes, lifetimes
from raftlab.views.lifetimes_table import lifetimes_table
from raftlab.views.markup import SCHEME, Html, element
from raftlab.views.text_parts import elided, left_out, say_entry


@dataclass(frozen=True, slots=True)
class DiskAndMemory:
    """A cluster with each node's disk and memory apart; `step` is what led to it, if anything."""

    cluster: Cluster
    step: Step | None = None

    def __str__(self) -> str:
        """The same in words."""
        nodes = (_in_words(node) for node in lifetimes(self.cluster, self.step))
        return "\n\n".join("\n".join(lines) for lines in nodes)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        card = element("div", "card", self.html, **{"class": "raftlab-verdict"})
        return {"text/html": f"<style>{SCHEME}</style>{card}", "text/plain": str(self)}

    @property
    def html(self) -> Html:
        """As a table, without a frame of its own."""
        return lifetimes_table(lifetimes(self.cluster, self.step))


def disk_and_memory(what: Cluster | Step | Moment | History) -> DiskAndMemory:
    """What a crash would leave of each node, and what it would take.

    Of a step or a moment what it changed is marked; a run is shown as it is now. Raises TypeError
    for anything else.
    """
    match what:
        case History():
            return DiskAndMemory(what.cluster, what.now.step)
        case Moment():
            return DiskAndMemory(what.cluster, what.step)
        case Step():
            return DiskAndMemory(what.after, what)
        case Cluster():
            return DiskAndMemory(what)
    raise TypeError(f"disk_and_memory takes a run, a moment, a step or a cluster, not {what!r}.")


def _in_words(life: Lifetimes) -> Iterator[str]:
    yield f"{life.node.name}: {life.node.role.value if life.node.up else 'down'}"
    yield f"  On disk: {'; '.join([*map(_fact_in_words, life.disk), _size(life)])}"
    many = len(life.entries)
    for place in elided(range(many)):
        yield f"    … {left_out(many)} …" if place is None else _kept_in_words(life.entries[place])
    if life.removed:
        yield f"    {life.removed} (changed)"
    memory = "; ".join(map(_fact_in_words, life.memory))
    if life.node.up:
        yield f"  Only in memory{', which begins anew' if life.turn else ''}: {memory}"
    else:
        yield f"  Memory: {life.turn or 'lost'}{f': {memory}' if memory else ''}"
    yield from (f"  {note}" for note in life.notes)


def _size(life: Lifetimes) -> str:
    kept = f"log of {entries_counted(len(life.entries))}" if life.entries else "log empty"
    return f"{kept}, {life.discarded}" if life.discarded else kept


def _fact_in_words(fact: Fact) -> str:
    return f"{fact.field} {fact.value}{' (changed)' if fact.changed else ''}"


def _kept_in_words(kept: Kept) -> str:
    return f"    {kept.index}  {say_entry(kept.entry)}{'  (changed)' if kept.new else ''}"
