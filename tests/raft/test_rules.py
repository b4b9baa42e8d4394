"""Replacing a rule, and what a rule may not do: each refusal is a sentence a learner can act on."""

from dataclasses import replace

import pytest

from raftlab.raft import (
    RAFT,
    AppendReply,
    ClientCommand,
    Crash,
    Deliver,
    Entry,
    Event,
    Firing,
    FrozenMap,
    Log,
    Message,
    Node,
    RequestVote,
    Role,
    RuleError,
    Rules,
    Timeout,
    UnknownRule,
    VoteReply,
    react,
)
from raftlab.raft.election import may_vote, start_election
from raftlab.raft.rules import RULE_NAMES

from .clusters import append, candidate, leader, node

# HOUSE names: the course, saved runs and other people's variants use them.
PUBLIC = (
    "may_apply apply_next adopt_newer_term is_stale may_start_election start_election request_vote "
    "may_vote log_is_up_to_date grant_vote record_vote wins_election become_leader "
    "recognize_leader heartbeat append_command append_entries log_matches merge_entries "
    "follower_commit_index accept_append reject_append record_success back_up leader_commit_index "
    "resets_election_timer take_snapshot send_snapshot install_snapshot record_snapshot persist "
    "restart "
    "skips_log begin_read record_round may_serve_read serve_read finish_read end_lease "
    "redirect is_repeated answer_again append_request answer_client"
).split()


def test_every_public_rule_is_there() -> None:
    handlers = {name for name in RULE_NAMES if name.startswith("on_")} | {"settle", "end_turn"}
    assert set(RULE_NAMES) - handlers == set(PUBLIC)


def test_one_rule_is_replaced_alone() -> None:
    def mine(node: Node, request: RequestVote) -> bool:
        return True

    rules = RAFT.but(may_vote=mine)
    assert rules == Rules(may_vote=mine, changed=frozenset({"may_vote"}))
    assert Rules() == RAFT


def test_changes_add_up_and_can_be_taken_back() -> None:
    def mine(node: Node) -> bool:
        return True

    twice = RAFT.but(may_apply=mine).but(wins_election=mine)
    assert twice.changed == {"may_apply", "wins_election"}
    assert twice.but(may_apply=RAFT.may_apply).changed == {"wins_election"}
    assert RAFT.but(may_vote=may_vote) == RAFT


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("may_vot", "Raft has no rule named 'may_vot'. Did you mean 'may_vote'?"),
        ("become_leeder", "Raft has no rule named 'become_leeder'. Did you mean 'become_leader'?"),
        ("xyzzy", "Raft has no rule named 'xyzzy'."),
        ("changed", "Raft has no rule named 'changed'."),
    ],
)
def test_a_misspelt_rule(name: str, sentence: str) -> None:
    with pytest.raises(UnknownRule) as error:
        RAFT.but(**{name: may_vote})
    assert str(error.value) == sentence


def test_a_rule_is_a_function() -> None:
    with pytest.raises(TypeError, match=r"^The rule may_vote must be a function; it is True\.$"):
        RAFT.but(may_vote=True)  # type: ignore[arg-type]


def raises(*_: object) -> bool:
    raise KeyError("node9")


class Odd(int):
    """Looks like a number, and is not quite one."""


def gives(value: object):
    return lambda *_: value


def changes(**fields: object):
    return lambda node, *_: replace(node, **fields)


def assigns(node: Node, *_: object) -> Node:
    node.voted_for = "node2"  # type: ignore[misc]
    return node


ASK = RequestVote("node2", "node1", 1, 0, 0)
VOTE = VoteReply("node2", "node1", 1, vote_granted=True)
DONE = AppendReply("node2", "node1", 1, True, 0, match_index=1)
OTHER_NAME = replace(node(), name="node2")
FROM_ELSEWHERE = RequestVote("node2", "node3", 1, 0, 0)
CHANGEABLE = "it gave something that can change later. Only tuples and frozen values stay as they"


