"""Wrong rules are caught, each for its reason; right ones pass, however different they are."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from raftlab.modelcheck import Bounds, Exploration, Verdict, explore
from raftlab.modelcheck.plain import search_plainly
from raftlab.raft import LEMMAS, RAFT, SAFETY, Property, Rules, broken_by

from .alternatives import ALTERNATIVES, CASES, Alternative
from .caught import CAUGHT, Row
from .mutants import HARMLESS, MUTANTS, STALLED, STARTS, Case, Caught, Place, Safe, Stuck

EVERYTHING = (*SAFETY, *LEMMAS)


def tried(where: Place, rules: Rules, properties: tuple[Property, ...] = SAFETY) -> Exploration:
    symmetry = where.symmetry if isinstance(where, Caught) else None
    return explore(where.begin(), rules, where.bounds, properties, symmetry=symmetry)


def each(table: tuple[Case, ...] | tuple[Alternative, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", table, ids=lambda case: case.name)


def test_the_tables_are_large_and_each_name_is_one_rule() -> None:
    assert len(MUTANTS) >= 35
    assert len(ALTERNATIVES) >= 12
    names = [case.name for case in (*MUTANTS, *STALLED, *HARMLESS, *ALTERNATIVES)]
    assert len(set(names)) == len(names)


@each(MUTANTS)
def test_a_wrong_rule_is_caught_by_a_shortest_run(
    case: Case[Caught], record_property: Callable[[str, object], None]
) -> None:
    where = case.where
    found = tried(where, case.rules)
    assert found.verdict is Verdict.BROKEN
    assert found.violation is not None
    assert found.history is not None
    assert found.violation.property.name == where.breaks
    start, *moments = found.history.line()
    assert len(moments) == where.depth
    # The plain simulator agrees: nothing is broken before the last event, and the property is then.
    assert not any(moment.violations for moment in (start, *moments[:-1]))
    assert found.violation in broken_by(moments[-1].step, SAFETY)
    row = Row(case.name, where.breaks, where.depth, found.states, found.seconds)
    record_property(CAUGHT, tuple(row))


def as_deep_as_mutants() -> list[tuple[str, Bounds]]:
    """Where mutants are caught: each start and bounds, to the depth at which the last one is."""
    deepest: dict[tuple[str, Bounds], int] = {}
    for where in (case.where for case in MUTANTS):
        place = where.start, where.bounds
        deepest[place] = max(where.depth, deepest.get(place, 0))
    return [(start, replace(bounds, depth=depth)) for (start, bounds), depth in deepest.items()]


@pytest.mark.parametrize(("start", "bounds"), as_deep_as_mutants())
def test_where_wrong_rules_are_caught_raft_breaks_nothing(start: str, bounds: Bounds) -> None:
    found = explore(STARTS[start](), RAFT, bounds, EVERYTHING)
    assert found.verdict in (Verdict.NOTHING_BROKE, Verdict.UNDECIDED)
    assert found.stopped == ""


SHALLOW = tuple(case for case in MUTANTS if case.where.depth <= 5)


@each(SHALLOW)
def test_the_plainest_search_finds_a_run_as_short(case: Case[Caught]) -> None:
    found = search_plainly(case.where.begin().cluster, case.rules, case.where.bounds)
    assert case.where.breaks in [violation.property.name for violation in found.violations]
    assert len(found.run) == case.where.depth


def test_a_rule_that_knows_a_name_is_refused_where_names_are_exchanged() -> None:
    case = CASES["takes node1 for nobody"]
    found = explore(case.where.begin(), case.rules, case.where.bounds)
    assert found.verdict is Verdict.UNSOUND
    assert found.fault is not None
    assert found.fault.rule == "may_vote"


@each(STALLED)
def test_a_rule_under_which_nothing_happens_does_not_pass(case: Case[Stuck]) -> None:
    found = tried(case.where, case.rules)
    assert found.verdict is Verdict.UNAVAILABLE
    assert next(goal.goal for goal in found.goals if goal.depth is None) == case.where.never


@each(HARMLESS)
def test_a_rule_that_is_wrong_and_harmless_breaks_lemmas_at_most(case: Case[Safe]) -> None:
    assert case.why
    passes_but_for(case.where.lemmas, case.where, case.rules)


@each(ALTERNATIVES)
def test_a_right_rule_passes_where_wrong_ones_are_caught(case: Alternative) -> None:
    for name in case.beside:
        passes_but_for(case.lemmas, CASES[name].where, case.rules)


def passes_but_for(lemmas: tuple[str, ...], where: Place, rules: Rules) -> None:
    """Of everything only those lemmas break, and each of them does."""
    others = tuple(p for p in EVERYTHING if p.name not in lemmas)
    assert tried(where, rules, others).verdict is Verdict.NOTHING_BROKE
    for lemma in (p for p in LEMMAS if p.name in lemmas):
        assert tried(where, rules, (lemma,)).verdict is Verdict.BROKEN
