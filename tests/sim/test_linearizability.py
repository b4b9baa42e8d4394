"""Linearizability: the verdict against brute force, order and culprits held to their word."""

import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import combinations, permutations

import pytest

from raftlab.sim.linearizability import (
    Linearizability,
    Minimality,
    Operation,
    Outcome,
    Undecided,
    check_linearizable,
)
from raftlab.sim.linearizability.operations import timed
from raftlab.sim.linearizability.search import Search

History = tuple[Operation, ...]
Check = Callable[[History], bool]


def checked(history: Iterable[Operation]) -> bool:
    return check_linearizable(history).linearizable


# A store and a checker of their own: slow, and plain enough to be believed.


class Store:
    """What a server would do."""

    def __init__(self) -> None:
        self.pairs: dict[str, str] = {}

    def do(self, command: str) -> str | None:
        verb, key, *values = command.split()
        found = self.pairs.get(key)
        if verb == "GET":
            return found
        if verb == "SET":
            self.pairs[key] = values[0]
            return "ok"
        if verb == "DELETE":
            self.pairs.pop(key, None)
            return "ok"
        if verb == "INCR":
            digits = (found or "0").removeprefix("-")
            if not (digits.isascii() and digits.isdigit()):
                return "error"
            self.pairs[key] = str(int(found or "0") + 1)
            return self.pairs[key]
        if values[0] != (found if found is not None else "None"):
            return "false"
        self.pairs[key] = values[1]
        return "true"


def in_time(order: Sequence[Operation]) -> bool:
    """Whether nothing stands after what began only when it was over."""
    return not any(is_before(later, earlier) for earlier, later in combinations(order, 2))


def is_before(one: Operation, other: Operation) -> bool:
    if one.ends is None or one is other:
        return False
    both_at_once = one.begins == one.ends == other.begins == other.ends
    return one.ends <= other.begins and not both_at_once


def explains(order: Sequence[Operation], certain: Sequence[Operation]) -> bool:
    """Whether a store that does these in that order gives what the certain ones were given."""
    store = Store()
    for one in order:
        given = store.do(one.command)
        if one in certain and given != one.answer:
            return False
    return True


def some_order(history: Sequence[Operation], certain: Sequence[Operation]) -> bool:
    """Whether any order of the certain operations and of some others fits: all of them tried."""
    others = [one for one in history if one not in certain]
    return any(
        in_time(order) and explains(order, certain)
        for many in range(len(others) + 1)
        for some in combinations(others, many)
        for order in permutations([*certain, *some])
    )


def brute_force(history: History) -> bool:
    return some_order(history, [one for one in history if one.ends is not None])


# Histories


def command(rng: random.Random, values: str, keys: str = "x") -> str:
    key, value = rng.choice(keys), rng.choice(values)
    match rng.choice(["GET", "GET", "SET", "SET", "CAS", "CAS", "INCR", "INCR", "DELETE"]):
        case "SET":
            return f"SET {key} {value}"
        case "CAS":
            return f"CAS {key} {rng.choice([*values, 'None'])} {value}"
        case verb:
            return f"{verb} {key}"


def answer(rng: random.Random, of: str, values: str) -> str | None:
    match of.split()[0]:
        case "GET":
            return rng.choice([*values, None])
        case "CAS":
            return rng.choice(["true", "true", "false"])
        case "INCR":
            return rng.choice(["1", "2", "3", "error"])
    return "ok"


def anything(rng: random.Random, count: int) -> History:
    """Operations of a few clients, with answers as they come."""
    values, keys = rng.choice(["12a", "12", "1a", "ab"]), rng.choice(["x", "x", "xy"])
    free = dict.fromkeys(("a", "b", "c", "d"), 0)
    found = []
    for number in range(count):
        client = rng.choice(sorted(free))
        start = free[client] + rng.randrange(4)
        end = start + rng.randrange(6)
        asked = command(rng, values, keys)
        if rng.random() < 0.2:
            found.append(Operation(client, asked, None, start, None))
            free[f"{client}{number}"] = start
            del free[client]
        else:
            found.append(Operation(client, asked, answer(rng, asked, values), start, end))
            free[client] = end + (1 if start == end else 0)
    return tuple(found)


