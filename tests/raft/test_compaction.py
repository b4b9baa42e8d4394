"""Snapshots: taking, sending and installing one, and beginning with one. (§7, Figures 12, 13)"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raftlab.raft import (
    RAFT,
    AppendEntries,
    AppendReply,
    ClientCommand,
    Cluster,
    Compact,
    Configuration,
    Crash,
    Deliver,
    Disk,
    Duplicate,
    Event,
    FrozenMap,
    Heal,
    Heartbeat,
    InstallSnapshot,
    Log,
    Node,
    Partition,
    Replicate,
    Restart,
    Role,
    RuleError,
    Rules,
    Snapshot,
    SnapshotReply,
    Step,
    broken_by,
    enabled,
    react,
    step,
    why_not,
)
from raftlab.raft.compaction import install_snapshot, record_snapshot, send_snapshot, take_snapshot
from raftlab.raft.lemmas import PROPERTIES
from raftlab.raft.machine import apply

from .clusters import NAMES, Play, append, candidate, cluster, command, entries, node, turn
from .runs import laws, runs

MEMBERS = Configuration(NAMES[:3])


def machine(index: int) -> FrozenMap[str]:
    """What entries of term 1 up to `index` come to."""
    made: FrozenMap[str] = FrozenMap()
    for entry in entries(*[1] * index):
        made = apply(made, entry.command)
    return made


def snapshot(index: int, term: int = 1) -> Snapshot:
    return Snapshot(index, term, MEMBERS, machine(index))


def log(prefix: int, *terms: int, prefix_term: int = 1) -> Log:
    """A log that begins after `prefix` discarded entries."""
    return Log(entries(*terms, start=prefix + 1), prefix, prefix_term if prefix else 0)


def holding(
    prefix: int, *terms: int, applied: int | None = None, name: str = "node1", **fields: object
) -> Node:
    """A node whose log begins with a snapshot, of which it has applied entries up to `applied`."""
    applied = prefix if applied is None else applied
    state = {"commit_index": applied, "last_applied": applied, "machine": machine(applied)}
    state |= {"snapshot": snapshot(prefix) if prefix else None}
    return node(name, **{"log": log(prefix, *terms), "current_term": 2, **state, **fields})


def leading(prefix: int, *terms: int, **fields: object) -> Node:
    """The leader of term 2 with such a log."""
    role = {"role": Role.LEADER, "voted_for": "node1", "leader_id": "node1"}
    ends = {"next_index": by_peer(prefix + len(terms) + 1), "match_index": by_peer(0)}
    return holding(prefix, *terms, **{**role, **ends, **fields})


def by_peer(node2: int, node3: int | None = None) -> FrozenMap[int]:
    return FrozenMap.of({"node2": node2, "node3": node2 if node3 is None else node3})


def sent(index: int, term: int = 2, of_term: int = 1) -> InstallSnapshot:
    return InstallSnapshot("node2", "node1", term, snapshot(index, of_term))


# Taking one


@pytest.mark.parametrize(
    ("before", "prefix", "kept"),
    [
        (holding(0, 1, 1, 1, applied=3), 3, ()),
        (holding(0, 1, 1, 1, 2, applied=3), 3, (2,)),  # what is not committed stays
        (holding(2, 1, 1, 1, applied=4), 4, (1,)),  # on top of another snapshot
        (leading(0, 1, 1, applied=1), 1, (1,)),
        (replace(holding(0, 1, 1, 1, applied=1), commit_index=3), 1, (1, 1)),  # not yet applied
    ],
)
def test_a_snapshot_replaces_what_is_applied(before: Node, prefix: int, kept: tuple) -> None:
    after = take_snapshot(before)
    assert after == replace(before, log=log(prefix, *kept), snapshot=snapshot(prefix))


@pytest.mark.parametrize(
    "before", [node("node1"), holding(0, 1), holding(3, 1), holding(3), leading(2, 1, 2)]
)
def test_where_nothing_new_is_applied_there_is_nothing_to_take(before: Node) -> None:
    assert take_snapshot(before) is before
    assert why_not(cluster(before), Compact("node1")) == (
        "node1 has applied nothing that its log still holds (§7)."
    )
    assert Compact("node1") not in enabled(cluster(before))


def test_any_server_that_runs_takes_its_own() -> None:
    stands = candidate("node1", 1, 1, commit_index=1, last_applied=1, machine=machine(1))
    for before in (holding(0, 1, applied=1), leading(0, 1, applied=1), stands):
        assert Compact("node1") in enabled(cluster(before))
        after, messages = turn(before, Compact("node1"))
        assert (after.disk.snapshot, after.disk.log) == (snapshot(1), after.log)
        assert (after.role, after.log.prefix_index, messages) == (before.role, 1, [])
    down = cluster(holding(0, 1, applied=1, up=False))
    assert why_not(down, Compact("node1")) == "node1 is down: it can only restart."


# Sending one


@pytest.mark.parametrize(
    ("next_index", "prefix", "goes"),
    [
        (1, 3, "snapshot"),
        (3, 3, "snapshot"),
        (4, 3, "entries"),
        (5, 3, "entries"),
        (1, 0, "entries"),
    ],
)
def test_a_snapshot_goes_where_the_next_entry_is_gone(
    next_index: int, prefix: int, goes: str
) -> None:
    before = leading(prefix, *[1] * (5 - prefix), next_index=by_peer(next_index, 6))
    after, [message] = turn(before, Replicate("node1", "node2"))
    assert after == before
    if goes == "snapshot":
        assert message == InstallSnapshot("node1", "node2", 2, snapshot(prefix))
    else:
        prev = (next_index - 1, 1 if next_index > 1 else 0)
        assert isinstance(message, AppendEntries)
        assert (message.prev_log_index, message.prev_log_term) == prev
        assert message.last_new_index == 5


@pytest.mark.parametrize("next_index", [1, 2, 3, 4])
def test_a_heartbeat_builds_upon_no_place_that_was_discarded(next_index: int) -> None:
    before = leading(3, 1, next_index=by_peer(next_index, 5))
    _, [beat] = turn(before, Heartbeat("node1", "node2"))
    assert beat == AppendEntries("node1", "node2", 2, 3, 1, (), 3)
    # Who is behind refuses it, and its answer is not one to what the leader would send next.
    _, [refusal] = turn(holding(0, 1, name="node2"), beat)
    assert isinstance(refusal, AppendReply)
    assert (refusal.success, refusal.prev_log_index) == (False, 3)
    after, answers = turn(before, refusal)
    assert answers == [] if next_index < 4 else [type(m) for m in answers] == [InstallSnapshot]
    assert after.next_index["node2"] == min(next_index, 3)


def test_a_leader_without_a_snapshot_has_none_to_send() -> None:
    bare = replace(leading(3, 1), snapshot=None)
    with pytest.raises(ValueError, match=r"^node1 has no snapshot to send\.$"):
        send_snapshot(bare, "node2")


# Installing one


@pytest.mark.parametrize(
    ("before", "index", "kept", "applied"),
    [
        pytest.param(holding(0), 3, (), 3, id="a node that has nothing"),
        pytest.param(holding(0, 1), 3, (), 3, id="a node that is behind"),
        pytest.param(holding(1, 1, applied=2), 3, (), 3, id="one with a snapshot of its own"),
        pytest.param(holding(0, 2, 2, 2, 2), 3, (), 3, id="a log that conflicts"),
        pytest.param(holding(0, 1, 1, 1), 3, (), 3, id="all of a log"),
        pytest.param(holding(0, 1, 1, 1, 2, 2), 3, (2, 2), 3, id="the middle of a log"),
        pytest.param(holding(0, 1, 1, 1, 1, applied=1), 3, (1,), 3, id="part of it applied"),
        pytest.param(holding(0, 1, 1, 1, 1, applied=4), 3, (1,), 4, id="less than is applied"),
        pytest.param(holding(2, 1, 1, applied=4), 3, (1,), 4, id="less, and more than its own"),
    ],
)
def test_a_snapshot_is_installed(before: Node, index: int, kept: tuple, applied: int) -> None:
    expected = replace(
        before,
        log=log(index, *kept),
        snapshot=snapshot(index),
        machine=machine(applied),
        last_applied=applied,
        commit_index=applied,
    )
    assert install_snapshot(before, sent(index)) == expected
    after, replies = turn(before, sent(index))
    assert after == replace(
        expected, leader_id="node2", disk=Disk(2, None, expected.log, expected.snapshot)
    )
    assert replies == [SnapshotReply("node1", "node2", 2, index)]
    # Twice is once.
    assert turn(after, sent(index)) == (after, replies)


@pytest.mark.parametrize("index", [1, 2, 3])
def test_a_snapshot_that_comes_late_changes_nothing(index: int) -> None:
    before = holding(3, 1, 2, applied=4, leader_id="node2")
    after, [reply] = turn(before, sent(index))
    assert after == before
    # And the answer is true all the same.
    assert reply == SnapshotReply("node1", "node2", 2, index)


def test_what_is_behind_a_snapshot_is_kept_and_then_applied() -> None:
    before = holding(0, 1, 1, 1, 1, applied=1)
    before = replace(before, commit_index=4)  # as it is within a turn
    after, _ = turn(before, sent(3))
    assert (after.last_applied, after.commit_index, after.machine) == (4, 4, machine(4))


def test_a_snapshot_of_an_old_term_is_answered_with_the_newer_one_and_no_claim() -> None:
    before = holding(0, current_term=3)
    assert turn(before, sent(3)) == (before, [SnapshotReply("node1", "node2", 3, 0)])


def test_a_snapshot_tells_who_leads_and_the_timer_starts_anew() -> None:
    stands = candidate("node1", current_term=2)
    reaction = react(stands, Deliver(sent(3)))
    after = reaction.node
    assert (after.role, after.leader_id, after.votes_received) == (Role.FOLLOWER, "node2", ())
    assert [f.gave for f in reaction.firings if f.rule == "resets_election_timer"] == [True]
    newer, _ = turn(stands, sent(3, term=5))
    assert (newer.current_term, newer.last_applied) == (5, 3)
    old = react(stands, Deliver(sent(3, term=1)))
    assert [f.gave for f in old.firings if f.rule == "resets_election_timer"] == [False]


# The answer


@pytest.mark.parametrize(
    ("match", "reply", "match_after", "next_after"),
    [
        (0, SnapshotReply("node2", "node1", 2, 3), 3, 4),
        (2, SnapshotReply("node2", "node1", 2, 3), 3, 4),
        (3, SnapshotReply("node2", "node1", 2, 3), 3, 6),  # no news: next_index stays
        (4, SnapshotReply("node2", "node1", 2, 3), 4, 6),  # an old answer
        (0, SnapshotReply("node2", "node1", 1, 3), 0, 6),  # of another term
        (0, SnapshotReply("node2", "node1", 2, 0), 0, 6),  # to a stale request
    ],
)
def test_what_an_answer_tells(
    match: int, reply: SnapshotReply, match_after: int, next_after: int
) -> None:
    before = leading(3, 1, 1, match_index=by_peer(match, 0))
    after, messages = turn(before, reply)
    assert (after.match_index["node2"], after.next_index["node2"]) == (match_after, next_after)
    assert messages == []
    follower = holding(3, name="node1")
    assert record_snapshot(follower, reply) is follower


def test_a_stale_answer_may_reach_its_sender_as_the_leader_of_a_later_term() -> None:
    def claims(turn, request) -> None:
        """The answer to a stale snapshot says what the one to a fresh snapshot would."""
        RAFT.on_install_snapshot(turn, request)
        match_index = request.snapshot.last_included_index
        turn.messages[-1] = replace(turn.messages[-1], match_index=match_index)

    for rules, names in (
        (RAFT, []),
        (RAFT.but(on_install_snapshot=claims), ["Durable Before Reply"]),
    ):
        late = InstallSnapshot("node1", "node2", 1, snapshot(1))
        leads = leading(1, voted_for="node1")
        nodes = (leads, node("node2", current_term=2), holding(1, name="node3"))
        taken = step(cluster(*nodes, network=(late,)), Deliver(late), rules)
        assert [v.property.name for v in broken_by(taken, PROPERTIES)] == names
        [reply] = taken.sent
        then = step(taken.after, Deliver(reply), rules)
        believes = then.after.node("node1").match_index["node2"]
        assert believes == (0 if rules is RAFT else 1)


# An AppendEntries that overlaps what was discarded


@pytest.mark.parametrize(
    ("prev", "new", "kept"),
    [
        ((0, 0), (1, 1, 1, 1), (1,)),
        ((1, 1), (1, 1, 1), (1,)),
        ((1, 1), (1,), (1,)),  # all of it discarded
        ((1, 1), (), (1,)),
        ((3, 1), (2,), (2,)),
        ((2, 1), (1, 2, 2), (2, 2)),  # it conflicts behind the prefix
    ],
)
def test_entries_that_overlap_what_was_discarded(prev: tuple, new: tuple, kept: tuple) -> None:
    before = holding(3, 1)
    after, [reply] = turn(before, append(prev, *new, term=2))
    assert after.log == log(3, *kept)
    assert (after.snapshot, after.machine) == (before.snapshot, before.machine)
    assert reply == AppendReply("node1", "node2", 2, True, prev[0], prev[0] + len(new))


def test_a_follower_that_compacted_unheard_is_not_cut_off() -> None:
    """Its answers are lost, it discards what the leader will send again, and they go on."""
    play = Play(Cluster.of(*NAMES[:3]))
    play.elect("node1", "node2", "node3")
    for text in ("SET a 1", "SET b 2"):
        play.replicate("node1", "node2", text=text)
    play.do(Replicate("node1", "node3"), Heartbeat("node1", "node3"))
    play.deliver(("node1", "node3"))
    play.do(Partition((("node3",),)), Heal())  # its answer, and the heartbeat, are lost
    play.do(Heartbeat("node1", "node3"))
    play.deliver(("node1", "node3"))
    play.do(Partition((("node3",),)), Heal())
    assert play.node("node1").match_index["node3"] == 0
    play.do(Compact("node3"))
    assert play.node("node3").log == Log((), 2, 1)
    play.replicate("node1", "node2", "node3", text="SET c 3")
    play.heartbeat("node1")
    assert {n.commit_index for n in play.cluster.nodes} == {3}
    assert play.broken == []


# Beginning with one


def test_a_restart_begins_where_the_snapshot_ends() -> None:
    before = holding(3, 1, 2, applied=4, leader_id="node2")
    down, _ = turn(before, Crash("node1"))
    assert (down.log, down.snapshot, down.machine) == (before.log, snapshot(3), machine(3))
    assert (down.commit_index, down.last_applied) == (3, 3)
    back, _ = turn(down, Restart("node1"))
    assert back == replace(down, up=True)
    then, _ = turn(back, append((4, 1), commit=4, term=2))
    assert (then.last_applied, then.machine) == (4, machine(4))


@pytest.mark.parametrize(
    ("before", "during"),
    [
        (holding(0, 1, 1, applied=2), Compact("node1")),
        (holding(0, 1, 2, 2), Deliver(sent(3))),
        (holding(3, 1, applied=4), Deliver(sent(3))),
        (leading(3, 1), Replicate("node1")),
        (leading(3, 1), Deliver(SnapshotReply("node2", "node1", 2, 3))),
    ],
)
def test_a_crash_in_the_middle_has_the_whole_turn_on_disk(before: Node, during: Event) -> None:
    whole, _ = turn(before, during)
    down, messages = turn(before, Crash("node1", during))
    assert (down, messages) == (turn(whole, Crash("node1"))[0], [])
    assert (down.disk.log, down.disk.snapshot) == (whole.log, whole.snapshot)


# Everything else on top of it


def test_a_log_of_which_all_is_discarded_votes_and_leads_as_before() -> None:
    play = Play(Cluster.of(*NAMES[:3]))
    play.elect("node1", "node2", "node3")
    play.replicate("node1", "node2", "node3", text="SET a 1")
    play.heartbeat("node1")
    play.do(*map(Compact, NAMES[:3]))
    assert {n.log for n in play.cluster.nodes} == {Log((), 1, 1)}
    play.do(*(event for name in NAMES[:3] for event in (Crash(name), Restart(name))))
    play.elect("node2", "node1", "node3")
    play.replicate("node2", "node1", "node3", text="SET b 2")
    play.heartbeat("node2")
    assert {n.machine for n in play.cluster.nodes} == {FrozenMap.of({"a": "1", "b": "2"})}
    assert play.broken == []


@laws
@given(runs())
def test_compacting_changes_nothing_that_a_client_sees(run: list[Step]) -> None:
    """Wherever all is delivered and each node compacts, each machine stays as it is."""
    play = Play(run[-1].after)
    before = [node.machine for node in play.cluster.nodes]
    play.do(*(e for e in enabled(play.cluster) if isinstance(e, Compact)))
    assert [node.machine for node in play.cluster.nodes] == before
    for after in play.cluster.nodes:
        assert not after.up or after.log.prefix_index == after.last_applied
    assert play.broken == []


@laws
@given(st.data())
def test_a_log_behind_a_discarded_prefix_answers_as_the_whole_one(data: st.DataObject) -> None:
    terms = sorted(data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=6)))
    whole = Log(entries(*terms))
    prefix = data.draw(st.integers(0, len(terms)))
    behind = whole.after(prefix, whole.term_at(prefix) or 0)
    assert (behind.last_index, behind.last_term) == (whole.last_index, whole.last_term)
    assert behind.starting_at(prefix + 1) == whole.starting_at(prefix + 1)
    for index in range(prefix, len(terms) + 2):
        assert behind.term_at(index) == whole.term_at(index)
    for index, entry in enumerate(whole.entries, start=1):
        assert behind.holds(index, entry) is (None if index <= prefix else True)
    for index in range(prefix, len(terms) + 1):
        assert behind.up_to(index).last_term == whole.up_to(index).last_term
        assert whole.after(index, whole.term_at(index) or 0) == behind.after(
            index, whole.term_at(index) or 0
        )


def test_what_was_discarded_cannot_be_discarded_again() -> None:
    with pytest.raises(IndexError, match="entry 1 was discarded"):
        log(3, 1).after(1, 1)
    # Of the last discarded entry the term is known, and an entry of another it was not.
    [other] = entries(9, start=3)
    assert (log(3, 1).holds(3, other), log(3, 1).holds(2, other)) == (False, None)


# What a rule may not do


def takes_over(turn_of: Node, request: InstallSnapshot) -> Node:
    return replace(install_snapshot(turn_of, request), name="node9")


def test_only_what_resumes_from_a_snapshot_may_bring_a_configuration() -> None:
    alone = Configuration(("node1",))
    with pytest.raises(RuleError, match="turned node1 into another server"):
        react(holding(0), Deliver(sent(3)), RAFT.but(install_snapshot=takes_over))
    mine = RAFT.but(take_snapshot=lambda n: replace(n, configuration=alone))
    with pytest.raises(RuleError, match="turned node1 into another server"):
        react(holding(0, 1, applied=1), Compact("node1"), mine)


def returns(value: object) -> Rules:
    return RAFT.but(take_snapshot=lambda n: replace(n, snapshot=value))


def test_a_configuration_is_a_configuration() -> None:
    none = RAFT.but(install_snapshot=lambda node, request: replace(node, configuration=None))
    with pytest.raises(RuleError, match="configuration must be Configuration; it is None"):
        react(holding(0), Deliver(sent(3)), none)


def test_a_snapshot_is_a_snapshot() -> None:
    with pytest.raises(RuleError, match="snapshot must be Snapshot or None; it is 'x'"):
        react(holding(0, 1, applied=1), Compact("node1"), returns("x"))


def test_commands_go_on_while_a_snapshot_is_under_way() -> None:
    before = leading(3, next_index=by_peer(1, 4))
    after, _ = turn(before, ClientCommand("node1", command(4, 2)))
    _, messages = turn(after, Replicate("node1"))
    assert [type(m) for m in messages] == [InstallSnapshot, AppendEntries]


def test_a_second_copy_does_no_harm() -> None:
    play = Play(
        cluster(
            leading(1, next_index=by_peer(1, 2)),
            node("node2", current_term=2),
            holding(1, name="node3"),
        )
    )
    play.do(ClientCommand("node1", command(2, 2)), Replicate("node1"))
    [copy] = [m for m in play.cluster.network if isinstance(m, InstallSnapshot)]
    play.do(Duplicate(copy), Deliver(copy))
    play.deliver(("node2", "node1"))
    play.do(Replicate("node1"))
    play.deliver_all()
    play.heartbeat("node1")
    assert {n.commit_index for n in play.cluster.nodes} == {2}
    assert play.broken == []
