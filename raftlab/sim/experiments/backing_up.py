"""How often Figure 7's followers refuse under each way to back up. (§5.3)"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from raftlab.raft import Rules
from raftlab.raft.backing_up import BACKING_UP
from raftlab.sim.repair import figure_7_costs
from raftlab.sim.tables import Row, aligned


@dataclass(frozen=True, slots=True)
class BackingUp:
    """How often each follower of Figure 7 refused before its log was the leader's.

    Attributes:
        refusals: under the name of each way, how many of each follower.
    """

    refusals: Mapping[str, Mapping[str, int]]

    @property
    def headline(self) -> str:
        """What was counted."""
        return "Refusals before each follower of Figure 7 has the leader's log"

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the numbers must know besides."""
        return ("Each refusal is a request and an answer more before any entry is accepted.",)

    def rows(self) -> tuple[Row, ...]:
        """The table, its head first: a row for each way, a column for each follower."""
        letters = next(iter(self.refusals.values()), {})
        head = ("the leader goes back", *(f"({letter})" for letter in letters), "all")
        rows = (
            (way, *map(str, counts.values()), str(sum(counts.values())))
            for way, counts in self.refusals.items()
        )
        return (head, *rows)

    def __str__(self) -> str:
        """The table as text."""
        return "\n".join((self.headline, aligned(self.rows(), "  "), *self.notes))

    __repr__ = __str__


def compare_backing_up(ways: Mapping[str, Rules] = BACKING_UP) -> BackingUp:
    """Repair each follower of Figure 7 under each way to back up, and count the refusals.

    Args:
        ways: rules by the name of the way: `{"mine": RAFT.but(back_up=back_up)}` counts your own.

    Raises TypeError for what are no rules by name, ValueError if a log is not repaired under them.
    """
    if not isinstance(ways, Mapping) or not all(isinstance(one, Rules) for one in ways.values()):
        raise TypeError(
            f'Ways to back up are rules by name, as in {{"mine": RAFT.but(…)}}, not {ways!r}.'
        )
    return BackingUp(
        {
            way: {letter: cost.refusals for letter, cost in costs.items()}
            for way, costs in figure_7_costs(ways).items()
        }
    )
