"""Every schedule within small bounds, by the plainest search there is.

It stands for nothing but the core itself: `enabled` lists all, `step` is pure, clusters are values,
and the five properties catch the known bugs.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import pytest

from raftlab.raft import (
    FIGURE_3,
    RAFT,
    AppendEntries,
    ClientCommand,
    Cluster,
    Crash,
    Disk,
    Duplicate,
    Event,
    Heartbeat,
    Log,
    Node,
    Role,
    Rules,
    Timeout,
    broken_by,
    enabled,
    step,
)

from .clusters import NAMES, Play

THREE = Cluster.of(*NAMES[:3])


@dataclass(frozen=True)
class Bounds:
    term: int
    commands: int = 0
    in_flight: int = 2
    crashes: int = 0
    leaders: int = 3  # how many of the nodes may stand for election
    most: int = 40_000


def moves(cluster: Cluster, crashes: int, bounds: Bounds) -> Iterator[Event]:
    longest = max(node.log.last_index for node in cluster.nodes)
    for event in enabled(cluster, ("SET x 1",)):
        match event:
            case Timeout(name):
                node = cluster.node(name)
                if node.current_term < bounds.term and name in NAMES[: bounds.leaders]:
                    yield event
            case ClientCommand(name):
                if longest < bounds.commands and cluster.node(name).role is Role.LEADER:
                    yield event
            case Crash(_, during):
                if crashes < bounds.crashes and during is None:
                    yield event
            case Duplicate() | Heartbeat(peer=None):
                pass  # a heartbeat to all is a heartbeat to each
            case _:
                yield event


@dataclass(frozen=True)
class Found:
    """What a search saw: how many states, whether all there are, any commit, the violations."""

    states: int
    exhausted: bool
    committed: bool
    broken: tuple[str, ...] = ()


def search(start: Cluster, rules: Rules, bounds: Bounds) -> Found:
    seen, level, committed = {(start, 0)}, [(start, 0)], False
    while level and len(seen) < bounds.most:
        after = []
        for cluster, crashes in level:
            for event in moves(cluster, crashes, bounds):
                done = step(cluster, event, rules)
                committed = committed or any(past.committed for past in done.after.pasts)
                state = (canonical(done.after, bounds), crashes + isinstance(event, Crash))
                # Most properties are of the state: they need no second look at one seen before.
                properties = OF_A_STEP if state in seen else FIGURE_3
                if broken := broken_by(done, properties):
                    return Found(len(seen), False, committed, tuple(v.sentence for v in broken))
                if state not in seen:
                    seen.add(state)
                    after.append(state)
        level = after
    return Found(len(seen), not level, committed)


OF_A_STEP = tuple(p for p in FIGURE_3 if p.of_step)
in_words = cache(repr)


def canonical(cluster: Cluster, bounds: Bounds) -> Cluster:
    """The network in one order. What does not fit is lost: its event happens all the same."""
    return replace(
        cluster, network=tuple(sorted(cluster.network, key=in_words)[: bounds.in_flight])
    )


@pytest.mark.parametrize(
    ("bounds", "states"),
    [
        (Bounds(term=2, commands=1, leaders=1, in_flight=2), 8539),
        (Bounds(term=2, commands=1, leaders=2, in_flight=1), 2517),
    ],
)
def test_raft_breaks_nothing_within_two_terms_and_one_command(bounds: Bounds, states: int) -> None:
    # How many states there are is a fact about the rules: another number is another Raft.
    assert search(THREE, RAFT, bounds) == Found(states, exhausted=True, committed=True)


def test_the_search_is_the_same_each_time() -> None:
    bounds = Bounds(term=1, commands=1, leaders=1, in_flight=1)
    assert search(THREE, RAFT, bounds) == search(THREE, RAFT, bounds)


def forgets_the_vote(node: Node) -> Node:
    return replace(RAFT.restart(node), voted_for=None)


def never_saves_the_vote(node: Node) -> Node:
    return replace(node, disk=Disk(node.current_term, None, node.log))


def one_vote_wins(node: Node) -> bool:
    return len(node.votes_received) >= 1


def never_truncates(log: Log, request: AppendEntries) -> Log:
    missing = request.entries[max(0, log.last_index - request.prev_log_index) :]
    return log.append(*missing)


def votes_again(node: Node, request: object) -> bool:
    return True


TWO_LEADERS = "both led term 1."


@pytest.mark.parametrize(
    ("wrong", "bounds", "sentence"),
    [
        ({"restart": forgets_the_vote}, Bounds(1, crashes=1), TWO_LEADERS),
        ({"persist": never_saves_the_vote}, Bounds(1, crashes=1), TWO_LEADERS),
        ({"wins_election": one_vote_wins}, Bounds(1), TWO_LEADERS),
        ({"may_vote": votes_again}, Bounds(1), TWO_LEADERS),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_a_known_bug_is_found(wrong: dict[str, Callable], bounds: Bounds, sentence: str) -> None:
    found = search(THREE, RAFT.but(**wrong), bounds)
    assert any(sentence in broken for broken in found.broken)


def test_a_tail_that_is_never_truncated_is_found() -> None:
    # From where a leader has a command that nobody else heard of, and another one is elected.
    play = Play(THREE, RAFT.but(merge_entries=never_truncates))
    play.elect("node1", "node2")
    play.do(ClientCommand("node1", "SET x 1"))
    play.elect("node2", "node3")
    right = search(play.cluster, RAFT, Bounds(term=2, commands=2, in_flight=1))
    assert (right.broken, right.exhausted, right.committed) == ((), True, True)
    found = search(play.cluster, play.rules, Bounds(term=2, commands=2, in_flight=1))
    assert found.broken == (
        "node1 and node2 both hold entry 2 of term 2, but their entries 1 differ.",
    )
