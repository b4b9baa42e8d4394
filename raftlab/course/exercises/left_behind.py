"""Write the schedule that leaves a follower behind its leader's snapshot. (§7)"""

# fmt: off
from raftlab.course.schedule import ScheduleExercise, WrongRun
from raftlab.modelcheck import Bounds
from raftlab.raft import ClientCommand, Compact, Property, Replicate, Role, Scope
from raftlab.sim.acts import Arrival
from raftlab.sim.scenarios import leader_elected


def one_lacks(servers):
    nodes = [server.node for server in servers]
    for leader in (node for node in nodes if node.role is Role.LEADER):
        for node in nodes:
            if node.log.last_index < leader.log.prefix_index:
                return (f"{node.name}'s log ends with entry {node.log.last_index}, and {leader.name} has discarded its "
                        f"own up to entry {leader.log.prefix_index}.")
    return None


def missing(cluster):
    begun = {node.name: node.log.prefix_index for node in cluster.nodes if node.log.prefix_index}
    what = "; ".join(f"{name} up to entry {index}" for name, index in begun.items()) or "nobody anything"
    return f"Of its log has discarded: {what}. The leader is to have discarded an entry that a follower lacks."


SENT = ClientCommand("node1", "SET x 1"), Replicate("node1", "node2"), Arrival("node1", "node2")

EXERCISE = ScheduleExercise(
    name="left_behind", chapter="07_log_compaction", place=4, title="Left behind", stars=2, section="§7",
    task="node1 leads three servers with empty logs. Write a schedule after which the leader has discarded an entry "
    "that a follower never got.",
    start=leader_elected, goal=Property("Left behind", "§7", Scope.CLUSTER, one_lacks), missing=missing,
    bounds=Bounds(terms=0, entries=1, in_flight=2, crashes=0, compactions=1),
    wrong=(WrongRun(SENT, "After 3 events"), WrongRun((*SENT, Compact("node1")), "Line 4 cannot happen"),
           WrongRun((SENT[0], Compact("node1")), "Line 2 cannot happen")),
    nudge="What may a server discard, and what must have happened to an entry before that?",
    hint="Two of three commit. Let node1 commit an entry with one follower, and then take a snapshot.",
    scaffold='[ClientCommand("node1", "SET x 1"), Replicate("node1", ...), ..., ..., Compact("node1")]',
    explains="A majority commits, and whoever is not in it may be far behind when the leader takes its snapshot. No "
             "entries can help that one any more: it has to be sent the snapshot.",
)
