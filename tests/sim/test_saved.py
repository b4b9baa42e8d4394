"""Saved runs: what is saved loads, and what is no saved run is refused with one sentence."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raftlab.raft import (
    RAFT,
    AppendEntries,
    AppendReply,
    Ask,
    AskAgain,
    ClientCommand,
    ClientReply,
    ClientRequest,
    Cluster,
    Compact,
    Crash,
    Cut,
    Delay,
    Deliver,
    Drop,
    Duplicate,
    Entry,
    GiveUp,
    Heal,
    InstallSnapshot,
    LeaseEnds,
    Message,
    Node,
    NotPossible,
    OpenSession,
    Partition,
    Property,
    Replicate,
    RequestVote,
    Restart,
    RuleError,
    Rules,
    Scope,
    Server,
    SnapshotReply,
    Timeout,
    VoteReply,
    step,
    stopped_short,
)
from raftlab.raft.ways_to_read import READ_INDEX
from raftlab.sim import (
    SCENARIOS,
    Arrival,
    BadRun,
    History,
    client_ready,
    figure_8,
    fresh,
    leader_elected,
    load,
    random_events,
    save,
    saved,
)
from raftlab.sim.acts import AtLeader
from raftlab.sim.codec import fingerprint, from_json, to_json
from raftlab.sim.record import Changes
from raftlab.sim.saved import dumps, loads
from raftlab.sim.schedule import Clock, Script
from raftlab.sim.script import deliver_all, perform
from raftlab.sim.timed import timed


def generous(node: Node, request: RequestVote) -> bool:
    """A wrong rule: votes as often as it is asked."""
    return True


GENEROUS = RAFT.but(may_vote=generous)


def branched() -> History:
    """Three branches, a note, and a place to stand that is no tip."""
    history = fresh(3)
    history.title = "Three ways"
    history.play(Timeout("node1"), Timeout("node2"), Crash("node3"))
    history.goto(1)
    history.do(Partition((("node1",), ("node2", "node3"))), note="Cut off.")
    history.play(Heal())
    history.goto(0)
    history.play(Crash("node2"), Restart("node2"))
    history.goto(2)
    return history


def edited(history: History, edit: Callable[[dict[str, Any]], None]) -> str:
    """The text of a saved run after somebody's hand was at it."""
    content = json.loads(dumps(history))
    edit(content)
    return json.dumps(content)


def refused(text: str, rules: Rules = RAFT) -> str | None:
    """The sentence with which that text is refused; None if it loads. Nothing else may come."""
    try:
        loads(text, rules)
    except BadRun as error:
        return str(error)
    return None


def refusal(text: str, rules: Rules = RAFT) -> str:
    """The one sentence with which that text is refused."""
    sentence = refused(text, rules)
    assert sentence is not None
    return sentence


def alike(one: History, other: History) -> bool:
    parts = ("title", "moments", "now", "rules_changed", "read_only")
    return one.line() == other.line() and all(
        getattr(one, part) == getattr(other, part) for part in parts
    )


# What is saved loads ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_loads_as_it_was_saved(name: str) -> None:
    history = SCENARIOS[name]()
    assert alike(loads(dumps(history)), history)


def test_branches_notes_and_the_place_we_stand_at_are_kept() -> None:
    assert alike(loads(dumps(branched())), branched())


@settings(max_examples=25)
@given(st.integers(1, 5), st.integers(0, 10_000), st.integers(0, 10_000), st.data())
def test_any_run_loads_as_it_was_saved(
    size: int, seed: int, other_seed: int, data: st.DataObject
) -> None:
    history = fresh(size)
    history.play(*random_events(history.cluster, seed, 25))
    history.goto(data.draw(st.integers(0, len(history) - 1)))
    history.play(*random_events(history.cluster, other_seed, 15))
    history.goto(data.draw(st.integers(0, len(history) - 1)))
    assert alike(loads(dumps(history)), history)


