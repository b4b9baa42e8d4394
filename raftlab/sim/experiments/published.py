"""The published times on a local network beside those measured here, and why they differ.

Published are those of five servers on a real network with a broadcast time of some 15 ms, round
trip and disk write together, over 1,000 trials, 100 for timeouts of 150 ms. (Extended paper,
section 9.3; dissertation, chapter 9)
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isinf

from raftlab.sim.experiments.replacing import LATENCY
from raftlab.sim.experiments.trial import CAP
from raftlab.sim.tables import Row, aligned, say_ms

SLOW = 7.5  # ms: half the published broadcast time


@dataclass(frozen=True, slots=True)
class Line:
    """One number that was published, and what it is here; infinite for what takes over 10 s.

    Attributes:
        election_timeout: from when to when timers run out, in milliseconds.
        number: which number: the median, the mean or the worst of all trials.
        published: what it was on the real network, in milliseconds.
        here: what it is for messages that take 2 to 4 ms.
        slow: what it is for messages that take 7.5 ms.
        why: what makes the difference.
    """

    election_timeout: tuple[float, float]
    number: str
    published: float
    here: float
    slow: float
    why: str

    @property
    def label(self) -> str:
        """Which number of which timeouts."""
        low, high = self.election_timeout
        return f"{low:g}–{high:g} ms, {self.number}"


@dataclass(frozen=True, slots=True)
class Published:
    """Published numbers beside those of `crash_and_replace(lan(…))`, seed 0, line by line."""

    lines: tuple[Line, ...]

    @property
    def headline(self) -> str:
        """What the table is of."""
        return "Time without a leader on a local network: published, and here"

    @property
    def notes(self) -> tuple[str, ...]:
        """Why each line differs as it does."""
        general = (
            "Here there is no disk and no operating system: a message takes its latency, and all "
            "else takes no time. The published network has a broadcast time of 15 ms, most of it "
            "spent on disk. A write delays a vote; it does not widen the time in which votes split "
            "as a latency does. So latencies of 2 to 4 ms come near, and 7.5 ms is too slow."
        )
        return (general, *(f"{line.label}: {line.why}" for line in self.lines))

    def rows(self) -> tuple[Row, ...]:
        """The table, its head first."""
        low, high = LATENCY
        head = ("election timeout", "published", f"latency {low}–{high} ms", f"latency {SLOW} ms")
        return (
            head,
            *(
                (line.label, _say(line.published), _say(line.here), _say(line.slow))
                for line in self.lines
            ),
        )

    def __str__(self) -> str:
        """The table as text."""
        return "\n".join((self.headline, aligned(self.rows(), "  "), *self.notes))

    __repr__ = __str__


def _say(time: float) -> str:
    return f"over {say_ms(CAP)}" if isinf(time) else say_ms(time)


LAN_TABLE = Published(
    (
        Line(
            (150, 150),
            "each of 100",
            inf,
            inf,
            inf,
            "as published. All timers run out at once, time after time, and every vote splits.",
        ),
        Line(
            (150, 155),
            "median",
            287,
            303,
            1_357,
            "6 % more. The median trial takes two elections, and hangs on the latency: 2 to 3 ms "
            "give 273, 3 to 4 ms give 418. Real timers also run out unevenly by themselves.",
        ),
        Line(
            (150, 200),
            "worst of 1,000",
            513,
            801,
            825,
            "56 % more, by chance: a worst is a single trial. Eight seeds give 492 to 801.",
        ),
        Line(
            (12, 24),
            "mean",
            35,
            32.9,
            202,
            "6 % less, as nothing is written before a vote leaves.",
        ),
        Line(
            (12, 24),
            "worst of 1,000",
            152,
            138,
            973,
            "9 % less; a single trial again. Eight seeds give 113 to 160.",
        ),
    )
)
"""The local network of the extended paper, section 9.3, line by line."""
