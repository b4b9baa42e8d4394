"""The bundle of replaceable rules: `RAFT` is the paper's, `RAFT.but(…)` has some changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches

from raftlab.raft import (
    clients,
    commitment,
    compaction,
    election,
    handlers,
    node,
    reads,
    replication,
)
from raftlab.raft.clients import Result
from raftlab.raft.log import Log
from raftlab.raft.messages import (
    AppendEntries,
    AppendReply,
    ClientReply,
    ClientRequest,
    InstallSnapshot,
    Message,
    RequestVote,
    SnapshotReply,
    VoteReply,
)
from raftlab.raft.node import Node
from raftlab.raft.reading import Read
from raftlab.raft.turn import Turn


class UnknownRule(ValueError):
    """A rule was named that Raft does not have."""


@dataclass(frozen=True, slots=True)
class Rules:
    """One function for each bullet of Figure 2, and the handlers that put them in order."""

    # All servers
    may_apply: Callable[[Node], bool] = commitment.may_apply
    apply_next: Callable[[Node], Node] = commitment.apply_next
    adopt_newer_term: Callable[[Node, Message], Node] = election.adopt_newer_term
    is_stale: Callable[[Node, Message], bool] = election.is_stale

    # Standing for election
    may_start_election: Callable[[Node], bool] = election.may_start_election
    start_election: Callable[[Node], Node] = election.start_election
    request_vote: Callable[[Node, str], RequestVote] = election.request_vote
    record_vote: Callable[[Node, VoteReply], Node] = election.record_vote
    wins_election: Callable[[Node], bool] = election.wins_election
    become_leader: Callable[[Node], Node] = election.become_leader

    # Voting, following
    may_vote: Callable[[Node, RequestVote], bool] = election.may_vote
    log_is_up_to_date: Callable[[Node, RequestVote], bool] = election.log_is_up_to_date
    grant_vote: Callable[[Node, RequestVote], Node] = election.grant_vote
    recognize_leader: Callable[[Node, AppendEntries | InstallSnapshot], Node] = (
        election.recognize_leader
    )
    resets_election_timer: Callable[[Node, Message], bool] = election.resets_election_timer

    # Leading
    heartbeat: Callable[[Node, str], AppendEntries] = replication.heartbeat
    append_command: Callable[[Node, str], Node] = replication.append_command
    append_entries: Callable[[Node, str], AppendEntries] = replication.append_entries
    record_success: Callable[[Node, AppendReply], Node] = replication.record_success
    back_up: Callable[[Node, AppendReply], Node] = replication.back_up
    leader_commit_index: Callable[[Node], int] = commitment.leader_commit_index

    # Accepting entries
    log_matches: Callable[[Node, AppendEntries], bool] = replication.log_matches
    merge_entries: Callable[[Log, AppendEntries], Log] = replication.merge_entries
    follower_commit_index: Callable[[Node, AppendEntries], int] = replication.follower_commit_index
    accept_append: Callable[[Node, AppendEntries], AppendReply] = replication.accept_append
    reject_append: Callable[[Node, AppendEntries], AppendReply] = replication.reject_append

    # Serving clients
    redirect: Callable[[Node, ClientRequest], ClientReply] = clients.redirect
    is_repeated: Callable[[Node, ClientRequest], bool] = clients.is_repeated
    answer_again: Callable[[Node, ClientRequest], ClientReply] = clients.answer_again
    append_request: Callable[[Node, ClientRequest], Node] = clients.append_request
    answer_client: Callable[[Node, Result], ClientReply] = clients.answer_client

    # Reading without an entry
    skips_log: Callable[[Node, ClientRequest], bool] = reads.skips_log
    begin_read: Callable[[Node, ClientRequest], Node] = reads.begin_read
    record_round: Callable[[Node, AppendReply], Node] = reads.record_round
    may_serve_read: Callable[[Node, Read], bool] = reads.may_serve_read
    serve_read: Callable[[Node, Read], ClientReply] = reads.serve_read
    finish_read: Callable[[Node, Read], Node] = reads.finish_read
    end_lease: Callable[[Node], Node] = reads.end_lease

    # Compaction
    take_snapshot: Callable[[Node], Node] = compaction.take_snapshot
    send_snapshot: Callable[[Node, str], InstallSnapshot] = compaction.send_snapshot
    install_snapshot: Callable[[Node, InstallSnapshot], Node] = compaction.install_snapshot
    record_snapshot: Callable[[Node, SnapshotReply], Node] = compaction.record_snapshot

    # Lifetimes
    persist: Callable[[Node], Node] = node.persist
    restart: Callable[[Node], Node] = node.restart

    # The order of things
    on_message: Callable[[Turn, Message], None] = handlers.on_message
    on_timeout: Callable[[Turn], None] = handlers.on_timeout
    on_command: Callable[[Turn, str], None] = handlers.on_command
    on_client_request: Callable[[Turn, ClientRequest], None] = handlers.on_client_request
    on_lease_end: Callable[[Turn], None] = handlers.on_lease_end
    on_replicate: Callable[[Turn, tuple[str, ...]], None] = handlers.on_replicate
    on_heartbeat: Callable[[Turn, tuple[str, ...]], None] = handlers.on_heartbeat
    on_request_vote: Callable[[Turn, RequestVote], None] = handlers.on_request_vote
    on_vote_reply: Callable[[Turn, VoteReply], None] = handlers.on_vote_reply
    on_append_entries: Callable[[Turn, AppendEntries], None] = handlers.on_append_entries
    on_append_reply: Callable[[Turn, AppendReply], None] = handlers.on_append_reply
    on_compact: Callable[[Turn], None] = handlers.on_compact
    on_install_snapshot: Callable[[Turn, InstallSnapshot], None] = handlers.on_install_snapshot
    on_snapshot_reply: Callable[[Turn, SnapshotReply], None] = handlers.on_snapshot_reply
    settle: Callable[[Turn], None] = handlers.settle
    end_turn: Callable[[Turn, bool], None] = handlers.end_turn

    # The names of the rules that are not the paper's; kept by `but`.
    changed: frozenset[str] = frozenset()

    def but(self, **changes: Callable[..., object]) -> Rules:
        """These rules with some replaced: `RAFT.but(may_vote=mine)`.

        Raises UnknownRule for a name that is no rule, TypeError for what cannot be called.
        """
        for name, rule in changes.items():
            if name not in RULE_NAMES:
                near = get_close_matches(name, RULE_NAMES, n=1)
                hint = f" Did you mean {near[0]!r}?" if near else ""
                raise UnknownRule(f"Raft has no rule named {name!r}.{hint}")
            if not callable(rule):
                raise TypeError(f"The rule {name} must be a function; it is {rule!r}.")
        changed = frozenset(
            name
            for name in RULE_NAMES
            if changes.get(name, getattr(self, name)) is not getattr(RAFT, name)
        )
        return replace(self, changed=changed, **changes)  # type: ignore[arg-type]

    def __repr__(self) -> str:
        """Say how to write it: `RAFT`, or `RAFT.but(may_vote=mine)`."""
        changes = (f"{name}={_name_of(getattr(self, name))}" for name in sorted(self.changed))
        return f"RAFT.but({', '.join(changes)})" if self.changed else "RAFT"


def _name_of(rule: object) -> str:
    return getattr(rule, "__name__", repr(rule))


RULE_NAMES = tuple(field.name for field in fields(Rules) if field.name != "changed")

RAFT = Rules()
