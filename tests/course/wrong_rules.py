"""Plausible wrong answers beyond those that the exercises name, as learners might write them."""

from collections.abc import Callable
from dataclasses import replace

from raftlab.course.snapshots_otherwise import forgetting, has_news, taken
from raftlab.raft import RAFT, Configuration, FrozenMap, Log, Node, Role
from raftlab.raft.backing_up import back_up_by_term


def held(node, index):
    return sum(index <= match_index for match_index in node.match_index.values())


def majority(node, count):
    return 2 * count > len(node.configuration.members)


def highest(node, holds):
    return max([node.commit_index, *(i for i, _ in node.log.numbered() if holds(i))])


def of_this_term(node, index):
    return node.log[index].term == node.current_term


MAY_VOTE = {
    "for whom it voted before": lambda n, r: n.voted_for == r.sender,
    "for itself": lambda n, r: n.voted_for in (None, n.name),
    "for anyone else": lambda n, r: n.voted_for != r.sender,
    "the other way round": lambda n, r: n.voted_for not in (None, r.sender),
    "unless it knows a leader": lambda n, r: not n.leader_id and n.voted_for in (None, r.sender),
    "unless it stands": lambda n, r: n.role is not Role.CANDIDATE,
    "by the terms": lambda n, r: r.term >= n.current_term,
}

WINS_ELECTION = {
    "with half of the others": lambda n: len(n.votes_received) > len(n.peers) / 2,
    "with half, rounded": lambda n: len(n.votes_received) > round(len(n.configuration.members) / 2),
    "with half, cut off": lambda n: len(n.votes_received) >= len(n.configuration.members) // 2,
    "with as many as there are others": lambda n: len(n.votes_received) >= len(n.peers),
    "with three": lambda n: len(n.votes_received) >= 3,
    "never": lambda n: False,
}

FOLLOWER_COMMIT_INDEX = {
    "up to prev_log_index": lambda n, r: max(
        n.commit_index, min(r.leader_commit, r.prev_log_index)
    ),
    "as many as it carries": lambda n, r: max(n.commit_index, min(r.leader_commit, len(r.entries))),
    "the greater of the two": lambda n, r: max(r.leader_commit, r.last_new_index),
    "all or nothing": lambda n, r: (
        r.leader_commit if r.leader_commit <= r.last_new_index else n.commit_index
    ),
    "one at a time": lambda n, r: min(
        n.commit_index + 1, max(n.commit_index, RAFT.follower_commit_index(n, r))
    ),
    "its whole log": lambda n, r: n.log.last_index,
    "by heartbeats alone": lambda n, r: (
        n.commit_index if r.entries else RAFT.follower_commit_index(n, r)
    ),
    "by entries alone": lambda n, r: (
        RAFT.follower_commit_index(n, r) if r.entries else n.commit_index
    ),
    "one less": lambda n, r: max(n.commit_index, min(r.leader_commit, r.last_new_index) - 1),
}

LOG_MATCHES = {
    "by the last term": lambda n, r: n.log.last_term == r.prev_log_term,
    "by the end of the log": lambda n, r: (
        (n.log.last_index, n.log.last_term) == (r.prev_log_index, r.prev_log_term)
    ),
    "from the start alone": lambda n, r: r.prev_log_index == 0,
    "never at the start": lambda n, r: r.prev_log_index > 0 and RAFT.log_matches(n, r),
    "always at the start of its log": lambda n, r: not len(n.log) or RAFT.log_matches(n, r),
    "with a lower term, too": lambda n, r: (
        (n.log.term_at(r.prev_log_index) or 0) <= r.prev_log_term
    ),
    "with the leader's term": lambda n, r: n.log.term_at(r.prev_log_index) == r.term,
    "at the next index": lambda n, r: n.log.term_at(r.prev_log_index + 1) == r.prev_log_term,
}

