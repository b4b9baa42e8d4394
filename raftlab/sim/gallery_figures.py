"""Figures 7 and 8 as famous runs: with what follows from them, and with a rule that fails there."""

from __future__ import annotations

from raftlab.raft import (
    RAFT,
    AppendReply,
    ClientCommand,
    Deliver,
    Heartbeat,
    Node,
    Replicate,
)
from raftlab.sim.figure7 import IN_FIGURE_7
from raftlab.sim.figure7 import figure_7 as at_figure_7
from raftlab.sim.figures import FIGURE_8
from raftlab.sim.figures import figure_8 as at_figure_8
from raftlab.sim.gallery_stories import Doing, all_commit, tell, until
from raftlab.sim.history import History, Moment
from raftlab.sim.python import as_act
from raftlab.sim.scenarios import fresh
from raftlab.sim.script import deliver_all, perform
from raftlab.sim.words import counted, listed


def figure_7() -> History:
    """Figure 7, and how each follower's log becomes the leader's. (§5.3)"""

    def repaired(letter: str, name: str) -> Doing:
        def repair(history: History) -> None:
            before = len(history)
            perform(history, Replicate("node1", name))
            until(lambda cluster: cluster.node(name).log == cluster.node("node1").log)(history)
            refusals = sum(map(_is_refusal, history.moments[before:]))
            after = f"After {counted(refusals, 'refusal')}" if refusals else "Without a refusal"
            history.mark(f"({letter}) {after} the log of {name} is the leader's.")
            deliver_all(history)

        return repair

    return tell(
        at_figure_7(),
        ClientCommand("node1", "SET x 11"),
        "node1 appends an entry of its own term, which every follower is to have.",
        *(repaired(letter, name) for letter, name in IN_FIGURE_7.items() if letter != "L"),
        *(Heartbeat("node1"), until(all_commit(11))),
        "Seven equal logs, and every node has committed all of it.",
        deliver_all,
    )


def _is_refusal(moment: Moment) -> bool:
    match moment.step.event if moment.step else None:
        case Deliver(AppendReply(success=False)):
            return True
        case _:
            return False


def figure_8() -> History:
    """Figure 8 from (a) to (d), with (e) as another branch from (c). (§5.4.2)"""
    history = at_figure_8("d")
    end = history.now.number
    history.goto(_place_of(FIGURE_8["c"], history))
    perform(history, Replicate("node1", "node2"), Replicate("node1", "node3"))
    deliver_all(history)
    history.mark(FIGURE_8["e"])
    history.goto(end)
    history.goto(_place_of(FIGURE_8["a"], history))
    return history


def figure_8_by_counting() -> History:
    """Under a wrong rule: the acts of Figure 8 up to (d), and what then comes of them. (§5.4.2)"""
    counted_by_node1 = "(c) node1 counts three copies of its old entry 2: so it commits that."
    counted_by_node5 = "(d) node5 did so with its own entry 2: State Machine Safety is broken, too."
    notes = {FIGURE_8["c"]: counted_by_node1, FIGURE_8["d"]: counted_by_node5}
    history = History(fresh(5).cluster, RAFT.but(leader_commit_index=commits_by_counting))
    for moment in at_figure_8("d").line():
        if moment.step:
            whole = not history.now.violations
            perform(history, as_act(moment.step))
            breaks = _breaks(history.now) if whole else ""
            history.mark(notes.get(moment.note, moment.note) or breaks)
    history.goto(_place_of(FIGURE_8["a"], history))
    return history


def _breaks(moment: Moment) -> str:
    broken = [violation.property.name for violation in moment.violations]
    return f"node5 leads, and lacks that entry: {listed(broken)} is broken." if broken else ""


def _place_of(note: str, history: History) -> int:
    return next(moment.number for moment in history.moments if moment.note == note)


def commits_by_counting(node: Node) -> int:
    """A wrong `leader_commit_index`: the last entry that a majority holds, of whatever term."""
    held = sorted((node.log.last_index, *node.match_index.values()), reverse=True)
    return max(node.commit_index, held[len(held) // 2])
