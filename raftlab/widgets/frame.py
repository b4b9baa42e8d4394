"""One moment as the lab shows it: a value, for the stage to put on the screen."""

from __future__ import annotations

from dataclasses import dataclass

from raftlab.raft import Cluster, Step
from raftlab.sim.explain import Explanation
from raftlab.sim.history import History


@dataclass(frozen=True, slots=True)
class Light:
    """One property: whether it holds now, and the sentence that broke it if not."""

    name: str
    sentence: str | None


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything that is shown of one moment, but for the picture, which is drawn from it.

    `breaks` says where the shown line breaks a property, or nothing. `moment` is the number of the
    moment, None in the middle of a step, and `parent` that of the one before.
    """

    title: str
    cluster: Cluster
    step: Step | None
    explanation: Explanation
    position: str
    lights: tuple[Light, ...]
    notice: str = ""
    breaks: str = ""
    moment: int | None = None
    parent: int | None = None


OPENING = Explanation(
    "The run begins here.",
    "Nothing has happened yet. Step, or choose what happens first.",
    "",
    (),
)


def lights(history: History) -> tuple[Light, ...]:
    """Every property of a run as it stands now.

    Once broken, a property stays so: what was shown to a client cannot be taken back.
    """
    broken: dict[str, str] = {}
    for place, moment in enumerate(history.path(history.now.number)):
        for violation in moment.violations:
            sentence = f"broken at event {place}: {violation.sentence}"
            broken.setdefault(violation.property.name, sentence)
    return tuple(Light(p.name, broken.get(p.name)) for p in history.properties)
