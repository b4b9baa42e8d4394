"""Clients in all that is done with a run: told, compared, saved, as Python, by the clock."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from raftlab.raft import (
    CLIENTS,
    RAFT,
    Answered,
    Ask,
    AskAgain,
    ClientReply,
    ClientRequest,
    Crash,
    Deliver,
    Drop,
    Duplicate,
    GiveUp,
    LeaseEnds,
    Node,
    OpenSession,
    Reading,
    Replicate,
    Restart,
    Role,
    Rules,
    Step,
    broken_by,
    step,
)
from raftlab.raft.repeated import REPEATED
from raftlab.raft.ways_to_read import READ_INDEX, READS
from raftlab.sim import (
    Arrival,
    BadRun,
    History,
    as_python,
    client_ready,
    difference,
    fresh,
    random_run,
    timed,
)
from raftlab.sim.acts import Act, why_no_act
from raftlab.sim.chance import WITH_CLIENTS
from raftlab.sim.codec import from_json, to_json
from raftlab.sim.explain import explain, explain_last_rule, why_nothing_happened
from raftlab.sim.habit import next_event
from raftlab.sim.linearizability import Operation, check_linearizable
from raftlab.sim.notation import notation
from raftlab.sim.saved import dumps, loads
from raftlab.sim.script import deliver_all, perform
from raftlab.sim.seen import seen_by_clients
from raftlab.sim.timing import Timing
from raftlab.sim.words import name_message, say_event, say_message

from .test_explain_complete import blemishes, complaints_about, complaints_about_firing
from .test_explain_truth import with_before


def ready() -> History:
    """node1 leads, client1 has a session, and a second client has none."""
    start = client_ready().cluster
    (client,) = start.clients
    other = replace(start.with_clients("client2").clients[0])
    return History(replace(start, clients=(client, other)), READ_INDEX)


def runs() -> Iterator[tuple[Rules, Step]]:
    ways = {**READS, **REPEATED}
    for seed, rules in enumerate(ways.values()):
        for start in (ready().cluster, fresh(3).cluster.with_clients("client1", "client2")):
            yield from (
                (rules, taken) for taken in random_run(start, seed, 400, rules, WITH_CLIENTS)
            )


BODY = [*runs()]
OF_CLIENTS = Ask | AskAgain | OpenSession | GiveUp | LeaseEnds


def test_the_body_has_all_that_clients_do() -> None:
    kinds = {type(taken.event) for _, taken in BODY}
    assert kinds >= {Ask, AskAgain, OpenSession, GiveUp, LeaseEnds, Crash, Deliver, Duplicate}
    carried = {type(message) for _, taken in BODY for message in taken.after.network}
    assert carried >= {ClientRequest, ClientReply}
    fired = {firing.rule for _, taken in BODY for firing in taken.firings}
    assert fired >= {"answer_again", "answer_client", "redirect", "serve_read", "end_lease"}


def complaints(taken: Step) -> list[str]:
    names = (*taken.before.names, *(client.name for client in taken.before.clients))
    wrong = complaints_about(explain(taken), names)
    wrong += [f for pair in with_before(taken) for f in complaints_about_firing(*pair)]
    if taken.firings:
        last = explain_last_rule(taken)
        wrong += blemishes(last.headline, names)
    nothing = why_nothing_happened(taken)
    return wrong + (blemishes(nothing, names) if nothing else [])


def test_every_step_is_told_without_a_blemish() -> None:
    found = [(explain(t).headline, explain(t).reason, c) for _, t in BODY for c in complaints(t)]
    assert found == []


def test_labels_are_whole() -> None:
    for _, taken in BODY:
        for label in (say_event(taken.event), *map(name_message, taken.sent)):
            assert "None" not in label
            assert label == label.strip()


def test_what_differs_reads_differently() -> None:
    said: dict[str, object] = {}
    for event in {taken.event for _, taken in BODY if isinstance(taken.event, OF_CLIENTS)}:
        assert said.setdefault(say_event(event), event) == event
    for message in {message for _, taken in BODY for message in taken.after.network}:
        if isinstance(message, ClientRequest | ClientReply):
            assert said.setdefault(say_message(message), message) == message


def test_whatever_changes_is_among_the_differences() -> None:
    for _, taken in BODY:
        assert bool(difference(taken.before, taken.after)) == (taken.before != taken.after)


def test_a_cluster_with_clients_is_the_same_after_json() -> None:
    for _, taken in BODY[::7]:
        text = json.dumps(to_json(taken.after))
        assert from_json(json.loads(text), type(taken.after)) == taken.after


def test_a_line_for_each_node_is_all_that_the_notation_has() -> None:
    assert [len(notation(taken.after)) for _, taken in BODY[::50]] == [3] * len(BODY[::50])


TOLD = {
    OpenSession("client2", "node1"): (
        "client2 asks node1 for a session.",
        "By its number the servers will know each request that comes again (§8).",
    ),
    Ask("client1", "node1", "INCR x"): (
        "client1 asks node1: INCR x.",
        "It takes node1 for the leader (§8).",
    ),
    Ask("client2", "node2", "INCR x"): (
        "client2 asks node2: INCR x.",
        "It may ask any server; it has no session (§8).",
    ),
    AskAgain("client2", "node1"): (
        "client2 asks node1 instead: INCR x.",
        "No answer came: the request may be lost, or done and the answer lost; without a session "
        "none can tell (§8).",
    ),
    GiveUp("client1"): (
        "client1 gives up waiting.",
        "Whether INCR x is done, now or later, it will not know (§8).",
    ),
}


def test_what_a_client_does_in_words() -> None:
    history = ready()
    for event in list(TOLD)[1:]:
        history.do(event)
        told = explain(history.now.step)
        assert (told.headline, told.reason) == TOLD[event]
    again = ready()
    again.do(OpenSession("client2", "node1"))
    told = explain(again.now.step)
    assert (told.headline, told.reason) == TOLD[OpenSession("client2", "node1")]


def told_of(history: History, *acts: object) -> tuple[str, str]:
    perform(history, *acts)  # type: ignore[arg-type]
    told = explain(history.now.step)
    return told.headline, told.reason


def test_what_becomes_of_a_request_in_words() -> None:
    history = ready()
    perform(history, Ask("client1", "node2", "INCR x"))
    assert told_of(history, Arrival("client1", "node2")) == (
        "node2 sends client1 away with INCR x: it is no leader.",
        "Only a leader takes requests; node2 names node1, whom it believes to lead (§8).",
    )
    assert told_of(history, Arrival("node2", "client1")) == (
        "client1 is sent to node1, and asks there.",
        "node2 does not lead, and names node1 (§8).",
    )
    assert told_of(history, Arrival("client1", "node1")) == (
        "node1 appends INCR x of client1's as entry 2.",
        "Entry 2 is on 1 of 3 nodes; client1 waits until it is committed and applied (Fig. 2, "
        "Leaders 2).",
    )
    perform(history, Replicate("node1", "node2"), Arrival("node1", "node2"))
    perform(history, Arrival("node2", "node1"))
    assert told_of(history, Arrival("node1", "client1")) == (
        "client1 has its answer to INCR x: 1.",
        "node1 has applied its entry (§8).",
    )
    deliver_all(history)
    assert told_of(history, Ask("client1", "node1", "GET x"), Arrival("client1", "node1")) == (
        "node1 takes GET x of client1's without an entry; client1 waits.",
        "may_serve_read says no: client1 asks for GET x; node1 has committed an entry of its own "
        "term 1; round 1 is not answered by a majority; 2 of 2 entries are applied (§8).",
    )
    assert told_of(history, LeaseEnds("node1"))[0] == "node1's lease runs out."


def test_a_run_with_clients_is_saved_and_loads() -> None:
    history = ready()
    for taken in random_run(history.cluster, 3, 120, READ_INDEX, WITH_CLIENTS):
        history.do(taken.event)
    again = loads(dumps(history), rules=READ_INDEX)
    assert [m.cluster for m in again.moments] == [m.cluster for m in history.moments]
    with pytest.raises(BadRun, match="fingerprint"):
        loads(dumps(history).replace('"session": 1', '"session": 2'), rules=READ_INDEX)


def test_a_run_with_clients_as_python_does_the_same() -> None:
    history = History(ready().cluster)
    for taken in random_run(history.cluster, 4, 60, RAFT, WITH_CLIENTS):
        history.do(taken.event)
    names: dict[str, object] = {}
    exec(as_python(history), names)
    run = names["run"]
    assert isinstance(run, History)
    assert run.cluster == history.cluster


def test_by_habit_a_client_is_answered_whatever_was_lost() -> None:
    history = ready()
    perform(history, Ask("client1", "node1", "INCR x"))
    perform(history, Drop(history.cluster.network[0]))
    for _ in range(40):
        event = next_event(history.cluster)
        assert event is not None
        history.do(event)
    assert history.cluster.client("client1").answers == (Answered("INCR x", "1"),)


def test_by_habit_a_read_is_served_though_its_round_was_lost() -> None:
    history = ready()
    perform(history, Ask("client1", "node1", "GET x"), Arrival("client1", "node1"))
    for message in history.cluster.network:
        perform(history, Drop(message))
    for _ in range(8):
        event = next_event(history.cluster)
        assert event is not None
        history.do(event)
    assert history.cluster.client("client1").answers == (Answered("GET x", None),)


def test_by_the_clock_clients_ask_again_until_they_are_answered() -> None:
    script = {400: Ask("client1", "node2", "INCR x"), 401: Crash("node1"), 900: Restart("node1")}
    start = client_ready().cluster
    history = timed(start, script=script, until=4_000, seed=5)
    last = history.line()[-1].cluster
    assert last.client("client1").answers == (Answered("INCR x", "1"),)
    assert any(isinstance(m.step.event, AskAgain) for m in history.line() if m.step)
    leader = next(node for node in last.nodes if node.role is Role.LEADER)
    assert leader.machine["x"] == "1"


def test_a_random_run_of_the_right_ways_keeps_every_promise() -> None:
    right = (RAFT, READ_INDEX)
    for rules, taken in BODY:
        if rules in right and all(client.session for client in taken.before.clients):
            assert [v.sentence for v in broken_by(taken, CLIENTS) if "carries" in v.sentence] == []


def test_nothing_of_the_mix_for_clients_is_chosen_where_there_are_none() -> None:
    taken = [*random_run(fresh(3).cluster, 1, 300, RAFT, WITH_CLIENTS)]
    assert not any(isinstance(t.event, Ask | AskAgain | GiveUp | OpenSession) for t in taken)


def test_a_message_to_a_client_is_lost_or_copied_like_any_other() -> None:
    history = ready()
    perform(history, Ask("client2", "node2", "GET x"), Arrival("client2", "node2"))
    (reply,) = history.cluster.network
    twice = step(history.cluster, Duplicate(reply)).after
    assert twice.network == (reply, reply)
    assert step(history.cluster, Drop(reply)).after.network == ()
    assert explain(step(history.cluster, Drop(reply))).headline == (
        "The network loses node2's redirection to client2."
    )


def test_what_clients_saw_with_the_moments() -> None:
    history = ready()
    perform(history, Ask("client1", "node1", "INCR x"), Ask("client2", "node1", "GET x"))
    deliver_all(history)
    perform(history, Replicate("node1"))
    deliver_all(history)
    perform(history, Ask("client1", "node1", "DELETE x"), GiveUp("client1"))
    perform(history, Ask("client2", "node2", "INCR x"))
    counted, read, given_up, waits = seen_by_clients(history)
    assert counted == Operation("client1", "INCR x", "1", 1, counted.ends, 1)
    assert read == Operation("client2", "GET x", None, 2, read.ends, 2)
    assert read.ends is not None
    assert counted.ends is not None
    assert read.ends < counted.ends < given_up.begins
    for place, answer in ((read.ends, None), (counted.ends, "1")):
        moment = history.line()[int(place)]
        assert isinstance(moment.step.event, Deliver)
        assert moment.step.event.message.answer == answer
    deleted = int(given_up.begins)
    assert given_up == Operation("client1", "DELETE x", None, deleted, None, deleted)
    assert waits == Operation("client2", "INCR x", None, deleted + 2, None, deleted + 2)
    assert check_linearizable(seen_by_clients(history)).linearizable
    assert seen_by_clients(fresh(3)) == ()


CANNOT = {
    Ask("client9", "node1", "GET x"): "There is no client named 'client9'; there are client1, cl",
    Ask("client1", "node9", "GET x"): "There is no node named 'node9'; there are node1, node2, no",
    Ask("client1", "node1", "PUT x"): "The state machine understands 'SET key value', 'GET key'",
    OpenSession("client1", "node9"): "There is no node named 'node9'",
    AskAgain("client9", "node1"): "There is no client named 'client9'",
    GiveUp("client9"): "There is no client named 'client9'",
    Arrival("client9", "node1"): "There is no node named 'client9'",
}


@pytest.mark.parametrize(("act", "sentence"), CANNOT.items(), ids=map(str, CANNOT))
def test_a_script_says_what_can_never_happen_to_clients(act: Act, sentence: str) -> None:
    why_not = why_no_act(act, ready().cluster)
    assert why_not is not None
    assert why_not.startswith(sentence)


def test_a_script_may_have_clients_act() -> None:
    now = ready().cluster
    reply = ClientReply("node1", "client1", 1, done=True)
    for act in (Ask("client1", "node1", "GET x"), GiveUp("client1"), Arrival("node1", "client1")):
        assert why_no_act(act, now) is None
    assert why_no_act(Deliver(reply), now) is None
    assert why_no_act(GiveUp("client1"), fresh(3).cluster) == (
        "There is no client named 'client1'; there are none."
    )


@pytest.mark.parametrize("patience", [0, -1, (5, 1), "long"])
def test_a_client_has_some_patience(patience: object) -> None:
    with pytest.raises(ValueError, match="patience is a time in milliseconds above 0"):
        Timing(patience=patience)  # type: ignore[arg-type]


def told_of_a_request(rules: Rules, session: int = 1) -> str:
    """What is said where node1 leads and a request reaches it under other rules."""
    start = client_ready().cluster
    request = ClientRequest("client1", "node1", session, 2, "INCR x")
    taken = step(replace(start, network=(request,)), Deliver(request), rules)
    assert complaints(taken) == []
    return explain(taken).headline


def test_odd_rules_are_told_by_what_they_did() -> None:
    appends = RAFT.append_request

    def twice(node: Node, request: ClientRequest) -> Node:
        return appends(appends(node, request), request)

    ways = {
        "node1 takes client1's request: entries 2 and 3 added.": {"append_request": twice},
        "node1 takes client1's request: nothing changed.": {
            "append_request": lambda node, request: node
        },
        "node1 does nothing with client1's request.": {
            "on_client_request": lambda turn, request: None
        },
        "node1 answers client1 again, and carries out nothing.": {
            "is_repeated": lambda node, request: True
        },
        "node1 takes INCR x of client1's without an entry; client1 waits.": {
            "skips_log": lambda node, request: True
        },
    }
    for headline, changes in ways.items():
        assert told_of_a_request(RAFT.but(**changes)) == headline
    held = replace(client_ready().cluster.nodes[0], reading=Reading(1))
    start = client_ready().cluster
    start = replace(start, nodes=(held, *start.nodes[1:]))
    endless = step(start, LeaseEnds("node1"), RAFT.but(end_lease=lambda node: node))
    assert explain(endless).headline == "node1's lease runs out, and nothing changes."


def test_an_expired_session_is_told() -> None:
    history = ready()
    perform(history, Ask("client1", "node1", "INCR x"))
    expired = ClientReply("node1", "client1", history.cluster.clients[0].serial, done=True)
    start = replace(history.cluster, network=(expired,))
    taken = step(start, Deliver(expired))
    assert explain(taken).headline == "client1 hears that its session has expired."
    assert taken.after.clients[0].session == 0
    assert complaints(taken) == []


def test_who_is_answered_is_said() -> None:
    history = ready()
    perform(history, Ask("client1", "node1", "INCR x"), Arrival("client1", "node1"))
    perform(history, Replicate("node1", "node2"), Arrival("node1", "node2"))
    assert told_of(history, Arrival("node2", "node1")) == (
        "node1 commits entry 2 and applies it.",
        "Entry 2, of node1's own term 1, is on 2 of 3 nodes; a majority is 2 (§5.3, §5.4.2). "
        "node1 answers client1. The state machine applies INCR x.",
    )
    deliver_all(history)
    perform(history, Ask("client1", "node1", "GET x"), Arrival("client1", "node1"))
    perform(history, Arrival("node1", "node3"))
    assert told_of(history, Arrival("node3", "node1")) == (
        "node1 answers client1's GET x: 1.",
        "Round 1 is answered by a majority, node3 among them; 2 of 2 entries are applied (§8).",
    )
