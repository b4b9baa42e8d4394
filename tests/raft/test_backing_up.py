"""Ways for a leader to back up: what each costs, and that each is as safe as the paper's. (§5.3)"""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raftlab.course import starts
from raftlab.modelcheck import Bounds, Verdict, explore
from raftlab.raft import (
    RAFT,
    AppendReply,
    ClientCommand,
    Cluster,
    Crash,
    FrozenMap,
    Log,
    Node,
    Restart,
    Role,
    Timeout,
)
from raftlab.raft.backing_up import (
    BACKING_UP,
    back_up_by_term,
    back_up_to_hint,
    back_up_to_last_index,
    reject_with_hint,
)
from raftlab.raft.lemmas import PROPERTIES
from raftlab.sim import SCENARIOS
from raftlab.sim.acts import Arrival
from raftlab.sim.experiments import BackingUp, compare_backing_up
from raftlab.sim.history import History
from raftlab.sim.reigns import reigns
from raftlab.sim.repair import Cost, cost, figure_7_costs, repair, repair_figure_7
from raftlab.sim.script import deliver_all, lose_the_rest, perform

from .clusters import append, entries, leader, node, turn

BACK_UP = {way: rules.back_up for way, rules in BACKING_UP.items()}
every_way = pytest.mark.parametrize("way", BACKING_UP)


# What it costs -----------------------------------------------------------------------------------


def test_figure_7_by_every_way() -> None:
    """One refusal costs the refused AppendEntries and the refusal; the last two are the success."""
    refusals = {
        "one at a time": {"a": 1, "b": 6, "c": 0, "d": 0, "e": 5, "f": 7},
        "the follower's last index": {"a": 1, "b": 1, "c": 0, "d": 0, "e": 3, "f": 7},
        "the conflicting term's first index": {"a": 1, "b": 1, "c": 0, "d": 0, "e": 2, "f": 2},
        "hints on both sides": {"a": 1, "b": 1, "c": 0, "d": 0, "e": 1, "f": 1},
    }
    assert figure_7_costs() == {
        way: {letter: Cost(count, 2 * count + 2) for letter, count in counts.items()}
        for way, counts in refusals.items()
    }


@every_way
@pytest.mark.parametrize("letter", "abcdef")
def test_every_follower_of_figure_7_ends_with_the_leaders_log(way: str, letter: str) -> None:
    history = repair_figure_7(letter, BACKING_UP[way])
    leads, follower, _ = history.cluster.nodes
    assert [e.term for e in follower.log.entries] == [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 8]
    assert follower.log == leads.log
    assert (leads.match_index["node2"], leads.next_index["node2"]) == (11, 12)
    assert all(moment.violations == () for moment in history.moments)
    assert (history.title, history.rules) == (f"Figure 7 ({letter}), repaired", BACKING_UP[way])


def test_a_cost_counts_appends_and_answers_alone() -> None:
    history = History(Cluster.of("node1", "node2", "node3"))
    perform(history, Timeout("node1"))
    deliver_all(history)
    assert cost(history) == Cost(0, 4)  # two heartbeats and their answers; no vote
    perform(history, ClientCommand("node1", "SET a 1"))
    repair(history, "node1", "node2")
    assert cost(history) == Cost(0, 6)


# Where each goes back to -------------------------------------------------------------------------


def refused(prev: int, **found: int) -> AppendReply:
    return AppendReply("node2", "node1", 8, success=False, prev_log_index=prev, **found)


OF_FIGURE_7 = (1, 1, 1, 4, 4, 5, 5, 6, 6, 6)
LAST, CONFLICT, HINT = "last_log_index", "conflict_term", "conflict_index"


