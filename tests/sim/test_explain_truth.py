"""What `explain` states is so: each number in its sentences, held against the step itself.

A claim is a pattern of words, and a question to the step that is put without the words of
`raftlab.sim.explain`. `untrue` finds claims that do not hold, `unclaimed` numbers that no claim is
about; both are shown to find what they should.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import pytest

from raftlab.raft import (
    RAFT,
    AppendEntries,
    Crash,
    Deliver,
    Firing,
    Message,
    Node,
    Role,
    RuleError,
    Rules,
    Step,
    VoteReply,
    react,
    step,
)
from raftlab.raft.events import actor
from raftlab.sim import SCENARIOS, fresh, random_run
from raftlab.sim.explain import explain, explain_firing
from tests.modelcheck.mutants import MUTANTS
from tests.raft.clusters import append, cluster, node


@dataclass(frozen=True)
class Scene:
    """A step, the versions of its node from first to last in the turn, and the message in it."""

    step: Step
    nodes: tuple[Node, ...]
    message: Message | None
    rules: Rules = RAFT

    @property
    def first(self) -> Node:
        return self.nodes[0]

    @property
    def last(self) -> Node:
        return self.nodes[-1]

    @property
    def size(self) -> int:
        return len(self.step.before.nodes)

    def some(self, holds: Callable[[Node], bool]) -> bool:
        """Whether this was so of the node at some moment of its turn."""
        return any(map(holds, self.nodes))

    def written(self, kind: type) -> list[Message]:
        """The messages of a kind that the node wrote, whether they left or not."""
        return [firing.gave for firing in self.step.firings if isinstance(firing.gave, kind)]


def scene(step: Step, rules: Rules = RAFT) -> Scene:
    about = step.event.during or step.event if isinstance(step.event, Crash) else step.event
    name = actor(step.event)
    turn = [firing.node for firing in step.firings if firing.rule != "restart"]
    nodes = (step.before.node(name), *turn) if name else ()
    return Scene(step, nodes, getattr(about, "message", None), rules)


# Words for entries, nodes, votes --------------------------------------------------------------

ENTRIES = r"(entry \d+|entries \d+ (?:and|to) \d+)"
NODE = r"(node\d)"
SOME_NODES = r"(all others|node\d(?:, node\d)*(?: and node\d)?)"
NUMBER = r"(\d+)"
COUNT = r"(no entries|1 entry|\d+ entries)"
VOTE = r"(no vote|the vote for (?:itself|node\d))"


def indexes(words: str) -> tuple[int, int]:
    """The first and last index that such words name."""
    numbers = [int(number) for number in re.findall(r"\d+", words)]
    return numbers[0], numbers[-1]


def count(words: str) -> int:
    return 0 if words.startswith("no") else int(words.split()[0])


def copies(at: Node, index: int) -> int:
    """On how many nodes a leader knows an entry to be."""
    return 1 + len([peer for peer, match in at.match_index.items() if match >= index])


def named(s: Scene, words: str) -> set[str]:
    return set(s.first.peers if words == "all others" else re.findall(r"node\d", words))


def written_to(s: Scene, *rules: str) -> set[str]:
    """To whom these rules wrote messages in the turn."""
    return {firing.gave.receiver for firing in s.step.firings if firing.rule in rules}


def majority(s: Scene) -> int:
    return s.size // 2 + 1


def is_on(s: Scene, index: int, on: int, of: int) -> bool:
    return of == s.size and s.some(lambda at: copies(at, index) == on)


def has_term(s: Scene, index: int, term: int) -> bool:
    return s.some(lambda at: at.log.term_at(index) == term)


def own_waiting(at: Node) -> list[int]:
    """The entries of a leader's own term that it has not committed."""
    own = [index for index, entry in at.log.numbered() if entry.term == at.current_term]
    return [index for index in own if at.commit_index < index]


def request(s: Scene) -> AppendEntries:
    assert isinstance(s.message, AppendEntries)
    return s.message


def carried(message: AppendEntries) -> tuple[int, int]:
    return message.prev_log_index + 1, message.prev_log_index + len(message.entries)


def on_disk(at: Node, term: str, vote: str, entries: str) -> bool:
    whom = {"no vote": None, "the vote for itself": at.name}.get(vote, vote.split()[-1])
    disk = at.disk
    kept = (disk.current_term, disk.voted_for, disk.log.last_index)
    return kept == (int(term), whom, count(entries))


