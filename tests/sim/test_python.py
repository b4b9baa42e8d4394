"""A history as Python source: whoever runs it has the same history again."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import raftlab
from raftlab.raft import (
    RAFT,
    AppendEntries,
    AppendReply,
    ClientCommand,
    Cluster,
    Compact,
    Crash,
    Deliver,
    Drop,
    Duplicate,
    Entry,
    FrozenMap,
    Heal,
    Heartbeat,
    Log,
    Node,
    Partition,
    Replicate,
    RequestVote,
    Restart,
    RuleError,
    SnapshotReply,
    Timeout,
    VoteReply,
    step,
    stopped_short,
)
from raftlab.sim import (
    SCENARIOS,
    History,
    as_python,
    fresh,
    leader_elected,
    random_events,
    split_vote,
)
from raftlab.sim.acts import Arrival
from raftlab.sim.python import HOMES
from raftlab.sim.saved import dumps, loads
from raftlab.sim.script import deliver_all, perform
from raftlab.sim.source import WIDTH, quoted, spelled


def generous(node: Node, request: RequestVote) -> bool:
    """A wrong rule: votes as often as it is asked."""
    return True


def may_vote(node: Node, request: RequestVote) -> bool:
    """Another function of the same kind, which has the rule's name."""
    return True


def ran(history: History, **defined: object) -> History:
    """The history that the source text makes where only `defined` is defined."""
    names = dict(defined)
    exec(as_python(history), names)
    run = names["run"]
    assert isinstance(run, History)
    return run


def same(one: History, other: History) -> bool:
    """Whether the current lines are the same, but for titles, notes and numbers."""
    lines = [[(m.step, m.cluster, m.violations) for m in run.line()] for run in (one, other)]
    return lines[0] == lines[1]


def after(*acts: object, start: Cluster | None = None) -> History:
    history = History(start or fresh(3).cluster)
    perform(history, *acts)  # type: ignore[arg-type]
    return history


# How it reads -------------------------------------------------------------------------------------


def test_nothing_happened() -> None:
    assert as_python(fresh(3)) == "from raftlab import fresh\n\nrun = fresh(3)\n"


def test_a_short_run() -> None:
    history = after(Timeout("node1"), Arrival("node1", "node2"), Crash("node3"))
    assert as_python(history) == (
        "from raftlab import Arrival, Crash, Timeout, fresh, perform\n"
        "\n"
        "run = fresh(3)\n"
        "perform(\n"
        "    run,\n"
        '    Timeout("node1"),\n'
        '    Arrival("node1", "node2"),\n'
        '    Crash("node3"),\n'
        ")\n"
    )


def test_a_run_of_a_learner_s_rule_from_a_scenario() -> None:
    history = History(split_vote().cluster, RAFT.but(may_vote=generous))
    history.do(Timeout("node2"))
    assert as_python(history) == (
        "from raftlab import RAFT, History, Timeout, perform\n"
        "from raftlab.sim import SCENARIOS\n"
        "\n"
        'run = History(SCENARIOS["split_vote"]().cluster, RAFT.but(may_vote=generous))\n'
        "perform(\n"
        "    run,\n"
        '    Timeout("node2"),\n'
        ")\n"
    )


def test_what_is_long_has_a_line_for_each_part() -> None:
    history = after(Timeout("node1"), Arrival("node1", "node2"))
    history.do(Drop(VoteReply("node2", "node1", 1, True)))
    history.do(Crash("node3", Deliver(RequestVote("node1", "node3", 1, 0, 0))))
    assert as_python(history).splitlines()[8:] == [
        '    Drop(VoteReply(sender="node2", receiver="node1", term=1, vote_granted=True)),',
        "    Crash(",
        '        "node3",',
        "        Deliver(",
        "            RequestVote(",
        '                sender="node1",',
        '                receiver="node3",',
        "                term=1,",
        "                last_log_index=0,",
        "                last_log_term=0,",
        "            ),",
        "        ),",
        "    ),",
        ")",
    ]


def test_a_message_that_overtakes_another_is_spelled_out() -> None:
    history = after(Timeout("node1"), Timeout("node1"))
    first, second = (m for m in history.cluster.network if m.receiver == "node2")
    history.play(Deliver(second), Deliver(first))
    source = as_python(history)
    assert "    Deliver(\n        RequestVote(" in source
    assert '    Arrival("node1", "node2"),' in source
    assert same(ran(history), history)


def test_only_the_current_line_is_written() -> None:
    history = after(Timeout("node1"), Timeout("node2"))
    history.goto(1)
    history.play(Crash("node3"), Restart("node3"))
    history.goto(1)
    assert '"node2"' not in as_python(history)
    assert same(ran(history), history)


