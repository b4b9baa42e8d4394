"""When an entry counts for good, and when it is applied. (§5.3, §5.4.2, Figure 8)

No entry is made by an election here: where a published test counts a no-op, these count without.
"""

from dataclasses import replace

import pytest

from raftlab.raft import (
    RAFT,
    AppendReply,
    ClientCommand,
    Cluster,
    Crash,
    Entry,
    FrozenMap,
    Node,
    Replicate,
    Restart,
    Role,
    Timeout,
)
from raftlab.raft.commitment import leader_commit_index
from raftlab.raft.node import persist

from .clusters import (
    NAMES,
    Play,
    append,
    cluster,
    command,
    leader,
    node,
    terms,
    turn,
)


@pytest.mark.parametrize(
    ("size", "acks", "committed"),
    [
        (1, [], True),
        (2, [], False),
        (2, [2], True),
        (3, [], False),
        (3, [2], True),
        (3, [2, 3], True),
        (4, [2], False),  # two of four are no majority
        (4, [2, 3], True),
        (5, [], False),
        (5, [2], False),
        (5, [2, 3], True),  # the leader counts (misconception 22)
        (5, [2, 3, 4], True),
        (5, [2, 3, 4, 5], True),
    ],
)
def test_a_majority_of_servers_commits(size: int, acks: list[int], committed: bool) -> None:
    # Figure 2, Leaders 4
    now, _ = turn(leader(size=size, current_term=1), ClientCommand("node1", command(1, 1)))
    for number in acks:
        now, _ = turn(now, AppendReply(f"node{number}", "node1", 1, True, 0, match_index=1))
    assert now.commit_index == now.last_applied == int(committed)
    assert dict(now.machine) == ({"x1": "t1"} if committed else {})


def test_committing_applies_and_the_next_message_says_so() -> None:
    before = leader("node1", 1)
    after, sent = turn(before, AppendReply("node2", "node1", 1, True, 0, match_index=1))
    assert after == persist(
        replace(
            before,
            commit_index=1,
            last_applied=1,
            machine=FrozenMap.of({"x1": "t1"}),
            match_index=FrozenMap.of({"node2": 1, "node3": 0}),
        )
    )
    assert sent == []
    _, sent = turn(after, ClientCommand("node1", command(2, 1)))
    grown, _ = turn(after, ClientCommand("node1", command(2, 1)))
    _, sent = turn(grown, Replicate("node1", "node2"))
    assert sent == [append((1, 1), 1, commit=1, ends=("node1", "node2"))]


@pytest.mark.parametrize("old", [(), (2,), (1, 2), (1,)])
def test_an_entry_of_the_own_term_takes_those_before_it_along(old: tuple[int, ...]) -> None:
    # §5.4.2: applied in the order of the log
    play = Play(cluster(*(start(name, *old, current_term=3) for name, start in OF_THREE)))
    play.replicate("node1", "node2", "node3", text=command(len(old) + 1, 3))
    after = play.node("node1")
    assert terms(after.log) == [*old, 3]
    assert after.commit_index == after.last_applied == len(old) + 1
    assert dict(after.machine) == {f"x{i}": f"t{t}" for i, t in enumerate([*old, 3], 1)}


OF_THREE = (("node1", leader), ("node2", node), ("node3", node))


@pytest.mark.parametrize(("acked", "commit"), [(1, 0), (2, 0), (3, 3)])
def test_only_entries_of_the_own_term_commit_by_counting(acked: int, commit: int) -> None:
    # §5.4.2; misconception 21
    after, _ = turn(leader("node1", 1, 2, 3), AppendReply("node2", "node1", 3, True, 0, acked))
    assert after.commit_index == commit


@pytest.mark.parametrize(
    ("held", "match", "commit"),
    [
        ((1, 1, 1), (3, 1, 0, 0), 1),  # each index needs its own majority
        ((1, 1, 1), (3, 2, 0, 0), 2),
        ((1, 1, 1), (1, 2, 3, 3), 3),
        ((1, 2, 2), (2, 1, 1, 1), 0),
        ((1, 2, 2), (3, 2, 0, 0), 2),
        ((1, 2, 2), (0, 0, 0, 0), 0),
    ],
)
def test_the_highest_index_of_a_majority(
    held: tuple[int, ...], match: tuple[int, ...], commit: int
) -> None:
    knows = FrozenMap.of(dict(zip(NAMES[1:5], match, strict=True)))
    assert leader_commit_index(leader("node1", *held, size=5, match_index=knows)) == commit