def added(s: Scene) -> tuple[int, int] | None:
    """The indexes at which the log is another than at first, as far as it now reaches."""
    new = [i for i, entry in s.last.log.numbered() if s.first.log.holds(i, entry) is False]
    return (new[0], new[-1]) if new else None


def deleted(s: Scene) -> tuple[int, int] | None:
    gone = [i for i, entry in s.first.log.numbered() if not s.last.log.holds(i, entry)]
    return (gone[0], gone[-1]) if gone else None


def committed(s: Scene) -> tuple[int, int]:
    return s.first.commit_index + 1, s.last.commit_index


def was_it(s: Scene, name: str, term: str) -> bool:
    """Whether the node, or the sender of the message, has that term."""
    return s.first.name == name and s.some(lambda at: at.current_term == int(term))


# Claims -----------------------------------------------------------------------------------------


class Claim(NamedTuple):
    pattern: str
    holds: Callable[..., bool]


ELECTION = {
    "stands": Claim(
        rf"stands for election in term {NUMBER}",
        lambda s, t: s.some(lambda at: at.role is Role.CANDIDATE and at.current_term == int(t)),
    ),
    "enters": Claim(
        rf"so it (?:enters|stays in) term {NUMBER}",
        lambda s, t: s.last.current_term == int(t),
    ),
    "saw no winner": Claim(
        rf"saw no winner of term {NUMBER}", lambda s, t: s.first.current_term == int(t)
    ),
    "becomes leader": Claim(
        rf"{NODE} becomes leader of term {NUMBER} with {NUMBER} votes? of {NUMBER}",
        lambda s, name, t, votes, of: (
            (s.last.name, s.last.role, s.last.current_term) == (name, Role.LEADER, int(t))
            and s.some(lambda at: len(at.votes_received) == int(votes))
            and int(of) == s.size
        ),
    ),
    "a majority of": Claim(
        rf"a majority of {NUMBER} is {NUMBER}",
        lambda s, of, n: (int(of), int(n)) == (s.size, majority(s)),
    ),
    "a majority": Claim(rf"a majority is {NUMBER}", lambda s, n: int(n) == majority(s)),
    "votes held": Claim(
        rf"{NODE} has {NUMBER} votes?, and a majority",
        lambda s, name, n: s.some(lambda at: (at.name, len(at.votes_received)) == (name, int(n))),
    ),
    "counts": Claim(
        rf"counts {NODE}'s (?:vote|refusal): {NUMBER} votes? of {NUMBER}",
        lambda s, name, n, of: (
            s.message.sender == name
            and int(of) == s.size
            and s.some(lambda at: len(at.votes_received) == int(n) and name in at.votes_received)
        ),
    ),
    "votes for": Claim(
        rf"votes for {NODE} in term {NUMBER}",
        lambda s, name, t: VoteReply(s.first.name, name, int(t), True) in s.written(VoteReply),
    ),
    "once more": Claim(
        rf"grants {NODE} its vote of term {NUMBER} once more",
        lambda s, name, t: (
            VoteReply(s.first.name, name, int(t), True) in s.written(VoteReply)
            and s.first.voted_for == name
        ),
    ),
    "no vote in it yet": Claim(
        rf"enters term {NUMBER} and has no vote in it yet",
        lambda s, t: s.some(lambda at: (at.current_term, at.voted_for) == (int(t), None)),
    ),
    "has voted": Claim(
        rf"{NODE} has(?: already)? voted for (itself|node\d) in term {NUMBER}",
        lambda s, name, whom, t: s.some(
            lambda at: (
                (at.name, at.voted_for, at.current_term)
                == (name, name if whom == "itself" else whom, int(t))
            )
        ),
    ),
    "has not voted": Claim(
        rf"{NODE} has not voted in term {NUMBER}",
        lambda s, name, t: s.some(
            lambda at: (at.name, at.voted_for, at.current_term) == (name, None, int(t))
        ),
    ),
    "last terms": Claim(
        rf"{NODE}'s last entry has term {NUMBER}, the candidate's has term {NUMBER}",
        lambda s, name, mine, theirs: (
            (s.last.name, s.last.log.last_term, s.message.last_log_term)
            == (name, int(mine), int(theirs))
        ),
    ),
    "last indexes": Claim(
        rf"both logs end in term {NUMBER}, {NODE}'s at index {NUMBER} and {NODE}'s at index "
        rf"{NUMBER}",
        lambda s, t, name, mine, other, theirs: (
            (s.last.name, s.last.log.last_term, s.last.log.last_index) == (name, int(t), int(mine))
            and (s.message.sender, s.message.last_log_term, s.message.last_log_index)
            == (other, int(t), int(theirs))
        ),
    ),
    "same end": Claim(
        rf"both logs end in term {NUMBER} at index {NUMBER}",
        lambda s, t, i: (
            (s.last.log.last_term, s.last.log.last_index)
            == (s.message.last_log_term, s.message.last_log_index)
            == (int(t), int(i))
        ),
    ),
    "candidate has nothing": Claim(
        rf"{NODE}'s log holds {COUNT}, the candidate's is empty",
        lambda s, name, n: (
            (s.last.name, s.last.log.last_index, s.message.last_log_index) == (name, count(n), 0)
        ),
    ),
    "refused in": Claim(
        rf"{NODE} refuses {NODE} its vote in term {NUMBER}",
        lambda s, voter, name, t: s.message == VoteReply(voter, name, int(t), False),
    ),
    "asks": Claim(
        rf"and asks {SOME_NODES} for",
        lambda s, names: named(s, names) == written_to(s, "request_vote"),
    ),
    "heartbeats go": Claim(
        rf"heartbeats? (?:goes|go) to {SOME_NODES}",
        lambda s, names: named(s, names) == written_to(s, "heartbeat"),
    ),
    "voted for it": Claim(
        rf"(?:^|[ .]){SOME_NODES} voted for it",
        lambda s, names: s.some(lambda at: set(at.votes_received) == named(s, names)),
    ),
}

