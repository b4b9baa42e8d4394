"""Rules asked without a step, and what keeps an entry from being committed."""

import pytest

from raftlab.raft import (
    RAFT,
    AppendReply,
    FrozenMap,
    Log,
    Node,
    RequestVote,
    Role,
    RuleError,
    UnknownRule,
    VoteReply,
)
from raftlab.raft.rules import RULE_NAMES
from raftlab.raft.ways_to_read import READ_INDEX
from raftlab.sim import client_ready, fresh, random_run
from raftlab.sim.chance import WITH_CLIENTS, Mix
from raftlab.sim.explain import explain_firing, explain_rule, why_not_committed
from raftlab.sim.explain.lines import is_noted
from tests.raft.clusters import append, candidate, leader, node

from .test_explain import FIGURE_8_C, ask, matches
from .test_explain_truth import Scene, unclaimed, untrue, with_before

ANSWERS = {
    "a log that is behind": (
        (node("node1", 1, 2), "log_is_up_to_date", RequestVote("node2", "node1", 3, 2, 1)),
        "log_is_up_to_date says no: node1's last entry has term 2, the candidate's has term 1 "
        "(Fig. 2, RequestVote 2; §5.4.1).",
    ),
    "a vote that is cast": (
        (node("node1", current_term=1, voted_for="node3"), "may_vote", ask(1)),
        "may_vote says no: node1 has voted for node3 in term 1 (Fig. 2, RequestVote 2).",
    ),
    "a request of an old term": (
        (node("node1", current_term=3), "is_stale", ask(2)),
        "is_stale says yes: the message is of term 2 and node1 is in term 3 (Fig. 2, RequestVote 1 "
        "and AppendEntries 1).",
    ),
    "a timer that runs on": (
        (node("node1", current_term=2), "resets_election_timer", append()),
        "resets_election_timer says no: the message is of term 1 and node1 is in term 2 (Fig. 2, "
        "Followers 2).",
    ),
    "a timer that starts anew": (
        (node("node1", current_term=1, leader_id="node2"), "resets_election_timer", append()),
        "resets_election_timer says yes: node1 follows node2, and node2 wrote; node1 begins to "
        "wait anew (Fig. 2, Followers 2).",
    ),
    "an election that is not won": (
        (candidate("node1", current_term=1), "wins_election"),
        "wins_election says no: node1 has 1 vote, and a majority of 3 is 2 (Fig. 2, Candidates 2).",
    ),
    "a leader that is elected": (
        (candidate("node1", current_term=1, votes_received=("node1", "node2")), "become_leader"),
        "become_leader changes node1: leader, next_index 1 for all others; node1 has 2 votes, and "
        "a majority of 3 is 2 (Fig. 2, Candidates 2).",
    ),
    "a log that does not match": (
        (node("node1", 1), "log_matches", append((2, 1), 1)),
        "log_matches says no: entry 3 follows entry 2 of term 1, and node1's log ends at index 1 "
        "(Fig. 2, AppendEntries 2).",
    ),
    "a log that changes": (
        (node("node1", 1), "merge_entries", append((1, 1), 1)),
        "merge_entries changes node1: entry 2 added; node2 sent entry 2 (Fig. 2, AppendEntries 3 "
        "and 4).",
    ),
    "a commit_index that stays": (
        (FIGURE_8_C, "leader_commit_index"),
        "leader_commit_index says 1, as before: entry 2 is on 2 of 5 nodes, and a majority is 3 "
        "(Fig. 2, Leaders 4; §5.4.2).",
    ),
    "a refusal": (
        (node("node1", 1), "reject_append", append((2, 1), 1)),
        "reject_append: node1 refuses what node2 sent, from term 1; its log ends at index 1 (Fig. "
        "2, AppendEntries, results).",
    ),
    "a command": (
        (leader("node1", 1), "append_command", "SET x 1"),
        "append_command changes node1: entry 2 added; the client sent SET x 1 (Fig. 2, Leaders 2).",
    ),
    "a message to one": (
        (candidate("node1", 1), "request_vote", "node2"),
        "request_vote: node1 asks node2 for its vote in term 1; its own log ends at index 1 in "
        "term 1 (Fig. 2, Candidates 1).",
    ),
}


@pytest.mark.parametrize("case", ANSWERS.values(), ids=ANSWERS)
def test_a_rule_is_asked_and_explained(case) -> None:
    asked, sentence = case
    assert explain_rule(*asked) == sentence


def test_an_answer_is_that_of_the_rules_that_are_given() -> None:
    rules = RAFT.but(may_vote=lambda node, request: True)
    asked = (node("node1", current_term=1, voted_for="node3"), "may_vote", ask(1))
    assert explain_rule(*asked, rules=rules) == (
        "may_vote says yes: node1 has voted for node3 in term 1 (Fig. 2, RequestVote 2)."
    )


