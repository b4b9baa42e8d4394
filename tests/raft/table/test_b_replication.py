"""Table B: log replication. (§5.3)"""

from dataclasses import replace

import pytest

from raftlab.raft import (
    RAFT,
    AppendReply,
    ClientCommand,
    Cluster,
    Crash,
    Drop,
    Entry,
    FrozenMap,
    Heal,
    Heartbeat,
    Node,
    Partition,
    Replicate,
    Role,
    Rules,
    Timeout,
    react,
)
from raftlab.raft.node import persist
from raftlab.sim.timed import timed
from raftlab.sim.timing import Timing

from ..clusters import NAMES, Play, append, cluster, command, leader, node, terms, turn
from .tables import WITH_NO_OP, first_change, otherwise, row, said

OTHERS = ("node2", "node3")
both_rules = pytest.mark.parametrize("rules", [WITH_NO_OP, RAFT], ids=said)


def by_peer(*indexes: int) -> FrozenMap[int]:
    return FrozenMap.of(dict(zip(OTHERS, indexes, strict=True)))


def accepted(match_index: int, prev: int, sender: str = "node2") -> AppendReply:
    return AppendReply(sender, "node1", 1, True, prev, match_index)


def refused(prev: int) -> AppendReply:
    return AppendReply("node2", "node1", 1, success=False, prev_log_index=prev)


def all_committed(last: int) -> Node:
    """A leader of term 1 that has committed its whole log, as everyone has it."""
    fields = {"commit_index": last, "last_applied": last, "match_index": by_peer(last, last)}
    return leader("node1", *[1] * last, **fields)


every_last_index = pytest.mark.parametrize("li", [1, 2, 5])


@row("B01")
@otherwise("B01")
@every_last_index
def test_a_leader_starts_to_replicate(li: int) -> None:
    before = all_committed(li)
    after, sent = turn(before, ClientCommand("node1", command(li + 1, 1)))
    longer = leader("node1", *[1] * (li + 1)).log
    assert (after, sent) == (persist(replace(before, log=longer)), [])
    assert first_change(before.disk.log, after.disk.log) == li + 1
    # What the row has at once is an event of its own.
    new = [append((li, 1), 1, commit=li, ends=("node1", peer)) for peer in OTHERS]
    assert turn(after, Replicate("node1")) == (after, new)


@row("B02")
@every_last_index
def test_a_leader_commits_what_both_accept(li: int) -> None:
    now, _ = turn(all_committed(li), ClientCommand("node1", command(li + 1, 1)))
    for peer in OTHERS:
        now, _ = turn(now, accepted(li + 1, prev=li, sender=peer))
    assert (now.commit_index, now.last_applied) == (li + 1, li + 1)
    assert now.machine[f"x{li + 1}"] == "t1"
    _, sent = turn(now, Heartbeat("node1"))
    assert sent == [append((li + 1, 1), commit=li + 1, ends=("node1", peer)) for peer in OTHERS]


@row("B03")
@pytest.mark.parametrize(
    ("size", "acks", "committed"),
    [
        (1, [], True),
        (3, [], False),
        (3, [2], True),
        (3, [2, 3], True),
        (5, [], False),
        (5, [2], False),
        (5, [2, 3], True),
        (5, [2, 3, 4], True),
        (5, [2, 3, 4, 5], True),
    ],
)
def test_a_majority_commits(size: int, acks: list[int], committed: bool) -> None:
    now, _ = turn(leader(size=size, current_term=1), ClientCommand("node1", command(1, 1)))
    for number in acks:
        now, _ = turn(now, accepted(1, prev=0, sender=f"node{number}"))
    assert now.commit_index == int(committed)


