"""Break a cluster whose nodes forget their vote when they restart. (Fig. 2, State; §5.2)"""

# fmt: off
from dataclasses import replace

from raftlab.course.schedule import ScheduleExercise, WrongRun
from raftlab.modelcheck import Bounds
from raftlab.raft import RAFT, SAFETY, Crash, Restart, Timeout
from raftlab.sim.scenarios import fresh
from raftlab.sim.script import Arrival


def restart(node):
    """Nothing on disk says whom it voted for."""
    return replace(RAFT.restart(node), voted_for=None)


TO_N2 = Timeout("node1"), Arrival("node1", "node2"), Crash("node2"), Restart("node2")

EXERCISE = ScheduleExercise(
    name="forgetful_voters", chapter="05_failures", title="Break it: forgetful voters", stars=2, section="Fig. 2, State",
    task="The nodes of this cluster forget their vote when they crash. All else is Raft. Write a schedule in which a property "
         "breaks, with as few events as you can.",
    start=fresh, rules=RAFT.but(restart=restart), properties=SAFETY,
    missing=lambda cluster: "Every property holds so far. Which of them has to do with votes?",
    bounds=Bounds(terms=1, entries=0, in_flight=2, crashes=1),
    wrong=(WrongRun(TO_N2, "After 4 events"), WrongRun((*TO_N2, Timeout("node3"), Arrival("node3", "node1")), "After 6 events"),
           WrongRun((*TO_N2, Arrival("node3", "node2")), "Line 5 cannot happen")),
    nudge="Which property do votes protect, and whose vote would have to be counted twice?",
    hint="Two candidates of the same term, and one voter between them: it votes for one, forgets, and votes for the other.",
    scaffold='[Timeout("node1"), Timeout(...), Arrival("node1", ...), ..., Crash(...), Restart(...), ...]',
    explains="Two leaders of one term can commit different entries at the same index. So a vote is on disk before the answer "
             "leaves, and a restart reads it back.",
)