def from_a_store(rng: random.Random, count: int, keys: str = "x", lost: float = 0.1) -> History:
    """What a store did, each operation at a moment within its time; some were never answered."""
    values = "12345"
    free = {f"client{number}": rng.random() for number in range(rng.randrange(2, 7))}
    done: list[tuple[float, Operation]] = []
    for number in range(count):
        client = min(free, key=lambda name: free[name])
        start = free.pop(client)
        end = start + rng.uniform(0.1, 3)
        asked = command(rng, values, keys)
        if rng.random() < lost:
            moment = start + rng.choice([rng.random(), rng.random() * 50, float("inf")])
            done.append((moment, Operation(client, asked, None, start, None)))
            free[f"client{number}x"] = end
        else:
            given = answer(rng, asked, values)
            done.append((rng.uniform(start, end), Operation(client, asked, given, start, end)))
            free[client] = end + rng.choice([0, rng.random()])
    store = Store()
    found = []
    for moment, one in sorted(done, key=lambda both: both[0]):
        given = store.do(one.command) if moment < float("inf") else None
        found.append(one if one.ends is None else replace(one, answer=given))
    return tuple(sorted(found, key=lambda one: one.begins))


def says_something(one: Operation) -> bool:
    return one.ends is not None and one.command.split()[0] not in ("SET", "DELETE")


def mutated(rng: random.Random, history: History) -> History:
    """One answer is another."""
    told = [number for number, one in enumerate(history) if says_something(one)]
    if not told:
        return history
    number = rng.choice(told)
    one = history[number]
    other = one.answer
    while other == one.answer:
        other = answer(rng, one.command, "12345")
    return (*history[:number], replace(one, answer=other), *history[number + 1 :])


@cache
def small_histories() -> list[tuple[History, bool]]:
    """Histories of at most six operations, with brute force's verdict."""
    rng = random.Random(1)
    found = [anything(rng, rng.randrange(1, 6)) for _ in range(3_000)]
    for _ in range(700):
        history = from_a_store(rng, rng.randrange(3, 7), lost=0.2)
        found += [history, mutated(rng, history)]
    return [(history, brute_force(history)) for history in found]


def disagreements(check: Check) -> int:
    return sum(check(history) != truth for history, truth in small_histories())


# The verdict


def test_the_verdict_is_that_of_brute_force() -> None:
    assert len(small_histories()) > 4_000
    truths = [truth for _, truth in small_histories()]
    assert 0.25 < sum(truths) / len(truths) < 0.75
    assert disagreements(checked) == 0


def apart(history: History, **changes: object) -> Iterator[Operation]:
    """The operations as those of a client each, otherwise changed."""
    for number, one in enumerate(history):
        yield replace(one, client=f"client{number}", **changes)  # type: ignore[arg-type]


def ignores_time(history: History) -> bool:
    return checked(
        one if one.ends is None else replace(one, ends=99) for one in apart(history, begins=0)
    )


def ignores_what_never_returned(history: History) -> bool:
    return checked(one for one in history if one.ends is not None)


def takes_what_never_returned_for_done_at_once(history: History) -> bool:
    return checked(
        replace(one, ends=one.begins + 1, answer="ok")
        if one.ends is None and one.command.split()[0] in ("SET", "DELETE")
        else one
        for one in apart(history)
    )


def takes_what_touches_for_concurrent(history: History) -> bool:
    return checked(
        one if one.ends is None else replace(one, ends=one.ends + 0.5) for one in apart(history)
    )


@pytest.mark.parametrize(
    "doctored",
    [
        ignores_time,
        ignores_what_never_returned,
        takes_what_never_returned_for_done_at_once,
        takes_what_touches_for_concurrent,
    ],
)
def test_a_doctored_check_is_caught(doctored: Check) -> None:
    assert disagreements(doctored) > 10


