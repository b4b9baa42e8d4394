"""A history as a pytest test: it passes as it stands, and fails once the run is another."""

import ast
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest

from raftlab.raft import (
    FIGURE_3,
    LEMMAS,
    RAFT,
    SAFETY,
    ClientCommand,
    Crash,
    Deliver,
    Entry,
    Heartbeat,
    Log,
    Node,
    Property,
    Replicate,
    RequestVote,
    Restart,
    RuleError,
    Scope,
    Timeout,
    VoteReply,
    step,
    stopped_short,
)
from raftlab.sim import SCENARIOS, History, figure_8, fresh, leader_elected, random_events
from raftlab.sim.acts import Arrival
from raftlab.sim.as_test import _homes, as_pytest, breaks, ends, in_flight, properties_named
from raftlab.sim.saved import dumps, loads
from raftlab.sim.script import deliver_all, perform
from raftlab.sim.source import WIDTH

ROOT = Path(__file__).parents[2]


def generous(node: Node, request: RequestVote) -> bool:
    """A wrong rule: votes as often as it is asked."""
    return True


def hasty(node: Node) -> int:
    """A wrong rule: takes for committed whatever is in the log."""
    return node.log.last_index


def speechless(node: Node, reply: VoteReply) -> Node:
    """A wrong rule: raises."""
    raise KeyError(reply.sender)


def run_test(source: str, **defined: object) -> None:
    """Run the one test that a text defines, where only `defined` is defined besides."""
    names = dict(defined)
    exec(source, names)
    (test,) = (names[name] for name in names if name.startswith("test_"))
    assert callable(test)
    test()


def two_leaders(**how: object) -> History:
    history = History(fresh(3).cluster, RAFT.but(may_vote=generous), "Two leaders", **how)  # type: ignore[arg-type]
    history.play(Timeout("node1"), Timeout("node2"))
    deliver_all(history)
    return history


def too_early() -> History:
    """Two properties break, one after the other."""
    history = History(leader_elected().cluster, RAFT.but(leader_commit_index=hasty))
    history.play(ClientCommand("node1", "SET x 1"), Crash("node1"), Timeout("node2"))
    perform(history, Arrival("node2", "node3"), Arrival("node3", "node2"))
    history.do(ClientCommand("node2", "SET x 2"))
    return history


def failing_rule() -> History:
    rules = RAFT.but(record_vote=speechless)
    history = History(fresh(3).cluster, rules)
    perform(history, Timeout("node1"), Arrival("node1", "node2"))
    event = Deliver(history.cluster.network[-1])
    with pytest.raises(RuleError) as caught:
        step(history.cluster, event, rules)
    history.attach(history.now.number, stopped_short(history.cluster, event, caught.value))
    return history


WRONG = {"generous": generous, "hasty": hasty, "speechless": speechless}
BROKEN: dict[str, Callable[[], History]] = {
    "two leaders": two_leaders,
    "two leaders, all properties": partial(two_leaders, properties=(*SAFETY, *LEMMAS)),
    "too early": too_early,
    "a rule fails": failing_rule,
}
NOBODY_LEADS = Property(
    "Nobody Leads",
    "",
    Scope.SERVER,
    lambda server: "Somebody does." if server.past.terms_led else None,
)


# How it reads -------------------------------------------------------------------------------------


def test_a_short_run() -> None:
    history = fresh(3)
    perform(history, Timeout("node1"), Arrival("node1", "node2"), Crash("node3"))
    assert as_pytest(history) == (
        "from raftlab import Arrival, Crash, Timeout, fresh, perform\n"
        "from raftlab.sim.as_test import breaks, ends, in_flight\n"
        "\n"
        "\n"
        "def test_3_nodes_just_switched_on() -> None:\n"
        '    """3 nodes, just switched on"""\n'
        "    run = fresh(3)\n"
        "    perform(\n"
        "        run,\n"
        '        Timeout("node1"),\n'
        '        Arrival("node1", "node2"),\n'
        '        Crash("node3"),\n'
        "    )\n"
        "\n"
        "    # Nothing breaks of Election Safety, Leader Append-Only, Log Matching, Leader "
        "Completeness and\n"
        "    # State Machine Safety.\n"
        "    assert breaks(run) == ()\n"
        "\n"
        "    assert len(run) == 4  # the start, and what each event gave\n"
        "    # Each node: name, role, current_term, commit_index, the terms in its log.\n"
        "    assert ends(run.cluster) == (\n"
        '        ("node1", "candidate", 1, 0, ()),\n'
        '        ("node2", "follower", 1, 0, ()),\n'
        '        ("node3", "down", 0, 0, ()),\n'
        "    )\n"
        "    assert in_flight(run.cluster) == (\n"
        '        ("RequestVote", "node1", "node3"),\n'
        '        ("VoteReply", "node2", "node1"),\n'
        "    )\n"
    )


