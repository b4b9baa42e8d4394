"""Space and time in words: a line an event, with what was sent then and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from raftlab.raft import Cut, Deliver, Node, Partition
from raftlab.sim.history import History
from raftlab.sim.words import counted, listed, say_message
from raftlab.views.row import leads
from raftlab.views.space_time.above import broken_anew, letter
from raftlab.views.space_time.axis import say_shown
from raftlab.views.space_time.cuts import CutOff, cuts
from raftlab.views.space_time.journeys import Fate, Journey, journeys, say_journey, say_rest
from raftlab.views.space_time.layout import WIDTH, Scene, scene
from raftlab.views.space_time.marks import CRASH, LEADS, RESTARTS, Kind, Mark, marks, say_moment
from raftlab.views.space_time.operations import operations


def space_time_text(history: History, *, width: int = WIDTH) -> str:
    """What the diagram of that width shows, in lines."""
    seen = scene(history, width)
    every = journeys(seen.line)
    return "\n".join(
        [
            f"Space and time, {say_shown(seen)}. Now is {_now(seen)}.",
            *_where_it_begins(seen, every),
            *_events(seen, every),
            *_in_flight(seen, every),
        ]
    )


def space_time_alt(history: History, *, width: int = WIDTH) -> str:
    """One paragraph that can stand for the diagram of that width."""
    seen = scene(history, width)
    found = marks(seen)
    nodes = counted(len(seen.nodes), "node")
    if seen.clients:
        nodes += f" and {counted(len(seen.clients), 'client')}"
    sentences = [
        f"Space and time: {nodes}, {say_shown(seen)}. Now is {_now(seen)}.",
        _said("Leaders", _leaders(seen, found)),
        _said("Crashes", (f"{seen.names[m.row]} at event {m.place}" for m in _with(found, CRASH))),
        _said(
            "Restarts", (f"{seen.names[m.row]} at event {m.place}" for m in _with(found, RESTARTS))
        ),
        _said("Cut off", (_span(seen, cut) for cut in cuts(seen))),
        _said("Clients", (one.words(seen.names[one.row]) for one in operations(seen))),
        _said("Marked", _noted(seen)),
        _messages(seen, journeys(seen.line)),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _now(seen: Scene) -> str:
    return say_moment(seen.now, seen.line[seen.now])


def _where_it_begins(seen: Scene, every: Sequence[Journey]) -> Iterator[str]:
    """What the nodes are and what is under way where the window begins."""
    first = seen.window.first
    yield f"After event {first}:" if first else "At the start:"
    yield from (f"  {_state(node)}" for node in seen.line[first].cluster.nodes)
    yield from (f"  {one.words(seen.names)}" for one in cuts(seen) if one.start == first)
    for journey in every:
        if journey.in_flight_at(first):
            yield f"  on its way: {say_journey(journey)}"


def _state(node: Node) -> str:
    if not node.up:
        return f"{node.name} is down, in term {node.current_term}"
    does = "leads" if leads(node) else "is in"
    return f"{node.name} {does} term {node.current_term}"


def _events(seen: Scene, every: Sequence[Journey]) -> Iterator[str]:
    found = {mark.place: mark for mark in marks(seen)}
    begun, ended = _by_place(every, "begins"), _by_place(every, "end")
    cut = cuts(seen)
    for place in seen.shown:
        yield say_moment(place, seen.line[place])
        if place in found:
            yield from _changed(seen, found[place])
        yield from (f"  from here: {one.words(seen.names)}" for one in cut if one.start == place)
        yield from (f"  no longer: {one.words(seen.names)}" for one in cut if one.end == place)
        yield from _lost(seen, place, ended.get(place, ()))
        for journey in begun.get(place, ()):
            what = "sent" if journey.copied is None else "a copy"
            yield f"  {what}: {say_message(journey.message)}; {say_rest(journey)}"
        yield from _remarks(seen, place)
        if place == seen.now and place < seen.window.last:
            yield "  This is now. What follows lies ahead."


def _by_place(every: Sequence[Journey], which: str) -> dict[int, list[Journey]]:
    found: dict[int, list[Journey]] = {}
    for journey in every:
        found.setdefault(getattr(journey, which), []).append(journey)
    return found


def _lost(seen: Scene, place: int, ended: Sequence[Journey]) -> Iterator[str]:
    """What was on its way and is lost, where the event does not say so itself."""
    step = seen.line[place].step
    for journey in ended:
        if journey.fate is not Fate.LOST or journey.begins == place or step is None:
            continue
        match step.event:
            case Deliver(message):
                yield f"  lost: {message.receiver} is down"
            case Partition() | Cut():
                yield f"  lost: {say_message(journey.message)}"


def _changed(seen: Scene, mark: Mark) -> Iterator[str]:
    name = seen.names[mark.row]
    if LEADS in mark.words:
        yield f"  {name} leads term {mark.term}"
    elif mark.kind is Kind.TERM:
        yield f"  {name} is in term {mark.term}"


def _remarks(seen: Scene, place: int) -> Iterator[str]:
    """The lesson's note, and what broke."""
    moment = seen.line[place]
    if moment.note:
        yield f"  note: {moment.note}"
    for violation in broken_anew(seen, place):
        yield f"  {violation.property.name} is broken: {violation.sentence}"


def _in_flight(seen: Scene, every: Sequence[Journey]) -> Iterator[str]:
    flying = [journey for journey in every if journey.in_flight_at(seen.now)]
    yield f"In flight now: {counted(len(flying), 'message') if flying else 'no message'}"
    yield from (f"  {say_journey(journey)}" for journey in flying)


def _said(what: str, phrases: Iterator[str]) -> str:
    found = "; ".join(phrases)
    return f"{what}: {found}." if found else ""


def _leaders(seen: Scene, found: Sequence[Mark]) -> Iterator[str]:
    first = seen.window.first
    for node in seen.line[first].cluster.nodes:
        if leads(node):
            yield f"{node.name} leads term {node.current_term} where it begins"
    for mark in _with(found, LEADS):
        yield f"{seen.names[mark.row]} leads term {mark.term} from event {mark.place}"


def _with(found: Sequence[Mark], word: str) -> list[Mark]:
    return [mark for mark in found if word in mark.words]


def _span(seen: Scene, cut: CutOff) -> str:
    until = f" until event {cut.end}" if cut.end is not None else ""
    return f"{cut.words(seen.names)} from event {cut.start}{until}"


def _noted(seen: Scene) -> Iterator[str]:
    for place in range(seen.window.first, seen.window.last + 1):
        if lettered := letter(seen.line[place]):
            yield f"{lettered} at event {place}"


def _messages(seen: Scene, every: Sequence[Journey]) -> str:
    sent = [journey for journey in every if journey.begins in seen.shown]
    lost = sum(j.fate is Fate.LOST and j.end in seen.shown for j in every)
    flying = sum(journey.in_flight_at(seen.now) for journey in every)
    counts = [f"{counted(len(sent), 'message')} sent", f"{lost} lost", f"{flying} in flight now"]
    return f"{listed(counts)}."
