"""Schedules: whatever is handed in is played under the rules of the exercise, and scored fairly."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import pytest

import raftlab
from raftlab import Arrival, ClientCommand, Crash, Heartbeat, Replicate, Restart, Timeout, fresh
from raftlab.course import answers
from raftlab.course.answers import MOST_EVENTS
from raftlab.course.catalogue import catalogue, exercise_named
from raftlab.course.outcome import Checked, Outcome
from raftlab.course.schedule import ScheduleExercise, price
from raftlab.modelcheck import explore
from raftlab.raft import RAFT, Deliver, Drop, Duplicate, Heal, Partition, RequestVote
from raftlab.sim import leader_elected, one_node_down
from raftlab.sim.history import History
from raftlab.sim.script import perform

SCHEDULES = [one for one in catalogue().values() if isinstance(one, ScheduleExercise)]
every_schedule = pytest.mark.parametrize("exercise", SCHEDULES, ids=lambda one: one.name)


def leaders() -> ScheduleExercise:
    exercise = exercise_named("two_leaders")
    assert isinstance(exercise, ScheduleExercise)
    return exercise


def logs() -> ScheduleExercise:
    exercise = exercise_named("forgetful_logs")
    assert isinstance(exercise, ScheduleExercise)
    return exercise


N1_WINS = (Timeout("node1"), Arrival("node1", "node2"), Arrival("node2", "node1"))
TWO_LEAD = [
    Timeout("node1"), Arrival("node1", "node2"), Timeout("node2"), Arrival("node2", "node3"),
    Arrival("node3", "node2"), Arrival("node2", "node1"),
]  # fmt: skip
# One message goes missing, so that it takes one more.
IN_SEVEN = [*TWO_LEAD[:3], Drop(RequestVote("node2", "node1", 2, 0, 0)), *TWO_LEAD[3:]]
LOST = [
    ClientCommand("node1", "SET x 1"), Replicate("node1", "node2"), Arrival("node1", "node2"),
    Arrival("node2", "node1"), Crash("node2"), Restart("node2"), Timeout("node2"),
    Arrival("node2", "node3"), Arrival("node3", "node2"),
]  # fmt: skip


def wrong(found: Checked, headline: str) -> str:
    assert (found.outcome, found.headline) == (Outcome.WRONG, headline)
    return found.sentence


# The score


def properties(exercise: ScheduleExercise) -> tuple[raftlab.raft.Property, ...]:
    return (exercise.goal,) if exercise.goal else exercise.properties


@every_schedule
def test_no_schedule_is_shorter_than_the_shortest(exercise: ScheduleExercise) -> None:
    """With one more of everything, and one event less, there is none."""
    bounds, par = exercise.bounds, exercise.shortest.events
    assert par > 0
    wider = replace(
        bounds,
        in_flight=bounds.in_flight + 1,
        crashes=(bounds.crashes or 0) + 1,
        entries=bounds.entries + 1,
        terms=bounds.terms + 1,
        duplicates=1,
        depth=par - 1,
    )
    found = explore(exercise.start(), exercise.rules, wider, properties(exercise))
    assert found.violation is None
    assert not found.stopped
    assert found.depth == par - 1
    again = explore(
        exercise.start(), exercise.rules, replace(wider, depth=par), properties(exercise)
    )
    assert again.events == par


@every_schedule
def test_a_crash_in_the_middle_of_a_turn_is_no_short_cut(exercise: ScheduleExercise) -> None:
    par = exercise.shortest.events
    cut = replace(exercise.bounds, in_turn=True, crashes=1, depth=par)
    found = explore(exercise.start(), exercise.rules, cut, properties(exercise))
    assert found.history is not None
    scored = exercise.grade(found.history)
    assert scored.passed
    assert scored.events == par
    # It is one event less than it counts for, where one of its crashes is in a turn.
    within = [step.event for moment in found.history.line() if (step := moment.step)]
    crashes = [e for e in within if isinstance(e, Crash) and e.during is not None]
    assert len(within) == par - len(crashes)


@every_schedule
def test_the_reference_is_a_call_that_passes_with_the_best_score(
    exercise: ScheduleExercise,
) -> None:
    handed_in: list[object] = []
    names = {**vars(raftlab), **vars(raftlab.raft)}
    exec(exercise.reference(), {**names, "check": lambda name, answer: handed_in.append(answer)})
    found = exercise.grade(handed_in[0])
    assert found.passed
    assert found.events == exercise.shortest.events
    assert found.headline.endswith("and no schedule is shorter.")


def test_a_longer_schedule_passes_and_knows_of_the_shorter() -> None:
    found = leaders().grade(IN_SEVEN)
    assert found.passed
    assert found.headline == "7 events; the shortest is 6."
    assert found.sentence == (
        "node1 (term 1) and node2 (term 2) lead at once, each in a term of its own: no harm is "
        "done."
    )
    assert found.tried.startswith("The shortest was found by trying all. Tried ")
    assert "no log longer than 0" in found.scope


def test_a_schedule_that_beats_the_bounds_is_no_contradiction() -> None:
    narrow = replace(leaders(), bounds=replace(leaders().bounds, in_flight=1))
    object.__setattr__(narrow, "shortest", replace(leaders().shortest, events=7))
    found = narrow.grade(TWO_LEAD)
    assert found.headline == "6 events: fewer than the 7 that were found."


def test_what_goes_to_all_counts_for_each_of_them() -> None:
    leader = leader_elected(5)
    assert price(Heartbeat("node1"), leader.cluster) == 4
    assert price(Heartbeat("node1", "node2"), leader.cluster) == 1
    perform(leader, ClientCommand("node1", "SET x 1"))
    assert price(Replicate("node1"), leader.cluster) == 4
    assert price(Replicate("node1", "node5"), leader.cluster) == 1
    assert price(Crash("node1", Replicate("node1")), leader.cluster) == 5


def test_entries_that_go_to_one_alone_count_once() -> None:
    leader = leader_elected(3)
    perform(leader, ClientCommand("node1", "SET x 1"), Replicate("node1", "node2"))
    perform(leader, Arrival("node1", "node2"), Arrival("node2", "node1"))
    assert price(Replicate("node1"), leader.cluster) == 1  # to node3, who alone lacks it


@pytest.mark.parametrize(
    "event",
    [
        Timeout("node2"), ClientCommand("node1", "SET x 1"), Crash("node1"), Restart("node3"),
        Partition((("node1",),)), Heal(), Deliver(RequestVote("node1", "node2", 1, 0, 0)),
    ],
    ids=lambda event: type(event).__name__,
)  # fmt: skip
def test_any_other_event_counts_once(event: raftlab.raft.Event) -> None:
    assert price(event, one_node_down().cluster) == 1
    if isinstance(event, Timeout | Deliver | ClientCommand):
        assert price(Crash("node1", event), one_node_down().cluster) == 2


@pytest.mark.parametrize(
    ("more", "cost"),
    [
        ([Partition((("node3",),)), Heal()], 8),
        ([Duplicate(RequestVote("node1", "node3", 1, 0, 0))], 7),
        ([Crash("node3"), Restart("node3")], 8),
        ([ClientCommand("node3", "SET x 1")], 7),
    ],
)
def test_what_leads_nowhere_costs_all_the_same(more: list[object], cost: int) -> None:
    found = leaders().grade([TWO_LEAD[0], *more, *TWO_LEAD[1:]])
    assert found.passed
    assert found.events == cost


def test_what_comes_after_the_goal_is_ignored() -> None:
    for more in ([Timeout("nobody")], ["nonsense"], [..., None], [Timeout("node3")] * 99):
        found = leaders().grade([*TWO_LEAD, *more])
        assert found.passed
        assert found.events == 6
        assert found.history is not None
        assert len(found.history) == 7


# Runs that were played


def played(*acts: object) -> History:
    run = leaders().begin()
    perform(run, *acts)
    return run


def test_a_run_begun_here_and_played_passes() -> None:
    run = played(*TWO_LEAD)
    found = leaders().grade(run)
    assert found.passed
    assert found.events == 6
    assert found.history is not run


def test_a_run_that_has_only_begun_is_not_attempted() -> None:
    assert leaders().grade(leaders().begin()).outcome is Outcome.NOT_ATTEMPTED


def test_of_a_run_with_branches_the_current_line_counts() -> None:
    run = played(*TWO_LEAD)
    end = run.now.number
    run.goto(1)
    perform(run, Timeout("node3"))
    assert leaders().grade(run).headline == "After 2 events it has not come to that."
    run.goto(end)
    assert leaders().grade(run).passed
    run.goto(3)  # on the way there: what is ahead on this line counts too
    assert leaders().grade(run).passed


def test_a_run_from_elsewhere_is_none() -> None:
    run = History(leader_elected().cluster, properties=())
    perform(run, Heartbeat("node1"))
    said = wrong(leaders().grade(run), "This run begins elsewhere.")
    assert said == 'It is to begin at begin("two_leaders").'


def test_a_run_from_an_equal_start_will_do() -> None:
    run = fresh(3)
    perform(run, *TWO_LEAD)
    assert leaders().grade(run).passed


def test_under_easier_rules_nothing_is_reached() -> None:
    """It is played again, under the rules of the exercise, whatever the run's own are."""
    easy = RAFT.but(wins_election=lambda node: True)
    run = History(leaders().begin().cluster, easy)
    perform(run, Timeout("node1"), Timeout("node2"))
    said = wrong(leaders().grade(run), "After 2 events it has not come to that.")
    assert said == "Leading at the end: nobody. Two are wanted."
    run = logs().begin()
    run.rules = RAFT.but(log_is_up_to_date=lambda node, request: True)
    perform(
        run, *LOST[:4], *(Timeout("node3"), Arrival("node3", "node2"), Arrival("node2", "node3"))
    )
    assert run.now.violations
    assert not logs().grade(run).passed


