"""Which areas of transport on demand a place lies in: on the outline yes, in a hole no."""

from __future__ import annotations

import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.places import Zone
from geo.zones import ZoneTable, write_zones

RING = shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2))
TOLD = {"agency": "Réseau", "days": ("monday", "friday"), "booking_text": "La veille", "booking_phone": "0"}
EAST = Zone("z:est", "Est", "z", shapely.box(3, 0, 6, 3), booking_url="https://x.example", **TOLD)
ROUND = Zone("z:anneau", "Anneau", "z", RING)
FAR = Zone("a:loin", "", "a", shapely.MultiPolygon([shapely.box(20, 20, 21, 21), shapely.box(30, 0, 31, 1)]))


def table(path, *zones):
    write_zones(path, zones)
    return ZoneTable.open(path)


def test_a_point_on_the_outline_lies_in_the_zone_and_one_in_a_hole_does_not(tmp_path):
    zones = table(tmp_path / "zones.arrow", EAST, FAR, ROUND)
    for at, found in (
        ((0.5, 0.5), [ROUND]),
        ((4, 1), [EAST]),
        ((3, 1), [ROUND, EAST]),  # their common border
        ((0, 0), [ROUND]),
        ((1.5, 1.5), []),
        ((1, 1.5), [ROUND]),  # the hole's own outline
        ((30.5, 0.5), [FAR]),
        ((25, 10), []),
    ):
        assert zones.at(*at) == found, at


def test_what_is_written_comes_back_in_the_same_bytes_whatever_the_order(tmp_path):
    zones = table(tmp_path / "one", EAST, FAR, ROUND)
    assert len(zones) == 3
    assert zones.sources == {"a", "z"}
    (back,) = zones.at(4, 1)
    assert back == EAST
    write_zones(tmp_path / "two", [ROUND, EAST, FAR])
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_no_zone_is_an_empty_list(tmp_path):
    zones = table(tmp_path / "none")
    assert (len(zones), zones.sources, zones.at(0, 0)) == (0, frozenset(), [])


_STEPS = st.integers(0, 6)


@given(st.lists(st.tuples(_STEPS, _STEPS, st.integers(1, 3)), max_size=8), _STEPS, _STEPS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_squares_hold_the_points_that_their_sides_enclose(tmp_path, squares, x, y):
    zones = [
        Zone(f"z:{number}", "", "z", shapely.box(west, south, west + side, south + side))
        for number, (west, south, side) in enumerate(squares)
    ]
    inside = [f"z:{n}" for n, (w, s, side) in enumerate(squares) if w <= x <= w + side and s <= y <= s + side]
    assert [zone.id for zone in table(tmp_path / "squares", *zones).at(x, y)] == inside