def test_an_entry_that_is_not_there_is_not_named() -> None:
    rules = RAFT.but(apply_next=lambda node: node)
    assert explain_rule(node(), "apply_next", rules=rules) == (
        "apply_next changes nothing; the log keeps no entry 1 (Fig. 2, All Servers 1)."
    )


def test_what_is_asked_alone_is_told_as_in_a_turn() -> None:
    told = set()
    reads = random_run(client_ready().cluster, 1, 1000, READ_INDEX, WITH_CLIENTS)
    compacts = random_run(fresh(3).cluster, 1, 600, mix=Mix(compact=40))
    for done in (*compacts, *reads):
        for before, firing in with_before(done):
            if firing.rule in RULE_NAMES and not is_noted(firing):
                told.add(firing.rule)
                asked = explain_rule(before, firing.rule, *firing.arguments, rules=READ_INDEX)
                assert asked == explain_firing(before, firing)
    handlers = ("on_", "settle", "end_turn")
    assert told == {name for name in RULE_NAMES if not name.startswith(handlers)}


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("may_votes", "Raft has no rule named 'may_votes'. Did you mean 'may_vote'?"),
        ("changed", "Raft has no rule named 'changed'."),
        ("on_message", "on_message only puts rules in order: it gives nothing to explain."),
    ],
)
def test_what_is_no_rule_cannot_be_asked(rule, sentence) -> None:
    with pytest.raises(UnknownRule) as refused:
        explain_rule(node(), rule)
    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (
            (node(), "may_vote"),
            "may_vote is asked about a node and one RequestVote, not about a node alone.",
        ),
        (
            (node(), "may_vote", append()),
            "may_vote is asked about a node and one RequestVote, not about a node and a value of "
            "type AppendEntries.",
        ),
        (
            (node(), "is_stale", "node2"),
            "is_stale is asked about a node and one message, not about a node and a value of type "
            "str.",
        ),
        (
            (node(), "wins_election", ask(1)),
            "wins_election is asked about a node alone, not about a node and a value of type "
            "RequestVote.",
        ),
        (
            (node(), "may_vote", ask(1), ask(1)),
            "may_vote is asked about a node and one RequestVote, not about a node, a value of type "
            "RequestVote and a value of type RequestVote.",
        ),
        (
            (fresh(3).cluster, "wins_election"),
            "explain_rule asks a node, as in explain_rule(cluster.node('node1'), 'wins_election'), "
            "not a value of type Cluster.",
        ),
        (
            (node(), RAFT.may_vote, ask(1)),
            "A rule is asked by its name, such as 'may_vote', not a value of type function.",
        ),
    ],
)
def test_a_rule_can_be_asked_only_about_what_it_takes(asked, sentence) -> None:
    with pytest.raises(TypeError) as refused:
        explain_rule(*asked)
    assert str(refused.value) == sentence


def test_rules_are_rules() -> None:
    with pytest.raises(TypeError, match=r"^The rules are RAFT or RAFT\.but\(…\), not a value"):
        explain_rule(node(), "wins_election", rules=lambda node: True)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rules", "asked", "sentence"),
    [
        (
            RAFT.but(may_vote=lambda node, request: 1 // 0),
            ("may_vote", ask(1)),
            "may_vote: it raised ZeroDivisionError: integer division or modulo by zero",
        ),
        (
            RAFT.but(may_vote=lambda node, request: None),
            ("may_vote", ask(1)),
            "may_vote: it must give True or False; it gave None. Is a `return` missing?",
        ),
        (
            RAFT,
            ("heartbeat", "node2"),
            "heartbeat: it raised KeyError: 'node2'",
        ),
    ],
)
def test_a_rule_that_misbehaves_is_reported_as_in_a_turn(rules, asked, sentence) -> None:
    with pytest.raises(RuleError) as error:
        explain_rule(node(), *asked, rules=rules)
    assert str(error.value) == sentence


# What keeps an entry from being committed ---------------------------------------------------------

ON_THREE = leader(
    "node1",
    *(1, 2, 4),
    size=5,
    commit_index=1,
    last_applied=1,
    match_index=matches(2, 2, 0, 0),
)