@settings(max_examples=25)
@given(st.integers(1, 5), st.integers(0, 10_000))
def test_every_cluster_is_what_its_json_says(size: int, seed: int) -> None:
    history = fresh(size)
    history.play(*random_events(history.cluster, seed, 30))
    for moment in history.moments:
        written = json.loads(json.dumps(to_json(moment.cluster)))
        assert from_json(written, Cluster) == moment.cluster
        if moment.step is not None:
            changes = Changes.between(moment.step.before, moment.cluster)
            assert changes.applied_to(moment.step.before) == moment.cluster


def test_texts_of_any_script_are_kept() -> None:
    history = leader_elected(1)
    history.title = "Ünïcödé \U0001f6f6 </script> \u2028 \ud800"
    history.do(ClientCommand("node1", "SET ключ 值"), note='"quoted" \\ and\nbroken')
    assert alike(loads(dumps(history)), history)


def test_a_loaded_run_goes_on() -> None:
    history = loads(dumps(figure_8("c")))
    history.do(ClientCommand("node1", "SET y 1"))
    assert history.now.violations == ()


# Rules --------------------------------------------------------------------------------------------


def deceived() -> History:
    """Two leaders of one term, which only a generous voter makes possible."""
    history = History(fresh(3).cluster, GENEROUS, "Two leaders")
    history.play(Timeout("node1"), Timeout("node2"))
    while history.cluster.network:
        history.do(Deliver(history.cluster.network[0]))
    assert history.now.violations
    return history


def test_a_run_names_the_rules_it_changed_and_loads_with_them() -> None:
    text = dumps(deceived())
    assert json.loads(text)["rules_changed"] == ["may_vote"]
    assert alike(loads(text, GENEROUS), deceived())


def test_without_the_rule_the_recorded_states_are_shown_read_only() -> None:
    history, original = loads(dumps(deceived())), deceived()
    assert [m.cluster for m in history.moments] == [m.cluster for m in original.moments]
    assert [m.violations for m in history.moments] == [m.violations for m in original.moments]
    assert {m.step.firings for m in history.moments if m.step} == {()}
    assert history.read_only == (
        "This run was made with another may_vote than the paper's. It can be looked at; to play "
        "on, load it with rules=RAFT.but(may_vote=…)."
    )
    assert history.back()
    assert history.do(history.line()[-1].step.event) == history.moments[-1]  # type: ignore[union-attr]
    with pytest.raises(NotPossible, match="It can be looked at"):
        history.do(Timeout("node3"))


def test_a_read_only_run_saves_and_loads_again() -> None:
    again = loads(dumps(loads(dumps(deceived()))))
    assert (again.rules_changed, again.read_only is None) == (frozenset({"may_vote"}), False)
    assert alike(loads(dumps(again), GENEROUS), deceived())


def test_no_rule_runs_when_a_run_is_shown_read_only() -> None:
    def never(node: Node, request: RequestVote) -> bool:
        raise AssertionError("a rule was asked")

    loads(dumps(deceived()), RAFT.but(log_is_up_to_date=never))


def test_a_rule_that_answers_otherwise_departs_from_the_record() -> None:
    strict = RAFT.but(may_vote=lambda node, request: False)
    step = 1 + next(
        number
        for number, moment in enumerate(deceived().moments[1:])
        if isinstance(moment.step and moment.step.event, Deliver)
    )
    sentence = f"Step {step} of this run gives another cluster than the one recorded."
    assert refusal(dumps(deceived()), strict) == sentence


def test_a_rule_that_fails_is_named() -> None:
    silent = RAFT.but(may_vote=lambda node, request: None)
    assert refusal(dumps(deceived()), silent) == (
        "Step 3 of this run fails in the rule may_vote: it must give True or False; it gave None. "
        "Is a `return` missing?"
    )


def speechless(node: Node, reply: VoteReply) -> Node:
    """A wrong rule: knows no vote that it could count."""
    raise KeyError(reply.sender)


SPEECHLESS = RAFT.but(record_vote=speechless)


