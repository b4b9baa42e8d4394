"""Table M: reads that go without an entry. (§8; dissertation, §6.4)"""

import pytest

from raftlab.raft import (
    AppendEntries,
    Ask,
    ClientCommand,
    Replicate,
    Rules,
    Timeout,
)
from raftlab.raft.no_op import become_leader_with_no_op
from raftlab.raft.reading import Read
from raftlab.raft.ways_to_read import READS
from raftlab.sim import History, fresh
from raftlab.sim.script import deliver_all, perform

from .tables import otherwise, row


def with_no_op(way: str) -> Rules:
    return READS[way].but(become_leader=become_leader_with_no_op)


def reads(rules: Rules) -> tuple[list[Read], list[int]]:
    """Ten commands and a read, six times; asked of nodes 1, 2, 3, 1, 2, 3.

    Gives what the leader noted of each read, and how many heartbeats it sent for it.
    """
    history = History(fresh(3).cluster.with_clients("client1"), rules)
    perform(history, Timeout("node1"))
    deliver_all(history)
    perform(history, Replicate("node1"))
    deliver_all(history)
    noted, heartbeats = [], []
    for turn in range(6):
        for number in range(10):
            perform(history, ClientCommand("node1", f"SET x {10 * turn + number}"))
        perform(history, Replicate("node1"))
        deliver_all(history)
        first = len(history)
        perform(history, Ask("client1", f"node{turn % 3 + 1}", "GET x"))
        deliver_all(history)
        taken = [moment.step for moment in history.moments[first:]]
        begun = [f for s in taken for f in s.firings if f.rule == "begin_read"]
        noted += [firing.node.reading.waiting[-1] for firing in begun]
        sent = [message for step in taken for message in step.sent]
        heartbeats.append(sum(isinstance(m, AppendEntries) and not m.entries for m in sent))
        answered = history.cluster.client("client1").answers[-1]
        assert answered.answer == str(10 * turn + 9)
    return noted, heartbeats


@row("M01")
@otherwise("M01")
def test_a_read_is_of_all_that_is_committed_when_it_comes() -> None:
    noted, heartbeats = reads(with_no_op("ReadIndex"))
    assert [read.read_index for read in noted] == [11, 21, 31, 41, 51, 61]
    assert [read.serial for read in noted] == [1, 2, 3, 4, 5, 6]
    assert heartbeats == [2] * 6


@row("M02")
def test_under_a_lease_the_same_is_read_without_a_round() -> None:
    noted, heartbeats = reads(with_no_op("by lease"))
    assert [read.read_index for read in noted] == [11, 21, 31, 41, 51, 61]
    # The first read gives the lease, which here no event ends.
    assert heartbeats == [2, 0, 0, 0, 0, 0]


@row("M01")
@pytest.mark.parametrize("way", ["ReadIndex", "by lease"])
def test_before_an_entry_of_its_own_term_a_leader_reads_nothing(way: str) -> None:
    history = History(fresh(3).cluster.with_clients("client1"), READS[way])
    perform(history, Timeout("node1"))
    deliver_all(history)
    perform(history, Ask("client1", "node1", "GET x"))
    deliver_all(history)
    assert history.cluster.client("client1").request is not None
    perform(history, ClientCommand("node1", "SET x 1"), Replicate("node1"))
    deliver_all(history)
    assert history.cluster.client("client1").answers[-1].returned
