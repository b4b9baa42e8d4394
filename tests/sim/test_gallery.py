"""Famous runs: each is built of events that can happen, and comes to what it says."""

from collections.abc import Callable

import pytest

from raftlab.raft import (
    CLIENTS,
    FIGURE_3,
    ClientCommand,
    Cluster,
    Crash,
    Delay,
    Drop,
    Duplicate,
    Restart,
    Role,
    step,
)
from raftlab.raft.ways_to_read import (
    begin_read_at_once,
    may_serve_read_locally,
    reads_skip_log,
)
from raftlab.sim import History, Moment, as_python
from raftlab.sim.as_test import as_pytest, breaks
from raftlab.sim.explain import explain
from raftlab.sim.figures import FIGURE_8
from raftlab.sim.gallery import GALLERY, Famous
from raftlab.sim.gallery_figures import commits_by_counting
from raftlab.sim.gallery_stories import forgets_its_vote
from raftlab.sim.linearizability import check_linearizable
from raftlab.sim.saved import dumps, loads
from raftlab.sim.seen import seen_by_clients
from raftlab.sim.side_by_side import beside_raft

WRONG = {
    "lost_vote": ("restart", forgets_its_vote, {"Election Safety"}),
    "figure_8_by_counting": (
        "leader_commit_index",
        commits_by_counting,
        {"Leader Completeness", "State Machine Safety"},
    ),
    "stale_read": ("skips_log", reads_skip_log, {"One Store"}),
}
BESIDES = {"stale_read": {"begin_read", "may_serve_read"}}
NAMES = [checked.name for checked in (*FIGURE_3, *CLIENTS)]


def leaders(cluster: Cluster) -> list[tuple[str, int]]:
    nodes = (node for node in cluster.nodes if node.up and node.role is Role.LEADER)
    return [(node.name, node.current_term) for node in nodes]


def terms(cluster: Cluster) -> list[list[int]]:
    return [[entry.term for entry in node.log.entries] for node in cluster.nodes]


def committed(cluster: Cluster) -> list[int]:
    return [node.commit_index for node in cluster.nodes]


def machines(cluster: Cluster) -> list[dict[str, str]]:
    return [dict(node.machine) for node in cluster.nodes]


def marked(history: History) -> list[Moment]:
    """The moments with a note on the current line, from where it stands."""
    return [m for m in history.line() if m.note and m.number >= history.now.number]


def kinds(history: History) -> list[type]:
    return [type(moment.step.event) for moment in history.line() if moment.step]


@pytest.fixture(params=GALLERY)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


# Of each


def test_titles_and_sentences_are_unique_and_whole() -> None:
    every = list(GALLERY.values())
    assert len({one.title for one in every}) == len({one.see for one in every}) == len(every)
    for one in every:
        assert one.see.endswith(").")
        assert "§" in one.see
        assert not one.title.endswith(".")


def test_it_is_named_and_stands_before_its_story(name: str) -> None:
    history = GALLERY[name].history()
    assert history.title == GALLERY[name].title
    ahead = [m for m in marked(history) if m is not history.now]
    assert len(ahead) >= 3
    assert all(moment.note.endswith(".") for moment in ahead)
    assert len({moment.note for moment in ahead}) == len(ahead)
    assert history.read_only is None


def test_whatever_happens_can_happen_from_nodes_just_switched_on(name: str) -> None:
    history = GALLERY[name].history()
    clients = (client.name for client in history.cluster.clients)
    start = Cluster.of(*history.cluster.names).with_clients(*clients)
    assert history.moments[0].cluster == start
    for moment in history.moments[1:]:
        assert moment.step is not None
        assert moment.parent is not None
        before = history.moment(moment.parent).cluster
        assert step(before, moment.step.event, history.rules) == moment.step


def test_it_is_the_same_each_time_and_a_new_one(name: str) -> None:
    one, other = GALLERY[name].history(), GALLERY[name].history()
    assert one.moments == other.moments
    assert (one.now, one.line()) == (other.now, other.line())
    one.mark("changed")
    assert one.now != GALLERY[name].history().now


def test_what_breaks_is_in_its_sentence(name: str) -> None:
    famous = GALLERY[name]
    history = famous.history()
    broken = {broke for _, broke, _ in breaks(history)}
    assert broken == {of for of in NAMES if of in famous.see}
    assert broken == WRONG.get(name, ("", None, set()))[2]
    changed = {WRONG[name][0], *BESIDES.get(name, ())} if name in WRONG else set()
    assert history.rules_changed == changed
    if not broken:
        assert all(moment.violations == () for moment in history.moments)


def test_what_breaks_is_noted_where_it_does(name: str) -> None:
    history = GALLERY[name].history()
    noted = [m for m in history.moments if "broken" in m.note]
    assert bool(noted) == (name in WRONG)
    for moment in noted:
        now = {violation.property.name for violation in moment.violations}
        assert now >= {of for of in NAMES if of in moment.note} != set()
    if name in WRONG:
        first = min(event for event, _, _ in breaks(history))
        assert history.line()[first] in noted


