"""A drawing under construction, as SVG: shapes in the order in which they are laid on each other.

Colours are named here and nowhere else, twice: for readers whose screen is light and for those whose screen is dark.
A sheet carries its own paper, so that it can be read wherever a page shows it. Numbers are written to a tenth of a
pixel: the same calls give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

__all__ = ["SERVICE_COLOURS", "Point", "Sheet", "minutes"]

Point = tuple[float, float]

SERVICE_COLOURS = ("blue", "orange", "green")
"""Classes of the services A, B and C, in this order."""

_LIGHT = {
    "paper": "#ffffff",
    "card": "#ffffff",
    "ink": "#1f2328",
    "quiet": "#59636e",
    "street": "#c4cad2",
    "water": "#b6d7f2",
    "accent": "#8250df",
    "stop": "#c9252d",
    "blue": "#0b63c5",
    "orange": "#a84b00",
    "green": "#17703c",
}
_DARK = {
    "paper": "#14181d",
    "card": "#1c2127",
    "ink": "#e6edf3",
    "quiet": "#9aa5b1",
    "street": "#48515c",
    "water": "#1f4463",
    "accent": "#bb94ff",
    "stop": "#ff7b72",
    "blue": "#6cb0ff",
    "orange": "#ffa657",
    "green": "#56d088",
}
_RULES = """text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:var(--ink)}
.small{font-size:11.5px}.head{font-size:15px;font-weight:600}.strong{font-weight:600}.fill-quiet{fill:var(--quiet)}
.street{stroke:var(--street);stroke-width:7;stroke-linecap:round;stroke-linejoin:round;fill:none}
.faint{opacity:.35}
.water{stroke:var(--water);stroke-width:26;stroke-linecap:round;stroke-linejoin:round;fill:none}
.thin{stroke:var(--quiet);stroke-width:1.2;fill:none}.walked{stroke-width:1.8;stroke-dasharray:2 4;fill:none}
.dashed{stroke-dasharray:6 4}.bold{stroke-width:2.6;fill:none}.card{fill:var(--card);stroke:var(--quiet)}
.dot{fill:var(--card);stroke:var(--ink);stroke-width:1.6}.halo{paint-order:stroke;stroke:var(--paper);stroke-width:4px}"""


class Sheet:
    """Paper of a size, with a title and a description for those who do not see it."""

    def __init__(self, width: float, height: float, title: str, description: str) -> None:
        self._size = width, height
        self._words = title, description
        self._shapes: list[str] = []

    def line(self, points: Sequence[Point], classes: str, *, colour: str = "", arrow: bool = False) -> None:
        """Draw straight pieces through the points; an arrow has its head at the last."""
        path = "M" + "L".join(f"{_number(x)} {_number(y)}" for x, y in points)
        self._path(path, classes, colour, arrow)

    def curve(
        self, start: Point, bend: Point, end: Point, classes: str, *, colour: str = "", arrow: bool = False
    ) -> None:
        """Draw a curve that leaves the start towards the bend and comes to the end from there."""
        (x, y), (bend_x, bend_y), (end_x, end_y) = start, bend, end
        path = f"M{_number(x)} {_number(y)}Q{_number(bend_x)} {_number(bend_y)} {_number(end_x)} {_number(end_y)}"
        self._path(path, classes, colour, arrow)

    def circle(self, centre: Point, radius: float, classes: str = "dot", *, colour: str = "") -> None:
        """Draw a circle; with a colour it is filled with it."""
        fill = f' style="fill:var(--{colour});stroke:var(--{colour})"' if colour else ""
        x, y = centre
        self._shapes.append(
            f'<circle class="{classes}" cx="{_number(x)}" cy="{_number(y)}" r="{_number(radius)}"{fill}/>'
        )

    def box(self, centre: Point, width: float, height: float, classes: str = "card", *, colour: str = "") -> None:
        """Draw a rectangle with round corners about a centre; with a colour it is edged with it."""
        edge = f' style="stroke:var(--{colour});stroke-width:2"' if colour else ""
        x, y = centre[0] - width / 2, centre[1] - height / 2
        self._shapes.append(
            f'<rect class="{classes}" x="{_number(x)}" y="{_number(y)}" width="{_number(width)}" '
            f'height="{_number(height)}" rx="5"{edge}/>'
        )

    def text(self, at: Point, words: str, classes: str = "", *, colour: str = "", anchor: str = "middle") -> None:
        """Write words; `at` is the middle of their base line, or its begin or end as the anchor says."""
        fill = f' style="fill:var(--{colour})"' if colour else ""
        named = f' class="{classes}"' if classes else ""
        self._shapes.append(
            f'<text{named} x="{_number(at[0])}" y="{_number(at[1])}" text-anchor="{anchor}"{fill}>'
            f"{escape(words, quote=False)}</text>"
        )

    def render(self) -> str:
        """Return the whole file."""
        width, height = map(_number, self._size)
        title, description = (escape(words, quote=False) for words in self._words)
        dark = f"@media (prefers-color-scheme:dark){{:root{{{_variables(_DARK)}}}}}"
        heads = "".join(
            f'<marker id="to-{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" '
            f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" style="fill:var(--{name})"/></marker>'
            for name in _LIGHT
        )
        size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title description">',
                f'<title id="title">{title}</title>',
                f'<desc id="description">{description}</desc>',
                f"<style>:root{{{_variables(_LIGHT)}}}{dark}\n{_RULES}</style>",
                f"<defs>{heads}</defs>",
                f'<rect width="{width}" height="{height}" rx="8" style="fill:var(--paper)"/>',
                *self._shapes,
                "</svg>\n",
            ]
        )

    def _path(self, path: str, classes: str, colour: str, arrow: bool) -> None:
        stroke = f' style="stroke:var(--{colour})"' if colour else ""
        head = f' marker-end="url(#to-{colour or "quiet"})"' if arrow else ""
        self._shapes.append(f'<path class="{classes}" d="{path}" fill="none"{stroke}{head}/>')


def minutes(tenths: int) -> str:
    """Write tenths of a second as minutes and seconds: 900 is ``1:30``, 912 is ``1:31``."""
    whole = (tenths + 5) // 10
    return f"{whole // 60}:{whole % 60:02}"


def _number(value: float) -> str:
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")


def _variables(colours: dict[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in colours.items())
