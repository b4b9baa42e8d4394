"""The colours: every one readable where it is used (WCAG 2.2, 1.4.3 and 1.4.11)."""

import pytest

from raftlab.views.palette import DARK, LIGHT, Theme, css_variables

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def words(theme: Theme) -> list[tuple[str, str]]:
    grounds = [theme.panel, theme.sunk, theme.card, theme.down]
    pairs = [
        (word, ground)
        for word in (theme.ink, theme.muted, theme.accent, theme.bad, theme.ok)
        for ground in grounds
    ]
    pairs += [
        (theme.accent, theme.accent_ground),
        (theme.bad, theme.bad_ground),
        (theme.ok, theme.ok_ground),
        (theme.panel, theme.accent),
    ]
    for ground in (theme.accent_ground, theme.bad_ground):
        pairs += [(theme.ink, ground), (theme.muted, ground)]
    for term in theme.terms:
        pairs += [(term.word, term.tint), (theme.ink, term.tint), (theme.muted, term.tint)]
        pairs += [(term.word, ground) for ground in grounds]
    return pairs


def lines(theme: Theme) -> list[tuple[str, str]]:
    pairs = [
        (line, ground)
        for line in (theme.ink, theme.muted, theme.control, theme.accent, theme.bad)
        for ground in (theme.panel, theme.card)
    ]
    pairs += [(theme.bad, theme.down)]
    for term in theme.terms:
        pairs += [(term.word, term.tint), (term.word, theme.card), (term.stroke, theme.card)]
        pairs += [(term.stroke, theme.panel)]
    return pairs


@THEMES
def test_words_can_be_read(theme: Theme) -> None:
    assert [pair for pair in words(theme) if contrast(*pair) < 4.5] == []


@THEMES
def test_lines_that_mean_something_can_be_seen(theme: Theme) -> None:
    assert [pair for pair in lines(theme) if contrast(*pair) < 3] == []


@THEMES
def test_the_colours_of_terms_begin_again_after_five(theme: Theme) -> None:
    assert [theme.term(number) for number in range(1, 11)] == [*theme.terms, *theme.terms]


def test_every_colour_is_a_css_variable() -> None:
    declared = css_variables(LIGHT)
    assert "--raft-panel: #ffffff;" in declared
    assert "--raft-accent-ground: #e3f0f9;" in declared
    assert "--raft-t5-word: #5f5700;" in declared
    assert declared.count("--raft-") == 15 + 5 * 3