TERMS = {
    "terms met": Claim(
        rf"the message is of term {NUMBER} and {NODE} is in term {NUMBER}",
        lambda s, t, name, own: s.message.term == int(t) and was_it(s, name, own),
    ),
    "own term": Claim(
        rf"the message is of {NODE}'s own term {NUMBER}",
        lambda s, name, t: s.message.term == int(t) and was_it(s, name, t),
    ),
    "message's term": Claim(
        rf"the message is of term {NUMBER}(?!\d| and)", lambda s, t: s.message.term == int(t)
    ),
    "old answer": Claim(
        rf"the (?:vote|refusal|reply) is of term {NUMBER} and {NODE} (?:is in|leads) term {NUMBER}",
        lambda s, t, name, own: (
            s.message.term == int(t) != s.first.current_term and was_it(s, name, own)
        ),
    ),
    "newer term": Claim(
        rf"{NODE}'s reply is of term {NUMBER} and {NODE} was in term {NUMBER}: the newer",
        lambda s, sender, t, name, was: (
            (s.message.sender, s.message.term) == (sender, int(t))
            and (s.first.name, s.first.current_term) == (name, int(was))
            and int(was) < int(t)
        ),
    ),
    "learns of": Claim(
        rf"{NODE} learns of term {NUMBER} and",
        lambda s, name, t: was_it(s, name, t) and s.message.term == int(t) > s.first.current_term,
    ),
    "goes back": Claim(
        rf"goes back from term {NUMBER} to term {NUMBER}",
        lambda s, old, new: (s.first.current_term, s.last.current_term) == (int(old), int(new)),
    ),
    "is now in": Claim(
        rf"{NODE} is now in term {NUMBER}",
        lambda s, name, t: (s.last.name, s.last.current_term) == (name, int(t)),
    ),
    "is a": Claim(
        rf"(?:it is|{NODE} is) (?:the (leader) of|a (follower|candidate) in) term {NUMBER}",
        lambda s, name, lead, other, t: s.some(
            lambda at: (
                at.name == (name or at.name)
                and (at.role.value, at.current_term) == (lead or other, int(t))
            )
        ),
    ),
    "steps down": Claim(
        r"steps down as (leader|candidate)",
        lambda s, role: (s.first.role.value, s.last.role) == (role, Role.FOLLOWER),
    ),
    "from now on": Claim(
        rf"from now on it follows {NODE}",
        lambda s, name: s.first.leader_id != s.last.leader_id == name,
    ),
    "follows already": Claim(
        rf"it follows {NODE} already",
        lambda s, name: s.first.leader_id == s.last.leader_id == name,
    ),
    "believes to lead": Claim(
        rf"names {NODE}, whom it believes to lead", lambda s, name: s.first.leader_id == name
    ),
    "leads": Claim(
        rf"{NODE} leads term {NUMBER}",
        lambda s, name, t: s.some(
            lambda at: (at.name, at.role, at.current_term) == (name, Role.LEADER, int(t))
        ),
    ),
}

