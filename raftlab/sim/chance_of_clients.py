"""What clients do in a random schedule. Whatever is drawn, `chance` draws."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from raftlab.raft import (
    Ask,
    AskAgain,
    Client,
    Cluster,
    GiveUp,
    LeaseEnds,
    OpenSession,
)
from raftlab.raft.reads import may_end_lease

if TYPE_CHECKING:
    from raftlab.sim.chance import Mix

KEYS = ("key1", "key2", "key3")
VALUES = ("valueA", "valueB", "valueC", "valueD", "valueE")
OPERATIONS = (
    "SET {key} {value}",
    "INCR {key}",
    "DELETE {key}",
    "CAS {key} 1 {value}",
    "GET {key}",
    "GET {key}",
    "GET {key}",
)


class ClientChooser:
    """Chooses what a client does next, and when a lease runs out; None where none can."""

    def __init__(self, pick: Callable[[Sequence[Any]], Any], mix: Mix) -> None:
        self._pick = pick
        self._mix = mix

    def ask(self, cluster: Cluster) -> Ask | None:
        """A client that waits for nothing asks the leader it knows, or anyone.

        Where sessions are opened, it asks for nothing without one.
        """
        client = self._client(cluster, waits=False)
        longest = max(node.log.last_index for node in cluster.nodes)
        if client is None or self._mix.longest_log <= longest:
            return None
        if client.session == 0 and self._mix.open_session:
            return None
        command = self._pick(OPERATIONS).format(key=self._pick(KEYS), value=self._pick(VALUES))
        return Ask(client.name, client.leader or self._pick(client.servers), command)

    def ask_again(self, cluster: Cluster) -> AskAgain | None:
        """A client that waits asks any server once more."""
        client = self._client(cluster, waits=True)
        return None if client is None else AskAgain(client.name, self._pick(client.servers))

    def open_session(self, cluster: Cluster) -> OpenSession | None:
        """A client without a session asks for one."""
        client = self._client(cluster, waits=False)
        if client is None or client.session:
            return None
        return OpenSession(client.name, client.leader or self._pick(client.servers))

    def give_up(self, cluster: Cluster) -> GiveUp | None:
        """A client that waits does so no longer."""
        client = self._client(cluster, waits=True)
        return None if client is None else GiveUp(client.name)

    def lease_ends(self, cluster: Cluster) -> LeaseEnds | None:
        """The lease of a leader, or what could give it one, runs out."""
        leaders = [node for node in cluster.nodes if node.up and may_end_lease(node)]
        return LeaseEnds(self._pick(leaders).name) if leaders else None

    def _client(self, cluster: Cluster, *, waits: bool) -> Client | None:
        clients = [c for c in cluster.clients if (c.request is not None) == waits]
        return self._pick(clients) if clients else None
