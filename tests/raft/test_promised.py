"""What clients may rely on: each property fails on a hand-made case, and holds where it should."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raftlab.raft import (
    CLIENTS,
    RAFT,
    SAFETY,
    Answered,
    Ask,
    AskAgain,
    Change,
    Client,
    ClientReply,
    ClientRequest,
    Cluster,
    Configuration,
    Deliver,
    Duplicate,
    Entry,
    FrozenMap,
    InstallSnapshot,
    Log,
    Node,
    OpenSession,
    Origin,
    Past,
    Property,
    Replicate,
    Rules,
    Server,
    Session,
    Snapshot,
    Timeout,
    broken_by,
    broken_in,
    step,
)
from raftlab.raft.machine import EMPTY_MACHINE, answer, apply
from raftlab.raft.past import Committed
from raftlab.raft.promised import one_store
from raftlab.raft.repeated import REPEATED
from raftlab.raft.turn import Turn

from .clusters import Play

NAMES = ("node1", "node2", "node3")
ACKNOWLEDGED, ONCE, ONE_STORE = CLIENTS


def saw(*seen: tuple[str, str | None] | str, name: str = "client1", asks: str = "") -> Client:
    """A client that was given these answers; of what is a command alone nothing returned."""
    answers = tuple(
        Answered(one, None, False) if isinstance(one, str) else Answered(*one) for one in seen
    )
    request = ClientRequest(name, "node1", 0, 9, asks) if asks else None
    return Client(name, NAMES, answers=answers, request=request)


def other(*seen: tuple[str, str | None] | str, asks: str = "") -> Client:
    return saw(*seen, name="client2", asks=asks)


RIGHT = {
    "nothing": [saw()],
    "one after another": [saw(("INCR x", "1"), ("GET x", "1"), ("INCR x", "2"))],
    "what is done may not return": [saw("INCR x", ("GET x", "1"))],
    "or not be done": [saw("INCR x", ("GET x", None))],
    "or be done later": [saw("INCR x", ("GET x", None), ("GET x", "1"))],
    "two interleave": [saw(("INCR x", "1"), ("INCR x", "3")), other(("INCR x", "2"))],
    "one sees the other's": [saw(("GET x", "1")), other(asks="INCR x")],
    "no common clock": [saw(("INCR x", "1")), other(("GET x", None), ("GET x", "1"))],
}
WRONG = {
    "done twice": [saw(("INCR x", "1"), ("GET x", "2"))],
    "counted twice": [saw(("INCR x", "1"), ("INCR x", "3"))],
    "lost": [saw(("SET x 1", "ok"), ("GET x", None))],
    "stale": [saw(("INCR x", "1"), ("INCR x", "2"), ("GET x", "1"))],
    "undone": [saw(("GET x", "1"), ("GET x", None)), other("INCR x")],
    "done twice though it never returned": [saw("INCR x", ("GET x", "2"))],
    "two orders": [
        saw(("SET x 1", "ok"), ("GET x", "2"), ("GET x", "1")),
        other(("SET x 2", "ok")),
    ],
}


@pytest.mark.parametrize("clients", RIGHT.values(), ids=RIGHT.keys())
def test_what_one_store_gives(clients: list[Client]) -> None:
    assert one_store(clients) is None


@pytest.mark.parametrize("clients", WRONG.values(), ids=WRONG.keys())
def test_what_no_store_gives(clients: list[Client]) -> None:
    sentence = one_store(clients)
    assert sentence is not None
    assert sentence.startswith("No order explains what clients saw: client1 saw ")


def test_the_sentence_says_what_was_seen() -> None:
    assert one_store([saw("INCR x", ("GET x", "2"))]) == (
        "No order explains what clients saw: client1 saw INCR x not return, GET x give 2."
    )


commands = st.sampled_from(["INCR x", "GET x", "SET x 1", "DELETE x", "CAS x 1 2"])


@given(st.lists(st.tuples(st.booleans(), commands), max_size=6))
def test_what_a_store_really_gave_is_always_explained(script: list[tuple[bool, str]]) -> None:
    machine, seen = EMPTY_MACHINE, ([], [])
    for whose, command in script:
        seen[whose].append((command, answer(machine, command)))
        machine = apply(machine, command)
    assert one_store([saw(*seen[0]), other(*seen[1])]) is None


answered = st.tuples(commands, st.sampled_from(["1", "2", None, "ok", "true", "false"]))


@given(st.lists(answered, max_size=3), st.lists(answered, max_size=3))
def test_it_is_explained_only_by_an_order(
    mine: list[tuple[str, str | None]], theirs: list[tuple[str, str | None]]
) -> None:
    """The same by brute force: all orders that keep each client's own."""

    def fits(order: tuple[bool, ...]) -> bool:
        left, machine = ([*reversed(mine)], [*reversed(theirs)]), EMPTY_MACHINE
        for whose in order:
            command, gave = left[whose].pop()
            if answer(machine, command) != gave:
                return False
            machine = apply(machine, command)
        return True

    orders = {*permutations([False] * len(mine) + [True] * len(theirs))}
    assert (one_store([saw(*mine), other(*theirs)]) is None) == any(map(fits, orders))


