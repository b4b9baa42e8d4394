"""Beyond Figure 3: each property fails on something bad made by hand, and on no run of Raft."""

from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import replace
from itertools import islice

import pytest
from hypothesis import given, settings

from raftlab.raft import (
    FIGURE_3,
    LEMMAS,
    RAFT,
    SAFETY,
    AppendReply,
    Change,
    Cluster,
    Crash,
    Deliver,
    Disk,
    Drop,
    FrozenMap,
    Heartbeat,
    Log,
    Node,
    Past,
    Property,
    Replicate,
    RequestVote,
    Role,
    Scope,
    Server,
    Step,
    VoteReply,
    broken_by,
    broken_in,
    step,
)
from raftlab.raft.checks import everything
from raftlab.raft.lemmas import PROPERTIES
from raftlab.raft.past import Committed, remember
from raftlab.sim import SCENARIOS, random_run

from .clusters import NAMES, Play, append, candidate, command, entries, leader, log, node
from .runs import runs
from .test_properties import EVENTFUL, WRONG, random_steps

BY_NAME = {p.name: p for p in PROPERTIES}

SCOPES = {
    "Commit Within Log": Scope.SERVER,
    "Committed Log Append-Only": Scope.CHANGE,
    "Snapshot Covers Discarded": Scope.SERVER,
    "Snapshot Is Prefix": Scope.PAIR,
    "State Machine Is Fold": Scope.SERVER,
    "Monotonic Term": Scope.CHANGE,
    "Vote Once Per Term": Scope.CHANGE,
    "Log Terms Monotonic": Scope.SERVER,
    "Role Transitions": Scope.CHANGE,
    "Leader Voted For Itself": Scope.SERVER,
    "Monotonic Match Index": Scope.CHANGE,
    "Monotonic Commit Index": Scope.CHANGE,
    "Commit Only Current Term": Scope.CHANGE,
    "Leader Holds Highest Index Of Its Term": Scope.PAIR,
    "Match Index Sound": Scope.PAIR,
    "Quorum Log": Scope.CLUSTER,
    "Committed At Majority": Scope.CLUSTER,
    "Message Term Bound": Scope.MESSAGE,
    "Append Only From The Term's Leader": Scope.MESSAGE,
    "Durable Before Reply": Scope.MESSAGE,
}


def test_what_each_is_asked_of() -> None:
    assert {p.name: p.scope for p in PROPERTIES[len(FIGURE_3) :]} == SCOPES
    for p in PROPERTIES:
        assert p.kind == ("step" if p.scope is Scope.CHANGE else "state")
        assert (p.reads is everything) == (p.scope in (Scope.SERVER, Scope.CHANGE))


def test_safety_is_figure_3_and_five_more() -> None:
    assert SAFETY[:5] == FIGURE_3
    assert [p.name for p in SAFETY[5:]] == list(SCOPES)[:5]
    assert PROPERTIES == SAFETY + LEMMAS


def test_each_has_a_name_of_its_own_and_a_source() -> None:
    assert len(BY_NAME) == len(PROPERTIES) == 25
    assert all(p.citation for p in PROPERTIES)


# What is said of something made by hand


NOTHING = Past()


def of(node: Node, past: Past = NOTHING) -> Server:
    return Server(node, remember(past, node))


def of_node(name: str, node: Node, past: Past = NOTHING) -> str | None:
    return BY_NAME[name].says(of(node, past))


def of_change(
    name: str, before: Node, after: Node, rule: str = "some_rule", past: Past = NOTHING
) -> str | None:
    server = of(before, past)
    return BY_NAME[name].says(Change(rule, server, of(after, server.past)))


def of_cluster(name: str, *servers: Node | Server, network: tuple = ()) -> str | None:
    """What is said of a cluster; of each node is remembered what it now is."""
    pairs = [server if isinstance(server, Server) else of(server) for server in servers]
    nodes, pasts = zip(*pairs, strict=True)
    broken = broken_in(Cluster(nodes, pasts, network), [BY_NAME[name]])
    return broken[0].sentence if broken else None


def by_peer(**values: int) -> FrozenMap[int]:
    return FrozenMap.of(values)


