"""Starting points from which a certain mistake is not far, and bounds that reach it.

Each is reached from a fresh cluster by events that can really happen.
"""

from __future__ import annotations

from dataclasses import replace

from raftlab.modelcheck import Bounds
from raftlab.raft import (
    Ask,
    ClientCommand,
    Crash,
    Deliver,
    Drop,
    Heartbeat,
    Message,
    Replicate,
    Timeout,
)
from raftlab.raft.ways_to_read import READ_INDEX
from raftlab.sim.acts import Arrival
from raftlab.sim.history import History
from raftlab.sim.scenarios import client_ready, deposed_leader, fresh, leader_elected
from raftlab.sim.script import deliver_all, deliver_among, lose_the_rest, perform

# One more term, one more entry, one message that will yet arrive, nobody stops.
NARROW = Bounds(terms=1, entries=1, in_flight=1, crashes=0)
NO_ENTRY = replace(NARROW, entries=0)
NO_RESTART = replace(NARROW, restarts=0)
A_CRASH = replace(NARROW, crashes=1)
TWO_ENTRIES = replace(NARROW, entries=2)
VOTES_TWICE = replace(NARROW, terms=0, entries=0, in_flight=3)
FIVE_NODES = replace(NARROW, in_flight=2, timeouts=1, commands=1, depth=9)
SIX_EVENTS = replace(FIVE_NODES, entries=0, commands=0, depth=6)
A_RETRY = replace(NARROW, terms=0, entries=2, in_flight=2, commands=0, operations=1)
A_NEW_LEADER = replace(NARROW, entries=2, commands=0, timeouts=1, operations=1)
THEN_A_READ = replace(A_NEW_LEADER, operations=2, retries=0)
TWO_REIGNS = replace(NARROW, terms=2, timeouts=2, depth=15)


def one_applied_one_new() -> History:
    """node1 leads term 1; all have applied its first entry, and nobody else has its second."""
    history = leader_elected()
    history.title = "3 nodes, one entry applied by all, another on node1 alone"
    perform(history, ClientCommand("node1", "SET x 1"), Replicate("node1"))
    deliver_all(history)
    perform(history, Heartbeat("node1"))
    deliver_all(history)
    perform(history, ClientCommand("node1", "SET y 2"))
    return history


def one_behind() -> History:
    """node1 leads and has committed two entries with node2; node3 has the first of them only."""
    history = leader_elected()
    history.title = "3 nodes, two entries committed, node3 without the second"
    perform(history, ClientCommand("node1", "SET a 1"), Replicate("node1"))
    deliver_all(history)
    perform(history, ClientCommand("node1", "SET b 1"), Replicate("node1", "node2"))
    deliver_all(history)
    return history


def longer_is_older() -> History:
    """node2 has committed an entry of term 2 with node3; node1, deposed, has two of term 1."""
    history = deposed_leader()
    history.title = "3 nodes, node1 deposed, with the longer log"
    perform(history, ClientCommand("node1", "SET y 1"), Replicate("node2", "node3"))
    deliver_among(history, "node2", "node3")
    perform(history, Heartbeat("node2", "node1"), Arrival("node2", "node1"))
    lose_the_rest(history)
    return history


def later_is_shorter() -> History:
    """node1 has two entries of term 1, node2 has one of term 2, node3 is down, and nobody leads."""
    history = deposed_leader()
    history.title = "3 nodes, node3 down, one log later, the other longer"
    perform(history, ClientCommand("node1", "SET y 1"), Crash("node3"))
    perform(history, Heartbeat("node2", "node1"), Arrival("node2", "node1"))
    perform(history, Arrival("node1", "node2"), Timeout("node1"))
    deliver_all(history)
    return history


def one_holder_down() -> History:
    """node1 has committed an entry that node3 never got, and is down. node2 has it."""
    history = leader_elected()
    history.title = "3 nodes, the leader down, its committed entry on node2"
    perform(history, ClientCommand("node1", "SET a 1"), Replicate("node1", "node2"))
    deliver_all(history)
    perform(history, Crash("node1"))
    return history


def late_entries() -> History:
    """Two entries are on node1 and node2, and the message with the first alone is still to come."""
    history = leader_elected()
    history.title = "3 nodes, two entries committed, an old AppendEntries still in flight"
    perform(history, ClientCommand("node1", "SET a 1"), Replicate("node1", "node2"))
    (late,) = history.cluster.network
    perform(history, ClientCommand("node1", "SET b 1"), Replicate("node1", "node2"))
    (message,) = (m for m in history.cluster.network if m != late)
    perform(history, Deliver(message), Arrival("node2", "node1"))
    return history


def vote_of_an_earlier_term() -> History:
    """node1 and node2 stand for term 2; node3's vote of term 1, for node1, is still in flight.

    node1 has lost all its requests of term 2, and node2's to node3 is in flight.
    """
    history = fresh()
    history.title = "3 nodes, two candidates of term 2, a vote of term 1 still in flight"
    perform(history, Timeout("node1"), Timeout("node2"), Arrival("node1", "node3"))
    (vote,) = (m for m in history.cluster.network if m.sender == "node3")
    perform(history, *(Drop(m) for m in history.cluster.network if m != vote))
    perform(history, Timeout("node1"), Timeout("node2"))
    asked = {vote.receiver: vote.sender, "node3": "node2"}
    perform(
        history,
        *(Drop(m) for m in history.cluster.network if asked.get(m.receiver) != m.sender),
    )
    return history