@row("B04")
@otherwise("B04")
@pytest.mark.parametrize(
    ("rules", "own"), [(WITH_NO_OP, [3, 3]), (RAFT, [3])], ids=["no-op", "paper"]
)
@pytest.mark.parametrize("old", [[], [2], [1, 2], [1]])
def test_what_precedes_is_applied_first(rules: Rules, own: list[int], old: list[int]) -> None:
    start = cluster(*(node(n, *(old if n == "node1" else []), current_term=2) for n in NAMES[:3]))
    play = Play(start, rules)
    play.elect("node1", *OTHERS)
    assert play.cluster.past("node1").applied == () or rules is WITH_NO_OP
    play.replicate("node1", *OTHERS, text="SET the proposal")
    applied = play.cluster.past("node1").applied
    assert [entry.term for entry in applied] == [*old, *own]
    assert applied == play.node("node1").log.entries
    assert applied[-1].command == "SET the proposal"
    assert play.broken == []


A, B = Entry(1, "SET a 1"), Entry(1, "SET b 2")


@row("B05")
@pytest.mark.parametrize(("new", "commit"), [((A,), 1), ((A, B), 2), ((B, A), 2), ((A, B), 1)])
def test_a_follower_applies_what_is_committed(new: tuple[Entry, ...], commit: int) -> None:
    before = cluster(node(current_term=1), *(node(name) for name in OTHERS))
    play = Play(replace(before, network=(replace(append(commit=commit), entries=new),)))
    play.deliver(("node2", "node1"))
    assert (play.node("node1").commit_index, play.node("node1").log.entries) == (commit, new)
    assert play.cluster.past("node1").applied == new[:commit]


@row("B09", "B10", "B11", "B12")
@pytest.mark.parametrize(
    ("prev", "new", "after", "saved_from"),
    [
        pytest.param((2, 2), [3], [1, 2, 3], 3, id="B09"),
        pytest.param((1, 1), [3, 4], [1, 3, 4], 2, id="B10"),
        pytest.param((0, 0), [1], [1, 2], 0, id="B11"),
        pytest.param((0, 0), [3], [3], 1, id="B12"),
    ],
)
def test_what_a_follower_appends(prev: tuple, new: list, after: list, saved_from: int) -> None:
    before = node("node1", 1, 2, current_term=4, leader_id="node2")
    got, sent = turn(before, append(prev, *new, term=4))
    assert got == node("node1", *after, current_term=4, leader_id="node2")
    assert sent == [AppendReply("node1", "node2", 4, True, prev[0], prev[0] + len(new))]
    assert first_change(before.disk.log, got.disk.log) == saved_from
    assert (got.disk is before.disk) == (saved_from == 0)  # nothing to save


@row("B16")
@pytest.mark.parametrize(("leader_commit", "commit"), [(3, 3), (1, 2)])
def test_a_heartbeat_never_lowers_the_commit_index(leader_commit: int, commit: int) -> None:
    before = node("node1", 1, 2, 3, commit_index=2, last_applied=2)
    after, _ = turn(before, append((3, 3), commit=leader_commit, term=3))
    assert after.commit_index == commit


@otherwise("B17")
@pytest.mark.parametrize(
    ("answers", "sends"),
    [
        # Heartbeats #1 and #2 are answered, then entries, then heartbeat #3.
        ([accepted(0, 0), accepted(0, 0), accepted(3, 0), accepted(3, 3)], [0, 0, 0, 0]),
        ([refused(3), refused(3), accepted(3, 2), accepted(3, 3)], [1, 0, 0, 0]),
    ],
    ids=["accepted", "refused"],
)
def test_the_answer_to_a_heartbeat_sends_only_where_it_is_a_first_refusal(answers, sends) -> None:
    asked = 1 if answers[0].success else 4
    now, counted = leader("node1", 1, 1, 1, next_index=by_peer(asked, 4)), []
    for answer in answers:
        now, sent = turn(now, answer)
        counted.append(len(sent))
    assert counted == sends
    assert (now.match_index["node2"], now.next_index["node2"]) == (3, 4)


