"""`explore`: every schedule of messages, timeouts, crashes and commands within bounds.

It says that nothing broke, or plays the shortest schedule that breaks a property. Partitions and
delays need no event of their own: every order in which messages can arrive is tried, and one that
is slow or cut off is one that never arrives.
"""

from __future__ import annotations

from collections.abc import Sequence

from raftlab.modelcheck.attempt import Attempt, Progress
from raftlab.modelcheck.bounds import FEWEST_NODES, MOST_NODES, Bounds
from raftlab.modelcheck.goals import LIVELY, Goal
from raftlab.modelcheck.result import Exploration
from raftlab.raft import RAFT, SAFETY, Cluster, Property, Rules
from raftlab.sim.history import History

MOST_NODES_RENAMED = 4  # five nodes have 120 orders, which cost more than they save


def explore(
    start: Cluster | History,
    rules: Rules = RAFT,
    bounds: Bounds | None = None,
    properties: Sequence[Property] = SAFETY,
    *,
    goals: Sequence[Goal] = LIVELY,
    symmetry: bool | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Exploration:
    """Try every schedule from `start` within `bounds`, the shortest first.

    Args:
        start: a cluster of 3 to 5 nodes, or a run, of which the cluster now is the start. Links
            that are cut there count as slow.
        rules: the rules to try.
        bounds: how far to go; by default `Bounds()`.
        properties: what must not break.
        goals: what must be able to happen, if the paper's rules let it happen within the bounds.
        symmetry: whether clusters that differ in the names of nodes only count as one. By default
            they do, for up to four nodes. What names a node (a rule, a property, a goal) needs it
            to be false.
        seed: draws the 64-bit fingerprints by which clusters are told apart. Of 50 million clusters
            two share one, and one of them is overlooked, once in some 10,000 seeds.
        progress: called now and then with the clusters reached and the depth.

    Stops with what it has when interrupted. Raises ValueError for a cluster of another size,
    TypeError for what is no cluster, no rules, or no bounds.
    """
    history = _begin(start, rules, bounds)
    if symmetry is None:
        symmetry = len(history.cluster.nodes) <= MOST_NODES_RENAMED
    attempt = Attempt(
        history.cluster,
        rules,
        bounds or Bounds(),
        tuple(properties),
        tuple(goals),
        symmetry=symmetry,
        seed=seed,
    )
    return attempt.made(progress or _no_progress, history.title)


def _no_progress(states: int, depth: int) -> None:
    pass


def _begin(start: object, rules: object, bounds: object) -> History:
    """The run that ends where an exploration begins; what is none is told in a sentence."""
    if isinstance(start, Cluster):
        start = History(start)
    if not isinstance(start, History):
        raise TypeError(f"explore begins at a cluster or a run, such as fresh(3), not {start!r}.")
    if not isinstance(rules, Rules):
        raise TypeError(f"The rules are RAFT or RAFT.but(…), not {rules!r}.")
    if not isinstance(bounds, Bounds | None):
        raise TypeError(f"The bounds are Bounds(…), not {bounds!r}.")
    size = len(start.cluster.nodes)
    if not FEWEST_NODES <= size <= MOST_NODES:
        raise ValueError(
            f"explore takes clusters of {FEWEST_NODES} to {MOST_NODES} nodes; this one has {size}. "
            "random_search takes any."
        )
    return start