def stopped() -> History:
    """A run whose last step is one in which a rule failed, as far as it came."""
    history = History(fresh(3).cluster, SPEECHLESS, "Stopped short")
    history.play(Timeout("node1"))
    history.do(Deliver(history.cluster.network[0]))
    event = Deliver(history.cluster.network[-1])
    with pytest.raises(RuleError) as caught:
        step(history.cluster, event, SPEECHLESS)
    history.attach(2, stopped_short(history.cluster, event, caught.value), "Here it stops.")
    return history


def test_a_step_that_a_rule_stopped_short_loads_with_that_rule() -> None:
    history = loads(dumps(stopped()), SPEECHLESS)
    assert alike(history, stopped())
    last = history.moments[-1].step
    assert last is not None
    assert [firing.rule for firing in last.firings] == ["adopt_newer_term"]


def test_a_step_that_a_rule_stopped_short_is_shown_read_only_without_that_rule() -> None:
    history = loads(dumps(stopped()))
    assert [m.cluster for m in history.moments] == [m.cluster for m in stopped().moments]
    assert history.read_only is not None


def test_a_step_that_a_rule_stops_short_elsewhere_is_refused() -> None:
    late = RAFT.but(
        record_vote=lambda node, reply: RAFT.record_vote(node, reply),
        become_leader=lambda node: None,
    )
    assert refusal(dumps(stopped()), late).startswith(
        "Step 3 of this run fails in the rule become_leader: it must give a value of type Node"
    )


def test_a_step_that_no_rule_stops_short_any_more_is_refused() -> None:
    mended = RAFT.but(record_vote=lambda node, reply: RAFT.record_vote(node, reply))
    assert refusal(dumps(stopped()), mended) == (
        "Step 3 of this run gives another cluster than the one recorded."
    )


# What is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "This is no saved run: it is not JSON (Expecting value, line 1, column 1)."),
        ("{", "This is no saved run: it is not JSON (Expecting property name enclosed in"),
        ("[]", "This is no saved run: it does not say that its format is 'raftlab run'."),
        ("{}", "This is no saved run: it does not say that its format is 'raftlab run'."),
        ('"raftlab run"', "This is no saved run: it does not say that its format is"),
        ("[" * 100_000, "This is no saved run: a number or a nesting in it is too large."),
        ("9" * 100_000, "This is no saved run: a number or a nesting in it is too large."),
        ("NaN", "This is no saved run: it does not say that its format is"),
    ],
    ids=["empty", "torn", "list", "object", "text", "nesting", "number", "NaN"],
)
def test_what_is_no_run_is_refused(text: str, sentence: str) -> None:
    assert refusal(text).startswith(sentence)


def put(*path: str | int, value: Any) -> Callable[[dict[str, Any]], None]:
    def edit(content: dict[str, Any]) -> None:
        place: Any = content
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return edit


def remove(*path: str | int) -> Callable[[dict[str, Any]], None]:
    def edit(content: dict[str, Any]) -> None:
        place: Any = content
        for key in path[:-1]:
            place = place[key]
        del place[path[-1]]

    return edit


def swap(*path: str) -> Callable[[dict[str, Any]], None]:
    def edit(content: dict[str, Any]) -> None:
        place: Any = content
        for key in path:
            place = place[key]
        place[0], place[1] = place[1], place[0]

    return edit


