"""Golden transcripts: whole runs as text, regenerated only by someone who can explain the diff.

`pytest tests/sim/test_golden.py --regenerate-goldens` writes them anew.
"""

import textwrap
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

import pytest

from raftlab.raft import (
    ClientCommand,
    Cluster,
    Crash,
    Deliver,
    Drop,
    Duplicate,
    Heal,
    Heartbeat,
    Log,
    Message,
    Node,
    Partition,
    Replicate,
    Restart,
    Step,
    Timeout,
)
from raftlab.sim import History, figure_8, fresh, leader_elected, random_events
from raftlab.sim.acts import Arrival, resolve
from raftlab.sim.figures import FIGURE_8
from raftlab.sim.history import Moment
from raftlab.sim.notation import notation
from raftlab.sim.scenarios import walkthrough
from raftlab.sim.script import deliver_all, deliver_among, perform
from raftlab.sim.words import say_event, say_message

GOLDENS = Path(__file__).parents[1] / "goldens"


def in_flight(history: History, sender: str, receiver: str) -> Message:
    arrival = resolve(Arrival(sender, receiver), history.cluster)
    assert isinstance(arrival, Deliver)
    return arrival.message


# The runs -----------------------------------------------------------------------------------------


def split_vote() -> History:
    history = fresh(4)
    perform(
        history,
        Timeout("node1"),
        Timeout("node2"),
        Arrival("node1", "node3"),
        Arrival("node2", "node4"),
    )
    deliver_all(history)
    perform(history, Timeout("node1"))
    deliver_all(history)
    return history


def stale_leader_deposed() -> History:
    history = leader_elected(3)
    perform(history, Partition((("node1",),)))
    perform(history, ClientCommand("node1", "SET x lost"), Replicate("node1"), Timeout("node2"))
    deliver_all(history)
    perform(history, ClientCommand("node2", "SET x kept"), Replicate("node2"))
    deliver_all(history)
    perform(history, Heal(), Heartbeat("node1", "node3"))
    deliver_all(history)
    perform(history, Heartbeat("node2"), Replicate("node2", "node1"))
    deliver_all(history)
    return history


def lost_and_duplicated_replies() -> History:
    history = leader_elected(3)
    perform(history, ClientCommand("node1", "SET x 1"), Replicate("node1"))
    history.do(Duplicate(in_flight(history, "node1", "node2")))
    perform(history, Arrival("node1", "node2"), Arrival("node1", "node3"))
    history.do(Drop(in_flight(history, "node3", "node1")))
    history.do(Duplicate(in_flight(history, "node2", "node1")))
    deliver_all(history)
    perform(history, Replicate("node1", "node3"))
    deliver_all(history)
    return history


def crash_in_the_middle_of_a_turn() -> History:
    """A vote that was cast but never sent binds the voter all the same."""
    history = fresh(3)
    perform(history, Timeout("node1"), Timeout("node3"))
    history.do(Crash("node2", Deliver(in_flight(history, "node1", "node2"))))
    perform(history, Restart("node2"), Arrival("node3", "node2"))
    deliver_all(history)
    perform(history, Timeout("node1"))
    deliver_all(history)
    history.do(Crash("node1", ClientCommand("node1", "SET x 1")))
    perform(history, Restart("node1"))
    return history


def one_node_alone() -> History:
    history = fresh(1)
    perform(history, ClientCommand("node1", "SET x 0"), Timeout("node1"))
    perform(history, ClientCommand("node1", "SET x 1"), Crash("node1"), Restart("node1"))
    perform(history, Timeout("node1"), ClientCommand("node1", "SET x 2"))
    return history


def partition_heals() -> History:
    history = leader_elected(5)
    perform(history, Partition((("node1", "node2"), ("node3", "node4", "node5"))))
    perform(history, ClientCommand("node1", "SET x few"), Replicate("node1", "node2"))
    perform(history, Timeout("node3"))
    deliver_all(history)
    perform(history, ClientCommand("node3", "SET x many"), Replicate("node3"))
    deliver_all(history)
    perform(history, Heal(), Heartbeat("node3"))
    deliver_all(history)
    return history


def log_repair() -> History:
    history = leader_elected(3)
    perform(history, Partition((("node3",),)))
    for value in ("1", "2", "3"):
        perform(history, ClientCommand("node1", f"SET x {value}"), Replicate("node1", "node2"))
        deliver_among(history, "node1", "node2")
    perform(history, Crash("node1"), Heal(), Timeout("node2"))
    deliver_all(history)
    return history


