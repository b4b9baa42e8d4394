"""Figure 3: each property fails on a bad cluster made by hand, with its sentence."""

from dataclasses import replace

import pytest

from raftlab.raft import (
    FIGURE_3,
    RAFT,
    ClientCommand,
    Cluster,
    Crash,
    Deliver,
    Entry,
    FrozenMap,
    Log,
    Node,
    Past,
    Restart,
    Role,
    Timeout,
    broken_by,
    broken_in,
    step,
)
from raftlab.raft.past import Committed, remember
from raftlab.raft.properties import (
    election_safety,
    leader_append_only,
    leader_completeness,
    log_matching,
    state_machine_safety,
)

from .clusters import NAMES, Play, append, cluster, command, entries, leader, log, node


def names_of(violations) -> list[str]:
    return [violation.property.name for violation in violations]


def test_they_are_the_papers_five() -> None:
    assert [p.name for p in FIGURE_3] == [
        "Election Safety",
        "Leader Append-Only",
        "Log Matching",
        "Leader Completeness",
        "State Machine Safety",
    ]
    assert all(p.citation.startswith("Figure 3") for p in FIGURE_3)


# Election Safety


def test_two_leaders_of_one_term() -> None:
    bad = cluster(leader("node1", 2), node("node2", 2), leader("node3", 2))
    assert election_safety(bad) == "node1 and node3 both led term 2."
    assert names_of(broken_in(bad)) == ["Election Safety"]


@pytest.mark.parametrize("later", [Timeout("node1"), Crash("node1")], ids=["deposed", "crashed"])
def test_two_leaders_of_one_term_one_after_the_other(later) -> None:
    # The first no longer leads when the second begins to.
    led = cluster(leader("node1", 1), node("node2", 1), node("node3", 1))
    request = append((1, 1), term=2, ends=("node2", "node1"))
    event = Deliver(request) if isinstance(later, Timeout) else later
    gone = step(replace(led, network=(request,)), event).after
    assert gone.node("node1").role is Role.FOLLOWER
    second = leader("node3", 1)
    nodes = (*gone.nodes[:2], second)
    bad = replace(gone, nodes=nodes, pasts=(*gone.pasts[:2], remember(Past(), second)))
    assert election_safety(bad) == "node1 and node3 both led term 1."


def test_leaders_of_different_terms() -> None:
    assert election_safety(cluster(leader("node1", 1), leader("node2", 1, current_term=2))) is None


# Leader Append-Only


def drops_the_last(node: Node, text: str) -> Node:
    return replace(node, log=node.log.up_to(node.log.before(node.log.last_index)))


def rewrites(node: Node, text: str) -> Node:
    return replace(node, log=Log((Entry(node.current_term, text), *node.log.entries[1:])))


@pytest.mark.parametrize(
    ("wrong", "lost"), [(drops_the_last, 2), (rewrites, 1)], ids=["drops", "rewrites"]
)
def test_a_leader_that_does_not_only_append(wrong, lost: int) -> None:
    start = cluster(leader("node1", 1, 1), node("node2"), node("node3"))
    done = step(start, ClientCommand("node1", "SET a 1"), RAFT.but(append_command=wrong))
    assert leader_append_only(done) == f"node1, leading term 1, lost entry {lost} of its own log."
    assert names_of(broken_by(done)) == ["Leader Append-Only"]


def test_a_leader_may_append_and_a_follower_may_lose() -> None:
    start = cluster(leader("node1", 1), node("node2"), node("node3"))
    assert leader_append_only(step(start, ClientCommand("node1", "SET a 1"))) is None

    request = append((0, 0), 2, term=2, ends=("node2", "node1"))
    deposed = step(replace(start, network=(request,)), Deliver(request))
    assert deposed.after.node("node1").log == log(2)  # it no longer led when it lost the entry
    assert leader_append_only(deposed) is None
    assert leader_append_only(step(start, Crash("node1"))) is None


def test_a_leader_may_discard_what_a_snapshot_holds() -> None:
    def compacts(node: Node, text: str) -> Node:
        return replace(node, log=Log(node.log.entries[1:], 1, 1))

    start = cluster(leader("node1", 1, 1), node("node2"), node("node3"))
    done = step(start, ClientCommand("node1", "SET a 1"), RAFT.but(append_command=compacts))
    assert leader_append_only(done) is None


def test_what_no_node_did_breaks_nothing() -> None:
    bad = cluster(leader("node1", 1), node("node2", 1), network=(append((0, 0), 1),))
    from_network = step(replace(bad, cut=(("node1", "node2"),)), Deliver(bad.network[0]))
    assert broken_by(from_network) == ()


# Log Matching


@pytest.mark.parametrize(
    ("one", "other", "sentence"),
    [
        ([1, 2, 3], [2, 2, 3], "both hold entry 3 of term 3, but their entries 1 differ."),
        ([1, 3, 3, 4], [1, 2, 3], "both hold entry 3 of term 3, but their entries 2 differ."),
        ([1, 2], [2, 2, 2], "both hold entry 2 of term 2, but their entries 1 differ."),
    ],
)
def test_logs_that_do_not_match(one: list[int], other: list[int], sentence: str) -> None:
    bad = cluster(node("node1", *one), node("node2", *other), node("node3", *one[:1]))
    assert log_matching(bad) == f"node1 and node2 {sentence}"
    assert "Log Matching" in names_of(broken_in(bad))


def test_two_commands_at_one_place_of_one_term() -> None:
    odd = replace(node("node3", 1), log=Log((Entry(1, "SET a other"),)))
    bad = cluster(node("node1"), node("node2", 1), odd)
    sentence = "node2 and node3 both hold entry 1 of term 1, but their entries 1 differ."
    assert log_matching(bad) == sentence


