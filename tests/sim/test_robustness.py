"""Every fault at once, and then none: nothing breaks, and afterwards the cluster does its work.

RAFTLAB_EVENTS says how many random events are played, by default 80,000; CI plays two million.
Each run begins anew, is hurt in every way for RUN events, and is then left alone, by the
clock, until every client has its answer and everybody has applied a last command. All nodes take
snapshots; in half of the runs it is clients with sessions that ask, and in half of these their
reads go without an entry.
"""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from raftlab.raft import (
    CLIENTS,
    RAFT,
    SAFETY,
    AppendEntries,
    Ask,
    AskAgain,
    ClientCommand,
    ClientRequest,
    Cluster,
    Compact,
    Crash,
    Cut,
    Delay,
    Deliver,
    Drop,
    Duplicate,
    Event,
    GiveUp,
    Heal,
    Heartbeat,
    Node,
    OpenSession,
    Partition,
    Replicate,
    RequestVote,
    Restart,
    Rules,
    Timeout,
    broken_by,
    broken_in,
    step,
)
from raftlab.raft.machine import EMPTY_MACHINE
from raftlab.raft.no_op import become_leader_with_no_op
from raftlab.raft.past import Committed
from raftlab.raft.sessions import Applied, applied
from raftlab.raft.ways_to_read import READ_INDEX
from raftlab.sim import fresh
from raftlab.sim.acts import leader_of
from raftlab.sim.agenda import Coming
from raftlab.sim.chance import Mix, random_run
from raftlab.sim.schedule import Clock
from raftlab.sim.timing import Timing
from tests.sim.endured import ENDURED

EVENTS = int(os.environ.get("RAFTLAB_EVENTS", "80000"))
RUN = 1_000
SIZES = (3, 4, 5, 6, 7)
PARTS = 4  # of each size, so that several processes share the work

# Every other run has many elections, every other a long log.
ELECTIONS = Mix(
    delay=20, cut=10, crash=15, crash_in_turn=15, timeout=60, compact=20, longest_log=60
)
LONG_LOGS = Mix(
    delay=20, cut=5, timeout=8, command=120, replicate=200, crash=4, compact=20, longest_log=80
)


def with_clients(mix: Mix) -> Mix:
    """The same faults, and all commands are clients', who have a session before they ask."""
    return replace(mix, command=0, ask=150, ask_again=40, open_session=30, give_up=5)


# A new leader answers no such read before it has committed an entry of its own term (§8). Where all
# who wait wait for a read, it never has one, unless it begins with one.
READS = READ_INDEX.but(become_leader=become_leader_with_no_op)

# Which mix, by which rules, and for how many clients. No read goes by a lease: that is as good as
# the clocks are, and chance has none.
WAYS = (
    (ELECTIONS, RAFT, 0),
    (LONG_LOGS, RAFT, 0),
    (with_clients(ELECTIONS), RAFT, 2),
    (with_clients(LONG_LOGS), READS, 2),
)
EVERY_KIND = {
    Deliver, Replicate, Heartbeat, ClientCommand, Timeout, Drop, Duplicate, Delay, Crash, Restart,
    Partition, Cut, Heal, Compact, OpenSession, Ask, AskAgain, GiveUp,
}  # fmt: skip

# Timers of 150 to 300 ms: a leader should need some of them, and a sixtieth of this.
LONGEST_CALM = 20_000
LAST_COMMAND = "SET last command"


@dataclass
class Endured:
    """What happened in some runs."""

    kinds: Counter[str] = field(default_factory=Counter)
    leaders: int = 0
    committed: int = 0
    answered: int = 0
    leader_after: list[float] = field(default_factory=list)
    calm_after: list[float] = field(default_factory=list)


class Unfinished(AssertionError):
    """The cluster did not do its work once nothing failed any more."""


def hurt(cluster: Cluster, seed: int, rules: Rules, endured: Endured) -> Cluster:
    """The cluster after RUN random events, none of which breaks a property."""
    mix, _, _ = WAYS[seed % len(WAYS)]
    for taken in random_run(cluster, seed, RUN, rules, mix):
        broken = broken_by(taken, (*SAFETY, *CLIENTS), from_unbroken=True)
        assert not broken, f"seed {seed}: {broken[0].property.name}: {broken[0].sentence}"
        endured.kinds[type(taken.event).__name__] += 1
        if isinstance(taken.event, Crash) and taken.event.during is not None:
            endured.kinds["… in a turn"] += 1
        cluster = taken.after
    endured.leaders += sum(len(past.terms_led) for past in cluster.pasts)
    endured.committed += len(acknowledged(cluster))
    return cluster


def acknowledged(cluster: Cluster) -> dict[int, Committed]:
    """What any node ever took for committed, by its index: a client may have been told."""
    known: dict[int, Committed] = {}
    for past in cluster.pasts:
        numbered = enumerate(past.committed, start=1)
        known = {index: one for index, one in numbered if one is not None} | known
    return known


def leave_alone(cluster: Cluster, seed: int, rules: Rules, endured: Endured) -> Cluster:
    """All links mended, all nodes restarted, nothing lost: a leader, and a last command applied.

    Clients ask again until they are answered, and what they gave up arrives, too, before that.

    A new leader commits what earlier ones left behind once an entry of its own is (§5.4.2): hence
    the command.
    """
    calm = Calm(replace(cluster, cut=()), seed, rules)
    for node in cluster.nodes:
        if not node.up:
            calm.do(Restart(node.name))
    calm.wait_until(is_led)
    endured.leader_after.append(calm.clock.now)
    calm.wait_until(has_answered_all)
    calm.do(ClientCommand(str(leader_of(calm.cluster)), LAST_COMMAND))
    calm.wait_until(has_applied_the_last)
    endured.calm_after.append(calm.clock.now)
    return calm.cluster


