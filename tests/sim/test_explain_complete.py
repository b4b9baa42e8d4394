"""Every step has its sentence and its reason, whatever happens, and under whatever rules.

The body is large: random runs of 1 to 7 nodes, all scenarios, wrong rules. That what is said is
true, too, is asked of each step with the claims of `test_explain_truth`.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from raftlab.raft import (
    RAFT,
    AppendEntries,
    AppendReply,
    ClientCommand,
    Cluster,
    Crash,
    Cut,
    Deliver,
    Drop,
    Duplicate,
    Event,
    Firing,
    Heartbeat,
    Message,
    Node,
    Partition,
    Replicate,
    RequestVote,
    Restart,
    Role,
    Rules,
    Step,
    Timeout,
    VoteReply,
    step,
)
from raftlab.raft.rules import RULE_NAMES
from raftlab.sim import SCENARIOS, fresh, random_run
from raftlab.sim.explain import Explanation, explain, explain_firing, why_nothing_happened
from raftlab.sim.explain.citations import citation_of
from tests.modelcheck.mutants import HARMLESS, MUTANTS, STALLED
from tests.raft.clusters import append, cluster, leader, node

from .test_explain_truth import scene, unclaimed, until_it_raises, untrue, with_before

SIZES = (1, 2, 3, 4, 5, 6, 7)
SOURCE = re.compile(r"(?:Fig\. 2|§\d)[^()]*")


# The form of what is said -------------------------------------------------------------------------

BLEMISHES = {
    "doubled words": r"\b(\w+) \1\b",
    "doubled signs": r"[,;:.] ?[,;:.]| [,;:.)]|\( |  ",
    "Python speaks": r"None|True|False|[{}<>\[\]]|\w\(|\w=\w|object at",
}


def sentences(text: str) -> list[str]:
    """The sentences of a text; the full stop in "Fig. 2" ends none."""
    return re.split(r"(?<=\.) ", text.replace("Fig. ", "Fig "))


def is_whole(sentence: str, names: tuple[str, ...]) -> bool:
    """Whether it begins as a sentence does, or with a node or a rule, and ends as one does."""
    first = re.split(r"[ ':,]", sentence)[0]
    begins = first[:1].isupper() or first in (*names, *RULE_NAMES)
    balanced = sentence.count("(") == sentence.count(")")
    return begins and balanced and bool(re.search(r"[a-zA-Z0-9)…]\.$", sentence))


def blemishes(text: str, names: tuple[str, ...]) -> list[str]:
    """What is wrong with the form of a text."""
    broken = ["no whole sentence" for said in sentences(text) if not is_whole(said, names)]
    return broken + [what for what, pattern in BLEMISHES.items() if re.search(pattern, text)]


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", re.sub(r"\((?:Fig|§)[^)]*\)", "", text).lower()))


def says_more(text: str, than: str) -> bool:
    """Whether a reason has words of its own, and is no repetition of what it gives a reason for."""
    return len(words(text) - words(than)) >= 2


def complaints_about(told: Explanation, names: tuple[str, ...]) -> list[str]:
    """What is wrong with an explanation, apart from its truth."""
    faults = {
        "a headline of several sentences": len(sentences(told.headline)) != 1,
        "no source": not SOURCE.fullmatch(told.citation),
        "the source is not in the reason": f"({told.citation})" not in told.reason,
        "the reason repeats the headline": not says_more(told.reason, told.headline),
    }
    wrong = [fault for fault, is_so in faults.items() if is_so]
    return [*blemishes(told.headline, names), *blemishes(told.reason, names), *wrong]


def complaints_about_nothing(step: Step) -> list[str]:
    """What is wrong with the answer to why no node is any different."""
    reason = why_nothing_happened(step)
    if step.before.nodes != step.after.nodes:
        return [] if reason is None else ["a reason for nothing, where something happened"]
    if reason is None:
        return ["no reason for nothing"]
    headline = explain(step).headline
    faults = {
        "no source": not re.search(r"\((?:Fig\. 2|§\d)", reason),
        "it repeats the headline": not says_more(reason, headline),
    }
    wrong = [fault for fault, is_so in faults.items() if is_so]
    return [*blemishes(reason, step.before.names), *wrong]


def complaints_about_firing(before: Node, firing: Firing) -> list[str]:
    """What is wrong with the sentence about one rule; an answer needs a fact beside it."""
    said, names = explain_firing(before, firing), before.configuration.members
    cited = f" ({citation_of(firing)})."
    faults = {"no source": not said.endswith(cited)}
    if isinstance(firing.gave, bool) and firing.arguments:
        faults["a bare answer"] = not has_fact(said.removesuffix(cited), firing)
    form = blemishes(said.replace(" = ", " is "), names)
    return [*form, *(fault for fault, is_so in faults.items() if is_so)]


def has_fact(said: str, firing: Firing) -> bool:
    answer, _, fact = said.partition(": ")
    yes = "yes" if firing.gave else "no"
    return answer == f"{firing.rule} says {yes}" and len(words(fact)) >= 3


def complaints(step: Step, rules: Rules) -> list[str]:
    """All that is wrong with what is said about a step."""
    told, names, at = explain(step), step.before.names, scene(step, rules)
    wrong = complaints_about(told, names) + complaints_about_nothing(step)
    wrong += untrue(at, f"{told.headline} {told.reason}")
    for before, firing in with_before(step):
        wrong += complaints_about_firing(before, firing)
        wrong += untrue(at, explain_firing(before, firing))
    return [f"{what}: {told.headline} {told.reason}" for what in wrong]


# What can come of an event ------------------------------------------------------------------------


def kind(event: Event) -> str:
    """What happened, a message by its kind."""
    match event:
        case Crash(_, during) if during is not None:
            return f"crash in {kind(during)}"
        case Deliver(message):
            return type(message).__name__
        case _:
            return type(event).__name__


def outcome(step: Step) -> str:
    """What came of it, as the nodes before and after tell, and the answers of the guards."""
    match step.event:
        case Deliver(message) if not step.before.node(message.receiver).up:
            return "lost at a node that is down"
        case Deliver(message):
            return OUTCOMES[type(message)](step, message)
        case Timeout(name) | ClientCommand(name) | Restart(name) | Crash(name):
            return OUTCOMES[type(step.event)](step, step.before.node(name), step.after.node(name))
        case Replicate() | Heartbeat():
            return f"to {'some' if step.sent[1:] else 'one'}{', some lost' if step.lost else ''}"
        case Drop(message) | Duplicate(message):
            return type(message).__name__
        case Partition() | Cut():
            return f"{'some' if step.lost else 'nothing'} on the way"
    return "done"


def answer(step: Step, rule: str) -> object:
    return next((firing.gave for firing in step.firings if firing.rule == rule), None)


def of_request_vote(step: Step, request: RequestVote) -> str:
    before, after = (cluster.node(request.receiver) for cluster in (step.before, step.after))
    if answer(step, "is_stale"):
        return "refused: an old term"
    if answer(step, "may_vote") is False:
        itself = before.voted_for == before.name
        return f"refused: voted for {'itself' if itself else 'another'}"
    if answer(step, "log_is_up_to_date") is False:
        by_term = request.last_log_term != before.log.last_term
        return f"refused: behind by {'term' if by_term else 'index'}"
    if before == after:
        return "granted once more"
    stepped = before.role is not after.role
    return f"granted by a {before.role.value}" if stepped else "granted"


def of_vote_reply(step: Step, reply: VoteReply) -> str:
    before, after = (cluster.node(reply.receiver) for cluster in (step.before, step.after))
    checks = {
        "a newer term": before.current_term != after.current_term,
        "elected": before.role is not after.role,
        "counted": before.votes_received != after.votes_received,
        "of an old term": reply.term != before.current_term,
        "to no candidate": before.role is not Role.CANDIDATE,
        "not granted": not reply.vote_granted,
    }
    return next((what for what, is_so in checks.items() if is_so), "counted already")


def of_append_entries(step: Step, request: AppendEntries) -> str:
    before, after = (cluster.node(request.receiver) for cluster in (step.before, step.after))
    what = "entries" if request.entries else "heartbeat"
    if answer(step, "is_stale"):
        return f"{what} of an old term"
    if answer(step, "log_matches") is False:
        there = before.log.term_at(request.prev_log_index)
        return f"{what} {'after no entry' if there is None else 'after another term'}"
    kept = all(after.log.holds(i, entry) for i, entry in before.log.numbered())
    checks = {
        "replaced": not kept,
        "added and committed": before.log != after.log and before.commit_index < after.commit_index,
        "added": before.log != after.log,
        "committed": before.commit_index < after.commit_index,
        "not yet known to agree": after.commit_index < request.leader_commit,
        "given up for": before.role is not after.role,
        "from a new leader": before.leader_id != after.leader_id,
    }
    return f"{what} {next((what for what, is_so in checks.items() if is_so), 'known already')}"


def of_append_reply(step: Step, reply: AppendReply) -> str:
    before, after = (cluster.node(reply.receiver) for cluster in (step.before, step.after))
    what = "success" if reply.success else "refusal"
    checks = {
        "of a newer term": before.current_term != after.current_term,
        "to no leader": before.role is not Role.LEADER,
        "of an old term": reply.term != before.current_term,
        "that commits": before.commit_index < after.commit_index,
        "that makes it try again": before.next_index != after.next_index and not reply.success,
        "that is old": not reply.success,
    }
    found = next((what for what, is_so in checks.items() if is_so), "")
    return f"{what} {found or uncommitted(before, after, reply)}"


def uncommitted(before: Node, after: Node, reply: AppendReply) -> str:
    """What keeps the entries up to match_index, or the next one, from being committed."""
    noted = "noted" if before != after else "known already"
    index = max(reply.match_index, after.commit_index + 1)
    if after.log.last_index <= after.commit_index:
        return f"{noted}, all committed"
    holders = [name for name, match in after.match_index.items() if match >= index]
    many = after.configuration.is_quorum([after.name, *holders])
    return f"{noted}, {'of an old term' if many else 'on too few'}"


def of_timeout(step: Step, before: Node, after: Node) -> str:
    if after.role is Role.LEADER:
        return "elected at once"
    return "stands again" if before.role is Role.CANDIDATE else "stands"


def of_command(step: Step, before: Node, after: Node) -> str:
    if before.role is not Role.LEADER:
        return f"refused, {'a' if before.leader_id else 'no'} leader known"
    return "committed" if before.commit_index < after.commit_index else "added"


def of_restart(step: Step, before: Node, after: Node) -> str:
    return f"with {'no ' * (after.log.last_index == 0)}entries"


def of_crash(step: Step, before: Node, after: Node) -> str:
    gave = [firing.gave for firing in step.firings]
    written = len([message for message in gave if isinstance(message, Message)])
    return f"of a {before.role.value}, {min(written, 2)} written"


OUTCOMES: dict[type, Callable[..., str]] = {
    RequestVote: of_request_vote,
    VoteReply: of_vote_reply,
    AppendEntries: of_append_entries,
    AppendReply: of_append_reply,
    Timeout: of_timeout,
    ClientCommand: of_command,
    Restart: of_restart,
    Crash: of_crash,
}


# The body -----------------------------------------------------------------------------------------


def arrival(at: Node, message: Message) -> Step:
    """A message reaches a node, in a cluster where nothing else is under way."""
    others = [node(name) for name in at.peers]
    return step(cluster(at, *others, network=(message,)), Deliver(message))


# What random runs rarely come to.
RARE = (
    arrival(leader("node1", 1, current_term=2), AppendReply("node2", "node1", 1, True, 0, 1)),
    arrival(node("node1", 1, leader_id="node2"), append((0, 0), 1, commit=1)),
    arrival(node("node1", 1, leader_id="node2"), append(commit=1)),
)


@pytest.fixture(scope="module")
def body() -> list[Step]:
    """Steps of Raft: random runs of 1 to 7 nodes, and from every scenario."""
    starts = [(fresh(size), seed, 150) for size in SIZES for seed in range(1 if size == 1 else 4)]
    starts += [(begin(), seed, 60) for begin in SCENARIOS.values() for seed in range(2)]
    runs = (random_run(start.cluster, seed, count) for start, seed, count in starts)
    told = [moment.step for begin in SCENARIOS.values() for moment in begin().moments]
    return [*RARE, *filter(None, told), *(done for run in runs for done in run)]


def test_every_step_of_raft_is_explained(body) -> None:
    assert [wrong for done in body for wrong in complaints(done, RAFT)] == []


def test_every_number_that_is_stated_is_held_against_the_step(body) -> None:
    for done in body:
        told = explain(done)
        answers = [(b, f) for b, f in with_before(done) if isinstance(f.gave, bool)]
        said = [f"{told.headline} {told.reason}", *(explain_firing(*pair) for pair in answers)]
        assert [number for text in said for number in unclaimed(text)] == []


WRONG = {case.name: case for case in (*MUTANTS, *STALLED, *HARMLESS)}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_every_step_under_a_wrong_rule_is_explained(case) -> None:
    for start in (case.where.begin().cluster, fresh(3).cluster):
        for done in until_it_raises(random_run(start, 1, 60, case.rules)):
            assert complaints(done, case.rules) == []


def test_nodes_may_have_any_name() -> None:
    for done in random_run(Cluster.of("alice", "it", "the"), 1, 200):
        told, names = explain(done), done.before.names
        assert complaints_about(told, names) + complaints_about_nothing(done) == []


# What must occur in the body, so that nothing above passes for want of occasions.
IMPORTANT = """
    Timeout: stands | stands again | elected at once
    RequestVote: granted | granted by a leader | granted by a candidate | granted once more
    RequestVote: refused: an old term | refused: voted for itself | refused: voted for another
    RequestVote: refused: behind by term | refused: behind by index
    VoteReply: elected | counted | counted already | not granted | of an old term | to no candidate
    VoteReply: a newer term | lost at a node that is down
    AppendEntries: entries of an old term | heartbeat of an old term
    AppendEntries: entries after no entry | entries after another term
    AppendEntries: heartbeat after no entry | heartbeat after another term
    AppendEntries: entries added | entries added and committed | entries replaced
    AppendEntries: entries known already | entries committed
    AppendEntries: heartbeat committed | heartbeat from a new leader | heartbeat known already
    AppendEntries: heartbeat given up for | heartbeat not yet known to agree
    AppendEntries: lost at a node that is down
    AppendReply: success that commits | success noted, on too few | success noted, of an old term
    AppendReply: success known already, on too few | success known already, of an old term
    AppendReply: success known already, all committed | success noted, all committed
    AppendReply: success to no leader | success of an old term
    AppendReply: refusal that makes it try again | refusal that is old
    AppendReply: refusal to no leader | refusal of a newer term
    ClientCommand: added | committed | refused, a leader known | refused, no leader known
    Replicate: to one | to some | to one, some lost | to some, some lost
    Heartbeat: to one | to some | to one, some lost | to some, some lost
    Crash: of a follower, 0 written | of a candidate, 0 written | of a leader, 0 written
    crash in Timeout: of a follower, 2 written
    crash in RequestVote: of a follower, 1 written
    crash in AppendEntries: of a follower, 1 written
    crash in ClientCommand: of a leader, 0 written
    Restart: with entries | with no entries
    Drop: RequestVote | VoteReply | AppendEntries | AppendReply
    Duplicate: RequestVote | VoteReply | AppendEntries | AppendReply
    Delay: done
    Partition: some on the way | nothing on the way
    Cut: some on the way | nothing on the way
    Heal: done
