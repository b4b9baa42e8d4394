"""The state machine that Raft replicates here: a key-value store, changed by `SET key value`.

Commands are text, as a client typed them. Every replica applies the same text in the same order,
so what a command does, and what it answers, may depend on nothing but the machine and the text.

| command | does | answers |
|---|---|---|
| `SET key value` | gives the key a value | "ok" |
| `GET key` | reads it | its value, or None where it has none |
| `DELETE key` | takes its value away, if it has one | "ok" |
| `CAS key expected new` | gives it `new` if its value is `expected` | "true" or "false" |
| `INCR key` | adds one; no value counts as 0 | the new number, or "error" |

`CAS key None new` expects that there is no value. INCR changes nothing where the value is no whole
number. (INCR is the command for which doing it twice shows.)
"""

from __future__ import annotations

import re

from raftlab.raft.frozen import FrozenMap

Machine = FrozenMap[str]
EMPTY_MACHINE: Machine = FrozenMap()

LONGEST_COMMAND = 1_000

OK, TRUE, FALSE, ERROR = "ok", "true", "false", "error"
NO_VALUE = "None"
NUMBER = re.compile(r"-?[0-9]{1,1000}")
FORMS = "'SET key value', 'GET key', 'DELETE key', 'CAS key expected new' and 'INCR key'"


def apply(machine: Machine, command: str | None) -> Machine:
    """The machine after one command. What is no command (None included) changes nothing."""
    words = command.split(maxsplit=2) if command is not None else []
    match words:
        case ["SET", key, value]:
            return machine.set(key, value)
        case ["DELETE", key]:
            return machine.without(key)
        case ["CAS", key, values] if _expected(values) == machine.get(key, NO_VALUE):
            return machine.set(key, values.split(maxsplit=1)[1])
        case ["INCR", key] if NUMBER.fullmatch(value := machine.get(key, "0")):
            return machine.set(key, str(int(value) + 1))
        case _:
            return machine


def answer(machine: Machine, command: str | None) -> str | None:
    """What the command answers whose client finds `machine`; None is also what is no value."""
    words = command.split(maxsplit=2) if command is not None else []
    match words:
        case ["SET", _, _] | ["DELETE", _]:
            return OK
        case ["GET", key]:
            return machine.get(key)
        case ["CAS", key, values] if (expected := _expected(values)) is not None:
            return TRUE if expected == machine.get(key, NO_VALUE) else FALSE
        case ["INCR", key]:
            is_number = NUMBER.fullmatch(machine.get(key, "0"))
            return apply(machine, command)[key] if is_number else ERROR
        case _:
            return None


def is_read(command: str | None) -> bool:
    """Whether the command only reads. (§8)"""
    return command is not None and command.split(maxsplit=1)[:1] == ["GET"]


def _expected(values: str) -> str | None:
    """The value that a CAS expects; None if it is written without the two values it takes."""
    words = values.split(maxsplit=1)
    return words[0] if len(words) == 2 else None


def why_no_command(command: object) -> str | None:
    """A sentence saying why this is no command for the machine; None if it is one."""
    if not isinstance(command, str):
        return f"A command is text such as 'SET key1 valueA', not {type(command).__name__}."
    if len(command) > LONGEST_COMMAND:
        return f"A command has at most {LONGEST_COMMAND} characters; this one has {len(command)}."
    if not command.isprintable():
        return "A command is one line of printable characters."
    match command.split(maxsplit=2):
        case ["SET", _, _] | ["GET" | "DELETE" | "INCR", _]:
            return None
        case ["CAS", _, values] if _expected(values) is not None:
            if values.split(maxsplit=1)[1] != NO_VALUE:
                return None
            return f"{NO_VALUE!r} stands for no value: a key is given none by DELETE."
        case _:
            return f"The state machine understands {FORMS}, and not {command!r}."
