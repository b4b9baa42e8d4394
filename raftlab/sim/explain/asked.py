"""What each rule was asked about, as a clause: the facts beside its answer."""

from __future__ import annotations

from raftlab.raft import (
    AppendEntries,
    AppendReply,
    ClientRequest,
    Firing,
    InstallSnapshot,
    Message,
    Node,
    Read,
    RequestVote,
    Role,
    SnapshotReply,
    VoteReply,
)
from raftlab.raft.node import restart
from raftlab.raft.reads import has_committed_its_own, is_answered
from raftlab.raft.sessions import find_session
from raftlab.sim.explain.commits import countable, held, of_old_term, own_term, why_uncommitted
from raftlab.sim.explain.facts import (
    a_role,
    copies,
    logs_compared,
    majority_of,
    place_before,
    reply_unheeded,
    snapshot_met,
    terms_met,
    vote_cast,
    vote_uncounted,
    votes_held,
)
from raftlab.sim.words import entries_named, log_counted, short, voted


def facts_asked(before: Node, firing: Firing) -> str:
    """What a rule was asked about, as a clause; "" where its answer says it all."""
    match firing.arguments:
        case (RequestVote() as request,):
            return _facts_of_request(before, firing, request)
        case (AppendEntries() as request,):
            return _facts_of_append(before, firing, request)
        case (VoteReply() | AppendReply() as reply,):
            return _facts_of_reply(before, firing, reply)
        case (Read() as read,):
            return _facts_of_read(before, read)
        case (AppendReply(sender=sender, round=number),) if firing.rule == "record_round":
            return f"{sender} answers round {number}"
        case (ClientRequest() as asked,):
            return _facts_of_client(before, asked)
        case (InstallSnapshot() as request,):
            return _facts_of_snapshot(before, firing, request)
        case (SnapshotReply() as reply,):
            return _facts_of_snapshot_reply(before, firing, reply)
        case (str() as command,) if firing.rule == "append_command":
            return f"the client sent {short(command)}"
        case _:
            return _facts_of_state(before, firing)


def _facts_of_client(before: Node, request: ClientRequest) -> str:
    asks = "a session" if request.command is None else short(request.command)
    if not request.session:
        return f"{request.sender} asks for {asks}"
    asks = f"{request.sender}'s request {request.serial} of session {request.session} is {asks}"
    known = find_session(before.sessions, request.session)
    if known is None:
        return f"{asks}, and {before.name} has no such session"
    return f"{asks}, and the last one carried out there is {known.serial}"


def _facts_of_read(before: Node, read: Read) -> str:
    """What a read waits for, as the node knows it."""
    whose = f"{read.client} asks for {short(read.command)}"
    if before.role is not Role.LEADER:
        return f"{whose}, and {before.name} is {a_role(before)}"
    own = "an" if has_committed_its_own(before) else "no"
    knows = f"{before.name} has committed {own} entry of its own term {before.current_term}"
    answered = "is" if is_answered(before, read.round) else "is not"
    heard = f"round {read.round} {answered} answered by a majority"
    applied = f"{before.last_applied} of {read.read_index} entries are applied"
    return f"{whose}; {knows}; {heard}; {applied}"


def _facts_of_request(before: Node, firing: Firing, request: RequestVote) -> str:
    match firing.rule:
        case "may_vote":
            return vote_cast(before, request)
        case "grant_vote":
            return vote_cast(before, request) if firing.node == before else ""
        case "log_is_up_to_date":
            return logs_compared(before, request)
        case "resets_election_timer":
            return _timer(before, firing, request)
        case _:
            return _terms(before, firing, request)


def _terms(before: Node, firing: Firing, message: Message) -> str:
    # Once a rule has moved the node's term, only the message's says why.
    if firing.node.current_term != before.current_term:
        return f"the message is of term {message.term}"
    return terms_met(before, message)


def _facts_of_append(before: Node, firing: Firing, request: AppendEntries) -> str:
    match firing.rule:
        case "log_matches":
            return place_before(before, request)
        case "merge_entries":
            return _sent_entries(request)
        case "follower_commit_index":
            vouched = f"what was sent reaches index {request.last_new_index}"
            return f"leader_commit is {request.leader_commit} and {vouched}"
        case "recognize_leader":
            return f"{request.sender} sends AppendEntries in term {request.term}"
        case "resets_election_timer":
            return _timer(before, firing, request)
        case _:
            return _terms(before, firing, request)


