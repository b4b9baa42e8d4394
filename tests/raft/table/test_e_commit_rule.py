"""Table E: the commit rule, and Figure 8. (§5.4.2)"""

from itertools import pairwise

import pytest

from raftlab.raft import (
    RAFT,
    AppendEntries,
    AppendReply,
    ClientCommand,
    Cluster,
    Crash,
    Deliver,
    Drop,
    Entry,
    Heal,
    Node,
    Partition,
    Replicate,
    Restart,
    Role,
    Rules,
    Timeout,
)
from raftlab.sim import figure_8
from raftlab.sim.history import History
from raftlab.sim.script import deliver_all, perform

from ..clusters import NAMES, Play, leader, log, terms, turn
from .tables import WITH_NO_OP, begin, otherwise, row, said

S1, S2, S3, S4, S5 = NAMES[:5]


@row("E01")
@pytest.mark.parametrize(("acked", "commit"), [(1, 0), (2, 0), (3, 3)])
def test_a_leader_counts_for_its_own_term_alone(acked: int, commit: int) -> None:
    with_no_op = log(1, 2).append(Entry(3, None), Entry(3, "SET a 1"))
    before = leader("node1", current_term=3, log=with_no_op)
    after, _ = turn(before, AppendReply("node2", "node1", 3, True, 0, acked))
    assert after.commit_index == commit


# A new leader and the entries of the old one ------------------------------------------------------


def two_entries_reach_node2(rules: Rules) -> Play:
    """node1 leads term 1, all have committed its first entry, and node2 alone has two more."""
    play = Play(Cluster.of(*NAMES[:5]), rules)
    play.elect("node1", *NAMES[1:5])
    begin(play, "node1")
    play.replicate("node1", *NAMES[1:5])
    play.heartbeat("node1")
    assert {n.commit_index for n in play.cluster.nodes} == {1}
    play.do(Partition((("node1", "node2"),)))
    play.do(ClientCommand("node1", "SET a 1"), ClientCommand("node1", "SET a 2"))
    play.replicate("node1", "node2")
    play.do(Heal())
    assert [n.log.last_index for n in play.cluster.nodes] == [3, 3, 1, 1, 1]
    assert play.node("node1").commit_index == 1
    return play


def drop_appends(play: Play) -> None:
    """Everything arrives but AppendEntries and their answers."""
    while play.cluster.network:
        message = play.cluster.network[0]
        lost = isinstance(message, AppendEntries | AppendReply)
        play.do(Drop(message) if lost else Deliver(message))


@row("E05")
@otherwise("E05")
@pytest.mark.parametrize("rules", [WITH_NO_OP, RAFT], ids=said)
def test_no_old_entry_commits_without_a_new_one(rules: Rules) -> None:
    play = two_entries_reach_node2(rules)
    assert play.node("node2").commit_index == 1
    play.do(Timeout("node2"))
    drop_appends(play)
    leads = play.node("node2")
    appended = 4 if rules is WITH_NO_OP else 3
    assert (leads.role, leads.current_term, leads.commit_index) == (Role.LEADER, 2, 1)
    assert leads.log.last_index == appended
    begin(play, "node2")
    play.do(ClientCommand("node2", "SET a 3"), Replicate("node2"))
    play.deliver_all()
    assert play.node("node2").commit_index == 5
    assert play.broken == []


@row("E06")
@otherwise("E06")
@pytest.mark.parametrize(("rules", "commit"), [(WITH_NO_OP, 4), (RAFT, 1)], ids=["no-op", "paper"])
def test_electing_a_leader_commits_what_its_no_op_takes_along(rules: Rules, commit: int) -> None:
    play = two_entries_reach_node2(rules)
    play.elect("node2", *NAMES[:5])
    assert play.node("node2").commit_index == commit
    # Without a no-op the old entries are on all five by now, and not committed.
    assert sum(n.log.last_index >= 3 for n in play.cluster.nodes) == 5
    play.replicate("node2", *NAMES[2:5], text="SET a 3")
    assert play.node("node2").commit_index == (5 if rules is WITH_NO_OP else 4)
    assert play.broken == []


# Figure 8 -----------------------------------------------------------------------------------------

cut_off_or_crashed = pytest.mark.parametrize("crashed", [False, True], ids=["cut off", "crashed"])


def logs(history: History) -> list[list[int]]:
    return [terms(n.log) for n in history.cluster.nodes]


def commits(history: History) -> list[int]:
    return [n.commit_index for n in history.cluster.nodes]


def roles(history: History) -> dict[str, tuple[Role, int]]:
    """Who leads or stands, and in which term; of those that run."""
    running = [n for n in history.cluster.nodes if n.up and n.role is not Role.FOLLOWER]
    return {n.name: (n.role, n.current_term) for n in running}


def node5_stands(history: History) -> tuple[Role, int]:
    perform(history, Timeout(S5))
    deliver_all(history)
    stood: Node = history.cluster.node(S5)
    return stood.role, stood.current_term


def unbroken(history: History) -> bool:
    return all(moment.violations == () for moment in history.moments)


@row("E-8a")
def test_figure_8_a() -> None:
    history = figure_8("a")
    assert roles(history) == {S1: (Role.LEADER, 2)}
    assert logs(history) == [[1, 2], [1, 2], [1], [1], [1]]
    assert commits(history) == [1, 1, 1, 1, 1]
    assert unbroken(history)


