"""The state machine that Raft replicates here: a key-value store that understands `SET key value`.

Commands are text, as a client typed them. Every replica applies the same text in the same order,
so what a command does may depend on nothing but the machine and the text.
"""

from __future__ import annotations

from raftlab.raft.frozen import FrozenMap

Machine = FrozenMap[str]
EMPTY_MACHINE: Machine = FrozenMap()

LONGEST_COMMAND = 1_000


def apply(machine: Machine, command: str | None) -> Machine:
    """The machine after one command. What is no command (None included) changes nothing."""
    words = command.split(maxsplit=2) if command is not None else []
    match words:
        case ["SET", key, value]:
            return machine.set(key, value)
        case _:
            return machine


def why_no_command(command: object) -> str | None:
    """A sentence saying why this is no command for the machine; None if it is one."""
    if not isinstance(command, str):
        return f"A command is text such as 'SET key1 valueA', not {type(command).__name__}."
    if len(command) > LONGEST_COMMAND:
        return f"A command has at most {LONGEST_COMMAND} characters; this one has {len(command)}."
    if not command.isprintable():
        return "A command is one line of printable characters."
    match command.split(maxsplit=2):
        case ["SET", _, _]:
            return None
        case _:
            return f"The state machine understands 'SET key value', and not {command!r}."
