"""The key moments of a run side by side: each a small picture with a title and a sentence."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import fields

from raftlab.raft import Cluster
from raftlab.sim.history import Moment
from raftlab.views.draw import NoEngine, NotDrawn, svg
from raftlab.views.key_moments import KeyMoment
from raftlab.views.markup import CROSS, Html, element, prose
from raftlab.views.palette import DARK, LIGHT, TermColours, Theme
from raftlab.views.snapshot import layout_for, longest_log, snapshot_dot
from raftlab.views.text import alt

GAP = 18
LEAST_SCALE, MOST_SCALE = 0.93, 1.25


def frames(key_moments: Sequence[KeyMoment]) -> Html:
    """Four in a row, or two, or one, as there is room.

    Where nothing draws, words stand in for the pictures, with the remedy after them.
    """
    columns = max(longest_log(key.moment.cluster) for key in key_moments)
    remedy = []
    try:
        pictures = [_picture(key, columns) for key in key_moments]
    except (NoEngine, NotDrawn) as missing:
        pictures = [element("p", "words", _says(key)) for key in key_moments]
        remedy = [element("p", "words remedy", prose(str(missing)))]
    width = layout_for(columns).width
    least, most = round(LEAST_SCALE * width) + GAP, round(MOST_SCALE * width)
    shown = [
        element("div", "frame", _frame(*both, most), style=f"flex: 1 1 {least}px")
        for both in zip(key_moments, pictures, strict=True)
    ]
    # In pairs, so that three of four never stand above one.
    pairs = [
        element("div", "pair", *shown[first : first + 2], style=f"flex: 1 1 {2 * least}px")
        for first in range(0, len(shown), 2)
    ]
    return element("div", "frames", *pairs, *remedy)


def picture(cluster: Cluster) -> Html:
    """One cluster as such a small picture, or in words where nothing draws."""
    columns = longest_log(cluster)
    most = round(MOST_SCALE * layout_for(columns).width)
    key = KeyMoment(0, Moment(0, None, None, cluster), "", ())
    try:
        return element("div", "alone", _picture(key, columns), style=f"max-width: {most}px")
    except (NoEngine, NotDrawn) as missing:
        words = element("p", "words", _says(key))
        return Html(words + element("p", "words remedy", prose(str(missing))))


def _frame(key: KeyMoment, picture: Html, most: int) -> Html:
    event = (element("strong", "lit", f"{key.event}"),) if key.event else ()
    title = element("strong", "", key.title)
    return Html(
        element(
            "div",
            "",
            element("p", "event", "event " if event else "before any event", *event),
            picture,
            style=f"max-width: {most}px",
        )
        + element("p", "title bad" if key.breaks else "title", CROSS if key.breaks else "", title)
        + "".join(element("p", "words", words) for words in key.words)
    )


def _picture(key: KeyMoment, columns: int) -> Html:
    drawn = in_both_themes(svg(snapshot_dot(key.moment.cluster, key.moment.step, columns, LIGHT)))
    data = b64encode(drawn.encode()).decode()
    return element("img", "picture", alt=_says(key), src=f"data:image/svg+xml;base64,{data}")


def _says(key: KeyMoment) -> str:
    return alt(key.moment.cluster, key.moment.step)


def in_both_themes(drawn: str) -> str:
    """A picture drawn in LIGHT that is also DARK: an `<img>` asks its `color-scheme` which."""
    rules = [
        f'[{part}="{light}"]{{{part}:{dark}}}'
        for light, dark in sorted(dict(_colours()).items())
        for part in ("fill", "stroke")
        if f'{part}="{light}"' in drawn
    ]
    head, _, rest = drawn.partition(">")
    sheet = f"<style>@media (prefers-color-scheme: dark){{{''.join(rules)}}}</style>"
    return f"{head}>{sheet}{rest}"


def _colours() -> Iterator[tuple[str, str]]:
    """Each colour in both themes. Panel and card are one in LIGHT; the later, the card, counts."""
    for field in fields(Theme):
        if field.name not in ("name", "terms"):
            yield getattr(LIGHT, field.name), getattr(DARK, field.name)
    for light, dark in zip(LIGHT.terms, DARK.terms, strict=True):
        for part in fields(TermColours):
            yield getattr(light, part.name), getattr(dark, part.name)
