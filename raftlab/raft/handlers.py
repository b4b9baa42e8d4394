"""The order of things: which rules a node asks, one handler for each kind of event.

The rules decide, the handlers only put them in order. A handler is replaceable like a rule,
because some well-known mistakes are mistakes of order.
"""

from __future__ import annotations

from typing import TypeAlias

from raftlab.raft.clients import awaited
from raftlab.raft.messages import (
    AppendEntries,
    AppendReply,
    ClientRequest,
    InstallSnapshot,
    Message,
    RequestVote,
    SnapshotReply,
    VoteReply,
)
from raftlab.raft.node import Role
from raftlab.raft.turn import Turn

Request: TypeAlias = RequestVote | AppendEntries | InstallSnapshot

MOST_FIRINGS_AT_REST = 1_000


def on_message(turn: Turn, message: Message) -> None:
    """Adopt a newer term before anything else, then handle the message by its kind.

    A client's request has no term. (Fig. 2, All Servers 2)
    """
    if isinstance(message, ClientRequest):
        turn.run("on_client_request", message)
        return
    turn.become("adopt_newer_term", message)
    match message:
        case RequestVote():
            turn.run("on_request_vote", message)
        case VoteReply():
            turn.run("on_vote_reply", message)
        case AppendEntries():
            turn.run("on_append_entries", message)
        case AppendReply():
            turn.run("on_append_reply", message)
        case InstallSnapshot():
            turn.run("on_install_snapshot", message)
        case SnapshotReply():
            turn.run("on_snapshot_reply", message)
    if isinstance(message, Request):
        turn.ask("resets_election_timer", message)


def on_timeout(turn: Turn) -> None:
    """The election timer ran out: stand for election, wait anew, ask every peer.

    (Fig. 2, Candidates 1; §5.2)
    """
    if turn.ask("may_start_election"):
        turn.become("start_election")
        turn.note("resets_election_timer", True)
        for peer in turn.node.peers:
            turn.send("request_vote", peer)


def on_request_vote(turn: Turn, request: RequestVote) -> None:
    """Grant or refuse one candidate. (Fig. 2, RequestVote)"""
    granted = (
        not turn.ask("is_stale", request)
        and turn.ask("may_vote", request)
        and turn.ask("log_is_up_to_date", request)
    )
    if granted:
        turn.become("grant_vote", request)
    node = turn.node
    turn.reply(VoteReply(node.name, request.sender, node.current_term, granted), request)


def on_vote_reply(turn: Turn, reply: VoteReply) -> None:
    """Count the vote; `settle` sees whether it makes a leader. (§5.2)"""
    turn.become("record_vote", reply)


def on_command(turn: Turn, command: str) -> None:
    """A leader takes a client's command; anyone else names the leader it knows. (§8)"""
    if turn.node.role is Role.LEADER:
        turn.become("append_command", command)
    else:
        turn.note("refuse_command", turn.node.leader_id, command)


def on_client_request(turn: Turn, request: ClientRequest) -> None:
    """A leader appends a client's request, or answers one that was carried out before.

    A read that goes without an entry has a round of heartbeats begun for it, if it needs one.
    Anyone but the leader names whom it knows to lead. (§8)
    """
    if turn.node.role is not Role.LEADER:
        turn.send("redirect", request)
    elif turn.ask("is_repeated", request):
        turn.send("answer_again", request)
    elif turn.ask("skips_log", request):
        begun = turn.node.reading.round
        turn.become("begin_read", request)
        if turn.node.reading.round != begun:
            turn.run("on_heartbeat", turn.node.peers)
    else:
        turn.become("append_request", request)


def on_lease_end(turn: Turn) -> None:
    """The time of a leader's lease is up. (Dissertation, §6.4.1)"""
    turn.become("end_lease")


def on_replicate(turn: Turn, peers: tuple[str, ...]) -> None:
    """A leader sends its entries to those of `peers` that lack some. (Fig. 2, Leaders 3)"""
    for peer in peers:
        if turn.node.next_index[peer] <= turn.node.log.last_index:
            _send_what_lacks(turn, peer)


def on_heartbeat(turn: Turn, peers: tuple[str, ...]) -> None:
    """A leader tells `peers` that it still leads. (Fig. 2, Leaders 1)"""
    for peer in peers:
        turn.send("heartbeat", peer)


