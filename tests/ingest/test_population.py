"""Cells of 200 m, as the official grid writes them."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import Transformer

from ingest.ledger import Ledger, RejectCode
from ingest.population import normalise_cells, people_by_commune
from ingest.source_files import load_sources
from tests.ingest.world import fetched, lonlat, scope, source, table

HEADER = "idcar_200m,lcog_geo,ind,ind_snv,ind_0_3,ind_4_5,ind_6_10,ind_11_17,ind_65_79,ind_80p"
COLUMNS = {
    "key": ["idcar_200m", "IdINSPIRE"], "people": "ind", "living_standard_sum": "ind_snv", "commune": "lcog_geo",
    "age_0_17": "ind_0_3+ind_4_5+ind_6_10+ind_11_17", "age_65": "ind_65_79+ind_80p",
}  # fmt: skip
_TO_GRID = Transformer.from_crs("EPSG:4326", "EPSG:3035", always_xy=True)
CELLS = source(kind="cells", category="", columns=COLUMNS)


def cell_id(x_km, y_km, crs=3035):
    """Id of the cell that a place of the world lies in."""
    east, north = _TO_GRID.transform(*lonlat(x_km, y_km))
    return f"CRS{crs}RES200mN{int(north // 200 * 200)}E{int(east // 200 * 200)}"


def cells(folder, *lines, header=HEADER):
    read = table(folder, CELLS, "\n".join([header, *lines]) + "\n")
    made = normalise_cells(CELLS, read, [fetched(folder / "essai.csv", CELLS)], scope())
    made.ledger.check("essai")
    return made


def test_a_cell_counts_its_people_by_age_and_means_their_living_standard(tmp_path):
    made = cells(tmp_path, f"{cell_id(2, 2)},71001,40.5,891000,1,2,3,4.5,5,6.5")
    (cell,) = made.cells
    assert (cell.people, cell.people_0_17, cell.people_65_plus) == (40.5, 10.5, 11.5)
    assert cell.living_standard_eur == pytest.approx(22_000)
    assert cell.insee == "71001"
    east, north = _TO_GRID.transform(cell.lon, cell.lat)
    assert np.allclose((east % 200, north % 200), 100, atol=1e-3)


def test_older_headers_have_capitals(tmp_path):
    older = HEADER.replace("idcar_200m", "IdINSPIRE").replace("ind", "Ind")
    assert len(cells(tmp_path, f"{cell_id(2, 2)},71001,4,1,1,1,1,1,0,0", header=older).cells) == 1


@pytest.mark.parametrize(
    ("listed", "place", "insee"),
    [("7100171002", (2, 2), "71001"), ("7100271001", (2, 2), "71001"), ("71002", (2, 2), "71002"),
     ("71904", (6, 6), "71003"), ("", (2, 2), "71001"), ("99999", (2, 2), "71001")],
)  # fmt: skip
def test_the_commune_is_one_that_the_cell_lists(tmp_path, listed, place, insee):
    assert cells(tmp_path, f"{cell_id(*place)},{listed},4,1,1,1,1,1,0,0").cells[0].insee == insee


def test_what_is_no_cell_of_the_territory(tmp_path):
    rest = "1,1,1,1,0,0"
    made = cells(
        tmp_path,
        f"{cell_id(2, 2)},71001,4,,{rest}",
        f"{cell_id(2, 2)},71001,4,1,{rest}",
        f"{cell_id(9, 2)},21001,4,1,{rest}",
        f"{cell_id(2, 202)},75001,4,1,{rest}",
        f"Paris,71001,4,1,{rest}",
        f",71001,4,1,{rest}",
        f"{cell_id(3, 3)},71001,beaucoup,1,{rest}",
        f"{cell_id(3, 3)},71001,-4,1,{rest}",
        f"{cell_id(3, 3)},71001,inf,1,{rest}",
        f"{cell_id(3, 3)},71001,4,1,-9,1,1,1,0,0",
    )
    assert made.ledger == Ledger(read=10, kept=2, merged=1, out_of_scope=1, rejected=6)
    assert [r.code for r in made.rejects] == [RejectCode.NO_KEY, RejectCode.BAD_POSITION] + [RejectCode.BAD_NUMBER] * 4
    assert [(cell.insee, cell.in_territory) for cell in made.cells] == [("71001", True), ("21001", False)]
    assert made.cells[0].living_standard_eur is None


@pytest.mark.parametrize(
    ("listed", "place", "insee", "own"),
    [
        ("21001", (9, 2), "21001", False),
        ("7100221001", (9, 2), "21001", False),
        ("7100221001", (7, 2), "71002", True),
        ("75001", (2, -5), "75001", False),  # known by its code alone: no contour shows where it ends
        ("7100175001", (2, -1), "75001", False),  # on the border of one that is drawn and one that is not
        ("7500171001", (2, 1), "71001", True),
        ("71001", (2, -1), "71001", True),  # contours are simplified: a house of Alpha beyond its line
        ("", (2, -5), "", False),
        ("99999", (2, -5), "", False),
        ("99999", (2, 2), "71001", True),
    ],
)
def test_people_past_the_border_live_in_the_halo_whatever_is_known_of_their_commune(
    tmp_path, listed, place, insee, own
):
    (cell,) = cells(tmp_path, f"{cell_id(*place)},{listed},4,1,1,1,1,1,0,0").cells
    assert (cell.insee, cell.in_territory) == (insee, own)


def test_every_vintage_s_headers_and_the_shipped_source(tmp_path, repository):
    (shipped,) = [s for s in load_sources(repository / "data" / "sources", "71") if s.id == "carreaux_filosofi"]
    ages = "ind_0_3,ind_4_5,ind_6_10,ind_11_17,ind_65_79,ind_80p"
    for header in (
        f"IdINSPIRE,Depcom,Ind,Ind_snv,{ages.title()}",
        f"Idcar_200m,lcog_geo,Ind,Ind_snv,{ages.title()}",
        f"idcar_200m,lcog_geo,ind,ind_snv,{ages}",
    ):
        read = table(tmp_path, shipped, f"{header}\n{cell_id(2, 2)},71001,4,80000,1,0,0,0,1,1\n")
        (cell,) = normalise_cells(shipped, read, [fetched(tmp_path / "essai.csv", shipped)], scope()).cells
        assert (cell.people, cell.people_0_17, cell.people_65_plus, cell.living_standard_eur) == (4, 1, 2, 20_000)


def test_islands_have_grids_of_their_own(tmp_path):
    """The plane is the identifier's; one that does not exist is no place."""
    rest = "71001,4,1,1,1,1,1,0,0"
    made = cells(tmp_path, f"CRS2975RES200mN7700000E340000,{rest}", f"CRS99999RES200mN7700000E340000,{rest}",
                 f"{cell_id(2, 2)},{rest}")  # fmt: skip
    assert made.ledger == Ledger(read=3, kept=1, merged=0, out_of_scope=1, rejected=1)
    assert [r.code for r in made.rejects] == [RejectCode.BAD_POSITION]


def test_people_of_the_cells_of_a_commune(tmp_path):
    rest = "1,1,1,1,1,0,0"
    made = cells(tmp_path, f"{cell_id(2, 2)},71001,4.5,{rest}", f"{cell_id(3, 3)},71001,2,{rest}",
                 f"{cell_id(6, 2)},71002,1,{rest}", f"{cell_id(9, 2)},21001,8,{rest}")  # fmt: skip
    assert len(made.cells) == 4
    assert people_by_commune(made.cells) == {"71001": 6.5, "71002": 1.0}
