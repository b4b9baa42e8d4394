"""Asking rules that nobody vouches for.

A rule must be a function of its arguments: it changes nothing, remembers nothing, draws no lots,
comes back, and treats all names alike. Here a changed rule is watched while it is asked, every turn
is taken twice, some again later in another order, and some with the nodes renamed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import FrozenInstanceError
from random import Random
from typing import NamedTuple

from raftlab.modelcheck.faults import (
    Unsound,
    answers_twice,
    changes_its_argument,
    depends_on_names,
    never_returns,
)
from raftlab.modelcheck.result import Fault
from raftlab.modelcheck.symmetry import Renaming
from raftlab.modelcheck.watchdog import Overlong, Watchdog
from raftlab.raft import Event, Firing, Node, Reaction, RuleError, Rules, react
from raftlab.raft.rules import RULE_NAMES
from raftlab.raft.turn import Turn

# Rules that are given the turn itself: what they give is the whole of it.
HANDLERS = {name for name in RULE_NAMES if name.startswith("on_")} | {"settle", "end_turn"}

ALL_OF_THE_FIRST, ONE_OF = 64, 8  # turns that are taken renamed
ASKED_OF_CHANCE = 8  # times, before a difference is put down to names
LATER = 1_000  # calls, or turns, that are asked for once more at the end


class Call(NamedTuple):
    """A changed rule was asked this and gave that."""

    rule: str
    arguments: tuple[object, ...]
    gave: object


class Asking:
    """Takes turns under some rules. Raises Unsound where a rule is not one, RuleError as `react`.

    The rules that are the paper's are not watched: they stand under tests of their own.
    """

    def __init__(self, rules: Rules, watchdog: Watchdog, renamings: Iterable[Renaming]) -> None:
        """Watch the changed ones of `rules`; take some turns under each of `renamings`."""
        self._changed = tuple(sorted(rules.changed))
        self._handlers = bool(rules.changed & HANDLERS)
        self._watchdog = watchdog
        self._renamings = tuple(renamings)
        self._calls: list[Call] = []
        watched = {name: self._watched(name, getattr(rules, name)) for name in self._changed}
        self.rules = rules.but(**watched)
        self._taken = 0
        # What was asked, for `once_more`: of the rules alone, or whole turns.
        self._asked: list[Call] = []
        self._turns: list[tuple[Node, Event, Reaction | RuleError, list[Call]]] = []

    def react(self, node: Node, event: Event) -> Reaction:
        """What `node` makes of `event`, once it is sure that it always does."""
        came, calls = self._take(node, event)
        if self._changed:
            self._taken += 1
            renaming = self._renaming_for_this_turn()
            if self._handlers or isinstance(came, RuleError):
                self._turns.append((node, event, came, calls))
                self._take_again(node, event, came, calls, renaming)
            else:
                self._asked += calls
                for call in calls:
                    self._ask_again(call, renaming)
        return self._sure(came)

    def asked(self, node: Node, ask: Callable[[Turn], None]) -> Firing:
        """What a rule makes of one question, which `ask` puts to it in a turn of `node`.

        It is put twice. Raises as `react` does.
        """
        first, again = (self._put(node, ask) for _ in range(2))
        if first.gave != again.gave:
            last = self._calls[-1]
            raise Unsound(answers_twice(last.rule, last.arguments, first.gave, again.gave))
        return first

    def _put(self, node: Node, ask: Callable[[Turn], None]) -> Firing:
        turn = Turn(node, self.rules)
        try:
            ask(turn)
        except RuleError as error:
            if isinstance(error.__cause__, Unsound):
                raise error.__cause__ from None
            if isinstance(error.__cause__, FrozenInstanceError):
                raise Unsound(changes_its_argument(error.rule, error.arguments)) from error
            raise
        except Overlong:
            raise self._overlong() from None
        return turn.firings[-1]

    def once_more(self) -> None:
        """Ask some of all that was asked again, in another order. Raises Unsound at a difference.

        What remembers what it was asked before can say the same twice in a row, and not later.
        """
        chance = Random(self._taken)
        for call in chance.sample(self._asked, min(LATER, len(self._asked))):
            self._ask_again(call, None)
        for turn in chance.sample(self._turns, min(LATER, len(self._turns))):
            self._expect_the_same(*turn)

    def _renaming_for_this_turn(self) -> Renaming | None:
        if not self._renamings or (self._taken > ALL_OF_THE_FIRST and self._taken % ONE_OF):
            return None
        return self._renamings[self._taken % len(self._renamings)]

    def _ask_again(self, call: Call, renaming: Renaming | None) -> None:
        """Ask a rule the same once more, and once with the nodes renamed."""
        rule, arguments, gave = call
        if (again := self._ask(rule, arguments)) != gave:
            raise Unsound(answers_twice(rule, arguments, gave, again))
        if renaming is None:
            return
        expected = renaming.of(gave)
        renamed = self._ask(rule, tuple(map(renaming.of, arguments)))
        if renamed != expected:
            for _ in range(ASKED_OF_CHANCE):
                if (again := self._ask(rule, arguments)) != gave:
                    raise Unsound(answers_twice(rule, arguments, gave, again))
            raise Unsound(depends_on_names(rule, arguments, expected, renamed))

    def _ask(self, rule: str, arguments: tuple[object, ...]) -> object:
        self._calls = []
        try:
            return getattr(self.rules, rule)(*arguments)
        except Unsound:
            raise
        except Overlong:
            raise self._overlong() from None
        except Exception as error:
            return error

    def _take_again(
        self,
        node: Node,
        event: Event,
        came: Reaction | RuleError,
        calls: list[Call],
        renaming: Renaming | None,
    ) -> None:
        """Take a whole turn once more, and once with the nodes renamed."""
        self._expect_the_same(node, event, came, calls)
        if renaming is None or isinstance(came, RuleError):
            return
        renamed, calls_renamed = self._take(renaming.of_node(node), renaming.of_event(event))
        if isinstance(renamed, Reaction):
            messages = Counter(map(renaming.of_message, came.messages))
            if (
                messages == Counter(renamed.messages)
                and renaming.of_node(came.node) == renamed.node
            ):
                return
        for _ in range(ASKED_OF_CHANCE):
            self._expect_the_same(node, event, came, calls)
        expected = [call._replace(gave=renaming.of(call.gave)) for call in calls]
        raise Unsound(self._blame(expected, calls_renamed, depends_on_names))

    def _expect_the_same(
        self, node: Node, event: Event, came: Reaction | RuleError, calls: list[Call]
    ) -> None:
        again, calls_again = self._take(node, event)
        if not _same(came, again):
            raise Unsound(self._blame(calls, calls_again, answers_twice))

    def _take(self, node: Node, event: Event) -> tuple[Reaction | RuleError, list[Call]]:
        calls: list[Call] = []
        self._calls = calls
        try:
            return react(node, event, self.rules), calls
        except RuleError as error:
            if isinstance(error.__cause__, Unsound):
                raise error.__cause__ from None
            return error, calls
        except Overlong:
            raise self._overlong() from None

    def _overlong(self) -> Unsound:
        return Unsound(never_returns(*self._watchdog.overlong, self._watchdog.limit))

    def _watched(self, name: str, rule: Callable[..., object]) -> Callable[..., object]:
        watchdog = self._watchdog

        def watched(*arguments: object) -> object:
            before = hash(arguments)
            watchdog.enter(name, arguments)
            try:
                gave = rule(*arguments)
            finally:
                watchdog.leave()
            if hash(arguments) != before:
                raise Unsound(changes_its_argument(name, arguments))
            self._calls.append(Call(name, arguments, gave))
            return gave

        watched.__name__ = getattr(rule, "__name__", name)
        return watched

    def _sure(self, came: Reaction | RuleError) -> Reaction:
        if isinstance(came, Reaction):
            return came
        if isinstance(came.__cause__, FrozenInstanceError):
            raise Unsound(changes_its_argument(came.rule, came.arguments))
        raise came

    def _blame(
        self,
        calls: list[Call],
        others: list[Call],
        fault: Callable[[str, tuple[object, ...], object, object], Fault],
    ) -> Fault:
        """The first call that was answered otherwise; or a handler, whose answer is the turn."""
        for call, other in zip(calls, others, strict=False):
            if call.rule == other.rule and call.gave != other.gave:
                return fault(call.rule, call.arguments, call.gave, other.gave)
        return fault(" or ".join(self._changed), (), None, None)


def _same(one: Reaction | RuleError, other: Reaction | RuleError) -> bool:
    if isinstance(one, RuleError) or isinstance(other, RuleError):
        return str(one) == str(other) if type(one) is type(other) else False
    return one[:2] == other[:2]