COMMITS = {
    "is on": Claim(
        rf"entry {NUMBER} is on {NUMBER} of {NUMBER} nodes?",
        lambda s, i, on, of: is_on(s, int(i), int(on), int(of)),
    ),
    "own entry is on": Claim(
        rf"entry {NUMBER}, of {NODE}'s own term {NUMBER}, is on {NUMBER} of {NUMBER} nodes?",
        lambda s, i, name, t, on, of: (
            was_it(s, name, t)
            and has_term(s, int(i), int(t))
            and is_on(s, int(i), int(on), int(of))
        ),
    ),
    "old entry is on": Claim(
        rf"entry {NUMBER},? of term {NUMBER},? is on {NUMBER} of {NUMBER} nodes?",
        lambda s, i, t, on, of: has_term(s, int(i), int(t)) and is_on(s, int(i), int(on), int(of)),
    ),
    "first of own": Claim(
        rf"entry {NUMBER}, the first of its own term {NUMBER}, is on {NUMBER}",
        lambda s, i, t, on: s.some(
            lambda at: (
                at.current_term == int(t)
                and copies(at, int(i)) == int(on)
                and int(i) == min(own_waiting(at), default=0)
            )
        ),
    ),
    "none of own": Claim(
        rf"no entry that waits is of its own term {NUMBER}",
        lambda s, t: s.some(lambda at: at.current_term == int(t) and own_waiting(at) == []),
    ),
    "commits": Claim(
        rf"commits {ENTRIES}",
        lambda s, entries: indexes(entries) == committed(s) and committed(s)[0] <= committed(s)[1],
    ),
    "learns committed": Claim(
        rf"{ENTRIES} (?:is|are) (?:now )?committed",
        lambda s, entries: indexes(entries) == committed(s),
    ),
    "leader has committed": Claim(
        rf"{NODE} has committed up to index {NUMBER}",
        lambda s, name, i: (request(s).sender, request(s).leader_commit) == (name, int(i)),
    ),
    "known to agree": Claim(
        rf"{NODE}'s log is known to agree with {NODE}'s up to index {NUMBER}",
        lambda s, name, sender, i: (
            (s.last.name, request(s).sender, carried(request(s))[1]) == (name, sender, int(i))
            and all(
                s.last.log.holds(at, entry)
                for at, entry in enumerate(request(s).entries, request(s).prev_log_index + 1)
            )
        ),
    ),
    "agree only": Claim(
        rf"only up to index {NUMBER}: commit_index stays {NUMBER}",
        lambda s, i, stays: (
            carried(request(s))[1] == int(i)
            and s.first.commit_index == s.last.commit_index == int(stays)
        ),
    ),
    "no news": Claim(
        rf"leader_commit {NUMBER} is no news",
        lambda s, i: request(s).leader_commit == int(i) <= s.first.commit_index,
    ),
    "says commit_index": Claim(
        rf"that commit_index is {NUMBER}", lambda s, i: s.first.commit_index == int(i)
    ),
    "whole log": Claim(
        rf"{NODE} has committed its whole log already",
        lambda s, name: (
            s.last.name == name
            and s.last.log.last_index <= s.last.commit_index
            and s.first.commit_index == s.last.commit_index
        ),
    ),
    "went back": Claim(
        rf"commit_index went back from {NUMBER} to {NUMBER}",
        lambda s, old, new: (s.first.commit_index, s.last.commit_index) == (int(old), int(new)),
    ),
}

