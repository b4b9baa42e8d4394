"""A still picture of a cluster, for wherever nothing runs: GitHub, nbviewer, a printed page."""

from __future__ import annotations

from base64 import b64encode
from html import escape

from raftlab.raft import Cluster, Step
from raftlab.views.cluster_dot import cluster_dot
from raftlab.views.draw import NoEngine, NotDrawn, svg
from raftlab.views.layout import MEDIUM, Layout
from raftlab.views.palette import LIGHT, Theme
from raftlab.views.text import alt, describe

MARGIN = 8


def still(
    cluster: Cluster,
    step: Step | None = None,
    headline: str = "",
    reason: str = "",
    theme: Theme = LIGHT,
    *,
    columns: int | None = None,
    layout: Layout = MEDIUM,
) -> dict[str, str]:
    """A cluster as a mimebundle: an `<img>` with its caption as HTML, the text view as plain text.

    `step` is what led here, `headline` and `reason` say so in words. The picture stands on a
    ground of its own, so that it can be read on any page, and its alternative text says what
    it shows. Where there is nothing to draw with, the HTML holds the text view and the remedy.
    """
    words = describe(cluster, step)
    # The text view of a step already says what happened.
    told = () if step else (headline, reason)
    plain = "\n\n".join(part for part in (*told, words) if part)
    try:
        drawn = svg(cluster_dot(cluster, step, columns=columns, layout=layout, theme=theme))
    except (NoEngine, NotDrawn) as error:
        body = f"<pre>{escape(words)}</pre><p>{escape(str(error))}</p>"
    else:
        body = _image(on_ground(drawn, theme), alt(cluster, step))
    caption = _caption(headline, reason)
    return {"text/html": f'<figure style="margin:0">{body}{caption}</figure>', "text/plain": plain}


def on_ground(drawn: str, theme: Theme) -> str:
    """An SVG with a margin and a ground in the theme's colour: it can stand on any page."""
    head, _, rest = drawn.partition(">")
    width, height = (
        float(head.split(f'{side}="')[1].split('"')[0]) for side in ("width", "height")
    )
    wide, high = width + 2 * MARGIN, height + 2 * MARGIN
    head = head.replace(
        f'width="{width:g}" height="{height:g}"', f'width="{wide:g}" height="{high:g}"'
    )
    head = head.replace(f'"0 0 {width:g} {height:g}"', f'"{-MARGIN} {-MARGIN} {wide:g} {high:g}"')
    ground = (
        f'<rect x="{-MARGIN}" y="{-MARGIN}" width="{wide:g}" height="{high:g}" '
        f'fill="{theme.panel}"/>'
    )
    return f"{head}>{ground}{rest}"


def _image(drawn: str, words: str) -> str:
    data = b64encode(drawn.encode()).decode()
    return (
        f'<img alt="{escape(words, quote=True)}" style="max-width:100%" '
        f'src="data:image/svg+xml;base64,{data}">'
    )


def _caption(headline: str, reason: str) -> str:
    parts = [f"<strong>{escape(headline)}</strong>"] if headline else []
    parts += [escape(reason)] if reason else []
    return f"<figcaption>{' '.join(parts)}</figcaption>" if parts else ""