LATER = (
    "This run is of version 4 of the format, and this raftlab reads versions up to 3: a newer "
    "raftlab will load it."
)
NO_VERSION = "This run is damaged: its version is no whole number from 1 on."
NUMBER = "expected a whole number of at most 1000000, not"
VOTE = {"type": "RequestVote", "sender": "node1", "receiver": "node2", "term": 1}


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (put("format", value="raftlab walk"), "This is no saved run: it does not say that its"),
        (put("version", value=4), LATER),
        (put("version", value=True), NO_VERSION),
        (put("version", value="1"), NO_VERSION),
        (remove("version"), NO_VERSION),
        (remove("moments"), "This run is damaged: it has no list of moments."),
        (put("moments", value={}), "This run is damaged: it has no list of moments."),
        (put("more", value=1), "The beginning of this run is damaged: unknown field 'more'."),
        (remove("start"), "The beginning of this run is damaged: 'start' is missing or unknown."),
        (put("start", value=[]), "The beginning of this run is damaged: a value is of the wrong"),
        (put("title", value=7), "The beginning of this run is damaged: expected text of at most"),
        (put("start", "pasts", value=[]), "The beginning of this run is damaged: it needs one"),
        (swap("start", "nodes"), "The beginning of this run is damaged: its nodes are not in"),
        (put("start", "nodes", value=[]), "The beginning of this run is damaged: A cluster has"),
        (
            put("start", "nodes", 0, "up", value=1),
            "The beginning of this run is damaged: expected true or false, not 1.",
        ),
        (
            put("start", "nodes", 0, "role", value="king"),
            "The beginning of this run is damaged: 'king' is not a valid Role.",
        ),
        (
            put("start", "nodes", 0, "next_index", value=[]),
            "The beginning of this run is damaged: expected an object, not [].",
        ),
        (
            put("start", "nodes", 0, "next_index", value={"node9": 1}),
            "The beginning of this run is damaged: node1 keeps an index for a node that is not",
        ),
        (
            put("start", "nodes", 0, "configuration", "members", value=["node1"]),
            "The beginning of this run is damaged: the nodes that node1 knows of are not those",
        ),
        (
            put("start", "cut", value=[["node1", "node1"]]),
            "The beginning of this run is damaged: no link leads from 'node1' to 'node1'.",
        ),
        (
            put("start", "cut", value=[["node1"]]),
            "The beginning of this run is damaged: expected a list, not ['node1'].",
        ),
        (put("moments", 1, value=None), "Step 2 of this run is damaged: a value is of the wrong"),
        (put("moments", 1, "parent", value=2), "Step 2 of this run is damaged: it follows moment"),
        (put("moments", 1, "parent", value=-1), "Step 2 of this run is damaged: it follows moment"),
        (
            put("moments", 1, "parent", value=10**7),
            f"Step 2 of this run is damaged: {NUMBER} 10000",
        ),
        (put("moments", 1, "parent", value=True), f"Step 2 of this run is damaged: {NUMBER} True"),
        (put("moments", 1, "parent", value=1.0), f"Step 2 of this run is damaged: {NUMBER} 1.0."),
        (remove("moments", 1, "event"), "Step 2 of this run is damaged: 'event' is missing"),
        (
            put("moments", 1, "event", value={"type": "Explode", "node": "node1"}),
            "Step 2 of this run is damaged: 'Explode' is missing or unknown.",
        ),
        (
            put("moments", 1, "event", value={"type": "Timeout", "node": "node1", "hard": True}),
            "Step 2 of this run is damaged: unknown field 'hard'.",
        ),
        (
            put("moments", 1, "event", "node", value=10**30),
            "Step 2 of this run is damaged: expected text of at most 10000 characters, not 1000",
        ),
        (
            put("moments", 1, "event", value={"type": "Timeout", "node": "node9"}),
            "Step 2 of this run cannot happen: There is no node named 'node9'; there are node1,",
        ),
        (
            put("moments", 1, "event", value={"type": "Heal"}),
            "Step 2 of this run cannot happen: No link is cut.",
        ),
        (
            put("moments", 1, "event", value={"type": "Timeout", "node": "node3"}),
            "Step 2 of this run gives another cluster than the one recorded.",
        ),
        (
            put("moments", 1, "fingerprint", value="0123456789abcdef"),
            "Step 2 of this run is damaged: the cluster recorded does not fit its fingerprint.",
        ),
        (
            put("moments", 1, "changes", "nodes", 0, "current_term", value=7),
            "Step 2 of this run is damaged: the cluster recorded does not fit its fingerprint.",
        ),
        (
            put("moments", 1, "changes", "pasts", value={"node9": {}}),
            "Step 2 of this run is damaged: there is no node named 'node9'.",
        ),
        (
            put("moments", 1, "changes", "network", value=[VOTE]),
            "Step 2 of this run is damaged: 'last_log_index' is missing or unknown.",
        ),
        (put("now", value=99), "The end of this run is damaged: there is no moment 99."),
        (put("tip", value=99), "The end of this run is damaged: there is no moment 99."),
    ],
)
def test_what_is_damaged_is_refused_and_the_step_named(
    edit: Callable[[dict[str, Any]], None], sentence: str
) -> None:
    assert refusal(edited(branched(), edit)).startswith(sentence)