def an_older_and_a_newer_candidate() -> History:
    """node1 leads term 1. node2 stands for term 2; node3, for term 3, is asking once more."""
    history = leader_elected()
    history.title = "3 nodes, one candidate of term 2 and one of term 3"
    perform(history, Timeout("node3"))
    lose_the_rest(history)
    perform(history, Timeout("node3"), Timeout("node2"))
    return history


def old_entries() -> History:
    """node1 leads term 3, and has copied two entries of term 1 to node3. node2 led term 2.

    node2 has an entry of its own and heard nothing of term 3 but that it began. node3's answer is
    in flight.
    """
    history = deposed_leader()
    history.title = "3 nodes, node1 leads again, node2 with an entry of its own"
    perform(history, ClientCommand("node1", "SET x 1.2"), Heartbeat("node1", "node3"))
    deliver_all(history)
    perform(history, Timeout("node1"), *TO_NODE2_AND_BACK, *TO_NODE3_AND_BACK)
    perform(history, *map(Drop, history.cluster.network[:1]))
    perform(history, *TO_NODE3_AND_BACK, *TO_NODE3_AND_BACK, Arrival("node1", "node3"))
    return history


def late_success() -> History:
    """node1 leads term 3, and node2's success of term 1 is still in flight.

    It speaks of two entries of term 1. node1 has others there now, which node3 has, too.
    """
    history = fresh(5)
    history.title = "5 nodes, node1 leads again, a success of an earlier term still in flight"
    _elect(history, "node1", "node2", "node3")
    perform(history, ClientCommand("node1", "SET a 1"), ClientCommand("node1", "SET b 1"))
    perform(history, Replicate("node1", "node2"), Arrival("node1", "node2"))
    (late,) = history.cluster.network
    _elect(history, "node3", "node4", "node5", late=late)
    perform(history, ClientCommand("node3", "SET a 2"), Replicate("node3", "node1"))
    perform(history, Arrival("node3", "node1"))
    _lose_all_but(history, late)
    _elect(history, "node1", "node4", "node5", "node2", late=late)
    perform(history, ClientCommand("node1", "SET b 3"), Replicate("node1", "node3"))
    perform(history, Arrival("node1", "node3"), Arrival("node3", "node1"))
    return history


def _elect(history: History, name: str, *voters: str, late: Message | None = None) -> None:
    """It wins the next term by these votes, and its heartbeats are lost; only `late` stays."""
    perform(history, Timeout(name), *(Arrival(name, voter) for voter in voters))
    votes = [m for m in history.cluster.network if m.receiver == name and m != late]
    perform(history, *map(Deliver, votes[:2]))
    _lose_all_but(history, late)


def _lose_all_but(history: History, late: Message | None) -> None:
    for message in history.cluster.network:
        if message != late:
            history.do(Drop(message))


def deposed_with_client() -> History:
    """node2 leads term 2, by node3's vote; node1 leads term 1, and has heard nothing of it.

    client1 has a session, and nothing is in flight.
    """
    history = client_ready()
    history.title = "3 nodes, a client, node1 deposed by node2 and unaware of it"
    perform(history, Timeout("node2"), Arrival("node2", "node3"), Arrival("node3", "node2"))
    lose_the_rest(history)
    return history


def answered_once() -> History:
    """node1 leads term 1; client1 has counted to one, and has its answer. All three have it."""
    history = client_ready()
    history.title = "3 nodes, and a client that has counted to one"
    perform(history, Ask("client1", "node1", "INCR count"))
    deliver_all(history)
    for sends in (Replicate, Heartbeat):
        perform(history, sends("node1"))
        deliver_all(history)
    return history


def answer_lost() -> History:
    """node1 has counted to one for client1, and is down; its answer was lost.

    The others have the entry, and do not know that it is committed.
    """
    history = client_ready()
    history.title = "3 nodes, the leader down, and a client without its answer"
    perform(history, Ask("client1", "node1", "INCR count"), Arrival("client1", "node1"))
    perform(history, Replicate("node1"), Arrival("node1", "node2"), Arrival("node1", "node3"))
    perform(history, Arrival("node2", "node1"), Crash("node1"))
    lose_the_rest(history)
    return history


def one_down_and_a_client() -> History:
    """node1 leads term 1; client1 has counted to one, and has its answer; node3 is down."""
    history = answered_once()
    history.title = "3 nodes, node3 down, and a client that has counted to one"
    perform(history, Crash("node3"))
    return history


def read_once() -> History:
    """node1 leads term 1; client1 has counted to one, and read it without an entry in the log."""
    history = History(answered_once().cluster, READ_INDEX)
    history.title = "3 nodes, and a client that has counted to one and read it"
    perform(history, Ask("client1", "node1", "GET count"))
    deliver_all(history)
    return history


TO_NODE2_AND_BACK = Arrival("node1", "node2"), Arrival("node2", "node1")
TO_NODE3_AND_BACK = Arrival("node1", "node3"), Arrival("node3", "node1")
