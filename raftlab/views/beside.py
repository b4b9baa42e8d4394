"""Two clusters side by side: what Raft would have done here, or two moments of one run."""

from __future__ import annotations

from collections.abc import Sequence

from raftlab.sim.history import History, Moment
from raftlab.sim.side_by_side import Comparison, SideBySide
from raftlab.sim.words import say_event
from raftlab.views.frames import frames
from raftlab.views.key_moments import KeyMoment
from raftlab.views.markup import Html, element, prose

EQUAL = "No node, no message and no link differs."
MOST_DIFFERENCES = 12


def beside_raft_html(found: SideBySide | None) -> Html:
    """The first step that Raft would have done otherwise, and beside it what Raft does there."""
    if found is None:
        words = "On this line every step is one that Raft takes too."
        return element("div", "", _headline(words), **SCHEMED)
    mine, raft = found.mine, found.raft
    moments = [_frame(found.event, Moment(0, None, mine, mine.after), "This run", found.mine_gave)]
    if raft is not None:
        same = Moment(0, None, raft, raft.after)
        moments.append(_frame(found.event, same, "Raft, at the same event", found.raft_gave))
    what = element("p", "words apart", f"Event {found.event}: {say_event(mine.event)}.")
    lead = "From Raft's cluster to this run's:"
    shown = (_headline(found.headline), what, frames(moments), _differences(lead, found))
    return element("div", "", _title("What would Raft have done here?"), *shown, **SCHEMED)


def comparison_html(history: History, found: Comparison) -> Html:
    """Two moments of one run: where they part, both clusters, and what differs."""
    moments = [
        _frame(len(history.path(number)) - 1, history.moment(number), title, "")
        for number, title in ((found.one, "Pinned"), (found.other, "Shown now"))
    ]
    lead = "From the pinned cluster to the shown one:"
    shown = (_headline(found.headline), frames(moments), _differences(lead, found))
    return element("div", "", _title("The pinned moment and this one"), *shown, **SCHEMED)


# What the style sheet of the page knows a card by, and turns to the page's theme.
SCHEMED = {"class": "raftlab-verdict", "style": "color-scheme: light; color: $ink"}


def _title(words: str) -> Html:
    return element("p", "title", words, style="font-size: 13px")


def _headline(words: str) -> Html:
    return element("p", "sentence", prose(words), style="font-size: 15px; margin: 8px 0 10px")


def _frame(event: int, moment: Moment, title: str, rule_gave: str) -> KeyMoment:
    return KeyMoment(event, moment, title, (rule_gave,) if rule_gave else ())


def _differences(lead: str, found: SideBySide | Comparison) -> Html:
    differences: Sequence[str] = found.differences
    if not differences:
        return element("p", "words", EQUAL)
    left_out = len(differences) - MOST_DIFFERENCES
    lines = list(differences[:MOST_DIFFERENCES])
    if left_out > 0:
        lines.append(f"… and {left_out} more.")
    items = (element("li", "", words) for words in lines)
    return Html(
        element("p", "words", lead) + element("ul", "list", *items, style="list-style: disc")
    )
