"""Write `append_request`: what a leader puts in its log for a client. (Fig. 2, Leaders 2; §8)"""

# fmt: off
from dataclasses import replace

from raftlab.course.cases import Case, asks, leader
from raftlab.course.rule import Mistake, Place, RuleExercise
from raftlab.course.starts import A_NEW_LEADER, A_RETRY, deposed_with_client
from raftlab.modelcheck.goals import CLIENT_ANSWERED, LIVELY
from raftlab.raft import CLIENTS, SAFETY, Entry, Log, Origin
from raftlab.sim.scenarios import client_ready


def put(node, *entries):
    return replace(node, log=Log((*node.log.entries, *entries)))


def made(node, request):
    return Entry(node.current_term, request.command, Origin(request.sender, request.session, request.serial))


EXERCISE = RuleExercise(
    name="append_request", chapter="06_clients", place=3, title="What a leader appends", stars=2,
    section="Fig. 2, Leaders 2; §8", task="Give the leader `node` with one more entry at the end of its log: of its "
    "current term, with `request.command` and `Origin(request.sender, request.session, request.serial)`. "
    "`Entry(term, command, origin)` makes one, `node.log.append(entry)` a longer log, `replace(node, log=…)` the node.",
    cases=(Case("a client with a session asks", (leader(1, match=(1, 1)), asks("INCR x", 1, 2))),
           Case("a client without a session asks", (leader(1, match=(1, 1)), asks("INCR x", 0, 1))),
           Case("a client asks for a session", (leader(1, match=(1, 1)), asks(None, 0, 1))),
           Case("all entries are of an earlier term", (leader(1, term=3, match=(1, 1)), asks("INCR x", 1, 2)))),
    places=(Place(client_ready, A_RETRY, (*LIVELY[1:], CLIENT_ANSWERED)), Place(client_ready, A_NEW_LEADER),
            Place(deposed_with_client, A_RETRY, (CLIENT_ANSWERED,))), properties=(*SAFETY, *CLIENTS),
    asks="{where}, {node} and Raft differ. One entry: of which term, and what must it say of {other}'s request?",
    mistakes=(
        Mistake("without an origin", lambda node, request: put(node, replace(made(node, request), origin=None)),
                "Safe, and unavailable", "{other} is never answered. How can {node} know whose entry it has applied?"),
        Mistake("without the session", lambda node, request: put(node, made(node, replace(request, session=0))),
                "Exactly Once", "{other} asked twice. In which line of the table could the servers look?"),
        Mistake("twice, to be sure", lambda node, request: put(node, *2 * (made(node, request),)), "Nothing broke",
                "Nobody carries out the second entry. Why not, and what if the client had no session?"),
        Mistake("in the last entry's term", lambda node, request: put(node, replace(made(node, request), term=max(
                1, node.log.last_term))), "Safe, and unavailable",
                "{node} leads term {term}. Of which term must an entry be that a leader may commit by counting?")),
    alternatives=(lambda node, request: put(node, made(node, request)),),
    nudge="An entry has three parts. Two say what is to be done and when it was taken; the third, for whom.",
    hint="Every server applies the entry, perhaps long after this leader is gone. What it takes to know the request "
         "again must be in the entry.",
    scaffold="def append_request(node, request):\n    origin = Origin(request.sender, ..., ...)\n    entry = Entry("
             "..., request.command, origin)\n    return replace(node, log=node.log.append(entry))",
    explains="The origin travels with the command. So each server that applies the entry can tell a repetition from a "
             "new request, and the leader knows whom to answer. Of another term it might never be committed.",
)
