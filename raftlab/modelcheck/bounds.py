"""How far an exploration goes, and which events it tries within that.

Partitions and delays need no event of their own: a message that is slow, or cut off, is one that
others overtake, and every order of arrival is tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from raftlab.modelcheck.client_bounds import allows_client
from raftlab.raft import (
    RAFT,
    Ask,
    AskAgain,
    Client,
    ClientCommand,
    Cluster,
    Compact,
    Crash,
    Drop,
    Duplicate,
    Event,
    Heartbeat,
    LeaseEnds,
    Node,
    OpenSession,
    Replicate,
    Restart,
    Role,
    Rules,
    Timeout,
)
from raftlab.sim.words import counted

FEWEST_NODES, MOST_NODES = 3, 5
MOST_IN_FLIGHT = 8
MOST_COUNTED = 100
MOST_KINDS = 8


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far an exploration goes. None stands for "as often as the other bounds allow".

    `in_flight` is how many messages may be on their way at a time. A turn that sends more still
    happens, and what does not fit is lost. Where `drops` is None, whatever a turn sends may be
    lost, and every choice is tried: so every schedule is, in which there are at no time more than
    so many messages that will yet arrive. With a number of `drops`, messages in flight are lost one
    by one, and counted. The last three of what is counted are of clients, where there are some.
    """

    terms: int = 2  # terms beyond the highest at the start
    entries: int = 1  # entries beyond the longest log at the start
    in_flight: int = 2  # messages in flight at a time
    timeouts: int | None = None
    commands: int | None = None
    drops: int | None = None
    duplicates: int | None = 0
    crashes: int | None = 1
    restarts: int | None = None
    operations: int | None = 2  # that clients begin, and sessions that they open
    retries: int | None = 1  # requests that they send again
    leases: int | None = 0  # leases that run out
    compactions: int | None = 0
    in_turn: bool | None = None  # crashes in the middle of a turn; None: see `cuts_turns`
    depth: int | None = None  # events, one after the other
    states: int = 5_000_000  # clusters tried; a million of them take some 40 MB
    seconds: float = 60

    def __post_init__(self) -> None:
        """Raises ValueError for a bound that bounds nothing."""
        for name in (field.name for field in fields(self)):
            value = getattr(self, name)
            if name == "in_turn" and not (value is None or isinstance(value, bool)):
                raise ValueError(f"The bound in_turn is True, False or None, not {value!r}.")
            if name == "in_turn" or (value is None and name in (*COUNTED, "depth")):
                continue
            kinds, number = (int, "whole number") if name != "seconds" else (int | float, "number")
            if isinstance(value, bool) or not isinstance(value, kinds) or value < 0:
                raise ValueError(f"The bound {name} is a {number} from 0 on, not {value!r}.")
        if not 1 <= self.in_flight <= MOST_IN_FLIGHT:
            raise ValueError(f"The bound in_flight is a number from 1 to {MOST_IN_FLIGHT}.")
        if len(self.budgets) > MOST_KINDS:
            raise ValueError(f"At most {MOST_KINDS} kinds of event can be counted at a time.")
        if any((getattr(self, name) or 0) > MOST_COUNTED for name in COUNTED):
            raise ValueError(
                f"At most {MOST_COUNTED} events of a kind can be counted; None is any number."
            )

    @property
    def budgets(self) -> dict[str, int]:
        """The kinds of event that are counted, and how many of each there may be."""
        limits = ((name, getattr(self, name)) for name in COUNTED)
        return {name: most for name, most in limits if most or (most == 0 and name not in UNTRIED)}

    def cuts_turns(self, rules: Rules) -> bool:
        """Whether crashes in the middle of a turn are tried.

        While a node persists before it sends, such a crash is one right after the turn, of which no
        message ever arrives. So, unless told, only another `end_turn` is tried with them.
        """
        asked = self.in_turn if self.in_turn is not None else "end_turn" in rules.changed
        return asked and self.crashes != 0

    def said(self, start: Cluster) -> str:
        """The bounds in words, for an exploration from `start`; no sentence yet."""
        return "; ".join(self._parts(start))

    def _parts(self, start: Cluster) -> Iterator[str]:
        reach = Reach.of(start, self)
        yield f"no term above {reach.term}, no log longer than {reach.log}"
        still = " that will yet arrive" if self.drops is None else ", what does not fit is lost"
        yield f"at most {counted(reach.in_flight, 'message')} in flight{still}"
        for name, noun in COUNTED.items():
            most = self.budgets.get(name)
            if most is not None and (start.clients or name not in OF_CLIENTS):
                yield f"at most {counted(most, noun, name)}" if most else f"no {name}"
        if self.depth is not None:
            yield f"at most {counted(self.depth, 'event')}"


