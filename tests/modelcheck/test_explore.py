"""What `explore` comes to, and how it says so."""

import signal
from dataclasses import replace

import pytest

from raftlab.modelcheck import Bounds, Exploration, Goal, Verdict, explore
from raftlab.modelcheck.bounds import Reach
from raftlab.modelcheck.result import Attained, Level
from raftlab.raft import LEMMAS, RAFT, Cluster, Node, Property, RequestVote, Scope, Server, Timeout
from raftlab.sim import SCENARIOS, History, as_python, fresh
from raftlab.sim.saved import dumps, loads

SMALL = Bounds(terms=1, entries=1, in_flight=1)


def forgets_the_vote(node: Node) -> Node:
    return replace(RAFT.restart(node), voted_for=None)


def never_votes(node: Node, request: RequestVote) -> bool:
    return False


FORGETFUL = RAFT.but(restart=forgets_the_vote)


@pytest.fixture(scope="module")
def broken() -> Exploration:
    return explore(fresh(3), FORGETFUL, SMALL)


# Broken


def test_a_broken_property_is_told_with_the_shortest_run(broken: Exploration) -> None:
    assert broken.verdict is Verdict.BROKEN
    assert broken.headline == "Election Safety broke after 8 events."
    assert broken.sentence == "node1 and node3 both led term 1."
    lines = str(broken).splitlines()
    assert lines[:3] == [broken.headline, broken.sentence, "   1  node1 times out"]
    assert lines[-1].endswith("Beyond these bounds nothing is claimed.")


def test_the_run_is_saved_loaded_and_printed(broken: Exploration) -> None:
    assert broken.history is not None
    again = loads(dumps(broken.history), FORGETFUL)
    assert again.cluster == broken.history.cluster
    assert again.title == "Election Safety broke after 8 events"
    names: dict[str, object] = {"forgets_the_vote": forgets_the_vote}
    exec(as_python(broken.history), names)
    run = names["run"]
    assert isinstance(run, History)
    assert run.cluster == broken.history.cluster
    assert [v.sentence for v in run.now.violations][:1] == [broken.sentence]


# Nothing broke


def test_nothing_broke_is_never_proved() -> None:
    found = explore(fresh(3), bounds=SMALL)
    assert found.verdict is Verdict.NOTHING_BROKE
    assert found.exhausted
    assert found.headline == "Nothing broke in 2,864 clusters."
    assert found.goals == (
        Attained("a leader is elected", 3),
        Attained("an entry is committed", 7),
        Attained("it is applied", 7),
        Attained("a follower learns of it", 9),
    )
    assert found.sentence == (
        "It can happen that a leader is elected after 3 events, that an entry is committed after 7 "
        "events, that it is applied after 7 events and that a follower learns of it after 9 events."
    )
    assert "every schedule within the bounds" in found.tried
    assert found.scope == (
        "From 3 nodes, just switched on. No term above 1, no log longer than 1; at most 1 message "
        "in flight that will yet arrive; no duplicates; at most 1 crash. A message that is "
        "delayed, or cut off by a partition, is one that comes late or never: these schedules are "
        "among them. Beyond these bounds nothing is claimed."
    )
    assert "prove" not in str(found)


def test_the_default_bounds_can_show_a_forgotten_vote() -> None:
    assert explore(fresh(3), FORGETFUL).headline == "Election Safety broke after 8 events."


def test_a_property_of_ones_own() -> None:
    def says(server: Server) -> str | None:
        return "node2 stands." if server.node.votes_received == ("node2",) else None

    nobody = Property("Nobody Stands", "mine", Scope.SERVER, says)
    found = explore(fresh(3), bounds=SMALL, properties=[nobody], symmetry=False)
    assert (found.headline, found.depth) == ("Nobody Stands broke after 1 event.", 1)
    assert found.history.now.step.event == Timeout("node2")


def test_the_lemmas_hold_in_raft() -> None:
    bounds = replace(SMALL, duplicates=1, in_flight=2, entries=0)
    assert explore(fresh(3), bounds=bounds, properties=LEMMAS, goals=()).exhausted
    assert explore(fresh(3), bounds=SMALL, properties=LEMMAS).exhausted
    deposed = SCENARIOS["deposed_leader"]()
    bounds = Bounds(terms=1, entries=0, in_flight=1, in_turn=True)
    assert explore(deposed, bounds=bounds, properties=LEMMAS, goals=()).exhausted


def test_of_many_clusters_two_may_be_taken_for_one() -> None:
    found = explore(fresh(3), bounds=SMALL)
    assert "taken for one" not in found.tried
    many = replace(found, levels=(Level(50_000_000, 1),))
    assert many.tried.endswith(" Two were taken for one with a chance of some 7e-05.")


# Safe, and unavailable; or too narrow


def test_a_rule_that_never_votes_is_safe_and_unavailable() -> None:
    found = explore(fresh(3), RAFT.but(may_vote=never_votes), SMALL)
    assert found.verdict is Verdict.UNAVAILABLE
    assert found.headline == "Safe, and unavailable."
    assert "it never happens that a leader is elected. In Raft it can." in found.sentence
    assert found.history.cluster == fresh(3).cluster  # from here


def never_again(node: Node) -> bool:
    return node.current_term == 0


def needs_everyone(node: Node) -> bool:
    return set(node.votes_received) == set(node.configuration.members)


