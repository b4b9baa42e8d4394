"""Reads that go without an entry, and the no-op that a new leader needs, turn by turn. (§8)"""

from dataclasses import replace

import pytest

from raftlab.raft import (
    RAFT,
    AppendEntries,
    AppendReply,
    ClientReply,
    ClientRequest,
    Entry,
    FrozenMap,
    Heartbeat,
    LeaseEnds,
    Log,
    Node,
    NotPossible,
    Read,
    Reading,
    Role,
    Rules,
    Timeout,
    enabled,
    step,
)
from raftlab.raft.backing_up import reject_with_hint
from raftlab.raft.no_op import WITH_NO_OP
from raftlab.raft.reads import begin_read, holds_lease, may_end_lease, may_serve_read, record_round
from raftlab.raft.ways_to_read import READ_INDEX, READS

from .clusters import append, cluster, leader, node, turn

GET = ClientRequest("client1", "node1", 1, 5, "GET x")
INCR = replace(GET, command="INCR x")
ONE = FrozenMap.of({"x": "1"})


def ready(committed: int = 1, size: int = 3, **fields: object) -> Node:
    """node1 leads term 2 with an entry of it, up to which (or not) all is committed and applied."""
    known = {"commit_index": committed, "last_applied": committed, "machine": ONE}
    return leader("node1", 1, 2, size=size, **{**known, "current_term": 2, **fields})


def read(index: int, begun: int, serial: int = 5) -> Read:
    return Read("client1", serial, 1, "GET x", index, begun)


def given(answer: str | None = "1", by: str = "node1") -> ClientReply:
    return ClientReply(by, "client1", 5, True, answer, session=1, read=True)


def rounds(**answered: int) -> FrozenMap[int]:
    return FrozenMap.of(answered)


def test_by_the_papers_figure_2_a_read_is_a_command_like_any_other() -> None:
    after, sent = turn(ready(2), GET)
    assert after.log.last_index == 3
    assert after.reading == Reading()
    assert sent == []


def test_a_read_begins_a_round_of_heartbeats() -> None:
    after, sent = turn(ready(2), GET, READ_INDEX)
    assert after.log == ready(2).log
    assert after.reading == Reading(1, rounds(), (read(2, 1),))
    assert [(type(m), m.receiver, m.round) for m in sent] == [
        (AppendEntries, "node2", 1),
        (AppendEntries, "node3", 1),
    ]


def test_what_writes_goes_through_the_log_all_the_same() -> None:
    after, _ = turn(ready(2), INCR, READ_INDEX)
    assert after.log.last_index == 3


def test_a_read_that_comes_again_begins_no_other_round() -> None:
    once, _ = turn(ready(2), GET, READ_INDEX)
    again, sent = turn(once, GET, READ_INDEX)
    assert again == once
    assert sent == []
    assert begin_read(once, replace(GET, serial=6)).reading.round == 2


def reply(by: str, begun: int, term: int = 2, *, success: bool = True) -> AppendReply:
    return AppendReply(by, "node1", term, success, 2, 2 if success else 0, round=begun)


def test_a_majority_that_answers_the_round_lets_the_read_be_served() -> None:
    waits, _ = turn(ready(2), GET, READ_INDEX)
    after, sent = turn(waits, reply("node3", 1), READ_INDEX)
    assert sent == [given()]
    assert after.reading == Reading(1, rounds(node3=1))


def test_of_five_two_must_answer() -> None:
    waits, _ = turn(ready(2, size=5), GET, READ_INDEX)
    one, sent = turn(waits, reply("node3", 1), READ_INDEX)
    assert sent == []
    assert turn(one, reply("node4", 1), READ_INDEX)[1] == [given()]


def test_a_refusal_answers_the_round_too() -> None:
    waits, _ = turn(ready(2), GET, READ_INDEX)
    _, sent = turn(waits, reply("node3", 1, success=False), READ_INDEX)
    assert given() in sent


NOT_YET = {
    "an answer to an earlier round": (ready(2, reading=Reading(1)), reply("node3", 1)),
    "an answer of no round": (ready(2), reply("node3", 0)),
    "nothing of its own term committed": (ready(1), reply("node3", 1)),
}


@pytest.mark.parametrize(("before", "comes"), NOT_YET.values(), ids=NOT_YET.keys())
def test_a_read_waits(before: Node, comes: AppendReply) -> None:
    waits, _ = turn(replace(before, log=before.log), GET, READ_INDEX)
    # The answer must not itself commit anything: what matches is known already.
    comes = replace(comes, match_index=min(comes.match_index, 0), prev_log_index=0)
    after, sent = turn(waits, comes, READ_INDEX)
    assert [message for message in sent if isinstance(message, ClientReply)] == []
    assert len(after.reading.waiting) == 1


def test_a_lone_leader_reads_at_once() -> None:
    assert turn(ready(2, size=1), GET, READ_INDEX)[1] == [given()]


def test_who_is_deposed_forgets_what_waits() -> None:
    waits, _ = turn(ready(2), GET, READ_INDEX)
    after, sent = turn(waits, reply("node3", 1, term=3), READ_INDEX)
    assert (after.role, after.reading) == (Role.FOLLOWER, Reading())
    assert sent == []


def test_a_follower_sends_a_read_away() -> None:
    asked = node("node1", current_term=1, leader_id="node2")
    _, sent = turn(asked, GET, READ_INDEX)
    assert sent == [ClientReply("node1", "client1", 5, False, leader="node2")]


def test_an_answer_repeats_the_round() -> None:
    for ask in (append(), append((3, 1))):
        (answered,) = turn(node("node1"), replace(ask, round=7))[1]
        assert answered.round == 7
    assert reject_with_hint(node("node1"), replace(append((3, 1)), round=7)).round == 7


