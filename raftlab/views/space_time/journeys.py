"""What became of each message of a run: when it was sent, and whether it arrived, and when.

Of equal messages in flight the oldest goes first, as in the network itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from raftlab.raft import (
    Crash,
    Cut,
    Delay,
    Deliver,
    Drop,
    Duplicate,
    Message,
    Partition,
    Step,
)
from raftlab.sim.history import Moment
from raftlab.sim.words import say_message

BEFORE = -1


class Fate(Enum):
    """How a journey ends."""

    ARRIVED = "arrives"
    LOST = "is lost"
    FLYING = "is still in flight"


@dataclass(frozen=True, slots=True)
class Journey:
    """One message on its way, by the places on the line of the events that it was part of.

    `sent` is BEFORE for what was in flight when the run began, `end` None for what still is when it
    ends. A copy that the network made has the number of the journey it is a copy of, and the
    place where that happened; `held` are the places where the network held it back.
    """

    message: Message
    sent: int
    end: int | None = None
    fate: Fate = Fate.FLYING
    copy_of: int | None = None
    copied: int | None = None
    held: tuple[int, ...] = ()

    @property
    def begins(self) -> int:
        """The place from which on it is on its way, for a copy that at which it was made."""
        return self.sent if self.copied is None else self.copied

    def in_flight_at(self, place: int) -> bool:
        """Whether it is on its way once the event at `place` has happened."""
        return self.begins <= place and (self.end is None or place < self.end)


class _Begun:
    """A journey while it lasts."""

    __slots__ = ("copied", "copy_of", "end", "fate", "held", "message", "number", "sent")

    def __init__(self, number: int, message: Message, sent: int) -> None:
        self.number, self.message, self.sent = number, message, sent
        self.end: int | None = None
        self.fate = Fate.FLYING
        self.copy_of: int | None = None
        self.copied: int | None = None
        self.held: tuple[int, ...] = ()

    def over(self) -> Journey:
        return Journey(
            self.message, self.sent, self.end, self.fate, self.copy_of, self.copied, self.held
        )


class _Walk:
    """The journeys along a line so far, and of each message those under way, the oldest first."""

    def __init__(self, start: Moment) -> None:
        """Stand at the start of a line."""
        self.tip, self.places = start, 1
        self._journeys: list[Journey] = []
        self._changed: dict[int, _Begun] = {}
        self._begun = 0
        self._flying: dict[Message, deque[_Begun]] = {}
        for message in start.cluster.network:
            self.send(message, BEFORE)

    def follow(self, line: Sequence[Moment]) -> tuple[Journey, ...]:
        """Walk on along a line that begins with what was walked already."""
        for place in range(self.places, len(line)):
            if (step := line[place].step) is not None:
                _go_on(self, step, place)
        self.tip, self.places = line[-1], len(line)
        self._journeys += [self._changed[number].over() for number in self._new()]
        for number, begun in self._changed.items():
            self._journeys[number] = begun.over()
        self._changed.clear()
        return tuple(self._journeys)

    def send(self, message: Message, place: int) -> None:
        self._begin(_Begun(self._begun, message, place))

    def end(self, message: Message, place: int, fate: Fate) -> None:
        ended = self._flying[message].popleft()
        ended.end, ended.fate = place, fate
        self._changed[ended.number] = ended

    def copy(self, message: Message, place: int) -> None:
        original = self._flying[message][0]
        copy = _Begun(self._begun, message, original.sent)
        copy.copy_of, copy.copied = original.number, place
        self._begin(copy)

    def hold_back(self, message: Message, place: int) -> None:
        flying = self._flying[message]
        flying[0].held += (place,)
        self._changed[flying[0].number] = flying[0]
        flying.rotate(-1)

    def _begin(self, begun: _Begun) -> None:
        self._begun += 1
        self._changed[begun.number] = begun
        self._flying.setdefault(begun.message, deque()).append(begun)

    def _new(self) -> range:
        return range(len(self._journeys), self._begun)


# The last line walked: the next is the same one, or goes on from it, as long as a run is played.
_last: list[_Walk] = []


def journeys(line: Sequence[Moment]) -> tuple[Journey, ...]:
    """The journey of every message along a line of moments, in the order of sending."""
    if not _last or not _goes_on_from(_last[0], line):
        _last[:] = [_Walk(line[0])]
    return _last[0].follow(line)


def _goes_on_from(walk: _Walk, line: Sequence[Moment]) -> bool:
    # Before a moment there is one way only: whoever took this step has walked all before it.
    if walk.places > len(line):
        return False
    there = line[walk.places - 1]
    return there is walk.tip or (there.step is not None and there.step is walk.tip.step)


def _go_on(walk: _Walk, step: Step, place: int) -> None:
    match step.event:
        case Deliver(message) | Crash(_, Deliver(message)):
            # What a node that is down is sent is lost. Nobody writes to himself, so that a message
            # equal to this one cannot be among those that the turn sends.
            lost = message in step.lost
            walk.end(message, place, Fate.LOST if lost else Fate.ARRIVED)
        case Drop(message):
            walk.end(message, place, Fate.LOST)
        case Duplicate(message):
            walk.copy(message, place)
        case Delay(message):
            walk.hold_back(message, place)
        case Partition() | Cut():
            for message in step.lost:
                walk.end(message, place, Fate.LOST)
    for message in step.sent:
        walk.send(message, place)
        if message in step.lost:
            # Its link is cut, so that no other of its kind is on its way there.
            walk.end(message, place, Fate.LOST)


def say_journey(journey: Journey) -> str:
    """A message, and all that becomes of it on this line, by the numbers of the events."""
    way = "before the start" if journey.sent == BEFORE else f"at event {journey.sent}"
    copied = f"copied at event {journey.copied}, " if journey.copied is not None else ""
    return f"{say_message(journey.message)}: sent {way}, {copied}{say_rest(journey)}"


def say_rest(journey: Journey) -> str:
    """What becomes of a message once it is on its way."""
    held = "".join(f"held back at event {place}, " for place in journey.held)
    if journey.end is None:
        return f"{held}{journey.fate.value}"
    if journey.end == journey.begins:
        return "is lost at once: the link is cut"
    return f"{held}{journey.fate.value} at event {journey.end}"