def assert_explained(verdict: Linearizability) -> None:
    """Hold the order to what it claims, by the store and the clock of this file."""
    history, order = verdict.operations, verdict.order
    returned = {one for one in history if one.ends is not None}
    assert returned <= set(order) <= set(history)
    assert len(set(order)) == len(order)
    assert in_time(order)
    assert explains(order, tuple(returned))


def test_the_order_explains_what_was_given() -> None:
    for history, truth in small_histories():
        verdict = check_linearizable(history)
        assert verdict.linearizable == truth
        if truth:
            assert_explained(verdict)
        else:
            assert verdict.order == ()


@pytest.mark.parametrize("keys", ["x", "xyz"])
def test_what_a_store_did_is_always_accepted(keys: str) -> None:
    rng = random.Random(keys)
    for _ in range(150):
        verdict = check_linearizable(from_a_store(rng, rng.randrange(1, 90), keys))
        assert verdict.outcome is Outcome.LINEARIZABLE
        assert_explained(verdict)


def test_what_a_store_did_not_do_is_mostly_refused() -> None:
    rng = random.Random(2)
    refused = 0
    for _ in range(300):
        verdict = check_linearizable(mutated(rng, from_a_store(rng, 30, "xy", lost=0.05)))
        refused += not verdict.linearizable
        if verdict.linearizable:
            # An answer may be another and still be explained: by another order.
            assert_explained(verdict)
    assert refused > 200


def test_a_thousand_operations_of_ten_clients() -> None:
    rng = random.Random(3)
    history = from_a_store(rng, 1_000, lost=0.02)
    assert_explained(check_linearizable(history))
    last = max(n for n, one in enumerate(history) if says_something(one) and "GET" in one.command)
    never_set = replace(history[last], answer="never")
    verdict = check_linearizable((*history[:last], never_set, *history[last + 1 :]))
    assert verdict.culprits == (never_set,)


@pytest.mark.parametrize("most", [1, 2, 5, 20])
def test_a_bound_never_makes_it_say_what_is_wrong(most: int) -> None:
    outcomes = []
    for history, truth in small_histories():
        verdict = check_linearizable(history, most_states=most)
        outcomes.append(verdict.outcome)
        if verdict.outcome is not Outcome.UNDECIDED:
            assert verdict.linearizable == truth
    if most < 3:
        assert outcomes.count(Outcome.UNDECIDED) > 300


def test_undecided_is_neither() -> None:
    history = [Operation("a", "SET x 1", "ok", 1, 4), Operation("b", "GET x", None, 2, 3)]
    verdict = check_linearizable(history, most_states=1)
    assert verdict.outcome is Outcome.UNDECIDED
    assert str(verdict).startswith("Undecided: 2 operations, and no order yet.\nNeither an order")
    with pytest.raises(Undecided, match="with a larger `most_states`"):
        _ = verdict.linearizable


def test_one_key_refused_is_enough_whatever_another_costs() -> None:
    rng = random.Random(5)
    costly = from_a_store(rng, 200, "y", lost=0.3)
    wrong = Operation("reader", "GET x", "1", 0, 1)
    verdict = check_linearizable([*costly, wrong], most_states=20)
    assert verdict.outcome is Outcome.NOT_LINEARIZABLE
    assert verdict.culprits == (wrong,)


def test_no_operation_is_linearizable() -> None:
    assert check_linearizable([]).order == ()
    assert check_linearizable([Operation("a", "GET x", None, 1, None)]).linearizable


def test_the_order_of_the_operations_given_makes_no_difference() -> None:
    rng = random.Random(8)
    for history, truth in small_histories()[::20]:
        shuffled = rng.sample(history, len(history))
        assert check_linearizable(shuffled).linearizable == truth


# The culprits


@cache
def refused_histories() -> list[Linearizability]:
    return [check_linearizable(history) for history, truth in small_histories() if not truth]


