"""One moment as the lab shows it: a value, for the stage to put on the screen."""

from __future__ import annotations

from dataclasses import dataclass

from raftlab.raft import Cluster, Step
from raftlab.sim.explain import Explanation


@dataclass(frozen=True, slots=True)
class Light:
    """One property: whether it holds now, and the sentence that broke it if not."""

    name: str
    sentence: str | None


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything that is shown of one moment, but for the picture, which is drawn from it."""

    title: str
    cluster: Cluster
    step: Step | None
    explanation: Explanation
    position: str
    lights: tuple[Light, ...]
    notice: str = ""
