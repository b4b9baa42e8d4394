"""Table D: the election restriction: the last term first, then the last index. (§5.4.1)"""

import pytest

from raftlab.raft import RequestVote, Timeout, VoteReply

from ..clusters import append, node, turn
from .tables import row


@row("D01")
@pytest.mark.parametrize(("held", "asks"), [([1], (2, 1, 1)), ([1, 2], (3, 2, 2))])
def test_a_request_says_where_the_log_ends(held: list, asks: tuple[int, int, int]) -> None:
    got, _ = turn(node("node1"), append((0, 0), *held, term=held[-1]))
    stands, sent = turn(got, Timeout("node1"))
    assert sent == [RequestVote("node1", peer, *asks) for peer in ("node2", "node3")]
    assert stands.current_term == asks[0]


@row("D02", "D04", "D05")
@pytest.mark.parametrize(
    ("voter", "index", "term", "granted"),
    [
        pytest.param([1], 1, 1, True, id="D02 as long"),
        pytest.param([1], 2, 1, True, id="D02 longer"),
        pytest.param([1], 1, 2, True, id="D04 later"),
        pytest.param([1], 2, 2, True, id="D04 later, longer"),
        pytest.param([1, 1], 1, 2, True, id="D04 later, shorter"),
        pytest.param([1, 1], 2, 2, True, id="D04 later, as long"),
        pytest.param([2], 1, 1, False, id="D05 earlier"),
        pytest.param([2], 2, 1, False, id="D05 earlier, longer"),
        pytest.param([2, 2], 1, 1, False, id="D05 earlier, shorter"),
    ],
)
def test_a_voter_judges_the_candidates_log(voter, index: int, term: int, granted: bool) -> None:
    after, sent = turn(node("node1", *voter), RequestVote("node2", "node1", 3, index, term))
    assert after == node("node1", *voter, current_term=3, voted_for="node2" if granted else None)
    assert sent == [VoteReply("node1", "node2", 3, granted)]