@pytest.mark.parametrize(
    ("one", "other"), [([], [1]), ([1], [1]), ([1, 1], [1]), ([1, 2], [1, 3, 3]), ([2], [1, 1])]
)
def test_logs_that_match(one: list[int], other: list[int]) -> None:
    assert log_matching(cluster(node("node1", *one), node("node2", *other))) is None


def test_logs_match_behind_a_discarded_prefix() -> None:
    short = replace(node("node2"), log=Log(entries(2, 3, start=2), 1, 1))
    assert log_matching(cluster(node("node1", 1, 2, 3), short)) is None
    gone = replace(node("node2"), log=Log((), 3, 3))
    assert log_matching(cluster(node("node1", 1, 2, 3), gone)) is None
    odd = replace(node("node2"), log=Log(entries(9, 3, start=2), 1, 1))
    assert log_matching(cluster(node("node1", 1, 2, 3), odd)) is not None


# Leader Completeness


def with_past(good: Cluster, name: str, past: Past) -> Cluster:
    place = good.names.index(name)
    return replace(good, pasts=(*good.pasts[:place], past, *good.pasts[place + 1 :]))


TAKEN = Past(committed=(Committed(entries(1)[0], in_term=1),))


@pytest.mark.parametrize("held", [(), (2,)], ids=["shorter", "other"])
def test_a_leader_without_a_committed_entry(held: tuple[int, ...]) -> None:
    leads = leader("node1", *held, current_term=3)
    bad = with_past(cluster(leads, node("node2", 1), node("node3")), "node2", TAKEN)
    assert leader_completeness(bad) == (
        "node1 leads term 3 without entry 1 of term 1, which node2 took for committed in term 1."
    )
    assert "Leader Completeness" in names_of(broken_in(bad))


def test_what_was_committed_outlives_who_committed_it() -> None:
    crashed = with_past(cluster(node("node1", 1), node("node2")), "node1", TAKEN)
    down = step(crashed, Crash("node1")).after
    leads = leader("node2", current_term=2)
    bad = replace(down, nodes=(down.node("node1"), leads))
    assert leader_completeness(bad) is not None


@pytest.mark.parametrize(
    "leads",
    [
        leader("node1", 1, current_term=2),  # it has the entry
        leader("node1", current_term=1),  # it leads the term of the commitment, not a later one
        node("node1", current_term=2),  # it does not lead
        leader("node1", current_term=2, up=False),  # nor while it is down
        replace(leader("node1", current_term=2), log=Log((), 1, 1)),  # discarded, in a snapshot
    ],
)
def test_a_complete_leader(leads: Node) -> None:
    good = with_past(cluster(leads, node("node2", 1), node("node3")), "node2", TAKEN)
    assert leader_completeness(good) is None


# State Machine Safety


def applied(name: str, *terms: int) -> Node:
    machine = FrozenMap.of({f"x{i}": f"t{t}" for i, t in enumerate(terms, 1)})
    count = len(terms)
    return node(name, *terms, commit_index=count, last_applied=count, machine=machine)


def test_two_machines_that_applied_different_entries() -> None:
    bad = cluster(applied("node1", 1, 2), applied("node2", 1, 3), node("node3"))
    assert state_machine_safety(bad) == (
        "node1 applied 'SET x2 t2' of term 2 at index 2, "
        "and node2 applied 'SET x2 t3' of term 3 there."
    )
    assert names_of(broken_in(bad)) == ["State Machine Safety"]


def test_one_machine_that_applied_differently_after_a_crash() -> None:
    before = cluster(applied("node1", 1), node("node2"), node("node3"))
    back = step(step(before, Crash("node1")).after, Restart("node1")).after
    bad = replace(back, nodes=(applied("node1", 2), *back.nodes[1:]))
    assert state_machine_safety(bad) == (
        "node1 applied 'SET x1 t2' of term 2 at index 1, "
        "and node1 applied 'SET x1 t1' of term 1 there."
    )


def test_an_applied_entry_that_was_overwritten() -> None:
    # Applied on node1 and then replaced in its log: what was applied is remembered.
    good = cluster(applied("node1", 1), node("node2", 1), node("node3"))
    bad = replace(good, nodes=(replace(good.node("node1"), log=log(2)), *good.nodes[1:]))
    assert "State Machine Safety" in names_of(broken_in(bad))


def test_machines_that_are_ahead_of_one_another() -> None:
    assert state_machine_safety(cluster(applied("node1", 1, 2), applied("node2", 1))) is None
    assert state_machine_safety(cluster(applied("node1"), applied("node2", 1))) is None


# All of them


def test_a_good_run_breaks_nothing() -> None:
    play = Play(Cluster.of(*NAMES[:3]))
    play.elect("node1", "node2", "node3")
    play.replicate("node1", "node2", "node3", text=command(1, 1))
    play.do(Crash("node1"))
    play.elect("node2", "node3")
    play.replicate("node2", "node3", text=command(2, 2))
    play.do(Restart("node1"))
    play.heartbeat("node2")
    assert play.broken == []
    assert broken_in(play.cluster) == ()


def test_only_the_properties_asked_for_are_checked() -> None:
    bad = cluster(leader("node1", 2), node("node2", 2), leader("node3", 2))
    assert broken_in(bad, FIGURE_3[1:]) == ()
    done = step(bad, Timeout("node2"))
    assert names_of(broken_by(done)) == ["Election Safety"]
    assert broken_by(done, FIGURE_3[1:]) == ()


def test_a_leader_within_a_turn_is_remembered() -> None:
    # A single server elects itself and crashes in the same turn: it has led term 1 all the same.
    done = step(Cluster.of("node1"), Crash("node1", Timeout("node1")))
    assert done.after.past("node1") == Past(terms_led=(1,))
