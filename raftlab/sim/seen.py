"""What clients saw in a run: each operation, its answer, and from when to when it took.

It is what a check for linearizability asks about.
"""

from __future__ import annotations

from raftlab.raft import Ask, Client
from raftlab.raft.events import actor
from raftlab.sim.history import History, Moment
from raftlab.sim.linearizability import Operation


def seen_by_clients(history: History) -> tuple[Operation, ...]:
    """Every operation that a client begins on the current line of `history`, as they begin.

    Their times are places on the line, counted from 0, the start; `moment` is the number of the
    moment in which one begins. Raises ValueError, in a sentence, where a client was told what is
    no answer to its command: a rule of one's own can do that.
    """
    operations: list[Operation] = []
    under_way: dict[str, tuple[int, int, str]] = {}  # by client: place, moment, command
    for place, moment in enumerate(history.line()):
        client = _whose_turn(moment)
        if client is None or moment.step is None:
            continue
        if isinstance(event := moment.step.event, Ask):
            under_way[client.name] = place, moment.number, event.command
        elif client.request is None and client.name in under_way:
            begins, number, command = under_way.pop(client.name)
            last = client.answers[-1]
            answer, ends = (last.answer, place) if last.returned else (None, None)
            operations.append(Operation(client.name, command, answer, begins, ends, number))
    for name, (begins, number, command) in under_way.items():
        operations.append(Operation(name, command, None, begins, None, number))
    return tuple(sorted(operations, key=lambda one: one.begins))


def _whose_turn(moment: Moment) -> Client | None:
    """The client whose turn led to a moment, as it is then; None if it was a node's or nobody's."""
    name = actor(moment.step.event) if moment.step is not None else None
    return moment.cluster.client(name) if name and moment.cluster.has_client(name) else None
