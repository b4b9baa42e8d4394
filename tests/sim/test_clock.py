"""The clock: what is due when, from what seed, and that it keeps in step with the cluster."""

import os
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raftlab.raft import (
    RAFT,
    AppendEntries,
    ClientCommand,
    Cluster,
    Crash,
    Cut,
    Delay,
    Deliver,
    Drop,
    Duplicate,
    Event,
    Heal,
    Heartbeat,
    Message,
    Partition,
    Replicate,
    RequestVote,
    Restart,
    Role,
    Timeout,
    VoteReply,
    step,
)
from raftlab.sim import History, deposed_leader, fresh, leader_elected, split_vote
from raftlab.sim.acts import Arrival, AtLeader
from raftlab.sim.agenda import Cause
from raftlab.sim.chance import Chooser, Mix
from raftlab.sim.schedule import Clock
from raftlab.sim.timed import play_until, timed
from raftlab.sim.timing import Timing
from raftlab.sim.words import say_event

ROUGH = Timing(latency=(1, 40), loss=0.1, duplication=0.1, reordering=0.1)


def first_at_150(random: Random, node: str) -> float:
    """node1's timer runs out long before the others'."""
    return 150 if node == "node1" else 1_000


PLAIN = Timing(election_timeout=first_at_150, heartbeat_interval=50, latency=10)


def told(history: History) -> list[tuple[float | None, str]]:
    """What happened and when, from the second moment on."""
    return [(m.time, say_event(m.step.event)) for m in history.moments if m.step is not None]


def events(history: History) -> list[Event]:
    return [moment.step.event for moment in history.moments if moment.step is not None]


def timers(clock: Clock) -> dict[str, float]:
    """When each election timer runs out."""
    return {
        due.act.node: due.at
        for due in clock.agenda
        if due.cause is Cause.TIMER and isinstance(due.act, Timeout)
    }


# What happens by itself


def test_an_election_with_everything_fixed_happens_at_these_times() -> None:
    assert told(timed(fresh(3), PLAIN, until=250)) == [
        (150, "node1 times out"),
        (160, "RequestVote, node1 → node2, term 1, log empty"),
        (160, "RequestVote, node1 → node3, term 1, log empty"),
        (170, "reply: vote granted, node2 → node1, term 1"),
        (170, "reply: vote granted, node3 → node1, term 1"),
        (180, "heartbeat, node1 → node2, term 1, prev 0 t0, commit 0"),
        (180, "heartbeat, node1 → node3, term 1, prev 0 t0, commit 0"),
        (190, "reply: success, node2 → node1, term 1, prev 0, match 0"),
        (190, "reply: success, node3 → node1, term 1, prev 0, match 0"),
        (220, "node1 sends heartbeats to all others"),
        (230, "heartbeat, node1 → node2, term 1, prev 0 t0, commit 0"),
        (230, "heartbeat, node1 → node3, term 1, prev 0 t0, commit 0"),
        (240, "reply: success, node2 → node1, term 1, prev 0, match 0"),
        (240, "reply: success, node3 → node1, term 1, prev 0, match 0"),
    ]


def test_a_command_goes_out_at_once_and_the_next_heartbeat_an_interval_later() -> None:
    script = {20: ClientCommand("node1", "SET x 1")}
    history = timed(leader_elected(2), PLAIN, script=script, until=85)
    assert told(history)[-6:] == [
        (20, "node1 receives SET x 1"),
        (20, "node1 sends entries to all others"),
        (30, "AppendEntries, node1 → node2, term 1, prev 0 t0, 1 entry, commit 0"),
        (40, "reply: success, node2 → node1, term 1, prev 0, match 1"),
        (70, "node1 sends heartbeats to all others"),
        (80, "heartbeat, node1 → node2, term 1, prev 1 t1, commit 1"),
    ]


def test_a_leader_sends_entries_again_where_they_were_lost_and_heartbeats_to_the_others() -> None:
    script = {0: [ClientCommand("node1", "SET x 1"), Cut("node3", "node1")]}
    history = timed(leader_elected(3), PLAIN, script=script, until=55)
    assert told(history)[-2:] == [
        (50, "node1 sends entries to all others"),  # to node3, whose answer was lost
        (50, "node1 sends a heartbeat to node2"),
    ]