def took(*terms: int, in_term: int = 1) -> Past:
    """Entries of these terms, taken for committed."""
    return Past(committed=tuple(Committed(entry, in_term) for entry in entries(*terms)))


# Commit Within Log


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (
            node("node1", 1, commit_index=2),
            "node1 takes entries up to 2 for committed, but its log ends at 1.",
        ),
        (
            node("node1", 1, 1, commit_index=1, last_applied=2),
            "node1 applied entry 2, and never took it for committed.",
        ),
        (
            replace(node("node1", commit_index=2, last_applied=1), log=Log((), 2, 1)),
            "node1 discarded its log up to entry 2, but applied it only up to 1.",
        ),
        (node("node1", commit_index=-1), "node1 has an index below 0: -1 committed, 0 applied."),
        (node("node1", last_applied=-1), "node1 has an index below 0: 0 committed, -1 applied."),
    ],
)
def test_what_is_committed_beyond_the_log_or_applied_beyond_that(bad: Node, sentence: str) -> None:
    assert of_node("Commit Within Log", bad) == sentence


@pytest.mark.parametrize(
    "good",
    [
        node("node1"),
        node("node1", 1, 1, commit_index=2, last_applied=1),
        node("node1", 1, 1, commit_index=2, last_applied=2),
        replace(node("node1", commit_index=2, last_applied=2), log=Log((), 2, 1)),
    ],
)
def test_what_is_committed_within_the_log(good: Node) -> None:
    assert of_node("Commit Within Log", good) is None


def test_what_was_committed_once_may_be_applied() -> None:
    lowered = node("node1", 1, 1, commit_index=0, last_applied=2)
    assert of_node("Commit Within Log", lowered, took(1, 1)) is None
    assert of_node("Commit Within Log", lowered, took(1)) is not None


def test_figure_2_to_the_letter_breaks_a_lemma_and_is_safe() -> None:
    """AppendEntries 5, word for word: a heartbeat that vouches for little lowers commit_index."""

    def to_the_letter(node: Node, request) -> int:
        if request.leader_commit > node.commit_index:
            return min(request.leader_commit, request.last_new_index)
        return node.commit_index

    play = Play(Cluster.of(*NAMES[:3]), RAFT.but(follower_commit_index=to_the_letter))
    play.elect("node1", "node2", "node3")
    play.replicate("node1", "node2", text=command(1, 1))
    play.do(Replicate("node1", "node3"))
    play.deliver(("node1", "node3"))
    play.do(Drop(play.cluster.network[0]))  # node1 never hears that node3 holds entry 1
    assert play.node("node3").last_applied == 1
    play.replicate("node1", "node2", text=command(2, 1))
    play.do(Heartbeat("node1", "node3"))
    lowered = step(play.cluster, Deliver(play.cluster.network[0]), play.rules)
    assert lowered.after.node("node3").commit_index < lowered.after.node("node3").last_applied
    assert broken_by(lowered, SAFETY) == ()
    assert [v.sentence for v in broken_by(lowered, LEMMAS)] == [
        "node3 lowered its commit_index from 1 to 0."
    ]


# Committed Log Append-Only


HELD = node("node1", 1, 2, commit_index=1)
LOST = "node1 took entry 1 of term 1 for committed, and then lost it from"


@pytest.mark.parametrize(
    ("after", "rule", "sentence"),
    [
        (replace(HELD, log=Log()), "merge_entries", f"{LOST} its log."),
        (replace(HELD, log=log(2, 2)), "merge_entries", f"{LOST} its log."),
        (replace(HELD, disk=Disk(2, None, log(2))), "persist", f"{LOST} its disk."),
        (node("node1", 2), "restart", f"{LOST} its log."),
        (replace(HELD, log=Log()), "restart", f"{LOST} its log."),
    ],
    ids=["dropped", "replaced", "off the disk", "in a crash", "not read back"],
)
def test_a_committed_entry_that_is_lost(after: Node, rule: str, sentence: str) -> None:
    assert of_change("Committed Log Append-Only", HELD, after, rule) == sentence


