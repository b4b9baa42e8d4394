"""A history as a pytest test: it does the same again, and asserts what the run has shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from textwrap import wrap

from raftlab.raft import CLIENTS, FIGURE_3, LEMMAS, SAFETY, Cluster, Property, Scope, Step
from raftlab.sim.history import History, Moment
from raftlab.sim.python import (
    HOMES,
    TAKEN,
    as_act,
    failing,
    functions_called,
    imports,
    left_out,
    making,
    performing,
)
from raftlab.sim.source import WIDTH, Source, quoted, spelled
from raftlab.sim.words import listed, short

KNOWN = {known.name: known for known in (*SAFETY, *LEMMAS, *CLIENTS)}
# The sets of properties that have a name; what a history checks unless it is told otherwise has
# none to give.
SETS = {"": FIGURE_3, "SAFETY": SAFETY, "LEMMAS": LEMMAS, "(*SAFETY, *LEMMAS)": (*SAFETY, *LEMMAS)}
SETS |= {"CLIENTS": CLIENTS, "(*SAFETY, *CLIENTS)": (*SAFETY, *CLIENTS)}
# Where a test imports from what a run alone does not need.
MORE_HOMES = {
    "raftlab": ["CLIENTS", "LEMMAS", "SAFETY"],
    "raftlab.raft": ["RuleError"],
    "raftlab.sim.as_test": ["breaks", "ends", "in_flight", "properties_named"],
}
OWN_NAMES = {"failed", "len", "pytest"}
LONGEST_NAME = 60
INDENT = "    "


def breaks(history: History) -> tuple[tuple[int, str, str], ...]:
    """What breaks on the current line of a run and held just before: after which event, and how.

    As in `(6, "Election Safety", "node1 and node3 both led term 1.")`.
    """
    return tuple(_breaking(history.line()))


def ends(cluster: Cluster) -> tuple[tuple[object, ...], ...]:
    """Each node by name, role (or "down"), current_term, commit_index, and the terms in its log."""
    return tuple(
        (
            node.name,
            node.role.value if node.up else "down",
            node.current_term,
            node.commit_index,
            tuple(entry.term for entry in node.log.entries),
        )
        for node in cluster.nodes
    )


def in_flight(cluster: Cluster) -> tuple[tuple[str, str, str], ...]:
    """Each message in flight by its kind, its sender, its receiver."""
    return tuple((type(m).__name__, m.sender, m.receiver) for m in cluster.network)


def properties_named(*names: str) -> tuple[Property, ...]:
    """The properties of these names, of SAFETY, LEMMAS and CLIENTS.

    Raises ValueError for another name.
    """
    for name in names:
        if name not in KNOWN:
            raise ValueError(f"Raft has no property named {name!r}.")
    return tuple(KNOWN[name] for name in names)


def as_pytest(history: History) -> str:
    """The current line of `history` as a test that does it again and asserts what it has shown.

    That is which properties break, when and how, or that all hold, and how each node ends. The
    learner's rules are called by the names of their functions; a comment says what must be defined
    for it, and what is left out because raftlab has no name for it. Raises ValueError for a value
    that is none of Raft's.
    """
    line = history.line()
    steps = [moment.step for moment in line if moment.step is not None]
    rule = failing(history, steps[-1]) if steps else None
    if rule is not None:
        # What a rule left behind as it failed, nobody sees: done again, the event raises.
        line = line[:-1]
    name = _function_name(history.title)
    functions = functions_called(history, {*TAKEN, *OWN_NAMES, *_names_of_tests(), name})
    body = [
        f"def {name}() -> None:",
        *_docstring(history.title),
        *making(line[0].cluster, functions, *_properties_given(history)).lines(INDENT),
        *(performing(steps[: len(line) - 1], indent=INDENT) if line[1:] else ()),
        *(_raising(steps[-1], rule) if rule else ()),
        *_asserting_properties(history, line),
        *_asserting_the_end(line[-1].cluster, len(line) - 1),
    ]
    text = "\n".join(body) + "\n"
    above = [*_to_define(functions), *left_out(history), *_not_checked(history)]
    head = [*(["import pytest", ""] if rule else []), *imports(text, _homes())]
    return "\n".join([*head, "", *above, *([""] if above else []), "", text])


def _homes() -> dict[str, list[str]]:
    """Where each name that the text may use is imported from; the names in a formatter's order."""
    homes = {
        home: [*HOMES.get(home, []), *MORE_HOMES.get(home, [])]
        for home in sorted({*HOMES, *MORE_HOMES})
    }

    def constants_first(name: str) -> tuple[bool, bool, str]:
        return not name.isupper(), name.islower(), name

    return {home: sorted(names, key=constants_first) for home, names in homes.items()}


