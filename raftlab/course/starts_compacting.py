"""Starting points at which logs are compacted, or snapshots are on their way.

Each is reached from a fresh cluster by events that can really happen.
"""

from __future__ import annotations

from dataclasses import replace

from raftlab.course.starts import NARROW
from raftlab.modelcheck.goals import LIVELY
from raftlab.raft import (
    ClientCommand,
    Compact,
    Crash,
    Deliver,
    Heartbeat,
    InstallSnapshot,
    Replicate,
    Restart,
    Timeout,
)
from raftlab.sim.acts import Arrival
from raftlab.sim.history import History
from raftlab.sim.scenarios import client_ready, fresh, leader_elected
from raftlab.sim.script import deliver_all, deliver_among, lose_the_rest, perform

# No more terms and no more entries: what is there already is compacted, sent and installed.
COMPACTING = replace(NARROW, terms=0, entries=0, compactions=1)
AN_ENTRY = replace(COMPACTING, entries=1)
AN_ENTRY_NO_RESTART = replace(AN_ENTRY, compactions=0, restarts=0)
ARRIVING = replace(COMPACTING, compactions=0)
COMMITS = tuple(goal for goal in LIVELY if goal.words == "an entry is committed")


def lacking_one() -> History:
    """node1 leads and has committed an entry with node2; node3 has nothing."""
    history = leader_elected()
    history.title = "3 nodes, an entry committed, and node3 without it"
    _commit(history, "node1", "SET a 1", "node2")
    return history


def snapshot_to_send() -> History:
    """node1 leads and has discarded what it committed with node2; node3 has nothing."""
    history = lacking_one()
    history.title = "3 nodes, node3 without what node1 has discarded"
    _commit(history, "node1", "SET b 2", "node2")
    perform(history, Compact("node1"))
    return history


def alone_with_node3() -> History:
    """The same, and node2 has crashed: nothing is committed but with node3."""
    history = snapshot_to_send()
    history.title = "3 nodes, node2 down, and node3 without what node1 has discarded"
    perform(history, Crash("node2"))
    return history


def one_more_waiting() -> History:
    """node1 leads, has committed an entry with node2, and has taken one more that nobody has."""
    history = lacking_one()
    history.title = "3 nodes, an entry applied, and another on node1 alone"
    perform(history, ClientCommand("node1", "SET b 2"))
    return history


def of_an_older_term() -> History:
    """node1 leads term 3, and all that it has applied is of the terms 1 and 2."""
    history = lacking_one()
    history.title = "3 nodes, node1 leads term 3, its entries are older"
    _lead_again(history)
    _commit(history, "node1", "SET b 2", "node2")
    _lead_again(history)
    perform(history, Heartbeat("node1"))
    deliver_all(history)
    return history


def snapshot_overtaken() -> History:
    """A snapshot up to entry 1 is still on its way to node3, which has and applied entry 2."""
    history = lacking_one()
    history.title = "3 nodes, an old snapshot on its way to node3"
    perform(history, Replicate("node1", "node3"), Arrival("node1", "node3"))
    perform(
        history, Compact("node1"), Replicate("node1", "node3"), ClientCommand("node1", "SET b 2")
    )
    (late,) = (m for m in history.cluster.network if isinstance(m, InstallSnapshot))
    _deliver_but(history, late)
    for event in (Replicate("node1", "node3"), Heartbeat("node1", "node3")):
        perform(history, event)
        _deliver_but(history, late)
    return history


def snapshot_outlived() -> History:
    """The same, and node3 has taken a snapshot of its own meanwhile, which reaches further."""
    history = snapshot_overtaken()
    history.title = "3 nodes, an old snapshot on its way to node3, which has a newer one"
    perform(history, Compact("node3"))
    return history


def conflicting() -> History:
    """node1 leads term 2, and its snapshot up to entry 2 is on its way to node3.

    node3 led term 1. It has three entries of that term, and the second of node1 is of term 2.
    """
    history = fresh()
    perform(history, Timeout("node3"))
    deliver_all(history)
    _commit(history, "node3", "SET a 1", "node1", "node2")
    perform(history, ClientCommand("node3", "SET b 1"), ClientCommand("node3", "SET c 1"))
    perform(history, Timeout("node1"))
    deliver_among(history, "node1", "node2")
    lose_the_rest(history)
    _commit(history, "node1", "SET b 2", "node2")
    perform(history, Compact("node1"), Replicate("node1", "node3"))
    history.title = "3 nodes, a snapshot on its way to node3, which led before"
    return history


def one_past_its_snapshot() -> History:
    """node1 leads; node3 has applied three entries, the first two of which it has discarded."""
    history = leader_elected()
    _commit(history, "node1", "SET a 1", "node2", "node3")
    _commit(history, "node1", "SET b 2", "node2", "node3")
    perform(history, Compact("node3"))
    _commit(history, "node1", "SET c 3", "node2", "node3")
    history.title = "3 nodes, three entries applied, and a snapshot of two of them on node3"
    return history


def entry_behind_a_snapshot() -> History:
    """node3 has begun with node1's snapshot of two entries, and is sent the third."""
    history = snapshot_to_send()
    perform(history, Replicate("node1", "node3"))
    deliver_all(history)
    perform(history, ClientCommand("node1", "SET c 3"), Replicate("node1", "node3"))
    history.title = "3 nodes, entry 3 on its way to node3, which has a snapshot of the first two"
    return history


def each_at_another_index() -> History:
    """node1 leads five servers and has discarded entries 1 and 2; 3 is in its log.

    node2 has all three of them, node3 two, node4 one and node5 none.
    """
    history = leader_elected(5)
    for number, holders in ((1, "234"), (2, "23"), (3, "2")):
        _commit(
            history, "node1", f"SET {'abc'[number - 1]} {number}", *(f"node{n}" for n in holders)
        )
        if number == 2:
            perform(history, Compact("node1"))
    history.title = "5 nodes, two entries discarded by the leader, and followers at four places"
    return history


def _commit(history: History, leader: str, text: str, *peers: str) -> None:
    """The leader has a command copied to these, and they hear that it is committed."""
    perform(history, ClientCommand(leader, text))
    _commit_held(history, leader, *peers)


def _commit_held(history: History, leader: str, *peers: str) -> None:
    perform(history, *(Replicate(leader, peer) for peer in peers))
    deliver_all(history)
    perform(history, *(Heartbeat(leader, peer) for peer in peers))
    deliver_all(history)


def _lead_again(history: History) -> None:
    perform(history, Crash("node1"), Restart("node1"), Timeout("node1"))
    deliver_all(history)


def _deliver_but(history: History, late: object) -> None:
    """Let all arrive but one message."""
    while others := [message for message in history.cluster.network if message != late]:
        perform(history, Deliver(others[0]))


TO_COMPACT = one_more_waiting, lacking_one, of_an_older_term, client_ready
"""Where somebody can take a snapshot, the last with a client's session in it."""