@pytest.mark.parametrize(
    ("rule", "wrong", "at", "event", "sentence"),
    [
        ("may_vote", raises, node(), ASK, "it raised KeyError: 'node9'"),
        ("may_vote", lambda node: True, node(), ASK,
         "it raised TypeError: <lambda>() takes 1 positional argument but 2 were given"),
        ("grant_vote", assigns, node(), ASK,
         "it raised FrozenInstanceError: cannot assign to field 'voted_for'"),
        ("may_vote", gives(None), node(), ASK,
         "it must give True or False; it gave None. Is a `return` missing?"),
        ("may_vote", gives(1), node(), ASK, "it must give True or False; it gave 1."),
        ("may_vote", gives("yes"), node(), ASK, "it must give True or False; it gave 'yes'."),
        ("grant_vote", gives(None), node(), ASK,
         "it must give a value of type Node; it gave None. Is a `return` missing?"),
        ("grant_vote", gives("node2"), node(), ASK,
         "it must give a value of type Node; it gave 'node2'."),
        ("merge_entries", gives([]), node(current_term=1), append(),
         "it must give a value of type Log; it gave []."),
        ("follower_commit_index", gives(True), node(current_term=1), append(),
         "it must give a value of type int; it gave True."),
        ("leader_commit_index", gives(1.0), leader("node1", 1), DONE,
         "it must give a value of type int; it gave 1.0."),
        ("request_vote", gives(VOTE), node(), Timeout("node1"),
         f"it must give a value of type RequestVote; it gave {VOTE!r}."),
        ("request_vote", gives(FROM_ELSEWHERE), node(), Timeout("node1"),
         "it wrote a message from 'node2' to 'node3'; this is node1."),
        ("request_vote", gives(replace(ASK, sender="node1", receiver="node1")), node(),
         Timeout("node1"), "it wrote a message from 'node1' to 'node1'; this is node1."),
        ("grant_vote", gives(OTHER_NAME), node(), ASK, "it turned node1 into another server."),
        ("become_leader", changes(match_index={"node2": 0}), candidate(current_term=1), VOTE,
         "node.match_index must be FrozenMap; it is {'node2': 0}. "
         "Use node.match_index.set(name, value)."),
        ("start_election", changes(votes_received=["node1"]), node(), Timeout("node1"),
         "node.votes_received must be tuple; it is ['node1']."),
        ("start_election", changes(current_term="1"), node(), Timeout("node1"),
         "node.current_term must be int; it is '1'."),
        ("grant_vote", changes(voted_for=2), node(), ASK,
         "node.voted_for must be str or None; it is 2."),
        ("restart", gives(None), node(), None,
         "it must give a value of type Node; it gave None. Is a `return` missing?"),
        ("merge_entries", gives(Log(((Entry(1, "SET a 1"),),))), node(current_term=1), append(),
         "a log holds entries; in this one is (Entry(term=1, command='SET a 1'),). "
         "Is a `*` missing in log.append(*entries)?"),
        ("append_command", changes(log=Log((1,))), leader(), ClientCommand("node1", "SET a 1"),
         "a log holds entries; in this one is 1."),
        ("leader_commit_index", gives(Odd(1)), leader("node1", 1), DONE,
         "it must give a value of type int; it gave 1, of type Odd."),
        ("merge_entries", gives(Log([Entry(1, "SET a 1")])), node(current_term=1), append(),
         CHANGEABLE + " are."),
        ("accept_append", gives(AppendReply("node1", "node2", 1, True, [])), node(current_term=1),
         append(), CHANGEABLE + " are."),
        ("append_command", changes(log=Log([Entry(1, "SET a 1")])), leader(),
         ClientCommand("node1", "SET a 1"), CHANGEABLE + " are."),
    ],
)  # fmt: skip
def test_what_a_rule_may_not_do(rule, wrong, at, event, sentence: str) -> None:
    with pytest.raises(RuleError) as error:
        react(at, as_event(event), RAFT.but(**{rule: wrong}))
    assert (error.value.rule, error.value.sentence) == (rule, sentence)
    assert str(error.value) == f"{rule}: {error.value.sentence}"


def as_event(what: Event | Message | None) -> Event:
    if what is None:
        return Crash("node1")
    return Deliver(what) if isinstance(what, Message) else what  # type: ignore[arg-type]


def test_the_error_keeps_what_fired_before_it() -> None:
    with pytest.raises(RuleError) as error:
        react(node(), Timeout("node1"), RAFT.but(request_vote=gives(None)))
    before, stands = node(), start_election(node())
    assert error.value.firings == (
        Firing("may_start_election", (), True, before),
        Firing("start_election", (), stands, stands),
        Firing("resets_election_timer", (), True, stands),
    )