COUNTED = {
    "timeouts": "timeout",
    "commands": "command",
    "drops": "drop",
    "duplicates": "duplicate",
    "crashes": "crash",
    "restarts": "restart",
    "operations": "operation",
    "retries": "retry",
    "leases": "lease",
    "compactions": "compaction",
}
OF_CLIENTS = ("operations", "retries")
"""The bounds that count events of one kind, and what they count."""

UNTRIED = ("leases", "compactions")
"""What Figure 2 has none of: that an exploration tries none either goes without saying."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The highest term and the longest log that bounds allow from some start."""

    term: int
    log: int
    in_flight: int
    cuts_turns: bool
    leases: bool = False
    compacts: bool = False

    @classmethod
    def of(cls, start: Cluster, bounds: Bounds, rules: Rules = RAFT) -> Reach:
        """What `bounds` come to from `start` under `rules`."""
        terms = [node.current_term for node in start.nodes] + [m.term for m in start.network]
        logs = [node.log.last_index for node in start.nodes]
        term, log = max(terms) + bounds.terms, max(logs) + bounds.entries
        in_flight = max(bounds.in_flight, len(start.network))
        kinds = bounds.leases != 0, bounds.compactions != 0
        return cls(term, log, in_flight, bounds.cuts_turns(rules), *kinds)

    def allows(self, event: Event, node: Node | Client) -> bool:
        """Whether `event`, which is for `node` (or for a client), is one to try."""
        if isinstance(node, Client):
            return allows_client(event, node)
        match event:
            case Timeout():
                return node.current_term < self.term
            case ClientCommand(_, command):
                return command == next_command(node) and node.log.last_index < self.log
            case Replicate(peer=None) | Heartbeat(peer=None):
                return len(node.peers) == 1  # to all is to each, one after the other
            case LeaseEnds():
                return self.leases
            case Compact():
                return self.compacts
            case Crash(_, during) if during is not None:
                return self.cuts_turns and self.allows(during, node)
            case _:
                return True

    def holds(self, node: Node | Client) -> bool:
        """Whether `node` is one to go on from. (A wrong rule may carry it further.)"""
        if isinstance(node, Client):
            return True
        return node.current_term <= self.term and node.log.last_index <= self.log


def next_command(node: Node) -> str:
    """The command that clients send `node`: a key for the index, the term as its value.

    So an entry left out shows in the machine, and no two terms put the same at one index. What is
    sent to a node that does not lead sets another key, so that it shows if it is taken. (Short, to
    be read in a cell of a picture.)
    """
    keys = "abcdefghijklmnopqrstuvwxy"
    key = keys[node.log.last_index % len(keys)] if node.role is Role.LEADER else "z"
    return f"SET {key} {node.current_term}"


def counts_as(event: Event) -> tuple[str, ...]:
    """The budgets that `event` takes one from; a crash in a turn takes from that turn's, too."""
    match event:
        case Timeout():
            return ("timeouts",)
        case ClientCommand():
            return ("commands",)
        case Drop():
            return ("drops",)
        case Duplicate():
            return ("duplicates",)
        case Crash(_, None):
            return ("crashes",)
        case Crash(_, during) if during is not None:
            return ("crashes", *counts_as(during))
        case Restart():
            return ("restarts",)
        case Ask() | OpenSession():
            return ("operations",)
        case AskAgain():
            return ("retries",)
        case LeaseEnds():
            return ("leases",)
        case Compact():
            return ("compactions",)
        case _:
            return ()