def test_it_can_be_kept(name: str) -> None:
    history = GALLERY[name].history()
    again = loads(dumps(history), history.rules)
    assert [m.cluster for m in again.moments] == [m.cluster for m in history.moments]
    assert [m.note for m in again.moments] == [m.note for m in history.moments]
    names = {
        "forgets_its_vote": forgets_its_vote,
        "commits_by_counting": commits_by_counting,
        "reads_skip_log": reads_skip_log,
        "begin_read_at_once": begin_read_at_once,
        "may_serve_read_locally": may_serve_read_locally,
    }
    exec(as_python(history), dict(names))
    defined = dict(names)
    exec(as_pytest(history), defined)
    (test,) = (defined[one] for one in defined if one.startswith("test_"))
    test()  # type: ignore[operator]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_rule_is_where_it_parts_from_raft(wrong: str) -> None:
    rule, function, _ = WRONG[wrong]
    history = GALLERY[wrong].history()
    assert getattr(history.rules, rule) is function
    found = beside_raft(history)
    assert found is not None
    assert found.rule == rule
    assert found.event < min(event for event, _, _ in breaks(history))


# What each comes to


def at_its_marks(history: History, says: Callable[[Cluster], object]) -> list[object]:
    return [says(moment.cluster) for moment in marked(history)]


def explained(moment: Moment) -> str:
    assert moment.step is not None
    return explain(moment.step).headline


def run(name: str) -> History:
    return GALLERY[name].history()


def test_a_split_vote_and_the_next_election() -> None:
    history = run("split_vote")
    assert at_its_marks(history, leaders) == [[], [], [], [("node3", 2)]]
    split = marked(history)[1].cluster
    assert {n.name: len(n.votes_received) for n in split.nodes if n.votes_received} == {
        "node1": 2,
        "node3": 1,
        "node5": 2,
    }
    assert {node.current_term for node in split.nodes} == {1}
    assert split.network == ()


def test_a_leader_crashes() -> None:
    history = run("leader_crash")
    elected, crash, next_leader, back, end = marked(history)
    ((first, first_term),) = leaders(elected.cluster)
    ((second, second_term),) = leaders(next_leader.cluster)
    assert first != second
    assert first_term < second_term
    assert crash.step is not None
    assert crash.step.event == Crash(first)
    assert leaders(crash.cluster) == []
    assert back.step is not None
    assert back.step.event == Restart(first)
    assert terms(end.cluster) == [[first_term, second_term]] * 5
    assert committed(end.cluster) == [2] * 5
    assert leaders(end.cluster) == [(second, second_term)]
    assert all(m.time is not None for m in history.line())


def test_a_stale_leader() -> None:
    history = run("stale_leader")
    both = [("node1", 1), ("node2", 2)]
    assert at_its_marks(history, leaders) == [
        [("node1", 1)],
        *[both] * 3,
        *[[("node2", 2)]] * 3,
    ]
    assert at_its_marks(history, committed) == [
        *[[0, 0, 0]] * 3,
        *[[0, 1, 0]] * 2,
        [1, 1, 0],
        [1, 1, 1],
    ]
    assert at_its_marks(history, terms)[2:] == [
        [[1], [], []],
        [[1], [2], [2]],
        [[1], [2], [2]],
        *[[[2], [2], [2]]] * 2,
    ]
    assert machines(history.line()[-1].cluster) == [{"x": "2"}] * 3


def test_two_against_three() -> None:
    history = run("two_against_three")
    assert at_its_marks(history, leaders) == [
        *[[("node1", 1)]] * 3,
        *[[]] * 2,
        *[[("node2", 6)]] * 2,
    ]
    _, alone, rising, healed, refused, elected, end = marked(history)
    assert committed(alone.cluster)[0] == 1
    assert [node.current_term for node in rising.cluster.nodes] == [1, 1, 1, 4, 4]
    assert healed.cluster.cut == ()
    assert explained(refused).startswith("node2 refuses node4 its vote")
    assert terms(elected.cluster)[1] == [1]
    assert terms(end.cluster) == [[1, 6]] * 5
    assert committed(end.cluster) == [2] * 5


def test_a_link_that_fails_one_way() -> None:
    history = run("one_way")
    assert at_its_marks(history, leaders) == [
        *[[("node1", 1)]] * 2,
        [],
        *[[("node2", 2)]] * 3,
    ]
    voted, in_doubt, sure = (marked(history)[place] for place in (2, 4, 5))
    assert voted.step is not None
    assert voted.step.after.node("node1").voted_for == "node2"
    assert [type(message).__name__ for message in voted.step.lost] == ["VoteReply"]
    known = [m.cluster.node("node2").match_index["node1"] for m in (in_doubt, sure)]
    assert known == [0, 1]
    assert terms(in_doubt.cluster)[:2] == [[2]] * 2
    assert in_doubt.cluster.cut == (("node1", "node2"),)