class Calm:
    """A cluster by the clock in which nothing fails."""

    def __init__(self, cluster: Cluster, seed: int, rules: Rules) -> None:
        self.cluster, self.seed, self.rules = cluster, seed, rules
        self.clock = Clock.set_going(cluster, Timing(), seed)

    def do(self, event: Event, coming: Coming | None = None) -> None:
        taken = step(self.cluster, event, self.rules)
        self.clock, self.cluster = self.clock.after(taken, coming), taken.after

    def wait_until(self, reached: Callable[[Cluster], bool]) -> None:
        while not reached(self.cluster):
            coming = self.clock.coming(self.cluster)
            if coming is None or coming.at > LONGEST_CALM:
                after = f"seed {self.seed}, after {self.clock.now:,.0f} ms"
                raise Unfinished(f"{after}: not yet {reached.__name__}")
            self.do(coming.event, coming)


def is_led(cluster: Cluster) -> bool:
    """One node leads, and all others follow it in its term."""
    leader = leader_of(cluster)
    terms = {node.current_term for node in cluster.nodes}
    followed = leader is not None and len(terms) == 1
    return followed and {node.leader_id for node in cluster.nodes} == {leader}


def has_answered_all(cluster: Cluster) -> bool:
    """No client waits, and nothing that one asked for is on its way."""
    asked = any(isinstance(message, ClientRequest) for message in cluster.network)
    return not asked and all(client.request is None for client in cluster.clients)


def has_applied_the_last(cluster: Cluster) -> bool:
    """Every node has applied all it holds, and the last command is the end of it."""
    return all(
        node.log.last_index == node.last_applied == cluster.nodes[0].last_applied
        and [entry.command for entry in node.log.entries[-1:]] == [LAST_COMMAND]
        for node in cluster.nodes
    )


def played(size: int, part: int, runs: int, wrong: Rules | None = None) -> Endured:
    """So many runs, each hurt and then left alone; what was acknowledged is applied by all."""
    endured = Endured()
    for number in range(runs):
        seed = 1_000_000 * size + 10_000 * part + number
        _, rules, clients = WAYS[seed % len(WAYS)]
        rules = wrong or rules
        names = (f"client{one}" for one in range(1, clients + 1))
        cluster = hurt(fresh(size).cluster.with_clients(*names), seed, rules, endured)
        promised = acknowledged(cluster)
        cluster = leave_alone(cluster, seed, rules, endured)
        for past in cluster.pasts:
            # What came in a snapshot was applied elsewhere: the machine below shows it.
            found = {i: past.applied[i - 1] for i in promised}
            lost = [i for i, one in promised.items() if found[i] not in (one.entry, None)]
            assert not lost, f"seed {seed}: the acknowledged entries {lost} are not applied by all"
        assert len({len(past.applied) for past in cluster.pasts}) == 1
        by_all = [one.entry for _, one in sorted(acknowledged(cluster).items())]
        assert len(by_all) == cluster.nodes[0].last_applied
        made = Applied(EMPTY_MACHINE, ())
        for index, entry in enumerate(by_all, start=1):
            made = applied(made.machine, made.sessions, index, entry)
        came_to = {(node.machine, node.sessions) for node in cluster.nodes}
        assert came_to == {(made.machine, made.sessions)}
        assert not broken_in(cluster, (*SAFETY, *CLIENTS))
        endured.answered += sum(one.returned for c in cluster.clients for one in c.answers)
    return endured


RUNS = max(1, EVENTS // (RUN * len(SIZES) * PARTS))


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("size", SIZES)
def test_nothing_breaks_and_afterwards_all_is_applied(
    size: int, part: int, record_property: Callable[[str, object], None]
) -> None:
    endured = played(size, part, RUNS)
    # No run may pass for want of anything to endure.
    assert {kind.__name__ for kind in EVERY_KIND} | {"… in a turn"} == set(endured.kinds)
    assert endured.leaders >= 3 * RUNS
    assert endured.committed >= RUNS
    assert endured.answered >= RUNS
    record_property(
        ENDURED,
        (
            size, dict(endured.kinds), endured.leaders, endured.committed, endured.answered,
            endured.leader_after, endured.calm_after,
        ),
    )  # fmt: skip


# It can fail


def test_a_rule_that_breaks_safety_now_and_then_is_noticed() -> None:
    def votes_again(node: Node, request: RequestVote) -> bool:
        return True

    with pytest.raises(AssertionError, match=r"seed .*: Election Safety: "):
        played(3, 0, 20, RAFT.but(may_vote=votes_again))


def test_a_cluster_without_a_leader_is_noticed() -> None:
    with pytest.raises(Unfinished, match="not yet is_led"):
        leave_alone(fresh(3).cluster, 1, RAFT.but(wins_election=lambda node: False), Endured())


def test_entries_that_never_arrive_are_noticed() -> None:
    def sends_nothing(node: Node, peer: str) -> AppendEntries:
        return RAFT.heartbeat(node, peer)

    with pytest.raises(Unfinished, match="not yet has_applied_the_last"):
        leave_alone(fresh(3).cluster, 1, RAFT.but(append_entries=sends_nothing), Endured())