def test_what_was_committed_before_a_crash_stays() -> None:
    back = replace(HELD, commit_index=0)
    after = replace(back, log=log(2))
    assert of_change("Committed Log Append-Only", back, after) is None
    assert of_change("Committed Log Append-Only", back, after, past=took(1)) == f"{LOST} its log."


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        (HELD, replace(HELD, log=log(1)), "merge_entries"),  # entry 2 is not committed
        (HELD, replace(HELD, log=log(1, 2, 2)), "merge_entries"),
        (HELD, node("node1", 1, 2), "restart"),  # commit_index is lost, and may be
        (HELD, replace(HELD, commit_index=0), "follower_commit_index"),  # the entry is still there
        (HELD, replace(HELD, log=Log(entries(2, start=2), 1, 1)), "compacts"),
        (replace(HELD, disk=Disk()), node("node1"), "restart"),  # it never reached the disk
        (replace(HELD, disk=Disk()), HELD, "persist"),
        (replace(HELD, disk=Disk(2, None, log(2))), HELD, "persist"),  # the disk held another
    ],
)
def test_a_committed_entry_that_stays(before: Node, after: Node, rule: str) -> None:
    assert of_change("Committed Log Append-Only", before, after, rule) is None


# State Machine Is Fold


def test_a_machine_that_is_not_what_was_applied() -> None:
    bad = node("node1", 1, 2, commit_index=2, last_applied=2, machine=FrozenMap.of({"x1": "t1"}))
    assert of_node("State Machine Is Fold", bad) == (
        "node1 has applied its log up to entry 2, which makes {'x1': 't1', 'x2': 't2'}, "
        "but its machine is {'x1': 't1'}."
    )
    ahead = node("node1", 1, machine=FrozenMap.of({"x1": "t1"}))
    assert of_node("State Machine Is Fold", ahead) == (
        "node1 has applied its log up to entry 0, which makes {}, but its machine is {'x1': 't1'}."
    )


@pytest.mark.parametrize(
    "good",
    [
        node("node1", 1),
        node("node1", 1, 2, last_applied=1, machine=FrozenMap.of({"x1": "t1"})),
        node("node1", 1, last_applied=2),  # not asked: the log has no entry 2
        node("node1", last_applied=-1),
        replace(node("node1", last_applied=1), log=Log((), 1, 1)),  # nor entry 1
    ],
)
def test_a_machine_that_is_what_was_applied(good: Node) -> None:
    assert of_node("State Machine Is Fold", good) is None


# Monotonic Term, Vote Once Per Term


def test_a_term_that_decreases() -> None:
    before, after = node("node1", current_term=3), node("node1", current_term=2)
    sentence = "node1 went back from term 3 to term 2."
    assert of_change("Monotonic Term", before, after) == sentence
    assert of_change("Monotonic Term", before, after, "restart") == sentence
    assert of_change("Monotonic Term", before, before) is None
    assert of_change("Monotonic Term", after, before) is None


VOTED = node("node1", current_term=3, voted_for="node2")


@pytest.mark.parametrize(
    ("voted_for", "then"), [("node3", "voted for node3"), (None, "forgot it")], ids=str
)
@pytest.mark.parametrize("rule", ["grant_vote", "restart"])
def test_a_second_vote(voted_for: str | None, then: str, rule: str) -> None:
    after = replace(VOTED, voted_for=voted_for)
    sentence = f"node1 voted for node2 in term 3, and then {then}."
    assert of_change("Vote Once Per Term", VOTED, after, rule) == sentence


def test_a_vote_a_term() -> None:
    yet_to_vote = replace(VOTED, voted_for=None)
    assert of_change("Vote Once Per Term", yet_to_vote, VOTED) is None
    assert of_change("Vote Once Per Term", VOTED, VOTED) is None
    in_term_4 = replace(VOTED, current_term=4, voted_for="node3")
    assert of_change("Vote Once Per Term", VOTED, in_term_4) is None
    assert of_change("Vote Once Per Term", VOTED, replace(in_term_4, voted_for=None)) is None