LOGS = {
    "appended command": Claim(
        rf"as entry {NUMBER} of term {NUMBER}",
        lambda s, i, t: (
            s.last.log.last_index == int(i) == s.first.log.last_index + 1
            and has_term(s, int(i), int(t))
        ),
    ),
    "appends": Claim(rf"appends {ENTRIES}", lambda s, entries: indexes(entries) == added(s)),
    "deletes": Claim(rf"deletes its {ENTRIES}", lambda s, entries: indexes(entries) == deleted(s)),
    "conflict": Claim(
        rf"its entry {NUMBER} was of term {NUMBER}, {NODE}'s is of term {NUMBER}",
        lambda s, i, mine, sender, theirs: (
            s.first.log.term_at(int(i)) == int(mine)
            and request(s).sender == sender
            and request(s).entries[int(i) - carried(request(s))[0]].term == int(theirs)
        ),
    ),
    "first entries": Claim(
        rf"{ENTRIES} (?:is|are) the first entr",
        lambda s, entries: indexes(entries) == carried(request(s)) and indexes(entries)[0] == 1,
    ),
    "follow": Claim(
        rf"{ENTRIES} follows? entry {NUMBER} of term {NUMBER}",
        lambda s, entries, i, t: (
            indexes(entries) == carried(request(s))
            and (request(s).prev_log_index, request(s).prev_log_term) == (int(i), int(t))
        ),
    ),
    "heartbeat builds on": Claim(
        rf"the heartbeat builds on entry {NUMBER} of term {NUMBER}",
        lambda s, i, t: (
            (request(s).prev_log_index, request(s).prev_log_term) == (int(i), int(t))
            and request(s).entries == ()
        ),
    ),
    "has that entry": Claim(
        rf"{NODE} has that entry",
        lambda s, name: (
            s.last.name == name and has_term(s, request(s).prev_log_index, request(s).prev_log_term)
        ),
    ),
    "log ends": Claim(
        rf"{NODE}'s log (?:ends|ended) at index {NUMBER}",
        lambda s, name, i: s.some(lambda at: (at.name, at.log.last_index) == (name, int(i))),
    ),
    "log is empty": Claim(
        rf"{NODE}'s log is empty(?:$|[,:. ])",
        lambda s, name: s.some(lambda at: (at.name, at.log.last_index) == (name, 0)),
    ),
    "entry there": Claim(
        rf"{NODE}'s entry {NUMBER} is of term {NUMBER}(?!:)",
        lambda s, name, i, t: s.last.name == name and has_term(s, int(i), int(t)),
    ),
    "has no entry": Claim(
        rf"it has no entry {NUMBER}",
        lambda s, i: (
            request(s).prev_log_index == int(i) and s.some(lambda at: at.log.last_index < int(i))
        ),
    ),
    "is of another term": Claim(
        rf"its entry {NUMBER} is of another term",
        lambda s, i: (
            request(s).prev_log_index == int(i)
            and s.some(lambda at: at.log.term_at(int(i)) not in (None, request(s).prev_log_term))
        ),
    ),
    "already has": Claim(
        rf"already has {ENTRIES}",
        lambda s, entries: (
            indexes(entries) == carried(request(s))
            and all(
                s.first.log.holds(i, entry)
                for i, entry in enumerate(request(s).entries, request(s).prev_log_index + 1)
            )
        ),
    ),
    "takes": Claim(
        rf"takes {ENTRIES} from {NODE}",
        lambda s, entries, sender: (
            (indexes(entries), request(s).sender) == (carried(request(s)), sender)
        ),
    ),
    "hears": Claim(
        rf"hears a heartbeat from {NODE}, leader of term {NUMBER}",
        lambda s, name, t: (
            (request(s).sender, request(s).term, request(s).entries) == (name, int(t), ())
        ),
    ),
    "has nothing to build upon": Claim(
        rf"{NODE} has no entry {NUMBER} to build upon: its log ends at index {NUMBER}",
        lambda s, name, i, ends: (
            (s.message.sender, s.message.prev_log_index, s.message.last_log_index)
            == (name, int(i), int(ends))
            and int(ends) < int(i)
        ),
    ),
    "is empty there": Claim(
        rf"{NODE} has no entry {NUMBER} to build upon: its log is empty",
        lambda s, name, i: (
            (s.message.sender, s.message.prev_log_index, s.message.last_log_index)
            == (name, int(i), 0)
        ),
    ),
    "logs differ there": Claim(
        rf"{NODE}'s entry {NUMBER} is of term {NUMBER}: the logs differ there",
        lambda s, name, i, t: (
            (s.message.sender, s.message.prev_log_index, s.message.conflict_term)
            == (name, int(i), int(t))
            and s.first.log.term_at(int(i)) != int(t)
        ),
    ),
    "refused and names": Claim(
        rf"{NODE} refused what follows index {NUMBER}, and names its entry {NUMBER}, of term "
        rf"{NUMBER}",
        lambda s, name, prev, i, t: (
            (s.message.sender, s.message.prev_log_index) == (name, int(prev))
            and (s.message.conflict_index, s.message.conflict_term) == (int(i), int(t))
        ),
    ),
    "moves next_index": Claim(
        rf"moves {NODE}'s next_index from {NUMBER} to {NUMBER}",
        lambda s, name, old, new: (
            (s.first.next_index[name], s.last.next_index[name]) == (int(old), int(new))
        ),
    ),
    "answers by now": Claim(
        rf"answers what followed index {NUMBER}, and {NODE}'s next_index is {NUMBER} by now",
        lambda s, prev, name, i: (
            s.message.prev_log_index == int(prev) and s.last.next_index[name] == int(i)
        ),
    ),
    "known to agree up to": Claim(
        rf"{NODE} is known to agree up to index {NUMBER}; next_index stays {NUMBER}",
        lambda s, name, match, i: (
            (s.last.match_index[name], s.last.next_index[name]) == (int(match), int(i))
        ),
    ),
    "notes": Claim(
        rf"{NODE} answers .* notes that their logs agree up to index {NUMBER}",
        lambda s, name, match: (
            s.last.match_index[name] == int(match)
            and ("record_success" in s.rules.changed or s.message.match_index <= int(match))
        ),
    ),
    "sends": Claim(
        rf"sends {ENTRIES} to",
        lambda s, entries: {indexes(entries)} == {carried(m) for m in s.written(AppendEntries)},
    ),
    "next_index": Claim(
        rf"{NODE}'s next_index is {NUMBER}(?!\d| by)",
        lambda s, name, i: s.first.next_index[name] == int(i),
    ),
}