def test_committed_is_not_yet_applied_elsewhere() -> None:
    # misconception 25: a follower learns of the commit point from a later message
    play = Play(Cluster.of(*NAMES[:3]))
    play.elect("node1", "node2", "node3")
    play.replicate("node1", "node2", "node3", text="SET key1 valueA")
    machines = [dict(n.machine) for n in play.cluster.nodes]
    assert machines == [{"key1": "valueA"}, {}, {}]
    play.heartbeat("node1")
    assert [dict(n.machine) for n in play.cluster.nodes] == [{"key1": "valueA"}] * 3
    assert play.broken == []


@pytest.mark.parametrize(
    ("size", "dead", "success"),
    [(3, 0, True), (3, 1, True), (3, 2, False), (4, 2, False), (5, 2, True), (1, 0, True)],
)
def test_a_majority_must_be_alive(size: int, dead: int, success: bool) -> None:
    play = Play(Cluster.of(*NAMES[:size]))
    play.do(Timeout("node1"), *(Crash(name) for name in NAMES[size - dead : size]))
    play.deliver_all()
    text = "SET key1 valueA"
    play.do(ClientCommand("node1", text))
    if play.node("node1").role is Role.LEADER and size > 1:
        play.replicate("node1", *NAMES[1:size])
    assert dict(play.node("node1").machine) == ({"key1": "valueA"} if success else {})


def test_a_single_server_commits_by_itself() -> None:
    play = Play(Cluster.of("node1"))
    play.do(Timeout("node1"), ClientCommand("node1", "SET a 1"), ClientCommand("node1", "SET a 2"))
    after = play.node("node1")
    assert (after.commit_index, after.last_applied, dict(after.machine)) == (2, 2, {"a": "2"})


def test_a_new_leader_waits_for_an_entry_of_its_own() -> None:
    # §5.4.2: the old leader reached node2 alone; electing node2 commits nothing of its log
    play = Play(Cluster.of(*NAMES[:5]))
    play.elect("node1", *NAMES[1:5])
    play.replicate("node1", *NAMES[1:5], text="SET a 0")
    play.do(ClientCommand("node1", "SET a 1"), ClientCommand("node1", "SET a 2"))
    play.replicate("node1", "node2")
    play.elect("node2", "node3", "node4", "node5")  # its heartbeats, refused, bring the entries
    holders = [n.name for n in play.cluster.nodes if n.log.last_index == 3]
    assert holders == list(NAMES[:5])  # on every server, and yet
    assert play.node("node2").commit_index == 1
    play.replicate("node2", "node3", "node4", text="SET a 3")
    assert play.node("node2").commit_index == 4
    assert play.broken == []


def test_a_deposed_leader_can_see_its_entry_committed_by_another() -> None:
    # misconception 23
    play = Play(Cluster.of(*NAMES[:3]))
    play.elect("node1", "node2", "node3")
    play.replicate("node1", "node2", text="SET a 1")
    play.elect("node2", "node3")
    play.replicate("node2", "node1", "node3", text="SET a 2")
    play.heartbeat("node2")
    assert [terms(n.log) for n in play.cluster.nodes] == [[1, 2]] * 3
    assert [dict(n.machine) for n in play.cluster.nodes] == [{"a": "2"}] * 3
    assert play.broken == []


def figure_8_up_to_c(rules=RAFT) -> Play:
    """Figure 8 (a) to (c): an entry of term 2 on three of five servers, its leader leading term 4.

    Every server starts in term 1 with one entry, committed.
    """
    settled = {"size": 5, "commit_index": 1, "last_applied": 1, "machine": {"x1": "t1"}}
    settled["machine"] = FrozenMap.of(settled["machine"])
    play = Play(cluster(*(node(name, 1, **settled) for name in NAMES[:5])), rules)
    # (a) node1 leads term 2; its entry reaches node2.
    play.elect("node1", "node2", "node3")
    play.replicate("node1", "node2", text=command(2, 2))
    assert [terms(n.log) for n in play.cluster.nodes] == [[1, 2], [1, 2], [1], [1], [1]]
    # (b) node1 crashes; node5 needs a second attempt, leads term 3 with node3 and node4.
    play.do(Crash("node1"))
    play.elect("node5")
    play.elect("node5", "node3", "node4")
    play.replicate("node5", text=command(2, 3))
    assert play.node("node5").role is Role.LEADER
    assert [terms(n.log) for n in play.cluster.nodes] == [[1, 2], [1, 2], [1], [1], [1, 3]]
    # (c) node5 crashes; node1 leads term 4, and the entry of term 2 reaches node3.
    play.do(Crash("node5"), Restart("node1"))
    play.elect("node1")
    play.elect("node1", "node2", "node3")
    play.replicate("node1", text=command(3, 4))
    return play


