"""Predict what becomes of a request whose answer was lost. (§8; dissertation, §6.3)"""

# fmt: off
from raftlab.course.predict import Field, FormExercise
from raftlab.course.starts import answer_lost
from raftlab.raft import AskAgain, Replicate, Timeout
from raftlab.sim.acts import Arrival

ELECTED = Timeout("node2"), Arrival("node2", "node3"), Arrival("node3", "node2")
TO_NODE3 = Arrival("node2", "node3"), Arrival("node3", "node2")

EXERCISE = FormExercise(
    name="after_a_retry", chapter="06_clients", place=5, title="Asked twice, of two leaders", stars=3, section="§8",
    task="client1 has a session. node1 put its INCR count in the log, committed and applied it, and crashed; the "
    "answer was lost. node2 and node3 have the entry, as entry 2. Now node2 is elected, client1 asks it again, and "
    "all that node2, node3 and client1 send each other arrives. What is so afterwards?",
    start=answer_lost, acts=(*ELECTED, AskAgain("client1", "node2"), Arrival("client1", "node2"), *TO_NODE3,
                             Replicate("node2", "node3"), *TO_NODE3, Arrival("node2", "client1")),
    fields={
        "entries": Field("how many entries node2's log has", lambda after: after.node("node2").log.last_index,
                         "Has node2 applied entry 2 when the request comes? Where is it looked up what was carried "
                         "out before?"),
        "count": Field("the count in node2's machine, a number", lambda after:
                       int(after.node("node2").machine.get("count", "0")),
                       "In which order does node2 apply what it has, and what does its table say by then?"),
        "answer": Field("what client1 was told, a number", lambda after: int(
            after.client("client1").answers[-1].answer or 0), "What is remembered of a request beside its number?"),
    },
    nudge="What is committed, as far as node2 knows, when the request reaches it?",
    hint="By counting, a leader commits only entries of its own term. So node2 has not applied entry 2 yet, and its "
         "table of sessions does not know the request.",
    scaffold='{"entries": 3, "count": ..., "answer": ...}',
    explains="node2 cannot know yet that the request was carried out, so it appends it once more, as entry 3. That "
             "commits both. Entry 2 counts; at entry 3 the table knows the number, nothing is done, and the client is "
             "told what it should have been told the first time.",
)
