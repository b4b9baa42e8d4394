"""A leader that begins its term with an entry of its own, which changes no machine. (§8)

By counting, a leader commits only entries of its own term. Until it has one, nothing that former
leaders left is known to be committed, and no read can be served: not before a client happens to
send a command. The paper's `become_leader` in Figure 2 appends nothing; §8 has it append a no-op.
"""

from __future__ import annotations

from dataclasses import replace

from raftlab.raft.election import become_leader
from raftlab.raft.log import Entry
from raftlab.raft.node import Node
from raftlab.raft.rules import RAFT


def become_leader_with_no_op(node: Node) -> Node:
    """Lead the current term, and begin it with an entry that has no command. (§8)"""
    leader = become_leader(node)
    return replace(leader, log=leader.log.append(Entry(leader.current_term, None)))


WITH_NO_OP = RAFT.but(become_leader=become_leader_with_no_op)
