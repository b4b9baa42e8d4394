"""What a network does to messages, as sentences. (§2, §5.1, §5.5)"""

from __future__ import annotations

from raftlab.raft import (
    AppendEntries,
    ClientRequest,
    Cluster,
    Cut,
    Delay,
    Deliver,
    Drop,
    Duplicate,
    Heal,
    InstallSnapshot,
    Message,
    Partition,
    RequestVote,
    Step,
)
from raftlab.sim.explain.turn import Saying
from raftlab.sim.words import counted, listed, name_message

# What an answer is waited for.
REQUESTS = RequestVote | AppendEntries | InstallSnapshot | ClientRequest


def say_network(step: Step) -> Saying | None:
    """What happened without any node's turn; None if one had a turn."""
    match step.event:
        case Drop(message):
            return say_drop(message)
        case Duplicate(message):
            return say_duplicate(message)
        case Delay(message):
            return say_delay(message)
        case Cut() as cut:
            return say_cut(step, cut)
        case Partition() as partition:
            return say_partition(step, partition)
        case Heal():
            return say_heal(step)
        case Deliver(message) if not step.before.node(message.receiver).up:
            return say_arrival_at_a_down_node(message)
    return None


def say_arrival_at_a_down_node(message: Message) -> Saying:
    """A message reached a node that does not run. (§5.5)"""
    headline = f"{name_message(message)} is lost: {message.receiver} is down"
    if isinstance(message, REQUESTS):
        nobody = "nothing runs there to take it or to answer"
        return Saying(headline, f"{nobody}: {message.sender} can only send again", "§5.5")
    stays = f"what {message.sender} did stays done"
    return Saying(headline, f"nothing runs there to take it; {stays}", "§5.5")


def say_drop(message: Message) -> Saying:
    """The network lost a message. (§5.1)"""
    return Saying(f"The network loses {name_message(message)}", _nobody_learns(message), "§5.1")


def _nobody_learns(message: Message) -> str:
    if isinstance(message, REQUESTS):
        return f"nobody is told; {message.sender} can only send again when no answer comes"
    return f"{message.receiver} misses this answer; {message.sender} keeps what it wrote down"


def say_duplicate(message: Message) -> Saying:
    """The network copied a message. (§5.5)"""
    headline = f"The network makes a second copy of {name_message(message)}"
    why = f"{message.receiver} may get it twice; a second copy must do no harm"
    return Saying(headline, why, "§5.5")


def say_delay(message: Message) -> Saying:
    """The network held a message back. (§2)"""
    headline = f"The network holds back {name_message(message)}"
    why = "what else is in flight comes first; a message may take any time and come in any order"
    return Saying(headline, why, "§2")


def say_cut(step: Step, event: Cut) -> Saying:
    """One link was cut, one way. (§2)"""
    sender, receiver = event.sender, event.receiver
    headline = f"No message from {sender} reaches {receiver} any more"
    back = (receiver, sender) in step.before.cut
    neither = "the other way was cut before, so neither hears of the other"
    other = neither if back else f"what {receiver} sends still arrives"
    are = "is" if len(step.lost) == 1 else "are"
    lost = f"; {counted(len(step.lost), 'message')} on the way {are} lost" if step.lost else ""
    return Saying(headline, f"{other}{lost}", "§2")


def say_partition(step: Step, event: Partition) -> Saying:
    """Links were cut. (§2)"""
    sides = _sides(step.before, event)
    split = " | ".join(", ".join(side) for side in sides)
    are = "is" if len(step.lost) == 1 else "are"
    on_their_way = f"; {counted(len(step.lost), 'message')} on the way across {are} lost"
    quorum = step.before.nodes[0].configuration.is_quorum
    larger = next((side for side in sides if quorum(side)), None)
    if larger is None:
        able = "no side holds a majority"
    else:
        able = f"a majority is on the side of {listed(larger)}"
    mended = len(set(step.before.cut) - set(step.after.cut))
    carries = "carries" if mended == 1 else "carry"
    again = f"; {counted(mended, 'link')} cut before {carries} messages again" if mended else ""
    why = f"no message crosses{on_their_way if step.lost else ''}{again}; {able}"
    return Saying(f"The network splits: {split}", why, "§2")


def _sides(cluster: Cluster, event: Partition) -> list[tuple[str, ...]]:
    named = {name for group in event.groups for name in group}
    rest = tuple(name for name in cluster.names if name not in named)
    return [tuple(sorted(side)) for side in (*event.groups, rest) if side]


def say_heal(step: Step) -> Saying:
    """Cut links work again. (§2)"""
    cut = {frozenset(link) for link in step.before.cut}
    ends = f"what was cut between {counted(len(cut), 'pair')} of nodes works again"
    return Saying("Every link carries messages again", f"{ends}; what was lost stays lost", "§2")
