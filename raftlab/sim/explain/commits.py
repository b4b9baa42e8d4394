"""What a leader has committed, and what keeps an entry from it: its copies, its term. (§5.4.2)

Copies are counted as the leader knows them, by its match_index.
"""

from __future__ import annotations

from raftlab.raft import Node, Role
from raftlab.sim.explain.facts import a_role, copies, majority_of
from raftlab.sim.words import capital, counted

# What Raft does is said of Raft: the rule that was asked may be a learner's own.
COUNTED_TERM = "and by counting Raft commits only a leader's own term"


def why_not_committed(node: Node, index: int) -> str | None:
    """What keeps `node` from committing its entry at `index`, in a sentence; None if it has.

    Of a leader that is the number of copies, a majority, the term of the entry and its own; what
    anyone else commits is its leader's to say. Raises TypeError for what is no node or no index,
    ValueError for an index below 1. (Fig. 2, Leaders 4; §5.4.2)
    """
    if not isinstance(node, Node):
        raise TypeError(f"why_not_committed asks a node, not {type(node).__name__}.")
    if type(index) is not int:
        raise TypeError(f"An index is a number, not {type(index).__name__}.")
    if index < 1:
        raise ValueError(f"The first entry has index 1; there is none at {index}.")
    if index <= node.commit_index:
        return None
    clause, citation = _why_not(node, index)
    return f"{capital(clause)} ({citation})."


def _why_not(node: Node, index: int) -> tuple[str, str]:
    if not node.up:
        return f"{node.name} is down, and what is committed is on no disk", "Fig. 2, State"
    if node.log.last_index < index:
        log = f"log ends at index {node.log.last_index}" if node.log.last_index else "log is empty"
        return f"{node.name}'s {log}: it has no entry {index}", "§5.3"
    if node.role is not Role.LEADER:
        told = f"and what a leader has told it to be committed ends at index {node.commit_index}"
        return f"{node.name} is {a_role(node)}, {told}", "Fig. 2, AppendEntries 5"
    ready = countable(node)
    if index <= ready:
        asked = "the paper's leader_commit_index commits up to it when next it is asked"
        return f"nothing does: {held(node, ready)}; {asked}", "Fig. 2, Leaders 4"
    if copies(node, index) < majority_of(node):
        knows = f"{spread(node, index)}, as far as {node.name} knows"
        return f"{knows}, and a majority is {majority_of(node)}", "§5.3"
    return f"{why_uncommitted(node, index)}, {COUNTED_TERM}; {own_term(node)}", "§5.4.2"


def why_uncommitted(leader: Node, index: int) -> str:
    """What keeps a leader from committing an entry beyond `countable`: its copies or its term."""
    if copies(leader, index) < majority_of(leader):
        return f"{spread(leader, index)}, and a majority is {majority_of(leader)}"
    knows = f", as far as {leader.name} knows" if leader.peers else ""
    return f"{of_old_term(leader, index)}{knows}; {leader.name} leads term {leader.current_term}"


def of_old_term(leader: Node, index: int) -> str:
    """On how many nodes an entry of a term other than the leader's is."""
    return f"entry {index} of term {leader.log.term_at(index)} {_is_on(leader, index)}"


def countable(leader: Node) -> int:
    """The last uncommitted entry of the leader's own term that a majority holds; 0 if none."""
    entries = reversed(tuple(leader.log.numbered()))
    for index, entry in entries:
        is_own = entry.term == leader.current_term and leader.commit_index < index
        if is_own and majority_of(leader) <= copies(leader, index):
            return index
    return 0


def own_term(leader: Node) -> str:
    """The first uncommitted entry of the leader's own term, and on how many nodes it is."""
    term, numbered = leader.current_term, leader.log.numbered()
    own = [i for i, entry in numbered if leader.commit_index < i and entry.term == term]
    if not own:
        return f"no entry that waits is of its own term {term}"
    return f"entry {own[0]}, the first of its own term {term}, is on {copies(leader, own[0])}"


def held(leader: Node, index: int) -> str:
    """An entry, its term, and on how many nodes it is."""
    term = leader.log.term_at(index)
    if term is None:
        of_term = f"not in {leader.name}'s log"
    else:
        own = f"{leader.name}'s own " if term == leader.current_term else ""
        of_term = f"of {own}term {term}"
    return f"entry {index}, {of_term}, {_is_on(leader, index)}"


def spread(leader: Node, index: int) -> str:
    """On how many nodes an entry is, as the leader knows it."""
    return f"entry {index} {_is_on(leader, index)}"


def _is_on(leader: Node, index: int) -> str:
    nodes = counted(len(leader.configuration.members), "node")
    return f"is on {copies(leader, index)} of {nodes}"
