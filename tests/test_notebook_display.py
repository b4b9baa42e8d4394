"""What a notebook shows without being asked: pictures of values, and errors in a sentence."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

import raftlab
from raftlab import RAFT, History, Timeout, explain, fresh
from raftlab.raft import Node, NotPossible, RuleError
from raftlab.views import notebook


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> InteractiveShell:
    running = InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: running)
    notebook.register()
    return running


@pytest.mark.parametrize("what", ["run", "run.now", "run.cluster", "run.now.step"])
def test_a_value_shows_itself_as_a_picture_with_words(shell: InteractiveShell, what: str) -> None:
    run = fresh()
    run.do(Timeout("node1"))
    data, _ = shell.display_formatter.format(eval(what, {"run": run}))
    assert "<img alt=" in data["text/html"]
    assert "node1" in data["text/plain"]


def test_without_a_shell_nothing_is_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("IPython.get_ipython", lambda: None)
    notebook.register()


def test_a_rule_that_raises_is_told_in_a_sentence_with_its_own_line(
    shell: InteractiveShell,
) -> None:
    def start_election(node: Node) -> Node:
        raise ValueError("oops")

    with pytest.raises(RuleError) as raised:
        History(fresh().cluster, RAFT.but(start_election=start_election)).do(Timeout("node1"))
    sentence, line = notebook.told(raised.value)
    assert sentence == "RuleError: start_election: it raised ValueError: oops"
    assert line.startswith("  in start_election, line ")
    assert line.endswith('raise ValueError("oops")')


def test_what_is_not_possible_is_told_in_two_lines_by_the_shell(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run_cell("from raftlab import *; fresh().do(Restart('node1'))")
    assert capsys.readouterr().out.splitlines() == [
        "NotPossible: node1 runs already.",
        "  in the cell, line 1: from raftlab import *; fresh().do(Restart('node1'))",
    ]


def test_what_is_no_event_and_what_is_no_run_is_said() -> None:
    with pytest.raises(NotPossible, match=r"'Timeout' is no event\."):
        fresh().do("Timeout")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"as in lab\(fresh\(\)\); it was given 3\."):
        raftlab.lab(3)  # type: ignore[arg-type]


def test_the_lab_plays_what_an_exploration_found() -> None:
    rules = RAFT.but(wins_election=lambda node: True)
    found = raftlab.explore(fresh(), rules, raftlab.Bounds(terms=1, in_flight=1))
    lab = raftlab.lab(found)
    assert lab.panel.history is found.history
    # It opens where all is still well: the next step breaks something.
    assert found.history.now.violations == ()
    lab.panel.step()
    assert found.history.now.violations
    nothing = raftlab.explore(fresh(), bounds=raftlab.Bounds(terms=1, in_flight=1))
    with pytest.raises(ValueError, match=r"no run to play: Nothing broke in 2,864 clusters\."):
        raftlab.lab(nothing)


def test_what_is_no_step_and_no_size_is_said() -> None:
    run = fresh()
    with pytest.raises(TypeError, match=r"the start of a run has none: None\."):
        explain(run.now.step)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"as in fresh\(3\); it was given 'x'\."):
        fresh("x")  # type: ignore[arg-type]


def test_rules_are_shown_as_one_writes_them() -> None:
    def mine(node: Node) -> bool:
        return True

    assert repr(RAFT) == "RAFT"
    assert repr(RAFT.but(may_apply=mine)) == "RAFT.but(may_apply=mine)"