def test_names_that_are_imported_are_public_and_sorted() -> None:
    for home, names in HOMES.items():
        module = import_module(home)
        public = getattr(module, "__all__", ["Committed"])
        assert set(names) <= set(public)
        assert names == [name for name in sorted_as_imports(public) if name in names]
    assert set(raftlab.__all__).isdisjoint(HOMES["raftlab.raft"])


def sorted_as_imports(names: list[str]) -> list[str]:
    """Constants first, then classes, then functions, each by name."""

    def kind(name: str) -> int:
        return 0 if name.isupper() else 1 if name[0].isupper() else 2

    return sorted(names, key=lambda name: (kind(name), name))


# What it gives back -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_and_whatever_starts_from_it(name: str) -> None:
    history = SCENARIOS[name]()
    assert same(ran(history), history)
    onward = History(history.cluster)
    onward.play(*random_events(onward.cluster, 1, 5))
    assert same(ran(onward), onward)
    assert "Node(" not in as_python(onward)


@settings(max_examples=25)
@given(st.integers(1, 5), st.integers(0, 10_000), st.data())
def test_any_run_from_any_moment(size: int, seed: int, data: st.DataObject) -> None:
    history = History(fresh(size).cluster)
    history.play(*random_events(history.cluster, seed, 30))
    assert same(ran(history), history)
    moment = data.draw(st.sampled_from(history.moments))
    onward = History(moment.cluster)
    onward.play(*random_events(onward.cluster, seed + 1, 10))
    assert same(ran(onward), onward)
    assert all(len(line) <= WIDTH for line in as_python(onward).splitlines())


def test_every_kind_of_event_and_message() -> None:
    history = leader_elected(3)
    vote = RequestVote("node2", "node3", 2, 0, 0)
    history.play(ClientCommand("node1", "SET x 1"), Replicate("node1"), Heartbeat("node1", "node2"))
    history.play(Replicate("node1", "node3"), Heartbeat("node1"))
    deliver_all(history)
    history.play(Crash("node1"), Timeout("node2"))
    vote = replace(vote, last_log_index=1, last_log_term=1)
    history.play(Duplicate(vote), Drop(vote), Crash("node3", Deliver(vote)), Restart("node3"))
    history.play(Restart("node1"), Partition((("node1",), ("node2", "node3"))), Heal())
    history.play(Crash("node2", Timeout("node2")))
    assert same(ran(history), history)
    assert same(ran(History(history.cluster)), History(history.cluster))


def test_a_run_in_which_snapshots_are_taken_and_sent() -> None:
    history = leader_elected(3)
    history.play(ClientCommand("node1", "SET x 1"), Replicate("node1", "node2"))
    deliver_all(history)
    history.play(Compact("node1"), Replicate("node1", "node3"))
    # Also from where one is on its way.
    assert same(ran(History(history.cluster)), History(history.cluster))
    deliver_all(history)
    assert history.cluster.node("node3").snapshot is not None
    assert same(ran(history), history)
    assert "Compact(" in as_python(history)
    assert "Snapshot(" in as_python(History(history.cluster))
    answered = replace(fresh(2).cluster, network=(SnapshotReply("node2", "node1", 1, 3),))
    assert same(ran(History(answered)), History(answered))


def test_nodes_of_other_names() -> None:
    history = History(Cluster.of("ann", "bob"))
    history.do(Timeout("bob"))
    assert 'run = History(Cluster.of("ann", "bob"))' in as_python(history)
    assert same(ran(history), history)


HOSTILE = [
    "SET x \"'\\n'\"",
    "SET x '''",
    'SET x """); raise SystemExit #',
    "SET x </script><b>&amp;",
    "SET ключ \U0001f6f6",
    "SET x {0} %s \\",
    f"SET x {'y' * 200}",
]


@pytest.mark.parametrize("command", HOSTILE)
def test_whatever_a_client_wrote(command: str) -> None:
    history = leader_elected(1)
    history.do(ClientCommand("node1", command))
    assert same(ran(history), history)
    onward = History(history.cluster)
    assert same(ran(onward), onward)


@given(st.text())
def test_any_text_is_a_literal(text: str) -> None:
    assert eval(quoted(text)) == text
    assert len(quoted(text).splitlines()) == 1


def test_a_cluster_that_only_a_hand_or_a_wrong_rule_can_make() -> None:
    node = Node("n'1", fresh(1).cluster.nodes[0].configuration, commit_index=-1)
    odd = replace(
        node,
        votes_received=("a", "a"),
        log=Log((Entry(1, None),), 2, 1),
        next_index=FrozenMap((("b", 1), ("a", 2))),
    )
    messages = (
        AppendEntries("a", "b", 1, 0, 0, (Entry(1, "SET x 1"), Entry(True, None)), 0),
        AppendReply("a", "b", 1, False, 3, conflict_index=2),
        RequestVote("a", "b", 1.5, 0, 0),  # type: ignore[arg-type]
    )
    history = History(Cluster((odd,), fresh(1).cluster.pasts, messages, (("a", "b"),)))
    assert same(ran(history), history)


