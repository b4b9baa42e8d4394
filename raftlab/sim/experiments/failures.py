"""How a trial begins, and what fails in it: which logs, who is up, when the leader crashes."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from raftlab.raft import ClientCommand, Cluster, Crash, Replicate
from raftlab.sim.acts import AtLeader
from raftlab.sim.scenarios import fresh, leader_elected
from raftlab.sim.schedule import Script
from raftlab.sim.script import deliver_all, perform


@dataclass(frozen=True, slots=True)
class CrashOfLeader:
    """The leader crashes between `earliest` and `latest` milliseconds, at a time drawn evenly.

    From 0 to a heartbeat interval, it crashes at a random point of the interval that began when all
    timers started anew. Later, the timers are as its heartbeats have left them by then.
    """

    earliest: float
    latest: float

    def __call__(self, random: Random) -> Script:
        """The crash, as a script."""
        at = self.earliest + (self.latest - self.earliest) * random.random()
        return {at: AtLeader(Crash)}


def led(servers: int = 5, short_logs: int | None = None) -> Cluster:
    """node1 leads, nothing is in flight, and the last `short_logs` servers lack the last entry.

    They cannot win an election (§5.4.1) while a majority has that entry. By default they are as
    many as they can be: of five servers two.
    """
    short = most_short_logs(servers) if short_logs is None else short_logs
    history = leader_elected(servers)
    complete = history.cluster.names[1 : servers - short]
    perform(history, ClientCommand("node1", "SET x 1"), *(Replicate("node1", n) for n in complete))
    deliver_all(history)
    return history.cluster


def most_short_logs(servers: int) -> int:
    """How many servers may lack an entry that a majority has."""
    return (servers - 1) // 2


def never_led(servers: int = 5, up: int | None = None) -> Cluster:
    """Servers that have just been switched on, of which `up` run, by default all."""
    history = fresh(servers)
    names = history.cluster.names
    perform(history, *map(Crash, names[servers if up is None else up :]))
    return history.cluster
