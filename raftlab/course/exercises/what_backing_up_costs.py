"""Choose the sentence that holds of the ways to back up. (§5.3)"""

# fmt: off
from functools import cache

from raftlab.course.predict import Choice, ChoiceExercise
from raftlab.raft import ClientCommand, Replicate
from raftlab.raft.backing_up import BACKING_UP
from raftlab.sim.acts import Arrival
from raftlab.sim.figure7 import REIGNS, figure_7
from raftlab.sim.repair import figure_7_costs, repair_figure_7

ONE, LAST, TERM, HINTS = BACKING_UP


@cache
def refusals(way):
    return {letter: cost.refusals for letter, cost in figure_7_costs({way: BACKING_UP[way]})[way].items()}


def saved(letter):
    return refusals(ONE)[letter] - refusals(LAST)[letter]


def worst(way):
    return max(refusals(way).values())


def some_run_breaks_or_ends_otherwise():
    runs = [repair_figure_7(letter, rules) for letter in REIGNS for rules in BACKING_UP.values()]
    ends = {run.cluster.node("node2").log for run in runs}
    return len(ends) > 1 or any(moment.violations for run in runs for moment in run.moments)


EXERCISE = ChoiceExercise(
    name="what_backing_up_costs", chapter="03_log_replication", place=8, title="What going back faster buys", stars=1,
    section="§5.3", task="You have seen how often each follower of Figure 7 refuses. Which of these sentences holds? "
    "For each check all six are repaired again, in every way.",
    start=figure_7, acts=(ClientCommand("node1", "SET x 11"), Replicate("node1", "node7"), Arrival("node1", "node7")),
    choices=(
        Choice("To know where the follower's log ends helps (f) most, which refuses most.", lambda after:
               saved("f") == max(map(saved, REIGNS)), "Two of the bars of (f) are equal. Which, and why?"),
        Choice("The faster the leader goes back, the more it risks: some follower ends with another log.", lambda after:
               some_run_breaks_or_ends_otherwise(), "Who decides whether entries are taken, the leader or the check?"),
        Choice("Any way to go back faster spares every follower some refusals.", lambda after: all(
               refusals(way)[letter] < refusals(ONE)[letter] for way in (LAST, TERM, HINTS) for letter in REIGNS),
               "(c) and (d) have entries too many. How often do they refuse, and why?"),
        Choice("By whole terms, what counts is how many terms stand in the way, not how many entries.", lambda after:
               refusals(TERM)["f"] == 2 == worst(TERM) < worst(ONE)),
    ),
    nudge="Compare the four bars of one follower, and then the bars of one way.",
    hint="(f) has eight entries that node1 lacks, of two terms. In which way does it refuse twice?",
    scaffold="By whole terms the leader needs ... refusals for (f), whose log has entries of ... terms in the way.",
    explains="(f) has eight entries too many, of two terms, and refuses twice. None of the ways can do harm, since the "
             "follower's check decides; and whoever has nothing in the way never refuses.",
)
