"""Clients, reads without an entry, snapshots and every fault in the same random runs. (§7, §8)

What no server may break is not broken, and what the clients saw has an order.
"""

from collections import Counter
from dataclasses import replace

import pytest

from raftlab.raft import (
    CLIENTS,
    RAFT,
    SAFETY,
    Ask,
    Compact,
    Crash,
    Deliver,
    InstallSnapshot,
    OpenSession,
    Rules,
    broken_by,
)
from raftlab.raft.no_op import become_leader_with_no_op
from raftlab.raft.ways_to_read import READ_INDEX
from raftlab.sim import History, client_ready
from raftlab.sim.chance import WITH_CLIENTS, random_run
from raftlab.sim.conditions import run_until
from raftlab.sim.linearizability import Outcome, check_linearizable
from raftlab.sim.seen import seen_by_clients

RUNS, EVENTS = 25, 400
# Each client has its session already, and opens no other: without one, Raft itself does some
# requests twice.
MIX = replace(WITH_CLIENTS, open_session=0, lease_ends=0, compact=25, crash=15, timeout=15)
RIGHT: dict[str, Rules] = {
    "through the log": RAFT,
    "ReadIndex": READ_INDEX,
    "ReadIndex and a no-op": READ_INDEX.but(become_leader=become_leader_with_no_op),
}


def three_clients(rules: Rules) -> History:
    """Three clients with a session each, and five servers."""
    start = client_ready(5).cluster
    more = start.with_clients("client2", "client3").clients
    history = History(replace(start, clients=(*start.clients, *more)), rules)
    for name in ("client2", "client3"):
        history.do(OpenSession(name, "node1"))
        run_until(history, lambda cluster, name=name: cluster.client(name).request is None)
    return History(history.cluster, rules)


def played(rules: Rules, seed: int) -> History:
    history = three_clients(rules)
    for taken in random_run(history.cluster, seed, EVENTS, rules, MIX):
        history.attach(history.now.number, taken)
        history.goto(len(history) - 1)
    return history


@pytest.mark.parametrize("rules", RIGHT.values(), ids=RIGHT.keys())
def test_nothing_breaks_and_what_clients_saw_has_an_order(rules: Rules) -> None:
    kinds: Counter[type] = Counter()
    answered = installed = 0
    for seed in range(RUNS):
        history = played(rules, seed)
        for moment in history.moments[1:]:
            assert broken_by(moment.step, (*SAFETY, *CLIENTS), from_unbroken=True) == ()
            kinds[type(moment.step.event)] += 1
            match moment.step.event:
                case Deliver(InstallSnapshot()):
                    installed += 1
        seen = seen_by_clients(history)
        answered += sum(one.ends is not None for one in seen)
        assert check_linearizable(seen).outcome is not Outcome.NOT_LINEARIZABLE
    assert min(kinds[kind] for kind in (Ask, Compact, Crash)) > RUNS
    assert answered > 4 * RUNS
    assert installed > RUNS // 5
