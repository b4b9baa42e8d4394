"""Famous runs as stories: what happens, and between that what is then to be seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from raftlab.raft import (
    RAFT,
    ClientCommand,
    Cluster,
    Crash,
    Cut,
    Delay,
    Deliver,
    Duplicate,
    Event,
    Heal,
    Heartbeat,
    Message,
    Node,
    Partition,
    Replicate,
    Restart,
    Role,
    Timeout,
)
from raftlab.raft.node import restart
from raftlab.sim.acts import Act, Arrival, resolve
from raftlab.sim.history import History
from raftlab.sim.scenarios import fresh, leader_elected
from raftlab.sim.script import deliver_all, lose_the_rest, perform

Doing: TypeAlias = Callable[[History], None]
# A line of a story: an act, what does several to a history, or a note on what is then to be seen.
Line: TypeAlias = Act | Doing | str


def tell(history: History, *lines: Line) -> History:
    """The history with a story ahead of where it stands."""
    begun = history.now.number
    for line in lines:
        if isinstance(line, str):
            history.mark(line)
        elif callable(line):
            line(history)
        else:
            perform(history, line)
    history.goto(begun)
    return history


def until(holds: Callable[[Cluster], bool]) -> Doing:
    """Messages arrive, the oldest first, until something is so: the note goes where it came to be.

    Raises IndexError if it does not come to be.
    """

    def arrive(history: History) -> None:
        while not holds(history.cluster):
            history.do(Deliver(history.cluster.network[0]))

    return arrive


def leads(name: str) -> Callable[[Cluster], bool]:
    """Whether a node leads."""
    return lambda cluster: cluster.node(name).role is Role.LEADER


def commits(name: str, index: int) -> Callable[[Cluster], bool]:
    """Whether a node takes the entry at `index` for committed."""
    return lambda cluster: cluster.node(name).commit_index >= index


def all_commit(index: int) -> Callable[[Cluster], bool]:
    """Whether every node does."""
    return lambda cluster: all(node.commit_index >= index for node in cluster.nodes)


def befalls(sender: str, receiver: str, event: Callable[[Message], Event]) -> Doing:
    """Something befalls the oldest message on this way: `Duplicate`, `Delay`…"""

    def befall(history: History) -> None:
        arrives = resolve(Arrival(sender, receiver), history.cluster)
        assert isinstance(arrives, Deliver)
        history.do(event(arrives.message))

    return befall


def split_vote() -> History:
    """Three candidates, no majority; then one alone. (§5.2)"""
    return tell(
        fresh(5),
        *(Timeout("node1"), Timeout("node3"), Timeout("node5")),
        "Three time out at almost the same moment: each stands for term 1.",
        *(Arrival("node1", "node2"), Arrival("node5", "node4"), deliver_all),
        "Two votes, one, and two: nobody has three of five, and nobody leads term 1.",
        Timeout("node3"),
        "node3's next timeout is the shortest: it stands for term 2, alone.",
        until(leads("node3")),
        "A new term, and a new vote for each: node3 leads term 2.",
        deliver_all,
    )


def lost_vote() -> History:
    """Under a wrong rule: a restart brings back the term, and not the vote. (Fig. 2, State)"""
    return tell(
        History(fresh(3).cluster, RAFT.but(restart=forgets_its_vote)),
        *(Timeout("node1"), Arrival("node1", "node2"), Arrival("node2", "node1")),
        "node1 leads term 1 with node2's vote; what it sends to say so will be lost.",
        *(lose_the_rest, Crash("node2"), Restart("node2")),
        "node2 is back in term 1, and does not know that it has voted in it.",
        *(Timeout("node3"), Arrival("node3", "node2")),
        "node3 stands for term 1 as well, and node2 votes once more.",
        Arrival("node2", "node3"),
        "node3 leads term 1, and so does node1: Election Safety is broken.",
    )


def forgets_its_vote(node: Node) -> Node:
    """A wrong `restart`: the vote was not on disk."""
    return replace(restart(node), voted_for=None)


def stale_leader() -> History:
    """A leader that is cut off, and what becomes of what it took. (§5.1, §5.3)"""
    return tell(
        leader_elected(3),
        Partition((("node1",),)),
        "node1 is cut off, and does not know it.",
        *(Timeout("node2"), until(leads("node2"))),
        "Two leaders, each of a term of its own: node2 leads term 2.",
        *(deliver_all, ClientCommand("node1", "SET x 1"), Replicate("node1")),
        "node1 still takes commands; they reach nobody, and nothing is committed.",
        *(ClientCommand("node2", "SET x 2"), Replicate("node2"), until(commits("node2", 1))),
        "node2 has a majority: its entry is committed.",
        *(deliver_all, Heal(), Heartbeat("node1"), until(lambda c: not leads("node1")(c))),
        "The links mend, and an answer of term 2 tells node1 that it leads no more.",
        *(deliver_all, Replicate("node2", "node1"), Arrival("node2", "node1")),
        "node1's entry, which was never committed, gives way to the committed one.",
        *(deliver_all, Heartbeat("node2"), until(all_commit(1))),
        "Every node has committed it: nothing that was committed is lost.",
        deliver_all,
    )


def two_against_three() -> History:
    """Five nodes cut into two and three, and healed. (§5.1, §5.4.1)"""
    return tell(
        leader_elected(5),
        Partition((("node4", "node5"),)),
        "The leader and two others are on one side, node4 and node5 on the other.",
        *(ClientCommand("node1", "SET x 1"), Replicate("node1"), until(commits("node1", 1))),
        "Three of five are a majority: the entry is committed without the other two.",
        *(deliver_all, Timeout("node4"), deliver_all, Timeout("node5"), deliver_all),
        *(Timeout("node4"), deliver_all),
        "The two stand in turn, up to term 4: two votes of five elect nobody.",
        *(Heal(), Heartbeat("node1"), until(lambda c: not leads("node1")(c))),
        "The links mend, and the higher term of the two deposes the leader.",
        *(deliver_all, Timeout("node4"), Arrival("node4", "node2")),
        "node4 cannot win now either: its log lacks what a majority holds.",
        *(deliver_all, Timeout("node2"), until(leads("node2"))),
        "node2 can: it leads term 6, with the committed entry in its log.",
        *(deliver_all, ClientCommand("node2", "SET x 2"), Replicate("node2"), deliver_all),
        *(Heartbeat("node2"), until(all_commit(2))),
        "All five logs are equal, and what was committed is still there.",
        deliver_all,
    )


def one_way() -> History:
    """A link that carries nothing one way. (§5.2, §5.3)"""
    return tell(
        leader_elected(3),
        Cut("node1", "node2"),
        "node2 hears nothing from node1 any more; node1 still hears node2.",
        *(Heartbeat("node1"), deliver_all, Timeout("node2")),
        "The heartbeat did not reach node2: it stands for term 2.",
        Arrival("node2", "node1"),
        "node1 hears of term 2 and votes for node2; its vote is lost.",
        until(leads("node2")),
        "With node3's vote node2 leads.",
        *(deliver_all, ClientCommand("node2", "SET x 1"), Replicate("node2")),
        Arrival("node2", "node1"),
        "node1 has the entry, but its answer is lost: node2's match_index for it stays 0.",
        *(deliver_all, Heal(), Replicate("node2", "node1"), deliver_all),
        "The link mends, the answer arrives, and node2 knows that they agree.",
    )


def late_replies() -> History:
    """A vote that arrives twice, and a success that arrives late. (§5.2, §5.3)"""
    copied = (Replicate("node1", "node2"), Arrival("node1", "node2"))
    return tell(
        fresh(5),
        *(Timeout("node1"), Arrival("node1", "node2"), befalls("node2", "node1", Duplicate)),
        "The network makes a copy of node2's vote.",
        *(Arrival("node2", "node1"), Arrival("node2", "node1")),
        "The vote arrives twice and counts once: two of five, and no leader.",
        until(leads("node1")),
        "With the vote of another node1 leads term 1.",
        *(deliver_all, ClientCommand("node1", "SET x 1"), *copied),
        *(ClientCommand("node1", "SET x 2"), *copied, befalls("node2", "node1", Delay)),
        "Two replies of node2's are on their way; the one to entry 1 is held back.",
        Arrival("node2", "node1"),
        "The reply to entry 2 comes first: node2's match_index is 2.",
        Arrival("node2", "node1"),
        "The reply to entry 1 comes late: match_index stays 2.",
        *(Replicate("node1"), deliver_all, Heartbeat("node1"), until(all_commit(2))),
        "Neither did harm: both entries are committed, on every node.",
        deliver_all,
    )
