"""Every exercise there is: the stub, the reference, each mistake, each alternative, each hint.

The catalogue is walked, so that an exercise is tested by being there.
"""

import ast
import inspect
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import raftlab
from raftlab.course import exercises
from raftlab.course.asking import ask
from raftlab.course.catalogue import catalogue
from raftlab.course.exercise import Exercise
from raftlab.course.generated import GeneratedExercise
from raftlab.course.linearizable import Linearizable, right_word
from raftlab.course.outcome import Checked, Outcome
from raftlab.course.possible_logs import PossibleLogs, right_letters
from raftlab.course.predict import ChoiceExercise, FormExercise
from raftlab.course.questions import LETTERS
from raftlab.course.rule import Mistake, RuleExercise
from raftlab.course.safe_entries import SafeEntries, logs_after_a_power_cut, safe_index
from raftlab.course.schedule import ScheduleExercise
from raftlab.course.standing import Hint, Solution
from raftlab.course.timeouts import TimeoutsExercise
from raftlab.raft.rules import RULE_NAMES

FOLDER = Path(exercises.__file__).parent
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
MOST_LINES, WIDTH = 40, 120
TRIVIAL = 30  # characters of a statement that may stand anywhere
CALL = re.compile(r'\b(check|hint|solution|question|begin)\(\s*"(\w+)"')

ALL = tuple(catalogue().values())
RULES = tuple(one for one in ALL if isinstance(one, RuleExercise))
MISTAKES = tuple((one, mistake) for one in RULES for mistake in one.mistakes)

every_exercise = pytest.mark.parametrize("exercise", ALL, ids=lambda one: one.name)
every_rule = pytest.mark.parametrize("exercise", RULES, ids=lambda one: one.name)
every_mistake = pytest.mark.parametrize(
    ("exercise", "mistake"), MISTAKES, ids=[f"{one.name}: {made.name}" for one, made in MISTAKES]
)


@cache
def graded(exercise: RuleExercise, place: int) -> Checked:
    """What one of the mistakes comes to."""
    return exercise.grade(exercise.mistakes[place].rule)


def found_of(exercise: RuleExercise, mistake: Mistake) -> Checked:
    return graded(exercise, exercise.mistakes.index(mistake))


# What is not begun


def body_of(exercise: RuleExercise, statement: str) -> object:
    parameters = ", ".join(inspect.signature(exercise.paper).parameters)
    return defined(f"def {exercise.name}({parameters}):\n    {statement}", exercise.name)


def defined(source: str, name: str) -> object:
    names: dict[str, object] = {**vars(raftlab)}
    exec(source, names)
    return names[name]


@every_rule
@pytest.mark.parametrize(
    "statement", ["...", '"""Mine."""', "pass", "return ...", "return", "raise NotImplementedError"]
)
def test_an_untouched_rule_is_not_attempted(exercise: RuleExercise, statement: str) -> None:
    assert exercise.grade(body_of(exercise, statement)) == exercise.not_attempted()


@every_exercise
@pytest.mark.parametrize("answer", [..., None, "", " ", [], (), {}, [...], [..., ...]], ids=repr)
def test_an_untouched_answer_is_not_attempted(exercise: Exercise, answer: object) -> None:
    found = exercise.grade(answer)
    assert found.outcome is Outcome.NOT_ATTEMPTED
    assert found.headline == "Nothing to check yet."
    assert str(found).endswith(f"A nudge to begin with: hint({exercise.name!r})")


@every_exercise
def test_a_scaffold_as_it_stands_is_not_attempted(exercise: Exercise) -> None:
    assert "..." in exercise.scaffold
    if isinstance(exercise, FormExercise):
        assert exercise.scaffold.count("...") == len(exercise.fields) - 1
    if isinstance(exercise, RuleExercise):
        answer = defined(exercise.scaffold, exercise.name)
    elif isinstance(exercise, FormExercise | ScheduleExercise):
        answer = eval(exercise.scaffold, {**vars(raftlab)})
    else:
        return  # it is words
    found = exercise.grade(answer)
    assert found.outcome is Outcome.NOT_ATTEMPTED
    assert re.search("left to fill in|still open", found.headline)