KEPT: dict[str, tuple[Node, int, str | None]] = {
    "committed": (ON_THREE, 1, None),
    "an old term": (
        ON_THREE,
        2,
        "Entry 2 of term 2 is on 3 of 5 nodes, as far as node1 knows; node1 leads term 4, and by "
        "counting Raft commits only a leader's own term; entry 3, the first of its own term 4, is "
        "on 1 (§5.4.2).",
    ),
    "an old term, and nothing of its own": (
        leader("node1", 1, current_term=2, match_index=matches(1, 0)),
        1,
        "Entry 1 of term 1 is on 2 of 3 nodes, as far as node1 knows; node1 leads term 2, and by "
        "counting Raft commits only a leader's own term; no entry that waits is of its own term 2 "
        "(§5.4.2).",
    ),
    "too few copies": (
        ON_THREE,
        3,
        "Entry 3 is on 1 of 5 nodes, as far as node1 knows, and a majority is 3 (§5.3).",
    ),
    "no such entry": (ON_THREE, 4, "node1's log ends at index 3: it has no entry 4 (§5.3)."),
    "an empty log": (leader(), 1, "node1's log is empty: it has no entry 1 (§5.3)."),
    "a follower": (
        node("node1", 1, 1, commit_index=1),
        2,
        "node1 is a follower in term 1, and what a leader has told it to be committed ends at "
        "index 1 (Fig. 2, AppendEntries 5).",
    ),
    "a candidate": (
        candidate("node1", 1, current_term=2),
        1,
        "node1 is a candidate in term 2, and what a leader has told it to be committed ends at "
        "index 0 (Fig. 2, AppendEntries 5).",
    ),
    "a node that is down": (
        node("node1", 1, up=False),
        1,
        "node1 is down, and what is committed is on no disk (Fig. 2, State).",
    ),
    "nothing, while the rule was not asked": (
        leader("node1", 1, 1, match_index=matches(2, 0)),
        1,
        "Nothing does: entry 2, of node1's own term 1, is on 2 of 3 nodes; the paper's "
        "leader_commit_index commits up to it when next it is asked (Fig. 2, Leaders 4).",
    ),
    "a discarded entry": (
        leader("node1", commit_index=3, current_term=1, log=Log(prefix_index=3, prefix_term=1)),
        2,
        None,
    ),
}


@pytest.mark.parametrize("case", KEPT.values(), ids=KEPT)
def test_what_keeps_an_entry_from_being_committed(case) -> None:
    at, index, sentence = case
    assert why_not_committed(at, index) == sentence


@pytest.mark.parametrize(
    ("at", "index", "error", "sentence"),
    [
        ("node1", 1, TypeError, "why_not_committed asks a node, not str."),
        (leader(), "1", TypeError, "An index is a number, not str."),
        (leader(), True, TypeError, "An index is a number, not bool."),
        (leader(), 0, ValueError, "The first entry has index 1; there is none at 0."),
    ],
)
def test_only_a_node_and_an_index_can_be_asked_about(at, index, error, sentence) -> None:
    with pytest.raises(error) as refused:
        why_not_committed(at, index)
    assert str(refused.value) == sentence


def test_every_entry_of_every_leader_is_answered_for() -> None:
    kept = set()
    for size in (1, 2, 3, 5):
        for done in random_run(fresh(size).cluster, size, 250):
            for at in done.after.nodes:
                for index in range(1, at.log.last_index + 2):
                    said = why_not_committed(at, index)
                    assert (said is None) is (index <= at.commit_index)
                    if said is not None:
                        kept.add(what_keeps(at, index))
                        assert what_keeps(at, index) in said
                    if said is not None and leads_with(at, index):
                        assert untrue(Scene(done, (at,), None), said) + unclaimed(said) == []
    assert kept == {"is down", "has no entry", "§5.4.2", "a majority is", "has told it"}


def leads_with(at: Node, index: int) -> bool:
    """Whether it leads and has such an entry: what it knows of the copies is then said."""
    return at.up and at.role is Role.LEADER and index <= at.log.last_index


def what_keeps(at: Node, index: int) -> str:
    """Words that the answer must have, by what a leader knows."""
    if not at.up:
        return "is down"
    if at.log.last_index < index:
        return "has no entry"
    if at.role is not Role.LEADER:
        return "has told it"
    holders = [name for name, match in at.match_index.items() if match >= index]
    return "§5.4.2" if at.configuration.is_quorum([at.name, *holders]) else "a majority is"


def test_an_answer_to_a_vote_or_an_append_is_asked_like_any_other() -> None:
    standing = candidate("node1", current_term=1)
    assert explain_rule(standing, "record_vote", VoteReply("node2", "node1", 1, False)) == (
        "record_vote changes nothing; node2 did not grant its vote (Fig. 2, Candidates 2)."
    )
    leading = leader("node1", 1, match_index=FrozenMap.of({"node2": 1, "node3": 0}))
    reply = AppendReply("node2", "node1", 1, True, 0, 1)
    assert explain_rule(leading, "record_success", reply) == (
        "record_success changes nothing; node2 agrees up to index 1, and its match_index is 1 "
        "(Fig. 2, Leaders 3)."
    )
