"""`search`: explore within wider and wider bounds, until something breaks or the time is up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from heapq import heappop, heappush
from time import perf_counter

from raftlab.modelcheck.bar import Bar
from raftlab.modelcheck.bounds import MOST_IN_FLIGHT, Bounds
from raftlab.modelcheck.exhaustive import explore
from raftlab.modelcheck.goals import LIVELY, Goal
from raftlab.modelcheck.interrupts import Interrupts
from raftlab.modelcheck.result import Exploration, Verdict
from raftlab.raft import RAFT, SAFETY, Cluster, Property, Rules
from raftlab.sim.history import History

# Terms, entries, messages in flight, crashes, duplicates; and by how much one more of each
# multiplies the clusters, more or less, for three nodes.
NARROWEST = (1, 1, 1, 0, 0)
GROWTH = (8, 8, 30, 4, 6)
STILL_UNAVAILABLE = 6  # steps, one after the other, before that is believed
MOST_CLUSTERS = 50_000_000  # in some 4 GB


def wider_and_wider() -> Iterator[Bounds]:
    """Bounds without end, in the order of about how many clusters there are within them."""
    waiting: list[tuple[int, tuple[int, ...]]] = [(1, NARROWEST)]
    known = set(waiting)
    while True:
        size, numbers = heappop(waiting)
        terms, entries, in_flight, crashes, duplicates = numbers
        if in_flight > 1 or not duplicates:  # a second one needs room
            yield Bounds(
                terms=terms,
                entries=entries,
                in_flight=min(in_flight, MOST_IN_FLIGHT),
                crashes=crashes,
                duplicates=duplicates,
                states=MOST_CLUSTERS,
            )
        for place, growth in enumerate(GROWTH):
            wider = (*numbers[:place], numbers[place] + 1, *numbers[place + 1 :])
            step = size * growth, wider
            if step not in known:
                known.add(step)
                heappush(waiting, step)


def search(
    start: Cluster | History,
    rules: Rules = RAFT,
    properties: Sequence[Property] = SAFETY,
    *,
    steps: Iterable[Bounds] | None = None,
    seconds: float = 60,
    goals: Sequence[Goal] = LIVELY,
    symmetry: bool | None = None,
    progress: bool = True,
) -> Exploration:
    """Explore from `start` within one of `steps` after the other, by default `wider_and_wider()`.

    The first that breaks a property, or in which a rule fails, ends the search; so do the last of
    the steps, the time (in seconds), and an interrupt. A bar shows how far it is, in a notebook or
    a terminal, unless `progress` is false. The result is that of the last step, with those of the
    steps before as `earlier`. Raises what `explore` raises.
    """
    ends = perf_counter() + seconds
    tried: list[Exploration] = []
    with Interrupts() as interrupts, Bar(seconds, shown=progress) as bar:

        def advance(states: int, depth: int) -> None:
            bar.advance(states, depth)
            interrupts.heed()

        for bounds in wider_and_wider() if steps is None else steps:
            left = max(0.0, ends - perf_counter())
            bounds = replace(bounds, seconds=min(bounds.seconds, left))
            bar.say(bounds)
            tried.append(
                explore(
                    start,
                    rules,
                    bounds,
                    properties,
                    goals=goals,
                    symmetry=symmetry,
                    progress=advance,
                )
            )
            if _is_the_end(tried):
                break
    if not tried:
        raise ValueError("search takes at least one step.")
    return _told(tried)


def _is_the_end(tried: list[Exploration]) -> bool:
    last = tried[-1]
    if last.verdict in (Verdict.BROKEN, Verdict.UNSOUND) or last.stopped:
        return True
    recent = [one.verdict for one in tried[-STILL_UNAVAILABLE:]]
    return recent == [Verdict.UNAVAILABLE] * STILL_UNAVAILABLE


def _told(tried: list[Exploration]) -> Exploration:
    """The last of them, unless it was stopped where the one before had come to say something."""
    *earlier, last = tried
    if last.stopped and earlier and earlier[-1].verdict is Verdict.UNAVAILABLE:
        *earlier, last = earlier
    return replace(last, earlier=tuple(earlier))
