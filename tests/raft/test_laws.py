"""What holds in every run, whatever happens in it: laws over random runs of one to nine nodes."""

from collections.abc import Iterator
from dataclasses import fields, replace

from hypothesis import given, settings

from raftlab.raft import (
    AppendEntries,
    ClientCommand,
    Cluster,
    Crash,
    Drop,
    Entry,
    FrozenMap,
    Heal,
    Log,
    Node,
    Replicate,
    Restart,
    Role,
    Step,
    broken_by,
    broken_in,
    step,
)
from raftlab.raft.machine import EMPTY_MACHINE, apply

from .clusters import NAMES, Play
from .runs import drive, laws, runs


def moments(run: list[Step]) -> Iterator[tuple[Node, Node, Step]]:
    """Each node before and after each step."""
    for done in run:
        for before, after in zip(done.before.nodes, done.after.nodes, strict=True):
            yield before, after, done


def kept_up_to(index: int, *logs: Log) -> list[tuple[Entry, ...]]:
    """Of each log what it holds up to `index`, as far back as all of them still hold it."""
    first = max(log.first_index for log in logs)
    return [log.up_to(index).starting_at(first) if first <= index else () for log in logs]


def agree_up_to(index: int, *logs: Log) -> bool:
    return min(log.last_index for log in logs) >= index and len({*kept_up_to(index, *logs)}) == 1


def test_the_runs_are_worth_looking_at() -> None:
    # A law over runs in which nothing happens would hold all too easily.
    for size in (1, 2, 3, 5):
        ends = [drive(Cluster.of(*NAMES[:size]), seed, 150)[-1].after for seed in range(12)]
        assert sum(len(past.terms_led) for end in ends for past in end.pasts) > 12
        assert sum(any(past.committed for past in end.pasts) for end in ends) > 6
        assert sum(any(node.log.prefix_index for node in end.nodes) for end in ends) > 6


# The paper's own


@settings(max_examples=50)
@given(runs(most=9))
def test_no_run_breaks_a_property(run: list[Step]) -> None:
    for done in run:
        assert broken_by(done) == ()
        assert broken_in(done.after) == ()


@laws
@given(runs())
def test_terms_never_decrease_and_a_vote_is_cast_once_a_term(run: list[Step]) -> None:
    for before, after, _ in moments(run):
        assert before.current_term <= after.current_term
        if before.current_term == after.current_term and before.voted_for is not None:
            assert after.voted_for == before.voted_for


@laws
@given(runs())
def test_roles_change_as_in_figure_4(run: list[Step]) -> None:
    for before, after, done in moments(run):
        if isinstance(done.event, Crash) or before is after:
            continue
        if before.role is Role.LEADER and after.role is not Role.LEADER:
            assert (after.role, before.current_term < after.current_term) == (Role.FOLLOWER, True)
        if before.role is Role.FOLLOWER and after.role is Role.LEADER:
            assert after.configuration.members == (after.name,)  # one vote is a majority of one


@laws
@given(runs())
def test_what_a_role_keeps(run: list[Step]) -> None:
    for _, node, _ in moments(run):
        match node.role:
            case Role.LEADER:
                assert node.voted_for == node.leader_id == node.name
                assert tuple(node.next_index) == tuple(node.match_index) == node.peers
                for peer in node.peers:
                    reach = (node.match_index[peer], node.next_index[peer])
                    assert 0 <= reach[0] < reach[1] <= node.log.last_index + 1
            case Role.CANDIDATE:
                assert (node.voted_for, node.leader_id) == (node.name, None)
                assert node.votes_received[0] == node.name
                assert len(set(node.votes_received)) == len(node.votes_received)
            case Role.FOLLOWER:
                assert node.leader_id != node.name
        if node.role is not Role.CANDIDATE:
            assert node.votes_received == ()
        if node.role is not Role.LEADER:
            assert node.next_index == node.match_index == FrozenMap()


@laws
@given(runs())
def test_indexes_and_terms_stay_in_order(run: list[Step]) -> None:
    for before, after, done in moments(run):
        assert 0 <= after.last_applied <= after.commit_index <= after.log.last_index
        in_log = [entry.term for entry in after.log.entries]
        assert in_log == sorted(in_log)
        assert after.log.last_term <= after.current_term
        if not isinstance(done.event, Crash):
            assert before.commit_index <= after.commit_index
            assert before.last_applied <= after.last_applied
            assert agree_up_to(before.commit_index, before.log, after.log)
            assert before.log.prefix_index <= after.log.prefix_index


@laws
@given(runs())
def test_the_machine_is_what_the_applied_entries_make_it(run: list[Step]) -> None:
    ever: dict[int, Entry] = {}  # what anybody committed, also where it was discarded since
    for _, node, _ in moments(run):
        held = node.log.up_to(max(node.commit_index, node.log.prefix_index)).numbered()
        ever = {**dict(held), **ever}
        machine = EMPTY_MACHINE
        for index in range(1, node.last_applied + 1):
            machine = apply(machine, ever[index].command)
        assert node.machine == machine
        assert not node.up or node.last_applied == node.commit_index  # a turn ends at rest


