"""What each command does to the machine, and what it answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raftlab.raft import FrozenMap
from raftlab.raft.machine import EMPTY_MACHINE, answer, apply, is_read, why_no_command

BEFORE = FrozenMap.of({"a": "1", "b": "two words", "n": "-1"})

# command: what becomes of its key's value, and what it answers
TABLE = [
    ("SET a 2", {"a": "2"}, "ok"),
    ("SET c two words", {"c": "two words"}, "ok"),
    ("GET a", {}, "1"),
    ("GET b", {}, "two words"),
    ("GET c", {}, None),
    ("DELETE a", {"a": None}, "ok"),
    ("DELETE c", {}, "ok"),
    ("CAS a 1 2", {"a": "2"}, "true"),
    ("CAS a 2 3", {}, "false"),
    ("CAS a None 3", {}, "false"),
    ("CAS c None 3", {"c": "3"}, "true"),
    ("CAS c 1 3", {}, "false"),
    ("CAS a 1 two words", {"a": "two words"}, "true"),
    ("INCR a", {"a": "2"}, "2"),
    ("INCR n", {"n": "0"}, "0"),
    ("INCR c", {"c": "1"}, "1"),
    ("INCR b", {}, "error"),
]


@pytest.mark.parametrize(("command", "changed", "answered"), TABLE)
def test_a_command(command: str, changed: dict[str, str | None], answered: str | None) -> None:
    after = {**BEFORE, **changed}
    assert apply(BEFORE, command) == FrozenMap.of({k: v for k, v in after.items() if v is not None})
    assert answer(BEFORE, command) == answered
    assert why_no_command(command) is None
    assert is_read(command) == command.startswith("GET")


NO_COMMANDS = ["", "GET", "GET a b", "DELETE", "INCR", "INCR a 2", "CAS a", "CAS a 1", "SET a"]


@pytest.mark.parametrize("command", [*NO_COMMANDS, "incr a", None])
def test_what_is_no_command_does_nothing_and_answers_nothing(command: str | None) -> None:
    assert apply(BEFORE, command) == BEFORE
    assert answer(BEFORE, command) is None
    assert why_no_command(command) is not None


def test_the_word_for_no_value_is_no_value() -> None:
    sentence = why_no_command("CAS a 1 None")
    assert sentence == "'None' stands for no value: a key is given none by DELETE."


words = st.sampled_from(["SET", "GET", "DELETE", "CAS", "INCR", "a", "b", "1", "2", "None"])
commands = st.lists(words, max_size=4).map(" ".join)


@given(st.lists(commands, max_size=20))
def test_only_a_read_or_a_refusal_leaves_the_machine_as_it_is(script: list[str]) -> None:
    machine = EMPTY_MACHINE
    for command in script:
        after, answered = apply(machine, command), answer(machine, command)
        if is_read(command) or answered in ("false", "error"):
            assert after == machine
        if answered is None:
            assert after == machine
        machine = after