def test_a_message_that_these_rules_never_send_cannot_arrive() -> None:
    easy = RAFT.but(wins_election=lambda node: True)
    run = History(leaders().begin().cluster, easy)
    perform(run, Timeout("node1"), Arrival("node1", "node2"), Arrival("node1", "node2"))
    said = wrong(leaders().grade(run), "Line 3 cannot happen.")
    assert said == "This message is not in flight (any more)."


def test_a_run_loaded_from_a_file_passes(tmp_path) -> None:
    raftlab.save(played(*TWO_LEAD), tmp_path / "run.json")
    assert leaders().grade(raftlab.load(tmp_path / "run.json")).passed


# What cannot be


@pytest.mark.parametrize(
    ("acts", "line", "says"),
    [
        ([Timeout("node9")], 1, "There is no node named 'node9'; there are node1, node2, node3."),
        ([Timeout(5)], 1, "There is no node named 5; there are node1, node2, node3."),
        ([Crash("node9")], 1, "There is no node named 'node9'"),
        ([Arrival("node9", "node1")], 1, "No message from node9 to node1 is in flight."),
        ([Arrival(1, 2)], 1, "No message from 1 to 2 is in flight."),
        ([*N1_WINS, Timeout("node1")], 4, "node1 leads: it has no election timer (§5.2)."),
        ([*N1_WINS, Replicate("node1")], 4, "node1 knows of no entry that a peer lacks"),
        ([Heartbeat("node1")], 1, "node1 is no leader"),
        ([Deliver(RequestVote("node1", "node2", 1, 0, 0))], 1, "This message is not in flight"),
        ([Timeout("node1"), Arrival("node2", "node1")], 2, "No message from node2 to node1 is in"),
        ([Crash("node1"), Timeout("node1")], 2, "node1 is down: it can only restart."),
        ([Restart("node1")], 1, "node1 runs already."),
        ([Heal()], 1, "No link is cut."),
        ([Partition("node1")], 1, "There is no node named 'n'"),
        ([ClientCommand("node1", "hello")], 1, "The state machine understands 'SET key value'"),
        ([ClientCommand("node1", 5)], 1, "A command is text such as 'SET key1 valueA', not int."),
        ([Crash("node1", Timeout("node2"))], 1, "node1 can only crash in a turn of its own."),
        ([Crash("node1", "now")], 1, "node1 can only crash in a turn of its own."),
    ],
)
def test_what_cannot_happen_is_told_with_its_reason(
    acts: list[object], line: int, says: str
) -> None:
    found = leaders().grade(acts)
    assert says in wrong(found, f"Line {line} cannot happen.")
    assert found.history is not None
    assert len(found.history) == line


