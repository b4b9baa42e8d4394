"""An operation as a sentence speaks of it: what came of it, and what that shows of its key."""

from __future__ import annotations

from dataclasses import dataclass

from raftlab.sim.linearizability.operations import Operation, Timed
from raftlab.sim.linearizability.store import ERROR, NO_VALUE, TRUE, Value, is_number, perform
from raftlab.sim.words import short

# No command holds an empty word, so this is no value.
UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class Witness:
    """An operation, as it is told and as it was timed."""

    operation: Operation
    timed: Timed

    @property
    def name(self) -> str:
        """Whose it is, and what was asked for: "client1's GET x"."""
        return f"{self.operation.client}'s {short(self.operation.command)}"

    @property
    def says(self) -> str:
        """What came of it: "client1's GET x found 1", "client1's SET x 1 ended"."""
        return f"{self.name} {self._verb} {self._what}".rstrip()

    @property
    def had_said(self) -> str:
        """What had come of it: "client1's GET x had found 1"."""
        return f"{self.name} had {self._verb} {self._what}".rstrip()

    @property
    def _verb(self) -> str:
        if self.timed.call.blind:
            return "ended"
        return "found" if self.timed.call.verb == "GET" else "answered"

    @property
    def _what(self) -> str:
        if self.timed.call.blind:
            return ""
        return "no value" if self.timed.answer is None else short(self.timed.answer)

    @property
    def found(self) -> Value:
        """A value that it must have found, as it answered so; UNKNOWN if others would do."""
        match self.timed.call.verb, self.timed.answer:
            case "GET", value:
                return value
            case "CAS", answer if answer == TRUE:
                return None if self.timed.call.expected == NO_VALUE else self.timed.call.expected
            case "INCR", str() as number if number != ERROR:
                return str(int(number) - 1)
        return UNKNOWN

    @property
    def left(self) -> Value:
        """The value that it left, wherever it stood; UNKNOWN if that depends."""
        if self.timed.call.blind:
            return self.timed.call.new
        return UNKNOWN if self.found == UNKNOWN else perform(self.timed.call, self.found)[0]

    def takes(self, value: Value) -> bool:
        """Whether it would have answered so, had it found this value."""
        return perform(self.timed.call, value)[1] == self.timed.answer

    def may_make(self, other: Witness) -> bool:
        """Whether, whatever it answered, it may leave a value that the other takes."""
        if self.timed.call.verb == "INCR":
            # It leaves a number, in as few digits as that takes.
            return other.found == UNKNOWN or is_number(other.found or NO_VALUE)
        return self.timed.call.verb != "GET" and other.takes(self.timed.call.new)

    def before(self, other: Witness) -> bool:
        """Whether it had come back before the other was called."""
        return self.timed.returned < other.timed.called
