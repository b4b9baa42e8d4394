"""The walk-through: the states of the story it retells, in its order, and the rest of the story."""

import re

import pytest

from raftlab.raft import Cluster, Crash, Role, Timeout, broken_in, step
from raftlab.sim.walkthrough import STORY, frames, notation, recorded, transcript

# The states as the story lists them. A field that one line omits is not compared there.
LISTING = """
node1: Follower, Term: 0, Log: []
node2: Follower, Term: 0, Log: []
node3: Follower, Term: 0, Log: []

node1: Candidate, Term: 1, Log: [], VotesReceived: 1 (self)
node2: Follower, Term: 0, Log: []
node3: Follower, Term: 0, Log: []

node1: Candidate, Term: 1, Log: [], VotesReceived: 1 (self)
node2: Follower, Term: 1, Log: [], VotedFor: node1
node3: Follower, Term: 0, Log: []

node1: Candidate, Term: 1, Log: [], VotesReceived: 2 (self, node2)
node2: Follower, Term: 1, Log: [], VotedFor: node1
node3: Follower, Term: 1, Log: [], VotedFor: node1

node1: Leader, Term: 1, Log: []
node2: Follower, Term: 1, Log: [], VotedFor: node1
node3: Follower, Term: 1, Log: [], VotedFor: node1

node1: Leader, Term: 1, Log: [ { command: "SET key1 valueA", index: 1, term: 1 } ]
node2: Follower, Term: 1, Log: [], VotedFor: node1
node3: Follower, Term: 1, Log: [], VotedFor: node1

node1: Leader, Term: 1, Log: [ { command: "SET key1 valueA", index: 1, term: 1 } ]
node2: Follower, Term: 1, Log: [ { command: "SET key1 valueA", index: 1, term: 1 } ]
node3: Follower, Term: 1, Log: [ { command: "SET key1 valueA", index: 1, term: 1 } ]

node1: Leader, Term: 1, Log: [ { command: "SET key1 valueA", index: 1, term: 1 } ], State: { key1: valueA }
node2: Follower, Term: 1, Log: [ { command: "SET key1 valueA", index: 1, term: 1 } ]
node3: Follower, Term: 1, Log: [ { command: "SET key1 valueA", index: 1, term: 1 } ]
"""  # noqa: E501 -- the notation is one line a node

NODE = re.compile(r"^\s*(\w+): (\w+), (Term: .*)$")
FIELD = re.compile(r"(\w+): (\[.*\]|\{.*\}|\d+ \(.*?\)|\w+)(?:, |$)")

State = dict[str, dict[str, str]]


def parsed(text: str) -> list[State]:
    """The states in a text: runs of node lines, each line as its fields by name."""
    states: list[State] = [{}]
    for line in text.splitlines():
        if found := NODE.match(line):
            name, role, rest = found.groups()
            states[-1][name] = {"role": role, **dict(FIELD.findall(rest))}
        elif states[-1]:
            states.append({})
    return [state for state in states if state]


def agrees(shown: State, listed: State) -> bool:
    """Every field that is listed is shown with that value."""
    return shown.keys() == listed.keys() and all(
        listed[name].items() <= shown[name].items() for name in listed
    )


def test_the_listing_is_read_whole() -> None:
    states = parsed(LISTING)
    assert [len(state) for state in states] == [3] * 8
    assert states[3]["node1"] == {
        "role": "Candidate",
        "Term": "1",
        "Log": "[]",
        "VotesReceived": "2 (self, node2)",
    }
    assert states[7]["node1"]["Log"] == '[ { command: "SET key1 valueA", index: 1, term: 1 } ]'
    assert states[7]["node1"]["State"] == "{ key1: valueA }"


def test_the_transcript_shows_every_listed_state_in_order() -> None:
    shown, listed = parsed(transcript()), parsed(LISTING)
    assert [agrees(one, other) for one, other in zip(shown, listed, strict=False)] == [True] * 8


@pytest.mark.parametrize(
    "line",
    [
        "node1: Leader, Term: 2, Log: []",
        "node1: Candidate, Term: 1, Log: []",
        'node1: Leader, Term: 1, Log: [ { command: "SET x y", index: 1, term: 1 } ]',
    ],
)
def test_a_state_that_differs_in_a_field_does_not_agree(line: str) -> None:
    assert not agrees(parsed("node1: Leader, Term: 1, Log: []")[0], parsed(line)[0])


def test_each_state_stands_under_the_rule_that_led_there() -> None:
    rules = re.findall(r"^  after (\w+):$", transcript(), re.MULTILINE)
    listed = ["start_election", "grant_vote", "record_vote", "become_leader", "append_command"]
    assert rules[:7] == [*listed, "merge_entries", "apply_next"]
    followers_learn, new_election = ["apply_next"] * 2, ["start_election", "grant_vote"]
    rest = [*followers_learn, *new_election, "record_vote", "become_leader", "apply_next"]
    assert rules[7:] == rest


def test_the_candidate_with_two_votes_exists_only_between_two_rules() -> None:
    beat = next(beat for beat in STORY if "become_leader" in beat.look_after)
    moment = recorded().moments[STORY.index(beat) + 1]
    assert moment.step is not None
    candidate, leader = (frame.cluster.node("node1") for frame in frames(beat, moment.step))
    assert moment.step.before.node("node1").votes_received == ("node1",)
    assert (candidate.role, candidate.votes_received) == (Role.CANDIDATE, ("node1", "node2"))
    assert leader.role is Role.LEADER


def test_the_story_ends_well() -> None:
    history = recorded()
    end = history.cluster
    crash = [moment.step.event for moment in history.moments if moment.step].index(Crash("node1"))
    assert {node.last_applied for node in history.moments[crash].cluster.nodes} == {1}
    assert [node.role for node in end.nodes] == [Role.FOLLOWER, Role.LEADER, Role.FOLLOWER]
    assert {node.current_term for node in end.nodes} == {2}
    assert {node.machine.pairs for node in end.nodes} == {(("key1", "valueA"),)}
    assert {node.log for node in end.nodes} == {history.moments[crash].cluster.node("node1").log}
    assert (end.network, broken_in(end)) == ((), ())


def test_what_is_worth_a_look_carries_a_note() -> None:
    notes = [moment.note for moment in recorded().moments]
    assert notes == ["", *(beat.says if beat.look_after else "" for beat in STORY)]


def test_the_notation_of_a_node_that_is_down() -> None:
    cluster = Cluster.of("node1", "node2")
    cluster = step(step(cluster, Timeout("node1")).after, Crash("node1")).after
    assert notation(cluster) == [
        "node1: Down, Term: 1, Log: [], VotedFor: node1",
        "node2: Follower, Term: 0, Log: []",
    ]
