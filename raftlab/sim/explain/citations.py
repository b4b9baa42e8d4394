"""Where the paper states each rule: one row for every rule that can be replaced."""

from __future__ import annotations

from raftlab.raft import Firing, SnapshotReply
from raftlab.sim.explain.lines import is_noted

RULE_CITATIONS: dict[str, str] = {
    "may_apply": "Fig. 2, All Servers 1",
    "apply_next": "Fig. 2, All Servers 1",
    "adopt_newer_term": "Fig. 2, All Servers 2",
    "is_stale": "Fig. 2, RequestVote 1 and AppendEntries 1",
    "may_start_election": "Fig. 2, Followers 2 and Candidates 4",
    "start_election": "Fig. 2, Candidates 1",
    "request_vote": "Fig. 2, Candidates 1",
    "record_vote": "Fig. 2, Candidates 2",
    "wins_election": "Fig. 2, Candidates 2",
    "become_leader": "Fig. 2, Candidates 2",
    "may_vote": "Fig. 2, RequestVote 2",
    "log_is_up_to_date": "Fig. 2, RequestVote 2; §5.4.1",
    "grant_vote": "Fig. 2, RequestVote 2",
    "recognize_leader": "Fig. 2, Candidates 3",
    "resets_election_timer": "Fig. 2, Followers 2",
    "heartbeat": "Fig. 2, Leaders 1",
    "append_command": "Fig. 2, Leaders 2",
    "append_entries": "Fig. 2, Leaders 3",
    "record_success": "Fig. 2, Leaders 3",
    "back_up": "Fig. 2, Leaders 3",
    "leader_commit_index": "Fig. 2, Leaders 4; §5.4.2",
    "log_matches": "Fig. 2, AppendEntries 2",
    "merge_entries": "Fig. 2, AppendEntries 3 and 4",
    "follower_commit_index": "Fig. 2, AppendEntries 5",
    "accept_append": "Fig. 2, AppendEntries, results",
    "reject_append": "Fig. 2, AppendEntries, results",
    "skips_log": "§8",
    "begin_read": "§8",
    "record_round": "§8",
    "may_serve_read": "§8",
    "serve_read": "§8",
    "finish_read": "§8",
    "end_lease": "§8",
    "redirect": "§8",
    "is_repeated": "§8",
    "answer_again": "§8",
    "append_request": "Fig. 2, Leaders 2; §8",
    "answer_client": "Fig. 2, Leaders 2; §8",
    "take_snapshot": "§7, Figure 12",
    "send_snapshot": "Fig. 13; §7",
    "install_snapshot": "Fig. 13; §7",
    "record_snapshot": "Fig. 2, Leaders 3; §7",
    "persist": "Fig. 2, State",
    "restart": "Fig. 2, State",
    "on_message": "Fig. 2, All Servers 2",
    "on_timeout": "§5.2",
    "on_command": "§8",
    "on_client_request": "§8",
    "on_lease_end": "§8",
    "on_replicate": "Fig. 2, Leaders 3",
    "on_heartbeat": "Fig. 2, Leaders 1",
    "on_request_vote": "Fig. 2, RequestVote",
    "on_vote_reply": "§5.2",
    "on_append_entries": "Fig. 2, AppendEntries",
    "on_append_reply": "Fig. 2, Leaders 3",
    "on_compact": "§7",
    "on_install_snapshot": "§7; Fig. 13",
    "on_snapshot_reply": "§7",
    "settle": "Fig. 2, Rules for Servers",
    "end_turn": "Fig. 2, State",
    # What a handler notes without asking a rule.
    "refuse_command": "§8",
    "reply": "Fig. 2, RequestVote, results",
}


def citation_of(firing: Firing) -> str:
    """Where the paper states what fired."""
    if isinstance(firing.gave, SnapshotReply):
        return "Fig. 13, results"
    # Whoever stands for election waits anew by another bullet than whoever hears a message.
    return "Fig. 2, Candidates 1" if is_noted(firing) else RULE_CITATIONS.get(firing.rule, "Fig. 2")
