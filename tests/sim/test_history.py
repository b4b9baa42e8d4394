"""Do, back, forward, branch; and the laws of going about in time."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raftlab.raft import (
    FIGURE_3,
    RAFT,
    ClientCommand,
    Crash,
    Deliver,
    Heal,
    Node,
    NotPossible,
    RequestVote,
    RuleError,
    Step,
    Timeout,
    step,
)
from raftlab.sim import History, fresh, leader_elected, random_events
from raftlab.sim.history import Moment

SEEDS = st.integers(0, 10_000)
SIZES = st.integers(1, 5)


def played(size: int, seed: int, count: int) -> History:
    history = fresh(size)
    history.play(*random_events(history.cluster, seed, count))
    return history


def test_a_history_begins_with_its_start_alone() -> None:
    history = fresh(3)
    start = Moment(number=0, parent=None, step=None, cluster=history.cluster)
    assert history.moments == history.line() == history.branches() == (start,)
    assert (history.now, len(history), history.back(), history.forward()) == (
        start,
        1,
        False,
        False,
    )


def test_doing_gives_the_next_moment() -> None:
    history = fresh(3)
    taken = step(history.cluster, Timeout("node1"))
    expected = Moment(number=1, parent=0, step=taken, cluster=taken.after, note="first")
    assert history.do(Timeout("node1"), note="first") == expected
    assert (history.now, history.cluster) == (expected, taken.after)


def test_back_and_forward() -> None:
    history = fresh(3)
    history.play(Timeout("node1"), Timeout("node2"))
    assert [history.back(), history.now.number] == [True, 1]
    assert [history.back(), history.now.number] == [True, 0]
    assert [history.back(), history.now.number] == [False, 0]
    assert [history.forward(), history.forward(), history.forward()] == [True, True, False]
    assert history.now.number == 2


def test_a_branch_keeps_the_other_branch() -> None:
    history = fresh(3)
    history.play(Timeout("node1"), Timeout("node2"))
    history.goto(1)
    history.do(Timeout("node3"))
    assert [moment.number for moment in history.line()] == [0, 1, 3]
    assert [moment.number for moment in history.branches()] == [2, 3]
    assert [moment.number for moment in history.children(1)] == [2, 3]
    history.goto(2)
    assert [moment.number for moment in history.line()] == [0, 1, 2]


def test_forward_follows_the_branch_last_visited() -> None:
    history = fresh(3)
    history.play(Timeout("node1"), Timeout("node2"))
    history.goto(0)
    history.play(Timeout("node3"), Timeout("node1"))
    history.goto(2)
    history.goto(0)
    assert history.forward()
    assert history.now.number == 1
    history.goto(4)
    history.goto(0)
    assert history.forward()
    assert history.now.number == 3


def test_doing_again_what_was_done_leads_to_the_same_moment() -> None:
    history = fresh(3)
    first = history.do(Timeout("node1"))
    history.back()
    assert history.do(Timeout("node1")) is first
    assert len(history) == 2


def test_what_cannot_happen_changes_nothing() -> None:
    history = fresh(3)
    history.do(Timeout("node1"))
    before = (history.moments, history.now)
    stray = RequestVote("node2", "node1", 9, 0, 0)
    for event in (Heal(), Deliver(stray), Timeout("node9"), ClientCommand("node1", "PUT x")):
        with pytest.raises(NotPossible):
            history.do(event)
    assert (history.moments, history.now) == before


def test_a_rule_that_fails_changes_nothing() -> None:
    history = History(fresh(3).cluster, RAFT.but(start_election=lambda node: None))
    with pytest.raises(RuleError, match="return"):
        history.do(Timeout("node1"))
    assert (len(history), history.now.number) == (1, 0)


def test_no_rule_runs_when_one_moves_in_time() -> None:
    asked: list[Node] = []

    def may_start_election(node: Node) -> bool:
        asked.append(node)
        return True

    history = History(fresh(3).cluster, RAFT.but(may_start_election=may_start_election))
    history.play(Timeout("node1"), Timeout("node2"))
    assert len(asked) == 2
    history.goto(0)
    history.forward()
    history.back()
    history.do(Timeout("node1"))
    history.line()
    assert len(asked) == 2


def test_there_is_no_moment_beyond_the_last() -> None:
    history = fresh(3)
    for number in (1, -1):
        with pytest.raises(IndexError, match=f"no moment {number}; the last is 0"):
            history.goto(number)


def test_a_step_is_attached_only_where_it_begins() -> None:
    history, other = fresh(3), leader_elected(3)
    taken = step(other.cluster, Crash("node2"))
    with pytest.raises(ValueError, match="moment 0"):
        history.attach(0, taken)
    assert len(history) == 1


def test_attaching_goes_nowhere() -> None:
    history = fresh(3)
    history.attach(0, step(history.cluster, Timeout("node1")))
    assert (history.now.number, history.forward(), history.now.number) == (0, True, 1)


def test_violations_are_found_after_each_step_and_stay() -> None:
    everyone_wins = RAFT.but(wins_election=lambda node: True)
    history = History(fresh(3).cluster, everyone_wins)
    history.play(Timeout("node1"), Timeout("node2"), Crash("node3"))
    sentences = [[v.sentence for v in moment.violations] for moment in history.moments]
    both = "node1 and node2 both led term 1."
    assert sentences == [[], [], [both], [both]]


def test_violations_are_those_of_the_chosen_properties() -> None:
    everyone_wins = RAFT.but(wins_election=lambda node: True)
    others = tuple(p for p in FIGURE_3 if p.name != "Election Safety")
    history = History(fresh(3).cluster, everyone_wins, properties=others)
    history.play(Timeout("node1"), Timeout("node2"))
    assert history.now.violations == ()


def test_a_broken_start_is_seen_at_the_start() -> None:
    everyone_wins = RAFT.but(wins_election=lambda node: True)
    history = History(fresh(3).cluster, everyone_wins)
    history.play(Timeout("node1"), Timeout("node2"))
    assert History(history.cluster).now.violations == history.now.violations


def test_a_note_can_be_left_later() -> None:
    history = fresh(3)
    history.do(Timeout("node1"))
    history.mark("Look here.")
    assert [moment.note for moment in history.moments] == ["", "Look here."]


def test_a_history_says_what_it_is() -> None:
    history = fresh(3)
    history.play(Timeout("node1"))
    history.back()
    history.do(Timeout("node2"))
    assert repr(history) == "<History '3 nodes, just switched on': moment 2 of 2, 2 branches>"


@settings(max_examples=40)
@given(SIZES, SEEDS)
def test_the_same_seed_gives_the_same_history(size: int, seed: int) -> None:
    assert played(size, seed, 60).moments == played(size, seed, 60).moments


@settings(max_examples=40)
@given(SIZES, SEEDS, st.data())
def test_back_then_forward_is_the_identity(size: int, seed: int, data: st.DataObject) -> None:
    history = played(size, seed, 30)
    history.goto(data.draw(st.integers(1, len(history) - 1)))
    before = (history.now, history.line(), history.moments)
    assert history.back()
    assert history.forward()
    assert (history.now, history.line(), history.moments) == before


@settings(max_examples=40)
@given(SIZES, SEEDS, SEEDS, st.data())
def test_a_branch_changes_nothing_of_another(
    size: int, seed: int, other_seed: int, data: st.DataObject
) -> None:
    history = played(size, seed, 30)
    before, tip = history.moments, history.now.number
    history.goto(data.draw(st.integers(0, tip)))
    history.play(*random_events(history.cluster, other_seed, 20))
    assert history.moments[: len(before)] == before
    assert history.goto(tip) == before[tip]
    assert history.line() == history.path(tip) + history.line()[len(history.path(tip)) :]


@settings(max_examples=40)
@given(SIZES, SEEDS, st.lists(st.integers(0, 4), max_size=40))
def test_wherever_one_goes_the_tree_holds_together(size: int, seed: int, moves: list[int]) -> None:
    history = played(size, seed, 10)
    for place, move in enumerate(moves):
        match move:
            case 0:
                history.back()
            case 1:
                history.forward()
            case 2:
                history.goto(place % len(history))
            case 3:
                history.mark(f"note {place}")
            case _:
                history.play(*random_events(history.cluster, place, 2))
        assert history.now in history.line()
        assert history.line() == history.path(history.line()[-1].number)
    line = history.line()
    assert history.now in line
    assert line[-1] in history.branches()
    assert [m.parent for m in line] == [None, *(m.number for m in line[:-1])]
    assert all(isinstance(m.step, Step) and m.step.after == m.cluster for m in line[1:])


@settings(max_examples=40)
@given(SIZES, SEEDS)
def test_the_events_of_a_line_give_the_line_again(size: int, seed: int) -> None:
    history = played(size, seed, 30)
    again = fresh(size)
    again.play(*(moment.step.event for moment in history.line() if moment.step))
    assert again.line() == history.line()
