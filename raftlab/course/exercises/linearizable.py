"""Say whether what clients saw is linearizable. (§8; Herlihy and Wing, 1990)"""

# fmt: off
from raftlab.course.linearizable import Linearizable

EXERCISE = Linearizable(
    name="linearizable", chapter="06_clients", place=6, title="Linearizable or not?", stars=2, section="§8",
    task="Each bar is an operation, from when the client asked to when it had its answer. Is there an order of all of "
    "them in which each happens within its own time, and one store would have given each these answers?",
    nudge="Begin with the reads. Which write has each of them seen?",
    hint="What ended before another began stands before it in any order. What overlaps may stand either way. What was "
         "never answered may have happened at any time after it began, or never.",
    scaffold="must come first: ...; overlap, so either way: ...; the read of ... stands between ... and ...",
    explains="Linearizable is what behaves like one store, used by one client at a time. Of two operations at the same "
             "time either may be first; but once somebody has seen the later value, nobody who asks afterwards may see "
             "the earlier one.",
)
