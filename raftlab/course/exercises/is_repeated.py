"""Write `is_repeated`: what was carried out is not asked for again. (§8; dissertation, §6.3)"""

# fmt: off
from dataclasses import replace

from raftlab.course.cases import Case, asks, leader
from raftlab.course.rule import Mistake, Place, RuleExercise
from raftlab.course.starts import A_NEW_LEADER, A_RETRY, THEN_A_READ, answered_once
from raftlab.modelcheck.goals import CLIENT_ANSWERED
from raftlab.raft import CLIENTS, SAFETY, Session
from raftlab.raft.sessions import find_session
from raftlab.sim.scenarios import client_ready

LEADS = replace(leader(1, 1, match=(2, 2), commit=2), sessions=(Session(1, 3, "1"), Session(2, 7, "9")))


def own(node, request):
    return find_session(node.sessions, request.session)


EXERCISE = RuleExercise(
    name="is_repeated", chapter="06_clients", place=4, title="Seen before?", stars=2, section="§8",
    task="Say whether the state machine has already carried out `request`, or a later one of the same session. "
         "`node.sessions` holds what it knows of each session: `session.id`, and in `session.serial` the number of the "
         "last request that it carried out. The request has `request.session`, 0 if it has none, and `request.serial`.",
    cases=tuple(
        Case(says, (LEADS, asks("INCR x", session, serial))) for says, session, serial in (
            ("the request is the session's next", 1, 4), ("it is the session's last", 1, 3),
            ("it is older than the session's last", 1, 2), ("it is further than its own session", 1, 5),
            ("it is the last of a session that is further", 2, 7), ("it is new to the session that is furthest", 2, 8),
            ("the session has expired", 5, 3), ("the client has no session", 0, 2))),
    places=tuple(Place(start, bounds, (CLIENT_ANSWERED,)) for start, bounds in (
        (client_ready, A_RETRY), (answered_once, A_NEW_LEADER), (client_ready, THEN_A_READ))),
    properties=(*SAFETY, *CLIENTS),
    asks="{where}, {node} and Raft differ about a request of {other}. What does the table say of its session?",
    mistakes=(
        Mistake("whoever has a session was served before", lambda node, request: own(node, request) is not None,
                "Safe, and unavailable", "{other} is never told more than its old answer. What is new in its request?"),
        Mistake("none was", lambda node, request: False, "Nothing broke",
                "The state machine refuses to do it twice, so nothing breaks. What does each repetition cost then?"),
        Mistake("only what is older than the last", lambda node, request: bool(
                (found := own(node, request)) and request.serial < found.serial), "Nothing broke",
                "A client asks again for what it asked last. What number does that carry?"),
        Mistake("by the numbers of all sessions", lambda node, request: any(request.serial <= one.serial for one in
                node.sessions), "Nothing broke", "Each client counts its own requests. Whose numbers are these?")),
    alternatives=(lambda node, request: any(one.id == request.session and one.serial >= request.serial
                                            for one in node.sessions),),
    nudge="Only one line of the table is about this client. Which?",
    hint="Look for the session whose id the request carries. If there is one, compare two numbers; a client may ask "
         "again for its last request.",
    scaffold="def is_repeated(node, request):\n    for session in node.sessions:\n        if session.id == ...:\n"
             "            return request.serial <= ...\n    return False",
    explains="A session's requests are carried out in the order of their numbers, so one number says all. The leader's "
             "question saves an entry; that nothing is done twice the state machine sees to, on every server.",
)