MERGE_ENTRIES = {
    "nothing": lambda log, r: log,
    "nothing but what came": lambda log, r: Log(r.entries),
    "the first alone": lambda log, r: (
        log.up_to(r.prev_log_index).append(*r.entries[:1]) if r.entries else log
    ),
    "by the commands": lambda log, r: (
        log
        if [e.command for e in log.entries[r.prev_log_index : r.last_new_index]]
        == [e.command for e in r.entries]
        else log.up_to(r.prev_log_index).append(*r.entries)
    ),
    "by the length": lambda log, r: (
        log
        if r.last_new_index <= log.last_index
        else log.up_to(r.prev_log_index).append(*r.entries)
    ),
    "truncating unless it is a heartbeat": lambda log, r: (
        log.up_to(r.prev_log_index).append(*r.entries) if r.entries else log
    ),
    "one place later": lambda log, r: log.up_to(r.prev_log_index + 1).append(*r.entries),
    "unless it gets shorter": lambda log, r: max(
        log, log.up_to(r.prev_log_index).append(*r.entries), key=len
    ),
}

LOG_IS_UP_TO_DATE = {
    "by the current terms": lambda n, r: r.term >= n.current_term,
    "later or longer": lambda n, r: (
        r.last_log_term > n.log.last_term or r.last_log_index >= n.log.last_index
    ),
    "strictly longer": lambda n, r: r.last_log_index > n.log.last_index,
    "the other way round": lambda n, r: (
        (n.log.last_term, n.log.last_index) >= (r.last_log_term, r.last_log_index)
    ),
    "alike": lambda n, r: (
        (n.log.last_term, n.log.last_index) == (r.last_log_term, r.last_log_index)
    ),
    "by what is committed": lambda n, r: r.last_log_index >= n.commit_index,
    "always": lambda n, r: True,
    "never": lambda n, r: False,
}

LEADER_COMMIT_INDEX = {
    "never": lambda n: n.commit_index,
    "forgets what it had": lambda n: max(
        (i for i, _ in n.log.numbered() if of_this_term(n, i) and majority(n, 1 + held(n, i))),
        default=0,
    ),
    "the lowest": lambda n: next(
        (
            i
            for i, _ in n.log.numbered()
            if n.commit_index < i and of_this_term(n, i) and majority(n, 1 + held(n, i))
        ),
        n.commit_index,
    ),
    "half": lambda n: highest(
        n, lambda i: of_this_term(n, i) and 2 * (1 + held(n, i)) >= len(n.configuration.members)
    ),
    "everyone": lambda n: highest(n, lambda i: of_this_term(n, i) and held(n, i) == len(n.peers)),
    "whoever holds exactly as much": lambda n: highest(
        n,
        lambda i: (
            of_this_term(n, i)
            and majority(n, 1 + sum(i == other for other in n.match_index.values()))
        ),
    ),
    "the last or none": lambda n: (
        n.log.last_index
        if of_this_term(n, n.log.last_index) and majority(n, 1 + held(n, n.log.last_index))
        else n.commit_index
    ),
    "the most advanced": lambda n: max(n.match_index.values()),
    "of any term": lambda n: highest(n, lambda i: majority(n, 1 + held(n, i))),
}

RESTART = {
    "with an empty memory": lambda n: Node(n.name, n.configuration, disk=n.disk),
    "with an empty disk": lambda n: Node(
        n.name, n.configuration, n.disk.current_term, n.disk.voted_for, n.disk.log
    ),
    "from memory": lambda n: Node(
        n.name, n.configuration, n.current_term, n.voted_for, n.log, disk=n.disk
    ),
    "with its machine": lambda n: replace(
        RAFT.restart(n), machine=n.machine, last_applied=n.last_applied
    ),
    "with last_applied": lambda n: replace(RAFT.restart(n), last_applied=n.last_applied),
    "knowing the leader": lambda n: replace(RAFT.restart(n), leader_id=n.leader_id),
    "with the votes it had": lambda n: replace(RAFT.restart(n), votes_received=n.votes_received),
    "with match_index": lambda n: replace(
        RAFT.restart(n), match_index=n.match_index, next_index=n.next_index
    ),
    "as a candidate": lambda n: replace(RAFT.restart(n), role=Role.CANDIDATE),
    "with what was committed": lambda n: replace(
        RAFT.restart(n), log=n.disk.log.up_to(n.commit_index)
    ),
    "down": lambda n: replace(RAFT.restart(n), up=False),
}

TAKE_SNAPSHOT = {
    "one entry less": lambda n: taken(n, n.last_applied - 1) if has_news(n) else n,
    "of no cluster": lambda n: (
        taken(n, n.last_applied, configuration=Configuration(())) if has_news(n) else n
    ),
    "of no term": lambda n: taken(n, n.last_applied, last_included_term=0) if has_news(n) else n,
    "numbered one too low": lambda n: (
        taken(n, n.last_applied, last_included_index=n.last_applied - 1) if has_news(n) else n
    ),
    "with an empty log": lambda n: replace(RAFT.take_snapshot(n), log=Log()),
    "never": lambda n: n,
}

