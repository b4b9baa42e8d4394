"""Write a schedule in which two nodes lead at once, and nothing breaks. (§5.1, §5.2)"""

# fmt: off
from raftlab.course.schedule import ScheduleExercise, WrongRun
from raftlab.modelcheck import Bounds
from raftlab.raft import Heartbeat, Property, Role, Scope, Timeout
from raftlab.sim.acts import Arrival
from raftlab.sim.scenarios import fresh
from raftlab.sim.words import listed


def leading(nodes):
    return [
        f"{node.name} (term {node.current_term})"
        for node in nodes
        if node.up and node.role is Role.LEADER
    ]


def two_lead(servers):
    found = leading(server.node for server in servers)
    return (
        f"{listed(found)} lead at once, each in a term of its own: no harm is done."
        if len(found) > 1
        else None
    )


N1_WINS = (Timeout("node1"), Arrival("node1", "node2"), Arrival("node2", "node1"))

EXERCISE = ScheduleExercise(
    name="two_leaders", chapter="02_leader_election", place=7, title="Two leaders at once", stars=2,
    section="§5.1, §5.2", task="Three nodes have just been switched on. Write the events that lead to two nodes "
    "being leader at the same time.",
    start=fresh, goal=Property("Two leaders", "§5.1", Scope.CLUSTER, two_lead),
    missing=lambda cluster: f"Leading at the end: {listed(leading(cluster.nodes))}. Two are wanted.",
    bounds=Bounds(terms=2, entries=0, in_flight=3, crashes=0, depth=8),
    wrong=(WrongRun(N1_WINS, "After 3 events"), WrongRun((*N1_WINS, Arrival("node3", "node2")), "Line 4 cannot happen"),
           WrongRun((*N1_WINS, Heartbeat("node1"), Timeout("node2"), Arrival("node2", "node1")), "After 6 events")),
    nudge="One leader a term. So the two lead different terms, and one of them has not heard of the other.",
    hint="Let node1 win with the vote of one node. Who can then elect another leader without a message to node1?",
    scaffold='[Timeout("node1"), Arrival("node1", "node2"), Arrival("node2", "node1"), Timeout(...), ..., ...]',
    explains="A leader learns from messages that its term is over, and messages may be slow. It can harm nobody "
             "meanwhile: a majority has moved on to the later term and refuses what it sends.",
)