def test_a_cluster_of_more_nodes_than_there_can_be() -> None:
    node, past = fresh(1).cluster.nodes[0], fresh(1).cluster.pasts[0]
    history = History(Cluster((node,) * 10, (past,) * 10))
    assert same(ran(history), history)


def test_an_empty_map() -> None:
    assert spelled((FrozenMap(),)).flat == "(FrozenMap(),)"


@pytest.mark.parametrize("value", [object(), {}, [1], float("inf"), frozenset({1}), b"x"])
def test_what_is_no_value_of_raft_s_has_no_text(value: object) -> None:
    with pytest.raises(ValueError, match="Raft has no value such as"):
        spelled((value,))


# Rules --------------------------------------------------------------------------------------------


def with_rules(**rules: Callable[..., object]) -> History:
    history = History(fresh(3).cluster, RAFT.but(**rules))
    history.play(Timeout("node1"), Timeout("node2"))
    deliver_all(history)
    return history


@pytest.mark.parametrize(
    ("rule", "called"),
    [(generous, "generous"), (may_vote, "may_vote")],
)
def test_a_rule_is_called_by_the_name_of_its_function(
    rule: Callable[..., object], called: str
) -> None:
    history = with_rules(may_vote=rule)
    assert history.now.violations
    assert f"RAFT.but(may_vote={called})" in as_python(history)
    assert "#" not in as_python(history)
    assert same(ran(history, **{called: rule}), history)


def run(node: Node, request: RequestVote) -> bool:
    return True


@pytest.mark.parametrize(
    "rule",
    [lambda node, request: True, partial(generous), run],
    ids=["lambda", "partial", "a name that is taken"],
)
def test_a_rule_without_a_name_is_called_by_the_rule_s(rule: Callable[..., object]) -> None:
    history = with_rules(may_vote=rule)
    source = as_python(history)
    assert "# Define may_vote first: this rule is not the paper's.\nrun = History(" in source
    assert "RAFT.but(may_vote=may_vote)" in source
    assert same(ran(history, may_vote=rule), history)


def test_two_functions_of_one_name_are_called_by_their_rules() -> None:
    def made(answer: bool) -> Callable[..., bool]:
        def rule(node: Node, message: object) -> bool:
            return answer

        return rule

    yes, no = made(True), made(False)
    history = with_rules(may_vote=yes, is_stale=no)
    assert "RAFT.but(is_stale=is_stale, may_vote=may_vote)" in as_python(history)
    assert same(ran(history, may_vote=yes, is_stale=no), history)
    both = with_rules(may_vote=yes, log_is_up_to_date=yes)
    assert "RAFT.but(log_is_up_to_date=rule, may_vote=rule)" in as_python(both)
    assert same(ran(both, rule=yes), both)


def test_a_run_shown_without_its_rules_asks_for_them() -> None:
    history = loads(dumps(with_rules(may_vote=generous)))
    assert history.read_only is not None
    assert "# Define may_vote first: this rule is not the paper's.\n" in as_python(history)
    again = ran(history, may_vote=generous)
    assert [m.cluster for m in again.line()] == [m.cluster for m in history.line()]


def test_a_name_in_a_file_is_never_code() -> None:
    hostile = "may_vote=print('in')); import os\nos.abort("
    history = loads(
        dumps(fresh(3)).replace('"rules_changed": []', f'"rules_changed": [{quoted(hostile)}]')
    )
    assert as_python(history) == (
        "from raftlab import fresh\n"
        "\n"
        "# Left out: \"may_vote=print('in')); impo…\", a rule that this raftlab does not have.\n"
        "run = fresh(3)\n"
    )


def test_an_event_at_which_a_rule_fails_is_said_to_raise() -> None:
    def speechless(node: Node, reply: VoteReply) -> Node:
        raise KeyError(reply.sender)

    rules = RAFT.but(record_vote=speechless)
    history = History(fresh(3).cluster, rules)
    perform(history, Timeout("node1"), Arrival("node1", "node2"))
    event = Deliver(history.cluster.network[-1])
    with pytest.raises(RuleError) as caught:
        step(history.cluster, event, rules)
    history.attach(history.now.number, stopped_short(history.cluster, event, caught.value))
    assert as_python(history).splitlines()[-3:] == [
        "    # A rule fails at this event, which raises RuleError.",
        '    Arrival("node2", "node1"),',
        ")",
    ]
    with pytest.raises(RuleError, match="record_vote"):
        ran(history, speechless=speechless)
    shown = loads(dumps(history))
    assert "RuleError" not in as_python(shown)