# What is right


def right_answer(exercise: Exercise, number: int) -> object:
    match exercise:
        case RuleExercise():
            return exercise.paper
        case ChoiceExercise():
            return exercise.reference()[0]
        case FormExercise():
            lines = (line.partition(": ") for line in exercise.reference().splitlines())
            return {name: ast.literal_eval(value) for name, _, value in lines}
        case ScheduleExercise():
            return exercise.shortest.history
        case TimeoutsExercise():
            return exercise.right[0]
        case SafeEntries():
            return safe_index(logs_after_a_power_cut(number))
        case PossibleLogs():
            return right_letters(number)
        case Linearizable():
            return right_word(number)
    raise TypeError(f"Of {type(exercise).__name__} no right answer is known here.")


@every_exercise
def test_the_reference_passes(exercise: Exercise) -> None:
    for number in range(1, exercise.parts + 1):
        found = exercise.grade(right_answer(exercise, number), number)
        assert found.passed, found
        assert (found.question, found.closer, found.number) == ("", "", number)
        assert str(found).endswith(f"The explained answer: solution({exercise.name!r})")


@every_rule
def test_a_pass_says_what_was_tried(exercise: RuleExercise) -> None:
    found = exercise.grade(exercise.paper)
    cases, places = len(exercise.cases), len(exercise.places)
    tried = rf"Tried {cases} cases, and every schedule within bounds from {places} starting points:"
    assert re.fullmatch(rf"{tried} [\d,]+ clusters in [\d.]+ s\.", found.tried)
    assert found.scope.count("No term above") == places
    assert found.scope.endswith("Beyond these bounds nothing is claimed.")


@every_rule
def test_what_is_right_and_written_otherwise_passes(exercise: RuleExercise) -> None:
    assert exercise.alternatives
    for alternative in exercise.alternatives:
        assert exercise.grade(alternative).passed


# What is wrong


@every_mistake
def test_a_mistake_fails_for_its_reason(exercise: RuleExercise, mistake: Mistake) -> None:
    found = found_of(exercise, mistake)
    assert found.headline.startswith(mistake.ends)
    safe = mistake.ends.startswith(("Safe", "Nothing broke"))
    assert found.outcome is (Outcome.SAFE if safe else Outcome.WRONG)
    assert found.sentence
    assert (found.history is not None) == (mistake.ends != "Nothing broke")


@every_mistake
def test_a_mistake_is_asked_its_own_question(exercise: RuleExercise, mistake: Mistake) -> None:
    asked = found_of(exercise, mistake).question
    pieces = re.split(r"\{\w+\}", mistake.asks)
    assert re.fullmatch("(.+)".join(map(re.escape, pieces)), asked)
    assert "{" not in asked


@every_mistake
def test_the_hint_to_a_mistake_speaks_of_its_run(exercise: RuleExercise, mistake: Mistake) -> None:
    found = found_of(exercise, mistake)
    assert exercise.name in found.closer
    assert found.closer.startswith(("At event ", "In the case in which "))
    assert found.closer.endswith(".")
    assert "Your last answer. " + found.closer in str(Hint(exercise, 1, found.closer))


@every_rule
def test_there_are_mistakes_enough_and_they_differ(exercise: RuleExercise) -> None:
    rules = [exercise.paper, *(mistake.rule for mistake in exercise.mistakes)]
    answers = [[one.gave for one in ask(exercise.name, rule, exercise.cases)] for rule in rules]
    assert len(exercise.mistakes) >= 3
    assert all(answers.count(given) == 1 for given in answers)
    assert len({mistake.name for mistake in exercise.mistakes}) == len(exercise.mistakes)