@pytest.mark.parametrize(
    "act",
    [
        "Timeout('node1')", 3, True, Timeout, max, ("node1", "node2"), {"node": "node1"},
        [Timeout("node1")], Deliver("hello"), Deliver(None), Drop(7), Duplicate("x"),
        Partition(5), Partition((5,)), fresh(3), 10**5000,
    ],
    ids=lambda act: type(act).__name__,
)  # fmt: skip
def test_what_is_no_event_is_told_so(act: object) -> None:
    found = leaders().grade([Timeout("node1"), act])
    if found.headline == "Line 2 cannot happen.":  # it looks like one, and was never sent
        assert isinstance(act, Drop | Duplicate | Deliver)
        assert wrong(found, found.headline) == "This message is not in flight (any more)."
    else:
        said = wrong(found, "Line 2 is no event.")
        assert 'An event is `Timeout("node1")`, for example' in said
    assert found.closer == "The last that happened was: node1 times out."


@pytest.mark.parametrize(
    "answer",
    [
        "node1", b"node1", 3, True, Timeout("node1"), {"node1": Timeout("node1")}, {1: 2},
        {Timeout("node1")}, max, Timeout, fresh(3).cluster, object(), 10**5000,
    ],
    ids=lambda answer: type(answer).__name__,
)  # fmt: skip
def test_what_is_no_schedule_is_told_so(answer: object) -> None:
    said = wrong(leaders().grade(answer), "That is no schedule.")
    assert said.startswith("It is a list of events, or a run; it was ")