def test_a_crash_that_forgets_the_vote_is_seen_at_once() -> None:
    def forgets(node: Node) -> Node:
        return replace(RAFT.restart(node), voted_for=None)

    start = Cluster((VOTED, node("node2"), node("node3")), (Past(),) * 3)
    done = step(start, Crash("node1"), RAFT.but(restart=forgets))
    assert [v.sentence for v in broken_by(done, PROPERTIES)] == [
        "node1 voted for node2 in term 3, and then forgot it."
    ]


# Log Terms Monotonic


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (node("node1", 1, 3, 2), "node1 holds entry 3 of term 2 after one of 3."),
        (
            replace(node("node1"), log=Log(entries(1, start=3), 2, 2)),
            "node1 holds entry 3 of term 1 after one of 2.",
        ),
        (
            node("node1", 1, 3, current_term=2),
            "node1 holds an entry of term 3, but is only in term 2.",
        ),
    ],
)
def test_terms_out_of_order_in_a_log(bad: Node, sentence: str) -> None:
    assert of_node("Log Terms Monotonic", bad) == sentence


@pytest.mark.parametrize(
    "good", [node("node1"), node("node1", 1, 1, 3), node("node1", 1, current_term=4)]
)
def test_terms_in_order_in_a_log(good: Node) -> None:
    assert of_node("Log Terms Monotonic", good) is None


# Role Transitions


FOLLOWS, STANDS, LEADS = node("node1", 2), candidate("node1", 2), leader("node1", 2)
NO_WAY = "a way Figure 4 does not have."


@pytest.mark.parametrize(
    ("before", "after", "rule", "sentence"),
    [
        (FOLLOWS, LEADS, "become_leader", f"node1 went straight from follower to leader, {NO_WAY}"),
        (LEADS, STANDS, "start", f"node1 went straight from leader to candidate, {NO_WAY}"),
        (LEADS, FOLLOWS, "recognize_leader", "node1 led term 2, and stopped leading within it."),
        (
            LEADS,
            replace(LEADS, up=False),
            "restart",
            "node1 came back from a crash as a leader, not as a follower.",
        ),
    ],
)
def test_ways_that_figure_4_does_not_have(
    before: Node, after: Node, rule: str, sentence: str
) -> None:
    assert of_change("Role Transitions", before, after, rule) == sentence


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        (FOLLOWS, replace(STANDS, current_term=3), "start_election"),
        (STANDS, replace(STANDS, current_term=3), "start_election"),
        (STANDS, LEADS, "become_leader"),
        (STANDS, FOLLOWS, "recognize_leader"),
        (LEADS, replace(FOLLOWS, current_term=3), "adopt_newer_term"),
        (LEADS, FOLLOWS, "restart"),
        (STANDS, FOLLOWS, "restart"),
        (LEADS, LEADS, "append_command"),
    ],
)
def test_the_ways_of_figure_4(before: Node, after: Node, rule: str) -> None:
    assert of_change("Role Transitions", before, after, rule) is None


# Leader Voted For Itself


@pytest.mark.parametrize(
    ("bad", "votes", "takes"),
    [
        (replace(LEADS, voted_for="node2"), "node2", "node1"),
        (replace(LEADS, voted_for=None), "nobody", "node1"),
        (replace(LEADS, leader_id="node3"), "node1", "node3"),
        (replace(LEADS, leader_id=None), "node1", "nobody"),
    ],
)
def test_a_leader_that_is_not_its_own_choice(bad: Node, votes: str, takes: str) -> None:
    assert of_node("Leader Voted For Itself", bad) == (
        f"node1 leads term 2, having voted for {votes} and taking {takes} for the leader."
    )


def test_a_leader_that_is_its_own_choice() -> None:
    assert of_node("Leader Voted For Itself", LEADS) is None
    assert of_node("Leader Voted For Itself", STANDS) is None  # it knows no leader yet
    assert of_node("Leader Voted For Itself", node("node1", voted_for="node2")) is None


# Monotonic Match Index