@pytest.mark.parametrize(
    "exercise", [one for one in ALL if isinstance(one, ScheduleExercise)], ids=lambda one: one.name
)
def test_a_schedule_that_falls_short_ends_as_stated(exercise: ScheduleExercise) -> None:
    assert len(exercise.wrong) >= 3
    for run in exercise.wrong:
        found = exercise.grade(list(run.acts))
        assert found.outcome is Outcome.WRONG
        assert found.headline.startswith(run.ends)
        assert found.sentence


@pytest.mark.parametrize(
    "exercise", [one for one in ALL if isinstance(one, ChoiceExercise)], ids=lambda one: one.name
)
def test_one_choice_holds_and_each_other_leads_on(exercise: ChoiceExercise) -> None:
    after = exercise.happened().cluster
    assert [choice.holds(after) for choice in exercise.choices].count(True) == 1
    assert len(exercise.choices) >= 4
    for letter, choice in zip(LETTERS, exercise.choices, strict=False):
        found = exercise.grade(letter)
        assert found.passed == choice.holds(after)
        assert bool(found.question) == (not found.passed)
        assert found.passed or choice.says in found.sentence


@pytest.mark.parametrize(
    "exercise", [one for one in ALL if isinstance(one, FormExercise)], ids=lambda one: one.name
)
def test_each_field_that_is_wrong_leads_on(exercise: FormExercise) -> None:
    right = right_answer(exercise, 1)
    assert isinstance(right, dict)
    for name, field in exercise.fields.items():
        found = exercise.grade({**right, name: "nonsense"})
        assert found.outcome is Outcome.WRONG
        assert found.headline == f"{len(right) - 1} of {len(right)} are right."
        assert found.sentence == f"Not so: `{name}` 'nonsense'."
        assert found.question == field.asks
        assert str(right[name]) not in found.sentence


TIMEOUTS = [one for one in ALL if isinstance(one, TimeoutsExercise)]
every_choice_of_timeouts = pytest.mark.parametrize("exercise", TIMEOUTS, ids=lambda one: one.name)


@every_choice_of_timeouts
def test_more_than_one_pair_of_timeouts_will_do(exercise: TimeoutsExercise) -> None:
    assert len({*exercise.right}) >= 2
    assert all(exercise.grade(list(times)).passed for times in exercise.right)


@every_choice_of_timeouts
def test_timeouts_that_do_not_do_fail_for_their_reason(exercise: TimeoutsExercise) -> None:
    assert len(exercise.wrong) >= 3
    for wrong in exercise.wrong:
        found = exercise.grade(wrong.answer)
        assert found.outcome is Outcome.WRONG
        assert found.headline.startswith(wrong.ends), wrong
        assert found.sentence
        assert str(wrong.answer) in found.sentence or found.question


# What helps


