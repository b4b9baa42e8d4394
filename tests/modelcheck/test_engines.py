"""The two engines agree: on every cluster and every event, level by level, renamed or not."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from raftlab.modelcheck import Bounds, Verdict, explore
from raftlab.modelcheck.plain import search_plainly
from raftlab.raft import (
    FIGURE_3,
    RAFT,
    SAFETY,
    Cluster,
    Deliver,
    Disk,
    Duplicate,
    Entry,
    Heal,
    Log,
    Node,
    RequestVote,
    Rules,
    Timeout,
    step,
)
from raftlab.raft.turn import Turn
from raftlab.sim import SCENARIOS, fresh

SMALL = Bounds(terms=1, entries=1, in_flight=1, crashes=0)


def scenario(name: str) -> Cluster:
    return SCENARIOS[name]().cluster


def nodes(size: int) -> Cluster:
    return fresh(size).cluster


def agree(start: Cluster, bounds: Bounds, rules: Rules = RAFT, *, symmetry: bool = False) -> None:
    plain = search_plainly(start, rules, bounds, FIGURE_3, symmetry=symmetry)
    fast = explore(start, rules, bounds, FIGURE_3, goals=(), symmetry=symmetry)
    if plain.violations:
        assert (fast.verdict, fast.depth) == (Verdict.BROKEN, len(plain.run))
        assert fast.levels[: len(plain.levels)] == plain.levels
    else:
        assert (fast.verdict, fast.levels) == (Verdict.NOTHING_BROKE, plain.levels)
        assert fast.transitions > 0


SPREAD = {
    "one message": (nodes(3), SMALL),
    "two messages": (nodes(3), replace(SMALL, entries=0, in_flight=2)),
    "three messages": (nodes(3), replace(SMALL, entries=0, in_flight=3, depth=6)),
    "no term": (scenario("leader_elected"), replace(SMALL, terms=0, in_flight=2)),
    "two terms": (nodes(3), replace(SMALL, terms=2, entries=0, timeouts=2)),
    "two entries": (scenario("leader_elected"), replace(SMALL, terms=0, entries=2)),
    "depth": (nodes(3), Bounds(depth=3)),
    "a crash": (nodes(3), replace(SMALL, entries=0, crashes=1)),
    "any crashes": (nodes(3), replace(SMALL, entries=0, crashes=None, timeouts=1)),
    "a crash without a restart": (nodes(3), replace(SMALL, entries=0, crashes=1, restarts=0)),
    "a crash in a turn": (nodes(3), replace(SMALL, entries=0, crashes=1, in_turn=True)),
    "one drop": (nodes(3), replace(SMALL, entries=0, in_flight=2, drops=1, timeouts=1)),
    "no drop": (nodes(3), replace(SMALL, in_flight=2, drops=0, depth=6)),
    "any duplicates": (nodes(3), replace(SMALL, in_flight=2, duplicates=None, depth=5)),
    "two duplicates": (nodes(3), replace(SMALL, in_flight=3, duplicates=2, depth=5)),
    "one command": (scenario("deposed_leader"), replace(SMALL, terms=0, commands=1)),
    "one node down": (scenario("one_node_down"), replace(SMALL, terms=0, restarts=1, in_flight=2)),
    "split vote": (scenario("split_vote"), replace(SMALL, entries=0)),
    "deposed leader": (scenario("deposed_leader"), replace(SMALL, entries=0, depth=7)),
    "figure 7 (f)": (scenario("figure_7_f"), replace(SMALL, terms=0, depth=7)),
    "four nodes": (nodes(4), replace(SMALL, entries=0, timeouts=1, depth=5)),
    "figure 8 (c)": (scenario("figure_8_c"), Bounds(terms=0, entries=0, crashes=0, depth=3)),
    "five nodes": (nodes(5), Bounds(terms=1, entries=0, timeouts=1, in_flight=2, depth=3)),
}


@pytest.mark.parametrize("symmetry", [False, True], ids=["named", "renamed"])
@pytest.mark.parametrize(("start", "bounds"), SPREAD.values(), ids=SPREAD.keys())
def test_the_engines_agree(start: Cluster, bounds: Bounds, symmetry: bool) -> None:
    if len(start.nodes) < 5:
        agree(start, bounds, symmetry=symmetry)
    elif not symmetry:
        agree(start, bounds)


def test_renaming_makes_the_clusters_of_each_level_fewer() -> None:
    named, renamed = (
        explore(nodes(3), bounds=SMALL, symmetry=renames) for renames in (False, True)
    )
    assert [level.states for level in named.levels][:2] == [1, 9]
    assert [level.states for level in renamed.levels][:2] == [1, 2]
    assert named.depth == renamed.depth
    assert renamed.states < named.states < 6 * renamed.states


def forgets_the_vote(node: Node) -> Node:
    return replace(RAFT.restart(node), voted_for=None)


def never_saves_the_vote(node: Node) -> Node:
    return replace(node, disk=Disk(node.current_term, None, node.log))


def one_vote_wins(node: Node) -> bool:
    return len(node.votes_received) >= 1


def never_truncates(log: Log, request) -> Log:
    return log.append(*request.entries[max(0, log.last_index - request.prev_log_index) :])


def commits_what_is_not_there(node: Node, request) -> int:
    return request.leader_commit + 1


def replies_first(turn: Turn, cut_short: bool) -> None:
    if not cut_short:
        turn.become("persist")


WRONG = {
    "forgets the vote": ({"restart": forgets_the_vote}, Bounds(terms=1, entries=0)),
    "never saves the vote": ({"persist": never_saves_the_vote}, Bounds(terms=1, entries=0)),
    "one vote wins": ({"wins_election": one_vote_wins}, SMALL),
    "replies first": ({"end_turn": replies_first}, Bounds(terms=1, entries=0, in_flight=1)),
}


@pytest.mark.parametrize("symmetry", [False, True], ids=["named", "renamed"])
@pytest.mark.parametrize(("wrong", "bounds"), WRONG.values(), ids=WRONG.keys())
def test_the_engines_agree_on_where_a_wrong_rule_breaks(
    wrong: dict[str, Callable], bounds: Bounds, symmetry: bool
) -> None:
    agree(nodes(3), bounds, RAFT.but(**wrong), symmetry=symmetry)


def test_a_tail_never_truncated_breaks_the_same_in_both() -> None:
    rules = RAFT.but(merge_entries=never_truncates)
    agree(scenario("deposed_leader"), Bounds(terms=0, entries=0, crashes=0), rules)


# The same in every run


RUN = """
from raftlab.modelcheck import Bounds, explore
from raftlab.raft import RAFT
from raftlab.sim import fresh
from dataclasses import replace
def forgets(node): return replace(RAFT.restart(node), voted_for=None)
found = explore(fresh(3), RAFT.but(restart=forgets), Bounds(terms=1))
print(*found.lines(), found.levels, found.turns, sep="\\n")
"""


def test_the_same_counterexample_whatever_the_hash_seed() -> None:
    command = [sys.executable, "-c", RUN]
    outputs = {
        subprocess.run(
            command, env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("0", "1", "12345")
    }
    (output,) = outputs
    assert "node1 times out" in output


def test_another_seed_tells_the_same_clusters_apart() -> None:
    bounds = Bounds(terms=1)
    one, other = (explore(nodes(3), bounds=bounds, seed=seed) for seed in (0, 1))
    assert one.levels == other.levels


# Where it begins


def test_what_is_in_flight_at_the_start_stays_though_it_is_more_than_may_be() -> None:
    started = step(step(nodes(3), Timeout("node1")).after, Timeout("node2")).after
    assert len(started.network) == 4
    agree(started, Bounds(terms=0, entries=0, in_flight=1, crashes=0, depth=3))


def test_cut_links_are_slow_ones() -> None:
    cut = replace(nodes(3), cut=(("node1", "node2"), ("node2", "node1")))
    found = explore(cut, RAFT.but(wins_election=one_vote_wins), SMALL)
    assert found.levels == explore(nodes(3), RAFT.but(wins_election=one_vote_wins), SMALL).levels
    assert found.history is not None
    assert found.history.moment(1).step.event == Heal()
    assert found.violation.property.name == "Election Safety"
    assert explore(cut, bounds=SMALL).levels == explore(nodes(3), bounds=SMALL).levels


def test_what_is_broken_at_the_start_breaks_after_no_event() -> None:
    node1, node2, node3 = nodes(3).nodes
    logs = [Log((Entry(1, "SET a 1"),)), Log((Entry(1, "SET a 2"),))]
    bad = replace(nodes(3), nodes=(replace(node1, log=logs[0]), replace(node2, log=logs[1]), node3))
    found = explore(bad)
    assert (found.verdict, found.depth) == (Verdict.BROKEN, 0)
    assert found.headline == "Log Matching broke after 0 events."


# A counterexample is a run like any other


@pytest.mark.parametrize(("wrong", "bounds"), WRONG.values(), ids=WRONG.keys())
def test_a_counterexample_replays(wrong: dict[str, Callable], bounds: Bounds) -> None:
    found = explore(nodes(3), RAFT.but(**wrong), bounds)
    assert found.history is not None
    *before, last = found.history.line()
    assert all(moment.violations == () for moment in before)
    assert found.violation == last.violations[0]
    assert len(before) == found.depth


def test_where_raft_would_have_done_otherwise() -> None:
    found = explore(nodes(3), RAFT.but(wins_election=one_vote_wins), SMALL)
    first = found.history.moment(found.departs)
    assert first.step.event == Timeout("node1")
    assert step(first.step.before, first.step.event, RAFT).after != first.cluster


def test_a_paper_rule_that_stumbles_is_the_property_that_broke() -> None:
    # apply_next then looks for an entry that the log lacks.
    rules = RAFT.but(follower_commit_index=commits_what_is_not_there)
    found = explore(nodes(3), rules, Bounds(terms=1, entries=0, crashes=0))
    assert found.violation.property.name == "Commit Within Log"
    assert found.violation == found.history.now.violations[0]
    last = found.history.now.step
    assert last.firings[-1].rule != "apply_next"


# Messages that change nothing are not tried


def test_an_event_that_changes_nothing_is_none() -> None:
    leads = scenario("leader_elected")
    bounds = Bounds(terms=0, entries=0, in_flight=1, crashes=0)
    found = explore(leads, bounds=bounds, symmetry=False)
    # Two heartbeats, to either peer: what they say is known, so are the answers.
    assert [level.states for level in found.levels] == [1, 2, 2]
    assert [level.transitions for level in found.levels] == [2, 4, 2]


def test_a_message_can_be_there_twice() -> None:
    request = RequestVote("node1", "node2", 1, 0, 0)
    start = replace(step(nodes(3), Timeout("node1")).after, network=(request, request))
    agree(start, Bounds(terms=0, entries=0, crashes=0, duplicates=1))
    once = step(start, Deliver(request)).after
    assert request in once.network
    assert step(once, Duplicate(request)).after.network.count(request) == 2


def test_every_property_of_safety_is_watched() -> None:
    assert explore(nodes(3), bounds=SMALL, properties=SAFETY).verdict is Verdict.NOTHING_BROKE
