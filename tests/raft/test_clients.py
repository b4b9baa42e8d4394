"""Clients and what servers do for them, one turn at a time. (§8)"""

from dataclasses import replace

import pytest

from raftlab.raft import (
    RAFT,
    Answered,
    AppendReply,
    Ask,
    AskAgain,
    Client,
    ClientReply,
    ClientRequest,
    Cluster,
    Crash,
    Deliver,
    Entry,
    Event,
    FrozenMap,
    GiveUp,
    Heartbeat,
    Log,
    Node,
    NotPossible,
    OpenSession,
    Origin,
    Replicate,
    Restart,
    Role,
    RuleError,
    Session,
    Timeout,
    client_turn,
    enabled,
    step,
)

from .clusters import Play, cluster, leader, node, turn

NAMES = ("node1", "node2", "node3")
NEW = Client("client1", NAMES)
KNOWN = Client("client1", NAMES, session=1, serial=1, leader="node1")


def asks(
    command: str | None, session: int = 1, serial: int = 2, of: str = "node1"
) -> ClientRequest:
    return ClientRequest("client1", of, session, serial, command)


def says(serial: int = 2, by: str = "node1", **said: object) -> ClientReply:
    return ClientReply(by, "client1", serial, **{"done": True, **said})  # type: ignore[arg-type]


WAITS = replace(KNOWN, serial=2, request=asks("INCR x"))
OPENS = replace(NEW, serial=1, request=asks(None, 0, 1))


def over(*answers: Answered, client: Client = WAITS, **fields: object) -> Client:
    return replace(client, request=None, answers=answers, **fields)  # type: ignore[arg-type]


# name: the client, the event or reply, the client after, and what it sends
TURNS = {
    "opens a session": (NEW, OpenSession("client1", "node1"), OPENS, [asks(None, 0, 1)]),
    "asks without one": (
        NEW,
        Ask("client1", "node2", "INCR x"),
        replace(NEW, serial=1, request=asks("INCR x", 0, 1, of="node2")),
        [asks("INCR x", 0, 1, of="node2")],
    ),
    "asks": (KNOWN, Ask("client1", "node1", "INCR x"), WAITS, [asks("INCR x")]),
    "asks again": (
        WAITS,
        AskAgain("client1", "node3"),
        replace(WAITS, request=asks("INCR x", of="node3")),
        [asks("INCR x", of="node3")],
    ),
    "gives up": (WAITS, GiveUp("client1"), over(Answered("INCR x", None, False)), []),
    "gives up on a session": (OPENS, GiveUp("client1"), over(client=OPENS), []),
    "is answered": (WAITS, says(answer="1", session=1), over(Answered("INCR x", "1")), []),
    "is answered by another": (
        WAITS,
        says(by="node2", answer="1", session=1),
        over(Answered("INCR x", "1"), leader="node2"),
        [],
    ),
    "has a session": (OPENS, says(1, session=7), over(client=OPENS, session=7, leader="node1"), []),
    "its session has expired": (
        WAITS,
        says(session=0),
        over(Answered("INCR x", None, False), session=0),
        [],
    ),
    "is redirected": (
        WAITS,
        says(done=False, leader="node3"),
        replace(WAITS, leader="node3", request=asks("INCR x", of="node3")),
        [asks("INCR x", of="node3")],
    ),
    "is redirected to nobody": (WAITS, says(done=False), replace(WAITS, leader=None), []),
    "hears an old redirection": (WAITS, says(by="node2", done=False, leader="node3"), WAITS, []),
    "hears an old answer": (WAITS, says(1, answer="7", session=1), WAITS, []),
    "hears what is for a node": (
        WAITS,
        Deliver(AppendReply("node1", "client1", 1, True, 0)),
        None,
        [],
    ),
    "hears an answer twice": (over(Answered("INCR x", "1")), says(answer="1"), None, []),
}


