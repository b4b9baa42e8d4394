"""`search` widens its bounds until something breaks or the time is up."""

import signal
from dataclasses import replace
from itertools import islice

import pytest

from raftlab.modelcheck import Bounds, Verdict, search, widening, wider_and_wider
from raftlab.raft import RAFT, Log, Node, RequestVote
from raftlab.sim import fresh


def never_truncates(log: Log, request) -> Log:
    return log.append(*request.entries[max(0, log.last_index - request.prev_log_index) :])


def never_votes(node: Node, request: RequestVote) -> bool:
    return False


def test_the_steps_cover_everything_in_the_order_of_their_size() -> None:
    steps = list(islice(wider_and_wider(), 40))
    assert steps[0] == replace(steps[0], terms=1, entries=1, in_flight=1, crashes=0, duplicates=0)
    assert len(set(steps)) == len(steps)
    for name in ("terms", "entries", "in_flight", "crashes"):
        assert max(getattr(step, name) for step in steps) > getattr(steps[0], name)


def test_it_ends_where_something_breaks() -> None:
    found = search(fresh(3), RAFT.but(merge_entries=never_truncates), progress=False)
    assert found.verdict is Verdict.BROKEN
    assert found.earlier
    assert all(one.verdict is not Verdict.BROKEN for one in found.earlier)
    assert f"Before that, in {len(found.earlier)} steps of narrower bounds" in str(found)


def test_it_ends_when_the_time_is_up() -> None:
    found = search(fresh(3), seconds=0.5, progress=False)
    assert found.verdict is Verdict.UNDECIDED
    assert "s was up." in found.tried
    assert found.earlier


def test_it_ends_at_once_when_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupting:
        def __init__(self, seconds: float, *, shown: bool) -> None: ...
        def __enter__(self) -> "Interrupting":
            return self

        def __exit__(self, *_: object) -> None: ...
        def say(self, bounds: Bounds) -> None: ...
        def advance(self, states: int, depth: int) -> None:
            if states > 1_000:
                signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(widening, "Bar", Interrupting)
    found = search(fresh(3))
    assert "you interrupted it" in found.stopped
    assert found.earlier


def test_what_stays_unavailable_is() -> None:
    found = search(fresh(3), RAFT.but(may_vote=never_votes), progress=False)
    assert found.verdict is Verdict.UNAVAILABLE
    assert len(found.earlier) > 1


def test_steps_of_ones_own() -> None:
    steps = [Bounds(terms=1, in_flight=1), Bounds(terms=2, in_flight=1)]
    found = search(fresh(3), steps=steps, progress=False)
    assert (found.bounds.terms, len(found.earlier)) == (2, 1)
    with pytest.raises(ValueError, match="at least one step"):
        search(fresh(3), steps=[], progress=False)


def test_a_bar_shows_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    search(fresh(3), steps=[Bounds(terms=2, entries=1, in_flight=1)])
    shown = capsys.readouterr().err
    assert "2 terms, 1 entry, 1 in flight, 1 crash: " in shown
    assert "clusters" in shown
    assert "of 60 s" in shown
