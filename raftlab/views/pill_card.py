"""One message drawn: what it is and to whom, its term, and in the second line what it carries."""

from __future__ import annotations

from raftlab.raft import (
    AppendEntries,
    AppendReply,
    ClientReply,
    ClientRequest,
    Entry,
    InstallSnapshot,
    RequestVote,
    SnapshotReply,
    VoteReply,
)
from raftlab.raft.messages import OfClients, OfSnapshots
from raftlab.views.layout import Layout
from raftlab.views.palette import Theme
from raftlab.views.pills import Pill
from raftlab.views.sheet import LOW, Run, Sheet, cell, row_of, shorten, span, table, width_of

TWO_LINES = 44
ONE_LINE = 24
LINE = 18
PADDING = 6
BADGE = 30
CARRIED = 34
SPACE = 4


def draw_pill(sheet: Sheet, pill: Pill, layout: Layout, y: float, height: int) -> str:
    """Draw a pill with its middle at height `y`; gives the name that arrows go to."""
    theme, inner = sheet.theme, layout.pill_width - 8
    colour = theme.accent if pill.new or pill.selected else theme.control
    ground = theme.accent_ground if pill.selected else theme.card
    if pill.lost:
        colour, ground = theme.bad, theme.bad_ground
    rows = [row_of(_first_line(pill, inner, theme))]
    if height == TWO_LINES:
        rows = [cell("", inner, 2), *rows, row_of(_second_line(pill, inner, theme))]
    look = "rounded,dashed" if pill.lost else "rounded"
    html = table(
        *rows,
        more=f' BORDER="{3 if pill.selected else 1}" STYLE="{look}" COLOR="{colour}" '
        f'BGCOLOR="{ground}" FIXEDSIZE="TRUE" WIDTH="{layout.pill_width}" HEIGHT="{height}"',
    )
    attributes = {"class": "message selected" if pill.selected else "message", "id": pill.id}
    if not pill.lost and not pill.others:
        attributes["URL"] = f"#{pill.id}"
    x = layout.pill_left + layout.pill_width / 2
    return sheet.label(html, x, y, tooltip=pill.sentence, **attributes)


def _first_line(pill: Pill, width: float, theme: Theme) -> str:
    runs = []
    if pill.lost:
        runs.append(Run("✕ ", 12, theme.bad, bold=True))
    elif pill.new:
        runs.append(Run("◆ ", 11, theme.accent, bold=True))
    runs.append(Run(pill.title, 12, theme.ink, bold=True))
    room = width - 2 * PADDING - BADGE
    taken = sum(width_of(run.words, run.size, bold=run.bold) for run in runs)
    whom = shorten(f" to {pill.message.receiver}", room - taken, 11)
    runs.append(Run(whom, 11, theme.muted))
    words = cell("".join(map(span, runs)), room, LINE)
    pad = cell("", PADDING, LINE)
    badge = _badge(pill.message.term, theme) if pill.has_term else ""
    return pad + words + cell(badge, BADGE, LINE, "CENTER") + pad


def _badge(number: int, theme: Theme) -> str:
    term = theme.term(number)
    word = span(Run(f"t{number}", 11.5, term.word, bold=True))
    more = f' BORDER="0" STYLE="rounded" BGCOLOR="{term.tint}"'
    return table(cell(word, BADGE - 2, 16, "CENTER", LOW), more=more)


def _second_line(pill: Pill, width: float, theme: Theme) -> str:
    room = width - 2 * PADDING
    if isinstance(pill.message, AppendEntries):
        content = _carried(pill.message, room, theme)
    else:
        words = shorten(_details(pill.message), room, 11)
        content = cell(span(Run(words, 11, theme.muted)), room, LINE)
    pad = cell("", PADDING, LINE)
    return pad + content + pad


def _details(message: RequestVote | VoteReply | AppendReply | OfClients | OfSnapshots) -> str:
    match message:
        case ClientRequest():
            return message.command or "a session"
        case ClientReply(done=False):
            return f"ask {message.leader}" if message.leader else "knows of no leader"
        case ClientReply():
            return message.answer or "a session"
        case RequestVote(last_log_index=0):
            return "its log is empty"
        case RequestVote():
            return f"its log ends with entry {message.last_log_index} t{message.last_log_term}"
        case VoteReply():
            return f"in term {message.term}"
        case AppendReply(success=True):
            return f"match_index {message.match_index}"
        case AppendReply(conflict_term=0):
            return f"its log ends at {message.last_log_index}"
        case AppendReply():
            return f"has t{message.conflict_term} from entry {message.conflict_index} on"
        case InstallSnapshot(snapshot=held):
            return f"up to entry {held.last_included_index} t{held.last_included_term}"
        case SnapshotReply(match_index=0):
            return "nothing taken: an old term"
        case SnapshotReply():
            return f"match_index {message.match_index}"


def _carried(message: AppendEntries, room: float, theme: Theme) -> str:
    """`prev_log_index`, as many entries as fit, how many more there are, `leader_commit`."""
    before = f"prev {message.prev_log_index}"
    before += f" t{message.prev_log_term}" if message.prev_log_index else ""
    after = f"commit {message.leader_commit}"
    ends = [width_of(words, 10.5) + SPACE for words in (before, after)]
    free = room - sum(ends)
    count = len(message.entries)
    shown = count if count * (CARRIED + SPACE) <= free else int((free - 24) // (CARRIED + SPACE))
    shown = max(0, shown)
    cells = ""
    for index, entry in enumerate(message.entries[:shown], start=message.prev_log_index + 1):
        cells += _small_cell(index, entry, theme) + cell("", SPACE, LINE)
    more = f"+{count - shown}" if shown < count else ""
    left = free - shown * (CARRIED + SPACE) - (24 if more else 0)
    words = [(before, ends[0]), (after, ends[1] + left)]
    first, last = (cell(span(Run(text, 10.5, theme.muted)), w, LINE) for text, w in words)
    rest = cell(span(Run(more, 10.5, theme.muted)), 24, LINE) if more else ""
    return first + cells + rest + last


def _small_cell(index: int, entry: Entry, theme: Theme) -> str:
    term = theme.term(entry.term)
    number = cell(span(Run(str(index), 10, theme.muted)), 14, 14, "CENTER")
    word = cell(span(Run(f"t{entry.term}", 10.5, term.word, bold=True)), 18, 14, "CENTER", LOW)
    more = f' BORDER="1" STYLE="dashed" COLOR="{term.word}" BGCOLOR="{term.tint}"'
    return cell(table(number + word, more=more), CARRIED, LINE)
