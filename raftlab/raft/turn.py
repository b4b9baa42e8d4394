"""A turn: one node reacts to one event, rule by rule.

The handlers put the rules in order; a `Turn` asks each rule, keeps what it gave, and refuses what
no rule may give. Each handler makes one turn go on and returns nothing; the turn collects.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from raftlab.raft.clients import Result
from raftlab.raft.frozen import FrozenMap
from raftlab.raft.log import Entry, Log
from raftlab.raft.messages import (
    AppendEntries,
    AppendReply,
    ClientReply,
    ClientRequest,
    InstallSnapshot,
    Message,
    RequestVote,
)
from raftlab.raft.node import Configuration, Disk, Node, Role, Snapshot
from raftlab.raft.reading import Read, Reading

if TYPE_CHECKING:
    from raftlab.raft.rules import Rules


class Firing(NamedTuple):
    """One rule that fired: what it was asked besides the node, what it gave, the node after it."""

    rule: str
    arguments: tuple[object, ...]
    gave: object
    node: Node


class RuleError(Exception):
    """A rule raised, or gave what no rule may give. `firings` are those that came before it."""

    def __init__(
        self,
        rule: str,
        sentence: str,
        firings: tuple[Firing, ...],
        arguments: tuple[object, ...] = (),
    ) -> None:
        """Name the rule, say what went wrong, keep what had fired by then and what was asked."""
        super().__init__(f"{rule}: {sentence}")
        self.rule = rule
        self.sentence = sentence
        self.firings = firings
        self.arguments = arguments


class Turn:
    """The node as it stands, the messages it will send, the rules that have fired."""

    __slots__ = ("firings", "messages", "node", "rules")

    def __init__(self, node: Node, rules: Rules) -> None:
        """A turn of `node` under `rules`, in which nothing has happened yet."""
        self.node = node
        self.rules = rules
        self.messages: list[Message] = []
        self.firings: list[Firing] = []

    def run(self, handler: str, *about: object) -> None:
        """Let a handler take its part of the turn."""
        try:
            getattr(self.rules, handler)(self, *about)
        except RuleError:
            raise
        except Exception as error:
            raise self.error(handler, f"it raised {type(error).__name__}: {error}") from error

    def ask(self, rule: str, *about: object) -> bool:
        """Ask a rule that answers yes or no."""
        answer: bool = self._call(rule, bool, self.node, *about)
        self.firings.append(Firing(rule, about, answer, self.node))
        return answer

    def become(self, rule: str, *about: object) -> None:
        """Let a rule give the node that this one becomes."""
        after: Node = self._call(rule, Node, self.node, *about)
        self._refuse_a_wrong_node(rule, after)
        self.node = after
        self.firings.append(Firing(rule, about, after, after))

    def merge(self, rule: str, request: AppendEntries) -> None:
        """Let a rule give the node's new log."""
        log: Log = self._call(rule, Log, self.node.log, request)
        self._refuse_what_can_change(rule, log)
        self._refuse_a_wrong_log(rule, log)
        if log != self.node.log:
            self.node = replace(self.node, log=log)
        self.firings.append(Firing(rule, (request,), log, self.node))

    def commit(self, rule: str, *about: object) -> None:
        """Let a rule give the node's new commit_index."""
        index: int = self._call(rule, int, self.node, *about)
        if index != self.node.commit_index:
            self.node = replace(self.node, commit_index=index)
        self.firings.append(Firing(rule, about, index, self.node))

    def send(self, rule: str, about: object) -> None:
        """Let a rule write a message, which leaves when the turn ends."""
        message: Message = self._call(rule, MESSAGE_OF[rule], self.node, about)
        to_a_client = isinstance(message, ClientReply)
        receivers = _clients_of(about) if to_a_client else self.node.peers
        if message.sender != self.node.name or message.receiver not in receivers:
            ends = f"from {message.sender!r} to {message.receiver!r}"
            raise self.error(rule, f"it wrote a message {ends}; this is {self.node.name}.")
        self._refuse_what_can_change(rule, message)
        self.messages.append(message)
        self.firings.append(Firing(rule, (about,), message, self.node))

    def reply(self, message: Message, request: Message) -> None:
        """Send an answer that no rule needs to write."""
        self.messages.append(message)
        self.firings.append(Firing("reply", (request,), message, self.node))

    def note(self, what: str, gave: object, *about: object) -> None:
        """Keep what a handler decided by itself, so that it can be explained."""
        self.firings.append(Firing(what, about, gave, self.node))

    def error(self, rule: str, sentence: str, arguments: tuple[object, ...] = ()) -> RuleError:
        """The error that ends this turn."""
        return RuleError(rule, sentence, tuple(self.firings), arguments)

    def _call(self, rule: str, expected: type, *arguments: object) -> Any:
        try:
            gave = getattr(self.rules, rule)(*arguments)
        except Exception as error:
            raised = f"it raised {type(error).__name__}: {error}{self._not_to_blame(rule)}"
            raise self.error(rule, raised, arguments) from error
        if type(gave) is not expected:
            hint = " Is a `return` missing?" if gave is None else ""
            wanted = "True or False" if expected is bool else f"a value of type {expected.__name__}"
            # What is of a subclass may look just like what is wanted.
            alike = isinstance(gave, expected) and not isinstance(gave, bool)
            kind = f", of type {type(gave).__name__}" if alike else ""
            given = f"it must give {wanted}; it gave {gave!r}{kind}.{hint}"
            raise self.error(rule, given, arguments)
        return gave

    def _not_to_blame(self, rule: str) -> str:
        # The paper's rules stumble only over what another rule left behind.
        changed = self.rules.changed
        if not changed or rule in changed:
            return ""
        return f". This rule is the paper's; changed are: {', '.join(sorted(changed))}."

    def _refuse_a_wrong_node(self, rule: str, after: Node) -> None:
        moved = after.configuration != self.node.configuration and rule not in RESUMES
        if after.name != self.node.name or moved:
            raise self.error(rule, f"it turned {self.node.name} into another server.")
        if rule not in self.rules.changed:
            return
        for field, expected in FIELD_TYPES.items():
            value = getattr(after, field)
            if type(value) not in expected:
                hint = f" Use node.{field}.set(name, value)." if type(value) is dict else ""
                names = " or ".join("None" if t is type(None) else t.__name__ for t in expected)
                raise self.error(rule, f"node.{field} must be {names}; it is {value!r}.{hint}")
        self._refuse_what_can_change(rule, after)
        self._refuse_a_wrong_log(rule, after.log)

    def _refuse_a_wrong_log(self, rule: str, log: Log) -> None:
        for entry in log.entries if rule in self.rules.changed else ():
            if type(entry) is not Entry:
                hint = " Is a `*` missing in log.append(*entries)?" * isinstance(entry, tuple)
                raise self.error(rule, f"a log holds entries; in this one is {entry!r}.{hint}")

    def _refuse_what_can_change(self, rule: str, gave: object) -> None:
        if rule not in self.rules.changed:
            return
        try:
            hash(gave)
        except TypeError as error:
            hint = "Only tuples and frozen values stay as they are."
            raise self.error(rule, f"it gave something that can change later. {hint}") from error


