"""Which values of a key make a difference to the operations on it.

Without this, a search would tell apart every value that was ever set, though few were ever read.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from raftlab.sim.linearizability.operations import Timed
from raftlab.sim.linearizability.store import (
    ERROR,
    FALSE,
    TRUE,
    Call,
    Value,
    expects,
    is_number,
    perform,
)

# These stand for all values that make no difference. No command can hold such a sign.
SOME_WORD, SOME_NUMBER = "\0word", "\0number"
# Stands for whatever is answered, and for the value after an answer that was not given.
ANY, REFUSED = "\0any", "\0refused"


class Asked:
    """The values that operations ask for, and those that others may turn into one of them.

    Others are `swaps`, CASs, and as many INCRs as there are `adders`.
    """

    def __init__(
        self, firm: Iterable[Timed], swaps: Sequence[Call], adders: int, named: Iterable[Call] = ()
    ) -> None:
        """The values that these firm operations ask for, and those that any CAS `named` expects."""
        self.words: set[Value] = {value for call in named for value in expects(call)}
        numbers: set[int] = set()
        for one in firm:
            if one.call.verb == "GET":
                self.words.add(one.answer)
            elif one.answer == TRUE and one.call.verb == "CAS":
                self.words.update(expects(one.call))
            elif one.call.verb == "INCR" and one.answer != ERROR:
                numbers.add(int(one.answer or 0) - 1)
        self._adders = adders
        more = self.words
        while True:
            if adders:
                numbers |= {int(word or 0) for word in more if is_number(word)}
            self._numbers = sorted(numbers)
            more = {v for one in swaps if one.new in self for v in expects(one)} - self.words
            if not more:
                return
            self.words |= more

    def __contains__(self, value: Value) -> bool:
        """Whether a value is asked for, or may become such a value."""
        if value in self.words:
            return True
        if not self._numbers or not is_number(value):
            return False
        number = int(value or 0)
        above = bisect_left(self._numbers, number)
        return above < len(self._numbers) and self._numbers[above] - number <= self._adders


class Values:
    """The values of one key, as far as the `firm` operations on it can tell them apart.

    `loose` are those other operations that may make a difference to a firm one.
    """

    def __init__(self, firm: Sequence[Timed], loose: Sequence[Timed]) -> None:
        """The values that make a difference to these operations."""
        self.firm = firm
        choosy = [one for one in firm if one.choosy]
        self.choosy = bool(choosy)
        self._errors = any(one.answer == ERROR for one in choosy)
        self._refused = {v for one in choosy if one.answer == FALSE for v in expects(one.call)}
        self._swaps = [*dict.fromkeys(one.call for one in loose if one.call.verb == "CAS")]
        self._adders = sum(one.call.verb == "INCR" for one in loose)
        self._adds = self._adders > 0 or any(one.call.verb == "INCR" for one in firm)
        asked = self.asked(firm)
        self.loose = [one for one in loose if self._matters(one.call, asked)]
        named = {one.call for one in (*firm, *self.loose) if one.call.verb == "CAS"}
        self._told_apart = Asked(firm, self._swaps, self._adders, named)

    def asked(self, firm: Iterable[Timed]) -> Asked:
        """The values that some of the firm operations ask for."""
        return Asked(firm, self._swaps, self._adders)

    def _matters(self, call: Call, asked: Asked) -> bool:
        if call.verb in ("GET", "INCR"):
            return call.verb == "INCR"
        return self.choosy or call.new in asked

    def canonical(self, value: Value) -> Value:
        """The value, or what stands for all those that make no difference."""
        if value in (SOME_WORD, SOME_NUMBER) or value in self._told_apart:
            return value
        return SOME_NUMBER if self._adds and is_number(value) else SOME_WORD

    def canonical_call(self, call: Call) -> Call:
        """A call of which only the values that make a difference are told apart."""
        return call._replace(key="", new=self.canonical(call.new))

    def after(self, call: Call, value: Value, answer: Value = ANY) -> Value:
        """The value after a call; REFUSED if it had to give this answer and would give another."""
        if value == SOME_NUMBER and call.verb == "INCR":
            # A number that nobody asks for, and one more than that.
            return value if answer == ANY else REFUSED
        new, given = perform(call, value)
        return self.canonical(new) if answer in (given, ANY) else REFUSED

    def refused(self, value: Value) -> bool:
        """Whether a choosy operation refuses the value: it asks for any other."""
        return value in self._refused or (
            self._errors and (value == SOME_NUMBER or is_number(value))
        )