KNOWS = leader(
    "node1", 1, 1, 1, match_index=by_peer(node2=2, node3=0), next_index=by_peer(node2=3, node3=4)
)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (
            KNOWS,
            replace(KNOWS, match_index=by_peer(node2=1, node3=0)),
            "node1 lowered its match_index for node2 from 2 to 1.",
        ),
        (
            KNOWS,
            replace(KNOWS, match_index=by_peer(node3=0)),
            "node1 lowered its match_index for node2 from 2 to 0.",
        ),
        (
            KNOWS,
            replace(KNOWS, next_index=by_peer(node2=2, node3=4)),
            "node1 has next_index 2 for node2, not above match_index 2.",
        ),
        (
            candidate("node1", 1),
            leader("node1", 1, match_index=by_peer(node2=2, node3=2)),
            "node1 has next_index 2 for node2, not above match_index 2.",
        ),
    ],
)
def test_a_match_index_that_shrinks(before: Node, after: Node, sentence: str) -> None:
    assert of_change("Monotonic Match Index", before, after) == sentence


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            KNOWS,
            replace(
                KNOWS, match_index=by_peer(node2=3, node3=0), next_index=by_peer(node2=4, node3=1)
            ),
        ),
        (KNOWS, node("node1", 1, 1, 1)),  # it crashed, or was deposed
        (KNOWS, leader("node1", 1, 1, 1, current_term=2)),  # it was elected anew
        (candidate("node1", 1), leader("node1", 1)),
        (KNOWS, replace(KNOWS, next_index=FrozenMap())),
    ],
)
def test_a_match_index_that_grows_or_begins_again(before: Node, after: Node) -> None:
    assert of_change("Monotonic Match Index", before, after) is None


# Monotonic Commit Index, Commit Only Current Term


def test_a_commit_index_that_decreases() -> None:
    before, after = node("node1", 1, 1, commit_index=2), node("node1", 1, 1, commit_index=1)
    sentence = "node1 lowered its commit_index from 2 to 1."
    assert of_change("Monotonic Commit Index", before, after) == sentence
    assert of_change("Monotonic Commit Index", before, after, "restart") is None
    assert of_change("Monotonic Commit Index", before, before) is None
    assert of_change("Monotonic Commit Index", after, before) is None


BEHIND = leader("node1", 1, 2, 4, commit_index=1)


@pytest.mark.parametrize(
    ("commit_index", "what"), [(2, "an entry of term 2"), (4, "no entry")], ids=str
)
def test_a_leader_that_commits_by_another_entry_than_its_own(commit_index: int, what: str) -> None:
    after = replace(BEHIND, commit_index=commit_index)
    assert of_change("Commit Only Current Term", BEHIND, after) == (
        f"node1, leading term 4, committed up to index {commit_index}: {what}."
    )


def test_a_leader_that_commits_by_an_entry_of_its_own() -> None:
    after = replace(BEHIND, commit_index=3)  # and entry 2, of term 2, with it
    assert of_change("Commit Only Current Term", BEHIND, after) is None
    assert of_change("Commit Only Current Term", after, BEHIND) is None
    follows = node("node1", 1, 2, 4, commit_index=1)
    assert of_change("Commit Only Current Term", follows, replace(follows, commit_index=2)) is None


# Leader Holds Highest Index Of Its Term


@pytest.mark.parametrize(("mine", "up_to"), [((1, 2), 2), ((1,), 0)])
def test_a_log_with_more_of_a_term_than_its_leader(mine: tuple[int, ...], up_to: int) -> None:
    leads = leader("node1", *mine, current_term=2)
    name = "Leader Holds Highest Index Of Its Term"
    assert of_cluster(name, leads, node("node2", 1), node("node3", 1, 2, 2)) == (
        f"node1 leads term 2 and holds entries of it up to index {up_to}, but node3 holds one at "
        "index 3."
    )


@pytest.mark.parametrize("other", [(1, 2), (1, 1, 1, 1), (1, 2, 3)])
def test_a_leader_with_all_of_its_term(other: tuple[int, ...]) -> None:
    name = "Leader Holds Highest Index Of Its Term"
    assert of_cluster(name, leader("node1", 1, 2), node("node2", *other), node("node3")) is None
    assert of_cluster(name, node("node1", 1), node("node2", 1, 2), node("node3", 1, 2)) is None


# Match Index Sound


BELIEVES = leader("node1", 1, 1, 2, match_index=by_peer(node2=2, node3=0))
KNOWN = "node1, leading term 2, has match_index 2 for node2"


