"""What Raft must be able to do: a rule that is safe because nothing ever happens does not pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from raftlab.raft import Client, Cluster, Server


@dataclass(frozen=True, slots=True)
class Goal:
    """Something that can happen, as the end of "it can happen that …".

    `attained` says whether a server shows that it has happened since the start, and `answered`,
    where there is one, whether a client does.
    """

    words: str
    attained: Callable[[Server, Cluster], bool]
    answered: Callable[[Client, Cluster], bool] | None = None


def leads_anew(server: Server, start: Cluster) -> bool:
    """It has led a term that nobody had led at the start. (§5.2)"""
    led = {term for past in start.pasts for term in past.terms_led}
    return not led.issuperset(server.past.terms_led)


def commits_anew(server: Server, start: Cluster) -> bool:
    """It has taken more for committed than anyone had at the start. (§5.3)"""
    return len(server.past.committed) > max(len(past.committed) for past in start.pasts)


def applies_anew(server: Server, start: Cluster) -> bool:
    """It has applied more than anyone had at the start. (§5.3)"""
    return len(server.past.applied) > max(len(past.applied) for past in start.pasts)


def follows_anew(server: Server, start: Cluster) -> bool:
    """It has taken more for committed in a term that it does not lead. (§5.3)"""
    if not commits_anew(server, start):
        return False
    last = server.past.committed[-1]
    return last is not None and last.in_term not in server.past.terms_led


def no_server_shows_it(server: Server, start: Cluster) -> bool:
    """Only a client can."""
    return False


def answered_anew(client: Client, start: Cluster) -> bool:
    """It has had an answer that it did not have at the start. (§8)"""
    return len(client.answers) > len(start.client(client.name).answers)


CLIENT_ANSWERED = Goal("a client has its answer", no_server_shows_it, answered_anew)

LIVELY = (
    Goal("a leader is elected", leads_anew),
    Goal("an entry is committed", commits_anew),
    Goal("it is applied", applies_anew),
    Goal("a follower learns of it", follows_anew),
)