def test_a_node_alone_leads_and_commits_and_then_nothing_is_due() -> None:
    history = timed(fresh(1), PLAIN, script={300: ClientCommand("node1", "SET x 1")}, until=1e6)
    assert told(history) == [(150, "node1 times out"), (300, "node1 receives SET x 1")]
    history.goto(len(history) - 1)
    assert history.cluster.node("node1").commit_index == 1
    assert history.upcoming() is None


def test_a_restart_sets_a_timer_and_a_crash_stops_it() -> None:
    script = {10: Crash("node2"), 100: Restart("node2")}
    history = timed(fresh(3), Timing(election_timeout=500), script=script, until=400)
    _, crashed, restarted = history.moments
    assert crashed.clock is not None
    assert restarted.clock is not None
    assert timers(crashed.clock) == {"node1": 500, "node3": 500}
    assert timers(restarted.clock) == {"node1": 500, "node2": 600, "node3": 500}


# When the election timer starts anew (Fig. 2, Followers 2, Candidates 1)


ASK = RequestVote("node2", "node1", 1, 0, 0)
OLD_ASK = RequestVote("node2", "node1", 0, 0, 0)
HEARTBEAT = AppendEntries("node2", "node1", 1, 0, 0, (), 0)
OLD_HEARTBEAT = AppendEntries("node2", "node1", 0, 0, 0, (), 0)
MISFIT = AppendEntries("node2", "node1", 1, 5, 1, (), 0)


@pytest.mark.parametrize(
    ("message", "anew"),
    [
        (ASK, True),
        (RequestVote("node3", "node1", 1, 0, 0), False),  # its vote is node2's
        (OLD_ASK, False),
        (HEARTBEAT, True),
        (MISFIT, True),  # refused, but from the current leader
        (OLD_HEARTBEAT, False),
        (VoteReply("node2", "node1", 1, vote_granted=True), False),
        (VoteReply("node2", "node1", 5, vote_granted=False), False),  # a newer term alone
        (RequestVote("node3", "node1", 2, 0, 0), True),  # a newer term has a vote of its own
    ],
)
def test_a_timer_starts_anew_when_the_paper_says_so(message: Message, anew: bool) -> None:
    granted = step(Cluster.of("node1", "node2", "node3"), Timeout("node2")).after
    voted = step(granted, Deliver(ASK)).after
    history = History(Cluster(voted.nodes, voted.pasts, (message,)))
    history.set_going(Clock.set_going(history.cluster, Timing(election_timeout=300, latency=40)))
    arrived = history.do(Deliver(message))
    assert arrived.time == 40
    assert arrived.clock is not None
    assert timers(arrived.clock)["node1"] == (340 if anew else 300)


def test_whoever_stands_for_election_waits_anew() -> None:
    history = timed(fresh(3), PLAIN, until=150)
    clock = history.moment(1).clock
    assert clock is not None
    assert timers(clock)["node1"] == 300


def test_a_deposed_leader_has_a_timer_again() -> None:
    history = timed(deposed_leader(3), Timing(latency=10), until=100, seed=2)
    assert history.cluster.node("node1").role is Role.LEADER
    clock = history.moments[-1].clock
    assert clock is not None
    assert history.moments[-1].cluster.node("node1").role is Role.FOLLOWER
    assert "node1" in timers(clock)


def test_a_rule_that_never_waits_anew_deposes_its_leader() -> None:
    never = RAFT.but(resets_election_timer=lambda node, message: False)
    timing = Timing(latency=5, heartbeat_interval=50)
    healthy = timed(leader_elected(3).cluster, timing, until=2_000)
    history = timed(leader_elected(3).cluster, timing, until=2_000, rules=never)
    assert not any(isinstance(event, Timeout) for event in events(healthy))
    assert any(isinstance(event, Timeout) for event in events(history))


# Keeping in step


