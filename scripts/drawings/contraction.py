"""Draw how a village is contracted: three maps, with fewer junctions from one to the next."""

from __future__ import annotations

import numpy as np

from geo.elimination import customise
from geo.hierarchy import travel_arcs
from scripts.drawings.sheet import Point, Sheet, minutes
from scripts.drawings.village import Frame, Village, village

__all__ = ["draw_contraction"]

_STAGES = (0, 5, 9)
"""How many junctions are out in each map."""
_STEP_X, _STEP_Y = 47.0, 58.0
_BEND = 26.0
Links = dict[tuple[int, int], int]
"""Tenths of a second by the two places that are linked, the lower first."""


def draw_contraction() -> Sheet:
    """Draw the three maps."""
    sheet = Sheet(
        860,
        340,
        "Contraction",
        "Three maps of the village, its junctions numbered in the order in which they are taken out. In the second "
        "map five are out, and two shortcuts stand for ways through them; in the third nine are out, and three streets "
        "and a shortcut link the four that are left.",
    )
    town = village()
    streets, stages = _street_links(town), _contracted(town)
    for panel, out in enumerate(_STAGES):
        frame = Frame((28 + 286 * panel, 262), _STEP_X, _STEP_Y)
        gone = frozenset(np.flatnonzero(town.hierarchy.place < out).tolist())
        town.draw_ground(sheet, frame, gone)
        at = {int(place): frame(town.junctions[junction]) for junction, place in enumerate(town.hierarchy.place)}
        for (low, high), cost in sorted(stages[out].items()):
            if streets.get((low, high), cost + 1) > cost:
                _shortcut(sheet, at[low], at[high], minutes(cost))
        for place, centre in sorted(at.items()):
            if place >= out:
                sheet.circle(centre, 11)
                sheet.text((centre[0], centre[1] + 4.5), str(place), "strong")
            else:
                sheet.circle(centre, 3.5, "faint", colour="street")
        words = "all 13 junctions" if not out else f"0 to {out - 1} are out"
        sheet.text((frame((2.5, 0))[0], 36), words, "head")
    sheet.text((28, 318), "Violet: shortcuts, each as long as the way that it stands for.", anchor="start")
    return sheet


def _shortcut(sheet: Sheet, start: Point, end: Point, words: str) -> None:
    """Draw a shortcut across a block, or in a bow where it runs along the streets that it stands for."""
    runs_along = start[0] == end[0]
    middle_x, middle_y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    sheet.curve(start, (middle_x + 2 * _BEND * runs_along, middle_y), end, "bold", colour="accent")
    at = (middle_x + _BEND + 5, middle_y + 4) if runs_along else (middle_x - 8, middle_y + 16)
    sheet.text(at, words, "small strong halo", colour="accent", anchor="start" if runs_along else "end")


def _street_links(town: Village) -> Links:
    place = town.hierarchy.place
    links: Links = {}
    for tail, head, cost in zip(*travel_arcs(town.network), strict=True):
        low, high = sorted((int(place[tail]), int(place[head])))
        links[low, high] = min(int(cost), links.get((low, high), int(cost)))
    return links


def _contracted(town: Village) -> list[Links]:
    """Return what links the places that are left when so many are out, and hold the costs against the hierarchy's."""
    left, stages = _street_links(town), []
    last_costs: Links = {}
    for out in range(town.hierarchy.junctions + 1):
        stages.append(dict(left))
        own = {high: cost for (low, high), cost in left.items() if low == out}
        last_costs |= {(out, high): cost for high, cost in own.items()}
        left = {link: cost for link, cost in left.items() if link[0] != out}
        for low in sorted(own):
            for high in (other for other in sorted(own) if other > low):
                left[low, high] = min(own[low] + own[high], left.get((low, high), own[low] + own[high]))
    if last_costs != _customised(town):
        raise AssertionError("the drawing contracts in another way than the hierarchy")
    return stages


def _customised(town: Village) -> Links:
    hierarchy = town.hierarchy
    tail, head, cost = travel_arcs(town.network)
    links = np.empty(hierarchy.upper.size, np.int32)
    arcs = hierarchy.place[head], hierarchy.place[tail], cost
    customise(hierarchy.upper_ptr, hierarchy.upper, *arcs, True, links, links)
    low = np.repeat(np.arange(hierarchy.junctions), np.diff(hierarchy.upper_ptr))
    return {(int(a), int(b)): int(c) for a, b, c in zip(low, hierarchy.upper, links, strict=True)}
