"""Say which logs a server can come to have. (§5.3)"""

# fmt: off
from raftlab.course.possible_logs import PossibleLogs

EXERCISE = PossibleLogs(
    name="possible_logs", chapter="03_log_replication", place=9, title="Which logs are possible?", stars=2,
    section="§5.3", task="Clients send nothing more, nobody crashes, and there is at most one further term. Which of "
    "these logs can {name} have, now or later?",
    nudge="A log changes only by what a leader sends. Whose logs can be sent at all?",
    hint="Who leads, or can be elected from here? A leader's log grows into its followers', and what conflicts goes.",
    scaffold="can lead: ..., with the logs ...; of these the log replaces ..., and adds to ...",
    explains="A follower's log is its own until a leader adds to it, or replaces the part that conflicts. Nothing else "
             "changes it: it is never cut short, and no entry comes without all that precede it in the leader's log.",
)