@pytest.mark.parametrize(
    ("start", "wrong"),
    [
        ("split_vote", {"may_start_election": never_again}),
        ("one_node_down", {"wins_election": needs_everyone}),
        ("deposed_leader", {"may_start_election": never_again}),
    ],
    ids=["never retries an election", "needs all nodes", "never stands again"],
)
def test_from_where_it_shows_that_nothing_can_happen(start: str, wrong: dict) -> None:
    bounds = Bounds(terms=1, entries=1, in_flight=1, crashes=0, restarts=0)
    found = explore(SCENARIOS[start](), RAFT.but(**wrong), bounds)
    assert found.verdict is Verdict.UNAVAILABLE
    assert explore(SCENARIOS[start](), RAFT, bounds).verdict is Verdict.NOTHING_BROKE


def test_bounds_in_which_raft_does_nothing_either_say_too_little() -> None:
    for rules in (RAFT, RAFT.but(may_vote=never_votes)):
        found = explore(fresh(3), rules, Bounds(terms=0, entries=1))
        assert found.verdict is Verdict.UNDECIDED
        assert not found.exhausted
        assert "too narrow to say more" in found.sentence


def test_a_goal_of_ones_own() -> None:
    stands = Goal("node2 stands", lambda server, _: server.node.votes_received == ("node2",))
    found = explore(fresh(3), bounds=SMALL, goals=[stands], symmetry=False)
    assert found.goals == (Attained("node2 stands", 1),)


# Bounds


def test_a_bound_on_clusters_stops_it() -> None:
    found = explore(fresh(3), bounds=Bounds(states=1_000))
    assert found.verdict is Verdict.UNDECIDED
    assert found.states >= 1_000
    assert "Then the bound of 1,000 clusters was reached." in str(found)
    assert found.headline.startswith("Undecided: nothing broke in ")


def test_a_bound_on_seconds_stops_it() -> None:
    found = explore(fresh(3), bounds=Bounds(terms=5, entries=5, in_flight=4, seconds=0.2))
    assert found.verdict is Verdict.UNDECIDED
    assert "Then the time of 0.2 s was up." in str(found)


def test_a_bound_on_depth() -> None:
    found = explore(fresh(3), bounds=Bounds(depth=3), goals=())
    assert (found.depth, found.verdict) == (3, Verdict.NOTHING_BROKE)


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        ({"terms": -1}, "The bound terms is a whole number from 0 on, not -1."),
        ({"terms": None}, "The bound terms is a whole number from 0 on, not None."),
        ({"entries": 1.5}, "The bound entries is a whole number from 0 on, not 1.5."),
        ({"crashes": "one"}, "The bound crashes is a whole number from 0 on, not 'one'."),
        ({"commands": True}, "The bound commands is a whole number from 0 on, not True."),
        ({"in_flight": 0}, "The bound in_flight is a number from 1 to 8."),
        ({"in_flight": 9}, "The bound in_flight is a number from 1 to 8."),
        ({"drops": 101}, "At most 100 events of a kind can be counted; None is any number."),
        ({"seconds": -1}, "The bound seconds is a number from 0 on, not -1."),
        ({"in_turn": 1}, "The bound in_turn is True, False or None, not 1."),
    ],
)
def test_a_bound_that_is_none_is_refused(bounds: dict, said: str) -> None:
    with pytest.raises(ValueError, match="^" + said.replace(".", r"\.") + "$"):
        Bounds(**bounds)


def test_bounds_are_relative_to_the_start() -> None:
    start = SCENARIOS["figure_7_a"]().cluster
    reach = Reach.of(start, Bounds(terms=1, entries=2))
    assert (reach.term, reach.log) == (9, 12)


# What is no start


@pytest.mark.parametrize("size", [1, 2, 6])
def test_a_cluster_of_another_size(size: int) -> None:
    with pytest.raises(ValueError, match=f"3 to 5 nodes; this one has {size}. random_search"):
        explore(fresh(size))


def test_no_start_no_rules_no_bounds() -> None:
    with pytest.raises(TypeError, match="begins at a cluster or a run"):
        explore("fresh")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"RAFT or RAFT\.but\(…\)"):
        explore(fresh(3), never_votes)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"Bounds\(…\), not 3"):
        explore(fresh(3), RAFT, 3)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [3, 4, 5])
def test_clusters_of_three_to_five(size: int) -> None:
    bounds = Bounds(terms=1, entries=0, in_flight=1, crashes=0, timeouts=1)
    found = explore(fresh(size), bounds=bounds, goals=())
    assert found.exhausted
    assert found.symmetry == (size < 5)


# Interrupting


def test_an_interrupt_ends_it_with_what_it_has() -> None:
    def interrupt(states: int, depth: int) -> None:
        if states > 5_000:
            signal.raise_signal(signal.SIGINT)

    found = explore(fresh(3), progress=interrupt)
    assert found.verdict is Verdict.UNDECIDED
    assert found.states > 5_000
    assert "Then you interrupted it." in str(found)


def test_every_scenario_of_three_to_five_nodes_is_a_start() -> None:
    bounds = Bounds(terms=1, entries=1, in_flight=1, crashes=0, depth=4)
    for name, scenario in SCENARIOS.items():
        start: Cluster = scenario().cluster
        if 3 <= len(start.nodes) <= 5:
            found = explore(start, bounds=bounds, goals=())
            assert found.exhausted, name