def asked_twice(rules: Rules, *properties: Property) -> list[str]:
    """What breaks where a request that is sent once arrives twice."""
    play = Play(Cluster.of(*NAMES).with_clients("client1"), rules)
    play.elect("node1", "node2", "node3")
    play.do(OpenSession("client1", "node1"))
    play.deliver(("client1", "node1"))
    play.replicate("node1", "node2", "node3")
    drained(play)
    play.do(Ask("client1", "node1", "INCR x"))
    play.do(Duplicate(play.cluster.network[0]))
    play.deliver(("client1", "node1"), ("client1", "node1"))
    play.do(Replicate("node1"))
    said = []
    while play.cluster.network:
        done = step(play.cluster, Deliver(play.cluster.network[0]), rules)
        said += [v.sentence for v in broken_by(done, properties)]
        play.cluster = done.after
    return said


def drained(play: Play) -> None:
    while play.cluster.network:
        play.do(Deliver(play.cluster.network[0]))


def test_once_is_once() -> None:
    assert asked_twice(RAFT, *SAFETY, *CLIENTS) == []
    said = asked_twice(REPEATED["no sessions"], ONCE)
    assert said[0] == "node1 carries out client1's request 2 again: it is entry 2, and entry 3 too."
    assert asked_twice(REPEATED["sessions in the leader's memory"], SAFETY[-1]) != []


def too_early(turn: Turn, request: ClientRequest) -> None:
    """Answers as soon as the entry is in the leader's own log."""
    turn.become("append_request", request)
    done = ClientReply(turn.node.name, request.sender, request.serial, True, "1")
    turn.reply(done, request)


def test_acknowledged_is_committed() -> None:
    play = Play(Cluster.of(*NAMES).with_clients("client1"), RAFT.but(on_client_request=too_early))
    play.elect("node1", "node2", "node3")
    play.do(Ask("client1", "node1", "INCR x"))
    done = step(play.cluster, Deliver(play.cluster.network[0]), play.rules)
    sentence = "node1 tells client1 that its request 1 is done, and never took it for committed."
    assert [violation.sentence for violation in broken_by(done, CLIENTS)] == [sentence]
    assert [violation.sentence for violation in broken_in(done.after, CLIENTS)] == [sentence]


def test_a_client_without_a_session_may_have_it_done_twice() -> None:
    play = Play(Cluster.of(*NAMES).with_clients("client1"))
    play.elect("node1", "node2", "node3")
    play.do(Ask("client1", "node1", "INCR x"), AskAgain("client1", "node1"))
    play.deliver(("client1", "node1"), ("client1", "node1"))
    play.replicate("node1", "node2")
    drained(play)
    assert play.node("node1").machine["x"] == "2"
    assert play.cluster.client("client1").answers == (Answered("INCR x", "1"),)
    now = replace(play.cluster, clients=(saw(("INCR x", "1"), ("GET x", "2")),))
    assert [v.property for v in broken_in(now, CLIENTS)] == [ONE_STORE]


