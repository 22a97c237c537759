"""Stretches of street and the collège of each, as the carte scolaire writes them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.places import Parity, Sector
from geo.sectors import SectorTable
from ingest.ledger import Ledger, RejectCode
from ingest.sectors import normalise_sectors, overlaps
from tests.ingest.world import fetched, lonlat, scope, source, table

COLUMNS = {"insee": "code_insee", "street": "type_et_libelle", "first": ["n_de_voie_debut", "no_de_voie_debut"],
           "last": ["n_de_voie_fin", "no_de_voie_fin"], "parity": "parite", "uai": "code_rne",
           "exclusive": "secteur_unique"}  # fmt: skip
HEADER = "code_insee;Type_et_Libelle;No_de_voie_debut;No_de_voie_fin;Parite;Code_RNE;Secteur_unique"
SECTORS = source(id="carte", kind="sectors", category="", columns=COLUMNS)


def sectors(folder, *lines):
    read = table(folder, SECTORS, "\n".join([HEADER, *lines]) + "\n")
    made = normalise_sectors(SECTORS, read, [fetched(folder / "essai.csv", SECTORS)], scope())
    made.ledger.check("carte")
    return made


def test_a_stretch_of_street_and_a_whole_commune(tmp_path):
    made = sectors(
        tmp_path,
        "71001;RUE  HAUTE;1;9999;PI;0710001A;N",
        "71001;RUE BASSE;2;48;P;0710002b;N",
        "71904;;;;;0710002B;O",
        "71001;RUE BASSE;3;;I;0710001A;N",
    )
    assert made.sectors == (
        Sector("carte:2", "71001", "RUE HAUTE", 1, None, Parity.BOTH, "0710001A", "carte", False),
        Sector("carte:3", "71001", "RUE BASSE", 2, 48, Parity.EVEN, "0710002B", "carte", False),
        Sector("carte:4", "71003", "", None, None, Parity.BOTH, "0710002B", "carte", True),
        Sector("carte:5", "71001", "RUE BASSE", 3, None, Parity.ODD, "0710001A", "carte", False),
    )


@pytest.mark.parametrize(
    "written",
    ["9;3;PI", "4;4;I", "3;3;P", "a;9;PI", "1;2,5;PI", "-1;9;PI", "1;9;X", "5;6b;PI", "inf;inf;PI", "1e18;;PI"],
)
def test_what_is_no_range(tmp_path, written):
    made = sectors(tmp_path, f"71001;RUE HAUTE;{written};0710001A;N")
    assert [r.code for r in made.rejects] == [RejectCode.BAD_RANGE]
    assert made.rejects[0].example.startswith(written.split(";")[0])


def test_every_row_is_accounted_for(tmp_path):
    made = sectors(
        tmp_path,
        "71001;RUE HAUTE;1;9;PI;0710001A;N",
        "75001;RUE HAUTE;1;9;PI;0710001A;N",
        "21001;RUE HAUTE;1;9;PI;0210001A;N",
        "99999;RUE HAUTE;1;9;PI;0710001A;N",
        "71001;RUE HAUTE;1;9;PI;;N",
        "71001;RUE HAUTE;1;9;PI;collège;N",
    )
    assert made.ledger == Ledger(read=6, kept=1, merged=0, out_of_scope=2, rejected=3)
    assert [r.code for r in made.rejects] == [RejectCode.UNKNOWN_COMMUNE] + [RejectCode.NO_KEY] * 2


def test_rows_that_stand_twice_are_one_sector(tmp_path):
    row, other = "71001;RUE HAUTE;1;9;PI;0710001A;N", "71001;RUE HAUTE;1;9;I;0710001A;N"
    made = sectors(tmp_path, row, other, row.lower(), row)
    assert [s.id for s in made.sectors] == ["carte:2", "carte:3", "carte:4"]
    assert made.ledger == Ledger(read=4, kept=3, merged=1, out_of_scope=0, rejected=0)


def sector(first, last, parity, uai="0710001A", street="rue Haute"):
    return Sector(f"s:{first}-{last}", "71001", street, first, last, parity, uai, "s")


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ((1, 9, "both"), (9, 20, "both"), True), ((1, 9, "both"), (10, 20, "both"), False),
        ((1, 9, "odd"), (2, 8, "even"), False), ((1, 9, "odd"), (9, 9, "both"), True),
        ((1, 9, "odd"), (8, 8, "both"), False), ((None, None, "both"), (500, None, "even"), True),
        ((None, 4, "even"), (4, None, "even"), True), ((None, 4, "even"), (5, None, "both"), False),
    ],
)  # fmt: skip
def test_two_rows_that_share_a_number(one, other, meet):
    first = sector(one[0], one[1], Parity(one[2]))
    second = sector(other[0], other[1], Parity(other[2]), "0710002B", "Rue HAUTE")
    assert bool(overlaps([first, second])) is meet
    assert overlaps([first, replace(second, uai=first.uai)]) == []
    assert overlaps([first, replace(second, street="rue Basse")]) == []
    assert overlaps([first, replace(second, insee="71002")]) == []


bounds = st.tuples(st.none() | st.integers(0, 12), st.none() | st.integers(0, 12), st.sampled_from(Parity))


@given(bounds, bounds)
def test_overlaps_are_those_that_counting_finds(one, other):
    def numbers(first, last, parity):
        sides = {Parity.ODD: {1}, Parity.EVEN: {0}, Parity.BOTH: {0, 1}}[parity]
        return {n for n in range(first or 0, (30 if last is None else last) + 1) if n % 2 in sides}

    if numbers(*one) and numbers(*other):
        found = overlaps([sector(*one), sector(*other, uai="0710002B")])
        assert bool(found) is bool(numbers(*one) & numbers(*other))


def test_areas_of_a_file_of_shapes(tmp_path):
    """A département may publish its sectors as polygons; a mairie those of its écoles."""
    areas = source(
        id="aires", kind="sectors", category="education.ecole_elementaire", columns={"uai": "uai"}, format="geojson"
    )
    square = [lonlat(*corner) for corner in ((0, 0), (4, 0), (4, 4), (0, 4), (0, 0))]
    away = [lonlat(*corner) for corner in ((0, 200), (4, 200), (4, 204), (0, 204), (0, 200))]
    rows = [("0710001a", "Polygon", [square]), ("0710002B", "Polygon", [away]), ("école", "Polygon", [square]),
            ("0710003C", "Point", square[0])]  # fmt: skip
    features = [
        {"type": "Feature", "properties": {"uai": uai}, "geometry": {"type": kind, "coordinates": coordinates}}
        for uai, kind, coordinates in rows
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features})
    read = table(tmp_path, areas, content, "aires.geojson")
    made = normalise_sectors(areas, read, [fetched(tmp_path / "aires.geojson", areas)], scope())
    made.ledger.check("aires")
    assert made.ledger == Ledger(read=4, kept=1, merged=0, out_of_scope=1, rejected=2)
    assert {r.code for r in made.rejects} == {RejectCode.NO_KEY, RejectCode.BAD_GEOMETRY}
    (area,) = made.sectors
    assert (area.uai, area.category, area.insee, area.street) == ("0710001A", "education.ecole_elementaire", "", "")
    inside = SectorTable(made.sectors).find(area.category, "71001", "", "", *lonlat(2, 2))
    assert inside.uais == ("0710001A",)
    assert overlaps([area, replace(area, uai="0710009Z")]) == []