@pytest.mark.parametrize(
    ("rule", "prev", "found", "next_index"),
    [
        # The follower's last index: right after it, and always an entry earlier.
        (back_up_to_last_index, 10, {LAST: 4}, 5),
        (back_up_to_last_index, 10, {LAST: 9}, 10),
        (back_up_to_last_index, 10, {LAST: 11}, 10),
        (back_up_to_last_index, 10, {LAST: 0}, 1),
        # The conflicting term's first index; where there is none, as before.
        (back_up_by_term, 10, {LAST: 11, CONFLICT: 3, HINT: 7}, 7),
        (back_up_by_term, 7, {LAST: 7, CONFLICT: 4, HINT: 4}, 4),
        (back_up_by_term, 10, {LAST: 11, CONFLICT: 7, HINT: 10}, 10),
        (back_up_by_term, 10, {LAST: 4}, 5),
        (back_up_by_term, 10, {LAST: 0}, 1),
        # The leader's last entry up to the hint of no later term.
        (back_up_to_hint, 10, {LAST: 9, CONFLICT: 6, HINT: 9}, 10),
        (back_up_to_hint, 10, {LAST: 4, CONFLICT: 4, HINT: 4}, 5),
        (back_up_to_hint, 10, {LAST: 7, CONFLICT: 4, HINT: 7}, 6),
        (back_up_to_hint, 10, {LAST: 11, CONFLICT: 3, HINT: 10}, 4),
        (back_up_to_hint, 10, {LAST: 0, CONFLICT: 0, HINT: 0}, 1),
        (back_up_to_hint, 4, {LAST: 9, CONFLICT: 0, HINT: 4}, 4),  # discarded there
        (back_up_to_hint, 10, {LAST: 99, CONFLICT: 7, HINT: 99}, 10),  # no hint of its own
    ],
)
def test_where_a_refusal_leads_back_to(rule, prev: int, found: dict, next_index: int) -> None:
    asked = FrozenMap.of({"node2": prev + 1, "node3": 11})
    before = leader("node1", *OF_FIGURE_7, current_term=8, next_index=asked)
    after = replace(before, next_index=FrozenMap.of({"node2": next_index, "node3": 11}))
    assert rule(before, refused(prev, **found)) == after


@pytest.mark.parametrize(
    ("held", "prev", "hint"),
    [
        # (index, term): the last up to prev_log_index, and within the log, of no later term
        ((1, 1, 1, 4, 4, 5, 5, 6, 6), (10, 6), (9, 6)),
        ((1, 1, 1, 4), (10, 6), (4, 4)),
        ((1, 1, 1, 4, 4, 4, 4), (10, 6), (7, 4)),
        ((1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3), (10, 6), (10, 3)),
        ((1, 1, 5, 5, 5), (5, 4), (2, 1)),  # the follower skips a term of its own
        ((1, 5, 5, 5), (9, 4), (1, 1)),
        ((5, 5), (2, 4), (0, 0)),
        ((), (3, 4), (0, 0)),
    ],
)
def test_the_hint_of_a_refusal(held: tuple, prev: tuple, hint: tuple) -> None:
    before = node("node1", *held, current_term=8, leader_id="node2")
    rules = BACKING_UP["hints on both sides"]
    after, sent = turn(before, append(prev, 8, term=8), rules)
    index, term = hint
    assert after == before
    assert sent == [AppendReply("node1", "node2", 8, False, prev[0], 0, len(held), term, index)]


def test_a_hint_stops_at_what_was_discarded() -> None:
    # What was discarded was committed: it agrees, whatever its term was.
    compacted = Log(entries(5, 5, start=4), prefix_index=3, prefix_term=2)
    before = replace(node("node1", current_term=8), log=compacted)
    places = {prev: reject_with_hint(before, append(prev, term=8)) for prev in PLACES}
    hints = {prev: (a.conflict_index, a.conflict_term) for prev, a in places.items()}
    assert hints == PLACES


PLACES = {(5, 4): (3, 2), (3, 1): (2, 0), (2, 1): (2, 0), (0, 0): (0, 0)}


# The guards of the paper's -----------------------------------------------------------------------


@every_way
@pytest.mark.parametrize(
    ("before", "reply"),
    [
        (node("node1", 1, 1, current_term=8), refused(2)),
        (leader("node1", 1, 1, current_term=9), refused(2)),
        (leader("node1", 1, 1, current_term=8), refused(1)),
        (leader("node1", 1, 1, current_term=8), refused(3, last_log_index=9)),
    ],
    ids=["no leader any more", "an earlier leadership", "earlier than asked", "later than asked"],
)
def test_an_old_refusal_is_not_heeded(way: str, before: Node, reply: AppendReply) -> None:
    assert BACK_UP[way](before, reply) == before


