"""A leader's entries or heartbeat reaching a node, as sentences. (Fig. 2, AppendEntries)"""

from __future__ import annotations

from raftlab.raft import AppendEntries, AppendReply, Log
from raftlab.sim.explain.changes import changes, first_difference, last_difference, log_changes
from raftlab.sim.explain.facts import place_before, terms_met
from raftlab.sim.explain.turn import Saying, Told, newly_committed
from raftlab.sim.words import entries_named, listed


def say_append_entries(told: Told, request: AppendEntries) -> Saying:
    """A leader's entries or heartbeat reached a node. (Fig. 2, AppendEntries)"""
    if told.first("accept_append") is not None or told.first("merge_entries") is not None:
        return _say_accepted(told, request)
    what = "entries" if request.entries else "heartbeat"
    headline = _does(told, f"refuses {request.sender}'s {what}")
    if told.gave("is_stale") is True:
        return _say_stale(told, request, headline)
    if told.gave("log_matches") is False:
        return _say_mismatch(told, request, headline)
    if told.first("reject_append") is not None:
        return Saying(headline, told.told("reject_append"), "Fig. 2, AppendEntries")
    gives = f"{told.name} takes {request.sender}'s {what} and gives no answer"
    return Saying(gives, "no rule about entries was asked", "Fig. 2, AppendEntries")


def _does(told: Told, *verbs: str) -> str:
    """A node and what it does, with its stepping down before all else if it does."""
    recognized = told.first("recognize_leader")
    gave_up = recognized is not None and recognized.node.role is not told.before.role
    steps = [f"steps down as {told.before.role.value}"] if gave_up or told.stepped_down() else []
    return f"{told.name} {listed([*steps, *verbs])}"


def _say_stale(told: Told, request: AppendEntries, headline: str) -> Saying:
    node = told.node_before("is_stale")
    if node.current_term <= request.term:
        return Saying(headline, told.told("is_stale"), "Fig. 2, AppendEntries 1")
    reply = told.gave("reject_append")
    tells = isinstance(reply, AppendReply) and reply.term == node.current_term
    why = terms_met(node, request) + ("; the reply says so" if tells else "")
    they_are = "they are" if request.entries else "it is"
    return Saying(f"{headline}: {they_are} of an old term", why, "§5.1")


def _say_mismatch(told: Told, request: AppendEntries, headline: str) -> Saying:
    node, prev = told.node_before("log_matches"), request.prev_log_index
    found = node.log.term_at(prev)
    if found == request.prev_log_term:
        return Saying(headline, told.told("log_matches"), "Fig. 2, AppendEntries 2")
    if prev == 0:
        short_reason = ": nothing comes before entry 1"
    elif found is not None:
        short_reason = f": its entry {prev} is of another term"
    elif prev < node.log.first_index:
        short_reason = f": it has discarded entry {prev}"
    else:
        short_reason = f": it has no entry {prev}"
    return Saying(f"{headline}{short_reason}", place_before(node, request), "§5.3")


def _say_accepted(told: Told, request: AppendEntries) -> Saying:
    before, merged = told.node_before("merge_entries").log, told.gave("merge_entries")
    log = merged if isinstance(merged, Log) else before
    named, applies = newly_committed(told)
    if log != before:
        return _say_changed(told, request, before, log)
    if named:
        learns = f"learns that {named} {_are(named)} committed"
        there = bool(request.entries) and _holds_what_came(log, request)
        has = [f"already has {_carried(request)}"] if there else []
        headline = _does(told, *has, learns, *filter(None, [applies]))
        return Saying(headline, *_why_committed_there(told, request))
    if not request.entries:
        return _say_heard(told, request)
    return _say_nothing_new(told, request, log)


def _say_changed(told: Told, request: AppendEntries, before: Log, log: Log) -> Saying:
    """The log is another: it grew, or some of it went."""
    same = first_difference(before, log)
    if before.last_index < same:
        verbs, why = [f"appends {entries_named(same, log.last_index)}"], _why_added(told, request)
    else:
        deleted, *added = (change.rpartition(" ")[0] for change in log_changes(before, log))
        verbs = [f"deletes its {deleted}", *(f"appends {what}" for what in added)]
        why = _why_deleted(request, before, log)
    return Saying(f"{_does(told, *verbs)}{_then_committed(told)}", why, "§5.3")


