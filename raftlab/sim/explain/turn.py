"""What an explanation is, and one node's turn as its firings tell it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from raftlab.raft import Firing, Message, Node
from raftlab.sim.explain.lines import RuleLine, receiver_of
from raftlab.sim.explain.rules import said
from raftlab.sim.words import entries_named, listed, short

# Two lines under the headline, in the lab's type at notebook width.
LONGEST_REASON = 200

ROUTINE = {"may_apply", "persist", "resets_election_timer"}

FIRST_WORDS = {"both", "entries", "entry", "it", "its", "no", "nobody", "only", "the", "what"}


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
    """The node before its turn, the rules that fired in it, and what was lost at once."""

    before: Node
    firings: tuple[Firing, ...]
    lost: tuple[Message, ...] = ()

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

    def sent(self, rule: str) -> tuple[str, ...]:
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
        return f"{rule} was not asked"

    def last_answer(self) -> str:
        """The last firing worth words, as a bare clause, where a turn gives no more to tell."""
        telling = (pair for pair in self.with_before() if pair[1].rule not in ROUTINE)
        *_, last = (None, *telling)
        return "no rule was asked" if last is None else said(*last)

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
    before, after = told.before, told.after
    if after.commit_index <= before.commit_index:
        return None
    named = entries_named(before.commit_index + 1, after.commit_index)
    pronoun = "them" if named.startswith("entries") else "it"
    return named + (f" and applies {pronoun}" if after.last_applied == after.commit_index else "")


def peers_named(told: Told, names: tuple[str, ...]) -> str:
    """Peers as prose; where all of a large cluster are meant, "all others"."""
    return "all others" if len(names) > 3 and names == told.before.peers else listed(names)


def applied_commands(told: Told) -> str:
    """The commands that this turn gave to the state machine, as a sentence; "" if none."""
    indexes = [f.node.last_applied for f in told.firings if f.rule == "apply_next"]
    log = told.after.log
    kept = [i for i in indexes if log.first_index <= i <= log.last_index]
    commands = [short(log[i].command) for i in kept]
    if not commands:
        return ""
    shown = commands if len(commands) <= 2 else [commands[0], "…", commands[-1]]
    return f"The state machine applies {', '.join(shown)}"


def oddities(told: Told, message: Message) -> str:
    """That a term was not heeded, with the answer of the rule that could have; "" if it was."""
    adopted, stale = told.first("adopt_newer_term"), told.first("is_stale")
    if adopted is not None and adopted.node.current_term < message.term:
        return told.told("adopt_newer_term")
    late = message.term < told.node_before("is_stale").current_term
    return told.told("is_stale") if stale is not None and stale.gave is False and late else ""


def retreats(told: Told) -> str:
    """A commit_index that went back, as a sentence; "" if it did not (it never should)."""
    before, after = told.before.commit_index, told.after.commit_index
    return f"commit_index went back from {before} to {after}" if after < before else ""


def losses(told: Told) -> str:
    """The messages of this turn that a cut link swallowed, as a sentence; "" if none."""
    receivers = dict.fromkeys(m.receiver for m in told.lost if m.sender == told.name)
    return f"What goes to {listed(receivers)} is lost: the link is cut" if receivers else ""


def as_explanation(saying: Saying, rules: tuple[RuleLine, ...] = (), *more: str) -> Explanation:
    """A saying with full stops and citation, and with what more fits into two lines."""
    sentences = [_capital(saying.why)]
    for sentence in filter(None, more):
        if len(". ".join([*sentences, sentence])) + len(saying.citation) < LONGEST_REASON:
            sentences.append(sentence)
    # The citation belongs to the reason, not to what is said besides.
    sentences[0] = f"{sentences[0]} ({saying.citation})"
    return Explanation(f"{saying.headline}.", f"{'. '.join(sentences)}.", saying.citation, rules)


def _capital(sentence: str) -> str:
    # Only the words that clauses of this package begin with: a node may be called "alice".
    first = sentence.partition(" ")[0]
    return sentence[0].upper() + sentence[1:] if first in FIRST_WORDS else sentence