def _names_of_tests() -> set[str]:
    return {name for names in MORE_HOMES.values() for name in names}


def _function_name(title: str) -> str:
    """What pytest calls the test: the title as far as it makes a name."""
    words = re.sub(r"[^a-z0-9]+", "_", title.lower())[:LONGEST_NAME].strip("_")
    return f"test_{words or 'the_run'}"


def _docstring(title: str) -> Iterator[str]:
    if title:
        literal = quoted(title if len(title) < WIDTH else f"{title[: WIDTH - 20]}…")
        yield f'{INDENT}""{literal}""' if literal[0] == '"' else f"{INDENT}{literal}"


def _to_define(functions: dict[str, str | None]) -> Iterator[str]:
    for rule, name in functions.items():
        what = "this rule" if name in (None, rule) else f"this run's {rule}, which"
        is_it = f"it is {what}" if name not in (None, rule) else what
        yield f"# Define {name or rule} first: {is_it} is not the paper's."


def _checked(history: History) -> tuple[Property, ...]:
    """The properties that the test can ask about and that the run has an answer for."""
    known = (checked for checked in history.properties if KNOWN.get(checked.name) == checked)
    return tuple(checked for checked in known if not _needs_the_rules(history, checked))


def _needs_the_rules(history: History, checked: Property) -> bool:
    """Whether a run that is shown without its rules says nothing of the property.

    Then nothing is known of what happened within a turn.
    """
    return history.read_only is not None and checked.scope in (Scope.CHANGE, Scope.SERVER)


def _not_checked(history: History) -> Iterator[str]:
    for checked in history.properties:
        if KNOWN.get(checked.name) != checked:
            yield f"# Left out: {quoted(short(checked.name))}, a property that raftlab lacks."
        elif _needs_the_rules(history, checked):
            yield f"# Left out: {checked.name}, of which this run says nothing without its rules."


def _properties_given(history: History) -> tuple[Source, ...]:
    checked = _checked(history)
    named = next((name for name, those in SETS.items() if those == checked), None)
    if named is None:
        each = tuple(Source(quoted(one.name)) for one in checked)
        return (Source("properties=properties_named(", each, ")"),)
    return (Source(f"properties={named}"),) if named else ()


def _raising(last: Step, rule: str) -> Iterator[str]:
    yield f"{INDENT}with pytest.raises(RuleError) as failed:"
    doing = Source("perform(", (Source("run"), spelled(as_act(last))), ")")
    yield from doing.lines(INDENT * 2)
    yield f"{INDENT}assert failed.value.rule == {quoted(rule)}"


def _asserting_properties(history: History, line: Sequence[Moment]) -> Iterator[str]:
    names = [checked.name for checked in _checked(history)]
    if not names:
        return
    broken = [found for found in _breaking(line) if found[1] in names]
    after = ", and after which event" if broken else ""
    yield ""
    comment = f"{'What' if broken else 'Nothing'} breaks of {listed(names)}{after}."
    yield from wrap(comment, WIDTH, initial_indent="    # ", subsequent_indent="    # ")
    yield from _equal("breaks(run)", spelled(tuple(broken))).lines(INDENT)


def _breaking(line: Sequence[Moment]) -> Iterator[tuple[int, str, str]]:
    known: set[str] = set()
    for event, moment in enumerate(line):
        broken = {found.property.name: found.sentence for found in moment.violations}
        yield from ((event, name, broken[name]) for name in sorted(broken.keys() - known))
        known = set(broken)


def _asserting_the_end(cluster: Cluster, events: int) -> Iterator[str]:
    yield ""
    yield f"{INDENT}assert len(run) == {events + 1}  # the start, and what each event gave"
    yield f"{INDENT}# Each node: name, role, current_term, commit_index, the terms in its log."
    yield from _equal("ends(run.cluster)", spelled(ends(cluster))).lines(INDENT)
    yield from _equal("in_flight(run.cluster)", spelled(in_flight(cluster))).lines(INDENT)


def _equal(asked: str, expected: Source) -> Source:
    return expected.behind(f"assert {asked} == ")
