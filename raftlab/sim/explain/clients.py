"""What clients do, and what servers do for them, as sentences. (§8)"""

from __future__ import annotations

from raftlab.raft import (
    AppendReply,
    Ask,
    AskAgain,
    Client,
    ClientReply,
    ClientRequest,
    Deliver,
    GiveUp,
    Node,
    OpenSession,
    Read,
    Step,
)
from raftlab.raft.events import actor
from raftlab.sim.explain.changes import log_changes
from raftlab.sim.explain.commits import spread
from raftlab.sim.explain.turn import Saying, Told, committed
from raftlab.sim.words import listed, short


def say_client(step: Step) -> Saying | None:
    """What a client did; None if it was no client's turn. (§8)"""
    name = actor(step.event)
    if not step.before.has_client(name):
        return None
    client = step.before.client(str(name))
    match step.event:
        case OpenSession(_, node):
            why = "by its number the servers will know each request that comes again"
            return Saying(f"{client.name} asks {node} for a session", why, "§8")
        case Ask(_, node, command):
            return _say_ask(client, node, command)
        case AskAgain(_, node):
            return _say_ask_again(client, node)
        case GiveUp():
            why = f"whether {_asked_for(client)} is done, now or later, it will not know"
            return Saying(f"{client.name} gives up waiting", why, "§8")
        case Deliver(ClientReply() as reply):
            return _say_heard(client, step.after.client(client.name), reply)
    return Saying(f"{client.name} does nothing with this message", "it is no answer", "§8")


def _say_ask(client: Client, node: str, command: str) -> Saying:
    knows = f"it takes {node} for the leader" if client.leader == node else "it may ask any server"
    session = "; it has no session" if client.session == 0 else ""
    return Saying(f"{client.name} asks {node}: {short(command)}", f"{knows}{session}", "§8")


def _say_ask_again(client: Client, node: str) -> Saying:
    before = "once more" if client.request and client.request.receiver == node else "instead"
    lost = "no answer came: the request may be lost, or done and the answer lost"
    known = "; its session will tell" if client.session else "; without a session none can tell"
    return Saying(f"{client.name} asks {node} {before}: {_asked_for(client)}", lost + known, "§8")


def _asked_for(client: Client) -> str:
    command = client.request.command if client.request else None
    return "a session" if command is None else short(command)


def _say_heard(before: Client, after: Client, reply: ClientReply) -> Saying:
    name, sender = before.name, reply.sender
    if after == before:
        return Saying(f"{name} ignores {sender}'s answer", _why_ignored(before, reply), "§8")
    if after.request is not None:
        named = f"{sender} does not lead, and names {reply.leader or 'nobody'}"
        if after.request == before.request:
            return Saying(f"{name} hears that {sender} does not lead, and waits on", named, "§8")
        return Saying(f"{name} is sent to {reply.leader}, and asks there", named, "§8")
    if reply.session and before.session != reply.session:
        opened = f"{name} has a session now, number {reply.session}"
        return Saying(opened, f"entry {reply.session} of the log opened it", "§8")
    if after.answers and not after.answers[-1].returned:
        headline = f"{name} hears that its session has expired"
        return Saying(headline, f"whether {_asked_for(before)} was done it cannot know", "§8")
    said = "no value" if reply.answer is None else short(reply.answer)
    way = "read it without an entry" if reply.read else "has applied its entry"
    return Saying(f"{name} has its answer to {_asked_for(before)}: {said}", f"{sender} {way}", "§8")


def _why_ignored(client: Client, reply: ClientReply) -> str:
    if client.request is None:
        return f"it answers request {reply.serial}, and {client.name} waits for nothing"
    if client.request.serial != reply.serial:
        waits = f"{client.name} waits for the answer to request {client.request.serial}"
        return f"it answers request {reply.serial}, and {waits}"
    return f"{client.name} has asked {client.request.receiver} since"