def in_step(clock: Clock, cluster: Cluster) -> bool:
    """Each message has one fate; each node that waits one timer, each leader one next beat."""
    fates = Counter(
        due.act.message
        for due in clock.agenda
        if due.cause is Cause.NETWORK and isinstance(due.act, Deliver | Drop)
    )
    waiting = [n.name for n in cluster.nodes if n.up and n.role is not Role.LEADER]
    leading = [n.name for n in cluster.nodes if n.up and n.role is Role.LEADER and n.peers]
    beats = [due.act for due in clock.agenda if due.cause is Cause.BEAT]
    set_timers = [due.act for due in clock.agenda if due.cause is Cause.TIMER]
    return (
        fates == Counter(cluster.network)
        and sorted(set_timers, key=str) == [Timeout(name) for name in waiting]
        and sorted(map(str, (b for b in beats if b in map(Heartbeat, cluster.names))))
        == [str(Heartbeat(name)) for name in leading]
        and {beat.node for beat in beats if isinstance(beat, Heartbeat | Replicate)} <= {*leading}
        and list(clock.agenda) == sorted(clock.agenda)
    )


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(0, 100))
def test_the_clock_keeps_in_step_whatever_is_done_by_hand(seed: int, size: int, hand: int) -> None:
    random, chooser = Random(seed), Chooser(seed, Mix(crash=30, partition=20, cut=20))
    cluster = fresh(size).cluster
    clock = Clock.set_going(cluster, ROUGH, seed)
    for _ in range(150):
        coming = clock.coming(cluster)
        if coming is None or random.random() * 100 < hand:
            coming = None
            taken = step(cluster, chooser.choose(cluster))
        else:
            taken = step(cluster, coming.event)
        after = clock.after(taken, coming)
        assert after.now >= clock.now
        assert coming is not None or after.now == clock.now
        clock, cluster = after, taken.after
        assert in_step(clock, cluster)


def test_being_out_of_step_would_be_seen() -> None:
    history = timed(fresh(3), PLAIN, until=155)
    clock, before = history.moments[-1].clock, history.moments[-2].cluster
    assert clock is not None
    assert in_step(clock, history.moments[-1].cluster)
    assert not in_step(clock, before)


def test_what_is_done_by_hand_happens_now_and_the_rest_in_its_time() -> None:
    history = timed(fresh(3), PLAIN, until=155)
    history.goto(1)
    asked = history.cluster.network[1]
    assert history.do(Deliver(asked)).time == 150
    event = history.upcoming()
    assert event == Deliver(RequestVote("node1", "node2", 1, 0, 0))
    assert history.do(event).time == 160


