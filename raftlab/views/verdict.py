"""What trying many schedules came to, as a card: the outcome, the run that shows it, the bounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import TypeAlias

from raftlab.modelcheck.at_random.result import RandomSearch
from raftlab.modelcheck.faults import say_value
from raftlab.modelcheck.result import Attained, Exploration, Fault, Verdict, say_seconds
from raftlab.sim.history import History, Moment
from raftlab.sim.words import counted, say_event
from raftlab.views.frames import frames
from raftlab.views.key_moments import breaks_anew, key_moments, path_to_the_end, says_fault
from raftlab.views.markup import CROSS, SCHEME, TICK, Html, element, prose, spaced

Result: TypeAlias = Exploration | RandomSearch

MOST_EVENTS_OPEN = 12

# The sign of each outcome, and the colour of its bar; beside it stands the word.
SIGNS = {
    Verdict.BROKEN: ("✕", "bad"),
    Verdict.UNSOUND: ("!", "bad"),
    Verdict.UNAVAILABLE: ("–", "muted"),
    Verdict.NOTHING_BROKE: ("✓", "ok"),
    Verdict.UNDECIDED: ("?", "muted"),
}
# At random nothing is shown to hold.
NOT_FOUND = ("–", "muted")
WORDS = {Verdict.UNSOUND: "not a rule yet"}

# What to do with the run, if the result is called `result`.
HINTS = (
    "Play it: `lab(result.history)`",
    'Keep it: `save(result.history, "run.json")`',
    "As Python: `print(as_python(result.history))`",
)


def show_verdict(result: Result) -> dict[str, str]:
    """A result as a mimebundle: a card as HTML, its own text as plain text."""
    _, colour = _sign(result)
    card = element(
        "div",
        f"card bar-{colour}",
        _head(result),
        *([element("p", "sentence", prose(result.sentence))] if result.sentence else ()),
        *(asked(result.fault.arguments) if result.fault else ()),
        *(_run(result, result.history) if result.history else ()),
        *([_hints()] if result.history else ()),
        foot(result),
        **{"class": "raftlab-verdict"},
    )
    return {"text/html": f"<style>{SCHEME}</style>{card}", "text/plain": str(result)}


def _sign(result: Result) -> tuple[str, str]:
    if result.verdict is Verdict.NOTHING_BROKE and not isinstance(result, Exploration):
        return NOT_FOUND
    return SIGNS[result.verdict]


def _head(result: Result) -> Html:
    word = WORDS.get(result.verdict, result.verdict.value)
    return head(_sign(result), word, result.headline, effort(result))


def head(signed: tuple[str, str], word: str, headline: str, far: str = "") -> Html:
    """Sign, word, headline; a headline that has the word in it stands alone. Right, the effort."""
    sign, colour = signed
    said = [element("strong", "word", word), element("strong", "headline", headline)]
    if word in headline.lower():
        said = [element("strong", "word", headline)]
    shown = element("span", "sign" if colour == "ok" else "sign square", sign)
    parts = spaced(shown, *said, element("span", "far", far))
    return element("div", f"head {colour}" if colour != "muted" else "head", parts)


def effort(result: Result) -> str:
    """How much was tried, and how long it took."""
    seconds = say_seconds(result.seconds)
    if isinstance(result, Exploration):
        return f"{counted(result.states, 'cluster')} tried in {seconds}"
    return f"{counted(result.runs_done, 'random run')} in {seconds}"


def asked(arguments: Sequence[object]) -> Iterator[Html]:
    """What the rule at fault was asked."""
    if arguments:
        yield row("asked", "; ".join(map(say_value, arguments)), "row apart")


def _run(result: Result, history: History) -> Iterator[Html]:
    # Where a rule fails, Raft does otherwise only in that it goes on.
    departs = None if result.fault else getattr(result, "departs", None)
    return run_shown(history, result.title, departs, result.fault)


def run_shown(
    history: History, title: str = "", departs: int | None = None, fault: Fault | None = None
) -> Iterator[Html]:
    """A run: its key moments, and all its events."""
    run = path_to_the_end(history)
    yield frames(key_moments(run, title, departs, fault))
    if len(run) > 1:
        yield _events(run, departs, fault)


def _events(run: Sequence[Moment], departs: int | None, fault: Fault | None) -> Html:
    """Every event by its number, those marked at which the run turns; closed if they are many."""
    lines = []
    for number, moment in enumerate(run[1:], start=1):
        marks = [_mark("now", "◆ departs from Raft")] if moment.number == departs else []
        marks += [_mark("bad", f"✕ {v.property.name} broken") for v in breaks_anew(run, number)]
        if fault and moment is run[-1]:
            marks.append(_mark("bad", f"! then {says_fault(fault)}"))
        words = say_event(moment.step.event) if moment.step else ""
        lines.append(element("li", "", spaced(Html(escape(words)), *marks)))
    many = len(lines) > MOST_EVENTS_OPEN
    title = element("summary", "summary", f"The run: {counted(len(lines), 'event')}")
    listed = element("ol", "list", *lines)
    return element("details", "events", title, listed, **({} if many else {"open": "open"}))


def _mark(colour: str, words: str) -> Html:
    return element("strong", f"mark {colour}", words)


def _hints() -> Html:
    """How the run is played, kept and turned into code, if the result is called `result`."""
    return element("p", "hints", spaced(*(element("span", "hint", prose(h)) for h in HINTS)))


def foot(result: Result) -> Html:
    """What was checked, what can happen, and within which bounds."""
    before = getattr(result, "before", "")
    rows = [
        *_lights(result),
        *_goals(getattr(result, "goals", ()), result.sentence),
        row("search", result.tried),
        *([row("before", before)] if before else ()),
        row("scope", result.scope),
    ]
    return element("div", "foot", *rows)


def _lights(result: Result) -> Iterator[Html]:
    """The properties checked: at the end of a run those broken apart from those that hold."""
    if result.history is None:
        if isinstance(result, Exploration) and result.properties:
            unbroken = [element("span", "light", p.name) for p in result.properties]
            yield row("unbroken", spaced(*unbroken))
        return
    end = path_to_the_end(result.history)[-1]
    broken = {violation.property.name for violation in end.violations}
    names = [checked.name for checked in result.history.properties]
    ill = [element("span", "light bad", CROSS, name) for name in names if name in broken]
    well = [element("span", "light", TICK, name) for name in names if name not in broken]
    for label, lights in (("broken", ill), ("hold", well)):
        if lights:
            yield row(label, spaced(*lights))


def _goals(goals: Sequence[Attained], sentence: str) -> Iterator[Html]:
    """What can happen, unless the sentence says so already."""
    lights = [
        element("span", "light", TICK, f"{goal.goal}: after {counted(goal.depth, 'event')}")
        for goal in goals
        if goal.depth is not None and goal.goal not in sentence
    ]
    if lights:
        yield row("can happen", spaced(*lights))


def row(label: str, content: str, looks: str = "row") -> Html:
    """A label, and what it is about."""
    named = element("strong", "label", label)
    return element("div", looks, spaced(named, element("span", "value", content)))
