"""HTML that may be shown anywhere: what is not markup already is escaped, colours follow the theme.

Each element carries its look in a `style` of its own, in the colours of both themes; the page's
`color-scheme` chooses. A page may take part of a style away (JupyterLab does in a notebook not yet
trusted), or all of it (GitHub): what then has no colour of its own has the page's, on its ground.
"""

from __future__ import annotations

import re
from dataclasses import fields
from html import escape
from string import Template

from raftlab.views.palette import DARK, LIGHT, Theme

SANS = "-apple-system, 'Segoe UI', Roboto, 'Liberation Sans', Arial, sans-serif"
MONO = "ui-monospace, 'Liberation Mono', Menlo, monospace"

# Looks by name; of two looks of one element the later wins. `$role` is a colour of the palette, in
# both themes; `$light_role` is that of LIGHT, for lines that show on any ground.
LOOKS = {
    "card": "box-sizing: border-box; max-width: 1180px; margin: 4px 0; padding: 16px 20px 14px; "
    "border: 1px solid $light_control; border-color: $rule; border-radius: 10px; "
    f"font-family: {SANS}; font-size: 14px; line-height: 1.45; "
    "background: $panel; color: $ink; color-scheme: light",
    "head": "display: flex; flex-wrap: wrap; align-items: center; margin: 0 0 10px",
    "sign": "display: inline-block; box-sizing: border-box; width: 17px; height: 17px; "
    "margin: 0 3px 0 0; border: 1.5px solid; border-radius: 9px; font-size: 11px; "
    "line-height: 14px; text-align: center; font-weight: 700",
    "square": "border-radius: 3px",
    "word": "margin: 0 14px 0 5px; font-size: 15px; font-weight: 700",
    "headline": "margin: 0 14px 0 0; font-size: 15px; font-weight: 700; color: $ink",
    "far": "margin-left: auto; font-size: 13px; color: $muted",
    "sentence": "margin: 0 0 16px; max-width: 92ch; font-size: 19px; line-height: 1.35; "
    "font-weight: 700",
    "frames": "display: flex; flex-wrap: wrap; margin: 0 -9px",
    "pair": "display: flex; flex-wrap: wrap; min-width: 0; align-content: flex-start",
    "frame": "box-sizing: border-box; min-width: 0; max-width: 362px; padding: 0 9px 14px",
    "event": "margin: 0 0 8px; padding: 0 0 3px; border-bottom: 2px solid $light_control; "
    "border-bottom-color: $rule; font-size: 13px; color: $muted",
    "picture": "display: block; width: 100%; height: auto; margin: 0",
    "alone": "margin: 0 0 14px",
    "title": "margin: 10px 0 2px; font-size: 14px; font-weight: 700",
    "words": "margin: 0; font-size: 13px; color: $muted",
    "list": "margin: 6px 0 0; padding: 0 0 0 2.4em; font-size: 13px; line-height: 1.6; "
    "list-style: decimal",
    "events": "margin: 0 0 14px; font-size: 13px; color: $ink",
    "task": "margin: 0 0 12px; max-width: 92ch; font-size: 14px",
    "question": "margin: 0 0 14px; padding: 12px 16px; border-radius: 8px; font-size: 15px; "
    "background: $sunk; color: $ink",
    "next": "margin: 0 0 12px; font-size: 13px; color: $muted",
    "note": "margin: 0 0 12px; padding: 8px 12px; border-radius: 6px; font-size: 13px; "
    "background: $accent_ground; color: $ink",
    "source": f"margin: 0 0 12px; padding: 10px 14px; border-radius: 6px; overflow: auto; "
    f"font-family: {MONO}; font-size: 13px; line-height: 1.5; background: $sunk; color: $ink",
    "chapter": "margin: 12px 0 4px; padding: 0 0 3px; border-bottom: 1px solid $light_control; "
    "border-bottom-color: $rule; font-size: 13px; font-weight: 700",
    "standing": "display: flex; flex-wrap: wrap; align-items: center; padding: 3px 0; "
    "font-size: 14px",
    "grow": "flex: 1 1 220px; margin: 0 8px",
    "name": "flex: 0 0 190px",
    "became": "flex: 0 1 260px; font-size: 13px; color: $muted",
    "stars": "flex: 0 0 50px; text-align: right",
    "cell": f"display: inline-block; min-width: 26px; margin: 0 2px 0 0; padding: 3px 4px; "
    f"border: 1px dashed; text-align: center; font-family: {MONO}; font-size: 12px",
    "summary": "cursor: pointer; font-size: 13px; font-weight: 700",
    "hints": "margin: 0 0 14px; padding: 8px 12px; border-radius: 6px; font-size: 13px; "
    "line-height: 1.9; background: $sunk; color: $ink",
    "hint": "display: inline-block; margin: 0 22px 0 0",
    "code": f"padding: 0; font-family: {MONO}; font-size: 0.93em; background: transparent; "
    "color: $ink",
    "foot": "margin: 0; padding: 10px 0 0; border-top: 1px solid $light_control; "
    "border-top-color: $rule; font-size: 13px",
    "row": "display: flex; margin: 0 0 5px; font-size: 13px; color: $muted",
    "apart": "margin: 0 0 16px",
    "label": "flex: 0 0 74px; padding: 0 6px 0 0; font-weight: 400; color: $muted",
    "light": "display: inline-block; margin: 0 16px 2px 0",
    "lit": "color: $ink",
    "muted": "color: $muted",
    "ok": "color: $ok",
    "bad": "color: $bad",
    "now": "color: $accent",
    "remedy": "flex: 0 0 100%; padding: 0 9px 14px",
    "mark": "margin: 0 0 0 8px",
    "value": "min-width: 0",
    "bar-muted": "border-left: 5px solid $light_control; border-left-color: $control",
    "bar-now": "border-left: 5px solid $light_accent; border-left-color: $accent",
    "bar-ok": "border-left: 5px solid $light_ok; border-left-color: $ok",
    "bar-bad": "border-left: 5px solid $light_bad; border-left-color: $bad",
}  # fmt: skip

