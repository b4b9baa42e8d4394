"""How long a learner waits for a check: every exercise, with right answers and wrong ones."""

from collections.abc import Iterator
from statistics import median
from time import perf_counter

from raftlab.course.catalogue import catalogue
from raftlab.course.generated import GeneratedExercise
from raftlab.course.predict import ChoiceExercise
from raftlab.course.questions import LETTERS
from raftlab.course.rule import RuleExercise
from raftlab.course.schedule import ScheduleExercise

QUESTIONS = range(1, 13)


def answers() -> Iterator[tuple[str, object, int]]:
    """Every answer to every exercise that raftlab knows of, with the number of its question."""
    for name, of in catalogue().items():
        match of:
            case RuleExercise():
                rules = [of.paper, *of.alternatives, *(mistake.rule for mistake in of.mistakes)]
                yield from ((name, rule, 1) for rule in rules)
            case ScheduleExercise():
                yield name, of.shortest.history, 1
                yield from ((name, wrong.acts, 1) for wrong in of.wrong)
            case ChoiceExercise():
                yield from ((name, letter, 1) for letter in LETTERS[: len(of.choices)])
            case GeneratedExercise():
                # Both kinds take one of these for an answer, and complain of the other.
                yield from ((name, given, number) for number in QUESTIONS for given in ("ab", 1))


def endless(*arguments: object) -> bool:
    """What a check has to stop."""
    while True:
        pass


def waited(name: str, answer: object, number: int = 1) -> float:
    """How long one check takes in seconds, its question drawn with it."""
    began = perf_counter()
    catalogue()[name].grade(answer, number)
    return perf_counter() - began


def times() -> Iterator[tuple[str, float, str, str]]:
    """Over all answers; and of a rule that never ends."""
    took = {(name, place): waited(name, *rest) for place, (name, *rest) in enumerate(answers())}
    (worst, _), most = max(took.items(), key=lambda pair: pair[1])
    yield f"A check, of {len(took)} answers", 1000 * median(took.values()), "ms", "2,000 or less"
    yield f"… the slowest, `{worst}`", most, "s", "5 or less"
    yield "A rule that never ends, stopped", waited("may_vote", endless), "s", "5 or less"