def statements(source: str) -> Iterator[str]:
    """The statements of a function that are more than a word or two, docstring left out."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt) and not isinstance(node, ast.FunctionDef):
            line = normal(ast.unparse(node))
            if len(line) > TRIVIAL and not line.startswith(("'", '"')):
                yield line


def normal(words: str) -> str:
    return " ".join(words.split())


def answers_in_words(exercise: Exercise) -> list[str]:
    """What no hint may hold, each by itself."""
    reference = exercise.reference()
    match exercise:
        case RuleExercise():
            return list(statements(reference))
        case ChoiceExercise():
            return [reference.partition(". ")[2]]
        case ScheduleExercise():
            return [normal(reference)]
        case _:
            return reference.splitlines()


@every_exercise
def test_no_hint_holds_the_answer(exercise: Exercise) -> None:
    answers = answers_in_words(exercise)
    assert answers
    for given in exercise.hints:
        said = normal(given)
        if isinstance(exercise, RuleExercise) and given == exercise.scaffold:
            said = normal(ast.unparse(ast.parse(given)))
        for answer in answers:
            assert answer not in said


@every_exercise
def test_three_hints_each_of_which_says_more(exercise: Exercise) -> None:
    assert len({*exercise.hints}) == 3
    for number, words in enumerate(exercise.hints, start=1):
        assert Hint(exercise, number).words == words
        assert "{" not in words or isinstance(exercise, FormExercise)


@every_exercise
def test_the_solution_shows_the_reference(exercise: Exercise) -> None:
    said = str(Solution(exercise, shown=True))
    assert exercise.explains in said
    assert exercise.reference().strip() in said
    assert "?." not in said


# What it is made of


@every_exercise
def test_an_exercise_is_all_there(exercise: Exercise) -> None:
    assert exercise.section
    assert exercise.section in str(Solution(exercise, shown=True))
    assert exercise.stars in (1, 2, 3)
    title = json.loads((NOTEBOOKS / f"{exercise.chapter}.ipynb").read_text("utf-8"))["cells"][0]
    assert title["source"][0] == f"# {exercise.chapter_title}\n"
    assert exercise.title.rstrip("?") == exercise.title.strip(" .,:;!?")
    assert exercise.task.endswith((".", "?", ")"))
    for words in (exercise.task, exercise.nudge, exercise.hint, exercise.explains):
        assert "  " not in words
    if isinstance(exercise, RuleExercise):
        assert exercise.name in RULE_NAMES


@every_exercise
def test_a_question_says_task_and_how_to_answer(exercise: Exercise) -> None:
    for number in range(1, exercise.parts + 1):
        said = str(exercise.question(number))
        assert "{" not in said.replace(getattr(exercise, "form", ""), "")
        assert f'check("{exercise.name}"' in said
        assert "?," not in said
        assert "?:" not in said


def test_each_module_is_named_after_its_exercise() -> None:
    stems = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}
    assert stems == set(catalogue())


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_the_data_of_an_exercise_is_short(name: str) -> None:
    source = (FOLDER / f"{name}.py").read_text("utf-8")
    lines = source.splitlines()
    for node in ast.parse(source).body:
        docstring = isinstance(node, ast.Expr)
        if docstring or isinstance(node, ast.Import | ast.ImportFrom):
            assert node.end_lineno is not None
            lines[node.lineno - 1 : node.end_lineno] = [""] * (node.end_lineno - node.lineno + 1)
    assert len([line for line in lines if line.strip()]) < MOST_LINES
    assert max(map(len, source.splitlines())) <= WIDTH


# Where it stands


def calls(chapter: Path, kind: str) -> set[tuple[str, str]]:
    cells = json.loads(chapter.read_text("utf-8"))["cells"]
    sources = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == kind)
    return {call for source in sources for call in CALL.findall(source)}


def test_what_a_notebook_calls_is_an_exercise() -> None:
    for chapter in NOTEBOOKS.glob("*.ipynb"):
        named = {name for kind in ("code", "markdown") for _, name in calls(chapter, kind)}
        assert named <= set(catalogue()), chapter.stem


@every_exercise
def test_an_exercise_is_checked_in_its_chapter(exercise: Exercise) -> None:
    chapter = NOTEBOOKS / f"{exercise.chapter}.ipynb"
    assert ("check", exercise.name) in calls(chapter, "code")


def test_no_exercise_is_checked_in_another_chapter() -> None:
    for chapter in NOTEBOOKS.glob("*.ipynb"):
        checked = {name for function, name in calls(chapter, "code") if function == "check"}
        assert {catalogue()[name].chapter for name in checked} <= {chapter.stem}


def test_whatever_is_generated_has_questions_beyond_those_that_count() -> None:
    for exercise in ALL:
        if isinstance(exercise, GeneratedExercise):
            assert exercise.parts < 4
            assert exercise.question(exercise.parts + 1).title.endswith(f"{exercise.parts + 1}")