def test_a_line_that_is_open_is_not_wrong() -> None:
    for act in (..., Timeout(...), Arrival("node1", ...), Crash("node1", Timeout(...))):
        found = leaders().grade([Timeout("node1"), act])
        assert (found.outcome, found.headline) == (Outcome.NOT_ATTEMPTED, "Line 2 is still open.")


def test_a_schedule_may_come_from_anything_that_has_an_order() -> None:
    for answer in (TWO_LEAD, tuple(TWO_LEAD), iter(TWO_LEAD), deque(TWO_LEAD)):
        assert leaders().grade(answer).passed


def test_a_schedule_that_is_too_long_is_not_played() -> None:
    said = wrong(leaders().grade([Timeout("node1")] * 301), "That is too long.")
    assert said == f"At most {MOST_EVENTS} events are played."
    found = leaders().grade([Timeout("node1")] * 300)
    assert found.headline == "After 300 events it has not come to that."


# Generators


def endless() -> Iterator[object]:
    while True:
        yield Timeout("node1")


def stuck() -> Iterator[object]:
    yield Timeout("node1")
    while True:
        pass


def stuck_and_deaf() -> Iterator[object]:
    for number in count():
        try:
            int(f"{number}")
        except:  # noqa: E722
            number = 0
    yield Timeout("node1")


def raising() -> Iterator[object]:
    yield Timeout("node1")
    raise ValueError("no more")


def leaving() -> Iterator[object]:
    yield Timeout("node1")
    raise SystemExit


def test_an_endless_generator_is_too_long() -> None:
    wrong(leaders().grade(endless()), "That is too long.")


def test_a_generator_that_is_stuck_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "SECONDS", 0.2)
    said = wrong(leaders().grade(stuck()), "Your schedule does not come to an end.")
    assert said == "What makes it was stopped after 0.2 s."


def test_a_generator_that_catches_everything_is_stopped() -> None:
    wrong(leaders().grade(stuck_and_deaf()), "Your schedule does not come to an end.")


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [(raising, "ValueError", "ValueError: no more"), (leaving, "SystemExit", "SystemExit")],
)
def test_a_generator_that_raises_is_told_with_its_line(answer, kind: str, says: str) -> None:
    found = leaders().grade(answer())
    assert (found.outcome, found.headline) == (
        Outcome.RAISED,
        f"Your schedule raised {kind}.",
    )
    line = answer.__code__.co_firstlineno + 2
    assert found.sentence.startswith(f"{says}, in line {line} of {answer.__name__}: `raise ")


# What it reads like


def test_a_schedule_that_falls_short_says_what_is_missing() -> None:
    said = str(leaders().grade(N1_WINS)).splitlines()
    assert said[:5] == [
        "Wrong. After 3 events it has not come to that.",
        "Leading at the end: node1 (term 1). Two are wanted.",
        "   1  node1 times out",
        "   2  RequestVote, node1 → node2, term 1, log empty",
        "   3  reply: vote granted, node2 → node1, term 1",
    ]


def test_breaking_a_cluster_says_what_broke() -> None:
    found = logs().grade(LOST)
    assert found.passed
    assert found.sentence.startswith("node2 leads term 2 without entry 1 of term 1")
    assert found.headline == "9 events; the shortest is 8."
