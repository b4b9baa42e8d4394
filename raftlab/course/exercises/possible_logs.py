"""Say which logs a server can come to have. (§5.3)"""

# fmt: off
from raftlab.course.possible_logs import PossibleLogs

EXERCISE = PossibleLogs(
    name="possible_logs", chapter="03_log_replication", title="Which logs are possible?", stars=2, section="§5.3",
    task="Clients send nothing more, nobody crashes, and there is at most one further term. Which of these logs can {name} have, now or later?",
    nudge="A log changes only by what a leader sends. Whose logs can be sent at all?",
    hint="Who can be elected from here? Its followers come to have its log, or the beginning of it, and what conflicts goes.",
    scaffold="can lead: ..., with the logs ...; what follows one of them has a beginning of it, or its own log until then",
    explains="A follower's log is its own until a leader's replaces the part that conflicts. So each log that can come up is "
             "the beginning of some log of a server that can lead, or what was there before.",
)