def five_nodes_at_random() -> History:
    history = fresh(5)
    history.play(*random_events(history.cluster, seed=161, count=60))
    return history


def figure_8_part(letter: str) -> tuple[History, int]:
    """Figure 8 at that letter, and the moment of the letter before, where its own part begins."""
    history = figure_8(letter)
    before = {"a": None, "b": "a", "c": "b", "d": "c", "e": "c"}[letter]
    marked = [m.number for m in history.moments if before and m.note == FIGURE_8[before]]
    return history, max(marked, default=0)


RUNS: dict[str, Callable[[], History]] = {
    "walkthrough": walkthrough,
    "split_vote": split_vote,
    "stale_leader_deposed": stale_leader_deposed,
    "lost_and_duplicated_replies": lost_and_duplicated_replies,
    "crash_in_the_middle_of_a_turn": crash_in_the_middle_of_a_turn,
    "one_node_alone": one_node_alone,
    "partition_heals": partition_heals,
    "log_repair": log_repair,
    "five_nodes_at_random": five_nodes_at_random,
}


# The text -----------------------------------------------------------------------------------------


def transcript(history: History, first: int = 0) -> str:
    """The run from moment `first` on: each event, the rules that fired, the lines that changed."""
    line = [moment for moment in history.line() if first <= moment.number]
    lines = [
        f"{history.title}, from moment {first}",
        "A rule in parentheses left its node as it was.",
        "",
        *described(line[0].cluster),
    ]
    for moment in line[1:]:
        lines += ["", *paragraph(moment)]
    return "\n".join(lines) + "\n"


def paragraph(moment: Moment) -> Iterator[str]:
    assert moment.step is not None
    yield f"{moment.number}. {say_event(moment.step.event)}"
    runs = ((rule, len(list(run))) for rule, run in groupby(fired_rules(moment.step)))
    fired = ", ".join(rule if count == 1 else f"{rule} x{count}" for rule, count in runs)
    yield from textwrap.wrap(fired, 96, initial_indent="  ", subsequent_indent="  ")
    yield from (f"  sends: {say_message(message)}" for message in moment.step.sent)
    yield from (f"  loses: {say_message(message)}" for message in moment.step.lost)
    yield from (f"  BROKEN: {violation.sentence}" for violation in moment.violations)
    before = described(moment.step.before)
    yield from (line for line in described(moment.cluster) if line not in before)
    if moment.note:
        yield f"  -- {moment.note}"


def fired_rules(step: Step) -> Iterator[str]:
    """Each rule with what it gave, where that is no message."""
    nodes = {node.name: node for node in step.before.nodes}
    for firing in step.firings:
        unchanged = nodes[firing.node.name] == firing.node
        nodes[firing.node.name] = firing.node
        match firing.gave:
            case bool():
                yield f"{firing.rule} {'yes' if firing.gave else 'no'}"
            case Node() | Log():
                yield f"({firing.rule})" if unchanged else firing.rule
            case int() | str() | None:
                yield f"{firing.rule} {firing.gave}"
            case _:
                yield firing.rule


def described(cluster: Cluster) -> list[str]:
    return [
        f"    {line}" + f", Committed: {node.commit_index}" * (node.commit_index > 0)
        for node, line in zip(cluster.nodes, notation(cluster), strict=True)
    ]


def compare(name: str, text: str, *, regenerate: bool) -> None:
    golden = GOLDENS / f"{name}.txt"
    if regenerate:
        golden.write_text(text, "utf-8")
    assert text == golden.read_text("utf-8")


@pytest.mark.parametrize("name", RUNS)
def test_a_run_reads_as_it_did(name: str, regenerate_goldens: bool) -> None:
    compare(name, transcript(RUNS[name]()), regenerate=regenerate_goldens)


@pytest.mark.parametrize("letter", FIGURE_8)
def test_figure_8_reads_as_it_did(letter: str, regenerate_goldens: bool) -> None:
    history, first = figure_8_part(letter)
    compare(f"figure_8_{letter}", transcript(history, first), regenerate=regenerate_goldens)


def test_every_golden_is_of_a_run() -> None:
    names = {*RUNS, *(f"figure_8_{letter}" for letter in FIGURE_8)}
    assert {path.stem for path in GOLDENS.glob("*.txt")} == names