def test_the_culprits_contradict_each_other_and_none_can_be_left_out() -> None:
    sizes = set()
    for verdict in refused_histories():
        culprits, history = verdict.culprits, verdict.operations
        sizes.add(len(culprits))
        assert not some_order(history, culprits)
        for fewer in combinations(culprits, len(culprits) - 1):
            assert some_order(history, fewer)
    assert sizes >= {1, 2, 3}


def test_no_fewer_contradict_each_other_where_that_is_said() -> None:
    for verdict in refused_histories():
        assert verdict.minimality is Minimality.SMALLEST
        key = {one.command.split()[1] for one in verdict.culprits}
        returned = [
            one
            for one in verdict.operations
            if one.ends is not None and one.command.split()[1] in key
        ]
        for size in range(1, len(verdict.culprits)):
            for fewer in combinations(returned, size):
                assert some_order(verdict.operations, fewer)


def in_a_hurry(rng: random.Random) -> History:
    """Few kinds of operation, many of them alike and at once; each client asks for one thing."""
    kinds = rng.sample(
        ["SET x 1", "SET x a", "DELETE x", "CAS x 1 a", "CAS x None 1", "INCR x", "GET x"], 4
    )
    found = []
    for number in range(rng.randrange(4, 7)):
        asked, start = rng.choice(kinds), rng.randrange(8)
        given = answer(rng, asked, "1a")
        end = start + rng.randrange(1, 6)
        found.append(Operation(f"client{number}", asked, given, start, end))
    return tuple(found)


def test_whether_some_contradict_each_other_is_as_brute_force_says() -> None:
    rng = random.Random(9)
    contradict = 0
    for _ in range(4_000):
        history = in_a_hurry(rng)
        ranked = timed(history)
        few = rng.sample(range(len(history)), rng.randrange(1, 4))
        firm = [ranked[place] for place in few]
        search = Search(firm, [one for one in ranked if one not in firm], 1_000)
        assert search.over
        assert (search.order is not None) == some_order(history, [history[one] for one in few])
        contradict += search.order is None
    assert 500 < contradict < 3_500


@pytest.mark.parametrize(
    ("history", "certain"),
    [
        # Of two that do the same, the one that is over later may have to stand first.
        ([("DELETE x", "ok", 7, 9), ("INCR x", "1", 12, 13), ("INCR x", "1", 7, 13)], [1, 2]),
        # What stands between an operation and the one that asks for its value takes any but one.
        ([("CAS x 1 a", "false", 4, 6), ("SET x a", "ok", 1, 4), ("GET x", "a", 9, 11)], [0, 2]),
        # Of what may have happened, that which is over sooner may begin too late.
        (
            [
                ("CAS x 1 a", "false", 1, 4),
                ("SET x 1", "ok", 4, 5),
                ("GET x", "a", 10, 16),
                ("SET x 1", "ok", 3, 9),
            ],
            [2],
        ),
    ],
)
def test_orders_that_are_easily_missed(
    history: list[tuple[str, str, float, float]], certain: list[int]
) -> None:
    operations = [Operation(f"client{n}", *one) for n, one in enumerate(history)]
    ranked = timed(operations)
    firm = [ranked[place] for place in certain]
    assert some_order(operations, [operations[place] for place in certain])
    assert Search(firm, [one for one in ranked if one not in firm], 1_000).order is not None


def test_the_culprits_of_a_long_history_are_few() -> None:
    rng = random.Random(7)
    refused = [
        verdict
        for _ in range(60)
        if not (verdict := check_linearizable(mutated(rng, from_a_store(rng, 120)))).linearizable
    ]
    assert len(refused) > 5
    for verdict in refused:
        assert len(verdict.culprits) < 12
        assert verdict.minimality in (Minimality.SMALLEST, Minimality.IRREDUCIBLE)


# What it says

A, B, C = "alice", "bob", "carol"


