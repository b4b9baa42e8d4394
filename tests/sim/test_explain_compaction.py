"""Snapshots explained: each sentence, and that every way to say it fits its place. (§7)"""

from dataclasses import replace

import pytest

from raftlab.raft import (
    RAFT,
    AppendReply,
    Compact,
    Crash,
    Deliver,
    Drop,
    Event,
    InstallSnapshot,
    Message,
    Node,
    Replicate,
    Restart,
    Session,
    SnapshotReply,
    Step,
    step,
)
from raftlab.sim.explain import explain, explain_rule
from raftlab.sim.explain.steps import explain_last_rule
from raftlab.sim.words import name_message, say_event, say_message
from tests.raft.clusters import NAMES, append, candidate, cluster, node, turn
from tests.raft.test_compaction import by_peer, holding, leading, sent, snapshot

from .test_explain import complaints


def trio(first: Node) -> list[Node]:
    return [first, *(node(name, current_term=0) for name in NAMES[1:3])]


def happen(nodes: list[Node], event: Event, rules=RAFT) -> Step:
    message = getattr(event, "message", None)
    return step(cluster(*nodes, network=(message,) if message else ()), event, rules)


SENTENCES = {
    "taken": (
        trio(holding(0, 1, 1, 2, applied=2)),
        Compact("node1"),
        RAFT,
        "node1 takes a snapshot up to entry 2 and discards entries 1 and 2.",
        "node1 has applied its log up to entry 2; 1 entry stays behind it (§7).",
    ),
    "taken_one_behind": (
        trio(holding(2, 1, 1, 2, applied=4)),
        Compact("node1"),
        RAFT,
        "node1 takes a snapshot up to entry 4 and discards entries 3 and 4.",
        "node1 has applied its log up to entry 4; 1 entry stays behind it (§7).",
    ),
    "a_command_to_one_who_took": (
        trio(leading(3, 1, next_index=by_peer(1, 4))),
        Replicate("node1"),
        RAFT,
        "node1 sends entry 4 to node3, its snapshot up to entry 3 to node2.",
        (
            "node3's next_index is 4, and node1's log ends at index 4; node2's next_index is 1, "
            "and node1 has discarded its log up to entry 3 (§5.3, §7)."
        ),
    ),
    "sent_alone": (
        trio(leading(3, 1, next_index=by_peer(1, 5))),
        Replicate("node1", "node2"),
        RAFT,
        "node1 sends its snapshot up to entry 3 to node2.",
        "node2's next_index is 1, and node1 has discarded its log up to entry 3 (§7).",
    ),
    "a_refusal_brings_a_snapshot": (
        trio(leading(3, 1, next_index=by_peer(4, 5))),
        Deliver(AppendReply("node2", "node1", 2, False, 3)),
        RAFT,
        "node1 moves node2's next_index from 4 to 3 and sends its snapshot.",
        "node2 has no entry 3 to build upon: its log is empty (§5.3).",
    ),
    "installed": (
        trio(holding(0, 1)),
        Deliver(sent(3)),
        RAFT,
        "node1 installs node2's snapshot up to entry 3 and takes its state machine from it.",
        (
            "It reaches entry 3 of term 1; node1's log ends at index 1 (Fig. 13, 6 to 8; §7). "
            "node1 commits entries 1 to 3."
        ),
    ),
    "installed_log_gone": (
        trio(holding(0, 2, 2, 2, 2)),
        Deliver(sent(3)),
        RAFT,
        "node1 installs node2's snapshot up to entry 3 and takes its state machine from it.",
        (
            "It reaches entry 3 of term 1; node1's entry 3 is of term 2, the snapshot's of term "
            "1; its own log goes (Fig. 13, 6 to 8; §7). node1 commits entries 1 to 3."
        ),
    ),
    "installed_in_the_middle": (
        trio(holding(0, 1, 1, 1, 2, 2)),
        Deliver(sent(3)),
        RAFT,
        "node1 installs node2's snapshot up to entry 3 and takes its state machine from it.",
        (
            "It reaches entry 3 of term 1; node1 has that entry 3 of term 1; what follows stays: "
            "2 entries (Fig. 13, 6 to 8; §7). node1 commits entries 1 to 3."
        ),
    ),
    "installed_ahead": (
        trio(holding(0, 1, 1, 1, 1, applied=4)),
        Deliver(sent(3)),
        RAFT,
        "node1 installs node2's snapshot up to entry 3.",
        (
            "It reaches entry 3 of term 1; node1 has that entry 3 of term 1; what follows stays: "
            "1 entry (Fig. 13, 6 to 8; §7)."
        ),
    ),
    "newer_term": (
        trio(holding(0, 1, current_term=1)),
        Deliver(sent(3)),
        RAFT,
        "node1 installs node2's snapshot up to entry 3 and takes its state machine from it.",
        (
            "It reaches entry 3 of term 1; node1's log ends at index 1 (Fig. 13, 6 to 8; §7). "
            "node1 is now in term 2. node1 commits entries 1 to 3."
        ),
    ),
    "candidate": (
        trio(candidate("node1", current_term=2)),
        Deliver(sent(3)),
        RAFT,
        (
            "node1 steps down as candidate, installs node2's snapshot up to entry 3 and takes its"
            " state machine from it."
        ),
        (
            "It reaches entry 3 of term 1; node1's log is empty (Fig. 13, 6 to 8; §7). node1 "
            "commits entries 1 to 3."
        ),
    ),
    "late": (
        trio(holding(3, 1, applied=4)),
        Deliver(sent(2)),
        RAFT,
        "node1 has what node2's snapshot up to entry 2 covers already, and keeps its own state.",
        "node1's snapshot reaches entry 3 (Fig. 13, 5; §7).",
    ),
    "installed_sessions": (
        trio(holding(0)),
        Deliver(
            InstallSnapshot(
                "node2", "node1", 2, replace(snapshot(3), sessions=(Session(1, 2, "1"),))
            )
        ),
        RAFT,
        (
            "node1 installs node2's snapshot up to entry 3 and takes its state machine and the "
            "clients' sessions from it."
        ),
        (
            "It reaches entry 3 of term 1; node1's log is empty (Fig. 13, 6 to 8; §7). node1 "
            "commits entries 1 to 3."
        ),
    ),
    "stale": (
        trio(holding(0, current_term=3)),
        Deliver(sent(3)),
        RAFT,
        "node1 refuses node2's snapshot: it is of an old term.",
        "The message is of term 2 and node1 is in term 3 (Fig. 13, 1).",
    ),
    "answer": (
        trio(leading(3, 1)),
        Deliver(SnapshotReply("node2", "node1", 2, 3)),
        RAFT,
        "node2 has node1's snapshot; their logs agree up to index 3.",
        "Entries can follow from index 4 on (§7).",
    ),
    "answer_commits": (
        trio(replace(leading(3, 1), commit_index=3)),
        Deliver(SnapshotReply("node2", "node1", 2, 3)),
        RAFT,
        "node2 has node1's snapshot; their logs agree up to index 3.",
        "Entries can follow from index 4 on (§7).",
    ),
    "old_answer": (
        trio(leading(3, 1, match_index=by_peer(4))),
        Deliver(SnapshotReply("node2", "node1", 2, 3)),
        RAFT,
        "node1 learns nothing new from node2's answer to its snapshot.",
        (
            "record_snapshot changes nothing; node2 agrees up to index 3, and its match_index is "
            "4 (§7)."
        ),
    ),
    "answer_of_old_term": (
        trio(leading(3, 1)),
        Deliver(SnapshotReply("node2", "node1", 1, 3)),
        RAFT,
        "node1 learns nothing new from node2's answer to its snapshot.",
        "The reply is of term 1 and node1 leads term 2 (§7).",
    ),
    "answer_of_newer_term": (
        trio(leading(3, 1)),
        Deliver(SnapshotReply("node2", "node1", 5, 0)),
        RAFT,
        "node1 learns of term 5 and steps down as leader.",
        "node2's reply is of term 5 and node1 was in term 2: the newer one counts (§5.1).",
    ),
    "answer_to_a_follower": (
        trio(holding(3, 1)),
        Deliver(SnapshotReply("node2", "node1", 2, 3)),
        RAFT,
        "node1 learns nothing new from node2's answer to its snapshot.",
        "node1 is no leader: it is a follower in term 2 (§7).",
    ),
    "crash": (
        trio(holding(3, 1, applied=4)),
        Crash("node1"),
        RAFT,
        "node1 crashes.",
        (
            "The disk keeps term 2, no vote, a snapshot up to entry 3 and 1 entry; what is lost: "
            "commit_index 4, the state machine (Fig. 2, State)."
        ),
    ),
    "crash_in_compact": (
        trio(holding(0, 1, 1, applied=2)),
        Crash("node1", Compact("node1")),
        RAFT,
        "node1 crashes in the middle of a turn, before any message leaves.",
        (
            "The disk keeps term 2, no vote, a snapshot up to entry 2 and no entries; it had "
            "nothing to send (Fig. 2, State). Until then: node1 takes a snapshot up to entry 2 "
            "and discards entries 1 and 2."
        ),
    ),
    "crash_in_send": (
        trio(leading(3, 1, next_index=by_peer(1, 5))),
        Crash("node1", Replicate("node1", "node2")),
        RAFT,
        "node1 crashes in the middle of a turn, before any message leaves.",
        (
            "The disk keeps term 2, the vote for itself, a snapshot up to entry 3 and 1 entry; "
            "node1's snapshot to node2 never leaves (Fig. 2, State). Until then: node1 sends its "
            "snapshot up to entry 3 to node2."
        ),
    ),
    "restart": (
        trio(turn(holding(3, 1, applied=4), Crash("node1"))[0]),
        Restart("node1"),
        RAFT,
        "node1 restarts in term 2.",
        (
            "The disk gave back term 2, no vote, a snapshot up to entry 3 and 1 entry; "
            "commit_index is 3, as far as the snapshot reaches (Fig. 2, State)."
        ),
    ),
    "drop": (
        trio(holding(3)),
        Drop(InstallSnapshot("node1", "node2", 2, snapshot(3))),
        RAFT,
        "The network loses node1's snapshot to node2.",
        "Nobody is told; node1 can only send again when no answer comes (§5.1).",
    ),
    "drop_answer": (
        trio(holding(3)),
        Drop(SnapshotReply("node1", "node2", 2, 3)),
        RAFT,
        "The network loses node1's answer to a snapshot from node2.",
        "node2 misses this answer; node1 keeps what it wrote down (§5.1).",
    ),
    "down": (
        trio(replace(holding(0), up=False)),
        Deliver(sent(3)),
        RAFT,
        "node2's snapshot to node1 is lost: node1 is down.",
        "Nothing runs there to take it or to answer: node2 can only send again (§5.5).",
    ),
    "overlap": (
        trio(holding(3, 1)),
        Deliver(append((1, 1), 1, 1, 1, 2, term=2)),
        RAFT,
        "node1 appends entry 5.",
        "Entries 2 to 5 follow entry 1 of term 1, which node1 has discarded (§5.3).",
    ),
    "overlap_heartbeat": (
        trio(holding(3, 1)),
        Deliver(append((1, 1), term=2)),
        RAFT,
        "node1 hears a heartbeat from node2, leader of term 2.",
        "Its election timer starts anew; from now on it follows node2 (§5.2).",
    ),
    "taken_and_all_kept": (
        trio(holding(0, 1, 2, applied=1)),
        Compact("node1"),
        RAFT.but(take_snapshot=lambda n: replace(n, snapshot=snapshot(1))),
        "node1 takes a snapshot up to entry 1 and discards nothing.",
        "node1 has applied its log up to entry 1; 2 entries stay (§7).",
    ),
    "nothing": (
        trio(holding(0, 1, applied=1)),
        Compact("node1"),
        RAFT.but(take_snapshot=lambda n: n),
        "node1 takes no snapshot.",
        "take_snapshot changes nothing; last_applied is 1, and its log begins after entry 0 (§7).",
    ),
    "no_install": (
        trio(holding(0)),
        Deliver(sent(3)),
        RAFT.but(on_install_snapshot=lambda t, r: None),
        "node1 does nothing with node2's snapshot up to entry 3.",
        "The rule install_snapshot was not asked (Fig. 13).",
    ),
    "no_record": (
        trio(leading(3, 1)),
        Deliver(SnapshotReply("node2", "node1", 2, 3)),
        RAFT.but(on_snapshot_reply=lambda t, r: None),
        "node1 does nothing with the reply.",
        "The rule record_snapshot was not asked (§7).",
    ),
}


