"""Table A: terms and elections. (§5.1, §5.2)"""

from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest

from raftlab.raft import (
    RAFT,
    AppendReply,
    Change,
    ClientCommand,
    Cluster,
    Deliver,
    Heartbeat,
    Log,
    Node,
    NotPossible,
    Past,
    Replicate,
    RequestVote,
    Role,
    Rules,
    Server,
    Timeout,
    VoteReply,
    step,
)
from raftlab.raft.lemmas import role_transitions
from raftlab.raft.node import persist
from raftlab.sim.timed import timed
from raftlab.sim.timing import Timing

from ..clusters import NAMES, Play, append, candidate, cluster, leader, node, turn
from .tables import WITH_NO_OP, begin, otherwise, row, said

FOLLOWER, CANDIDATE, LEADER = Role.FOLLOWER, Role.CANDIDATE, Role.LEADER
every_role = pytest.mark.parametrize("start", [node, candidate, leader])
OTHERS = ("node2", "node3")


@row("A01")
@every_role
def test_a_newer_term_makes_a_follower(start) -> None:
    after, _ = turn(start("node1", current_term=1), append(term=2))
    assert after == node("node1", current_term=2, leader_id="node2")


@otherwise("A02")
@every_role
def test_a_stale_request_changes_nothing_and_is_refused(start) -> None:
    before = start("node1", current_term=2)
    refusal = AppendReply("node1", "node2", 2, success=False, prev_log_index=0)
    assert turn(before, append(term=1)) == (before, [refusal])


@row("A03")
def test_a_node_starts_as_a_follower() -> None:
    assert [n.role for n in Cluster.of(*NAMES[:3]).nodes] == [FOLLOWER] * 3


@row("A04")
def test_a_heartbeat_is_empty_even_with_ten_entries_to_send() -> None:
    play = Play(Cluster.of(*NAMES[:3]))
    play.do(Timeout("node1"))
    play.deliver(("node1", "node2"), ("node2", "node1"))
    play.do(*(ClientCommand("node1", f"SET x {n}") for n in range(10)))
    now, sent = turn(play.node("node1"), Heartbeat("node1"))
    assert (now.role, now.log.last_index, now.commit_index) == (LEADER, 10, 0)
    assert sent == [append((0, 0), commit=0, term=1, ends=("node1", peer)) for peer in OTHERS]


# The clock ---------------------------------------------------------------------------------------

TEN_TICKS = Timing(election_timeout=(10, 20))


def alone(start: Node) -> Cluster:
    """The node in silence: the other two are down."""
    return cluster(start, *(replace(node(name), up=False) for name in OTHERS))


def timeouts(start: Node, seed: int, until: float) -> list[float]:
    """How long each wait lasted, within so many milliseconds."""
    moments = timed(alone(start), TEN_TICKS, seed=seed, until=until).line()
    ran_out = [0, *(m.time for m in moments if m.step and m.step.event == Timeout("node1"))]
    return [later - sooner for sooner, later in pairwise(ran_out)]


@row("A05", "A06")
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("start", [node, candidate], ids=["A05 follower", "A06 candidate"])
def test_in_silence_an_election_begins_within_twenty_ticks(start, seed: int) -> None:
    before = start("node1", current_term=1)
    run = timed(alone(before), TEN_TICKS, seed=seed, until=20).line()
    stood = [moment for moment in run if moment.step and moment.step.event == Timeout("node1")]
    assert [moment.step.sent for moment in stood] == [
        tuple(RequestVote("node1", peer, 2, 0, 0) for peer in OTHERS)
    ]
    assert 10 <= stood[0].time < 20
    assert run[-1].cluster.node("node1") == candidate("node1", current_term=2)


@row("A14")
def test_every_tick_from_ten_to_nineteen_is_waited_for() -> None:
    follower = [timeouts(node("node1", current_term=1), seed, 20)[0] for seed in range(500)]
    candidates = timeouts(candidate("node1", current_term=1), 1, 500 * 20)[:500]
    for waits in (follower, candidates):
        assert len(waits) == 500
        assert {int(wait) for wait in waits} == set(range(10, 20))


@row("A15")
def test_seldom_two_of_five_are_the_first_at_the_same_tick() -> None:
    random = Random(15)
    clashes = 0
    for _ in range(1_000):
        ticks = [int(TEN_TICKS.draw_timeout(random, name)) for name in NAMES[:5]]
        clashes += ticks.count(min(ticks)) > 1
    assert 0 < clashes <= 300


