"""What clients saw, in words and as a card: a line a client, the verdict, and why."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence

from raftlab.sim.linearizability import Linearizability, Operation, Outcome
from raftlab.sim.words import counted, listed, short
from raftlab.views.draw import NoEngine, NotDrawn, svg
from raftlab.views.frames import in_both_themes
from raftlab.views.intervals import intervals_dot
from raftlab.views.intervals_layout import shown
from raftlab.views.intervals_words import answer, say_shown
from raftlab.views.markup import SCHEME, Html, element, prose

MOST_NAMED = 5
COLOURS = {
    Outcome.LINEARIZABLE: ("✓", "ok"),
    Outcome.NOT_LINEARIZABLE: ("✕", "bad"),
    Outcome.UNDECIDED: ("?", "muted"),
}


def intervals_text(verdict: Linearizability) -> str:
    """What the diagram shows, in lines: what each client asked, was answered, and when."""
    operations = shown(verdict)
    lines = [f"What clients saw: {say_shown(verdict)}. {verdict.headline}"]
    for client in dict.fromkeys(one.client for one in operations):
        lines.append(f"{client}:")
        lines += [_line(one, verdict) for one in operations if one.client == client]
    return "\n".join(lines)


def _line(one: Operation, verdict: Linearizability) -> str:
    mark = "✕" if one in verdict.culprits else " "
    told = "" if one.ends is None else f" → {answer(one)}"
    place = f", number {verdict.order.index(one) + 1}" if one in verdict.order else ""
    return f"  {mark} {one.command}{told}, {one.when}{place}"


def intervals_alt(verdict: Linearizability) -> str:
    """One paragraph that can stand for the diagram."""
    clients = len({one.client for one in shown(verdict)})
    sentences = [
        f"What {counted(clients, 'client')} saw over time: {say_shown(verdict)}.",
        verdict.headline,
        verdict.sentence,
        *_marked(verdict.culprits),
    ]
    return " ".join(sentences)


def _marked(culprits: Sequence[Operation]) -> Iterator[str]:
    if 0 < len(culprits) <= MOST_NAMED:
        named = (f"{one.client}'s {short(one.command)} {one.when}" for one in culprits)
        yield f"Marked with a cross: {listed(named)}."


def show_linearizability(verdict: Linearizability) -> dict[str, str]:
    """A verdict as a mimebundle: a card as HTML, its own text as plain text."""
    sign, colour = COLOURS[verdict.outcome]
    shape = "sign" if verdict.outcome is Outcome.LINEARIZABLE else "sign square"
    signed = element("span", shape, sign)
    head = element("div", f"head {colour}", signed, element("strong", "word", verdict.headline))
    least = verdict.minimality.value if verdict.minimality and len(verdict.culprits) > 1 else ""
    card = element(
        "div",
        f"card bar-{colour}",
        head,
        element("p", "sentence", verdict.sentence),
        _picture(verdict),
        *([element("p", "words", least)] if least else ()),
        **{"class": "raftlab-verdict"},
    )
    return {"text/html": f"<style>{SCHEME}</style>{card}", "text/plain": str(verdict)}


def intervals(operations: Sequence[Operation]) -> Html:
    """The diagram of what clients saw, with no verdict on it: whether it fits is for the reader."""
    unjudged = Linearizability(Outcome.UNDECIDED, tuple(operations), "")
    return _picture(unjudged, f"What clients saw over time: {'; '.join(map(str, operations))}.")


def _picture(verdict: Linearizability, alt: str = "") -> Html:
    if not verdict.operations:
        return Html("")
    try:
        drawn = in_both_themes(svg(intervals_dot(verdict, live=False)))
    except (NoEngine, NotDrawn) as missing:
        return element("p", "words", prose(str(missing)))
    source = f"data:image/svg+xml;base64,{b64encode(drawn.encode()).decode()}"
    return element(
        "div", "alone", element("img", "picture", alt=alt or intervals_alt(verdict), src=source)
    )