@laws
@given(runs())
def test_a_snapshot_stands_for_what_was_discarded(run: list[Step]) -> None:
    for before, after, _ in moments(run):
        log, snapshot = after.log, after.snapshot
        assert (snapshot is None) == (log.prefix_index == 0)
        if snapshot is not None:
            ends = (snapshot.last_included_index, snapshot.last_included_term)
            assert ends == (log.prefix_index, log.prefix_term)
            assert ends[0] <= after.last_applied
            assert snapshot.configuration == before.configuration


@laws
@given(runs())
def test_a_leader_commits_only_by_entries_of_its_own_term(run: list[Step]) -> None:
    # §5.4.2
    for before, after, _ in moments(run):
        if after.role is Role.LEADER and before.commit_index < after.commit_index:
            assert after.log.term_at(after.commit_index) == after.current_term


@laws
@given(runs())
def test_what_is_committed_is_in_every_majority(run: list[Step]) -> None:
    last = run[-1].after
    for node in last.nodes:
        logs = ((other.name, other.log) for other in last.nodes)
        holders = [name for name, log in logs if agree_up_to(node.commit_index, log, node.log)]
        assert node.configuration.is_quorum(holders)


@laws
@given(runs())
def test_what_is_known_to_match_matches(run: list[Step]) -> None:
    for done in run:
        for leader in (node for node in done.after.nodes if node.role is Role.LEADER):
            for peer in leader.peers:
                other, match = done.after.node(peer), leader.match_index[peer]
                if other.current_term == leader.current_term:
                    assert agree_up_to(match, other.log, leader.log)
        for before, after in zip(done.before.nodes, done.after.nodes, strict=True):
            led_on = before.role is after.role is Role.LEADER
            if led_on and before.current_term == after.current_term:
                assert all(before.match_index[p] <= after.match_index[p] for p in after.peers)


@laws
@given(runs())
def test_one_node_speaks_for_a_term(run: list[Step]) -> None:
    sent = [message for done in run for message in done.sent]
    speakers = {(m.term, m.sender) for m in sent if isinstance(m, AppendEntries)}
    assert len({term for term, _ in speakers}) == len(speakers)


# Lifetimes


@laws
@given(runs())
def test_between_turns_memory_and_disk_agree(run: list[Step]) -> None:
    for _, node, _ in moments(run):
        disk = node.disk
        assert (disk.current_term, disk.voted_for, disk.log, disk.snapshot) == (
            node.current_term,
            node.voted_for,
            node.log,
            node.snapshot,
        )


@laws
@given(runs())
def test_a_message_promises_nothing_that_is_not_on_disk(run: list[Step]) -> None:
    for done in run:
        for message in done.sent:
            assert message.term <= done.after.node(message.sender).disk.current_term


@laws
@given(runs())
def test_a_crash_keeps_the_disk_and_nothing_else(run: list[Step]) -> None:
    last = run[-1].after
    for node in (node for node in last.nodes if node.up):
        bare = Node(node.name, node.configuration, disk=node.disk, up=False)
        kept = {field.name: getattr(node.disk, field.name) for field in fields(node.disk)}
        if node.snapshot is not None:
            # The machine comes back with the snapshot, as it was when that was taken.
            index = node.snapshot.last_included_index
            kept |= {"commit_index": index, "last_applied": index, "machine": node.snapshot.machine}
        assert step(last, Crash(node.name)).after.node(node.name) == replace(bare, **kept)


# What Raft is for


@settings(max_examples=30)
@given(runs(most=7))
def test_from_anywhere_a_healed_cluster_commits_again(run: list[Step]) -> None:
    """Whatever has happened: once all run and all is delivered, a new command reaches everyone."""
    play = Play(run[-1].after)
    play.do(*([Heal()] if play.cluster.cut else []), *map(Drop, play.cluster.network))
    play.do(*(Restart(node.name) for node in play.cluster.nodes if not node.up))
    best = max(play.cluster.nodes, key=lambda n: (n.log.last_term, n.log.last_index)).name
    while {node.leader_id for node in play.cluster.nodes} != {best}:
        if play.node(best).role is Role.LEADER and play.node(best).peers:
            play.heartbeat(best)  # it may have been deposed without knowing
        else:
            play.elect(best, *play.cluster.names)
    play.do(ClientCommand(best, "SET last word"))
    while any(next_index <= play.node(best).log.last_index for next_index in behind(play, best)):
        play.do(Replicate(best))
        play.deliver_all()
    if play.node(best).peers:
        play.heartbeat(best)
    logs = [node.log for node in play.cluster.nodes]
    [machine] = {node.machine for node in play.cluster.nodes}
    assert agree_up_to(logs[0].last_index, *logs)
    assert {log.entries[-1].command for log in logs} == {"SET last word"}
    assert machine["last"] == "word"
    assert play.broken == []


def behind(play: Play, name: str) -> list[int]:
    """From where a leader goes on to send, to each of its peers."""
    return list(play.node(name).next_index.values())
