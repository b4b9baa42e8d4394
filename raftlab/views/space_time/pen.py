"""What draws space and time: strokes and signs on a sheet, links to moments, paler colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from raftlab.views.lanes import Point
from raftlab.views.palette import Theme
from raftlab.views.sheet import Sheet
from raftlab.views.space_time.layout import Scene
from raftlab.views.space_time.marks import say_moment

# The alpha of what lies ahead, and of what is only there to be pointed at.
PALE = "73"
UNSEEN = "01"
PLAIN: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Pen:
    """A sheet, what is drawn on it, and the name of the box that every stroke is tied to."""

    sheet: Sheet
    scene: Scene
    hub: str

    @property
    def theme(self) -> Theme:
        """The colours."""
        return self.sheet.theme

    def pale(self, colour: str) -> str:
        """A colour as it is ahead of now."""
        return colour + PALE

    def shade(self, colour: str, place: int) -> str:
        """A colour as it is at the event at `place`: paler if that is still to come."""
        return self.pale(colour) if self.scene.ahead(place) else colour

    def link(self, place: int) -> dict[str, str]:
        """What makes a sign lead to the moment at `place`, and say what happened there."""
        moment = self.scene.line[place]
        return {"URL": f"#moment-{moment.number}", "tooltip": say_moment(place, moment)}

    def line(
        self, start: Point, end: Point, colour: str, width: float, look: Mapping[str, str] = PLAIN
    ) -> None:
        """A straight stroke."""
        (x0, y0), (x1, y1) = start, end
        dx, dy = (x1 - x0) / 3, (y1 - y0) / 3
        path = [start, (x0 + dx, y0 + dy), (x1 - dx, y1 - dy), end]
        self.curve(path, colour, width, look)

    def curve(
        self,
        path: Sequence[Point],
        colour: str,
        width: float,
        look: Mapping[str, str],
        tip: Point | None = None,
    ) -> None:
        """A stroke along a Bézier curve, with a head from its end to `tip`."""
        rounded = [(round(x, 1), round(y, 1)) for x, y in path]
        attributes = {"color": colour, "penwidth": f"{width:g}", **look}
        self.sheet.arrow(self.hub, self.hub, rounded, attributes, tip)

    def disc(self, x: float, y: float, radius: float, **look: str) -> None:
        """A circle."""
        self.sheet.box(x - radius, y - radius, 2 * radius, 2 * radius, shape="circle", **look)