@row("A16")
@pytest.mark.parametrize(
    ("elapsed", "share"), [(5, 0), (10, 0.1), (13, 0.4), (15, 0.6), (18, 0.9), (20, 1)]
)
def test_how_many_timers_have_run_out(elapsed: int, share: float) -> None:
    random = Random(16)
    waits = [int(TEN_TICKS.draw_timeout(random, "node1")) for _ in range(10_000)]
    ran_out = sum(wait <= elapsed for wait in waits) / 10_000
    assert (ran_out if share in (0, 1) else round(ran_out, 1)) == share


# Votes -------------------------------------------------------------------------------------------


def after_the_votes(size: int, grants: list[int], denials: list[int]) -> Node:
    now, _ = turn(node("node1", size=size), Timeout("node1"))
    for number in grants + denials:
        now, _ = turn(now, VoteReply(f"node{number}", "node1", 1, number in grants))
    return now


@row("A07", "A08", "A09", "A11")
@pytest.mark.parametrize(
    ("size", "grants", "denials", "role"),
    [
        pytest.param(1, [], [], LEADER, id="A07"),
        pytest.param(3, [2], [], LEADER, id="A08 one"),
        pytest.param(3, [2, 3], [], LEADER, id="A08 both"),
        pytest.param(5, [2, 3], [], LEADER, id="A09 two"),
        pytest.param(5, [2, 3, 4], [], LEADER, id="A09 three"),
        pytest.param(5, [2, 3, 4, 5], [], LEADER, id="A09 all"),
        pytest.param(3, [], [], CANDIDATE, id="A11 nobody of three"),
        pytest.param(5, [2], [], CANDIDATE, id="A11 one of five"),
        pytest.param(5, [], [2, 3], CANDIDATE, id="A11 two denials"),
        pytest.param(5, [], [], CANDIDATE, id="A11 nobody of five"),
    ],
)
def test_one_round_of_votes(size: int, grants: list, denials: list, role: Role) -> None:
    after = after_the_votes(size, grants, denials)
    assert (after.role, after.current_term, after.voted_for) == (role, 1, "node1")


@otherwise("A10")
@pytest.mark.parametrize(
    ("size", "grants", "denials"), [(3, [], [2, 3]), (5, [], [2, 3, 4, 5]), (5, [2], [3, 4, 5])]
)
def test_a_majority_of_denials_leaves_a_candidate(size: int, grants: list, denials: list) -> None:
    votes = ("node1", *(f"node{number}" for number in grants))
    expected = candidate("node1", size=size, current_term=1, votes_received=votes)
    assert after_the_votes(size, grants, denials) == expected


@row("A13")
@pytest.mark.parametrize("term", [1, 2])
def test_a_candidate_falls_back_before_a_leader(term: int) -> None:
    after, _ = turn(candidate("node1", current_term=1), append(term=term))
    vote = "node1" if term == 1 else None
    assert after == node("node1", current_term=term, voted_for=vote, leader_id="node2")


@otherwise("A18")
def test_a_candidate_with_an_empty_log_gets_no_majority_and_waits() -> None:
    longer = (node(name, 1, size=5) for name in NAMES[1:4])
    play = Play(cluster(node("node1", size=5), *longer, node("node5", size=5)))
    play.elect("node1", *NAMES[1:5])
    votes = ("node1", "node5")
    assert play.node("node1") == candidate("node1", size=5, current_term=1, votes_received=votes)
    assert play.broken == []


@row("A19")
def test_each_of_three_leads_in_turn() -> None:
    play = Play(Cluster.of(*NAMES[:3]))
    for term, name in enumerate(NAMES[:3], start=1):
        play.elect(name, *NAMES[:3])
        roles = [(n.role, n.current_term) for n in play.cluster.nodes]
        assert roles == [(LEADER if n == name else FOLLOWER, term) for n in NAMES[:3]]
    assert play.broken == []


def is_forbidden(old: Role, new: Role, terms_later: int) -> bool:
    """Whether Role Transitions objects to a rule that makes one role of another."""
    made = {FOLLOWER: node, CANDIDATE: candidate, LEADER: leader}
    before = made[old]("node1", current_term=1)
    after = made[new]("node1", current_term=1 + terms_later)
    change = Change("a rule", Server(before, Past()), Server(after, Past()))
    return role_transitions(change) is not None


