"""`random_search`: many random runs, for what trying every schedule cannot reach.

Seven nodes, long logs, partitions. A run that fails is shortened to the events that matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace
from time import perf_counter

from raftlab.modelcheck.at_random.found import Found
from raftlab.modelcheck.at_random.refusals import refuse_kinds, refuse_mixes, refuse_numbers
from raftlab.modelcheck.at_random.result import RandomSearch
from raftlab.modelcheck.at_random.runs import Runs
from raftlab.modelcheck.at_random.trial import ROUGH, Trial
from raftlab.modelcheck.departure import departure
from raftlab.modelcheck.result import Verdict
from raftlab.raft import RAFT, SAFETY, Cluster, Property, Rules, broken_in
from raftlab.sim.chance import Mix
from raftlab.sim.history import History
from raftlab.sim.scenarios import fresh

MIXES = (Mix(), ROUGH)
INTERRUPTED = "you interrupted it"


def random_search(
    start: Cluster | History | None = None,
    rules: Rules = RAFT,
    properties: Sequence[Property] = SAFETY,
    *,
    runs: int = 1000,
    events: int = 200,
    seed: int = 0,
    mix: Mix | Sequence[Mix] = MIXES,
    executor: Executor | None = None,
    seconds: float = 60,
) -> RandomSearch:
    """Make random runs from `start` until one breaks a property, and shorten that one.

    Args:
        start: a cluster of 1 to 9 nodes, or a run, of which the cluster now is the start; by
            default three nodes that have just been switched on.
        rules: the rules to try.
        properties: what must not break.
        runs: how many runs.
        events: how many events in each, 1 to 10,000.
        seed: which runs: the same seed gives the same runs, with any executor or none.
        mix: how often which kind of event is chosen; of several mixes the runs take turns. For a
            cluster with clients there is `WITH_CLIENTS`.
        executor: who makes the runs: a ProcessPoolExecutor, a Dask client's get_executor(), or
            any other executor of concurrent.futures. By default this process does.
        seconds: for how long new runs are begun.

    Stops with what it has when interrupted, or when the executor fails. Raises CannotTravel for a
    rule that cannot be sent to an executor, TypeError or ValueError for other arguments that are
    not as above, and whatever a property raises.
    """
    history = fresh() if start is None else start
    history = History(history) if isinstance(history, Cluster) else history
    mixes = (mix,) if isinstance(mix, Mix) else mix
    refuse_kinds(history, rules, properties, executor)
    refuse_mixes(mixes)
    refuse_numbers(runs, events, seed, seconds)
    trial = Trial(history.cluster, rules, tuple(properties), events, seed, tuple(mixes))
    nothing = RandomSearch(
        Verdict.UNDECIDED, trial.start, _title(history), rules, runs, events, seed
    )
    began = perf_counter()
    search = _broken_from_the_start(trial, nothing) or _searched(
        trial, nothing, Runs(trial, runs, seconds), executor
    )
    return replace(search, seconds=perf_counter() - began)


def _broken_from_the_start(trial: Trial, nothing: RandomSearch) -> RandomSearch | None:
    broken = broken_in(trial.start, trial.properties)
    if not broken:
        return None
    history = History(trial.start, trial.rules, properties=trial.properties)
    return replace(nothing, verdict=Verdict.BROKEN, violation=broken[0], history=history)


def _searched(
    trial: Trial, nothing: RandomSearch, runs: Runs, executor: Executor | None
) -> RandomSearch:
    """Make the runs, and say what came of them. An interrupt ends the search, not the saying."""
    try:
        runs.make(executor)
    except KeyboardInterrupt:
        runs.stopped = INTERRUPTED
    if runs.failing is not None:
        return _shortened(nothing, runs, Found(trial, runs.failing))
    return replace(
        nothing,
        verdict=Verdict.UNDECIDED if runs.stopped else Verdict.NOTHING_BROKE,
        runs_done=runs.done,
        events_done=runs.done * trial.events,
        stopped=runs.stopped,
    )


def _shortened(nothing: RandomSearch, runs: Runs, found: Found) -> RandomSearch:
    try:
        found.shorten()
    except KeyboardInterrupt:
        runs.stopped = INTERRUPTED
    history, violation, fault = found.played()
    return replace(
        nothing,
        verdict=Verdict.BROKEN if violation else Verdict.UNSOUND,
        runs_done=runs.done,
        events_done=(runs.done - 1) * found.trial.events + found.after,
        number=found.number,
        found_after=found.after,
        schedule=found.schedule if history else (),
        violation=violation,
        fault=fault,
        departs=departure(history, found.trial.rules) if history else None,
        history=history,
        stopped=runs.stopped,
    )


def _title(history: History) -> str:
    """Where the search begins, as its text says it."""
    number = history.now.number
    return f"moment {number} of {history.title}" if number and history.title else history.title
