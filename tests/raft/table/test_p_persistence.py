"""Table P: what is on the disk, and when. (Figure 2, State)"""

from dataclasses import replace

import pytest

from raftlab.raft import (
    RAFT,
    AppendReply,
    ClientCommand,
    Cluster,
    Compact,
    Crash,
    Deliver,
    Disk,
    Entry,
    Event,
    Heartbeat,
    Log,
    Message,
    Node,
    RequestVote,
    Restart,
    Rules,
    Timeout,
    VoteReply,
    broken_by,
    broken_in,
    react,
    step,
)
from raftlab.raft.lemmas import PROPERTIES

from ..clusters import (
    NAMES,
    Play,
    append,
    candidate,
    cluster,
    command,
    entries,
    leader,
    log,
    node,
    turn,
)
from .tables import otherwise, row


@row("P01")
@otherwise("P01")
def test_a_restart_keeps_term_vote_and_log_and_applies_anew() -> None:
    play = Play(Cluster.of(*NAMES[:3]))
    play.elect("node1", "node2", "node3")
    for text in ("SET a 1", "SET b 2"):
        play.replicate("node1", "node2", "node3", text=text)
    play.heartbeat("node1")
    before = play.node("node2")
    assert (before.current_term, before.voted_for, before.commit_index) == (1, "node1", 2)
    play.do(Crash("node2"), Restart("node2"))
    back = play.node("node2")
    kept = (back.current_term, back.voted_for, back.log)
    assert kept == (before.current_term, before.voted_for, before.log)
    # The row's commit index comes from the disk; here it comes from the leader.
    assert (back.commit_index, back.last_applied, dict(back.machine)) == (0, 0, {})
    play.do(Heartbeat("node1", "node2"))
    [beat] = play.cluster.network
    taken = step(play.cluster, Deliver(beat))
    applied = [f.node.last_applied for f in taken.firings if f.rule == "apply_next"]
    assert applied == [1, 2]
    assert taken.after.node("node2") == before
    assert play.broken == []


@row("P02")
def test_a_restart_begins_with_the_snapshot_and_applies_what_is_behind_it() -> None:
    play = Play(Cluster.of(*NAMES[:3]))
    play.elect("node1", "node2", "node3")
    for text in ("SET a 1", "SET b 2"):
        play.replicate("node1", "node2", "node3", text=text)
    play.heartbeat("node1")
    play.do(Compact("node2"))
    play.replicate("node1", "node2", "node3", text="SET c 3")
    play.heartbeat("node1")
    before = play.node("node2")
    assert (before.log, before.last_applied) == (Log((Entry(1, "SET c 3"),), 2, 1), 3)
    play.do(Crash("node2"), Restart("node2"))
    back = play.node("node2")
    assert (back.log, back.snapshot) == (before.log, before.snapshot)
    # Unlike the commit index, what a snapshot covers is known from the disk.
    assert (back.commit_index, back.last_applied) == (2, 2)
    assert dict(back.machine) == {"a": "1", "b": "2"}
    play.do(Heartbeat("node1", "node2"))
    [beat] = play.cluster.network
    taken = step(play.cluster, Deliver(beat))
    applied = [f.node.last_applied for f in taken.firings if f.rule == "apply_next"]
    assert applied == [3]
    assert taken.after.node("node2") == before
    assert play.broken == []


def must_save(node: Node, event: Event) -> bool:
    """Whether the turn ends with something new for the disk."""
    *_, last, save = react(node, event).firings
    assert save.rule == "persist"
    assert save.node == replace(last.node, disk=save.node.disk)
    return last.node.disk != save.node.disk


COMMITTED = {"commit_index": 1, "last_applied": 1}


@row("P03")
@pytest.mark.parametrize(
    ("before", "event", "saves"),
    [
        (node(), Timeout("node1"), True),
        (node(), RequestVote("node2", "node1", 1, 0, 0), True),
        (node(current_term=1, voted_for="node3"), RequestVote("node2", "node1", 1, 0, 0), False),
        (node(current_term=1), append((0, 0), 1), True),
        (node("node1", 1), append((0, 0), 1), False),
        (node("node1", 1), append((1, 1), commit=1), False),  # a commit alone
        (node("node1", 1), append((0, 0), 1, commit=1), False),
        (node("node1", 1), append((1, 1), 1, commit=2), True),
        (node("node1", 1), append((2, 1), 1), False),
        (node("node1", 1), append((2, 1), 1, term=2), True),  # the term, though refused
        (node("node1", 1, current_term=2), append((0, 0), 1), False),
        (candidate(current_term=1), VoteReply("node2", "node1", 1, True), False),
        (candidate(current_term=1), VoteReply("node2", "node1", 2, False), True),
        (leader("node1", 1), ClientCommand("node1", command(2, 1)), True),
        (leader("node1", 1), AppendReply("node2", "node1", 1, True, 0, 1), False),
        (leader("node1", 1), Heartbeat("node1"), False),
        (leader("node1", 1, **COMMITTED), ClientCommand("node1", command(2, 1)), True),
        (node("node1", 1, **COMMITTED), Compact("node1"), True),
    ],
)
def test_what_must_be_saved(before: Node, event, saves: bool) -> None:
    assert must_save(before, Deliver(event) if isinstance(event, Message) else event) == saves