def node5_takes_over(play: Play) -> None:
    """Node1 crashes; node5 comes back and stands until its term is high enough."""
    play.do(Crash("node1"), Restart("node5"))
    for _ in range(2):
        play.elect("node5", "node2", "node3", "node4")


def test_figure_8_c_a_majority_holds_the_old_entry_and_it_is_not_committed() -> None:
    play = figure_8_up_to_c()
    assert [terms(n.log) for n in play.cluster.nodes] == [[1, 2, 4], [1, 2], [1, 2], [1], [1, 3]]
    leads = play.node("node1")
    assert (leads.role, leads.current_term) == (Role.LEADER, 4)
    assert [leads.match_index[name] for name in ("node2", "node3")] == [2, 2]
    # Until it restarted node1 knew of entry 1; a new leader knows of nothing committed.
    assert (leads.commit_index, play.node("node2").commit_index) == (0, 1)
    assert play.broken == []


def test_figure_8_d_the_old_entry_is_overwritten_and_nothing_breaks() -> None:
    play = figure_8_up_to_c()
    node5_takes_over(play)
    play.replicate("node5", "node2", "node3", "node4", text=command(3, 5))
    leads = play.node("node5")
    assert (leads.role, leads.current_term, leads.commit_index) == (Role.LEADER, 5, 3)
    assert [terms(n.log) for n in play.cluster.nodes if n.up] == [[1, 3, 5]] * 4
    assert play.broken == []


def test_figure_8_e_an_entry_of_the_own_term_saves_the_old_one() -> None:
    play = figure_8_up_to_c()
    play.replicate("node1", "node2", "node3")
    assert play.node("node1").commit_index == 3
    node5_takes_over(play)
    assert play.node("node5").role is Role.CANDIDATE  # node2 and node3 refuse
    assert play.broken == []


def counts_any_term(node: Node) -> int:
    """The commit rule without its last condition."""
    for index in range(node.log.last_index, node.commit_index, -1):
        holders = [peer for peer in node.peers if node.match_index[peer] >= index]
        if node.configuration.is_quorum([node.name, *holders]):
            return index
    return node.commit_index


def test_figure_8_without_the_term_test_loses_a_committed_entry() -> None:
    # misconception 21: Raft's author shipped it once
    play = figure_8_up_to_c(RAFT.but(leader_commit_index=counts_any_term))
    assert play.node("node1").commit_index == 2
    assert play.broken == []
    node5_takes_over(play)
    play.replicate("node5", "node2", "node3", "node4", text=command(3, 5))
    lost = "node5 leads term 5 without entry 2 of term 2, which node1 took for committed in term 4."
    differ = "applied 'SET x2 t2' of term 2 at index 2"
    assert lost in play.broken
    assert any(differ in sentence for sentence in play.broken)


def test_a_committed_entry_outlives_its_leader() -> None:
    play = Play(Cluster.of(*NAMES[:3]))
    play.elect("node1", "node2", "node3")
    play.replicate("node1", "node2", text="SET key1 valueA")
    play.do(Crash("node1"))
    play.elect("node3", "node2")  # its log is behind: no vote
    assert play.node("node3").role is Role.CANDIDATE
    play.elect("node2", "node3")
    assert (play.node("node2").role, play.node("node3").log.last_index) == (Role.LEADER, 1)
    play.replicate("node2", "node3", text="SET key1 valueB")
    play.heartbeat("node2")
    assert dict(play.node("node3").machine) == {"key1": "valueB"}
    assert play.broken == []


def test_an_entry_without_a_command_is_applied_to_no_effect() -> None:
    no_op = replace(append((1, 1), commit=2), entries=(Entry(1, None),))
    after, _ = turn(node("node1", 1), no_op)
    assert (after.last_applied, dict(after.machine)) == (2, {"x1": "t1"})
