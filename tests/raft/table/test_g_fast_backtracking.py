"""Table G: backing up fast: a hint from the follower, used on both sides. (§5.3)"""

from dataclasses import replace
from itertools import combinations_with_replacement as rising

import pytest

from raftlab.raft import RAFT, AppendEntries, AppendReply, FrozenMap, Log, Node, Rules
from raftlab.raft.backing_up import BACKING_UP, back_up_to_hint, reject_with_hint
from raftlab.raft.node import persist

from ..clusters import append, leader, log, node, turn
from .tables import otherwise, row

HINTS = BACKING_UP["hints on both sides"]
WAYS = tuple(BACKING_UP)

OF_G01 = log(1, 2, 2, 4, 4, 4, 4), log(1, 2, 2, *[3] * 8)
OF_G09 = log(1, 1, 3), Log(prefix_index=5, prefix_term=3)  # [1,1,3,3,3], all of it discarded


def servers(leaders: Log, followers: Log) -> tuple[Node, Node]:
    """The leader of term 9, which knows nothing of its follower's log yet."""
    next_index = FrozenMap.of(dict.fromkeys(("node2", "node3"), leaders.last_index + 1))
    leads = leader("node1", current_term=9, log=leaders, next_index=next_index)
    return leads, persist(replace(node("node2", current_term=9), log=followers))


def refused_and_retried(
    leaders: Log, followers: Log, rules: Rules
) -> tuple[AppendReply, AppendEntries]:
    """The answer to the leader's first AppendEntries, at its last index, and the next one."""
    leads, follows = servers(leaders, followers)
    first = append((leaders.last_index, leaders.last_term), term=9, ends=("node1", "node2"))
    _, [refusal] = turn(follows, first, rules)
    _, [again] = turn(leads, refusal, rules)
    return refusal, again


@row("G01", "G09")
@pytest.mark.parametrize(
    ("logs", "hint", "prev"),
    [
        pytest.param(OF_G01, (7, 3), (3, 2), id="G01"),
        pytest.param(OF_G09, (3, 0), (2, 1), id="G09"),
    ],
)
def test_a_hint_and_what_the_leader_tries_next(logs: tuple[Log, Log], hint, prev) -> None:
    refusal, again = refused_and_retried(*logs, HINTS)
    assert (refusal.conflict_index, refusal.conflict_term) == hint
    assert (again.prev_log_index, again.prev_log_term) == prev


@otherwise("G01", "G09")
@pytest.mark.parametrize(
    ("logs", "prevs"),
    [
        pytest.param(OF_G01, [(6, 4), (6, 4), (3, 2), (3, 2)], id="G01"),
        pytest.param(OF_G09, [(2, 1), (2, 1), (2, 1), (2, 1)], id="G09"),
    ],
)
def test_what_a_leader_tries_next_by_each_way(logs: tuple[Log, Log], prevs: list) -> None:
    again = [refused_and_retried(*logs, BACKING_UP[way])[1] for way in WAYS]
    assert [(request.prev_log_index, request.prev_log_term) for request in again] == prevs


def rejected(leaders: Log, followers: Log, rules: Rules) -> list[int]:
    """The prev_log_index of each AppendEntries that the follower refuses until one fits."""
    leads, follows = servers(leaders, followers)
    asked = append((leaders.last_index, leaders.last_term), term=9, ends=("node1", "node2"))
    refused = []
    while not (answer := turn(follows, asked, rules)[1][0]).success:
        refused.append(answer.prev_log_index)
        leads, [asked] = turn(leads, answer, rules)
    return refused


@otherwise("G10")
def test_the_core_backs_up_one_index_at_a_time() -> None:
    assert (BACKING_UP["one at a time"], RAFT.changed) == (RAFT, frozenset())
    assert rejected(log(1, 1, 4, 4, 4), log(1, 2, 2, 2, 2), RAFT) == [5, 4, 3, 2]


LOGS = [log(*held) for length in range(5) for held in rising((1, 2, 3), length)]


@row("G10")
def test_the_rule_for_hints_on_every_pair_of_short_logs() -> None:
    """Both sides skip whole terms, and the leader never goes below what matches."""
    seen = set()
    for leaders in LOGS:
        for followers in LOGS:
            leads, follows = servers(leaders, followers)
            last, term = leaders.last_index, leaders.last_term
            refusal = reject_with_hint(follows, append((last, term), term=9))
            places = range(min(last, followers.last_index) + 1)
            hint = max(i for i in places if followers.term_at(i) <= term)
            assert (refusal.conflict_index, refusal.conflict_term) == (
                hint,
                followers.term_at(hint),
            )
            if followers.term_at(last) == term:
                continue  # it would not have been refused
            probe = max(i for i in range(hint + 1) if leaders.term_at(i) <= followers.term_at(hint))
            for match in range(last):
                knows = replace(leads, match_index=FrozenMap.of({"node2": match, "node3": 0}))
                reply = replace(refusal, sender="node2", receiver="node1")
                after = back_up_to_hint(knows, reply)
                assert after.next_index["node2"] == max(match, probe) + 1
            seen.add((last - hint > 1, hint - probe > 1))
    # Either side skips several entries somewhere, both do, and neither does.
    assert seen == {(a, b) for a in (False, True) for b in (False, True)}


@row("G10")
def test_each_side_skips_a_term_of_its_own() -> None:
    # The follower skips its term 5, the leader its terms 4 and 3.
    leaders, followers = log(1, 1, 3, 3, 4, 4, 4, 4), log(1, 1, 2, 2, 5, 5, 5, 5)
    refusal, again = refused_and_retried(leaders, followers, HINTS)
    assert (refusal.conflict_index, refusal.conflict_term) == (4, 2)
    assert (again.prev_log_index, again.prev_log_term) == (2, 1)
    assert [rejected(leaders, followers, BACKING_UP[way]) for way in WAYS] == [
        [8, 7, 6, 5, 4, 3],
        [8, 7, 6, 5, 4, 3],
        [8, 4],
        [8],
    ]
