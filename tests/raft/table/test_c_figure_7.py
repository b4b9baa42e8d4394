"""Table C: Figure 7. The leader of term 8 makes six followers' logs its own. (§5.3)

Where the row's leader appends a no-op as entry 11, a command takes its place.
"""

import pytest

from raftlab.raft import (
    AppendEntries,
    AppendReply,
    ClientCommand,
    Cluster,
    Deliver,
    Log,
    Message,
    Node,
    Replicate,
    RequestVote,
    Role,
    Rules,
    Timeout,
    VoteReply,
)
from raftlab.raft.backing_up import BACKING_UP
from raftlab.raft.node import persist
from raftlab.sim.repair import cost, repair_figure_7

from ..clusters import NAMES, Play, cluster, command, entries, node, replace, terms, turn
from .tables import RAFT, WITH_NO_OP, otherwise, row

LEADER_OF_8 = (1, 1, 1, 4, 4, 5, 5, 6, 6, 6)
FOLLOWERS = {
    "a": (1, 1, 1, 4, 4, 5, 5, 6, 6),
    "b": (1, 1, 1, 4),
    "c": (1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6),
    "d": (1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7),
    "e": (1, 1, 1, 4, 4, 4, 4),
    "f": (1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3),
}
HINTS = BACKING_UP["hints on both sides"]
of_figure_7 = row(*(f"C-{letter}" for letter in FOLLOWERS))


def said(message: Message) -> str:
    """A message between leader and follower, in the notation of the table."""
    match message:
        case AppendEntries(prev_log_index=index, prev_log_term=term, entries=new):
            return f"AE({index}/{term}, {len(new)})"
        case AppendReply(success=False, conflict_index=index, conflict_term=term):
            return f"rej({index}/{term})"
        case _:
            return "ok"


@of_figure_7
@pytest.mark.parametrize("letter", FOLLOWERS)
def test_who_would_vote_for_the_leader(letter: str) -> None:
    follower = node("node2", *FOLLOWERS[letter])
    ask = RequestVote("node1", "node2", 8, last_log_index=10, last_log_term=6)
    granted = letter not in "cd"
    after, sent = turn(follower, ask)
    assert sent == [VoteReply("node2", "node1", 8, granted)]
    assert after.voted_for == ("node1" if granted else None)


@of_figure_7
@pytest.mark.parametrize(
    ("letter", "exchange"),
    [
        ("a", "AE(10/6, 1) rej(9/6) AE(9/6, 2) ok"),
        ("b", "AE(10/6, 1) rej(4/4) AE(4/4, 7) ok"),
        ("c", "AE(10/6, 1) ok"),
        ("d", "AE(10/6, 1) ok"),
        ("e", "AE(10/6, 1) rej(7/4) AE(5/4, 6) ok"),
        ("f", "AE(10/6, 1) rej(10/3) AE(3/1, 8) ok"),
    ],
)
def test_with_hints_on_both_sides(letter: str, exchange: str) -> None:
    history = repair_figure_7(letter, HINTS)
    events = [moment.step.event for moment in history.line() if moment.step]
    arrived = [said(event.message) for event in events if isinstance(event, Deliver)]
    assert " ".join(arrived) == exchange
    first, last = (m.cluster.node("node2").log for m in (history.moment(0), history.line()[-1]))
    assert terms(first) == list(FOLLOWERS[letter])
    assert (terms(last), last) == ([*LEADER_OF_8, 8], history.cluster.node("node1").log)


@row("C-c", "C-d")
@otherwise("C-a", "C-b", "C-e", "C-f")
@pytest.mark.parametrize(
    ("letter", "refusals"), [("a", 1), ("b", 6), ("c", 0), ("d", 0), ("e", 5), ("f", 7)]
)
def test_one_index_at_a_time(letter: str, refusals: int) -> None:
    history = repair_figure_7(letter)
    assert cost(history).refusals == refusals
    assert history.cluster.node("node2").log == history.cluster.node("node1").log


# All six at once ---------------------------------------------------------------------------------

# Ten entries further, and with four entries of term 7 instead of two.
LOGS = (LEADER_OF_8, *FOLLOWERS.values())
OF_SEVEN = tuple((1, 1, 1, 4, 4, 5, 5, 6, 7, 7, 7, 7) if 7 in held else held for held in LOGS)


def of_seven(name: str, held: tuple[int, ...]) -> Node:
    """A node with that log after ten entries of term 1, which a snapshot replaced."""
    log = Log(entries(*held, start=11), prefix_index=10, prefix_term=1)
    fresh = node(name, size=7, current_term=7)
    return persist(replace(fresh, log=log, commit_index=10, last_applied=10))


