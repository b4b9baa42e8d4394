"""What one key of a store does with commands, one after another, and what it answers.

| command | does | answers |
|---|---|---|
| `SET key value` | gives the key a value | "ok" |
| `GET key` | reads it | its value, or None where it has none |
| `DELETE key` | takes its value away, if it has one | "ok" |
| `CAS key expected new` | gives it `new` if its value is `expected` | "true" or "false" |
| `INCR key` | adds one; no value counts as 0 | the new number, or "error" |

`CAS key None new` expects that there is no value. INCR changes nothing where the value is no whole
number. Whatever is done to a key here is done by `perform`.
"""

from __future__ import annotations

import re
from typing import NamedTuple, TypeAlias

Value: TypeAlias = str | None

OK, TRUE, FALSE, ERROR = "ok", "true", "false", "error"
NO_VALUE = "None"
NUMBER = re.compile(r"-?[0-9]{1,1000}")
FORMS = "'SET key value', 'GET key', 'DELETE key', 'CAS key expected new' or 'INCR key'"


class Call(NamedTuple):
    """A command, read: what it does to which key, and with which values."""

    verb: str
    key: str
    expected: Value = None
    new: Value = None

    @property
    def blind(self) -> bool:
        """Whether it answers the same whatever it finds."""
        return self.verb in ("SET", "DELETE")


def read(command: str) -> Call:
    """What a command asks for. Raises ValueError, in a sentence, if it asks for nothing."""
    match command.split(maxsplit=2):
        case ["SET", key, value]:
            return Call("SET", key, new=value)
        case [("GET" | "DELETE" | "INCR") as verb, key]:
            return Call(verb, key)
        case ["CAS", key, values] if len(words := values.split(maxsplit=1)) == 2:
            if words[1] != NO_VALUE:
                return Call("CAS", key, *words)
            raise ValueError(f"{NO_VALUE!r} stands for no value: a key is given none by DELETE.")
    raise ValueError(f"An operation's command is {FORMS}, and not {command!r}.")


def perform(call: Call, value: Value) -> tuple[Value, Value]:
    """The value of its key after a call that found `value` there, and what it answers."""
    match call.verb:
        case "SET":
            return call.new, OK
        case "DELETE":
            return None, OK
        case "CAS" if call.expected == (NO_VALUE if value is None else value):
            return call.new, TRUE
        case "CAS":
            return value, FALSE
        case "INCR" if is_number(value):
            more = str(int(value or 0) + 1)
            return more, more
        case "INCR":
            return value, ERROR
    return value, value


def is_number(value: Value) -> bool:
    """Whether INCR can add to it: a whole number, or no value, which counts as 0."""
    return value is None or NUMBER.fullmatch(value) is not None


def expects(call: Call) -> tuple[Value, ...]:
    """The values with which a CAS changes something."""
    return (NO_VALUE, None) if call.expected == NO_VALUE else (call.expected,)
