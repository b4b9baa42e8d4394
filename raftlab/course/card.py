"""What the course says, as cards: an outcome, a question, a hint, an answer, the progress."""

from __future__ import annotations

from collections.abc import Iterator

from raftlab.course.outcome import Checked, Outcome, stars
from raftlab.course.questions import Question
from raftlab.course.standing import Hint, Row, Solution, Standing
from raftlab.raft import Log
from raftlab.views.frames import picture
from raftlab.views.intervals_text import intervals
from raftlab.views.markup import SCHEME, Html, element, prose, spaced
from raftlab.views.palette import DARK, LIGHT
from raftlab.views.verdict import asked, effort, foot, head, row, run_shown

Bundle = dict[str, str]

# The sign of each outcome, and the colour of its bar; beside it stands the word.
SIGNS = {
    Outcome.NOT_ATTEMPTED: ("…", "muted"),
    Outcome.PASSED: ("✓", "ok"),
    Outcome.WRONG: ("✕", "bad"),
    Outcome.RAISED: ("!", "bad"),
    Outcome.SAFE: ("–", "muted"),
}


def show_checked(checked: Checked) -> Bundle:
    """An outcome: what was seen, the run that shows it, a question, how much was tried."""
    sign = SIGNS[checked.outcome]
    found = checked.found
    parts = [
        *_notes(checked.notes),
        head(sign, checked.words, checked.headline, effort(found) if found else ""),
        *_sentence(checked),
        *asked(checked.asked),
        *_run(checked),
        *_question(checked.question),
        element("p", "next", prose(checked.next)),
        *_foot(checked),
    ]
    return _card(sign[1], str(checked), *parts)


def show_question(question: Question) -> Bundle:
    """What is asked: the task, its choices, the picture."""
    title = element("strong", "headline", question.title)
    marks = element("span", "far", f"{stars(question.stars)}  {question.section}")
    choices = [
        row(letter, said, "row lit") if question.choices else _log_row(letter, log)
        for (letter, said), log in zip(
            question.lettered, question.logs or (None,) * len(question.choices), strict=True
        )
    ]
    fields = [
        element("div", "row", spaced(element("code", "code name", name), prose(means)))
        for name, means in question.fields.items()
    ]
    parts = [
        element("div", "head", spaced(title, marks)),
        element("p", "task", prose(question.task)),
        *([picture(question.cluster)] if question.cluster else ()),
        *([intervals(question.operations)] if question.operations else ()),
        *choices,
        *fields,
        element("p", "next", element("code", "code", question.answer)),
    ]
    return _card("now", str(question), *parts)


def show_hint(hint: Hint) -> Bundle:
    """One hint; what it says of the last answer stands first."""
    code = hint.number == 3
    words = (
        element("pre", "source", hint.words) if code else element("p", "task", prose(hint.words))
    )
    closer = [row("your answer", hint.closer, "row apart")] if hint.closer else []
    title = element("div", "head", element("strong", "headline", hint.headline))
    return _card("now", str(hint), *_notes(hint.notes), title, *closer, words)


def show_solution(solution: Solution) -> Bundle:
    """The explained answer, or how to get it."""
    exercise = solution.exercise
    if not solution.shown:
        parts = [element("p", "task", prose(solution.refusal))]
        return _card("muted", str(solution), *_notes(solution.notes), *parts)
    title = element("strong", "headline", exercise.title)
    section = element("span", "far", exercise.section)
    parts = [
        element("div", "head", spaced(title, section)),
        element("p", "task", prose(exercise.explains)),
        element("pre", "source", exercise.reference().rstrip()),
    ]
    return _card("ok", str(solution), *_notes(solution.notes), *parts)


def show_standing(standing: Standing) -> Bundle:
    """Every exercise by chapter, with its sign, its stars and what became of it."""
    rows = []
    for chapter, own in standing.chapters:
        rows.append(element("p", "chapter", chapter))
        rows += map(_standing_row, own)
    title = element("div", "head", element("strong", "headline", standing.headline))
    return _card("now", str(standing), *_notes(standing.notes), title, *rows)


def _standing_row(of: Row) -> Html:
    sign, colour = SIGNS[Outcome(of.mark.outcome)]
    shown = element("span", f"sign {'' if colour == 'ok' else 'square'} {colour}", sign)
    outcome = of.outcome + (f" ({of.detail})" if of.detail else "")
    return element(
        "div",
        "standing",
        spaced(
            shown,
            element("span", "grow", of.exercise.title),
            element("code", "code name", of.exercise.name),
            element("span", "became", outcome),
            element("span", "stars", stars(of.exercise.stars)),
        ),
    )


def _notes(notes: tuple[str, ...]) -> Iterator[Html]:
    for note in notes:
        yield element("p", "note", prose(note))


def _sentence(checked: Checked) -> Iterator[Html]:
    large = checked.found is not None or checked.events is not None
    if checked.sentence:
        yield element("p", "sentence" if large else "task", prose(checked.sentence))


def _run(checked: Checked) -> Iterator[Html]:
    found = checked.found
    if found is not None and found.history is not None:
        departs = None if found.fault else found.departs
        yield from run_shown(found.history, found.title, departs, found.fault)
    elif checked.history is not None:
        yield from run_shown(checked.history)


def _question(question: str) -> Iterator[Html]:
    if question:
        words = spaced(element("strong", "", "A question."), prose(question))
        yield element("p", "question", words)


def _foot(checked: Checked) -> Iterator[Html]:
    if checked.found is not None:
        yield foot(checked.found)
    elif checked.tried:
        rows = [row("search", checked.tried)]
        rows += [row("scope", checked.scope)] if checked.scope else []
        yield element("div", "foot", *rows)


def _log_row(letter: str, log: Log | None) -> Html:
    """A choice that is a log: its terms as cells, in the colours of the terms."""
    cells = [
        element("span", "cell", f"t{entry.term}", style=_term(entry.term))
        for entry in (log.entries if log else ())
    ]
    return row(letter, spaced(*cells) if cells else "empty")


def _term(term: int) -> str:
    light, dark = LIGHT.term(term), DARK.term(term)
    return (
        f"background: light-dark({light.tint}, {dark.tint}); "
        f"color: light-dark({light.word}, {dark.word}); "
        f"border-color: light-dark({light.stroke}, {dark.stroke})"
    )


def _card(colour: str, plain: str, *parts: Html) -> Bundle:
    shown = element("div", f"card bar-{colour}", *parts, **{"class": "raftlab-verdict"})
    return {"text/html": f"<style>{SCHEME}</style>{shown}", "text/plain": plain}