@row("A22")
@otherwise("A22")
@pytest.mark.parametrize("later", [0, 1])
def test_two_ways_between_roles_are_forbidden(later: int) -> None:
    roles = (FOLLOWER, CANDIDATE, LEADER)
    forbidden = {(old, new) for old in roles for new in roles if is_forbidden(old, new, later)}
    deposed_within_its_term = set() if later else {(LEADER, FOLLOWER)}
    assert forbidden == {(FOLLOWER, LEADER), (LEADER, CANDIDATE)} | deposed_within_its_term


@otherwise("A22")
def test_no_event_takes_a_forbidden_way_and_a_candidate_counts_up() -> None:
    with pytest.raises(NotPossible, match="has no election timer"):
        step(cluster(leader(current_term=1), *(node(name) for name in OTHERS)), Timeout("node1"))
    stale_votes = VoteReply("node2", "node1", 1, vote_granted=True)
    assert turn(node(current_term=1), stale_votes)[0].role is FOLLOWER
    for start in (node, candidate):
        assert turn(start(current_term=1), Timeout("node1"))[0] == candidate(current_term=2)


@row("A25")
def test_a_late_vote_of_its_own_changes_nothing_for_the_loser() -> None:
    lost, _ = turn(candidate("node1", current_term=1), append(term=1))
    assert (lost.role, lost.votes_received) == (FOLLOWER, ())
    assert turn(lost, VoteReply("node1", "node1", 1, vote_granted=True)) == (lost, [])


# Whole campaigns ---------------------------------------------------------------------------------


def settled(name: str, size: int, index: int, term: int) -> Node:
    """A node of term 0 that has applied what a snapshot of that index and term replaced."""
    log = Log(prefix_index=index, prefix_term=term)
    fields = {"log": log, "commit_index": index, "last_applied": index}
    return persist(replace(node(name, size=size, current_term=0), **fields))


@row("A26")
@otherwise("A26")
@pytest.mark.parametrize(
    ("rules", "last", "commit"), [(WITH_NO_OP, 4, 4), (RAFT, 3, 3)], ids=["no-op", "paper"]
)
def test_a_single_node_elects_itself(rules: Rules, last: int, commit: int) -> None:
    alone = settled("node1", 1, 3, 0)
    after, sent = turn(alone, Timeout("node1"), rules)
    assert (after.role, after.current_term, after.disk.voted_for, sent) == (LEADER, 1, "node1", [])
    assert (after.log.last_index, after.commit_index, after.last_applied) == (last, commit, commit)
    then, sent = turn(after, ClientCommand("node1", "SET a 1"), rules)
    assert (then.commit_index, sent) == (last + 1, [])


@row("A27")
@otherwise("A27")
@pytest.mark.parametrize("rules", [WITH_NO_OP, RAFT], ids=said)
def test_a_campaign_from_the_vote_to_the_commit(rules: Rules) -> None:
    play = Play(cluster(*(settled(name, 3, 2, 1) for name in NAMES[:3])), rules)
    play.do(Timeout("node1"))
    asked = [RequestVote("node1", peer, 1, 2, 1) for peer in OTHERS]
    assert list(play.cluster.network) == asked
    for request in asked:
        play.do(Deliver(request))
        # The vote is on the disk, and the reply has not yet arrived.
        assert play.node(request.receiver).disk.voted_for == "node1"
    granted = [VoteReply(peer, "node1", 1, vote_granted=True) for peer in OTHERS]
    assert list(play.cluster.network) == granted
    play.deliver_all()  # the votes, the heartbeats, and their answers
    last_index = 3 if rules is WITH_NO_OP else 2
    assert {n.log.last_index for n in play.cluster.nodes} == {2, last_index}
    assert {n.commit_index for n in play.cluster.nodes} == {2}
    begin(play, "node1")
    play.do(Replicate("node1"))
    first = play.node("node1").log.starting_at(3)
    to_both = [replace(append((2, 1), commit=2, ends=("node1", p)), entries=first) for p in OTHERS]
    assert list(play.cluster.network) == to_both
    play.do(*map(Deliver, to_both))
    assert list(play.cluster.network) == [AppendReply(p, "node1", 1, True, 2, 3) for p in OTHERS]
    play.deliver_all()
    assert [n.commit_index for n in play.cluster.nodes] == [3, 2, 2]
    play.heartbeat("node1")
    assert [n.commit_index for n in play.cluster.nodes] == [3, 3, 3]
    assert play.broken == []