@every_way
@pytest.mark.parametrize("found", [{}, {LAST: 1}, {LAST: 9, CONFLICT: 1, HINT: 1}])
def test_what_matches_is_not_asked_about_again(way: str, found: dict[str, int]) -> None:
    known = FrozenMap.of({"node2": 2, "node3": 0})
    before = leader("node1", 1, 1, 1, 1, current_term=8, match_index=known)
    asked = FrozenMap.of({"node2": 3, "node3": 5})
    after = BACK_UP[way](before, refused(4, **found))
    assert after.next_index["node2"] in (3, 4)
    at_the_limit = replace(before, next_index=asked)
    assert BACK_UP[way](at_the_limit, refused(2, **found)) == at_the_limit


@every_way
@given(
    st.integers(0, 9),
    st.fixed_dictionaries({LAST: st.integers(0, 12), CONFLICT: st.integers(0, 9)}),
    st.integers(0, 12),
)
def test_whatever_a_refusal_says_the_leader_asks_earlier(way, match, found, hint) -> None:
    """Progress, and never below what matches: even under a hint that makes no sense."""
    known = FrozenMap.of({"node2": match, "node3": 0})
    before = leader("node1", *OF_FIGURE_7, current_term=8, match_index=known)
    after = BACK_UP[way](before, refused(10, **found, conflict_index=hint))
    assert match < after.next_index["node2"] <= 10
    assert replace(after, next_index=before.next_index) == before


# From any two logs -------------------------------------------------------------------------------


def newly_led(seed: int, size: int, count: int, choice: int) -> tuple[Cluster, str]:
    """What random reigns leave, and one that then wins an election, of which nobody hears yet."""
    start = reigns(seed, size, count, longest=8)
    ends = {n.name: (n.log.last_term, n.log.last_index) for n in start.nodes}
    electable = [
        name
        for name, end in ends.items()
        if start.nodes[0].configuration.is_quorum(n for n in ends if ends[n] <= end)
    ]
    name = electable[choice % len(electable)]
    history = History(start)
    perform(history, Crash(name), Restart(name))  # it may have led; and nobody votes twice
    latest = max(n.current_term for n in start.nodes)
    while history.cluster.node(name).current_term <= latest:
        lose_the_rest(history)
        perform(history, Timeout(name))
    voters = start.node(name).peers
    perform(history, *(Arrival(name, voter) for voter in voters))
    perform(history, *(Arrival(voter, name) for voter in voters))
    lose_the_rest(history)
    perform(history, ClientCommand(name, "SET last word"))
    return history.cluster, name


def costs_of_repair(start: Cluster, name: str, follower: str) -> dict[str, Cost]:
    costs = {}
    for way, rules in BACKING_UP.items():
        history = History(start, rules, properties=PROPERTIES)
        repair(history, name, follower)
        assert history.cluster.node(follower).log == history.cluster.node(name).log
        assert [m.violations for m in history.moments if m.violations] == []
        costs[way] = cost(history)
    return costs


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.integers(3, 5), st.integers(2, 8), st.integers(0, 4))
def test_every_way_repairs_every_log_with_no_more_refusals(seed, size, count, choice) -> None:
    """Than one at a time, that is; from logs that can exist, by a leader that can be elected."""
    start, name = newly_led(seed, size, count, choice)
    for follower in start.node(name).peers:
        costs = costs_of_repair(start, name, follower)
        assert max(costs.values()) == costs["one at a time"]


def test_the_logs_of_the_law_are_worth_repairing() -> None:
    # Were all logs alike, the law would hold all too easily.
    total = dict.fromkeys(BACKING_UP, 0)
    for seed in range(40):
        start, name = newly_led(seed, 5, 7, seed)
        for follower in start.node(name).peers:
            for way, found in costs_of_repair(start, name, follower).items():
                total[way] += found.refusals
    one, last_index, term, hints = total.values()
    assert one > last_index > term > hints > 0


# Every schedule within bounds ---------------------------------------------------------------------

