"""Write `take_snapshot`: what is applied goes, and what it came to stays. (§7, Figure 12)"""

# fmt: off
from dataclasses import replace

from raftlab.course.cases import Case, compacted, say_terms, server
from raftlab.course.rule import Mistake, Place, RuleExercise
from raftlab.course.snapshots_otherwise import cutting, has_news, taken
from raftlab.course.starts_compacting import COMPACTING, TO_COMPACT
from raftlab.raft import RAFT, FrozenMap, Session

EXERCISE = RuleExercise(
    name="take_snapshot", chapter="07_log_compaction", place=1, title="Taking a snapshot", stars=2, section="§7",
    task="Give the node with a snapshot of all that it has applied, and with a log that begins behind it. If it has "
         "applied nothing since the last one, give the node as it is.",
    cases=(*(Case(f"it has had {say_terms(*own)}, is in term {now}, and has applied {done or 'none'} and discarded "
                  f"{old or 'none'} of them", (compacted(server(*own, term=now, commit=done), old),))
        for own, now, done, old in (((1,), 1, 0, 0), ((1, 1, 1), 1, 2, 0), ((1, 2), 2, 2, 0), ((1, 1), 3, 2, 0),
                                    ((1, 2, 2), 2, 1, 0), ((1, 1, 1), 1, 2, 2), ((1, 1, 2, 2), 2, 3, 2))),
        Case("it has a client's session", (replace(server(1, commit=1), sessions=(Session(1, 1),)),)),),
    places=tuple(Place(start, COMPACTING, ()) for start in TO_COMPACT),
    asks="{where}, {node} and Raft differ. What did {node} discard, and what of that does its snapshot hold?",
    mistakes=(
        Mistake("takes the whole log", lambda n: taken(n, n.log.last_index), "Commit Within Log",
                "{node} discarded an entry that it had not applied. Where is it now?"),
        Mistake("discards what is behind it", cutting, "Leader Append-Only",
                "{node} had an entry that is not in the snapshot. Why did that one go?"),
        Mistake("leaves the machine out", lambda n: taken(n, n.last_applied, machine=FrozenMap()) if has_news(n) else n,
                "Snapshot Is Prefix", "The entries are gone. What had they come to, and where is that kept by {node}?"),
        Mistake("leaves the sessions out", lambda n: taken(n, n.last_applied, sessions=()) if has_news(n) else n,
                "Snapshot Is Prefix", "{node} crashes, and a client asks again. How does {node} know what is done?"),
        Mistake("dates it by its own term", lambda n: taken(n, n.last_applied, n.current_term) if has_news(n) else n,
                "Committed Log Append-Only", "Of which term was the last entry to go? In which term is {node}?"),
        Mistake("saves nothing", lambda node: replace(RAFT.take_snapshot(node), snapshot=node.snapshot),
                "Snapshot Covers Discarded", "{node} discarded entries. What is to give them back after a crash?"),
        Mistake("discards nothing", lambda node: replace(RAFT.take_snapshot(node), log=node.log), "Nothing broke",
                "{node} has a snapshot now, and its log is as long as before. What was the snapshot for?"),
        Mistake("takes one of nothing", lambda n: taken(n, n.last_applied), "Nothing broke",
                "{node} has applied nothing that it has not discarded. What would a new snapshot have that none has?"),
    ),
    alternatives=(lambda n: taken(n, n.last_applied) if has_news(n) else n,),
    nudge="A snapshot is what the entries came to. Up to which entry has the machine got?",
    hint="Nothing beyond last_applied may go. The term of the last entry that goes must be read before it is gone.",
    scaffold="def take_snapshot(node):\n    index = node.last_applied\n    term = ...\n    if index == ...:\n"
             "        return node\n    snapshot = Snapshot(index, term, ..., ..., ...)\n"
             "    return replace(node, snapshot=snapshot, log=...)",
    explains="Machine and sessions are what went comes to; by the term of its last entry the next one is checked.",
)