@pytest.mark.parametrize("case", SENTENCES.values(), ids=SENTENCES)
def test_what_happened_and_why(case) -> None:
    nodes, event, rules, headline, reason = case
    done = happen(nodes, event, rules)
    told = explain(done)
    assert (told.headline, told.reason) == (headline, reason)
    assert complaints(told) == []
    # The lab shows a step rule by rule, and asks after each.
    for count in range(1, len(done.firings) + 1):
        halfway = replace(done, firings=done.firings[:count])
        assert complaints(explain(halfway)) + complaints(explain_last_rule(halfway)) == []


WHOLE = InstallSnapshot("node1", "node2", 2, snapshot(3))
TAKEN = SnapshotReply("node2", "node1", 2, 3)


@pytest.mark.parametrize(
    ("message", "label", "name"),
    [
        (WHOLE, "InstallSnapshot, node1 → node2, term 2, up to 3 t1", "node1's snapshot to node2"),
        (
            TAKEN,
            "reply: snapshot, node2 → node1, term 2, match 3",
            "node2's answer to a snapshot from node1",
        ),
    ],
)
def test_a_message_by_its_name(message: Message, label: str, name: str) -> None:
    assert (say_message(message), name_message(message)) == (label, name)
    assert say_event(Deliver(message)) == label


