"""Table F: what becomes of a log, and of commit_index, by one AppendEntries. (§5.3)"""

import pytest

from raftlab.raft import AppendEntries, AppendReply, Deliver, FrozenMap, broken_by, step
from raftlab.raft.lemmas import PROPERTIES
from raftlab.raft.replication import merge_entries

from ..clusters import append, cluster, leader, log, node, terms, turn
from .tables import first_change, otherwise, row


def starting(index: int, *new: int) -> AppendEntries:
    """Entries of these terms from `index` on, after what the log [1,2,3] has before them."""
    return append((index - 1, index - 1), *new, term=9)


@row("F01", "F02")
@pytest.mark.parametrize(
    ("received", "conflict"),
    [
        pytest.param(starting(4), 0, id="F01 nothing"),
        pytest.param(starting(1, 1, 2, 3), 0, id="F01 all"),
        pytest.param(starting(2, 2, 3), 0, id="F01 from 2"),
        pytest.param(starting(3, 3), 0, id="F01 from 3"),
        pytest.param(starting(1, 1, 2, 3, 4, 4), 4, id="F02 from 1"),
        pytest.param(starting(2, 2, 3, 4, 5), 4, id="F02 from 2"),
        pytest.param(starting(3, 3, 4, 4), 4, id="F02 from 3"),
        pytest.param(starting(4, 4, 4), 4, id="F02 from 4"),
    ],
)
def test_where_the_first_new_entry_goes(received: AppendEntries, conflict: int) -> None:
    merged = merge_entries(log(1, 2, 3), received)
    assert first_change(log(1, 2, 3), merged) == conflict
    kept = received.last_new_index if conflict else 3
    assert merged.last_index == kept


@row("F06")
@pytest.mark.parametrize(
    ("start", "new", "after", "unsaved"),
    [
        (3, [], [1, 2], 3),
        (3, [2], [1, 2, 2], 3),
        (1, [2], [2], 1),
        (2, [3, 3], [1, 3, 3], 2),
    ],
)
def test_what_is_appended(start: int, new: list[int], after: list[int], unsaved: int) -> None:
    merged = merge_entries(log(1, 2), append((start - 1, start - 1), *new))
    assert terms(merged) == after
    # What must go to the disk begins there; where nothing must, after the last entry.
    assert (first_change(log(1, 2), merged) or merged.last_index + 1) == unsaved


@row("F07", "F08", "F09", "F10")
@pytest.mark.parametrize(
    ("prev", "new", "leader_commit", "match_index", "commit"),
    [
        # match_index is the last new entry's; None where the request is refused
        pytest.param((3, 2), [4], 3, None, 1, id="F07 another term"),
        pytest.param((4, 3), [4], 3, None, 1, id="F07 past the end"),
        pytest.param((3, 3), [], 3, 3, 3, id="F08"),
        pytest.param((3, 3), [], 4, 3, 3, id="F08 further than the log"),
        pytest.param((3, 3), [], 2, 3, 2, id="F08 less than the log"),
        pytest.param((3, 3), [], 0, 3, 1, id="F08 never back"),
        pytest.param((0, 0), [], 3, 0, 1, id="F09"),
        pytest.param((3, 3), [4], 3, 4, 3, id="F10 one"),
        pytest.param((3, 3), [4], 4, 4, 4, id="F10 one, committed"),
        pytest.param((3, 3), [4], 5, 4, 4, id="F10 one, and more committed"),
        pytest.param((3, 3), [4, 4], 5, 5, 5, id="F10 two"),
    ],
)
def test_how_far_a_request_commits(prev, new, leader_commit, match_index, commit) -> None:
    before = node("node1", 1, 2, 3, current_term=4, commit_index=1, last_applied=1)
    after, [reply] = turn(before, append(prev, *new, commit=leader_commit, term=4))
    assert (after.commit_index, after.last_applied) == (commit, commit)
    assert reply.success == (match_index is not None)
    assert reply.match_index == (match_index or 0)
    assert terms(after.log) == [1, 2, 3, *(new if reply.success else [])]


@otherwise("F12")
def test_a_conflict_at_a_committed_index_is_merged_and_breaks_properties() -> None:
    applied = {"commit_index": 1, "last_applied": 1, "machine": FrozenMap.of({"x1": "t1"})}
    before = node("node1", 1, 2, 3, current_term=4, **applied)
    request = append((0, 0), 4, term=4)
    start = cluster(before, leader("node2", 4), node("node3"), network=(request,))
    taken = step(start, Deliver(request))
    assert taken.after.node("node1").log == log(4)
    assert taken.sent == (AppendReply("node1", "node2", 4, True, 0, 1),)
    assert {v.property.name: v.sentence for v in broken_by(taken, PROPERTIES)} == {
        "State Machine Safety": (
            "node1 applied 'SET x1 t4' of term 4 at index 1, and node1 applied 'SET x1 t1' of term "
            "1 there."
        ),
        "Committed Log Append-Only": (
            "node1 took entry 1 of term 1 for committed, and then lost it from its log."
        ),
        "State Machine Is Fold": (
            "node1 has applied its log up to entry 1, which makes {'x1': 't4'}, but its machine is "
            "{'x1': 't1'}."
        ),
        "Quorum Log": (
            "node1 took entry 1 of term 1 for committed, but it is missing at a majority: node1, "
            "node2, node3."
        ),
    }


@otherwise("F12")
def test_the_same_conflict_breaks_nothing_where_nothing_is_committed() -> None:
    request = append((0, 0), 4, term=4)
    before = node("node1", 1, 2, 3, current_term=4)
    start = cluster(before, leader("node2", 4), node("node3"), network=(request,))
    taken = step(start, Deliver(request))
    assert taken.after.node("node1").log == log(4)
    assert [v.sentence for v in broken_by(taken, PROPERTIES)] == []
