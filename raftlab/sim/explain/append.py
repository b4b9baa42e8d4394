"""A leader's entries or heartbeat reaching a node, as sentences. (Fig. 2, AppendEntries)"""

from __future__ import annotations

from raftlab.raft import AppendEntries, Log
from raftlab.sim.explain.changes import first_difference, log_changes
from raftlab.sim.explain.facts import place_before, terms_met
from raftlab.sim.explain.turn import Saying, Told, committed
from raftlab.sim.words import entries_named


def say_append_entries(told: Told, request: AppendEntries) -> Saying:
    """A leader's entries or heartbeat reached a node. (Fig. 2, AppendEntries)"""
    if told.first("accept_append") is not None or told.first("merge_entries") is not None:
        return _say_accepted(told, request)
    what = "entries" if request.entries else "heartbeat"
    headline = f"{_subject(told)} refuses {request.sender}'s {what}"
    if told.gave("is_stale") is True:
        return _say_stale(told, request, headline)
    if told.gave("log_matches") is False:
        return _say_mismatch(told, request, headline)
    if told.first("reject_append") is not None:
        return Saying(headline, told.told("reject_append"), "Fig. 2, AppendEntries")
    gives = f"{told.name} takes {request.sender}'s {what} and gives no answer"
    return Saying(gives, told.last_answer(), "Fig. 2, AppendEntries")


def _subject(told: Told) -> str:
    recognized = told.first("recognize_leader")
    gave_up = recognized is not None and recognized.node.role is not told.before.role
    if not gave_up and not told.stepped_down():
        return told.name
    return f"{told.name} steps down as {told.before.role.value} and"


def _say_stale(told: Told, request: AppendEntries, headline: str) -> Saying:
    node = told.node_before("is_stale")
    if node.current_term <= request.term:
        return Saying(headline, told.told("is_stale"), "Fig. 2, AppendEntries 1")
    why = f"{terms_met(node, request)}; the reply says so"
    they_are = "they are" if request.entries else "it is"
    return Saying(f"{headline}: {they_are} of an old term", why, "§5.1")


def _say_mismatch(told: Told, request: AppendEntries, headline: str) -> Saying:
    node, prev = told.node_before("log_matches"), request.prev_log_index
    found = node.log.term_at(prev)
    if found == request.prev_log_term:
        return Saying(headline, told.told("log_matches"), "Fig. 2, AppendEntries 2")
    if found is not None:
        short_reason = f": its entry {prev} is of another term"
    elif prev < node.log.first_index:
        short_reason = f": it has discarded entry {prev}"
    else:
        short_reason = f": it has no entry {prev}"
    return Saying(f"{headline}{short_reason}", place_before(node, request), "§5.3")


def _say_accepted(told: Told, request: AppendEntries) -> Saying:
    before, merged = told.node_before("merge_entries").log, told.gave("merge_entries")
    log = merged if isinstance(merged, Log) else before
    learns = committed(told)
    if log != before:
        return _say_changed(told, request, before, log)
    if learns:
        headline = f"{_subject(told)} learns that {_is_committed(learns)}"
        return Saying(headline, *_why_committed_there(told, request))
    if not request.entries:
        return _say_heard(told, request)
    return _say_nothing_new(told, request, log)


def _say_changed(told: Told, request: AppendEntries, before: Log, log: Log) -> Saying:
    """The log is another: it grew, or some of it went."""
    same = first_difference(before, log)
    if before.last_index < same:
        headline, why = f"appends {entries_named(same, log.last_index)}", _why_added(told, request)
    else:
        deleted, *added = (change.rpartition(" ")[0] for change in log_changes(before, log))
        replaced = f" and appends {added[0]}" if added else ""
        headline, why = f"deletes its {deleted}{replaced}", _why_deleted(request, before, same)
    return Saying(f"{_subject(told)} {headline}{_then_committed(told)}", why, "§5.3")


def _then_committed(told: Told) -> str:
    """The same as the end of a sentence about something else; "" if nothing was committed."""
    if (learns := committed(told)) is None:
        return ""
    named, applies, _ = learns.partition(" and applies")
    are = "are" if named.startswith("entries") else "is"
    return f"; {named} {are} now committed{' and applied' if applies else ''}"


def _say_nothing_new(told: Told, request: AppendEntries, log: Log) -> Saying:
    named = entries_named(request.prev_log_index + 1, request.last_new_index)
    carried = enumerate(request.entries, start=request.prev_log_index + 1)
    if not all(log.holds(index, entry) for index, entry in carried):
        headline = f"{_subject(told)} takes {named} from {request.sender}; its log stays as it was"
        return Saying(headline, told.last_answer(), "Fig. 2, AppendEntries 4")
    headline = f"{_subject(told)} already has {named} and adds nothing"
    return Saying(headline, "What agrees with the leader's log stays as it is", "§5.3")


def _is_committed(learns: str) -> str:
    named, applies, rest = learns.partition(" and applies")
    are = "are" if named.startswith("entries") else "is"
    return f"{named} {are} committed{applies}{rest}"


def _why_added(told: Told, request: AppendEntries) -> str:
    node = told.node_before("log_matches")
    agrees = node.log.term_at(request.prev_log_index) == request.prev_log_term
    return place_before(node, request) if agrees else told.told("log_matches")


def _why_deleted(request: AppendEntries, before: Log, same: int) -> str:
    carried = dict(enumerate(request.entries, start=request.prev_log_index + 1))
    there = before.term_at(same)
    if same in carried and carried[same].term != there:
        differs = f"its entry {same} was of term {there}, {request.sender}'s is of term "
        return f"{differs}{carried[same].term}: a conflicting entry goes, with all after it"
    return f"merge_entries gave a log that no longer holds the old entry {same}"


def _why_committed_there(told: Told, request: AppendEntries) -> tuple[str, str]:
    node, last = told.node_before("follower_commit_index"), request.last_new_index
    if node.log.term_at(request.prev_log_index) == request.prev_log_term:
        agrees = f"{told.name}'s log is known to agree with {request.sender}'s up to index {last}"
    else:
        agrees = f"what it sent reaches index {last}"
    why = f"{request.sender} has committed up to index {request.leader_commit}, and {agrees}"
    return why, "Fig. 2, AppendEntries 5"


def _say_heard(told: Told, request: AppendEntries) -> Saying:
    heard = f"hears a heartbeat from {request.sender}, leader of term {request.term}"
    headline = f"{_subject(told)} {heard}"
    commit_index = told.after.commit_index
    if commit_index < request.leader_commit and request.last_new_index < request.leader_commit:
        known = f"the logs are known to agree only up to index {request.last_new_index}"
        why = f"{request.sender} has committed up to index {request.leader_commit}, but {known}"
        return Saying(headline, f"{why}: commit_index stays {commit_index}", "§5.3")
    if commit_index < request.leader_commit:
        return Saying(headline, told.told("follower_commit_index"), "Fig. 2, AppendEntries 5")
    if told.gave("resets_election_timer") is not True:
        return Saying(headline, "it answers with success; its election timer runs on", "§5.2")
    why, follows = "its election timer starts anew", told.after.leader_id or "nobody"
    if told.before.leader_id != told.after.leader_id:
        return Saying(headline, f"{why}; from now on it follows {follows}", "§5.2")
    nothing_else = "" if told.new_term() else "; nothing else changes"
    return Saying(headline, f"{why}{nothing_else}", "§5.2")