def test_a_refusal_is_one_sentence_of_a_bearable_length() -> None:
    def edit(content: dict[str, Any]) -> None:
        content["moments"][0]["parent"] = ["x" * 100_000]

    assert len(refusal(edited(branched(), edit))) < 200


def test_recorded_states_are_held_to_their_fingerprints_without_the_rules_too() -> None:
    edit = put("moments", 1, "changes", "nodes", 0, "current_term", value=7)
    assert refusal(edited(deceived(), edit)) == (
        "Step 2 of this run is damaged: the cluster recorded does not fit its fingerprint."
    )


def test_a_cluster_that_trips_whoever_looks_at_it_is_refused() -> None:
    def trips(message: Message, server: Server) -> str | None:
        return str(server[7])

    tripping = Property("Trips", "nowhere", Scope.MESSAGE, trips)
    with pytest.raises(BadRun) as caught:
        loads(dumps(branched()), properties=(tripping,))
    sentence = "Step 1 of this run is damaged: its cluster makes no sense (IndexError)."
    assert str(caught.value) == sentence


def test_too_large_a_run_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = dumps(branched())
    (tmp_path / "run.json").write_text(text, "utf-8")
    monkeypatch.setattr(saved, "MOST_BYTES", 1_000)
    sentence = "This run is too large. It is larger than 0 MB."
    assert refusal(text) == sentence
    with pytest.raises(BadRun, match=sentence):
        load(tmp_path / "run.json")
    with pytest.raises(BadRun, match=sentence):
        dumps(branched())


def test_too_long_a_run_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    text = dumps(branched())
    monkeypatch.setattr(saved, "MOST_MOMENTS", 3)
    assert refusal(text) == "This run is too large. It has more than 3 steps."
    with pytest.raises(BadRun, match="more than 3 steps"):
        dumps(branched())


def test_too_long_a_text_is_refused() -> None:
    history = fresh(3)
    history.title = "x" * 10_001
    with pytest.raises(BadRun, match="A text in it has more than 10000 characters"):
        dumps(history)