def test_rounds_only_grow_and_only_in_the_leaders_term() -> None:
    now = ready(2, reading=Reading(3, rounds(node2=2)))
    assert record_round(now, reply("node2", 1)) == now
    assert record_round(now, reply("node2", 3, term=1)) == now
    assert record_round(now, reply("node2", 3)).reading.answered == rounds(node2=3)
    down = replace(now, role=Role.FOLLOWER)
    assert record_round(down, reply("node2", 3)) == down


# name: the leader, the read, and whether it may be served
SERVED = {
    "all is well": (ready(2, reading=Reading(1, rounds(node2=1))), read(2, 1), True),
    "a later round will do": (ready(2, reading=Reading(2, rounds(node2=2))), read(2, 1), True),
    "not answered": (ready(2, reading=Reading(1, rounds(node2=0))), read(2, 1), False),
    "not applied": (
        ready(2, last_applied=1, reading=Reading(1, rounds(node2=1))),
        read(2, 1),
        False,
    ),
    "no entry of its own": (ready(1, reading=Reading(1, rounds(node2=1))), read(1, 1), False),
    "no leader": (
        ready(2, role=Role.FOLLOWER, reading=Reading(1, rounds(node2=1))),
        read(2, 1),
        False,
    ),
}


@pytest.mark.parametrize(("at", "asked", "may"), SERVED.values(), ids=SERVED.keys())
def test_when_a_read_may_be_served(at: Node, asked: Read, may: bool) -> None:
    assert may_serve_read(at, asked) is may


def test_locally_a_deposed_leader_answers_at_once() -> None:
    after, sent = turn(ready(1), GET, READS["locally"])
    assert sent == [given()]
    assert after == ready(1)


LEASE = READS["by lease"]


def test_a_lease_answers_at_once_until_it_runs_out() -> None:
    held = ready(2, reading=Reading(1, rounds(node2=1)))
    assert holds_lease(held)
    assert turn(held, GET, LEASE) == (held, [given()])
    ended, _ = turn(held, LeaseEnds("node1"), LEASE)
    assert not holds_lease(ended)
    waits, sent = turn(ended, GET, LEASE)
    assert [message.round for message in sent] == [3, 3]
    assert waits.reading.waiting == (read(2, 3),)


def test_a_lease_is_of_no_use_before_an_entry_of_the_leaders_own() -> None:
    early = ready(1, reading=Reading(1, rounds(node2=1)))
    waits, sent = turn(early, GET, LEASE)
    assert waits.reading.waiting == (read(1, 2),)
    assert len(sent) == 2


def test_only_a_leader_that_reads_has_a_lease_to_lose() -> None:
    nobody = cluster(ready(2), *(node(name, 1, 2) for name in ("node2", "node3")))
    assert not any(isinstance(event, LeaseEnds) for event in enabled(nobody))
    with pytest.raises(NotPossible, match="node1 has no lease, and none under way"):
        step(nobody, LeaseEnds("node1"))
    begun = replace(nobody, nodes=(ready(2, reading=Reading(1)), *nobody.nodes[1:]))
    assert LeaseEnds("node1") in enabled(begun)
    with pytest.raises(NotPossible, match="node2 has no lease"):
        step(begun, LeaseEnds("node2"))
    assert not may_end_lease(node("node1"))


def test_a_round_begins_anew_with_a_leadership() -> None:
    follows, _ = turn(ready(2, reading=Reading(4)), append(term=3))
    assert follows.reading == Reading()
    alone = node("node1", size=1, current_term=1, reading=Reading(4))
    again, _ = turn(alone, Timeout("node1"))
    assert (again.role, again.reading) == (Role.LEADER, Reading())


# A no-op


def elected(rules: Rules) -> Node:
    """node1 has just been elected in term 2, with an entry of term 1 that was not committed."""
    waits = node("node1", 1, role=Role.CANDIDATE, current_term=2, voted_for="node1",
                 votes_received=("node1", "node2"))  # fmt: skip
    after, _ = turn(waits, append(term=1), rules)
    return after


def test_by_figure_2_a_new_leader_appends_nothing() -> None:
    assert elected(RAFT).log == Log((Entry(1, "SET x1 t1"),))


def test_with_a_no_op_it_begins_its_term_with_an_entry() -> None:
    new = elected(WITH_NO_OP)
    assert new.role is Role.LEADER
    assert new.log.entries[1:] == (Entry(2, None),)
    # Its followers lack it: it goes out with the next entries.
    assert dict(new.next_index) == {"node2": 2, "node3": 2}


@pytest.mark.parametrize(("rules", "commits"), [(RAFT, 0), (WITH_NO_OP, 2)])
def test_only_with_one_is_what_was_left_committed(rules: Rules, commits: int) -> None:
    new = elected(rules)
    answered = AppendReply("node2", "node1", 2, True, 0, new.log.last_index)
    after, _ = turn(new, answered, rules)
    assert after.commit_index == commits


@pytest.mark.parametrize("no_op", [False, True])
def test_only_with_one_is_a_read_served(no_op: bool) -> None:
    rules = READ_INDEX.but(become_leader=(WITH_NO_OP if no_op else RAFT).become_leader)
    waits, _ = turn(elected(rules), GET, rules)
    answered = AppendReply("node2", "node1", 2, True, 0, waits.log.last_index, round=1)
    _, sent = turn(waits, answered, rules)
    told = [message for message in sent if isinstance(message, ClientReply)]
    assert told == ([given(None)] if no_op else [])


def test_a_heartbeat_carries_the_round_that_is_under_way() -> None:
    _, (sent,) = turn(ready(2, reading=Reading(3)), Heartbeat("node1", "node2"))
    assert sent.round == 3