@row("E-8b")
@otherwise("E-8b")
def test_figure_8_b() -> None:
    history = figure_8("b", crashed=True)
    assert not history.cluster.node(S1).up
    assert roles(history) == {S5: (Role.LEADER, 3)}
    voted = {n.name: n.voted_for for n in history.cluster.nodes if n.current_term == 3}
    assert voted == {S2: None, S3: S5, S4: S5, S5: S5}
    assert terms(history.cluster.node(S5).log) == [1, 3]
    assert commits(history) == [0, 1, 1, 1, 1]  # node1 has forgotten its own
    assert commits(figure_8("b")) == [1, 1, 1, 1, 1]
    assert unbroken(history)


@row("E-8c")
@otherwise("E-8c")
@pytest.mark.parametrize(("crashed", "commit"), [(False, 1), (True, 0)], ids=["cut off", "crashed"])
def test_figure_8_c(crashed: bool, commit: int) -> None:
    history = figure_8("c", crashed=crashed)
    assert not history.cluster.node(S5).up
    assert roles(history) == {S1: (Role.LEADER, 4)}
    assert logs(history) == [[1, 2, 4], [1, 2], [1, 2], [1], [1, 3]]
    match_index = history.cluster.node(S1).match_index
    holders = [S1, *(name for name in (S2, S3, S4, S5) if match_index[name] == 2)]
    assert holders == [S1, S2, S3]  # a majority
    assert commits(history) == [commit, 1, 1, 1, 0]
    assert unbroken(history)


@row("E-8c")
def test_in_figure_8_c_it_takes_a_second_attempt() -> None:
    # In term 3, in which it wakes, the others have voted already.
    line = figure_8("c", crashed=True).line()
    events = [moment.step.event for moment in line if moment.step]
    since = events.index(Restart(S1))
    assert events[since:].count(Timeout(S1)) == 2


@row("E-8d1")
@cut_off_or_crashed
def test_figure_8_d(crashed: bool) -> None:
    history = figure_8("c", crashed=crashed)
    perform(history, Crash(S1), Restart(S5))
    assert [node5_stands(history), node5_stands(history)] == [
        (Role.CANDIDATE, 4),
        (Role.LEADER, 5),
    ]
    voted = {n.name: n.voted_for for n in history.cluster.nodes if n.current_term == 5}
    assert voted == dict.fromkeys((S2, S3, S4, S5), S5)
    perform(history, ClientCommand(S5, "SET x 5"), *(Replicate(S5, n) for n in (S2, S3, S4)))
    deliver_all(history)
    assert logs(history)[1:] == [[1, 3, 5]] * 4
    assert history.cluster.node(S5).commit_index == 3
    assert unbroken(history)


@row("E-8d1")
@cut_off_or_crashed
def test_the_scenario_of_figure_8_d(crashed: bool) -> None:
    history = figure_8("d", crashed=crashed)
    assert roles(history) == {S5: (Role.LEADER, 5)}
    assert logs(history) == [[1, 3]] * 5  # the entry that three of five held is gone
    assert unbroken(history)


@row("E-8d2")
@pytest.mark.parametrize(("crashed", "before"), [(False, 1), (True, 0)], ids=["cut off", "crashed"])
def test_figure_8_e(crashed: bool, before: int) -> None:
    history = figure_8("e", crashed=crashed)
    assert logs(history) == [[1, 2, 4], [1, 2, 4], [1, 2, 4], [1], [1, 3]]
    of_node1 = [moment.cluster.node(S1).commit_index for moment in history.line()]
    assert (before, 3) in pairwise(of_node1)  # at one stroke, entry 2 with entry 3
    perform(history, Crash(S1), Restart(S5))
    assert [node5_stands(history) for _ in range(3)] == [(Role.CANDIDATE, t) for t in (4, 5, 6)]
    assert set(history.cluster.node(S5).votes_received) == {S5, S4}  # S2 and S3 refuse
    assert unbroken(history)


# Without the last condition of the commit rule ----------------------------------------------------


def counts_any_term(node: Node) -> int:
    for index in reversed(range(node.commit_index + 1, node.log.last_index + 1)):
        holders = [peer for peer in node.peers if index <= node.match_index[peer]]
        if node.configuration.is_quorum([node.name, *holders]):
            return index
    return node.commit_index


def replayed(rules: Rules) -> History:
    """Figure 8 (c) under these rules, and then (d)."""
    history = History(Cluster.of(*NAMES[:5]), rules)
    history.play(*(m.step.event for m in figure_8("c").line() if m.step))
    perform(history, Crash(S1), Restart(S5))
    node5_stands(history)
    node5_stands(history)
    perform(history, ClientCommand(S5, "SET x 5"), *(Replicate(S5, n) for n in (S2, S3, S4)))
    deliver_all(history)
    return history


@row("E07")
@pytest.mark.parametrize(
    ("rules", "broken", "at_c"),
    [
        (RAFT, set(), 1),
        (
            RAFT.but(leader_commit_index=counts_any_term),
            {"State Machine Safety", "Leader Completeness"},
            2,
        ),
    ],
    ids=["the paper's rule", "counting for any term"],
)
def test_counting_for_old_terms_breaks_state_machine_safety(rules, broken: set, at_c: int) -> None:
    history = replayed(rules)
    names = {v.property.name for moment in history.moments for v in moment.violations}
    assert names == broken
    led = [m.cluster.node(S1).commit_index for m in history.line()]
    assert max(led) == at_c
    sentences = {v.sentence for moment in history.moments for v in moment.violations}
    applied = [said for said in sentences if "applied 'SET x 2' of term 2 at index 2" in said]
    assert bool(applied) == bool(broken)


# So that what stands above can fail: a cluster of these logs is not Figure 8 (c) by chance.
@row("E-8c")
def test_the_wrong_rule_would_commit_in_figure_8_c() -> None:
    leads = figure_8("c").cluster.node(S1)
    assert (RAFT.leader_commit_index(leads), counts_any_term(leads)) == (1, 2)
