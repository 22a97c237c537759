"""The drawings of the documentation, made from a village that the project's own code routes in."""

from __future__ import annotations

from collections.abc import Callable

from scripts.drawings.access_field import draw_access_field, draw_door
from scripts.drawings.contraction import draw_contraction
from scripts.drawings.sheet import Sheet
from scripts.drawings.snap import draw_snap
from scripts.drawings.split import draw_split
from scripts.drawings.sweep import draw_sweep

__all__ = ["DRAWINGS"]

DRAWINGS: dict[str, Callable[[], Sheet]] = {
    "field": draw_access_field,
    "field-at-a-door": draw_door,
    "contraction": draw_contraction,
    "sweep": draw_sweep,
    "split": draw_split,
    "snap": draw_snap,
}
"""Every drawing by the name of its file in docs/images."""
