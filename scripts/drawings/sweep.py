"""Draw the two sweeps over the tree of the village, each with the labels that it leaves behind."""

from __future__ import annotations

from geo.arrays import Int32s, Int64s
from geo.labels import NO_LABEL, ROW_BITS
from geo.sweeps import Sweep
from scripts.drawings.elimination_tree import Tree, arcs_of, tree_of
from scripts.drawings.sheet import SERVICE_COLOURS, Point, Sheet, minutes
from scripts.drawings.village import NAMES, Village, village

__all__ = ["draw_sweep"]

_STEP_X, _STEP_Y = 96.0, 58.0
_HEADS = ("Start: the ends of a service's street", "Upwards, from the lowest row", "Downwards, from the top row")
Labels = dict[int, int]
"""Label (cost and service in one integer) by row; rows without one are absent."""
Arc = tuple[int, int]
"""From row to row, as a label runs."""


def draw_sweep() -> Sheet:
    """Draw the three states of the labels, nearest service alone."""
    sheet = Sheet(
        890,
        560,
        "Two sweeps",
        "Three times the same tree of junctions, the last to be contracted at the top. First only the junctions at the "
        "ends of a pharmacy's street know a time; after the sweep upwards those above them do too; after the sweep "
        "downwards every junction knows its nearest pharmacy.",
    )
    town = village()
    tree = tree_of(town.hierarchy)
    states = _sweep(town)
    for panel, ((labels, used), head) in enumerate(zip(states, _HEADS, strict=True)):
        origin = (56 + 292.0 * panel, 76.0)
        sheet.text((origin[0] + _STEP_X, 32), head, "strong")
        _draw_arcs(sheet, town, tree, origin, used)
        for row in range(town.hierarchy.junctions):
            _draw_row(sheet, tree.at(row, origin, _STEP_X, _STEP_Y), labels.get(row), _place_of(town, row))
    sheet.text(
        (24, 540),
        "Grey numbers: the order of contraction. Violet: arcs over which a nearer pharmacy came.",
        anchor="start",
    )
    return sheet


def _sweep(town: Village) -> list[tuple[Labels, set[Arc]]]:
    """Sweep in the order of the kernels, one label a row, and hold the end against them."""
    hierarchy, seeds = town.hierarchy, town.seeds
    labels: Labels = {}
    for junction, service, cost in zip(*seeds, strict=True):
        row, label = int(hierarchy.row[junction]), int(cost) << ROW_BITS | int(service)
        labels[row] = min(label, labels.get(row, label))
    start = dict(labels)
    upwards = {
        (row, upper)
        for row in range(hierarchy.junctions - 1, -1, -1)
        for upper, cost in arcs_of(hierarchy.push_ptr, hierarchy.push_arcs, row)
        if _carry(labels, row, upper, cost)
    }
    middle = dict(labels)
    downwards = {
        (upper, row)
        for row in range(hierarchy.junctions)
        for upper, cost in arcs_of(hierarchy.pull_ptr, hierarchy.pull_arcs, row)
        if _carry(labels, upper, row, cost)
    }
    swept = Sweep(hierarchy, 1, 1).run([seeds])[:, 0, 0]
    if [int(label) for label in swept] != [labels.get(row, int(NO_LABEL)) for row in range(hierarchy.junctions)]:
        raise AssertionError("the drawing sweeps in another way than the kernel")
    return [(start, set()), (middle, upwards), (labels, downwards)]


def _carry(labels: Labels, source: int, target: int, cost: int) -> bool:
    """Bring a label over an arc; whether it is the nearest there now."""
    if source not in labels or labels.get(target, int(NO_LABEL)) <= labels[source] + (cost << ROW_BITS):
        return False
    labels[target] = labels[source] + (cost << ROW_BITS)
    return True


def _draw_arcs(sheet: Sheet, town: Village, tree: Tree, origin: Point, used: set[Arc]) -> None:
    hierarchy = town.hierarchy
    ptr: Int64s = hierarchy.push_ptr
    arcs: Int32s = hierarchy.push_arcs
    for row in range(hierarchy.junctions):
        for upper, cost in arcs_of(ptr, arcs, row):
            ends = tree.at(row, origin, _STEP_X, _STEP_Y), tree.at(upper, origin, _STEP_X, _STEP_Y)
            downwards = (upper, row) in used
            lower, higher = (ends[0][0], ends[0][1] - 13), (ends[1][0], ends[1][1] + 13)
            start, end = (higher, lower) if downwards else (lower, higher)
            is_used = downwards or (row, upper) in used
            style = ("bold", "accent") if is_used else ("thin", "street")
            bend = _bend(tree, row, upper, lower, higher)
            sheet.curve(start, bend, end, style[0], colour=style[1], arrow=is_used)
            (x, y), is_outside = _label_point(lower, bend, higher), bend[0] > max(lower[0], higher[0]) + _STEP_X
            at = (x - 5 if is_outside else x + 4, y + 4)
            sheet.text(at, minutes(cost), "small fill-quiet halo", anchor="end" if is_outside else "start")


def _bend(tree: Tree, row: int, upper: int, lower: Point, higher: Point) -> Point:
    """Where an arc bends so that it passes the rows between its ends."""
    if tree.parent[row] == upper:
        return (lower[0] + higher[0]) / 2, (lower[1] + higher[1]) / 2
    if tree.column[row] != tree.column[tree.parent[row]]:  # they stand under the upper end
        return lower[0] + (20 if lower[0] > higher[0] else -20), higher[1] + 9
    if lower[0] < higher[0]:  # they stand over the lower end: inside, or where there is no room outside, past them
        return lower[0] + 72, (lower[1] + higher[1]) / 2
    return lower[0] + 130, higher[1] + 60


def _label_point(lower: Point, bend: Point, higher: Point) -> Point:
    """Half-way along an arc; nearer to the lower end where it bends inside, between two rows."""
    t = 0.22 if lower[0] < higher[0] < bend[0] else 0.5
    x, y = (a * (1 - t) ** 2 + 2 * b * t * (1 - t) + c * t**2 for a, b, c in zip(lower, bend, higher, strict=True))
    return x, y


def _draw_row(sheet: Sheet, centre: Point, label: int | None, place: int) -> None:
    x, y = centre
    if label is None:
        sheet.box(centre, 72, 25)
    else:
        service = label & ((1 << ROW_BITS) - 1)
        sheet.box(centre, 72, 25, colour=SERVICE_COLOURS[service])
        sheet.text((x - 11, y + 4.5), NAMES[service], "strong", colour=SERVICE_COLOURS[service], anchor="start")
        sheet.text((x + 31, y + 4.5), minutes(label >> ROW_BITS), anchor="end")
    sheet.text((x - 31, y + 4.5), str(place), "small fill-quiet", anchor="start")


def _place_of(town: Village, row: int) -> int:
    return int(town.hierarchy.place[list(town.hierarchy.row).index(row)])
