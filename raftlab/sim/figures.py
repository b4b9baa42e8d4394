"""Figures 7 and 8 of the paper, each reached from a fresh cluster by events that can happen.

Figure 8 is here; Figure 7, a series of reigns, has a file of its own.
"""

from __future__ import annotations

from raftlab.raft import (
    ClientCommand,
    Cluster,
    Crash,
    Heal,
    Heartbeat,
    Partition,
    Replicate,
    Restart,
    Timeout,
)
from raftlab.sim.figure7 import figure_7
from raftlab.sim.history import History
from raftlab.sim.script import deliver_all, deliver_among, lose_the_rest, perform

__all__ = ["FIGURE_8", "figure_7", "figure_8"]


def figure_8(letter: str = "c", *, crashed: bool = False) -> History:
    """Figure 8 at (a), (b), (c), (d) or (e), with all that led there behind it.

    In (b) node1 is cut off, so that it still knows in (c) what it had committed; with `crashed` it
    crashes as in the paper, and forgets that. Raises ValueError for another letter. (§5.4.2)
    """
    if letter not in FIGURE_8:
        raise ValueError(f"Figure 8 has the parts a to e, no part {letter!r}.")
    title = f"Figure 8 ({letter})" + (", node1 crashed" if crashed else "")
    history = History(Cluster.of(*(f"node{number}" for number in range(1, 6))), title=title)
    _figure_8_a(history)
    if letter != "a":
        _figure_8_b(history, crashed=crashed)
    if letter in ("c", "d", "e"):
        _figure_8_c(history)
    if letter == "d":
        _figure_8_d(history)
    if letter == "e":
        _figure_8_e(history)
    return history


FIGURE_8 = {
    "a": "(a) node1 leads term 2; its entry 2 has reached only node2.",
    "b": "(b) node5 leads term 3 with the votes of node3 and node4, and has its own entry 2.",
    "c": "(c) node1 leads term 4; its old entry 2 is on three of five, and not committed.",
    "d": "(d) node5 leads term 5; its entry 2 has replaced the one that three of five held.",
    "e": "(e) An entry of term 4 is on three of five: it is committed, and entry 2 with it.",
}


def _figure_8_a(history: History) -> None:
    perform(history, Timeout("node2"))
    deliver_all(history)
    perform(history, ClientCommand("node2", "SET x 1"), Replicate("node2"))
    deliver_all(history)
    perform(history, Heartbeat("node2"))
    deliver_all(history)
    perform(history, Timeout("node1"))
    deliver_all(history)
    perform(history, ClientCommand("node1", "SET x 2"), Replicate("node1", "node2"))
    deliver_all(history)
    history.mark(FIGURE_8["a"])


def _figure_8_b(history: History, *, crashed: bool) -> None:
    perform(history, Crash("node1") if crashed else Partition((("node1",),)), Timeout("node5"))
    deliver_all(history)
    perform(history, ClientCommand("node5", "SET x 3"))
    history.mark(FIGURE_8["b"])


def _figure_8_c(history: History) -> None:
    perform(history, Crash("node5"))
    if history.cluster.node("node1").up:
        # A leader has no election timer: node1 must first hear that term 2 is over.
        perform(history, Heal(), Heartbeat("node1", "node2"))
    else:
        # In term 3, in which node1 wakes, the others have voted: it takes a second attempt.
        perform(history, Restart("node1"), Timeout("node1"))
    deliver_all(history)
    perform(history, Timeout("node1"))
    deliver_among(history, "node1", "node2", "node3")
    lose_the_rest(history)
    perform(history, ClientCommand("node1", "SET x 4"))
    history.mark(FIGURE_8["c"])


def _figure_8_d(history: History) -> None:
    # In term 4 node2 and node3 have voted: it takes node5 a second attempt, too.
    perform(history, Crash("node1"), Restart("node5"), Timeout("node5"))
    deliver_all(history)
    perform(history, Timeout("node5"))
    deliver_all(history)
    perform(history, Restart("node1"), Heartbeat("node5", "node1"))
    deliver_all(history)
    history.mark(FIGURE_8["d"])


def _figure_8_e(history: History) -> None:
    perform(history, Replicate("node1", "node2"), Replicate("node1", "node3"))
    deliver_all(history)
    history.mark(FIGURE_8["e"])