def test_whoever_goes_back_and_on_meets_the_same_run() -> None:
    history = timed(fresh(5), ROUGH, seed=7, until=1_500)
    many = len(history)
    history.goto(many // 2)
    play_until(history, 1_500)
    assert (len(history), history.now.number) == (many, many - 1)


def test_a_second_branch_under_the_clock_goes_on_from_its_own_moment() -> None:
    history = timed(leader_elected(3).cluster, PLAIN, until=200)
    history.goto(5)
    history.do(Crash("node1"))
    play_until(history, 200)
    assert history.now.clock is not None
    assert not history.cluster.node("node1").up
    assert history.moment(5).clock != history.now.clock


# One seed, one run


def test_the_same_seed_gives_the_same_run_and_another_seed_another() -> None:
    one, same, other = (timed(fresh(5), ROUGH, seed=seed, until=3_000) for seed in (3, 3, 4))
    assert one.moments == same.moments
    assert told(one) != told(other)


def test_a_run_by_the_clock_does_not_depend_on_the_hash_seed() -> None:
    program = (
        "from raftlab.sim import fresh\n"
        "from raftlab.sim.timed import timed\n"
        "from raftlab.sim.timing import Timing\n"
        "rough = Timing(latency=(1, 40), loss=0.1, duplication=0.1, reordering=0.1)\n"
        "history = timed(fresh(5), rough, seed=3, until=3_000)\n"
        "print([(m.time, m.step.event) for m in history.moments if m.step])"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    run = timed(fresh(5), ROUGH, seed=3, until=3_000)
    assert printed == {f"{[(m.time, m.step.event) for m in run.moments if m.step]}\n".encode()}


# What the network does


def test_times_are_drawn_from_their_ranges() -> None:
    timing, random = Timing(election_timeout=(10, 20), latency=(3, 4), held_back=(5, 6)), Random(1)
    timeouts = [timing.draw_timeout(random, "node1") for _ in range(1_000)]
    latencies = [timing.draw_latency(random, "node1", "node2") for _ in range(1_000)]
    assert 10 <= min(timeouts) < 10.1
    assert 19.9 < max(timeouts) <= 20
    assert 3 <= min(latencies) < 3.1
    assert 3.9 < max(latencies) <= 4
    assert 5 <= timing.draw_held_back(random) <= 6


def test_neighbouring_seeds_and_steps_draw_unalike() -> None:
    # Each step draws from a generator of its own: the first draws must be spread evenly.
    timing = Timing(election_timeout=(0.001, 1))
    clocks = [Clock.set_going(fresh(1).cluster, timing, seed) for seed in range(2_000)]
    drawn = [clock.agenda[0].at for clock in clocks]
    counts = Counter(int(time * 10) for time in drawn)
    assert all(150 < counts[tenth] < 250 for tenth in range(10))
    pairs = Counter((a < 0.5, b < 0.5) for a, b in pairwise(drawn))
    assert all(430 < count < 570 for count in pairs.values())


def kinds(history: History) -> Counter[type]:
    return Counter(map(type, events(history)))


def test_a_network_that_loses_everything_elects_nobody() -> None:
    history = timed(fresh(3), Timing(loss=1), until=2_000)
    seen = kinds(history)
    assert set(seen) == {Timeout, Drop}
    assert history.moments[-1].cluster.network == ()


def test_a_network_that_copies_everything_copies_each_message_once() -> None:
    history = timed(fresh(3), Timing(duplication=1, latency=10), until=300)
    seen = kinds(history)
    assert seen[Duplicate] > 5
    assert seen[Deliver] == 2 * seen[Duplicate] - len(history.moments[-1].cluster.network)


def test_what_is_held_back_comes_later_than_what_was_sent_after_it() -> None:
    timing = Timing(latency=10, held_back=100, election_timeout=first_at_150)
    history = History(fresh(3).cluster)
    history.set_going(Clock.set_going(history.cluster, timing))
    history.do(Timeout("node1"))
    first, second = history.cluster.network
    history.do(Delay(first))
    assert history.cluster.network == (second, first)
    play_until(history, 262)
    arrivals = [e.message for e in events(history) if isinstance(e, Deliver)]
    assert arrivals[0] == second
    assert arrivals.index(first) > arrivals.index(second)
    assert history.moments[-1].time == 260
    assert kinds(timed(fresh(3), Timing(reordering=1), until=500))[Delay] > 5


def test_what_is_cut_off_on_its_way_never_arrives() -> None:
    history = timed(fresh(3), PLAIN, until=155)
    history.goto(1)
    history.do(Cut("node1", "node2"))
    history.do(Partition((("node3",),)))
    clock = history.now.clock
    assert clock is not None
    assert not [due for due in clock.agenda if due.cause is Cause.NETWORK]
    history.do(Heal())
    play_until(history, 290)
    assert history.now.time == 150


def test_latencies_may_differ_from_link_to_link() -> None:
    def slow_to_node3(random: Random, sender: str, receiver: str) -> float:
        return 90 if receiver == "node3" else 10

    timing = Timing(election_timeout=first_at_150, latency=slow_to_node3)
    assert [time for time, _ in told(timed(fresh(3), timing, until=244))] == [
        150, 160, 170, 180, 190, 240
    ]  # fmt: skip


# Scripts


def test_a_script_of_a_line_hurts_the_cluster() -> None:
    script = {400: AtLeader(ClientCommand, "SET x 1"), 450: AtLeader(Crash), 700: Restart("node1")}
    history = timed(fresh(3), PLAIN, script=script, until=800)
    hurt = [(m.time, m.step.event) for m in history.moments if m.step and m.time in script]
    assert [(time, event) for time, event in hurt if not isinstance(event, Replicate)] == [
        (400, ClientCommand("node1", "SET x 1")),
        (450, Crash("node1")),
        (700, Restart("node1")),
    ]


def test_what_is_for_a_leader_waits_for_one() -> None:
    history = timed(fresh(3), PLAIN, script={5: AtLeader(ClientCommand, "SET x 1")}, until=300)
    (when,) = [time for time, words in told(history) if words == "node1 receives SET x 1"]
    assert when == 170


def test_what_cannot_happen_in_its_time_is_left_out() -> None:
    script = {
        5: [Restart("node1"), Heal(), Arrival("node1", "node2"), Crash("node3")],
        6: [Crash("node3"), Restart("node3")],
    }
    history = timed(fresh(3), PLAIN, script=script, until=100)
    assert told(history) == [
        (5, "node3 crashes"),
        (6, "node3 restarts"),
    ]


def test_a_script_may_crash_a_node_between_saving_and_answering() -> None:
    ask = RequestVote("node1", "node2", 1, 0, 0)
    history = timed(fresh(3), PLAIN, script={155: Crash("node2", Deliver(ask))}, until=1_149)
    assert "node1 → node2" not in "".join(words for time, words in told(history) if time == 160)
    crashed = next(m for m in history.moments if m.time == 155)
    assert crashed.cluster.node("node2").disk.voted_for == "node1"
    assert not any(
        isinstance(m, VoteReply) and m.sender == "node2" for m in crashed.cluster.network
    )


def test_a_message_that_a_script_lets_arrive_arrives_once() -> None:
    history = timed(fresh(3), PLAIN, script={155: Arrival("node1", "node2")}, until=165)
    assert [words for _, words in told(history) if "node1 → node2" in words] == [
        "RequestVote, node1 → node2, term 1, log empty"
    ]


def test_a_timeout_in_a_script_needs_no_timer() -> None:
    start = split_vote(3).cluster
    history = timed(start, Timing(election_timeout=500), script={7: Timeout("node2")})
    assert told(history)[0] == (7, "node2 times out")
    clock = history.moment(1).clock
    assert clock is not None
    assert timers(clock)["node2"] == 507


# What is refused, in a sentence


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"election_timeout": 0}, "election_timeout is a time in milliseconds above 0, such as"),
        ({"election_timeout": (300, 150)}, "election_timeout is a time in milliseconds above 0"),
        ({"election_timeout": "150"}, "election_timeout is a time"),
        ({"election_timeout": (1, 2, 3)}, "election_timeout is a time"),
        ({"election_timeout": float("inf")}, "election_timeout is a time"),
        ({"latency": -1}, "latency is a time in milliseconds from 0 on, such as"),
        ({"latency": True}, "latency is a time"),
        ({"latency": float("nan")}, "latency is a time"),
        ({"heartbeat_interval": 0}, "heartbeat_interval is a time in milliseconds above 0"),
        ({"heartbeat_interval": (1, 2)}, "heartbeat_interval is a number of milliseconds, not"),
        ({"held_back": lambda random: 1}, "held_back is a number of milliseconds, or a pair"),
        ({"loss": 1.5}, "loss is a share from 0 to 1, such as 0.1, not 1.5."),
        ({"duplication": -0.1}, "duplication is a share"),
        ({"reordering": "much"}, "reordering is a share"),
    ],
)
def test_a_timing_that_is_none_is_refused(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence.replace("(", r"\(")):
        Timing(**wrong)