@pytest.mark.parametrize(
    ("other", "lacks"),
    [
        (node("node2", 1, current_term=2), 2),
        (node("node2", 1, 2, 2), 2),
        (node("node2", current_term=1), 1),  # it cannot have told in term 2
        (node("node2", 1, current_term=2, up=False), 2),
    ],
)
def test_a_match_that_is_none(other: Node, lacks: int) -> None:
    sentence = f"{KNOWN}, which does not hold its entry {lacks}."
    assert of_cluster("Match Index Sound", BELIEVES, other, node("node3")) == sentence


def test_a_match_beyond_the_leaders_own_log() -> None:
    short = replace(BELIEVES, log=log(1))
    for other in (node("node2", 1, 1, 2), node("node2", 1, current_term=3)):
        assert of_cluster("Match Index Sound", short, other, node("node3")) == (
            f"{KNOWN}, but its own log ends at 1."
        )


@pytest.mark.parametrize(
    "other",
    [
        node("node2", 1, 1, current_term=2),
        node("node2", 1, 1, 2),
        node("node2", 1, 1, 1, current_term=2),  # what follows match_index may differ
        node("node2", 1, 3),  # its term has moved on
        replace(node("node2", current_term=2), log=Log((), 2, 1)),
    ],
)
def test_a_match_that_is_one(other: Node) -> None:
    assert of_cluster("Match Index Sound", BELIEVES, other, node("node3")) is None
    deposed = replace(BELIEVES, role=Role.FOLLOWER)
    assert of_cluster("Match Index Sound", deposed, node("node2"), node("node3")) is None


# Quorum Log


def test_a_committed_entry_missing_at_a_majority() -> None:
    holder = node("node1", 1, commit_index=1)
    sentence = (
        "node1 took entry 1 of term 1 for committed, but it is missing at a majority: node2, node3."
    )
    for other in (node("node3"), node("node3", 2), node("node3", up=False)):
        assert of_cluster("Quorum Log", holder, node("node2"), other) == sentence
    # That it crashed and has forgotten, or has lost the entry itself, makes it no better.
    crashed, lost = Server(node("node1", 1), took(1)), Server(node("node1", 2), took(1))
    assert of_cluster("Quorum Log", crashed, node("node2"), node("node3")) == sentence
    assert of_cluster("Quorum Log", lost, node("node2", 1), node("node3")) == (
        "node1 took entry 1 of term 1 for committed, but it is missing at a majority: node1, node3."
    )


@pytest.mark.parametrize(
    "others",
    [
        (node("node2", 1), node("node3")),
        (node("node2", 1, up=False), node("node3", 2)),
        (replace(node("node2"), log=Log((), 1, 1)), node("node3")),  # in a snapshot
    ],
)
def test_a_committed_entry_that_every_majority_holds(others: tuple[Node, Node]) -> None:
    assert of_cluster("Quorum Log", node("node1", 1, commit_index=1), *others) is None


def test_half_of_the_servers_are_no_majority() -> None:
    holder = node("node1", 1, commit_index=1, size=4)
    others = (node("node2", 1, size=4), node("node3", size=4), node("node4", size=4))
    assert of_cluster("Quorum Log", holder, *others) is None
    leads = leader("node1", 1, commit_index=1, size=4)
    assert of_cluster("Committed At Majority", leads, *others) == (
        "node1, leading term 1, takes entry 1 for committed, but no majority holds it: only node1, "
        "node2."
    )


# Committed At Majority


def test_a_leader_that_commits_what_no_majority_holds() -> None:
    leads = leader("node1", 1, 2, commit_index=2)
    assert of_cluster("Committed At Majority", leads, node("node2", 1), node("node3", 1, 1)) == (
        "node1, leading term 2, takes entry 2 for committed, but no majority holds it: only node1."
    )


@pytest.mark.parametrize(
    "leads",
    [
        leader("node1", 1, 2, commit_index=1),
        leader("node1", 1, 2),
        node("node1", 1, 2, commit_index=2),  # it does not lead
        leader("node1", 1, 2, commit_index=3),  # Commit Within Log sees to that
    ],
)
def test_a_leader_that_commits_what_a_majority_holds(leads: Node) -> None:
    assert of_cluster("Committed At Majority", leads, node("node2", 1), node("node3")) is None