def unsent(s: Scene) -> set[str]:
    """To whom the interrupted turn would have sent, had the node not stopped."""
    assert isinstance(s.step.event, Crash)
    assert s.step.event.during is not None
    assert s.step.sent == ()
    return {m.receiver for m in react(s.first, s.step.event.during, s.rules).messages}


FAULTS = {
    "disk keeps": Claim(
        rf"the disk keeps term {NUMBER}, {VOTE} and {COUNT}",
        lambda s, t, vote, n: on_disk(s.step.after.node(s.first.name), t, vote, n),
    ),
    "disk gave back": Claim(
        rf"the disk gave back term {NUMBER}, {VOTE} and {COUNT}",
        lambda s, t, vote, n: on_disk(s.first, t, vote, n),
    ),
    "lost commit_index": Claim(
        rf"what is lost: .*?commit_index {NUMBER}", lambda s, i: s.last.commit_index == int(i)
    ),
    "commit_index begins": Claim(
        rf"; commit_index is {NUMBER}", lambda s, i: s.first.commit_index == int(i)
    ),
    "restarts": Claim(
        rf"{NODE} restarts (?:as \w+ )?in term {NUMBER}",
        lambda s, name, t: (s.last.name, s.last.current_term, s.last.up) == (name, int(t), True),
    ),
    "entries named": Claim(
        rf"AppendEntries to {NODE} \({ENTRIES}\)",
        lambda s, name, entries: (
            (name, indexes(entries))
            in {
                (m.receiver, carried(m))
                for m in (s.message, *s.written(AppendEntries))
                if isinstance(m, AppendEntries)
            }
        ),
    ),
    "never leaves": Claim(
        rf"{NODE}'s [a-zA-Z ]+ (?:to|for) {NODE}(?: \([a-z0-9 ]+\))? never leaves",
        lambda s, name, receiver: s.first.name == name and unsent(s) == {receiver},
    ),
    "never leave": Claim(
        rf"its (?:RequestVotes|heartbeats|AppendEntries|messages) to {SOME_NODES} never leave",
        lambda s, names: unsent(s) == named(s, names),
    ),
    "nothing to send": Claim(r"it had nothing to send", lambda s: unsent(s) == set()),
    "before any leaves": Claim(
        r"a turn, before any message leaves",
        lambda s: isinstance(s.step.event, Crash) and not s.step.sent,
    ),
    "after all have left": Claim(
        r"after its messages have left", lambda s: isinstance(s.step.event, Crash) and s.step.sent
    ),
    "swallowed": Claim(
        rf"What goes to {SOME_NODES} is lost",
        lambda s, names: (
            named(s, names) == {m.receiver for m in s.step.lost if m.sender == s.first.name}
        ),
    ),
    "is down": Claim(
        rf"is lost: {NODE} is down",
        lambda s, name: s.message.receiver == name and not s.step.before.node(name).up,
    ),
    "lost on the way": Claim(
        rf"{NUMBER} messages? on the way(?: across)? (?:is|are) lost",
        lambda s, n: (
            len(s.step.lost) == int(n) == len(s.step.before.network) - len(s.step.after.network)
        ),
    ),
    "mended": Claim(
        rf"{NUMBER} links? cut before",
        lambda s, n: len(set(s.step.before.cut) - set(s.step.after.cut)) == int(n),
    ),
    "pairs": Claim(
        rf"{NUMBER} pairs? of nodes",
        lambda s, n: len({frozenset(link) for link in s.step.before.cut}) == int(n),
    ),
}

