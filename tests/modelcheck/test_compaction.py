"""Exploration takes compactions: Raft breaks nothing by them, and wrong rules are caught. (§7)"""

from dataclasses import replace

import pytest

from raftlab.modelcheck import Bounds, Verdict, explore
from raftlab.modelcheck.goals import LIVELY
from raftlab.modelcheck.plain import search_plainly
from raftlab.raft import (
    FIGURE_3,
    LEMMAS,
    RAFT,
    SAFETY,
    AppendEntries,
    Compact,
    Crash,
    Drop,
    Node,
    Replicate,
    Rules,
    broken_by,
)
from raftlab.sim import History, fresh
from raftlab.sim.acts import Arrival
from raftlab.sim.script import perform

from .compacting import COMPACTING, FROM_FAR, NARROW, RIGHT, STARTS, WIDE, one_behind
from .mutants import Case, Caught

EVERYTHING = (*SAFETY, *LEMMAS)
EACH = pytest.mark.parametrize("case", [*COMPACTING, *FROM_FAR], ids=lambda case: case.name)


@EACH
def test_a_wrong_rule_is_caught_by_a_shortest_run(case: Case[Caught]) -> None:
    where, start = case.where, STARTS[case.where.start]()
    assert start.now.violations == ()
    found = explore(start, case.rules, where.bounds)
    assert (found.verdict, found.events) == (Verdict.BROKEN, where.depth)
    assert found.violation is not None
    assert found.history is not None
    assert found.violation.property.name == where.breaks
    *_, last = found.history.line()
    assert found.violation in broken_by(last.step, SAFETY)
    if where.depth == 1:
        plain = search_plainly(start.cluster, case.rules, where.bounds)
        assert (bool(plain.violations), len(plain.run)) == (True, where.depth)


PLACES = {(case.where.start, case.where.bounds) for case in (*COMPACTING, *FROM_FAR)}
PLACES |= {("a_snapshot_to_send", replace(NARROW, terms=1, entries=1, crashes=1))}
PLACES |= {("one_behind", replace(WIDE, entries=0, compactions=None, terms=1, duplicates=0))}


@pytest.mark.parametrize(("start", "bounds"), sorted(PLACES, key=repr))
def test_where_wrong_rules_are_caught_raft_breaks_nothing(start: str, bounds: Bounds) -> None:
    found = explore(STARTS[start](), RAFT, bounds, EVERYTHING, goals=())
    assert (found.verdict, found.stopped) == (Verdict.NOTHING_BROKE, "")


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("start", STARTS)
def test_a_right_rule_passes_where_wrong_ones_are_caught(name: str, start: str) -> None:
    rules, bounds = RAFT.but(**RIGHT[name]), replace(NARROW, entries=1, crashes=1, in_flight=2)
    found = explore(STARTS[start](), rules, bounds, SAFETY, goals=())
    assert (found.verdict, found.stopped) == (Verdict.NOTHING_BROKE, "")


SMALL = {
    "one_behind": replace(NARROW, entries=1),
    "a_snapshot_to_send": replace(NARROW, crashes=1),
    "gone_and_more": replace(NARROW, in_flight=2, compactions=0, depth=5),
    "a_snapshot_overtaken": replace(NARROW, terms=1, depth=6),
    "a_snapshot_outlived": replace(NARROW, drops=1, compactions=None, in_flight=2, depth=5),
    "answer_lost": replace(NARROW, crashes=1, in_turn=True),
    "fresh_3": Bounds(terms=1, entries=1, in_flight=1, crashes=0, timeouts=1, compactions=1),
}


@pytest.mark.parametrize("symmetry", [False, True], ids=["named", "renamed"])
@pytest.mark.parametrize(("start", "bounds"), SMALL.items(), ids=SMALL)
def test_the_engines_agree(start: str, bounds: Bounds, symmetry: bool) -> None:
    begin = STARTS[start]().cluster
    plain = search_plainly(begin, RAFT, bounds, FIGURE_3, symmetry=symmetry)
    fast = explore(begin, RAFT, bounds, FIGURE_3, goals=(), symmetry=symmetry)
    assert plain.violations == ()
    assert fast.levels == plain.levels


def test_unless_told_no_exploration_compacts() -> None:
    """As many clusters as there were before there was an event to compact by."""
    bounds = Bounds(terms=1, entries=1, in_flight=1, crashes=0)
    without, none = explore(fresh(3), bounds=bounds), replace(bounds, compactions=0)
    assert bounds == none
    some = explore(fresh(3), bounds=replace(bounds, compactions=1))
    assert without.states < some.states
    assert "compaction" not in bounds.said(fresh(3).cluster)
    assert replace(bounds, compactions=2).said(fresh(3).cluster).endswith("at most 2 compactions")


# A follower that compacted while nobody heard


def as_figure_2_has_it(node: Node, request: AppendEntries) -> bool:
    return node.log.term_at(request.prev_log_index) == request.prev_log_term


def unheard() -> History:
    """node3 has an entry, and has discarded it; its answer was lost, and node2 is down."""
    history = one_behind()
    perform(history, Replicate("node1", "node3"), Arrival("node1", "node3"))
    perform(history, Drop(history.cluster.network[0]), Compact("node3"), Crash("node2"))
    return history


@pytest.mark.parametrize(
    ("rules", "verdict"),
    [
        (RAFT, Verdict.NOTHING_BROKE),
        (RAFT.but(log_matches=as_figure_2_has_it), Verdict.UNAVAILABLE),
    ],
    ids=["with section 7", "by the letter"],
)
def test_a_follower_may_discard_what_it_will_be_sent_again(rules: Rules, verdict: Verdict) -> None:
    """By the letter of Figure 2 it refuses for ever what builds upon an entry it has discarded."""
    [commits] = [goal for goal in LIVELY if goal.words == "an entry is committed"]
    bounds = replace(NARROW, entries=1, restarts=0, compactions=0)
    assert explore(unheard(), rules, bounds, goals=[commits]).verdict is verdict
