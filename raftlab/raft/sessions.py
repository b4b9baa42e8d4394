"""Sessions: how the replicated state machine knows a request that it has carried out before. (§8)

The table of sessions is part of what the log makes: every node that applies the same entries has
the same table. So it outlives leaders and crashes, and a session that is forgotten is forgotten by
all at the same entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from raftlab.raft.log import Entry, Origin
from raftlab.raft.machine import Machine, answer, apply

MOST_SESSIONS = 4


@dataclass(frozen=True, slots=True)
class Session:
    """A client's session: the index of the entry that opened it, its last request, the answer.

    (Dissertation, §6.3)
    """

    id: int
    serial: int
    answer: str | None = None


Sessions = tuple[Session, ...]  # the one used longest ago first


class Applied(NamedTuple):
    """What an entry makes of the machine and of the sessions, and what its client is to be told.

    `session` is the client's session, 0 if it has none (any more).
    """

    machine: Machine
    sessions: Sessions
    answer: str | None = None
    session: int = 0


def applied(machine: Machine, sessions: Sessions, index: int, entry: Entry) -> Applied:
    """Apply the entry at `index`: a session's request is carried out once, however often it comes.

    Nothing is carried out for a session that has expired: it may have been already. (§8;
    dissertation, §6.3)
    """
    match entry.origin:
        case None:
            return Applied(apply(machine, entry.command), sessions)
        case Origin(serial=serial) if entry.command is None:
            opened = Session(index, serial)
            return Applied(machine, _latest(sessions, opened), session=index)
        case Origin(session=0):
            return Applied(apply(machine, entry.command), sessions, answer(machine, entry.command))
    session = find_session(sessions, entry.origin.session)
    if session is None:
        return Applied(machine, sessions)
    if session.serial < entry.origin.serial:
        done = answer(machine, entry.command)
        machine = apply(machine, entry.command)
        session = Session(session.id, entry.origin.serial, done)
    return Applied(machine, _latest(sessions, session), session.answer, session.id)


def find_session(sessions: Sessions, number: int) -> Session | None:
    """The session of that number; None if there is none, or none any more."""
    return next((session for session in sessions if session.id == number), None)


def _latest(sessions: Sessions, used: Session) -> Sessions:
    """The table once `used` is the session used last; beyond the limit the oldest expires."""
    others = tuple([session for session in sessions if session.id != used.id])
    return (*others, used)[-MOST_SESSIONS:]