def _then_committed(told: Told) -> str:
    """The same as the end of a sentence about something else; "" if nothing was committed."""
    named, applies = newly_committed(told)
    applied = " and applied" if applies else ""
    return f"; {named} {_are(named)} now committed{applied}" if named else ""


def _are(named: str) -> str:
    return "are" if named.startswith("entries") else "is"


def _say_nothing_new(told: Told, request: AppendEntries, log: Log) -> Saying:
    named = _carried(request)
    if not _holds_what_came(log, request):
        headline = f"{_does(told, f'takes {named} from {request.sender}')}; its log stays as it was"
        return Saying(headline, told.told("merge_entries"), "Fig. 2, AppendEntries 4")
    headline = _does(told, f"already has {named}", "adds nothing")
    return Saying(headline, "What agrees with the leader's log stays as it is", "§5.3")


def _why_added(told: Told, request: AppendEntries) -> str:
    node = told.node_before("log_matches")
    return place_before(node, request) if _follows(node.log, request) else told.told("log_matches")


def _why_deleted(request: AppendEntries, before: Log, log: Log) -> str:
    carried = dict(enumerate(request.entries, start=request.prev_log_index + 1))
    same, all_after = first_difference(before, log), "a conflicting entry goes, with all after it"
    if last_difference(before, log) < before.last_index:
        all_after = "what stood behind the conflicting one stays"
    there = before.term_at(same)
    if same in carried and carried[same].term != there:
        sent = f"{request.sender}'s is of term {carried[same].term}"
        return f"its entry {same} was of term {there}, {sent}: {all_after}"
    return f"merge_entries gave a log that no longer holds the old entry {same}"


def _why_committed_there(told: Told, request: AppendEntries) -> tuple[str, str]:
    last = request.last_new_index
    agrees = f"{told.name}'s log is known to agree with {request.sender}'s up to index {last}"
    if not _agrees(told, request):
        agrees = f"what it sent reaches index {last}"
    why = f"{request.sender} has committed up to index {request.leader_commit}, and {agrees}"
    return why, "Fig. 2, AppendEntries 5"


def _agrees(told: Told, request: AppendEntries) -> bool:
    """Whether the log is the leader's up to what was sent, with what was sent."""
    log = told.node_before("follower_commit_index").log
    return _follows(log, request) and _holds_what_came(log, request)


def _follows(log: Log, request: AppendEntries) -> bool:
    """Whether the log has the place that was built upon, or has discarded it."""
    prev = request.prev_log_index
    return prev < log.prefix_index or log.term_at(prev) == request.prev_log_term


def _holds_what_came(log: Log, request: AppendEntries) -> bool:
    """Whether the log holds all that was sent, or has discarded it."""
    carried = enumerate(request.entries, start=request.prev_log_index + 1)
    return all(log.holds(index, entry) is not False for index, entry in carried)


def _carried(request: AppendEntries) -> str:
    return entries_named(request.prev_log_index + 1, request.last_new_index)


def _say_heard(told: Told, request: AppendEntries) -> Saying:
    heard = f"hears a heartbeat from {request.sender}, leader of term {request.term}"
    headline = _does(told, heard)
    commit_index = told.after.commit_index
    if commit_index < request.leader_commit and request.last_new_index < request.leader_commit:
        known = "the logs are known to agree" if _agrees(told, request) else "what it sent reaches"
        why = f"{request.sender} has committed up to index {request.leader_commit}, but {known}"
        only = f"only up to index {request.last_new_index}"
        return Saying(headline, f"{why} {only}: commit_index stays {commit_index}", "§5.3")
    if commit_index < request.leader_commit:
        return Saying(headline, told.told("follower_commit_index"), "Fig. 2, AppendEntries 5")
    return Saying(headline, _timer_after(told, request), "§5.2")


def _timer_after(told: Told, request: AppendEntries) -> str:
    """What a heartbeat did to the election timer, and besides."""
    if told.gave("resets_election_timer") is not True:
        runs_on = told.told("resets_election_timer")
        return f"its election timer runs on; {runs_on}"
    why, follows = "its election timer starts anew", told.after.leader_id or "nobody"
    if told.before.leader_id != told.after.leader_id:
        return f"{why}; from now on it follows {follows}"
    if changed := ", ".join(changes(told.before, told.after)):
        return why if told.new_term() else f"{why}; what changes: {changed}"
    no_news = f"leader_commit {request.leader_commit} is no news"
    return f"{why}; it follows {follows} already, and {no_news}"
