"""Figure 3: each property fails on a bad cluster made by hand, with its sentence."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import product, starmap

import pytest

from raftlab.raft import (
    FIGURE_3,
    RAFT,
    AppendReply,
    ClientCommand,
    Cluster,
    Crash,
    Deliver,
    Drop,
    Entry,
    FrozenMap,
    Log,
    Node,
    Past,
    Replicate,
    Restart,
    Role,
    RuleError,
    Rules,
    Scope,
    Server,
    Step,
    Timeout,
    broken_by,
    broken_in,
    step,
)
from raftlab.raft.lemmas import PROPERTIES
from raftlab.raft.past import Committed, remember
from raftlab.raft.properties import (
    election_safety,
    leader_append_only,
    leader_completeness,
    log_matching,
    state_machine_safety,
)
from raftlab.sim import random_run
from raftlab.sim.chance import Mix

from .clusters import NAMES, Play, append, candidate, cluster, command, entries, leader, log, node


def names_of(violations) -> list[str]:
    return [violation.property.name for violation in violations]


def says(predicate: Callable[..., str | None], cluster: Cluster) -> str | None:
    """The first that a predicate of two servers says, asked of every two of a cluster."""
    servers = tuple(map(Server, cluster.nodes, cluster.pasts))
    return next(filter(None, starmap(predicate, product(servers, servers))), None)


def says_of(predicate: Callable[..., str | None], done: Step) -> str | None:
    """What a predicate of a change says of a step."""
    [of_step] = [p for p in PROPERTIES if p.says is predicate]
    return next((violation.sentence for violation in broken_by(done, [of_step])), None)


def test_they_are_the_papers_five() -> None:
    assert [p.name for p in FIGURE_3] == [
        "Election Safety",
        "Leader Append-Only",
        "Log Matching",
        "Leader Completeness",
        "State Machine Safety",
    ]
    assert all(p.citation.startswith("Figure 3") for p in FIGURE_3)


def test_four_are_asked_of_two_servers_and_one_of_a_change() -> None:
    assert [p.scope for p in FIGURE_3 if p.kind == "state"] == [Scope.PAIR] * 4
    [of_change] = [p for p in FIGURE_3 if p.kind == "step"]
    assert (of_change.name, of_change.scope) == ("Leader Append-Only", Scope.CHANGE)


# Election Safety


def test_two_leaders_of_one_term() -> None:
    bad = cluster(leader("node1", 2), node("node2", 2), leader("node3", 2))
    assert says(election_safety, bad) == "node1 and node3 both led term 2."
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
    assert says(election_safety, bad) == "node1 and node3 both led term 1."


def test_leaders_of_different_terms() -> None:
    assert (
        says(election_safety, cluster(leader("node1", 1), leader("node2", 1, current_term=2)))
        is None
    )


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
    assert (
        says_of(leader_append_only, done)
        == f"node1, leading term 1, lost entry {lost} of its own log."
    )
    assert names_of(broken_by(done)) == ["Leader Append-Only"]


def test_a_leader_may_append_and_a_follower_may_lose() -> None:
    start = cluster(leader("node1", 1), node("node2"), node("node3"))
    assert says_of(leader_append_only, step(start, ClientCommand("node1", "SET a 1"))) is None

    request = append((0, 0), 2, term=2, ends=("node2", "node1"))
    deposed = step(replace(start, network=(request,)), Deliver(request))
    assert deposed.after.node("node1").log == log(2)  # it no longer led when it lost the entry
    assert says_of(leader_append_only, deposed) is None
    assert says_of(leader_append_only, step(start, Crash("node1"))) is None


def test_a_leader_may_discard_what_a_snapshot_holds() -> None:
    def compacts(node: Node, text: str) -> Node:
        return replace(node, log=Log(node.log.entries[1:], 1, 1))

    start = cluster(leader("node1", 1, 1), node("node2"), node("node3"))
    done = step(start, ClientCommand("node1", "SET a 1"), RAFT.but(append_command=compacts))
    assert says_of(leader_append_only, done) is None


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
    assert says(log_matching, bad) == f"node1 and node2 {sentence}"
    assert "Log Matching" in names_of(broken_in(bad))


def test_two_commands_at_one_place_of_one_term() -> None:
    odd = replace(node("node3", 1), log=Log((Entry(1, "SET a other"),)))
    bad = cluster(node("node1"), node("node2", 1), odd)
    sentence = "node2 and node3 both hold entry 1 of term 1, but their entries 1 differ."
    assert says(log_matching, bad) == sentence


@pytest.mark.parametrize(
    ("one", "other"), [([], [1]), ([1], [1]), ([1, 1], [1]), ([1, 2], [1, 3, 3]), ([2], [1, 1])]
)
def test_logs_that_match(one: list[int], other: list[int]) -> None:
    assert says(log_matching, cluster(node("node1", *one), node("node2", *other))) is None


def test_logs_match_behind_a_discarded_prefix() -> None:
    short = replace(node("node2"), log=Log(entries(2, 3, start=2), 1, 1))
    assert says(log_matching, cluster(node("node1", 1, 2, 3), short)) is None
    gone = replace(node("node2"), log=Log((), 3, 3))
    assert says(log_matching, cluster(node("node1", 1, 2, 3), gone)) is None
    odd = replace(node("node2"), log=Log(entries(9, 3, start=2), 1, 1))
    assert says(log_matching, cluster(node("node1", 1, 2, 3), odd)) is not None


# Leader Completeness


def with_past(good: Cluster, name: str, past: Past) -> Cluster:
    place = good.names.index(name)
    return replace(good, pasts=(*good.pasts[:place], past, *good.pasts[place + 1 :]))


TAKEN = Past(committed=(Committed(entries(1)[0], in_term=1),))


@pytest.mark.parametrize("held", [(), (2,)], ids=["shorter", "other"])
def test_a_leader_without_a_committed_entry(held: tuple[int, ...]) -> None:
    leads = leader("node1", *held, current_term=3)
    bad = with_past(cluster(leads, node("node2", 1), node("node3")), "node2", TAKEN)
    assert says(leader_completeness, bad) == (
        "node1 leads term 3 without entry 1 of term 1, which node2 took for committed in term 1."
    )
    assert "Leader Completeness" in names_of(broken_in(bad))


def test_what_was_committed_outlives_who_committed_it() -> None:
    crashed = with_past(cluster(node("node1", 1), node("node2")), "node1", TAKEN)
    down = step(crashed, Crash("node1")).after
    leads = leader("node2", current_term=2)
    bad = replace(down, nodes=(down.node("node1"), leads))
    bad = with_past(bad, "node2", remember(Past(), leads))
    assert says(leader_completeness, bad) == (
        "node2 leads term 2 without entry 1 of term 1, which node1 took for committed in term 1."
    )


@pytest.mark.parametrize(
    "led",
    [
        node("node1", current_term=2),
        node("node1", current_term=2, up=False),
        node("node1", 2, current_term=4),
        leader("node1", current_term=1),
    ],
    ids=["stopped", "down", "deposed", "leads an earlier term"],
)
def test_a_node_that_led_without_a_committed_entry(led: Node) -> None:
    good = with_past(cluster(led, node("node2", 1), node("node3")), "node2", TAKEN)
    assert says(leader_completeness, good) is None
    bad = with_past(good, "node1", Past(terms_led=(2,)))
    assert says(leader_completeness, bad) == (
        "node1 led term 2 without entry 1 of term 1, which node2 took for committed in term 1."
    )
    assert names_of(broken_in(bad)) == ["Leader Completeness"]


def test_a_deposed_leader_that_commits_after_the_later_one_has_crashed() -> None:
    # node3 led term 2 without a majority, and is gone when node1 finds its entry committed.
    play = Play(Cluster.of(*NAMES[:3]))
    play.elect("node1", "node2", "node3")
    play.do(ClientCommand("node1", command(1, 1)), Replicate("node1", "node2"))
    play.rules = RAFT.but(wins_election=lambda node: True)
    play.do(Timeout("node3"), *(Drop(m) for m in play.cluster.network if m.sender == "node3"))
    play.do(*(Drop(m) for m in play.cluster.network if m.sender == "node3"), Crash("node3"))
    play.deliver(("node1", "node2"))
    assert play.broken == []
    play.deliver(("node2", "node1"))
    assert play.broken == [
        "node3 led term 2 without entry 1 of term 1, which node1 took for committed in term 1."
    ]


@pytest.mark.parametrize(
    "leads",
    [
        leader("node1", 1, current_term=2),  # it has the entry
        leader("node1", current_term=1),  # it leads the term of the commitment, not a later one
        node("node1", current_term=2),  # it does not lead
        candidate("node1", current_term=2),  # nor yet
        replace(leader("node1", current_term=2), log=Log((), 1, 1)),  # discarded, in a snapshot
    ],
)
def test_a_complete_leader(leads: Node) -> None:
    good = with_past(cluster(leads, node("node2", 1), node("node3")), "node2", TAKEN)
    assert says(leader_completeness, good) is None


@pytest.mark.parametrize(
    "led",
    [
        node("node1", 1, current_term=2),
        node("node1", 1, current_term=2, up=False),
        replace(node("node1", current_term=4), log=Log((), 1, 1)),
    ],
)
def test_a_complete_leader_that_no_longer_leads(led: Node) -> None:
    good = with_past(cluster(led, node("node2", 1), node("node3")), "node2", TAKEN)
    assert says(leader_completeness, with_past(good, "node1", Past(terms_led=(1, 2)))) is None


# State Machine Safety


def applied(name: str, *terms: int) -> Node:
    machine = FrozenMap.of({f"x{i}": f"t{t}" for i, t in enumerate(terms, 1)})
    count = len(terms)
    return node(name, *terms, commit_index=count, last_applied=count, machine=machine)


def test_two_machines_that_applied_different_entries() -> None:
    bad = cluster(applied("node1", 1, 2), applied("node2", 1, 3), node("node3"))
    assert says(state_machine_safety, bad) == (
        "node1 applied 'SET x2 t2' of term 2 at index 2, "
        "and node2 applied 'SET x2 t3' of term 3 there."
    )
    assert names_of(broken_in(bad)) == ["State Machine Safety"]


def test_one_machine_that_applied_differently_after_a_crash() -> None:
    before = cluster(applied("node1", 1), node("node2"), node("node3"))
    back = step(step(before, Crash("node1")).after, Restart("node1")).after
    bad = replace(back, nodes=(applied("node1", 2), *back.nodes[1:]))
    assert says(state_machine_safety, bad) == (
        "node1 applied 'SET x1 t2' of term 2 at index 1, "
        "and node1 applied 'SET x1 t1' of term 1 there."
    )


def test_an_applied_entry_that_was_overwritten() -> None:
    # Applied on node1 and then replaced in its log: what was applied is remembered.
    good = cluster(applied("node1", 1), node("node2", 1), node("node3"))
    bad = replace(good, nodes=(replace(good.node("node1"), log=log(2)), *good.nodes[1:]))
    assert "State Machine Safety" in names_of(broken_in(bad))


def test_machines_that_are_ahead_of_one_another() -> None:
    assert says(state_machine_safety, cluster(applied("node1", 1, 2), applied("node2", 1))) is None
    assert says(state_machine_safety, cluster(applied("node1"), applied("node2", 1))) is None


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


# Asking only about what a step has touched


def leads_on(node: Node, message) -> Node:
    return replace(RAFT.adopt_newer_term(node, message), role=node.role)


def claims_all(node: Node, request) -> AppendReply:
    return replace(RAFT.accept_append(node, request), match_index=node.log.last_index)


def believes_all(node: Node) -> Node:
    last = FrozenMap.of(dict.fromkeys(node.peers, node.log.last_index))
    return replace(RAFT.become_leader(node), match_index=last)


def believes_the_latest(node: Node, reply) -> Node:
    if node.role is not Role.LEADER:
        return node
    return replace(node, match_index=node.match_index.set(reply.sender, reply.match_index))


def truncates(log: Log, request) -> Log:
    return log.up_to(min(log.last_index, request.prev_log_index)).append(*request.entries)


WRONG: dict[str, Rules] = {
    "discards and saves no snapshot": RAFT.but(
        take_snapshot=lambda node: replace(RAFT.take_snapshot(node), snapshot=node.snapshot)
    ),
    "leaves the machine out of its snapshot": RAFT.but(
        take_snapshot=lambda node: RAFT.take_snapshot(replace(node, machine=FrozenMap()))
    ),
    "leads on in a newer term": RAFT.but(adopt_newer_term=leads_on),
    "stands again in the same term": RAFT.but(
        start_election=lambda node: replace(node, role=Role.CANDIDATE, votes_received=(node.name,))
    ),
    "votes again": RAFT.but(may_vote=lambda node, request: True),
    "votes for any log": RAFT.but(log_is_up_to_date=lambda node, request: True),
    "wins with one vote": RAFT.but(wins_election=lambda node: True),
    "believes that all match": RAFT.but(become_leader=believes_all),
    "believes the latest reply": RAFT.but(record_success=believes_the_latest),
    "rewrites its own log": RAFT.but(append_command=rewrites),
    "dates entries ahead": RAFT.but(
        append_command=lambda node, text: replace(
            node, log=node.log.append(Entry(node.current_term + 1, text))
        )
    ),
    "accepts after any log": RAFT.but(log_matches=lambda node, request: True),
    "truncates always": RAFT.but(merge_entries=truncates),
    "claims to match all": RAFT.but(accept_append=claims_all),
    "commits without counting": RAFT.but(leader_commit_index=lambda node: node.log.last_index),
    "commits as little as it is told": RAFT.but(
        follower_commit_index=lambda node, request: min(
            request.leader_commit, request.last_new_index
        )
    ),
    "applies nothing": RAFT.but(
        apply_next=lambda node: replace(node, last_applied=node.last_applied + 1)
    ),
    "never saves": RAFT.but(persist=lambda node: node),
    "leads on after a crash": RAFT.but(restart=lambda node: replace(node, commit_index=0)),
}

EVENTFUL = Mix(command=100, timeout=60, duplicate=60, crash=20, crash_in_turn=30, compact=30)


def random_steps(rules: Rules, seed: int, count: int, size: int = 3) -> list[Step]:
    """A random run under any rules: it ends where a rule fails."""
    steps: list[Step] = []
    with suppress(RuleError):
        for done in random_run(Cluster.of(*NAMES[:size]), seed, count, rules, EVENTFUL):
            steps.append(done)
    return steps


@pytest.mark.parametrize("rules", [RAFT, *WRONG.values()], ids=["raft", *WRONG])
def test_from_an_unbroken_cluster_it_is_enough_to_ask_about_what_a_step_touched(
    rules: Rules,
) -> None:
    for size in (3, 5):
        for done in random_steps(rules, seed=size, count=150, size=size):
            if broken_in(done.before, PROPERTIES) == ():
                quickly = broken_by(done, PROPERTIES, from_unbroken=True)
                assert quickly == broken_by(done, PROPERTIES)


def test_from_a_broken_cluster_it_is_not() -> None:
    bad = cluster(leader("node1", 2), leader("node2", 2), node("node3", 2))
    done = step(bad, Timeout("node3"))
    assert names_of(broken_by(done)) == ["Election Safety"]
    assert broken_by(done, from_unbroken=True) == ()
