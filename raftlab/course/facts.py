"""What a wrong answer did in this very run or case: what questions and hints speak of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

from raftlab.course.own_code import Function
from raftlab.modelcheck.result import Exploration
from raftlab.raft import (
    RAFT,
    AppendEntries,
    Deliver,
    Firing,
    Log,
    Message,
    Node,
    Step,
)
from raftlab.raft.events import actor
from raftlab.raft.reading import Read
from raftlab.sim.explain.rules import said
from raftlab.sim.words import listed, say_event

# What an explanation goes on to say, and an exercise asks: from these words on it is left out.
GIVEN_AWAY = {"wins_election": ", and a majority of"}


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


def facts_of_firing(
    where: str, event: int | None, before: Node, firing: Firing, paper: Function
) -> Facts:
    """The facts of one answer of a rule, given in a turn of `before`, where Raft has `paper`."""
    about, term = next(iter(firing.arguments), None), firing.node.current_term
    if isinstance(about, Message):
        other = about.sender
    elif about in before.peers:  # a rule that writes to a peer
        other = about
    elif isinstance(about, Read):
        other = about.client
    else:
        other = before.peers[0]
    return Facts(where, event, before.name, other, term, _said(before, firing, paper))


def _said(before: Node, firing: Firing, paper: Function) -> str:
    """What it said, and about what; of a node or a message also in what it is not Raft's."""
    words = said(before, firing).partition(GIVEN_AWAY.get(firing.rule, "\n"))[0]
    gave, raft = firing.gave, _by_the_paper(before, firing, paper)
    if isinstance(gave, Node | AppendEntries) and type(gave) is type(raft):
        names = [field.name for field in fields(gave)]
        differ = [name for name in names if getattr(gave, name) != getattr(raft, name)]
        if differ:
            words = f"{words}. Not as in Raft: {listed(differ)}"
    return f"{words}."


def _by_the_paper(before: Node, firing: Firing, paper: Function) -> object:
    """What the paper's rule gives where this one fired."""
    first = before.log if isinstance(firing.gave, Log) else before
    try:
        return paper(first, *firing.arguments)
    except Exception:  # before may be what no node of Raft's is
        return None


def facts_of_run(found: Exploration, rule: str, paper: Function | None = None) -> Facts | None:
    """Where `rule` departed from Raft in the run found; None if there is no such place.

    `paper` is what Raft has in its place, if it is none of `RAFT`.
    """
    paper = paper or getattr(RAFT, rule)
    alone = found.rules.changed == {rule}
    number = found.departs if alone else _first_otherwise(found, rule, paper)
    if found.history is None or number is None:
        return None
    taken = found.history.moment(number).step
    if taken is None or (name := actor(taken.event)) is None:
        return None
    event = len(found.history.path(number)) - 1
    where = f"At event {event} ({say_event(taken.event)})"
    asked = list(_asked(taken, taken.before.node(name), rule))
    differing = [pair for pair in asked if pair[1].gave != _by_the_paper(*pair, paper)]
    if not asked:
        return None
    facts = facts_of_firing(where, event, *(differing or asked)[0], paper)
    if isinstance(taken.event, Deliver):
        return replace(facts, other=taken.event.message.sender)
    return facts


def _first_otherwise(found: Exploration, rule: str, paper: Function) -> int | None:
    """The number of the first moment in the run found in which `rule` answered otherwise.

    Where the rules around it are not the paper's, the run departs from Raft by more than this one.
    """
    for moment in found.history.line() if found.history else ():
        taken = moment.step
        if taken is None or (name := actor(taken.event)) not in taken.before.names:
            continue
        asked = _asked(taken, taken.before.node(str(name)), rule)
        if any(firing.gave != _by_the_paper(node, firing, paper) for node, firing in asked):
            return moment.number
    return None


def _asked(taken: Step, node: Node, rule: str) -> Iterator[tuple[Node, Firing]]:
    """The answers of `rule` in a turn, each with the node as it was asked."""
    for firing in taken.firings:
        if firing.rule == rule:
            yield node, firing
        node = firing.node