"""


def important() -> set[tuple[str, str]]:
    lines = (line.strip().split(": ", 1) for line in IMPORTANT.strip().splitlines())
    return {(kind, outcome) for kind, outcomes in lines for outcome in outcomes.split(" | ")}


def test_all_that_matters_occurs_in_the_body(body) -> None:
    seen = Counter((kind(done.event), outcome(done)) for done in body)
    assert important() - set(seen) == set()
    assert len(seen) >= 90


def test_each_outcome_has_words_of_its_own(body) -> None:
    """Two outcomes of one kind never read the same, but for names and numbers."""
    said: dict[str, set[tuple[str, str]]] = {}
    for done in body:
        told = explain(done)
        plain = re.sub(r"node\d|\d+|SET \S+ \S+", "", f"{told.headline} {told.reason}")
        said.setdefault(plain, set()).add((kind(done.event), outcome(done)))
    assert {plain: alike for plain, alike in said.items() if len(alike) > 1} == {}


# That the checks can fail -------------------------------------------------------------------------

TRUE = Explanation(
    "node1 votes for node2 in term 1.",
    "It enters term 1 and has no vote in it yet; both logs are empty (§5.2, §5.4.1).",
    "§5.2, §5.4.1",
)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"headline": "node1 votes for node2 in term 1"}, "no whole sentence"),
        ({"headline": "nor does node1."}, "no whole sentence"),
        ({"headline": "node1 votes. node2 does not."}, "a headline of several sentences"),
        ({"headline": "node1 votes for None in term 1."}, "Python speaks"),
        ({"headline": "node1 votes for Node(name='node1')."}, "Python speaks"),
        ({"headline": "node1 votes for for node2."}, "doubled words"),
        ({"headline": "node1 votes for node2.."}, "doubled signs"),
        ({"headline": "node1 votes for node2 (in term 1."}, "no whole sentence"),
        ({"reason": "it enters term 1 and waits anew (§5.2, §5.4.1)."}, "no whole sentence"),
        ({"reason": "It enters term 1, , and waits (§5.2, §5.4.1)."}, "doubled signs"),
        (
            {"reason": "It enters term 1, and both logs are empty."},
            "the source is not in the reason",
        ),
        ({"reason": "It answers True and waits anew (§5.2, §5.4.1)."}, "Python speaks"),
        ({"reason": "node1 votes for node2 (§5.2, §5.4.1)."}, "the reason repeats the headline"),
        ({"citation": ""}, "no source"),
        ({"citation": "the paper"}, "no source"),
    ],
)
def test_a_doctored_explanation_is_complained_about(change, complaint) -> None:
    assert complaints_about(TRUE, ("node1", "node2")) == []
    assert complaint in complaints_about(replace(TRUE, **change), ("node1", "node2"))


def test_a_bare_answer_is_complained_about() -> None:
    told = Firing("may_vote", (), False, Node)
    assert has_fact("may_vote says no: node1 has voted for node2", told)
    assert not has_fact("may_vote says no", told)
    assert not has_fact("may_vote says no: so", told)
    assert not has_fact("may_vote says yes: node1 has voted for node2", told)


@pytest.mark.parametrize(
    ("reason", "complaint"),
    [
        (None, "no reason for nothing"),
        ("It ignores it.", "no source"),
        ("node2 ignores it (§5.2).", "it repeats the headline"),
    ],
)
def test_a_missing_reason_for_nothing_is_complained_about(reason, complaint, monkeypatch) -> None:
    nothing = next(
        done
        for done in random_run(fresh(3).cluster, 1, 200)
        if done.before.nodes == done.after.nodes
    )
    assert complaints_about_nothing(nothing) == []
    headline = explain(nothing).headline
    monkeypatch.setattr(f"{__name__}.why_nothing_happened", lambda step: reason)
    monkeypatch.setattr(
        f"{__name__}.explain", lambda step: replace(TRUE, headline=f"{headline} node2 ignores it.")
    )
    assert complaint in complaints_about_nothing(nothing)


def test_a_reason_where_something_happened_is_complained_about(monkeypatch) -> None:
    something = next(random_run(fresh(3).cluster, 1, 1))
    assert complaints_about_nothing(something) == []
    monkeypatch.setattr(f"{__name__}.why_nothing_happened", lambda step: "It had to (§5.2).")
    assert complaints_about_nothing(something) != []