@pytest.mark.parametrize(
    ("changed", "at", "event", "stumbled", "sentence"),
    [
        (
            {"become_leader": changes(role=Role.LEADER)},
            candidate(current_term=1),
            Deliver(VOTE),
            "heartbeat",
            "it raised KeyError: 'node2'. This rule is the paper's; changed are: become_leader.",
        ),
        (
            {"may_apply": gives(True)},
            node(),
            Timeout("node1"),
            "apply_next",
            "it raised IndexError: the log is empty: there is no entry 1. "
            "This rule is the paper's; changed are: may_apply.",
        ),
    ],
)
def test_a_rule_of_the_papers_that_stumbles_points_elsewhere(
    changed, at: Node, event: Event, stumbled: str, sentence: str
) -> None:
    with pytest.raises(RuleError) as error:
        react(at, event, RAFT.but(**changed))
    assert (error.value.rule, error.value.sentence) == (stumbled, sentence)


def test_a_candidate_that_does_not_become_leader_sends_no_heartbeat() -> None:
    stuck, sent, _ = react(
        candidate(current_term=1), Deliver(VOTE), RAFT.but(become_leader=lambda node: node)
    )
    assert (stuck.role, sent) == (Role.CANDIDATE, ())


def test_the_error_keeps_its_cause() -> None:
    with pytest.raises(RuleError) as error:
        react(node(), Deliver(ASK), RAFT.but(may_vote=raises))
    assert isinstance(error.value.__cause__, KeyError)


@pytest.mark.parametrize(
    ("changed", "at", "event", "rule"),
    [
        # Forever a candidate with enough votes, in one term after the other.
        (
            {"become_leader": lambda node: replace(node, current_term=node.current_term + 1)},
            candidate(current_term=1),
            Deliver(VOTE),
            "become_leader",
        ),
        # Something is always left to apply, and applying it changes nothing.
        (
            {"may_apply": gives(True), "apply_next": lambda node: node},
            node(),
            Timeout("node1"),
            "apply_next",
        ),
        # The commit index swings to and fro.
        (
            {"leader_commit_index": lambda node: 1 - node.commit_index, "may_apply": gives(False)},
            leader("node1", 1),
            ClientCommand("node1", "SET a 1"),
            "leader_commit_index",
        ),
    ],
)
def test_a_rule_that_never_comes_to_rest(changed, at: Node, event: Event, rule: str) -> None:
    with pytest.raises(RuleError) as error:
        react(at, event, RAFT.but(**changed))
    sentence = "the node never comes to rest: each time it changes again."
    assert (error.value.rule, error.value.sentence) == (rule, sentence)


def test_a_handler_that_raises_is_named() -> None:
    def on_request_vote(turn, request) -> None:
        turn.nonsense()

    with pytest.raises(RuleError) as error:
        react(node(), Deliver(ASK), RAFT.but(on_request_vote=on_request_vote))
    assert (error.value.rule, error.value.sentence) == (
        "on_request_vote",
        "it raised AttributeError: 'Turn' object has no attribute 'nonsense'",
    )


def test_a_handler_can_be_replaced() -> None:
    # Misconception 14: replying false, then carrying on as if true.
    def on_append_entries(turn, request) -> None:
        turn.become("recognize_leader", request)
        if not turn.ask("log_matches", request):
            turn.send("reject_append", request)
        turn.merge("merge_entries", request)

    request = append((1, 1), 1)
    after, sent, _ = react(
        node(current_term=1), Deliver(request), RAFT.but(on_append_entries=on_append_entries)
    )
    assert [reply.success for reply in sent] == [False]
    assert len(after.log) == 1


def test_a_votes_field_can_show_a_voter_twice() -> None:
    # Misconception 6 stays visible, so that it can be caught: only the majority counts once.
    def counts_twice(node: Node, reply: VoteReply) -> Node:
        return replace(node, votes_received=(*node.votes_received, reply.sender))

    rules = RAFT.but(record_vote=counts_twice)
    once = react(candidate(size=5, current_term=1), Deliver(VOTE), rules).node
    twice = react(once, Deliver(VOTE), rules).node
    assert twice.votes_received == ("node1", "node2", "node2")


def test_a_rule_may_answer_in_another_way() -> None:
    # Backing up by the hint in the reply instead of one by one. (§5.3)
    def by_the_hint(node: Node, reply: AppendReply) -> Node:
        below = min(reply.prev_log_index, reply.last_log_index + 1)
        return replace(node, next_index=node.next_index.set(reply.sender, max(1, below)))

    far = AppendReply("node2", "node1", 1, False, 9, last_log_index=2)
    after, [retry], _ = react(
        leader("node1", *[1] * 9), Deliver(far), RAFT.but(back_up=by_the_hint)
    )
    assert (after.next_index["node2"], retry.prev_log_index) == (3, 2)
    assert isinstance(after.next_index, FrozenMap)
