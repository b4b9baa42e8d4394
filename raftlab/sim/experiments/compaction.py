"""What compacting costs, and what it saves: one run by the clock, under one policy after the other.

Clients send commands at a steady pace while one follower is down, and then back, twice: what it has
missed it is sent as entries, or as a snapshot where the leader has discarded them. (§7)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from raftlab.raft import (
    RAFT,
    AppendEntries,
    ClientCommand,
    Cluster,
    Compact,
    Crash,
    Deliver,
    InstallSnapshot,
    Restart,
    Rules,
    Step,
    step,
)
from raftlab.sim.acts import AtLeader
from raftlab.sim.compacting import (
    NEVER,
    Policy,
    at_size,
    at_times_the_snapshot,
    carried_bytes,
    due_after,
    every,
    log_bytes,
    snapshot_bytes,
)
from raftlab.sim.experiments.compaction_costs import CompactionCosts, Cost
from raftlab.sim.experiments.refusals import is_whole, refuse_rules
from raftlab.sim.scenarios import leader_elected
from raftlab.sim.schedule import Clock, Script
from raftlab.sim.timing import Timing

POLICIES = (NEVER, every(10), every(50), at_size(2_000), at_times_the_snapshot(4))
STEADY = Timing(latency=5, heartbeat_interval=50)
PACE = 10  # milliseconds from one command to the next
REST = 500  # milliseconds after the last one
KEYS = 20
MOST_COMMANDS = 2_000
DOWN = ((0.2, 0.5), (0.7, 0.75))  # when node3 is down, as parts of the run


def compare_compaction(
    policies: Sequence[Policy] = POLICIES,
    commands: int = 300,
    *,
    rules: Rules = RAFT,
    seed: int = 0,
) -> CompactionCosts:
    """What policies cost in one run by the clock, the same for all but for what they change. (§7)

    Args:
        policies: when to compact, such as `every(10)`.
        commands: how many commands clients send, one each 10 ms.
        rules: the rules.
        seed: election timers are drawn from it.

    Raises ValueError for no number of commands, TypeError for what is no policy or no rules,
    RuleError if a rule misbehaves.
    """
    refuse_rules(rules)
    if not is_whole(commands) or not 1 <= commands <= MOST_COMMANDS:
        most = f"{MOST_COMMANDS:,}"
        raise ValueError(f"commands is a whole number from 1 to {most}, not {commands!r}.")
    for policy in policies:
        if not isinstance(policy, Policy):
            raise TypeError(f"A policy is Policy(…), such as every(10), not {policy!r}.")
    costs = tuple(_cost(policy, _run(policy, commands, rules, seed)) for policy in policies)
    return CompactionCosts(commands, costs)


def _run(policy: Policy, commands: int, rules: Rules, seed: int) -> Iterator[Step]:
    """The run under a policy. Compacting takes no time, and no clock hears of it."""
    cluster = leader_elected(3).cluster
    clock = Clock.set_going(cluster, STEADY, seed, _script(commands))
    until = commands * PACE + REST
    while (coming := clock.coming(cluster)) is not None and coming.at <= until:
        taken = step(cluster, coming.event, rules)
        clock, cluster = clock.after(taken, coming), taken.after
        yield taken
        if (compact := due_after(taken, policy)) is not None:
            taken = step(cluster, compact, rules)
            cluster = taken.after
            yield taken


def _script(commands: int) -> Script:
    """The commands, and when node3 stops and runs again."""
    script: dict[float, AtLeader | Crash | Restart] = {
        PACE * number: AtLeader(ClientCommand, f"SET key{number % KEYS} value{number}")
        for number in range(1, commands + 1)
    }
    for stops, runs in DOWN:
        # Just after a command, so that no two things happen at once.
        script[PACE * round(stops * commands) + 1] = Crash("node3")
        script[PACE * round(runs * commands) + 2] = Restart("node3")
    return script


def _cost(policy: Policy, run: Iterator[Step]) -> Cost:
    taken: list[int] = []
    received: list[AppendEntries | InstallSnapshot] = []
    logs, disks = [0], [0]
    last: Cluster | None = None
    for done in run:
        last = done.after
        for node in last.nodes:
            held = node.disk.snapshot
            logs.append(len(node.log))
            disks.append(log_bytes(node) + (snapshot_bytes(held) if held else 0))
        if isinstance(done.event, Compact):
            snapshot = last.node(done.event.node).snapshot
            taken += [snapshot_bytes(snapshot)] if snapshot else []
        received += _received(done)
    return Cost(
        policy=policy.label,
        taken=len(taken),
        written=sum(taken),
        longest_log=max(logs),
        largest_disk=max(disks),
        entries_received=sum(len(m.entries) for m in received if isinstance(m, AppendEntries)),
        snapshots_received=sum(isinstance(m, InstallSnapshot) for m in received),
        bytes_received=sum(map(carried_bytes, received)),
        caught_up=last is not None and len({node.machine for node in last.nodes}) == 1,
    )


def _received(done: Step) -> list[AppendEntries | InstallSnapshot]:
    """What of a leader's reached a server that runs; to who is down a leader sends in vain."""
    match done.event:
        case Deliver(AppendEntries() | InstallSnapshot() as message):
            return [message] if done.before.node(message.receiver).up else []
        case _:
            return []
