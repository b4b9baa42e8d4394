"""Every schedule within bounds, or many at random: what breaks, and the shortest way there."""

from raftlab.modelcheck.at_random.result import RandomSearch
from raftlab.modelcheck.at_random.searching import random_search
from raftlab.modelcheck.bounds import Bounds
from raftlab.modelcheck.exhaustive import explore
from raftlab.modelcheck.goals import LIVELY, Goal
from raftlab.modelcheck.result import Exploration, Verdict
from raftlab.modelcheck.widening import search, wider_and_wider

__all__ = [
    "LIVELY",
    "Bounds",
    "Exploration",
    "Goal",
    "RandomSearch",
    "Verdict",
    "explore",
    "random_search",
    "search",
    "wider_and_wider",
]
