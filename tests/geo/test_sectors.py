"""To which collège an address leads: ranges, sides, areas, whole communes, and what nobody publishes."""

from __future__ import annotations

import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.places import Parity, Sector
from geo.sectors import COLLEGE, SectorStatus, SectorTable, holds, write_sectors

A, B, C = "0710001A", "0710002B", "0710003C"


def sector(name, street="", first=None, last=None, parity="both", uai=A, insee="71001", **more):
    return Sector(f"carte:{name}", insee, street, first, last, Parity(parity), uai, "carte", **more)


SHARED = [
    sector("1", "RUE HAUTE", 1, None, "odd", A),
    sector("2", "RUE HAUTE", 2, None, "even", B),
    sector("3", "R. DU MAL FOCH", 1, 20, "both", A),
    sector("4", "RUE DU MARECHAL FOCH", 21, None, "both", B),
    sector("5", "LIEU DIT LE GRAND BREIL", uai=B),
    sector("6", insee="71002", uai=C),
    sector("7", insee="71003", uai=A, exclusive=False),
    sector("8", insee="71003", uai=B, exclusive=False),
]


def found(rows, insee, street="", number="", at=(0.0, 0.0), category=COLLEGE):
    answer = SectorTable(rows).find(category, insee, street, number, *at)
    return answer.status.value, answer.uais


def test_a_street_is_parted_by_side_and_by_number():
    assert found(SHARED, "71001", "Rue Haute", "7") == ("resolved", (A,))
    assert found(SHARED, "71001", "rue haute", "8 bis") == ("resolved", (B,))
    assert found(SHARED, "71001", "Rue du Maréchal-Foch", "20") == ("resolved", (A,))
    assert found(SHARED, "71001", "Rue du Maréchal-Foch", "21") == ("resolved", (B,))
    assert found(SHARED, "71001", "Le Grand Breil", "3") == ("resolved", (B,))


def test_a_street_without_number_may_lead_to_each_of_its_colleges():
    assert found(SHARED, "71001", "Rue Haute") == ("several", (A, B))


def test_whole_communes_and_those_of_several():
    assert found(SHARED, "71002", "Rue Haute", "1") == ("resolved", (C,))
    assert found(SHARED, "71003", "Rue Haute", "1") == ("several", (A, B))


def test_nothing_is_guessed():
    assert found(SHARED, "71001", "Rue Basse", "1") == ("unknown", ())
    assert found(SHARED, "71001") == ("unknown", ())
    assert found(SHARED, "71009", "Rue Haute", "1") == ("not_published", ())
    assert found(SHARED, "71001", "Rue Haute", "1", category="education.ecole_elementaire") == ("not_published", ())


def test_a_commune_that_names_its_streets_and_one_college_has_that_one():
    rows = [sector("1", "RUE HAUTE"), sector("2", "RUE BASSE")]
    assert found(rows, "71001", "Rue Neuve", "1") == ("resolved", (A,))
    assert not SectorTable(rows).needs_street(COLLEGE, "71001")
    assert SectorTable(SHARED).needs_street(COLLEGE, "71001")
    assert not SectorTable(SHARED).needs_street(COLLEGE, "71003")


def test_the_whole_commune_is_what_its_other_rows_do_not_say():
    rows = [*SHARED, sector("9", uai=C, exclusive=False)]
    assert found(rows, "71001", "Rue Basse", "1") == ("resolved", (C,))
    assert found(rows, "71001", "Rue Haute", "1") == ("resolved", (A,))


def test_areas_stand_between_streets_and_communes():
    west = sector("w", insee="", uai=B, geometry=shapely.box(0, 0, 1, 1))
    east = sector("e", insee="", uai=C, geometry=shapely.box(1, 0, 2, 1))
    rows = [*SHARED, west, east]
    assert found(rows, "71001", "Rue Haute", "7", (0.5, 0.5)) == ("resolved", (A,))
    assert found(rows, "71002", "Rue Haute", "7", (0.5, 0.5)) == ("resolved", (B,))
    assert found(rows, "71009", at=(1.5, 0.5)) == ("resolved", (C,))
    assert found(rows, "71009", at=(1.0, 0.5)) == ("several", (B, C))  # on their common border
    assert found(rows, "71009", at=(5.0, 0.5)) == ("not_published", ())


def test_more_than_a_few_are_not_known():
    rows = [sector(str(n), insee="71005", uai=f"071000{n}Z") for n in range(6)]
    assert found(rows, "71005") == ("unknown", ())
    assert found(rows[:5], "71005")[0] == "several"


def test_ecoles_take_the_same_way():
    ecole = "education.ecole_elementaire"
    rows = [*SHARED, sector("s", "RUE HAUTE", uai="0710009Z", category=ecole)]
    assert found(rows, "71001", "Rue Haute", "7", category=ecole) == ("resolved", ("0710009Z",))
    assert found(rows, "71001", "Rue Haute", "7") == ("resolved", (A,))
    assert SectorTable(rows).categories == {COLLEGE, ecole}


def test_what_is_written_comes_back_in_the_same_bytes_whatever_the_order(tmp_path):
    rows = [*SHARED, sector("z", insee="", uai=B, geometry=shapely.box(0, 0, 1, 1))]
    write_sectors(tmp_path / "one", rows)
    write_sectors(tmp_path / "two", reversed(rows))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    back = SectorTable.open(tmp_path / "one")
    assert list(back.rows) == rows
    assert (len(back), back.sources) == (9, {"carte"})
    write_sectors(tmp_path / "none", [])
    assert (
        SectorTable.open(tmp_path / "none").find(COLLEGE, "71001", "x", "1", 0, 0).status is SectorStatus.NOT_PUBLISHED
    )


bound = st.none() | st.integers(0, 12)


@given(bound, bound, st.sampled_from(Parity), st.integers(0, 14))
def test_a_range_holds_the_numbers_that_counting_finds(first, last, parity, number):
    sides = {Parity.ODD: {1}, Parity.EVEN: {0}, Parity.BOTH: {0, 1}}[parity]
    counted = [n for n in range(first or 0, (14 if last is None else last) + 1) if n % 2 in sides]
    assert holds(Sector("s", "71001", "x", first, last, parity, A, "s"), number) is (number in counted)
