"""Choose election timeouts for a network. (§5.6, §9.3)"""

# fmt: off
from raftlab.course.timeouts import TimeoutsExercise, WrongTimeouts

EXERCISE = TimeoutsExercise(
    name="choose_timeouts", chapter="02_leader_election", place=8, title="Choose the timeouts", stars=2,
    section="§5.6, §9.3", task="Five servers; a message takes 20 to 40 ms, one way, and a leader sends heartbeats "
    "every 60 ms. Between which times shall election timers run out? At most 5 % of the first votes may split, half "
    "of the crashes are to be over within 250 ms, and a leader that is well is to stay one for 10 s.",
    servers=5, latency=(20, 40), heartbeat_interval=60, most_split=0.05, within=250, trials=400,
    right=((110, 400), (100, 350), (130, 420)),
    wrong=(
        WrongTimeouts((150, 155), "Votes split too often"),
        WrongTimeouts((150, 150), "Votes split too often"),
        WrongTimeouts((150, 300), "Votes split too often"),
        WrongTimeouts((300, 600), "It takes too long"),
        WrongTimeouts((150, 1_000), "It takes too long"),
        WrongTimeouts((20, 300), "A healthy leader is deposed"),
        WrongTimeouts((60, 300), "A healthy leader is deposed"),
        WrongTimeouts((400, 110), "The shorter time comes first"),
        WrongTimeouts(150, "That is no pair of times"),
    ),
    nudge="Each of the three demands moves one thing: the shorter time up, the shorter time down, or the two apart.",
    hint="The shorter time must outlast the longest pause between two heartbeats that arrive. How far the two are "
         "apart, beside a message's 30 ms, decides how often votes split: look at the plot above for five servers.",
    scaffold="The longest pause is 60 + 40 - 20 ms, so the shorter time is a little above ...; 5 % of the "
             "votes split where a message takes about a sixth of the range, so the longer time is at least ... more.",
    explains="The shorter time leaves a healthy leader alone; the width keeps votes from splitting, and makes one wait "
             "little, since the first of several timers runs out early in the range. So wide is cheaper than late.",
)
