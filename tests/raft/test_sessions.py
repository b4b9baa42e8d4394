"""The table of sessions: a request is carried out once, and everybody forgets the same sessions."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raftlab.raft import Entry, FrozenMap, Origin, Session
from raftlab.raft.machine import EMPTY_MACHINE
from raftlab.raft.sessions import MOST_SESSIONS, Applied, applied, find_session

ONE = FrozenMap.of({"x": "1"})
TWO = FrozenMap.of({"x": "2"})


def request(command: str | None, session: int, serial: int) -> Entry:
    return Entry(1, command, Origin("client1", session, serial))


OPEN = (Session(1, 4, "1"),)

# name: the sessions before, the entry at index 7, and what becomes of it (the machine has x = 1)
TABLE = {
    "nobody's": ((), Entry(1, "INCR x"), Applied(TWO, ())),
    "no command": ((), Entry(1, None), Applied(ONE, ())),
    "opens a session": ((), request(None, 0, 1), Applied(ONE, (Session(7, 1),), None, 7)),
    "without a session": ((), request("INCR x", 0, 1), Applied(TWO, (), "2", 0)),
    "the next": (OPEN, request("INCR x", 1, 5), Applied(TWO, (Session(1, 5, "2"),), "2", 1)),
    "one left out": (OPEN, request("INCR x", 1, 9), Applied(TWO, (Session(1, 9, "2"),), "2", 1)),
    "the same again": (OPEN, request("INCR x", 1, 4), Applied(ONE, OPEN, "1", 1)),
    "an older one": (OPEN, request("INCR x", 1, 3), Applied(ONE, OPEN, "1", 1)),
    "a read": (OPEN, request("GET x", 1, 5), Applied(ONE, (Session(1, 5, "1"),), "1", 1)),
    "expired": (OPEN, request("INCR x", 2, 5), Applied(ONE, OPEN, None, 0)),
}


@pytest.mark.parametrize(("before", "entry", "after"), TABLE.values(), ids=TABLE.keys())
def test_an_entry(before: tuple[Session, ...], entry: Entry, after: Applied) -> None:
    assert applied(ONE, before, 7, entry) == after


def test_the_session_used_longest_ago_expires() -> None:
    sessions: tuple[Session, ...] = ()
    for index in range(1, MOST_SESSIONS + 1):
        sessions = applied(ONE, sessions, index, request(None, 0, index)).sessions
    sessions = applied(ONE, sessions, 9, request("GET x", 1, 20)).sessions  # session 1 is used
    assert [session.id for session in sessions] == [2, 3, 4, 1]
    sessions = applied(ONE, sessions, 10, request(None, 0, 30)).sessions
    assert [session.id for session in sessions] == [3, 4, 1, 10]
    assert find_session(sessions, 2) is None
    assert applied(ONE, sessions, 11, request("INCR x", 2, 31)) == Applied(ONE, sessions)


requests = st.builds(
    request,
    st.sampled_from(["INCR x", "GET x", None]),
    st.sampled_from([0, 1, 2, 3]),
    st.integers(1, 6),
)


@given(st.lists(requests, max_size=30))
def test_a_request_of_a_session_counts_once_however_often_it_comes(
    script: list[Entry],
) -> None:
    """A model that knows every request ever carried out, for a limit that nothing reaches."""
    machine, sessions = EMPTY_MACHINE, ()
    done: set[Origin] = set()
    latest: dict[int, int] = {}
    count = 0
    for index, entry in enumerate(script, start=1):
        assert entry.origin is not None
        after = applied(machine, sessions, index, entry)
        machine, sessions = after.machine, after.sessions
        assert len(sessions) <= MOST_SESSIONS
        session, serial = entry.origin.session, entry.origin.serial
        is_open = session in latest and find_session(sessions, session) is not None
        if entry.command is None:
            latest[index] = serial
        elif session == 0:
            count += entry.command == "INCR x"
        elif is_open and latest[session] < serial:
            count += entry.command == "INCR x"
            latest[session] = serial
            assert entry.origin not in done
            done.add(entry.origin)
        assert machine.get("x", "0") == str(count)


@given(st.lists(requests, max_size=30))
def test_what_comes_twice_in_a_row_changes_nothing_the_second_time(script: list[Entry]) -> None:
    machine, sessions = EMPTY_MACHINE, ()
    for index, entry in enumerate(script, start=1):
        after = applied(machine, sessions, index, entry)
        machine, sessions = after.machine, after.sessions
        if after.session and entry.command is not None:
            again = applied(machine, sessions, index + 1, replace(entry, term=2))
            assert again == after
