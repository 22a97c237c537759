"""Draw what an access field holds at every junction, and how it is read at a door."""

from __future__ import annotations

from geo.labels import MAX_COST_DS
from geo.snapping import EdgeIndex
from scripts.drawings.sheet import SERVICE_COLOURS, Point, Sheet, minutes
from scripts.drawings.village import NAMES, SERVICES, Frame, Place, Village, village

__all__ = ["draw_access_field", "draw_door"]

_HOME: Place = (0.12, 0.55)
Label = tuple[int, int]
"""Tenths of a second, row of the service."""


def draw_access_field() -> Sheet:
    """Draw the village with the times of three services at every junction."""
    sheet = Sheet(
        860,
        516,
        "An access field",
        "A village of two quarters, with a river between them and one bridge. At each of its "
        "junctions stands a card with the three pharmacies, nearest first, and the minutes to walk to each.",
    )
    town = village()
    frame = Frame((80, 430), 140, 122)
    town.draw_ground(sheet, frame)
    for junction, place in enumerate(town.junctions):
        _card(sheet, frame(place), labels_at(town, junction))
    _services(sheet, frame)
    sheet.text(
        (24, 497), "A block takes a minute. A corner where nothing can be chosen is no junction.", anchor="start"
    )
    sheet.text((458, 262), "river", "fill-quiet small", anchor="start")
    return sheet


def draw_door() -> Sheet:
    """Draw one edge, the door beside it, and the arithmetic of an answer."""
    sheet = Sheet(
        860,
        296,
        "Reading a field at a door",
        "One street between two junctions, each with its card. The door is walked to the street, then to either end, "
        "and from there the card counts; the smaller sum is the answer.",
    )
    town = village()
    snap = EdgeIndex(town.network).snap(town.lattice.lonlat(_HOME))
    edge, fraction = int(snap.edge[0]), float(snap.fraction[0])
    access = town.field.at(snap)
    ends = int(town.network.edge_from[edge]), int(town.network.edge_to[edge])
    cost_ds = int(town.field.streets.forward_ds[edge])
    along = round(fraction * cost_ds), round((1 - fraction) * cost_ds)
    off_ds = round(float(snap.off_m[0]) / town.field.off_road_m_per_s * 10)
    street_y, door = 90.0, (110 + 640 * fraction, 178.0)
    if town.junctions[ends[0]][0] > town.junctions[ends[1]][0]:  # draw it from west to east
        ends, along, door = ends[::-1], along[::-1], (750 - 640 * fraction, 178.0)
    feet = (door[0], street_y)
    sheet.line([(110, street_y), (750, street_y)], "street")
    sheet.line([door, feet], "walked", colour="ink")
    for at_x, junction, share in ((110.0, ends[0], along[0]), (750.0, ends[1], along[1])):
        _card(sheet, (at_x, street_y), labels_at(town, junction))
        sheet.text(((at_x + feet[0]) / 2, street_y - 12), f"{minutes(share)} along the street", "small")
    sheet.circle(feet, 4, colour="ink")
    sheet.box(door, 56, 26, colour="ink")
    sheet.text((door[0], door[1] + 5), "door", "strong")
    sheet.text((door[0] + 8, 140), f"{minutes(off_ds)} to the street", "small", anchor="start")
    for rank in range(len(NAMES)):
        service = int(access.rows[0, 0, rank])
        totals = [
            off_ds + share + dict(_by_service(town, end))[service] for share, end in zip(along, ends, strict=True)
        ]
        answer = round(float(access.seconds[0, 0, rank]) * 10)
        if abs(min(totals) - answer) > 1:
            raise AssertionError(f"the drawing's arithmetic is not the field's: {totals}, {answer}")
        sides = [
            f"{minutes(off_ds)} + {minutes(share)} + {minutes(dict(_by_service(town, end))[service])}"
            for share, end in zip(along, ends, strict=True)
        ]
        words = (
            f"{NAMES[service]}:  the smaller of  {sides[0]}  (left)  and  {sides[1]}  (right)  is  {minutes(answer)}"
        )
        sheet.text((430, 228 + 24 * rank), words, colour=SERVICE_COLOURS[service])
    return sheet


def labels_at(town: Village, junction: int) -> list[Label]:
    """Return what the field holds at a junction, nearest first."""
    return [(int(cost), int(row)) for cost, row in town.field.records[3][junction, 0] if cost <= MAX_COST_DS]


def _by_service(town: Village, junction: int) -> list[Label]:
    return [(row, cost) for cost, row in labels_at(town, junction)]


def _card(sheet: Sheet, centre: Point, labels: list[Label]) -> None:
    x, y = centre
    sheet.box(centre, 62, 17 * len(labels) + 8, colour=SERVICE_COLOURS[labels[0][1]])
    for rank, (cost, row) in enumerate(labels):
        base = y - 17 * (len(labels) - 1) / 2 + 17 * rank + 4.5
        classes = "strong" if rank == 0 else "small"
        sheet.text((x - 23, base), NAMES[row], classes, colour=SERVICE_COLOURS[row], anchor="start")
        sheet.text((x + 24, base), minutes(cost), classes, anchor="end")


def _services(sheet: Sheet, frame: Frame) -> None:
    for row, place in enumerate(SERVICES):
        sheet.circle(frame(place), 13, "service", colour=SERVICE_COLOURS[row])
        sheet.text((frame(place)[0], frame(place)[1] + 5), NAMES[row], "strong", colour="paper")