# Message Term Bound


def test_a_message_of_a_later_term_than_its_senders_disk() -> None:
    ahead = replace(node("node1", current_term=2), current_term=3)
    message = append(term=3, ends=("node1", "node2"))
    others = (node("node2", current_term=3), node("node3"))
    assert of_cluster("Message Term Bound", ahead, *others, network=(message,)) == (
        "A message from node1 to node2 is of term 3, but node1 has only term 2 on its disk."
    )


@pytest.mark.parametrize("term", [3, 4])
def test_a_message_of_a_term_on_its_senders_disk(term: int) -> None:
    message = append(term=3, ends=("node1", "node2"))
    nodes = (node("node1", current_term=term), node("node2"), node("node3"))
    assert of_cluster("Message Term Bound", *nodes, network=(message,)) is None


# Append Only From The Term's Leader


LED = Past(terms_led=(3,))


def test_an_append_entries_from_who_does_not_lead() -> None:
    name = "Append Only From The Term's Leader"
    network = (append(term=3, ends=("node1", "node2")),)
    others = (node("node2"), node("node3"))
    assert of_cluster(name, node("node1", current_term=3), *others, network=network) == (
        "node1 sent an AppendEntries of term 3, which it never led."
    )
    led = of(node("node1"), LED)
    other = of(node("node3"), Past(terms_led=(2, 3)))
    assert of_cluster(name, led, node("node2"), other, network=network) == (
        "node1 sent an AppendEntries of term 3, which node3 led."
    )


def test_an_append_entries_from_who_leads_or_has_led() -> None:
    name = "Append Only From The Term's Leader"
    network = (append(term=3, ends=("node1", "node2")),)
    deposed = of(node("node1", current_term=5), LED)
    later = of(node("node3", current_term=5), Past(terms_led=(2, 4)))
    assert of_cluster(name, deposed, node("node2"), later, network=network) is None
    reply = (AppendReply("node2", "node1", 3, True, 0),)
    assert of_cluster(name, deposed, node("node2"), later, network=reply) is None


# Durable Before Reply


REQUEST = RequestVote("node1", "node2", 3, 0, 0)
VOTE = VoteReply("node1", "node2", 3, vote_granted=True)
SUCCESS = AppendReply("node1", "node2", 3, True, 0, match_index=2)
TOLD = "in term 3, and does not have that on its disk."
ON_DISK = node("node1", 1, 3, voted_for="node1")


def durable(message, disk: Disk) -> str | None:
    """What is said of a message whose sender has all in memory, and this on its disk."""
    sender = replace(ON_DISK, disk=disk)
    return of_cluster(
        "Durable Before Reply", sender, node("node2"), node("node3"), network=(message,)
    )


@pytest.mark.parametrize(
    ("message", "disk", "sentence"),
    [
        (REQUEST, Disk(3, None), f"node1 told node2 of its vote for itself {TOLD}"),
        (REQUEST, Disk(3, "node3"), f"node1 told node2 of its vote for itself {TOLD}"),
        (REQUEST, Disk(2, "node1"), f"node1 told node2 of its vote for itself {TOLD}"),
        (VOTE, Disk(3, None), f"node1 told node2 of its vote for node2 {TOLD}"),
        (VOTE, Disk(3, "node1"), f"node1 told node2 of its vote for node2 {TOLD}"),
        (VOTE, Disk(2, "node2"), f"node1 told node2 of its vote for node2 {TOLD}"),
        (SUCCESS, Disk(3, None, log(1)), f"node1 told node2 of its entries up to 2 {TOLD}"),
        (SUCCESS, Disk(2, None, log(1, 1)), f"node1 told node2 of its entries up to 2 {TOLD}"),
    ],
)
def test_a_promise_that_a_crash_would_break(message, disk: Disk, sentence: str) -> None:
    assert durable(message, disk) == sentence


