"""Names for events and messages, and the small phrases that every sentence is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from raftlab.raft import (
    AppendEntries,
    AppendReply,
    Ask,
    AskAgain,
    Client,
    ClientCommand,
    ClientReply,
    ClientRequest,
    Compact,
    Crash,
    Cut,
    Delay,
    Deliver,
    Drop,
    Duplicate,
    Event,
    GiveUp,
    Heal,
    Heartbeat,
    InstallSnapshot,
    LeaseEnds,
    Log,
    Message,
    OpenSession,
    Partition,
    Replicate,
    RequestVote,
    Restart,
    Session,
    Snapshot,
    SnapshotReply,
    Timeout,
    VoteReply,
)

LONGEST_COMMAND_SHOWN = 28

# What clauses of this package begin with, but for names: a node may be called "alice".
FIRST_WORDS = {"both", "entries", "entry", "it", "its", "no", "nobody", "nothing", "only"}
FIRST_WORDS |= {"the", "they", "this", "what", "before", "by", "round", "whether"}


def say_event(event: Event) -> str:
    """A short label for one event, fit for a list of things to do next.

    Deterministic; two events that differ in anything a learner could choose read differently.
    """
    match event:
        case Deliver(message):
            return say_message(message)
        case Drop(message):
            return f"lose: {say_message(message)}"
        case Duplicate(message):
            return f"duplicate: {say_message(message)}"
        case Delay(message):
            return f"delay: {say_message(message)}"
        case Crash(node, None):
            return f"{node} crashes"
        case Crash(node, during) if during is not None:
            return f"{node} crashes in the middle of: {say_event(during)}"
        case Restart(node):
            return f"{node} restarts"
        case Partition(groups):
            return say_partition(groups)
        case Cut(sender, receiver):
            return f"cut the link from {sender} to {receiver}"
        case Heal():
            return "heal every cut link"
        case OpenSession() | Ask() | AskAgain() | GiveUp():
            return _say_client(event)
        case _:
            return _say_own_turn(event)


def _say_client(event: OpenSession | Ask | AskAgain | GiveUp) -> str:
    match event:
        case OpenSession(client, node):
            return f"{client} asks {node} for a session"
        case Ask(client, node, command):
            return f"{client} asks {node}: {short(command)}"
        case AskAgain(client, node):
            return f"{client} asks again, now {node}"
        case GiveUp(client):
            return f"{client} gives up waiting"


def _say_own_turn(event: Event) -> str:
    match event:
        case Timeout(node):
            return f"{node} times out"
        case ClientCommand(node, command):
            return f"{node} receives {short(command)}"
        case Replicate(node, peer):
            return f"{node} sends entries to {peer or 'all others'}"
        case LeaseEnds(node):
            return f"{node}'s lease runs out"
        case Heartbeat(node, None):
            return f"{node} sends heartbeats to all others"
        case Heartbeat(node, peer):
            return f"{node} sends a heartbeat to {peer}"
        case Compact(node):
            return f"{node} takes a snapshot"
    raise TypeError(f"{event!r} is no event.")


def say_partition(groups: Sequence[Sequence[str]]) -> str:
    """A label for a partition: the one group that is cut off, or all that are told apart."""
    if len(groups) == 1:
        return f"cut off {listed(groups[0])}"
    return f"split {' | '.join(', '.join(group) for group in groups)}"


def say_message(message: Message) -> str:
    """A short label for one message: its kind, its way, its term, and what tells it from others."""
    if isinstance(message, ClientRequest | ClientReply):
        return _say_to_or_from_a_client(message)
    way = f"{message.sender} → {message.receiver}, term {message.term}"
    match message:
        case RequestVote():
            return f"RequestVote, {way}, {_log_end(message)}"
        case VoteReply():
            granted = "vote granted" if message.vote_granted else "vote refused"
            return f"reply: {granted}, {way}"
        case AppendEntries():
            kind = "AppendEntries" if message.entries else "heartbeat"
            carried = f", {entries_counted(len(message.entries))}" if message.entries else ""
            prev = f"prev {message.prev_log_index} t{message.prev_log_term}"
            commit = f"commit {message.leader_commit}{_round(message)}"
            return f"{kind}, {way}, {prev}{carried}, {commit}"
        case AppendReply(success=True):
            place = f"prev {message.prev_log_index}, match {message.match_index}"
            return f"reply: success, {way}, {place}{_round(message)}"
        case AppendReply():
            there = f", t{message.conflict_term} there" if message.conflict_term else ""
            place = f"prev {message.prev_log_index}{there}, log ends at {message.last_log_index}"
            return f"reply: refused, {way}, {place}{_round(message)}"
        case InstallSnapshot():
            held = message.snapshot
            sessions = f", {counted(len(held.sessions), 'session')}" if held.sessions else ""
            return f"InstallSnapshot, {way}, up to {_snapshot_end(held)}{sessions}"
        case SnapshotReply():
            return f"reply: snapshot, {way}, match {message.match_index}"


def _say_to_or_from_a_client(message: ClientRequest | ClientReply) -> str:
    way = f"{message.sender} → {message.receiver}, request {message.serial}"
    session = f", session {message.session}" if message.session else ""
    match message:
        case ClientRequest(command=None):
            return f"request: a session, {way}"
        case ClientRequest(command=command):
            return f"request: {short(command)}, {way}{session}"
        case ClientReply(done=False, leader=leader):
            return f"reply: ask {leader or 'another node'}, {way}"
        case ClientReply(answer=answer, read=read):
            said = "no value" if answer is None else short(answer)
            return f"reply: {'read' if read else 'done'}, {said}, {way}{session}"


def _round(message: AppendEntries | AppendReply) -> str:
    return f", round {message.round}" if message.round else ""


def _log_end(request: RequestVote) -> str:
    if request.last_log_index == 0:
        return "log empty"
    return f"last {request.last_log_index} t{request.last_log_term}"


def _snapshot_end(snapshot: Snapshot) -> str:
    return f"{snapshot.last_included_index} t{snapshot.last_included_term}"


def name_message(message: Message) -> str:
    """A message as a sentence speaks of it: "node1's RequestVote to node2"."""
    match message:
        case RequestVote():
            what = "RequestVote"
        case VoteReply():
            what = "vote" if message.vote_granted else "refusal to vote"
            return f"{message.sender}'s {what} for {message.receiver}"
        case AppendEntries(entries=()):
            what = "heartbeat"
        case AppendEntries():
            carried = entries_named(message.prev_log_index + 1, message.last_new_index)
            return f"{message.sender}'s AppendEntries to {message.receiver} ({carried})"
        case AppendReply():
            what = "success reply" if message.success else "refusal"
        case ClientRequest(command=None):
            what = "request for a session"
        case ClientRequest(command=command):
            what = f"request ({short(command)})"
        case ClientReply():
            what = "answer" if message.done else "redirection"
        case InstallSnapshot():
            what = "snapshot"
        case SnapshotReply():
            what = "answer to a snapshot"
            return f"{message.sender}'s {what} from {message.receiver}"
    return f"{message.sender}'s {what} to {message.receiver}"


def say_client(client: Client) -> str:
    """A client in a line: its session, what it waits for, how many answers it has had."""
    session = f"session {client.session}" if client.session else "no session"
    waits = "waits for nothing"
    if client.request is not None:
        waits = f"waits for {client.request.receiver} to answer {_wanted(client.request)}"
    return f"{client.name}: {session}, {waits}, {counted(len(client.answers), 'answer')} so far"


def _wanted(request: ClientRequest) -> str:
    return "its request for a session" if request.command is None else short(request.command)


def short(command: str | None) -> str:
    """A command as it stands in a sentence: cut where it is long, named where it is none."""
    if command is None:
        return "a no-op"
    if len(command) <= LONGEST_COMMAND_SHOWN:
        return command
    return f"{command[: LONGEST_COMMAND_SHOWN - 1]}…"


def listed(names: Iterable[str]) -> str:
    """Names as prose: "node1", "node1 and node2", "node1, node2 and node3", or "nobody"."""
    *others, last = tuple(names) or ("nobody",)
    return f"{', '.join(others)} and {last}" if others else last


def counted(count: int, thing: str, things: str = "") -> str:
    """A number and its noun: "1 vote", "2 votes"."""
    return f"{count:,} {thing if count == 1 else things or thing + 's'}"


def entries_counted(count: int) -> str:
    """How many entries: "no entries", "1 entry", "2 entries"."""
    return counted(count, "entry", "entries") if count else "no entries"


def entries_named(first: int, last: int) -> str:
    """Entries by their indexes: "entry 2", "entries 2 and 3", "entries 2 to 5"."""
    if last <= first:
        return f"entry {first}"
    return f"entries {first} {'and' if last == first + 1 else 'to'} {last}"


def sessions_named(sessions: Iterable[Session]) -> str:
    """Each session, its last request, the answer: "1 (request 2, ok)"; "" if there is none."""
    said = (f"{s.id} (request {s.serial}, {short(s.answer or 'no value')})" for s in sessions)
    return ", ".join(said)


def snapshot_named(snapshot: Snapshot) -> str:
    """A snapshot by what it reaches: "a snapshot up to entry 3"."""
    return f"a snapshot up to entry {snapshot.last_included_index}"


def log_counted(log: Log) -> str:
    """What a log holds: "no entries", "2 entries", "2 entries after a discarded 3"."""
    kept = entries_counted(len(log))
    return f"{kept} after {log.prefix_index} discarded" if log.prefix_index else kept


def oneself(name: str, speaker: str) -> str:
    """A name, or "itself" where a node is spoken of to itself."""
    return "itself" if name == speaker else name


def capital(clause: str) -> str:
    """A clause as a sentence begins: a capital, unless a node or a rule is named first."""
    first = clause.partition(" ")[0]
    return clause[0].upper() + clause[1:] if first in FIRST_WORDS else clause


def voted(name: str | None) -> str:
    """A vote as the picture words it: "voted for node1" or "no vote yet"."""
    return f"voted for {name}" if name is not None else "no vote yet"