ROLES = [field.name for field in fields(Theme) if field.name not in ("name", "terms")]
COLOURS = {
    **{role: f"light-dark({getattr(LIGHT, role)}, {getattr(DARK, role)})" for role in ROLES},
    **{f"light_{role}": getattr(LIGHT, role) for role in ROLES},
}

# JupyterLab says by this mark which of its themes is on; any other page is taken for a light one.
SCHEME = '[data-jp-theme-light="false"] .raftlab-verdict { color-scheme: dark !important }'


class Html(str):
    """Markup: text that `element` takes as it stands."""

    __slots__ = ()


def element(name: str, looks: str, *content: str, **attributes: str) -> Html:
    """An element with the looks named, around text, which is escaped, and other elements."""
    inner = "".join(c if isinstance(c, Html) else escape(c, quote=False) for c in content)
    own = attributes.pop("style", "")
    style = "; ".join(filter(None, [*(LOOKS[look] for look in looks.split()), own]))
    given = {"style": Template(style).substitute(COLOURS), **attributes}
    written = "".join(f' {key}="{escape(value)}"' for key, value in given.items() if value)
    return Html(f"<{name}{written}>" if name == "img" else f"<{name}{written}>{inner}</{name}>")


def spaced(*parts: Html) -> Html:
    """Elements with a space between them, which shows where their looks do not."""
    return Html(" ".join(parts))


def prose(sentence: str) -> Html:
    """A sentence, in which what stands between backticks is code."""
    parts = re.split(r"`([^`]+)`", sentence)
    return Html(
        "".join(
            element("code", "code", part) if place % 2 else escape(part, quote=False)
            for place, part in enumerate(parts)
        )
    )


TICK = Html(f"{element('span', 'sign ok', '✓')} ")
CROSS = Html(f"{element('span', 'sign square bad', '✕')} ")