def test_a_broken_run_says_what_must_be_defined_and_what_breaks() -> None:
    source = as_pytest(two_leaders())
    assert "# Define generous first: it is this run's may_vote, which is not the paper's." in source
    assert "def test_two_leaders() -> None:" in source
    assert (
        'assert breaks(run) == ((9, "Election Safety", "node1 and node2 both led term 1."),)'
    ) in source


def test_a_rule_of_its_own_name_or_none_is_called_by_the_rule_s() -> None:
    history = History(fresh(3).cluster, RAFT.but(may_vote=lambda node, request: True))
    history.do(Timeout("node1"))
    source = as_pytest(history)
    assert "# Define may_vote first: this rule is not the paper's." in source
    run_test(source, may_vote=generous)


@pytest.mark.parametrize("name", ["breaks", "test_mine", "failed", "pytest", "RuleError"])
def test_a_name_that_the_test_needs_itself_is_not_the_rule_s(name: str) -> None:
    def rule(node: Node, request: RequestVote) -> bool:
        return True

    rule.__name__ = name
    history = History(fresh(3).cluster, RAFT.but(may_vote=rule), "Mine")
    history.do(Timeout("node1"))
    assert "RAFT.but(may_vote=may_vote)" in as_pytest(history)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("", "test_the_run"),
        ("Figure 8 (c)", "test_figure_8_c"),
        ("Ключ", "test_the_run"),
        ('"""); import os; os.abort() #', "test_import_os_os_abort"),
        ("a\nb\\", "test_a_b"),
        ("'''\"", "test_the_run"),
        ("long " * 99, "test_" + "long_" * 11 + "long"),
    ],
)
def test_any_title_is_a_name_and_a_docstring(title: str, name: str) -> None:
    history = fresh(1)
    history.title = title
    source = as_pytest(history)
    (function,) = (node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))
    assert function.name == name
    said = ast.get_docstring(function, clean=False) or ""
    assert title == said or (title.startswith(said[:-1]) and len(title) > WIDTH)
    assert all(len(line) <= WIDTH for line in source.splitlines())
    run_test(source)


def test_names_that_are_imported_are_public_and_sorted() -> None:
    for home, names in _homes().items():
        module = import_module(home)
        assert all(hasattr(module, name) for name in names)
        assert names == sorted(names, key=lambda n: (not n.isupper(), n.islower(), n))


def test_it_is_laid_out_as_the_formatter_would(tmp_path: Path) -> None:
    for number, made in enumerate((figure_8("c"), too_early(), failing_rule(), two_leaders())):
        (tmp_path / f"test_{number}.py").write_text(as_pytest(made), "utf-8")
    ruff = [sys.executable, "-m", "ruff"]
    config = ["--config", str(ROOT / "pyproject.toml"), str(tmp_path)]
    subprocess.run([*ruff, "format", "--check", "--no-cache", *config], check=True)
    # Not F821: what the learner is to define is not there yet.
    subprocess.run([*ruff, "check", "--no-cache", "--select=I,F401,F811", *config], check=True)


# What it asserts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_passes(name: str) -> None:
    run_test(as_pytest(SCENARIOS[name]()))


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_run_passes_with_its_rule(name: str) -> None:
    run_test(as_pytest(BROKEN[name]()), **WRONG)


@pytest.mark.parametrize("seed", range(3))
def test_a_random_run_passes_from_wherever_it_begins(seed: int) -> None:
    history = fresh(4)
    history.play(*random_events(history.cluster, seed, 40))
    run_test(as_pytest(history))
    onward = History(history.cluster, properties=SAFETY)
    onward.play(*random_events(onward.cluster, seed, 20))
    run_test(as_pytest(onward))


def without(source: str, left_out: int) -> str:
    """The text without one of the events that it performs."""
    tree = ast.parse(source)
    (call,) = (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "perform"
    )
    del call.args[1 + left_out]
    return ast.unparse(tree)


def fails(source: str, **defined: object) -> bool:
    try:
        run_test(source, **defined)
    except (Exception, pytest.fail.Exception):
        return True
    return False


def test_with_any_event_left_out_it_fails() -> None:
    # The refused command and the second heartbeat change nothing that is still so at the end.
    history = leader_elected(3)
    history.play(ClientCommand("node2", "SET x 1"), ClientCommand("node1", "SET x 1"))
    history.play(Replicate("node1"))
    deliver_all(history)
    history.play(Crash("node3"), Restart("node3"))
    for made in (history, two_leaders()):
        source, events = as_pytest(made), len(made) - 1
        assert not fails(source, **WRONG)
        assert [n for n in range(events) if not fails(without(source, n), **WRONG)] == []


def test_under_other_rules_it_fails() -> None:
    wrong = as_pytest(two_leaders())
    assert not fails(wrong, generous=generous)
    assert fails(wrong, generous=RAFT.may_vote)
    assert fails(as_pytest(failing_rule()), speechless=RAFT.record_vote)