def order(node: Node, event: Event) -> list[str]:
    return [firing.rule for firing in react(node, event).firings]


@row("P04")
@pytest.mark.parametrize(
    ("before", "message", "disk"),
    [
        (node(), RequestVote("node2", "node1", 1, 0, 0), Disk(1, "node2")),
        (node(current_term=1), append((0, 0), 1, 1), Disk(1, None, log(1, 1))),
        (node("node1", 1, 2, 2), append((1, 1), 3, term=3), Disk(3, None, log(1, 3))),
    ],
    ids=["a vote", "entries", "a conflict"],
)
def test_a_reply_leaves_after_the_disk(before: Node, message, disk: Disk) -> None:
    after, sent = turn(before, message)
    assert (after.disk, len(sent)) == (disk, 1)
    assert order(before, Deliver(message))[-1] == "persist"
    # A crash just after the disk: what was promised is there, and nobody has heard of it.
    down, sent = turn(before, Crash("node1", Deliver(message)))
    assert (down.disk, sent) == (disk, [])


@otherwise("P04")
@pytest.mark.parametrize("size", [1, 3])
def test_a_leader_counts_itself_in_the_turn_that_saves_the_entry(size: int) -> None:
    before, event = leader("node1", size=size, current_term=1), ClientCommand("node1", "SET a 1")
    rules = order(before, event)
    assert rules.index("append_command") < rules.index("leader_commit_index")
    assert rules[-1] == "persist"
    after, sent = turn(before, event)
    assert (after.commit_index, sent) == (1 if size == 1 else 0, [])
    # Whether or not a crash cuts the turn short, what was committed is on the disk.
    down, _ = turn(before, Crash("node1", event))
    assert down.disk.log == after.disk.log == after.log


def answers_first(turn, cut_short: bool) -> None:
    """The messages leave, and a crash comes before the disk."""
    if not cut_short:
        turn.become("persist")


@row("P04")
@pytest.mark.parametrize(
    ("rules", "broken"),
    [(RAFT, []), (RAFT.but(end_turn=answers_first), ["Durable Before Reply"])],
    ids=["the disk first", "the answer first"],
)
def test_a_reply_before_the_disk_is_found(rules: Rules, broken: list[str]) -> None:
    request = append((0, 0), 1, 1, ends=("node2", "node1"))
    start = cluster(
        node(current_term=1), leader("node2", 1, 1), node("node3", current_term=1),
        network=(request,),
    )  # fmt: skip
    taken = step(start, Crash("node1", Deliver(request)), rules)
    assert [v.property.name for v in broken_by(taken, PROPERTIES)] == broken


# A crash while a tail is cut off -----------------------------------------------------------------


def half_done(kept: tuple[int, ...]):
    """`persist`, stopped while entries 2 to 4 are deleted: only those at `kept` are left."""

    def persist(node: Node) -> Node:
        if node.log == node.disk.log:
            return RAFT.persist(node)
        left = Log(tuple(node.disk.log[index] for index in kept))
        return replace(node, disk=Disk(node.current_term, node.voted_for, left))

    return RAFT.but(persist=persist)


OLD = log(1, 2, 2, 2)
CUT_AND_EXTENDED = log(1, 3)


@row("P08")
@pytest.mark.parametrize(
    ("rules", "disk", "broken"),
    [
        # A turn is whole: the disk has the log before it, or the log after it.
        pytest.param(RAFT, CUT_AND_EXTENDED, [], id="whole"),
        pytest.param(half_done((1, 2, 3)), log(1, 2, 2), [], id="from the tail"),
        pytest.param(half_done((1, 2)), log(1, 2), [], id="further from the tail"),
        pytest.param(half_done((1,)), log(1), [], id="all that conflicts"),
        # From the front there would be a hole; a log has none, so that what is behind moves up.
        pytest.param(
            half_done((1, 3, 4)),
            Log((*entries(1), *entries(2, 2, start=3))),
            ["Log Matching"],
            id="from the front",
        ),
    ],
)
def test_a_crash_while_a_tail_is_deleted(rules: Rules, disk: Log, broken: list[str]) -> None:
    request = append((1, 1), 3, term=3, ends=("node2", "node1"))
    nodes = (
        node("node1", current_term=2, log=OLD),
        leader("node2", 1, 3),
        node("node3", current_term=2, log=OLD),
    )
    start = cluster(*nodes, network=(request,))
    assert broken_in(start) == ()
    taken = step(start, Crash("node1", Deliver(request)), rules)
    back = step(taken.after, Restart("node1"), rules).after
    assert back.node("node1").log == disk
    assert [v.property.name for v in broken_in(back)] == broken


@row("P08")
def test_a_log_has_no_hole() -> None:
    for held in (Log(), OLD, Log(OLD.entries, prefix_index=7, prefix_term=1)):
        indexes = [index for index, _ in held.numbered()]
        assert indexes == list(range(held.first_index, held.last_index + 1))
        cut = [held.up_to(index) for index in range(held.prefix_index, held.last_index + 1)]
        assert [log.last_index for log in cut] == [held.prefix_index, *indexes]
