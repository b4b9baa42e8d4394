"""Write `log_is_up_to_date`: the later last term wins. (Fig. 2, RequestVote 2; §5.4.1)"""

# fmt: off
from raftlab.course.cases import Case, candidate, say_terms, server
from raftlab.course.rule import Mistake, Place, RuleExercise
from raftlab.course.starts import (
    NARROW,
    NO_ENTRY,
    NO_RESTART,
    later_is_shorter,
    longer_is_older,
    one_behind,
)
from raftlab.sim.scenarios import fresh

EXERCISE = RuleExercise(
    name="log_is_up_to_date", chapter="04_safety", place=1, title="Which log may lead", stars=2, section="§5.4.1",
    task="Say whether the candidate's log is at least as up-to-date as the node's own. The request carries "
         "`last_log_index` and `last_log_term`; the node has `node.log.last_index` and `node.log.last_term`.",
    cases=tuple(
        Case(f"its own log has {say_terms(*own)}, and the candidate's has {say_terms(*others)}",
             (server(*own, term=5), candidate(*others, term=5)))
        for own, others in (((), ()), ((1,), ()), ((1,), (1,)), ((1, 1), (1,)), ((1,), (1, 1)), ((2,), (1, 1)),
                            ((1, 1), (2,)), ((1, 2), (1, 1)), ((1, 1), (1, 2)))
    ),
    places=(Place(fresh, NARROW), Place(one_behind, NO_ENTRY, ()),
            Place(longer_is_older, NO_ENTRY, ()), Place(later_is_shorter, NO_RESTART)),
    asks="{where}, {node} compared its log with {other}'s. Which of the two ends later, and what does that mean?",
    mistakes=(
        Mistake("the longer log wins", lambda node, request: request.last_log_index >= node.log.last_index,
                "Leader Completeness", "{other}'s log is at least as long as {node}'s. Whose last entry is from a "
                "later term, and which of them can be committed?"),
        Mistake("the later last term wins", lambda node, request: request.last_log_term >= node.log.last_term,
                "Leader Completeness", "Both logs end in the same term. Which of them has more of it?"),
        Mistake("the longer log wins, then the later term", lambda node, request:
                (request.last_log_index, request.last_log_term) >= (node.log.last_index, node.log.last_term),
                "Leader Completeness", "You compare both; which of them is to decide first?"),
        Mistake("only a better log wins", lambda node, request: (request.last_log_term, request.last_log_index)
                > (node.log.last_term, node.log.last_index), "Safe, and unavailable",
                "All logs are alike, and nobody is elected. What if two logs are equally good?"),
        Mistake("as late and as long", lambda node, request: request.last_log_term >= node.log.last_term
                and request.last_log_index >= node.log.last_index, "Safe, and unavailable",
                "One log is later, the other longer, and nobody is elected. Which of them has to win?"),
    ),
    alternatives=(lambda node, request: request.last_log_term > node.log.last_term or (
        request.last_log_term == node.log.last_term and request.last_log_index >= node.log.last_index),),
    nudge="Look at the last entries of both logs. What does a later term say of the leader that wrote it?",
    hint="Whoever led a later term had been found up-to-date by a majority. Length decides only a tie.",
    scaffold="def log_is_up_to_date(node, request):\n    if request.last_log_term != node.log.last_term:\n"
             "        return ...\n    return ...",
    explains="The later last term wins, and only of equal terms the longer log does. A committed entry is on a "
             "majority, so at least one voter has it and refuses whoever lacks it.",
)
