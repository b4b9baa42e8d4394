"""The published tables: the ids of their rows, the other choices, and what is left out.

The rows gather what the papers' figures and the tests of well-known implementations say of Raft:
elections (A), replication (B), Figure 7 (C), the election restriction (D), the commit rule with
Figure 8 (E), log primitives (F), fast backtracking (G), compaction (K), reads (M), persistence (P).
A test says with `row` which rows it holds raftlab to, and with `otherwise` of which it asserts
another choice.
"""

from collections.abc import Callable
from typing import TypeVar

from raftlab.raft import RAFT, ClientCommand, Log, Rules
from tests.modelcheck.alternatives import begins_with_a_no_op

from ..clusters import Play

ROWS = (
    "A01", "A02", "A03", "A04", "A05", "A06", "A07", "A08", "A09", "A10", "A11", "A13", "A14",
    "A15", "A16", "A18", "A19", "A22", "A25", "A26", "A27",
    "B01", "B02", "B03", "B04", "B05", "B09", "B10", "B11", "B12", "B16", "B17", "B20", "B21",
    "B22", "B24", "B25", "B26",
    "C-a", "C-b", "C-c", "C-d", "C-e", "C-f", "C07", "C08",
    "D01", "D02", "D04", "D05",
    "E01", "E05", "E06", "E-8a", "E-8b", "E-8c", "E-8d1", "E-8d2", "E07",
    "F01", "F02", "F06", "F07", "F08", "F09", "F10", "F12",
    "G01", "G09", "G10",
    "K01", "K04", "K05", "K06", "K07", "K10",
    "M01", "M02", "M03", "M06",
    "P01", "P02", "P03", "P04", "P08",
)  # fmt: skip

NO_OP = (
    "A new leader appends nothing by itself: Figure 2 has no no-op entry, and learners count "
    "without one. With one, a variant of become_leader, the numbers are the row's."
)
WAITS = "A candidate whom a majority refused waits for its timer, as the paper has it."
REPLICATES = (
    "Sending entries is an event of its own, so that it can be chosen, delayed or left out: a "
    "command, a commit or a success sends nothing by itself."
)
VOLATILE = "commit_index is volatile, as in Figure 2: a restarted node learns it anew."
ONE_AT_A_TIME = (
    "The core backs up one index at a time, as the paper describes it first; hints on both sides "
    "are one of the ways in raftlab.raft.backing_up."
)

CHOICES = {
    "A02": "A stale request is answered with the newer term (AppendEntries 1), not ignored.",
    "A10": WAITS,
    "A18": WAITS,
    "A22": (
        "No assertion guards a role: a lemma, Role Transitions, finds a wrong rule that breaks "
        "it. And a leader becomes a follower only by a newer term or a crash, as in Figure 4."
    ),
    "A26": NO_OP,
    "A27": NO_OP + " At once it sends heartbeats (Leaders 1); its entries follow.",
    "B01": REPLICATES,
    "B04": NO_OP,
    "B17": REPLICATES + " A refused heartbeat does make the leader send, once.",
    "B20": NO_OP,
    "B21": "A follower refuses a command and names the leader it knows (§8); it forwards nothing.",
    "B22": NO_OP,
    "B24": REPLICATES + " And next_index is always just above what is known to match.",
    "B25": NO_OP,
    "B26": (
        "A heartbeat carries commit_index as it is; the follower goes no further than the place "
        "that the heartbeat vouches for (AppendEntries 5). By the clock a leader that believes "
        "entries to be lacking sends them in place of the heartbeat."
    ),
    "C-a": ONE_AT_A_TIME,
    "C-b": ONE_AT_A_TIME,
    "C-e": ONE_AT_A_TIME,
    "C-f": ONE_AT_A_TIME,
    "C07": ONE_AT_A_TIME,
    "C08": NO_OP,
    "E05": NO_OP,
    "E06": NO_OP + " So electing node2 copies its log, and commits nothing of it (§5.4.2).",
    "E-8b": VOLATILE,
    "E-8c": VOLATILE,
    "F12": (
        "Nothing in the core asserts what Raft never does: the entry is merged like any other, and "
        "the properties say what broke, so that a learner sees it."
    ),
    "G01": ONE_AT_A_TIME,
    "G09": ONE_AT_A_TIME,
    "G10": ONE_AT_A_TIME,
    "M01": (
        "A follower that is asked names the leader it knows (§8), and the client asks that one; it "
        "forwards nothing. A read's own number is that of its client's request."
    ),
    "P01": VOLATILE,
    "P04": (
        "A leader counts itself in the turn that appends the entry, just before the disk has it: "
        "no crash comes between, and no message leaves before the disk."
    ),
}
"""What raftlab does where a row says otherwise, and why. The tests hold it to that."""

TICKS = "Ticks as an interface: time is continuous here, and a tick is a millisecond begun."
PRE_VOTE = "PreVote is an extension that the rules of the paper do not have (dissertation, §9.6)."
PIPELINING = (
    "A next_index that runs ahead of the answers, and a window of unanswered messages, are one "
    "implementation's way to send faster."
)

PROGRESS = (
    "A state per follower, in which a leader probes, streams or waits for a snapshot to arrive, is "
    "one implementation's machinery: here sending is an event, and only answers move next_index."
)

LEFT_OUT = {
    "K05": (
        "Who was recently active is CheckQuorum's to know, an extension that the rules of the "
        "paper do not have (dissertation, §6.2)."
    ),
    "K06": PROGRESS + " Nor does a transport report what became of a snapshot: an answer does.",
    "M03": "Learners, which have no vote, are for changes of membership (dissertation, §4.2.1).",
    "M06": "To make a follower forget its leader is one implementation's command to a node.",
}
"""The rows that are not tested, and why."""

LEFT_OUT_IN_PART = {
    "A05": TICKS,
    "A06": TICKS,
    "A14": TICKS,
    "A15": TICKS,
    "A16": TICKS,
    "A19": PRE_VOTE,
    "A22": PRE_VOTE,
    "B24": PIPELINING,
    "B26": PIPELINING,
    "K04": PROGRESS,
    "K10": PIPELINING,
    "M02": "CheckQuorum is an extension that the rules have not (dissertation, §6.2).",
    "P04": (
        "Writes that are still under way while the node goes on: here a turn ends with the disk "
        "written."
    ),
}
"""Of which tested rows a part is left out, and why."""


Test = TypeVar("Test", bound=Callable[..., None])


def row(*ids: str) -> Callable[[Test], Test]:
    """The test holds raftlab to these rows."""
    return lambda test: _noted(test, "rows", ids)


def otherwise(*ids: str) -> Callable[[Test], Test]:
    """The test asserts what raftlab does where these rows say otherwise."""
    return lambda test: _noted(test, "choices", ids)


def _noted(test: Test, what: str, ids: tuple[str, ...]) -> Test:
    setattr(test, what, ids)
    return test


# With the no-op entry that many rows count.
WITH_NO_OP = RAFT.but(become_leader=begins_with_a_no_op)


def begin(play: Play, name: str) -> None:
    """A new leader's first entry: its no-op, or a command in its place."""
    if play.rules.become_leader is RAFT.become_leader:
        play.do(ClientCommand(name, "SET first entry"))


def said(rules: Rules) -> str:
    """The rules, as the id of a case."""
    return "with a no-op" if rules is WITH_NO_OP else "as in the paper"


def first_change(before: Log, after: Log) -> int:
    """The first index at which two logs differ; 0 where they do not."""
    last = max(before.last_index, after.last_index)
    changed = (i for i in range(1, last + 1) if before.up_to(i) != after.up_to(i))
    return next(changed, 0)