def test_what_a_wrong_rule_made_is_kept() -> None:
    def hopeful(node: Node) -> Node:
        leader = RAFT.become_leader(node)
        return replace(leader, next_index=leader.next_index.set(node.name, -1))

    history = History(fresh(1).cluster, RAFT.but(become_leader=hopeful))
    history.do(Timeout("node1"))
    assert alike(loads(dumps(history), history.rules), history)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 10**30) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place in a JSON value."""
    pairs: Any = ()
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    return [path, *(place for key, item in pairs for place in places(item, (*path, key)))]


WHOLE = json.loads(dumps(leader_elected(3)))
PLACES = places(WHOLE)[1:]


@given(st.sampled_from(PLACES), JSON_VALUES, st.sampled_from([RAFT, GENEROUS]))
def test_whatever_stands_in_a_file_it_loads_or_is_refused(
    place: tuple[str | int, ...], value: Any, rules: Rules
) -> None:
    content = json.loads(json.dumps(WHOLE))
    put(*place, value=value)(content)
    sentence = refused(json.dumps(content), rules)
    assert sentence is None or re.match(r"(This|The|Step \d+) .*[.?)]$", sentence, re.DOTALL)


@given(st.data())
def test_a_place_taken_from_elsewhere_in_the_file_is_no_worse(data: st.DataObject) -> None:
    content = json.loads(json.dumps(WHOLE))
    content["rules_changed"] = data.draw(st.sampled_from([[], ["may_vote"]]))
    place, other = data.draw(st.sampled_from(PLACES)), data.draw(st.sampled_from(PLACES))
    value: Any = WHOLE
    for key in other:
        value = value[key]
    put(*place, value=value)(content)
    assert refused(json.dumps(content)) != ""


@given(st.text(max_size=20), st.integers(0, 5_000))
def test_a_torn_or_overwritten_file_is_refused(text: str, place: int) -> None:
    whole = dumps(branched())
    assert refused(whole[:place]) is not None or place >= len(whole.rstrip())
    assert refused(whole[:place] + text + whole[place + len(text) :]) != ""


# Files --------------------------------------------------------------------------------------------


def test_a_file_loads_as_it_was_saved(tmp_path: Path) -> None:
    save(branched(), tmp_path / "run.json")
    assert alike(load(tmp_path / "run.json"), branched())
    assert alike(load(str(tmp_path / "run.json")), branched())


def test_saving_replaces_what_was_there_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    save(fresh(3), tmp_path / "run.json")
    save(branched(), tmp_path / "run.json")
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]
    assert alike(load(tmp_path / "run.json"), branched())


def test_a_failure_leaves_the_old_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(fresh(3), tmp_path / "run.json")

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="No space"):
        save(branched(), tmp_path / "run.json")
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]
    assert alike(load(tmp_path / "run.json"), fresh(3))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_bytes(b"\xff\xfe{}")
    with pytest.raises(BadRun, match="it is not text in UTF-8"):
        load(tmp_path / "run.json")


def test_a_missing_file_is_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "run.json")


# Times --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("time", [-1, 1e13, float("nan"), float("inf"), True, "5", [5], {}])
def test_what_is_no_time_is_refused(time: object) -> None:
    content = json.loads(dumps(every_kind()))
    content["moments"][2]["time"] = time
    with pytest.raises(BadRun, match="Step 3 of this run is damaged: expected milliseconds"):
        loads(json.dumps(content))


def test_a_loaded_run_goes_on_without_a_clock_until_one_is_set_going() -> None:
    history = loads(dumps(every_kind()))
    history.goto(len(history) - 1)
    event = history.upcoming()
    assert event is not None
    assert history.do(event).time is None
    history.set_going(Clock.set_going(history.cluster))
    event = history.upcoming()
    assert event is not None
    assert history.do(event).time is not None


# The promise --------------------------------------------------------------------------------------

GOLDENS = Path(__file__).parents[1] / "goldens"


def every_kind_of_version_1() -> History:
    """A run with every kind of event, message and reply that version 1 knew."""
    history = leader_elected(3)
    vote = RequestVote("node2", "node3", 2, 0, 0)
    history.play(Crash("node1"), Timeout("node2"), Duplicate(vote), Drop(vote))
    history.play(Crash("node3", Deliver(vote)), Restart("node3"), Restart("node1"))
    history.play(Partition((("node1",),)), Heal())
    while history.cluster.network:
        history.do(Deliver(history.cluster.network[0]))
    history.title = "Every kind of event"
    return history


def every_kind() -> History:
    """A run by the clock with what came with version 2."""
    script: Script = {
        0: AtLeader(ClientCommand, "SET x 1"),
        1: [Delay(HELD_BACK), Cut("node1", "node3")],
        2: Heal(),
    }
    return timed(leader_elected(3), seed=1, script=script, until=100)


HELD_BACK = AppendEntries("node1", "node2", 1, 0, 0, (Entry(1, "SET x 1"),), 0)


def test_a_run_of_version_1_loads_for_ever() -> None:
    history = load(GOLDENS / "run-version-1.json")
    assert alike(history, every_kind_of_version_1())
    assert {moment.time for moment in history.moments} == {None}


def test_a_run_of_version_2_loads_for_ever() -> None:
    history = load(GOLDENS / "run-version-2.json")
    assert list(history.moments) == [replace(m, clock=None) for m in every_kind().moments]
    assert history.moments[-1].time is not None
    assert {type(m.step.event) for m in history.moments if m.step} >= {Delay, Cut, Heal}


def every_kind_of_version_3() -> History:
    """A run with what came with version 3: clients, reads without an entry, a snapshot."""
    start = client_ready().cluster
    start = replace(start, clients=(*start.clients, *start.with_clients("client2").clients))
    history = History(start, READ_INDEX, "Two clients, and a follower that is brought a snapshot")
    perform(history, OpenSession("client2", "node2"), Ask("client1", "node2", "INCR x"))
    perform(history, Arrival("client1", "node2"), AskAgain("client1", "node3"))
    deliver_all(history)
    for event in (Replicate("node1"), Ask("client1", "node1", "GET x"), LeaseEnds("node1")):
        perform(history, event)
        deliver_all(history)
    perform(history, Crash("node3"), Ask("client2", "node1", "INCR x"))
    deliver_all(history)
    perform(history, Replicate("node1", "node2"))
    deliver_all(history)
    perform(history, Compact("node1"), Restart("node3"), Replicate("node1", "node3"))
    deliver_all(history)
    perform(history, Ask("client1", "node1", "SET x 7"), GiveUp("client1"))
    return history


def test_a_run_of_version_3_loads_for_ever(regenerate_goldens: bool) -> None:
    golden = GOLDENS / "run-version-3.json"
    if regenerate_goldens:
        save(every_kind_of_version_3(), golden)
    history = load(golden, READ_INDEX)
    assert alike(history, every_kind_of_version_3())
    kinds = {type(m.step.event) for m in history.moments if m.step}
    assert kinds >= {Ask, AskAgain, Compact, GiveUp, LeaseEnds, OpenSession}
    carried = {type(message) for m in history.moments for message in m.cluster.network}
    assert carried >= {ClientRequest, ClientReply, AppendEntries, AppendReply}
    assert carried >= {InstallSnapshot, SnapshotReply}
    brought = history.cluster.node("node3").snapshot
    assert brought == history.cluster.node("node1").snapshot
    assert len(brought.sessions) == 2


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda c: c["clients"].reverse(), "its clients are not in order"),
        (lambda c: c["clients"][0].update(name="node1"), "A cluster has up to 4 clients"),
        (lambda c: c["clients"][0].update(servers=["node1"]), "the nodes that client1 knows of"),
        (lambda c: c["network"][0].update(receiver="client2"), "no link leads from 'client2'"),
        (lambda c: c["network"][0].update(sender="node2"), "no such message goes to or from"),
        (lambda c: c["network"][0].update(receiver="node9"), "no link leads from 'client2'"),
    ],
)
def test_clients_that_do_not_fit_are_refused(edit: Callable[[Any], None], sentence: str) -> None:
    start = History(fresh(3).cluster.with_clients("client1", "client2"))
    perform(start, Ask("client2", "node1", "GET x"))
    content = json.loads(dumps(History(start.cluster)))
    edit(content["start"])
    with pytest.raises(BadRun, match=sentence):
        loads(json.dumps(content))


def test_where_there_is_no_snapshot_none_is_written() -> None:
    history = every_kind_of_version_3()
    assert "snapshot" not in dumps(every_kind())
    [one, two, three] = json.loads(json.dumps(to_json(history.cluster)))["nodes"]
    assert "snapshot" not in {*two, *two["disk"]}
    assert one["snapshot"] == one["disk"]["snapshot"] == three["snapshot"]


@pytest.mark.parametrize(
    ("snapshot", "why"),
    [
        ({}, "'last_included_index' is missing or unknown"),
        ("all of it", "a value is of the wrong type"),
        (
            {
                "last_included_index": True,
                "last_included_term": 1,
                "configuration": {"members": []},
                "machine": {},
            },
            "expected a whole number",
        ),
    ],
)
def test_what_is_no_snapshot_is_refused(snapshot: object, why: str) -> None:
    content = json.loads(dumps(fresh(3)))
    content["start"]["nodes"][0]["disk"]["snapshot"] = snapshot
    with pytest.raises(BadRun, match=f"The beginning of this run is damaged: {why}"):
        loads(json.dumps(content))


def test_the_fingerprint_of_a_cluster_never_changes() -> None:
    cluster = Cluster.of("node1", "node2", "node3")
    reply = AppendReply("node2", "node1", 1, False, 3, last_log_index=2)
    assert fingerprint(cluster) == "5f41e585234409b6"
    assert fingerprint(replace(cluster, network=(reply,))) == "7f49ca51aa1787ef"
