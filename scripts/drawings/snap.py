"""Draw what a snap finds: an edge, the share of it, the side, the metres off it, and the street that is not taken."""

from __future__ import annotations

from geo.snapping import EdgeIndex
from scripts.drawings.sheet import Sheet
from scripts.drawings.village import Frame, Place
from tests.lattice import MODES, STEP_M, Lattice

__all__ = ["draw_snap"]

_DOOR: Place = (1.6, 1.55)
_RIVER_ROW = 1.75
_BRIDGE_COLUMN = 3
_ENDS: tuple[Place, Place] = ((1, 1), (2, 1))


def draw_snap() -> Sheet:
    """Draw a door between a street on its bank and a nearer one beyond the river."""
    sheet = Sheet(
        860,
        336,
        "A snap",
        "A door between two streets. The nearer one lies beyond a river and is not taken; a dotted line leads to the "
        "other, where a dot marks the share of its edge.",
    )
    town = Lattice(_BRIDGE_COLUMN + 1, 3).obstacle((-0.5, _RIVER_ROW), (_BRIDGE_COLUMN + 0.5, _RIVER_ROW))
    for column in range(_BRIDGE_COLUMN):
        town.remove((column, 1), (column, 2))
    network = town.network("walk")
    snap = EdgeIndex(network).snap(town.lonlat(_DOOR))
    edge, fraction, off_m = int(snap.edge[0]), float(snap.fraction[0]), float(snap.off_m[0])
    frame = Frame((60, 304), 246, 128)
    sheet.line([frame((-0.15, _RIVER_ROW)), frame((_BRIDGE_COLUMN + 0.15, _RIVER_ROW))], "water")
    for row in range(3):
        sheet.line([frame((0, row)), frame((_BRIDGE_COLUMN, row))], "street")
    for column in range(_BRIDGE_COLUMN + 1):
        sheet.line([frame((column, 0)), frame((column, 2 if column == _BRIDGE_COLUMN else 1))], "street")
    ends = [town.junction(network, place) for place in _ENDS]
    if {int(network.edge_from[edge]), int(network.edge_to[edge])} != set(ends):
        raise AssertionError("the drawing's door snaps to another street")
    begins_west = int(network.edge_from[edge]) == ends[0]
    foot = (_ENDS[0][0] + (fraction if begins_west else 1 - fraction), 1.0)
    sheet.line([frame(_ENDS[0]), frame(_ENDS[1])], "bold", colour="accent")
    sheet.line([frame(_DOOR), frame(foot)], "walked", colour="ink")
    sheet.line([frame(_DOOR), frame((_DOOR[0], 2))], "walked", colour="stop")
    (x, y), (foot_x, foot_y) = frame(_DOOR), frame(foot)
    beyond_y = frame((0, 2))[1]
    sheet.line([(x - 8, (y + beyond_y) / 2 - 8), (x + 8, (y + beyond_y) / 2 + 8)], "bold", colour="stop")
    sheet.line([(x - 8, (y + beyond_y) / 2 + 8), (x + 8, (y + beyond_y) / 2 - 8)], "bold", colour="stop")
    sheet.circle((foot_x, foot_y), 5, colour="accent")
    sheet.box((x, y), 52, 22, colour="ink")
    sheet.text((x, y + 4.5), "door", "strong")
    pace = MODES["walk"].off_road_m_per_s
    sheet.text(
        (x + 8, (y + foot_y) / 2 + 14), f"off_m {off_m:.0f}, walked in {off_m / pace:.0f} s", "small", anchor="start"
    )
    words = f"fraction {fraction:.2f}, side {int(snap.side[0]):+d}".replace("-", "−")
    sheet.text((frame((1.5, 1))[0], foot_y + 22), words, "small", colour="accent")
    sheet.text((x, beyond_y - 12), f"{(2 - _DOOR[1]) * STEP_M:.0f} m away, but over the river", "small", colour="stop")
    start_x = frame(_ENDS[0] if begins_west else _ENDS[1])[0]
    sheet.text((start_x, foot_y - 10), "edge_from", "small fill-quiet")
    return sheet
