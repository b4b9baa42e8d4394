"""The messages as they are shown: which are new, selected or lost, and what each is called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from raftlab.raft import (
    AppendEntries,
    AppendReply,
    ClientReply,
    ClientRequest,
    Cluster,
    InstallSnapshot,
    Message,
    RequestVote,
    SnapshotReply,
    Step,
    VoteReply,
)


@dataclass(frozen=True, slots=True)
class Pill:
    """A message as it is shown: its id in the picture, and what is to be marked of it.

    `others` are how many more messages between the same two nodes it stands for.
    """

    message: Message
    id: str
    selected: bool = False
    new: bool = False
    lost: bool = False
    others: int = 0

    @property
    def title(self) -> str:
        """What kind of message it is, in a word or two."""
        if self.others:
            return f"{self.others + 1} messages"
        return title(self.message)

    @property
    def sentence(self) -> str:
        """What it is, from whom to whom, in words."""
        message = self.message
        ends = f"{self.title} from {message.sender} to {message.receiver}"
        return ends + (f", term {message.term}" if self.has_term else "") + ", lost" * self.lost

    @property
    def has_term(self) -> bool:
        """Whether it has one term: what is said to clients has none, several may have several."""
        return not self.others and not isinstance(self.message, ClientRequest | ClientReply)

    def and_others(self, others: Sequence[Pill]) -> Pill:
        """This pill standing for `others` as well."""
        several = (self, *others)
        return replace(
            self,
            others=len(others),
            new=any(pill.new for pill in several),
            selected=any(pill.selected for pill in several),
        )


def title(message: Message) -> str:
    """What kind of message it is, in a word or two."""
    match message:
        case RequestVote():
            return "RequestVote"
        case VoteReply():
            return "vote: granted" if message.vote_granted else "vote: refused"
        case AppendEntries():
            return "AppendEntries" if message.entries else "heartbeat"
        case AppendReply():
            return "reply: success" if message.success else "reply: refused"
        case ClientRequest():
            return "request"
        case ClientReply():
            return "answer" if message.done else "redirection"
        case InstallSnapshot():
            return "InstallSnapshot"
        case SnapshotReply():
            return "reply: snapshot"


def gather(cluster: Cluster, step: Step | None, selected: Message | None) -> list[Pill]:
    """A pill for each message in flight, in the order of sending, then one for each lost one."""
    fresh = Counter(cluster.network) - Counter(step.before.network) if step else Counter()
    chosen = cluster.network.index(selected) if selected in cluster.network else -1
    pills = []
    # Of equal messages the last are the new ones.
    for number, message in reversed(list(enumerate(cluster.network))):
        pills.append(Pill(message, f"message-{number}", number == chosen, fresh[message] > 0))
        fresh[message] -= 1
    pills.reverse()
    # In the middle of a step nothing has left its node, so nothing is lost yet.
    lost = step.lost if step and cluster.network == step.after.network else ()
    return pills + [Pill(m, f"lost-{number}", lost=True) for number, m in enumerate(lost)]


def merge(pills: Sequence[Pill]) -> list[Pill]:
    """One pill for the messages between the same two nodes, the lost ones apart."""

    def ends(pill: Pill) -> tuple[str, str, bool]:
        return pill.message.sender, pill.message.receiver, pill.lost

    groups = (list(group) for _, group in groupby(sorted(pills, key=ends), key=ends))
    return [first.and_others(others) for first, *others in groups]