# What the sentences about single rules state besides.
RULES = {
    "may_apply": Claim(
        rf"last_applied is {NUMBER} and commit_index is {NUMBER}",
        lambda s, applied, commit: s.some(
            lambda at: (at.last_applied, at.commit_index) == (int(applied), int(commit))
        ),
    ),
    "commit_index": Claim(
        rf"(?:leader|follower)_commit_index says {NUMBER}, (?:as before|and it was {NUMBER})",
        lambda s, now, was: (
            s.some(lambda at: at.commit_index == int(now))
            and s.some(lambda at: at.commit_index == int(was or now))
        ),
    ),
    "leader_commit": Claim(
        rf"leader_commit is {NUMBER} and what was sent reaches index {NUMBER}",
        lambda s, commit, reaches: (
            (request(s).leader_commit, carried(request(s))[1]) == (int(commit), int(reaches))
        ),
    ),
    "applied": Claim(
        rf"apply_next changes {NODE}: last_applied {NUMBER}",
        lambda s, name, i: s.some(lambda at: (at.name, at.last_applied) == (name, int(i))),
    ),
    "follows": Claim(
        rf"{NODE} follows (node\d|nobody), and {NODE} wrote",
        lambda s, name, whom, sender: (
            s.message.sender == sender
            and s.some(lambda at: (at.name, at.leader_id or "nobody") == (name, whom))
        ),
    ),
    "asked for it": Claim(rf", and {NODE} asked for it", lambda s, name: s.message.sender == name),
}

CLAIMS = {**ELECTION, **TERMS, **COMMITS, **LOGS, **FAULTS, **RULES}
PATTERNS = {name: re.compile(claim.pattern, re.IGNORECASE) for name, claim in CLAIMS.items()}


def literal(pattern: str) -> str:
    """The longest run of plain words in a pattern: a text without them does not match."""
    group = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
    return max(re.split(rf"{group}|.\?|\\.|[^a-zA-Z_' ]", pattern), key=len).lower()


LITERALS = {name: literal(claim.pattern) for name, claim in CLAIMS.items()}


@cache
def claimed(text: str) -> tuple[tuple[str, re.Match[str]], ...]:
    """The claims that a text makes, each with the place where it makes it."""
    low = text.lower()
    likely = (pattern for pattern in PATTERNS.items() if LITERALS[pattern[0]] in low)
    return tuple((name, match) for name, pattern in likely for match in pattern.finditer(text))


def holds(s: Scene, name: str, groups: tuple[str | None, ...]) -> bool:
    try:
        return bool(CLAIMS[name].holds(s, *groups))
    except (AssertionError, AttributeError, LookupError, ValueError):
        # What it speaks of is not even there.
        return False


def untrue(s: Scene, text: str) -> list[str]:
    """The claims of a text that do not hold of the step."""
    found = claimed(text)
    return [f"{name}: {m[0]!r} in {text!r}" for name, m in found if not holds(s, name, m.groups())]


# Numbers that state nothing: of a section, in a command, in a name.
UNSAID = re.compile(r"\((?:§|Fig)[^)]*\)|SET \S+ [^\s.,:;]+|key\d = \S+|node\d")


def unclaimed(text: str) -> list[str]:
    """The numbers in a text that no claim is about."""
    told = [match.span() for _, match in claimed(text)]
    told += [match.span() for match in UNSAID.finditer(text)]
    numbers = re.finditer(r"\d+", text)
    return [
        f"{number[0]} in {text!r}"
        for number in numbers
        if not any(begin <= number.start() and number.end() <= end for begin, end in told)
    ]


def with_before(step: Step) -> Iterator[tuple[Node, Firing]]:
    """Each firing of a step with the node as it stood when the rule was asked."""
    before = step.before.node(actor(step.event)) if step.firings else None
    for firing in step.firings:
        yield before, firing
        before = firing.node


def until_it_raises(steps: Iterable[Step]) -> Iterator[Step]:
    """The steps of a run; some rules soon give what no rule may give."""
    try:
        yield from steps
    except RuleError:
        return