def elected(rules: Rules) -> tuple[Play, list[str]]:
    """node1 stands for term 8, and its votes are counted; whose answer made it leader."""
    start = cluster(*(of_seven(n, held) for n, held in zip(NAMES[:7], OF_SEVEN, strict=True)))
    play = Play(start, rules)
    play.do(Timeout("node1"))
    play.do(*map(Deliver, play.cluster.network))
    ballots = {m.sender: m for m in play.cluster.network if isinstance(m, VoteReply)}
    grants = {name: ballot.vote_granted for name, ballot in ballots.items()}
    assert grants == dict(zip(NAMES[1:7], (True, True, False, False, True, True), strict=True))
    made = []
    for name, ballot in ballots.items():
        was = play.node("node1").role
        play.do(Deliver(ballot))
        made += [name] * (was is not play.node("node1").role)
    play.cluster = replace(play.cluster, network=())  # the heartbeats are lost
    return play, made


@row("C07")
def test_all_six_followers_of_figure_7() -> None:
    rules = HINTS.but(become_leader=WITH_NO_OP.become_leader)
    play, made = elected(rules)
    # Its own vote is the first grant, node6's the fourth.
    assert (made, play.node("node1").log.last_index) == (["node6"], 21)
    old = {name: play.node(name).log for name in NAMES[1:7]}
    exchanges, commits, conflicts = [], [], []
    for name in NAMES[1:7]:
        play.do(Replicate("node1", name))
        exchange = []
        while play.cluster.network:
            exchange.append(said(play.cluster.network[0]))
            play.do(Deliver(play.cluster.network[0]))
        exchanges.append(" ".join(exchange))
        commits.append(play.node("node1").commit_index)
        conflicts.append(first_conflict(old[name], play.node("node1").log))
    assert exchanges == [
        "AE(20/6, 1) rej(19/6) AE(19/6, 2) ok",
        "AE(20/6, 1) rej(14/4) AE(14/4, 7) ok",
        "AE(20/6, 1) ok",
        "AE(20/6, 1) rej(18/6) AE(18/6, 3) ok",
        "AE(20/6, 1) rej(17/4) AE(15/4, 6) ok",
        "AE(20/6, 1) rej(20/3) AE(13/1, 8) ok",
    ]
    assert commits == [10, 10, 21, 21, 21, 21]  # with node4 four of seven hold entry 21
    assert conflicts == [None, None, 21, 19, 16, 14]
    assert {n.log for n in play.cluster.nodes} == {play.node("node1").log}
    assert play.broken == []


def first_conflict(mine: Log, theirs: Log) -> int | None:
    both = range(mine.first_index, min(mine.last_index, theirs.last_index) + 1)
    return next((i for i in both if mine.term_at(i) != theirs.term_at(i)), None)


@otherwise("C07")
def test_all_six_followers_one_index_at_a_time() -> None:
    play, made = elected(RAFT)
    assert (made, play.node("node1").log.last_index) == (["node6"], 20)
    play.do(ClientCommand("node1", command(21, 8)))
    refusals = []
    for name in NAMES[1:7]:
        play.do(Replicate("node1", name))
        refused = 0
        while play.cluster.network:
            refused += said(play.cluster.network[0]).startswith("rej")
            play.do(Deliver(play.cluster.network[0]))
        refusals.append(refused)
    assert refusals == [1, 6, 0, 2, 5, 7]
    assert play.node("node1").commit_index == 21
    assert {n.log for n in play.cluster.nodes} == {play.node("node1").log}
    assert play.broken == []


# From an election on -----------------------------------------------------------------------------


@row("C08")
@otherwise("C08")
@pytest.mark.parametrize(
    ("rules", "own"), [(WITH_NO_OP, [9, 9]), (RAFT, [9])], ids=["no-op", "paper"]
)
@pytest.mark.parametrize("held", [*(FOLLOWERS | {"b": (1, 1, 1, 4, 4)}).values()], ids=[*FOLLOWERS])
def test_after_one_proposal_the_logs_are_equal(rules: Rules, own: list[int], held: tuple) -> None:
    logs = dict(zip(NAMES, (LEADER_OF_8, held, LEADER_OF_8), strict=False))
    start: Cluster = cluster(*(node(name, *log, current_term=8) for name, log in logs.items()))
    play = Play(start, rules)
    play.elect("node1", "node2", "node3")
    play.replicate("node1", "node2", "node3", text=command(11, 9))
    leads = play.node("node1")
    assert (leads.role, leads.current_term) == (Role.LEADER, 9)
    assert [terms(n.log) for n in play.cluster.nodes] == [[*LEADER_OF_8, *own]] * 3
    assert play.broken == []