@otherwise("B17")
def test_what_a_follower_lacks_goes_out_by_an_event() -> None:
    behind = leader("node1", 1, 1, 1, next_index=by_peer(1, 4))
    entries = append((0, 0), 1, 1, 1, ends=("node1", "node2"))
    assert turn(behind, Replicate("node1")) == (behind, [entries])


@row("B20")
@otherwise("B20")
@pytest.mark.parametrize(
    ("rules", "logs"), [(WITH_NO_OP, [1, 1]), (RAFT, [1])], ids=["no-op", "paper"]
)
@pytest.mark.parametrize(
    ("size", "dead", "success"),
    [(3, 0, True), (3, 1, True), (3, 2, False), (4, 2, False), (5, 2, True)],
)
def test_a_proposal_needs_a_majority_alive(rules, logs, size: int, dead: int, success) -> None:
    alive, down = NAMES[: size - dead], NAMES[size - dead : size]
    play = Play(Cluster.of(*NAMES[:size]), rules)
    play.do(*map(Crash, down))
    play.elect("node1", *NAMES[:size])
    play.do(ClientCommand("node1", "SET a 1"))
    after = play.node("node1")
    assert (after.role is Role.LEADER, after.current_term) == (success, 1)
    if success:
        play.replicate("node1", *NAMES[1:size])
    assert dict(play.node("node1").machine) == ({"a": "1"} if success else {})
    assert [terms(play.node(n).log) for n in alive] == [logs if success else []] * len(alive)
    assert play.broken == []


@otherwise("B21")
@both_rules
def test_a_follower_refuses_a_proposal_and_names_the_leader(rules: Rules) -> None:
    play = Play(Cluster.of(*NAMES[:3]), rules)
    play.elect("node1", *OTHERS)
    asked = play.node("node2")
    reaction = react(asked, ClientCommand("node2", "SET a 1"), rules)
    [refusal] = [f for f in reaction.firings if f.rule == "refuse_command"]
    assert (reaction.node, reaction.messages) == (asked, ())
    assert (refusal.gave, refusal.arguments) == ("node1", ("SET a 1",))
    # The client goes where it was sent: now all logs are the row's.
    play.replicate(refusal.gave, *OTHERS, text="SET a 1")
    logs = [1, 1] if rules is WITH_NO_OP else [1]
    assert [terms(n.log) for n in play.cluster.nodes] == [logs] * 3


@row("B22")
@otherwise("B22")
@pytest.mark.parametrize(("rules", "commit"), [(WITH_NO_OP, 3), (RAFT, 2)], ids=["no-op", "paper"])
def test_a_single_node_commits_by_itself(rules: Rules, commit: int) -> None:
    play = Play(Cluster.of("node1"), rules)
    play.do(Timeout("node1"), ClientCommand("node1", "SET a 1"), ClientCommand("node1", "SET a 2"))
    assert play.node("node1").commit_index == commit


@row("B24")
@otherwise("B24")
@pytest.mark.parametrize(
    ("answer", "progress", "sent", "commit"),
    [
        # (match_index, next_index) of node2, and where what is sent at once is to follow
        pytest.param(refused(3), (0, 3), [], 0, id="stale refusal"),
        pytest.param(refused(1), (0, 3), [], 0, id="stale refusal, earlier"),
        pytest.param(refused(2), (0, 2), [1], 0, id="refusal"),
        pytest.param(accepted(2, 2), (2, 3), [], 2, id="success"),  # the row: (2, 4), 2 messages
        pytest.param(accepted(0, 0), (0, 1), [], 0, id="success of nothing"),  # the row: (0, 4), 1
    ],
)
def test_how_a_leader_takes_an_answer(answer, progress, sent: list, commit: int) -> None:
    before = leader("node1", 1, 1, 1, next_index=by_peer(3, 3))
    after, messages = turn(before, answer)
    assert (after.match_index["node2"], after.next_index["node2"]) == progress
    assert [message.prev_log_index for message in messages] == sent
    assert after.commit_index == commit