AN_ELECTION = Bounds(terms=1, entries=1, in_flight=1, crashes=0)
LATE_ANSWERS = Bounds(terms=0, entries=0, in_flight=2, crashes=0)


@every_way
@pytest.mark.parametrize(
    "start",
    [
        SCENARIOS["figure_7_e"],
        SCENARIOS["figure_7_f"],
        starts.old_entries,
        starts.later_is_shorter,
    ],
    ids=["figure_7_e", "figure_7_f", "old_entries", "later_is_shorter"],
)
def test_no_way_breaks_anything_where_logs_conflict(way: str, start) -> None:
    found = explore(start(), BACKING_UP[way], AN_ELECTION, PROPERTIES)
    assert (found.verdict, found.exhausted) == (Verdict.NOTHING_BROKE, True)


@every_way
def test_no_way_is_misled_by_late_answers(way: str) -> None:
    start = SCENARIOS["figure_7_e"]()
    found = explore(start, BACKING_UP[way], LATE_ANSWERS, PROPERTIES, goals=())
    assert (found.verdict, found.exhausted) == (Verdict.NOTHING_BROKE, True)


# Ways that are wrong ------------------------------------------------------------------------------


def goes_below_what_matches(node: Node, reply: AppendReply) -> Node:
    current = node.role is Role.LEADER and reply.term == node.current_term
    if not current or reply.prev_log_index + 1 != node.next_index[reply.sender]:
        return node
    index = max(1, min(reply.last_log_index + 1, reply.prev_log_index))
    return replace(node, next_index=node.next_index.set(reply.sender, index))


def trusts_the_last_index_alone(node: Node, reply: AppendReply) -> Node:
    current = node.role is Role.LEADER and reply.term == node.current_term
    if not current or reply.prev_log_index + 1 != node.next_index[reply.sender]:
        return node
    index = max(node.match_index[reply.sender], reply.last_log_index) + 1
    return replace(node, next_index=node.next_index.set(reply.sender, index))


def test_a_way_below_what_matches_is_caught() -> None:
    rules = RAFT.but(back_up=goes_below_what_matches)
    found = explore(SCENARIOS["figure_7_e"](), rules, LATE_ANSWERS, PROPERTIES, goals=())
    assert found.verdict is Verdict.BROKEN
    assert found.headline.startswith("Monotonic Match Index broke after ")
    assert "not above match_index" in found.sentence


def test_a_way_that_gets_nowhere_is_caught() -> None:
    rules = RAFT.but(back_up=trusts_the_last_index_alone)
    with pytest.raises(ValueError, match=r"node1 and node2 stay different under RAFT\.but"):
        repair_figure_7("f", rules)
    bounds = replace(AN_ELECTION, restarts=0)
    found = explore(starts.later_is_shorter(), rules, bounds)
    assert found.verdict is Verdict.UNAVAILABLE
    assert "an entry is committed" in found.sentence


def test_a_way_that_never_ends_is_stopped() -> None:
    def to_and_fro(node: Node, reply: AppendReply) -> Node:
        other = 9 if node.next_index[reply.sender] == 10 else 10
        return replace(node, next_index=node.next_index.set(reply.sender, other))

    with pytest.raises(ValueError, match="stay different"):
        repair_figure_7("f", RAFT.but(back_up=to_and_fro))


def test_the_comparison_counts_what_the_repairs_cost() -> None:
    found = compare_backing_up({"one at a time": RAFT})
    assert found == BackingUp({"one at a time": {"a": 1, "b": 6, "c": 0, "d": 0, "e": 5, "f": 7}})
    head, line = found.rows()
    assert head == ("the leader goes back", "(a)", "(b)", "(c)", "(d)", "(e)", "(f)", "all")
    assert line == ("one at a time", "1", "6", "0", "0", "5", "7", "19")
    assert compare_backing_up().refusals["hints on both sides"]["f"] == 1


@pytest.mark.parametrize("ways", [RAFT, {"mine": None}, ["mine"]], ids=["rules", "none", "list"])
def test_what_are_no_ways_is_told_so(ways: object) -> None:
    with pytest.raises(TypeError, match="Ways to back up are rules by name"):
        compare_backing_up(ways)  # type: ignore[arg-type]
