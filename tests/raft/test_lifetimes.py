"""What a crash keeps and what it loses; that a reply follows the disk. (Figure 2, State)"""

from dataclasses import replace

import pytest

from raftlab.raft import (
    RAFT,
    ClientCommand,
    Cluster,
    Crash,
    Deliver,
    Disk,
    FrozenMap,
    Heartbeat,
    Node,
    NotPossible,
    Replicate,
    RequestVote,
    Restart,
    Role,
    Timeout,
    VoteReply,
    step,
)

from .clusters import (
    NAMES,
    Play,
    append,
    candidate,
    cluster,
    command,
    leader,
    log,
    node,
    turn,
)


@pytest.mark.parametrize(
    "before",
    [
        node("node1", 1, 2, voted_for="node2", leader_id="node2", commit_index=2, last_applied=1),
        candidate("node1", 1, current_term=3, commit_index=1),
        leader("node1", 1, 2, commit_index=2, machine=FrozenMap.of({"x1": "t1"})),
    ],
    ids=lambda node: node.role.value,
)
def test_a_crash_keeps_term_vote_and_log_and_nothing_else(before: Node) -> None:
    down, sent = turn(before, Crash("node1"))
    kept = Disk(before.current_term, before.voted_for, before.log)
    assert (sent, down) == (
        [],
        Node(
            name="node1",
            configuration=before.configuration,
            current_term=kept.current_term,
            voted_for=kept.voted_for,
            log=kept.log,
            disk=kept,
            up=False,
        ),
    )
    assert turn(down, Restart("node1")) == (replace(down, up=True), [])


def test_what_never_reached_the_disk_is_gone() -> None:
    # Misconception 27: memory and disk differ only within a turn; here they are made to.
    before = replace(node("node1", 1, voted_for="node1"), current_term=5, log=log(1, 5))
    down, _ = turn(before, Crash("node1"))
    assert (down.current_term, down.log) == (1, log(1))