def _facts_of_snapshot(before: Node, firing: Firing, request: InstallSnapshot) -> str:
    match firing.rule:
        case "install_snapshot":
            return snapshot_met(before, request) if firing.node == before else ""
        case "recognize_leader":
            return f"{request.sender} sends a snapshot in term {request.term}"
        case "resets_election_timer":
            return _timer(before, firing, request)
        case _:
            return _terms(before, firing, request)


def _facts_of_snapshot_reply(before: Node, firing: Firing, reply: SnapshotReply) -> str:
    if firing.rule == "adopt_newer_term":
        return _terms(before, firing, reply)
    if (unheeded := reply_unheeded(before, reply)) is not None:
        return unheeded
    was = "was" if firing.node != before else "is"
    match_index = before.match_index.get(reply.sender, 0)
    agrees = f"{reply.sender} agrees up to index {reply.match_index}"
    return f"{agrees}, and its match_index {was} {match_index}"


def _facts_of_reply(before: Node, firing: Firing, reply: VoteReply | AppendReply) -> str:
    if firing.rule == "adopt_newer_term":
        return _terms(before, firing, reply)
    if isinstance(reply, VoteReply):
        return vote_uncounted(before, reply) or f"{reply.sender} grants its vote"
    if (unheeded := reply_unheeded(before, reply)) is not None:
        return unheeded
    was = "was" if firing.node != before else "is"
    if reply.success:
        match_index = before.match_index.get(reply.sender, 0)
        agrees = f"{reply.sender} agrees up to index {reply.match_index}"
        return f"{agrees}, and its match_index {was} {match_index}"
    next_index = before.next_index.get(reply.sender, 0)
    refused = f"{reply.sender} refused what follows index {reply.prev_log_index}"
    return f"{refused}, and its next_index {was} {next_index}"


def _facts_of_state(before: Node, firing: Firing) -> str:
    match firing.rule:
        case "may_apply":
            last_applied, commit_index = before.last_applied, before.commit_index
            return f"last_applied is {last_applied} and commit_index is {commit_index}"
        case "may_start_election":
            return f"{before.name} is a {before.role.value} in term {before.current_term}"
        case "apply_next":
            return _next_command(before)
        case "take_snapshot":
            reaches = f"its log begins after entry {before.log.prefix_index}"
            return f"last_applied is {before.last_applied}, and {reaches}"
        case "start_election":
            return f"it was {a_role(before)}"
        case "wins_election" | "become_leader":
            return votes_held(before)
        case "leader_commit_index":
            return _commit_facts(before, firing)
        case "restart":
            return _from_disk(before, firing.node)
        case _:
            return ""


def _next_command(before: Node) -> str:
    index, log = before.last_applied + 1, before.log
    if not log.first_index <= index <= log.last_index:
        return f"the log keeps no entry {index}"
    return f"entry {index} is {short(log[index].command)}"


def _from_disk(before: Node, after: Node) -> str:
    disk = before.disk
    if after == restart(before):
        return "memory is gone, the disk is read"
    kept = f"{voted(disk.voted_for)} and {log_counted(disk.log)}"
    return f"the disk holds term {disk.current_term}, {kept}"


def _commit_facts(before: Node, firing: Firing) -> str:
    committed, waiting = firing.node.commit_index, before.commit_index + 1
    index = committed if waiting <= committed else countable(before)
    if waiting <= index:
        return f"{held(before, index)}, and a majority is {majority_of(before)}"
    if before.log.last_index < waiting:
        return f"{before.name}'s log ends at index {before.log.last_index}"
    if copies(before, waiting) < majority_of(before):
        return why_uncommitted(before, waiting)
    return f"{of_old_term(before, waiting)}, and {own_term(before)}"


def _sent_entries(request: AppendEntries) -> str:
    if not request.entries:
        return "no entries were sent"
    named = entries_named(request.prev_log_index + 1, request.last_new_index)
    return f"{request.sender} sent {named}"


def _timer(before: Node, firing: Firing, message: Message) -> str:
    anew = f"; {before.name} begins to wait anew" if firing.gave is True else ""
    if message.term != before.current_term:
        return terms_met(before, message) + anew
    if isinstance(message, RequestVote):
        return f"{vote_cast(before, message)}, and {message.sender} asked for it{anew}"
    follows = before.leader_id or "nobody"
    return f"{before.name} follows {follows}, and {message.sender} wrote{anew}"
