"""Write `install_snapshot`: a newer one replaces what it covers, an old one nothing. (Fig. 13; §7)"""

# fmt: off
from raftlab.course.cases import Case, compacted, installs, say_terms, server
from raftlab.course.rule import Mistake, Place, RuleExercise
from raftlab.course.snapshots_otherwise import agrees, forgetting, installed, is_newer, rewound
from raftlab.course.starts_compacting import (
    AN_ENTRY,
    AN_ENTRY_NO_RESTART,
    ARRIVING,
    COMMITS,
    alone_with_node3,
    conflicting,
    snapshot_outlived,
    snapshot_overtaken,
    snapshot_to_send,
)

EXERCISE = RuleExercise(
    name="install_snapshot", chapter="07_log_compaction", place=7, title="Installing a snapshot", stars=3,
    section="Fig. 13; §7", task="Give the node with the leader's snapshot in place of what that covers. If its own log "
    "begins as late as that already, give it as it is.",
    cases=tuple(
        Case(f"it has had {say_terms(*own)}, has applied {done or 'none'} and discarded {old or 'none'} of them, and "
             f"the snapshot is of {say_terms(*of)}", (compacted(server(*own, term=3, commit=done), old), installs(*of)))
        for own, done, old, of in (
            ((), 0, 0, (1, 1)), ((1,), 1, 0, (1, 1)), ((1, 1), 0, 0, (1, 1)), ((1, 1, 1), 1, 0, (1, 1)),
            ((1, 1, 1), 1, 0, (1, 2)), ((1, 1, 1), 3, 2, (1, 1)), ((1, 1, 1), 3, 2, (1,)))),
    places=(*(Place(start, ARRIVING, ()) for start in (snapshot_outlived, snapshot_overtaken, conflicting)),
            Place(snapshot_to_send, AN_ENTRY, ()), Place(alone_with_node3, AN_ENTRY_NO_RESTART, COMMITS)),
    asks="{where}, {node} and Raft differ. What did {node} have already, and what does the snapshot cover of it?",
    mistakes=(
        Mistake("takes an old one for new", rewound, "Committed Log Append-Only",
                "{node} had more than the snapshot when it came. By what can it tell that one is old?"),
        Mistake("discards what follows and agrees", lambda n, r: installed(n, r) if is_newer(n, r) else n,
                "Commit Within Log", "{node} had an entry behind the snapshot. Did it conflict with anything?"),
        Mistake("keeps what follows a conflict", lambda n, r: installed(n, r, keeps=True) if is_newer(n, r) else n,
                "Nothing broke", "{node} kept what stood behind an entry of another term. Built on what?"),
        Mistake("forgets last_applied", forgetting("last_applied"), "Commit Within Log",
                "Which entry would {node} apply next, and where is it?"),
        Mistake("forgets the machine", forgetting("machine"), "State Machine Is Fold",
                "{node} counts those entries as applied. What had they come to?"),
        Mistake("forgets commit_index", forgetting("commit_index"), "Commit Within Log",
                "A snapshot holds only what is committed. What does that tell {node}?"),
        Mistake("takes none", lambda n, r: n, "Safe, and unavailable", "Where else is what the leader has discarded?"),
    ),
    alternatives=(lambda n, r: installed(n, r, agrees(n, r)) if is_newer(n, r) else n,),
    nudge="Three things can be so: the snapshot is old, the log goes on behind it and agrees with it, or neither.",
    hint="Old is what reaches no further than the log's discarded part. What follows the snapshot stays only if the "
         "log's own entry at its end is of the same term.",
    scaffold="def install_snapshot(node, request):\n    snapshot, index = request.snapshot, ...\n    if index <= ...:\n"
             "        return node\n    node = replace(node, snapshot=snapshot, log=...)\n    if index <= ...:\n        "
             "return node\n    return replace(node, machine=..., last_applied=..., commit_index=...)",
    explains="A late snapshot must take nothing back: an old one is passed over, and what follows stays unless it is "
             "another's. `resume_from` takes machine, configuration, last_applied and commit_index from the snapshot.",
)