@pytest.mark.parametrize(
    ("before", "during"),
    [
        (node("node1", 1), Timeout("node1")),
        (node("node1"), Deliver(RequestVote("node2", "node1", 1, 0, 0))),
        (node("node1", current_term=1), Deliver(append((0, 0), 1, 1, commit=1))),
        (leader("node1", 1), ClientCommand("node1", command(2, 1))),
        (leader("node1", 1, size=1), ClientCommand("node1", command(2, 1))),
        (leader("node1", 1), Replicate("node1")),
        (leader("node1", 1), Heartbeat("node1", "node2")),
        (candidate("node1", current_term=1), Deliver(VoteReply("node2", "node1", 1, True))),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_crash_in_the_middle_of_a_turn_persists_and_says_nothing(before, during) -> None:
    whole, _ = turn(before, during)
    down, sent = turn(before, Crash("node1", during))
    assert sent == []
    assert down == turn(whole, Crash("node1"))[0]


def test_the_message_that_a_node_crashed_on_is_gone() -> None:
    request = RequestVote("node2", "node1", 1, 0, 0)
    start = cluster(node("node1"), node("node2", size=3), network=(request, request))
    done = step(start, Crash("node1", Deliver(request)))
    assert (done.sent, done.after.network) == ((), (request,))


def test_replies_leave_after_the_disk() -> None:
    # Misconceptions 28, 29: what a message promises is on disk when it leaves.
    stands, sent = turn(node("node1", 1), Timeout("node1"))
    assert stands.disk == Disk(current_term=2, voted_for="node1", log=log(1))
    assert [request.term for request in sent] == [2, 2]

    votes, _ = turn(node("node1"), RequestVote("node2", "node1", 1, 0, 0))
    assert votes.disk == Disk(current_term=1, voted_for="node2")

    follows, _ = turn(node("node1", current_term=1), append((0, 0), 1, 1))
    assert follows.disk == Disk(current_term=1, log=log(1, 1))

    leads, _ = turn(leader("node1", 1), ClientCommand("node1", command(2, 1)))
    assert leads.disk == Disk(current_term=1, voted_for="node1", log=log(1, 1))


def test_persisting_comes_last_of_all_rules() -> None:
    request = RequestVote("node2", "node1", 1, 0, 0)
    done = step(cluster(node(), network=(request,)), Deliver(request))
    assert [firing.rule for firing in done.firings] == [
        "adopt_newer_term",
        "is_stale",
        "may_vote",
        "log_is_up_to_date",
        "grant_vote",
        "reply",
        "resets_election_timer",
        "may_apply",
        "persist",
    ]


def test_a_restarted_node_does_not_vote_twice() -> None:
    # Misconception 26
    voted, _ = turn(node("node1"), RequestVote("node2", "node1", 1, 0, 0))
    down, _ = turn(voted, Crash("node1"))
    back, _ = turn(down, Restart("node1"))
    _, sent = turn(back, RequestVote("node3", "node1", 1, 0, 0))
    assert sent == [VoteReply("node1", "node3", 1, vote_granted=False)]


def test_a_restarted_node_learns_the_commit_point_and_applies_anew() -> None:
    # Misconception 30: commit_index and the machine are volatile, and come back
    play = Play(Cluster.of(*NAMES[:3]))
    play.elect("node1", "node2", "node3")
    play.replicate("node1", "node2", "node3", text="SET key1 valueA")
    play.heartbeat("node1")
    play.do(Crash("node2"), Restart("node2"))
    back = play.node("node2")
    assert (back.commit_index, back.last_applied, dict(back.machine)) == (0, 0, {})
    play.heartbeat("node1")
    back = play.node("node2")
    assert (back.commit_index, back.last_applied) == (1, 1)
    assert dict(back.machine) == {"key1": "valueA"}
    assert play.broken == []


def test_a_node_that_is_down_hears_nothing() -> None:
    play = Play(Cluster.of(*NAMES[:3]))
    play.do(Crash("node2"), Timeout("node1"))
    to_node2 = play.cluster.network[0]
    before = play.node("node2")
    done = step(play.cluster, Deliver(to_node2))
    assert (done.after.node("node2"), done.firings, done.lost) == (before, (), (to_node2,))
    assert to_node2 not in done.after.network
    for event in (Timeout("node2"), ClientCommand("node2", "SET a 1"), Crash("node2")):
        with pytest.raises(NotPossible, match=r"^node2 is down: it can only restart\.$"):
            step(play.cluster, event)


def test_only_what_is_down_can_restart() -> None:
    with pytest.raises(NotPossible, match=r"^node1 runs already\.$"):
        step(Cluster.of(*NAMES[:3]), Restart("node1"))


def forgets_the_vote(node: Node) -> Node:
    return replace(Node(node.name, node.configuration), current_term=node.disk.current_term,
                   log=node.disk.log, disk=node.disk)  # fmt: skip


def never_saves_the_vote(node: Node) -> Node:
    return replace(node, disk=Disk(node.current_term, None, node.log))


@pytest.mark.parametrize(
    "wrong",
    [{"restart": forgets_the_vote}, {"persist": never_saves_the_vote}],
    ids=["restart", "persist"],
)
def test_a_forgotten_vote_makes_two_leaders(wrong) -> None:
    # Misconception 26; the first leader has crashed by then, and is remembered
    play = Play(Cluster.of(*NAMES[:3]), RAFT.but(**wrong))
    play.elect("node1", "node2")
    assert play.node("node1").role is Role.LEADER
    play.do(Crash("node2"), Restart("node2"), Crash("node1"))
    play.elect("node3", "node2")
    assert play.broken == ["node1 and node3 both led term 1."] * len(play.broken) != []


def replies_before_persisting(turn, cut_short: bool) -> None:
    """The messages leave, and a crash comes before the disk."""
    if not cut_short:
        turn.become("persist")


def test_a_reply_before_the_disk_makes_two_leaders() -> None:
    # Misconception 29, as a change of order
    play = Play(Cluster.of(*NAMES[:3]), RAFT.but(end_turn=replies_before_persisting))
    play.do(Timeout("node1"))
    request = play.cluster.network[0]
    play.do(Crash("node2", Deliver(request)), Restart("node2"))
    play.deliver(("node2", "node1"))
    assert play.node("node1").role is Role.LEADER
    play.elect("node3", "node2")
    assert "node1 and node3 both led term 1." in play.broken
