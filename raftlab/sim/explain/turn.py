"""What an explanation is, and one node's turn as its firings tell it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from raftlab.raft import Firing, Message, Node
from raftlab.sim.explain.lines import RuleLine, receiver_of
from raftlab.sim.explain.rules import said
from raftlab.sim.words import capital, entries_named, listed

# Two lines under the headline, in the lab's type at notebook width.
LONGEST_REASON = 200


class Saying(NamedTuple):
    """What happened and why, still without full stops and citation."""

    headline: str
    why: str
    citation: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What just happened, why, where the paper says so, and the rules that fired, in order.

    `headline` and `reason` are whole sentences, and `reason` has `citation` in brackets. `rules`
    leaves out what every turn asks and what changed nothing (`explain_firing` tells those too).
    """

    headline: str
    reason: str
    citation: str
    rules: tuple[RuleLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """The node before its turn, the rules that fired in it, what left and what was lost at once."""

    before: Node
    firings: tuple[Firing, ...]
    lost: tuple[Message, ...] = ()
    sent: tuple[Message, ...] = ()

    @property
    def after(self) -> Node:
        """The node at the end of the turn."""
        return self.firings[-1].node if self.firings else self.before

    @property
    def name(self) -> str:
        """The name of the node whose turn it is."""
        return self.before.name

    def first(self, rule: str) -> Firing | None:
        """The first firing of a rule, None if it did not fire."""
        return next((firing for firing in self.firings if firing.rule == rule), None)

    def gave(self, rule: str) -> object:
        """What a rule gave when it first fired, None if it did not fire."""
        firing = self.first(rule)
        return None if firing is None else firing.gave

    def written_to(self, rule: str) -> tuple[str, ...]:
        """To whom a rule wrote messages, in order."""
        receivers = (receiver_of(firing) for firing in self.firings if firing.rule == rule)
        return tuple(filter(None, receivers))

    def with_before(self) -> Iterable[tuple[Node, Firing]]:
        """Each firing with the node as it stood when the rule was asked."""
        before = self.before
        for firing in self.firings:
            yield before, firing
            before = firing.node

    def node_before(self, rule: str) -> Node:
        """The node as it stood when a rule first fired; at the start of the turn if it did not."""
        return next((node for node, fired in self.with_before() if fired.rule == rule), self.before)

    def told(self, rule: str) -> str:
        """The first firing of a rule as a bare clause: what it gave, and the facts."""
        for before, firing in self.with_before():
            if firing.rule == rule:
                return said(before, firing)
        return f"the rule {rule} was not asked"

    def stepped_down(self) -> bool:
        """Whether a newer term ended this node's candidacy or leadership."""
        adopted = self.first("adopt_newer_term")
        return adopted is not None and self.before.role != adopted.node.role

    def new_term(self) -> int | None:
        """The newer term that a message brought, None if it brought none."""
        adopted = self.first("adopt_newer_term")
        if adopted is None or adopted.node.current_term == self.before.current_term:
            return None
        return adopted.node.current_term


def committed(told: Told) -> str | None:
    """What this turn committed, and whether it was applied at once: "entry 1 and applies it"."""
    named, applies = newly_committed(told)
    return " and ".join(filter(None, (named, applies))) or None


def newly_committed(told: Told) -> tuple[str, str]:
    """The same in two: "entry 1" and "applies it", each "" where it did not happen."""
    before, after = told.before, told.after
    if after.commit_index <= before.commit_index:
        return "", ""
    named = entries_named(before.commit_index + 1, after.commit_index)
    pronoun = "them" if named.startswith("entries") else "it"
    applied = {fired.node.last_applied for fired in told.firings if fired.rule == "apply_next"}
    all_applied = applied.issuperset(range(before.commit_index + 1, after.commit_index + 1))
    return named, f"applies {pronoun}" if all_applied else ""


def peers_named(told: Told, names: tuple[str, ...]) -> str:
    """Peers as prose; where all of a large cluster are meant, "all others"."""
    return "all others" if len(names) > 3 and names == told.before.peers else listed(names)


def as_explanation(saying: Saying, rules: tuple[RuleLine, ...] = (), *more: str) -> Explanation:
    """A saying with full stops and citation, and with what more fits into two lines."""
    sentences = [capital(saying.why)]
    for sentence in filter(None, more):
        if len(". ".join([*sentences, sentence])) + len(saying.citation) < LONGEST_REASON:
            sentences.append(sentence)
    # The citation belongs to the reason, not to what is said besides.
    sentences[0] = f"{sentences[0]} ({saying.citation})"
    return Explanation(f"{saying.headline}.", f"{'. '.join(sentences)}.", saying.citation, rules)