def test_nothing_is_asked_of_clients_where_there_are_none() -> None:
    fresh = Cluster.of(*NAMES)
    assert broken_in(fresh, CLIENTS) == ()
    assert broken_by(step(fresh, Timeout("node1")), CLIENTS) == ()


def test_a_machine_that_lacks_a_session_is_no_fold() -> None:
    def forgets(node: Node) -> Node:
        return replace(RAFT.apply_next(node), sessions=())

    play = Play(Cluster.of("node1").with_clients("client1"), RAFT.but(apply_next=forgets))
    play.do(Timeout("node1"), OpenSession("client1", "node1"))
    done = step(play.cluster, Deliver(play.cluster.network[0]), play.rules)
    (violation,) = broken_by(done, SAFETY)
    assert violation.sentence == (
        "node1 has applied its log up to entry 1, which makes other sessions than those that it "
        "keeps."
    )


# What a server knows of from a snapshot


def brought(*sessions: Session) -> Server:
    """node2 leads with a snapshot up to entry 3 that it was brought: it held none of these."""
    snapshot = Snapshot(3, 1, Configuration(NAMES), EMPTY_MACHINE, sessions)
    holder = Node("node2", Configuration(NAMES), log=Log((), 3, 1), snapshot=snapshot)
    return Server(holder, Past(committed=(None,) * 3))


def told(session: int, serial: int) -> ClientReply:
    return ClientReply("node2", "client1", serial, done=True, session=session)


@pytest.mark.parametrize(
    ("sessions", "reply", "holds"),
    [
        ((Session(1, 4),), told(1, 4), True),
        ((Session(1, 4),), told(1, 3), True),
        ((Session(1, 4),), told(1, 5), False),  # it is not done yet, as far as anyone knows
        ((Session(2, 4),), told(1, 3), True),  # the session has expired: who knows
        ((Session(2, 4),), told(3, 3), False),  # nothing that is unknown comes after entry 3
        ((), told(0, 3), False),  # without a session no snapshot remembers it
        ((), told(4, 3), False),
    ],
)
def test_a_snapshot_tells_of_requests(
    sessions: tuple[Session, ...], reply: ClientReply, holds: bool
) -> None:
    assert (ACKNOWLEDGED.says(reply, brought(*sessions)) is None) is holds


def test_of_an_expired_session_all_is_asked_that_the_server_held() -> None:
    node = brought(Session(2, 4)).node
    others = Committed(Entry(1, "INCR x", Origin("client2", 0, 1)), 1)
    assert ACKNOWLEDGED.says(told(1, 3), Server(node, Past(committed=(others,) * 3))) is not None


def test_what_a_snapshot_holds_was_carried_out_elsewhere() -> None:
    """node3 applies a request that is in the log twice, restarts, and is brought all of it."""
    asked = Origin("client1", 1, 2)
    entries = (Entry(1, None, Origin("client1", 0, 1)), *[Entry(1, "INCR x", asked)] * 2)
    past = Past(applied=entries)
    before = Node("node3", Configuration(NAMES))
    snapshot = Snapshot(3, 1, Configuration(NAMES), FrozenMap.of({"x": "1"}), (Session(1, 2, "1"),))
    after = RAFT.install_snapshot(before, InstallSnapshot("node1", "node3", 1, snapshot))
    changed = Server(before, past), Server(after, past)
    assert (after.last_applied, dict(after.machine)) == (3, {"x": "1"})
    assert ONCE.says(Change("install_snapshot", *changed)) is None
    assert ONCE.says(Change("apply_next", *changed)) is not None
