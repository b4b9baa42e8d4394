"""What each button of the lab stands for: the event behind it, and what it says of itself."""

from __future__ import annotations

from raftlab.raft import (
    Ask,
    AskAgain,
    Cluster,
    Compact,
    Crash,
    Delay,
    Deliver,
    Drop,
    Duplicate,
    Event,
    GiveUp,
    Heartbeat,
    Message,
    OpenSession,
    Partition,
    Replicate,
    Restart,
    Timeout,
)

THEN_CRASH = ", then crash"

HELP = {
    "Deliver": "The message arrives.",
    "Deliver, then crash": "Its receiver takes its turn, saves, and stops before any message "
    "leaves.",
    "Drop": "The message is lost.",
    "Duplicate": "The network makes a second copy.",
    "Delay": "All others in flight come before it.",
    "Time out": "The election timer runs out.",
    "Time out, then crash": "The node takes its turn, saves, and stops before any message leaves.",
    "Send entries": "The leader sends to every peer what it lacks.",
    "Heartbeat": "The leader sends an empty AppendEntries to every peer.",
    "Crash": "The node stops and keeps only its disk.",
    "Restart": "The node runs again, with what its disk gives back.",
    "Cut off": "No message reaches the node any more, and none from it reaches another.",
    "Compact": "The node takes a snapshot, and discards what it covers of the log.",
    "Split": "No message crosses from one side to another any more.",
    "Cut one way": "No message gets from the first to the second; the other way is as it was.",
    "Heal": "Every link carries messages again.",
    "Ask": "The client sends the command to the node, and waits for the answer.",
    "Ask again": "The client sends the same request once more, to the node.",
    "Give up": "The client waits no longer. What it asked for may be done all the same.",
    "Open a session": "The client asks the node for a session, by which its requests are known.",
    "Start the clock": "From here on timers and latencies say what comes next, and when.",
}

MESSAGE_ACTS = ("Deliver", "Deliver, then crash", "Drop", "Duplicate", "Delay")
NODE_ACTS = (
    "Time out",
    "Time out, then crash",
    "Send entries",
    "Heartbeat",
    "Crash",
    "Restart",
    "Cut off",
    "Compact",
)
NETWORK_ACTS = ("Split", "Cut one way", "Heal")
CLOCK_ACTS = ("Start the clock",)
CLIENT_ACTS = ("Ask", "Ask again", "Give up", "Open a session")


def message_events(message: Message) -> dict[str, Event]:
    """The event behind each button of the message row."""
    arrives = Deliver(message)
    events = (
        arrives,
        Crash(message.receiver, arrives),
        Drop(message),
        Duplicate(message),
        Delay(message),
    )
    return dict(zip(MESSAGE_ACTS, events, strict=True))


def node_events(cluster: Cluster, node: str) -> dict[str, Event]:
    """The event behind each button of the node row, in this cluster."""
    runs_out = Timeout(node)
    events = (
        runs_out,
        Crash(node, runs_out),
        Replicate(node),
        Heartbeat(node),
        Crash(node),
        Restart(node),
        cut_off(cluster, node),
        Compact(node),
    )
    return dict(zip(NODE_ACTS, events, strict=True))


def client_events(client: str, node: str, command: str) -> dict[str, Event]:
    """The event behind each button of the client row."""
    events = (
        Ask(client, node, command),
        AskAgain(client, node),
        GiveUp(client),
        OpenSession(client, node),
    )
    return dict(zip(CLIENT_ACTS, events, strict=True))


def cut_off(cluster: Cluster, node: str) -> Partition:
    """The partition in which `node` stands alone, and who is cut off from whom already stays so."""
    sides: list[tuple[str, ...]] = [(node,)]
    others = [name for name in cluster.names if name != node]
    while others:
        side = _reached(cluster, others[0], others)
        others = [name for name in others if name not in side]
        sides.append(side)
    return Partition(tuple(sides))


def _reached(cluster: Cluster, first: str, among: list[str]) -> tuple[str, ...]:
    """`first`, and whoever among these it has links to that carry messages both ways."""
    reached = [first]
    for name in reached:
        for other in among:
            cut = (name, other) in cluster.cut or (other, name) in cluster.cut
            if other not in reached and not cut:
                reached.append(other)
    return tuple(reached)


def partition(words: str, names: tuple[str, ...]) -> Partition:
    """A partition as one writes it: `node1 node2 | node3`, the sides with | between them.

    Nodes that are left out form a side together. Raises ValueError with a sentence for what says
    nothing of two sides; whether such a partition can be made is for the cluster to say.
    """
    if len(names) == 1:
        raise ValueError("One node has nothing to be split from.")
    sides = (_named(side, names) for side in words.split("|"))
    groups = tuple(side for side in sides if side)
    if not groups:
        raise ValueError(f"Name the nodes of each side, as in {example(names)}.")
    if len(groups) == 1 and set(groups[0]) == set(names):
        raise ValueError(f"All nodes are on one side. Put | between two, as in {example(names)}.")
    return Partition(groups)


def _named(side: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The names on one side, with spaces or commas between them; a name may have spaces itself."""
    parts = (part.strip() for part in side.split(","))
    return tuple(n for part in parts for n in ([part] if part in names else part.split()))


def example(names: tuple[str, ...]) -> str:
    """A partition of these nodes as one writes it: a minority, and all others."""
    few = max(1, (len(names) - 1) // 2)
    between = ", " if any(" " in name for name in names) else " "
    return f"{between.join(names[:few])} | {between.join(names[few:])}".rstrip()
