"""The replicated log: 1-based, with a prefix that may be gone. (§5.3, §7)"""

import pytest

from raftlab.raft import Entry, Log
from raftlab.raft.replication import merge_entries

from .clusters import append, entries, log, terms

EMPTY = Log()
COMPACTED = Log(entries(3, 4, start=5), prefix_index=4, prefix_term=2)  # holds indexes 5 and 6


# Whoever knows a first and a last index, and all terms between, knows a log's shape.
@pytest.mark.parametrize(
    ("of", "first", "last", "last_term", "length"),
    [
        (EMPTY, 1, 0, 0, 0),
        (log(1), 1, 1, 1, 1),
        (log(1, 1, 2), 1, 3, 2, 3),
        (COMPACTED, 5, 6, 4, 2),
        (Log((), 4, 2), 5, 4, 2, 0),
    ],
)
def test_extent(of: Log, first: int, last: int, last_term: int, length: int) -> None:
    assert (of.first_index, of.last_index, of.last_term, len(of)) == (
        first,
        last,
        last_term,
        length,
    )


@pytest.mark.parametrize(
    ("of", "index", "term"),
    [
        (EMPTY, 0, 0),
        (EMPTY, 1, None),
        (log(1, 2), 0, 0),
        (log(1, 2), 1, 1),
        (log(1, 2), 2, 2),
        (log(1, 2), 3, None),
        (log(1, 2), -1, None),
        (COMPACTED, 0, None),
        (COMPACTED, 3, None),
        (COMPACTED, 4, 2),  # the term of the last discarded entry is still known
        (COMPACTED, 5, 3),
        (COMPACTED, 7, None),
    ],
)
def test_term_at(of: Log, index: int, term: int | None) -> None:
    assert of.term_at(index) == term


def test_entries_are_found_by_their_index() -> None:
    assert [log(1, 2)[1], log(1, 2)[2]] == list(entries(1, 2))
    assert COMPACTED[5] == entries(3, start=5)[0]
    assert list(COMPACTED.numbered()) == [(5, COMPACTED[5]), (6, COMPACTED[6])]


@pytest.mark.parametrize(
    ("of", "index", "sentence"),
    [
        (EMPTY, 1, "the log is empty: there is no entry 1"),
        (log(1, 1), 0, "the log holds indexes 1 to 2: there is no entry 0"),
        (log(1, 1), 3, "the log holds indexes 1 to 2: there is no entry 3"),
        (log(1, 1), -1, "the log holds indexes 1 to 2: there is no entry -1"),
        (COMPACTED, 4, "the log holds indexes 5 to 6: there is no entry 4"),
    ],
)
def test_there_is_no_entry_elsewhere(of: Log, index: int, sentence: str) -> None:
    with pytest.raises(IndexError, match=sentence):
        of[index]


def test_cutting_and_adding() -> None:
    assert log(1, 2, 3).up_to(2) == log(1, 2)
    assert log(1, 2, 3).up_to(0) == EMPTY
    assert log(1, 2).up_to(9) == log(1, 2)
    assert log(1).append(*entries(2, 3, start=2)) == log(1, 2, 3)
    assert log(1, 2, 3).starting_at(2) == entries(2, 3, start=2)
    assert log(1, 2).starting_at(3) == ()
    assert COMPACTED.up_to(5) == Log(entries(3, start=5), 4, 2)
    assert COMPACTED.up_to(4) == Log((), 4, 2)
    assert COMPACTED.starting_at(5) == COMPACTED.entries


def test_what_was_discarded_cannot_be_cut_or_read() -> None:
    with pytest.raises(IndexError, match="the log holds indexes 5 to 6: entry 3 was discarded"):
        COMPACTED.up_to(3)
    with pytest.raises(IndexError, match="the log holds indexes 5 to 6: entry 4 was discarded"):
        COMPACTED.starting_at(4)


@pytest.mark.parametrize(
    ("of", "index", "entry", "holds"),
    [
        (log(1, 2), 2, entries(2, start=2)[0], True),
        (log(1, 2), 2, Entry(2, "SET x2 other"), False),
        (log(1, 2), 3, Entry(2, None), False),
        (COMPACTED, 4, Entry(2, None), None),  # nobody can say any more
    ],
)
def test_holds(of: Log, index: int, entry: Entry, holds: bool | None) -> None:
    assert of.holds(index, entry) is holds


def test_the_start_of_a_run_of_one_term() -> None:
    of = log(1, 1, 4, 4, 4)
    assert [of.start_of_term(index) for index in range(1, 6)] == [1, 1, 3, 3, 3]
    assert Log(entries(4, 4, start=5), 4, 4).start_of_term(6) == 5  # no further than is kept


# AppendEntries 3 and 4: an entry that is there already stays, with all that follows it; the first
# that conflicts goes, with all that follows it.
@pytest.mark.parametrize(
    ("before", "prev", "new", "after"),
    [
        # nothing new
        ([1, 2, 3], (0, 0), [], [1, 2, 3]),
        ([1, 2, 3], (3, 3), [], [1, 2, 3]),
        ([1, 2, 3], (1, 1), [], [1, 2, 3]),  # an empty AppendEntries never truncates
        ([1, 2, 3], (0, 0), [1, 2, 3], [1, 2, 3]),
        ([1, 2, 3], (1, 1), [2, 3], [1, 2, 3]),
        ([1, 2, 3], (2, 2), [3], [1, 2, 3]),
        ([1, 2, 3], (0, 0), [1], [1, 2, 3]),  # nor does one that says less than is known
        # a new tail
        ([1, 2, 3], (0, 0), [1, 2, 3, 4, 4], [1, 2, 3, 4, 4]),
        ([1, 2, 3], (1, 1), [2, 3, 4, 5], [1, 2, 3, 4, 5]),
        ([1, 2, 3], (2, 2), [3, 4, 4], [1, 2, 3, 4, 4]),
        ([1, 2, 3], (3, 3), [4, 4], [1, 2, 3, 4, 4]),
        # appending
        ([1, 2], (2, 2), [], [1, 2]),
        ([1, 2], (2, 2), [2], [1, 2, 2]),
        ([1, 2], (0, 0), [2], [2]),
        ([1, 2], (1, 1), [3, 3], [1, 3, 3]),
        ([1, 2], (2, 2), [3], [1, 2, 3]),
        ([1, 2], (1, 1), [3, 4], [1, 3, 4]),
        ([1, 2], (0, 0), [1], [1, 2]),
        ([1, 2], (0, 0), [3], [3]),
        ([], (0, 0), [1, 2], [1, 2]),
    ],
)
def test_merging(
    before: list[int], prev: tuple[int, int], new: list[int], after: list[int]
) -> None:
    assert merge_entries(log(*before), append(prev, *new)) == log(*after)


def test_merging_behind_a_discarded_prefix() -> None:
    merged = merge_entries(COMPACTED, append((4, 2), 3, 5, 5))
    assert (terms(merged), merged.prefix_index, merged.prefix_term) == ([3, 5, 5], 4, 2)