@pytest.mark.parametrize(
    ("told", "untrue"),
    [
        ('"candidate", 1, 0, ()', '"leader", 1, 0, ()'),
        ('"candidate", 1, 0, ()', '"candidate", 2, 0, ()'),
        ('"candidate", 1, 0, ()', '"candidate", 1, 1, ()'),
        ('"candidate", 1, 0, ()', '"candidate", 1, 0, (1,)'),
        ("breaks(run) == ()", 'breaks(run) == ((1, "Log Matching", "It broke."),)'),
        ("len(run) == 2", "len(run) == 3"),
        ('("RequestVote", "node1", "node2"),', ""),
    ],
)
def test_each_fact_is_asserted(told: str, untrue: str) -> None:
    history = fresh(3)
    history.do(Timeout("node1"))
    source = as_pytest(history)
    assert told in source
    assert fails(source.replace(told, untrue))


def test_what_stays_broken_is_told_once() -> None:
    assert breaks(too_early()) == (
        (
            5,
            "Leader Completeness",
            "node2 leads term 2 without entry 1 of term 1, which node1 took for committed in term "
            "1.",
        ),
        (
            6,
            "State Machine Safety",
            "node1 applied 'SET x 1' of term 1 at index 1, and node2 applied 'SET x 2' of term 2 "
            "there.",
        ),
    )


def test_what_holds_again_and_breaks_again_is_told_twice() -> None:
    def alone(node: Node, command: str) -> Node:
        return replace(node, log=Log((Entry(1, command),)))

    history = History(leader_elected().cluster, RAFT.but(append_command=alone))
    commands = [ClientCommand("node1", f"SET x {number}") for number in (1, 2)]
    history.play(*commands, Heartbeat("node1"), commands[0])
    sentence = "node1, leading term 1, lost entry 1 of its own log."
    assert breaks(history) == tuple((n, "Leader Append-Only", sentence) for n in (2, 4))
    run_test(as_pytest(history), alone=alone)


# Properties ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("properties", "given"),
    [
        (FIGURE_3, None),
        (SAFETY, "properties=SAFETY"),
        (LEMMAS, "properties=LEMMAS"),
        ((*SAFETY, *LEMMAS), "properties=(*SAFETY, *LEMMAS)"),
        (FIGURE_3[:1], 'properties=properties_named("Election Safety")'),
        ((), "properties=properties_named()"),
    ],
)
def test_the_properties_of_the_run_are_those_of_the_test(
    properties: tuple[Property, ...], given: str | None
) -> None:
    history = two_leaders(properties=properties)
    source = as_pytest(history)
    assert (given or "RAFT.but(may_vote=generous))") in source
    assert ("breaks(run)" in source) == bool(properties)
    run_test(source, generous=generous)


def test_a_property_of_a_learner_s_own_is_left_out_and_said_to_be() -> None:
    history = two_leaders(properties=(*FIGURE_3, NOBODY_LEADS))
    source = as_pytest(history)
    assert '# Left out: "Nobody Leads", a property that raftlab lacks.' in source
    assert "Somebody does" not in source
    run_test(source, generous=generous)


def test_a_run_shown_without_its_rules_asserts_what_it_knows() -> None:
    history = loads(dumps(two_leaders()))
    source = as_pytest(history)
    assert "# Define may_vote first: this rule is not the paper's." in source
    assert "# Left out: Leader Append-Only, of which this run says nothing" in source
    run_test(source, may_vote=generous)
    assert fails(source, may_vote=RAFT.may_vote)


def test_a_property_of_no_such_name() -> None:
    assert properties_named("Election Safety", "Log Matching") == (FIGURE_3[0], FIGURE_3[2])
    with pytest.raises(ValueError, match="Raft has no property named 'Log Macthing'"):
        properties_named("Log Macthing")


def test_ends_and_in_flight() -> None:
    history = leader_elected(2)
    history.play(ClientCommand("node1", "SET x 1"), Replicate("node1"), Crash("node2"))
    assert ends(history.cluster) == (("node1", "leader", 1, 0, (1,)), ("node2", "down", 1, 0, ()))
    assert in_flight(history.cluster) == (("AppendEntries", "node1", "node2"),)


# As files -----------------------------------------------------------------------------------------


def test_pytest_runs_it_as_it_stands(tmp_path: Path) -> None:
    rules = "".join(f"from {__name__} import {name}\n" for name in WRONG)
    right, wrong = as_pytest(figure_8("c")), as_pytest(two_leaders())
    (tmp_path / "test_right.py").write_text(right, "utf-8")
    (tmp_path / "test_broken.py").write_text(rules + wrong, "utf-8")
    (tmp_path / "test_raises.py").write_text(rules + as_pytest(failing_rule()), "utf-8")
    (tmp_path / "test_left_out.py").write_text(without(right, 40), "utf-8")
    plugins = [f"-pno:{plugin}" for plugin in ("cacheprovider", "xdist", "cov", "nbval")]
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--tb=no", *plugins, str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
    )
    assert "3 passed" in told.stdout, told.stdout + told.stderr
    assert "FAILED test_left_out.py::test_figure_8_c" in told.stdout
    assert told.returncode == 1