INSTALL_SNAPSHOT = {
    "beside its old log": forgetting("log"),
    "without saving it": forgetting("snapshot"),
    "if it reaches beyond its log": lambda n, r: (
        RAFT.install_snapshot(n, r) if n.log.last_index < r.snapshot.last_included_index else n
    ),
    "if it is of a later term": lambda n, r: (
        RAFT.install_snapshot(n, r) if n.log.last_term < r.snapshot.last_included_term else n
    ),
    "with an empty log": lambda n, r: replace(RAFT.install_snapshot(n, r), log=Log()),
}


def sends(node, peer, index, **otherwise):
    at = replace(node, next_index=node.next_index.set(peer, index))
    return replace(RAFT.append_entries(at, peer), **otherwise)


APPEND_ENTRIES = {
    "as if they followed nothing": lambda n, p: replace(
        RAFT.append_entries(n, p), prev_log_index=0, prev_log_term=0
    ),
    "one at a time": lambda n, p: replace(
        RAFT.append_entries(n, p), entries=RAFT.append_entries(n, p).entries[:1]
    ),
    "only what is committed": lambda n, p: replace(
        RAFT.append_entries(n, p),
        entries=n.log.entries[n.next_index[p] - 1 : n.commit_index],
    ),
    "one too late": lambda n, p: sends(n, p, n.next_index[p] + 1),
    "no word of commitment": lambda n, p: replace(RAFT.append_entries(n, p), leader_commit=0),
    "the last entry's term": lambda n, p: replace(
        RAFT.append_entries(n, p), prev_log_term=n.log.last_term
    ),
}


def noted(node, reply, **otherwise):
    return RAFT.record_success(node, replace(reply, **otherwise))


RECORD_SUCCESS = {
    "nothing": lambda n, r: n,
    "one more": lambda n, r: noted(n, r, match_index=r.match_index + 1),
    "what was built upon": lambda n, r: noted(n, r, match_index=r.prev_log_index),
    "next_index alone": lambda n, r: replace(noted(n, r), match_index=n.match_index),
    "what is committed": lambda n, r: noted(n, r, match_index=n.commit_index),
    "of everyone": lambda n, r: replace(
        noted(n, r), match_index=FrozenMap.of(dict.fromkeys(n.match_index, r.match_index))
    ),
}


BACK_UP = {
    "to what is known": lambda n, r: replace(
        n, next_index=FrozenMap.of({p: i + 1 for p, i in n.match_index.items()})
    ),
    "by two": lambda n, r: RAFT.back_up(RAFT.back_up(n, r), r),
    "by half": lambda n, r: replace(
        n, next_index=FrozenMap.of({p: (i + 1) // 2 for p, i in n.next_index.items()})
    ),
    "to the end alone": lambda n, r: n if r.conflict_index else back_up_by_term(n, r),
}


RECORD_SNAPSHOT = {
    "one more than it says": lambda n, r: RAFT.record_snapshot(
        n, replace(r, match_index=r.match_index + 1)
    ),
    "of whatever term": lambda n, r: RAFT.record_snapshot(n, replace(r, term=n.current_term)),
    "with next_index alone": lambda n, r: replace(
        RAFT.record_snapshot(n, r), match_index=n.match_index
    ),
}

WRONG_RULES: dict[str, dict[str, Callable[..., object]]] = {
    "may_vote": MAY_VOTE,
    "wins_election": WINS_ELECTION,
    "follower_commit_index": FOLLOWER_COMMIT_INDEX,
    "log_matches": LOG_MATCHES,
    "merge_entries": MERGE_ENTRIES,
    "log_is_up_to_date": LOG_IS_UP_TO_DATE,
    "leader_commit_index": LEADER_COMMIT_INDEX,
    "restart": RESTART,
    "take_snapshot": TAKE_SNAPSHOT,
    "install_snapshot": INSTALL_SNAPSHOT,
    "append_entries": APPEND_ENTRIES,
    "record_success": RECORD_SUCCESS,
    "back_up": BACK_UP,
    "record_snapshot": RECORD_SNAPSHOT,
}