# That claims can fail -----------------------------------------------------------------------------

# Rules that do what Raft never does, for the claims that Raft gives no occasion to.
ODD = (
    "adopts an older term, too",
    "answers before it saves",
    "never truncates a conflicting tail",
    "takes commands as a follower",
)
ODD_RULES = (
    RAFT.but(follower_commit_index=lambda node, request: 0),
    *(case.rules for case in MUTANTS if case.name in ODD),
)

ODD_STARTS = ("split_vote", "deposed_leader", "leader_elected_5", "figure_7", "figure_8_c")

OCCASIONS = 50


class Stated(NamedTuple):
    """A claim that some sentence makes of a step."""

    scene: Scene
    groups: tuple[str | None, ...]


def some_runs() -> Iterator[Scene]:
    runs = [(fresh(size), RAFT, seed) for seed in range(4) for size in (5, 3, 2, 7, 4, 6, 1)]
    odd = [(name, rules) for name in ODD_STARTS for rules in (RAFT, *ODD_RULES)]
    runs += [(SCENARIOS[name](), rules, seed) for name, rules in odd for seed in (1, 2)]
    heartbeat = append(commit=2)
    yield scene(step(cluster(node(current_term=1), network=(heartbeat,)), Deliver(heartbeat)))
    for start, rules, seed in runs:
        for done in until_it_raises(random_run(start.cluster, seed, 100, rules)):
            yield scene(done, rules)


@pytest.fixture(scope="module")
def stated() -> dict[str, list[Stated]]:
    """Where each claim is made in some runs, the first occasions of each form of it."""
    found, forms = defaultdict(list), Counter()
    for at in some_runs():
        told = explain(at.step)
        sentences = (explain_firing(*pair) for pair in with_before(at.step))
        for text in (f"{told.headline} {told.reason}", *sentences):
            for name, match in claimed(text):
                form = (name, *(part is None for part in match.groups()))
                forms[form] += 1
                if forms[form] <= OCCASIONS:
                    found[name].append(Stated(at, match.groups()))
    return found


OTHER_WORDS = {
    r"\d+": lambda number: str(int(number) + 1),
    r"no entries|1 entry|\d+ entries": lambda _: "96 entries",
    r"entry \d+|entries .*": lambda _: "entry 97",
    r"no vote|the vote for .*": lambda _: "the vote for node9",
    r"leader|follower": lambda _: "candidate",
    r"candidate": lambda _: "leader",
    r".*": lambda _: "node9",
}


def other(words: str) -> str:
    """Words of the same kind that say something else."""
    return next(to(words) for kind, to in OTHER_WORDS.items() if re.fullmatch(kind, words))


def doctored(groups: tuple[str | None, ...], place: int) -> tuple[str | None, ...]:
    return (*groups[:place], other(groups[place] or ""), *groups[place + 1 :])


@pytest.mark.parametrize("name", CLAIMS)
def test_each_claim_is_made_and_holds(name, stated) -> None:
    assert stated[name]
    assert [made for made in stated[name] if not holds(made.scene, name, made.groups)] == []


@pytest.mark.parametrize("name", CLAIMS)
def test_each_part_of_a_claim_can_be_found_untrue(name, stated) -> None:
    for place in range(PATTERNS[name].groups):
        made = [m for m in stated[name] if m.groups[place] is not None]
        caught = [m for m in made if not holds(m.scene, name, doctored(m.groups, place))]
        assert caught


@pytest.mark.parametrize("name", [name for name in CLAIMS if not PATTERNS[name].groups])
def test_a_claim_without_parts_does_not_hold_of_every_crash(name, stated) -> None:
    names = ("disk keeps", "nothing to send", "after all have left")
    crashes = [made.scene for name in names for made in stated[name]]
    assert any(not holds(at, name, ()) for at in crashes)


def test_a_doctored_sentence_is_found_untrue() -> None:
    done = next(random_run(fresh(3).cluster, 1, 1))
    true = explain(done).headline
    assert untrue(scene(done), true) == []
    [complaint] = untrue(scene(done), true.replace("term 1", "term 2"))
    assert complaint.startswith("stands: 'stands for election in term 2'")


def test_a_number_that_no_claim_is_about_is_found() -> None:
    told = "node1 stands for election in term 1, and 7 SET key1 value5 (Fig. 2, Candidates 1; §5.2)"
    assert unclaimed(told) == [f"7 in {told!r}"]