def said(*operations: tuple[str, str, str | None, float, float | None]) -> str:
    verdict = check_linearizable(Operation(*one) for one in operations)
    assert verdict.outcome is Outcome.NOT_LINEARIZABLE
    return verdict.sentence


def test_a_stale_read() -> None:
    assert said(
        (A, "SET x 1", "ok", 1, 2), (A, "SET x 2", "ok", 3, 4), (B, "GET x", "1", 5, 6)
    ) == (
        "bob's GET x found 1 after alice's SET x 2 had ended, and alice's SET x 1 had ended before "
        "that began."
    )


def test_a_read_that_goes_back() -> None:
    assert said(
        (A, "SET x 1", "ok", 1, 2),
        (A, "SET x 2", "ok", 3, 9),
        (B, "GET x", "2", 4, 5),
        (C, "GET x", "1", 6, 7),
    ) == (
        "carol's GET x found 1 after bob's GET x had found 2, and alice's SET x 1 had ended before "
        "that began."
    )


def test_two_reads_at_once_of_which_one_is_stale() -> None:
    assert said(
        (A, "SET x 1", "ok", 1, 2),
        (A, "SET x 2", "ok", 3, 5),
        (B, "GET x", "2", 4, 9),
        (C, "GET x", "1", 6, 8),
    ) == (
        "carol's GET x found 1, and bob's GET x found 2. But alice's SET x 1 had ended before "
        "alice's SET x 2 began, and alice's SET x 2 had ended before carol's GET x began."
    )


def test_a_read_of_what_nobody_wrote() -> None:
    assert said((A, "SET x 1", "ok", 1, 2), (B, "GET x", "2", 3, 4)) == (
        "bob's GET x found 2, though nothing that began before it ended can make x 2."
    )


def test_a_lost_write() -> None:
    assert said((A, "SET x 1", "ok", 1, 2), (B, "GET x", None, 3, 4)) == (
        "bob's GET x found no value after alice's SET x 1 had ended, and nothing that had begun by "
        "then can take the value of x away."
    )


def test_a_lost_update() -> None:
    assert said((A, "INCR x", "1", 1, 5), (B, "INCR x", "1", 2, 6)) == (
        "alice's INCR x answered 1 and bob's INCR x answered 1: each found 0 in x and "
        "changed it, and nothing can make x 0 again in between."
    )


def test_a_counter_too_far() -> None:
    assert said((A, "INCR x", "1", 1, 2), (B, "INCR x", "5", 3, 7), (C, "INCR x", "2", 4, 5)) == (
        "bob's INCR x answered 5, though nothing that began before it ended can make x 4 (INCR was "
        "called twice)."
    )


def test_both_won_the_same_swap() -> None:
    assert said((A, "CAS x None 1", "true", 1, 4), (B, "CAS x None 2", "true", 2, 5)) == (
        "alice's CAS x None 1 answered true and bob's CAS x None 2 answered true: each found no "
        "value in x and changed it, and nothing can take the value of x away again in between."
    )


def test_the_sentence_names_the_culprits() -> None:
    for verdict in refused_histories():
        if len(verdict.culprits) <= 5:
            for one in verdict.culprits:
                assert f"{one.client}'s {one.command}" in verdict.sentence


def test_a_verdict_reads_well_by_itself() -> None:
    history = [
        Operation(A, "SET x 1", "ok", 1, 2),
        Operation(B, "GET x", None, 3, 4),
        Operation(C, "INCR y", None, 3, None),
        Operation(A, "GET y", "1", 5, 8),
    ]
    assert (
        repr(check_linearizable(history))
        == """\
Not linearizable: 2 of 4 operations contradict each other.
bob's GET x found no value after alice's SET x 1 had ended, and nothing that had begun by then can \
take the value of x away.
   ✕  alice: SET x 1 answered ok, from 1 to 2
   ✕  bob: GET x found no value, from 3 to 4
No fewer operations on this key contradict each other."""
    )
    assert (
        repr(check_linearizable([*history[:1], *history[2:]]))
        == """\
Linearizable: 3 operations, one after another.
There is an order of them that explains what every client saw.
    1. alice: SET x 1 answered ok, from 1 to 2
    2. carol: INCR y, from 3, never answered
    3. alice: GET y answered 1, from 5 to 8"""
    )