def _clients_of(about: object) -> tuple[str, ...]:
    """The client that a rule is asked to answer."""
    match about:
        case ClientRequest(sender=client) | Result(client=client) | Read(client=client):
            return (client,)
        case _:
            return ()


MESSAGE_OF: dict[str, type] = {
    "request_vote": RequestVote,
    "heartbeat": AppendEntries,
    "append_entries": AppendEntries,
    "accept_append": AppendReply,
    "reject_append": AppendReply,
    "redirect": ClientReply,
    "answer_again": ClientReply,
    "answer_client": ClientReply,
    "serve_read": ClientReply,
    "send_snapshot": InstallSnapshot,
}

RESUMES = {"install_snapshot", "restart"}
"""The rules that may give a node another configuration: that of a snapshot. (§7)"""

FIELD_TYPES: dict[str, tuple[type, ...]] = {
    "configuration": (Configuration,),
    "current_term": (int,),
    "voted_for": (str, type(None)),
    "log": (Log,),
    "snapshot": (Snapshot, type(None)),
    "commit_index": (int,),
    "last_applied": (int,),
    "machine": (FrozenMap,),
    "sessions": (tuple,),
    "role": (Role,),
    "leader_id": (str, type(None)),
    "votes_received": (tuple,),
    "next_index": (FrozenMap,),
    "match_index": (FrozenMap,),
    "reading": (Reading,),
    "disk": (Disk,),
    "up": (bool,),
}