@pytest.mark.parametrize(("before", "event", "after", "sent"), TURNS.values(), ids=TURNS.keys())
def test_a_clients_turn(
    before: Client, event: Event | ClientReply, after: Client | None, sent: list[ClientRequest]
) -> None:
    event = Deliver(event) if isinstance(event, ClientReply) else event
    assert client_turn(before, event) == (after or before, tuple(sent))


MINE = Entry(1, "INCR x", Origin("client1", 1, 2))
LEADER = leader("node1", current_term=1, sessions=(Session(1, 1),), log=Log((Entry(1, None),) * 1))
DONE = replace(LEADER, sessions=(Session(1, 2, "5"),))
FOLLOWER = node("node1", current_term=1, leader_id="node2")

# name: the node, the request, what it appends, and what it answers
SERVED = {
    "appends": (LEADER, asks("INCR x"), [MINE], []),
    "appends a request for a session": (
        LEADER,
        asks(None, 0, 1),
        [Entry(1, None, Origin("client1", 0, 1))],
        [],
    ),
    "answers from the table": (DONE, asks("INCR x"), [], [says(answer="5", session=1)]),
    "repeats the last for one older": (
        DONE,
        asks("INCR x", 1, 1),
        [],
        [says(answer="5", session=1)],
    ),
    "names the leader": (FOLLOWER, asks("INCR x"), [], [says(done=False, leader="node2")]),
    "names nobody": (node("node1"), asks("INCR x"), [], [says(done=False)]),
    "names nobody as a candidate": (
        node("node1", role=Role.CANDIDATE, current_term=1),
        asks("INCR x"),
        [],
        [says(done=False)],
    ),
}


@pytest.mark.parametrize(("before", "request_", "adds", "sent"), SERVED.values(), ids=SERVED.keys())
def test_a_request_reaches_a_node(
    before: Node, request_: ClientRequest, adds: list[Entry], sent: list[ClientReply]
) -> None:
    after, messages = turn(before, request_)
    assert after.log == before.log.append(*adds)
    assert messages == sent
    assert after.current_term == before.current_term


def test_a_lone_leader_answers_in_the_same_turn() -> None:
    alone = leader("node1", size=1, current_term=1)
    _, (opened,) = turn(alone, asks(None, 0, 1))
    assert opened == says(1, session=1)


def ready() -> Play:
    """node1 leads term 1, and client1 has a session."""
    play = Play(Cluster.of(*NAMES).with_clients("client1"))
    play.elect("node1", "node2", "node3")
    play.do(OpenSession("client1", "node3"))
    settle(play)
    play.do(Replicate("node1"))
    settle(play)
    return play


def settle(play: Play) -> None:
    while play.cluster.network:
        play.do(Deliver(play.cluster.network[0]))


def test_a_session_is_opened_by_way_of_a_redirection() -> None:
    client = ready().cluster.client("client1")
    assert (client.session, client.leader, client.request) == (1, "node1", None)


def test_an_acknowledgement_comes_after_a_majority_has_the_entry() -> None:
    play = ready()
    play.do(Ask("client1", "node1", "INCR x"))
    settle(play)
    assert play.cluster.client("client1").answers == ()
    play.do(Replicate("node1", "node2"))
    play.deliver(("node1", "node2"), ("node2", "node1"), ("node1", "client1"))
    assert play.cluster.client("client1").answers == (Answered("INCR x", "1"),)
    assert play.node("node3").log.last_index == 1


def test_the_table_survives_a_change_of_leader() -> None:
    play = ready()
    play.do(Ask("client1", "node1", "INCR x"))
    settle(play)
    play.do(Replicate("node1"))
    play.deliver(("node1", "node2"), ("node1", "node3"), ("node2", "node1"))
    # The answer is on its way, and the leader that sent it is gone.
    play.do(Crash("node1"))
    play.elect("node2", "node3")
    play.do(AskAgain("client1", "node2"))
    play.deliver(("client1", "node2"))
    play.replicate("node2", "node3")
    play.deliver_all()
    assert play.node("node2").machine == FrozenMap.of({"x": "1"})
    assert play.cluster.client("client1").answers == (Answered("INCR x", "1"),)
    assert play.broken == []