def say_client_request(told: Told, request: ClientRequest) -> Saying:
    """A client's request reached a node. (§8)"""
    name, who, what = told.name, request.sender, wanted(request)
    if told.first("redirect") is not None:
        reply = told.gave("redirect")
        leader = reply.leader if isinstance(reply, ClientReply) else None
        names = f"names {leader}, whom it believes to lead" if leader else "knows of no leader"
        headline = f"{name} sends {who} away with {what}: it is no leader"
        return Saying(headline, f"Only a leader takes requests; {name} {names}", "§8")
    if told.first("answer_again") is not None:
        headline = f"{name} answers {who} again, and carries out nothing"
        return Saying(headline, told.told("is_repeated"), "§8")
    if told.first("begin_read") is not None:
        return say_read(told, request)
    appended = told.first("append_request")
    if appended is None:
        return Saying(f"{name} does nothing with {who}'s request", "no rule took it up", "§8")
    return _say_appended(told, appended.node, request)


def _say_appended(told: Told, node: Node, request: ClientRequest) -> Saying:
    index, what = node.log.last_index, wanted(request)
    if log_changes(told.before.log, node.log) != (f"entry {index} added",):
        changed = ", ".join(log_changes(told.before.log, node.log)) or "nothing changed"
        headline = f"{told.name} takes {request.sender}'s request: {changed}"
        return Saying(headline, told.told("append_request"), "Fig. 2, Leaders 2")
    headline = f"{told.name} appends {what} of {request.sender}'s as entry {index}"
    if (done := committed(told)) is not None:
        return Saying(f"{headline}, commits {done}", spread(node, index), "§5.3")
    waits = f"{request.sender} waits until it is committed and applied"
    return Saying(headline, f"{spread(node, index)}; {waits}", "Fig. 2, Leaders 2")


def say_lease_end(told: Told) -> Saying:
    """A leader's lease ran out. (Dissertation, §6.4.1)"""
    ended = told.first("end_lease")
    if ended is None or ended.node == told.before:
        return Saying(
            f"{told.name}'s lease runs out, and nothing changes", told.told("end_lease"), "§8"
        )
    begun = ended.node.reading.round
    why = f"before it reads without asking again, a majority must answer its round {begun}"
    return Saying(f"{told.name}'s lease runs out", why, "§8")


def say_read(told: Told, request: ClientRequest) -> Saying:
    """A read reached a leader that serves it without an entry. (§8)"""
    headline = f"{told.name} takes {wanted(request)} of {request.sender}'s without an entry"
    if told.first("serve_read") is not None:
        return Saying(f"{headline}, and answers at once", told.told("may_serve_read"), "§8")
    asked = told.first("may_serve_read")
    waits = told.told("may_serve_read") if asked else f"{request.sender} waits"
    return Saying(f"{headline}; {request.sender} waits", waits, "§8")


def say_served(told: Told, reply: AppendReply) -> Saying | None:
    """A follower's answer let a read be served; None if it let none. (§8)"""
    for before, firing in told.with_before():
        if firing.rule == "serve_read" and isinstance(firing.gave, ClientReply):
            (read,) = firing.arguments
            assert isinstance(read, Read)
            said = "no value" if firing.gave.answer is None else short(firing.gave.answer)
            heard = f"round {read.round} is answered by a majority, {reply.sender} among them"
            applied = f"{before.last_applied} of {read.read_index} entries are applied"
            headline = f"{told.name} answers {read.client}'s {short(read.command)}: {said}"
            return Saying(headline, f"{heard}; {applied}", "§8")
    return None


def answers_sent(told: Told) -> str:
    """That a turn answered clients, for where its headline speaks of something else."""
    replies = [f.gave for f in told.firings if f.rule in ("answer_client", "serve_read")]
    named = dict.fromkeys(reply.receiver for reply in replies if isinstance(reply, ClientReply))
    return f"{told.name} answers {listed(named)}" if named else ""


def wanted(request: ClientRequest) -> str:
    """What a request asks for: a command, or a session."""
    return "a request for a session" if request.command is None else short(request.command)
