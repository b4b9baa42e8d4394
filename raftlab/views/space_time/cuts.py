"""Who is cut off, from when to when: a dashed box around a lifeline.

Where only one way is cut, a dashed line under the lifeline of whom nobody hears.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from raftlab.raft import Cluster
from raftlab.sim.words import listed
from raftlab.views.lanes import Point
from raftlab.views.space_time.layout import Scene
from raftlab.views.space_time.pen import Pen

OFF = 12
WIDTH = 1.25
DASHED = {"style": "dashed"}
Part = tuple[tuple[int, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class CutOff:
    """Nodes that are cut off from all others; or a node, and whom it cannot reach any more.

    `end` is the event that healed it, or None if it outlasts the window; `start` the one that did
    it, or the first of the window.
    """

    rows: tuple[int, ...]
    unreached: tuple[str, ...]
    start: int
    end: int | None

    def words(self, names: Sequence[str]) -> str:
        """What is the matter, in a few words."""
        who = listed(names[row] for row in self.rows)
        if self.unreached:
            return f"{who} cannot reach {listed(self.unreached)}"
        return f"{who} cut off"


def cuts(scene: Scene) -> tuple[CutOff, ...]:
    """Everything that is cut at some time within the window."""
    begun: dict[Part, int] = {}
    over: list[CutOff] = []
    links: tuple[tuple[str, str], ...] = ()
    for place in range(scene.window.first, scene.window.last + 1):
        cluster = scene.line[place].cluster
        if cluster.cut == links:
            continue
        links, parts = cluster.cut, _parts(cluster)
        over += [CutOff(*part, begun.pop(part), place) for part in [*begun] if part not in parts]
        for part in parts:
            begun.setdefault(part, place)
    over += [CutOff(*part, start, None) for part, start in begun.items()]
    return tuple(sorted(over, key=lambda one: (one.start, one.rows)))


def _parts(cluster: Cluster) -> list[Part]:
    """The groups that are cut off, all but the largest, and who does not reach whom in a group."""
    if not cluster.cut:
        return []
    names, cut = cluster.names, set(cluster.cut)
    groups = _groups(cluster)
    # Of two as large, the one that has the first node is shown as cut off.
    main = max(groups, key=lambda group: (len(group), min(group)))
    found: list[Part] = [(tuple(sorted(group)), ()) for group in groups if group != main]
    for group in groups:
        for row in sorted(group):
            unreached = tuple(names[o] for o in sorted(group) if (names[row], names[o]) in cut)
            if unreached:
                found.append(((row,), unreached))
    return found


def _groups(cluster: Cluster) -> list[set[int]]:
    """The nodes by their rows, together if any link between them carries messages some way."""
    cut = set(cluster.cut)
    groups: list[set[int]] = []
    for row, name in enumerate(cluster.names):
        joined = [
            group
            for group in groups
            for other in (cluster.names[o] for o in group)
            if (name, other) not in cut or (other, name) not in cut
        ]
        groups = [group for group in groups if group not in joined]
        groups.append({row}.union(*joined))
    return groups


def draw_cuts(pen: Pen, found: Sequence[CutOff]) -> None:
    """Draw the boxes and the lines; what of them lies ahead is paler."""
    scene = pen.scene
    now = scene.scale.x(scene.now) if scene.now < scene.events else scene.open_end
    for one in found:
        for (x0, y0), (x1, y1) in outline(scene, one):
            middle = min(max(now, x0), x1)
            if x0 < middle or x0 == x1 <= now:
                pen.line((x0, y0), (middle, y1), pen.theme.bad, WIDTH, DASHED)
            if middle < x1 or now < x0 == x1:
                pale = pen.pale(pen.theme.bad)
                pen.line((middle, y0), (x1, y1), pale, WIDTH, DASHED)


def outline(scene: Scene, one: CutOff) -> Iterator[tuple[Point, Point]]:
    """The edges of the boxes of what is cut off, those of each lying side by side in one box."""
    scale = scene.scale
    left = scale.x(one.start)
    right = scene.open_end if one.end is None else scale.x(one.end)
    for top, bottom in _together(one.rows):
        y0, y1 = scale.y(top) - OFF, scale.y(bottom) + OFF
        if one.unreached:
            yield (left, y1), (right, y1)
            y0 = y1 - 5
        else:
            yield (left, y0), (right, y0)
            yield (left, y1), (right, y1)
        # What began before the window, or goes on after it, is open there.
        if scene.window.first < one.start:
            yield (left, y0), (left, y1)
        if one.end is not None:
            yield (right, y0), (right, y1)


def _together(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The rows that lie side by side, as the first and the last of each group."""
    for _, group in groupby(enumerate(rows), key=lambda one: one[1] - one[0]):
        found = [row for _, row in group]
        yield found[0], found[-1]
