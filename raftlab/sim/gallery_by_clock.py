"""Famous runs by the clock: what happens is drawn from a seed, and the notes go where it does."""

from __future__ import annotations

from collections.abc import Callable

from raftlab.raft import ClientCommand, Crash, Delay, Drop, Duplicate, Restart, Role
from raftlab.sim.acts import AtLeader
from raftlab.sim.history import History, Moment
from raftlab.sim.scenarios import fresh
from raftlab.sim.schedule import Script
from raftlab.sim.timed import timed
from raftlab.sim.timing import Timing


def leader_crash() -> History:
    """A leader crashes; another takes over, by the clock. (§5.2)"""
    everyone = tuple(map(Restart, fresh(5).cluster.names))
    history = timed(
        fresh(5),
        seed=2,
        script={
            400: AtLeader(ClientCommand, "SET x 1"),
            600: AtLeader(Crash),
            1_000: everyone,  # those who run cannot restart
            1_200: AtLeader(ClientCommand, "SET x 2"),
        },
        until=1_500,
    )
    place = _mark_first(history, _leads_anew)
    place = _mark_first(history, _is(Crash, "The leader crashes, and nobody knows yet."), place)
    place = _mark_first(history, _leads_anew, place)
    place = _mark_first(history, _is(Restart, "Who led before is back, as a follower."), place)
    _mark_first(history, _agree_on(2), place)
    return history


def bad_network() -> History:
    """A network that loses, copies and holds back, by the clock. (§5.3, §5.5)"""
    commands: Script = {at: AtLeader(ClientCommand, f"SET x {at}") for at in (300, 450, 600)}
    network = Timing(loss=0.2, duplication=0.2, reordering=0.2)
    history = timed(fresh(3), network, seed=5, script=commands, until=1_200)
    _mark_first(history, _is(Drop, "The network loses this message, and tells nobody."))
    _mark_first(history, _is(Duplicate, "The network makes a copy: this one arrives twice."))
    _mark_first(history, _is(Delay, "The network holds this back: later messages come first."))
    _mark_first(history, _leads_anew)
    _mark_first(history, _agree_on(len(commands)))
    return history


def _mark_first(history: History, says: Callable[[Moment], str], after: int = -1) -> int:
    """Mark the first moment of the line, after that of a number, of which something is said."""
    marked = next(m for m in history.line() if m.number > after and says(m))
    here = history.now.number
    history.goto(marked.number)
    history.mark(says(marked))
    history.goto(here)
    return marked.number


def _is(kind: type, note: str) -> Callable[[Moment], str]:
    return lambda moment: note * isinstance(moment.step and moment.step.event, kind)


def _leads_anew(moment: Moment) -> str:
    for node in moment.cluster.nodes if moment.step else ():
        leads = node.up and node.role is Role.LEADER
        if leads and moment.step and moment.step.before.node(node.name).role is not Role.LEADER:
            return f"{node.name} leads term {node.current_term}."
    return ""


def _agree_on(entries: int) -> Callable[[Moment], str]:
    note = "Every node has the same log, and has committed all of it."

    def says(moment: Moment) -> str:
        nodes = moment.cluster.nodes
        agree = {(node.commit_index, node.log.last_index) for node in nodes} == {(entries, entries)}
        return note * agree

    return says
