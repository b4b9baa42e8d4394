"""Famous runs in which a client is lied to. (§8)"""

from __future__ import annotations

from raftlab.raft import (
    CLIENTS,
    FIGURE_3,
    Ask,
    Heartbeat,
    Partition,
    Replicate,
    Timeout,
)
from raftlab.raft.ways_to_read import READS
from raftlab.sim.gallery_stories import leads, tell, until
from raftlab.sim.history import History
from raftlab.sim.scenarios import fresh
from raftlab.sim.script import deliver_all


def stale_read() -> History:
    """Under wrong rules: whoever takes itself for the leader answers reads at once. (§8)"""
    start = fresh(3).cluster.with_clients("client1")
    return tell(
        History(start, READS["locally"], properties=(*FIGURE_3, *CLIENTS)),
        *(Timeout("node1"), until(leads("node1")), deliver_all),
        *(Ask("client1", "node1", "SET x 1"), deliver_all, Replicate("node1"), deliver_all),
        *(Heartbeat("node1"), deliver_all),
        "node1 leads term 1, and client1 has set x to 1 there.",
        *(Partition((("node1",),)), Timeout("node2"), until(leads("node2")), deliver_all),
        "node1 is cut off from the others, and not from the client; node2 leads term 2.",
        *(Ask("client1", "node2", "SET x 2"), deliver_all, Replicate("node2"), deliver_all),
        "At node2 client1 sets x to 2, and is told that it is done.",
        *(Ask("client1", "node1", "GET x"), deliver_all),
        "node1 still takes itself for the leader, and reads from its machine: One Store is broken.",
    )