def test_a_reply_twice_and_a_reply_too_late() -> None:
    history = run("late_replies")
    copied, counted_once, _, held_back, first, late, end = marked(history)
    assert len(copied.cluster.network) == len(set(copied.cluster.network)) + 1
    assert counted_once.cluster.node("node1").votes_received == ("node1", "node2")
    assert leaders(counted_once.cluster) == []
    replies = [m.match_index for m in held_back.cluster.network if m.sender == "node2"]  # type: ignore[union-attr]
    assert replies == [2, 1]
    assert [m.cluster.node("node1").match_index["node2"] for m in (first, late)] == [2, 2]
    assert late.cluster.node("node1").next_index["node2"] == 3
    assert committed(end.cluster) == [2] * 5
    assert terms(end.cluster) == [[1, 1]] * 5


def test_a_bad_network() -> None:
    history = run("bad_network")
    happened = kinds(history)
    assert all(kind in happened for kind in (Drop, Duplicate, Delay))
    assert happened.count(ClientCommand) == 3
    noted = {type(m.step.event): m.note for m in marked(history) if m.step}
    assert [noted[kind].split()[2] for kind in (Drop, Duplicate, Delay)] == [
        "loses",
        "makes",
        "holds",
    ]
    end = marked(history)[-1].cluster
    assert committed(end) == [3] * 3
    assert len({node.log for node in end.nodes}) == 1
    assert next(m for m in history.line() if leaders(m.cluster)).note.endswith(" leads term 1.")


def test_figure_7_and_each_repair() -> None:
    history = run("figure_7")
    assert "knows nothing yet" in history.now.note
    appended, *repaired, end = marked(history)[1:]
    leader = appended.cluster.node("node1").log
    for place, (letter, moment) in enumerate(zip("abcdef", repaired, strict=True), start=2):
        assert moment.note.startswith(f"({letter}) ")
        assert moment.cluster.node(f"node{place}").log == leader
        before = history.moment(moment.number - 1).cluster.node(f"node{place}")
        assert f"log of {before.name} is" in moment.note
    said = [moment.note.split()[1:3] for moment in repaired]
    assert said == [
        ["After", "1"],
        ["After", "6"],
        ["Without", "a"],
        ["Without", "a"],
        ["After", "5"],
        ["After", "7"],
    ]
    assert {node.log for node in end.cluster.nodes} == {leader}
    assert committed(end.cluster) == [11] * 7


def test_figure_8_to_d_and_on_another_branch_to_e() -> None:
    history = run("figure_8")
    assert [m.note for m in marked(history)] == [FIGURE_8[letter] for letter in "abcd"]
    assert terms(history.line()[-1].cluster) == [[1, 3]] * 5
    assert max(committed(history.line()[-1].cluster)) == 1
    tips = history.branches()
    assert len(tips) == 2
    (other,) = (tip for tip in tips if tip.note == FIGURE_8["e"])
    assert terms(other.cluster)[:3] == [[1, 2, 4]] * 3
    assert other.cluster.node("node1").commit_index == 3
    shared = [m for m in history.path(other.number) if m in history.line()]
    assert shared[-1].note == FIGURE_8["c"]


def test_figure_8_by_counting() -> None:
    history = run("figure_8_by_counting")
    noted = marked(history)
    assert [m.note[:3] for m in noted] == ["(a)", "(b)", "(c)", "nod", "(d)"]
    counting, elected, end = noted[2:]
    node1 = counting.cluster.node("node1")
    assert (node1.commit_index, node1.log.term_at(2), node1.current_term) == (2, 2, 4)
    assert leaders(elected.cluster) == [("node5", 5)]
    assert terms(end.cluster) == [[1, 3]] * 5
    assert end.cluster.node("node5").commit_index == 2


def test_a_lost_vote() -> None:
    history = run("lost_vote")
    assert at_its_marks(history, leaders) == [
        *[[("node1", 1)]] * 3,
        [("node1", 1), ("node3", 1)],
    ]
    assert [m.cluster.node("node2").voted_for for m in marked(history)] == [
        "node1",
        None,
        "node3",
        "node3",
    ]


def test_a_stale_read() -> None:
    history = run("stale_read")
    end = history.line()[-1].cluster
    assert leaders(end) == [("node1", 1), ("node2", 2)]
    (client,) = end.clients
    assert [(one.command, one.answer) for one in client.answers] == [
        ("SET x 1", "ok"),
        ("SET x 2", "ok"),
        ("GET x", "1"),
    ]
    history.goto(len(history) - 1)
    assert not check_linearizable(seen_by_clients(history)).linearizable


def test_a_famous_run_is_a_value() -> None:
    famous = GALLERY["split_vote"]
    assert famous == Famous(famous.title, famous.see, famous.make)