@row("B24")
@otherwise("B24")
@pytest.mark.parametrize(
    ("answer", "prevs", "commit"), [(accepted(2, 2), [2, 2], 2), (accepted(0, 0), [0, 2], 0)]
)
def test_the_rows_messages_go_out_by_an_event(answer, prevs: list[int], commit: int) -> None:
    after, _ = turn(leader("node1", 1, 1, 1, next_index=by_peer(3, 3)), answer)
    _, sent = turn(after, Replicate("node1"))
    assert [(m.prev_log_index, m.leader_commit) for m in sent] == [(p, commit) for p in prevs]


@row("B25")
@otherwise("B25")
@pytest.mark.parametrize(
    ("rules", "logs"), [(WITH_NO_OP, [1, 1]), (RAFT, [1])], ids=["no-op", "paper"]
)
def test_an_isolated_candidate_concedes(rules: Rules, logs: list[int]) -> None:
    play = Play(Cluster.of(*NAMES[:3]), rules)
    play.do(Partition((("node1",),)), Timeout("node1"))
    play.elect("node3", "node2")
    assert [(n.role.value, n.current_term) for n in play.cluster.nodes] == [
        ("candidate", 1), ("follower", 1), ("leader", 1)
    ]  # fmt: skip
    play.do(Heal())
    play.replicate("node3", "node1", "node2", text="SET force follower")
    after = play.node("node1")
    assert (after.role, after.current_term, after.leader_id) == (Role.FOLLOWER, 1, "node3")
    assert [terms(n.log) for n in play.cluster.nodes] == [logs] * 3
    assert play.broken == []


def acks_lost() -> Play:
    """node3 has entries 12 and 13, and its answers are lost; node1 and node2 commit 13."""
    eleven = {"commit_index": 11, "last_applied": 11}
    followers = (node(name, *[1] * 11, leader_id="node1", **eleven) for name in OTHERS)
    play = Play(cluster(all_committed(11), *followers))
    play.do(*(ClientCommand("node1", command(index, 1)) for index in (12, 13)))
    play.do(Replicate("node1"))
    play.deliver(("node1", "node2"), ("node1", "node3"), ("node2", "node1"))
    play.do(*map(Drop, play.cluster.network))
    assert [(n.log.last_index, n.commit_index) for n in play.cluster.nodes] == [
        (13, 13), (13, 11), (13, 11)
    ]  # fmt: skip
    return play


@row("B26")
@otherwise("B26")
def test_a_commit_lags_where_answers_were_lost() -> None:
    play = acks_lost()
    leads = play.node("node1")
    # The row's next_index is 14: it runs ahead.
    assert (leads.match_index["node3"], leads.next_index["node3"]) == (11, 12)
    play.do(Heartbeat("node1"))
    assert list(play.cluster.network) == [
        append((13, 1), commit=13, ends=("node1", "node2")),
        append((11, 1), commit=13, ends=("node1", "node3")),  # the row's commits 11
    ]
    play.deliver_all()
    commits = [[n.commit_index for n in play.cluster.nodes]]
    play.do(Replicate("node1", "node3"))
    assert list(play.cluster.network) == [append((11, 1), 1, 1, commit=13, ends=("node1", "node3"))]
    play.deliver_all()
    commits.append([n.commit_index for n in play.cluster.nodes])
    assert commits == [[13, 13, 11], [13, 13, 13]]
    assert play.broken == []


@otherwise("B26")
def test_by_the_clock_the_lagging_commit_takes_half_a_round_trip() -> None:
    """From the heartbeat on, that is, not a round trip and a half: the entries come instead."""
    timing = Timing(election_timeout=10_000, heartbeat_interval=100, latency=10)
    run = timed(acks_lost().cluster, timing, until=150).line()
    reached = {n: min(m.time for m in run if m.cluster.node(n).commit_index == 13) for n in OTHERS}
    assert reached == {"node2": 110, "node3": 110}
