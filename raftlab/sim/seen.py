"""What clients saw in a run: each operation, its answer, and from when to when it took.

It is what a check for linearizability asks about.
"""

from __future__ import annotations

from typing import NamedTuple

from raftlab.raft import Ask
from raftlab.raft.events import actor
from raftlab.sim.history import History


class Seen(NamedTuple):
    """One operation of one client, with the places on the line of the run where it begins and ends.

    Where `ends` is None it never returned: it may have been done at any time since, or never.
    """

    client: str
    command: str
    answer: str | None
    begins: int
    ends: int | None


def seen_by_clients(history: History) -> tuple[Seen, ...]:
    """Every operation that a client begins on the current line of `history`, as they begin.

    Places are counted from 0, the start.
    """
    operations: list[Seen] = []
    under_way: dict[str, int] = {}  # by client, the place in the list
    for place, moment in enumerate(history.line()):
        if moment.step is None or not moment.cluster.has_client(name := actor(moment.step.event)):
            continue
        client, event = moment.cluster.client(str(name)), moment.step.event
        if isinstance(event, Ask):
            under_way[client.name] = len(operations)
            operations.append(Seen(client.name, event.command, None, place, None))
        elif client.request is None and client.name in under_way:
            number = under_way.pop(client.name)
            if client.answers[-1].returned:
                answer = client.answers[-1].answer
                operations[number] = operations[number]._replace(answer=answer, ends=place)
    return tuple(operations)
