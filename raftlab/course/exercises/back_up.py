"""Write `back_up`, the fast one: a whole term at a time. (§5.3; dissertation, §3.5)"""

# fmt: off
from dataclasses import replace

from raftlab.course.cases import Case, leader, refusal, say_terms, server
from raftlab.course.rule import Mistake, Place, RuleExercise
from raftlab.course.starts import NARROW, NO_RESTART, later_is_shorter
from raftlab.raft import RAFT
from raftlab.raft.backing_up import back_up_by_term, back_up_to_last_index
from raftlab.sim.scenarios import deposed_leader

EXERCISE = RuleExercise(
    name="back_up", chapter="03_log_replication", place=7, title="A whole term at a time", stars=3, section="§5.3",
    task="A refusal has arrived at `node`. Give the node with a lower next_index for `reply.sender`: the first index "
         "of the term in the way, `reply.conflict_index`, or if that is 0, what follows `reply.last_log_index`; but no "
         "index known to match. A refusal of another term, or of what was not sent last, changes nothing.",
    measure=back_up_by_term, places=(Place(later_is_shorter, NO_RESTART), Place(deposed_leader, NARROW)),
    cases=(
        *(Case(f"the leader of term 8 has {say_terms(*own)}, for node1 match_index {match} and next_index {at}, and "
               f"node1 refuses what follows {prev}, in term {of}: its log ends at {last}" + (
                   f", with term {term} from {first} on" if first else ""),
               (leader(*own, match=(match, 0), sends=(at,), term=8), refusal(prev, last, of, (first, term))))
          for own, match, at, of, prev, last, first, term in (
              ((1, 1, 4, 8), 0, 4, 8, 3, 1, 0, 0), ((1, 1, 4, 8), 0, 4, 8, 3, 4, 3, 2),
              ((1, 4, 4, 4, 8), 0, 5, 8, 4, 6, 2, 3), ((1, 1, 4, 8), 0, 4, 7, 3, 1, 0, 0),
              ((1, 1, 1, 4, 4, 8), 0, 4, 8, 5, 7, 5, 3), ((1, 1, 4, 8), 1, 2, 8, 1, 0, 0, 0))),
        Case("it leads no more, and a refusal of the term before arrives", (server(1, 1, term=9), refusal(2, 0)))),
    asks="{where}, {node} goes back to another index than it might. What has {other} said about its log?",
    mistakes=(
        Mistake("never goes back", lambda n, r: n, "Safe, and unavailable",
                "{node} sends the same again and again. What will {other} say to it?"),
        Mistake("goes back one at a time", RAFT.back_up, "Nothing broke", "That is Figure 2's way. "
                "How often does {other} refuse, if a whole term of its own stands in the way?"),
        Mistake("goes back to the end of a short log alone", back_up_to_last_index, "Nothing broke",
                "{other}'s log is long enough, and its term there is not {node}'s. How far may that reach?"),
        Mistake("heeds old refusals", lambda n, r: back_up_by_term(replace(n, next_index=n.next_index.set(
                r.sender, r.prev_log_index + 1)), r) if n.next_index and n.current_term == r.term else n,
                "Nothing broke", "{other} refused what {node} sent some time ago. What has {node} sent since?")),
    alternatives=(lambda n, r: n if n.role.value != "leader" or (r.term, r.prev_log_index + 1) != (
        n.current_term, n.next_index[r.sender]) else replace(n, next_index=n.next_index.set(r.sender, max(
            n.match_index[r.sender], (r.conflict_index or r.last_log_index + 1) - 1) + 1)),),
    nudge="First, which refusals count? A leader, its term, and the place that it has sent last decide.",
    hint="Then two cases, told apart by conflict_index. And next_index never falls to match_index.",
    scaffold="def back_up(node, reply):\n    if node.role.value != 'leader' or reply.term != ...:\n        return "
             "node\n    if reply.prev_log_index != ...:\n        return node\n    index = max(..., ...)\n"
             "    return replace(node, next_index=node.next_index.set(reply.sender, index))",
    explains="Of a term that the leader lacks there, no entry can agree: so all of it is passed over at once. Where "
             "the leader has that term, too, it may go back further than need be, which is only slow.",
)
