"""Famous runs: each stands where its story begins, with the story ahead and notes where to look.

Whatever happens in one can really happen, from nodes that have just been switched on; and it is
the same each time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from raftlab.sim.gallery_by_clock import bad_network, leader_crash
from raftlab.sim.gallery_clients import stale_read
from raftlab.sim.gallery_figures import figure_7, figure_8, figure_8_by_counting
from raftlab.sim.gallery_stories import (
    late_replies,
    lost_vote,
    one_way,
    split_vote,
    stale_leader,
    two_against_three,
)
from raftlab.sim.history import History


@dataclass(frozen=True, slots=True)
class Famous:
    """A famous run: its title, one sentence on what to see, and what makes it."""

    title: str
    see: str
    make: Callable[[], History]

    def history(self) -> History:
        """The run, standing where its story begins: the same each time, and each time a new one."""
        history = self.make()
        history.title = self.title
        return history


GALLERY: dict[str, Famous] = {
    "split_vote": Famous(
        "A split vote",
        "Three stand for one term and nobody gets a majority; in the next term one stands "
        "alone and wins (§5.2).",
        split_vote,
    ),
    "leader_crash": Famous(
        "A leader crashes, by the clock",
        "The followers wait in vain for a heartbeat until one of them stands and leads, and "
        "whoever led before comes back to follow (§5.2).",
        leader_crash,
    ),
    "stale_leader": Famous(
        "A stale leader",
        "A leader that is cut off still takes commands, but nothing of it is committed, and "
        "it gives way once it hears of the later term (§5.1, §5.3).",
        stale_leader,
    ),
    "two_against_three": Famous(
        "Two against three",
        "Of five nodes cut into two and three, the three go on; the two elect nobody, but "
        "their term rises and unseats the leader once the links mend (§5.1, §5.4.1).",
        two_against_three,
    ),
    "one_way": Famous(
        "A link that fails one way",
        "A node that no longer hears the leader, but is heard, becomes the leader itself; "
        "answers that are lost leave it in doubt, and do no harm (§5.2, §5.3).",
        one_way,
    ),
    "late_replies": Famous(
        "A reply twice, and a reply too late",
        "A vote that arrives twice counts once, and a late reply does not lower what a leader "
        "knows of a follower (§5.2, §5.3).",
        late_replies,
    ),
    "bad_network": Famous(
        "A bad network, by the clock",
        "A fifth of the messages is lost, another copied, another held back, and all the same "
        "every node commits the same three entries (§5.3, §5.5).",
        bad_network,
    ),
    "figure_7": Famous(
        "Figure 7",
        "A new leader backs up, refusal by refusal, to where each follower agrees with it, "
        "and makes six different logs its own (§5.3).",
        figure_7,
    ),
    "figure_8": Famous(
        "Figure 8",
        "An old entry on three of five is not committed and can be replaced, as in (d); once "
        "an entry of the leader's own term is on three of five, it cannot, as in (e) on the "
        "other branch (§5.4.2).",
        figure_8,
    ),
    "figure_8_by_counting": Famous(
        "Figure 8, had it been committed by counting",
        "A leader that takes an old entry for committed because three of five hold it loses "
        "it to the next leader: Leader Completeness and State Machine Safety break (§5.4.2).",
        figure_8_by_counting,
    ),
    "stale_read": Famous(
        "A stale leader's read",
        "A leader that was deposed and does not know it answers a read at once, with what is no "
        "longer so: One Store breaks (§8).",
        stale_read,
    ),
    "lost_vote": Famous(
        "A lost vote",
        "A node that forgets in a crash for whom it voted votes once more in the same term: "
        "two nodes lead it, and Election Safety breaks (Fig. 2, State; §5.2).",
        lost_vote,
    ),
}
