"""The colours of every view, as two frozen values: `LIGHT` and `DARK`.

A view is given a theme and asks it; no view knows a colour of its own. A term's colour repeats
after five terms, so a term never speaks by its colour alone: its number always stands beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class TermColours:
    """The three colours of a term: for lines, for grounds, and for words on that ground."""

    stroke: str
    tint: str
    word: str


@dataclass(frozen=True, slots=True)
class Theme:
    """Every colour by its role, as `#rrggbb`.

    `accent` means now (selected, focused, just changed); `bad` means lost, down, cut off or broken,
    and nothing else; `ok` means that a property holds or an exercise is passed.
    """

    name: str
    panel: str
    sunk: str
    card: str
    down: str
    ink: str
    muted: str
    rule: str
    edge: str
    control: str
    accent: str
    accent_ground: str
    bad: str
    bad_ground: str
    ok: str
    ok_ground: str
    terms: tuple[TermColours, ...]

    def term(self, number: int) -> TermColours:
        """The colours of a term; those of term 6 are those of term 1, and term 0 has none."""
        if number == 0:
            return TermColours(self.edge, self.sunk, self.muted)
        return self.terms[(number - 1) % len(self.terms)]


LIGHT = Theme(
    name="light",
    panel="#ffffff",
    sunk="#f5f6f8",
    card="#ffffff",
    down="#f3f4f6",
    ink="#1c2127",
    muted="#59626d",
    rule="#d9dde2",
    edge="#b4bbc4",
    control="#868f9a",
    accent="#0067a5",
    accent_ground="#e3f0f9",
    bad="#b34700",
    bad_ground="#fdeee3",
    ok="#00694c",
    ok_ground="#e2f4ed",
    terms=(
        TermColours("#3b98d2", "#e0f1fb", "#0b5680"),
        TermColours("#c78500", "#fdeac0", "#744b00"),
        TermColours("#c46a9c", "#fbe8f2", "#852f60"),
        TermColours("#009e73", "#c5eadb", "#00553e"),
        TermColours("#9a8c00", "#faf6c4", "#5f5700"),
    ),
)

DARK = Theme(
    name="dark",
    panel="#16191e",
    sunk="#1b1f25",
    card="#1e2229",
    down="#181b20",
    ink="#e8ebef",
    muted="#a7afb9",
    rule="#2e343c",
    edge="#4a525d",
    control="#6f7884",
    accent="#62b4ee",
    accent_ground="#17324a",
    bad="#f59a5f",
    bad_ground="#3d2415",
    ok="#5fd0a8",
    ok_ground="#12362b",
    terms=(
        TermColours("#56b4e9", "#173a50", "#a6dbf8"),
        TermColours("#e69f00", "#47340b", "#f9cf74"),
        TermColours("#cc79a7", "#56304a", "#f5c3de"),
        TermColours("#1fae84", "#0a382c", "#86e3c6"),
        TermColours("#cfc23a", "#3f3b10", "#f1e88a"),
    ),
)


def css_variables(theme: Theme) -> str:
    """The theme as CSS declarations: `--raft-accent-ground: #e3f0f9; --raft-t1-word: …;`."""
    roles = [field.name for field in fields(theme) if field.name not in ("name", "terms")]
    pairs = [(role.replace("_", "-"), getattr(theme, role)) for role in roles]
    for number, colours in enumerate(theme.terms, start=1):
        pairs += [
            (f"t{number}-{part.name}", getattr(colours, part.name)) for part in fields(colours)
        ]
    return " ".join(f"--raft-{name}: {value};" for name, value in pairs)