def test_an_event_by_its_name() -> None:
    assert say_event(Compact("node2")) == "node2 takes a snapshot"
    assert say_event(Crash("node2", Compact("node2"))) == (
        "node2 crashes in the middle of: node2 takes a snapshot"
    )


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (
            (holding(0, 1, applied=1), "take_snapshot"),
            "take_snapshot changes node1: snapshot to 1; last_applied is 1, and its log begins "
            "after entry 0 (§7, Figure 12).",
        ),
        (
            (leading(3), "send_snapshot", "node2"),
            "send_snapshot: node1 sends node2 a snapshot up to entry 3, of term 1 (Fig. 13; §7).",
        ),
        (
            (holding(0), "install_snapshot", sent(1)),
            "install_snapshot changes node1: snapshot to 1, commit_index 1, last_applied 1, x1 = "
            "t1 (Fig. 13; §7).",
        ),
        (
            (holding(3), "install_snapshot", sent(1)),
            "install_snapshot changes nothing; node1's snapshot reaches entry 3 (Fig. 13; §7).",
        ),
        (
            (leading(3, next_index=by_peer(1)), "record_snapshot", TAKEN),
            "record_snapshot changes node1: match 3, next 4 for node2; node2 agrees up to index 3, "
            "and its match_index was 0 (Fig. 2, Leaders 3; §7).",
        ),
        (
            (holding(0), "recognize_leader", sent(1)),
            "recognize_leader changes node1: follows node2; node2 sends a snapshot in term 2 (Fig. "
            "2, Candidates 3).",
        ),
    ],
)
def test_a_rule_is_asked_and_explained(asked, sentence: str) -> None:
    assert explain_rule(*asked) == sentence


def test_what_a_rule_is_not_asked_about_is_said() -> None:
    with pytest.raises(TypeError, match="about a node and one AppendEntries or InstallSnapshot"):
        explain_rule(holding(0), "recognize_leader", TAKEN)
    with pytest.raises(TypeError, match="install_snapshot is asked about a node and one InstallSn"):
        explain_rule(holding(0), "install_snapshot")