def test_nobody_is_told_by_a_leader_that_did_not_take_the_request() -> None:
    sessions = (Session(1, 1),)
    for term, told in ((1, [says(answer="1", session=1)]), (2, [])):
        new = leader("node1", current_term=term, log=Log((MINE,)), sessions=sessions)
        after, sent = turn(replace(new, commit_index=1), Heartbeat("node1", "node2"))
        assert after.machine == FrozenMap.of({"x": "1"})
        assert [message for message in sent if isinstance(message, ClientReply)] == told


WRONG_CLIENTS = [
    (Ask("client9", "node1", "GET x"), "There is no client named 'client9'; there are client1."),
    (Ask("client1", "node9", "GET x"), "There is no node named 'node9'; there are node1, node2, n"),
    (Ask("client1", "node1", "PUT x"), "The state machine understands 'SET key value', 'GET key'"),
    (AskAgain("client1", "node1"), "client1 waits for nothing."),
    (GiveUp("client1"), "client1 waits for nothing."),
    (Crash("client1"), "There is no node named 'client1'; there are node1, node2, node3."),
    (Timeout("client1"), "There is no node named 'client1'; there are node1, node2, node3."),
    (Restart("client1"), "There is no node named 'client1'; there are node1, node2, node3."),
]


@pytest.mark.parametrize(("event", "sentence"), WRONG_CLIENTS)
def test_what_a_client_cannot_do(event: Event, sentence: str) -> None:
    with pytest.raises(NotPossible) as refusal:
        step(Cluster.of(*NAMES).with_clients("client1"), event)
    assert str(refusal.value).startswith(sentence)


def test_a_client_does_one_thing_at_a_time() -> None:
    start = step(Cluster.of(*NAMES).with_clients("client1"), Ask("client1", "node1", "GET x")).after
    for event in (Ask("client1", "node1", "GET y"), OpenSession("client1", "node1")):
        with pytest.raises(NotPossible, match="client1 waits for an answer already"):
            step(start, event)
    with pytest.raises(NotPossible, match="has a session already"):
        step(ready().cluster, OpenSession("client1", "node1"))


def test_clients_have_names_of_their_own() -> None:
    for names in (("node1",), ("a", "a"), ("a", "b", "c", "d", "e")):
        with pytest.raises(ValueError, match="A cluster has up to 4 clients"):
            Cluster.of(*NAMES).with_clients(*names)


def test_all_that_is_listed_can_happen_and_nothing_crashes_in_a_clients_turn() -> None:
    play = ready()
    for event in (Ask("client1", "node2", "INCR x"), Ask("client1", "node1", "GET x")):
        now = play.cluster if event.node == "node1" else step(play.cluster, event).after
        listed = enabled(now, ("INCR x",))
        assert len(set(listed)) == len(listed)
        for each in listed:
            step(now, each)
        assert not any(isinstance(e, Crash) and e.node == "client1" for e in listed)
    assert Ask("client1", "node1", "INCR x") in enabled(play.cluster, ("INCR x",))


def test_an_answer_goes_to_who_asked() -> None:
    def to_another(node: Node, request: ClientRequest) -> ClientReply:
        return replace(RAFT.redirect(node, request), receiver="client2")

    with pytest.raises(RuleError, match="it wrote a message from 'node1' to 'client2'"):
        turn(FOLLOWER, asks("GET x"), RAFT.but(redirect=to_another))


def test_clients_change_nothing_where_there_are_none() -> None:
    assert cluster(*map(node, NAMES)).clients == ()
    assert not cluster(*map(node, NAMES)).has_client(None)
    with pytest.raises(KeyError):
        cluster(*map(node, NAMES)).client("client1")
