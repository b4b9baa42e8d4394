"""Crashes, restarts and what a network does, as sentences. (§2, §5.1, §5.5)"""

from __future__ import annotations

from raftlab.raft import (
    AppendEntries,
    Cluster,
    Cut,
    Message,
    Node,
    Partition,
    RequestVote,
    Role,
    Step,
)
from raftlab.sim.explain.turn import Saying, Told
from raftlab.sim.words import counted, entries_counted, listed, name_message, oneself


def say_crash(told: Told, *, in_a_turn: bool) -> Saying:
    """A node stopped, between two turns or in the middle of one."""
    back = told.after
    kept = f"the disk keeps {_on_disk(back)}"
    if in_a_turn:
        headline = f"{told.name} crashes in the middle of a turn, before any message leaves"
        return Saying(headline, kept, "Fig. 2, State")
    fresh = Node(back.name, back.configuration)
    lost = ", ".join(_memory(told.node_before("restart"), back))
    survived = ", ".join(_memory(back, fresh))
    gone = f"; what is lost: {lost}" if lost else ""
    besides = f"; what survived besides: {survived}" if survived else ""
    return Saying(f"{told.name} crashes", f"{kept}{gone}{besides}", "Fig. 2, State")


def _on_disk(node: Node) -> str:
    entries = entries_counted(node.log.last_index)
    return f"term {node.current_term}, {_vote(node)} and {entries}"


def _vote(node: Node) -> str:
    if node.voted_for is None:
        return "no vote"
    return f"the vote for {oneself(node.voted_for, node.name)}"


def _memory(before: Node, after: Node) -> list[str]:
    """What a node had only in memory at one moment and has not at another."""
    memory = {
        f"being {before.role.value}": before.role is not after.role,
        f"commit_index {before.commit_index}": before.commit_index != after.commit_index,
        "the state machine": before.machine != after.machine,
    }
    return [what for what, differs in memory.items() if differs]


def say_restart(told: Told) -> Saying:
    """A node runs again. (Fig. 2, State)"""
    node = told.before
    role = "" if node.role is Role.FOLLOWER else f" as {node.role.value}"
    forgotten = (
        "it must learn again what is committed"
        if node.commit_index == 0 and node.log.last_index
        else f"commit_index is {node.commit_index}"
    )
    headline = f"{told.name} restarts{role} in term {node.current_term}"
    return Saying(headline, f"the disk gave back {_on_disk(node)}; {forgotten}", "Fig. 2, State")


def say_arrival_at_a_down_node(message: Message) -> Saying:
    """A message reached a node that does not run. (§5.5)"""
    headline = f"{name_message(message)} is lost: {message.receiver} is down"
    return Saying(headline, _nobody_learns(message), "§5.5")


def say_drop(message: Message) -> Saying:
    """The network lost a message. (§5.1)"""
    return Saying(f"The network loses {name_message(message)}", _nobody_learns(message), "§5.1")


def _nobody_learns(message: Message) -> str:
    if isinstance(message, RequestVote | AppendEntries):
        return f"nobody is told; {message.sender} can only send again when no answer comes"
    return f"{message.receiver} misses this answer; {message.sender} keeps what it wrote down"


def say_duplicate(message: Message) -> Saying:
    """The network copied a message. (§5.5)"""
    headline = f"The network makes a second copy of {name_message(message)}"
    why = f"{message.receiver} may get it twice; a second copy must do no harm"
    return Saying(headline, why, "§5.5")


def say_delay(message: Message) -> Saying:
    """The network held a message back. (§5.5)"""
    headline = f"The network holds {name_message(message)} back"
    why = "what else is in flight comes first; a message may take any time and come in any order"
    return Saying(headline, why, "§5.5")


def say_cut(step: Step, event: Cut) -> Saying:
    """One link was cut, one way. (§2)"""
    sender, receiver = event.sender, event.receiver
    headline = f"No message from {sender} reaches {receiver} any more"
    back = (receiver, sender) in step.before.cut
    other = "nor does any the other way" if back else f"what {receiver} sends still arrives"
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
    why = f"no message crosses{on_their_way if step.lost else ''}; {able}"
    return Saying(f"The network splits: {split}", why, "§2")


def _sides(cluster: Cluster, event: Partition) -> list[tuple[str, ...]]:
    named = {name for group in event.groups for name in group}
    rest = tuple(name for name in cluster.names if name not in named)
    return [tuple(sorted(side)) for side in (*event.groups, rest) if side]


def say_heal(step: Step) -> Saying:
    """Cut links work again. (§2)"""
    cut = {frozenset(link) for link in step.before.cut}
    ends = f"{counted(len(cut), 'pair')} of nodes can talk again"
    return Saying("Every link carries messages again", f"{ends}; what was lost stays lost", "§2")
