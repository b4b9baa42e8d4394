"""The card of a client: what it waits for, its session, and the last answer it had. (§8)"""

from __future__ import annotations

from raftlab.raft import Client
from raftlab.views.layout import CLIENT_HEIGHT, Layout
from raftlab.views.row import CHANGED
from raftlab.views.sheet import Run, Sheet, printable, shorten, width_of

SIGN = "◇"
NAME_LEFT, STATE_LEFT, SESSION_WIDTH = 44, 150, 84
NAME, WORDS = 14, 11.5


def draw_client(
    sheet: Sheet, client: Client, before: Client | None, layout: Layout, top: float
) -> str:
    """Draw the card of a client, changed since `before`; gives the name that arrows go to."""
    theme, y = sheet.theme, top + CLIENT_HEIGHT / 2
    changed = before is not None and before != client
    frame = sheet.box(
        1,
        top,
        layout.card_width - 2,
        CLIENT_HEIGHT,
        style="rounded,filled",
        fillcolor=theme.card,
        color=theme.edge,
        penwidth="1.25",
        id=client_id(client),
        tooltip=says(client),
        **{"class": "client-card"},
    )
    sheet.centred(30, y, Run(SIGN, 15, theme.ink))
    name = shorten(client.name, STATE_LEFT - NAME_LEFT - 6, NAME, bold=True)
    sheet.words(NAME_LEFT, y, STATE_LEFT - NAME_LEFT, Run(name, NAME, theme.ink, bold=True))
    room = layout.card_width - SESSION_WIDTH - 8 - STATE_LEFT
    mark = f"{CHANGED} " if changed else ""
    words = shorten(state(client), room - width_of(mark, WORDS), WORDS)
    runs = (Run(mark, WORDS, theme.accent, bold=True), Run(words, WORDS, theme.ink))
    sheet.words(STATE_LEFT, y, room, *runs[not changed :])
    session = f"session {client.session}" if client.session else "no session"
    left = layout.card_width - SESSION_WIDTH - 6
    session = shorten(session, SESSION_WIDTH, WORDS)
    sheet.words(left, y, SESSION_WIDTH, Run(session, WORDS, theme.muted))
    return frame


def client_id(client: Client) -> str:
    """The id of a client in a picture: its name, or its number of letters where that is none."""
    name = client.name
    if name.isascii() and name.replace("-", "").replace("_", "").isalnum():
        return f"client-{name}"
    return f"client-{name.encode().hex()}"


def state(client: Client) -> str:
    """What a client waits for; if for nothing, what came of what it asked last."""
    if (request := client.request) is not None:
        return f"waits for {request.receiver}: {request.command or 'a session'}"
    if not client.answers:
        return "has asked for nothing yet"
    last = client.answers[-1]
    if not last.returned:
        return f"gave up: {last.command}"
    return f"{last.command} → {'nothing' if last.answer is None else last.answer}"


def says(client: Client) -> str:
    """A client in a sentence, with the whole of what it waits for."""
    session = f"session {client.session}" if client.session else "no session"
    return printable(f"{client.name}, {session}: {state(client)}")
