"""What is drawn on the board before streets are joined: one stroke of the pen for each way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from ingest.sample.shapes import Points, line_xy

__all__ = ["Stroke", "bridged", "cut_at", "with_vertex"]


@dataclass(frozen=True)
class Stroke:
    """One street, road, path or ramp."""

    xy_m: Points
    highway: str
    """OSM's value."""
    name: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    ground: bool = True
    """False on and under bridges: crosses nothing."""
    built: bool = False
    """Houses may stand along it."""
    site: str = ""
    """What it belongs to: ``ville``, a village's name, ``lotissement``…; empty in open country."""
    toward: str = ""
    """A road between two places may be named after the farther one."""

    @cached_property
    def line(self) -> LineString:
        """The stroke as a line."""
        return LineString(self.xy_m)


def cut_at(stroke: Stroke, shares_m: list[float]) -> list[Stroke]:
    """Cut a stroke at distances along it, metres; pieces shorter than a metre vanish."""
    length = stroke.line.length
    stops = [0.0, *sorted(s for s in shares_m if 0 < s < length), length]
    pieces = []
    for a, b in pairwise(stops):
        if b - a > 1.0:
            pieces.append(replace(stroke, xy_m=line_xy(substring(stroke.line, a, b))))
    return pieces


def bridged(stroke: Stroke, obstacle: BaseGeometry, margin_m: float = 6.0) -> list[Stroke]:
    """Carry a stroke over an obstacle: the piece above it becomes a bridge that meets others at its ends alone."""
    over = shapely.intersection(stroke.line, obstacle)
    spans = [part for part in shapely.get_parts(over) if part.geom_type == "LineString" and part.length > 0]
    if not spans:
        return [stroke]
    stops: list[float] = []
    for span in spans:
        ends = [shapely.line_locate_point(stroke.line, shapely.Point(end)) for end in (span.coords[0], span.coords[-1])]
        stops += [min(ends) - margin_m, max(ends) + margin_m]
    pieces = cut_at(stroke, stops)
    bridges = []
    for piece in pieces:
        middle = shapely.line_interpolate_point(piece.line, 0.5, normalized=True)
        if middle.distance(over) < 1.0:
            bridges.append(replace(piece, ground=False, built=False, tags=piece.tags | {"bridge": "yes", "layer": "1"}))
        else:
            bridges.append(piece)
    return bridges


def with_vertex(stroke: Stroke, spot: Points) -> Stroke:
    """Give a stroke a vertex at a point that lies on it, for another to meet it there."""
    at = shapely.line_locate_point(stroke.line, shapely.Point(spot))
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(stroke.xy_m, axis=0).T))])
    return replace(stroke, xy_m=np.insert(stroke.xy_m, int(np.searchsorted(along, at)), spot, axis=0))