@pytest.mark.parametrize(
    ("message", "disk"),
    [
        (REQUEST, Disk(3, "node1")),
        (REQUEST, Disk(4, "node2")),
        (VOTE, Disk(3, "node2")),
        (VOTE, Disk(4, None)),
        (replace(VOTE, vote_granted=False), Disk(3, "node3")),
        (SUCCESS, Disk(3, None, log(1, 1))),
        (SUCCESS, Disk(4, None, log(4))),
        (replace(SUCCESS, success=False), Disk(3)),
        (append(term=3, ends=("node1", "node2")), Disk(2)),  # Message Term Bound sees to that
        (replace(VOTE, sender="node3", receiver="node1"), Disk(9)),  # not node1's promise
    ],
)
def test_a_promise_that_a_crash_would_not_break(message, disk: Disk) -> None:
    nodes = (replace(ON_DISK, disk=disk), node("node2"), node("node3", current_term=3))
    third = replace(nodes[2], disk=Disk(3, "node1"))
    network = (message,)
    assert of_cluster("Durable Before Reply", *nodes[:2], third, network=network) is None


# All of them, in runs


@settings(max_examples=40)
@given(runs(length=100))
def test_no_run_of_raft_breaks_any(run: list[Step]) -> None:
    for done in run:
        assert broken_by(done, PROPERTIES) == ()


@pytest.mark.parametrize("size", [3, 5])
def test_no_long_run_of_raft_breaks_any(size: int) -> None:
    start = Cluster.of(*NAMES[:size])
    seen = set()
    for seed in range(10):
        for done in random_run(start, seed, 500, mix=EVENTFUL):
            assert broken_by(done, PROPERTIES) == ()
            seen.add((type(done.event), getattr(done.event, "during", None) is not None))
    assert len(seen) == 15


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_no_scenario_and_no_run_from_it_breaks_any(scenario: str) -> None:
    history = SCENARIOS[scenario]()
    for moment in history.moments:
        assert moment.step is None or broken_by(moment.step, PROPERTIES) == ()
    for seed in range(2):
        for done in random_run(history.cluster, seed, 100, mix=EVENTFUL):
            assert broken_by(done, PROPERTIES) == ()


def test_each_is_broken_by_some_wrong_rule() -> None:
    broken = set()
    for rules in WRONG.values():
        for seed in range(8):
            for done in random_steps(rules, seed, 150, size=3 + seed % 2 * 2):
                broken |= {violation.property.name for violation in broken_by(done, PROPERTIES)}
    assert broken == BY_NAME.keys()


# What a property reads


def answers(p: Property, server: Server, cluster: Cluster) -> Iterator[bool]:
    """Whether a property complains of `server` in the place of the one of its name."""
    pairs = map(Server, cluster.nodes, cluster.pasts)
    servers = tuple(server if pair.node.name == server.node.name else pair for pair in pairs)
    match p.scope:
        case Scope.PAIR:
            for other in servers:
                yield p.says(server, other) is not None
                yield p.says(other, server) is not None
        case Scope.MESSAGE:
            yield from (p.says(message, server) is not None for message in cluster.network)
        case Scope.CLUSTER:
            yield p.says(servers) is not None


@pytest.fixture(scope="module")
def clusters() -> list[Cluster]:
    """What right and wrong rules make of three nodes."""
    return [
        done.after
        for rules in (RAFT, *WRONG.values())
        for seed in range(4)
        for done in random_steps(rules, seed, 120)[::4]
    ]


@pytest.mark.parametrize(
    "p", [p for p in PROPERTIES if p.reads is not everything], ids=lambda p: p.name
)
def test_servers_that_agree_in_what_it_reads_get_the_same_answer(
    p: Property, clusters: list[Cluster]
) -> None:
    places = [(s, c) for c in clusters for s in map(Server, c.nodes, c.pasts)]
    alike: dict[Hashable, dict[Server, None]] = defaultdict(dict)
    for server, _ in places:
        alike[server.node.name, p.reads(server)][server] = None
    seen = set()
    for server, cluster in places:
        expected = list(answers(p, server, cluster))
        others = (o for o in alike[server.node.name, p.reads(server)] if o != server)
        for other in islice(others, 3):
            assert list(answers(p, other, cluster)) == expected
            seen.update(expected)
    assert seen == {True, False}
