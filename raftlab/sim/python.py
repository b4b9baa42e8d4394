"""A history as Python: source text that, when it is run, makes the same happen again."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from keyword import iskeyword

from raftlab.raft import Cluster, Deliver, Event, RuleError, Step, step
from raftlab.raft.cluster import MOST_NODES
from raftlab.raft.rules import RULE_NAMES
from raftlab.sim.acts import Arrival, resolve
from raftlab.sim.history import History
from raftlab.sim.scenarios import SCENARIOS, fresh
from raftlab.sim.source import WIDTH, Source, quoted, spelled
from raftlab.sim.words import short

# Where each name that the text may use is imported from.
HOMES = {
    "raftlab": (
        "RAFT Arrival Ask AskAgain ClientCommand Cluster Compact Crash Cut Delay Deliver Disk Drop "
        "Duplicate Entry GiveUp Heal Heartbeat History LeaseEnds Log Node OpenSession Partition "
        "Replicate Restart Role Snapshot Timeout fresh perform"
    ).split(),
    "raftlab.raft": (
        "Answered AppendEntries AppendReply Client ClientReply ClientRequest Configuration "
        "FrozenMap InstallSnapshot Origin Past Read Reading RequestVote Session SnapshotReply "
        "VoteReply"
    ).split(),
    "raftlab.raft.past": ["Committed"],
    "raftlab.sim": ["SCENARIOS"],
}
FRESH = {f"fresh({size})": size for size in range(1, MOST_NODES + 1)}
TAKEN = frozenset({"run", *(name for names in HOMES.values() for name in names)})


def as_python(history: History) -> str:
    """Source text that does the current line of `history` again, from its start to its tip.

    It calls the learner's rules by the names of their functions; comments say which rules must be
    defined first for want of one, and whether the last event raises RuleError. Title, notes and
    properties are left out. Raises ValueError for a value that is none of Raft's.
    """
    start, *moments = history.line()
    steps = [moment.step for moment in moments if moment.step is not None]
    functions = functions_called(history)
    body = [*_undefined(functions), *left_out(history), *making(start.cluster, functions).lines()]
    if steps:
        body += performing(steps, raises=failing(history, steps[-1]) is not None)
    text = "\n".join(body) + "\n"
    return "\n".join([*imports(text), "", text])


def imports(text: str, homes: Mapping[str, Sequence[str]] = HOMES) -> Iterator[str]:
    """The lines that import what the text uses, and no more."""
    used = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    for home, names in homes.items():
        if needed := [name for name in names if name in used]:
            whole = f"from {home} import {', '.join(needed)}"
            split = Source(f"from {home} import (", tuple(map(Source, needed)), ")")
            yield from [whole] if len(whole) <= WIDTH else split.lines()


def functions_called(history: History, taken: Collection[str] = TAKEN) -> dict[str, str | None]:
    """The name of the function that each changed rule is; None where it has none to call it by.

    Nor has it one that the text has `taken` for something else.
    """
    functions = {rule: getattr(history.rules, rule) for rule in history.rules.changed}
    names = {rule: getattr(function, "__name__", "") for rule, function in functions.items()}

    def has_a_name_to_itself(rule: str) -> bool:
        name = names.get(rule, "")
        namesakes = {id(functions[other]) for other in names if names[other] == name}
        free = name.isidentifier() and not iskeyword(name) and name not in taken
        return free and len(namesakes) == 1

    # A file may name anything as a rule: only what is one becomes code.
    changed = sorted(history.rules_changed & set(RULE_NAMES))
    return {rule: names[rule] if has_a_name_to_itself(rule) else None for rule in changed}


def _undefined(functions: dict[str, str | None]) -> Iterator[str]:
    """A comment for each rule that the text cannot call by the name of its function."""
    for rule, name in functions.items():
        if name is None:
            yield f"# Define {rule} first: this rule is not the paper's."


def left_out(history: History) -> Iterator[str]:
    """A comment for each changed rule that there is no text for."""
    for rule in sorted(history.rules_changed - set(RULE_NAMES)):
        yield f"# Left out: {quoted(short(rule))}, a rule that this raftlab does not have."


def making(start: Cluster, functions: dict[str, str | None], *more: Source) -> Source:
    """The assignment that makes the history at its start; `more` is given to History besides."""
    call = next((call for known, call in _starts() if known == start), None)
    if call in FRESH and not functions and not more:
        return Source(f"run = {call}")
    cluster = _cluster(start) if call is None else Source(f"{call}.cluster")
    changes = tuple(Source(f"{rule}={name or rule}") for rule, name in functions.items())
    rules = (Source("RAFT.but(", changes, ")"),) if changes else ()
    return Source("run = History(", (cluster, *rules, *more), ")")


@cache
def _starts() -> tuple[tuple[Cluster, str], ...]:
    """The clusters that a call gives, and the call; the shorter ones first."""
    scenarios = [(start().cluster, f'SCENARIOS["{name}"]()') for name, start in SCENARIOS.items()]
    return (*((fresh(size).cluster, call) for call, size in FRESH.items()), *scenarios)


def _cluster(start: Cluster) -> Source:
    try:
        is_new = start == Cluster.of(*start.names)
    except ValueError:
        is_new = False
    if not is_new:
        return spelled(start)
    return Source("Cluster.of(", tuple(map(spelled, start.names)), ")")


def performing(steps: Sequence[Step], *, raises: bool = False, indent: str = "") -> Iterator[str]:
    """The call that does the steps, an event a line; the last may be known to raise."""
    yield f"{indent}perform("
    yield f"{indent}    run,"
    for number, taken in enumerate(steps, start=1):
        if raises and number == len(steps):
            yield f"{indent}    # A rule fails at this event, which raises RuleError."
        yield from spelled(as_act(taken)).lines(f"{indent}    ", ",")
    yield f"{indent})"


def as_act(taken: Step) -> Event | Arrival:
    """The event of a step; a message that arrives is told by its way where that tells it apart."""
    event = taken.event
    if isinstance(event, Deliver):
        arrival = Arrival(event.message.sender, event.message.receiver)
        return arrival if resolve(arrival, taken.before) == event else event
    return event


def failing(history: History, last: Step) -> str | None:
    """The rule that fails if the last step is taken again; None if none does or it is not here."""
    if history.read_only is not None:
        return None
    try:
        step(last.before, last.event, history.rules)
    except RuleError as error:
        return error.rule
    return None
