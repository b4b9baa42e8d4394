"""What a wrong answer did in this very run or case: what questions and hints speak of."""

from __future__ import annotations

from dataclasses import dataclass

from raftlab.modelcheck.result import Exploration
from raftlab.raft import AppendEntries, Deliver, Firing, Node, RequestVote
from raftlab.raft.events import actor
from raftlab.raft.messages import AppendReply, VoteReply
from raftlab.sim.explain.rules import explain_firing
from raftlab.sim.words import say_event


@dataclass(frozen=True)
class Facts:
    """Where a rule departed from Raft: the node it was asked about, the message, what it said.

    `where` begins a sentence ("At event 7"), `said` is one ("may_vote says yes: node1 has voted for
    node3 in term 2."). `other` is the sender of the message, or another server where there is none.
    """

    where: str
    event: int | None
    node: str
    other: str
    term: int
    said: str

    def fill(self, words: str) -> str:
        """`words` with these facts in place of {where}, {node}, {other} and {term}."""
        return words.format(where=self.where, node=self.node, other=self.other, term=self.term)

    @property
    def closer(self) -> str:
        """Where to look, and what the rule said there."""
        return f"{self.where}, {self.said}"


def facts_of_firing(where: str, event: int | None, before: Node, firing: Firing) -> Facts:
    """The facts of one answer of a rule, given in a turn of `before`."""
    about = next(iter(firing.arguments), None)
    if isinstance(about, RequestVote | VoteReply | AppendEntries | AppendReply):
        other = about.sender
    else:
        other = before.peers[0]
    return Facts(
        where,
        event,
        before.name,
        other,
        firing.node.current_term,
        explain_firing(before, firing).partition(" (")[0].rstrip(".") + ".",
    )


def facts_of_run(found: Exploration, rule: str) -> Facts | None:
    """Where `rule` departed from Raft in the run found; None if there is no such place."""
    if found.history is None or found.departs is None:
        return None
    taken = found.history.moment(found.departs).step
    if taken is None or (name := actor(taken.event)) is None:
        return None
    before = taken.before.node(name)
    event = len(found.history.path(found.departs)) - 1
    where = f"At event {event} ({say_event(taken.event)})"
    for firing in taken.firings:
        if firing.rule == rule:
            facts = facts_of_firing(where, event, before, firing)
            if isinstance(taken.event, Deliver):
                return Facts(where, event, name, taken.event.message.sender, facts.term, facts.said)
            return facts
        before = firing.node
    return None
