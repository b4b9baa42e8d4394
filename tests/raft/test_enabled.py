"""What can happen next, each kind once, and that nothing else of these kinds can."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raftlab.raft import (
    RAFT,
    ClientCommand,
    Cluster,
    Crash,
    Cut,
    Delay,
    Deliver,
    Drop,
    Duplicate,
    Event,
    Heal,
    Heartbeat,
    NotPossible,
    Partition,
    Replicate,
    RequestVote,
    Restart,
    Timeout,
    VoteReply,
    enabled,
    step,
    why_not,
)

from .clusters import NAMES, cluster, leader, node
from .runs import drive

ASK = RequestVote("node1", "node2", 1, 0, 0)
SET = "SET a 1"


def test_a_fresh_cluster() -> None:
    first, second = "node1", "node2"
    assert enabled(Cluster.of(first, second), (SET,)) == (
        Timeout(first),
        ClientCommand(first, SET),
        Timeout(second),
        ClientCommand(second, SET),
        Crash(first),
        Crash(second),
        Crash(first, Timeout(first)),
        Crash(first, ClientCommand(first, SET)),
        Crash(second, Timeout(second)),
        Crash(second, ClientCommand(second, SET)),
    )


def test_equal_messages_are_offered_once() -> None:
    two = replace(Cluster.of("node1", "node2"), network=(ASK, ASK))
    for_messages = [e for e in enabled(two) if isinstance(e, Deliver | Drop | Duplicate)]
    assert for_messages == [Deliver(ASK), Drop(ASK), Duplicate(ASK)]
    assert Crash("node2", Deliver(ASK)) in enabled(two)


def test_a_node_that_is_down() -> None:
    down = step(replace(Cluster.of("node1", "node2"), network=(ASK,)), Crash("node2")).after
    of_node2 = [e for e in enabled(down, (SET,)) if "node2" in repr(e) and "node1'" not in repr(e)]
    assert of_node2 == [Restart("node2")]
    assert Deliver(ASK) in enabled(down)  # it arrives, and is lost
    assert Crash("node2", Deliver(ASK)) not in enabled(down)


LEADING = cluster(
    leader("node1", 1, next_index=leader().next_index.set("node2", 1).set("node3", 2)),
    node("node2"),
    node("node3", 1),
)


def own(cluster: Cluster, name: str) -> list[Event]:
    kinds = Timeout | Replicate | Heartbeat | ClientCommand
    return [e for e in enabled(cluster) if isinstance(e, kinds) and e.node == name]


def test_a_leader_sends_entries_to_who_lacks_some_and_heartbeats_to_anyone() -> None:
    assert own(LEADING, "node1") == [
        Replicate("node1"),
        Replicate("node1", "node2"),
        Heartbeat("node1"),
        Heartbeat("node1", "node2"),
        Heartbeat("node1", "node3"),
    ]
    assert own(LEADING, "node2") == [Timeout("node2")]


def test_with_one_peer_it_and_all_are_the_same() -> None:
    pair = cluster(leader("node1", 1, size=2), node("node2", size=2))
    assert own(pair, "node1") == [Heartbeat("node1", "node2")]
    assert why_not(pair, Heartbeat("node1")) is None


def test_a_leader_alone_has_nobody_to_write_to() -> None:
    assert own(cluster(leader(size=1)), "node1") == []


def test_commands_are_the_callers_to_choose() -> None:
    commands = [e for e in enabled(LEADING, (SET, "SET b 2")) if isinstance(e, ClientCommand)]
    assert commands == [ClientCommand(n, c) for n in NAMES[:3] for c in (SET, "SET b 2")]
    assert not [e for e in enabled(LEADING) if isinstance(e, ClientCommand)]


def test_a_delay_is_offered_where_another_message_can_come_first() -> None:
    other = RequestVote("node1", "node3", 1, 0, 0)
    three = replace(Cluster.of(*NAMES[:3]), network=(ASK, other))
    assert [e for e in enabled(three) if isinstance(e, Delay)] == [Delay(ASK)]


ONE_CUT = step(replace(Cluster.of(*NAMES[:3]), network=(ASK,)), Cut("node2", "node1")).after


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (Delay(ASK), "No other message was sent after this one."),
        (Delay(replace(ASK, term=2)), "This message is not in flight (any more)."),
        (Cut("node2", "node1"), "The link from node2 to node1 is cut already."),
        (Cut("node2", "node2"), "No link leads from node2 to itself."),
        (Cut("node2", "node9"), "There is no node named 'node9'; there are node1, node2, node3."),
        (Cut("node9", "node2"), "There is no node named 'node9'; there are node1, node2, node3."),
        (Cut("node1", "node2"), None),
    ],
)
def test_why_a_message_cannot_be_held_back_and_a_link_not_cut(event, sentence) -> None:
    assert why_not(ONE_CUT, event) == sentence


def test_healing_is_offered_while_links_are_cut() -> None:
    parted = step(LEADING, Partition((("node1",),))).after
    assert Heal() in enabled(parted)
    assert Heal() not in enabled(LEADING)


def of_the_listed_kinds(cluster: Cluster) -> list[Event]:
    """Every event of the kinds that `enabled` lists, possible or not."""
    names = cluster.names
    messages = [*dict.fromkeys(cluster.network), VoteReply(names[0], names[-1], 99, True)]
    turns: list[Event] = [Deliver(message) for message in messages]
    for name in names:
        turns += [Timeout(name), ClientCommand(name, SET)]
        turns += [kind(name, to) for kind in (Replicate, Heartbeat) for to in (None, *names)]
    other: list[Event] = [kind(m) for kind in (Drop, Duplicate, Delay) for m in messages]
    other += [kind(name) for kind in (Crash, Restart) for name in names]
    return [*turns, *other, Heal(), *(Crash(n, t) for n in names for t in turns)]  # type: ignore[arg-type]


def is_broadcast_to_one(cluster: Cluster, event: Event) -> bool:
    """With a single peer, "to all" is possible and, being the same, not listed."""
    turn = event.during if isinstance(event, Crash) else event
    return len(cluster.nodes) == 2 and isinstance(turn, Replicate | Heartbeat) and turn.peer is None


SEEDS = st.integers(0, 10**6)
LENGTHS = st.integers(1, 120)


@settings(max_examples=25)
@given(st.integers(1, 4), SEEDS, LENGTHS)
def test_what_is_listed_can_happen_and_nothing_else(size: int, seed: int, length: int) -> None:
    steps = drive(Cluster.of(*NAMES[:size]), seed, length)
    now = steps[-1].after
    listed = enabled(now, (SET,))
    assert len(set(listed)) == len(listed)
    for event in listed:
        assert why_not(now, event) is None
        step(now, event, RAFT)
    for event in set(of_the_listed_kinds(now)) - set(listed):
        if is_broadcast_to_one(now, event):
            continue
        sentence = why_not(now, event)
        assert sentence is not None
        assert sentence[0].isalpha()
        assert sentence.endswith((".", ")."))
        with pytest.raises(NotPossible) as refusal:
            step(now, event)
        assert str(refusal.value) == sentence


@settings(max_examples=25)
@given(st.integers(1, 5), SEEDS, LENGTHS)
def test_the_order_is_always_the_same(size: int, seed: int, length: int) -> None:
    steps = drive(Cluster.of(*NAMES[:size]), seed, length)
    for done in steps[-3:]:
        assert enabled(done.after, (SET,)) == enabled(replace(done.after), (SET,))
        # What happens to be remembered makes nothing possible or impossible.
        amnesiac = replace(done.after, pasts=Cluster.of(*NAMES[:size]).pasts)
        assert enabled(done.after, (SET,)) == enabled(amnesiac, (SET,))
