"""Who lives within so many minutes, past the border too, counted on the hamlet by arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from geo.catchment import Catchment, Counted, catchments
from geo.scoring import Place
from geo.snapshot import Snapshot
from geo.snapshot_writer import write
from geo.standpoint import Standpoint, stand, travel
from geo.travel import Direction
from tests.geo import hamlet

BEYOND = "99001"


def opened(folder, **parts) -> Snapshot:
    return Snapshot.open(write(folder, hamlet.content(**parts)))


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory) -> Iterator[Snapshot]:
    """Ten people at columns 0, 2, 4 … of the middle street; past the border 7 at column 3 of the street north of it,
    5 of no known commune at column 5, and 1,000 where no street is."""
    past = [
        hamlet.cell(500, (3, 2), 7.0, BEYOND, in_territory=False),
        hamlet.cell(501, (5, 2), 5.0, "", in_territory=False),
        hamlet.cell(502, (80, 2), 1000.0, BEYOND, in_territory=False),
    ]
    made = opened(tmp_path_factory.mktemp("past"), cells=[*hamlet.cells(), *past])
    yield made
    made.close()


def counted(snapshot: Snapshot, minutes: list[float], direction: Direction = Direction.TO) -> list[Catchment]:
    """Around the junction at column 2 of the middle street, on foot: a block is a minute."""
    (here,) = stand(snapshot, "walk", [Place(*hamlet.lonlat((2, 1)))])
    assert isinstance(here, Standpoint)
    times = travel(snapshot, "walk").spread(here.stops, direction, 0, round(600 * minutes[-1]))
    return catchments(Counted.of(snapshot, "walk"), times, [60.0 * value for value in minutes])


@pytest.mark.parametrize("direction", list(Direction))
def test_people_past_the_border_count_and_are_told_apart(snapshot, direction):
    within = counted(snapshot, [1.5, 2.5, 4.5], direction)
    # at 2; with 0, 4, and 3 in the other street (1 + 1 minutes); with 6, and 5 in the other street (3 + 1)
    assert [(one.people, one.people_in_halo) for one in within] == [(10.0, 0.0), (37.0, 7.0), (52.0, 12.0)]


def test_who_stands_on_no_street_is_reached_by_nobody(snapshot):
    (hour,) = counted(snapshot, [60.0])
    assert (hour.people, hour.people_in_halo) == (140.0 + 12.0, 12.0)


def test_the_territory_s_own_figures_know_nothing_of_them(snapshot):
    demand = snapshot.demand
    assert demand.by_commune(demand.people > 0).sum() == 240.0
    assert demand.people.sum() == 240.0 + 1012.0
    assert (demand.commune >= 0).tolist() == demand.in_territory.tolist()
    beyond = snapshot.communes.position(BEYOND)
    assert beyond is not None
    assert not demand.commune_people[beyond] >= 0, "nobody said how many live in all of a commune of the halo"


@pytest.mark.parametrize(("part", "people"), [(9, 50.0), (40, 0.0)])
def test_without_a_grid_people_past_the_border_live_at_their_addresses(tmp_path, part, people):
    """Fifty people on two addresses, where the streets of the whole commune are loaded; else nobody knows who is cut
    off."""
    over = [replace(hamlet.address(f"b{n}", str(n), "Chemin de l’Outre", (n, 2)), insee=BEYOND) for n in (1, 2)]
    reach = hamlet.TOWN.polygon((-1, -1), (hamlet.COLUMNS, 9))
    communes = [c for c in hamlet.communes() if c.insee != BEYOND]
    outre = hamlet.communes()[-1]
    stretched = hamlet.TOWN.polygon((-1, hamlet.ROWS), (hamlet.COLUMNS, part))
    communes.append(replace(outre, geometry=stretched))
    snapshot = opened(tmp_path, cells=[], addresses=[*hamlet.addresses(), *over], loaded_area=reach, communes=communes)
    (hour,) = counted(snapshot, [60.0])
    assert (hour.people, hour.people_in_halo) == (pytest.approx(1600.0 + people), people)
    assert snapshot.demand.by_commune(snapshot.demand.people > 0).sum() == pytest.approx(1600.0)
    snapshot.close()
