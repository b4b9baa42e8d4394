"""What every step is: pure, local, complete, and blind to names."""

import os
import pickle
import subprocess
import sys
from collections import Counter
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from raftlab.raft import (
    RAFT,
    AppendEntries,
    Cluster,
    Crash,
    Deliver,
    Duplicate,
    Event,
    FrozenMap,
    Log,
    Node,
    Partition,
    Past,
    Role,
    Step,
    Timeout,
    react,
    step,
)
from raftlab.raft.events import actor

from .clusters import NAMES
from .runs import laws, runs


@laws
@given(runs())
def test_the_same_arguments_give_the_same_step(run: list[Step]) -> None:
    for done in run[-5:]:
        again = step(*pickle.loads(pickle.dumps((done.before, done.event))), RAFT)
        assert again == done
        assert hash(again) == hash(done)


@laws
@given(runs())
def test_a_turn_reads_and_changes_one_node(run: list[Step]) -> None:
    for done in run:
        name = actor(done.event)
        if name is None:
            assert done.after.nodes == done.before.nodes
            continue
        place = done.before.names.index(name)
        for nodes in (done.before.nodes, done.after.nodes):
            assert len(nodes) == len(done.before.nodes)
        others = [i for i in range(len(done.before.nodes)) if i != place]
        assert all(done.after.nodes[i] is done.before.nodes[i] for i in others)
        reaction = react(done.before.nodes[place], done.event)
        assert reaction == (done.after.nodes[place], done.sent, done.firings)


@laws
@given(runs())
def test_no_rule_sees_the_past(run: list[Step]) -> None:
    for done in run:
        amnesiac = replace(done.before, pasts=(Past(),) * len(done.before.pasts))
        assert step(amnesiac, done.event).after.nodes == done.after.nodes


@laws
@given(runs(), st.integers(0, 8))
def test_messages_are_conserved(run: list[Step], alone: int) -> None:
    last = run[-1].after
    apart = last.names[alone % len(last.names)]
    extra = [step(last, Partition(((apart,),)))] if len(last.nodes) > 1 else []
    extra += [step(done.after, Timeout(apart)) for done in extra if can_stand(done.after, apart)]
    for done in run + extra:
        arrived = Counter(m for m in [delivered(done.event)] if m is not None)
        copied = Counter([done.event.message] if isinstance(done.event, Duplicate) else [])
        lost_on_arrival = arrived & Counter(done.lost)
        there_before = Counter(done.before.network) + Counter(done.sent) + copied
        gone = arrived - lost_on_arrival + Counter(done.lost)
        assert Counter(done.after.network) == there_before - gone
        assert not gone - there_before


def can_stand(cluster: Cluster, name: str) -> bool:
    node = cluster.node(name)
    return node.up and node.role is not Role.LEADER


def delivered(event: Event):
    inner = event.during if isinstance(event, Crash) else event
    return inner.message if isinstance(inner, Deliver) else None


@laws
@given(runs())
def test_the_firings_tell_the_whole_turn(run: list[Step]) -> None:
    for done in run:
        if done.firings:
            after = done.after.node(done.firings[-1].node.name)
            assert replace(done.firings[-1].node, up=after.up) == after
        for firing in done.firings:
            if isinstance(firing.gave, Node):
                assert firing.gave == firing.node
            if isinstance(firing.gave, Log):
                assert firing.gave == firing.node.log
        if not isinstance(done.event, Crash):
            said = [f.gave for f in done.firings if type(f.gave).__module__ == MESSAGES]
            assert tuple(said) == done.sent


ROOT = Path(__file__).parents[2]
MESSAGES = AppendEntries.__module__


def renamed(value, names: dict[str, str]):
    """The same value with every node called by its new name."""
    match value:
        case str():
            return names.get(value, value)
        case FrozenMap():
            return FrozenMap.of({renamed(k, names): v for k, v in value.items()})
        case Cluster():
            pairs = zip(value.nodes, value.pasts, strict=True)
            anew = sorted(((renamed(n, names), p) for n, p in pairs), key=lambda pair: pair[0].name)
            return Cluster(
                tuple(node for node, _ in anew),
                tuple(past for _, past in anew),
                renamed(value.network, names),
                renamed(value.cut, names),
            )
        case tuple():
            return tuple(renamed(item, names) for item in value)
        case _ if is_dataclass(value):
            anew = {f.name: renamed(getattr(value, f.name), names) for f in fields(value)}
            if "members" in anew:
                anew["members"] = tuple(sorted(anew["members"]))
            return type(value)(**anew)
        case _:
            return value


@settings(max_examples=25)
@given(runs(most=4, length=40), st.permutations(NAMES[:4]))
def test_a_name_is_only_a_name(run: list[Step], order: list[str]) -> None:
    size = len(run[0].before.nodes)
    new = [name for name in order if name in NAMES[:size]]
    names = dict(zip(NAMES[:size], new, strict=True))
    for done in run[-10:]:
        other = step(renamed(done.before, names), renamed(done.event, names))
        expected = renamed(done.after, names)
        assert (other.after.nodes, other.after.pasts) == (expected.nodes, expected.pasts)
        # To whom a node writes first follows the order of the names.
        assert Counter(other.after.network) == Counter(expected.network)
        assert Counter(other.lost) == Counter(renamed(done.lost, names))


PRINT_A_RUN = """
from tests.raft.runs import drive
from raftlab.raft import Cluster
for done in drive(Cluster.of("node1", "node2", "node3"), 7, 80):
    print(done)
"""


def test_nothing_depends_on_the_order_of_a_set() -> None:
    def transcript(hash_seed: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", PRINT_A_RUN],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout

    assert len(transcript("1").splitlines()) == 80
    assert transcript("1") == transcript("2")
