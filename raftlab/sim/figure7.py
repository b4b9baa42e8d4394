"""Figure 7 of the paper, reached from a fresh cluster by events that can happen.

It is told in reigns: who wins which term, by whose votes, and whom each entry then reaches.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from raftlab.raft import ClientCommand, Cluster, Crash, Replicate, Restart, Role, Timeout
from raftlab.sim.acts import Arrival
from raftlab.sim.history import History
from raftlab.sim.script import deliver_among, lose_the_rest, perform

# Figure 7's servers: the leader at the top, and the possible followers (a) to (f).
IN_FIGURE_7 = {letter: f"node{number}" for number, letter in enumerate("Labcdef", start=1)}

# The reigns between term 1 and term 8 that leave one follower with its log, where there are but the
# leader, that follower, and a helper H: the leader, the term, and whom each entry reaches.
REIGNS: dict[str, tuple[tuple[str, int, tuple[str, ...]], ...]] = {
    "a": (("H", 4, ("La", "La")), ("L", 5, ("Ha", "Ha")), ("H", 6, ("La", "La", "L"))),
    "b": (("H", 4, ("Lb", "L")), ("L", 5, ("H", "H")), ("H", 6, ("L", "L", "L"))),
    "c": (("H", 4, ("Lc", "Lc")), ("L", 5, ("Hc", "Hc")), ("c", 6, ("LH", "LH", "LH", ""))),
    "d": (
        ("H", 4, ("Ld", "Ld")),
        ("L", 5, ("Hd", "Hd")),
        ("H", 6, ("Ld", "Ld", "Ld")),
        ("d", 7, ("", "")),
    ),
    "e": (("e", 4, ("LH", "LH", "", "")), ("L", 5, ("H", "H")), ("H", 6, ("L", "L", "L"))),
    "f": (
        ("f", 2, ("",) * 3),
        ("f", 3, ("",) * 5),
        ("H", 4, ("L", "L")),
        ("L", 5, ("H", "H")),
        ("H", 6, ("L", "L", "L")),
    ),
}


def figure_7(letter: str | None = None) -> History:
    """Figure 7: node1 has just come to power in term 8; node2 to node7 hold the logs (a) to (f).

    With a letter there are three nodes: node2 holds that log, and node3 the leader's. Raises
    ValueError for another letter. (§5.3)
    """
    if letter is None:
        return _with_all_six()
    if letter not in REIGNS:
        raise ValueError(f"Figure 7 has the followers a to f, no follower {letter!r}.")
    servers = {"L": "node1", letter: "node2", "H": "node3"}
    history = History(Cluster.of(*servers.values()), title=f"Figure 7 ({letter})")
    everyone = f"L{letter}H"
    to_others = (f"{letter}H",) * 3
    for leader, term, reached in (("L", 1, to_others), *REIGNS[letter], ("L", 8, ())):
        _reign(history, servers, leader, term, everyone.replace(leader, ""), *reached)
    history.mark(f"({letter}) node1 leads term 8, and knows nothing yet of node2's log.")
    return history


def _with_all_six() -> History:
    history = History(Cluster.of(*IN_FIGURE_7.values()), title="Figure 7")
    reign, stop = partial(_reign, history, IN_FIGURE_7), partial(_stop, history)
    reign("L", 1, "abcdef", *["abcdef"] * 3)
    # (f) leads terms 2 and 3, and nobody hears of its entries.
    reign("f", 2, "Labcde", *[""] * 3)
    reign("f", 3, "Labcde", *[""] * 5)
    stop("f")
    # (e) leads term 4; then (b) stops with its first entry, and the last two reach nobody.
    reign("e", 4, "Labcd", "Labcd", "Lacd", "", "")
    stop("e", "b")
    reign("L", 5, "acd", "acd", "acd")
    # (c) leads term 6; its third entry misses (a), its fourth everyone.
    reign("c", 6, "Lad", "Lad", "Lad", "Ld", "")
    stop("c")
    perform(history, Restart("node3"))
    # (d) leads term 7, and nobody hears of its entries either.
    reign("d", 7, "Lab", "", "")
    stop("d")
    perform(history, *(Restart(IN_FIGURE_7[letter]) for letter in "cdef"))
    reign("L", 8, "abef")
    history.mark("Figure 7: node1 leads term 8, and knows nothing yet of the others' logs.")
    return history


def _reign(
    history: History, servers: Mapping[str, str], letter: str, term: int, asked: str, *reached: str
) -> None:
    """A server wins `term`, for which it asks `asked`; none of its heartbeats arrives.

    Then it takes a command for each of `reached`, and copies it to the servers named there.
    """
    leader = servers[letter]
    _stand(history, leader, term)
    ballots = [Arrival(leader, servers[voter]) for voter in asked]
    answers = [Arrival(servers[voter], leader) for voter in asked]
    perform(history, *ballots, *answers)
    lose_the_rest(history)
    for letters in reached:
        peers = [servers[letter] for letter in letters]
        index = history.cluster.node(leader).log.last_index + 1
        perform(history, ClientCommand(leader, f"SET x {index}"))
        perform(history, *(Replicate(leader, peer) for peer in peers))
        deliver_among(history, leader, *peers)


def _stand(history: History, name: str, term: int) -> None:
    """A server stands for `term`; nobody hears of its attempts in the terms before."""
    if history.cluster.node(name).role is Role.LEADER:
        # A leader has no election timer: it must first forget that it leads.
        perform(history, Crash(name), Restart(name))
    while history.cluster.node(name).current_term < term:
        lose_the_rest(history)
        perform(history, Timeout(name))


def _stop(history: History, *letters: str) -> None:
    perform(history, *(Crash(IN_FIGURE_7[letter]) for letter in letters))