def on_append_entries(turn: Turn, request: AppendEntries) -> None:
    """Accept the leader's entries where the logs agree before them. (Fig. 2, AppendEntries)"""
    if turn.ask("is_stale", request):
        turn.send("reject_append", request)
        return
    turn.become("recognize_leader", request)
    if turn.ask("log_matches", request):
        turn.merge("merge_entries", request)
        turn.commit("follower_commit_index", request)
        turn.send("accept_append", request)
    else:
        turn.send("reject_append", request)


def on_append_reply(turn: Turn, reply: AppendReply) -> None:
    """Note how far a follower agrees; after a refusal, try again earlier. (Fig. 2, Leaders 3)

    Where reads need it, note first which round it answers. (§8)
    """
    if reply.round:
        turn.become("record_round", reply)
    if reply.success:
        turn.become("record_success", reply)
        return
    before = turn.node
    turn.become("back_up", reply)
    if turn.node != before:
        _send_what_lacks(turn, reply.sender)


def on_compact(turn: Turn) -> None:
    """Take a snapshot: each server does so by itself, whatever its role. (§7)"""
    turn.become("take_snapshot")


def on_install_snapshot(turn: Turn, request: InstallSnapshot) -> None:
    """Take over what the leader's snapshot holds. (Fig. 13)

    The answer to a stale one claims nothing: it may reach its sender as the leader of a later term.
    """
    stale = turn.ask("is_stale", request)
    if not stale:
        turn.become("recognize_leader", request)
        turn.become("install_snapshot", request)
    node = turn.node
    match_index = 0 if stale else request.snapshot.last_included_index
    reply = SnapshotReply(node.name, request.sender, node.current_term, match_index)
    turn.reply(reply, request)


def on_snapshot_reply(turn: Turn, reply: SnapshotReply) -> None:
    """Note how far a follower agrees now; entries can follow from there. (§7)"""
    turn.become("record_snapshot", reply)


def settle(turn: Turn) -> None:
    """Fire the rules that a state triggers, until nothing changes.

    A majority of votes makes a leader, a majority of match_index commits, and what is committed is
    applied, of which the leader tells who waits. (Fig. 2, Candidates 2, Leaders 1, 2 and 4, All
    Servers 1)
    """
    before = None
    while turn.node != before:
        before = turn.node
        if turn.node.role is Role.CANDIDATE and turn.ask("wins_election"):
            turn.become("become_leader")
            _refuse_to_run_for_ever(turn, "become_leader")
            _say_who_leads(turn)
        if turn.node.role is Role.LEADER:
            turn.commit("leader_commit_index")
            _refuse_to_run_for_ever(turn, "leader_commit_index")
        while turn.ask("may_apply"):
            result = awaited(turn.node)
            turn.become("apply_next")
            _refuse_to_run_for_ever(turn, "apply_next")
            if result is not None:
                turn.send("answer_client", result)
        for read in turn.node.reading.waiting:
            if turn.ask("may_serve_read", read):
                turn.send("serve_read", read)
                turn.become("finish_read", read)


def end_turn(turn: Turn, cut_short: bool) -> None:
    """Persist, and only then let the messages leave. A crash in between loses the messages.

    What a reply promises is then on disk whenever anyone reads the reply. (Fig. 2, State)
    """
    turn.become("persist")
    if cut_short:
        turn.messages.clear()


def _send_what_lacks(turn: Turn, peer: str) -> None:
    # Where the leader has discarded the next entry that the peer lacks, its snapshot has it (§7).
    discarded = turn.node.next_index[peer] <= turn.node.log.prefix_index
    turn.send("send_snapshot" if discarded else "append_entries", peer)


def _say_who_leads(turn: Turn) -> None:
    # A rule of a learner's may have made no leader, after all.
    if turn.node.role is Role.LEADER:
        turn.run("on_heartbeat", turn.node.peers)


def _refuse_to_run_for_ever(turn: Turn, rule: str) -> None:
    # Applying a whole log is two firings an entry; anything far beyond that goes in circles.
    if len(turn.firings) > MOST_FIRINGS_AT_REST + 2 * turn.node.log.last_index:
        raise turn.error(rule, "the node never comes to rest: each time it changes again.")