def test_a_verdict_is_no_truth_value() -> None:
    with pytest.raises(TypeError, match="ask for its `linearizable`"):
        bool(check_linearizable([]))


# What is no history


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ((A, "GET x", None, 5, 3), "alice's GET x ends at 3, before it begins at 5."),
        ((A, "get x", None, 1, 2), "and not 'get x'."),
        ((A, "GET x y", None, 1, 2), "and not 'GET x y'."),
        ((A, "CAS x 1", "true", 1, 2), "and not 'CAS x 1'."),
        ((A, "CAS x 1 None", "true", 1, 2), "'None' stands for no value"),
        ((A, 7, None, 1, 2), "An operation's command is a line of text, and not 7."),
        (("", "GET x", None, 1, 2), "An operation's client is a line of text, and not ''."),
        ((A, "GET x\n", None, 1, 2), "a line of text"),
        ((A, "GET x", None, "1", 2), "alice's GET x begins at a number, and not at '1'."),
        ((A, "GET x", None, 1, float("nan")), "or None if it was never answered, and not at nan."),
        ((A, "GET x", None, True, 2), "begins at a number, and not at True."),
        ((A, "GET x", "1", 1, None), "alice's GET x never ended, so its answer is None"),
        ((A, "SET x 1", None, 1, 2), "alice's SET x 1 is answered by 'ok', and not by None."),
        ((A, "CAS x 1 2", True, 1, 2), "by 'true' or 'false', and not by True."),
        ((A, "INCR x", 2, 1, 2), "by a number as text, or 'error', and not by 2."),
        ((A, "INCR x", "02", 1, 2), "and not by '02'."),
        ((A, "GET x", 2, 1, 2), "by a line of text, or None for no value, and not by 2."),
        ((A, "GET x", "2", 1, 2, -1), "its moment is the number of a moment, or None, and not -1."),
    ],
)
def test_what_is_no_operation_is_refused_in_a_sentence(
    fields: tuple[object, ...], sentence: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        Operation(*fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        ((1, 5), (3, 7), "alice's GET x begins at 3, and its SET x 1 ends only at 5. A client"),
        ((4, 4), (4, 4), "alice's GET x begins at 4, and its SET x 1 ends only at 4."),
    ],
)
def test_a_client_does_one_thing_at_a_time(
    first: tuple[int, int], second: tuple[int, int], sentence: str
) -> None:
    history = [Operation(A, "GET x", None, *second), Operation(A, "SET x 1", "ok", *first)]
    if first == (4, 4):
        history.reverse()
    with pytest.raises(ValueError, match=re.escape(sentence)):
        check_linearizable(history)


@pytest.mark.parametrize(("read", "fits"), [("1", True), (None, True), ("2", False)])
def test_a_client_that_gave_up_goes_on_and_what_it_asked_for_may_yet_happen(
    read: str | None, fits: bool
) -> None:
    history = [
        Operation(A, "SET x 1", None, 1, None),
        Operation(A, "GET x", None, 3, 4),
        Operation(A, "GET x", read, 5, 6),
    ]
    assert check_linearizable(history).linearizable is fits


def test_a_client_may_begin_where_it_ended() -> None:
    history = [
        Operation(A, "SET x 1", "ok", 1, 4),
        Operation(A, "SET x 2", "ok", 4, 4),
        Operation(A, "GET x", "2", 4, 6),
    ]
    assert check_linearizable(history).order == tuple(history)


def test_what_is_no_operation_is_no_history() -> None:
    with pytest.raises(TypeError, match="takes operations, not 'SET x 1'"):
        check_linearizable(["SET x 1"])  # type: ignore[list-item]