@pytest.mark.parametrize("gives", [0, -1, None, float("nan"), "soon"])
def test_a_function_that_gives_no_time_is_named(gives: Any) -> None:
    with pytest.raises(ValueError, match=r"election_timeout gave .* for node1: that is no time"):
        timed(fresh(3), Timing(election_timeout=lambda random, node: gives))


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        (
            {5: Crash("node9")},
            "The script, at 5 ms: There is no node named 'node9'; there are node",
        ),
        ({5: [Heal(), Cut("node1", "x")]}, "There is no node named 'x'"),
        ({5: Partition((("x",),))}, "There is no node named 'x'"),
        ({5: Arrival("x", "node1")}, "There is no node named 'x'"),
        ({5: ClientCommand("node1", "GET")}, "The state machine understands 'SET key value'"),
        ({5: "Crash"}, "'Crash' is no event. An event is, for example, Timeout"),
        ({5: Crash}, "is no event"),
        ({5: AtLeader("Crash")}, "AtLeader needs an event such as Crash"),
        ({-5: Heal()}, "A script says after how many milliseconds each act comes, not -5."),
        ({True: Heal()}, "A script says after how many milliseconds"),
        ({float("nan"): Heal()}, "A script says after how many milliseconds"),
    ],
)
def test_a_script_that_can_never_happen_is_refused(script: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        timed(fresh(3), script=script)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"start": 3}, "timed begins at a run or a cluster, such as fresh"),
        (
            {"start": fresh(3), "timing": 5},
            r"The timing is Timing\(…\), such as Timing\(latency=5\)",
        ),
        ({"start": fresh(3), "seed": "x"}, "The seed is a whole number, not 'x'."),
        ({"start": fresh(3), "script": [Heal()]}, "A script is a dict: milliseconds, and what"),
    ],
)
def test_what_timed_cannot_take_is_refused(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(TypeError, match=sentence):
        timed(**wrong)


def test_what_makes_no_event_at_a_leader_is_left_out() -> None:
    history = timed(leader_elected(3).cluster, PLAIN, script={5: AtLeader(str)}, until=20)
    assert told(history) == []


def test_playing_on_needs_a_clock() -> None:
    with pytest.raises(ValueError, match="No clock goes here"):
        play_until(fresh(3), 100)
